//! Functions of datetimes: their fields, differences, and arithmetic with intervals.
//!
//! RULES
//!
//! - **R1** A value that is not a datetime, or whose day is not in the calendar, gives NULL; in strict mode error 1292.
//! - **R2** A datetime may be incomplete: its month or day is 0. Functions that return a field accept it. Functions
//!   that count days need a complete date, else they give NULL (in strict mode error 1292).
//! - **R3** A DATETIME moved by an interval is a DATETIME. A DATE moved by days or longer units is a DATE. Text moved
//!   is text; it has a time of day if it had one or if the unit is shorter than a day.
//!
//! The server's counterpart: `sql/item_timefunc.cc`, `date_add_interval`. Left out: TIME, weeks by number, intervals of
//! several units.

use super::call::{CallError, integer, truncated_error};
use crate::answer::{SqlError, shown_string};
use crate::types::{Decimal, Number, Rounding, Value, decimal_of, in_calendar, to_datetime};
use innolab_base::temporal::{Date, DateTime, MAX_FSP};
use std::fmt::Write;

type Called = Result<Value, CallError>;

const MICROS_PER_SECOND: i128 = 1_000_000;
const SECONDS_PER_DAY: i128 = 86_400;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// From Monday to Sunday.
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The unit of an interval: a multiple of µs, of days or of months.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Micros(i128),
    Days(i64),
    Months(i64),
}

impl Unit {
    /// The unit with this lower-case name.
    pub(crate) fn find(name: &str) -> Option<Unit> {
        Some(match name {
            "microsecond" => Unit::Micros(1),
            "second" => Unit::Micros(MICROS_PER_SECOND),
            "minute" => Unit::Micros(60 * MICROS_PER_SECOND),
            "hour" => Unit::Micros(3600 * MICROS_PER_SECOND),
            "day" => Unit::Days(1),
            "week" => Unit::Days(7),
            "month" => Unit::Months(1),
            "quarter" => Unit::Months(3),
            "year" => Unit::Months(12),
            _ => return None,
        })
    }
}

fn wrong_datetime(value: &Value) -> SqlError {
    SqlError::wrong_datetime(shown_string(&value.shown().unwrap_or_default(), value.is_binary()))
}

/// The argument as a datetime, perhaps an incomplete one; `None`: the result is NULL. ERRORS: 1292 in strict mode (R1).
pub(crate) fn datetime_argument(value: &Value, strict: bool) -> Result<Option<DateTime>, SqlError> {
    let Some(read) = to_datetime(value) else { return Ok(None) };
    let is_nothing = !read.is_exact && read.datetime == DateTime::default();
    if is_nothing || !in_calendar(read.datetime.date) {
        return if strict { Err(wrong_datetime(value)) } else { Ok(None) };
    }
    if strict && !read.is_exact {
        return Err(truncated_error("datetime", value));
    }
    Ok(Some(read.datetime))
}

/// The argument as a datetime with a complete date; `None`: the result is NULL. ERRORS: 1292 in strict mode (R2).
fn full_datetime(value: &Value, strict: bool) -> Result<Option<DateTime>, SqlError> {
    match datetime_argument(value, strict)? {
        Some(DateTime { date: Date { month: 0, .. } | Date { day: 0, .. }, .. }) if strict => {
            Err(wrong_datetime(value))
        }
        Some(DateTime { date: Date { month: 0, .. } | Date { day: 0, .. }, .. }) => Ok(None),
        datetime => Ok(datetime),
    }
}

fn field(values: &[Value], strict: bool, of: impl FnOnce(DateTime) -> u32) -> Called {
    Ok(datetime_argument(&values[0], strict)?.map_or(Value::Null, |datetime| Value::Int(of(datetime).into())))
}

/// A function of a complete date and its day number.
fn of_full_date(values: &[Value], strict: bool, of: impl FnOnce(Date, i64) -> Value) -> Called {
    Ok(full_datetime(&values[0], strict)?.map_or(Value::Null, |m| of(m.date, m.date.day_number())))
}

pub(super) fn year(values: &[Value], strict: bool) -> Called {
    field(values, strict, |m| m.date.year.into())
}

pub(super) fn quarter(values: &[Value], strict: bool) -> Called {
    field(values, strict, |m| u32::from(m.date.month).div_ceil(3))
}

pub(super) fn month(values: &[Value], strict: bool) -> Called {
    field(values, strict, |m| m.date.month.into())
}

pub(super) fn day(values: &[Value], strict: bool) -> Called {
    field(values, strict, |m| m.date.day.into())
}

pub(super) fn hour(values: &[Value], strict: bool) -> Called {
    field(values, strict, |m| m.hour.into())
}

pub(super) fn minute(values: &[Value], strict: bool) -> Called {
    field(values, strict, |m| m.minute.into())
}

pub(super) fn second(values: &[Value], strict: bool) -> Called {
    field(values, strict, |m| m.second.into())
}

pub(super) fn microsecond(values: &[Value], strict: bool) -> Called {
    field(values, strict, |m| m.micros)
}

pub(super) fn date(values: &[Value], strict: bool) -> Called {
    Ok(datetime_argument(&values[0], strict)?.map_or(Value::Null, |m| Value::Date(m.date)))
}

/// The weekday, 0 for Monday.
fn weekday_of(day_number: i64) -> i64 {
    (day_number + 5).rem_euclid(7)
}

pub(super) fn weekday(values: &[Value], strict: bool) -> Called {
    of_full_date(values, strict, |_, number| Value::Int(weekday_of(number)))
}

pub(super) fn dayofweek(values: &[Value], strict: bool) -> Called {
    of_full_date(values, strict, |_, number| Value::Int((weekday_of(number) + 1) % 7 + 1))
}

pub(super) fn dayofyear(values: &[Value], strict: bool) -> Called {
    of_full_date(values, strict, |day, number| Value::Int(day_of_year(day, number)))
}

fn day_of_year(day: Date, number: i64) -> i64 {
    number - Date { month: 1, day: 1, ..day }.day_number() + 1
}

pub(super) fn dayname(values: &[Value], strict: bool) -> Called {
    of_full_date(values, strict, |_, number| Value::Text(DAYS[weekday_of(number) as usize].to_string()))
}

pub(super) fn monthname(values: &[Value], strict: bool) -> Called {
    Ok(match datetime_argument(&values[0], strict)? {
        Some(DateTime { date: Date { month: month @ 1.., .. }, .. }) => {
            Value::Text(MONTHS[usize::from(month) - 1].to_string())
        }
        _ => Value::Null,
    })
}

pub(super) fn last_day(values: &[Value], strict: bool) -> Called {
    Ok(match datetime_argument(&values[0], strict)? {
        Some(DateTime { date: date @ Date { month: 1.., .. }, .. }) => {
            Value::Date(Date { day: days_of_month(date), ..date })
        }
        _ => Value::Null,
    })
}

fn days_of_month(date: Date) -> u8 {
    (28..=31).rev().find(|day| in_calendar(Date { day: *day, ..date })).unwrap_or(28)
}

pub(super) fn to_days(values: &[Value], strict: bool) -> Called {
    of_full_date(values, strict, |_, number| Value::Int(number))
}

pub(super) fn from_days(values: &[Value], strict: bool) -> Called {
    let day = Date::of_day_number(integer(&values[0], strict)?);
    Ok(Value::Date(day.unwrap_or_default()))
}

pub(super) fn datediff(values: &[Value], strict: bool) -> Called {
    let (a, b) = (full_datetime(&values[0], strict)?, full_datetime(&values[1], strict)?);
    let days = |m: DateTime| m.date.day_number();
    Ok(a.zip(b).map_or(Value::Null, |(a, b)| Value::Int(days(a) - days(b))))
}

// ---- seconds since 1970

/// The last second since 1970 that the server supports.
const LAST_SECOND: i128 = i32::MAX as i128;

pub(super) fn unix_timestamp(values: &[Value], strict: bool) -> Called {
    let Some(datetime) = full_datetime(&values[0], strict)? else { return Ok(Value::Null) };
    let micros = datetime.micros_since_1970().map(i128::from);
    Ok(match micros.filter(|us| us / MICROS_PER_SECOND <= LAST_SECOND) {
        None => Value::Null,
        Some(us) if datetime.fsp == 0 => Value::Int((us / MICROS_PER_SECOND) as i64),
        Some(us) => {
            let seconds = Decimal::from_unscaled(us, MAX_FSP).to_digits(datetime.fsp.into(), Rounding::Cut);
            seconds.map_or(Value::Null, Value::Decimal)
        }
    })
}

pub(super) fn from_unixtime(values: &[Value], _: bool) -> Called {
    let (micros, fsp) = match values[0].number() {
        Some(Number::Int { value, .. }) => (value * MICROS_PER_SECOND, 0),
        Some(Number::Decimal(d)) if d >= Decimal::from_int(0) => {
            (d.truncate() * MICROS_PER_SECOND + i128::from(d.micros()), d.display_scale().min(MAX_FSP))
        }
        // The cast saturates.
        Some(Number::Double(d)) => ((d * 1e6).round() as i128, MAX_FSP),
        _ => return Ok(Value::Null),
    };
    Ok(match u64::try_from(micros) {
        Ok(us) if micros / MICROS_PER_SECOND <= LAST_SECOND => Value::DateTime(DateTime::since_1970(us).with_fsp(fsp)),
        _ => Value::Null,
    })
}

// ---- intervals

pub(super) fn add(values: &[Value], strict: bool) -> Called {
    add_interval(values, 1, strict)
}

pub(super) fn subtract(values: &[Value], strict: bool) -> Called {
    add_interval(values, -1, strict)
}

fn unit(value: &Value) -> Option<Unit> {
    value.string_bytes().and_then(|name| Unit::find(std::str::from_utf8(name).ok()?))
}

/// DATE_ADD (`direction` 1) and DATE_SUB (-1) of `[datetime, amount, unit]` (R3). ERRORS: in strict mode 1292, and 1441
/// if the result is beyond the calendar.
fn add_interval(values: &[Value], direction: i64, strict: bool) -> Called {
    let [from, amount, in_units] = values else { return Ok(Value::Null) };
    let (Some(datetime), Some(unit)) = (full_datetime(from, strict)?, unit(in_units)) else { return Ok(Value::Null) };
    let (to, digits) = match unit {
        Unit::Micros(micros) => {
            let (count, digits) = micros_of(amount, micros, strict)?;
            (plus_micros(datetime, count * i128::from(direction)), digits)
        }
        Unit::Days(days) => {
            let count = integer(amount, strict)?.checked_mul(days * direction);
            let day = count.and_then(|n| datetime.date.day_number().checked_add(n)).and_then(Date::of_day_number);
            (day.map(|date| DateTime { date, ..datetime }), 0)
        }
        Unit::Months(months) => {
            let count = integer(amount, strict)?.checked_mul(months * direction);
            (count.and_then(|n| plus_months(datetime.date, n)).map(|date| DateTime { date, ..datetime }), 0)
        }
    };
    let Some(to) = to else {
        return if strict { Err(SqlError::datetime_overflow().into()) } else { Ok(Value::Null) };
    };
    let has_clock = matches!(unit, Unit::Micros(_)) || to_datetime(from).is_some_and(|read| read.has_time);
    let fsp = datetime.fsp.max(digits);
    Ok(match (from, has_clock) {
        (Value::Date(_), false) => Value::Date(to.date),
        (Value::DateTime(_), _) | (Value::Date(_), true) => Value::DateTime(DateTime { fsp, ..to }),
        (_, false) => Value::Text(to.date.to_string()),
        // From text and numbers: fractions of a second only if there are any.
        (_, true) => Value::Text(DateTime { fsp: if to.micros == 0 { 0 } else { fsp }, ..to }.to_string()),
    })
}

/// The amount in µs, and the number of decimals of seconds that it gives to the result. Only seconds have fractions.
/// `unit` is in µs.
fn micros_of(amount: &Value, unit: i128, strict: bool) -> Result<(i128, u8), SqlError> {
    let digits = if unit == 1 { MAX_FSP } else { 0 };
    if unit != MICROS_PER_SECOND {
        return Ok((i128::from(integer(amount, strict)?) * unit, digits));
    }
    let exact = match (amount.string_bytes(), amount.number()) {
        (Some(text), _) => std::str::from_utf8(text.trim_ascii()).ok().and_then(Decimal::parse),
        (_, Some(number)) => decimal_of(number),
        _ => None,
    };
    let Some(seconds) = exact else { return Ok((i128::from(integer(amount, strict)?) * unit, 0)) };
    let sign = if seconds < Decimal::from_int(0) { -1 } else { 1 };
    let micros = seconds.truncate() * unit + sign * i128::from(seconds.micros());
    Ok((micros, seconds.display_scale().min(MAX_FSP)))
}

fn plus_micros(datetime: DateTime, micros: i128) -> Option<DateTime> {
    let of_day = i128::from(datetime.second_of_day()) * MICROS_PER_SECOND + i128::from(datetime.micros);
    let day_micros = SECONDS_PER_DAY * MICROS_PER_SECOND;
    let at = i128::from(datetime.date.day_number()) * day_micros + of_day;
    let at = at.checked_add(micros)?;
    let date = Date::of_day_number(i64::try_from(at.div_euclid(day_micros)).ok()?)?;
    let of_day = u64::try_from(at.rem_euclid(day_micros)).ok()?;
    // For the time of day only.
    let clock = DateTime::since_1970(of_day);
    Some(DateTime { date, fsp: datetime.fsp, ..clock })
}

/// The same day so many months later, or the last day of that month. `None`: beyond the calendar.
fn plus_months(date: Date, months: i64) -> Option<Date> {
    let month = (i64::from(date.year) * 12 + i64::from(date.month) - 1).checked_add(months)?;
    let year = u16::try_from(month.div_euclid(12)).ok().filter(|year| (1..=9999).contains(year))?;
    let date = Date { year, month: month.rem_euclid(12) as u8 + 1, ..date };
    Some(Date { day: date.day.min(days_of_month(date)), ..date })
}

/// The number of complete units from a to b, for `[a, b, unit]`.
#[doc(alias = "TIMESTAMPDIFF")]
pub(super) fn timestampdiff(values: &[Value], strict: bool) -> Called {
    let (Some(a), Some(b)) = (full_datetime(&values[0], strict)?, full_datetime(&values[1], strict)?) else {
        return Ok(Value::Null);
    };
    let micros = |m: DateTime| {
        (i128::from(m.date.day_number()) * SECONDS_PER_DAY + i128::from(m.second_of_day())) * MICROS_PER_SECOND
            + i128::from(m.micros)
    };
    let passed = micros(b) - micros(a);
    Ok(match unit(&values[2]) {
        None => Value::Null,
        Some(Unit::Micros(unit)) => Value::Int((passed / unit) as i64),
        Some(Unit::Days(days)) => {
            Value::Int((passed / (i128::from(days) * SECONDS_PER_DAY * MICROS_PER_SECOND)) as i64)
        }
        Some(Unit::Months(unit)) => {
            let (from, to, sign) = if passed < 0 { (b, a, -1) } else { (a, b, 1) };
            let month = |m: DateTime| i64::from(m.date.year) * 12 + i64::from(m.date.month);
            let within = |m: DateTime| (m.date.day, m.second_of_day(), m.micros);
            let whole = month(to) - month(from) - i64::from(within(to) < within(from));
            Value::Int(sign * (whole / unit))
        }
    })
}

// ---- formats

/// DATE_FORMAT with all specifiers of the manual except weeks by number. ERRORS: 1235 for these.
pub(super) fn date_format(values: &[Value], strict: bool) -> Called {
    let Some(datetime) = datetime_argument(&values[0], strict)? else { return Ok(Value::Null) };
    let format = String::from_utf8_lossy(&values[1].shown().unwrap_or_default()).into_owned();
    let mut out = String::new();
    let mut rest = format.chars();
    while let Some(c) = rest.next() {
        match (c, rest.clone().next()) {
            ('%', Some(specifier)) => {
                rest.next();
                if !write_specifier(&mut out, specifier, datetime)? {
                    return Ok(Value::Null);
                }
            }
            _ => out.push(c),
        }
    }
    Ok(Value::Text(out))
}

/// Appends the text of a specifier. Returns false if an incomplete datetime does not have it.
fn write_specifier(out: &mut String, specifier: char, m: DateTime) -> Result<bool, CallError> {
    let Date { year, month, day } = m.date;
    let half_day = (m.hour + 11) % 12 + 1;
    let half = if m.hour < 12 { "AM" } else { "PM" };
    let number = m.date.day_number();
    let ending = match day {
        11..=13 => "th",
        _ => ["th", "st", "nd", "rd"].get(usize::from(day % 10)).copied().unwrap_or("th"),
    };
    let is_known = month > 0 && day > 0;
    match specifier {
        'M' | 'b' if month == 0 => return Ok(false),
        'W' | 'a' | 'w' | 'j' if !is_known => return Ok(false),
        'u' | 'U' | 'v' | 'V' | 'x' | 'X' => {
            return Err(SqlError::not_supported(format_args!("DATE_FORMAT with %{specifier}")).into());
        }
        _ => {}
    }
    let month_name = MONTHS[usize::from(month.max(1)) - 1];
    let day_name = DAYS[weekday_of(number) as usize];
    // Writing to a string cannot fail.
    let _ = match specifier {
        'Y' => write!(out, "{year:04}"),
        'y' => write!(out, "{:02}", year % 100),
        'm' => write!(out, "{month:02}"),
        'c' => write!(out, "{month}"),
        'M' => write!(out, "{month_name}"),
        'b' => write!(out, "{}", &month_name[..3]),
        'd' => write!(out, "{day:02}"),
        'e' => write!(out, "{day}"),
        'D' => write!(out, "{day}{ending}"),
        'j' => write!(out, "{:03}", day_of_year(m.date, number)),
        'W' => write!(out, "{day_name}"),
        'a' => write!(out, "{}", &day_name[..3]),
        'w' => write!(out, "{}", (weekday_of(number) + 1) % 7),
        'H' => write!(out, "{:02}", m.hour),
        'k' => write!(out, "{}", m.hour),
        'h' | 'I' => write!(out, "{half_day:02}"),
        'l' => write!(out, "{half_day}"),
        'i' => write!(out, "{:02}", m.minute),
        's' | 'S' => write!(out, "{:02}", m.second),
        'f' => write!(out, "{:06}", m.micros),
        'p' => write!(out, "{half}"),
        'T' => write!(out, "{:02}:{:02}:{:02}", m.hour, m.minute, m.second),
        'r' => write!(out, "{half_day:02}:{:02}:{:02} {half}", m.minute, m.second),
        other => write!(out, "{other}"),
    };
    Ok(true)
}
