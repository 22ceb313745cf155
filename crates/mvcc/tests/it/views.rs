//! The horizon and the sharing of snapshots, case by case.

use innolab_base::{Events, TrxId, TrxNo};
use innolab_mvcc::{Clause, ReadView, TrxSys};
use innolab_testing::Script;

const FIRST: TrxId = TrxId(5);

/// A system whose steps are in the report of a failure.
struct Lab {
    sys: TrxSys,
    script: Script,
}

impl Lab {
    fn new() -> Lab {
        Lab { sys: TrxSys::new(FIRST, Events::none()), script: Script::new() }
    }

    fn begin(&mut self) -> TrxId {
        let id = self.sys.begin();
        self.script.step(format_args!("{id} begins"));
        id
    }

    fn commit(&mut self, id: TrxId) -> TrxNo {
        self.script.step(format_args!("{id} commits"));
        self.sys.commit(id)
    }

    fn view(&mut self, own: Option<TrxId>) -> ReadView {
        self.script.step("a view is made");
        self.sys.view(own)
    }

    fn close(&mut self, view: ReadView) {
        self.script.step(format_args!("the view that {view} is closed"));
        drop(view);
    }

    fn sees(&self, rule: &str, view: &ReadView, id: TrxId, expected: bool) {
        self.script.same(&format!("{rule} (a view that {view}, of {id})"), &expected, &view.sees(id));
    }

    fn seen_by_all(&self, id: TrxId, expected: bool, why: &str) {
        self.script.same(&format!("R3, R5 ({id} is seen by all: {why})"), &expected, &self.sys.seen_by_all(id));
    }

    fn horizon(&self, holds: impl FnOnce(TrxNo) -> bool, expected: &str) {
        let horizon = self.sys.horizon();
        self.script.holds("R5 (the horizon)", holds(horizon), expected, horizon);
    }
}

#[test]
fn the_horizon_is_where_the_oldest_view_stands_and_no_earlier() {
    let mut lab = Lab::new();
    let (five, six) = (lab.begin(), lab.begin());
    let no_of_five = lab.commit(five);
    let view = lab.view(None);
    let no_of_six = lab.commit(six);
    lab.horizon(|at| no_of_five < at, "past the number of 5, which ended before the view was made");
    lab.horizon(|at| at <= no_of_six, "not past the number of 6: the view reads what 6 replaced");
    let later = lab.view(None);
    lab.close(view);
    lab.horizon(|at| no_of_six < at, "past the number of 6, which ended before the view that is left");
    lab.close(later);
    lab.horizon(|at| at == TrxNo(9), "TrxNo(9), the counter: no view is open");
}

#[test]
fn a_numbered_transaction_that_has_not_ended_holds_the_horizon() {
    let mut lab = Lab::new();
    let (five, six) = (lab.begin(), lab.begin());
    lab.script.step("5 is numbered");
    let no = lab.sys.number(five);
    lab.commit(six);
    let view = lab.view(None);
    lab.sees("R3", &view, five, false);
    lab.sees("R3", &view, six, true);
    lab.script.same("R5 (the view's limit: the number of 5, which has not ended)", &no, &view.purge_limit_no());
    lab.script.step("5 ends");
    lab.sys.end(five);
    lab.horizon(|at| at == no, &format!("{no:?}: the view still needs what 5 replaced"));
    lab.close(view);
    lab.horizon(|at| at > no, &format!("more than {no:?}: 5 has ended, and no view is open"));
}

#[test]
fn a_transaction_is_seen_by_all_once_no_view_misses_it() {
    let mut lab = Lab::new();
    let (five, six) = (lab.begin(), lab.begin());
    lab.seen_by_all(five, false, "it is active");
    let before = lab.view(None);
    lab.commit(five);
    lab.seen_by_all(five, false, "a view was made while it was active");
    lab.seen_by_all(TrxId(4), true, "it ended before every view");
    let seven = lab.begin();
    lab.commit(seven);
    let after = lab.view(None);
    lab.seen_by_all(seven, false, "a view was made before it began");
    lab.close(before);
    lab.seen_by_all(five, true, "it ended before the only view");
    lab.seen_by_all(seven, true, "it ended before the only view");
    lab.seen_by_all(six, false, "it is active");
    lab.close(after);
    lab.script.step("6 ends");
    lab.sys.end(six);
    lab.seen_by_all(six, true, "it has ended, and no view is open");
}

#[test]
fn recovered_transactions_are_active_and_not_seen() {
    let sys = TrxSys::recovered(TrxId(40), vec![TrxId(31), TrxId(22)], Events::none());
    let mut lab = Lab { sys, script: Script::new() };
    lab.script.step("a system recovered with 31 and 22 unfinished, next id 40");
    let view = lab.view(None);
    lab.script.same("R3 (the active ids)", &[TrxId(22), TrxId(31)][..], &lab.sys.active());
    lab.sees("R3", &view, TrxId(30), true);
    lab.sees("R3", &view, TrxId(31), false);
    lab.sees("V2", &view, TrxId(40), false);
    lab.script.step("22 ends");
    lab.sys.end(TrxId(22));
    lab.sees("R3", &view, TrxId(22), false);
    let later = lab.view(None);
    lab.sees("R3", &later, TrxId(22), true);
    lab.script.same("R3 (22 is active)", &false, &lab.sys.is_active(TrxId(22)));
}

/// The memory of a snapshot that no view needs is used again.
#[test]
fn a_snapshot_that_is_filled_again_forgets_what_it_had() {
    let mut lab = Lab::new();
    let ids: Vec<TrxId> = (0..4).map(|_| lab.begin()).collect();
    for (at, id) in ids.iter().enumerate() {
        let view = lab.view(None);
        lab.close(view);
        lab.script.step(format_args!("{id} ends"));
        lab.sys.end(*id);
        let view = lab.view(None);
        for (other, id) in ids.iter().enumerate() {
            lab.sees("R3", &view, *id, other <= at);
        }
    }
}

#[test]
fn a_snapshot_that_no_view_needs_does_not_hold_the_horizon() {
    let mut lab = Lab::new();
    let view = lab.view(None);
    lab.close(view);
    let five = lab.begin();
    lab.commit(five);
    let next = TrxNo(lab.sys.next_id().0);
    lab.horizon(|at| at == next, &format!("{next:?}, the counter: no view is open, and all have ended"));
}

#[test]
fn views_share_a_snapshot_until_something_changes() {
    let mut lab = Lab::new();
    let (a, b) = (lab.view(None), lab.view(None));
    lab.script.same("R3 (two views of one moment share a snapshot)", &true, &a.shares_snapshot(&b));
    let id = lab.begin();
    let c = lab.view(Some(id));
    lab.script.same("R3 (a view after a change shares the snapshot of one before)", &false, &c.shares_snapshot(&a));
    lab.sees("R4", &c, id, true);
    lab.sees("R3", &a, id, false);
    let expected = "next 6 · active 5 · views <5 (×2) <6 (×1) · horizon 5";
    lab.script.same("R3, R5 (the system as text)", expected, &lab.sys.to_string());
}

#[test]
fn short_views_beside_an_old_one_do_not_accumulate_snapshots() {
    let sys = TrxSys::new(FIRST, Events::none());
    let mut script = Script::new();
    script.step("an old view is made; 10 000 times a transaction commits, and a short view is made and closed");
    let old = sys.view(None);
    let mut before = sys.view(None);
    for _ in 0..10_000 {
        sys.commit(sys.begin());
        before = sys.view(None); // the view before is closed after this one is open
    }
    // The debug form has one `Snapshot` for each.
    let snapshots = format!("{sys:?}").matches("Snapshot").count();
    script.holds("R3 (snapshots for two views)", snapshots <= 40, "at most 40", snapshots);
    let (of_old, of_last) = (old.purge_limit_no(), before.purge_limit_no());
    script.holds(
        "R5 (the last view's limit)",
        of_old < of_last,
        format!("more than the old one's, {of_old:?}"),
        of_last,
    );
    script.same("R5 (the horizon is the old view's limit)", &of_old, &sys.horizon());
}

/// The clause that decides agrees with `sees`, for each kind of id.
#[test]
fn the_clause_that_decides() {
    let mut lab = Lab::new();
    let (five, six, seven) = (lab.begin(), lab.begin(), lab.begin());
    lab.commit(six);
    let view = lab.view(Some(seven));
    let later = lab.begin();
    let clauses = [
        (TrxId(4), Clause::EndedBefore),
        (five, Clause::ActiveThen),
        (six, Clause::EndedBetween),
        (seven, Clause::Own),
        (later, Clause::BegunAfter),
    ];
    for (id, clause) in clauses {
        lab.script.same(&format!("V1 to V3 (the clause for {id})"), &clause, &view.why(id));
        lab.sees("V1 to V3", &view, id, clause.seen());
    }
}
