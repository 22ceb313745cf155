//! A session: it parses each statement and dispatches it.
//!
//! RULES
//!
//! - **R1** A statement that fails has changed nothing. The exceptions are the server's: AUTO_INCREMENT values stay
//!   used, locks stay held, and DROP TABLE drops those of its tables that exist.
//! - **R2** There is one database, with the name that the session was given. A table of another database does not
//!   exist.
//! - **R3** A statement that changes the dictionary commits the open transaction first, even if it then fails.
//! - **R4** Each statement clears the warnings of the one before, except those that show or count them.
//!
//! InnoDB's counterpart: `THD`, `mysql_execute_command`. Left out: prepared statements, users.

use super::transaction::Transactions;
use crate::answer::{Level, Outcome, SqlError, Warnings};
use crate::catalog::Names;
use crate::context::BindContext;
use crate::engine::{Engine, Strength};
use crate::parse::{Command, Parsed, parse};
use crate::query::{Locking, ReadMode, Select, locking_of, reads_a_table};
use crate::tables::{DdlStatement, is_ddl};
use crate::types::Value;
use innolab_base::Waiter;
use innolab_binlog::{RowChange, StatementContext};
use sqlparser::ast::{self, Statement};
use std::sync::Arc;

/// A client's session on an engine: it has a transaction, settings, user variables and warnings of its own. One thread
/// uses it at a time, and blocks in it while a statement waits for locks of other sessions. Dropping it rolls back its
/// transaction.
///
/// | methods                                             | file       |
/// |-----------------------------------------------------|------------|
/// | `new`, `execute`, SELECT, `apply`, `apply_context`  | `client`   |
/// | INSERT, UPDATE, DELETE                              | `write`    |
/// | transactions, SET, SHOW, EXPLAIN, the binary log    | `commands` |
#[doc(alias = "THD")]
pub struct Session {
    pub(crate) names: Names,
    pub(crate) context: BindContext,
    pub(crate) transactions: Transactions,
    pub(crate) warnings: Warnings,
}

impl Session {
    /// Opens a session on `engine`. The engine's tables form one database, which statements and errors call `database`.
    ///
    /// The session's number is 0; if lock reports must tell sessions apart, use [`Session::with_waiter`]. Its settings
    /// begin as the engine's global ones.
    pub fn new(engine: Arc<Engine>, database: &str) -> Session {
        Session::with_waiter(engine, database, Arc::new(Waiter::new(0)))
    }

    /// As [`Session::new`], for a session that waits for locks on `waiter`. The waiter's number is the session's: lock
    /// reports show it, and it decides between deadlock victims of equal weight.
    pub fn with_waiter(engine: Arc<Engine>, database: &str, waiter: Arc<Waiter>) -> Session {
        let mut context = BindContext::new(database, engine.options().clone());
        context.variables.session = engine.globals().session;
        let names = Names { engine: engine.clone(), database: database.to_string() };
        Session { names, context, transactions: Transactions::new(engine, waiter), warnings: Warnings::default() }
    }

    /// Runs one statement, which a `;` may end, and returns its rows or the number of rows affected.
    ///
    /// Without an open transaction and with autocommit the statement is a transaction of its own: it is committed, and
    /// durable as `innodb_flush_log_at_trx_commit` says, when this returns.
    ///
    /// ERRORS: numbers, SQLSTATEs and texts of MariaDB 10.11, as 1064 (syntax), 1146 (no such table), 1062 (duplicate
    /// key), 1205 (lock wait timeout). The statement has then changed nothing (R1); after 1213 (deadlock) the whole
    /// transaction is rolled back. 1235 names a construct that is not supported.
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
        self.context.variables.in_transaction = self.transactions.is_open();
        self.context.globals = self.names.engine.globals();
        let done = parsed.and_then(|parsed| {
            // A SELECT without a table may read @@warning_count, so it keeps the warnings.
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
        (self.context.variables.warnings, self.context.variables.errors) = self.warnings.counts();
        done
    }

    /// Sets the statement's time, and clears the record of what the last statement read from the session.
    fn begin_statement(&mut self) {
        self.context.variables.begin_statement(self.names.engine.now_us());
        self.context.reads.take();
    }

    /// Dispatches a parsed statement. One that changes the dictionary commits first (R3).
    fn statement(&mut self, statement: Statement, sql: &str) -> Result<Outcome, SqlError> {
        match statement {
            Statement::Query(query) => self.select(&query, sql),
            Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) => self.write(&statement, sql),
            other => {
                if is_ddl(&other) {
                    self.transactions.commit()?;
                }
                self.dictionary().run(&other)
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
        let Session { names, context, transactions, warnings } = self;
        DdlStatement { names, context, waiter: transactions.waiter(), warnings }
    }

    /// Runs a SELECT. ERRORS: 1792 for FOR UPDATE in a READ ONLY transaction; those of the statement.
    pub(crate) fn select(&mut self, query: &ast::Query, sql: &str) -> Result<Outcome, SqlError> {
        let locking = locking_of(query)?;
        let allowed = match &locking {
            Some(Locking { strength: Strength::Exclusive, .. }) => self.refuse_if_read_only(),
            _ => Ok(()),
        };
        let reading = self.reading(locking);
        let Session { names, context, transactions, .. } = self;
        let selected = if reads_a_table(query) {
            let wait_ms = locking.and_then(|l| l.wait_ms);
            transactions.run_statement(&context.variables, wait_ms, |trx| {
                let select = Select::new(query, sql, &mut |name| names.source(trx, name), context)?;
                select.sleeps_ms()?;
                allowed.and_then(|()| select.run(Some(trx), &reading))
            })?
        } else {
            let nothing = &mut |name: &ast::ObjectName| Err(SqlError::no_such_table(&context.database, name));
            let select = Select::new(query, sql, nothing, context)?;
            for ms in select.sleeps_ms()? {
                let _ = names.engine.park().sleep(transactions.waiter(), ms);
            }
            select.run(None, &reading)?
        };
        let rows = selected.rows.into_iter().map(|row| row.iter().map(Value::shown).collect()).collect();
        Ok(Outcome::Rows { columns: selected.titles, rows })
    }

    /// Repeats a row change of a binary log, as a replica does, within the open transaction or as one of its own.
    ///
    /// ERRORS: 1146 if the table does not exist; 1032 if no row equals the event's old row; those of an INSERT, UPDATE
    /// or DELETE of the row.
    #[doc(alias = "Rows_log_event")]
    pub fn apply(&mut self, change: &RowChange) -> Result<(), SqlError> {
        self.begin_statement();
        let RowChange { table: map, change } = change;
        let Session { names, context, transactions, .. } = self;
        let parts = [&map.db, &map.table].map(|part| ast::ObjectNamePart::Identifier(ast::Ident::new(part.as_str())));
        transactions.run_statement(&context.variables, None, |trx| {
            let table = names.source(trx, &ast::ObjectName(parts.to_vec()))?.stored("a row of the log")?;
            trx.apply(&table, change).map_err(|e| SqlError::from_change(e, table.def()))
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
