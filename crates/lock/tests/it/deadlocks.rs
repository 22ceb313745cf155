//! Golden scenarios of weights and victims. All were seen on a real MariaDB 10.11, except the one with metadata locks,
//! which are not InnoDB's.

use crate::deadlock_example::lab::Lab;
use expect_test::{Expect, expect};
use innolab_base::Events;
use innolab_lock::{RecordMode as M, TableMode};

fn check(sessions: u64, run: impl FnOnce(&mut Lab), expected: Expect) {
    let mut lab = Lab::new(sessions, Events::none());
    run(&mut lab);
    expected.assert_eq(&lab.out);
}

/// The victim among equals, if the transaction that closes the cycle is heavier: seen with cycles of 3 to 7.
#[test]
fn the_victim_among_equals_is_the_real_servers() {
    for (n, expected) in [(3, 1), (4, 1), (5, 3), (6, 2), (7, 1)] {
        for heavy in [false, true] {
            let mut lab = Lab::new(n, Events::none());
            for t in 1..=n as usize {
                lab.lock(t, M::XRec, t as u8);
            }
            if heavy {
                lab.wrote(n as usize);
            }
            for t in 1..=n as usize {
                lab.lock(t, M::XRec, (t % n as usize + 1) as u8);
            }
            let victim = if heavy { expected } else { n };
            let victim = format!("victim: T{victim}, ");
            assert!(lab.out.contains(&victim), "{n} {heavy}: {}", lab.out);
        }
    }
}

/// A waiter gets another blocker, and that closes a cycle of equals: the search starts at the older session of the two,
/// which is the victim.
#[test]
fn the_victim_of_a_moved_edge_is_the_real_servers() {
    // A session takes the first free slot: T3, which reconnects first, takes that of T1 and so becomes older than T2.
    for (rows_written, reconnected, victim) in
        [(0, false, 3), (1, false, 2), (2, false, 2), (3, false, 2), (1, true, 3), (2, true, 2)]
    {
        let mut lab = Lab::new(3, Events::none());
        if reconnected {
            lab.reconnect(&[3, 1]);
        }
        for (t, mode) in [(1, TableMode::Is), (2, TableMode::Is), (3, TableMode::Ix), (2, TableMode::Ix)] {
            lab.lock_table(t, mode);
        }
        lab.lock(1, M::SRec, 5);
        lab.lock(2, M::SRec, 5);
        lab.lock(3, M::XRec, 10);
        (0..rows_written).for_each(|_| lab.wrote(3));
        lab.lock(3, M::XRec, 5);
        lab.lock(2, M::XRec, 10);
        lab.end(1);
        assert!(lab.out.contains(&format!("victim: T{victim}, ")), "{rows_written}: {}", lab.out);
    }
}

/// A row gets another size while a transaction waits for it.
#[test]
fn rewriting_a_record_makes_its_waiters_heavier() {
    check(
        3,
        |lab| {
            lab.lock(1, M::XRec, 5);
            lab.lock(2, M::XRec, 5);
            lab.lock(3, M::XGap, 5);
            lab.show_structures();
            lab.rewrite(5);
            lab.show_structures();
            lab.rewrite(7);
            lab.end(1);
            lab.lock(2, M::XRec, 7);
            lab.show_structures();
        },
        expect![[r#"
            T1 requests X,REC_NOT_GAP of 5: granted
            T2 requests X,REC_NOT_GAP of 5: waits
            T3 requests X,GAP of 5: granted
                 T1: structures 1
                 T2: structures 1
                 T3: structures 1
            5 is rewritten
                 T1: structures 1
                 T2: structures 3
                 T3: structures 3
            7 is rewritten
            T1 ends
               T2's wait ends: Granted
            T2 requests X,REC_NOT_GAP of 7: granted
                 T1: structures 0
                 T2: structures 3
                 T3: structures 3
        "#]],
    );
}

/// Breaking a cycle moves an edge, which closes another cycle: its search starts at the older session of that edge.
#[test]
fn the_search_for_a_second_cycle_starts_at_the_moved_edge() {
    let mut lab = Lab::new(3, Events::none());
    for (t, mode) in [(2, TableMode::Is), (2, TableMode::Ix), (1, TableMode::Ix), (3, TableMode::Ix)] {
        lab.lock_table(t, mode);
    }
    lab.lock(2, M::SRec, 5);
    lab.lock(1, M::XRec, 7);
    lab.wrote(1);
    lab.lock(3, M::XRec, 5);
    lab.lock(1, M::XRec, 5);
    lab.out.clear();
    lab.lock(2, M::XRec, 5);
    let victims: Vec<&str> = lab.out.lines().filter(|line| line.contains("victim: ")).collect();
    let [second, first] = victims[..] else { panic!("two cycles: {}", lab.out) };
    assert!(first.contains("T3, weight 2") && second.contains("T1, weight 4"), "{}", lab.out);
}

#[test]
fn a_cycle_through_a_second_blocker_shows_when_the_first_has_ended() {
    check(
        3,
        |lab| {
            lab.lock(1, M::SRec, 5);
            lab.lock(2, M::SRec, 5);
            lab.lock(3, M::XRec, 10);
            lab.wrote(3);
            lab.lock(3, M::XRec, 5);
            lab.lock(2, M::XRec, 10);
            lab.end(1);
            lab.end(2);
        },
        expect![[r#"
            T1 requests S,REC_NOT_GAP of 5: granted
            T2 requests S,REC_NOT_GAP of 5: granted
            T3 requests X,REC_NOT_GAP of 10: granted
            T3 requests X,REC_NOT_GAP of 5: waits
            T2 requests X,REC_NOT_GAP of 10: waits
            T1 ends
               T2's wait ends: error 1213
            deadlock: T2 → T3 → T2
              T2 waits for X,REC_NOT_GAP on index 7 key 10: T3 holds X,REC_NOT_GAP; weight 2 + 0 to undo
              T3 waits for X,REC_NOT_GAP on index 7 key 5: T2 holds S,REC_NOT_GAP; weight 2 + 1 to undo
              victim: T2, weight 2: the lightest
            T2 ends
               T3's wait ends: Granted
        "#]],
    );
}

/// A lock arrives with its structure (Q1): T1's on 5 joins the older one of its lock on 10, so T3 waits for T1 first,
/// and the cycle through T2 is not seen until T1 has ended.
#[test]
fn a_lock_that_joins_an_older_structure_stands_before_later_locks() {
    check(
        3,
        |lab| {
            lab.lock(3, M::XRec, 20);
            lab.lock(1, M::SRec, 10);
            lab.lock(2, M::SRec, 5);
            lab.lock(1, M::SRec, 5);
            lab.lock(3, M::XRec, 5);
            lab.lock(2, M::XRec, 20);
            lab.end(1);
        },
        expect![[r#"
            T3 requests X,REC_NOT_GAP of 20: granted
            T1 requests S,REC_NOT_GAP of 10: granted
            T2 requests S,REC_NOT_GAP of 5: granted
            T1 requests S,REC_NOT_GAP of 5: granted
            T3 requests X,REC_NOT_GAP of 5: waits
            T2 requests X,REC_NOT_GAP of 20: waits
            T1 ends
               T2's wait ends: error 1213
            deadlock: T2 → T3 → T2
              T2 waits for X,REC_NOT_GAP on index 7 key 20: T3 holds X,REC_NOT_GAP; weight 2 + 0 to undo
              T3 waits for X,REC_NOT_GAP on index 7 key 5: T2 holds S,REC_NOT_GAP; weight 2 + 0 to undo
              victim: T2, weight 2: none is lighter, and the search began at it
        "#]],
    );
}
