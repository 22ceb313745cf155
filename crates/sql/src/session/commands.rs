//! Commands: statements about the session itself, its transaction, its settings and the server.

use super::client::Session;
use super::connections::Kill;
use super::write::BoundWrite;
use crate::admin::{binlog, innodb_status, name_value_rows, process_list, status};
use crate::answer::{Level, Outcome, SqlError};
use crate::context::{BindContext, set_global};
use crate::engine::{Globals, SessionSettings};
use crate::execute::explain;
use crate::expr::{Binder, EvalContext};
use crate::parse::{Assignment, Command, Scope, ShowFilter};
use crate::query::{Select, locking_of, locking_of_source};
use crate::tables::indexes_of;
use crate::types::{Value, to_datetime};
use innolab_base::Counters;
use sqlparser::ast::{self, Statement};

impl Session {
    /// Runs a command. ERRORS: as MariaDB's.
    pub(crate) fn command(&mut self, command: Command, sql: &str) -> Result<Outcome, SqlError> {
        let variables = &self.context.variables;
        match command {
            Command::Begin { snapshot, read_only } => {
                self.names.exported = None;
                self.transactions.begin(&self.context.variables, read_only, snapshot)?;
            }
            Command::Commit(then) => {
                self.transactions.end(variables, false, then)?;
                self.details.releases = then.release;
            }
            Command::Rollback(then) => {
                self.transactions.end(variables, true, then)?;
                self.details.releases = then.release;
            }
            Command::Savepoint(name) => self.transactions.savepoint(variables, &name),
            Command::RollbackTo(name) => self.transactions.rollback_to(&name)?,
            Command::Release(name) => self.transactions.release(&name)?,
            Command::SetTransaction { scope, level, read_only } => self.set_transaction(scope, level, read_only)?,
            Command::Set(assignments) => self.set(assignments)?,
            Command::Do(query) => {
                self.select(&query, sql)?;
            }
            Command::ShowVariables { scope, only } => return self.show_variables(scope, &only),
            Command::ShowStatus { scope, only } => return status(&self.names.engine, &self.counters, scope, &only),
            Command::FlushStatus => {
                self.transactions.commit()?;
                self.counters = Counters::default();
            }
            Command::ShowEngineStatus => return Ok(innodb_status(&self.names)),
            Command::ShowProcessList { full } => return Ok(process_list(&self.names, full)),
            Command::ShowIndex(name) => return Ok(indexes_of(&*self.dictionary().look_at(&name)?)),
            Command::Explain { extended, of } => return self.explain(&of, extended, sql),
            Command::ShowMasterStatus => return Ok(binlog::master_status(&self.names.engine)),
            Command::ShowBinaryLogs => return binlog::files(&self.names.engine),
            Command::ShowBinlogEvents(which) => return binlog::events(&self.names.engine, &which),
            Command::FlushBinaryLogs => binlog::flush(&self.names.engine)?,
            Command::PurgeBinaryLogs(file) => binlog::purge(&self.names.engine, &file)?,
            Command::PurgeBinaryLogsBefore(moment) => self.purge_before(&moment)?,
            Command::FlushTables { tables, local } => self.flush_tables(&tables, local, sql)?,
            Command::FlushForExport(tables) => self.flush_for_export(&tables)?,
            Command::UnlockTables => self.unlock_tables()?,
            Command::Kill { is_query, id } => {
                return self.kill_statement(&id, if is_query { Kill::Query } else { Kill::Connection });
            }
            Command::Rename(_) if self.names.exported.is_some() => return Err(SqlError::tables_are_locked()),
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
            Scope::Global => self.change_globals(|globals| {
                change(&mut globals.session);
                Ok(())
            }),
            _ => {
                change(&mut self.context.variables.session);
                Ok(())
            }
        }
    }

    /// ERRORS: those of `change`; the engine's.
    fn change_globals(&self, change: impl FnOnce(&mut Globals) -> Result<(), SqlError>) -> Result<(), SqlError> {
        self.names.engine.change_globals(change).map_err(|e| SqlError::from_engine(e, ""))?
    }

    /// SET: all values are evaluated before the first variable changes, and if one cannot be set, none is. Setting
    /// autocommit to 1 commits. ERRORS: 1115, 1193, 1231, 1232, 1238 and the like.
    fn set(&mut self, written: Vec<Assignment>) -> Result<(), SqlError> {
        let values = written.iter().map(|assignment| self.assigned_value(assignment)).collect::<Result<Vec<_>, _>>()?;
        let BindContext { variables, globals, options, .. } = &self.context;
        let (mut variables, mut changed_globals) = (variables.clone(), globals.clone());
        for (assignment, value) in written.iter().zip(&values) {
            let warning = match assignment {
                Assignment::Names(name) => {
                    variables.set_names(name)?;
                    None
                }
                Assignment::User { name, .. } => {
                    variables.user_variables.insert(name.clone(), value.clone().without_number());
                    None
                }
                Assignment::System { scope: Scope::Global, name, .. } => {
                    set_global(&mut changed_globals, name, value, options)?
                }
                Assignment::System { name, .. } => variables.set(name, value, globals)?,
            };
            warning.iter().for_each(|warning| self.warnings.push(Level::Warning, warning));
        }
        let commits = variables.session.autocommit && !self.context.variables.session.autocommit;
        let set_globals = |globals: &mut Globals| {
            for (assignment, value) in written.iter().zip(&values) {
                if let Assignment::System { scope: Scope::Global, name, .. } = assignment {
                    set_global(globals, name, value, options)?;
                }
            }
            Ok(())
        };
        self.change_globals(set_globals)?;
        self.context.variables = variables;
        if commits { self.transactions.commit() } else { Ok(()) }
    }

    /// The value of an assignment of SET; a word is text. ERRORS: 1054 and the like.
    fn assigned_value(&self, assignment: &Assignment) -> Result<Value, SqlError> {
        match assignment {
            Assignment::Names(_) => Ok(Value::Null),
            Assignment::User { value, .. } => self.constant(value),
            Assignment::System { value: ast::Expr::Identifier(word), .. } if !word.value.starts_with('@') => {
                Ok(Value::Text(word.value.clone()))
            }
            Assignment::System { value, .. } => self.constant(value),
        }
    }

    /// The value of an expression of SET.
    fn constant(&self, written: &ast::Expr) -> Result<Value, SqlError> {
        self.constant_in("SET", written)
    }

    /// The value of an expression without a table; errors call its place `clause`.
    pub(super) fn constant_in(&self, clause: &'static str, written: &ast::Expr) -> Result<Value, SqlError> {
        Binder::new(&self.context, None).bind_in(clause, written)?.eval(EvalContext::of_row(&[]))
    }

    fn show_variables(&self, scope: Scope, only: &ShowFilter) -> Result<Outcome, SqlError> {
        let BindContext { variables, globals, options, .. } = &self.context;
        name_value_rows(variables.shown(scope, globals, options), only)
    }

    /// EXPLAIN. Binds the statement, and shows its plan without running it. ERRORS: those of binding; of a lock wait,
    /// where the server reads rows to plan.
    fn explain(&mut self, statement: &Statement, extended: bool, sql: &str) -> Result<Outcome, SqlError> {
        let locking = match statement {
            Statement::Query(query) => locking_of(query)?,
            other => locking_of_source(other)?,
        };
        let wait_ms = locking.and_then(|locking| locking.wait_ms);
        let reading = self.reading(locking);
        let Session { names, context, transactions, .. } = self;
        let line = transactions.run_statement(&context.variables, wait_ms, |trx| {
            let lookup = &mut |name: &ast::ObjectName, used| names.source(trx, name, used);
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
