//! Models of the group flush and of back-pressure, explored by shuttle: `RUSTFLAGS="--cfg shuttle" cargo test -p innolab-redo`.
//!
//! Every lock, condition variable and atomic of the log and of the simulated disk is a point where threads may be
//! switched; a lost wake-up is a deadlock, which shuttle reports.

use crate::room::Room;
use crate::{MIN_CAPACITY_BYTES, Options, Redo};
use innolab_disk::{Disk, SimDisk};
use shuttle::thread;
use std::sync::Arc;

fn new_log(disk: &SimDisk) -> Arc<Redo> {
    let options = Options { capacity_bytes: MIN_CAPACITY_BYTES, buffer_bytes: 0 };
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    Arc::new(Redo::create(&disk, &options).expect("healthy"))
}

/// Three committers: each finds its own group durable, and nobody sleeps for ever.
#[test]
fn group_flush() {
    let model = || {
        let disk = SimDisk::new(1);
        let redo = new_log(&disk);
        let commit = |redo: &Redo, disk: &SimDisk, n: u8| {
            let mut reservation = redo.reserve(8).expect("healthy");
            let (_, end) = redo.append(&mut reservation, &[n; 8], |_, _| ());
            redo.flush_to(end).expect("healthy");
            let left: Arc<dyn Disk> = Arc::new(disk.power_loss(0));
            let (_, scan) = Redo::open(&left, &Options::default()).expect("healthy");
            assert!(scan.end >= end, "I3");
        };
        let threads: Vec<_> = (0..2)
            .map(|n| {
                let (redo, disk) = (redo.clone(), disk.clone());
                thread::spawn(move || commit(&redo, &disk, n))
            })
            .collect();
        commit(&redo, &disk, 2);
        threads.into_iter().for_each(|t| t.join().expect("no panic"));
    };
    shuttle::check_random(model, 2000);
}

/// Two writers fill the log while a third thread moves the checkpoint, once it is asked.
#[test]
fn back_pressure() {
    let model = || {
        let redo = new_log(&SimDisk::new(1));
        let asked = Arc::new((innolab_base::sync::Mutex::new(0), innolab_base::sync::Condvar::new()));
        let ask = asked.clone();
        redo.on_no_room(move || {
            *ask.0.lock() += 1;
            ask.1.notify_one();
        });
        let cleaner = thread::spawn({
            let (redo, asked) = (redo.clone(), asked.clone());
            move || {
                loop {
                    let mut count = asked.0.lock();
                    while *count == 0 {
                        asked.1.wait(&mut count);
                    }
                    let stop = *count >= 1000;
                    *count = 0;
                    drop(count);
                    let lsn = redo.current();
                    redo.flush_to(lsn).expect("healthy");
                    redo.checkpoint(lsn).expect("healthy");
                    if stop {
                        return;
                    }
                }
            }
        });
        let write = |redo: &Redo| {
            for _ in 0..3 {
                let mut reservation = redo.reserve(5000).expect("healthy");
                redo.append(&mut reservation, &[1; 4000], |_, _| ());
            }
        };
        let other = thread::spawn({
            let redo = redo.clone();
            move || write(&redo)
        });
        write(&redo);
        other.join().expect("no panic");
        *asked.0.lock() += 1000;
        asked.1.notify_one();
        cleaner.join().expect("no panic");
        assert_eq!(redo.free_bytes(), redo.usable_bytes() - (redo.current().0 - redo.checkpoint_lsn().0), "R5");
    };
    shuttle::check_random(model, 500);
}

/// Two wait, and room is given once or in two parts: neither sleeps through it, whoever comes first.
#[test]
fn room_is_not_given_unseen() {
    for parts in [&[10][..], &[5, 5], &[3, 4, 3]] {
        let model = move || {
            let room = Room::new(0);
            let waiters: Vec<_> = (0..2)
                .map(|_| {
                    let room = room.clone();
                    thread::spawn(move || room.wait(5, || ()).expect("healthy"))
                })
                .collect();
            parts.iter().for_each(|&bytes| room.give(bytes));
            waiters.into_iter().for_each(|t| t.join().expect("no panic"));
            assert_eq!(room.free_bytes(), 0);
        };
        shuttle::check_random(model, 2000);
    }
}

/// Who is called makes room at once, on the waiting thread.
#[test]
fn a_caller_who_makes_room_himself_does_not_wait() {
    let model = || {
        let room = Room::new(0);
        let give = room.clone();
        room.wait(5, move || give.give(5)).expect("healthy");
    };
    shuttle::check_random(model, 100);
}

/// A sync that fails under two committers: neither is told that all is well, and both are told.
#[test]
fn poison_reaches_all() {
    let model = || {
        let disk = SimDisk::new(1);
        let redo = new_log(&disk);
        let call = Some(innolab_disk::Call::Sync);
        disk.inject(innolab_disk::Fault { call, nth: 1, kind: innolab_disk::FaultKind::Io, lasting: false });
        let commit = |redo: &Redo| {
            let Ok(mut reservation) = redo.reserve(8) else { return };
            let (_, end) = redo.append(&mut reservation, &[1; 8], |_, _| ());
            assert!(redo.flush_to(end).is_err(), "I10");
        };
        let other = thread::spawn({
            let redo = redo.clone();
            move || commit(&redo)
        });
        commit(&redo);
        other.join().expect("no panic");
    };
    shuttle::check_random(model, 1000);
}
