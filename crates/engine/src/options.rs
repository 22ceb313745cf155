//! The settings, under MySQL's names.

use crate::binlog::LogBin;
use crate::error::{Error, Result};

/// Settings of an engine: its own, and the store's ([`innolab_store::Options`]).
#[derive(Debug, Clone)]
pub struct Options {
    /// What the pages, the pool and the log are like.
    pub store: innolab_store::Options,
    /// When a statement's redo is on the disk. 1: before the statement is acknowledged; it survives a power loss. 2: the system has it by then; it survives
    /// the death of this process. 0: at some time, at the latest when the log buffer is full or a checkpoint is made.
    pub innodb_flush_log_at_trx_commit: u8,
    /// Bytes that a sort keeps in memory while an index is built; beyond, it writes them to a file and reads them back.
    pub innodb_sort_buffer_size: usize,
    /// The binary log; `None` is `--skip-log-bin`.
    pub log_bin: Option<LogBin>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            store: innolab_store::Options::default(),
            innodb_flush_log_at_trx_commit: 1,
            innodb_sort_buffer_size: 1 << 20,
            log_bin: Some(LogBin::default()),
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
