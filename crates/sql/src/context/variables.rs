//! System variables and `@user` variables of a session.
//!
//! | variable                          | scope          | values                                                    |
//! |-----------------------------------|----------------|-----------------------------------------------------------|
//! | `autocommit`                      | both           | 0, 1                                                      |
//! | `tx_isolation`, `transaction_isolation` | both     | the four levels, by name or number                        |
//! | `tx_read_only`, `transaction_read_only` | both     | 0, 1                                                      |
//! | `innodb_lock_wait_timeout`        | both           | seconds                                                   |
//! | `max_allowed_packet`              | both, set globally | bytes of a statement                                  |
//! | `sort_buffer_size`, `tmp_table_size` | both       | bytes of a sort, and of groups or distinct rows, in memory |
//! | `binlog_format`                   | both           | ROW, STATEMENT, MIXED                                     |
//! | `character_set_client`, `_connection`, `_results` | session | `utf8mb4`, `utf8mb3` ([`super::charset`])      |
//! | `sql_quote_show_create`, `max_statement_time`, `wait_timeout` | session | their defaults, which clients set again |
//! | `character_set_*`, `collation_*`  | session        | read only: `utf8mb4`, `utf8mb4_nopad_bin`                 |
//! | `sql_mode`                        | session        | the server's default, or none (R4)                        |
//! | `insert_id`                       | session        | a number                                                  |
//! | `timestamp`                       | session        | start of statements, in seconds since 1970; 0: the clock  |
//! | `time_zone`                       | both           | `+00:00`, the only one                                    |
//! | `in_transaction`, `last_insert_id`, `warning_count`, `error_count` | session | read only                       |
//! | `sync_binlog`, `max_binlog_size`, `innodb_flush_log_at_trx_commit` | global | numbers, effective in all sessions |
//! | `innodb_adaptive_hash_index`      | global         | 0, 1; effective in all sessions                           |
//! | `innodb_*`, `version`, `datadir`  | global         | read only: the options with which the engine was opened   |
//! | `innolab_data`                    | global         | read only: KEPT, or TEMPORARY: gone when the engine closes |
//! | `innolab_purge`                   | global         | read only: BACKGROUND, or STEP: only between statements   |
//! | `innolab_time`                    | global         | read only: SYSTEM, or FIXED: only SLEEP moves NOW()       |
//!
//! RULES
//!
//! - **R1** A new session copies the current global values ([`Globals`], kept by the engine); SET GLOBAL changes no
//!   open session.
//! - **R2** SET TRANSACTION without a scope applies to the next transaction only ([`crate::session`]); no variable
//!   shows it.
//! - **R3** An unknown variable is error 1193, one that only the server has 1235: `server_variables.txt` has the names of
//!   the server's. A value that the variable cannot have is error 1231 or 1232, and the
//!   variable keeps its value.
//! - **R4** Without the modes of `sql_mode` the server stores another value where it has errors with them. That is not
//!   supported: the statement runs as with them, and what would be such an error is 1235.
//!
//! InnoDB's counterpart: `sql/sys_vars.cc`. Each transaction variable has two names: MariaDB's and MySQL 8's.

use super::charset::{self, CharacterSets, supported_charset};
use crate::answer::SqlError;
use crate::engine::{Format, Globals, Isolation, Options, SessionSettings, TimeSource};
use crate::parse::Scope;
use crate::types::{Decimal, Value};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The greatest timeout, which means no timeout.
const MAX_TIMEOUT_S: u64 = 100_000_000;
/// `max_binlog_size` is a multiple of this many bytes, from 1 to 2^18 units.
const LOG_SIZE_UNIT: u64 = 4096;

/// `max_allowed_packet` is a multiple of this many bytes, from 1 to 2^20 units.
const PACKET_SIZE_UNIT: u64 = 1024;
/// The least `sort_buffer_size`.
const MIN_SORT_BUFFER: u64 = 1024;
/// `tmp_table_size` is a multiple of this many bytes.
const TMP_TABLE_UNIT: u64 = 16 << 10;

/// A session's variables.
#[derive(Debug, Clone)]
pub(crate) struct Variables {
    pub(crate) session: SessionSettings,
    /// True if `sql_mode` is the default, false if it is empty (R4).
    has_sql_mode: bool,
    character_sets: CharacterSets,
    pub(crate) last_insert_id: u64,
    /// The first AUTO_INCREMENT value of the next INSERT; 0: the table's counter decides.
    pub(crate) insert_id: u64,
    /// The begin time that SET timestamp gives to statements, in µs since 1970; `None`: the current time.
    #[doc(alias = "SET TIMESTAMP")]
    pub(crate) timestamp_us: Option<u64>,
    /// When the current statement began, in µs since 1970: `timestamp_us` if set, else `clock_us`.
    pub(crate) began_us: u64,
    /// When the current statement began by the engine's clock, in µs since 1970.
    pub(crate) clock_us: u64,
    pub(crate) in_transaction: bool,
    pub(crate) warnings: usize,
    pub(crate) errors: usize,
    /// Values of `@name`, by lower-case name.
    pub(crate) user_variables: BTreeMap<String, Value>,
}

/// A variable's value before it is shown: SHOW VARIABLES shows ON and OFF where `@@` is 1 and 0.
enum ReadValue {
    Number(u64),
    Switch(bool),
    Text(String),
    /// A time in µs, shown in seconds.
    Micros(u64),
}

impl Variables {
    pub(crate) fn new(session: SessionSettings) -> Variables {
        Variables {
            session,
            has_sql_mode: true,
            character_sets: CharacterSets::NEW,
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

    /// Begins a statement at `now_us`, the engine's clock, in µs since 1970.
    #[doc(alias = "THD::set_time")]
    pub(crate) fn begin_statement(&mut self, now_us: u64) {
        self.clock_us = now_us;
        self.began_us = self.timestamp_us.unwrap_or(now_us);
    }

    /// SET NAMES. ERRORS: 1115 for an unknown character set, 1235 for one that is not supported.
    pub(crate) fn set_names(&mut self, name: &str) -> Result<(), SqlError> {
        self.character_sets = CharacterSets::all(supported_charset("SET NAMES", name)?);
        Ok(())
    }

    /// How long a statement waits for a lock, in ms; `None`: without a timeout.
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
        let read = self.read(scope, name, globals, options).ok_or_else(|| missing(name))?;
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
            "max_allowed_packet" => ReadValue::Number(of.max_allowed_packet),
            "sort_buffer_size" => ReadValue::Number(of.memory.sort_buffer_size),
            "tmp_table_size" => ReadValue::Number(of.memory.tmp_table_size),
            "insert_id" if scope != Scope::Global => ReadValue::Number(self.insert_id),
            "timestamp" if scope != Scope::Global => ReadValue::Micros(self.began_us),
            "time_zone" => ReadValue::Text(TIME_ZONE.to_string()),
            "in_transaction" if scope != Scope::Global => ReadValue::Switch(self.in_transaction),
            "last_insert_id" | "identity" if scope != Scope::Global => ReadValue::Number(self.last_insert_id),
            "warning_count" if scope != Scope::Global => ReadValue::Number(self.warnings as u64),
            "error_count" if scope != Scope::Global => ReadValue::Number(self.errors as u64),
            "innodb_adaptive_hash_index" => ReadValue::Switch(globals.innodb_adaptive_hash_index),
            "innodb_flush_log_at_trx_commit" => ReadValue::Number(globals.innodb_flush_log_at_trx_commit.into()),
            "binlog_format" => ReadValue::Text(FORMATS.iter().find(|(_, f)| *f == of.binlog_format)?.0.to_string()),
            "datadir" => ReadValue::Text(options.datadir.clone().unwrap_or_default()),
            "innolab_data" => named(options.datadir.is_some(), "KEPT", "TEMPORARY"),
            "innolab_purge" => named(options.store.background, "BACKGROUND", "STEP"),
            "innolab_time" => named(options.time == TimeSource::Now, "SYSTEM", "FIXED"),
            "innodb_autoinc_lock_mode" => ReadValue::Number(1),
            "innodb_doublewrite" => match options.store.innodb_doublewrite.to_string() {
                on_or_off if ["ON", "OFF"].contains(&on_or_off.as_str()) => ReadValue::Switch(on_or_off == "ON"),
                other => ReadValue::Text(other),
            },
            "innodb_page_size" => ReadValue::Number(innolab_base::PAGE_SIZE as u64),
            "innodb_deadlock_detect" => ReadValue::Switch(true),
            "innodb_rollback_on_timeout" => ReadValue::Switch(false),
            "character_set_client" if scope != Scope::Global => ReadValue::Text(self.character_sets.client.to_string()),
            "character_set_connection" if scope != Scope::Global => {
                ReadValue::Text(self.character_sets.connection.to_string())
            }
            "character_set_results" if scope != Scope::Global => {
                ReadValue::Text(self.character_sets.results.to_string())
            }
            "character_set_system" => ReadValue::Text("utf8mb3".to_string()),
            name if name.starts_with("character_set_") && scope_of(name).is_some() => {
                ReadValue::Text(charset::DEFAULT.to_string())
            }
            name if name.starts_with("collation_") && scope_of(name).is_some() => {
                ReadValue::Text(charset::COLLATION.to_string())
            }
            "max_statement_time" => ReadValue::Micros(0),
            "sql_quote_show_create" => ReadValue::Switch(true),
            "wait_timeout" => ReadValue::Number(WAIT_TIMEOUT_S),
            "sql_mode" => {
                let is_default = scope == Scope::Global || self.has_sql_mode;
                ReadValue::Text(if is_default { SQL_MODE } else { "" }.to_string())
            }
            "version" => ReadValue::Text(VERSION.to_string()),
            "version_comment" => ReadValue::Text("innolab".to_string()),
            _ => return None,
        })
    }

    /// Sets a variable of the session. The caller commits if this switches `autocommit` on. ERRORS: R3; 1229, 1238,
    /// 1679.
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
            "character_set_client" | "character_set_connection" | "character_set_results" => {
                self.character_sets.set(name, value)?;
            }
            // Of these only the value that the variable already has is accepted.
            "sql_quote_show_create" if switch(name, value, true)? => {}
            "max_statement_time" if is_default(value) || value.number().is_some_and(|n| n.to_f64() == 0.0) => {}
            "wait_timeout" if is_default(value) || *value == Value::Int(WAIT_TIMEOUT_S as i64) => {}
            "time_zone" if *value == Value::Text(TIME_ZONE.to_string()) => {}
            "sql_mode" if *value == Value::Text(SQL_MODE.to_string()) || is_default(value) => self.has_sql_mode = true,
            "sql_mode" if *value == Value::Text(String::new()) => self.has_sql_mode = false,
            "sql_mode" => return Err(SqlError::not_supported("sql_mode other than the default")),
            "sql_safe_updates" | "innodb_rollback_on_timeout" if !switch(name, value, false)? => {}
            "innodb_deadlock_detect" if switch(name, value, true)? => {}
            "max_allowed_packet" => return Err(SqlError::read_only_session_variable(name)),
            name if scope_of(name) == Some(SETTABLE) => return Err(SqlError::global_variable(name)),
            name => return Err(not_settable(name)),
        }
        Ok(None)
    }

    /// The error of a statement as the session's `sql_mode` has it (R4).
    pub(crate) fn by_mode(&self, error: SqlError) -> SqlError {
        if self.has_sql_mode || !OF_MODE.contains(&error.errno) {
            return error;
        }
        SqlError::not_supported(format_args!("sql_mode = '' for a statement with \"{}\"", error.message))
    }

    /// `SET timestamp`, in seconds with up to six decimals. ERRORS: 1232.
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

/// One of two words.
fn named(is_first: bool, first: &str, second: &str) -> ReadValue {
    ReadValue::Text(if is_first { first } else { second }.to_string())
}

/// The result of setting a variable: a warning if the value had to be adjusted.
pub(crate) type SetResult = Result<Option<SqlError>, SqlError>;

/// SET GLOBAL. ERRORS: R3; 1228, 1238.
pub(crate) fn set_global(globals: &mut Globals, name: &str, value: &Value, options: &Options) -> SetResult {
    if let Some(set) = set_shared(&mut globals.session, &SessionSettings::default(), name, value) {
        return set;
    }
    let default = Globals::new(options);
    if name == "innodb_adaptive_hash_index" {
        globals.innodb_adaptive_hash_index = switch(name, value, default.innodb_adaptive_hash_index)?;
        return Ok(None);
    }
    let (number, warning) = match name {
        "sync_binlog" => clamped(name, value, default.sync_binlog.into(), 0..=u32::MAX.into())?,
        "innodb_flush_log_at_trx_commit" => clamped(name, value, default.innodb_flush_log_at_trx_commit.into(), 0..=2)?,
        "max_binlog_size" => in_units(name, value, default.max_binlog_size, LOG_SIZE_UNIT, 1 << 18)?,
        "max_allowed_packet" => in_units(name, value, default.session.max_allowed_packet, PACKET_SIZE_UNIT, 1 << 20)?,
        "insert_id" | "last_insert_id" | "identity" | "timestamp" => return Err(SqlError::session_variable(name)),
        "time_zone" if *value == Value::Text(TIME_ZONE.to_string()) => return Ok(None),
        name => return Err(not_settable(name)),
    };
    match name {
        // The casts are exact: the ranges above are those of the types.
        "sync_binlog" => globals.sync_binlog = number as u32,
        "max_binlog_size" => globals.max_binlog_size = number,
        "max_allowed_packet" => globals.session.max_allowed_packet = number,
        _ => globals.innodb_flush_log_at_trx_commit = number as u8,
    }
    Ok(warning)
}

/// Sets a variable that has a global and a session value; `None`: it is not such a variable. `default`: the values that
/// DEFAULT stands for.
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
        "sort_buffer_size" => {
            let set = clamped(name, value, default.memory.sort_buffer_size, MIN_SORT_BUFFER..=u64::MAX);
            return Some(set.map(|(bytes, warning)| {
                of.memory.sort_buffer_size = bytes;
                warning
            }));
        }
        "tmp_table_size" => {
            let set = clamped(name, value, default.memory.tmp_table_size, 0..=u64::MAX);
            return Some(set.map(|(bytes, cut)| {
                let whole = bytes / TMP_TABLE_UNIT * TMP_TABLE_UNIT;
                of.memory.tmp_table_size = whole;
                cut.or((whole != bytes).then(|| SqlError::truncated_value(name, bytes)))
            }));
        }
        _ => return None,
    };
    Some(done.map(|()| None))
}

/// The value as a number, clamped to the range, and a warning if that changed it. ERRORS: 1232.
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

/// As [`clamped`], for a number of bytes that is a multiple of `unit`, from 1 to `most` units.
fn in_units(
    name: &str,
    value: &Value,
    default: u64,
    unit: u64,
    most: u64,
) -> Result<(u64, Option<SqlError>), SqlError> {
    let (bytes, cut) = clamped(name, value, default, unit..=unit * most)?;
    let whole = bytes / unit * unit;
    Ok((whole, cut.or((whole != bytes).then(|| SqlError::truncated_value(name, bytes)))))
}

/// The error of SET for a variable that cannot be set: unknown, or read only.
fn not_settable(name: &str) -> SqlError {
    if scope_of(name).is_some() { SqlError::read_only_variable(name) } else { missing(name) }
}

/// The error of a variable that we do not have: 1235 if the server has it, else 1193.
fn missing(name: &str) -> SqlError {
    let is_it = |other: &str| other.eq_ignore_ascii_case(name);
    if include_str!("server_variables.txt").lines().any(is_it) {
        return SqlError::not_supported(format_args!("variable {}", name.to_ascii_lowercase()));
    }
    SqlError::unknown_variable(name)
}

/// The scopes in which a variable has a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum VariableScope {
    /// A global value for new sessions, and one in each session.
    Both,
    SessionOnly,
    /// One value for all sessions.
    GlobalOnly {
        settable: bool,
    },
}

fn scope_of(name: &str) -> Option<VariableScope> {
    VARIABLES.iter().find(|(other, _)| *other == name).map(|(_, held)| *held)
}

const SETTABLE: VariableScope = VariableScope::GlobalOnly { settable: true };
const READ_ONLY: VariableScope = VariableScope::GlobalOnly { settable: false };

/// All variables, in the order of SHOW VARIABLES.
const VARIABLES: &[(&str, VariableScope)] = &[
    ("autocommit", VariableScope::Both),
    ("binlog_format", VariableScope::Both),
    ("character_set_client", VariableScope::Both),
    ("character_set_connection", VariableScope::Both),
    ("character_set_database", VariableScope::Both),
    ("character_set_results", VariableScope::Both),
    ("character_set_server", VariableScope::Both),
    ("character_set_system", READ_ONLY),
    ("collation_connection", VariableScope::Both),
    ("collation_database", VariableScope::Both),
    ("collation_server", VariableScope::Both),
    ("datadir", READ_ONLY),
    ("error_count", VariableScope::SessionOnly),
    ("in_transaction", VariableScope::SessionOnly),
    ("innodb_adaptive_hash_index", SETTABLE),
    ("innodb_autoinc_lock_mode", READ_ONLY),
    ("innodb_deadlock_detect", READ_ONLY),
    ("innodb_doublewrite", READ_ONLY),
    ("innodb_flush_log_at_trx_commit", SETTABLE),
    ("innodb_lock_wait_timeout", VariableScope::Both),
    ("innodb_page_size", READ_ONLY),
    ("innodb_rollback_on_timeout", READ_ONLY),
    ("innolab_data", READ_ONLY),
    ("innolab_purge", READ_ONLY),
    ("innolab_time", READ_ONLY),
    ("insert_id", VariableScope::SessionOnly),
    ("last_insert_id", VariableScope::SessionOnly),
    ("log_bin", READ_ONLY),
    ("max_allowed_packet", VariableScope::Both),
    ("max_binlog_size", SETTABLE),
    ("max_statement_time", VariableScope::Both),
    ("sort_buffer_size", VariableScope::Both),
    ("sql_mode", VariableScope::Both),
    ("sql_quote_show_create", VariableScope::Both),
    ("sync_binlog", SETTABLE),
    ("time_zone", VariableScope::Both),
    ("timestamp", VariableScope::SessionOnly),
    ("tmp_table_size", VariableScope::Both),
    ("transaction_isolation", VariableScope::Both),
    ("transaction_read_only", VariableScope::Both),
    ("tx_isolation", VariableScope::Both),
    ("tx_read_only", VariableScope::Both),
    ("version", READ_ONLY),
    ("version_comment", READ_ONLY),
    ("wait_timeout", VariableScope::Both),
    ("warning_count", VariableScope::SessionOnly),
];

/// How long a server waits for a client's next statement, in seconds.
const WAIT_TIMEOUT_S: u64 = 28_800;
/// The server's default.
const SQL_MODE: &str = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION";
/// Errors that the server has because of [`SQL_MODE`]: values that do not fit, divisions by zero, unknown engines.
const OF_MODE: [u16; 14] = [167, 1048, 1071, 1074, 1264, 1265, 1286, 1292, 1364, 1365, 1366, 1406, 1411, 1441];
/// The only supported time zone.
const TIME_ZONE: &str = "+00:00";
/// The version whose behaviour the crate reproduces.
const VERSION: &str = "10.11-innolab";

const FORMATS: [(&str, Format); 3] = [("ROW", Format::Row), ("STATEMENT", Format::Statement), ("MIXED", Format::Mixed)];

const LEVELS: [(&str, Isolation); 4] = [
    ("READ-UNCOMMITTED", Isolation::ReadUncommitted),
    ("READ-COMMITTED", Isolation::ReadCommitted),
    ("REPEATABLE-READ", Isolation::RepeatableRead),
    ("SERIALIZABLE", Isolation::Serializable),
];

/// The name of an isolation level, as the variable shows it.
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
    let named = FORMATS.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(&word));
    named.map(|(_, format)| *format).or(is_default(value).then_some(default))
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
        Value::Decimal(_) | Value::Double(_) => Err(SqlError::wrong_variable_type(name)),
        _ => Err(wrong_value(name, value)),
    }
}

fn wrong_value(name: &str, value: &Value) -> SqlError {
    let shown = value.shown().map_or("NULL".to_string(), |bytes| String::from_utf8_lossy(&bytes).into_owned());
    SqlError::wrong_variable_value(name, shown)
}
