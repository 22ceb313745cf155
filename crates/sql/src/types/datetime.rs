//! Reads text and numbers as datetimes, to store them in a DATETIME or DATE column or to compare them with one.
//!
//! ```text
//! '2024-1-2 3:4:5.678'  '2024/01/02T03.04.05'  '24-01-02'   fields after any punctuation
//! '20240102030405.678'  '240102'                            digits only: a year of four digits if there are 4, 8 or at
//!                                                           least 14 of them, else of two
//! 20240102  240102030405  101 (2000-01-01)                  numbers: zeros in front fill them to 6, 8, 12 or 14 digits
//!
//! a year of two digits is one of 1970 to 2069
//! ```
//!
//! RULES
//!
//! - **R1** A datetime has at least year, month and day. Missing fields are 0; decimals of seconds after the sixth are
//!   dropped.
//! - **R2** Months are at most 12, days 31, hours 23, minutes and seconds 59. A month or day of 0 means that it is
//!   unknown. A stored value has to be in the calendar ([`in_calendar`]); a compared value need not be: `'2024-02-30'`
//!   comes after the 29th.
//! - **R3** Text after a datetime is garbage, except spaces. Outside of strict mode the garbage is ignored.
//! - **R4** Outside of strict mode, a value that is not a datetime is 0000-00-00.
//!
//! InnoDB's counterpart: the server's `str_to_datetime`, `number_to_datetime`, `check_date`. Left out: time zones,
//! times without a date.

use super::decimal::Decimal;
use super::value::{Number, Value};
use innolab_base::temporal::{Date, DateTime, MAX_FSP};

/// Two-digit years from here on are in the last century.
#[doc(alias = "YY_PART_YEAR")]
const LAST_CENTURY_FROM: u64 = 70;

/// A value read as a datetime.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parsed {
    /// The datetime; 0000-00-00 if the value is not one (R4).
    pub(crate) datetime: DateTime,
    /// True if the value is a datetime without garbage (R3).
    pub(crate) is_exact: bool,
    /// True if it has a time of day, even if that is midnight.
    pub(crate) has_time: bool,
}

impl Parsed {
    const INVALID: Parsed = Parsed { datetime: ZERO_DATETIME, is_exact: false, has_time: false };
}

/// In text of digits only, a point begins the decimals of the second only after at least so many digits.
const DATETIME_DIGITS: usize = 12;

const ZERO_DATETIME: DateTime =
    DateTime { date: Date { year: 0, month: 0, day: 0 }, hour: 0, minute: 0, second: 0, micros: 0, fsp: 0 };

/// Reads the value as a datetime; `None` for NULL.
pub(crate) fn to_datetime(value: &Value) -> Option<Parsed> {
    Some(match value {
        Value::Null => return None,
        Value::DateTime(datetime) => Parsed { datetime: *datetime, is_exact: true, has_time: true },
        Value::Date(date) => {
            Parsed { datetime: DateTime { date: *date, ..ZERO_DATETIME }, is_exact: true, has_time: false }
        }
        Value::Text(text) => of_text(text.as_bytes()),
        Value::Bytes(bytes) | Value::Hex(bytes) => of_text(bytes),
        other => match other.number().and_then(|number| Some((number, of_number(number)?))) {
            Some((number, datetime)) => {
                Parsed { datetime, is_exact: true, has_time: number.to_f64() > LAST_DATE as f64 }
            }
            None => Parsed::INVALID,
        },
    })
}

/// The value of `DATE '…'`, or with `with_time` of `TIMESTAMP '…'`. `None`: the text is not exactly a date, or a
/// datetime with a time of day.
pub(crate) fn datetime_literal(text: &str, with_time: bool) -> Option<Value> {
    let read = of_text(text.as_bytes());
    let is_valid = read.is_exact && in_calendar(read.datetime.date) && read.has_time == with_time;
    let Parsed { datetime, .. } = is_valid.then_some(read)?;
    Some(if with_time { Value::DateTime(datetime) } else { Value::Date(datetime.date) })
}

/// True if the day of the month exists. An incomplete date passes if it could be completed to one that exists (R2).
#[doc(alias = "check_date")]
pub(crate) fn in_calendar(date: Date) -> bool {
    let is_multiple = |n| date.year.is_multiple_of(n);
    let leaps = is_multiple(4) && (!is_multiple(100) || is_multiple(400) && date.year != 0);
    let days = match date.month {
        4 | 6 | 9 | 11 => 30,
        2 if leaps => 29,
        2 => 28,
        _ => 31,
    };
    date.day <= days
}

// ---- numbers

#[doc(alias = "number_to_datetime")]
fn of_number(number: Number) -> Option<DateTime> {
    let (whole, micros) = match number {
        Number::Int { value, .. } => (value, 0),
        Number::Decimal(d) if d < Decimal::from_int(0) => return None,
        Number::Decimal(d) => (d.truncate(), d.micros()),
        Number::Double(d) if d < 0.0 => return None,
        Number::Double(d) => (d.trunc() as i128, (d.fract() * 1e6) as u32),
    };
    let digits = u64::try_from(whole).ok().filter(|digits| *digits < 100_000_000_000_000)?;
    let micros = if digits > LAST_DATE { micros } else { 0 };
    let whole = with_century(digits)?;
    let part = |unit: u64, most: u64| u8::try_from(whole / unit % 100).ok().filter(|part| u64::from(*part) <= most);
    let date = Date { year: (whole / 10_000_000_000) as u16, month: part(100_000_000, 12)?, day: part(1_000_000, 31)? };
    Some(DateTime { date, hour: part(10_000, 23)?, minute: part(100, 59)?, second: part(1, 59)?, micros, fsp: MAX_FSP })
}

/// The greatest number that is a date without a time.
const LAST_DATE: u64 = 99_991_231;

/// Expands a number to fourteen digits: adds the century and the time of day. `None`: it is not a datetime.
fn with_century(digits: u64) -> Option<u64> {
    const DAY: u64 = 1_000_000;
    const LAST_DAY: u64 = 1231;
    let turn = (LAST_CENTURY_FROM - 1) * 10_000 + LAST_DAY;
    Some(match digits {
        0 => 0,
        101.. if digits <= turn => (digits + 20_000_000) * DAY,
        700_101..=991_231 => (digits + 19_000_000) * DAY,
        10_000_101..=LAST_DATE => digits * DAY,
        101_000_000.. if digits <= turn * DAY + 235_959 => digits + 20_000_000 * DAY,
        700_101_000_000..=991_231_235_959 => digits + 19_000_000 * DAY,
        10_000_101_000_000.. => digits,
        _ => return None,
    })
}

// ---- text

/// Reads text from left to right.
struct Scanner<'t> {
    rest: &'t [u8],
    /// Number of fields read.
    parts: usize,
}

impl Scanner<'_> {
    /// Reads a number of at most so many digits; 0 at the end of the text. `None`: no digit comes next.
    fn number(&mut self, most: usize) -> Option<u64> {
        if self.rest.is_empty() {
            return Some(0);
        }
        let digits = self.rest.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        self.parts += 1;
        // Saturates: that many digits are too many for any field.
        let add = |all: u64, b: &u8| all.saturating_mul(10).saturating_add(u64::from(b - b'0'));
        (digits > 0).then(|| number.iter().fold(0, add))
    }

    /// Reads one punctuation character between two fields, if the text goes on. `None`: something else comes next.
    fn punctuation(&mut self) -> Option<()> {
        match self.rest {
            [] => {}
            [sign, rest @ ..] if sign.is_ascii_punctuation() => self.rest = rest,
            _ => return None,
        }
        Some(())
    }

    /// Reads the separator between date and time: `T`, spaces or a punctuation character.
    fn separator(&mut self) -> Option<()> {
        match self.rest {
            [b'T', rest @ ..] => self.rest = rest,
            [first, ..] if first.is_ascii_whitespace() => self.rest = self.rest.trim_ascii_start(),
            _ => return self.punctuation(),
        }
        Some(())
    }

    fn skip_t(&mut self) {
        self.rest = self.rest.strip_prefix(b"T").unwrap_or(self.rest);
    }
}

#[doc(alias = "str_to_datetime")]
fn of_text(text: &[u8]) -> Parsed {
    let text = text.trim_ascii_start();
    let mut scanner = Scanner { rest: text, parts: 0 };
    let run = text.iter().take_while(|b| b.is_ascii_digit() || **b == b'T').count();
    let digits_only = text.get(run).is_none_or(|next| *next == b'.' && run >= DATETIME_DIGITS);
    let year_digits = match digits_only {
        true if matches!(run, 4 | 8 | 14..) => 4,
        true => 2,
        false => text.iter().take_while(|b| b.is_ascii_digit()).count(),
    };
    let mut parts = [0; 6];
    let whole =
        if digits_only { digits(&mut scanner, year_digits, &mut parts) } else { separated(&mut scanner, &mut parts) };
    if !text.first().is_some_and(u8::is_ascii_digit) || scanner.parts < 3 {
        return Parsed::INVALID;
    }
    let (micros, fsp) = fraction(&mut scanner);
    let is_exact = whole.is_some() && scanner.rest.trim_ascii().is_empty();
    if year_digits == 2 && (parts != [0; 6] || micros != 0) {
        parts[0] += if parts[0] < LAST_CENTURY_FROM { 2000 } else { 1900 };
    }
    if parts.iter().zip([9999, 12, 31, 23, 59, 59]).any(|(part, most)| *part > most) {
        return Parsed::INVALID;
    }
    let [month, day, hour, minute, second] = [1, 2, 3, 4, 5].map(|n: usize| parts[n] as u8);
    let date = Date { year: parts[0] as u16, month, day };
    Parsed { datetime: DateTime { date, hour, minute, second, micros, fsp }, is_exact, has_time: scanner.parts > 3 }
}

/// Reads the fields of `20240102T030405`. `None`: it stopped at garbage.
fn digits(scanner: &mut Scanner<'_>, year_digits: usize, parts: &mut [u64; 6]) -> Option<()> {
    for (n, part) in parts.iter_mut().enumerate() {
        if n == 3 {
            scanner.skip_t();
        }
        *part = scanner.number(if n == 0 { year_digits } else { 2 })?;
    }
    Some(())
}

/// Reads the fields of `2024-01-02 03:04:05`. `None`: it stopped at garbage.
fn separated(scanner: &mut Scanner<'_>, parts: &mut [u64; 6]) -> Option<()> {
    for (n, part) in parts.iter_mut().enumerate() {
        match n {
            0 => {}
            3 => scanner.separator()?,
            _ => scanner.punctuation()?,
        }
        *part = scanner.number(usize::MAX)?;
    }
    Some(())
}

/// Reads the decimals of the second: their value in µs, and their number, at most six. Further digits are dropped.
fn fraction(scanner: &mut Scanner<'_>) -> (u32, u8) {
    let Some(decimals) = scanner.rest.strip_prefix(b".") else { return (0, 0) };
    let digits = decimals.iter().take_while(|b| b.is_ascii_digit()).count();
    let (fraction, rest) = decimals.split_at(digits);
    scanner.rest = rest;
    let kept = fraction.iter().chain(std::iter::repeat(&b'0')).take(MAX_FSP.into());
    (kept.fold(0, |all, b| all * 10 + u32::from(b - b'0')), digits.min(MAX_FSP.into()) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &Value) -> String {
        let Parsed { datetime, is_exact, .. } = to_datetime(value).expect("not NULL");
        format!("{}{}", datetime.with_fsp(MAX_FSP), if is_exact { "" } else { " ?" })
    }

    /// Expected values are from MariaDB 10.11.
    #[test]
    fn text_is_read_in_the_servers_formats_r1_r2_r3() {
        let whole = "2024-01-02 03:04:05.000000";
        let cases = [
            ("2024-01-02 03:04:05", whole),
            ("  2024/1/2T3.4.5 ", whole),
            ("24-1-2-3-4-5", whole),
            ("20240102030405", whole),
            ("240102T030405", whole),
            ("2024-01-02 03:04:05x", "2024-01-02 03:04:05.000000 ?"),
            ("2024-01-02 03:04:05.6789019", "2024-01-02 03:04:05.678901"),
            ("240102030405.6", "2024-01-02 03:04:05.600000"),
            ("2024.01.02", "2024-01-02 00:00:00.000000"),
            ("69-1-2 3", "2069-01-02 03:00:00.000000"),
            ("70-1-2", "1970-01-02 00:00:00.000000"),
            ("1-1-1", "0001-01-01 00:00:00.000000"),
            ("00-00-00", "0000-00-00 00:00:00.000000"),
            ("2024-02-30", "2024-02-30 00:00:00.000000"),
            ("20240102 03:04:05", "0000-00-00 00:00:00.000000 ?"),
            ("2024-13-01", "0000-00-00 00:00:00.000000 ?"),
            ("2024-01-02 24:00", "0000-00-00 00:00:00.000000 ?"),
            ("10000-01-01", "0000-00-00 00:00:00.000000 ?"),
            ("-2024-01-02", "0000-00-00 00:00:00.000000 ?"),
            ("12:34", "0000-00-00 00:00:00.000000 ?"),
            ("2024010", "0000-00-00 00:00:00.000000 ?"),
            ("18446744073709551616-1-1", "0000-00-00 00:00:00.000000 ?"),
            ("\u{fc}", "0000-00-00 00:00:00.000000 ?"),
            ("", "0000-00-00 00:00:00.000000 ?"),
        ];
        for (text, expected) in cases {
            assert_eq!(shown(&Value::Text(text.into())), expected, "{text:?}");
        }
    }

    #[test]
    fn a_number_has_as_many_digits_as_a_datetime() {
        let nothing = "0000-00-00 00:00:00.000000 ?";
        let cases = [
            ("0", "0000-00-00 00:00:00.000000"),
            ("100", nothing),
            ("101", "2000-01-01 00:00:00.000000"),
            ("691231", "2069-12-31 00:00:00.000000"),
            ("691232", nothing),
            ("700101", "1970-01-01 00:00:00.000000"),
            ("1000101", nothing),
            ("20240102", "2024-01-02 00:00:00.000000"),
            ("20240102.5", "2024-01-02 00:00:00.000000"),
            ("101000000", "2000-01-01 00:00:00.000000"),
            ("240102030405", "2024-01-02 03:04:05.000000"),
            ("700101000000", "1970-01-01 00:00:00.000000"),
            ("20240102030405.6789", "2024-01-02 03:04:05.678900"),
            ("99991231235959", "9999-12-31 23:59:59.000000"),
            ("20240102246000", nothing),
            ("100000000000000", nothing),
            ("-1.5", nothing),
        ];
        for (text, expected) in cases {
            let number = Decimal::parse(text).unwrap();
            assert_eq!(shown(&Value::Decimal(number)), expected, "{text}");
        }
        assert_eq!(shown(&Value::Int(-1)), nothing);
        assert_eq!(shown(&Value::Double(20240102030405.5)), "2024-01-02 03:04:05.500000");
    }

    #[test]
    fn the_calendar_has_leap_years_and_accepts_incomplete_dates() {
        let is_in = |text: &str| in_calendar(of_text(text.as_bytes()).datetime.date);
        for day in ["2024-02-29", "2000-02-29", "2024-00-31", "2024-02-00", "2023-12-31"] {
            assert!(is_in(day), "{day}");
        }
        for day in ["2023-02-29", "1900-02-29", "0000-02-29", "2024-04-31", "2024-02-30"] {
            assert!(!is_in(day), "{day}");
        }
    }

    #[test]
    fn literals_are_strict() {
        let day = Date { year: 2024, month: 1, day: 2 };
        assert_eq!(datetime_literal("2024-1-2", false), Some(Value::Date(day)));
        let datetime = DateTime { date: day, hour: 3, micros: 120_000, fsp: 2, ..ZERO_DATETIME };
        assert_eq!(datetime_literal("2024-01-02 3:0:0.12", true), Some(Value::DateTime(datetime)));
        assert_eq!(Value::DateTime(datetime).number().map(Number::to_f64), Some(20240102030000.12));
        for (text, with_time) in [("2024-01-02", true), ("2024-01-02 3", false), ("2024-02-30", false), ("x", false)] {
            assert_eq!(datetime_literal(text, with_time), None, "{text}");
        }
    }
}
