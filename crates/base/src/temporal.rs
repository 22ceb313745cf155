//! DATE, TIME, DATETIME and TIMESTAMP as the server packs them, in records and in the row images of the binary log.
//!
//! ```text
//! DATE       24 bits                   year << 9 | month << 5 | day: little-endian in an image, big-endian with the highest bit flipped in a record
//! TIME       3 bytes, big-endian       sign 1 | unused 1 | hour 10 | minute 6 | second 6      + fraction; 2's complement as a whole
//! DATETIME   5 bytes, big-endian       sign 1 | year × 13 + month 17 | day 5 | hour 5 | minute 6 | second 6      + fraction
//! TIMESTAMP  4 bytes, big-endian       seconds since 1970, UTC      + fraction
//! fraction   0, 1, 2, 3 bytes for 0, 1–2, 3–4, 5–6 digits, big-endian; an odd number of digits is stored with one more, a zero
//! ```
//!
//! The sign bit is 1 for values that are not negative, so that bytes compare as times. Decoding validates nothing: a
//! month of 15 is passed on and shown.
//!
//! InnoDB's counterpart: the server's `my_datetime_packed_to_binary` and its siblings; InnoDB itself sees bytes of
//! fixed length, and an integer for a DATE.

use crate::codec::{get_uint, push_uint};
use std::fmt;
use std::str::FromStr;

/// Largest number of digits of a fractional second.
#[doc(alias = "TIME_SECOND_PART_DIGITS")]
pub const MAX_FSP: u8 = 6;

/// Returns the number of bytes of a fractional second of `fsp` digits.
pub fn fraction_bytes(fsp: u8) -> usize {
    usize::from(fsp).div_ceil(2)
}

/// Microseconds of one unit of the stored fraction: 1 for six digits, 100 for four, …
fn micros_per_unit(fsp: u8) -> u64 {
    10u64.pow(6 - 2 * fraction_bytes(fsp) as u32)
}

/// A DATE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Date {
    /// 0 to 9999.
    pub year: u16,
    /// 0 to 12.
    pub month: u8,
    /// 0 to 31.
    pub day: u8,
}

/// A TIME: a duration or a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Time {
    /// True for a negative duration.
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DateTime {
    /// The date.
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
    /// Seconds since 1970, UTC.
    pub seconds: u32,
    /// 0 to 999 999.
    pub micros: u32,
    /// Digits after the second that are shown.
    pub fsp: u8,
}

/// The [`Date::day_number`] of 1970-01-01.
const DAYS_TO_1970: i64 = 719_528;
const MICROS_PER_SECOND: u64 = 1_000_000;
const SECONDS_PER_DAY: u64 = 86_400;

impl Date {
    /// Returns the day's number in the proleptic Gregorian calendar: 0001-01-01 is day 366, and year 0 has no leap day.
    /// A day beyond the month's end counts into the next month.
    /// REQUIRES a month and a day that are not 0.
    #[doc(alias = "calc_daynr")]
    pub fn day_number(self) -> i64 {
        // In years that begin in March the leap day is the last day of a year.
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let (years, leap_days) = (365 * year, year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400));
        years + leap_days + (153 * month + 2) / 5 + i64::from(self.day) + 59 + i64::from(year < 0)
    }

    /// Returns the date of a [`Date::day_number`]; `None` before the year 1 and after 9999.
    #[doc(alias = "get_date_from_daynr")]
    pub fn of_day_number(number: i64) -> Option<Date> {
        /// Days of four hundred years: the period of the calendar.
        const CYCLE: i64 = 146_097;
        let from_march = number - 60;
        let (cycle, day) = (from_march.div_euclid(CYCLE), from_march.rem_euclid(CYCLE));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month + 2) / 5 + 1) as u8;
        let (year, month) = (cycle * 400 + year, month as u8);
        let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
        let year = u16::try_from(year).ok().filter(|year| (1..=9999).contains(year))?;
        Some(Date { year, month, day })
    }

    /// Returns the date as 24 bits, which compare as dates.
    pub fn packed(self) -> u32 {
        u32::from(self.year) << 9 | u32::from(self.month) << 5 | u32::from(self.day)
    }

    /// Returns the date that 24 bits encode.
    pub fn from_packed(v: u32) -> Date {
        Date { year: (v >> 9) as u16, month: (v >> 5 & 15) as u8, day: (v & 31) as u8 }
    }
}

impl Time {
    /// Decodes a TIME with `fsp` fractional digits. REQUIRES as many bytes as the type has.
    pub fn get(b: &[u8], fsp: u8) -> Time {
        let fraction_bits = 8 * fraction_bytes(fsp) as u32;
        let signed = get_uint(b) as i64 - (1 << (23 + fraction_bits));
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

    /// Appends the bytes of a TIME with `fsp` fractional digits. REQUIRES a value that has no further digits.
    pub fn put(self, fsp: u8, out: &mut Vec<u8>) {
        let fraction_bits = 8 * fraction_bytes(fsp) as u32;
        let whole = i64::from(self.hour) << 12 | i64::from(self.minute) << 6 | i64::from(self.second);
        let v = whole << fraction_bits | (u64::from(self.micros) / micros_per_unit(fsp)) as i64;
        let signed = if self.negative { -v } else { v };
        push_uint(out, (signed + (1 << (23 + fraction_bits))) as u64, 3 + fraction_bytes(fsp));
    }
}

impl DateTime {
    /// Returns the UTC time `micros` microseconds after the start of 1970, with six digits. A time after the year 9999
    /// gets the last day of 9999.
    pub fn since_1970(micros: u64) -> DateTime {
        let seconds = micros / MICROS_PER_SECOND;
        let day =
            i64::try_from(seconds / SECONDS_PER_DAY).ok().and_then(|days| Date::of_day_number(days + DAYS_TO_1970));
        let date = day.unwrap_or(Date { year: 9999, month: 12, day: 31 });
        let (minutes, second) = (seconds / 60, (seconds % 60) as u8);
        let (hour, minute) = ((minutes / 60 % 24) as u8, (minutes % 60) as u8);
        DateTime { date, hour, minute, second, micros: (micros % MICROS_PER_SECOND) as u32, fsp: MAX_FSP }
    }

    /// Returns the microseconds since the start of 1970; `None` before it, and if month or day is 0.
    pub fn micros_since_1970(self) -> Option<u64> {
        let Date { month: 1.., day: 1.., .. } = self.date else { return None };
        let days = u64::try_from(self.date.day_number() - DAYS_TO_1970).ok()?;
        let seconds = days * SECONDS_PER_DAY + self.second_of_day();
        Some(seconds * MICROS_PER_SECOND + u64::from(self.micros))
    }

    /// Returns the whole seconds since midnight.
    pub fn second_of_day(self) -> u64 {
        (u64::from(self.hour) * 60 + u64::from(self.minute)) * 60 + u64::from(self.second)
    }

    /// Returns an integer that orders as the values do: microseconds, as if months had 32 days and years 16 months.
    /// REQUIRES parts within their ranges.
    #[doc(alias = "TIME_to_longlong_datetime_packed")]
    pub fn sort_key(self) -> u64 {
        let day = u64::from(self.date.packed());
        (day * SECONDS_PER_DAY + self.second_of_day()) * MICROS_PER_SECOND + u64::from(self.micros)
    }

    /// Truncates the value to `fsp` fractional digits.
    #[doc(alias = "my_datetime_trunc")]
    pub fn with_fsp(self, fsp: u8) -> DateTime {
        let unit = 10u32.pow(u32::from(MAX_FSP.saturating_sub(fsp)));
        DateTime { micros: self.micros / unit * unit, fsp, ..self }
    }

    /// Decodes a DATETIME with `fsp` fractional digits. REQUIRES as many bytes as the type has.
    pub fn get(b: &[u8], fsp: u8) -> DateTime {
        let (whole, fraction) = b.split_at(5);
        let v = get_uint(whole) & 0x7f_ffff_ffff;
        let months = v >> 22;
        DateTime {
            date: Date { year: (months / 13) as u16, month: (months % 13) as u8, day: (v >> 17 & 31) as u8 },
            hour: (v >> 12 & 31) as u8,
            minute: (v >> 6 & 63) as u8,
            second: (v & 63) as u8,
            micros: (get_uint(fraction) * micros_per_unit(fsp)) as u32,
            fsp,
        }
    }

    /// Appends the bytes of a DATETIME with `fsp` fractional digits. REQUIRES a value that has no further digits.
    pub fn put(self, fsp: u8, out: &mut Vec<u8>) {
        let day = (u64::from(self.date.year) * 13 + u64::from(self.date.month)) << 5 | u64::from(self.date.day);
        let clock = u64::from(self.hour) << 12 | u64::from(self.minute) << 6 | u64::from(self.second);
        push_uint(out, 1 << 39 | day << 17 | clock, 5);
        push_uint(out, u64::from(self.micros) / micros_per_unit(fsp), fraction_bytes(fsp));
    }
}

impl Timestamp {
    /// Decodes a TIMESTAMP with `fsp` fractional digits. REQUIRES as many bytes as the type has.
    pub fn get(b: &[u8], fsp: u8) -> Timestamp {
        let (seconds, fraction) = b.split_at(4);
        Timestamp { seconds: get_uint(seconds) as u32, micros: (get_uint(fraction) * micros_per_unit(fsp)) as u32, fsp }
    }

    /// Appends the bytes of a TIMESTAMP with `fsp` fractional digits. REQUIRES a value that has no further digits.
    pub fn put(self, fsp: u8, out: &mut Vec<u8>) {
        push_uint(out, self.seconds.into(), 4);
        push_uint(out, u64::from(self.micros) / micros_per_unit(fsp), fraction_bytes(fsp));
    }
}

/// Parses `text`, all of it digits.
fn whole<T: FromStr>(text: &str) -> Result<T, Malformed> {
    if text.bytes().all(|b| b.is_ascii_digit()) { text.parse().map_err(|_| Malformed) } else { Err(Malformed) }
}

/// Text that is not in the form of these types' `Display`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

impl FromStr for Date {
    type Err = Malformed;

    /// Parses the form of `Display`; the forms that clients may write are parsed in `sql`.
    fn from_str(text: &str) -> Result<Date, Malformed> {
        let mut parts = text.splitn(3, '-');
        let mut part = || parts.next().ok_or(Malformed);
        Ok(Date { year: whole(part()?)?, month: whole(part()?)?, day: whole(part()?)? })
    }
}

impl FromStr for DateTime {
    type Err = Malformed;

    /// Parses the form of `Display`.
    fn from_str(text: &str) -> Result<DateTime, Malformed> {
        let (date, clock) = text.split_once(' ').ok_or(Malformed)?;
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
        let mut parts = clock.splitn(3, ':');
        let mut part = || parts.next().ok_or(Malformed);
        let (hour, minute, second) = (whole(part()?)?, whole(part()?)?, whole(part()?)?);
        let fsp = u8::try_from(fraction.len()).ok().filter(|fsp| *fsp <= MAX_FSP).ok_or(Malformed)?;
        let micros = whole(&format!("{fraction:0<6}"))?;
        Ok(DateTime { date: date.parse()?, hour, minute, second, micros, fsp })
    }
}

/// Writes `.123` for three digits, nothing for none.
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
    fn day_numbers_are_consecutive() {
        let (first, last) = (Date { year: 1, month: 1, day: 1 }, Date { year: 9999, month: 12, day: 31 });
        let mut before = first;
        assert_eq!(Date::of_day_number(366), Some(first));
        for number in 367..=last.day_number() {
            let day = Date::of_day_number(number).expect("within the calendar");
            assert!(day > before && day.day_number() == number, "{day}");
            assert!(day.day == before.day + 1 || day.day == 1, "{day}");
            before = day;
        }
        assert_eq!(before, last);
        assert_eq!([365, last.day_number() + 1].map(Date::of_day_number), [None, None]);
        // As the server's `to_days`.
        let known = [("2024-02-29", 739_310), ("1970-01-01", DAYS_TO_1970), ("1900-03-01", 694_020), ("0000-01-01", 1)];
        for (text, number) in known {
            assert_eq!(text.parse::<Date>().expect("a day").day_number(), number, "{text}");
        }
    }

    #[test]
    fn microseconds_since_1970_round_trip() {
        for (micros, text) in [
            (0, "1970-01-01 00:00:00.000000"),
            (1_700_000_000_987_654, "2023-11-14 22:13:20.987654"),
            (1_709_251_198_000_000, "2024-02-29 23:59:58.000000"),
            (951_868_800_000_000, "2000-03-01 00:00:00.000000"),
        ] {
            let moment = DateTime::since_1970(micros);
            assert_eq!((moment.to_string().as_str(), moment.micros_since_1970()), (text, Some(micros)));
        }
        assert_eq!("1969-12-31 23:59:59".parse::<DateTime>().expect("a moment").micros_since_1970(), None);
        assert_eq!(DateTime::default().micros_since_1970(), None);
    }

    #[test]
    fn values_round_trip_with_every_number_of_digits() {
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
    fn display_is_that_of_sql() {
        let date = Date { year: 2024, month: 2, day: 29 };
        assert_eq!((date.packed(), Date::from_packed(0x0f_d05d).to_string()), (0x0f_d05d, "2024-02-29".into()));
        let datetime = DateTime { date, hour: 1, minute: 2, second: 3, micros: 40_000, fsp: 3 };
        assert_eq!(datetime.to_string(), "2024-02-29 01:02:03.040");
        let time = Time { negative: true, hour: 100, minute: 0, second: 5, micros: 0, fsp: 0 };
        assert_eq!(time.to_string(), "-100:00:05");
    }

    use proptest::prelude::*;

    fn dates() -> impl Strategy<Value = Date> {
        (0u16..=9999, 0u8..=12, 0u8..=31).prop_map(|(year, month, day)| Date { year, month, day })
    }

    fn datetimes() -> impl Strategy<Value = DateTime> {
        let clock = (0u8..24, 0u8..60, 0u8..60, prop_oneof![Just(0), Just(999_999), 0u32..1_000_000]);
        (dates(), clock).prop_map(|(date, (hour, minute, second, micros))| DateTime {
            date,
            hour,
            minute,
            second,
            micros,
            fsp: MAX_FSP,
        })
    }

    proptest! {
        /// Bytes compare as times; bytes and text round-trip.
        #[test]
        fn datetimes_compare_as_their_bytes_do(a in datetimes(), b in datetimes(), near in any::<bool>(), fsp in 0..=MAX_FSP) {
            let b = if near { DateTime { date: a.date, hour: a.hour, ..b } } else { b };
            let [a, b] = [a, b].map(|v| v.with_fsp(fsp));
            let stored = |v: DateTime| {
                let mut out = Vec::new();
                v.put(fsp, &mut out);
                out
            };
            let fields = |v: DateTime| (v.date, v.hour, v.minute, v.second, v.micros);
            prop_assert_eq!(stored(a).cmp(&stored(b)), fields(a).cmp(&fields(b)));
            prop_assert_eq!(a.sort_key().cmp(&b.sort_key()), fields(a).cmp(&fields(b)));
            prop_assert_eq!(DateTime::get(&stored(a), fsp), a);
            prop_assert_eq!(a.to_string().parse(), Ok(a));
            prop_assert_eq!(a.date.packed().cmp(&b.date.packed()), a.date.cmp(&b.date));
            prop_assert_eq!(Date::from_packed(a.date.packed()), a.date);
            prop_assert_eq!(a.date.to_string().parse(), Ok(a.date));
        }
    }
}
