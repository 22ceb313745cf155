//! Changes of rows: what happens, in what order, and what is left when one fails.
//!
//! ```text
//! insert   undo record ─► clustered: ask the gap, put ─► each secondary index: look for duplicates, ask the gap, put or revive
//!          (of many rows at once, where that cannot be told from one after the other: `batch`)
//! update   undo record ─► clustered: put in place     ─► each index whose entry changes: mark the old one, insert the new one
//! delete   undo record ─► clustered: delete-mark      ─► each index: mark the entry
//! another  ─► as a delete and an insert, the clustered index first: the key is the row's place
//! key
//! ```
//!
//! RULES
//!
//! - **R1** The undo record is written first, with no latch held; the row then bears its address. If the row turns out
//!   not to be changed, the record is taken back: at the latest when the next one is written. A crash in between leaves
//!   a record that no row refers to, which rollback passes over.
//! - **R2** What is decided under a latch is decided from what is seen there. Where something was read before, it is
//!   compared again.
//! - **R3** A row change that fails takes back what it did, whole: the undo log is walked back to where it was.
//! - **R4** The clustered index changes first: so who finds an entry of a secondary index in the making finds the
//!   writer in the row.
//! - **R5** Locks are asked for under the latch, moved to new neighbours when the change is certain, and waited for
//!   with nothing held.
//!
//! InnoDB's counterpart: `row0ins`, `row0upd`. Left out: foreign keys, columns that lie elsewhere, partial updates of
//! indexes on prefixes.

pub(crate) mod batch;
pub(crate) mod duplicate;
pub(crate) mod insert;
pub(crate) mod secondary;
pub(crate) mod update;

use self::batch::{Batch, with_row_id};
use self::insert::Whole;
use crate::def::{Datum, IndexNo};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::row::Fields;
use crate::table::{Index, Table};
use crate::trx::{Asked, Transaction};
use innolab_base::PageNo;
use innolab_btree::{Field, Site};
use innolab_lock::{At, Inherit, Patience, RecordKey, RecordMode, TableMode, Ticket};
use innolab_page::Record;
use std::borrow::Cow;
use std::sync::Arc;

/// How a row that stands in an insert's way is locked, so that what the statement does next is about this row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DuplicateLock {
    /// INSERT: it only says so.
    #[default]
    Shared,
    /// REPLACE and ON DUPLICATE KEY UPDATE: they will change it.
    Exclusive,
}

impl DuplicateLock {
    fn record(self) -> RecordMode {
        match self {
            DuplicateLock::Shared => RecordMode::SRec,
            DuplicateLock::Exclusive => RecordMode::XRec,
        }
    }

    fn next_key(self) -> RecordMode {
        match self {
            DuplicateLock::Shared => RecordMode::S,
            DuplicateLock::Exclusive => RecordMode::X,
        }
    }
}

/// Buffers of a transaction's changes, used again and again.
#[derive(Default)]
pub(crate) struct Scratch {
    /// The undo record.
    pub(crate) payload: Vec<u8>,
    /// The clustered record to be.
    pub(crate) fields: Fields,
    /// A key, or an entry of a secondary index.
    pub(crate) entry: Fields,
    /// The clustered record as it was read.
    pub(crate) old: Record,
    pub(crate) names: Names,
    /// Rows that are being inserted.
    pub(crate) batch: Batch,
}

/// The names of two neighbours, as the lock table knows them.
#[derive(Default)]
pub(crate) struct Names {
    here: Name,
    next: Name,
}

/// The buffer of a name.
#[derive(Default)]
struct Name(Vec<u8>);

impl Name {
    /// The record with this key.
    fn of<'n, 'f>(&'n mut self, index: &Index, leaf: PageNo, key: impl Iterator<Item = Field<'f>>) -> At<'n> {
        index.codec.lock_key_of(key, &mut self.0);
        At { index: index.id(), leaf: u64::from(leaf.0), key: RecordKey::Key(&self.0) }
    }

    /// The record after a place, or the end of the index.
    fn of_next<'n>(&'n mut self, index: &Index, site: &Site<'_>) -> At<'n> {
        match site.next() {
            Some(record) => self.of(index, site.leaf_no(), record.key()),
            None => At { index: index.id(), leaf: u64::from(site.leaf_no().0), key: RecordKey::Supremum },
        }
    }
}

impl Names {
    /// The record with this key.
    pub(crate) fn here<'n, 'f>(
        &'n mut self,
        index: &Index,
        leaf: PageNo,
        key: impl Iterator<Item = Field<'f>>,
    ) -> At<'n> {
        self.here.of(index, leaf, key)
    }

    /// The record after a place, or the end of the index. REQUIRES: [`innolab_btree::Ask::next`].
    pub(crate) fn next<'n>(&'n mut self, index: &Index, site: &Site<'_>) -> At<'n> {
        self.next.of_next(index, site)
    }

    /// Both.
    pub(crate) fn both<'n, 'f>(
        &'n mut self,
        index: &Index,
        site: &Site<'_>,
        key: impl Iterator<Item = Field<'f>>,
    ) -> (At<'n>, At<'n>) {
        (self.here.of(index, site.leaf_no(), key), self.next.of_next(index, site))
    }
}

/// The record at `site` becomes `new`: if its size changes it is written anew in its page, which the lock table is told.
pub(crate) fn tell_rewritten<'f>(
    engine: &Engine,
    names: &mut Names,
    index: &Index,
    site: &Site<'_>,
    new: impl Iterator<Item = Field<'f>>,
) {
    let Some(old) = site.record().filter(|_| !engine.lock.is_idle()) else { return };
    let size = |field: Field<'_>| field.map(<[u8]>::len);
    if !old.fields().map(size).eq(new.map(size)) {
        engine.lock.rewritten(&names.here(index, site.leaf_no(), old.key()));
    }
}

/// The locks on the gap that `site` is in are on both halves from now on: the record with this key is certain to come (I9).
pub(crate) fn inherit_on_insert<'f>(
    engine: &Engine,
    names: &mut Names,
    index: &Index,
    site: &Site<'_>,
    key: impl Iterator<Item = Field<'f>>,
) {
    if !engine.lock.is_idle() {
        let (new, successor) = names.both(index, site, key);
        engine.lock.inherit_on_insert(&new, &successor);
    }
}

/// Asks to insert into the gap that `site` is in; the wait, if there is one.
pub(crate) fn ask_gap(trx: &Transaction, names: &mut Names, index: &Index, site: &Site<'_>) -> Result<Option<Ticket>> {
    if trx.engine.lock.is_idle() {
        return Ok(None);
    }
    let at = names.next(index, site);
    waits(trx.lock_record(&at, RecordMode::Insert, Patience::Wait)?)
}

/// The wait, if there is one. Only who asked without patience is told that a lock is taken.
pub(crate) fn waits(asked: Asked) -> Result<Option<Ticket>> {
    match asked {
        Asked::Granted { .. } => Ok(None),
        Asked::Busy => Err(Error::NoWait),
        Asked::Wait(ticket) => Ok(Some(ticket)),
    }
}

impl Transaction {
    /// Inserts a row; the system's columns are added. REQUIRES one value a column, of its type; no latch is held.
    /// ERRORS: [`Error::Duplicate`], [`Error::RowTooLarge`], [`Error::DiskFull`], [`Error::LockWaitTimeout`]: the row
    /// is not there then. [`Error::Deadlock`].
    /// LOCKS: IX on the table; an insert intention in each index; on what stands in the way as `on_duplicate` says.
    #[doc(alias = "row_insert_for_mysql")]
    pub fn insert(&mut self, table: &Arc<Table>, row: &[Datum], on_duplicate: DuplicateLock) -> Result<()> {
        self.insert_many(table, &[row], on_duplicate)
    }

    /// Inserts rows of one statement in this order, as [`Transaction::insert`] each: locks and outcome are the same,
    /// undo and redo are written for many at once.
    /// REQUIRES, LOCKS and ERRORS as there: the rows before the one that failed are there then, for the caller to take
    /// the statement back.
    pub fn insert_many<R: AsRef<[Datum]>>(
        &mut self,
        table: &Arc<Table>,
        rows: &[R],
        on_duplicate: DuplicateLock,
    ) -> Result<()> {
        let n_columns = table.def().columns.len();
        assert!(rows.iter().all(|row| row.as_ref().len() == n_columns), "one value a column");
        if on_duplicate == DuplicateLock::Exclusive {
            self.lock_duplicates_exclusively();
        }
        let mut at = 0;
        while at < rows.len() {
            let (done, inserted) = self.insert_some(table, &rows[at..]);
            let mut counted = Ok(());
            for row in rows[at..at + done].iter().map(AsRef::as_ref) {
                if let Some(used) = table.auto_increment_of(row) {
                    counted = counted.and_then(|()| self.used_auto_increment(table, used));
                }
                self.log_change(table, None, Some(row));
            }
            inserted.and(counted)?;
            at += done;
        }
        Ok(())
    }

    /// Inserts the first of these rows: one batch. How many are in.
    fn insert_some<R: AsRef<[Datum]>>(&mut self, table: &Arc<Table>, rows: &[R]) -> (usize, Result<()>) {
        let before = match self.prepare_change(table) {
            Ok(before) => before,
            Err(e) => return (0, Err(e)),
        };
        let mut whole = Whole { rows: 0, changes: before };
        let mut scratch = std::mem::take(&mut self.scratch);
        let (batch, cut) = self.encode_rows(table, rows, &mut scratch);
        let inserted = self.insert_rows(table, &batch, &mut scratch, &mut whole).and(cut);
        self.scratch = scratch;
        match inserted {
            Ok(()) => (whole.rows, Ok(())),
            Err(e) => (whole.rows, self.undo_to(whole.changes).and(Err(e))),
        }
    }

    /// Makes a batch of the first of these rows, with their row ids; and the error of the row that ends it, for when
    /// those before are in.
    fn encode_rows<'r, R: AsRef<[Datum]>>(
        &mut self,
        table: &Table,
        rows: &'r [R],
        scratch: &mut Scratch,
    ) -> (Vec<Cow<'r, [Datum]>>, Result<()>) {
        let mut whole = Vec::new();
        scratch.batch.clear();
        let mut encode = |row: &'r R| {
            let row_id = match table.def().has_row_id() {
                true => Some(Datum::UInt(self.engine.sys.next_row_id()?)),
                false => None,
            };
            let row = with_row_id(row.as_ref(), row_id.as_slice());
            scratch.batch.push(table.clustered(), &row)?;
            whole.push(row);
            Ok(scratch.batch.is_full())
        };
        let mut cut = Ok(());
        for row in rows {
            match encode(row) {
                Ok(false) => {}
                Ok(true) => break,
                Err(e) => {
                    cut = Err(e);
                    break;
                }
            }
        }
        (whole, cut)
    }

    /// Changes a row; whether it has changed (equal values change nothing). REQUIRES: `old_row` is the newest version,
    /// as a locking scan showed it, and locked X; `new_row` has one value a column. A hidden row id that follows in
    /// `old_row` stays. ERRORS: as [`Transaction::insert`], and [`Error::NoRow`].
    #[doc(alias = "row_update_for_mysql")]
    pub fn update(&mut self, table: &Arc<Table>, old_row: &[Datum], new_row: &[Datum]) -> Result<bool> {
        let n = table.def().columns.len();
        if old_row[..n] == new_row[..n] {
            return Ok(false);
        }
        let whole = with_row_id(&new_row[..n], &old_row[n..]);
        self.change(table, |trx, scratch| trx.update_row(table, old_row, &whole, scratch))?;
        self.log_change(table, Some(&old_row[..n]), Some(&new_row[..n]));
        Ok(true)
    }

    /// Deletes a row: marks it, purge removes it. REQUIRES: `row` as [`Transaction::update`]'s `old_row`. ERRORS: as there.
    #[doc(alias = "row_update_for_mysql")]
    pub fn delete(&mut self, table: &Arc<Table>, row: &[Datum]) -> Result<()> {
        self.change(table, |trx, scratch| trx.delete_row(table, row, scratch))?;
        self.log_change(table, Some(&row[..table.def().columns.len()]), None);
        Ok(())
    }

    /// A row change, whole or not at all (R3).
    fn change<R>(&mut self, table: &Table, act: impl FnOnce(&mut Transaction, &mut Scratch) -> Result<R>) -> Result<R> {
        let before = self.prepare_change(table)?;
        let mut scratch = std::mem::take(&mut self.scratch);
        let changed = act(self, &mut scratch);
        self.scratch = scratch;
        if changed.is_err() {
            self.undo_to(before)?;
        }
        changed
    }

    /// What every change of a row begins with; how many there were before.
    fn prepare_change(&mut self, table: &Table) -> Result<u64> {
        self.engine.check()?;
        self.lock_table(table, TableMode::Ix, Patience::Wait)?;
        self.begin_change()
    }

    /// From here to the end of the statement checks of duplicates lock X, those of updates too (H2 of `lock`).
    fn lock_duplicates_exclusively(&mut self) {
        self.on_duplicate = DuplicateLock::Exclusive;
        if self.isolation().skips_gaps() {
            let owner = self.owner();
            self.engine.lock.set_inherit(owner, Inherit::ExclusiveOnly);
        }
    }

    /// The newest that a leaf of a secondary index is stamped with when this transaction changes it.
    pub(crate) fn stamp(&self) -> u64 {
        self.id().map_or(0, |id| id.0)
    }
}

/// The error that says that a row with this key is there. `row`: the one that cannot be inserted.
pub(crate) fn duplicate(table: &Table, index: IndexNo, row: &[Datum]) -> Error {
    Error::Duplicate { index, key: table.index(index).codec.unique_key_of(row) }
}
