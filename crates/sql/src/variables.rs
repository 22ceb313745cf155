//! System variables and `@user` variables of a session.
//!
//! | variable                          | scope          | values                                                    |
//! |-----------------------------------|----------------|-----------------------------------------------------------|
//! | `autocommit`                      | session        | 0, 1                                                      |
//! | `tx_isolation`, `transaction_isolation` | both     | the four levels, by name or number                        |
//! | `tx_read_only`, `transaction_read_only` | both     | 0, 1                                                      |
//! | `innodb_lock_wait_timeout`        | both           | seconds                                                   |
//! | `in_transaction`, `last_insert_id`, `warning_count`, `error_count` | session | read only                       |
//! | `binlog_format`                   | session        | ROW, STATEMENT, MIXED                                     |
//! | `innodb_*`, `version`             | global         | read only: what the engine was opened with                |
//!
//! RULES
//!
//! - **R1** A session begins with the global values ([`Globals`]), which are those that the server has unless it is told otherwise; SET GLOBAL is error 1235.
//! - **R2** SET TRANSACTION without a scope is for the next transaction only ([`crate::transaction`]), and no variable shows it.
//! - **R3** A variable that is not here is error 1193; one that cannot be set to a value is 1231 or 1232, and stays.
//!
//! InnoDB's counterpart: `sql/sys_vars.cc`. MySQL 8's names of the two transaction variables are understood beside MariaDB's.

use crate::error::SqlError;
use crate::value::Value;
use innolab_engine::{Format, Isolation, Options};
use std::collections::BTreeMap;

/// Where a variable is set or looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The session's, or for SET TRANSACTION the next transaction's.
    Unsaid,
    Session,
    Global,
}

impl Scope {
    /// Scope and name of what stands behind `@@`.
    pub(crate) fn of_name(name: &str) -> (Scope, &str) {
        match name.split_once('.') {
            Some((scope, name)) if scope.eq_ignore_ascii_case("global") => (Scope::Global, name),
            Some((scope, name)) if scope.eq_ignore_ascii_case("session") || scope.eq_ignore_ascii_case("local") => {
                (Scope::Session, name)
            }
            _ => (Scope::Unsaid, name),
        }
    }
}

/// What exists once for all sessions, and once for each (R1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Globals {
    pub(crate) isolation: Isolation,
    pub(crate) read_only: bool,
    pub(crate) lock_wait_timeout_s: u64,
}

/// `innodb_lock_wait_timeout` unless it is set.
const LOCK_WAIT_TIMEOUT_S: u64 = 50;
/// The greatest timeout; with it a session waits for ever.
const MAX_TIMEOUT_S: u64 = 100_000_000;

impl Default for Globals {
    fn default() -> Self {
        Globals { isolation: Isolation::default(), read_only: false, lock_wait_timeout_s: LOCK_WAIT_TIMEOUT_S }
    }
}

/// A session's variables.
#[derive(Debug, Clone)]
pub(crate) struct Variables {
    pub(crate) session: Globals,
    pub(crate) autocommit: bool,
    pub(crate) binlog_format: Format,
    pub(crate) last_insert_id: u64,
    /// The first AUTO_INCREMENT value that the next INSERT is to give; 0: as ever.
    pub(crate) insert_id: u64,
    pub(crate) in_transaction: bool,
    pub(crate) warnings: usize,
    pub(crate) errors: usize,
    /// Values of `@name`, by lower-case name.
    pub(crate) user: BTreeMap<String, Value>,
}

/// A value as it was read: SHOW VARIABLES has words where `@@` has numbers.
enum Read {
    Number(u64),
    Switch(bool),
    Text(String),
}

impl Variables {
    pub(crate) fn new(globals: &Globals) -> Variables {
        Variables {
            session: globals.clone(),
            autocommit: true,
            binlog_format: Format::default(),
            last_insert_id: 0,
            insert_id: 0,
            in_transaction: false,
            warnings: 0,
            errors: 0,
            user: BTreeMap::new(),
        }
    }

    /// Milliseconds that a statement waits for a lock.
    pub(crate) fn lock_wait_timeout_ms(&self) -> Option<u64> {
        let seconds = self.session.lock_wait_timeout_s;
        (seconds < MAX_TIMEOUT_S).then_some(seconds * 1000)
    }

    /// The value of `@@name`. ERRORS: 1193.
    pub(crate) fn get(
        &self,
        scope: Scope,
        name: &str,
        globals: &Globals,
        options: &Options,
    ) -> Result<Value, SqlError> {
        let read = self.read(scope, name, globals, options).ok_or_else(|| SqlError::unknown_variable(name))?;
        Ok(match read {
            Read::Number(n) => Value::UInt(n),
            Read::Switch(on) => Value::Int(on.into()),
            Read::Text(text) => Value::Text(text),
        })
    }

    /// All names and values as SHOW VARIABLES shows them, by name.
    pub(crate) fn shown(&self, scope: Scope, globals: &Globals, options: &Options) -> Vec<(String, String)> {
        let shown = NAMES.iter().filter_map(|name| {
            let value = match self.read(scope, name, globals, options)? {
                Read::Number(n) => n.to_string(),
                Read::Switch(on) => if on { "ON" } else { "OFF" }.to_string(),
                Read::Text(text) => text,
            };
            Some((name.to_string(), value))
        });
        shown.collect()
    }

    fn read(&self, scope: Scope, name: &str, globals: &Globals, options: &Options) -> Option<Read> {
        let of = if scope == Scope::Global { globals } else { &self.session };
        Some(match name.to_ascii_lowercase().as_str() {
            "autocommit" => Read::Switch(scope == Scope::Global || self.autocommit),
            "tx_isolation" | "transaction_isolation" => Read::Text(isolation_name(of.isolation).to_string()),
            "tx_read_only" | "transaction_read_only" => Read::Switch(of.read_only),
            "innodb_lock_wait_timeout" => Read::Number(of.lock_wait_timeout_s),
            "log_bin" => Read::Switch(options.log_bin.is_some()),
            "sync_binlog" => Read::Number(options.log_bin.as_ref().map_or(0, |bin| bin.log.sync_binlog.into())),
            "insert_id" if scope != Scope::Global => Read::Number(self.insert_id),
            "in_transaction" if scope != Scope::Global => Read::Switch(self.in_transaction),
            "last_insert_id" | "identity" if scope != Scope::Global => Read::Number(self.last_insert_id),
            "warning_count" if scope != Scope::Global => Read::Number(self.warnings as u64),
            "error_count" if scope != Scope::Global => Read::Number(self.errors as u64),
            "innodb_flush_log_at_trx_commit" => Read::Number(options.innodb_flush_log_at_trx_commit.into()),
            "binlog_format" => Read::Text(FORMATS.iter().find(|(_, f)| *f == self.binlog_format)?.0.to_string()),
            "innodb_autoinc_lock_mode" => Read::Number(1),
            "innodb_page_size" => Read::Number(innolab_base::PAGE_SIZE as u64),
            "innodb_deadlock_detect" => Read::Switch(true),
            "innodb_rollback_on_timeout" => Read::Switch(false),
            "sql_mode" => Read::Text(SQL_MODE.to_string()),
            "version" => Read::Text(VERSION.to_string()),
            "version_comment" => Read::Text("innolab".to_string()),
            _ => return None,
        })
    }

    /// Sets a system variable. Whether `autocommit` was switched on is the caller's to act on. A warning, if the value had to be cut. ERRORS: R3; 1229, 1238.
    pub(crate) fn set(&mut self, scope: Scope, name: &str, value: &Value) -> Result<Option<SqlError>, SqlError> {
        if scope == Scope::Global && NAMES.contains(&name) {
            return Err(SqlError::not_supported(format_args!("SET GLOBAL {name}")));
        }
        let of = &mut self.session;
        match name {
            "autocommit" if scope != Scope::Global => self.autocommit = switch(name, value)?,
            "tx_isolation" | "transaction_isolation" => {
                let level = isolation_of(value).ok_or_else(|| wrong_value(name, value))?;
                of.isolation = level;
            }
            "tx_read_only" | "transaction_read_only" => of.read_only = switch(name, value)?,
            "binlog_format" if scope != Scope::Global => {
                let word = value.shown().unwrap_or_default();
                let format = FORMATS.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(&word));
                self.binlog_format = format.ok_or_else(|| wrong_value(name, value))?.1;
            }
            "insert_id" if scope != Scope::Global => match value {
                Value::Int(n) => self.insert_id = u64::try_from(*n).unwrap_or(0),
                Value::UInt(n) => self.insert_id = *n,
                _ => return Err(SqlError::wrong_variable_type(name)),
            },
            "innodb_lock_wait_timeout" => {
                let seconds = match value {
                    Value::Int(n) => i128::from(*n),
                    Value::UInt(n) => i128::from(*n),
                    Value::Text(word) if word.eq_ignore_ascii_case("default") => LOCK_WAIT_TIMEOUT_S.into(),
                    _ => return Err(SqlError::wrong_variable_type(name)),
                };
                // Both ends are within 64 bits.
                of.lock_wait_timeout_s = seconds.clamp(0, MAX_TIMEOUT_S.into()) as u64;
                if seconds != i128::from(of.lock_wait_timeout_s) {
                    return Ok(Some(SqlError::truncated_value(name, seconds)));
                }
            }
            // Accepted where it asks for what is there.
            "sql_mode" if *value == Value::Text(SQL_MODE.to_string()) => {}
            "sql_safe_updates" | "innodb_rollback_on_timeout" if !switch(name, value)? => {}
            "innodb_deadlock_detect" if switch(name, value)? => {}
            name if NAMES.contains(&name) => return Err(SqlError::read_only_variable(name)),
            name => return Err(SqlError::unknown_variable(name)),
        }
        Ok(None)
    }
}

/// What SHOW VARIABLES shows, by name.
const NAMES: &[&str] = &[
    "autocommit",
    "binlog_format",
    "error_count",
    "in_transaction",
    "innodb_autoinc_lock_mode",
    "innodb_deadlock_detect",
    "innodb_flush_log_at_trx_commit",
    "innodb_lock_wait_timeout",
    "innodb_page_size",
    "innodb_rollback_on_timeout",
    "insert_id",
    "last_insert_id",
    "log_bin",
    "sql_mode",
    "sync_binlog",
    "transaction_isolation",
    "transaction_read_only",
    "tx_isolation",
    "tx_read_only",
    "version",
    "version_comment",
    "warning_count",
];

/// The server's default, which is the only one there is.
const SQL_MODE: &str = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION";
/// The version whose behaviour this is.
const VERSION: &str = "10.11-innolab";

const FORMATS: [(&str, Format); 3] = [("ROW", Format::Row), ("STATEMENT", Format::Statement), ("MIXED", Format::Mixed)];

const LEVELS: [(&str, Isolation); 4] = [
    ("READ-UNCOMMITTED", Isolation::ReadUncommitted),
    ("READ-COMMITTED", Isolation::ReadCommitted),
    ("REPEATABLE-READ", Isolation::RepeatableRead),
    ("SERIALIZABLE", Isolation::Serializable),
];

/// A level as the variable shows it.
pub(crate) fn isolation_name(level: Isolation) -> &'static str {
    LEVELS.iter().find(|(_, l)| *l == level).map_or("", |(name, _)| name)
}

fn isolation_of(value: &Value) -> Option<Isolation> {
    match value {
        Value::Int(n) => usize::try_from(*n).ok().and_then(|n| LEVELS.get(n)).map(|(_, level)| *level),
        Value::Text(name) if name.eq_ignore_ascii_case("default") => Some(Isolation::default()),
        Value::Text(name) => LEVELS.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, level)| *level),
        _ => None,
    }
}

fn switch(name: &str, value: &Value) -> Result<bool, SqlError> {
    match value {
        Value::Int(0) => Ok(false),
        Value::Int(1) => Ok(true),
        Value::Text(word) if ["on", "true"].iter().any(|w| word.eq_ignore_ascii_case(w)) => Ok(true),
        Value::Text(word) if ["off", "false"].iter().any(|w| word.eq_ignore_ascii_case(w)) => Ok(false),
        Value::Text(word) if word.eq_ignore_ascii_case("default") => Ok(name == "autocommit"),
        _ => Err(wrong_value(name, value)),
    }
}

fn wrong_value(name: &str, value: &Value) -> SqlError {
    let shown = value.shown().map_or("NULL".to_string(), |bytes| String::from_utf8_lossy(&bytes).into_owned());
    SqlError::wrong_variable_value(name, shown)
}
