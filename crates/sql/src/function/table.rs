//! The list of all functions, one line each.

use super::call::ArgumentMode::{self, Any, Lazy, NullPropagating, Numeric};
use super::call::{Call, CallError, Function};
use super::{cast, digits, number, search, string, time};
use crate::types::Value;

/// Names of functions whose arguments the evaluator treats each in its own way.
pub(crate) const COALESCE: &str = "coalesce";
/// CASE with an operand.
pub(crate) const CASE_OF: &str = "case of";
pub(crate) const NULLIF: &str = "nullif";

const fn function(name: &'static str, fewest: usize, most: usize, mode: ArgumentMode, call: Call) -> Function {
    Function { name, arity: fewest..=most, mode, call }
}

const MANY: usize = usize::MAX;

/// The body of functions with [`ArgumentMode::Lazy`], which the evaluator never calls.
fn lazy(_: &[Value], _: bool) -> Result<Value, CallError> {
    Ok(Value::Null)
}

/// All functions. Before each, its synonyms: names other than the one that errors show.
static FUNCTIONS: &[(&[&str], Function)] = &[
    (&[], function("abs", 1, 1, Numeric, number::abs)),
    (&["ceiling"], function("ceil", 1, 1, Numeric, number::ceil)),
    (&[], function("exp", 1, 1, Numeric, number::exp)),
    (&[], function("floor", 1, 1, Numeric, number::floor)),
    (&[], function("greatest", 2, MANY, NullPropagating, number::greatest)),
    (&[], function("least", 2, MANY, NullPropagating, number::least)),
    (&[], function("ln", 1, 1, Numeric, number::ln)),
    (&[], function("log", 1, 2, Numeric, number::log)),
    (&[], function("log10", 1, 1, Numeric, number::log10)),
    (&[], function("log2", 1, 1, Numeric, number::log2)),
    (&["power"], function("pow", 2, 2, Numeric, number::pow)),
    (&[], function("round", 1, 2, Numeric, number::round)),
    (&[], function("round each", 2, 2, Numeric, number::round_each)),
    (&[], function("truncate each", 2, 2, Numeric, number::truncate_each)),
    (&[], function("sign", 1, 1, Numeric, number::sign)),
    (&[], function("sqrt", 1, 1, Numeric, number::sqrt)),
    (&[], function("truncate", 2, 2, Numeric, number::truncate)),
    (&[], function("bin", 1, 1, NullPropagating, digits::bin)),
    (&[], function("conv", 3, 3, NullPropagating, digits::conv)),
    (&[], function("oct", 1, 1, NullPropagating, digits::oct)),
    (&[], function("unhex", 1, 1, NullPropagating, digits::unhex)),
    (&[], function("elt", 2, MANY, Any, search::elt)),
    (&[], function("field", 2, MANY, Any, search::field)),
    (&[], function("find_in_set", 2, 2, NullPropagating, search::find_in_set)),
    (&[], function("substring_index", 3, 3, NullPropagating, search::substring_index)),
    (&[], function("ascii", 1, 1, NullPropagating, string::ascii)),
    (&["character_length"], function("char_length", 1, 1, NullPropagating, string::char_length)),
    (&[], function("concat", 1, MANY, NullPropagating, string::concat)),
    (&[], function("concat_ws", 2, MANY, Any, string::concat_ws)),
    (&[], function("hex", 1, 1, NullPropagating, string::hex)),
    (&[], function("instr", 2, 2, NullPropagating, string::instr)),
    (&[], function("left", 2, 2, NullPropagating, string::left)),
    (&["octet_length"], function("length", 1, 1, NullPropagating, string::length)),
    (&[], function("locate", 2, 3, NullPropagating, string::locate)),
    (&["lcase"], function("lower", 1, 1, NullPropagating, string::lower)),
    (&[], function("lpad", 2, 3, NullPropagating, string::lpad)),
    (&[], function("ltrim", 1, 2, NullPropagating, string::ltrim)),
    (&[], function("repeat", 2, 2, NullPropagating, string::repeat)),
    (&[], function("replace", 3, 3, NullPropagating, string::replace)),
    (&[], function("reverse", 1, 1, NullPropagating, string::reverse)),
    (&[], function("right", 2, 2, NullPropagating, string::right)),
    (&[], function("rpad", 2, 3, NullPropagating, string::rpad)),
    (&[], function("rtrim", 1, 2, NullPropagating, string::rtrim)),
    (&[], function("space", 1, 1, NullPropagating, string::space)),
    (&[], function("strcmp", 2, 2, NullPropagating, string::strcmp)),
    (&["mid", "substring"], function("substr", 2, 3, NullPropagating, string::substr)),
    (&[], function("trim", 1, 2, NullPropagating, string::trim)),
    (&["ucase"], function("upper", 1, 1, NullPropagating, string::upper)),
    (&[], function("date", 1, 1, NullPropagating, time::date)),
    (&[], function("date_format", 2, 2, NullPropagating, time::date_format)),
    (&[], function("datediff", 2, 2, NullPropagating, time::datediff)),
    (&["day"], function("dayofmonth", 1, 1, NullPropagating, time::day)),
    (&[], function("dayname", 1, 1, NullPropagating, time::dayname)),
    (&[], function("dayofweek", 1, 1, NullPropagating, time::dayofweek)),
    (&[], function("dayofyear", 1, 1, NullPropagating, time::dayofyear)),
    (&[], function("from_days", 1, 1, NullPropagating, time::from_days)),
    (&[], function("from_unixtime", 1, 1, Numeric, time::from_unixtime)),
    (&[], function("hour", 1, 1, NullPropagating, time::hour)),
    (&[], function("last_day", 1, 1, NullPropagating, time::last_day)),
    (&[], function("microsecond", 1, 1, NullPropagating, time::microsecond)),
    (&[], function("minute", 1, 1, NullPropagating, time::minute)),
    (&[], function("month", 1, 1, NullPropagating, time::month)),
    (&[], function("monthname", 1, 1, NullPropagating, time::monthname)),
    (&[], function("quarter", 1, 1, NullPropagating, time::quarter)),
    (&[], function("second", 1, 1, NullPropagating, time::second)),
    (&[], function("to_days", 1, 1, NullPropagating, time::to_days)),
    (&[], function("unix_timestamp", 1, 1, NullPropagating, time::unix_timestamp)),
    (&[], function("weekday", 1, 1, NullPropagating, time::weekday)),
    (&[], function("year", 1, 1, NullPropagating, time::year)),
    (&[], function("interval +", 3, 3, NullPropagating, time::add)),
    (&[], function("interval -", 3, 3, NullPropagating, time::subtract)),
    (&[], function("interval between", 3, 3, NullPropagating, time::timestampdiff)),
    (&[], function("cast char", 1, 2, NullPropagating, cast::char)),
    (&[], function("cast binary", 1, 2, NullPropagating, cast::binary)),
    (&[], function("cast date", 1, 1, NullPropagating, cast::date)),
    (&[], function("cast datetime", 2, 2, NullPropagating, cast::datetime)),
    (&[], function("cast decimal", 3, 3, NullPropagating, cast::decimal)),
    (&[], function("cast double", 1, 3, Numeric, cast::double)),
    (&[], function("cast signed", 1, 1, NullPropagating, cast::signed)),
    (&[], function("cast unsigned", 1, 1, NullPropagating, cast::unsigned)),
    (&[], function(COALESCE, 1, MANY, Lazy, lazy)),
    (&[], function("case", 2, MANY, Lazy, lazy)),
    (&[], function(CASE_OF, 3, MANY, Lazy, lazy)),
    (&[], function(NULLIF, 2, 2, Lazy, lazy)),
    // The session waits before the statement runs.
    (&[], function("sleep", 1, 1, NullPropagating, |_, _| Ok(Value::Int(0)))),
];

impl Function {
    /// The function with this name or synonym, in lower case.
    pub(crate) fn find(name: &str) -> Option<&'static Function> {
        let is_it = |(others, function): &&(&[&str], Function)| function.name == name || others.contains(&name);
        FUNCTIONS.iter().find(is_it).map(|(_, function)| function)
    }

    /// A function by its own name, internal ones (R3) included. REQUIRES: it exists.
    pub(crate) fn internal(name: &str) -> &'static Function {
        let Some(function) = Function::find(name) else { panic!("no function is called {name}") };
        function
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_name_belongs_to_one_function() {
        let names = FUNCTIONS.iter().flat_map(|(others, function)| others.iter().chain([&function.name]));
        let mut met = BTreeSet::new();
        assert_eq!(names.filter(|name| !met.insert(**name)).count(), 0);
        assert!(met.len() > FUNCTIONS.len() && Function::find("no such").is_none());
    }
}
