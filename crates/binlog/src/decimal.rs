//! DECIMAL in a row image: groups of nine digits, in an order in which bytes compare as numbers.
//!
//! ```text
//! DECIMAL(14,4)  1234567890.1234     1 | 234567890 | 1234      groups of 9 digits, counted from the point; the first and the last
//!                81 | 0d fb 38 d2 | 04 d2                      may have fewer; big-endian, in 0 1 1 2 2 3 3 4 4 4 bytes for 0–9 digits
//!                                                              then: highest bit flipped; all bits inverted if negative
//! ```
//!
//! MySQL's counterpart: `decimal2bin`, `bin2decimal`.

use crate::error::Parsed;
use crate::wire::{be, put_int_be};

const BYTES_OF_DIGITS: [usize; 10] = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

/// The groups of a number in order: how many digits each has.
fn groups(precision: u8, scale: u8) -> impl Iterator<Item = usize> {
    let (whole, fraction) = (usize::from(precision - scale), usize::from(scale));
    std::iter::once(whole % 9)
        .chain(std::iter::repeat_n(9, whole / 9))
        .chain(std::iter::repeat_n(9, fraction / 9))
        .chain(std::iter::once(fraction % 9))
}

/// Bytes of a value. REQUIRES scale ≤ precision.
pub(crate) fn bytes(precision: u8, scale: u8) -> usize {
    groups(precision, scale).map(|digits| BYTES_OF_DIGITS[digits]).sum()
}

/// The value as text. REQUIRES as many bytes as [`bytes`] says, at least one.
pub(crate) fn get(stored: &[u8], precision: u8, scale: u8) -> Parsed<String> {
    let negative = stored[0] & 0x80 == 0;
    let invert = if negative { 0xff } else { 0 };
    let mut plain: Vec<u8> = stored.iter().map(|b| b ^ invert).collect();
    plain[0] ^= 0x80;
    let mut digits = String::with_capacity(usize::from(precision) + 2);
    let mut rest = &plain[..];
    for n in groups(precision, scale).filter(|n| *n > 0) {
        let (group, tail) = rest.split_at(BYTES_OF_DIGITS[n]);
        rest = tail;
        let group = be(group);
        if group >= 10u64.pow(n as u32) {
            return Err("a DECIMAL has more digits in a group than the group has");
        }
        digits.push_str(&format!("{group:0n$}"));
    }
    let (whole, fraction) = digits.split_at(usize::from(precision - scale));
    let whole = whole.trim_start_matches('0');
    let sign = if negative { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    Ok(if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// Appends the value. REQUIRES `-`, digits and a point as [`get`] gives them, with at most as many digits as the column has.
pub(crate) fn put(text: &str, precision: u8, scale: u8, out: &mut Vec<u8>) {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (whole_digits, fraction_digits) = (usize::from(precision - scale), usize::from(scale));
    let whole = whole.trim_start_matches('0');
    let fits = whole.len() <= whole_digits && fraction.len() <= fraction_digits;
    assert!(
        fits && (whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit()),
        "{text} is no value of DECIMAL({precision},{scale})"
    );
    let digits = format!("{whole:0>whole_digits$}{fraction:0<fraction_digits$}");
    let start = out.len();
    let mut rest = &digits[..];
    for n in groups(precision, scale) {
        let (group, tail) = rest.split_at(n);
        rest = tail;
        let value = group.bytes().fold(0, |v, b| v * 10 + u64::from(b - b'0'));
        put_int_be(out, value, BYTES_OF_DIGITS[n]);
    }
    out[start] ^= 0x80;
    if negative {
        out[start..].iter_mut().for_each(|b| *b = !*b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_example_to_the_byte() {
        let mut out = Vec::new();
        put("1234567890.1234", 14, 4, &mut out);
        assert_eq!(out, [0x81, 0x0d, 0xfb, 0x38, 0xd2, 0x04, 0xd2]);
        let mut out = Vec::new();
        put("-1234567890.1234", 14, 4, &mut out);
        assert_eq!(out, [0x7e, 0xf2, 0x04, 0xc7, 0x2d, 0xfb, 0x2d]);
    }

    #[test]
    fn values_come_back_and_compare_as_bytes() {
        for (precision, scale, ascending) in [
            (5, 0, &["-99999", "-1", "0", "1", "42", "99999"][..]),
            (3, 3, &["-0.999", "-0.001", "0.000", "0.120", "0.999"]),
            (
                20,
                10,
                &["-9999999999.9999999999", "-0.0000000001", "0.0000000000", "1.5000000000", "1234567890.0987654321"],
            ),
            (
                65,
                30,
                &[
                    "-1.000000000000000000000000000000",
                    "99999999999999999999999999999999999.999999999999999999999999999999",
                ],
            ),
        ] {
            let mut last = Vec::new();
            for text in ascending {
                let mut out = Vec::new();
                put(text, precision, scale, &mut out);
                assert_eq!(out.len(), bytes(precision, scale));
                assert!(last < out, "{text} comes after the one before it");
                assert_eq!(get(&out, precision, scale).as_deref(), Ok(*text));
                last = out;
            }
        }
    }

    #[test]
    fn a_group_with_too_many_digits_is_refused() {
        assert!(get(&[0x80 | 100], 2, 0).is_err());
    }
}
