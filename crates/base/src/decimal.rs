//! A DECIMAL as the server stores it, in a record and in the image of a row alike.
//!
//! ```text
//! DECIMAL(14,4)   1234567890.1234      whole 1 234567890 | fraction 1234      groups of nine digits, the incomplete ones at the outer ends
//!                                            81 0dfb38d2 |          04d2      each big-endian; 1, 1, 2, 2, 3, 3, 4, 4, 4 bytes for 1 … 9 digits
//!                                                                             then: highest bit flipped; all bits inverted if negative
//! ```
//!
//! RULES
//!
//! - **R1** Of two values of one column the smaller one has the smaller bytes.
//! - **R2** Zero has one form, without a sign.
//! - **R3** All bytes read as some value, a group with too many digits as its greatest one: who reads them need not fail.
//!
//! InnoDB's counterpart: `decimal2bin`, `bin2decimal` of the server; the engine sees bytes of fixed length.

use crate::codec::push_uint;

/// The most digits of a DECIMAL.
#[doc(alias = "DECIMAL_MAX_PRECISION")]
pub const MAX_PRECISION: u8 = 65;

/// The most digits after the point.
#[doc(alias = "DECIMAL_MAX_SCALE")]
pub const MAX_SCALE: u8 = 38;

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
#[doc(alias = "decimal_bin_size")]
pub fn bytes(precision: u8, scale: u8) -> usize {
    groups(precision, scale).map(|digits| BYTES_OF_DIGITS[digits]).sum()
}

/// Whether a value is below zero. REQUIRES as many bytes as [`bytes`] says, at least one.
pub fn is_negative(stored: &[u8]) -> bool {
    stored[0] & 0x80 == 0
}

/// The groups of a value from its first digits on, without its sign: how many digits each has, and the number that they
/// are (R3). REQUIRES as [`is_negative`].
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

/// Whether no group has more digits than it can have: bytes that are no value read as one all the same (R3). REQUIRES
/// as [`is_negative`].
pub fn is_sound(stored: &[u8], precision: u8, scale: u8) -> bool {
    let mut again = Vec::with_capacity(stored.len());
    put(&get(stored, precision, scale), precision, scale, &mut again);
    again == stored
}

/// The value as text: `-`, digits, and a point if the scale is not 0; no needless zeros in front. REQUIRES as [`is_negative`].
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

/// Appends the value. REQUIRES `-`, digits and a point as [`get`] gives them, with at most as many digits as the column has.
#[doc(alias = "decimal2bin")]
pub fn put(text: &str, precision: u8, scale: u8, out: &mut Vec<u8>) {
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
    // R2
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
                assert_eq!(get(&out, precision, scale), *text);
                last = out;
            }
        }
    }

    #[test]
    fn a_group_with_too_many_digits_is_its_greatest_r3() {
        assert_eq!(get(&[0x80 | 100], 2, 0), "99");
        assert!(!is_sound(&[0x80 | 100], 2, 0) && is_sound(&[0x80 | 99], 2, 0));
        assert!(!is_sound(&[0x7f], 2, 0), "R2: a zero below zero");
    }

    use proptest::prelude::*;

    /// Digits, the column's precision and its scale.
    fn columns() -> impl Strategy<Value = (u8, u8)> {
        (1..=MAX_PRECISION, 0..=MAX_SCALE).prop_map(|(precision, scale)| (precision, scale.min(precision)))
    }

    proptest! {
        /// R1, and the way back; both numbers are at the column's last 18 digits, which an `i64` has.
        #[test]
        fn bytes_compare_as_numbers((precision, scale) in columns(), a in any::<i64>(), b in any::<i64>(), near in any::<bool>()) {
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

        /// R3: no bytes make it panic.
        #[test]
        fn any_bytes_are_some_value((precision, scale) in columns(), stored in prop::collection::vec(any::<u8>(), 40)) {
            let stored = &stored[..bytes(precision, scale)];
            let mut again = Vec::new();
            put(&get(stored, precision, scale), precision, scale, &mut again);
            prop_assert_eq!(again == stored, is_sound(stored, precision, scale));
        }
    }
}
