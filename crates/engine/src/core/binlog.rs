//! What the engine knows of its binary log: the settings, and the open log. What goes into it is in `binlog` and
//! `ddl::announce`.

use super::wall_clock::WallClock;
use innolab_base::Xid;
use innolab_binlog::{Coordinator, Recovery, Transaction};

/// What the log gets of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[doc(alias = "binlog_format")]
pub enum Format {
    /// The rows that it changed.
    #[default]
    Row,
    /// Its text.
    Statement,
    /// Its text if that is safe, else its rows.
    Mixed,
}

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
    pub(crate) log: Coordinator,
    pub(crate) settings: LogBin,
    pub(crate) wall_clock: WallClock,
    pub(crate) recovery: Recovery,
}

impl Binlog {
    /// An empty transaction.
    pub(crate) fn transaction(&self, xid: Xid) -> Transaction {
        self.log.transaction(1, xid, self.wall_clock.now_us())
    }
}
