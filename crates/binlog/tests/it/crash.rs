//! Two-phase commit on a disk that loses power: a crash before every call of a workload, and before every call of its
//! recovery.

use crate::examples::two_phase::toy::Toy;
use innolab_base::sync::Mutex;
use innolab_base::{Event, Events, Sink, Xid};
use innolab_binlog::{
    Change, Column, ColumnType, Coordinator, Error, Event as Logged, Options, Order, Participant, Position, Reader,
    Recovery, Result, RowChange, TableMap, Value, events,
    verify::{Verified, verify},
};
use innolab_disk::{Call, Disk, Fault, FaultKind, SimDisk};
use innolab_testing::{Script, seeds, size};
use std::collections::BTreeSet;
use std::sync::Arc;

type Xids = BTreeSet<Xid>;
/// Number of crashes, the faults found after them, and the recoveries that succeeded.
type Found = (u64, Vec<String>, Vec<Recovery>);

fn options() -> Options {
    Options { max_binlog_size: 1000, ..Options::default() }
}

struct Lab {
    toys: [Arc<Toy>; 2],
    log: Coordinator,
    recovery: Recovery,
}

fn open(disk: &SimDisk, options: Options, events: Events) -> Result<Lab> {
    let toys = [Toy::open(disk, "a.toy")?, Toy::open(disk, "b.toy")?];
    let participants = toys.iter().map(|toy| toy.clone() as Arc<dyn Participant>).collect();
    let (log, recovery) = Coordinator::open(Arc::new(disk.clone()), options, participants, 1_700_000_000, events)?;
    Ok(Lab { toys, log, recovery })
}

fn table() -> Arc<TableMap> {
    let columns =
        vec![Column::new("name", ColumnType::Char { max_bytes: 3 }), Column::new("value", ColumnType::BIGINT)];
    Arc::new(TableMap { id: 1, db: "lab".into(), table: "toy".into(), columns, primary_key: vec![0], has_signs: true })
}

impl Lab {
    /// Commits transaction `n`: an odd one changes the first engine only, an even one both.
    fn commit(&self, n: u64) -> Result<Position> {
        let xid = Xid(n);
        for toy in &self.toys[..if n % 2 == 1 { 1 } else { 2 }] {
            toy.put(xid, b"key", n);
        }
        let mut transaction = self.log.transaction(1, xid, n * 1_000_000);
        let row = vec![Value::Bytes(b"key".to_vec()), Value::Int(n as i64)];
        transaction.rows(&[RowChange { table: table(), change: Change::Insert(row) }]);
        self.log.commit(transaction)
    }
}

/// The XIDs in all files, in order. Files that are closed must be whole.
fn xids_in_log(disk: &SimDisk, files: &[String]) -> Result<Vec<Xid>> {
    let mut xids = Vec::new();
    for name in files {
        for entry in Reader::open(disk, name)? {
            if let Logged::Xid(xid) = entry?.event {
                xids.push(xid);
            }
        }
    }
    Ok(xids)
}

/// Verifies all files of a log as a chain.
fn verify_all(disk: &SimDisk, files: &[String]) -> Result<Vec<Verified>> {
    let mut chain: Vec<Verified> = Vec::new();
    for name in files {
        chain.push(verify(Reader::open(disk, name)?, chain.last())?);
    }
    Ok(chain)
}

/// Opens the disk that a crash left and checks I3, I4, I5. `acked` was acknowledged before the crash.
fn check(disk: &SimDisk, acked: &Xids, options: &Options) -> std::result::Result<Recovery, String> {
    let lab = open(disk, options.clone(), Events::none()).map_err(|e| format!("it does not open: {e}"))?;
    let in_log = xids_in_log(disk, &lab.log.files()).map_err(|e| format!("the log cannot be read: {e}"))?;
    verify_all(disk, &lab.log.files()).map_err(|e| format!("the log is not whole: {e}"))?;
    let log: Xids = in_log.iter().copied().collect();
    if log.len() != in_log.len() {
        return Err(format!("an XID twice in {in_log:?}"));
    }
    if let Some(lost) = acked.difference(&log).next() {
        return Err(format!("I3: {lost} was acknowledged and is not in the log"));
    }
    for (i, toy) in lab.toys.iter().enumerate() {
        let committed: Xids = toy.committed().into_keys().collect();
        let expected: Xids = log.iter().copied().filter(|xid| i == 0 || xid.0 % 2 == 0).collect();
        if committed != expected {
            return Err(format!("I5: engine {i} has {committed:?}, expected as in the log: {expected:?}"));
        }
        if !toy.in_doubt().map_err(|e| e.to_string())?.is_empty() {
            return Err("a transaction is still in doubt after recovery".into());
        }
    }
    Ok(lab.recovery)
}

/// Runs ten transactions and crashes before every call, in each way of `images`.
fn crash_everywhere(options: Options, images: fn(&SimDisk) -> Vec<(&'static str, SimDisk)>) -> Found {
    let disk = SimDisk::new(7);
    let acked: Arc<Mutex<Xids>> = Arc::default();
    let found: Arc<Mutex<Found>> = Arc::default();
    let crash = {
        let (disk, acked, found, options) = (disk.clone(), acked.clone(), found.clone(), options.clone());
        move |call: Option<Call>| {
            let acked = acked.lock().clone();
            for (way, image) in images(&disk) {
                let result = check(&image, &acked, &options);
                let mut found = found.lock();
                found.0 += 1;
                match result {
                    Ok(recovery) => found.2.push(recovery),
                    Err(e) => found.1.push(format!("{way} before {call:?} after {} acknowledged: {e}", acked.len())),
                }
            }
        }
    };
    {
        let crash = crash.clone();
        disk.on_call(move |call| crash(Some(call)));
    }
    let prepares = options.order == Order::TwoPhase;
    let lab = open(&disk, options, Events::none()).expect("the disk is well");
    for n in 1..=10 {
        if n == 4 && prepares {
            lab.toys[1].refuse_prepare();
            let refused = lab.commit(n);
            assert!(matches!(refused, Err(Error::Participant { step: "prepare", .. })), "{refused:?}");
            continue;
        }
        lab.commit(n).expect("the disk is well");
        acked.lock().insert(Xid(n));
    }
    lab.log.close().expect("the disk is well");
    disk.clear_hook();
    crash(None);
    std::mem::take(&mut *found.lock())
}

fn kill_and_power_loss(disk: &SimDisk) -> Vec<(&'static str, SimDisk)> {
    let mut images = vec![("kill", disk.killed())];
    images.extend((0..size(4, 8)).map(|seed| ("power loss", disk.power_loss(seed))));
    images
}

#[test]
fn i3_i4_i5_hold_at_every_crash() {
    let (tried, faults, recoveries) = crash_everywhere(options(), kill_and_power_loss);
    assert!(faults.is_empty(), "{} of {tried}:\n{}", faults.len(), faults.join("\n"));
    assert!(tried > size(450, 900), "{tried}");
    // Crashes of every kind were among them.
    let count = |pred: &dyn Fn(&Recovery) -> bool| recoveries.iter().filter(|r| pred(r)).count();
    assert!(count(&|r| !r.committed.is_empty()) > size(10, 30), "in doubt and committed");
    assert!(count(&|r| !r.rolled_back.is_empty()) > size(10, 30), "in doubt and rolled back");
    assert!(count(&|r| r.cut.is_some()) > size(0, 5), "torn tails");
    assert!(count(&|r| r.file.as_deref() == Some("binlog.000003")) > 5, "several files");
}

#[test]
fn global_ids_go_on_after_a_crash() {
    let options = Options { server_uuid: Some([0x5a; 16]), ..options() };
    let (_, faults, _) = crash_everywhere(options.clone(), kill_and_power_loss);
    assert!(faults.is_empty(), "{}", faults.join("\n"));

    let mut disk = SimDisk::new(1);
    for life in 0..3 {
        disk = disk.killed();
        let lab = open(&disk, options.clone(), Events::none()).expect("the disk is well");
        for n in 1..=4 {
            lab.commit(life * 10 + n).expect("the disk is well");
        }
        let entries = lab.log.files().into_iter().flat_map(|name| Reader::open(&disk, &name).expect("it opens"));
        let gnos = entries.filter_map(|entry| match entry.expect("it is whole").event {
            Logged::Gtid(gtid) => Some(gtid.gno),
            _ => None,
        });
        assert_eq!(gnos.collect::<Vec<_>>(), (1..=4 * (life + 1)).collect::<Vec<_>>());
    }
}

/// A crash in recovery: the next recovery makes the same decisions, also when the first crash was a kill and the second
/// is a power loss.
#[test]
fn recovery_may_crash_anywhere() {
    fn images(disk: &SimDisk) -> Vec<(&'static str, SimDisk)> {
        let mut all = Vec::new();
        for first in [disk.killed(), disk.power_loss(5)] {
            let later: Arc<Mutex<Vec<(&'static str, SimDisk)>>> = Arc::default();
            let hook = {
                let (first, later) = (first.clone(), later.clone());
                move |_: Call| {
                    let mut later = later.lock();
                    later.push(("power loss in recovery", first.power_loss(0)));
                    later.push(("power loss in recovery", first.power_loss(9)));
                }
            };
            first.on_call(hook);
            let _ = open(&first, options(), Events::none());
            first.clear_hook();
            // Right after recovery its decisions are durable.
            all.push(("power loss after recovery", first.power_loss(0)));
            all.append(&mut later.lock());
        }
        all
    }
    let (tried, faults, _) = crash_everywhere(options(), images);
    assert!(faults.is_empty(), "{} of {tried}:\n{}", faults.len(), faults.join("\n"));
    assert!(tried > 1000, "{tried}");
}

/// The test can fail: it detects each wrong order, and a log that is not synced.
#[test]
fn wrong_orders_and_missing_syncs_are_detected() {
    let (_, faults, _) = crash_everywhere(Options { order: Order::EngineFirst, ..options() }, kill_and_power_loss);
    assert!(faults.iter().any(|f| f.contains("I5")), "the engine keeps what the log does not have: {faults:?}");
    let (_, faults, _) = crash_everywhere(Options { order: Order::BinlogFirst, ..options() }, kill_and_power_loss);
    assert!(faults.iter().any(|f| f.contains("I5")), "the log keeps what the engine does not have: {faults:?}");
    let (_, faults, _) = crash_everywhere(Options { sync_binlog: 0, ..options() }, kill_and_power_loss);
    assert!(faults.iter().any(|f| f.contains("power loss") && f.contains("I3")), "sync_binlog = 0 loses: {faults:?}");
    assert!(!faults.iter().any(|f| f.contains("kill")), "but not to a kill: {faults:?}");
}

/// Coordinator R6: under `sync_binlog = 1` a power loss never takes what a replica could read before it.
#[test]
fn r6_a_replica_reads_only_what_a_power_loss_leaves() {
    for sync_binlog in [1, 0] {
        let disk = SimDisk::new(3);
        let lab =
            Arc::new(open(&disk, Options { sync_binlog, ..options() }, Events::none()).expect("the disk is well"));
        let ahead: Arc<Mutex<u32>> = Arc::default();
        disk.on_call({
            let (disk, lab, ahead) = (disk.clone(), lab.clone(), ahead.clone());
            move |_| {
                let read = lab.log.readable();
                let left = disk.power_loss(0);
                let len = left.open(&read.file).and_then(|file| file.len()).unwrap_or(0);
                *ahead.lock() += u32::from(len < read.offset);
            }
        });
        (1..=10).for_each(|n| drop(lab.commit(n).expect("the disk is well")));
        disk.clear_hook();
        assert_eq!(lab.log.readable(), lab.log.position());
        assert_eq!(*ahead.lock() > 0, sync_binlog == 0, "sync_binlog = {sync_binlog}");
    }
}

struct CommitOrder(Mutex<Vec<Xid>>);

impl Sink for CommitOrder {
    fn event(&self, event: &dyn Event) {
        if let Some(committed) = event.as_any().downcast_ref::<events::Committed>().filter(|c| c.participant == "a.toy")
        {
            self.0.lock().push(committed.xid);
        }
    }
}

/// Several sessions at once; power is lost at a call that the seed chooses.
#[test]
fn concurrent_committers_lose_nothing_and_keep_their_order() {
    for seed in seeds(8, 40) {
        let disk = SimDisk::new(seed);
        let order = Arc::new(CommitOrder(Mutex::default()));
        let options = Options { max_binlog_size: 900, ..Options::default() };
        let lab = open(&disk, options.clone(), Events::to(order.clone())).expect("the disk is well");
        let acked: Arc<Mutex<Xids>> = Arc::default();
        let image: Arc<Mutex<Option<(Xids, SimDisk)>>> = Arc::default();
        let at = disk.changes() + 5 + seed % 40 * 7;
        disk.on_call({
            let (disk, acked, image) = (disk.clone(), acked.clone(), image.clone());
            move |_| {
                let mut image = image.lock();
                if image.is_none() && disk.changes() >= at {
                    let acked = acked.lock().clone();
                    *image = Some((acked, disk.power_loss(seed)));
                }
            }
        });
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (lab, acked) = (&lab, &acked);
                scope.spawn(move || {
                    for i in 0..10 {
                        let n = 1 + thread * 100 + i;
                        lab.commit(n).expect("the disk is well");
                        acked.lock().insert(Xid(n));
                    }
                });
            }
        });
        disk.clear_hook();
        let in_log = xids_in_log(&disk, &lab.log.files()).expect("the log is whole");
        assert_eq!(in_log, *order.0.lock(), "R3: the log's order is the engines' order");
        let counts = lab.log.counts();
        assert!(counts.transactions == 40 && counts.syncs <= counts.groups && counts.groups <= 40, "{counts:?}");
        let image = image.lock().take();
        let (acked, image) = image.expect("there were enough calls");
        check(&image, &acked, &options).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
    }
}

/// I10: whichever call fails, the commit fails and the log refuses work; after a reopening every acknowledged commit is
/// there.
#[test]
fn i10_any_failed_call_poisons_until_reopened() {
    let mut poisonings = 0;
    for trouble in [FaultKind::Io, FaultKind::Full] {
        for nth in (1..60).step_by(size(4, 1)) {
            let mut script = Script::new();
            script.step(format!("{trouble:?} at call {nth}"));
            let disk = SimDisk::new(nth);
            let lab = open(&disk, options(), Events::none()).expect("the disk is well");
            disk.inject(Fault { call: None, nth, kind: trouble, lasting: false });
            let mut acked = Xids::new();
            let mut failed_at = None;
            for n in 1..=8 {
                let before = disk.changes();
                script.step(format!("commit {n}"));
                match lab.commit(n) {
                    Ok(_) => drop(acked.insert(Xid(n))),
                    Err(Error::Participant { step: "prepare", .. }) => {}
                    Err(Error::Poisoned { .. }) => failed_at = failed_at.or(Some(n)),
                    Err(e) => panic!("{e}"),
                }
                if failed_at.is_some_and(|at| at < n) {
                    script.same("I10: a poisoned log leaves the disk alone", &before, &disk.changes());
                }
                if failed_at.is_some() {
                    script.holds(
                        "I10: a failed log refuses work",
                        lab.log.check().is_err(),
                        "Poisoned",
                        lab.log.check(),
                    );
                    script.same("I10: nothing is acknowledged after a failure", &false, &acked.contains(&Xid(n)));
                }
            }
            poisonings += usize::from(lab.log.check().is_err());
            disk.heal();
            script.step("reopen");
            let reopened = check(&disk.killed(), &acked, &options());
            script.holds("I3, I4, I5", reopened.is_ok(), "all acknowledged commits", reopened);
        }
    }
    assert!(poisonings > size(15, 60), "{poisonings}");
}

#[test]
fn an_index_and_a_directory_that_disagree_are_refused() {
    let disk = SimDisk::new(1);
    let lab = open(&disk, options(), Events::none()).expect("the disk is well");
    lab.commit(1).expect("the disk is well");
    lab.log.close().expect("the disk is well");
    let refused = |disk: &SimDisk| match open(disk, options(), Events::none()) {
        Err(Error::Index { file, .. }) => file,
        Err(e) => panic!("{e}"),
        Ok(_) => panic!("it opened"),
    };
    let lost_index = disk.killed();
    lost_index.remove("binlog.index").expect("it is there");
    assert_eq!(refused(&lost_index), "binlog.000001", "transactions that would be lost");
    let lost_file = disk.killed();
    lost_file.remove("binlog.000001").expect("it is there");
    assert_eq!(refused(&lost_file), "binlog.000001");
    let cut_off = disk.killed();
    cut_off.create("binlog.000002").expect("it is not there").write_at(0, b"\xfebi").expect("there is room");
    let lab = open(&cut_off, options(), Events::none()).expect("an interrupted creation is harmless");
    assert_eq!(lab.log.files(), ["binlog.000001", "binlog.000002"]);
    assert_eq!(lab.recovery.transactions, 1);
}

/// A purge that is interrupted anywhere leaves a whole log, with the old files or without them, and no other files.
#[test]
fn a_purge_may_be_interrupted_anywhere() {
    let disk = SimDisk::new(1);
    let lab = open(&disk, options(), Events::none()).expect("the disk is well");
    (1..=10).for_each(|n| drop(lab.commit(n).expect("the disk is well")));
    let before = lab.log.files();
    assert!(before.len() >= 4, "{before:?}");
    let lengths: Arc<Mutex<BTreeSet<usize>>> = Arc::default();
    disk.on_call({
        let (disk, before, lengths) = (disk.clone(), before.clone(), lengths.clone());
        move |call| {
            for image in [disk.killed()].into_iter().chain((0..8).map(|seed| disk.power_loss(seed))) {
                let lab = open(&image, options(), Events::none()).unwrap_or_else(|e| panic!("before {call:?}: {e}"));
                // Opening has begun a new file.
                let files = lab.log.files();
                let kept = &files[..files.len() - 1];
                assert_eq!(kept, &before[before.len() - kept.len()..]);
                verify_all(&image, &files).expect("it is whole");
                let there = image.list().expect("it is well").into_iter();
                let logs: Vec<String> = there.filter(|name| name.starts_with("binlog.0")).collect();
                assert_eq!(logs, files, "before {call:?}");
                lengths.lock().insert(kept.len());
            }
        }
    });
    let keep = before[before.len() - 2].clone();
    assert!(!lab.log.purge_to("binlog.000099").expect("the disk is well"));
    assert!(lab.log.purge_to(&keep).expect("the disk is well"));
    disk.clear_hook();
    assert_eq!(*lengths.lock(), BTreeSet::from([2, before.len()]));
    lab.commit(11).expect("the disk is well");
    assert_eq!(lab.log.files(), before[before.len() - 2..]);
}
