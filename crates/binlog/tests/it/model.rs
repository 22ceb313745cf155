//! The stages under shuttle: random interleavings of three committers, with rotations and with a failing sync.

use crate::toy::Toy;
use innolab_base::sync::{Mutex, thread};
use innolab_base::{Event, Events, Sink, Xid};
use innolab_binlog::{Coordinator, Event as Logged, Options, Participant, Reader, events};
use innolab_disk::{Call, Fault, FaultKind, SimDisk};
use innolab_testing::size;
use std::sync::Arc;

#[derive(Default)]
struct Committed(Mutex<Vec<Xid>>);

impl Sink for Committed {
    fn event(&self, event: &dyn Event) {
        if let Some(committed) = event.as_any().downcast_ref::<events::Committed>() {
            self.0.lock().push(committed.xid);
        }
    }
}

/// The result of three threads with two transactions each.
struct Run {
    /// The engine's commits, in order.
    committed: Vec<Xid>,
    /// The acknowledged commits.
    acked: Vec<Xid>,
    disk: SimDisk,
    files: Vec<String>,
    /// Before each sync: the acknowledged commits, and the disk after a power loss.
    images: Vec<(Vec<Xid>, SimDisk)>,
}

fn open(disk: &SimDisk, max_binlog_size: u64, events: Events) -> (Arc<Toy>, Coordinator) {
    let toy = Toy::open(disk, "a.toy").expect("the disk is well");
    let options = Options { max_binlog_size, ..Options::default() };
    let participants = vec![toy.clone() as Arc<dyn Participant>];
    let (log, _) = Coordinator::open(Arc::new(disk.clone()), options, participants, 1, events).expect("it opens");
    (toy, log)
}

fn run(max_binlog_size: u64, failing_sync: Option<u64>) -> Run {
    let disk = SimDisk::new(1);
    let committed = Arc::new(Committed::default());
    let (toy, log) = open(&disk, max_binlog_size, Events::to(committed.clone()));
    let log = Arc::new(log);
    if let Some(nth) = failing_sync {
        disk.inject(Fault { call: Some(Call::Sync), nth, kind: FaultKind::Io, lasting: false });
    }
    let acked: Arc<Mutex<Vec<Xid>>> = Arc::default();
    let images: Arc<Mutex<Vec<(Vec<Xid>, SimDisk)>>> = Arc::default();
    disk.on_call({
        let (disk, acked, images) = (disk.clone(), acked.clone(), images.clone());
        move |call| {
            if call == Call::Sync {
                let acked = acked.lock().clone();
                let image = disk.power_loss(0);
                images.lock().push((acked, image));
            }
        }
    });
    let threads: Vec<_> = (0..3)
        .map(|t| {
            let (log, toy, acked) = (log.clone(), toy.clone(), acked.clone());
            thread::spawn(move || {
                for xid in [Xid(2 * t + 1), Xid(2 * t + 2)] {
                    toy.put(xid, b"key", 1);
                    if log.commit(log.transaction(1, xid, 1)).is_ok() {
                        acked.lock().push(xid);
                    }
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("it does not panic"));
    disk.clear_hook();
    let (committed, acked) = (committed.0.lock().clone(), acked.lock().clone());
    let images = std::mem::take(&mut *images.lock());
    Run { committed, acked, disk, files: log.files(), images }
}

fn xids(disk: &SimDisk, files: &[String]) -> Vec<Xid> {
    let entries = files.iter().flat_map(|name| Reader::open(disk, name).expect("it opens"));
    entries
        .filter_map(|e| if let Logged::Xid(xid) = e.expect("it is whole").event { Some(xid) } else { None })
        .collect()
}

/// Checks I3 and I5 on the disk that a crash left.
fn check(acked: &[Xid], disk: &SimDisk) {
    let (toy, log) = open(disk, 1 << 20, Events::none());
    let mut in_log = xids(disk, &log.files());
    assert!(acked.iter().all(|xid| in_log.contains(xid)), "I3: {acked:?} of {in_log:?}");
    in_log.sort();
    assert_eq!(toy.committed().into_keys().collect::<Vec<_>>(), in_log, "I5");
}

fn order_and_crashes() {
    let run = run(400, None);
    assert_eq!((run.committed.len(), run.acked.len()), (6, 6));
    assert_eq!(xids(&run.disk, &run.files), run.committed, "R3: engines commit in the order of the log");
    assert!(run.files.len() > 1, "it rotated");
    run.images.iter().for_each(|(acked, disk)| check(acked, disk));
}

#[test]
fn engines_commit_in_the_order_of_the_log_and_every_commit_returns() {
    shuttle::check_random(order_and_crashes, size(100, 500));
    shuttle::check_pct(order_and_crashes, size(200, 1000), 3);
}

#[test]
fn a_failed_sync_loses_no_commit_and_keeps_log_and_engine_equal() {
    for nth in 1..6 {
        let model = move || {
            let run = run(1 << 20, Some(nth));
            (0..6).for_each(|seed| check(&run.acked, &run.disk.power_loss(seed)));
        };
        shuttle::check_random(model, size(40, 200));
        shuttle::check_pct(model, size(40, 200), 3);
    }
}
