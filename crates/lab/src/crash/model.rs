//! Who keeps a transaction after a crash: the rules, without any engine. The matrix ([`super`]) asks a real engine on a
//! simulated disk the same questions and compares.
//!
//! ```text
//! prepare, log, commit       before prepare · prepare written · synced · log partly · written · synced · commit written · acknowledged · commit synced
//! engine first (wrong)       before                                commit written · synced · log partly · written · synced · acknowledged
//! log first (wrong)          before          log partly · written · synced · commit written · synced · acknowledged
//! ```
//!
//! In the right order nobody waits for the commit record: it stays in the log buffer until the flush that comes once a
//! second, so a second *after* the answer it is synced. In the wrong orders there is no prepare, and the commit is as
//! durable as `innodb_flush_log_at_trx_commit` says at once.
//!
//! RULES
//!
//! - **R1** An effect survives a kill iff it was written (to the operating system), a power loss iff it was synced.
//!   What is in the process's log buffer survives neither.
//! - **R2** The engine keeps a transaction iff its commit record survived, or its prepare survived and its XID is in
//!   the log that survived.
//! - **R3** Knob 1 writes and syncs, knob 2 writes, knob 0 does neither (once a second everything is written and
//!   synced). `sync_binlog = 1` syncs each group, 0 none, N every N-th: here the transaction's group is the first of
//!   its N, so that it is not its turn.
//! - **R4** A replica has read all that it may: what is synced under `sync_binlog = 1`, else what is written.

use std::fmt;

/// Which of the two logs comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    /// Prepare, log, commit.
    Right,
    /// The engine commits, then the log is written.
    EngineFirst,
    /// The log is written, then the engine commits; nothing is prepared.
    BinlogFirst,
}

/// What has just happened when the crash comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Step {
    /// Nothing of the commit; the rows are changed.
    BeforePrepare,
    /// The engine has written that the transaction is prepared, as far as its knob wants it written.
    PrepareWritten,
    /// The engine has synced that, if its knob wants it.
    PrepareSynced,
    /// Some of the log's bytes of the transaction are written.
    BinlogPartly,
    /// All of them are.
    BinlogWritten,
    /// The log is synced, if its knob wants it.
    BinlogSynced,
    /// The engine has committed: the record is in its log buffer, in the wrong orders also written if its knob wants it.
    EngineCommitWritten,
    /// The commit record is synced: in the wrong orders if the knob wants it, in the right one by the flush of each second.
    EngineCommitSynced,
    /// The client was told.
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
    /// N > 1, and it is not yet time.
    EachNth,
}

/// The crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Crash {
    /// The process is killed; the operating system goes on.
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

/// Who keeps the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fate {
    /// The engine, after its recovery.
    pub(crate) engine: bool,
    /// The log that survived.
    pub(crate) binlog: bool,
    /// A replica that has read what it may.
    pub(crate) replica: bool,
    /// The client, who was told.
    pub(crate) acknowledged: bool,
}

/// What a fate means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All have it.
    Kept,
    /// Nobody has it, and nobody was told.
    Gone,
    /// The client was told, and the engine does not have it.
    Lost,
    /// Engine, log and replica do not agree.
    TwoTruths,
}

/// How far an effect has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// Not begun, or not whole.
    Nothing,
    /// In a buffer of the process.
    Buffered,
    /// In the operating system's hands.
    Written,
    /// On the disk for good.
    Synced,
}

impl Order {
    pub(crate) const ALL: [Order; 3] = [Order::Right, Order::EngineFirst, Order::BinlogFirst];

    /// Its steps, as they follow each other.
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

    /// Whether `step` has happened when `now` has.
    fn reached(self, step: Step, now: Step) -> bool {
        let place = |wanted| self.steps().iter().position(|s| *s == wanted);
        place(step).is_some_and(|step| Some(step) <= place(now))
    }
}

impl Flush {
    pub(crate) const ALL: [Flush; 3] = [Flush::EachSecond, Flush::Synced, Flush::Written];

    /// R3: how far a record of the engine's is after it was written, after it was synced.
    fn reach(self) -> (Reach, Reach) {
        match self {
            Flush::EachSecond => (Reach::Buffered, Reach::Buffered),
            Flush::Synced => (Reach::Written, Reach::Synced),
            Flush::Written => (Reach::Written, Reach::Written),
        }
    }
}

impl SyncBinlog {
    pub(crate) const ALL: [SyncBinlog; 3] = [SyncBinlog::Never, SyncBinlog::EachGroup, SyncBinlog::EachNth];
}

impl Crash {
    pub(crate) const ALL: [Crash; 2] = [Crash::Kill, Crash::PowerLoss];

    /// R1.
    fn survives(self, reach: Reach) -> bool {
        match self {
            Crash::Kill => reach >= Reach::Written,
            Crash::PowerLoss => reach == Reach::Synced,
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

    /// How far the prepare has come.
    pub(crate) fn prepare(self) -> Reach {
        let (written, synced) = self.flush.reach();
        match () {
            () if self.order != Order::Right => Reach::Nothing,
            // The flush of each second takes all of the log buffer along.
            () if self.reached(Step::EngineCommitSynced) => Reach::Synced,
            () if self.reached(Step::PrepareSynced) => synced,
            () if self.reached(Step::PrepareWritten) => written,
            () => Reach::Nothing,
        }
    }

    /// How far the whole transaction has come in the log.
    pub(crate) fn binlog(self) -> Reach {
        match self.sync {
            SyncBinlog::EachGroup if self.reached(Step::BinlogSynced) => Reach::Synced,
            _ if self.reached(Step::BinlogWritten) => Reach::Written,
            _ => Reach::Nothing,
        }
    }

    /// How far the commit record has come.
    pub(crate) fn commit(self) -> Reach {
        let (written, synced) = match self.order {
            Order::Right => (Reach::Buffered, Reach::Synced),
            Order::EngineFirst | Order::BinlogFirst => self.flush.reach(),
        };
        match () {
            () if self.reached(Step::EngineCommitSynced) => synced,
            () if self.reached(Step::EngineCommitWritten) => written,
            () => Reach::Nothing,
        }
    }

    /// Who keeps the transaction (R1, R2, R4).
    pub(crate) fn fate(self) -> Fate {
        let binlog = self.crash.survives(self.binlog());
        let engine = self.crash.survives(self.commit()) || self.crash.survives(self.prepare()) && binlog;
        let shown = if self.sync == SyncBinlog::EachGroup { Reach::Synced } else { Reach::Written };
        Fate { engine, binlog, replica: self.binlog() >= shown, acknowledged: self.reached(Step::Acknowledged) }
    }
}

impl Fate {
    /// What it means.
    pub(crate) fn verdict(self) -> Verdict {
        match (self.engine, self.binlog, self.replica) {
            (true, true, _) => Verdict::Kept,
            (false, ..) if self.acknowledged => Verdict::Lost,
            (false, false, false) => Verdict::Gone,
            _ => Verdict::TwoTruths,
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
    /// As `--explain` takes it: `right/binlog-synced/1/1/power`.
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
            Verdict::TwoTruths => "TWO TRUTHS",
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
    fn the_right_order_with_both_knobs_at_1_is_always_one_truth() {
        for cell in cells(|c| c.order == Order::Right && c.flush == Flush::Synced && c.sync == SyncBinlog::EachGroup) {
            let verdict = cell.fate().verdict();
            assert!(matches!(verdict, Verdict::Kept | Verdict::Gone), "{cell}: {verdict}");
            assert_eq!(verdict == Verdict::Kept, cell.reached(Step::BinlogWritten) && cell.fate().binlog, "{cell}");
        }
    }

    /// Each wrong order is wrong where the notes say: between its two logs.
    #[test]
    fn the_wrong_orders_are_wrong_between_their_two_logs() {
        let at_1 =
            |c: &Cell| c.flush == Flush::Synced && c.sync == SyncBinlog::EachGroup && c.crash == Crash::PowerLoss;
        let torn = |order| cells(|c| at_1(c) && c.order == order && c.fate().verdict() == Verdict::TwoTruths);
        let steps = |cells: Vec<Cell>| cells.into_iter().map(|c| c.step).collect::<Vec<_>>();
        assert_eq!(
            steps(torn(Order::EngineFirst)),
            [Step::EngineCommitSynced, Step::BinlogPartly, Step::BinlogWritten]
        );
        assert_eq!(steps(torn(Order::BinlogFirst)), [Step::BinlogSynced, Step::EngineCommitWritten]);
        assert!(
            torn(Order::EngineFirst).iter().all(|c| c.fate().engine && !c.fate().replica),
            "the replica never hears"
        );
        assert!(
            torn(Order::BinlogFirst).iter().all(|c| !c.fate().engine && c.fate().replica),
            "only the replica has it"
        );
    }

    /// What was acknowledged and is not kept: 0 loses to a kill, 2 to a power loss, 1 to neither.
    #[test]
    fn what_each_knob_can_lose() {
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
