//! The current time in a statement: the time at which the statement began, the same wherever it is used in the
//! statement.
//!
//! | call                                                                 | value                       |
//! |----------------------------------------------------------------------|-----------------------------|
//! | `now(n)`, `current_timestamp(n)`, `localtime(n)`, `localtimestamp(n)` | when it began, `n` decimals |
//! | `utc_timestamp(n)`                                                   | the same                    |
//! | `curdate()`, `current_date`, `utc_date()`                            | its date                    |
//! | `unix_timestamp()`                                                   | its seconds since 1970      |
//! | `sysdate(n)`                                                         | the clock, whatever `SET timestamp` says |
//!
//! RULES
//!
//! - **R1** The time is the engine's clock ([`Engine`](crate::engine::Engine)) or the value of `SET timestamp`, in UTC.
//! - **R2** A statement that reads it is marked for the binary log, because its text alone would mean another time on a
//!   replica ([`SessionReads::current_time`](crate::context::BindContext)).
//!
//! The server's counterpart: `Item_func_now`, `THD::query_start`. Left out: time zones; TIME, hence `curtime()`.

use crate::answer::SqlError;
use crate::context::BindContext;
use crate::types::Value;
use innolab_base::temporal::{DateTime, MAX_FSP};
use sqlparser::ast;

/// The part of the current time that a call returns.
enum Part {
    Datetime,
    Date,
    UnixTime,
    /// The engine's clock, whatever `SET timestamp` says.
    WallClock,
}

/// Name, the part that it returns, and its name in errors.
const WORDS: &[(&str, Part, &str)] = &[
    ("curdate", Part::Date, ""),
    ("current_date", Part::Date, ""),
    ("current_timestamp", Part::Datetime, "current_timestamp"),
    ("localtime", Part::Datetime, "current_timestamp"),
    ("localtimestamp", Part::Datetime, "current_timestamp"),
    ("now", Part::Datetime, "current_timestamp"),
    ("sysdate", Part::WallClock, "sysdate"),
    ("unix_timestamp", Part::UnixTime, ""),
    ("utc_date", Part::Date, ""),
    ("utc_timestamp", Part::Datetime, "utc_timestamp"),
];

/// The value of a call with this lower-case name; `None`: the call does not return the current time. ERRORS: 1426; 1235
/// for an argument that is not a literal number; 1582 for too many arguments.
pub(crate) fn current_time(
    name: &str,
    arguments: &[Option<&ast::Expr>],
    context: &BindContext,
) -> Option<Result<Value, SqlError>> {
    let (_, part, shown) = WORDS.iter().find(|(word, ..)| *word == name)?;
    let digits = match (part, arguments) {
        (Part::UnixTime, [_, ..]) => return None,
        (_, []) => Ok(0),
        (Part::Datetime | Part::WallClock, [Some(digits)]) => fsp(digits, shown),
        _ => Err(SqlError::wrong_argument_count(name)),
    };
    Some(digits.map(|fsp| {
        context.reads.borrow_mut().current_time = true;
        let began = DateTime::since_1970(context.variables.began_us);
        match part {
            Part::Datetime => Value::DateTime(began.with_fsp(fsp)),
            Part::WallClock => Value::DateTime(DateTime::since_1970(context.variables.clock_us).with_fsp(fsp)),
            Part::Date => Value::Date(began.date),
            Part::UnixTime => Value::Int((context.variables.began_us / 1_000_000) as i64),
        }
    }))
}

fn fsp(written: &ast::Expr, shown: &str) -> Result<u8, SqlError> {
    let number = match written {
        ast::Expr::Value(value) => match &value.value {
            ast::Value::Number(digits, _) => digits.parse::<u64>().ok(),
            _ => None,
        },
        _ => None,
    };
    let fsp = number.ok_or_else(|| SqlError::not_supported(format_args!("{shown}({written})")))?;
    u8::try_from(fsp).ok().filter(|fsp| *fsp <= MAX_FSP).ok_or_else(|| SqlError::big_precision(shown, MAX_FSP))
}

/// True if the expression is CURRENT_TIMESTAMP or a synonym that DEFAULT and ON UPDATE accept.
pub(crate) fn is_current_timestamp(written: &ast::Expr) -> bool {
    let ast::Expr::Function(call) = written else { return false };
    let name = call.name.to_string().to_ascii_lowercase();
    matches!(name.as_str(), "current_timestamp" | "now" | "localtime" | "localtimestamp")
}
