//! Reservation, back-pressure, group flush, poison.

use super::{SMALL, append, groups, handle, open};
use crate::{Error, FILE_NAME, GROUP_HEAD_BYTES, NoRoom, Options, Redo, START_LSN, Scan};
use innolab_base::Lsn;
use innolab_disk::{Call, Disk, Fault, FaultKind, SimDisk};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

fn small(disk: &SimDisk) -> Redo {
    Redo::create(&handle(disk), &SMALL).expect("healthy")
}

fn fill(redo: &Redo) {
    while let Some(mut reservation) = redo.try_reserve(1000).expect("healthy") {
        redo.append(&mut reservation, &[1; 1000], |_, _| ());
    }
}

#[test]
fn one_flush_is_one_write_and_one_sync_for_all_before() {
    let disk = SimDisk::new(1);
    let redo = small(&disk);
    let before = disk.counts();
    let (start, first) = append(&redo, b"one");
    let (_, second) = append(&redo, b"two");
    assert_eq!(first.0, start.0 + 3 + GROUP_HEAD_BYTES as u64);
    assert_eq!((redo.written(), redo.flushed()), (start, start));
    redo.flush_to(second).expect("healthy");
    redo.flush_to(first).expect("healthy");
    let counts = disk.counts() - before;
    // With the zeros for the rest of the ring, which is shorter than `AHEAD`.
    assert_eq!((counts.writes, counts.written_bytes, counts.syncs), (1, 12_288, 1));
    append(&redo, b"three");
    redo.write_to(redo.current()).expect("healthy");
    assert_eq!((redo.written(), redo.flushed()), (redo.current(), second));
    redo.flush_to(redo.current()).expect("healthy");
    let counts = disk.counts() - before;
    let written = (counts.writes, counts.written_bytes, counts.syncs);
    assert_eq!(written, (2, 12_288 + 4096, 2), "nothing is written twice, neither groups nor zeros");
    assert_eq!((redo.stats().groups, redo.stats().bytes), (3, 11 + 3 * GROUP_HEAD_BYTES as u64));
}

#[test]
fn a_checkpoint_makes_room_again() {
    let redo = small(&SimDisk::new(1));
    for _ in 0..100 {
        fill(&redo);
        assert!(redo.current().0 - redo.checkpoint_lsn().0 <= redo.usable_bytes());
        redo.flush_to(redo.current()).expect("healthy");
        redo.checkpoint(redo.current()).expect("healthy");
        assert_eq!(redo.free_bytes(), redo.usable_bytes());
    }
}

#[test]
fn unused_bytes_of_a_reservation_go_back() {
    let redo = small(&SimDisk::new(1));
    let usable = redo.usable_bytes();
    let mut reservation = redo.reserve(1000).expect("there is room");
    assert_eq!(redo.free_bytes(), usable - 1020);
    redo.append(&mut reservation, &[0; 100], |_, _| ());
    assert!(reservation.try_grow(10) && !reservation.try_grow(usable));
    assert_eq!(reservation.bytes(), 910);
    drop(reservation);
    assert_eq!(redo.free_bytes(), usable - 120);
}

#[test]
#[should_panic(expected = "R5")]
fn more_than_was_reserved_is_a_broken_caller() {
    let redo = small(&SimDisk::new(1));
    let mut reservation = redo.reserve(10).expect("there is room");
    redo.append(&mut reservation, &[0; 11], |_, _| ());
}

#[test]
#[should_panic(expected = "ahead of the flushed log")]
fn a_checkpoint_ahead_of_the_flushed_log_is_a_broken_caller() {
    let redo = small(&SimDisk::new(1));
    let (_, end) = append(&redo, b"x");
    let _ = redo.checkpoint(end);
}

#[test]
fn groups_larger_than_the_buffer_and_the_log() {
    let disk = SimDisk::new(1);
    let options = Options { capacity_bytes: 1 << 20, buffer_bytes: 0 };
    let redo = Redo::create(&handle(&disk), &options).expect("healthy");
    let limit = redo.max_payload_bytes();
    assert_eq!(redo.reserve(limit + 1).err(), Some(Error::TooLarge { want: limit + 1, limit }));
    let large = vec![9; limit as usize];
    append(&redo, &large);
    append(&redo, b"small");
    redo.flush_to(redo.current()).expect("healthy");
    let (_, scan) = Redo::open(&handle(&disk.power_loss(0)), &options).expect("healthy");
    let payloads: Vec<_> = groups(&scan).expect("whole").into_iter().map(|group| group.2).collect();
    assert_eq!(payloads, [large, b"small".to_vec()]);
}

#[test]
fn callbacks_run_in_lsn_order_and_writers_never_deadlock() {
    let redo = Arc::new(small(&SimDisk::new(1)));
    let order = Arc::new(Mutex::new(Vec::new()));
    let (wanted, stop) = (Arc::new((Mutex::new(false), Condvar::new())), Arc::new(AtomicBool::new(false)));
    let cleaner = std::thread::spawn({
        let (redo, wanted, stop) = (redo.clone(), wanted.clone(), stop.clone());
        move || {
            while !stop.load(Ordering::SeqCst) {
                let mut want = wanted.0.lock().expect("no panic");
                while !std::mem::take(&mut *want) {
                    want = wanted.1.wait(want).expect("no panic");
                }
                drop(want);
                let lsn = redo.current();
                redo.flush_to(lsn).expect("healthy");
                redo.checkpoint(lsn).expect("healthy");
            }
        }
    });
    let writers: Vec<_> = (0..4u64)
        .map(|i| {
            let (redo, order, wanted) = (redo.clone(), order.clone(), wanted.clone());
            std::thread::spawn(move || {
                let wake_cleaner = || -> crate::Result<NoRoom> {
                    *wanted.0.lock().expect("no panic") = true;
                    wanted.1.notify_one();
                    Ok(NoRoom::Wait)
                };
                for n in 0..500 {
                    let bytes = if i == 0 { 6000 } else { 300 };
                    let mut reservation = redo.reserve_with(bytes, wake_cleaner).expect("healthy");
                    let payload = vec![i as u8; 10 + n % 290];
                    let (_, end) =
                        redo.append(&mut reservation, &payload, |start, _| order.lock().expect("no panic").push(start));
                    drop(reservation);
                    if n % 16 == 0 {
                        redo.flush_to(end).expect("healthy");
                    }
                }
            })
        })
        .collect();
    writers.into_iter().for_each(|writer| writer.join().expect("no panic"));
    stop.store(true, Ordering::SeqCst);
    *wanted.0.lock().expect("no panic") = true;
    wanted.1.notify_one();
    cleaner.join().expect("no panic");
    let order = order.lock().expect("no panic");
    assert!(order.len() == 2000 && order.is_sorted());
    assert!(redo.stats().room_waits > 10, "the log was full {} times", redo.stats().room_waits);
    assert_eq!(redo.free_bytes(), redo.usable_bytes() - (redo.current().0 - redo.checkpoint_lsn().0), "R5");
}

fn poisoned<T: std::fmt::Debug>(result: crate::Result<T>) {
    assert!(matches!(result, Err(Error::Poisoned { .. })), "{result:?}");
}

#[test]
fn after_a_failed_write_or_sync_every_promise_is_an_error() {
    for call in [Call::Write, Call::Sync] {
        for trouble in [FaultKind::Io, FaultKind::Full] {
            let disk = SimDisk::new(1);
            let redo = small(&disk);
            let (_, safe) = append(&redo, b"safe");
            redo.flush_to(safe).expect("healthy");
            let held = redo.reserve(100).expect("there is room");
            let (_, lost) = append(&redo, b"lost");
            disk.inject(Fault { call: Some(call), nth: 1, kind: trouble, lasting: false });
            poisoned(redo.flush_to(lost));
            // The next sync would succeed: it must not be called.
            let before = disk.counts();
            poisoned(redo.flush_to(lost));
            poisoned(redo.checkpoint(safe));
            poisoned(redo.reserve(1));
            poisoned(redo.try_reserve(1));
            let mut held = held;
            let (_, end) = redo.append(&mut held, b"goes nowhere", |_, _| ());
            assert!(end > lost && redo.flushed() == safe);
            poisoned(redo.flush_to(end));
            assert_eq!(disk.counts(), before);
            redo.flush_to(safe).expect("flushed groups stay flushed");
            let (_, scan) = open(&disk.power_loss(0)).expect("healthy");
            assert_eq!(groups(&scan).expect("whole")[0].2, b"safe");
        }
    }
}

#[test]
fn poison_wakes_waiters_for_room() {
    let disk = SimDisk::new(1);
    let redo = Arc::new(small(&disk));
    fill(&redo);
    let waits = Arc::new(AtomicBool::new(false));
    let other = std::thread::spawn({
        let (redo, waits) = (redo.clone(), waits.clone());
        move || -> crate::Result<_> {
            redo.reserve_with(1000, || {
                waits.store(true, Ordering::SeqCst);
                Ok(NoRoom::Wait)
            })
        }
    });
    while !waits.load(Ordering::SeqCst) {
        std::thread::yield_now();
    }
    disk.inject(Fault { call: Some(Call::Sync), nth: 1, kind: FaultKind::Io, lasting: false });
    poisoned(redo.flush_to(redo.current()));
    poisoned(other.join().expect("no panic"));
}

#[test]
fn epochs_grow_with_each_opening_and_positions_go_on() {
    let disk = SimDisk::new(1);
    let (_, end) = append(&small(&disk), b"never written");
    let (redo, scan) = open(&disk).expect("healthy");
    assert_eq!((redo.epoch(), scan.is_clean()), (2, true));
    assert!(redo.current() < end);
    let (start, end) = append(&redo, b"second life");
    redo.flush_to(end).expect("healthy");
    let (redo, scan) = open(&disk).expect("healthy");
    assert_eq!((redo.epoch(), redo.current()), (3, end));
    assert_eq!(groups(&scan).expect("whole"), [(start, end, b"second life".to_vec())]);
    redo.checkpoint(Lsn(end.0)).expect("healthy");
    assert!(open(&disk).expect("healthy").1.is_clean());
}

/// R1: if groups end where blocks end, no zeros lie between the log's end and a whole, valid group of the lap before.
#[test]
fn a_group_of_an_earlier_lap_is_not_mistaken_for_the_next() {
    let disk = SimDisk::new(1);
    let redo = small(&disk);
    let payload = vec![7; 4096 - GROUP_HEAD_BYTES];
    for _ in 0..9 {
        append(&redo, &payload);
        redo.flush_to(redo.current()).expect("healthy");
        redo.checkpoint(redo.current()).expect("healthy");
        let (_, scan) = open(&disk.killed()).expect("healthy");
        assert_eq!((scan.end, scan.is_clean()), (redo.current(), true));
    }
}

/// `Scan::look` gives the groups of a recovery, and older ones that are not yet overwritten; it leaves the file as it
/// is.
#[test]
fn looking_changes_nothing() {
    let disk = SimDisk::new(1);
    let redo = Redo::create(&handle(&disk), &SMALL).expect("healthy");
    append(&redo, b"one");
    let (second, end) = append(&redo, b"two");
    redo.flush_to(end).expect("healthy");
    redo.checkpoint(second).expect("healthy");
    let bytes = |disk: &SimDisk| {
        let mut bytes = vec![0; SMALL.capacity_bytes as usize];
        disk.open(FILE_NAME).expect("there").read_at(0, &mut bytes).expect("memory");
        bytes
    };
    let before = bytes(&disk);
    let scan = Scan::look(&handle(&disk)).expect("healthy");
    assert_eq!((scan.oldest(), scan.checkpoint, scan.end), (START_LSN, second, end));
    assert_eq!(groups(&scan).expect("whole"), [(second, end, b"two".to_vec())]);
    let mut old = scan.groups_from(scan.oldest());
    for payload in [b"one", b"two"] {
        assert_eq!(old.next().expect("whole").expect("there").payload, payload);
    }
    assert_eq!(old.next().expect("the end"), None);
    assert!(scan.groups_from(Lsn(START_LSN.0 + 1)).next().is_err(), "no group starts there");
    assert!(before == bytes(&disk), "looking writes nothing");

    // Once the ring has wrapped around, only the checkpoint is known to be a group's start.
    for _ in 0..40 {
        let (_, end) = append(&redo, &[7; 1000]);
        redo.flush_to(end).expect("healthy");
        redo.checkpoint(end).expect("healthy");
    }
    let scan = Scan::look(&handle(&disk)).expect("healthy");
    assert_eq!(scan.oldest(), scan.checkpoint);
    assert!(scan.groups_from(START_LSN).next().is_err(), "overwritten");
}
