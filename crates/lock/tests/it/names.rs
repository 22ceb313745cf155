//! Locks on names: waits, cycles and victims (N1–N5 of `metadata`), and what ends with a transaction.

use expect_test::expect;
use innolab_base::{CondvarPark, Events, IndexId, Waiter};
use innolab_lock::{
    Answer, LockTable, MetadataMode as N, Owner, RecordId, RecordKey, RecordMode, Ticket, WaitOutcome, WaitPolicy,
};
use std::sync::Arc;

/// Milliseconds after which a wait that should have ended is a failure, not a hanging test.
const SOON: Option<u64> = Some(5_000);

struct Lab(LockTable);

impl Lab {
    fn new() -> Lab {
        Lab(LockTable::new(Arc::new(CondvarPark), Events::none()))
    }

    fn begin(&self, session: u64) -> Owner {
        self.0.begin(Arc::new(Waiter::new(session)))
    }

    fn name(&self, owner: Owner, name: &str, mode: N) -> Answer {
        self.0.lock_name(owner, name, mode, WaitPolicy::Wait)
    }

    fn granted(&self, owner: Owner, name: &str, mode: N) {
        let answer = self.name(owner, name, mode);
        assert!(matches!(answer, Answer::Granted { .. }), "{mode} on {name}: {answer:?}");
    }

    fn waits(&self, owner: Owner, name: &str, mode: N) -> Ticket {
        let Answer::Wait(ticket) = self.name(owner, name, mode) else { panic!("{mode} on {name} does not wait") };
        ticket
    }

    fn row(&self, owner: Owner) -> Answer {
        let at = RecordId { index: IndexId(1), leaf: 1, key: RecordKey::Key(b"k") };
        self.0.lock_record(owner, &at, RecordMode::XRec, 0, WaitPolicy::Wait)
    }
}

#[test]
fn a_reader_that_turns_writer_behind_ddl_is_the_victim_n4() {
    let lab = Lab::new();
    let (reader, ddl) = (lab.begin(1), lab.begin(2));
    lab.granted(reader, "t", N::Read);
    lab.granted(ddl, "t", N::Upgradable);
    let ticket = lab.waits(ddl, "t", N::Exclusive);
    lab.granted(reader, "t", N::Read);
    let Answer::Deadlock(report) = lab.name(reader, "t", N::Write) else { panic!("it closes a cycle") };
    expect![[r#"
        deadlock: T1 → T2 → T1
          T1 waits for SW on the name t: T2 waits for X; weight 0
          T2 waits for X on the name t: T1 holds SR; weight 100
          victim: T1, weight 0: the lightest"#]]
    .assert_eq(&report.to_string());
    lab.0.release_all(reader);
    assert_eq!(lab.0.wait(ticket, SOON), WaitOutcome::Granted);
}

/// The victim is not the transaction that closes the cycle, and a second cycle goes through that one.
#[test]
fn ddl_that_closes_two_cycles_lets_both_readers_fail_n4() {
    let lab = Lab::new();
    let (one, two, holder, ddl) = (lab.begin(1), lab.begin(2), lab.begin(3), lab.begin(4));
    lab.granted(ddl, "a", N::Exclusive);
    for reader in [one, two] {
        lab.granted(reader, "b", N::Read);
    }
    lab.granted(holder, "c", N::Read);
    let waits = [one, two].map(|reader| lab.waits(reader, "a", N::Read));
    let ticket = lab.waits(ddl, "b", N::Exclusive);
    for (reader, wait) in [one, two].into_iter().zip(waits) {
        assert!(matches!(lab.0.wait(wait, Some(0)), WaitOutcome::Deadlock(_)));
        lab.0.release_all(reader);
    }
    assert_eq!(lab.0.wait(ticket, SOON), WaitOutcome::Granted);
}

#[test]
fn among_ddl_statements_the_one_that_closes_the_cycle_is_the_victim_n4() {
    let lab = Lab::new();
    let (one, two) = (lab.begin(1), lab.begin(2));
    lab.granted(one, "a", N::Upgradable);
    lab.granted(two, "b", N::Upgradable);
    let _ticket = lab.waits(one, "b", N::Exclusive);
    assert!(matches!(lab.name(two, "a", N::Exclusive), Answer::Deadlock(_)));
}

/// DDL waits for a statement's name, and that statement waits for a row that the DDL's transaction holds: whichever
/// wait is the last, the cycle is found, and names weigh nothing.
#[test]
fn cycles_through_names_and_rows_are_found_n5() {
    let lab = Lab::new();
    let (statement, ddl) = (lab.begin(1), lab.begin(2));
    lab.granted(statement, "t", N::Write);
    assert_eq!((lab.0.weight(statement), lab.0.size().owners), (0, 2));
    assert_eq!(lab.row(ddl), Answer::Granted { fresh: true });
    let Answer::Wait(ticket) = lab.row(statement) else { panic!("the row is locked") };
    let Answer::Deadlock(report) = lab.name(ddl, "t", N::Exclusive) else { panic!("it closes a cycle of equals") };
    expect![[r#"
        deadlock: T2 → T1 → T2
          T2 waits for X on the name t: T1 holds SW; weight 1 + 0 to undo
          T1 waits for X,REC_NOT_GAP on index 1 key 6b: T2 holds X,REC_NOT_GAP; weight 1 + 0 to undo
          victim: T2, weight 1: none is lighter, and the search began at it"#]]
    .assert_eq(&report.to_string());
    lab.0.release_all(ddl);
    assert_eq!(lab.0.wait(ticket, SOON), WaitOutcome::Granted);

    // The other way round: the wait for the row comes last, and the DDL has no lock that weighs.
    let lab = Lab::new();
    let (holder, other, ddl) = (lab.begin(1), lab.begin(2), lab.begin(3));
    assert_eq!(lab.row(other), Answer::Granted { fresh: true });
    lab.granted(holder, "t", N::Read);
    let on_t = lab.waits(ddl, "t", N::Exclusive);
    let behind = lab.waits(other, "t", N::Read);
    let Answer::Wait(_) = lab.row(holder) else { panic!("the DDL is the victim") };
    assert!(matches!(lab.0.wait(on_t, SOON), WaitOutcome::Deadlock(_)));
    assert_eq!(lab.0.wait(behind, SOON), WaitOutcome::Granted);
}

#[test]
fn locks_on_names_are_released_to_a_mark_or_turned_weaker() {
    let lab = Lab::new();
    let (one, two) = (lab.begin(1), lab.begin(2));
    lab.granted(one, "a", N::Read);
    let mark = lab.0.name_mark(one);
    lab.granted(one, "b", N::Upgradable);
    lab.granted(one, "b", N::Exclusive);
    let ticket = lab.waits(two, "b", N::Write);
    assert!(lab.0.is_name_waited_for(Some("b")) && !lab.0.is_name_waited_for(Some("a")));
    lab.0.downgrade_name(one, "b", N::NoWrite);
    assert!(!lab.0.is_over(ticket), "SNW stops writers");
    lab.0.release_names_since(one, mark);
    assert_eq!(lab.0.wait(ticket, SOON), WaitOutcome::Granted);
    let refused = lab.0.lock_name(two, "a", N::Exclusive, WaitPolicy::NoWait);
    assert_eq!(refused, Answer::Busy, "the lock before the mark stays");
    assert!(!lab.0.is_name_waited_for(None));
}

#[test]
fn a_transaction_that_begins_again_keeps_its_names_alone() {
    let lab = Lab::new();
    let (one, two) = (lab.begin(1), lab.begin(2));
    lab.granted(one, "a", N::Read);
    assert_eq!(lab.row(one), Answer::Granted { fresh: true });
    let Answer::Wait(ticket) = lab.row(two) else { panic!("the row is locked") };
    lab.0.restart(one);
    assert_eq!(lab.0.wait(ticket, SOON), WaitOutcome::Granted);
    assert_eq!(lab.0.weight(one), 0);
    assert_eq!(lab.0.lock_name(two, "a", N::Exclusive, WaitPolicy::NoWait), Answer::Busy);
    lab.0.release_all(one);
    lab.granted(two, "a", N::Exclusive);
}

#[test]
fn a_request_that_times_out_no_longer_stands_in_the_way() {
    let lab = Lab::new();
    let (reader, ddl, late) = (lab.begin(1), lab.begin(2), lab.begin(3));
    lab.granted(reader, "t", N::Read);
    let ticket = lab.waits(ddl, "t", N::Exclusive);
    let behind = lab.waits(late, "t", N::Read);
    assert_eq!(lab.0.lock_waits(), [(2, 1), (3, 2)]);
    assert_eq!(lab.0.wait(ticket, Some(0)), WaitOutcome::TimedOut);
    assert_eq!(lab.0.wait(behind, SOON), WaitOutcome::Granted);
}
