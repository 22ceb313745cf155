//! Exact numbers: the results of `/`, AVG and SUM, and literals with a point.
//!
//! ```text
//! 3.50  =  unscaled 350, scale 2          7/2 = 3.5000        AVG of 1, 2 = 1.5000        1.5 * 0.25 = 0.375
//!
//! 2/3      digits 0.666666666, 4 of them shown: 0.6667        2/3 * 3 = 1.999999998, shown as 2.0000
//! ```
//!
//! RULES
//!
//! - **R1** A sum or difference displays as many decimals as the operand that displays more; a product, those of both
//!   together; a quotient, the dividend's plus [`DIVISION_DIGITS`]. For display the value is rounded half away from
//!   zero.
//! - **R2** A quotient has more decimals than it displays: enough to fill the server's words of nine digits. The last
//!   one is truncated, not rounded.
//! - **R3** The 65 digits of a column fit, and intermediate results of up to 76 digits (the server's words hold 81);
//!   larger results are out of range.
//!
//! InnoDB's counterpart: `strings/decimal.c`, `sql/my_decimal.cc`.

use crate::engine::{Datum, packed};
use ethnum::I256;
use innolab_base::decimal::{MAX_SCALE, groups_of, is_negative};
use std::cmp::Ordering;
use std::fmt;

/// Displayed decimals that a division adds to the dividend's.
#[doc(alias = "div_precision_increment")]
pub const DIVISION_DIGITS: u32 = 4;
/// The most digits of a decimal (R3).
const MAX_DIGITS: usize = 76;
/// Decimal digits in one word of the server's format.
#[doc(alias = "DIG_PER_DEC1")]
const WORD_DIGITS: u32 = 9;

/// How a number is rounded when digits are dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// To the nearest, half away from zero.
    Half,
    /// Towards zero.
    Cut,
    /// Towards minus infinity.
    Down,
    /// Towards plus infinity.
    Up,
}

/// An exact number: `unscaled / 10^scale`, displayed with `display_scale` decimals.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    unscaled: I256,
    scale: u32,
    display_scale: u32,
}

impl Decimal {
    /// Greater than all values of columns.
    pub(crate) const MAX: Decimal = Decimal { unscaled: I256::MAX, scale: 0, display_scale: 0 };

    /// The number, or its negative.
    pub(crate) fn signed(self, negative: bool) -> Self {
        if negative { Decimal { unscaled: -self.unscaled, ..self } } else { self }
    }

    /// An integer.
    pub fn from_int(value: i128) -> Self {
        Decimal { unscaled: I256::from(value), scale: 0, display_scale: 0 }
    }

    /// `unscaled / 10^scale`, with all decimals displayed.
    pub(crate) fn from_unscaled(unscaled: i128, scale: u8) -> Self {
        Decimal { unscaled: I256::from(unscaled), scale: scale.into(), display_scale: scale.into() }
    }

    /// Its unscaled value's bytes, scale and displayed scale.
    pub(crate) fn to_parts(self) -> ([u8; 32], u32, u32) {
        (self.unscaled.to_le_bytes(), self.scale, self.display_scale)
    }

    /// The inverse of [`Decimal::to_parts`].
    pub(crate) fn from_parts(unscaled: [u8; 32], scale: u32, display_scale: u32) -> Self {
        Decimal { unscaled: I256::from_le_bytes(unscaled), scale, display_scale }
    }

    /// Reads the stored value of a DECIMAL column.
    pub(crate) fn from_column(stored: &[u8], precision: u8, scale: u8) -> Self {
        let digits = groups_of(stored, precision, scale)
            .fold(I256::ZERO, |all, (digits, group)| all * I256::from(10u64.pow(digits as u32)) + I256::from(group));
        let unscaled = if is_negative(stored) { -digits } else { digits };
        Decimal { unscaled, scale: scale.into(), display_scale: scale.into() }
    }

    /// The rounded value that a DECIMAL column stores, and how it compares with this number. ERRORS: the number is out
    /// of the column's range; the error is the column's nearest value.
    pub(crate) fn to_column(self, precision: u8, scale: u8, unsigned: bool) -> Result<(Datum, Ordering), Datum> {
        let limit = I256::from(10).pow(precision.into());
        let rounded =
            self.rescaled(scale.into()).filter(|v| v.abs() < limit && !(unsigned && self.unscaled.is_negative()));
        let datum = |v: I256| packed::decimal(&digits(v, scale.into()), precision, scale);
        match rounded {
            Some(v) => Ok((datum(v), Decimal { unscaled: v, scale: scale.into(), display_scale: 0 }.cmp(&self))),
            None if !self.unscaled.is_negative() => Err(datum(limit - 1)),
            None if unsigned => Err(datum(I256::ZERO)),
            None => Err(datum(1 - limit)),
        }
    }

    /// Reads digits with an optional sign and point. `None`: other characters, or too many digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.as_bytes().first()? {
            b'-' => (I256::MINUS_ONE, &text[1..]),
            b'+' => (I256::ONE, &text[1..]),
            _ => (I256::ONE, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let fraction = &fraction[..fraction.len().min(MAX_DIGITS.checked_sub(whole.len())?)];
        let unscaled = format!("0{whole}{fraction}").parse::<I256>().ok()?;
        let scale = fraction.len() as u32;
        Some(Decimal { unscaled: sign * unscaled, scale, display_scale: scale })
    }

    /// True if it is 0.
    pub fn is_zero(self) -> bool {
        self.unscaled == I256::ZERO
    }

    /// `unscaled` for another scale, rounded if that is smaller. `None`: it does not fit.
    fn rescaled(self, scale: u32) -> Option<I256> {
        match scale.checked_sub(self.scale) {
            Some(more) => self.unscaled.checked_mul(power(more)?),
            None => Some(divide_rounding(self.unscaled, power(self.scale - scale)?)),
        }
    }

    /// The nearest integer, half away from zero, clamped to 128 bits.
    pub fn round(self) -> i128 {
        power(self.scale).map_or(0, |unit| saturated(divide_rounding(self.unscaled, unit)))
    }

    /// The number without its decimals, clamped to 128 bits.
    pub fn truncate(self) -> i128 {
        power(self.scale).map_or(0, |unit| saturated(self.unscaled / unit))
    }

    /// The decimals, in millionths, truncated; without the sign.
    pub(crate) fn micros(self) -> u32 {
        let fraction = power(self.scale).map_or(I256::ZERO, |unit| self.unscaled.abs() % unit);
        let micros = match self.scale.checked_sub(6) {
            Some(beyond) => power(beyond).map(|unit| fraction / unit),
            None => power(6 - self.scale).map(|unit| fraction * unit),
        };
        micros.map_or(0, |micros| saturated(micros) as u32)
    }

    /// The number with all decimals, including those that are not displayed: what a text column stores.
    pub fn all_digits(self) -> String {
        digits(self.unscaled, self.scale)
    }

    /// The nearest double.
    pub fn to_f64(self) -> f64 {
        digits(self.unscaled, self.scale).parse().unwrap_or(f64::NAN)
    }

    /// `-self`; `None` if the result does not fit, as for all operations here.
    pub fn checked_neg(self) -> Option<Self> {
        Some(Decimal { unscaled: self.unscaled.checked_neg()?, ..self })
    }

    /// `self + other`.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Some(Decimal { unscaled: a.checked_add(b)?, scale, display_scale: self.display_scale.max(other.display_scale) })
    }

    /// `self - other`.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(other.checked_neg()?)
    }

    /// `self * other`.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let (scale, display_scale) = (self.scale + other.scale, self.display_scale + other.display_scale);
        let product = Decimal { unscaled: self.unscaled.checked_mul(other.unscaled)?, scale, display_scale };
        let kept = scale.min(MAX_SCALE.into());
        Some(Decimal { unscaled: product.rescaled(kept)?, scale: kept, display_scale: display_scale.min(kept) })
    }

    /// `self / other` (R2). REQUIRES: `other` is not 0.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        let words = |scale: u32| scale.div_ceil(WORD_DIGITS) * WORD_DIGITS;
        let spare = words(self.scale) - self.scale + words(other.scale) - other.scale;
        let full = words(words(self.scale) + words(other.scale) + DIVISION_DIGITS.saturating_sub(spare));
        let display_scale = (self.display_scale + DIVISION_DIGITS).min(MAX_SCALE.into());
        // If all of the server's decimals do not fit, only those that are displayed are computed.
        [full.max(display_scale), display_scale].into_iter().find_map(|scale| {
            let dividend = self.unscaled.checked_mul(power((scale + other.scale).checked_sub(self.scale)?)?)?;
            Some(Decimal { unscaled: dividend / other.unscaled, scale, display_scale })
        })
    }

    /// `self DIV other`: the quotient without its decimals. REQUIRES: `other` is not 0.
    pub fn div_int(self, other: Self) -> Option<i128> {
        let (a, b, _) = self.aligned(other)?;
        a.checked_div(b).map(saturated)
    }

    /// `self % other`, with the sign of `self`. REQUIRES: `other` is not 0.
    pub fn checked_rem(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Some(Decimal { unscaled: a.checked_rem(b)?, scale, display_scale: self.display_scale.max(other.display_scale) })
    }

    /// Rounds to `digits` decimals, all displayed; if `digits` is negative, to so many zeros before the point.
    pub(crate) fn to_digits(self, digits: i32, how: Rounding) -> Option<Self> {
        let digits = digits.min(MAX_SCALE.into());
        let scale = digits.max(0).unsigned_abs();
        let Some(unit) = (self.scale as i32).checked_sub(digits).filter(|cut| *cut > 0) else {
            return Some(Decimal { unscaled: self.rescaled(scale)?, scale, display_scale: scale });
        };
        let Some(unit) = power(unit.unsigned_abs()) else { return Some(Decimal::from_int(0)) };
        let (cut, rest) = (self.unscaled / unit, self.unscaled % unit);
        let units = match how {
            Rounding::Half => divide_rounding(self.unscaled, unit),
            Rounding::Cut => cut,
            Rounding::Down if rest.is_negative() => cut - I256::ONE,
            Rounding::Up if rest.is_positive() => cut + I256::ONE,
            Rounding::Down | Rounding::Up => cut,
        };
        let zeros = power(digits.min(0).unsigned_abs())?;
        Some(Decimal { unscaled: units.checked_mul(zeros)?, scale, display_scale: scale })
    }

    /// Number of displayed decimals.
    pub(crate) fn display_scale(self) -> u8 {
        // At most MAX_SCALE.
        self.display_scale as u8
    }

    /// Both numbers' `unscaled` at a common scale, and that scale.
    fn aligned(self, other: Self) -> Option<(I256, I256, u32)> {
        let scale = self.scale.max(other.scale);
        Some((self.rescaled(scale)?, other.rescaled(scale)?, scale))
    }
}

fn power(digits: u32) -> Option<I256> {
    I256::from(10).checked_pow(digits)
}

fn saturated(whole: I256) -> i128 {
    i128::try_from(whole).unwrap_or(if whole.is_negative() { i128::MIN } else { i128::MAX })
}

/// `a / b`, rounded half away from zero.
fn divide_rounding(a: I256, b: I256) -> I256 {
    let (quotient, rest) = (a / b, a % b);
    let half_or_more = rest.abs() >= b.abs() - rest.abs();
    quotient + if half_or_more { a.signum() * b.signum() } else { I256::ZERO }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match self.aligned(*other) {
            Some((a, b, _)) => a.cmp(&b),
            // The integer digits of one leave no room for the scale of the other: doubles tell them apart.
            None => self.to_f64().total_cmp(&other.to_f64()),
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal {}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rescaled(self.display_scale) {
            Some(rounded) => f.write_str(&digits(rounded, self.display_scale)),
            None => f.write_str(&digits(self.unscaled, self.scale)),
        }
    }
}

/// `unscaled / 10^scale` as text.
fn digits(unscaled: I256, scale: u32) -> String {
    let sign = if unscaled.is_negative() { "-" } else { "" };
    let scale = scale as usize;
    let digits = format!("{:0width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn scales_follow_r1() {
        assert_eq!(d("1.50").checked_add(d("2")).unwrap().to_string(), "3.50");
        assert_eq!(d("1.5").checked_mul(d("0.25")).unwrap().to_string(), "0.375");
        assert_eq!(d("1.5").checked_div(d("3")).unwrap().to_string(), "0.50000");
        assert_eq!(d("1").checked_div(d("3.00")).unwrap().to_string(), "0.3333");
        assert_eq!(d("-7").checked_rem(d("3")).unwrap().to_string(), "-1");
        assert_eq!(d("5.5").checked_rem(d("2")).unwrap().to_string(), "1.5");
    }

    #[test]
    fn quotients_have_more_decimals_than_they_display_r2() {
        let third = d("2").checked_div(d("3")).unwrap();
        assert_eq!(third.to_string(), "0.6667");
        assert_eq!(third.checked_mul(d("3")).unwrap().to_string(), "2.0000");
        assert_eq!(third.to_f64(), 0.666666666);
        assert_eq!(third.all_digits(), "0.666666666");
        assert_eq!(
            d("-2")
                .checked_div(d("-3"))
                .unwrap()
                .checked_div(d("-3"))
                .unwrap()
                .checked_mul(d("-3"))
                .unwrap()
                .to_string(),
            "0.66666667"
        );
        assert_eq!(
            d("18446744073709551615").checked_div(d("0.000000001")).unwrap().to_string(),
            "18446744073709551615000000000.0000"
        );
    }

    #[test]
    fn rounds_half_away_from_zero_r1() {
        assert_eq!(d("-2").checked_div(d("3")).unwrap().to_string(), "-0.6667");
        for (text, rounded) in [("2.5", 3), ("-2.5", -3), ("2.49", 2), ("-0.4", 0), ("0.5", 1)] {
            assert_eq!(d(text).round(), rounded, "{text}");
        }
    }

    #[test]
    fn equal_numbers_of_different_scale_are_equal() {
        assert_eq!(d("1.0"), d("1"));
        assert!(d("1.01") > d("1") && d("-1.01") < d("-1"));
        assert!(d("99999999999999999999999999999999999999") > d("0.000000000000000000000000000001"));
    }

    #[test]
    fn text_that_is_not_a_number_is_refused() {
        for text in ["", "-", ".", "1e3", "1.2.3", " 1", &"9".repeat(77)] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_column_rounds_and_has_a_range_r3() {
        use Ordering::{Equal, Greater, Less};
        let stored = |text: &str, precision, scale| {
            let (datum, side) = d(text).to_column(precision, scale, false).ok()?;
            let Datum::Bytes(bytes) = datum else { panic!("it is packed") };
            Some((Decimal::from_column(&bytes, precision, scale).to_string(), side))
        };
        let nines = "9".repeat(65);
        let cases = [
            ("1.005", 5, 2, Some(("1.01", Greater))),
            ("-1.005", 5, 2, Some(("-1.01", Less))),
            ("1.004", 5, 2, Some(("1.00", Less))),
            ("-0.001", 5, 2, Some(("0.00", Greater))),
            ("999.99", 5, 2, Some(("999.99", Equal))),
            ("999.995", 5, 2, None),
            (&nines, 65, 0, Some((&*nines, Equal))),
            (
                "0.12345678901234567890123456789012345678",
                65,
                38,
                Some(("0.12345678901234567890123456789012345678", Equal)),
            ),
        ];
        for (text, precision, scale, expected) in cases {
            let expected = expected.map(|(text, side)| (text.to_string(), side));
            assert_eq!(stored(text, precision, scale), expected, "{text}");
        }
        assert_eq!(d("-0.1").to_column(5, 0, true), Err(packed::decimal("0", 5, 0)));
        assert_eq!(d("-1").to_column(1, 1, false), Err(packed::decimal("-0.9", 1, 1)));
        assert_eq!(Decimal::MAX.signed(true).to_column(65, 30, false).map_err(|_| ()), Err(()));
        assert_eq!(d(&nines).checked_add(d("1")).unwrap().to_string(), format!("1{}", "0".repeat(65)));
        assert_eq!(d("20240102.1234567").micros(), 123_456);
        assert_eq!(d("-7.5").micros(), 500_000);
    }
}
