//! Locking reads: the newest rows, locked, one row a call.
//!
//! ```text
//!  begin ─► lock the record and judge it (`lock_record`), leaf latched ─┬─ Show ─► store the position ─► return the row
//!    ▲                                                                  ├─ Pass ─► next record
//!    │                                                                  ├─ Wait ─► store the position, release the latch, wait
//!    │                                                                  └─ Stop ─► the end
//!    └── next call, or after a wait: resume at the stored position
//! ```
//!
//! RULES
//!
//! - **R1** No latch is held between two calls or during a wait. A lock is requested under the latch of the record's
//!   leaf, and requested again after a wait: meanwhile the record may have gone or changed.
//! - **R2** Where gaps are locked, a scan that passes the last record has locked the end of the index. If the end was
//!   reached with no leaf latched, the scan locks it and repeats the last search: an insert before the lock is found
//!   by that search, a later one waits for the lock.
//! - **R3** At READ COMMITTED and below a lock that the scan acquired without waiting is released again when the row
//!   turns out to be useless: a delete-marked record, and in the clustered index a row that the caller rejects
//!   ([`Scan::unlock_row`]) or the one that ended a forward scan. Entries of secondary indexes and rows found through
//!   them stay locked. So does a row without a writer (`rollback` R5) that a transaction without IX reads: the row's
//!   `DB_TRX_ID` 0 is also the id of a transaction that has none yet, and no transaction unlocks a row of its own.
//! - **R4** A shared read that the index covers does not lock rows. An exclusive read does, also the row of the entry
//!   beyond its range, unless the end of the range is `pushed`.
//! - **R5** At READ COMMITTED and below a record whose deletion is committed is passed over without a lock, even if
//!   another transaction has one on it.
//!
//! InnoDB's counterpart: `row_search_mvcc`, `row_unlock_for_mysql`.

use super::lock_read::{Fetched, LockRead};
use super::lock_rule::{RecordRole, Span, Strength, span};
use super::route::{Route, Search};
use crate::codec::{Datum, Fields, IndexNo, KeyRange, Result};
use crate::core::{LockAttempt, Trx};
use crate::dict::{Index, Table};
use crate::rows::{LockTarget, Versions, request_lock};
use innolab_base::TrxId;
use innolab_btree::{Cursor, Position, Resumed};
use innolab_lock::{RecordId, RecordKey, TableMode, Ticket, WaitPolicy};
use innolab_page::RecordRef;
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScanState {
    /// No record has been reached.
    Begin,
    /// The record at the stored position was shown.
    Shown,
    /// The record at the stored position must be locked again, now with a wait.
    Again,
    Done,
}

/// The verdict on a record: how the scan goes on.
pub(super) enum Verdict {
    Show(Fetched),
    Pass,
    Wait(Ticket),
    Stop,
}

/// A locking read in progress. Its locks belong to the transaction and stay when it is dropped.
///
/// | methods                                                      | are in        |
/// |--------------------------------------------------------------|---------------|
/// | `new`, `next`, `next_where`, `lock_current`, `unlock_row`    | here          |
/// | `lock_and_judge`: one record                                 | `lock_record` |
#[doc(alias = "row_prebuilt_t")]
pub(crate) struct Scan {
    pub(super) table: Arc<Table>,
    pub(super) no: IndexNo,
    pub(super) route: Route,
    pub(super) how: LockRead,
    /// True if the isolation level locks gaps.
    pub(super) gaps: bool,
    state: ScanState,
    position: Position,
    pub(super) showed_one: bool,
    /// True once the end of the index is locked (R2).
    end_locked: bool,
    /// True if the lock of the row shown last may be released (R3).
    pub(super) releasable: bool,
    /// The name of the record locked last.
    pub(super) name: Vec<u8>,
    pub(super) row_name: Vec<u8>,
    pub(super) key: Fields,
    pub(super) versions: Versions,
}

impl Scan {
    /// As [`crate::Transaction::scan`].
    pub(crate) fn new(
        trx: &mut Trx,
        table: &Arc<Table>,
        index: IndexNo,
        range: &KeyRange,
        reverse: bool,
        how: LockRead,
    ) -> Result<Scan> {
        trx.engine.check()?;
        trx.parts.view.as_ref().map_or(Ok(()), |view| table.index(index).check_view(view))?;
        let mode = if how.strength == Strength::Exclusive { TableMode::Ix } else { TableMode::Is };
        trx.lock_table(table, mode)?;
        let mut route = Route::new(table, index, range, reverse)?;
        if how.ranged && route.backward {
            route.search = Search::Range;
        }
        Ok(Scan {
            table: table.clone(),
            no: index,
            route,
            how,
            gaps: !trx.isolation().skips_gaps(),
            state: ScanState::Begin,
            position: Position::default(),
            showed_one: false,
            end_locked: false,
            releasable: false,
            name: Vec::new(),
            row_name: Vec::new(),
            key: Fields::default(),
            versions: Versions::default(),
        })
    }

    /// As [`crate::LockingScan::next`].
    #[doc(alias = "row_search_mvcc")]
    pub(crate) fn next(&mut self, trx: &mut Trx, row: &mut Vec<Datum>) -> Result<Fetched> {
        self.next_where(trx, row, &mut |_| true)
    }

    /// As [`crate::LockingScan::next_where`].
    #[doc(alias = "ICP")]
    pub(crate) fn next_where(
        &mut self,
        trx: &mut Trx,
        row: &mut Vec<Datum>,
        wanted: &mut dyn FnMut(&[Datum]) -> bool,
    ) -> Result<Fetched> {
        trx.engine.check()?;
        let table = self.table.clone();
        let mut cursor = table.index(self.no).tree.cursor();
        // True: a busy record is shown as last committed; the caller asks for a wait only if it wants the row.
        let semi_consistent =
            self.how.semi_consistent && !self.gaps && self.is_clustered() && self.route.search != Search::Unique;
        let mut semi = semi_consistent;
        let state = std::mem::replace(&mut self.state, ScanState::Done);
        let mut there = match state {
            ScanState::Done => false,
            ScanState::Begin => self.begin(trx, &mut cursor)?,
            ScanState::Shown => match self.resume(trx, &mut cursor)? {
                AfterResume::Same => self.advance(trx, &mut cursor)?,
                AfterResume::Next => true,
                AfterResume::End => false,
            },
            ScanState::Again => {
                let back = self.resume(trx, &mut cursor)?;
                semi &= back != AfterResume::Same;
                back != AfterResume::End
            }
        };
        while there {
            there = match self.lock_and_judge(trx, &table, &cursor, semi, row, wanted)? {
                Verdict::Show(fetched) => {
                    cursor.suspend(&mut self.position);
                    let more = self.route.search != Search::Unique;
                    (self.state, self.showed_one) = (if more { ScanState::Shown } else { ScanState::Done }, true);
                    return Ok(fetched);
                }
                Verdict::Pass => {
                    semi = semi_consistent;
                    self.advance(trx, &mut cursor)?
                }
                Verdict::Wait(ticket) => {
                    cursor.suspend(&mut self.position);
                    trx.wait(ticket)?;
                    let back = self.resume(trx, &mut cursor)?;
                    semi = semi_consistent && back != AfterResume::Same;
                    back != AfterResume::End
                }
                Verdict::Stop => false,
            };
        }
        Ok(Fetched::End)
    }

    /// As [`crate::LockingScan::lock_current`].
    pub(crate) fn lock_current(&mut self, trx: &mut Trx, row: &mut Vec<Datum>) -> Result<Fetched> {
        self.state = ScanState::Again;
        self.next(trx, row)
    }

    /// Releases the lock of the row shown last, if R3 allows it.
    #[doc(alias = "row_unlock_for_mysql")]
    pub(crate) fn unlock_row(&mut self, trx: &mut Trx) {
        if std::mem::take(&mut self.releasable) {
            self.unlock(trx);
        }
    }

    /// True if a lock just acquired on a record may be released again (R3).
    pub(super) fn is_releasable(&self, trx: &Trx, index: &Index, record: RecordRef<'_>) -> bool {
        let has_no_writer = || self.is_clustered() && index.codec.system(record).trx_id == TrxId(0);
        !self.gaps && (trx.has_write_intention() || !has_no_writer())
    }

    pub(super) fn is_clustered(&self) -> bool {
        self.no == IndexNo::CLUSTERED
    }

    /// Releases the lock on the record locked last.
    pub(super) fn unlock(&self, trx: &mut Trx) {
        let (owner, index) = (trx.ensure_owner(), self.table.index(self.no).id());
        let mode = self.how.strength.of(Span::Record);
        trx.engine.lock.unlock_record(owner, index, RecordKey::Key(&self.name), mode);
    }

    /// Moves to the first record of the route. Returns false if there is no record.
    fn begin(&mut self, trx: &mut Trx, cursor: &mut Cursor<'_>) -> Result<bool> {
        if self.route.backward && self.gaps {
            let mut there = self.route.before_begin(cursor)?;
            if !there {
                self.lock_end(trx, cursor)?;
                there = self.route.before_begin(cursor)?;
            }
            if there {
                self.lock_successor(trx, cursor)?;
            }
        }
        let there = self.route.begin(cursor)?;
        if there || self.route.backward || !self.gaps {
            return Ok(there);
        }
        self.lock_end(trx, cursor)?;
        self.route.begin(cursor)
    }

    /// Moves to the next record, locking the end of the index before passing it (R2). Returns false if there is no
    /// record.
    fn advance(&mut self, trx: &mut Trx, cursor: &mut Cursor<'_>) -> Result<bool> {
        if !self.route.backward && cursor.is_last() {
            self.lock_end(trx, cursor)?;
        }
        self.route.advance(cursor)
    }

    /// Moves to the stored position, or to the next record of the route if that record is gone.
    fn resume(&mut self, trx: &mut Trx, cursor: &mut Cursor<'_>) -> Result<AfterResume> {
        if cursor.resume(&self.position)? != Resumed::Gone {
            return Ok(AfterResume::Same);
        }
        let mut there = cursor.is_on_record();
        if self.route.backward {
            there = if there { cursor.prev()? } else { cursor.last()? };
        } else if !there && self.gaps {
            self.lock_end(trx, cursor)?;
            cursor.resume(&self.position)?;
            there = cursor.is_on_record();
        }
        Ok(if there { AfterResume::Next } else { AfterResume::End })
    }

    /// Locks the end of the index once, if gaps are locked.
    fn lock_end(&mut self, trx: &Trx, cursor: &mut Cursor<'_>) -> Result<()> {
        let Some(span) = span(RecordRole::End, self.gaps).filter(|_| !self.end_locked) else { return Ok(()) };
        let tree = self.table.index(self.no).tree();
        let leaf = if cursor.is_on_record() || cursor.last()? { cursor.leaf_no() } else { tree.root() };
        let at = RecordId { index: tree.index_id(), leaf: u64::from(leaf.0), key: RecordKey::Supremum };
        let asked = trx.lock_record(&at, self.how.strength.of(span), WaitPolicy::NoWait)?;
        debug_assert!(matches!(asked, LockAttempt::Granted { .. }), "a gap lock is granted at once");
        self.end_locked = true;
        Ok(())
    }

    /// Locks the gap before the record that follows the start of a backward scan.
    fn lock_successor(&mut self, trx: &Trx, cursor: &Cursor<'_>) -> Result<()> {
        if let Some(span) = span(RecordRole::Successor, self.gaps) {
            let (table, index) = (&self.table, self.table.index(self.no));
            let target = target(table, index, cursor, &mut self.name);
            let asked = request_lock(trx, &target, self.how.strength.of(span), WaitPolicy::NoWait)?;
            debug_assert!(matches!(asked, LockAttempt::Granted { .. }), "a gap lock is granted at once");
        }
        Ok(())
    }
}

/// Where the cursor is after [`Scan::resume`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AfterResume {
    /// On the record that the scan left.
    Same,
    /// On the record after it: the record itself is gone.
    Next,
    /// Nowhere: the record is gone and was the last.
    End,
}

/// Returns the record that a cursor is on as a target to lock; writes its lock key into `name`.
pub(super) fn target<'a>(
    table: &'a Table,
    index: &'a Index,
    cursor: &'a Cursor<'_>,
    name: &'a mut Vec<u8>,
) -> LockTarget<'a> {
    let record = cursor.record();
    index.codec.lock_key(record, name);
    let stamp = if index.tree.has_stamps() { cursor.stamp() } else { 0 };
    let at = RecordId { index: index.id(), leaf: u64::from(cursor.leaf_no().0), key: RecordKey::Key(name) };
    LockTarget { table, index, record, stamp, at }
}
