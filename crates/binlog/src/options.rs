//! The log's knobs, by MySQL's names, and what it counts.

/// Which of the two logs comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// Prepare, log, commit: the right one.
    #[default]
    TwoPhase,
    /// Wrong on purpose, to be seen failing: the engine commits, durably, then the log is written. A crash in between
    /// leaves a transaction that no replica ever hears of. Nothing is prepared.
    EngineFirst,
    /// Wrong on purpose: the log is written and synced, then the engine commits. A crash in between leaves a
    /// transaction that only replicas have. Nothing is prepared.
    BinlogFirst,
}

/// The log's knobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The files' common name; `binlog` gives `binlog.000001`, …, `binlog.index`.
    pub log_bin: String,
    /// Stands in every event.
    pub server_id: u32,
    /// With one, transactions get global ids (`gtid_mode = ON`); without, they are anonymous.
    pub server_uuid: Option<[u8; 16]>,
    /// A file ends after the transaction that makes it as long, in bytes.
    pub max_binlog_size: u64,
    /// Sync after so many groups: 1 loses nothing that was acknowledged; 0 leaves it to the system.
    pub sync_binlog: u32,
    /// The right one, unless the lab shows a wrong one.
    pub order: Order,
}

impl Default for Options {
    /// MySQL 8's.
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

/// What was done since the opening.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Transactions in these groups.
    pub transactions: u64,
    /// Groups that were formed; each is one write.
    pub groups: u64,
    /// Syncs of the sync stage.
    pub syncs: u64,
    /// Bytes of transactions written.
    pub bytes: u64,
}

impl Counts {
    /// A group was formed.
    pub(crate) fn gathered(&mut self, transactions: usize) {
        self.groups += 1;
        self.transactions += transactions as u64;
    }
}
