//! A session: takes statements one by one and sends each its way.
//!
//! RULES
//!
//! - **R1** A statement that fails has changed nothing. Exceptions are the server's: AUTO_INCREMENT values stay used,
//!   locks stay held, and DROP TABLE drops those of its tables that are there.
//! - **R2** There is one database, of the name that the session was given; another one's tables are not there.
//! - **R3** A statement that changes the dictionary ends the open transaction first, also if it then fails.
//! - **R4** Each statement forgets the messages of the one before, but for those that show them.
//!
//! InnoDB's counterpart: `THD`, `mysql_execute_command`. Left out: prepared statements, users.

use crate::SqlError;
use crate::bind::{Binder, Surroundings};
use crate::binlog;
use crate::change::Change;
use crate::command::{Assignment, Command};
use crate::explain;
use crate::expr::Context;
use crate::fetch::{Locking, Reading};
use crate::insert::Insert;
use crate::moment::moment_of;
use crate::names::Names;
use crate::rewrite::{Parsed, parse};
use crate::safe::why_not_safe;
use crate::select::{Lookup, Select, locking_of, reads_a_table};
use crate::show;
use crate::status;
use crate::transaction::Transactions;
use crate::value::Value;
use crate::variables::{Scope, set_global};
use crate::warning::{Level, Warnings};
use innolab_base::Waiter;
use innolab_binlog::{Given, RowChange};
use innolab_engine::{ColumnDef, Engine, Format, Preset, SessionSettings, StatementText, Strength, Table};
use sqlparser::ast::{self, Statement};
use std::sync::Arc;

/// What a statement did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It returns no rows.
    Ok {
        /// Rows inserted, changed (an UPDATE's row that stays the same is not) or deleted.
        affected: u64,
    },
    /// It returns rows, perhaps none.
    Rows {
        /// Titles of the columns.
        columns: Vec<String>,
        /// Values as a client is shown them; `None` is NULL. Bytes are UTF-8 but for binary columns.
        rows: Vec<Vec<Option<Vec<u8>>>>,
    },
}

impl Outcome {
    pub(crate) const NOTHING: Outcome = Outcome::Ok { affected: 0 };

    /// Rows of text.
    pub(crate) fn text_rows<const N: usize>(
        titles: [&str; N],
        rows: impl IntoIterator<Item = [Option<String>; N]>,
    ) -> Outcome {
        let rows = rows.into_iter().map(|row| row.into_iter().map(|v| v.map(String::into_bytes)).collect());
        Outcome::Rows { columns: titles.map(str::to_string).to_vec(), rows: rows.collect() }
    }
}

/// A statement that changes rows, its names resolved.
enum Bound {
    Insert(Insert),
    Change(Change),
}

impl Bound {
    fn new(
        statement: &Statement,
        sql: &str,
        lookup: &mut Lookup<'_>,
        around: &Surroundings,
    ) -> Result<Bound, SqlError> {
        match statement {
            Statement::Insert(insert) => Insert::new(insert, sql, lookup, around).map(Bound::Insert),
            Statement::Update(update) => Change::update(update, sql, lookup, around).map(Bound::Change),
            Statement::Delete(delete) => Change::delete(delete, sql, lookup, around).map(Bound::Change),
            other => Err(SqlError::not_supported(format_args!("EXPLAIN {other}"))),
        }
    }

    fn table(&self) -> &Table {
        match self {
            Bound::Insert(insert) => &insert.table,
            Bound::Change(change) => &change.table,
        }
    }
}

/// One client's view of an engine. It is used by one thread at a time, and may wait there for the locks of others.
#[doc(alias = "THD")]
pub struct Session {
    pub(crate) names: Names,
    pub(crate) around: Surroundings,
    pub(crate) transactions: Transactions,
    pub(crate) warnings: Warnings,
}

impl Session {
    /// A session on `engine`, whose tables make up the one database, called `database` (names in errors show it). Its
    /// seat is its own: fit for a program with one session, or whose sessions are told apart by nobody.
    pub fn new(engine: Arc<Engine>, database: &str) -> Session {
        Session::with_seat(engine, database, Arc::new(Waiter::new(0)))
    }

    /// A session that waits on `seat`, whose number tells it apart in reports and in the order of victims.
    pub fn with_seat(engine: Arc<Engine>, database: &str, seat: Arc<Waiter>) -> Session {
        let mut around = Surroundings::new(database, engine.options().clone());
        around.variables.session = engine.globals().session;
        let names = Names { engine: engine.clone(), database: database.to_string() };
        Session { names, around, transactions: Transactions::new(engine, seat), warnings: Warnings::default() }
    }

    /// Runs one statement; a `;` may end it. ERRORS: as MariaDB 10.11 has them; the statement has then changed nothing (R1).
    #[doc(alias = "mysql_execute_command")]
    pub fn execute(&mut self, sql: &str) -> Result<Outcome, SqlError> {
        self.begin_statement();
        let parsed = parse(sql);
        // R4
        if let Ok(Parsed::Command(command)) = &parsed
            && let Command::ShowWarnings { errors, count } = **command
        {
            return Ok(self.warnings.shown(errors, count));
        }
        self.around.variables.in_transaction = self.transactions.is_open();
        self.around.globals = self.names.engine.globals();
        let done = parsed.and_then(|parsed| {
            // What reads the number of messages does not change it.
            if !matches!(&parsed, Parsed::Statement(statement) if matches!(&**statement, Statement::Query(q) if !reads_a_table(q))) {
                self.warnings.clear();
            }
            match parsed {
                Parsed::Command(command) => self.command(*command, sql),
                Parsed::Statement(statement) => self.statement(*statement, sql),
            }
        });
        if let Err(e) = &done {
            self.warnings.push(Level::Error, e);
        }
        (self.around.variables.warnings, self.around.variables.errors) = self.warnings.counts();
        done
    }

    fn begin_statement(&mut self) {
        self.around.variables.begin_statement(self.names.engine.now_us());
        self.around.asked.take();
    }

    fn statement(&mut self, statement: Statement, sql: &str) -> Result<Outcome, SqlError> {
        match statement {
            Statement::Query(query) => self.select(&query, sql),
            Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) => self.write(&statement, sql),
            other => self.dictionary(other),
        }
    }

    /// A statement that changes rows.
    fn write(&mut self, statement: &Statement, sql: &str) -> Result<Outcome, SqlError> {
        let read_only = self.read_only();
        let insert_id = Some(std::mem::take(&mut self.around.variables.insert_id)).filter(|id| *id != 0);
        let Session { names, around, transactions, warnings, .. } = self;
        let format = around.variables.session.binlog_format;
        let says_text = format != Format::Row && around.options.log_bin.is_some();
        let mut unsafe_by = vec![];
        let (affected, generated) = transactions.statement(&around.variables, None, |trx| {
            let lookup = &mut |name: &ast::ObjectName| names.source(trx, name);
            let bound = Bound::new(statement, sql, lookup, around)?;
            read_only?;
            if says_text {
                let text = sql.trim_end().trim_end_matches(';').to_string();
                unsafe_by = why_not_safe(statement, bound.table().def(), around.asked.borrow().system);
                let not_safe = unsafe_by.first().map(|rule| rule.why);
                let stamped = |c: &ColumnDef| c.on_update_now || c.default == Some(Preset::Now);
                let shows_time = around.asked.borrow().time || bound.table().def().columns.iter().any(stamped);
                let logged = trx.log_statement(StatementText { sql: text, format, not_safe, shows_time });
                logged.map_err(|e| SqlError::from_engine(e, ""))?;
            }
            around.asked.take().given.into_iter().for_each(|given| trx.log_given(given));
            match bound {
                Bound::Insert(insert) => {
                    let done = insert.run(trx, insert_id, warnings)?;
                    done.first_generated.into_iter().for_each(|first| trx.log_given(Given::InsertId(first)));
                    Ok((done.affected, done.first_generated))
                }
                Bound::Change(change) => change.run(trx, warnings).map(|affected| (affected, None)),
            }
        })?;
        if format == Format::Statement {
            unsafe_by.iter().for_each(|rule| warnings.push(Level::Note, &SqlError::unsafe_statement(rule.note)));
        }
        if let Some(id) = generated {
            self.around.variables.last_insert_id = id;
        }
        Ok(Outcome::Ok { affected })
    }

    /// How a SELECT reads that asks for these locks.
    fn reading(&self, locking: Option<Locking>) -> Reading {
        match locking {
            Some(locking) => Reading::Locking(locking),
            None if self.transactions.reads_lock(&self.around.variables) => Reading::Locking(Locking::SHARED),
            None => Reading::Consistent,
        }
    }

    fn select(&mut self, query: &ast::Query, sql: &str) -> Result<Outcome, SqlError> {
        let locking = locking_of(query)?;
        let allowed = match &locking {
            Some(Locking { strength: Strength::Exclusive, .. }) => self.read_only(),
            _ => Ok(()),
        };
        let reading = self.reading(locking);
        let Session { names, around, transactions, .. } = self;
        let selected = if reads_a_table(query) {
            let wait_ms = locking.and_then(|l| l.wait_ms);
            transactions.statement(&around.variables, wait_ms, |trx| {
                let select = Select::new(query, sql, &mut |name| names.source(trx, name), around)?;
                select.sleeps_ms()?;
                allowed.and_then(|()| select.run(Some(trx), &reading))
            })?
        } else {
            let nothing = &mut |name: &ast::ObjectName| Err(SqlError::no_such_table(&around.database, name));
            let select = Select::new(query, sql, nothing, around)?;
            for ms in select.sleeps_ms()? {
                let _ = names.engine.park().sleep(transactions.seat(), ms);
            }
            select.run(None, &reading)?
        };
        let rows = selected.rows.into_iter().map(|row| row.iter().map(Value::shown).collect()).collect();
        Ok(Outcome::Rows { columns: selected.titles, rows })
    }

    /// Makes a row change of a binary log again, within the open transaction or as one of its own: what a replica's session does.
    /// ERRORS: 1146; 1032 if the row is not as the log says; those of an INSERT.
    #[doc(alias = "Rows_log_event")]
    pub fn apply(&mut self, change: &RowChange) -> Result<(), SqlError> {
        self.begin_statement();
        let RowChange { table: map, change } = change;
        let Session { names, around, transactions, .. } = self;
        let parts = [&map.db, &map.table].map(|part| ast::ObjectNamePart::Identifier(ast::Ident::new(part.as_str())));
        transactions.statement(&around.variables, None, |trx| {
            let table = names.source(trx, &ast::ObjectName(parts.to_vec()))?.stored("a row of the log")?;
            trx.apply(&table, change).map_err(|e| SqlError::from_change(e, table.def()))
        })
    }

    /// Takes what an event of a binary log says about the statement that follows.
    pub fn given(&mut self, given: &Given) {
        let variables = &mut self.around.variables;
        match given {
            Given::LastInsertId(id) => variables.last_insert_id = *id,
            Given::InsertId(id) => variables.insert_id = *id,
            Given::UserVariable { name, value, binary } => {
                variables.user.insert(name.to_lowercase(), Value::from_logged(value, *binary));
            }
        }
    }

    /// ERRORS: 1792.
    fn read_only(&self) -> Result<(), SqlError> {
        if self.transactions.is_read_only(&self.around.variables) {
            return Err(SqlError::read_only_transaction());
        }
        Ok(())
    }

    // -- commands

    fn command(&mut self, command: Command, sql: &str) -> Result<Outcome, SqlError> {
        let variables = &self.around.variables;
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
            Command::ShowStatus { only } => return status::counters(&self.names.engine, &only),
            Command::ShowEngineStatus => return Ok(status::innodb(&self.names.engine)),
            Command::ShowIndex(name) => return Ok(show::indexes_of(&*self.names.table(&name)?)),
            Command::Explain { extended, of } => return self.explain(&of, extended, sql),
            Command::ShowMasterStatus => return Ok(binlog::master_status(&self.names.engine)),
            Command::ShowBinaryLogs => return binlog::files(&self.names.engine),
            Command::ShowBinlogEvents(which) => return binlog::events(&self.names.engine, &which),
            Command::FlushBinaryLogs => binlog::flush(&self.names.engine)?,
            Command::PurgeBinaryLogs(file) => binlog::purge(&self.names.engine, &file)?,
            Command::PurgeBinaryLogsBefore(moment) => self.purge_before(&moment)?,
            Command::Rename(renamed) => return self.rename_tables(&renamed),
            // Answered before.
            Command::ShowWarnings { errors, count } => return Ok(self.warnings.shown(errors, count)),
        }
        Ok(Outcome::NOTHING)
    }

    /// What is no moment purges nothing, with a warning.
    fn purge_before(&mut self, written: &ast::Expr) -> Result<(), SqlError> {
        let value = self.constant(written)?;
        let Some(read) = moment_of(&value) else { return Ok(()) };
        if !read.clean {
            let text = String::from_utf8_lossy(&value.shown().unwrap_or_default()).into_owned();
            self.warnings.push(Level::Warning, &SqlError::no_moment(text));
            return Ok(());
        }
        let micros = read.moment.micros_since_1970().unwrap_or(0);
        binlog::purge_before(&self.names.engine, micros / 1_000_000)
    }

    fn set_transaction(
        &mut self,
        scope: Scope,
        level: Option<innolab_engine::Isolation>,
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
            _ => change(&mut self.around.variables.session),
        }
        Ok(())
    }

    fn assign(&mut self, assignment: Assignment) -> Result<(), SqlError> {
        match assignment {
            Assignment::User { name, value } => {
                let value = self.constant(&value)?;
                self.around.variables.user.insert(name, value);
            }
            Assignment::Names(charset) if charset.eq_ignore_ascii_case("utf8mb4") => {}
            Assignment::Names(charset) => return Err(SqlError::not_supported(format_args!("SET NAMES {charset}"))),
            Assignment::System { scope, name, value } => {
                let value = match &value {
                    ast::Expr::Identifier(word) if !word.value.starts_with('@') => Value::Text(word.value.clone()),
                    other => self.constant(other)?,
                };
                let Surroundings { variables, globals, options, .. } = &mut self.around;
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
        Binder::new(&self.around, None).bind_in("SET", written)?.eval(Context::of_row(&[]))
    }

    fn show_variables(&self, scope: Scope, only: &crate::command::Only) -> Result<Outcome, SqlError> {
        let Surroundings { variables, globals, options, .. } = &self.around;
        show::pairs(variables.shown(scope, globals, options), only)
    }

    fn explain(&mut self, statement: &Statement, extended: bool, sql: &str) -> Result<Outcome, SqlError> {
        let reading = match statement {
            Statement::Query(query) => self.reading(locking_of(query)?),
            _ => Reading::Consistent,
        };
        let Session { names, around, transactions, .. } = self;
        let line = transactions.statement(&around.variables, None, |trx| {
            let lookup = &mut |name: &ast::ObjectName| names.source(trx, name);
            match statement {
                Statement::Query(query) => {
                    let select = Select::new(query, sql, lookup, around)?;
                    explain::select(&select, trx, &reading)
                }
                other => match Bound::new(other, sql, lookup, around)? {
                    Bound::Insert(insert) => explain::insert(&insert, trx),
                    Bound::Change(change) => Ok(explain::change(&change)),
                },
            }
        })?;
        Ok(line.shown(extended))
    }
}
