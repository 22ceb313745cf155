//! All functions there are, one a line.

use super::call::Takes::{self, Any, AsNeeded, Numbers, Values};
use super::call::{Call, Failed, Function};
use super::{cast, number, string, time};
use crate::types::Value;

/// The name of COALESCE.
pub(crate) const COALESCE: &str = "coalesce";

const fn function(name: &'static str, fewest: usize, most: usize, takes: Takes, call: Call) -> Function {
    Function { name, arguments: fewest..=most, takes, call }
}

const MANY: usize = usize::MAX;

/// [`Takes::AsNeeded`]: the evaluator chooses among the arguments and calls nothing.
fn as_needed(_: &[Value], _: bool) -> Result<Value, Failed> {
    Ok(Value::Null)
}

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
    (&[], function(COALESCE, 1, MANY, AsNeeded, as_needed)),
    (&[], function("case", 2, MANY, AsNeeded, as_needed)),
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
}
