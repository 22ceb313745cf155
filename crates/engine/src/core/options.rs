//! The settings, under MySQL's names.

use super::binlog::{Format, LogBin};
use super::isolation::Isolation;
use super::wall_clock::TimeSource;
use crate::codec::{Error, Result};

/// Settings of an engine: its own, and the store's ([`innolab_store::Options`]).
#[derive(Debug, Clone)]
pub struct Options {
    /// What the pages, the pool and the log are like.
    pub store: innolab_store::Options,
    /// When a statement's redo is on the disk. 1: before the statement is acknowledged; it survives a power loss. 2:
    /// the system has it by then; it survives the death of this process. 0: at some time, at the latest when the log
    /// buffer is full or a checkpoint is made.
    pub innodb_flush_log_at_trx_commit: u8,
    /// Bytes that a sort keeps in memory while an index is built; beyond, it writes them to a file and reads them back.
    pub innodb_sort_buffer_size: usize,
    /// Where the current time comes from: that of statements, and that of the binary log.
    pub time: TimeSource,
    /// The binary log; `None` is `--skip-log-bin`.
    pub log_bin: Option<LogBin>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            store: innolab_store::Options::default(),
            innodb_flush_log_at_trx_commit: 1,
            innodb_sort_buffer_size: 1 << 20,
            time: TimeSource::Now,
            log_bin: Some(LogBin::default()),
        }
    }
}

/// What a session is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSettings {
    /// The level of its transactions.
    #[doc(alias = "transaction_isolation")]
    pub isolation: Isolation,
    /// Whether they may not change rows.
    #[doc(alias = "transaction_read_only")]
    pub read_only: bool,
    /// Whether each statement is a transaction unless one is begun.
    pub autocommit: bool,
    /// How long it waits for a row's lock, in seconds.
    #[doc(alias = "innodb_lock_wait_timeout")]
    pub lock_wait_timeout_s: u64,
    /// What the binary log gets of its statements.
    pub binlog_format: Format,
}

impl Default for SessionSettings {
    /// The server's.
    fn default() -> SessionSettings {
        SessionSettings {
            isolation: Isolation::default(),
            read_only: false,
            autocommit: true,
            lock_wait_timeout_s: 50,
            binlog_format: Format::default(),
        }
    }
}

/// What can be changed while the engine works (SET GLOBAL): it is so until the engine is opened again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Globals {
    /// See [`Options`].
    pub innodb_flush_log_at_trx_commit: u8,
    /// See [`innolab_binlog::Options`]; 0 without a log.
    pub sync_binlog: u32,
    /// See [`innolab_binlog::Options`], in bytes.
    pub max_binlog_size: u64,
    /// What a session begins with.
    pub session: SessionSettings,
}

impl Globals {
    /// As the options have it.
    pub fn new(options: &Options) -> Globals {
        let log = options.log_bin.as_ref().map(|settings| &settings.log);
        Globals {
            innodb_flush_log_at_trx_commit: options.innodb_flush_log_at_trx_commit,
            sync_binlog: log.map_or(0, |log| log.sync_binlog),
            max_binlog_size: log.map_or(1 << 30, |log| log.max_binlog_size),
            session: SessionSettings::default(),
        }
    }
}

impl Options {
    pub(crate) fn check(&self) -> Result<()> {
        match self.innodb_flush_log_at_trx_commit {
            0..=2 => Ok(()),
            n => Err(Error::Directory(format!("innodb_flush_log_at_trx_commit is {n}, it must be 0, 1 or 2"))),
        }
    }
}
