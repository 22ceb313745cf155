//! What recovery makes of a disk after a crash.

use super::log::Log;
use super::record::{Plan, Point};
use super::tables::Tables;
use crate::database::Database;
use crate::failure::Failure;
use innolab_base::Events;
use innolab_base::event::Lines;
use innolab_disk::SimDisk;
use innolab_engine::Isolation;
use std::fmt;
use std::sync::Arc;

/// Seeds of the power losses at a point: of the unsynced, 0 leaves nothing, and the others what they draw. All of it is
/// left after a kill.
pub(super) const LOSSES: [u64; 6] = [0, 2, 3, 4, 5, 6];

/// A crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crash {
    /// The process ends; the operating system keeps what was written.
    Kill,
    /// The power is lost; the seed decides what of the unsynced survives.
    Power(u64),
}

impl Crash {
    /// The kinds of crashes that are wanted.
    pub(super) fn all(kill: bool, power: bool) -> Vec<Crash> {
        let losses = LOSSES.into_iter().filter(|_| power).map(Crash::Power);
        [Crash::Kill].into_iter().filter(|_| kill).chain(losses).collect()
    }

    /// `kill` or `power`.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Crash::Kill => "kill",
            Crash::Power(_) => "power",
        }
    }
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Crash::Kill => f.write_str("kill"),
            Crash::Power(0) => f.write_str("power loss, nothing unsynced is left"),
            Crash::Power(seed) => write!(f, "power loss, drawn by {seed}"),
        }
    }
}

/// What is left after recovery.
pub(super) struct Survivor {
    pub(super) tables: Tables,
    /// `None` without a binary log.
    pub(super) log: Option<Log>,
    /// What `check` finds.
    pub(super) faults: Vec<String>,
    /// The events of recovery.
    pub(super) events: Vec<String>,
}

/// Crashes at a point and recovers. ERRORS: recovery fails.
pub(super) fn recover(plan: Plan<'_>, point: &Point, crash: Crash) -> Result<Survivor, Failure> {
    let disk = match crash {
        Crash::Kill => point.disk.killed(),
        Crash::Power(seed) => point.disk.power_loss(seed),
    };
    open(plan, &disk)
}

fn open(plan: Plan<'_>, disk: &SimDisk) -> Result<Survivor, Failure> {
    let lines = Arc::new(Lines::default());
    let events = Events::to(lines.clone());
    let database = Database::on_disk(Arc::new(disk.clone()), plan.options.clone(), plan.database, events)?;
    let engine = database.engine();
    let mut events = lines.take();
    events.extend(engine.binlog_recovery().map(|found| format!("binlog.recovered: {found}")));
    let faults = engine.check_database(&mut |_, _| ())?.faults;
    // The newest versions: a change that was not rolled back shows.
    let tables = Tables::read(engine, Isolation::ReadUncommitted)?;
    let log = engine.binlog().map(|_| Log::read(disk)).transpose()?;
    Ok(Survivor { tables, log, faults, events })
}
