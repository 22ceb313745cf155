//! System variables and `@user` variables of a session.
//!
//! | variable                          | scope          | values                                                    |
//! |-----------------------------------|----------------|-----------------------------------------------------------|
//! | `autocommit`                      | both           | 0, 1                                                      |
//! | `tx_isolation`, `transaction_isolation` | both     | the four levels, by name or number                        |
//! | `tx_read_only`, `transaction_read_only` | both     | 0, 1                                                      |
//! | `innodb_lock_wait_timeout`        | both           | seconds                                                   |
//! | `binlog_format`                   | both           | ROW, STATEMENT, MIXED                                     |
//! | `insert_id`                       | session        | a number                                                  |
//! | `timestamp`                       | session        | when its statements begin, in seconds since 1970; 0: when they do |
//! | `time_zone`                       | both           | `+00:00`, the only one                                    |
//! | `in_transaction`, `last_insert_id`, `warning_count`, `error_count` | session | read only                       |
//! | `sync_binlog`, `max_binlog_size`, `innodb_flush_log_at_trx_commit` | global  | numbers: for all sessions at once |
//! | `innodb_*`, `version`             | global         | read only: what the engine was opened with                |
//!
//! RULES
//!
//! - **R1** A session begins with the global values as they are then ([`Globals`], kept by the engine); SET GLOBAL
//!   changes no session that is open.
//! - **R2** SET TRANSACTION without a scope is for the next transaction only ([`crate::session`]), and no variable shows it.
//! - **R3** A variable that is not here is error 1193; one that cannot be set to a value is 1231 or 1232, and stays.
//!
//! InnoDB's counterpart: `sql/sys_vars.cc`. MySQL 8's names of the two transaction variables are understood beside MariaDB's.

use crate::answer::SqlError;
use crate::engine::{Format, Globals, Isolation, Options, SessionSettings};
use crate::parse::Scope;
use crate::types::{Decimal, Value};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The greatest timeout; with it a session waits for ever.
const MAX_TIMEOUT_S: u64 = 100_000_000;
/// `max_binlog_size` is a multiple of this many bytes, at least one and at most 2^18.
const LOG_SIZE_UNIT: u64 = 4096;

/// A session's variables.
#[derive(Debug, Clone)]
pub(crate) struct Variables {
    pub(crate) session: SessionSettings,
    pub(crate) last_insert_id: u64,
    /// The first AUTO_INCREMENT value that the next INSERT is to give; 0: as ever.
    pub(crate) insert_id: u64,
    /// When statements shall have begun, in µs since 1970; `None`: when they begin.
    #[doc(alias = "SET TIMESTAMP")]
    pub(crate) timestamp_us: Option<u64>,
    /// When this statement began, in µs since 1970.
    pub(crate) began_us: u64,
    /// The same, whatever `timestamp_us` says.
    pub(crate) clock_us: u64,
    pub(crate) in_transaction: bool,
    pub(crate) warnings: usize,
    pub(crate) errors: usize,
    /// Values of `@name`, by lower-case name.
    pub(crate) user_variables: BTreeMap<String, Value>,
}

/// A value as it was read: SHOW VARIABLES has words where `@@` has numbers.
enum ReadValue {
    Number(u64),
    Switch(bool),
    Text(String),
    /// µs, shown as seconds.
    Micros(u64),
}

impl Variables {
    pub(crate) fn new(session: SessionSettings) -> Variables {
        Variables {
            session,
            last_insert_id: 0,
            insert_id: 0,
            timestamp_us: None,
            began_us: 0,
            clock_us: 0,
            in_transaction: false,
            warnings: 0,
            errors: 0,
            user_variables: BTreeMap::new(),
        }
    }

    /// A statement begins, by the engine's clock.
    #[doc(alias = "THD::set_time")]
    pub(crate) fn begin_statement(&mut self, now_us: u64) {
        self.clock_us = now_us;
        self.began_us = self.timestamp_us.unwrap_or(now_us);
    }

    /// Milliseconds that a statement waits for a lock.
    pub(crate) fn lock_wait_timeout_ms(&self) -> Option<u64> {
        let seconds = self.session.lock_wait_timeout_s;
        (seconds < MAX_TIMEOUT_S).then_some(seconds * 1000)
    }

    /// The value of `@@name`. ERRORS: 1193, 1238.
    pub(crate) fn get(
        &self,
        scope: Scope,
        name: &str,
        globals: &Globals,
        options: &Options,
    ) -> Result<Value, SqlError> {
        let lower = name.to_ascii_lowercase();
        let of = if lower == "identity" { "last_insert_id" } else { &lower };
        match (scope, scope_of(of)) {
            (Scope::Session, Some(VariableScope::GlobalOnly { .. })) => {
                return Err(SqlError::other_scope(lower, "GLOBAL"));
            }
            (Scope::Global, Some(VariableScope::SessionOnly)) => return Err(SqlError::other_scope(lower, "SESSION")),
            _ => {}
        }
        let read = self.read(scope, name, globals, options).ok_or_else(|| SqlError::unknown_variable(name))?;
        Ok(match read {
            ReadValue::Number(n) => Value::UInt(n),
            ReadValue::Switch(on) => Value::Int(on.into()),
            ReadValue::Text(text) => Value::Text(text),
            ReadValue::Micros(us) => Value::Decimal(Decimal::from_unscaled(us.into(), 6)),
        })
    }

    /// All names and values as SHOW VARIABLES shows them, by name.
    pub(crate) fn shown(&self, scope: Scope, globals: &Globals, options: &Options) -> Vec<(String, String)> {
        let shown = VARIABLES.iter().filter_map(|(name, _)| {
            let value = match self.read(scope, name, globals, options)? {
                ReadValue::Number(n) => n.to_string(),
                ReadValue::Switch(on) => if on { "ON" } else { "OFF" }.to_string(),
                ReadValue::Text(text) => text,
                ReadValue::Micros(us) => format!("{}.{:06}", us / 1_000_000, us % 1_000_000),
            };
            Some((name.to_string(), value))
        });
        shown.collect()
    }

    fn read(&self, scope: Scope, name: &str, globals: &Globals, options: &Options) -> Option<ReadValue> {
        let of = if scope == Scope::Global { &globals.session } else { &self.session };
        Some(match name.to_ascii_lowercase().as_str() {
            "autocommit" => ReadValue::Switch(of.autocommit),
            "tx_isolation" | "transaction_isolation" => ReadValue::Text(isolation_name(of.isolation).to_string()),
            "tx_read_only" | "transaction_read_only" => ReadValue::Switch(of.read_only),
            "innodb_lock_wait_timeout" => ReadValue::Number(of.lock_wait_timeout_s),
            "log_bin" => ReadValue::Switch(options.log_bin.is_some()),
            "sync_binlog" => ReadValue::Number(globals.sync_binlog.into()),
            "max_binlog_size" => ReadValue::Number(globals.max_binlog_size),
            "insert_id" if scope != Scope::Global => ReadValue::Number(self.insert_id),
            "timestamp" if scope != Scope::Global => ReadValue::Micros(self.began_us),
            "time_zone" => ReadValue::Text(TIME_ZONE.to_string()),
            "in_transaction" if scope != Scope::Global => ReadValue::Switch(self.in_transaction),
            "last_insert_id" | "identity" if scope != Scope::Global => ReadValue::Number(self.last_insert_id),
            "warning_count" if scope != Scope::Global => ReadValue::Number(self.warnings as u64),
            "error_count" if scope != Scope::Global => ReadValue::Number(self.errors as u64),
            "innodb_flush_log_at_trx_commit" => ReadValue::Number(globals.innodb_flush_log_at_trx_commit.into()),
            "binlog_format" => ReadValue::Text(FORMATS.iter().find(|(_, f)| *f == of.binlog_format)?.0.to_string()),
            "innodb_autoinc_lock_mode" => ReadValue::Number(1),
            "innodb_page_size" => ReadValue::Number(innolab_base::PAGE_SIZE as u64),
            "innodb_deadlock_detect" => ReadValue::Switch(true),
            "innodb_rollback_on_timeout" => ReadValue::Switch(false),
            "sql_mode" => ReadValue::Text(SQL_MODE.to_string()),
            "version" => ReadValue::Text(VERSION.to_string()),
            "version_comment" => ReadValue::Text("innolab".to_string()),
            _ => return None,
        })
    }

    /// Sets one of the session's. Whether `autocommit` was switched on is the caller's to act on. ERRORS: R3; 1229, 1238, 1679.
    pub(crate) fn set(&mut self, name: &str, value: &Value, globals: &Globals) -> SetResult {
        if name == "timestamp" {
            return self.set_timestamp(value);
        }
        if name == "binlog_format" && self.in_transaction {
            return Err(SqlError::within_transaction(name));
        }
        if let Some(set) = set_shared(&mut self.session, &globals.session, name, value) {
            return set;
        }
        match name {
            "insert_id" => match value {
                Value::Int(n) => self.insert_id = u64::try_from(*n).unwrap_or(0),
                Value::UInt(n) => self.insert_id = *n,
                _ => return Err(SqlError::wrong_variable_type(name)),
            },
            // Accepted where it asks for what is there.
            "time_zone" if *value == Value::Text(TIME_ZONE.to_string()) => {}
            "sql_mode" if *value == Value::Text(SQL_MODE.to_string()) => {}
            "sql_safe_updates" | "innodb_rollback_on_timeout" if !switch(name, value, false)? => {}
            "innodb_deadlock_detect" if switch(name, value, true)? => {}
            name if scope_of(name) == Some(SETTABLE) => return Err(SqlError::global_variable(name)),
            name => return Err(not_settable(name)),
        }
        Ok(None)
    }

    /// `SET timestamp`: seconds, the microseconds behind the point. ERRORS: 1232.
    fn set_timestamp(&mut self, value: &Value) -> SetResult {
        const MICROS: f64 = 1e6;
        let seconds = match value {
            value if is_default(value) => 0.0,
            value if value.string_bytes().is_some() => return Err(SqlError::wrong_variable_type("timestamp")),
            value => value.number().ok_or_else(|| SqlError::wrong_variable_type("timestamp"))?.to_f64(),
        };
        let within = seconds.clamp(0.0, f64::from(i32::MAX));
        self.timestamp_us = Some((within * MICROS).round() as u64).filter(|us| *us != 0);
        let shown = || value.shown().map_or(String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok((seconds != within).then(|| SqlError::truncated_value("timestamp", shown())))
    }
}

/// What came of setting a variable: perhaps a warning that its value had to be cut.
pub(crate) type SetResult = Result<Option<SqlError>, SqlError>;

/// SET GLOBAL. ERRORS: R3; 1228, 1238.
pub(crate) fn set_global(globals: &mut Globals, name: &str, value: &Value, options: &Options) -> SetResult {
    if let Some(set) = set_shared(&mut globals.session, &SessionSettings::default(), name, value) {
        return set;
    }
    let default = Globals::new(options);
    let (number, warning) = match name {
        "sync_binlog" => clamped(name, value, default.sync_binlog.into(), 0..=u32::MAX.into())?,
        "innodb_flush_log_at_trx_commit" => clamped(name, value, default.innodb_flush_log_at_trx_commit.into(), 0..=2)?,
        "max_binlog_size" => {
            let range = LOG_SIZE_UNIT..=LOG_SIZE_UNIT << 18;
            let (bytes, cut) = clamped(name, value, default.max_binlog_size, range)?;
            let whole = bytes / LOG_SIZE_UNIT * LOG_SIZE_UNIT;
            (whole, cut.or((whole != bytes).then(|| SqlError::truncated_value(name, bytes))))
        }
        "insert_id" | "last_insert_id" | "identity" | "timestamp" => return Err(SqlError::session_variable(name)),
        "time_zone" if *value == Value::Text(TIME_ZONE.to_string()) => return Ok(None),
        name => return Err(not_settable(name)),
    };
    match name {
        // The ranges are those of the types.
        "sync_binlog" => globals.sync_binlog = number as u32,
        "max_binlog_size" => globals.max_binlog_size = number,
        _ => globals.innodb_flush_log_at_trx_commit = number as u8,
    }
    Ok(warning)
}

/// Sets one that the server has and each session too; `None`: it is none of these. `default`: what DEFAULT stands for.
fn set_shared(of: &mut SessionSettings, default: &SessionSettings, name: &str, value: &Value) -> Option<SetResult> {
    let done = match name {
        "autocommit" => switch(name, value, default.autocommit).map(|on| of.autocommit = on),
        "tx_isolation" | "transaction_isolation" => {
            let level = isolation_of(value, default.isolation).ok_or_else(|| wrong_value(name, value));
            level.map(|level| of.isolation = level)
        }
        "tx_read_only" | "transaction_read_only" => switch(name, value, default.read_only).map(|on| of.read_only = on),
        "binlog_format" => {
            let format = format_of(value, default.binlog_format).ok_or_else(|| wrong_value(name, value));
            format.map(|format| of.binlog_format = format)
        }
        "innodb_lock_wait_timeout" => {
            let set = clamped(name, value, default.lock_wait_timeout_s, 0..=MAX_TIMEOUT_S);
            return Some(set.map(|(seconds, warning)| {
                of.lock_wait_timeout_s = seconds;
                warning
            }));
        }
        _ => return None,
    };
    Some(done.map(|()| None))
}

/// A number within the range, and a warning if it was not. ERRORS: 1232.
fn clamped(
    name: &str,
    value: &Value,
    default: u64,
    range: RangeInclusive<u64>,
) -> Result<(u64, Option<SqlError>), SqlError> {
    let asked = match value {
        Value::Int(n) => i128::from(*n),
        Value::UInt(n) => i128::from(*n),
        value if is_default(value) => default.into(),
        _ => return Err(SqlError::wrong_variable_type(name)),
    };
    // Both ends are within 64 bits.
    let within = asked.clamp((*range.start()).into(), (*range.end()).into()) as u64;
    Ok((within, (asked != i128::from(within)).then(|| SqlError::truncated_value(name, asked))))
}

/// Why it cannot be set: it is not there, or as it is.
fn not_settable(name: &str) -> SqlError {
    if scope_of(name).is_some() { SqlError::read_only_variable(name) } else { SqlError::unknown_variable(name) }
}

/// Who has a variable.
#[derive(Clone, Copy, PartialEq, Eq)]
enum VariableScope {
    /// The server, for sessions to come, and each session.
    Both,
    SessionOnly,
    /// The server alone: one value for all.
    GlobalOnly {
        settable: bool,
    },
}

fn scope_of(name: &str) -> Option<VariableScope> {
    VARIABLES.iter().find(|(other, _)| *other == name).map(|(_, held)| *held)
}

const SETTABLE: VariableScope = VariableScope::GlobalOnly { settable: true };
const READ_ONLY: VariableScope = VariableScope::GlobalOnly { settable: false };

/// All that SHOW VARIABLES shows, by name.
const VARIABLES: &[(&str, VariableScope)] = &[
    ("autocommit", VariableScope::Both),
    ("binlog_format", VariableScope::Both),
    ("error_count", VariableScope::SessionOnly),
    ("in_transaction", VariableScope::SessionOnly),
    ("innodb_autoinc_lock_mode", READ_ONLY),
    ("innodb_deadlock_detect", READ_ONLY),
    ("innodb_flush_log_at_trx_commit", SETTABLE),
    ("innodb_lock_wait_timeout", VariableScope::Both),
    ("innodb_page_size", READ_ONLY),
    ("innodb_rollback_on_timeout", READ_ONLY),
    ("insert_id", VariableScope::SessionOnly),
    ("last_insert_id", VariableScope::SessionOnly),
    ("log_bin", READ_ONLY),
    ("max_binlog_size", SETTABLE),
    ("sql_mode", VariableScope::Both),
    ("sync_binlog", SETTABLE),
    ("time_zone", VariableScope::Both),
    ("timestamp", VariableScope::SessionOnly),
    ("transaction_isolation", VariableScope::Both),
    ("transaction_read_only", VariableScope::Both),
    ("tx_isolation", VariableScope::Both),
    ("tx_read_only", VariableScope::Both),
    ("version", READ_ONLY),
    ("version_comment", READ_ONLY),
    ("warning_count", VariableScope::SessionOnly),
];

/// The server's default, which is the only one there is.
const SQL_MODE: &str = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION";
/// The only one there is.
const TIME_ZONE: &str = "+00:00";
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

fn isolation_of(value: &Value, default: Isolation) -> Option<Isolation> {
    match value {
        Value::Int(n) => usize::try_from(*n).ok().and_then(|n| LEVELS.get(n)).map(|(_, level)| *level),
        value if is_default(value) => Some(default),
        Value::Text(name) => LEVELS.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, level)| *level),
        _ => None,
    }
}

fn format_of(value: &Value, default: Format) -> Option<Format> {
    let word = value.shown().unwrap_or_default();
    let known = FORMATS.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(&word));
    known.map(|(_, format)| *format).or(is_default(value).then_some(default))
}

fn is_default(value: &Value) -> bool {
    matches!(value, Value::Text(word) if word.eq_ignore_ascii_case("default"))
}

fn switch(name: &str, value: &Value, default: bool) -> Result<bool, SqlError> {
    match value {
        Value::Int(0) => Ok(false),
        Value::Int(1) => Ok(true),
        Value::Text(word) if ["on", "true"].iter().any(|w| word.eq_ignore_ascii_case(w)) => Ok(true),
        Value::Text(word) if ["off", "false"].iter().any(|w| word.eq_ignore_ascii_case(w)) => Ok(false),
        value if is_default(value) => Ok(default),
        _ => Err(wrong_value(name, value)),
    }
}

fn wrong_value(name: &str, value: &Value) -> SqlError {
    let shown = value.shown().map_or("NULL".to_string(), |bytes| String::from_utf8_lossy(&bytes).into_owned());
    SqlError::wrong_variable_value(name, shown)
}
