//! A deadlock with names and values: the lock table's report, completed while nothing of it has been undone.
//!
//! ```text
//! the lock table finds the circle ─► report ─► the victim's thread gets `Error::Deadlock`, unlatches
//!                                                └─► rollback: note_deadlock, then undo ─► locks released ─► the others go on
//! ```
//!
//! RULES
//!
//! - **R1** The report is completed by the victim's thread before its rollback: the victim's rows and locks are still
//!   there, and the other members cannot have ended, because each waits for a lock of the next one (`lock` D4). The one
//!   exception is a member that waited for the victim's *request*: it may have gone on, and is then shown with what the
//!   lock table's report says of it.
//! - **R2** A circle through a metadata lock is not shown: the server does not find such circles.
//!
//! InnoDB's counterpart: `Deadlock::report`, which prints under the lock table's latch.

use crate::core::{Deadlock, DeadlockMember, Engine};
use innolab_lock::{DeadlockReport, Member, Owner, Table, Target, TrxStatus};
use std::sync::Arc;

/// Number of deadlocks that are kept.
const KEPT: usize = 16;

impl Engine {
    /// If `owner` is the victim of a deadlock, keeps that one for [`Engine::deadlocks`] (R1). REQUIRES: no latch is
    /// held; the victim has not rolled back.
    pub(crate) fn note_deadlock(&self, owner: Owner) {
        let Some(found) = self.lock.deadlock_of(owner).and_then(|report| self.named(&report)) else { return };
        let mut kept = self.deadlocks.lock();
        let number = kept.back().map_or(1, |last| last.number + 1);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(Arc::new(Deadlock { number, ..found }));
    }

    /// The report with names (R2); its number is still to be set.
    fn named(&self, report: &DeadlockReport) -> Option<Deadlock> {
        let members = report.cycle.iter().enumerate().map(|(at, member)| {
            let now = self.lock.transaction(member.shown_trx_id);
            self.member(member, at_the_time(member, now, at == report.victim))
        });
        let members = members.collect::<Option<_>>()?;
        let (victim, start, reason) = (report.victim, report.start, report.reason());
        Some(Deadlock { number: 0, at_us: self.now_us(), members, victim, start, reason })
    }

    fn member(&self, member: &Member, trx: TrxStatus) -> Option<DeadlockMember> {
        let structures = self.lock.structures_before(&member.waits_for);
        Some(DeadlockMember {
            trx,
            waits_for: self.show_lock(&member.waits_for)?,
            blocked_by: self.name_lock(&member.blocked_by)?,
            changed_as: self.first_change(&member.blocked_by),
            conflicts: structures.iter().filter_map(|locks| self.show_structure(locks)).collect(),
        })
    }
}

/// The state of a member when the deadlock was found. `now`: its state now, without the victim's request, which has been
/// removed.
fn at_the_time(member: &Member, now: Option<TrxStatus>, is_victim: bool) -> TrxStatus {
    let mut trx = now.unwrap_or_default();
    match &member.waits_for.target {
        Target::Table(Table(id)) if is_victim => {
            trx.table_locks += 1;
            trx.locked_tables.insert(*id);
        }
        Target::Record { .. } if is_victim => trx.row_locks += 1,
        _ => {}
    }
    let Member { session, trx_id, shown_trx_id, structures, undo_records, .. } = *member;
    TrxStatus { session, trx_id, shown_trx_id, structures, undo_records, wait: None, ..trx }
}
