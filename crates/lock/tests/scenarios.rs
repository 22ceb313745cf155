//! Golden scenarios. What they say about waits, grants, inheritance and deadlocks on records, a real MariaDB 10.11 was
//! seen to do; NOWAIT, timeouts, unlocking, table and metadata locks follow the rules of the module heads.
#![cfg(not(shuttle))]

#[allow(dead_code)]
mod lab;

use expect_test::{Expect, expect};
use innolab_base::Events;
use innolab_lock::{RecordMode as M, TableMode, WaitPolicy};
use lab::{END, Lab};

fn check(sessions: u64, run: impl FnOnce(&mut Lab), expected: Expect) {
    let mut lab = Lab::new(sessions, Events::none());
    run(&mut lab);
    expected.assert_eq(&lab.out);
}

#[test]
fn two_share_a_gap_and_both_insert() {
    check(
        2,
        |lab| {
            lab.ask(1, M::XGap, 10);
            lab.ask(2, M::XGap, 10);
            lab.insert(1, 7, 10);
            lab.draw(&[5, 10, 15]);
            lab.insert(2, 8, 10);
            lab.end(2);
            lab.insert(1, 7, 10);
            lab.locks();
        },
        expect![[r#"
        T1 asks X,GAP of 10: granted
        T2 asks X,GAP of 10: granted
        T1 asks X,GAP,INSERT_INTENTION of 10: waits
             ──────5──────10──────15──────+∞
        T1          xxxi?x
        T2          xxxxxx
        T2 asks X,GAP,INSERT_INTENTION of 10: error 1213
        deadlock: T2 → T1 → T2
          T2 waits for X,GAP,INSERT_INTENTION on index 7 key 10: T1 holds X,GAP; weight 2 + 0 to undo
          T1 waits for X,GAP,INSERT_INTENTION on index 7 key 10: T2 holds X,GAP; weight 2 + 0 to undo
          victim: T2, weight 2: none is lighter, and the search began at it
        T2 ends
           T1, late: Granted
        T1 asks X,GAP,INSERT_INTENTION of 10: granted, no new lock
        T1 inserts 7
             T1 X,GAP                    index 7 key 7
             T1 X,GAP                    index 7 key 10
             T1 X,GAP,INSERT_INTENTION   index 7 key 10
    "#]],
    );
}

#[test]
fn three_insert_the_same_key_and_the_first_rolls_back() {
    check(
        3,
        |lab| {
            lab.insert(1, 12, 15);
            lab.explicit(1, 12);
            lab.ask(2, M::SRec, 12);
            lab.ask(3, M::SRec, 12);
            lab.remove(12, 15);
            lab.end(1);
            lab.insert(2, 12, 15);
            lab.insert(3, 12, 15);
            lab.end(3);
            lab.insert(2, 12, 15);
            lab.locks();
        },
        expect![[r#"
            T1 asks X,GAP,INSERT_INTENTION of 15: granted, no new lock
            T1 inserts 12
            T2 asks S,REC_NOT_GAP of 12: waits
            T3 asks S,REC_NOT_GAP of 12: waits
            12 is removed
               T2, late: Gone
               T3, late: Gone
            T1 ends
            T2 asks X,GAP,INSERT_INTENTION of 15: waits
            T3 asks X,GAP,INSERT_INTENTION of 15: error 1213
            deadlock: T3 → T2 → T3
              T3 waits for X,GAP,INSERT_INTENTION on index 7 key 15: T2 holds S,GAP; weight 3 + 0 to undo
              T2 waits for X,GAP,INSERT_INTENTION on index 7 key 15: T3 holds S,GAP; weight 3 + 0 to undo
              victim: T3, weight 3: none is lighter, and the search began at it
            T3 ends
               T2, late: Granted
            T2 asks X,GAP,INSERT_INTENTION of 15: granted, no new lock
            T2 inserts 12
                 T2 S,GAP                    index 7 key 12
                 T2 S,GAP                    index 7 key 15
                 T2 X,GAP,INSERT_INTENTION   index 7 key 15
        "#]],
    );
}

#[test]
fn who_reads_cannot_write_past_a_waiting_writer() {
    check(
        2,
        |lab| {
            lab.ask(1, M::S, 5);
            lab.ask(2, M::X, 5);
            lab.ask(1, M::X, 5);
            lab.end(2);
            lab.locks();
        },
        expect![[r#"
        T1 asks S of 5: granted
        T2 asks X of 5: waits
        T1 asks X of 5: waits
           T1, late: Granted
           T2, late: error 1213
        deadlock: T1 → T2 → T1
          T1 waits for X on index 7 key 5: T2 waits for X; weight 2 + 0 to undo
          T2 waits for X on index 7 key 5: T1 holds S; weight 1 + 0 to undo
          victim: T2, weight 1: the lightest
        T2 ends
             T1 S                        index 7 key 5
             T1 X                        index 7 key 5
    "#]],
    );
}

#[test]
fn a_reader_queues_behind_a_waiting_writer() {
    check(
        3,
        |lab| {
            lab.ask(1, M::SRec, 5);
            lab.ask(2, M::XRec, 5);
            lab.ask(3, M::SRec, 5);
            lab.end(1);
            lab.end(2);
            lab.locks();
        },
        expect![[r#"
        T1 asks S,REC_NOT_GAP of 5: granted
        T2 asks X,REC_NOT_GAP of 5: waits
        T3 asks S,REC_NOT_GAP of 5: waits
        T1 ends
           T2, late: Granted
        T2 ends
           T3, late: Granted
             T3 S,REC_NOT_GAP            index 7 key 5
    "#]],
    );
}

#[test]
fn a_waiting_request_on_a_record_that_goes_is_inherited_at_repeatable_read_only() {
    check(
        3,
        |lab| {
            lab.read_committed(3);
            lab.insert(1, 12, 15);
            lab.explicit(1, 12);
            lab.ask(2, M::XRec, 12);
            lab.ask(3, M::XRec, 12);
            lab.remove(12, 15);
            lab.end(1);
            lab.locks();
        },
        expect![[r#"
        T1 asks X,GAP,INSERT_INTENTION of 15: granted, no new lock
        T1 inserts 12
        T2 asks X,REC_NOT_GAP of 12: waits
        T3 asks X,REC_NOT_GAP of 12: waits
        12 is removed
           T2, late: Gone
           T3, late: Gone
        T1 ends
             T2 X,GAP                    index 7 key 15
    "#]],
    );
}

#[test]
fn a_gap_may_be_taken_before_a_granted_insert_comes() {
    check(
        3,
        |lab| {
            lab.ask(1, M::XGap, 15);
            lab.insert(2, 12, 15);
            lab.ask(3, M::XGap, 15);
            lab.insert(3, 14, 15);
            lab.end(1);
            lab.insert(2, 12, 15);
            lab.insert(3, 14, 15);
            lab.locks();
            lab.draw(&[10, 15]);
        },
        expect![[r#"
        T1 asks X,GAP of 15: granted
        T2 asks X,GAP,INSERT_INTENTION of 15: waits
        T3 asks X,GAP of 15: granted
        T3 asks X,GAP,INSERT_INTENTION of 15: waits
        T1 ends
           T2, late: Granted
           T3, late: Granted
        T2 asks X,GAP,INSERT_INTENTION of 15: waits
        T3 asks X,GAP,INSERT_INTENTION of 15: granted, no new lock
        T3 inserts 14
             T2 X,GAP,INSERT_INTENTION   index 7 key 15
             T2 X,GAP,INSERT_INTENTION   index 7 key 15  WAITING
             T3 X,GAP                    index 7 key 14
             T3 X,GAP                    index 7 key 15
             T3 X,GAP,INSERT_INTENTION   index 7 key 15
             ──────10──────14──────15──────+∞
        T2                      i?
        T3           xxxxxx  xxxixx
    "#]],
    );
}

#[test]
fn a_lock_on_a_purged_record_goes_to_the_next() {
    check(
        2,
        |lab| {
            lab.ask(2, M::XRec, 10);
            lab.remove(10, 15);
            lab.insert(1, 12, 15);
            lab.end(2);
        },
        expect![[r#"
        T2 asks X,REC_NOT_GAP of 10: granted
        10 is removed
        T1 asks X,GAP,INSERT_INTENTION of 15: waits
        T2 ends
           T1, late: Granted
    "#]],
    );
}

#[test]
fn locks_on_the_supremum_are_gap_locks() {
    check(
        2,
        |lab| {
            lab.ask(1, M::X, END);
            lab.ask(2, M::X, END);
            lab.ask(2, M::S, END);
            lab.insert(2, 98, END);
            lab.locks();
            lab.draw(&[10]);
            lab.end(1);
            lab.insert(2, 98, END);
            lab.locks();
        },
        expect![[r#"
        T1 asks X of +∞: granted
        T2 asks X of +∞: granted
        T2 asks S of +∞: granted, no new lock
        T2 asks X,INSERT_INTENTION of +∞: waits
             T1 X                        index 7 supremum
             T2 X                        index 7 supremum
             T2 X,INSERT_INTENTION       index 7 supremum  WAITING
             ──────10──────+∞
        T1           xxxxxx
        T2           xxxi?x
        T1 ends
           T2, late: Granted
        T2 asks X,INSERT_INTENTION of +∞: granted, no new lock
        T2 inserts 98
             T2 X,GAP                    index 7 key 98
             T2 X                        index 7 supremum
             T2 X,INSERT_INTENTION       index 7 supremum
    "#]],
    );
}

#[test]
fn nowait_a_timeout_and_an_unlock() {
    check(
        3,
        |lab| {
            lab.ask(1, M::XRec, 5);
            lab.ask_with(2, M::SRec, 5, WaitPolicy::NoWait);
            lab.ask(2, M::XRec, 5);
            lab.ask(3, M::SRec, 5);
            lab.times_out(2);
            lab.locks();
            lab.unlock(1, M::XRec, 5);
            lab.locks();
        },
        expect![[r#"
        T1 asks X,REC_NOT_GAP of 5: granted
        T2 asks S,REC_NOT_GAP of 5: busy
        T2 asks X,REC_NOT_GAP of 5: waits
        T3 asks S,REC_NOT_GAP of 5: waits
        T2 waited too long: TimedOut
             T1 X,REC_NOT_GAP            index 7 key 5
             T3 S,REC_NOT_GAP            index 7 key 5  WAITING
        T1 lets go of 5
           T3, late: Granted
             T3 S,REC_NOT_GAP            index 7 key 5
    "#]],
    );
}

#[test]
fn every_word_of_data_locks() {
    check(
        1,
        |lab| {
            for (key, mode) in (1..).zip([M::S, M::SGap, M::SRec, M::X, M::XGap, M::XRec]) {
                lab.ask(1, mode, key);
            }
            lab.out.clear();
            lab.locks();
            lab.draw(&[]);
        },
        expect![[r#"
             T1 S                        index 7 key 1
             T1 S,GAP                    index 7 key 2
             T1 S,REC_NOT_GAP            index 7 key 3
             T1 X                        index 7 key 4
             T1 X,GAP                    index 7 key 5
             T1 X,REC_NOT_GAP            index 7 key 6
             ──────1──────2──────3──────4──────5──────6──────+∞
        T1   ssssssSssssss       SxxxxxxXxxxxxx       X
    "#]],
    );
}

#[test]
fn table_locks_queue_too() {
    check(
        3,
        |lab| {
            lab.ask_table(1, TableMode::AutoInc);
            lab.ask_table(1, TableMode::Ix);
            lab.ask_table(2, TableMode::Ix);
            lab.ask_table(2, TableMode::AutoInc);
            lab.ask_table(3, TableMode::X);
            lab.weights();
            lab.unlock_table(1, TableMode::AutoInc);
            lab.weights();
            lab.locks();
            lab.kill(3);
            lab.end(1);
            lab.end(2);
            lab.ask_table(3, TableMode::X);
            lab.ask_table(3, TableMode::Is);
            lab.ask_table(1, TableMode::Is);
            lab.locks();
        },
        expect![[r#"
            T1 asks AUTO_INC of the table: Granted { fresh: true }
            T1 asks IX of the table: Granted { fresh: true }
            T2 asks IX of the table: Granted { fresh: true }
            T2 asks AUTO_INC of the table: waits
            T3 asks X of the table: waits
                 T1 has 2 structures
                 T2 has 2 structures
                 T3 has 1 structures
            T1 lets go of AUTO_INC
               T2, late: Granted
                 T1 has 1 structures
                 T2 has 2 structures
                 T3 has 1 structures
                 T1 IX                       table 1
                 T2 IX                       table 1
                 T2 AUTO_INC                 table 1
                 T3 X                        table 1  WAITING
            T3 is killed
               T3, late: Cancelled
            T1 ends
            T2 ends
            T3 asks X of the table: Granted { fresh: true }
            T3 asks IS of the table: Granted { fresh: false }
            T1 asks IS of the table: waits
                 T1 IS                       table 1  WAITING
                 T3 X                        table 1
        "#]],
    );
}

/// The only test here with threads: the seat is called.
#[test]
fn a_waiting_thread_is_called() {
    use innolab_base::{CondvarPark, IndexId, Waiter};
    use innolab_lock::{Answer, LockTable, RecordId, RecordKey, WaitOutcome};
    use std::{sync::Arc, thread, time};
    let table = Arc::new(LockTable::new(Arc::new(CondvarPark), Events::none()));
    let at = RecordId { index: IndexId(1), leaf: 1, key: RecordKey::Key(b"a key of more than twenty-two bytes") };
    let (holder, waiter) = (table.begin(Arc::new(Waiter::new(1))), table.begin(Arc::new(Waiter::new(2))));
    assert_eq!(table.lock_record(holder, &at, M::X, 0, WaitPolicy::Wait), Answer::Granted { fresh: true });
    let Answer::Wait(ticket) = table.lock_record(waiter, &at, M::S, 0, WaitPolicy::Wait) else { panic!("it waits") };
    let other = thread::spawn({
        let table = table.clone();
        move || {
            let started = time::Instant::now();
            (table.wait(ticket, Some(60_000)), started.elapsed())
        }
    });
    thread::sleep(time::Duration::from_millis(20));
    table.release_all(holder);
    let (how, took) = other.join().unwrap();
    assert_eq!(how, WaitOutcome::Granted);
    assert!(took < time::Duration::from_secs(30), "nobody called: {took:?}");
}

/// A lock arrives with its structure (Q1): T1's on 5 joins the older one on 10, so T3 waits for T1 first, and T2's
/// cycle is not seen yet.
#[test]
fn next_key_on_a_record_that_is_held_asks_for_the_gap_alone() {
    check(
        1,
        |lab| {
            lab.ask(1, M::SRec, 10);
            lab.ask(1, M::S, 10);
            lab.ask(1, M::S, 10);
            lab.ask(1, M::XGap, 20);
            lab.ask(1, M::X, 20);
            lab.ask(1, M::SRec, 30);
            lab.ask(1, M::X, 30);
            lab.locks();
        },
        expect![[r#"
            T1 asks S,REC_NOT_GAP of 10: granted
            T1 asks S of 10: granted
            T1 asks S of 10: granted, no new lock
            T1 asks X,GAP of 20: granted
            T1 asks X of 20: granted
            T1 asks S,REC_NOT_GAP of 30: granted
            T1 asks X of 30: granted
                 T1 S,GAP                    index 7 key 10
                 T1 S,REC_NOT_GAP            index 7 key 10
                 T1 X                        index 7 key 20
                 T1 X,GAP                    index 7 key 20
                 T1 X                        index 7 key 30
                 T1 S,REC_NOT_GAP            index 7 key 30
        "#]],
    );
}
