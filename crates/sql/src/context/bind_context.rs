//! What a session tells the statement that is bound, and what the statement asked of it: the latter goes to the binary log,
//! since a replica's session would answer otherwise.
//!
//! InnoDB's counterpart: the parts of `THD` that `Item::fix_fields` reads.

use super::variables::Variables;
use crate::answer::SqlError;
use crate::engine::{Globals, Options};
use crate::parse::Scope;
use crate::types::Value;
use innolab_binlog::StatementContext;
use std::cell::RefCell;

/// What a session knows that a statement may ask for.
pub(crate) struct BindContext {
    pub(crate) database: String,
    pub(crate) variables: Variables,
    pub(crate) globals: Globals,
    pub(crate) options: Options,
    /// What was asked of the session while a statement was bound.
    pub(crate) reads: RefCell<SessionReads>,
}

/// What a statement's text does not say, and a replica must be told (`binlog_safety` R4, R5).
#[derive(Debug, Default)]
pub(crate) struct SessionReads {
    pub(crate) statement_context: Vec<Given>,
    /// A system variable, which may be another one there.
    pub(crate) unlogged_variable: bool,
    /// The time: what the statement does depends on when it began.
    pub(crate) current_time: bool,
}

impl SessionReads {
    fn add(&mut self, given: Given) {
        if !self.statement_context.contains(&given) {
            self.statement_context.push(given);
        }
    }
}

/// System variables that a replica is told or has set like here.
const LOGGED_VARIABLES: &[&str] = &["time_zone", "timestamp"];

impl BindContext {
    pub(crate) fn new(database: &str, options: Options) -> BindContext {
        let globals = Globals::new(&options);
        let variables = Variables::new(globals.session.clone());
        BindContext { database: database.to_string(), variables, globals, options, reads: RefCell::default() }
    }

    /// The value of a name that begins with `@`: a user's variable, NULL if it was never set, or (`@@`) the system's.
    /// ERRORS: 1193.
    pub(crate) fn variable(&self, written: &str) -> Result<Value, SqlError> {
        if let Some(system) = written.strip_prefix("@@") {
            let (scope, name) = Scope::of_name(system);
            match name.to_ascii_lowercase().as_str() {
                "identity" | "last_insert_id" => self.last_insert_id(),
                name => self.reads.borrow_mut().unlogged_variable |= !LOGGED_VARIABLES.contains(&name),
            }
            self.reads.borrow_mut().current_time |= name.eq_ignore_ascii_case("timestamp");
            return self.variables.get(scope, name, &self.globals, &self.options);
        }
        let name = written.trim_start_matches('@').to_ascii_lowercase();
        let value = self.variables.user_variables.get(&name).cloned().unwrap_or(Value::Null);
        let (logged, binary) = value.logged();
        self.reads.borrow_mut().add(Given::UserVariable { name, value: logged, binary });
        Ok(value)
    }

    pub(crate) fn last_insert_id(&self) {
        self.reads.borrow_mut().add(Given::LastInsertId(self.variables.last_insert_id));
    }
}
