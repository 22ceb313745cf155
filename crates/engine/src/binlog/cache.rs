//! The part of the binary log that a transaction will write: rows collected as they change, encoded statement by statement.
//!
//! ```text
//! statement begins   changed · changed · changed   statement ends ─► encoded: the rows, or the statement's text
//!                    └── dropped if it fails         savepoint ─► a mark;  rollback to it ─► cut back to the mark
//! ```
//!
//! RULES
//!
//! - **R1** Rows that a failed statement or a savepoint takes back are never in the log: the rows of a statement are
//!   kept apart until it has ended, and encoded statements are cut back.
//! - **R2** ROW logs rows. STATEMENT logs the text. MIXED logs the text unless it is unsafe: `sql` found that a
//!   replica may get another result from it, or the isolation level does not lock gaps, so that another order of the
//!   same statements may change other rows.
//! - **R3** Nothing is collected for a row that did not change.
//!
//! MySQL's counterpart: `THD::decide_logging_format`, `binlog_cache_mngr`, `THD::binlog_write_row`.

use super::rows::{table_map, value};
use crate::codec::{Datum, Error, Result};
use crate::core::events::RowsLogged;
use crate::core::{Engine, Format, Isolation, Trx};
use crate::dict::Table;
use innolab_base::Xid;
use innolab_binlog::{Change, Mark, RowChange, StatementContext, TableMap, Transaction};
use std::sync::Arc;

/// A statement, as `sql` describes it for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementText {
    /// Its text.
    pub sql: String,
    /// The session's `binlog_format`.
    pub format: Format,
    /// Why a replica may get another result from the text; `None`: it cannot.
    pub not_safe: Option<&'static str>,
    /// True if its effect depends on the time at which it began.
    pub shows_time: bool,
}

/// The text that is logged in place of a statement's rows.
#[derive(Debug)]
struct LoggedText {
    sql: String,
    shows_time: bool,
}

/// Why MIXED logs rows under READ COMMITTED.
const GAPS_NOT_LOCKED: &str = "the isolation level leaves gaps open";

impl StatementText {
    /// Why rows are logged; `None`: the text is logged (R2).
    pub fn why_rows(&self, isolation: Isolation) -> Option<&'static str> {
        match self.format {
            Format::Row => Some("binlog_format is ROW"),
            Format::Statement => None,
            Format::Mixed => self.not_safe.or(isolation.skips_gaps().then_some(GAPS_NOT_LOCKED)),
        }
    }
}

/// The part of the log that a transaction will write. Empty, it owns no memory.
#[derive(Debug, Default)]
pub(crate) struct BinlogCache {
    /// Encoded statements; made with the first changed row.
    log: Option<Transaction>,
    /// Changed rows of the current statement.
    rows: Vec<RowChange>,
    /// The current statement, if its text is logged (R2).
    text: Option<LoggedText>,
    /// Values that the text depends on: its context.
    given: Vec<StatementContext>,
    /// When the statement began, in µs since 1970, if known.
    began_us: Option<u64>,
}

impl BinlogCache {
    /// As [`crate::Transaction::log_statement`].
    pub(crate) fn log_statement(&mut self, trx: &Trx, statement: StatementText) -> Result<()> {
        let Some(binlog) = trx.engine.binlog_side() else { return Ok(()) };
        if statement.format == Format::Statement && trx.isolation().skips_gaps() && !binlog.settings.text_at_any_level {
            return Err(Error::TextIsNotEnough);
        }
        let why_rows = statement.why_rows(trx.isolation());
        if let (Format::Mixed, Some(rule)) = (statement.format, why_rows) {
            trx.engine.store.events().emit(|| RowsLogged { rule });
        }
        let text = LoggedText { sql: statement.sql, shows_time: statement.shows_time };
        self.begin_statement(why_rows.is_none().then_some(text));
        Ok(())
    }

    /// Adds a changed row (R2).
    pub(crate) fn log_change(&mut self, trx: &Trx, table: &Table, before: Option<&[Datum]>, after: Option<&[Datum]>) {
        let (Some(binlog), Some(id)) = (trx.engine.binlog_side(), trx.id()) else { return };
        let map =
            table.logged_as.get_or_init(|| Arc::new(table_map(table.def(), table.id(), &binlog.settings.database)));
        let begin = || binlog.transaction(Xid(id.0));
        self.changed(map, before, after, begin);
    }

    /// Encodes the statement that has ended.
    pub(crate) fn end_statement(&mut self, engine: &Engine) {
        if let Some(binlog) = engine.binlog_side() {
            self.seal(&binlog.settings.database);
        }
    }

    /// Begins a statement; `text`: what is logged in place of its rows.
    fn begin_statement(&mut self, text: Option<LoggedText>) {
        self.text = text;
        self.given.clear();
    }

    /// Sets when the statement began, in µs since 1970.
    pub(crate) fn set_time(&mut self, began_us: u64) {
        self.began_us = Some(began_us);
    }

    /// Adds a value that the statement's text depends on.
    pub(crate) fn add_context(&mut self, given: StatementContext) {
        self.given.push(given);
    }

    /// Adds a changed row. `begin` makes the transaction's part of the log at the first one (R3).
    fn changed(
        &mut self,
        table: &Arc<TableMap>,
        before: Option<&[Datum]>,
        after: Option<&[Datum]>,
        begin: impl FnOnce() -> Transaction,
    ) {
        self.log.get_or_insert_with(begin);
        let row =
            |row: &[Datum]| row.iter().zip(&table.columns).map(|(datum, column)| value(datum, column.ty)).collect();
        let change = match (before, after) {
            (None, None) => return,
            (None, Some(after)) => Change::Insert(row(after)),
            (Some(before), None) => Change::Delete(row(before)),
            (Some(before), Some(after)) => Change::Update { before: row(before), after: row(after) },
        };
        self.rows.push(RowChange { table: table.clone(), change });
    }

    /// Encodes the statement that has ended.
    fn seal(&mut self, db: &str) {
        let text = self.text.take();
        if let (Some(log), false) = (&mut self.log, self.rows.is_empty()) {
            let shows_time = text.as_ref().is_some_and(|text| text.shows_time);
            self.began_us.into_iter().for_each(|began_us| log.set_time(began_us, shows_time));
            match text {
                Some(LoggedText { sql, .. }) => {
                    self.given.iter().for_each(|given| log.statement_context(given));
                    log.statement(db, &sql);
                }
                None => log.rows(&self.rows),
            }
            self.rows.clear();
        }
    }

    /// Drops the statement (R1).
    pub(crate) fn forget_statement(&mut self) {
        self.rows.clear();
        self.text = None;
    }

    /// The end of what has been encoded.
    pub(crate) fn mark(&self) -> Mark {
        self.log.as_ref().map_or(Mark::default(), Transaction::mark)
    }

    /// Drops what was encoded after `mark`, and the statement (R1).
    pub(crate) fn cut_back(&mut self, mark: Mark) {
        self.forget_statement();
        if let Some(log) = &mut self.log {
            log.cut_back(mark);
        }
    }

    /// Takes what is to be logged; `None`: nothing.
    pub(crate) fn finish(&mut self) -> Option<Transaction> {
        self.log.take().filter(|log| !log.is_empty())
    }
}
