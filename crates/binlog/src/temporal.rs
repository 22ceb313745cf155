//! DATE, TIME, DATETIME and TIMESTAMP in a row image.
//!
//! ```text
//! DATE       3 bytes, little-endian    year << 9 | month << 5 | day
//! TIME       3 bytes, big-endian       sign 1 | unused 1 | hour 10 | minute 6 | second 6      + fraction; 2's complement as a whole
//! DATETIME   5 bytes, big-endian       sign 1 | year × 13 + month 17 | day 5 | hour 5 | minute 6 | second 6      + fraction
//! TIMESTAMP  4 bytes, big-endian       seconds since 1970, UTC      + fraction
//! fraction   0, 1, 2, 3 bytes for 0, 1–2, 3–4, 5–6 digits, big-endian; of an odd number of digits one more is stored, a zero
//! ```
//!
//! The sign bit is 1 for what is not negative, so that bytes compare as times. What the bytes say is passed on: a month 15 is shown.
//!
//! MySQL's counterpart: `my_datetime_packed_to_binary` and its kin.

use crate::wire::{be, le, put_int, put_int_be};
use std::fmt;

/// Bytes of the digits after the second.
pub(crate) fn fraction_bytes(fsp: u8) -> usize {
    usize::from(fsp).div_ceil(2)
}

/// A microsecond in the last stored digit: 1 for six digits, 100 for four, …
fn micros_per_unit(fsp: u8) -> u64 {
    10u64.pow(6 - 2 * fraction_bytes(fsp) as u32)
}

/// A DATE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// 0 to 9999.
    pub year: u16,
    /// 0 to 12.
    pub month: u8,
    /// 0 to 31.
    pub day: u8,
}

/// A TIME: a span or a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Time {
    /// Whether the span is below zero.
    pub negative: bool,
    /// 0 to 838.
    pub hour: u16,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999 999.
    pub micros: u32,
    /// Digits after the second that are shown.
    pub fsp: u8,
}

/// A DATETIME, in no time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// The day.
    pub date: Date,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999 999.
    pub micros: u32,
    /// Digits after the second that are shown.
    pub fsp: u8,
}

/// A TIMESTAMP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Timestamp {
    /// Since 1970, UTC.
    pub seconds: u32,
    /// 0 to 999 999.
    pub micros: u32,
    /// Digits after the second that are shown.
    pub fsp: u8,
}

impl Date {
    pub(crate) fn get(b: &[u8]) -> Date {
        let v = le(b);
        Date { year: (v >> 9) as u16, month: (v >> 5 & 15) as u8, day: (v & 31) as u8 }
    }

    pub(crate) fn put(self, out: &mut Vec<u8>) {
        put_int(out, u64::from(self.year) << 9 | u64::from(self.month) << 5 | u64::from(self.day), 3);
    }
}

impl Time {
    pub(crate) fn get(b: &[u8], fsp: u8) -> Time {
        let fraction_bits = 8 * fraction_bytes(fsp) as u32;
        let signed = be(b) as i64 - (1 << (23 + fraction_bits));
        let v = signed.unsigned_abs();
        let whole = v >> fraction_bits;
        Time {
            negative: signed < 0,
            hour: (whole >> 12 & 0x3ff) as u16,
            minute: (whole >> 6 & 63) as u8,
            second: (whole & 63) as u8,
            micros: ((v & ((1 << fraction_bits) - 1)) * micros_per_unit(fsp)) as u32,
            fsp,
        }
    }

    pub(crate) fn put(self, fsp: u8, out: &mut Vec<u8>) {
        let fraction_bits = 8 * fraction_bytes(fsp) as u32;
        let whole = i64::from(self.hour) << 12 | i64::from(self.minute) << 6 | i64::from(self.second);
        let v = whole << fraction_bits | (u64::from(self.micros) / micros_per_unit(fsp)) as i64;
        let signed = if self.negative { -v } else { v };
        put_int_be(out, (signed + (1 << (23 + fraction_bits))) as u64, 3 + fraction_bytes(fsp));
    }
}

impl DateTime {
    pub(crate) fn get(b: &[u8], fsp: u8) -> DateTime {
        let (whole, fraction) = b.split_at(5);
        let v = be(whole) & 0x7f_ffff_ffff;
        let months = v >> 22;
        DateTime {
            date: Date { year: (months / 13) as u16, month: (months % 13) as u8, day: (v >> 17 & 31) as u8 },
            hour: (v >> 12 & 31) as u8,
            minute: (v >> 6 & 63) as u8,
            second: (v & 63) as u8,
            micros: (be(fraction) * micros_per_unit(fsp)) as u32,
            fsp,
        }
    }

    pub(crate) fn put(self, fsp: u8, out: &mut Vec<u8>) {
        let day = (u64::from(self.date.year) * 13 + u64::from(self.date.month)) << 5 | u64::from(self.date.day);
        let clock = u64::from(self.hour) << 12 | u64::from(self.minute) << 6 | u64::from(self.second);
        put_int_be(out, 1 << 39 | day << 17 | clock, 5);
        put_int_be(out, u64::from(self.micros) / micros_per_unit(fsp), fraction_bytes(fsp));
    }
}

impl Timestamp {
    pub(crate) fn get(b: &[u8], fsp: u8) -> Timestamp {
        let (seconds, fraction) = b.split_at(4);
        Timestamp { seconds: be(seconds) as u32, micros: (be(fraction) * micros_per_unit(fsp)) as u32, fsp }
    }

    pub(crate) fn put(self, fsp: u8, out: &mut Vec<u8>) {
        put_int_be(out, self.seconds.into(), 4);
        put_int_be(out, u64::from(self.micros) / micros_per_unit(fsp), fraction_bytes(fsp));
    }
}

/// `.123` for three digits, nothing for none.
fn fraction(f: &mut fmt::Formatter<'_>, micros: u32, fsp: u8) -> fmt::Result {
    match fsp {
        0 => Ok(()),
        _ => write!(f, ".{}", &format!("{micros:06}")[..usize::from(fsp.min(6))]),
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:02}:{:02}:{:02}", if self.negative { "-" } else { "" }, self.hour, self.minute, self.second)?;
        fraction(f, self.micros, self.fsp)
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:02}:{:02}:{:02}", self.date, self.hour, self.minute, self.second)?;
        fraction(f, self.micros, self.fsp)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.seconds)?;
        fraction(f, self.micros, self.fsp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_back_with_each_number_of_digits() {
        for (fsp, micros) in
            [(0, 0), (1, 100_000), (2, 120_000), (3, 123_000), (4, 123_400), (5, 123_450), (6, 123_456)]
        {
            let date = Date { year: 9999, month: 12, day: 31 };
            let datetime = DateTime { date, hour: 23, minute: 59, second: 58, micros, fsp };
            let mut out = Vec::new();
            datetime.put(fsp, &mut out);
            assert_eq!(out.len(), 5 + fraction_bytes(fsp));
            assert_eq!(DateTime::get(&out, fsp), datetime);

            for negative in [false, true] {
                let time = Time { negative, hour: 838, minute: 1, second: 2, micros, fsp };
                let mut out = Vec::new();
                time.put(fsp, &mut out);
                assert_eq!(out.len(), 3 + fraction_bytes(fsp));
                assert_eq!(Time::get(&out, fsp), time);
            }

            let timestamp = Timestamp { seconds: u32::MAX, micros, fsp };
            let mut out = Vec::new();
            timestamp.put(fsp, &mut out);
            assert_eq!(Timestamp::get(&out, fsp), timestamp);
        }
    }

    #[test]
    fn they_are_shown_as_sql_shows_them() {
        let date = Date { year: 2024, month: 2, day: 29 };
        let mut out = Vec::new();
        date.put(&mut out);
        assert_eq!((out.as_slice(), Date::get(&out).to_string()), (&[0x5d, 0xd0, 0x0f][..], "2024-02-29".into()));
        let datetime = DateTime { date, hour: 1, minute: 2, second: 3, micros: 40_000, fsp: 3 };
        assert_eq!(datetime.to_string(), "2024-02-29 01:02:03.040");
        let time = Time { negative: true, hour: 100, minute: 0, second: 5, micros: 0, fsp: 0 };
        assert_eq!(time.to_string(), "-100:00:05");
    }
}
