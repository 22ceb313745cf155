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

use super::transaction::Transactions;
use crate::answer::{Level, Outcome, SqlError, Warnings};
use crate::catalog::Names;
use crate::context::BindContext;
use crate::engine::{Engine, Strength};
use crate::parse::{Command, Parsed, parse};
use crate::query::{Locking, ReadMode, Select, locking_of, reads_a_table};
use crate::tables::{Dictionary, changes_dictionary};
use crate::types::Value;
use innolab_base::Waiter;
use innolab_binlog::{RowChange, StatementContext};
use sqlparser::ast::{self, Statement};
use std::sync::Arc;

/// One client's view of an engine. It is used by one thread at a time, and may wait there for the locks of others.
///
/// | methods                                             | file       |
/// |-----------------------------------------------------|------------|
/// | `new`, `execute`, SELECT, `apply`, `given`          | `client`   |
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
    /// A session on `engine`, whose tables make up the one database, called `database` (names in errors show it). Its
    /// waiter is its own: fit for a program with one session, or whose sessions are told apart by nobody.
    pub fn new(engine: Arc<Engine>, database: &str) -> Session {
        Session::with_waiter(engine, database, Arc::new(Waiter::new(0)))
    }

    /// A session that waits on `waiter`, whose number tells it apart in reports and in the order of victims.
    pub fn with_waiter(engine: Arc<Engine>, database: &str, waiter: Arc<Waiter>) -> Session {
        let mut context = BindContext::new(database, engine.options().clone());
        context.variables.session = engine.globals().session;
        let names = Names { engine: engine.clone(), database: database.to_string() };
        Session { names, context, transactions: Transactions::new(engine, waiter), warnings: Warnings::default() }
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
        self.context.variables.in_transaction = self.transactions.is_open();
        self.context.globals = self.names.engine.globals();
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
        (self.context.variables.warnings, self.context.variables.errors) = self.warnings.counts();
        done
    }

    fn begin_statement(&mut self) {
        self.context.variables.begin_statement(self.names.engine.now_us());
        self.context.asked.take();
    }

    fn statement(&mut self, statement: Statement, sql: &str) -> Result<Outcome, SqlError> {
        match statement {
            Statement::Query(query) => self.select(&query, sql),
            Statement::Insert(_) | Statement::Update(_) | Statement::Delete(_) => self.write(&statement, sql),
            other => {
                if changes_dictionary(&other) {
                    self.transactions.commit()?;
                }
                self.dictionary().run(&other)
            }
        }
    }

    /// How a SELECT reads that asks for these locks.
    pub(crate) fn reading(&self, locking: Option<Locking>) -> ReadMode {
        match locking {
            Some(locking) => ReadMode::Locking(locking),
            None if self.transactions.locks_plain_reads(&self.context.variables) => ReadMode::Locking(Locking::SHARED),
            None => ReadMode::Consistent,
        }
    }

    /// What statements about tables work with.
    pub(super) fn dictionary(&mut self) -> Dictionary<'_> {
        let Session { names, context, transactions, warnings } = self;
        Dictionary { names, context, waiter: transactions.waiter(), warnings }
    }

    pub(crate) fn select(&mut self, query: &ast::Query, sql: &str) -> Result<Outcome, SqlError> {
        let locking = locking_of(query)?;
        let allowed = match &locking {
            Some(Locking { strength: Strength::Exclusive, .. }) => self.read_only(),
            _ => Ok(()),
        };
        let reading = self.reading(locking);
        let Session { names, context, transactions, .. } = self;
        let selected = if reads_a_table(query) {
            let wait_ms = locking.and_then(|l| l.wait_ms);
            transactions.statement(&context.variables, wait_ms, |trx| {
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

    /// Makes a row change of a binary log again, within the open transaction or as one of its own: what a replica's session does.
    /// ERRORS: 1146; 1032 if the row is not as the log says; those of an INSERT.
    #[doc(alias = "Rows_log_event")]
    pub fn apply(&mut self, change: &RowChange) -> Result<(), SqlError> {
        self.begin_statement();
        let RowChange { table: map, change } = change;
        let Session { names, context, transactions, .. } = self;
        let parts = [&map.db, &map.table].map(|part| ast::ObjectNamePart::Identifier(ast::Ident::new(part.as_str())));
        transactions.statement(&context.variables, None, |trx| {
            let table = names.source(trx, &ast::ObjectName(parts.to_vec()))?.stored("a row of the log")?;
            trx.apply(&table, change).map_err(|e| SqlError::from_change(e, table.def()))
        })
    }

    /// Takes what an event of a binary log says about the statement that follows.
    pub fn given(&mut self, given: &StatementContext) {
        let variables = &mut self.context.variables;
        match given {
            StatementContext::LastInsertId(id) => variables.last_insert_id = *id,
            StatementContext::InsertId(id) => variables.insert_id = *id,
            StatementContext::UserVariable { name, value, binary } => {
                variables.user.insert(name.to_lowercase(), Value::from_logged(value, *binary));
            }
        }
    }

    /// ERRORS: 1792.
    pub(crate) fn read_only(&self) -> Result<(), SqlError> {
        if self.transactions.is_read_only(&self.context.variables) {
            return Err(SqlError::read_only_transaction());
        }
        Ok(())
    }
}
