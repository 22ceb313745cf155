//! A session: it parses each statement and dispatches it.
//!
//! RULES
//!
//! - **R1** A statement that fails has changed nothing. The exceptions are the server's: AUTO_INCREMENT values stay
//!   used, locks stay held, and DROP TABLE drops those of its tables that exist.
//! - **R2** There is one database, with the name that the session was given. A table of another database does not
//!   exist.
//! - **R3** A statement that changes the dictionary commits the open transaction first, even if it then fails.
//! - **R4** A statement that uses a table clears the warnings of those before, as does a statement that has warnings of its
//!   own. Others (SET, BEGIN, SELECT without a table) keep them.
//!
//! InnoDB's counterpart: `THD`, `mysql_execute_command`. Left out: prepared statements, users.

use super::connections::Connections;
use super::transaction::Transactions;
use crate::answer::{Level, Outcome, ResultType, RowsInfo, SqlError, Warnings};
use crate::catalog::{Names, TableUse};
use crate::context::BindContext;
use crate::engine::{Engine, Strength};
use crate::execute::SelectResult;
use crate::parse::{Command, Parsed, Tokens, run_with_depth};
use crate::query::{Locking, ReadMode, Select, locking_of, reads_a_table};
use crate::tables::{DdlStatement, tables_changed};
use crate::types::Value;
use innolab_base::{Counter, Counters, Waiter};
use innolab_binlog::{RowChange, StatementContext};
use sqlparser::ast::{self, Statement};
use std::sync::Arc;

/// The bytes of a packet before a statement's text.
const COMMAND_BYTES: u64 = 1;
/// The server's buffer for packets, `net_buffer_length`: no `max_allowed_packet` is less.
const NET_BUFFER_BYTES: u64 = 16 << 10;

/// A client's session on an engine: it has a transaction, settings, user variables and warnings of its own. One thread
/// uses it at a time, and blocks in it while a statement waits for locks of other sessions. Dropping it rolls back its
/// transaction.
///
/// | methods                                             | file       |
/// |-----------------------------------------------------|------------|
/// | `new`, `execute`, SELECT, `apply`, `apply_context`, what statements cost | `client`   |
/// | INSERT, UPDATE, DELETE                              | `write`    |
/// | transactions, SET, SHOW, EXPLAIN, the binary log    | `commands` |
/// | `execute_typed`, `status`                           | `protocol` |
/// | `kill`, `set_connections`, `is_to_end`              | `kill`     |
#[doc(alias = "THD")]
pub struct Session {
    pub(crate) names: Names,
    pub(crate) context: BindContext,
    pub(crate) transactions: Transactions,
    pub(crate) warnings: Warnings,
    pub(crate) details: AnswerDetails,
    /// The connections that KILL can end.
    pub(super) connections: Option<Arc<dyn Connections>>,
    /// What its statements have cost since it began, or since FLUSH STATUS.
    pub(crate) counters: Counters,
    /// What the last statement has cost.
    last_cost: Counters,
}

/// What a protocol sends beside the answer to the last statement.
#[derive(Debug, Default)]
pub(crate) struct AnswerDetails {
    /// True if the types of the columns are asked for.
    pub(crate) wants_types: bool,
    /// Types of a SELECT's columns.
    pub(crate) types: Vec<ResultType>,
    /// The value of `SessionStatus::insert_id`.
    pub(crate) insert_id: u64,
    /// What the statement did to rows; without the number of its warnings.
    pub(crate) info: Option<RowsInfo>,
    /// The statement was COMMIT or ROLLBACK with RELEASE.
    pub(crate) releases: bool,
}

impl Session {
    /// Opens a session on `engine`. The engine's tables form one database, which statements and errors call `database`.
    ///
    /// Its number, by which reports name it, is the lowest one that no open session has. Its settings begin as the
    /// engine's global ones.
    pub fn new(engine: Arc<Engine>, database: &str) -> Session {
        let waiter = engine.open_session();
        Session::on(engine, database, waiter)
    }

    /// As [`Session::new`], for a session that waits for locks on `waiter` and has the waiter's number. Reports cannot
    /// tell sessions of one number apart.
    pub fn with_waiter(engine: Arc<Engine>, database: &str, waiter: Arc<Waiter>) -> Session {
        engine.add_session(&waiter);
        Session::on(engine, database, waiter)
    }

    fn on(engine: Arc<Engine>, database: &str, waiter: Arc<Waiter>) -> Session {
        // It is idle from now on.
        waiter.activity().end_statement(engine.now_us());
        let mut context = BindContext::new(database, engine.options().clone());
        context.connection_id = waiter.session;
        context.variables.session = engine.globals().session;
        let names = Names { engine: engine.clone(), database: database.to_string(), exported: None };
        let (counters, last_cost) = (Counters::default(), Counters::default());
        let (transactions, details) = (Transactions::new(engine, waiter), AnswerDetails::default());
        let (warnings, connections) = (Warnings::default(), None);
        Session { names, context, transactions, warnings, details, connections, counters, last_cost }
    }

    /// Runs one statement, which a `;` may end, and returns its rows or the number of rows affected.
    ///
    /// Without an open transaction and with autocommit the statement is a transaction of its own: it is committed, and
    /// durable as `innodb_flush_log_at_trx_commit` says, when this returns.
    ///
    /// ERRORS: numbers, SQLSTATEs and texts of MariaDB 10.11, as 1064 (syntax), 1146 (no such table), 1062 (duplicate
    /// key), 1205 (lock wait timeout), 1317 (interrupted, see `Engine::interrupt`), 1153 (longer than
    /// `max_allowed_packet`), 1436 (too deep). The statement has then changed nothing (R1); after 1213 (deadlock) the
    /// whole transaction is rolled back. 1235 names a construct that is not supported.
    #[doc(alias = "mysql_execute_command")]
    pub fn execute(&mut self, sql: &str) -> Result<Outcome, SqlError> {
        if !self.transactions.waiter().clear_interrupt() {
            return Err(SqlError::interrupted());
        }
        if sql.len() as u64 + COMMAND_BYTES >= self.context.variables.session.max_allowed_packet.max(NET_BUFFER_BYTES) {
            return Err(SqlError::packet_too_large());
        }
        self.begin_statement(sql);
        let tokens = Tokens::read(sql);
        let depth = tokens.as_ref().map_or(0, |tokens| tokens.depth);
        let done = run_with_depth(depth, || self.run(tokens.and_then(Tokens::parse), sql));
        self.transactions.waiter().activity().end_statement(self.names.engine.now_us());
        self.end_cost();
        done
    }

    /// True if a transaction is open, and the statement would commit it before it does anything else (R3).
    pub fn commits_first(&self, sql: &str) -> bool {
        let parse = |tokens: Tokens<'_>| run_with_depth(tokens.depth, || tokens.parse());
        self.transactions.is_open()
            && match Tokens::read(sql).and_then(parse) {
                Ok(Parsed::Statement(statement)) => tables_changed(&statement).is_some(),
                Ok(Parsed::Command(command)) => {
                    matches!(*command, Command::Rename(_) | Command::FlushTables { .. } | Command::FlushForExport(_))
                }
                Err(_) => false,
            }
    }

    /// Returns what the last statement has cost.
    pub fn last_cost(&self) -> &Counters {
        &self.last_cost
    }

    /// Adds what the statement has cost to the sums (`base::counters` R1).
    fn end_cost(&mut self) {
        let mut cost = std::mem::take(&mut self.transactions.cost);
        cost.add(Counter::Questions, 1);
        self.counters.add_all(&cost);
        self.names.engine.add_cost(&cost);
        self.last_cost = cost;
    }

    /// Runs a parsed statement, or reports why it could not be parsed.
    fn run(&mut self, parsed: Result<Parsed, SqlError>, sql: &str) -> Result<Outcome, SqlError> {
        self.warnings.begin_statement();
        if let Ok(Parsed::Command(command)) = &parsed
            && let Command::ShowWarnings { errors, count } = **command
        {
            return Ok(self.warnings.shown(errors, count));
        }
        self.context.variables.in_transaction = self.transactions.is_open();
        self.context.globals = self.names.engine.globals();
        let shows_status =
            matches!(&parsed, Ok(Parsed::Command(command)) if matches!(**command, Command::ShowStatus { .. }));
        let done: Result<Outcome, SqlError> = parsed.and_then(|parsed| {
            // R4
            if uses_a_table(&parsed) {
                self.warnings.clear();
            }
            match parsed {
                Parsed::Command(command) => self.command(*command, sql),
                Parsed::Statement(statement) => self.statement(*statement, sql),
            }
        });
        let done = done.map_err(|e| self.context.variables.by_mode(e));
        if let Some(id) = self.context.given_id.take() {
            self.context.variables.last_insert_id = id;
        }
        match &done {
            // SHOW STATUS costs nothing.
            Ok(Outcome::Rows { rows, .. }) if !shows_status => {
                self.transactions.cost.add(Counter::RowsSent, rows.len() as u64);
            }
            Ok(_) => {}
            Err(e) => self.warnings.push(Level::Error, e),
        }
        (self.context.variables.warnings, self.context.variables.errors) = self.warnings.counts();
        done
    }

    /// Sets the statement's time, shows the statement to other sessions, and clears the record of what the last one read
    /// from the session.
    fn begin_statement(&mut self, sql: &str) {
        let engine = &self.names.engine;
        let now_us = engine.now_us();
        self.transactions.waiter().activity().begin_statement(trimmed(sql), now_us, engine.next_statement());
        self.context.variables.begin_statement(now_us);
        (self.details.insert_id, self.details.info, self.details.releases) = (0, None, false);
        self.context.reads.take();
    }

    /// Dispatches a parsed statement. One that changes the dictionary commits first (R3).
    fn statement(&mut self, statement: Statement, sql: &str) -> Result<Outcome, SqlError> {
        match statement {
            Statement::Query(query) => self.select(&query, sql),
            Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) => self.write(&statement, sql),
            other => {
                if let Some(changed) = tables_changed(&other) {
                    self.transactions.commit()?;
                    self.names.check_all(changed, TableUse::Change)?;
                }
                let done = self.dictionary().run(&other);
                if done.is_ok() && opens_its_table(&other) {
                    self.transactions.cost.add(Counter::HandlerCommit, 1);
                }
                self.details.info = changes_a_definition(&other).then_some(RowsInfo::NO_RECORDS);
                done
            }
        }
    }

    /// How a SELECT with this locking clause reads.
    pub(crate) fn reading(&self, locking: Option<Locking>) -> ReadMode {
        match locking {
            Some(locking) => ReadMode::Locking(locking),
            None if self.transactions.locks_plain_reads(&self.context.variables) => ReadMode::Locking(Locking::SHARED),
            None => ReadMode::Consistent,
        }
    }

    /// The context of CREATE, ALTER, DROP, SHOW and the like.
    pub(super) fn dictionary(&mut self) -> DdlStatement<'_> {
        let Session { names, context, transactions, warnings, .. } = self;
        let (waiter, open) = transactions.waiter_and_open();
        DdlStatement { names, context, waiter, open, warnings }
    }

    /// Runs a SELECT. ERRORS: 1792 for FOR UPDATE in a READ ONLY transaction; those of the statement.
    pub(crate) fn select(&mut self, query: &ast::Query, sql: &str) -> Result<Outcome, SqlError> {
        let locking = locking_of(query)?;
        let allowed = match &locking {
            Some(Locking { strength: Strength::Exclusive, .. }) => self.refuse_if_read_only(),
            _ => Ok(()),
        };
        let reading = self.reading(locking);
        let Session { names, context, transactions, details, .. } = self;
        let wants_types = details.wants_types;
        let with_types = |select: &Select, selected: SelectResult| {
            let types = if wants_types { select.result_types(&selected.rows) } else { Vec::new() };
            (selected, types)
        };
        let (selected, types) = if reads_a_table(query) {
            let wait_ms = locking.and_then(|l| l.wait_ms);
            transactions.run_statement(&context.variables, wait_ms, |trx| {
                let select = Select::new(query, sql, &mut |name, used| names.source(trx, name, used), context)?;
                select.sleeps_ms()?;
                allowed.and_then(|()| select.run(Some(trx), &reading)).map(|selected| with_types(&select, selected))
            })?
        } else {
            let nothing = &mut |name: &ast::ObjectName, _| Err(SqlError::no_such_table(&context.database, name));
            let select = Select::new(query, sql, nothing, context)?;
            for ms in select.sleeps_ms()? {
                let waiter = transactions.waiter();
                // A token of an earlier wait would end the sleep at once.
                waiter.clear();
                if !waiter.is_interrupted() {
                    waiter.activity().is_sleeping = true;
                    let _ = names.engine.park().sleep(waiter, ms);
                    waiter.activity().is_sleeping = false;
                }
                if waiter.is_interrupted() {
                    return Err(SqlError::interrupted());
                }
            }
            with_types(&select, select.run(None, &reading)?)
        };
        let rows = selected.rows.into_iter().map(|row| row.iter().map(Value::shown).collect()).collect();
        details.types = types;
        Ok(Outcome::Rows { columns: selected.titles, rows })
    }

    /// Repeats a row change of a binary log, as a replica does, within the open transaction or as one of its own.
    ///
    /// ERRORS: 1146 if the table does not exist; 1032 if no row equals the event's old row; those of an INSERT, UPDATE
    /// or DELETE of the row.
    #[doc(alias = "Rows_log_event")]
    pub fn apply(&mut self, change: &RowChange) -> Result<(), SqlError> {
        self.begin_statement("");
        let RowChange { table: map, change } = change;
        let Session { names, context, transactions, .. } = self;
        let parts = [&map.db, &map.table].map(|part| ast::ObjectNamePart::Identifier(ast::Ident::new(part.as_str())));
        transactions.run_statement(&context.variables, None, |trx| {
            let name = ast::ObjectName(parts.to_vec());
            let table = names.source(trx, &name, TableUse::Change)?.stored("a row of the log")?;
            trx.apply(&table, map, change).map_err(|e| SqlError::from_change(e, table.def()))
        })
    }

    /// Sets what an event of a binary log says about the statement that follows it: LAST_INSERT_ID(), the next
    /// AUTO_INCREMENT value, or a user variable.
    #[doc(alias = "Intvar_log_event")]
    #[doc(alias = "User_var_log_event")]
    pub fn apply_context(&mut self, given: &StatementContext) {
        let variables = &mut self.context.variables;
        match given {
            StatementContext::LastInsertId(id) => variables.last_insert_id = *id,
            StatementContext::InsertId(id) => variables.insert_id = *id,
            StatementContext::UserVariable { name, value, binary } => {
                variables.user_variables.insert(name.to_lowercase(), Value::from_logged(value, *binary));
            }
        }
    }

    /// Refuses a statement that would change rows in a READ ONLY transaction. ERRORS: 1792.
    pub(crate) fn refuse_if_read_only(&self) -> Result<(), SqlError> {
        if self.transactions.is_read_only(&self.context.variables) {
            return Err(SqlError::read_only_transaction());
        }
        Ok(())
    }
}

/// True if the statement uses a table, or names one (R4).
fn uses_a_table(parsed: &Parsed) -> bool {
    match parsed {
        Parsed::Statement(statement) => names_a_table(statement),
        Parsed::Command(command) => match &**command {
            // The server reads the first two from tables.
            Command::ShowVariables { .. } | Command::ShowStatus { .. } | Command::ShowIndex(_) => true,
            Command::Explain { of, .. } => names_a_table(of),
            Command::FlushTables { tables, .. } => !tables.is_empty(),
            Command::FlushForExport(_) | Command::Rename(_) => true,
            _ => false,
        },
    }
}

fn names_a_table(statement: &Statement) -> bool {
    match statement {
        Statement::Query(query) => reads_a_table(query),
        other => !matches!(other, Statement::Use(_)),
    }
}

/// True if the statement changes a table that it opens as a statement on rows does: it ends with a commit.
fn opens_its_table(statement: &Statement) -> bool {
    let drops_index = matches!(statement, Statement::Drop { object_type: ast::ObjectType::Index, .. });
    drops_index || matches!(statement, Statement::AlterTable(_) | Statement::CreateIndex(_) | Statement::Truncate(_))
}

/// True if the statement is one of those whose answer counts the rows that it copied: ALTER TABLE, except one that only
/// renames the table; CREATE INDEX, DROP INDEX.
fn changes_a_definition(statement: &Statement) -> bool {
    use ast::AlterTableOperation::RenameTable;
    match statement {
        Statement::AlterTable(alter) => !alter.operations.iter().all(|change| matches!(change, RenameTable { .. })),
        other => opens_its_table(other) && !matches!(other, Statement::Truncate(_)),
    }
}

/// A statement as reports show it: without the `;` that may end it.
pub(super) fn trimmed(sql: &str) -> &str {
    sql.trim().trim_end_matches(';').trim_end()
}
