//! The property test: views and the horizon against their definitions, over random histories.
//!
//! The model is the definition itself: at each moment the set of transactions that have committed, and for each view
//! the set as it was when the view was made. Versions are whole lists; purge really removes what the horizon allows,
//! and every open view must still read what it read at first (I8). The horizon must also not lag: when all is quiet,
//! it lets everything go.
#![cfg(not(shuttle))]

use innolab_base::{Events, TrxId, TrxNo};
use innolab_mvcc::{ReadView, TrxSys, Version, Walk};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone)]
enum Step {
    Begin,
    Write(usize, usize),
    Number(usize),
    End(usize),
    Commit(usize),
    Open(Option<usize>),
    Close(usize),
    Own(usize, usize),
    Purge,
}

fn step() -> impl Strategy<Value = Step> {
    let n = 0..64usize;
    prop_oneof![
        3 => Just(Step::Begin),
        4 => (n.clone(), 0..ROWS).prop_map(|(t, r)| Step::Write(t, r)),
        2 => n.clone().prop_map(Step::Number),
        3 => n.clone().prop_map(Step::End),
        1 => n.clone().prop_map(Step::Commit),
        3 => proptest::option::of(n.clone()).prop_map(Step::Open),
        2 => n.clone().prop_map(Step::Close),
        1 => (n.clone(), n).prop_map(|(v, t)| Step::Own(v, t)),
        2 => Just(Step::Purge),
    ]
}

const ROWS: usize = 3;

struct Open {
    view: ReadView,
    committed: BTreeSet<TrxId>,
    own: Option<TrxId>,
}

/// The state of the model beside the real system.
#[derive(Default)]
struct Model {
    begun: BTreeSet<TrxId>,
    committed: BTreeSet<TrxId>,
    active: Vec<TrxId>,
    numbered: BTreeMap<TrxId, TrxNo>,
    views: Vec<Open>,
    /// Per row, newest first; the last is the oldest that is kept.
    rows: [Vec<Version>; ROWS],
    /// Ended, in order of numbers: whose replaced versions are still there.
    history: BTreeMap<TrxNo, TrxId>,
    purged: BTreeSet<TrxId>,
}

impl Model {
    fn run(&mut self, sys: &TrxSys, step: &Step) {
        match *step {
            Step::Begin => {
                let id = sys.begin();
                self.begun.insert(id);
                self.active.push(id);
            }
            Step::Write(t, r) => self.write(t, r),
            Step::Number(t) => {
                if let Some(id) = pick(&self.active, t).filter(|id| !self.numbered.contains_key(id)) {
                    self.numbered.insert(id, sys.number(id));
                }
            }
            Step::End(t) => {
                if let Some(id) = pick(&self.active, t) {
                    sys.end(id);
                    let no = self.numbered.remove(&id);
                    self.ended(id, no);
                }
            }
            Step::Commit(t) => {
                if let Some(id) = pick(&self.active, t).filter(|id| !self.numbered.contains_key(id)) {
                    let no = sys.commit(id);
                    self.ended(id, Some(no));
                }
            }
            Step::Open(t) => {
                let own = t.and_then(|t| pick(&self.active, t));
                self.views.push(Open { view: sys.view(own), committed: self.committed.clone(), own });
            }
            Step::Close(v) if !self.views.is_empty() => {
                self.views.swap_remove(v % self.views.len());
            }
            Step::Close(_) => {}
            Step::Own(v, t) => self.own(v, t),
            Step::Purge => self.purge(sys.horizon()),
        }
    }

    /// A row is written by one transaction at a time: the newest version's writer, if it is active, keeps others off.
    fn write(&mut self, t: usize, r: usize) {
        let Some(by) = pick(&self.active, t).filter(|id| !self.numbered.contains_key(id)) else { return };
        if self.rows[r].first().is_none_or(|newest| newest.trx_id == by || !self.active.contains(&newest.trx_id)) {
            self.rows[r].insert(0, Version::new(by, ""));
        }
    }

    /// With a number it commits; without, it rolls back and its versions are taken back first.
    fn ended(&mut self, id: TrxId, no: Option<TrxNo>) {
        self.active.retain(|other| *other != id);
        // Of one that rolled back nothing is left to be seen: it counts as ended like any other.
        self.committed.insert(id);
        match no {
            Some(no) => {
                self.history.insert(no, id);
            }
            None => self.rows.iter_mut().for_each(|row| row.retain(|version| version.trx_id != id)),
        }
    }

    fn own(&mut self, v: usize, t: usize) {
        let Some(id) = pick(&self.active, t) else { return };
        let len = self.views.len().max(1);
        if let Some(open) = self.views.get_mut(v % len).filter(|open| open.own.is_none()) {
            open.view.set_own(id);
            open.own = Some(id);
        }
    }

    fn purge(&mut self, horizon: TrxNo) {
        let keep = self.history.split_off(&horizon);
        self.purged.extend(std::mem::replace(&mut self.history, keep).into_values());
        for row in &mut self.rows {
            // What the newest purged version replaced is gone.
            if let Some(at) = row.iter().position(|version| self.purged.contains(&version.trx_id)) {
                let by = row[at].trx_id;
                let end = row[at..].iter().position(|version| version.trx_id != by).map_or(row.len(), |n| at + n);
                row.truncate(end);
            }
        }
    }

    fn ids(&self, sys: &TrxSys) -> impl Iterator<Item = TrxId> {
        let next = sys.next_id().0;
        (0..FIRST).map(TrxId).chain(self.begun.iter().copied()).chain([TrxId(next), TrxId(next + 1)])
    }

    fn check(&self, sys: &TrxSys) {
        for open in &self.views {
            // Ids that were given, the old ones, and those to come; a number below the counter is nobody's id.
            for id in self.ids(sys) {
                let defined = open.committed.contains(&id) || open.own == Some(id) || id.0 < FIRST;
                assert_eq!(open.view.sees(id), defined, "{} asked of {id}: {}", open.view, open.view.why(id));
                assert_eq!(open.view.why(id).seen(), defined);
            }
            let stamp = self.ids(sys).filter(|id| open.view.sees_all_up_to(*id)).max();
            assert!(
                self.ids(sys).filter(|id| Some(*id) <= stamp).all(|id| open.view.sees(id)),
                "a stamp promised too much"
            );
            for row in &self.rows {
                self.check_read(open, row);
            }
        }
        if self.views.is_empty() && self.numbered.is_empty() {
            assert_eq!(sys.horizon(), TrxNo(sys.next_id().0), "nothing holds the horizon back");
        }
        for (id, no) in &self.numbered {
            assert!(sys.horizon() <= *no, "R5: {id} has not ended");
        }
        assert_eq!(sys.active(), self.active.iter().copied().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>());
    }

    /// A purged writer's version must be seen by every open view, or the view would walk off the end of the chain.
    fn check_read(&self, open: &Open, row: &[Version]) {
        let walk = Walk::of(&open.view, row);
        let cut = row.last().is_some_and(|oldest| self.purged.contains(&oldest.trx_id));
        assert!(walk.found.is_some() || !cut, "I8: purge took what {} needs: {row:?}", open.view);
    }
}

const FIRST: u64 = 5;

fn pick(active: &[TrxId], at: usize) -> Option<TrxId> {
    (!active.is_empty()).then(|| active[at % active.len()])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn views_and_the_horizon_are_as_defined(steps in proptest::collection::vec(step(), 1..120)) {
        let sys = TrxSys::new(TrxId(FIRST), Events::none());
        let mut model = Model::default();
        for step in &steps {
            model.run(&sys, step);
            model.check(&sys);
        }
    }
}

#[test]
fn the_horizon_is_where_the_oldest_view_stands_and_no_earlier() {
    let sys = TrxSys::new(TrxId(FIRST), Events::none());
    let (five, six) = (sys.begin(), sys.begin());
    let no_of_five = sys.commit(five);
    let view = sys.view(None);
    let no_of_six = sys.commit(six);
    // 5 ended before the view: its undo may go. 6 ended after it: the view reads what 6 replaced.
    assert!(no_of_five < sys.horizon() && sys.horizon() <= no_of_six);
    let later = sys.view(None);
    drop(view);
    assert!(no_of_six < sys.horizon());
    drop(later);
    assert_eq!(sys.horizon(), TrxNo(9));
}

#[test]
fn a_number_without_an_end_holds_the_horizon() {
    let sys = TrxSys::new(TrxId(FIRST), Events::none());
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
fn recovered_transactions_are_active_and_are_not_seen() {
    let sys = TrxSys::recovered(TrxId(40), vec![TrxId(31), TrxId(22)], Events::none());
    let view = sys.view(None);
    assert_eq!(sys.active(), [TrxId(22), TrxId(31)]);
    assert!(view.sees(TrxId(30)) && !view.sees(TrxId(31)) && !view.sees(TrxId(40)));
    sys.end(TrxId(22));
    assert!(!view.sees(TrxId(22)) && sys.view(None).sees(TrxId(22)) && !sys.is_active(TrxId(22)));
}

#[test]
fn views_share_their_copy_until_something_changes() {
    let sys = TrxSys::new(TrxId(FIRST), Events::none());
    let (a, b) = (sys.view(None), sys.view(None));
    assert!(a.shares_snapshot(&b));
    let id = sys.begin();
    let c = sys.view(Some(id));
    assert!(!c.shares_snapshot(&a) && c.sees(id) && !a.sees(id));
    assert_eq!(sys.to_string(), "next 6 · active 5 · views <5 (×2) <6 (×1) · horizon 5");
}

#[test]
fn short_views_beside_an_old_one_do_not_pile_up() {
    let sys = TrxSys::new(TrxId(FIRST), Events::none());
    let old = sys.view(None);
    let mut before = sys.view(None);
    for _ in 0..10_000 {
        sys.commit(sys.begin());
        before = sys.view(None); // the one before is closed after the next is open
    }
    // Each moment is a line of the debug form.
    let moments = format!("{sys:?}").matches("Snapshot").count();
    assert!(moments <= 40, "{moments} snapshots for two views");
    assert!(old.purge_limit_no() < before.purge_limit_no());
    assert_eq!(sys.horizon(), old.purge_limit_no());
}
