//! The session's state that a statement can read while it is bound, and the record of what it has read. The binary log
//! needs that record: a replica's session would supply other values.
//!
//! InnoDB's counterpart: the parts of `THD` that `Item::fix_fields` reads.

use super::variables::Variables;
use crate::answer::SqlError;
use crate::catalog::USER;
use crate::engine::{Globals, Options};
use crate::parse::Scope;
use crate::types::Value;
use innolab_binlog::StatementContext;
use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

/// The session's state that a statement can read while it is bound.
pub(crate) struct BindContext {
    pub(crate) database: String,
    /// The user's name.
    pub(crate) user: String,
    /// The session's number, CONNECTION_ID().
    pub(crate) connection_id: u64,
    pub(crate) variables: Variables,
    pub(crate) globals: Globals,
    pub(crate) options: Options,
    /// The record of what the current statement has read.
    pub(crate) reads: RefCell<SessionReads>,
    /// What the current statement gave to LAST_INSERT_ID(expression).
    pub(crate) given_id: GivenId,
}

/// The last value that a statement gave to LAST_INSERT_ID(expression); the session takes it when the statement ends.
#[derive(Debug, Clone, Default)]
pub(crate) struct GivenId(Arc<Mutex<Option<u64>>>);

impl GivenId {
    pub(crate) fn set(&self, id: u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
    }

    /// Returns the value, and forgets it.
    pub(crate) fn take(&self) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A statement's reads from its session: values that its text does not contain, so the binary log has to carry
/// them, or rows instead of the text (`binlog_safety` R4, R5).
#[derive(Debug, Default)]
pub(crate) struct SessionReads {
    /// Values that are logged before the statement, each once.
    pub(crate) statement_context: Vec<StatementContext>,
    /// It read a system variable that the log does not carry, so a replica may have another value.
    pub(crate) unlogged_variable: bool,
    /// It read the current time, so its effect depends on when it began.
    pub(crate) current_time: bool,
}

impl SessionReads {
    fn add(&mut self, given: StatementContext) {
        if !self.statement_context.contains(&given) {
            self.statement_context.push(given);
        }
    }
}

/// System variables that the log carries with a statement, or that have the same value on every server.
const LOGGED_VARIABLES: &[&str] = &["time_zone", "timestamp"];

impl BindContext {
    pub(crate) fn new(database: &str, options: Options) -> BindContext {
        let globals = Globals::new(&options);
        let variables = Variables::new(globals.session.clone());
        BindContext {
            database: database.to_string(),
            user: USER.to_owned(),
            connection_id: 0,
            variables,
            globals,
            options,
            reads: RefCell::default(),
            given_id: GivenId::default(),
        }
    }

    /// The value of a user variable (`@name`; NULL if it was never set) or of a system variable (`@@name`).
    /// ERRORS: 1193, 1238.
    pub(crate) fn variable(&self, written: &str) -> Result<Value, SqlError> {
        if let Some(system) = written.strip_prefix("@@") {
            let (scope, name) = Scope::of_name(system);
            match name.to_ascii_lowercase().as_str() {
                "identity" | "last_insert_id" => self.note_last_insert_id(),
                name => self.reads.borrow_mut().unlogged_variable |= !LOGGED_VARIABLES.contains(&name),
            }
            self.reads.borrow_mut().current_time |= name.eq_ignore_ascii_case("timestamp");
            return self.variables.get(scope, name, &self.globals, &self.options);
        }
        let name = written.trim_start_matches('@').to_ascii_lowercase();
        let value = self.variables.user_variables.get(&name).cloned().unwrap_or(Value::Null);
        let (logged, binary) = value.logged();
        self.reads.borrow_mut().add(StatementContext::UserVariable { name, value: logged, binary });
        Ok(value)
    }

    /// Records that the statement reads LAST_INSERT_ID().
    pub(crate) fn note_last_insert_id(&self) {
        self.reads.borrow_mut().add(StatementContext::LastInsertId(self.variables.last_insert_id));
    }
}
