//! The log's settings, by MySQL's names, and its counters.

/// The order of a commit's steps in the log and the engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// Engines prepare, log, engines commit: the right order.
    #[default]
    TwoPhase,
    /// Wrong on purpose, as a demonstration: the engine commits durably, then the log is written. A crash in between
    /// leaves a transaction that never reaches a replica. Nothing is prepared.
    EngineFirst,
    /// Wrong on purpose: the log is written and synced, then the engine commits. A crash in between leaves a
    /// transaction that only replicas have. Nothing is prepared.
    BinlogFirst,
}

/// The log's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Base name of the files: `binlog` gives `binlog.000001`, …, `binlog.index`.
    pub log_bin: String,
    /// The server's id, in the header of every event.
    pub server_id: u32,
    /// If set, transactions get global ids (`gtid_mode = ON`); else they are anonymous.
    pub server_uuid: Option<[u8; 16]>,
    /// Bytes; a file ends after the transaction that makes it reach this size.
    pub max_binlog_size: u64,
    /// The log is synced after this many groups: with 1 no acknowledged commit is lost; with 0 the operating system
    /// decides when to write.
    pub sync_binlog: u32,
    /// The order of a commit's steps; wrong ones are for experiments.
    pub order: Order,
}

impl Default for Options {
    /// MySQL 8's defaults.
    fn default() -> Options {
        Options {
            log_bin: "binlog".into(),
            server_id: 1,
            server_uuid: None,
            max_binlog_size: 1 << 30,
            sync_binlog: 1,
            order: Order::TwoPhase,
        }
    }
}

/// Counters since the log was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Transactions in all groups.
    pub transactions: u64,
    /// Groups; each is one write.
    pub groups: u64,
    /// Syncs by the sync stage.
    pub syncs: u64,
    /// Bytes of transactions written.
    pub bytes: u64,
}

impl Counts {
    /// Counts a group.
    pub(super) fn add_group(&mut self, transactions: usize) {
        self.groups += 1;
        self.transactions += transactions as u64;
    }
}
