//! DECIMAL as the server stores it, the same in a record and in the row images of the binary log.
//!
//! ```text
//! DECIMAL(14,4)   1234567890.1234      whole 1 234567890 | fraction 1234      groups of nine digits; incomplete groups at the outer ends
//!                                            81 0dfb38d2 |          04d2      each big-endian; 1, 1, 2, 2, 3, 3, 4, 4, 4 bytes for 1 … 9 digits
//!                                                                             then: highest bit flipped; all bits inverted if negative
//! ```
//!
//! RULES
//!
//! - **R1** Values of one column compare as their bytes.
//! - **R2** Zero has one stored form, without a sign.
//! - **R3** Any bytes read as some value, so readers need no error path: a group above its maximum reads as the
//!   maximum.
//!
//! InnoDB's counterpart: the server's `decimal2bin` and `bin2decimal`; InnoDB itself sees bytes of fixed length.

use crate::codec::push_uint;

/// Largest number of digits of a DECIMAL.
#[doc(alias = "DECIMAL_MAX_PRECISION")]
pub const MAX_PRECISION: u8 = 65;

/// Largest number of digits after the point.
#[doc(alias = "DECIMAL_MAX_SCALE")]
pub const MAX_SCALE: u8 = 38;

/// Bytes of a group of 0 to 9 digits.
const BYTES_OF_DIGITS: [usize; 10] = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];

/// Number of digits of each group, in order.
fn groups(precision: u8, scale: u8) -> impl Iterator<Item = usize> {
    let (whole, fraction) = (usize::from(precision - scale), usize::from(scale));
    std::iter::once(whole % 9)
        .chain(std::iter::repeat_n(9, whole / 9))
        .chain(std::iter::repeat_n(9, fraction / 9))
        .chain(std::iter::once(fraction % 9))
}

/// Returns the number of bytes of a value. REQUIRES scale ≤ precision.
#[doc(alias = "decimal_bin_size")]
pub fn bytes(precision: u8, scale: u8) -> usize {
    groups(precision, scale).map(|digits| BYTES_OF_DIGITS[digits]).sum()
}

/// True if a value is negative. REQUIRES as many bytes as [`bytes`] returns, at least one.
pub fn is_negative(stored: &[u8]) -> bool {
    stored[0] & 0x80 == 0
}

/// Returns the groups of a value's magnitude, most significant first: number of digits, and their value (R3).
/// REQUIRES as [`is_negative`].
pub fn groups_of(stored: &[u8], precision: u8, scale: u8) -> impl Iterator<Item = (usize, u64)> {
    let invert = if is_negative(stored) { 0xff } else { 0 };
    let mut at = 0;
    groups(precision, scale).filter(|digits| *digits > 0).map(move |digits| {
        let from = at;
        at += BYTES_OF_DIGITS[digits];
        let group = stored[from..at].iter().enumerate().fold(0, |v, (i, b)| {
            let sign_bit = if from + i == 0 { 0x80 } else { 0 };
            v << 8 | u64::from(b ^ invert ^ sign_bit)
        });
        (digits, group.min(10u64.pow(digits as u32) - 1))
    })
}

/// True if the bytes are the stored form of a value. Other bytes still read as some value (R3): this tells them apart.
/// REQUIRES as [`is_negative`].
pub fn is_sound(stored: &[u8], precision: u8, scale: u8) -> bool {
    let mut again = Vec::with_capacity(stored.len());
    put(&get(stored, precision, scale), precision, scale, &mut again);
    again == stored
}

/// Returns the value as text: `-` if negative, digits without leading zeros, and a point if the scale is not 0.
/// REQUIRES as [`is_negative`].
#[doc(alias = "bin2decimal")]
pub fn get(stored: &[u8], precision: u8, scale: u8) -> String {
    let mut digits = String::with_capacity(usize::from(precision) + 2);
    for (n, group) in groups_of(stored, precision, scale) {
        digits.push_str(&format!("{group:0n$}"));
    }
    let (whole, fraction) = digits.split_at(usize::from(precision - scale));
    let whole = whole.trim_start_matches('0');
    let sign = if is_negative(stored) { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Appends the bytes of a value. REQUIRES text as [`get`] returns it, with at most as many digits as the column has.
#[doc(alias = "decimal2bin")]
pub fn put(text: &str, precision: u8, scale: u8, out: &mut Vec<u8>) {
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (whole_digits, fraction_digits) = (usize::from(precision - scale), usize::from(scale));
    let whole = whole.trim_start_matches('0');
    let fits = whole.len() <= whole_digits && fraction.len() <= fraction_digits;
    assert!(
        fits && (whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit()),
        "{text} is not a value of DECIMAL({precision},{scale})"
    );
    let digits = format!("{whole:0>whole_digits$}{fraction:0<fraction_digits$}");
    // Zero has no sign (R2).
    let negative = negative && digits.bytes().any(|b| b != b'0');
    let start = out.len();
    let mut rest = &digits[..];
    for n in groups(precision, scale) {
        let (group, tail) = rest.split_at(n);
        rest = tail;
        let value = group.bytes().fold(0, |v, b| v * 10 + u64::from(b - b'0'));
        push_uint(out, value, BYTES_OF_DIGITS[n]);
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
    fn values_round_trip_and_compare_as_bytes() {
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
                assert!(last < out, "{text} is greater than its predecessor");
                assert_eq!(get(&out, precision, scale), *text);
                last = out;
            }
        }
    }

    #[test]
    fn a_group_that_is_too_large_reads_as_its_maximum_r3() {
        assert_eq!(get(&[0x80 | 100], 2, 0), "99");
        assert!(!is_sound(&[0x80 | 100], 2, 0) && is_sound(&[0x80 | 99], 2, 0));
        assert!(!is_sound(&[0x7f], 2, 0), "R2: a negative zero");
    }

    use proptest::prelude::*;

    /// Precision and scale of a column.
    fn columns() -> impl Strategy<Value = (u8, u8)> {
        (1..=MAX_PRECISION, 0..=MAX_SCALE).prop_map(|(precision, scale)| (precision, scale.min(precision)))
    }

    proptest! {
        /// Bytes compare as numbers (R1), and values round-trip. Both numbers fill the column's last 18 digits: an
        /// `i64`.
        #[test]
        fn bytes_compare_as_numbers_r1((precision, scale) in columns(), a in any::<i64>(), b in any::<i64>(), near in any::<bool>()) {
            let most = 10i64.pow(u32::from(precision).min(18));
            let (a, b) = (a % most, if near { (a % most + b % 3).clamp(1 - most, most - 1) } else { b % most });
            let stored = |v: i64| {
                let digits = format!("{:0>66}", v.unsigned_abs());
                let (whole, fraction) = digits.split_at(66 - usize::from(scale));
                let text = format!("{}{whole}.{fraction}", if v < 0 { "-" } else { "" });
                let mut out = Vec::new();
                put(&text, precision, scale, &mut out);
                out
            };
            let (p, q) = (stored(a), stored(b));
            prop_assert_eq!(p.len(), bytes(precision, scale));
            prop_assert_eq!(p.cmp(&q), a.cmp(&b));
            prop_assert!(is_sound(&p, precision, scale));
            let digits: String = get(&p, precision, scale).chars().filter(|c| *c != '.').collect();
            prop_assert_eq!(digits.parse::<i64>().unwrap(), a);
        }

        /// Any bytes read as some value (R3).
        #[test]
        fn any_bytes_read_as_some_value_r3((precision, scale) in columns(), stored in prop::collection::vec(any::<u8>(), 40)) {
            let stored = &stored[..bytes(precision, scale)];
            let mut again = Vec::new();
            put(&get(stored, precision, scale), precision, scale, &mut again);
            prop_assert_eq!(again == stored, is_sound(stored, precision, scale));
        }
    }
}
