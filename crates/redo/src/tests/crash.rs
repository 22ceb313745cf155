//! A crash at every write, sync, create, rename and directory sync of random workloads, over several lives of one log.
//!
//! Each crash point is tried with several power losses and a kill. The log is opened on what is left, and must give
//! exactly the groups of the FACT in the crate's head. Payload sizes come from a small set, so that groups of different
//! lives start at the same LSNs, and a stale group is easily mistaken for a new one.

use super::{SMALL, groups, handle, open};
use crate::{FILE_NAME, Redo, START_LSN};
use innolab_base::Lsn;
use innolab_base::rng::Rng;
use innolab_disk::{Disk, SimDisk};
use innolab_testing::{Script, seeds};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// The groups that a recovery may find, and those that it must.
#[derive(Clone, Default)]
struct Model {
    /// The groups of this timeline, by start.
    groups: Vec<(Lsn, Lsn, Vec<u8>)>,
    /// End of what is promised against a power loss.
    flushed: Lsn,
    /// End of what is promised against a kill.
    written: Lsn,
    /// The last checkpoint that is complete, and the one that was last requested.
    checkpoint: (Lsn, Lsn),
}

impl Model {
    /// Opens `disk` and compares; returns the end of the log. ERRORS: the difference.
    fn check(&self, disk: &SimDisk, promised: Lsn) -> Result<Lsn, String> {
        let (redo, scan) = open(disk).map_err(|e| e.to_string())?;
        if scan.checkpoint < self.checkpoint.0 || scan.checkpoint > self.checkpoint.1 {
            return Err(format!("checkpoint {} is not in {:?}", scan.checkpoint, self.checkpoint));
        }
        if scan.end < promised || redo.current() != scan.end {
            return Err(format!("the log ends at {}, promised were {promised}", scan.end));
        }
        let found = groups(&scan).map_err(|e| e.to_string())?;
        let expected = self.groups.iter().skip_while(|group| group.0 < scan.checkpoint);
        for (found, expected) in found.iter().zip(expected.clone()) {
            if found != expected {
                return Err(format!("group {found:?} instead of {expected:?}"));
            }
        }
        match found.len() > expected.count() {
            true => Err(format!("a group that was never appended: {:?}", found.last())),
            false => Ok(scan.end),
        }
    }

    /// Tries what can be left if the machine stops now. ERRORS: the first difference.
    fn check_crash(&self, disk: &SimDisk, losses: u64) -> Result<(), String> {
        self.check(&disk.killed(), self.written).map_err(|e| format!("kill: {e}"))?;
        for seed in 0..losses {
            self.check(&disk.power_loss(seed), self.flushed).map_err(|e| format!("power loss {seed}: {e}"))?;
            let left = disk.power_loss(seed);
            spoil_slots_in_flight(disk, &left);
            self.check(&left, self.flushed).map_err(|e| format!("power loss {seed}, slot lost: {e}"))?;
            spoil_slot(&left, seed % 2);
            self.check(&left, self.flushed).map_err(|e| format!("power loss {seed}, slot rotten: {e}"))?;
        }
        Ok(())
    }
}

fn slot_at(disk: &SimDisk, slot: u64) -> Vec<u8> {
    let mut bytes = vec![0; 64];
    let file = disk.open(FILE_NAME).expect("it is there");
    file.read_at(4096 * (slot + 1), &mut bytes).expect("it has slots");
    bytes
}

fn spoil_slot(disk: &SimDisk, slot: u64) {
    let file = disk.open(FILE_NAME).expect("it is there");
    file.write_at(4096 * (slot + 1), &[0xee; 512]).expect("memory");
    file.sync().expect("memory");
}

/// Spoils the slots that are being written, because a device may lose the very sector that it was writing: those that
/// differ between the least and the most that a power loss may leave.
fn spoil_slots_in_flight(disk: &SimDisk, left: &SimDisk) {
    let (least, most) = (disk.power_loss(0), disk.power_loss(1));
    for slot in 0..2 {
        if slot_at(&least, slot) != slot_at(&most, slot) {
            spoil_slot(left, slot);
        }
    }
}

struct Run {
    rng: Rng,
    model: Arc<Mutex<Model>>,
    /// The first difference found.
    wrong: Arc<Mutex<Option<String>>>,
    points: Arc<AtomicU64>,
    script: Script,
}

impl Run {
    fn new(seed: u64) -> Run {
        let model =
            Model { flushed: START_LSN, written: START_LSN, checkpoint: (START_LSN, START_LSN), ..Model::default() };
        Run {
            rng: Rng(seed),
            model: Arc::new(Mutex::new(model)),
            wrong: Arc::default(),
            points: Arc::default(),
            script: Script::new(),
        }
    }

    /// Checks before every call of `disk`.
    fn watch(&self, disk: &SimDisk) {
        let (model, wrong, points, on) = (self.model.clone(), self.wrong.clone(), self.points.clone(), disk.clone());
        disk.on_call(move |call| {
            let model = model.lock().expect("no panic").clone();
            points.fetch_add(1, Ordering::Relaxed);
            if let Err(e) = model.check_crash(&on, 5) {
                wrong.lock().expect("no panic").get_or_insert(format!("before {call:?}: {e}"));
            }
        });
    }

    fn payload(&mut self, life: u64) -> Vec<u8> {
        let len = [30, 30, 492, 492, 700, 1500][self.rng.below(6) as usize];
        // Most payloads are the same in all lives, so that the tail of a stale group fits a new head.
        let fill = if self.rng.below(4) == 0 { life as u8 + 1 } else { 0 };
        vec![fill; len]
    }

    fn step(&mut self, redo: &Redo, life: u64) {
        match self.rng.below(10) {
            0..6 => {
                let payload = self.payload(life);
                self.script.step(format!("append {} bytes", payload.len()));
                let Some(mut reservation) = redo.try_reserve(payload.len() as u64).expect("healthy") else {
                    return self.checkpoint(redo, true);
                };
                redo.append(&mut reservation, &payload, |start, end| {
                    self.model.lock().expect("no panic").groups.push((start, end, payload.clone()));
                });
            }
            6 => {
                self.script.step("write");
                redo.write_to(redo.current()).expect("healthy");
                self.model.lock().expect("no panic").written = redo.written();
            }
            7 | 8 => {
                self.script.step("flush");
                self.flush(redo);
            }
            _ => self.checkpoint(redo, false),
        }
    }

    fn flush(&mut self, redo: &Redo) {
        redo.flush_to(redo.current()).expect("healthy");
        let mut model = self.model.lock().expect("no panic");
        (model.flushed, model.written) = (redo.flushed(), redo.written());
    }

    /// Makes a checkpoint at a random group's end, or as far as possible.
    fn checkpoint(&mut self, redo: &Redo, far: bool) {
        if far {
            self.flush(redo);
        }
        let mut ends: Vec<Lsn> = self.model.lock().expect("no panic").groups.iter().map(|group| group.1).collect();
        ends.retain(|end| *end <= redo.flushed() && *end >= redo.checkpoint_lsn());
        let Some(most) = ends.len().checked_sub(1) else { return };
        let lsn = ends[if far { most } else { self.rng.below(most as u64 + 1) as usize }];
        self.script.step(format!("checkpoint at {lsn}"));
        self.model.lock().expect("no panic").checkpoint.1 = lsn;
        redo.checkpoint(lsn).expect("healthy");
        self.model.lock().expect("no panic").checkpoint.0 = lsn;
    }

    /// One life: some steps, then a power loss or a kill. Returns the disk of the next life.
    fn live(&mut self, disk: SimDisk, life: u64, steps: usize) -> SimDisk {
        self.watch(&disk);
        let (redo, scan) = open(&disk).expect("what is left can be opened");
        {
            let mut model = self.model.lock().expect("no panic");
            model.groups.retain(|group| group.1 <= scan.end);
            (model.flushed, model.written, model.checkpoint) = (scan.end, scan.end, (scan.checkpoint, scan.checkpoint));
        }
        self.script.step(format!("life {life} begins at {}", scan.end));
        for _ in 0..steps {
            self.step(&redo, life);
            if self.wrong.lock().expect("no panic").is_some() {
                break;
            }
        }
        disk.clear_hook();
        if self.rng.below(3) == 0 {
            return disk.killed();
        }
        let mut model = self.model.lock().expect("no panic");
        model.written = model.flushed;
        disk.power_loss(2 + self.rng.below(1000))
    }
}

/// Runs some lives; returns the first difference, with the script up to it, the number of crash points, and the log's
/// end.
fn run(seed: u64, lives: u64, lie: bool) -> (Result<(), (String, Script)>, u64, Lsn) {
    let mut run = Run::new(seed);
    let mut disk = SimDisk::new(seed);
    drop(Redo::create(&handle(&disk), &SMALL).expect("healthy"));
    let mut end = START_LSN;
    for life in 0..lives {
        if lie {
            disk.lie_about_syncs();
        }
        let steps = if run.rng.below(4) == 0 { 3 } else { 40 };
        disk = run.live(disk, life, steps);
        end = run.model.lock().expect("no panic").groups.last().map_or(end, |group| group.1);
        if let Some(wrong) = run.wrong.lock().expect("no panic").take() {
            return (Err((format!("seed {seed}, life {life}: {wrong}"), run.script)), 0, end);
        }
    }
    (Ok(()), run.points.load(Ordering::Relaxed), end)
}

#[test]
fn a_crash_anywhere_leaves_a_prefix_with_all_that_was_flushed() {
    let (mut points, mut laps) = (0, 0);
    let seeds = seeds(3, 12);
    let n = seeds.end - seeds.start;
    for seed in seeds {
        let (result, tried, end) = run(seed, 12, false);
        if let Err((wrong, script)) = result {
            script.holds("the FACT of the log", false, "a prefix with all flushed groups", wrong);
        }
        points += tried;
        laps += end.0 / (SMALL.capacity_bytes - 16384);
    }
    assert!(points > 160 * n, "{points} crash points");
    assert!(laps > 3 * n, "the ring wrapped around {laps} times");
}

#[test]
fn the_test_above_sees_a_disk_that_lies_about_syncs() {
    let wrong = (0..4).filter(|&seed| run(seed, 1, true).0.is_err()).count();
    assert_eq!(wrong, 4);
}

/// The interleaving behind R2: a torn group of one life, and a new group with the same tail whose head is lost.
#[test]
fn a_torn_group_is_not_mended_by_a_later_life() {
    let payload = [7; 1500];
    let disk = SimDisk::new(1);
    let redo = Redo::create(&handle(&disk), &SMALL).expect("healthy");
    super::append(&redo, &payload);
    redo.write_to(redo.current()).expect("healthy");
    let file = |disk: &SimDisk| disk.open(FILE_NAME).expect("it is there");
    // Power loss: only the first sector of the group reached the device.
    let at = 16384 + START_LSN.0;
    let mut first = [0; 512];
    file(&disk).read_at(at, &mut first).expect("memory");
    let disk = disk.power_loss(0);
    file(&disk).write_at(at, &first).expect("memory");
    file(&disk).sync().expect("memory");
    let (redo, scan) = open(&disk).expect("healthy");
    assert!(scan.is_clean(), "the group is torn");
    super::append(&redo, &payload);
    redo.write_to(redo.current()).expect("healthy");
    // Power loss: this time all but the first sector did.
    let mut rest = [0; 1536];
    file(&disk).read_at(at + 512, &mut rest).expect("memory");
    let disk = disk.power_loss(0);
    file(&disk).write_at(at + 512, &rest).expect("memory");
    let (_, scan) = open(&disk).expect("healthy");
    assert!(scan.is_clean(), "the old head with the new tail is no group: {scan:?}");
}

#[test]
fn a_crash_while_it_is_made_leaves_a_whole_log_or_none() {
    let disk = SimDisk::new(3);
    let wrong = Arc::new(Mutex::new(Vec::new()));
    let (on, report) = (disk.clone(), wrong.clone());
    disk.on_call(move |call| {
        for left in (0..8).map(|seed| on.power_loss(seed)).chain([on.killed()]) {
            let made = match left.exists(FILE_NAME).expect("memory") {
                true => open(&left).map(|_| ()),
                false => Redo::create(&handle(&left), &SMALL).map(|_| ()),
            };
            if let Err(e) = made {
                report.lock().expect("no panic").push(format!("before {call:?}: {e}"));
            }
        }
    });
    Redo::create(&handle(&disk), &SMALL).expect("healthy");
    assert_eq!(*wrong.lock().expect("no panic"), [""; 0]);
    assert!(open(&disk.power_loss(0)).is_ok(), "a log that was made is there");
}

/// R4 with one slot lost: the next opening first writes that slot, so that the good one is never at risk.
#[test]
fn the_only_good_slot_is_not_written_over_first() {
    for gone in 0..2 {
        let disk = SimDisk::new(5);
        drop(Redo::create(&handle(&disk), &SMALL).expect("healthy"));
        spoil_slot(&disk, gone);
        let wrong = Arc::new(Mutex::new(Vec::new()));
        let (on, report) = (disk.clone(), wrong.clone());
        disk.on_call(move |call| {
            let left = on.power_loss(0);
            spoil_slots_in_flight(&on, &left);
            if let Err(e) = open(&left) {
                report.lock().expect("no panic").push(format!("slot {gone}, before {call:?}: {e}"));
            }
        });
        open(&disk).expect("one slot will do");
        assert_eq!(*wrong.lock().expect("no panic"), [""; 0]);
    }
}
