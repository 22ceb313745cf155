//! The binary log of an engine: its settings, and the open log. The folder `binlog` and `ddl::announce` decide what
//! is written to it.

use super::wall_clock::WallClock;
use innolab_base::Xid;
use innolab_binlog::{Coordinator, Recovery, Transaction};

/// How the binary log records a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[doc(alias = "binlog_format")]
pub enum Format {
    /// By the rows that it changed.
    #[default]
    Row,
    /// By its text.
    Statement,
    /// By its text if a replay of the text gives the same rows, else by its rows.
    Mixed,
}

/// The settings of the binary log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogBin {
    /// The database name that the log's events give for every table.
    pub database: String,
    /// If true, the text of statements is logged at every isolation level. A server refuses this below REPEATABLE READ
    /// (1665); the lab can show why.
    pub text_at_any_level: bool,
    /// The settings of the log itself: files, sync, group commit.
    pub log: innolab_binlog::Options,
}

impl Default for LogBin {
    fn default() -> LogBin {
        LogBin { database: "test".to_owned(), text_at_any_level: false, log: innolab_binlog::Options::default() }
    }
}

/// The open binary log of an engine.
pub(crate) struct Binlog {
    pub(crate) log: Coordinator,
    pub(crate) settings: LogBin,
    pub(crate) wall_clock: WallClock,
    /// The outcome of the log's recovery when it was opened.
    pub(crate) recovery: Recovery,
}

impl Binlog {
    /// Returns an empty transaction for the log, with the current time.
    pub(crate) fn transaction(&self, xid: Xid) -> Transaction {
        self.log.transaction(1, xid, self.wall_clock.now_us())
    }
}
