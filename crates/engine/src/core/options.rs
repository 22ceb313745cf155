//! The settings, under MySQL's names.

use super::binlog::{Format, LogBin};
use super::isolation::Isolation;
use super::wall_clock::TimeSource;
use crate::codec::{Error, Result};

/// Settings of an engine: its own, and the store's ([`innolab_store::Options`]).
#[derive(Debug, Clone)]
pub struct Options {
    /// The store's settings: buffer pool, redo log, background work. Among them, without a MySQL counterpart,
    /// `store.replacer`: the policy by which pages leave the buffer pool.
    pub store: innolab_store::Options,
    /// How durable a commit is before it is acknowledged. 1: the redo log is synced, the commit survives a power loss.
    /// 2: the log is written to the operating system, the commit survives the death of this process. 0: nothing is
    /// written; the log is written at the latest when its buffer is full or at a checkpoint.
    pub innodb_flush_log_at_trx_commit: u8,
    /// The most bytes that the sort of an index build keeps in memory; beyond, it writes sorted runs to a file.
    pub innodb_sort_buffer_size: usize,
    /// The source of the current time for statements and for the binary log.
    pub time: TimeSource,
    /// The binary log; `None` is `--skip-log-bin`.
    pub log_bin: Option<LogBin>,
    /// The directory as `@@datadir` shows it; `None`: the data are temporary. The engine works on the disk that it is
    /// given, whatever this says.
    pub datadir: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            store: innolab_store::Options::default(),
            innodb_flush_log_at_trx_commit: 1,
            innodb_sort_buffer_size: 1 << 20,
            time: TimeSource::Now,
            log_bin: Some(LogBin::default()),
            datadir: None,
        }
    }
}

/// The settings of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSettings {
    /// The isolation level of its transactions.
    #[doc(alias = "transaction_isolation")]
    pub isolation: Isolation,
    /// True if its transactions may not change rows.
    #[doc(alias = "transaction_read_only")]
    pub read_only: bool,
    /// True if each statement outside of BEGIN … COMMIT is a transaction of its own.
    pub autocommit: bool,
    /// The longest wait for a lock on a row or table, in seconds.
    #[doc(alias = "innodb_lock_wait_timeout")]
    pub lock_wait_timeout_s: u64,
    /// How the binary log records its statements.
    pub binlog_format: Format,
    /// The longest statement, in bytes.
    pub max_allowed_packet: u64,
    /// The memory that one of its statements may use.
    pub memory: MemoryLimits,
}

/// How many bytes of rows a statement keeps in memory; it writes the rest to temporary files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryLimits {
    /// Of a sort.
    pub sort_buffer_size: u64,
    /// Of groups, or of distinct rows.
    pub tmp_table_size: u64,
}

impl Default for SessionSettings {
    /// The defaults of a MySQL server.
    fn default() -> SessionSettings {
        SessionSettings {
            isolation: Isolation::default(),
            read_only: false,
            autocommit: true,
            lock_wait_timeout_s: 50,
            binlog_format: Format::default(),
            max_allowed_packet: 16 << 20,
            memory: MemoryLimits { sort_buffer_size: 2 << 20, tmp_table_size: 16 << 20 },
        }
    }
}

/// The settings that SET GLOBAL can change; changes last until the engine is opened again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Globals {
    /// See [`Options::innodb_flush_log_at_trx_commit`].
    pub innodb_flush_log_at_trx_commit: u8,
    /// See [`innolab_store::Options::innodb_adaptive_hash_index`].
    pub innodb_adaptive_hash_index: bool,
    /// See [`innolab_binlog::Options`]; 0 without a binary log.
    pub sync_binlog: u32,
    /// In bytes; see [`innolab_binlog::Options`].
    pub max_binlog_size: u64,
    /// The initial settings of a new session.
    pub session: SessionSettings,
}

impl Globals {
    /// Returns the values that `options` sets, and the defaults of a session.
    pub fn new(options: &Options) -> Globals {
        let log = options.log_bin.as_ref().map(|settings| &settings.log);
        Globals {
            innodb_flush_log_at_trx_commit: options.innodb_flush_log_at_trx_commit,
            innodb_adaptive_hash_index: options.store.innodb_adaptive_hash_index,
            sync_binlog: log.map_or(0, |log| log.sync_binlog),
            max_binlog_size: log.map_or(1 << 30, |log| log.max_binlog_size),
            session: SessionSettings::default(),
        }
    }
}

impl Options {
    /// ERRORS: [`Error::Directory`] for a value out of its range.
    pub(crate) fn check(&self) -> Result<()> {
        match self.innodb_flush_log_at_trx_commit {
            0..=2 => Ok(()),
            n => Err(Error::Directory(format!("innodb_flush_log_at_trx_commit is {n}, it must be 0, 1 or 2"))),
        }
    }
}
