//! The read view: the transactions whose changes a reader sees.
//!
//! ```text
//!  sees(id)          own id? ──yes──────────────────────────────► seen      Clause::Own
//!                       │no
//!                    id < oldest_active_id? ──yes───────────────► seen      Clause::EndedBefore
//!                       │no
//!                    id >= first_unseen_id? ──yes───────────────► not seen  Clause::BegunAfter
//!                       │no
//!                    in the active set? ──yes───────────────────► not seen  Clause::ActiveThen
//!                       │no
//!                       └───────────────────────────────────────► seen      Clause::EndedBetween
//! ```
//!
//! The two comparisons decide nearly every time; only an id between the two marks needs the binary search.
//!
//! RULES
//!
//! - **V1** `oldest_active_id` is the smallest active id, or `first_unseen_id` if none was active.
//! - **V2** `first_unseen_id` is the next id that was to be given when the view was made: it is *not* seen itself.
//! - **V3** The active set is sorted, and within `oldest_active_id .. first_unseen_id`.
//!
//! InnoDB: `ReadView` in `read0types.h`, where `m_up_limit_id` is the *low* water mark and `m_low_limit_id` the high
//! one.

use innolab_base::{TrxId, TrxNo};
use std::fmt;
use std::sync::Arc;

/// The state of the transaction system at one moment, shared by the views made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// The active ids, in growing order (V3).
    pub(crate) active: Vec<TrxId>,
    /// The next id at that moment (V2).
    pub(crate) first_unseen_id: TrxId,
    /// Every transaction with a number below this one had ended, so purge may take what it replaced (FACT in `sys`).
    pub(crate) purge_limit_no: TrxNo,
}

/// A read view: made once, then asked about the writer of every version met. Clones see the same. Dropping it closes
/// it.
///
/// While it is open, the purge horizon stays at or below its [`ReadView::purge_limit_no`].
#[derive(Clone)]
pub struct ReadView {
    oldest_active_id: TrxId,
    first_unseen_id: TrxId,
    /// The reader's own id; `TrxId(0)`, which no transaction has, for a reader without one.
    own: TrxId,
    snapshot: Arc<Snapshot>,
}

/// The clause of the visibility rule that decides about an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clause {
    /// Seen: the id is the reader's own.
    Own,
    /// Seen: the id is below every one that was active when the view was made.
    EndedBefore,
    /// Not seen: the id was given after the view was made.
    BegunAfter,
    /// Not seen: the transaction was active when the view was made.
    ActiveThen,
    /// Seen: the transaction began after the oldest active one, but had ended when the view was made.
    EndedBetween,
}

impl Clause {
    /// True if changes under this clause are seen.
    pub fn seen(self) -> bool {
        matches!(self, Clause::Own | Clause::EndedBefore | Clause::EndedBetween)
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Clause::Own => "my own change",
            Clause::EndedBefore => "ended before any that was active",
            Clause::BegunAfter => "not yet begun at my view",
            Clause::ActiveThen => "active at my view",
            Clause::EndedBetween => "ended before my view",
        })
    }
}

impl ReadView {
    pub(crate) fn new(snapshot: Arc<Snapshot>, own: Option<TrxId>) -> ReadView {
        let first_unseen_id = snapshot.first_unseen_id;
        let oldest_active_id = snapshot.active.first().copied().unwrap_or(first_unseen_id);
        ReadView { oldest_active_id, first_unseen_id, own: own.unwrap_or_default(), snapshot }
    }

    /// True if the view sees the changes of transaction `id`.
    #[doc(alias = "changes_visible")]
    #[inline]
    pub fn sees(&self, id: TrxId) -> bool {
        if id < self.oldest_active_id || id == self.own {
            return true;
        }
        id < self.first_unseen_id && self.snapshot.active.binary_search(&id).is_err()
    }

    /// True if the view sees everything written by transactions up to and including `id`. With a secondary leaf's
    /// PAGE_MAX_TRX_ID, it then sees the whole leaf as it is.
    #[doc(alias = "sees(PAGE_MAX_TRX_ID)")]
    #[inline]
    pub fn sees_all_up_to(&self, id: TrxId) -> bool {
        id < self.oldest_active_id
    }

    /// Returns the clause that decides about `id`; [`Clause::seen`] of it equals [`ReadView::sees`].
    pub fn why(&self, id: TrxId) -> Clause {
        if id == self.own && id != TrxId(0) {
            Clause::Own
        } else if id < self.oldest_active_id {
            Clause::EndedBefore
        } else if id >= self.first_unseen_id {
            Clause::BegunAfter
        } else if self.snapshot.active.binary_search(&id).is_ok() {
            Clause::ActiveThen
        } else {
            Clause::EndedBetween
        }
    }

    /// Sets the id of the reader's own transaction, once it begins to write. REQUIRES: it had none, or this one (R4).
    #[doc(alias = "creator_trx_id")]
    pub fn set_own(&mut self, id: TrxId) {
        assert!(self.own == TrxId(0) || self.own == id, "R4: a view belongs to one transaction, {} not {id}", self.own);
        self.own = id;
    }

    /// Returns the reader's own id, if it has one.
    pub fn own(&self) -> Option<TrxId> {
        (self.own != TrxId(0)).then_some(self.own)
    }

    /// Returns the smallest id that was active; all below are seen (V1).
    #[doc(alias = "m_up_limit_id")]
    pub fn oldest_active_id(&self) -> TrxId {
        self.oldest_active_id
    }

    /// Returns the first id that is not seen; no id from it on is, except the reader's own (V2).
    #[doc(alias = "m_low_limit_id")]
    pub fn first_unseen_id(&self) -> TrxId {
        self.first_unseen_id
    }

    /// Returns the ids that were active, in growing order. The reader's own may be among them.
    #[doc(alias = "m_ids")]
    pub fn active(&self) -> &[TrxId] {
        &self.snapshot.active
    }

    /// Returns the number below which the view sees every transaction. Purge must keep what transactions with this
    /// number or a larger one replaced.
    #[doc(alias = "m_low_limit_no")]
    pub fn purge_limit_no(&self) -> TrxNo {
        self.snapshot.purge_limit_no
    }

    /// True if no transaction began, was numbered or ended between the making of the two views.
    pub fn shares_snapshot(&self, other: &ReadView) -> bool {
        Arc::ptr_eq(&self.snapshot, &other.snapshot)
    }
}

/// `sees <10, not 10 13 15, not >=17, own 13`
impl fmt::Display for ReadView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sees <{}", self.oldest_active_id)?;
        if !self.active().is_empty() {
            f.write_str(", not")?;
            for id in self.active() {
                write!(f, " {id}")?;
            }
        }
        write!(f, ", not >={}", self.first_unseen_id)?;
        match self.own() {
            Some(own) => write!(f, ", own {own}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for ReadView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReadView({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_testing::Script;

    fn view(active: &[u64], first_unseen: u64, own: Option<u64>) -> ReadView {
        let snapshot = Snapshot {
            active: active.iter().copied().map(TrxId).collect(),
            first_unseen_id: TrxId(first_unseen),
            purge_limit_no: TrxNo(first_unseen),
        };
        ReadView::new(Arc::new(snapshot), own.map(TrxId))
    }

    /// Asks `view`; a failure says which rule is broken, what was asked, what was expected and what came.
    fn ask<T: PartialEq + std::fmt::Debug>(rule: &str, view: &ReadView, what: &str, expected: T, got: T) {
        let mut script = Script::new();
        script.step(format_args!("{what} of a view that {view}"));
        script.same(rule, &expected, &got);
    }

    fn why(view: &ReadView, id: u64, expected: Clause) {
        ask("V1 to V3", view, &format!("why({id})"), expected, view.why(TrxId(id)));
    }

    fn sees(view: &ReadView, id: u64, expected: bool) {
        ask("V1 to V3", view, &format!("sees({id})"), expected, view.sees(TrxId(id)));
    }

    #[test]
    fn each_clause_decides_on_its_own_side_of_each_mark() {
        let view = view(&[10, 13, 15], 17, Some(13));
        let expected = [
            (9, Clause::EndedBefore),
            (10, Clause::ActiveThen),
            (11, Clause::EndedBetween),
            (13, Clause::Own),
            (15, Clause::ActiveThen),
            (16, Clause::EndedBetween),
            (17, Clause::BegunAfter),
            (18, Clause::BegunAfter),
        ];
        for (id, clause) in expected {
            why(&view, id, clause);
        }
    }

    #[test]
    fn what_is_seen_is_what_the_clause_says() {
        let view = view(&[10, 13, 15], 17, Some(13));
        sees(&view, 9, true);
        sees(&view, 13, true);
        for id in 0..30 {
            sees(&view, id, view.why(TrxId(id)).seen());
            let all = view.sees_all_up_to(TrxId(id));
            ask("V1", &view, &format!("sees_all_up_to({id})"), id < 10, all);
        }
    }

    #[test]
    fn without_active_transactions_both_marks_are_one() {
        let view = view(&[], 17, None);
        ask("V1", &view, "oldest_active_id", TrxId(17), view.oldest_active_id());
        sees(&view, 16, true);
        sees(&view, 17, false);
        ask("R4", &view, "the own id", None, view.own());
        ask("V1 to V3", &view, "the text", "sees <17, not >=17", &view.to_string());
    }

    #[test]
    fn rows_without_a_writer_are_seen_by_every_view() {
        why(&view(&[1], 2, None), 0, Clause::EndedBefore);
    }

    #[test]
    fn a_reader_that_begins_to_write_sees_its_own() {
        let mut view = view(&[10], 17, None);
        sees(&view, 20, false);
        view.set_own(TrxId(20));
        why(&view, 20, Clause::Own);
        sees(&view, 20, true);
        sees(&view, 19, false);
        sees(&view, 21, false);
        ask("R4", &view, "the text", "sees <10, not 10, not >=17, own 20", &view.to_string());
    }

    #[test]
    #[should_panic(expected = "R4")]
    fn a_view_has_one_owner() {
        view(&[], 17, Some(3)).set_own(TrxId(4));
    }
}
