//! Functions that a statement may call on values, and CAST: one line a function. What the session answers
//! (`last_insert_id()`, `now()`) is a constant by the time an expression is bound.
//!
//! | file       | what                                                                                         |
//! |------------|----------------------------------------------------------------------------------------------|
//! | `number`   | arithmetic; integers and decimals stay exact, text counts as a double                        |
//! | `string`   | text by characters, binary strings by bytes                                                  |
//! | `time`     | parts of moments, and moments moved                                                          |
//! | `cast`     | one kind as another                                                                          |
//! | `choice`   | CASE, IF, IFNULL, COALESCE, NULLIF: which of several values, and the kind they have in common |
//!
//! RULES
//!
//! - **R1** NULL in, NULL out, but for those that say otherwise ([`Takes`]).
//! - **R2** What is no number, no moment, or does not fit, is NULL or the nearest thing; in a strict statement it is
//!   the error of which the server else warns.
//! - **R3** Names with a space in them are ours: what the grammar has other words for.
//!
//! InnoDB's counterpart: `sql/item_create.cc`, `sql/item_strfunc.cc`, `sql/item_timefunc.cc`. Left out: all others;
//! they are error 1235.

mod cast;
mod choice;
mod number;
mod string;
mod time;

pub(crate) use choice::{COALESCE, choose, first_of};
pub(crate) use time::Unit;

use crate::error::{SqlError, shown_string};
use crate::value::{Number, Value, leading_number};

/// How a function takes its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// NULL if one is (R1).
    Values,
    /// The same; text that is no number is error 1292 in a strict statement (R2).
    Numbers,
    /// Whatever they are.
    Any,
    /// Only those that it needs are evaluated; [`choose`] and [`first_of`] do so.
    AsNeeded,
}

/// Why a call has no value.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The kind of number that the result does not fit in.
    OutOfRange(&'static str),
    Error(SqlError),
}

impl From<SqlError> for Failed {
    fn from(error: SqlError) -> Failed {
        Failed::Error(error)
    }
}

/// What a call gives. `bool`: whether the statement is strict (R2).
type Call = fn(&[Value], bool) -> Result<Value, Failed>;

/// A function of values.
#[derive(Debug)]
pub(crate) struct Function {
    /// In lower case; errors show it.
    pub(crate) name: &'static str,
    /// Fewest and most arguments.
    pub(crate) arguments: std::ops::RangeInclusive<usize>,
    pub(crate) takes: Takes,
    call: Call,
}

const fn function(name: &'static str, fewest: usize, most: usize, takes: Takes, call: Call) -> Function {
    Function { name, arguments: fewest..=most, takes, call }
}

const MANY: usize = usize::MAX;
use Takes::{Any, AsNeeded, Numbers, Values};

/// All there are, and names that they have beside the one that errors show.
static FUNCTIONS: &[(&[&str], Function)] = &[
    (&[], function("abs", 1, 1, Numbers, number::abs)),
    (&["ceiling"], function("ceil", 1, 1, Numbers, number::ceil)),
    (&[], function("exp", 1, 1, Numbers, number::exp)),
    (&[], function("floor", 1, 1, Numbers, number::floor)),
    (&[], function("greatest", 2, MANY, Values, number::greatest)),
    (&[], function("least", 2, MANY, Values, number::least)),
    (&[], function("ln", 1, 1, Numbers, number::ln)),
    (&[], function("log", 1, 2, Numbers, number::log)),
    (&[], function("log10", 1, 1, Numbers, number::log10)),
    (&[], function("log2", 1, 1, Numbers, number::log2)),
    (&["power"], function("pow", 2, 2, Numbers, number::pow)),
    (&[], function("round", 1, 2, Numbers, number::round)),
    (&[], function("sign", 1, 1, Numbers, number::sign)),
    (&[], function("sqrt", 1, 1, Numbers, number::sqrt)),
    (&[], function("truncate", 2, 2, Numbers, number::truncate)),
    (&[], function("ascii", 1, 1, Values, string::ascii)),
    (&["character_length"], function("char_length", 1, 1, Values, string::char_length)),
    (&[], function("concat", 1, MANY, Values, string::concat)),
    (&[], function("concat_ws", 2, MANY, Any, string::concat_ws)),
    (&[], function("hex", 1, 1, Values, string::hex)),
    (&[], function("instr", 2, 2, Values, string::instr)),
    (&[], function("left", 2, 2, Values, string::left)),
    (&["octet_length"], function("length", 1, 1, Values, string::length)),
    (&[], function("locate", 2, 3, Values, string::locate)),
    (&["lcase"], function("lower", 1, 1, Values, string::lower)),
    (&[], function("lpad", 2, 3, Values, string::lpad)),
    (&[], function("ltrim", 1, 2, Values, string::ltrim)),
    (&[], function("repeat", 2, 2, Values, string::repeat)),
    (&[], function("replace", 3, 3, Values, string::replace)),
    (&[], function("reverse", 1, 1, Values, string::reverse)),
    (&[], function("right", 2, 2, Values, string::right)),
    (&[], function("rpad", 2, 3, Values, string::rpad)),
    (&[], function("rtrim", 1, 2, Values, string::rtrim)),
    (&[], function("space", 1, 1, Values, string::space)),
    (&[], function("strcmp", 2, 2, Values, string::strcmp)),
    (&["mid", "substring"], function("substr", 2, 3, Values, string::substr)),
    (&[], function("trim", 1, 2, Values, string::trim)),
    (&["ucase"], function("upper", 1, 1, Values, string::upper)),
    (&[], function("date", 1, 1, Values, time::date)),
    (&[], function("date_format", 2, 2, Values, time::date_format)),
    (&[], function("datediff", 2, 2, Values, time::datediff)),
    (&["day"], function("dayofmonth", 1, 1, Values, time::day)),
    (&[], function("dayname", 1, 1, Values, time::dayname)),
    (&[], function("dayofweek", 1, 1, Values, time::dayofweek)),
    (&[], function("dayofyear", 1, 1, Values, time::dayofyear)),
    (&[], function("from_days", 1, 1, Values, time::from_days)),
    (&[], function("from_unixtime", 1, 1, Numbers, time::from_unixtime)),
    (&[], function("hour", 1, 1, Values, time::hour)),
    (&[], function("last_day", 1, 1, Values, time::last_day)),
    (&[], function("microsecond", 1, 1, Values, time::microsecond)),
    (&[], function("minute", 1, 1, Values, time::minute)),
    (&[], function("month", 1, 1, Values, time::month)),
    (&[], function("monthname", 1, 1, Values, time::monthname)),
    (&[], function("quarter", 1, 1, Values, time::quarter)),
    (&[], function("second", 1, 1, Values, time::second)),
    (&[], function("to_days", 1, 1, Values, time::to_days)),
    (&[], function("unix_timestamp", 1, 1, Values, time::unix_timestamp)),
    (&[], function("weekday", 1, 1, Values, time::weekday)),
    (&[], function("year", 1, 1, Values, time::year)),
    (&[], function("interval +", 3, 3, Values, time::add)),
    (&[], function("interval -", 3, 3, Values, time::subtract)),
    (&[], function("interval between", 3, 3, Values, time::between)),
    (&[], function("cast char", 1, 2, Values, cast::char)),
    (&[], function("cast binary", 1, 2, Values, cast::binary)),
    (&[], function("cast date", 1, 1, Values, cast::date)),
    (&[], function("cast datetime", 2, 2, Values, cast::datetime)),
    (&[], function("cast decimal", 3, 3, Values, cast::decimal)),
    (&[], function("cast double", 1, 1, Numbers, cast::double)),
    (&[], function("cast signed", 1, 1, Values, cast::signed)),
    (&[], function("cast unsigned", 1, 1, Values, cast::unsigned)),
    (&[], function(COALESCE, 1, MANY, AsNeeded, choice::never)),
    (&[], function("case", 2, MANY, AsNeeded, choice::never)),
    // The wait is its session's, before the statement runs.
    (&[], function("sleep", 1, 1, Values, |_, _| Ok(Value::Int(0)))),
];

impl Function {
    /// The function of this lower-case name.
    pub(crate) fn find(name: &str) -> Option<&'static Function> {
        let is_it = |(others, function): &&(&[&str], Function)| function.name == name || others.contains(&name);
        FUNCTIONS.iter().find(is_it).map(|(_, function)| function)
    }

    /// One of R3. REQUIRES: there is one of that name.
    pub(crate) fn ours(name: &str) -> &'static Function {
        let Some(function) = Function::find(name) else { panic!("no function is called {name}") };
        function
    }

    /// Calls it. REQUIRES: as many values as it takes, and that it takes them all.
    pub(crate) fn call(&self, values: &[Value], strict: bool) -> Result<Value, Failed> {
        if self.takes != Takes::Any && values.iter().any(Value::is_null) {
            return Ok(Value::Null);
        }
        if self.takes == Takes::Numbers && strict {
            values.iter().try_for_each(check_number)?;
        }
        (self.call)(values, strict)
    }
}

fn check_number(value: &Value) -> Result<(), SqlError> {
    match value.string_bytes() {
        Some(bytes) if !leading_number(bytes).1 => Err(not_that("DOUBLE", value)),
        _ => Ok(()),
    }
}

/// R2: error 1292.
fn not_that(kind: &str, value: &Value) -> SqlError {
    let bytes = value.shown().unwrap_or_default();
    SqlError::truncated_value(kind, shown_string(&bytes, matches!(value, Value::Bytes(_))))
}

/// A count: rounded, of text what it begins with. ERRORS: R2.
fn integer(value: &Value, strict: bool) -> Result<i64, SqlError> {
    let saturated = |whole: i128| whole.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    if let Some(bytes) = value.string_bytes() {
        let text = bytes.trim_ascii();
        let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
        let end = sign + text[sign..].iter().take_while(|b| b.is_ascii_digit()).count();
        if strict && (end == sign || end < text.len()) {
            return Err(not_that("INTEGER", value));
        }
        let digits = std::str::from_utf8(&text[..end]).unwrap_or_default();
        let beyond = if text.first() == Some(&b'-') { i64::MIN } else { i64::MAX };
        return Ok(if end == sign { 0 } else { digits.parse().unwrap_or(beyond) });
    }
    Ok(match value.number() {
        Some(Number::Int { value, .. }) => saturated(value),
        Some(Number::Decimal(d)) => saturated(d.round()),
        // Saturating.
        Some(Number::Double(d)) => d.round_ties_even() as i64,
        None => 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_name_is_of_one_function() {
        let names = FUNCTIONS.iter().flat_map(|(others, function)| others.iter().chain([&function.name]));
        let mut met = BTreeSet::new();
        assert_eq!(names.filter(|name| !met.insert(**name)).count(), 0);
        assert!(met.len() > FUNCTIONS.len() && Function::find("no such").is_none());
    }

    #[test]
    fn a_count_is_what_text_begins_with() {
        let int = |text: &str, strict| integer(&Value::Text(text.to_string()), strict).map_err(|e| e.errno);
        assert_eq!([int(" -12 ", true), int("12x", false), int("x", false)], [Ok(-12), Ok(12), Ok(0)]);
        assert_eq!([int("12x", true), int("", true)], [Err(1292), Err(1292)]);
        assert_eq!(int("99999999999999999999", false), Ok(i64::MAX));
    }
}
