//! The model: which logs keep a transaction after a crash, derived from rules alone. The matrix ([`super`]) compares it
//! with a real engine on a simulated disk.
//!
//! ```text
//! right        prepare written, synced · binlog partly, written, synced · commit written · answer · commit synced
//! engine-first commit written, synced · binlog partly, written, synced · answer                          wrong
//! binlog-first binlog partly, written, synced · commit written, synced · answer                          wrong
//!              each begins with "before prepare": the rows are changed, the commit has not begun
//! ```
//!
//! In the right order no step waits for the commit record: it stays in the log buffer until the flush that runs once a
//! second, so it is synced a second *after* the answer. In the wrong orders there is no prepare, and the commit record
//! is at once as durable as `innodb_flush_log_at_trx_commit` says.
//!
//! RULES
//!
//! - **R1** An effect survives a kill iff it was written (to the operating system), and a power loss iff it was synced.
//!   The process's log buffer survives neither.
//! - **R2** The engine keeps a transaction iff its commit record survived, or its prepare survived and its XID is in
//!   the log that survived.
//! - **R3** `innodb_flush_log_at_trx_commit` = 1 writes and syncs, 2 writes, 0 does neither (a flush once a second does
//!   both). `sync_binlog` = 1 syncs each commit group, 0 none, N every N-th; here the transaction's group is the first
//!   of N, so it is not synced.
//! - **R4** A replica has read all that it may: the synced part of the log under `sync_binlog = 1`, else the written
//!   part.

use std::fmt;

/// The order in which the engine and the binlog commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    /// The engine prepares, the binlog is written, the engine commits.
    Right,
    /// The engine commits, then the binlog is written. Nothing is prepared.
    EngineFirst,
    /// The binlog is written, then the engine commits. Nothing is prepared.
    BinlogFirst,
}

/// The last step before the crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Step {
    /// The rows are changed; the commit has not begun.
    BeforePrepare,
    /// The engine has written the prepare record, if its setting writes.
    PrepareWritten,
    /// The engine has synced the prepare record, if its setting syncs.
    PrepareSynced,
    /// Some bytes of the transaction are written to the binlog.
    BinlogPartly,
    /// All bytes of the transaction are written to the binlog.
    BinlogWritten,
    /// The binlog is synced, if its setting syncs this group.
    BinlogSynced,
    /// The commit record is in the engine's log buffer; in the wrong orders it is also written, if the setting writes.
    EngineCommitWritten,
    /// The commit record is synced: in the wrong orders if the setting syncs, in the right one by the flush each
    /// second.
    EngineCommitSynced,
    /// The client has the answer.
    Acknowledged,
}

/// `innodb_flush_log_at_trx_commit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Flush {
    /// 0.
    EachSecond,
    /// 1.
    Synced,
    /// 2.
    Written,
}

/// `sync_binlog`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SyncBinlog {
    /// 0.
    Never,
    /// 1.
    EachGroup,
    /// N > 1, and this group is not the N-th.
    EachNth,
}

/// The crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Crash {
    /// The process is killed; the operating system keeps running.
    Kill,
    /// The power is lost.
    PowerLoss,
}

/// A cell of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    pub(crate) order: Order,
    pub(crate) step: Step,
    pub(crate) flush: Flush,
    pub(crate) sync: SyncBinlog,
    pub(crate) crash: Crash,
}

/// Which logs keep the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fate {
    /// True if the engine has it after recovery.
    pub(crate) engine: bool,
    /// True if the binlog that survived has it.
    pub(crate) binlog: bool,
    /// True if a replica that has read all that it may has it.
    pub(crate) replica: bool,
    /// True if the client had the answer before the crash.
    pub(crate) acknowledged: bool,
}

/// A fate, judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Engine and binlog have it.
    Kept,
    /// No log has it, and the client has no answer.
    Gone,
    /// The client has the answer, but the engine does not have the transaction.
    Lost,
    /// Engine, binlog and replica differ.
    Diverged,
}

/// How durable an effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Durability {
    /// Not begun, or not whole.
    Nothing,
    /// In a buffer of the process.
    Buffered,
    /// Written to the operating system.
    Written,
    /// On the disk.
    Synced,
}

impl Order {
    pub(crate) const ALL: [Order; 3] = [Order::Right, Order::EngineFirst, Order::BinlogFirst];

    /// Its steps, in sequence.
    pub(crate) fn steps(self) -> &'static [Step] {
        use Step::*;
        match self {
            Order::Right => &[
                BeforePrepare,
                PrepareWritten,
                PrepareSynced,
                BinlogPartly,
                BinlogWritten,
                BinlogSynced,
                EngineCommitWritten,
                Acknowledged,
                EngineCommitSynced,
            ],
            Order::EngineFirst => &[
                BeforePrepare,
                EngineCommitWritten,
                EngineCommitSynced,
                BinlogPartly,
                BinlogWritten,
                BinlogSynced,
                Acknowledged,
            ],
            Order::BinlogFirst => &[
                BeforePrepare,
                BinlogPartly,
                BinlogWritten,
                BinlogSynced,
                EngineCommitWritten,
                EngineCommitSynced,
                Acknowledged,
            ],
        }
    }

    /// True if `step` has happened when `now` has just happened.
    fn reached(self, step: Step, now: Step) -> bool {
        let place = |wanted| self.steps().iter().position(|s| *s == wanted);
        place(step).is_some_and(|step| Some(step) <= place(now))
    }
}

impl Flush {
    pub(crate) const ALL: [Flush; 3] = [Flush::EachSecond, Flush::Synced, Flush::Written];

    /// How durable a record of the engine is after its write step, and after its sync step (R3).
    fn durability(self) -> (Durability, Durability) {
        match self {
            Flush::EachSecond => (Durability::Buffered, Durability::Buffered),
            Flush::Synced => (Durability::Written, Durability::Synced),
            Flush::Written => (Durability::Written, Durability::Written),
        }
    }
}

impl SyncBinlog {
    pub(crate) const ALL: [SyncBinlog; 3] = [SyncBinlog::Never, SyncBinlog::EachGroup, SyncBinlog::EachNth];
}

impl Crash {
    pub(crate) const ALL: [Crash; 2] = [Crash::Kill, Crash::PowerLoss];

    /// True if an effect of this durability survives the crash (R1).
    fn survives(self, durability: Durability) -> bool {
        match self {
            Crash::Kill => durability >= Durability::Written,
            Crash::PowerLoss => durability == Durability::Synced,
        }
    }
}

impl Cell {
    /// All cells, order by order, step by step.
    pub(crate) fn all() -> Vec<Cell> {
        let mut all = Vec::new();
        for order in Order::ALL {
            for &step in order.steps() {
                for flush in Flush::ALL {
                    for sync in SyncBinlog::ALL {
                        all.extend(Crash::ALL.map(|crash| Cell { order, step, flush, sync, crash }));
                    }
                }
            }
        }
        all
    }

    fn reached(self, step: Step) -> bool {
        self.order.reached(step, self.step)
    }

    /// How durable the prepare record is.
    pub(crate) fn prepare(self) -> Durability {
        let (written, synced) = self.flush.durability();
        match () {
            () if self.order != Order::Right => Durability::Nothing,
            // The flush each second writes and syncs the whole log buffer.
            () if self.reached(Step::EngineCommitSynced) => Durability::Synced,
            () if self.reached(Step::PrepareSynced) => synced,
            () if self.reached(Step::PrepareWritten) => written,
            () => Durability::Nothing,
        }
    }

    /// How durable the whole transaction is in the binlog.
    pub(crate) fn binlog(self) -> Durability {
        match self.sync {
            SyncBinlog::EachGroup if self.reached(Step::BinlogSynced) => Durability::Synced,
            _ if self.reached(Step::BinlogWritten) => Durability::Written,
            _ => Durability::Nothing,
        }
    }

    /// How durable the commit record is.
    pub(crate) fn commit(self) -> Durability {
        let (written, synced) = match self.order {
            Order::Right => (Durability::Buffered, Durability::Synced),
            Order::EngineFirst | Order::BinlogFirst => self.flush.durability(),
        };
        match () {
            () if self.reached(Step::EngineCommitSynced) => synced,
            () if self.reached(Step::EngineCommitWritten) => written,
            () => Durability::Nothing,
        }
    }

    /// Which logs keep the transaction (R1, R2, R4).
    pub(crate) fn fate(self) -> Fate {
        let binlog = self.crash.survives(self.binlog());
        let engine = self.crash.survives(self.commit()) || self.crash.survives(self.prepare()) && binlog;
        let readable = if self.sync == SyncBinlog::EachGroup { Durability::Synced } else { Durability::Written };
        Fate { engine, binlog, replica: self.binlog() >= readable, acknowledged: self.reached(Step::Acknowledged) }
    }
}

impl Fate {
    /// The verdict on this fate.
    pub(crate) fn verdict(self) -> Verdict {
        match (self.engine, self.binlog, self.replica) {
            (true, true, _) => Verdict::Kept,
            (false, ..) if self.acknowledged => Verdict::Lost,
            (false, false, false) => Verdict::Gone,
            _ => Verdict::Diverged,
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Order::Right => "right",
            Order::EngineFirst => "engine-first",
            Order::BinlogFirst => "binlog-first",
        })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Step::BeforePrepare => "before-prepare",
            Step::PrepareWritten => "prepare-written",
            Step::PrepareSynced => "prepare-synced",
            Step::BinlogPartly => "binlog-partly",
            Step::BinlogWritten => "binlog-written",
            Step::BinlogSynced => "binlog-synced",
            Step::EngineCommitWritten => "commit-written",
            Step::EngineCommitSynced => "commit-synced",
            Step::Acknowledged => "acknowledged",
        })
    }
}

impl fmt::Display for Flush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Flush::EachSecond => "0",
            Flush::Synced => "1",
            Flush::Written => "2",
        })
    }
}

impl fmt::Display for SyncBinlog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            SyncBinlog::Never => "0",
            SyncBinlog::EachGroup => "1",
            SyncBinlog::EachNth => "N",
        })
    }
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Crash::Kill => "kill",
            Crash::PowerLoss => "power",
        })
    }
}

impl fmt::Display for Cell {
    /// The name that `--explain` takes: `right/binlog-synced/1/1/power`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cell { order, step, flush, sync, crash } = self;
        write!(f, "{order}/{step}/{flush}/{sync}/{crash}")
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Verdict::Kept => "kept",
            Verdict::Gone => "gone",
            Verdict::Lost => "LOST",
            Verdict::Diverged => "DIVERGED",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(pick: impl Fn(&Cell) -> bool) -> Vec<Cell> {
        let cells: Vec<Cell> = Cell::all().into_iter().filter(pick).collect();
        assert!(!cells.is_empty());
        cells
    }

    #[test]
    fn the_right_order_with_both_settings_at_1_never_diverges() {
        for cell in cells(|c| c.order == Order::Right && c.flush == Flush::Synced && c.sync == SyncBinlog::EachGroup) {
            let verdict = cell.fate().verdict();
            assert!(matches!(verdict, Verdict::Kept | Verdict::Gone), "{cell}: {verdict}");
            assert_eq!(verdict == Verdict::Kept, cell.reached(Step::BinlogWritten) && cell.fate().binlog, "{cell}");
        }
    }

    /// Each wrong order diverges between its two log writes.
    #[test]
    fn the_wrong_orders_diverge_between_their_two_logs() {
        let at_1 =
            |c: &Cell| c.flush == Flush::Synced && c.sync == SyncBinlog::EachGroup && c.crash == Crash::PowerLoss;
        let diverged = |order| cells(|c| at_1(c) && c.order == order && c.fate().verdict() == Verdict::Diverged);
        let steps = |cells: Vec<Cell>| cells.into_iter().map(|c| c.step).collect::<Vec<_>>();
        assert_eq!(
            steps(diverged(Order::EngineFirst)),
            [Step::EngineCommitSynced, Step::BinlogPartly, Step::BinlogWritten]
        );
        assert_eq!(steps(diverged(Order::BinlogFirst)), [Step::BinlogSynced, Step::EngineCommitWritten]);
        assert!(
            diverged(Order::EngineFirst).iter().all(|c| c.fate().engine && !c.fate().replica),
            "the replica never gets it"
        );
        assert!(
            diverged(Order::BinlogFirst).iter().all(|c| !c.fate().engine && c.fate().replica),
            "only the replica has it"
        );
    }

    /// An acknowledged transaction is lost under 0 by a kill, under 2 by a power loss, under 1 by neither.
    #[test]
    fn what_each_setting_can_lose() {
        let loses = |flush, sync, crash| {
            let cell = Cell { order: Order::Right, step: Step::Acknowledged, flush, sync, crash };
            let verdict = cell.fate().verdict();
            assert!(matches!(verdict, Verdict::Kept | Verdict::Lost), "{cell}: {verdict}");
            verdict == Verdict::Lost
        };
        use Crash::{Kill, PowerLoss};
        let every = SyncBinlog::EachGroup;
        assert!(loses(Flush::EachSecond, every, Kill) && loses(Flush::EachSecond, every, PowerLoss));
        assert!(!loses(Flush::Written, every, Kill) && loses(Flush::Written, every, PowerLoss));
        assert!(!loses(Flush::Synced, every, Kill) && !loses(Flush::Synced, every, PowerLoss));
        for sync in [SyncBinlog::Never, SyncBinlog::EachNth] {
            assert!(!loses(Flush::Synced, sync, Kill) && loses(Flush::Synced, sync, PowerLoss));
        }
    }

    #[test]
    fn nothing_is_kept_before_anything_was_written() {
        for cell in cells(|c| c.step == Step::BeforePrepare) {
            assert_eq!(cell.fate().verdict(), Verdict::Gone, "{cell}");
        }
    }
}
