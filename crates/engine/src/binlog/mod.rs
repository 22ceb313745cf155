//! The engine's part in the binary log: what transactions put into it, and the commit that makes it and the engine one truth.
//!
//! ```text
//! insert · update · delete ─► collect: rows of the statement ─► encoded at its end
//! Transaction::commit ─► nothing collected ─► the engine alone, as ever
//!                    └─► Coordinator ─► prepare · sync · write the log · sync it · commit, a group at a time     (crate `binlog`)
//!                                       └──────── participant: the engine, asked by XID ────────┘
//! ```
//!
//! RULES
//!
//! - **R1** What changed rows is in the log, or the engine does not have it either (I5). What changed none is not in the log.
//! - **R2** Without `log_bin` nothing is collected, and a commit is one look at an empty cell. Transactions that a
//!   crash left in doubt can be decided by the log only: then opening without it is refused.
//! - **R3** A failure after the prepare breaks the engine down (I10): whether the transaction is in the log, a reopening says.
//!
//! MySQL's counterpart: `MYSQL_BIN_LOG`, `trans_commit`, `ha_commit_trans`.

mod apply;
mod collect;
mod ddl;
mod participant;
mod rows;

pub(crate) use collect::Logging;
use collect::Text;
pub use collect::{Format, StatementText};
pub(crate) use ddl::{ANNOUNCED, Said};

use crate::calendar::Calendar;
use crate::def::Datum;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::events::RowsLogged;
use crate::table::Table;
use crate::trx::Transaction;
use innolab_base::{Events, Xid};
use innolab_binlog::{Coordinator, Given, Recovery};
use innolab_disk::Disk;
use participant::Side;
use std::sync::Arc;

/// The settings of the binary log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogBin {
    /// The database to which the log says the tables belong.
    pub database: String,
    /// Of the lab, to see what it leads to: the text of statements is logged under READ COMMITTED too, which a server
    /// refuses (1665).
    pub text_at_any_level: bool,
    /// The log's own.
    pub log: innolab_binlog::Options,
}

impl Default for LogBin {
    fn default() -> LogBin {
        LogBin { database: "test".to_owned(), text_at_any_level: false, log: innolab_binlog::Options::default() }
    }
}

/// The binary log of an engine.
pub(crate) struct Binlog {
    log: Coordinator,
    side: Arc<Side>,
    settings: LogBin,
    calendar: Calendar,
    recovery: Recovery,
}

impl Binlog {
    /// Opens the log; what is in doubt is decided then. ERRORS: those of [`Coordinator::open`].
    pub(crate) fn open(
        engine: &Arc<Engine>,
        disk: Arc<dyn Disk>,
        settings: LogBin,
        calendar: Calendar,
        events: Events,
    ) -> Result<Binlog> {
        let side = Arc::new(Side::new(engine));
        let now_s = (calendar.now_us() / 1_000_000) as u32;
        let (log, recovery) = Coordinator::open(disk, settings.log.clone(), vec![side.clone()], now_s, events)?;
        Ok(Binlog { log, side, settings, calendar, recovery })
    }

    /// An empty transaction.
    fn transaction(&self, xid: Xid) -> innolab_binlog::Transaction {
        self.log.transaction(1, xid, self.calendar.now_us())
    }

    /// The log itself: positions, files, counts.
    pub(crate) fn log(&self) -> &Coordinator {
        &self.log
    }
}

impl Engine {
    /// The binary log, if there is one: its files, its end, how far a replica may read.
    #[doc(alias = "SHOW MASTER STATUS")]
    pub fn binlog(&self) -> Option<&Coordinator> {
        self.binlog_side().map(|binlog| &binlog.log)
    }

    /// What opening found in the binary log, if there is one, and how it decided what was in doubt.
    pub fn binlog_recovery(&self) -> Option<&Recovery> {
        self.binlog_side().map(|binlog| &binlog.recovery)
    }

    /// Commits a transaction that has something for the log (R1). ERRORS: it was rolled back; or the log is poisoned (R3).
    pub(crate) fn commit_logged(&self, transaction: Transaction, log: innolab_binlog::Transaction) -> Result<()> {
        let Some(binlog) = self.binlog_side() else { panic!("what is logged has a log") };
        let xid = log.xid();
        binlog.side.enter(xid, transaction);
        binlog.log.commit(log).map(drop).map_err(|e| {
            let e = Error::Binlog(e);
            if let Error::Binlog(innolab_binlog::Error::Poisoned { .. }) = e {
                self.break_down(&e);
            }
            // It is in doubt: nobody rolls it back or goes on with it.
            if let Some(in_doubt) = binlog.side.take(xid) {
                in_doubt.abandon();
            }
            e
        })
    }
}

impl Transaction {
    /// Says when the statement that begins began, in µs since 1970: the log's events of it and of those to come bear
    /// that. Unless it is said they bear the time of the transaction's first change.
    #[doc(alias = "THD::start_time")]
    pub fn set_statement_time(&mut self, began_us: u64) {
        self.logging.set_time(began_us);
    }

    /// Says what the statement that begins is, for the log; without it its rows are logged. REQUIRES:
    /// [`Transaction::begin_statement`] was called.
    /// ERRORS: [`Error::TextIsNotEnough`].
    #[doc(alias = "THD::decide_logging_format")]
    pub fn log_statement(&mut self, statement: StatementText) -> Result<()> {
        let Some(binlog) = self.engine.binlog_side() else { return Ok(()) };
        if statement.format == Format::Statement && self.isolation().skips_gaps() && !binlog.settings.text_at_any_level
        {
            return Err(Error::TextIsNotEnough);
        }
        let why_rows = statement.why_rows(self.isolation());
        if let (Format::Mixed, Some(rule)) = (statement.format, why_rows) {
            self.engine.store.events().emit(|| RowsLogged { rule });
        }
        let text = Text { sql: statement.sql, shows_time: statement.shows_time };
        self.logging.begin_statement(why_rows.is_none().then_some(text));
        Ok(())
    }

    /// Says what the statement's text does not: with the text alone it would come to something else. It is logged if the text is.
    pub fn log_given(&mut self, given: Given) {
        self.logging.given(given);
    }

    /// A row has changed (R2).
    pub(crate) fn log_change(&mut self, table: &Table, before: Option<&[Datum]>, after: Option<&[Datum]>) {
        let (Some(binlog), Some(id)) = (self.engine.binlog_side(), self.id()) else { return };
        let map = table
            .logged_as
            .get_or_init(|| Arc::new(rows::table_map(table.def(), table.id(), &binlog.settings.database)));
        let begin = || binlog.transaction(Xid(id.0));
        self.logging.changed(map, before, after, begin);
    }

    /// The statement has ended well.
    pub(crate) fn seal_logged(&mut self) {
        if let Some(binlog) = self.engine.binlog_side() {
            self.logging.seal(&binlog.settings.database);
        }
    }
}
