//! Golden scenarios. The waits, grants, inheritance and deadlocks on records were seen on a real MariaDB 10.11. NOWAIT,
//! timeouts, unlocking and table locks follow the rules of the module heads.

use crate::deadlock_example::lab::{END, Lab};
use expect_test::{Expect, expect};
use innolab_base::Events;
use innolab_lock::{RecordMode as M, TableMode, WaitPolicy};

fn check(sessions: u64, run: impl FnOnce(&mut Lab), expected: Expect) {
    let mut lab = Lab::new(sessions, Events::none());
    run(&mut lab);
    expected.assert_eq(&lab.out);
}

#[test]
fn two_transactions_hold_a_gap_and_both_insert() {
    check(
        2,
        |lab| {
            lab.lock(1, M::XGap, 10);
            lab.lock(2, M::XGap, 10);
            lab.insert(1, 7, 10);
            lab.draw(&[5, 10, 15]);
            lab.insert(2, 8, 10);
            lab.end(2);
            lab.insert(1, 7, 10);
            lab.show_locks();
        },
        expect![[r#"
            T1 requests X,GAP of 10: granted
            T2 requests X,GAP of 10: granted
            T1 requests X,GAP,INSERT_INTENTION of 10: waits
                 ──────5──────10──────15──────+∞
            T1          xxxi?x
            T2          xxxxxx
            T2 requests X,GAP,INSERT_INTENTION of 10: error 1213
            deadlock: T2 → T1 → T2
              T2 waits for X,GAP,INSERT_INTENTION on index 7 key 10: T1 holds X,GAP; weight 2 + 0 to undo
              T1 waits for X,GAP,INSERT_INTENTION on index 7 key 10: T2 holds X,GAP; weight 2 + 0 to undo
              victim: T2, weight 2: none is lighter, and the search began at it
            T2 ends
               T1's wait ends: Granted
            T1 requests X,GAP,INSERT_INTENTION of 10: granted, no new lock
            T1 inserts 7
                 T1 X,GAP                    index 7 key 7
                 T1 X,GAP                    index 7 key 10
                 T1 X,GAP,INSERT_INTENTION   index 7 key 10
        "#]],
    );
}

#[test]
fn three_transactions_insert_one_key_and_the_first_rolls_back() {
    check(
        3,
        |lab| {
            lab.insert(1, 12, 15);
            lab.make_explicit(1, 12);
            lab.lock(2, M::SRec, 12);
            lab.lock(3, M::SRec, 12);
            lab.remove(12, 15);
            lab.end(1);
            lab.insert(2, 12, 15);
            lab.insert(3, 12, 15);
            lab.end(3);
            lab.insert(2, 12, 15);
            lab.show_locks();
        },
        expect![[r#"
            T1 requests X,GAP,INSERT_INTENTION of 15: granted, no new lock
            T1 inserts 12
            T2 requests S,REC_NOT_GAP of 12: waits
            T3 requests S,REC_NOT_GAP of 12: waits
            12 is removed
               T2's wait ends: Gone
               T3's wait ends: Gone
            T1 ends
            T2 requests X,GAP,INSERT_INTENTION of 15: waits
            T3 requests X,GAP,INSERT_INTENTION of 15: error 1213
            deadlock: T3 → T2 → T3
              T3 waits for X,GAP,INSERT_INTENTION on index 7 key 15: T2 holds S,GAP; weight 3 + 0 to undo
              T2 waits for X,GAP,INSERT_INTENTION on index 7 key 15: T3 holds S,GAP; weight 3 + 0 to undo
              victim: T3, weight 3: none is lighter, and the search began at it
            T3 ends
               T2's wait ends: Granted
            T2 requests X,GAP,INSERT_INTENTION of 15: granted, no new lock
            T2 inserts 12
                 T2 S,GAP                    index 7 key 12
                 T2 S,GAP                    index 7 key 15
                 T2 X,GAP,INSERT_INTENTION   index 7 key 15
        "#]],
    );
}

#[test]
fn a_reader_cannot_write_past_a_waiting_writer() {
    check(
        2,
        |lab| {
            lab.lock(1, M::S, 5);
            lab.lock(2, M::X, 5);
            lab.lock(1, M::X, 5);
            lab.end(2);
            lab.show_locks();
        },
        expect![[r#"
            T1 requests S of 5: granted
            T2 requests X of 5: waits
            T1 requests X of 5: waits
               T1's wait ends: Granted
               T2's wait ends: error 1213
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
            lab.lock(1, M::SRec, 5);
            lab.lock(2, M::XRec, 5);
            lab.lock(3, M::SRec, 5);
            lab.end(1);
            lab.end(2);
            lab.show_locks();
        },
        expect![[r#"
            T1 requests S,REC_NOT_GAP of 5: granted
            T2 requests X,REC_NOT_GAP of 5: waits
            T3 requests S,REC_NOT_GAP of 5: waits
            T1 ends
               T2's wait ends: Granted
            T2 ends
               T3's wait ends: Granted
                 T3 S,REC_NOT_GAP            index 7 key 5
        "#]],
    );
}

#[test]
fn a_waiting_request_on_a_removed_record_is_inherited_at_repeatable_read_only() {
    check(
        3,
        |lab| {
            lab.read_committed(3);
            lab.insert(1, 12, 15);
            lab.make_explicit(1, 12);
            lab.lock(2, M::XRec, 12);
            lab.lock(3, M::XRec, 12);
            lab.remove(12, 15);
            lab.end(1);
            lab.show_locks();
        },
        expect![[r#"
            of T3's locks only shared ones are inherited (READ COMMITTED)
            T1 requests X,GAP,INSERT_INTENTION of 15: granted, no new lock
            T1 inserts 12
            T2 requests X,REC_NOT_GAP of 12: waits
            T3 requests X,REC_NOT_GAP of 12: waits
            12 is removed
               T2's wait ends: Gone
               T3's wait ends: Gone
            T1 ends
                 T2 X,GAP                    index 7 key 15
        "#]],
    );
}

#[test]
fn a_gap_may_be_locked_before_a_granted_insert_is_done() {
    check(
        3,
        |lab| {
            lab.lock(1, M::XGap, 15);
            lab.insert(2, 12, 15);
            lab.lock(3, M::XGap, 15);
            lab.insert(3, 14, 15);
            lab.end(1);
            lab.insert(2, 12, 15);
            lab.insert(3, 14, 15);
            lab.show_locks();
            lab.draw(&[10, 15]);
        },
        expect![[r#"
            T1 requests X,GAP of 15: granted
            T2 requests X,GAP,INSERT_INTENTION of 15: waits
            T3 requests X,GAP of 15: granted
            T3 requests X,GAP,INSERT_INTENTION of 15: waits
            T1 ends
               T2's wait ends: Granted
               T3's wait ends: Granted
            T2 requests X,GAP,INSERT_INTENTION of 15: waits
            T3 requests X,GAP,INSERT_INTENTION of 15: granted, no new lock
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
fn the_successor_inherits_the_lock_on_a_purged_record() {
    check(
        2,
        |lab| {
            lab.lock(2, M::XRec, 10);
            lab.remove(10, 15);
            lab.insert(1, 12, 15);
            lab.end(2);
        },
        expect![[r#"
            T2 requests X,REC_NOT_GAP of 10: granted
            10 is removed
            T1 requests X,GAP,INSERT_INTENTION of 15: waits
            T2 ends
               T1's wait ends: Granted
        "#]],
    );
}

#[test]
fn locks_on_the_supremum_are_gap_locks() {
    check(
        2,
        |lab| {
            lab.lock(1, M::X, END);
            lab.lock(2, M::X, END);
            lab.lock(2, M::S, END);
            lab.insert(2, 98, END);
            lab.show_locks();
            lab.draw(&[10]);
            lab.end(1);
            lab.insert(2, 98, END);
            lab.show_locks();
        },
        expect![[r#"
            T1 requests X of +∞: granted
            T2 requests X of +∞: granted
            T2 requests S of +∞: granted, no new lock
            T2 requests X,INSERT_INTENTION of +∞: waits
                 T1 X                        index 7 supremum
                 T2 X                        index 7 supremum
                 T2 X,INSERT_INTENTION       index 7 supremum  WAITING
                 ──────10──────+∞
            T1           xxxxxx
            T2           xxxi?x
            T1 ends
               T2's wait ends: Granted
            T2 requests X,INSERT_INTENTION of +∞: granted, no new lock
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
            lab.lock(1, M::XRec, 5);
            lab.lock_with(2, M::SRec, 5, WaitPolicy::NoWait);
            lab.lock(2, M::XRec, 5);
            lab.lock(3, M::SRec, 5);
            lab.time_out(2);
            lab.show_locks();
            lab.unlock(1, M::XRec, 5);
            lab.show_locks();
        },
        expect![[r#"
            T1 requests X,REC_NOT_GAP of 5: granted
            T2 requests S,REC_NOT_GAP of 5: busy
            T2 requests X,REC_NOT_GAP of 5: waits
            T3 requests S,REC_NOT_GAP of 5: waits
            T2's wait ends: TimedOut
                 T1 X,REC_NOT_GAP            index 7 key 5
                 T3 S,REC_NOT_GAP            index 7 key 5  WAITING
            T1 releases 5
               T3's wait ends: Granted
                 T3 S,REC_NOT_GAP            index 7 key 5
        "#]],
    );
}

#[test]
fn every_lock_mode_of_data_locks() {
    check(
        1,
        |lab| {
            for (key, mode) in (1..).zip([M::S, M::SGap, M::SRec, M::X, M::XGap, M::XRec]) {
                lab.lock(1, mode, key);
            }
            lab.out.clear();
            lab.show_locks();
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
            lab.lock_table(1, TableMode::AutoInc);
            lab.lock_table(1, TableMode::Ix);
            lab.lock_table(2, TableMode::Ix);
            lab.lock_table(2, TableMode::AutoInc);
            lab.lock_table(3, TableMode::X);
            lab.show_structures();
            lab.unlock_table(1, TableMode::AutoInc);
            lab.show_structures();
            lab.show_locks();
            lab.kill(3);
            lab.end(1);
            lab.end(2);
            lab.lock_table(3, TableMode::X);
            lab.lock_table(3, TableMode::Is);
            lab.lock_table(1, TableMode::Is);
            lab.show_locks();
        },
        expect![[r#"
            T1 requests AUTO_INC of the table: Granted { fresh: true }
            T1 requests IX of the table: Granted { fresh: true }
            T2 requests IX of the table: Granted { fresh: true }
            T2 requests AUTO_INC of the table: waits
            T3 requests X of the table: waits
                 T1: structures 2
                 T2: structures 2
                 T3: structures 1
            T1 releases AUTO_INC
               T2's wait ends: Granted
                 T1: structures 1
                 T2: structures 2
                 T3: structures 1
                 T1 IX                       table 1
                 T2 IX                       table 1
                 T2 AUTO_INC                 table 1
                 T3 X                        table 1  WAITING
            T3 is killed
               T3's wait ends: Cancelled
            T1 ends
            T2 ends
            T3 requests X of the table: Granted { fresh: true }
            T3 requests IS of the table: Granted { fresh: false }
            T1 requests IS of the table: waits
                 T1 IS                       table 1  WAITING
                 T3 X                        table 1
        "#]],
    );
}

/// The only test here with threads.
#[test]
fn a_waiting_thread_is_woken() {
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
            (table.wait(ticket, Some(10_000)), started.elapsed())
        }
    });
    thread::sleep(time::Duration::from_millis(20));
    table.release_all(holder);
    let (outcome, took) = other.join().unwrap();
    assert_eq!(outcome, WaitOutcome::Granted);
    assert!(took < time::Duration::from_secs(8), "not woken: {took:?}");
}

#[test]
fn next_key_on_a_held_record_requests_the_gap_alone() {
    check(
        1,
        |lab| {
            lab.lock(1, M::SRec, 10);
            lab.lock(1, M::S, 10);
            lab.lock(1, M::S, 10);
            lab.lock(1, M::XGap, 20);
            lab.lock(1, M::X, 20);
            lab.lock(1, M::SRec, 30);
            lab.lock(1, M::X, 30);
            lab.show_locks();
        },
        expect![[r#"
            T1 requests S,REC_NOT_GAP of 10: granted
            T1 requests S of 10: granted
            T1 requests S of 10: granted, no new lock
            T1 requests X,GAP of 20: granted
            T1 requests X of 20: granted
            T1 requests S,REC_NOT_GAP of 30: granted
            T1 requests X of 30: granted
                 T1 S,GAP                    index 7 key 10
                 T1 S,REC_NOT_GAP            index 7 key 10
                 T1 X                        index 7 key 20
                 T1 X,GAP                    index 7 key 20
                 T1 X                        index 7 key 30
                 T1 S,REC_NOT_GAP            index 7 key 30
        "#]],
    );
}
