//! The horizon and the sharing of snapshots, case by case.

use innolab_base::{Events, TrxId, TrxNo};
use innolab_mvcc::{Clause, TrxSys};

const FIRST: TrxId = TrxId(5);

#[test]
fn the_horizon_is_where_the_oldest_view_stands_and_no_earlier() {
    let sys = TrxSys::new(FIRST, Events::none());
    let (five, six) = (sys.begin(), sys.begin());
    let no_of_five = sys.commit(five);
    let view = sys.view(None);
    let no_of_six = sys.commit(six);
    // 5 ended before the view was made: its undo may be purged. 6 ended after: the view reads what 6 replaced.
    assert!(no_of_five < sys.horizon() && sys.horizon() <= no_of_six);
    let later = sys.view(None);
    drop(view);
    assert!(no_of_six < sys.horizon());
    drop(later);
    assert_eq!(sys.horizon(), TrxNo(9));
}

#[test]
fn a_numbered_transaction_that_has_not_ended_holds_the_horizon() {
    let sys = TrxSys::new(FIRST, Events::none());
    let (five, six) = (sys.begin(), sys.begin());
    let no = sys.number(five);
    sys.commit(six);
    let view = sys.view(None);
    assert!(!view.sees(five) && view.sees(six));
    assert_eq!(view.purge_limit_no(), no);
    sys.end(five);
    assert_eq!(sys.horizon(), no, "the view still needs what {five} replaced");
    drop(view);
    assert!(sys.horizon() > no, "R5: {five} has ended, and no view is open; the horizon is {}", sys.horizon());
}

#[test]
fn a_transaction_is_seen_by_all_once_no_view_misses_it() {
    let sys = TrxSys::new(FIRST, Events::none());
    let (five, six) = (sys.begin(), sys.begin());
    assert!(!sys.seen_by_all(five), "it is active");
    let before = sys.view(None);
    sys.commit(five);
    assert!(!sys.seen_by_all(five), "a view was made while it was active");
    assert!(sys.seen_by_all(TrxId(4)), "it ended before every view");
    let seven = sys.begin();
    sys.commit(seven);
    let after = sys.view(None);
    assert!(!sys.seen_by_all(seven), "a view was made before it began");
    drop(before);
    assert!(sys.seen_by_all(five) && sys.seen_by_all(seven) && !sys.seen_by_all(six));
    drop(after);
    sys.end(six);
    assert!(sys.seen_by_all(six));
}

#[test]
fn recovered_transactions_are_active_and_not_seen() {
    let sys = TrxSys::recovered(TrxId(40), vec![TrxId(31), TrxId(22)], Events::none());
    let view = sys.view(None);
    assert_eq!(sys.active(), [TrxId(22), TrxId(31)]);
    assert!(view.sees(TrxId(30)) && !view.sees(TrxId(31)) && !view.sees(TrxId(40)));
    sys.end(TrxId(22));
    assert!(!view.sees(TrxId(22)) && sys.view(None).sees(TrxId(22)) && !sys.is_active(TrxId(22)));
}

/// The memory of a snapshot that no view needs is used again.
#[test]
fn a_snapshot_that_is_filled_again_forgets_what_it_had() {
    let sys = TrxSys::new(FIRST, Events::none());
    let ids: Vec<TrxId> = (0..4).map(|_| sys.begin()).collect();
    for (at, id) in ids.iter().enumerate() {
        drop(sys.view(None));
        sys.end(*id);
        let view = sys.view(None);
        for (other, id) in ids.iter().enumerate() {
            assert_eq!(view.sees(*id), other <= at, "{id} of {ids:?}, of which {} have ended (left: got)", at + 1);
        }
    }
}

#[test]
fn a_snapshot_that_no_view_needs_does_not_hold_the_horizon() {
    let sys = TrxSys::new(FIRST, Events::none());
    drop(sys.view(None));
    sys.commit(sys.begin());
    assert_eq!(sys.horizon(), TrxNo(sys.next_id().0), "R5: no view is open, and all have ended (left: got)");
}

#[test]
fn views_share_a_snapshot_until_something_changes() {
    let sys = TrxSys::new(FIRST, Events::none());
    let (a, b) = (sys.view(None), sys.view(None));
    assert!(a.shares_snapshot(&b));
    let id = sys.begin();
    let c = sys.view(Some(id));
    assert!(!c.shares_snapshot(&a) && c.sees(id) && !a.sees(id));
    assert_eq!(sys.to_string(), "next 6 · active 5 · views <5 (×2) <6 (×1) · horizon 5");
}

#[test]
fn short_views_beside_an_old_one_do_not_accumulate_snapshots() {
    let sys = TrxSys::new(FIRST, Events::none());
    let old = sys.view(None);
    let mut before = sys.view(None);
    for _ in 0..10_000 {
        sys.commit(sys.begin());
        before = sys.view(None); // the view before is closed after this one is open
    }
    // The debug form has one `Snapshot` for each.
    let snapshots = format!("{sys:?}").matches("Snapshot").count();
    assert!(snapshots <= 40, "{snapshots} snapshots for two views");
    assert!(old.purge_limit_no() < before.purge_limit_no());
    assert_eq!(sys.horizon(), old.purge_limit_no());
}

/// V1–V3: the clause that decides agrees with `sees`, for each kind of id.
#[test]
fn the_clause_that_decides() {
    let sys = TrxSys::new(FIRST, Events::none());
    let (five, six, seven) = (sys.begin(), sys.begin(), sys.begin());
    sys.commit(six);
    let view = sys.view(Some(seven));
    let later = sys.begin();
    let clauses = [
        (TrxId(4), Clause::EndedBefore),
        (five, Clause::ActiveThen),
        (six, Clause::EndedBetween),
        (seven, Clause::Own),
        (later, Clause::BegunAfter),
    ];
    for (id, clause) in clauses {
        assert_eq!((view.why(id), view.sees(id)), (clause, clause.seen()), "{id}");
    }
}
