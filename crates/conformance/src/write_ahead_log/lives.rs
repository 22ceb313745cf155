//! Several lives of one log, beside the list of all its groups.

use crate::suite::one_of;
use crate::write_ahead_log::face::{Found, Group, Log};
use crate::write_ahead_log::level::Level;
use innolab_base::Lsn;
use innolab_disk::{Call, Disk, Fault, FaultKind, SimDisk};
use innolab_testing::{Broken, Script};
use proptest::prelude::*;
use std::sync::{Arc, Mutex};

type Result<T = ()> = std::result::Result<T, Broken>;

/// Sizes of payloads: with their heads some are whole sectors, some are not. There are few, so that groups of different lives
/// and laps start at the same places.
const SIZES: [usize; 4] = [30, 492, 492, 1500];

/// A step. `nth` counts modulo the groups at whose end a checkpoint may be.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Append {
        size: usize,
        new_bytes: bool,
    },
    /// Appends until there is no room.
    Fill {
        size: usize,
    },
    Write,
    Flush,
    Checkpoint {
        nth: usize,
    },
    Kill,
    PowerLoss {
        seed: u64,
    },
    Fail {
        sync: bool,
        full: bool,
    },
}

/// Returns the scripts of a level.
pub(crate) fn steps(level: Level) -> impl Strategy<Value = Vec<Step>> {
    let size = 0..SIZES.len();
    let from = |least: Level, n: u32| if level >= least { n } else { 0 };
    let step = one_of([
        (12, (size.clone(), 0..4u8).prop_map(|(size, n)| Step::Append { size, new_bytes: n == 0 }).boxed()),
        (from(Level::Room, 2), size.prop_map(|size| Step::Fill { size }).boxed()),
        (3, Just(Step::Write).boxed()),
        (3, Just(Step::Flush).boxed()),
        (3, (0..100usize).prop_map(|nth| Step::Checkpoint { nth }).boxed()),
        (2, Just(Step::Kill).boxed()),
        (from(Level::PowerLoss, 3), (0..1000u64).prop_map(|seed| Step::PowerLoss { seed }).boxed()),
        (
            from(Level::Faults, 1),
            (any::<bool>(), any::<bool>()).prop_map(|(sync, full)| Step::Fail { sync, full }).boxed(),
        ),
    ]);
    proptest::collection::vec(step, 1..80)
}

/// What a crash may leave: the groups that were appended, and how far promises and checkpoints go.
#[derive(Debug, Clone, Default)]
struct Model {
    /// By start.
    groups: Vec<Group>,
    flushed: Lsn,
    written: Lsn,
    /// The last checkpoint that is complete, and the one that was last requested.
    checkpoint: (Lsn, Lsn),
}

/// A log, its disk, and what it has promised.
pub(crate) struct Lives<'s, L> {
    level: Level,
    log: Option<L>,
    disk: SimDisk,
    model: Model,
    life: u8,
    script: &'s mut Script,
}

impl<'s, L: Log> Lives<'s, L> {
    pub(crate) fn new(level: Level, script: &'s mut Script) -> Result<Lives<'s, L>> {
        let disk = SimDisk::new(1);
        script.step("a new log");
        let created = L::create(&handle(&disk));
        let log = created.map_err(|e| script.broken("create", "no error", e))?;
        let start = log.current();
        let model = Model { groups: vec![], flushed: start, written: start, checkpoint: (start, start) };
        Ok(Lives { level, log: Some(log), disk, model, life: 0, script })
    }

    fn log(&self) -> Result<&L> {
        self.log.as_ref().ok_or_else(|| self.script.broken("open", "a log", "none"))
    }

    fn done<T>(&self, rule: &str, answer: std::result::Result<T, String>) -> Result<T> {
        answer.map_err(|e| self.script.broken(rule, "no error", e))
    }

    pub(crate) fn run(&mut self, step: &Step) -> Result {
        match *step {
            Step::Append { size, new_bytes } => self.append(SIZES[size], new_bytes).map(|_| ()),
            Step::Fill { size } => self.fill(SIZES[size]),
            Step::Write => {
                self.script.step("write");
                self.watched(|log| log.write_to(log.current()))?;
                self.model.written = self.log()?.current();
                self.marks()
            }
            Step::Flush => self.flush(),
            Step::Checkpoint { nth } => self.checkpoint(nth),
            Step::Kill => {
                // What was written and not synced stays, but a later power loss may still take it.
                self.script.step("the process is killed");
                self.next_life(self.disk.killed(), self.model.written)
            }
            Step::PowerLoss { seed } => {
                self.script.step(format!("power loss {seed}"));
                self.next_life(self.disk.power_loss(seed), self.model.flushed)
            }
            Step::Fail { sync, full } => self.fail(sync, full),
        }
    }

    /// The end of the script: what was written survives a kill, what was flushed a power loss that keeps nothing else.
    pub(crate) fn end(mut self) -> Result {
        self.script.step("what is left now, after a kill");
        self.compare(&self.disk.killed(), self.model.written)?;
        if self.level >= Level::PowerLoss {
            self.script.step("what is left now, after a power loss that keeps nothing unsynced");
            self.compare(&self.disk.power_loss(0), self.model.flushed)?;
        }
        self.run(&Step::Flush)
    }

    /// Appends a group. False: there is no room.
    fn append(&mut self, size: usize, new_bytes: bool) -> Result<bool> {
        // Most payloads are the same in all lives, so that the tail of a stale group fits a new head.
        let payload = vec![if new_bytes { self.life + 1 } else { 0 }; size];
        self.script.step(format!("append {size} bytes of {}", if new_bytes { self.life + 1 } else { 0 }));
        let before = self.log()?.current();
        let Some((start, end)) = self.done("append", self.log()?.append(&payload))? else {
            self.script.check("R5", self.level >= Level::Room || self.is_nearly_full()?, "room", "none")?;
            return Ok(false);
        };
        self.script.check_same("R1 (a group starts where the last one ended)", &before, &start)?;
        let is_at_end = end >= Lsn(start.0 + size as u64) && end > start && end == self.log()?.current();
        self.script.check("append: the end", is_at_end, format!("an end that is `current`, {size} bytes on"), end)?;
        self.model.groups.push((start, end, payload));
        let (used, usable) = (end.0 - self.model.checkpoint.0.0, self.log()?.usable_bytes());
        self.script.check("R5, I7", used <= usable, format!("at most {usable} bytes since the checkpoint"), used)?;
        Ok(true)
    }

    /// True if more than half of the log is in use.
    fn is_nearly_full(&self) -> Result<bool> {
        let log = self.log()?;
        Ok(2 * (log.current().0 - self.model.checkpoint.0.0) > log.usable_bytes())
    }

    /// Appends until there is no room; a checkpoint at the end gives it back.
    fn fill(&mut self, size: usize) -> Result {
        let most = self.log()?.usable_bytes() / (size as u64 + 1) + 1;
        let mut n = 0;
        while n <= most && self.append(size, n % 5 == 0)? {
            n += 1;
        }
        self.script.check("R5 (the log is full at last)", n <= most, format!("at most {most} groups"), n)?;
        self.script.check(
            "R5 (room is not refused for nothing)",
            self.is_nearly_full()?,
            "a log more than half full",
            n,
        )?;
        self.flush()?;
        self.checkpoint_at(self.log()?.current())?;
        let again = self.append(size, false)?;
        self.script.check("R5 (a checkpoint gives room)", again, "room", "none")
    }

    fn flush(&mut self) -> Result {
        self.script.step("flush");
        self.watched(|log| log.flush_to(log.current()))?;
        let end = self.log()?.current();
        (self.model.flushed, self.model.written) = (end, end);
        self.marks()
    }

    /// The marks of the log are at least what it was asked for, and in order.
    fn marks(&self) -> Result {
        let (log, model) = (self.log()?, &self.model);
        let marks = (log.flushed(), log.written(), log.current());
        let are_right =
            marks.0 >= model.flushed && marks.1 >= model.written && marks.0 <= marks.1 && marks.1 <= marks.2;
        let expected = format!("flushed ≥ {} ≤ written ≥ {} ≤ current", model.flushed, model.written);
        self.script.check("flushed, written, current", are_right, expected, marks)
    }

    /// Makes a checkpoint at the `nth` of the ends that are flushed.
    fn checkpoint(&mut self, nth: usize) -> Result {
        let is_possible = |end: &Lsn| *end <= self.model.flushed && *end >= self.model.checkpoint.0;
        let ends: Vec<Lsn> = self.model.groups.iter().map(|group| group.1).filter(is_possible).collect();
        match ends.get(nth % ends.len().max(1)) {
            Some(lsn) => self.checkpoint_at(*lsn),
            None => Ok(()),
        }
    }

    fn checkpoint_at(&mut self, lsn: Lsn) -> Result {
        self.script.step(format!("checkpoint at {lsn}"));
        self.model.checkpoint.1 = self.model.checkpoint.1.max(lsn);
        self.watched(|log| log.checkpoint(lsn))?;
        self.model.checkpoint.0 = self.model.checkpoint.1;
        Ok(())
    }

    /// Makes a call; on the level of power losses, what would be left before each of its calls of the disk is opened.
    fn watched(&mut self, call: impl FnOnce(&L) -> std::result::Result<(), String>) -> Result {
        let left = self.crash_points(&self.disk);
        let answer = call(self.log()?);
        self.disk.clear_hook();
        self.done("the call", answer)?;
        self.compare_all(&left, self.model.flushed)
    }

    /// From now on takes, before each call of the disk, what a power loss would leave; on the level of power losses.
    fn crash_points(&self, disk: &SimDisk) -> Arc<Mutex<Vec<SimDisk>>> {
        let left: Arc<Mutex<Vec<SimDisk>>> = Arc::default();
        if self.level == Level::PowerLoss {
            let (into, on) = (left.clone(), disk.clone());
            disk.on_call(move |_| {
                if let Ok(mut left) = into.lock() {
                    let n = left.len() as u64;
                    left.extend([n / 2 % 2, 2 + n].map(|seed| on.power_loss(seed)));
                }
            });
        }
        left
    }

    fn compare_all(&self, left: &Mutex<Vec<SimDisk>>, promised: Lsn) -> Result {
        let left = left.lock().map(|left| left.clone()).unwrap_or_default();
        left.iter().try_for_each(|disk| self.compare(disk, promised).map(|_| ()))
    }

    /// Opens the log on a disk: it must have the groups from a checkpoint on, and all that end by `promised`.
    fn compare(&self, disk: &SimDisk, promised: Lsn) -> Result<(L, Found)> {
        let (log, found) = self.done("open", L::open(&handle(disk)))?;
        let (script, model) = (&self.script, &self.model);
        let in_bounds = found.checkpoint >= model.checkpoint.0 && found.checkpoint <= model.checkpoint.1;
        script.check("R4 (the checkpoint)", in_bounds, format!("one of {:?}", model.checkpoint), found.checkpoint)?;
        script.check(
            "FACT (what was promised)",
            found.end >= promised,
            format!("an end of at least {promised}"),
            found.end,
        )?;
        script.check_same("open: current is the end", &found.end, &log.current())?;
        let expected: Vec<&Group> =
            model.groups.iter().filter(|group| group.0 >= found.checkpoint && group.1 <= found.end).collect();
        let wrong =
            (0..found.groups.len().max(expected.len())).find(|at| found.groups.get(*at) != expected.get(*at).copied());
        let shown = |group: Option<&Group>| {
            group.map_or("no group".to_owned(), |(start, end, payload)| {
                format!("{start}..{end} of {:?}", payload.first())
            })
        };
        let expected = wrong.map_or(String::new(), |at| shown(expected.get(at).copied()));
        script.check("FACT (the groups)", wrong.is_none(), expected, wrong.map(|at| shown(found.groups.get(at))))?;
        let ends_well = found.end == found.groups.last().map_or(found.checkpoint, |group| group.1);
        script.check("FACT (the end)", ends_well, "the end of the last group", found.end)?;
        Ok((log, found))
    }

    /// The process or the machine has stopped: the log is opened on what is left.
    fn next_life(&mut self, left: SimDisk, promised: Lsn) -> Result {
        self.log = None;
        let in_opening = self.crash_points(&left);
        let opened = self.compare(&left, promised);
        left.clear_hook();
        let (log, found) = opened?;
        self.compare_all(&in_opening, promised.min(self.model.flushed))?;
        self.disk = left;
        self.life = self.life.wrapping_add(1) % 200;
        let model = &mut self.model;
        model.groups.retain(|group| group.1 <= found.end);
        (model.flushed, model.written, model.checkpoint) = (found.end, found.end, (found.checkpoint, found.checkpoint));
        self.log = Some(log);
        Ok(())
    }

    /// A write or a sync fails, once: from then on flushes and checkpoints are errors, until the log is opened again.
    fn fail(&mut self, sync: bool, full: bool) -> Result {
        if !self.append(30, true)? {
            return Ok(());
        }
        let (call, kind) =
            (if sync { Call::Sync } else { Call::Write }, if full { FaultKind::Full } else { FaultKind::Io });
        self.script.step(format!("flush: {call:?} fails, {kind:?}"));
        self.disk.inject(Fault { call: Some(call), nth: 1, kind, lasting: false });
        let end = self.log()?.current();
        self.script.check("R6 (a failure is an error)", self.log()?.flush_to(end).is_err(), "an error", "a promise")?;
        self.disk.heal();
        self.script.step("flush, write and checkpoint again");
        let log = self.log()?;
        let answers = [log.flush_to(end), log.write_to(end), log.checkpoint(log.flushed())];
        let is_checkpoint_new = log.flushed() > self.model.checkpoint.0;
        let refused = answers[0].is_err() && (answers[2].is_err() || !is_checkpoint_new);
        self.script.check("R6 (no second try)", refused, "errors", &answers)?;
        let promised = log.flushed() <= self.model.flushed;
        self.script.check("R6 (`flushed` is a promise)", promised, self.model.flushed, log.flushed())?;
        self.script.step("power loss 0");
        self.next_life(self.disk.power_loss(0), self.model.flushed)
    }
}

fn handle(disk: &SimDisk) -> Arc<dyn Disk> {
    Arc::new(disk.clone())
}
