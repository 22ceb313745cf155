//! The files of a log as a chain: which file may follow which.
//!
//! ```text
//! bin.000001  … ROTATE to bin.000002 ──► bin.000002      a rotation names the next file
//! bin.000002  … STOP, or its writer died ──► bin.000003  a start of the server takes the next number
//! ```
//!
//! RULES
//!
//! - **R1** A file that ends with ROTATE is followed by the file that it names, under that name.
//! - **R2** Any other file is followed by the one with the next number, of the same base name.
//!
//! MySQL's counterpart: none; its tools read files in the order in which they are given.

use crate::error::Decoded;

/// Checks that the file `name` may follow the file `before`, which ended with ROTATE to `rotated_to` or without one.
/// ERRORS: R1, R2.
pub fn check_next(before: &str, rotated_to: Option<&str>, name: &str) -> Decoded<()> {
    match rotated_to {
        Some(next) if next == name => Ok(()),
        Some(_) => Err("the file before it names another next file".into()),
        None => {
            match (numbered(before), numbered(name)) {
                (Some((base, n)), Some((same, next))) if base == same && n.checked_add(1) == Some(next) => Ok(()),
                _ => Err("it does not have the number after the file before it: one is missing, or the order is wrong"
                    .into()),
            }
        }
    }
}

/// The base name and the number of a file.
fn numbered(name: &str) -> Option<(&str, u64)> {
    let (base, digits) = name.rsplit_once('.')?;
    Some((base, digits.parse().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_a_wrong_order_and_another_log_are_refused() {
        let good = |before, to, name| check_next(before, to, name).is_ok();
        assert!(good("bin.000001", Some("bin.000002"), "bin.000002") && good("bin.000999", None, "bin.001000"));
        assert!(
            !good("bin.000001", Some("bin.000002"), "bin.000003")
                && !good("bin.000001", Some("x.000002"), "bin.000002")
        );
        for name in ["bin.000001", "bin.000002", "bin.000004", "log.000003", "bin", "bin.3a"] {
            assert!(!good("bin.000002", None, name), "{name}");
        }
    }
}
