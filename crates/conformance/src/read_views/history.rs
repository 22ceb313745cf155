//! A history of transactions, on the system and as its definition.

use crate::read_views::face::TrxSys;
use crate::read_views::level::Level;
use crate::suite::one_of;
use innolab_base::{TrxId, TrxNo};
use innolab_testing::{Broken, Script};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// The first id. Smaller ids are of transactions that committed long ago.
pub(crate) const FIRST: u64 = 5;
const ROWS: usize = 3;

type Result = std::result::Result<(), Broken>;

/// A step. A transaction is a position modulo the active ones, a view one modulo the open ones.
#[derive(Debug, Clone)]
pub(crate) enum Step {
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

/// Returns the scripts of a level.
pub(crate) fn steps(level: Level) -> impl Strategy<Value = Vec<Step>> {
    let n = 0..64usize;
    let purge = if level == Level::Views { 0 } else { 2 };
    let step = one_of([
        (3, Just(Step::Begin).boxed()),
        (4, (n.clone(), 0..ROWS).prop_map(|(trx, row)| Step::Write { trx, row }).boxed()),
        (2, n.clone().prop_map(|trx| Step::Number { trx }).boxed()),
        (3, n.clone().prop_map(|trx| Step::End { trx }).boxed()),
        (1, n.clone().prop_map(|trx| Step::Commit { trx }).boxed()),
        (3, proptest::option::of(n.clone()).prop_map(|trx| Step::Open { trx }).boxed()),
        (2, n.clone().prop_map(|view| Step::Close { view }).boxed()),
        (1, (n.clone(), n).prop_map(|(view, trx)| Step::SetOwn { view, trx }).boxed()),
        (purge, Just(Step::Purge).boxed()),
    ]);
    proptest::collection::vec(step, 1..120)
}

/// An open view, and what it must see.
struct Open<V> {
    view: V,
    committed: BTreeSet<TrxId>,
    own: Option<TrxId>,
}

impl<V> Open<V> {
    fn must_see(&self, id: TrxId) -> bool {
        self.committed.contains(&id) || self.own == Some(id) || id.0 < FIRST
    }
}

/// The system, and what has happened on it.
pub(crate) struct History<'s, S: TrxSys> {
    level: Level,
    sys: S,
    begun: BTreeSet<TrxId>,
    /// The transactions that have ended. One that rolled back has left nothing to see, so it counts as committed.
    committed: BTreeSet<TrxId>,
    active: Vec<TrxId>,
    numbered: BTreeMap<TrxId, TrxNo>,
    views: Vec<Open<S::View>>,
    /// The writers of the versions of each row, newest first, as far as they are not purged. The last one is `TrxId(0)`,
    /// the version that was there before.
    rows: [Vec<TrxId>; ROWS],
    /// The ended transactions whose replaced versions are not purged, by number.
    history: BTreeMap<TrxNo, TrxId>,
    purged: BTreeSet<TrxId>,
    script: &'s mut Script,
}

impl<'s, S: TrxSys> History<'s, S> {
    pub(crate) fn new(level: Level, sys: S, script: &'s mut Script) -> History<'s, S> {
        History {
            level,
            sys,
            begun: BTreeSet::new(),
            committed: BTreeSet::new(),
            active: vec![],
            numbered: BTreeMap::new(),
            views: vec![],
            rows: std::array::from_fn(|_| vec![TrxId(0)]),
            history: BTreeMap::new(),
            purged: BTreeSet::new(),
            script,
        }
    }

    /// Runs a step that is possible now, and checks everything.
    pub(crate) fn run(&mut self, step: &Step) -> Result {
        match *step {
            Step::Begin => {
                let id = self.sys.begin();
                self.script.step(format!("{id} begins"));
                let is_new = self.begun.last().is_none_or(|last| *last < id);
                self.script.check("R2 (ids grow)", is_new && id.0 >= FIRST, "an id above all others", id)?;
                self.begun.insert(id);
                self.active.push(id);
            }
            Step::Write { trx, row } => self.write(trx, row),
            Step::Number { trx } => {
                if let Some(id) = self.not_numbered(trx) {
                    let no = self.sys.number(id);
                    self.script.step(format!("{id} is numbered {no}"));
                    self.numbered.insert(id, no);
                    self.check_number(id, no)?;
                }
            }
            Step::End { trx } => {
                if let Some(id) = pick(&self.active, trx) {
                    self.script.step(format!("{id} ends"));
                    self.sys.end(id);
                    let no = self.numbered.remove(&id);
                    self.end(id, no);
                }
            }
            Step::Commit { trx } => {
                if let Some(id) = self.not_numbered(trx) {
                    let no = self.sys.commit(id);
                    self.script.step(format!("{id} commits as number {no}"));
                    self.check_number(id, no)?;
                    self.end(id, Some(no));
                }
            }
            Step::Open { trx } => {
                let own = trx.and_then(|trx| pick(&self.active, trx));
                let reader = own.map_or("a reader".to_owned(), |id| id.to_string());
                self.script.step(format!("{reader} opens view {}", self.views.len()));
                self.views.push(Open { view: self.sys.view(own), committed: self.committed.clone(), own });
            }
            Step::Close { view } if !self.views.is_empty() => {
                let closed = view % self.views.len();
                self.script.step(format!("view {closed} is closed; the last view takes its number"));
                self.views.swap_remove(closed);
            }
            Step::Close { .. } => return Ok(()),
            Step::SetOwn { view, trx } => self.set_own(view, trx),
            Step::Purge => self.purge(),
        }
        self.check()
    }

    /// R2: a number is above the ids of all that have begun, so that its order is that of the ends.
    fn check_number(&self, id: TrxId, no: TrxNo) -> Result {
        let others = self.history.keys().chain(self.numbered.iter().filter(|(of, _)| **of != id).map(|(_, no)| no));
        let greatest = others.max().map_or(0, |no| no.0).max(self.begun.last().map_or(0, |id| id.0));
        self.script.check("R2 (numbers grow)", no.0 > greatest, format!("a number above {greatest}"), no)
    }

    fn not_numbered(&self, trx: usize) -> Option<TrxId> {
        pick(&self.active, trx).filter(|id| !self.numbered.contains_key(id))
    }

    /// Writes a row, unless another active transaction wrote its newest version and so locks it.
    fn write(&mut self, trx: usize, row: usize) {
        let Some(id) = self.not_numbered(trx) else { return };
        let newest = self.rows[row][0];
        if newest == id || !self.active.contains(&newest) {
            self.script.step(format!("{id} writes row {row}"));
            self.rows[row].insert(0, id);
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
            None => self.rows.iter_mut().for_each(|row| row.retain(|writer| *writer != id)),
        }
    }

    fn set_own(&mut self, view: usize, trx: usize) {
        let Some(id) = pick(&self.active, trx) else { return };
        let view = view % self.views.len().max(1);
        if let Some(open) = self.views.get_mut(view).filter(|open| open.own.is_none()) {
            self.script.step(format!("the reader of view {view} begins to write as {id}"));
            S::set_own(&mut open.view, id);
            open.own = Some(id);
        }
    }

    fn purge(&mut self) {
        let horizon = self.sys.horizon();
        self.script.step(format!("purge up to {horizon}"));
        let keep = self.history.split_off(&horizon);
        self.purged.extend(std::mem::replace(&mut self.history, keep).into_values());
        for row in &mut self.rows {
            // The newest purged transaction's version stays; what it replaced goes.
            if let Some(at) = row.iter().position(|writer| self.purged.contains(writer)) {
                let id = row[at];
                let end = row[at..].iter().position(|writer| *writer != id).map_or(row.len(), |n| at + n);
                row.truncate(end);
            }
        }
    }

    fn check(&self) -> Result {
        self.check_views()?;
        let (sys, script) = (&self.sys, &self.script);
        let active: BTreeSet<TrxId> = self.active.iter().copied().collect();
        script.check_same("R1, R3 (the active transactions)", &active.iter().copied().collect(), &sys.active())?;
        let said: BTreeSet<TrxId> = self.begun.iter().copied().filter(|id| sys.is_active(*id)).collect();
        script.check_same("R1, R3 (is_active)", &active, &said)?;
        if self.level > Level::Views { self.check_horizon() } else { Ok(()) }
    }

    fn check_views(&self) -> Result {
        let script = &self.script;
        // A number is no transaction's id; two ids are of the future.
        let next = self.sys.next_id().0;
        let ids: BTreeSet<TrxId> =
            (0..FIRST).map(TrxId).chain(self.begun.iter().copied()).chain([TrxId(next), TrxId(next + 1)]).collect();
        for (n, open) in self.views.iter().enumerate() {
            let seen: BTreeSet<TrxId> = ids.iter().copied().filter(|id| S::sees(&open.view, *id)).collect();
            let must_see: BTreeSet<TrxId> = ids.iter().copied().filter(|id| open.must_see(*id)).collect();
            script.check_same(&format!("R3, R4 (what view {n} sees)"), &must_see, &seen)?;
            let stamp = ids.iter().copied().filter(|id| S::sees_all_up_to(&open.view, *id)).max();
            let missed: Vec<_> = ids.range(..=stamp.unwrap_or_default()).filter(|id| !seen.contains(id)).collect();
            let expected = format!("view {n}, which sees all up to {stamp:?}, misses none");
            script.check("V1", stamp.is_none() || missed.is_empty(), expected, missed)?;
            let below_own = ids.iter().take_while(|id| must_see.contains(id) && Some(**id) != open.own);
            let is_tight = self.level < Level::Tight || below_own.max() <= stamp.as_ref();
            script.check("V1 (lags)", is_tight, format!("view {n} sees all up to the oldest active id"), stamp)?;
            for row in &self.rows {
                let found = row.iter().any(|writer| *writer == TrxId(0) || S::sees(&open.view, *writer));
                script.check("I8, R5", found, format!("view {n} finds its version"), row)?;
            }
        }
        Ok(())
    }

    fn check_horizon(&self) -> Result {
        let (sys, script) = (&self.sys, &self.script);
        let horizon = sys.horizon();
        for (id, no) in &self.numbered {
            script.check("R5", horizon <= *no, format!("{id}, number {no}, has not ended"), horizon)?;
        }
        for (no, id) in self.history.range(..horizon) {
            let blind = self.views.iter().position(|open| !open.must_see(*id));
            script.check("R5", blind.is_none(), format!("all views see {id}, number {no}, below {horizon}"), blind)?;
        }
        for id in &self.begun {
            let is_seen =
                !self.active.contains(id) && self.views.iter().all(|open| open.must_see(*id) && open.own != Some(*id));
            let said = sys.seen_by_all(*id);
            script.check("R5 (seen_by_all)", is_seen || !said, format!("a view does not see {id}"), said)?;
            let holds_back = self.level == Level::Tight && self.views.is_empty() && !self.active.contains(id);
            script.check(
                "R5 (seen_by_all lags)",
                said || !holds_back,
                format!("no view is open, and {id} has ended"),
                said,
            )?;
        }
        if self.level == Level::Tight && self.views.is_empty() && self.numbered.is_empty() {
            script.check_same("R5 (nothing holds the horizon back)", &TrxNo(sys.next_id().0), &horizon)?;
        }
        Ok(())
    }
}

fn pick(active: &[TrxId], nth: usize) -> Option<TrxId> {
    (!active.is_empty()).then(|| active[nth % active.len()])
}
