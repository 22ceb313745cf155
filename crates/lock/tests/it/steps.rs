//! The lock table one step at a time: what a request meets, who is granted when a lock leaves, who blocks whom, the circle.
//! Each test needs only the steps before it, and none waits: it asks whether a wait is over.

use innolab_base::{CondvarPark, Events, IndexId, Waiter};
use innolab_lock::{Answer, LockTable, Owner, RecordId, RecordKey, RecordMode, RecordMode as M, Ticket, WaitPolicy};
use std::sync::Arc;

/// A table, and the owners of sessions 1, 2, ….
fn table<const N: usize>() -> (LockTable, [Owner; N]) {
    let table = LockTable::new(Arc::new(CondvarPark), Events::none());
    let owners = std::array::from_fn(|n| table.begin(Arc::new(Waiter::new(n as u64 + 1))));
    (table, owners)
}

fn ask(table: &LockTable, owner: Owner, mode: RecordMode, key: u8, wait_policy: WaitPolicy) -> Answer {
    let at = RecordId { index: IndexId(7), leaf: 1, key: RecordKey::Key(&[key]) };
    table.lock_record(owner, &at, mode, 0, wait_policy)
}

/// Requests X or S of a record. `None`: it is granted.
fn lock(table: &LockTable, owner: Owner, mode: RecordMode, key: u8) -> Option<Ticket> {
    match ask(table, owner, mode, key, WaitPolicy::Wait) {
        Answer::Granted { .. } => None,
        Answer::Wait(ticket) => Some(ticket),
        other => panic!("{other:?}"),
    }
}

/// As [`lock`], for a request that must wait.
fn waits(table: &LockTable, owner: Owner, mode: RecordMode, key: u8) -> Ticket {
    lock(table, owner, mode, key)
        .unwrap_or_else(|| panic!("Q1: {mode} of {key} is granted beside a lock that excludes it"))
}

/// What a request meets, M1 to M4: it is refused exactly if the modes conflict.
#[test]
fn a_request_meets_the_locks_of_others() {
    for old in RecordMode::ALL {
        for new in RecordMode::ALL {
            let (table, [a, b]) = table();
            // A granted insert intention leaves no lock.
            let left = old != M::Insert;
            assert!(matches!(ask(&table, a, old, 10, WaitPolicy::NoWait), Answer::Granted { .. }));
            let answer = ask(&table, b, new, 10, WaitPolicy::NoWait);
            assert_eq!(matches!(answer, Answer::Busy), left && new.waits_for(old), "M1 to M4: {new} beside {old}");
        }
    }
}

/// What a request meets, M5: a lock of its own that is as strong, even if another request waits there.
#[test]
fn a_request_meets_a_lock_of_its_own() {
    for old in RecordMode::ALL {
        for new in RecordMode::ALL {
            let (table, [a]) = table();
            let _ = ask(&table, a, old, 10, WaitPolicy::NoWait);
            let answer = ask(&table, a, new, 10, WaitPolicy::NoWait);
            let expected = !old.covers(new) && new != M::Insert;
            assert!(
                matches!(answer, Answer::Granted { fresh } if fresh == expected),
                "M5: {new} over {old}: {answer:?}"
            );
        }
    }
}

/// Q1: a request does not overtake a request that waits, and a granted lock is found behind one that is in the way.
#[test]
fn a_request_meets_the_requests_that_wait() {
    let (table, [a, b, c]) = table();
    assert!(lock(&table, a, M::SRec, 10).is_none());
    let _ = waits(&table, b, M::XRec, 10);
    assert!(matches!(ask(&table, c, M::SRec, 10, WaitPolicy::NoWait), Answer::Busy), "Q1: S passes an X that waits");
    assert!(matches!(ask(&table, a, M::SRec, 10, WaitPolicy::NoWait), Answer::Granted { fresh: false }), "M5");
}

#[test]
fn a_waiter_is_granted_when_the_lock_leaves() {
    let (table, [a, b]) = table();
    assert!(lock(&table, a, M::XRec, 10).is_none());
    let wait = waits(&table, b, M::XRec, 10);
    assert!(!table.is_over(wait));
    table.release_all(a);
    assert!(table.is_over(wait));
    assert!(
        matches!(ask(&table, b, M::XRec, 10, WaitPolicy::NoWait), Answer::Granted { fresh: false }),
        "T3: it is held"
    );
}

#[test]
fn readers_behind_a_writer_are_all_granted() {
    let (table, [a, b, c, d]) = table();
    assert!(lock(&table, a, M::XRec, 10).is_none());
    let all = [b, c, d].map(|owner| waits(&table, owner, M::SRec, 10));
    table.release_all(a);
    assert!(all.iter().all(|wait| table.is_over(*wait)), "Q2: nothing blocks them any more");
}

#[test]
fn a_waiter_waits_for_every_holder() {
    let (table, [a, b, c]) = table();
    assert!(lock(&table, a, M::SRec, 10).is_none() && lock(&table, b, M::SRec, 10).is_none());
    let wait = waits(&table, c, M::XRec, 10);
    table.release_all(a);
    assert!(!table.is_over(wait), "Q2: the second holder is the blocker now");
    table.release_all(b);
    assert!(table.is_over(wait));
}

#[test]
fn waiters_are_granted_in_the_order_in_which_they_came() {
    let (table, [a, b, c, d]) = table();
    assert!(lock(&table, a, M::XRec, 10).is_none());
    let [b_waits, c_waits, d_waits] = [b, c, d].map(|owner| waits(&table, owner, M::XRec, 10));
    table.release_all(a);
    assert!(table.is_over(b_waits) && !table.is_over(c_waits) && !table.is_over(d_waits), "Q1: the first in the queue");
    table.release_all(b);
    assert!(table.is_over(c_waits) && !table.is_over(d_waits));
}

/// A waiter that gives up leaves its place to those behind.
#[test]
fn a_waiter_that_gives_up_blocks_nobody() {
    let (table, [a, b, c, d]) = table();
    assert!(lock(&table, a, M::SRec, 10).is_none());
    let _ = waits(&table, b, M::XRec, 10);
    let [reader, writer] = [waits(&table, c, M::SRec, 10), waits(&table, d, M::XRec, 10)];
    table.cancel(b);
    assert!(table.is_over(reader), "Q2: only the waiter that gave up was in its way");
    assert!(!table.is_over(writer), "Q2: two readers are in its way");
}

#[test]
fn a_circle_of_any_length_has_one_victim() {
    for n in 2..=8u8 {
        let (table, owners) = table::<8>();
        let owners = &owners[..usize::from(n)];
        owners.iter().zip(0..).for_each(|(owner, key)| assert!(lock(&table, *owner, M::XRec, key).is_none()));
        for (owner, key) in owners.iter().zip(1..n) {
            let _ = waits(&table, *owner, M::XRec, key);
        }
        let last = ask(&table, owners[usize::from(n) - 1], M::XRec, 0, WaitPolicy::Wait);
        let Answer::Deadlock(report) = last else { panic!("D1, D3: a circle of {n}: {last:?}") };
        assert_eq!(report.cycle.len(), usize::from(n), "D1: the members of the circle");
    }
}

/// The circle is not always where the search starts: the walk must end all the same.
#[test]
fn a_chain_that_ends_at_a_running_transaction_is_no_deadlock() {
    let (table, owners) = table::<8>();
    owners.iter().zip(0..).for_each(|(owner, key)| assert!(lock(&table, *owner, M::XRec, key).is_none()));
    let waits: Vec<Ticket> =
        owners[1..].iter().zip(0..).map(|(owner, key)| waits(&table, *owner, M::XRec, key)).collect();
    assert!(waits.iter().all(|wait| !table.is_over(*wait)));
    owners.iter().zip(&waits).for_each(|(owner, wait)| {
        table.release_all(*owner);
        assert!(table.is_over(*wait));
    });
}
