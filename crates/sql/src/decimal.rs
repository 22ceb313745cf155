//! Exact numbers: what `/`, AVG, SUM and literals with a point give.
//!
//! ```text
//! 3.50  =  unscaled 350, scale 2          7/2 = 3.5000        AVG of 1, 2 = 1.5000        1.5 * 0.25 = 0.375
//!
//! 2/3      digits 0.666666666, 4 of them shown: 0.6667        2/3 * 3 = 1.999999998, shown as 2.0000
//! ```
//!
//! RULES
//!
//! - **R1** Digits shown behind the point: of a sum and a difference the more of the two, of a product their sum, of a quotient the
//!   dividend's plus [`DIVISION_DIGITS`]. What is shown is rounded half away from zero.
//! - **R2** A quotient has more digits than it shows, as many as fill the server's words of nine; the last one is cut, not rounded.
//!
//! InnoDB's counterpart: `strings/decimal.c`, `sql/my_decimal.cc`. Left out: more than 38 digits (the server has 65); what does not fit is
//! out of range.

use std::cmp::Ordering;
use std::fmt;

/// Digits that a division adds.
#[doc(alias = "div_precision_increment")]
pub const DIVISION_DIGITS: u32 = 4;
/// The most digits after the point.
const MAX_SCALE: u32 = 30;
/// Digits that the server keeps in one word.
#[doc(alias = "DIG_PER_DEC1")]
const WORD_DIGITS: u32 = 9;

/// An exact number: `unscaled / 10^scale`, of which `shown` digits after the point are shown.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    unscaled: i128,
    scale: u32,
    shown: u32,
}

impl Decimal {
    /// An integer.
    pub fn from_int(value: i128) -> Self {
        Decimal { unscaled: value, scale: 0, shown: 0 }
    }

    /// Reads digits with an optional sign and point. `None`: something else, or too many digits.
    pub fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = match text.as_bytes().first()? {
            b'-' => (-1, &text[1..]),
            b'+' => (1, &text[1..]),
            _ => (1, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.len() + fraction.len() == 0 || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let fraction = &fraction[..fraction.len().min(MAX_SCALE as usize)];
        let unscaled = format!("0{whole}{fraction}").parse::<i128>().ok()?;
        let scale = fraction.len() as u32;
        Some(Decimal { unscaled: sign * unscaled, scale, shown: scale })
    }

    /// Whether it is 0.
    pub fn is_zero(self) -> bool {
        self.unscaled == 0
    }

    /// `unscaled` for so many digits after the point, rounded if they are fewer.
    fn rescaled(self, scale: u32) -> Option<i128> {
        match scale.checked_sub(self.scale) {
            Some(more) => self.unscaled.checked_mul(power(more)?),
            None => Some(divide_rounding(self.unscaled, power(self.scale - scale)?)),
        }
    }

    /// The nearest integer, half away from zero.
    pub fn round(self) -> i128 {
        power(self.scale).map_or(0, |unit| divide_rounding(self.unscaled, unit))
    }

    /// The integer towards zero.
    pub fn truncate(self) -> i128 {
        power(self.scale).map_or(0, |unit| self.unscaled / unit)
    }

    /// All its digits, also those that are not shown: what a column of text stores.
    pub fn all_digits(self) -> String {
        digits(self.unscaled, self.scale)
    }

    /// The nearest double.
    pub fn to_f64(self) -> f64 {
        digits(self.unscaled, self.scale).parse().unwrap_or(f64::NAN)
    }

    /// `-self`; `None` if it does not fit, as with all operations here.
    pub fn checked_neg(self) -> Option<Self> {
        Some(Decimal { unscaled: self.unscaled.checked_neg()?, ..self })
    }

    /// `self + other`.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Some(Decimal { unscaled: a.checked_add(b)?, scale, shown: self.shown.max(other.shown) })
    }

    /// `self - other`.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(other.checked_neg()?)
    }

    /// `self * other`.
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let (scale, shown) = (self.scale + other.scale, self.shown + other.shown);
        let product = Decimal { unscaled: self.unscaled.checked_mul(other.unscaled)?, scale, shown };
        let kept = scale.min(MAX_SCALE);
        Some(Decimal { unscaled: product.rescaled(kept)?, scale: kept, shown: shown.min(kept) })
    }

    /// `self / other` (R2). REQUIRES: `other` is not 0.
    pub fn checked_div(self, other: Self) -> Option<Self> {
        let words = |scale: u32| scale.div_ceil(WORD_DIGITS) * WORD_DIGITS;
        let spare = words(self.scale) - self.scale + words(other.scale) - other.scale;
        let full = words(words(self.scale) + words(other.scale) + DIVISION_DIGITS.saturating_sub(spare));
        let shown = (self.shown + DIVISION_DIGITS).min(MAX_SCALE);
        // Where the server's digits do not fit beside those before the point, those that are shown have to do.
        [full.max(shown), shown].into_iter().find_map(|scale| {
            let dividend = self.unscaled.checked_mul(power((scale + other.scale).checked_sub(self.scale)?)?)?;
            Some(Decimal { unscaled: dividend / other.unscaled, scale, shown })
        })
    }

    /// `self DIV other`: the quotient's integer towards zero. REQUIRES: `other` is not 0.
    pub fn div_int(self, other: Self) -> Option<i128> {
        let (a, b, _) = self.aligned(other)?;
        a.checked_div(b)
    }

    /// `self % other`, with the sign of `self`. REQUIRES: `other` is not 0.
    pub fn checked_rem(self, other: Self) -> Option<Self> {
        let (a, b, scale) = self.aligned(other)?;
        Some(Decimal { unscaled: a.checked_rem(b)?, scale, shown: self.shown.max(other.shown) })
    }

    /// Both as integers of one scale.
    fn aligned(self, other: Self) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        Some((self.rescaled(scale)?, other.rescaled(scale)?, scale))
    }
}

fn power(digits: u32) -> Option<i128> {
    10i128.checked_pow(digits)
}

/// `a / b`, half away from zero.
fn divide_rounding(a: i128, b: i128) -> i128 {
    let (quotient, rest) = (a / b, a % b);
    let half_or_more = rest.unsigned_abs() >= b.unsigned_abs().div_ceil(2);
    quotient + if half_or_more { a.signum() * b.signum() } else { 0 }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match self.aligned(*other) {
            Some((a, b, _)) => a.cmp(&b),
            // One has so many digits before the point that the other's scale does not fit beside them: doubles tell them apart.
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
        match self.rescaled(self.shown) {
            Some(rounded) => f.write_str(&digits(rounded, self.shown)),
            None => f.write_str(&digits(self.unscaled, self.scale)),
        }
    }
}

/// `unscaled / 10^scale` in digits.
fn digits(unscaled: i128, scale: u32) -> String {
    let sign = if unscaled < 0 { "-" } else { "" };
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
    fn quotients_have_more_digits_than_they_show_r2() {
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
    fn text_that_is_no_number_is_refused() {
        for text in ["", "-", ".", "1e3", "1.2.3", " 1", "999999999999999999999999999999999999999"] {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }
}
