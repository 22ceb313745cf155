//! The model test: views and the horizon against their definitions, over random histories.
//!
//! The model is the definition itself: the set of transactions that have committed, and for each view a copy of that
//! set as it was when the view was made. A row's versions are a whole list. Purge really removes what the horizon
//! allows, and every open view must still find the version that it needs (I8). The horizon must not lag either: when no
//! view is open and no transaction is committing, everything may be purged.

use innolab_base::{Events, TrxId, TrxNo};
use innolab_mvcc::{ReadView, TrxSys, Version, Walk};
use innolab_testing::{Script, size};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The first id. Smaller ids are of transactions that committed long ago.
const FIRST: u64 = 5;
const ROWS: usize = 3;

/// A step. A transaction is a position modulo the active ones, a view one modulo the open ones.
#[derive(Debug, Clone)]
enum Step {
    Begin,
    Write { trx: usize, row: usize },
    Number { trx: usize },
    End { trx: usize },
    Commit { trx: usize },
    Open { trx: Option<usize> },
    Close { view: usize },
    SetOwn { view: usize, trx: usize },
    Purge,
}

fn step() -> impl Strategy<Value = Step> {
    let n = 0..64usize;
    prop_oneof![
        3 => Just(Step::Begin),
        4 => (n.clone(), 0..ROWS).prop_map(|(trx, row)| Step::Write { trx, row }),
        2 => n.clone().prop_map(|trx| Step::Number { trx }),
        3 => n.clone().prop_map(|trx| Step::End { trx }),
        1 => n.clone().prop_map(|trx| Step::Commit { trx }),
        3 => proptest::option::of(n.clone()).prop_map(|trx| Step::Open { trx }),
        2 => n.clone().prop_map(|view| Step::Close { view }),
        1 => (n.clone(), n).prop_map(|(view, trx)| Step::SetOwn { view, trx }),
        2 => Just(Step::Purge),
    ]
}

/// An open view, and what it must see.
struct Open {
    view: ReadView,
    committed: BTreeSet<TrxId>,
    own: Option<TrxId>,
}

impl Open {
    fn must_see(&self, id: TrxId) -> bool {
        self.committed.contains(&id) || self.own == Some(id) || id.0 < FIRST
    }
}

#[derive(Default)]
struct Model {
    begun: BTreeSet<TrxId>,
    /// The transactions that have ended. One that rolled back has left nothing to see, so it counts as committed.
    committed: BTreeSet<TrxId>,
    active: Vec<TrxId>,
    numbered: BTreeMap<TrxId, TrxNo>,
    views: Vec<Open>,
    /// The versions of each row, newest first, as far as they are not purged.
    rows: [Vec<Version>; ROWS],
    /// The ended transactions whose replaced versions are not purged, by number.
    history: BTreeMap<TrxNo, TrxId>,
    purged: BTreeSet<TrxId>,
    script: Script,
}

impl Model {
    /// Runs a step that is possible now, and checks everything.
    fn run(&mut self, sys: &TrxSys, step: &Step) {
        match *step {
            Step::Begin => {
                let id = sys.begin();
                self.script.step(format!("{id} begins"));
                self.begun.insert(id);
                self.active.push(id);
            }
            Step::Write { trx, row } => self.write(trx, row),
            Step::Number { trx } => {
                if let Some(id) = self.not_numbered(trx) {
                    let no = sys.number(id);
                    self.script.step(format!("{id} is numbered {no}"));
                    self.numbered.insert(id, no);
                }
            }
            Step::End { trx } => {
                if let Some(id) = pick(&self.active, trx) {
                    self.script.step(format!("{id} ends"));
                    sys.end(id);
                    let no = self.numbered.remove(&id);
                    self.end(id, no);
                }
            }
            Step::Commit { trx } => {
                if let Some(id) = self.not_numbered(trx) {
                    let no = sys.commit(id);
                    self.script.step(format!("{id} commits as number {no}"));
                    self.end(id, Some(no));
                }
            }
            Step::Open { trx } => {
                let own = trx.and_then(|trx| pick(&self.active, trx));
                let view = sys.view(own);
                self.script.step(format!("view {} is opened: {view}", self.views.len()));
                self.views.push(Open { view, committed: self.committed.clone(), own });
            }
            Step::Close { view } if !self.views.is_empty() => {
                let closed = view % self.views.len();
                self.script.step(format!("view {closed} is closed; the last view takes its number"));
                self.views.swap_remove(closed);
            }
            Step::Close { .. } => {}
            Step::SetOwn { view, trx } => self.set_own(view, trx),
            Step::Purge => self.purge(sys.horizon()),
        }
        self.check(sys);
    }

    fn not_numbered(&self, trx: usize) -> Option<TrxId> {
        pick(&self.active, trx).filter(|id| !self.numbered.contains_key(id))
    }

    /// Writes a row, unless another active transaction wrote its newest version and so locks it.
    fn write(&mut self, trx: usize, row: usize) {
        let Some(id) = self.not_numbered(trx) else { return };
        let newest = self.rows[row].first().map(|newest| newest.trx_id);
        if newest.is_none_or(|newest| newest == id || !self.active.contains(&newest)) {
            self.script.step(format!("{id} writes row {row}"));
            self.rows[row].insert(0, Version::new(id, ""));
        }
    }

    /// Ends a transaction: with a number it commits; without, it rolls back, and its versions are removed first.
    fn end(&mut self, id: TrxId, no: Option<TrxNo>) {
        self.active.retain(|other| *other != id);
        self.committed.insert(id);
        match no {
            Some(no) => {
                self.history.insert(no, id);
            }
            None => self.rows.iter_mut().for_each(|row| row.retain(|version| version.trx_id != id)),
        }
    }

    fn set_own(&mut self, view: usize, trx: usize) {
        let Some(id) = pick(&self.active, trx) else { return };
        let view = view % self.views.len().max(1);
        if let Some(open) = self.views.get_mut(view).filter(|open| open.own.is_none()) {
            self.script.step(format!("the reader of view {view} begins to write as {id}"));
            open.view.set_own(id);
            open.own = Some(id);
        }
    }

    fn purge(&mut self, horizon: TrxNo) {
        self.script.step(format!("purge up to {horizon}"));
        let keep = self.history.split_off(&horizon);
        self.purged.extend(std::mem::replace(&mut self.history, keep).into_values());
        for row in &mut self.rows {
            // The newest purged transaction's version stays; what it replaced goes.
            if let Some(at) = row.iter().position(|version| self.purged.contains(&version.trx_id)) {
                let id = row[at].trx_id;
                let end = row[at..].iter().position(|version| version.trx_id != id).map_or(row.len(), |n| at + n);
                row.truncate(end);
            }
        }
    }

    /// The ids of all transactions so far, and two of the future. A number is no transaction's id.
    fn ids(&self, sys: &TrxSys) -> BTreeSet<TrxId> {
        let next = sys.next_id().0;
        (0..FIRST).map(TrxId).chain(self.begun.iter().copied()).chain([TrxId(next), TrxId(next + 1)]).collect()
    }

    fn check(&self, sys: &TrxSys) {
        let script = &self.script;
        let ids = self.ids(sys);
        for (n, open) in self.views.iter().enumerate() {
            let seen: BTreeSet<TrxId> = ids.iter().copied().filter(|id| open.view.sees(*id)).collect();
            let must_see: BTreeSet<TrxId> = ids.iter().copied().filter(|id| open.must_see(*id)).collect();
            script.same(&format!("R3, R4 (what view {n} sees)"), &must_see, &seen);
            let by_clause: BTreeSet<TrxId> = ids.iter().copied().filter(|id| open.view.why(*id).seen()).collect();
            script.same(&format!("V1–V3 (the clauses of view {n})"), &seen, &by_clause);
            let stamp = ids.iter().copied().filter(|id| open.view.sees_all_up_to(*id)).max();
            let missed: Vec<_> = ids.range(..=stamp.unwrap_or_default()).filter(|id| !seen.contains(id)).collect();
            let expected = format!("view {n}, which sees all up to {stamp:?}, misses none");
            script.holds("V1", stamp.is_none() || missed.is_empty(), expected, missed);
            for row in &self.rows {
                // If the chain has been cut, the view must find its version before the cut.
                let found = Walk::of(&open.view, row).found;
                let cut = row.last().is_some_and(|oldest| self.purged.contains(&oldest.trx_id));
                script.holds("I8, R5", found.is_some() || !cut, format!("view {n} finds its version"), row);
            }
        }
        let horizon = sys.horizon();
        if self.views.is_empty() && self.numbered.is_empty() {
            script.same("R5 (nothing holds the horizon back)", &TrxNo(sys.next_id().0), &horizon);
        }
        for (id, no) in &self.numbered {
            script.holds("R5", horizon <= *no, format!("{id}, number {no}, has not ended"), horizon);
        }
        let active: BTreeSet<TrxId> = self.active.iter().copied().collect();
        script.same("R1, R3 (the active transactions)", &active.into_iter().collect(), &sys.active());
    }
}

fn pick(active: &[TrxId], nth: usize) -> Option<TrxId> {
    (!active.is_empty()).then(|| active[nth % active.len()])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: size(100, 256), failure_persistence: None, ..Default::default() })]
    #[test]
    fn views_and_the_horizon_are_as_defined(steps in proptest::collection::vec(step(), 1..120)) {
        let sys = TrxSys::new(TrxId(FIRST), Events::none());
        let mut model = Model::default();
        for step in &steps {
            model.run(&sys, step);
        }
    }
}
