//! The promises of logs and of the history, one a test.

use crate::common::{World, id_of, kind, payload, records_of};
use expect_test::expect;
use innolab_base::event::Lines;
use innolab_base::{Events, PageNo, TrxId, TrxNo, Xid};
use innolab_disk::SimDisk;
use innolab_page::undo::{LOG_HEADER, UndoMut};
use innolab_store::Error as StoreError;
use innolab_undo::{Error, Kind, Log, MAX_PAYLOAD, RollPtr, State, Undo};
use std::sync::Arc;

fn fill(log: &mut Log, n: u64) -> Vec<RollPtr> {
    (0..n).map(|i| log.append(kind(i), &payload(i)).expect("appended")).collect()
}

fn commit(mut log: Log, no: u64) {
    log.commit(&mut || TrxNo(no)).expect("commits");
}

/// A transaction of one small update.
fn small(undo: &Undo, n: u64) {
    let mut log = undo.begin(TrxId(2 * n)).expect("begins");
    log.append(Kind::Modify, &[7; 60]).expect("appended");
    commit(log, 2 * n + 1);
}

#[test]
fn the_events_of_a_life() {
    let lines = Arc::new(Lines::default());
    let world = World::on(SimDisk::new(1), Events::to(lines.clone()));
    let mut a = world.undo.begin(TrxId(10)).expect("begins");
    let mut b = world.undo.begin(TrxId(11)).expect("begins");
    a.append(Kind::Modify, b"first").expect("appended");
    b.append(Kind::Insert, b"new row").expect("appended");
    for _ in 0..4 {
        a.append(Kind::Modify, &[1; 7000]).expect("appended");
    }
    a.truncate(4).expect("cut");
    commit(a, 12);
    commit(b, 13);
    small(&world.undo, 7);
    let mut c = world.undo.begin(TrxId(20)).expect("begins");
    c.append(Kind::Modify, b"in doubt").expect("appended");
    c.prepare(Xid(99)).expect("prepared");
    expect![[r#"
        rollback segment at page 3: 1 of 1024 slots used, 4 pages, largest number 15
          slot 1: trx 20 at 5+155: 1 record, 1 page, prepared as XID 99
        history of 2 logs, oldest first
          no 12: trx 10 at 4+54: 4 records, 2 pages, which go with it
          no 15: trx 14 at 5+54: 1 record, 1 page
    "#]]
    .assert_eq(&world.undo.dump().expect("sound"));
    world.purge();
    c.discard().expect("given back");
    expect![[r#"
        undo.begin: trx 10 begins a log in slot 0, page 4, new
        undo.begin: trx 11 begins a log in slot 1, page 5, new
        undo.append: trx 10 undo no 0 at modify 4+90: 5 bytes
        undo.append: trx 11 undo no 0 at insert 5+90: 7 bytes
        undo.append: trx 10 undo no 1 at modify 4+100: 7000 bytes
        undo.append: trx 10 undo no 2 at modify 4+7105: 7000 bytes
        undo.append: trx 10 undo no 3 at modify 6+54: 7000 bytes
        undo.append: trx 10 undo no 4 at modify 6+7059: 7000 bytes
        undo.truncate: trx 10 cuts its log from 5 to 4 records
        undo.commit: trx 10 no 12: 4 records into the history, length 1
        undo.free: trx 11 gives back its log of 1 records
        undo.begin: trx 14 begins a log in slot 1, page 5
        undo.append: trx 14 undo no 0 at modify 5+90: 60 bytes
        undo.commit: trx 14 no 15: 1 records into the history, length 2
        undo.begin: trx 20 begins a log in slot 1, page 5
        undo.append: trx 20 undo no 0 at modify 5+191: 8 bytes
        undo.prepare: trx 20 is prepared as XID 99
        undo.purge: trx 10 no 12 leaves the history, length 1
        undo.purge: trx 14 no 15 leaves the history, length 0
        undo.free: trx 20 gives back its log of 1 records"#]]
    .assert_eq(&lines.take().join("\n"));
}

#[test]
fn a_steady_state_of_small_transactions_allocates_nothing() {
    let world = World::new(1);
    small(&world.undo, 1);
    let before = world.store.counts().pages_created;
    for n in 2..2000 {
        small(&world.undo, n);
        // Purge is a few transactions behind.
        if n % 5 == 0 {
            assert_eq!(world.purge(), 5);
        }
    }
    assert_eq!(world.store.counts().pages_created, before);
    assert_eq!(world.undo.validate().expect("sound").pages.len(), 2);
}

#[test]
fn segments_of_a_late_purge_are_used_again() {
    let world = World::new(1);
    let burst = |from: u64| (from..from + 1000).for_each(|n| small(&world.undo, n));
    burst(1);
    let survey = world.undo.validate().expect("sound");
    assert!((8..12).contains(&(survey.pages.len() - 1)), "{survey}");
    assert_eq!((survey.history.len(), survey.cached.len()), (1000, 1));
    world.purge();
    let created = world.store.counts().pages_created;
    burst(2000);
    world.purge();
    burst(4000);
    assert_eq!(world.store.counts().pages_created, created);
}

#[test]
fn a_log_of_inserts_enters_no_history_and_gets_no_number() {
    let world = World::new(1);
    for n in [0, 1, 300] {
        let mut log = world.undo.begin(TrxId(5)).expect("begins");
        for _ in 0..n {
            log.append(Kind::Insert, &[3; 100]).expect("appended");
        }
        log.commit(&mut || panic!("no number is needed")).expect("commits");
        let survey = world.undo.validate().expect("sound");
        assert_eq!((survey.history.len(), survey.open.len(), survey.pages.len()), (0, 0, 2), "{survey}");
    }
}

#[test]
fn records_are_found_by_place_from_the_top_and_after_cuts() {
    let world = World::new(1);
    let mut log = world.undo.begin(TrxId(1)).expect("begins");
    let places = fill(&mut log, 200);
    let pages = log.pages();
    assert!(pages > 4);
    let mut into = vec![];
    for (i, at) in places.iter().enumerate() {
        world.undo.read(*at, &mut into).expect("read");
        assert_eq!(id_of(*at, &into), i as u64);
    }
    for len in [200, 199, 198, 150, 149, 60, 1, 0] {
        log.truncate(len).expect("cut");
        assert_eq!(records_of(&log), (0..len).collect::<Vec<_>>());
        world.undo.validate().expect("sound");
    }
    assert_eq!((log.pages(), log.is_empty()), (1, true));
    assert!(matches!(world.undo.read(places[199], &mut into), Err(Error::Gone(at)) if at == places[199]));
    fill(&mut log, 90);
    assert_eq!(records_of(&log).len(), 90);
}

#[test]
fn a_pointer_to_no_record_is_an_error() {
    let world = World::new(1);
    let mut log = world.undo.begin(TrxId(1)).expect("begins");
    let at = log.append(Kind::Modify, b"here").expect("appended");
    let mut into = b"untouched".to_vec();
    let other_rseg = RollPtr(at.0 | 1 << 48);
    let moved = |by: i64| RollPtr((at.0 as i64 + by) as u64);
    let never_written = moved(1 << 16);
    assert!(matches!(world.undo.read(never_written, &mut into), Err(Error::Store(StoreError::Corrupt { .. }))));
    for bad in [RollPtr::NONE, other_rseg, moved(1), moved(-1), moved(9), moved(1 << 40)] {
        assert!(matches!(world.undo.read(bad, &mut into), Err(Error::Gone(p)) if p == bad), "{bad}");
    }
    // Bytes within a payload that look like a record's beginning: its end, its kind.
    let at = log.append(Kind::Modify, &[0, 115, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let within = RollPtr(at.expect("appended").0 + 3);
    assert!(matches!(world.undo.read(within, &mut into), Err(Error::Gone(_))), "{within}");
    for page in 0..4 {
        let bad = RollPtr::new(Kind::Modify, PageNo(page), 100);
        assert!(matches!(world.undo.read(bad, &mut into), Err(Error::Gone(_))), "{bad}");
    }
    assert_eq!(into, b"untouched");
}

#[test]
fn a_record_may_fill_a_page_but_not_more() {
    let world = World::new(1);
    let mut log = world.undo.begin(TrxId(1)).expect("begins");
    for (first, len) in [(0, MAX_PAYLOAD), (1, MAX_PAYLOAD), (2, 0)] {
        assert_eq!(log.len(), first);
        let at = log.append(Kind::Modify, &vec![9; len]).expect("appended");
        let mut into = vec![];
        world.undo.read(at, &mut into).expect("read");
        assert_eq!(into, vec![9; len]);
        let error = log.append(Kind::Modify, &vec![9; MAX_PAYLOAD + 1]).expect_err("too large");
        assert_eq!(error.to_string(), "an undo record of 16318 bytes, a page takes 16317");
    }
    assert_eq!(log.pages(), 4);
    world.undo.validate().expect("sound");
    // The header is alone on its page: no record is before the first one.
    let (mut into, mut at) = (vec![], log.top(&mut vec![]).expect("read"));
    let mut seen = 0;
    while let Some(p) = at {
        seen += 1;
        at = log.before(p, &mut into).expect("read");
    }
    assert_eq!(seen, 3);
    log.truncate(0).expect("cut");
    assert_eq!(log.pages(), 1);
}

#[test]
fn more_writers_than_slots_are_refused_until_one_ends() {
    let world = World::new(1);
    let mut logs: Vec<_> = (0..1024).map(|n| world.undo.begin(TrxId(n)).expect("begins")).collect();
    assert!(matches!(world.undo.begin(TrxId(2000)), Err(Error::TooManyTransactions { limit: 1024 })));
    logs.pop().expect("there").discard().expect("given back");
    world.undo.begin(TrxId(2001)).expect("begins");
}

#[test]
fn a_full_disk_refuses_a_page_but_not_a_rollback() {
    let world = World::new(1);
    let mut log = world.undo.begin(TrxId(1)).expect("begins");
    let at = log.append(Kind::Modify, b"before").expect("appended");
    world.disk.set_capacity(Some(0));
    let mut n = 1;
    let full = |e: &Error| matches!(e, Error::Store(StoreError::Full { .. }));
    let error = loop {
        match log.append(Kind::Modify, &[1; 5000]) {
            Ok(_) => n += 1,
            Err(e) => break e,
        }
    };
    assert!(full(&error), "{error}");
    assert!(n < 60 && log.len() == n, "{n} records");
    world.undo.validate().expect("sound");
    let refused = (2..200).map(|n| world.undo.begin(TrxId(n))).find_map(Result::err).expect("no page for a segment");
    assert!(full(&refused), "{refused}");
    let mut into = vec![];
    world.undo.read(at, &mut into).expect("read");
    assert_eq!(into, b"before");
    log.truncate(n / 2).expect("cut");
    log.discard().expect("given back");
    world.undo.validate().expect("sound");
    world.disk.set_capacity(None);
    let mut log = world.undo.begin(TrxId(300)).expect("begins");
    fill(&mut log, 100);
    commit(log, 301);
}

#[test]
fn one_log_is_purged_at_a_time_and_a_dropped_one_stays() {
    let world = World::new(1);
    small(&world.undo, 1);
    small(&world.undo, 2);
    assert!(world.undo.next_purgeable(TrxNo(3)).expect("read").is_none(), "no 3 is not below the horizon");
    let oldest = world.undo.next_purgeable(TrxNo(4)).expect("read").expect("there");
    assert!(world.undo.next_purgeable(TrxNo(100)).expect("read").is_none(), "R1");
    drop(oldest);
    assert_eq!(world.undo.history_length(), 2);
    let oldest = world.undo.next_purgeable(TrxNo(100)).expect("read").expect("there");
    assert_eq!((oldest.trx, oldest.no), (TrxId(2), TrxNo(3)));
    oldest.free().expect("freed");
    assert_eq!((world.undo.history_length(), world.undo.largest_trx_no()), (1, TrxNo(5)));
    world.purge();
    let (world, _) = world.again();
    assert_eq!((world.undo.history_length(), world.undo.largest_trx_no()), (0, TrxNo(5)));
}

#[test]
fn a_record_stays_readable_while_its_page_takes_other_logs() {
    let world = World::new(1);
    let mut log = world.undo.begin(TrxId(1)).expect("begins");
    let at = log.append(Kind::Modify, b"an old version").expect("appended");
    commit(log, 2);
    for n in 2..100 {
        small(&world.undo, n);
        let mut log = world.undo.begin(TrxId(500)).expect("begins");
        log.append(Kind::Insert, &[1; 100]).expect("appended");
        log.discard().expect("given back");
    }
    let mut into = vec![];
    world.undo.read(at, &mut into).expect("read");
    assert_eq!(into, b"an old version");
}

#[test]
fn freeing_a_long_log_is_finished_after_a_crash() {
    let world = World::new(1);
    small(&world.undo, 1);
    let mut log = world.undo.begin(TrxId(9)).expect("begins");
    let at = log.append(Kind::Insert, &[1; 100]).expect("appended");
    for _ in 0..200 {
        log.append(Kind::Insert, &[1; 1000]).expect("appended");
    }
    let pages = world.undo.validate().expect("sound").pages.len();
    assert!(pages > 10);
    // The state after the first mini-transaction of freeing it.
    let mut mtr = world.store.begin(1000).expect("begins");
    let held = mtr.latch(&world.space, at.page()).expect("latched");
    UndoMut::new(&mut mtr.page(held)).set_state(at.at() - LOG_HEADER as u16, State::ToFree);
    mtr.commit().expect("commits");
    let (world, recovered) = world.again();
    assert!(recovered.is_empty(), "its transaction has ended");
    let survey = world.undo.validate().expect("sound");
    assert_eq!((survey.pages.len(), survey.history.len(), survey.cached.len()), (2, 1, 1), "{survey}");
}

#[test]
fn discarding_a_recovered_log_keeps_the_logs_before_it_on_the_page() {
    let world = World::new(1);
    let mut log = world.undo.begin(TrxId(1)).expect("begins");
    let kept = log.append(Kind::Modify, b"an old version").expect("appended");
    commit(log, 2);
    let mut log = world.undo.begin(TrxId(3)).expect("begins");
    log.append(Kind::Modify, b"not committed").expect("appended");
    let (world, recovered) = world.again();
    for mut found in recovered {
        found.log.discard().expect("given back");
    }
    small(&world.undo, 10);
    let mut into = vec![];
    world.undo.read(kept, &mut into).expect("read");
    assert_eq!(into, b"an old version");
    assert_eq!(world.undo.validate().expect("sound").history.len(), 2);
}
