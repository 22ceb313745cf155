//! The horizon and the sharing of snapshots, case by case.

use innolab_base::{Events, TrxId, TrxNo};
use innolab_mvcc::TrxSys;

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
    assert!(sys.horizon() > no);
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
