//! The lock table step by step: the tests of a step need its function and those of the steps before it, no others.
//!
//! | step | function | what it answers |
//! |---|---|---|
//! | 1 | `State::examine` (`acquire`) | what a request meets in the queue |
//! | 2 | `State::blockers_of` (`release`) | the locks for which a waiter waits |
//! | 3 | `State::grant_waiters` (`release`) | which waiters have their lock, when one has left |
//! | 4 | `State::find_cycle` (`deadlock`) | the circle, if a wait has closed one |
//! | 5 | `State::inherit_on_insert` (`inherit`) | which locks a new record inherits |
//! | 6 | `State::inherit_on_remove` (`inherit`) | which locks a removed record leaves to its successor |
//!
//! `cargo test -p innolab-lock --test it ladder::step_3` runs those of one step. All levels of the conformance suite but the
//! first need all six; the first needs three.

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
fn step_1_a_lock_as_strong_makes_a_request_unnecessary() {
    check(
        1,
        |lab| {
            lab.lock(1, M::XRec, 5);
            lab.lock(1, M::SRec, 5);
            lab.lock(1, M::XGap, 5);
            lab.lock(1, M::SRec, 9);
            lab.lock(1, M::XRec, 9);
            lab.lock_table(1, TableMode::X);
            lab.lock_table(1, TableMode::Ix);
        },
        expect![[r#"
            T1 requests X,REC_NOT_GAP of 5: granted
            T1 requests S,REC_NOT_GAP of 5: granted, no new lock
            T1 requests X,GAP of 5: granted
            T1 requests S,REC_NOT_GAP of 9: granted
            T1 requests X,REC_NOT_GAP of 9: granted
            T1 requests X of the table: Granted { fresh: true }
            T1 requests IX of the table: Granted { fresh: false }
        "#]],
    );
}

#[test]
fn step_1_locks_of_others_are_in_the_way_if_the_modes_say_so() {
    check(
        2,
        |lab| {
            lab.lock(1, M::SRec, 5);
            lab.lock(2, M::SRec, 5);
            lab.lock_with(2, M::XRec, 5, WaitPolicy::NoWait);
            lab.lock(1, M::XGap, 9);
            lab.lock(2, M::XGap, 9);
            lab.lock(2, M::XRec, 9);
            lab.lock_with(2, M::Insert, 9, WaitPolicy::NoWait);
            lab.lock(1, M::X, END);
            lab.lock(2, M::X, END);
        },
        expect![[r#"
            T1 requests S,REC_NOT_GAP of 5: granted
            T2 requests S,REC_NOT_GAP of 5: granted
            T2 requests X,REC_NOT_GAP of 5: busy
            T1 requests X,GAP of 9: granted
            T2 requests X,GAP of 9: granted
            T2 requests X,REC_NOT_GAP of 9: granted
            T2 requests X,GAP,INSERT_INTENTION of 9: busy
            T1 requests X of +∞: granted
            T2 requests X of +∞: granted
        "#]],
    );
}

#[test]
fn step_1_a_request_waits_behind_one_that_waits() {
    check(
        3,
        |lab| {
            lab.lock(1, M::SRec, 5);
            lab.lock(2, M::XRec, 5);
            lab.lock_with(3, M::SRec, 5, WaitPolicy::NoWait);
            lab.lock(3, M::SGap, 5);
            lab.show_locks();
        },
        expect![[r#"
            T1 requests S,REC_NOT_GAP of 5: granted
            T2 requests X,REC_NOT_GAP of 5: waits
            T3 requests S,REC_NOT_GAP of 5: busy
            T3 requests S,GAP of 5: granted
                 T1 S,REC_NOT_GAP            index 7 key 5
                 T2 X,REC_NOT_GAP            index 7 key 5  WAITING
                 T3 S,GAP                    index 7 key 5
        "#]],
    );
}

#[test]
fn step_1_a_lock_where_a_request_waits_starts_a_structure() {
    check(
        2,
        |lab| {
            lab.lock(1, M::XGap, 5);
            lab.lock(1, M::XGap, 9);
            lab.lock(2, M::Insert, 9);
            lab.show_structures();
            lab.lock(1, M::XRec, 5);
            lab.lock(1, M::XRec, 9);
            lab.show_structures();
        },
        expect![[r#"
            T1 requests X,GAP of 5: granted
            T1 requests X,GAP of 9: granted
            T2 requests X,GAP,INSERT_INTENTION of 9: waits
                 T1: structures 1
                 T2: structures 1
            T1 requests X,REC_NOT_GAP of 5: granted
            T1 requests X,REC_NOT_GAP of 9: granted
                 T1: structures 3
                 T2: structures 1
        "#]],
    );
}

#[test]
fn step_2_a_waiter_waits_for_all_earlier_locks_in_its_way() {
    check(
        4,
        |lab| {
            lab.lock(1, M::SRec, 5);
            lab.lock(2, M::SGap, 5);
            lab.lock(2, M::SRec, 5);
            lab.lock(3, M::XRec, 5);
            lab.lock(4, M::X, 5);
            lab.show_waits();
        },
        expect![[r#"
            T1 requests S,REC_NOT_GAP of 5: granted
            T2 requests S,GAP of 5: granted
            T2 requests S,REC_NOT_GAP of 5: granted
            T3 requests X,REC_NOT_GAP of 5: waits
            T4 requests X of 5: waits
                 T3 is blocked by T1, T2; it points at T1
                 T4 is blocked by T1, T2, T3; it points at T1
        "#]],
    );
}

#[test]
fn step_2_later_locks_and_ones_own_do_not_count() {
    check(
        4,
        |lab| {
            lab.lock(1, M::XGap, 9);
            lab.lock(2, M::XGap, 9);
            lab.lock(3, M::S, 9);
            lab.lock(2, M::Insert, 9);
            lab.lock(4, M::XGap, 9);
            lab.show_waits();
        },
        expect![[r#"
            T1 requests X,GAP of 9: granted
            T2 requests X,GAP of 9: granted
            T3 requests S of 9: granted
            T2 requests X,GAP,INSERT_INTENTION of 9: waits
            T4 requests X,GAP of 9: granted
                 T2 is blocked by T1, T3; it points at T1
        "#]],
    );
}

#[test]
fn step_3_readers_behind_a_writer_are_granted_together() {
    check(
        4,
        |lab| {
            lab.lock(1, M::XRec, 5);
            lab.lock(2, M::SRec, 5);
            lab.lock(3, M::SRec, 5);
            lab.lock(4, M::XRec, 5);
            lab.end(1);
            lab.show_locks();
        },
        expect![[r#"
            T1 requests X,REC_NOT_GAP of 5: granted
            T2 requests S,REC_NOT_GAP of 5: waits
            T3 requests S,REC_NOT_GAP of 5: waits
            T4 requests X,REC_NOT_GAP of 5: waits
            T1 ends
               T2's wait ends: Granted
               T3's wait ends: Granted
                 T2 S,REC_NOT_GAP            index 7 key 5
                 T3 S,REC_NOT_GAP            index 7 key 5
                 T4 X,REC_NOT_GAP            index 7 key 5  WAITING
        "#]],
    );
}

#[test]
fn step_3_a_waiter_with_another_blocker_points_at_it() {
    check(
        3,
        |lab| {
            lab.lock(1, M::SRec, 5);
            lab.lock(2, M::SRec, 5);
            lab.lock(3, M::XRec, 5);
            lab.show_waits();
            lab.end(1);
            lab.show_waits();
            lab.end(2);
        },
        expect![[r#"
            T1 requests S,REC_NOT_GAP of 5: granted
            T2 requests S,REC_NOT_GAP of 5: granted
            T3 requests X,REC_NOT_GAP of 5: waits
                 T3 is blocked by T1, T2; it points at T1
            T1 ends
                 T3 is blocked by T2; it points at T2
            T2 ends
               T3's wait ends: Granted
        "#]],
    );
}

#[test]
fn step_3_a_request_that_is_withdrawn_lets_those_behind_it_in() {
    check(
        4,
        |lab| {
            lab.lock(1, M::SRec, 5);
            lab.lock(2, M::XRec, 5);
            lab.lock(3, M::SRec, 5);
            lab.lock(4, M::SRec, 5);
            lab.kill(2);
            lab.show_locks();
        },
        expect![[r#"
            T1 requests S,REC_NOT_GAP of 5: granted
            T2 requests X,REC_NOT_GAP of 5: waits
            T3 requests S,REC_NOT_GAP of 5: waits
            T4 requests S,REC_NOT_GAP of 5: waits
            T2 is killed
               T2's wait ends: Cancelled
               T3's wait ends: Granted
               T4's wait ends: Granted
                 T1 S,REC_NOT_GAP            index 7 key 5
                 T3 S,REC_NOT_GAP            index 7 key 5
                 T4 S,REC_NOT_GAP            index 7 key 5
        "#]],
    );
}

#[test]
fn step_3_one_of_several_locks_is_released() {
    check(
        3,
        |lab| {
            lab.lock(1, M::XRec, 5);
            lab.lock(1, M::XRec, 9);
            lab.lock_table(1, TableMode::AutoInc);
            lab.lock(2, M::SRec, 5);
            lab.lock_table(3, TableMode::AutoInc);
            lab.unlock(1, M::XRec, 9);
            lab.unlock(1, M::XRec, 5);
            lab.unlock_table(1, TableMode::AutoInc);
        },
        expect![[r#"
            T1 requests X,REC_NOT_GAP of 5: granted
            T1 requests X,REC_NOT_GAP of 9: granted
            T1 requests AUTO_INC of the table: Granted { fresh: true }
            T2 requests S,REC_NOT_GAP of 5: waits
            T3 requests AUTO_INC of the table: waits
            T1 releases 9
            T1 releases 5
               T2's wait ends: Granted
            T1 releases AUTO_INC
               T3's wait ends: Granted
        "#]],
    );
}

#[test]
fn step_4_two_wait_for_each_other() {
    check(
        2,
        |lab| {
            lab.lock(1, M::XRec, 5);
            lab.lock(2, M::XRec, 9);
            lab.wrote(2);
            lab.lock(1, M::XRec, 9);
            lab.lock(2, M::XRec, 5);
            lab.end(1);
        },
        expect![[r#"
            T1 requests X,REC_NOT_GAP of 5: granted
            T2 requests X,REC_NOT_GAP of 9: granted
            T1 requests X,REC_NOT_GAP of 9: waits
            T2 requests X,REC_NOT_GAP of 5: waits
               T1's wait ends: error 1213
            deadlock: T2 → T1 → T2
              T2 waits for X,REC_NOT_GAP on index 7 key 5: T1 holds X,REC_NOT_GAP; weight 2 + 1 to undo
              T1 waits for X,REC_NOT_GAP on index 7 key 9: T2 holds X,REC_NOT_GAP; weight 2 + 0 to undo
              victim: T1, weight 2: the lightest
            T1 ends
               T2's wait ends: Granted
        "#]],
    );
}

#[test]
fn step_4_a_chain_is_no_circle_and_a_waiter_may_be_outside_of_one() {
    check(
        4,
        |lab| {
            for t in 1..=4 {
                lab.lock(t, M::XRec, t as u8);
            }
            lab.wrote(1);
            for t in 1..=3 {
                lab.lock(t, M::XRec, t as u8 + 1);
            }
            lab.lock(4, M::XRec, 2);
            lab.show_waits();
        },
        expect![[r#"
            T1 requests X,REC_NOT_GAP of 1: granted
            T2 requests X,REC_NOT_GAP of 2: granted
            T3 requests X,REC_NOT_GAP of 3: granted
            T4 requests X,REC_NOT_GAP of 4: granted
            T1 requests X,REC_NOT_GAP of 2: waits
            T2 requests X,REC_NOT_GAP of 3: waits
            T3 requests X,REC_NOT_GAP of 4: waits
            T4 requests X,REC_NOT_GAP of 2: error 1213
            deadlock: T2 → T3 → T4 → T2
              T2 waits for X,REC_NOT_GAP on index 7 key 3: T3 holds X,REC_NOT_GAP; weight 2 + 0 to undo
              T3 waits for X,REC_NOT_GAP on index 7 key 4: T4 holds X,REC_NOT_GAP; weight 2 + 0 to undo
              T4 waits for X,REC_NOT_GAP on index 7 key 2: T2 holds X,REC_NOT_GAP; weight 2 + 0 to undo
              victim: T4, weight 2: none is lighter, and the search began at it
                 T1 is blocked by T2; it points at T2
                 T2 is blocked by T3; it points at T3
                 T3 is blocked by T4; it points at T4
        "#]],
    );
}

#[test]
fn step_4_a_circle_is_closed_when_a_lock_leaves() {
    check(
        3,
        |lab| {
            lab.lock(1, M::SRec, 5);
            lab.lock(2, M::SRec, 5);
            lab.lock(3, M::XRec, 9);
            lab.lock(3, M::XRec, 5);
            lab.lock(2, M::XRec, 9);
            lab.end(1);
        },
        expect![[r#"
            T1 requests S,REC_NOT_GAP of 5: granted
            T2 requests S,REC_NOT_GAP of 5: granted
            T3 requests X,REC_NOT_GAP of 9: granted
            T3 requests X,REC_NOT_GAP of 5: waits
            T2 requests X,REC_NOT_GAP of 9: waits
            T1 ends
               T2's wait ends: error 1213
            deadlock: T2 → T3 → T2
              T2 waits for X,REC_NOT_GAP on index 7 key 9: T3 holds X,REC_NOT_GAP; weight 2 + 0 to undo
              T3 waits for X,REC_NOT_GAP on index 7 key 5: T2 holds S,REC_NOT_GAP; weight 2 + 0 to undo
              victim: T2, weight 2: none is lighter, and the search began at it
        "#]],
    );
}

/// When T4's lock leaves, T1 and T3 both wait for T2 from then on, and the oldest of them, T1, is searched from first. It waits
/// for the circle and is no member: a walk that only asks whether it is back at T1 never ends.
#[test]
fn step_4_the_search_may_start_outside_of_the_circle() {
    check(
        4,
        |lab| {
            lab.lock(4, M::SRec, 5);
            lab.lock(2, M::SRec, 5);
            lab.lock(3, M::XRec, 9);
            lab.lock(3, M::XRec, 5);
            lab.lock(1, M::XRec, 5);
            lab.lock(2, M::XRec, 9);
            lab.show_waits();
            lab.end(4);
            lab.show_waits();
        },
        expect![[r#"
            T4 requests S,REC_NOT_GAP of 5: granted
            T2 requests S,REC_NOT_GAP of 5: granted
            T3 requests X,REC_NOT_GAP of 9: granted
            T3 requests X,REC_NOT_GAP of 5: waits
            T1 requests X,REC_NOT_GAP of 5: waits
            T2 requests X,REC_NOT_GAP of 9: waits
                 T1 is blocked by T4, T2, T3; it points at T4
                 T2 is blocked by T3; it points at T3
                 T3 is blocked by T4, T2; it points at T4
            T4 ends
               T3's wait ends: error 1213
            deadlock: T3 → T2 → T3
              T3 waits for X,REC_NOT_GAP on index 7 key 5: T2 holds S,REC_NOT_GAP; weight 2 + 0 to undo
              T2 waits for X,REC_NOT_GAP on index 7 key 9: T3 holds X,REC_NOT_GAP; weight 2 + 0 to undo
              victim: T3, weight 2: none is lighter, and it comes first in the search
                 T1 is blocked by T2; it points at T2
                 T2 is blocked by T3; it points at T3
        "#]],
    );
}

#[test]
fn step_5_a_new_record_inherits_the_gap_and_nothing_else() {
    check(
        3,
        |lab| {
            lab.lock(1, M::X, 15);
            lab.lock(1, M::SGap, END);
            lab.lock(2, M::XRec, 20);
            lab.insert(1, 12, 15);
            lab.insert(2, 18, 20);
            lab.insert(1, 30, END);
            lab.show_locks();
            lab.insert(3, 11, 12);
        },
        expect![[r#"
            T1 requests X of 15: granted
            T1 requests S of +∞: granted
            T2 requests X,REC_NOT_GAP of 20: granted
            T1 requests X,GAP,INSERT_INTENTION of 15: granted, no new lock
            T1 inserts 12
            T2 requests X,GAP,INSERT_INTENTION of 20: granted, no new lock
            T2 inserts 18
            T1 requests X,INSERT_INTENTION of +∞: granted, no new lock
            T1 inserts 30
                 T1 X,GAP                    index 7 key 12
                 T1 X                        index 7 key 15
                 T1 S,GAP                    index 7 key 30
                 T1 S                        index 7 supremum
                 T2 X,REC_NOT_GAP            index 7 key 20
            T3 requests X,GAP,INSERT_INTENTION of 12: waits
        "#]],
    );
}

#[test]
fn step_5_an_insert_intention_is_not_inherited() {
    check(
        2,
        |lab| {
            lab.lock(1, M::XGap, 15);
            lab.insert(2, 12, 15);
            lab.end(1);
            lab.insert(2, 12, 15);
            lab.show_locks();
            lab.insert(1, 11, 12);
        },
        expect![[r#"
            T1 requests X,GAP of 15: granted
            T2 requests X,GAP,INSERT_INTENTION of 15: waits
            T1 ends
               T2's wait ends: Granted
            T2 requests X,GAP,INSERT_INTENTION of 15: granted, no new lock
            T2 inserts 12
                 T2 X,GAP,INSERT_INTENTION   index 7 key 15
            T1 requests X,GAP,INSERT_INTENTION of 12: granted, no new lock
            T1 inserts 11
        "#]],
    );
}

#[test]
fn step_6_the_successors_gap_inherits_what_a_removed_record_had() {
    check(
        3,
        |lab| {
            lab.lock(1, M::SRec, 10);
            lab.lock(2, M::XGap, 10);
            lab.remove(10, 15);
            lab.show_locks();
            lab.insert(3, 12, 15);
        },
        expect![[r#"
            T1 requests S,REC_NOT_GAP of 10: granted
            T2 requests X,GAP of 10: granted
            10 is removed
                 T1 S,GAP                    index 7 key 15
                 T2 X,GAP                    index 7 key 15
            T3 requests X,GAP,INSERT_INTENTION of 15: waits
        "#]],
    );
}

#[test]
fn step_6_a_waiters_record_is_gone_and_at_read_committed_only_shared_locks_are_inherited() {
    check(
        3,
        |lab| {
            lab.read_committed(2);
            lab.read_committed(3);
            lab.lock(1, M::XRec, 10);
            lab.lock(2, M::XRec, 10);
            lab.lock(3, M::SRec, 10);
            lab.remove(10, 15);
            lab.show_locks();
        },
        expect![[r#"
            of T2's locks only shared ones are inherited (READ COMMITTED)
            of T3's locks only shared ones are inherited (READ COMMITTED)
            T1 requests X,REC_NOT_GAP of 10: granted
            T2 requests X,REC_NOT_GAP of 10: waits
            T3 requests S,REC_NOT_GAP of 10: waits
            10 is removed
               T2's wait ends: Gone
               T3's wait ends: Gone
                 T1 X,GAP                    index 7 key 15
                 T3 S,GAP                    index 7 key 15
        "#]],
    );
}
