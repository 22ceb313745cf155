//! Locking reads: the newest rows, locked, one at a call.
//!
//! ```text
//!            ┌──────────────────────── come back by the stored position ◄─────────────────────┐
//!            ▼                                                                                 │
//!  begin ─► look at the record, latched ──► lock it (rule) ──┬─ must wait ──► latches go ──► wait
//!            ▲                                               ├─ busy: SKIP LOCKED passes over, NOWAIT fails, UPDATE at READ COMMITTED
//!            │                                               │        looks at the last committed version and waits only if it is wanted
//!            │                                               ├─ delete-marked: passed over
//!            │                                               ├─ an entry: its row is looked up and locked, record only
//!            │                                               ▼
//!            └─ next ◄─ nothing is latched ◄─ position stored ◄─ shown
//! ```
//!
//! RULES
//!
//! - **R1** No latch is held between two calls, nor in a wait. A lock is asked for under the latch of its leaf, and
//!   after a wait again: what was waited for may have gone or changed.
//! - **R2** A scan that has come past the last record has locked the end of the index first (where gaps are locked). If
//!   the end was role with nothing latched, it is locked and the last search is made again: an insert that came before
//!   the lock is found by it, a later one waits.
//! - **R3** At READ COMMITTED a lock that this scan made and that was not waited for is let go if the row is of no use:
//!   delete-marked records, and in the clustered index rows that the caller does not want ([`Scan::unlock_row`])
//!   and the one that ended a forward scan. Entries of secondary indexes and rows found by them stay locked.
//! - **R4** A shared read that the index covers leaves the rows alone; an exclusive one does not, nor the row of the
//!   entry beyond its range, unless the range's end is `pushed`.
//! - **R5** At READ COMMITTED a record whose deletion is committed is passed over without a lock, whoever has one on it.
//!
//! InnoDB's counterpart: `row_search_mvcc`, `sel_set_rec_lock`, `row_sel_get_clust_rec_for_mysql`, `row_unlock_for_mysql`.

use super::lock_read::{Columns, Fetched, LockRead, OnBusy};
use super::lock_rule::{RecordRole, Span, Strength, span};
use super::route::{RangePosition, Route, Search};
use crate::codec::{Datum, Error, FieldList, Fields, IndexNo, KeyRange, Result};
use crate::core::{Asked, Trx};
use crate::dict::{Index, Table};
use crate::rows::{Target, Versions, ask, owner_of};
use innolab_btree::{Cursor, Position, Resumed, Seek};
use innolab_lock::{RecordId, RecordKey, TableMode, Ticket, WaitPolicy};
use innolab_page::RecordRef;
use std::sync::Arc;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScanState {
    /// Nothing was looked at.
    Begin,
    /// The record at the stored position was shown.
    Shown,
    /// The record at the stored position is to be looked at again, now with a wait.
    Again,
    Done,
}

/// What is to be done after a look at a record.
enum Verdict {
    Show(Fetched),
    Pass,
    Wait(Ticket),
    Stop,
}

/// A locking read on its way. Dropping it keeps its locks: they are the transaction's.
#[doc(alias = "row_prebuilt_t")]
pub(crate) struct Scan {
    table: Arc<Table>,
    no: IndexNo,
    route: Route,
    how: LockRead,
    /// Whether the isolation level locks gaps.
    gaps: bool,
    state: ScanState,
    position: Position,
    showed_one: bool,
    /// R2
    end_locked: bool,
    /// R3: whether the shown row's lock may be let go.
    releasable: bool,
    /// The name of the record looked at last.
    name: Vec<u8>,
    row_name: Vec<u8>,
    key: Fields,
    versions: Versions,
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
        trx.lock_table(table, mode, how.on_busy.wait_policy())?;
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

    /// The next row, into `row`, whose buffers are used again. Of a secondary index that covers what is wanted, only
    /// its columns; in a table without primary key the hidden row id follows.
    /// ERRORS: [`Error::Deadlock`], [`Error::LockWaitTimeout`], [`Error::NoWait`], [`Error::Interrupted`]; what reading
    /// pages can bring. The scan is over then.
    #[doc(alias = "row_search_mvcc")]
    pub(crate) fn next(&mut self, trx: &mut Trx, row: &mut Vec<Datum>) -> Result<Fetched> {
        self.next_where(trx, row, &mut |_| true)
    }

    /// As [`Scan::next`], with a condition on the columns of the index: in a `pushed` scan the entry is shown to
    /// `wanted` after it was locked, and if it is not wanted its row is neither locked nor shown. Else `wanted` is not
    /// called.
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
        // Whether the record that the cursor stands on is only waited for if it is wanted.
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
            there = match self.look(trx, &table, &cursor, semi, row, wanted)? {
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

    /// After [`Fetched::Committed`], if that row is wanted: waits for it, and shows it as it is now; or the row after
    /// it, if it is gone. ERRORS: as [`Scan::next`].
    pub(crate) fn lock_current(&mut self, trx: &mut Trx, row: &mut Vec<Datum>) -> Result<Fetched> {
        self.state = ScanState::Again;
        self.next(trx, row)
    }

    /// The row that was shown last is of no use: its lock goes, where R3 lets it.
    #[doc(alias = "row_unlock_for_mysql")]
    pub(crate) fn unlock_row(&mut self, trx: &mut Trx) {
        if std::mem::take(&mut self.releasable) {
            self.unlock(trx);
        }
    }

    fn is_clustered(&self) -> bool {
        self.no == IndexNo::CLUSTERED
    }

    /// Lets go of the record looked at last.
    fn unlock(&self, trx: &mut Trx) {
        let (owner, index) = (trx.owner(), self.table.index(self.no).id());
        let mode = self.how.strength.of(Span::Record);
        trx.engine.lock.unlock_record(owner, index, RecordKey::Key(&self.name), mode);
    }

    /// Goes to the first record; whether there is one.
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

    /// Goes on to the next record; whether there is one (R2).
    fn advance(&mut self, trx: &mut Trx, cursor: &mut Cursor<'_>) -> Result<bool> {
        if !self.route.backward && cursor.is_last() {
            self.lock_end(trx, cursor)?;
        }
        self.route.advance(cursor)
    }

    /// Goes back to the stored position.
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

    /// Locks the end of the index, where gaps are locked.
    fn lock_end(&mut self, trx: &Trx, cursor: &mut Cursor<'_>) -> Result<()> {
        let Some(span) = span(RecordRole::End, self.gaps).filter(|_| !self.end_locked) else { return Ok(()) };
        let tree = self.table.index(self.no).tree();
        let leaf = if cursor.is_on_record() || cursor.last()? { cursor.leaf_no() } else { tree.root() };
        let at = RecordId { index: tree.index_id(), leaf: u64::from(leaf.0), key: RecordKey::Supremum };
        let asked = trx.lock_record(&at, self.how.strength.of(span), WaitPolicy::NoWait)?;
        debug_assert!(matches!(asked, Asked::Granted { .. }), "nobody waits for a gap");
        self.end_locked = true;
        Ok(())
    }

    /// Locks the gap before the record after the position where a backward scan begins.
    fn lock_successor(&mut self, trx: &Trx, cursor: &Cursor<'_>) -> Result<()> {
        if let Some(span) = span(RecordRole::Successor, self.gaps) {
            let (table, index) = (&self.table, self.table.index(self.no));
            let target = target(table, index, cursor, &mut self.name);
            let asked = ask(trx, &target, self.how.strength.of(span), WaitPolicy::NoWait)?;
            debug_assert!(matches!(asked, Asked::Granted { .. }), "nobody waits for a gap");
        }
        Ok(())
    }

    /// Looks at the record that the cursor stands on.
    fn look(
        &mut self,
        trx: &mut Trx,
        table: &Table,
        cursor: &Cursor<'_>,
        semi: bool,
        row: &mut Vec<Datum>,
        wanted: &mut dyn FnMut(&[Datum]) -> bool,
    ) -> Result<Verdict> {
        let (index, record) = (table.index(self.no), cursor.record());
        let position = self.route.position(&self.route.end(), record);
        let role = self.route.role(record, position, self.showed_one);
        let Some(span) = span(role, self.gaps) else { return Ok(Verdict::Stop) };
        let target = target(table, index, cursor, &mut self.name);
        // R5
        if record.is_deleted() && !self.gaps && owner_of(&trx.engine, &target, trx.id())?.is_none() {
            return Ok(self.pass_deleted());
        }
        let patience = if semi { Patience::NoWait } else { self.how.on_busy.patience() };
        let fresh = match ask(trx, &target, self.how.strength.of(span), patience)? {
            _ if role == RecordRole::Unequal => return Ok(Verdict::Stop),
            Asked::Granted { fresh } => fresh && !self.gaps,
            Asked::Wait(ticket) => return Ok(Verdict::Wait(ticket)),
            Asked::Busy if semi => return self.look_at_committed(trx, index, record, position, row),
            Asked::Busy => return self.locked_by_another(),
        };
        if record.is_deleted() {
            if fresh {
                self.unlock(trx);
            }
            return Ok(self.pass_deleted());
        }
        if self.is_clustered() {
            return Ok(self.show(trx, index, record, position, fresh, row));
        }
        self.releasable = false;
        if self.how.pushed {
            index.codec.decode(record, row);
            if position == RangePosition::Beyond {
                return Ok(Verdict::Stop);
            }
            if !wanted(row) {
                return Ok(Verdict::Pass);
            }
        }
        // R4
        let look = match (self.how.strength, self.how.columns) {
            (Strength::Shared, Columns::Covering) => {
                index.codec.decode(record, row);
                Verdict::Show(Fetched::Row)
            }
            _ => self.look_at_row(trx, table, index, record, row)?,
        };
        Ok(match look {
            Verdict::Show(_) if position == RangePosition::Beyond => Verdict::Stop,
            look => look,
        })
    }

    fn pass_deleted(&self) -> Verdict {
        if self.is_clustered() && self.route.search == Search::Unique { Verdict::Stop } else { Verdict::Pass }
    }

    /// A row of the clustered index that is locked now.
    fn show(
        &mut self,
        trx: &mut Trx,
        index: &Index,
        record: RecordRef<'_>,
        position: RangePosition,
        fresh: bool,
        row: &mut Vec<Datum>,
    ) -> Verdict {
        if position == RangePosition::Inside {
            index.codec.decode(record, row);
            self.releasable = fresh;
            return Verdict::Show(Fetched::Row);
        }
        if fresh && !self.route.backward {
            self.unlock(trx);
        }
        Verdict::Stop
    }

    /// A row of the clustered index that another transaction has.
    fn look_at_committed(
        &mut self,
        trx: &Trx,
        index: &Index,
        record: RecordRef<'_>,
        position: RangePosition,
        row: &mut Vec<Datum>,
    ) -> Result<Verdict> {
        let engine = &trx.engine;
        let version = self.versions.committed(&engine.undo, &engine.mvcc, &index.codec, record)?;
        self.releasable = false;
        Ok(match version.filter(|version| !version.is_deleted()) {
            None => Verdict::Pass,
            Some(_) if position == RangePosition::Beyond => Verdict::Stop,
            Some(version) => {
                index.codec.decode(version, row);
                Verdict::Show(Fetched::Committed)
            }
        })
    }

    /// The row of an entry: locked, the record alone.
    fn look_at_row(
        &mut self,
        trx: &Trx,
        table: &Table,
        index: &Index,
        entry: RecordRef<'_>,
        row: &mut Vec<Datum>,
    ) -> Result<Verdict> {
        let clustered = table.clustered();
        index.codec.key_of_entry(entry, &mut self.key);
        let key: FieldList<'_> = self.key.iter().collect();
        let mut cursor = clustered.tree.cursor();
        if !cursor.seek(&key, Seek::AtLeast)? || cursor.record().compare(&key).is_ne() {
            return Ok(Verdict::Pass);
        }
        let target = target(table, clustered, &cursor, &mut self.row_name);
        match ask(trx, &target, self.how.strength.of(Span::Record), self.how.on_busy.patience())? {
            Asked::Wait(ticket) => return Ok(Verdict::Wait(ticket)),
            Asked::Busy => return self.locked_by_another(),
            Asked::Granted { .. } => {}
        }
        if cursor.record().is_deleted() {
            return Ok(Verdict::Pass);
        }
        clustered.codec.decode(cursor.record(), row);
        Ok(Verdict::Show(Fetched::Row))
    }

    fn locked_by_another(&self) -> Result<Verdict> {
        match self.how.on_busy {
            OnBusy::SkipLocked => Ok(Verdict::Pass),
            _ => Err(Error::NoWait),
        }
    }
}

/// Where a scan is after it has come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AfterResume {
    /// On the record that it left.
    Same,
    /// That one is gone; on the one after it.
    Next,
    /// That one is gone, and it was the last.
    End,
}

/// The record that a cursor stands on, with its name in `name`.
fn target<'a>(table: &'a Table, index: &'a Index, cursor: &'a Cursor<'_>, name: &'a mut Vec<u8>) -> Target<'a> {
    let record = cursor.record();
    index.codec.lock_key(record, name);
    let stamp = if index.tree.has_stamps() { cursor.stamp() } else { 0 };
    let at = RecordId { index: index.id(), leaf: u64::from(cursor.leaf_no().0), key: RecordKey::Key(name) };
    Target { table, index, record, stamp, at }
}
