//! Models of the group flush and of the queue for room, explored by shuttle:
//! `RUSTFLAGS="--cfg shuttle" cargo test -p innolab-redo --lib`.
//!
//! Every lock, condition variable and atomic of the log and of the simulated disk is a point where shuttle may switch
//! threads. A lost wake-up is a deadlock, which shuttle reports.

use crate::room::{NoRoom, Room};
use crate::{Error, MIN_CAPACITY_BYTES, Options, Redo, Result};
use innolab_base::Lsn;
use innolab_base::sync::atomic::{AtomicBool, Ordering};
use innolab_base::sync::{Condvar, Mutex};
use innolab_disk::{Disk, SimDisk};
use shuttle::thread;
use std::sync::Arc;

fn new_log(disk: &SimDisk) -> Arc<Redo> {
    let options = Options { capacity_bytes: MIN_CAPACITY_BYTES, buffer_bytes: 0 };
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    Arc::new(Redo::create(&disk, &options).expect("healthy"))
}

fn checkpoint_to(redo: &Redo, lsn: Lsn) {
    redo.flush_to(lsn).expect("healthy");
    redo.checkpoint(lsn).expect("healthy");
}

/// R5, with nothing reserved.
fn assert_account(redo: &Redo) {
    assert_eq!(redo.free_bytes(), redo.usable_bytes() - (redo.current().0 - redo.checkpoint_lsn().0), "R5");
}

/// Three committers: each finds its own group durable, and none sleeps for ever.
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

/// Two writers fill the log while a third thread moves the checkpoint whenever the waiter at the head asks for it.
#[test]
fn back_pressure() {
    let model = || {
        let redo = new_log(&SimDisk::new(1));
        let asked = Arc::new((Mutex::new(0), Condvar::new()));
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
                    checkpoint_to(&redo, redo.current());
                    if stop {
                        return;
                    }
                }
            }
        });
        let ask = |asked: &(Mutex<u32>, Condvar), n| {
            *asked.0.lock() += n;
            asked.1.notify_one();
        };
        let write = move |redo: &Redo, asked: &(Mutex<u32>, Condvar)| {
            for _ in 0..3 {
                let no_room = || -> Result<NoRoom> {
                    ask(asked, 1);
                    Ok(NoRoom::Wait)
                };
                let mut reservation = redo.reserve_with(5000, no_room).expect("healthy");
                redo.append(&mut reservation, &[1; 4000], |_, _| ());
            }
        };
        let other = thread::spawn({
            let (redo, asked) = (redo.clone(), asked.clone());
            move || write(&redo, &asked)
        });
        write(&redo, &asked);
        other.join().expect("no panic");
        ask(&asked, 1000);
        cleaner.join().expect("no panic");
        assert_account(&redo);
    };
    shuttle::check_random(model, 500);
}

/// The path of a store without a page cleaner: each writer that finds no room moves the checkpoint itself, up to the
/// oldest group whose pages another writer still has latched. Every writer gets its room.
#[test]
fn writers_that_make_room_themselves() {
    let model = || {
        let redo = new_log(&SimDisk::new(1));
        // Starts of the groups whose pages are latched.
        let latched: Arc<Mutex<Vec<Lsn>>> = Arc::default();
        let write = |redo: &Redo, latched: &Mutex<Vec<Lsn>>, bytes: usize| {
            for _ in 0..3 {
                let make_room = || -> Result<NoRoom> {
                    let before = redo.checkpoint_lsn();
                    // As in `Store::checkpoint`: read the end first; groups appended later start at or after it.
                    let end = redo.current();
                    let oldest = latched.lock().iter().copied().min();
                    checkpoint_to(redo, oldest.map_or(end, |oldest| oldest.min(end)));
                    if redo.checkpoint_lsn() == before {
                        thread::yield_now();
                    }
                    Ok(NoRoom::Retry)
                };
                let mut reservation = redo.reserve_with(bytes as u64, make_room).expect("healthy");
                let (start, _) = redo.append(&mut reservation, &vec![1; bytes], |start, _| latched.lock().push(start));
                drop(reservation);
                latched.lock().retain(|lsn| *lsn != start);
            }
        };
        let threads: Vec<_> = [1000, 3000]
            .into_iter()
            .map(|bytes| {
                let (redo, latched) = (redo.clone(), latched.clone());
                thread::spawn(move || write(&redo, &latched, bytes))
            })
            .collect();
        write(&redo, &latched, 5000);
        threads.into_iter().for_each(|t| t.join().expect("no panic"));
        assert_account(&redo);
    };
    shuttle::check_random(model, 1000);
}

/// Q1: while a large reservation waits, a small one takes nothing, though its bytes are free; and each is served once
/// there is enough for it.
#[test]
fn a_small_reservation_does_not_pass_a_large_one() {
    let model = || {
        let room = Room::new(5);
        let at_head = Arc::new(AtomicBool::new(false));
        let large = thread::spawn({
            let (room, at_head) = (room.clone(), at_head.clone());
            move || {
                let no_room = || -> Result<NoRoom> {
                    at_head.store(true, Ordering::SeqCst);
                    Ok(NoRoom::Wait)
                };
                room.wait(10, no_room).expect("healthy");
            }
        });
        let small = |room: &Room| room.try_take(3) || room.wait(3, || Result::Ok(NoRoom::Wait)).is_ok();
        let other = thread::spawn({
            let (room, at_head) = (room.clone(), at_head.clone());
            move || {
                while !at_head.load(Ordering::SeqCst) {
                    thread::yield_now();
                }
                assert!(small(&room));
            }
        });
        while !at_head.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        assert!(!room.try_take(3), "Q1");
        // Exactly what the large one lacks: if the small one took any of it, neither would ever be served.
        room.give(5);
        large.join().expect("no panic");
        room.give(3);
        other.join().expect("no panic");
        assert_eq!(room.free_bytes(), 0);
    };
    shuttle::check_random(model, 2000);
}

/// Two writers wait, and bytes are given back at once or in parts: both wake up, in whichever order they came.
#[test]
fn a_gift_wakes_the_waiters() {
    for parts in [&[10][..], &[5, 5], &[3, 4, 3]] {
        let model = move || {
            let room = Room::new(0);
            let waiters: Vec<_> = (0..2)
                .map(|_| {
                    let room = room.clone();
                    thread::spawn(move || room.wait(5, || Result::Ok(NoRoom::Wait)).expect("healthy"))
                })
                .collect();
            parts.iter().for_each(|&bytes| room.give(bytes));
            waiters.into_iter().for_each(|t| t.join().expect("no panic"));
            assert_eq!(room.free_bytes(), 0);
        };
        shuttle::check_random(model, 2000);
    }
}

/// The head's own call may give the bytes back before it sleeps: it must see them.
#[test]
fn a_waiter_that_makes_room_itself_does_not_sleep() {
    for then in [NoRoom::Retry, NoRoom::Wait] {
        let model = move || {
            let room = Room::new(0);
            let make_room = || -> Result<NoRoom> {
                room.give(5);
                Ok(then)
            };
            room.wait(5, make_room).expect("healthy");
        };
        shuttle::check_random(model, 100);
    }
}

/// Q4: the head's `no_room` fails while another waits behind it: the other becomes the head.
#[test]
fn an_error_ends_one_wait_only() {
    let model = || {
        let room = Room::new(0);
        let at_head = Arc::new(AtomicBool::new(false));
        let failing = thread::spawn({
            let (room, at_head) = (room.clone(), at_head.clone());
            move || {
                let fails = || {
                    at_head.store(true, Ordering::SeqCst);
                    Err(Error::Options { capacity_bytes: 0 })
                };
                room.wait(5, fails).expect_err("its own error");
            }
        });
        while !at_head.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        let other = thread::spawn({
            let room = room.clone();
            move || room.wait(5, || Result::Ok(NoRoom::Wait)).expect("healthy")
        });
        failing.join().expect("no panic");
        room.give(5);
        other.join().expect("no panic");
        assert!(room.try_take(0), "the queue is empty");
    };
    shuttle::check_random(model, 1000);
}

/// A sync that fails under two committers: both get an error.
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
