//! Commands: statements about the session itself, its transaction, its settings and the server.

use super::client::Session;
use super::write::BoundWrite;
use crate::admin::{binlog, counters, innodb_status, name_value_rows};
use crate::answer::{Level, Outcome, SqlError};
use crate::context::{BindContext, set_global};
use crate::engine::SessionSettings;
use crate::execute::explain;
use crate::expr::{Binder, EvalContext};
use crate::parse::{Assignment, Command, Scope, ShowFilter};
use crate::query::{ReadMode, Select, locking_of};
use crate::tables::indexes_of;
use crate::types::{Value, to_datetime};
use sqlparser::ast::{self, Statement};

impl Session {
    /// Runs a command. ERRORS: as MariaDB's.
    pub(crate) fn command(&mut self, command: Command, sql: &str) -> Result<Outcome, SqlError> {
        let variables = &self.context.variables;
        match command {
            Command::Begin { snapshot, read_only } => self.transactions.begin(variables, read_only, snapshot)?,
            Command::Commit(then) => self.transactions.end(variables, false, then)?,
            Command::Rollback(then) => self.transactions.end(variables, true, then)?,
            Command::Savepoint(name) => self.transactions.savepoint(variables, &name),
            Command::RollbackTo(name) => self.transactions.rollback_to(&name)?,
            Command::Release(name) => self.transactions.release(&name)?,
            Command::SetTransaction { scope, level, read_only } => self.set_transaction(scope, level, read_only)?,
            Command::Set(assignments) => assignments.into_iter().try_for_each(|a| self.assign(a))?,
            Command::Do(query) => {
                self.select(&query, sql)?;
            }
            Command::ShowVariables { scope, only } => return self.show_variables(scope, &only),
            Command::ShowStatus { only } => return counters(&self.names.engine, &only),
            Command::ShowEngineStatus => return Ok(innodb_status(&self.names.engine)),
            Command::ShowIndex(name) => return Ok(indexes_of(&*self.names.table(&name)?)),
            Command::Explain { extended, of } => return self.explain(&of, extended, sql),
            Command::ShowMasterStatus => return Ok(binlog::master_status(&self.names.engine)),
            Command::ShowBinaryLogs => return binlog::files(&self.names.engine),
            Command::ShowBinlogEvents(which) => return binlog::events(&self.names.engine, &which),
            Command::FlushBinaryLogs => binlog::flush(&self.names.engine)?,
            Command::PurgeBinaryLogs(file) => binlog::purge(&self.names.engine, &file)?,
            Command::PurgeBinaryLogsBefore(moment) => self.purge_before(&moment)?,
            Command::Rename(renamed) => {
                self.transactions.commit()?;
                return self.dictionary().rename_tables(&renamed);
            }
            // `execute` has answered it already.
            Command::ShowWarnings { errors, count } => return Ok(self.warnings.shown(errors, count)),
        }
        Ok(Outcome::NOTHING)
    }

    /// PURGE BINARY LOGS BEFORE. A value that is not a datetime purges nothing and gives warning 1292. ERRORS: those of
    /// the expression and of the log.
    fn purge_before(&mut self, written: &ast::Expr) -> Result<(), SqlError> {
        let value = self.constant(written)?;
        let Some(read) = to_datetime(&value) else { return Ok(()) };
        if !read.is_exact {
            let text = String::from_utf8_lossy(&value.shown().unwrap_or_default()).into_owned();
            self.warnings.push(Level::Warning, &SqlError::wrong_datetime(text));
            return Ok(());
        }
        let micros = read.datetime.micros_since_1970().unwrap_or(0);
        binlog::purge_before(&self.names.engine, micros / 1_000_000)
    }

    /// SET TRANSACTION. ERRORS: 1568 for the next transaction while one is open.
    fn set_transaction(
        &mut self,
        scope: Scope,
        level: Option<crate::engine::Isolation>,
        read_only: Option<bool>,
    ) -> Result<(), SqlError> {
        if scope == Scope::Unsaid {
            return self.transactions.set_next(level, read_only);
        }
        let change = |of: &mut SessionSettings| {
            of.isolation = level.unwrap_or(of.isolation);
            of.read_only = read_only.unwrap_or(of.read_only);
        };
        match scope {
            Scope::Global => self.names.engine.change_globals(|globals| change(&mut globals.session)),
            _ => change(&mut self.context.variables.session),
        }
        Ok(())
    }

    /// One assignment of SET. Setting autocommit to 1 commits. ERRORS: 1193, 1231, 1232, 1238 and the like.
    fn assign(&mut self, assignment: Assignment) -> Result<(), SqlError> {
        match assignment {
            Assignment::User { name, value } => {
                let value = self.constant(&value)?;
                self.context.variables.user_variables.insert(name, value);
            }
            Assignment::Names(charset) if charset.eq_ignore_ascii_case("utf8mb4") => {}
            Assignment::Names(charset) => return Err(SqlError::not_supported(format_args!("SET NAMES {charset}"))),
            Assignment::System { scope, name, value } => {
                let value = match &value {
                    ast::Expr::Identifier(word) if !word.value.starts_with('@') => Value::Text(word.value.clone()),
                    other => self.constant(other)?,
                };
                let BindContext { variables, globals, options, .. } = &mut self.context;
                let did_autocommit = variables.session.autocommit;
                let warning = match scope {
                    Scope::Global => {
                        self.names.engine.change_globals(|globals| set_global(globals, &name, &value, options))?
                    }
                    _ => variables.set(&name, &value, globals)?,
                };
                warning.iter().for_each(|warning| self.warnings.push(Level::Warning, warning));
                if variables.session.autocommit && !did_autocommit {
                    self.transactions.commit()?;
                }
            }
        }
        Ok(())
    }

    /// The value of an expression without a table.
    fn constant(&self, written: &ast::Expr) -> Result<Value, SqlError> {
        Binder::new(&self.context, None).bind_in("SET", written)?.eval(EvalContext::of_row(&[]))
    }

    fn show_variables(&self, scope: Scope, only: &ShowFilter) -> Result<Outcome, SqlError> {
        let BindContext { variables, globals, options, .. } = &self.context;
        name_value_rows(variables.shown(scope, globals, options), only)
    }

    /// EXPLAIN. Binds the statement, and shows its plan without running it. ERRORS: those of binding; of a lock wait,
    /// where the server reads rows to plan.
    fn explain(&mut self, statement: &Statement, extended: bool, sql: &str) -> Result<Outcome, SqlError> {
        let reading = match statement {
            Statement::Query(query) => self.reading(locking_of(query)?),
            _ => ReadMode::Consistent,
        };
        let Session { names, context, transactions, .. } = self;
        let line = transactions.run_statement(&context.variables, None, |trx| {
            let lookup = &mut |name: &ast::ObjectName| names.source(trx, name);
            match statement {
                Statement::Query(query) => {
                    let select = Select::new(query, sql, lookup, context)?;
                    explain::select(&select, trx, &reading)
                }
                other => match BoundWrite::new(other, sql, lookup, context)? {
                    BoundWrite::Insert(insert) => explain::insert(&insert, trx),
                    BoundWrite::UpdateDelete(change) => Ok(explain::change(&change)),
                },
            }
        })?;
        Ok(line.into_outcome(extended))
    }
}
