//! Undoing changes, newest first.
//!
//! ```text
//! undo record     indexes first                                                       then the row
//! insert          each entry is removed                                               it is removed
//! update          the new entry is removed, or marked if an older version has it;     the old version is put
//!                 the old entry loses its mark
//! delete-mark     each entry loses its mark                                           the old version is put
//! revive          each entry is removed, or marked if an older version has it         the old version is put, or the row is
//!                                                                                     removed if every view sees it deleted
//! ```
//!
//! RULES
//!
//! - **R1** An undo record counts only if the row bears its address. A crash or a failed change may leave a record
//!   whose row never changed or is already restored. So undoing twice is harmless.
//! - **R2** The row's `DB_TRX_ID` shows that it belongs to this transaction; no lock is requested and nothing is
//!   waited for. Other transactions' locks on removed records are inherited (I9).
//! - **R3** A delete-marked version that would be restored, and that every view sees as deleted, is removed instead:
//!   purge may have passed it by while the row was live.
//! - **R4** Undo records are removed from the log after their rows are restored, some at a time: by R1 a record may
//!   be found again.
//! - **R5** A live version that every view sees is restored without history: `DB_TRX_ID` 0, no roll pointer.
//!
//! InnoDB's counterpart: `row0undo`, `row0uins`, `row0umod`, `trx0roll`.

use super::fate::{Fate, decide_entry, is_visible_to_a_view};
use crate::codec::{FieldList, Fields, Op, Result, System, UndoRec, apply_backwards};
use crate::core::{Engine, Trx, TrxParts};
use crate::dict::{Index, Table};
use crate::rows::{Names, inherit_on_insert, inherit_on_remove, note_rewrite};
use innolab_base::TrxId;
use innolab_btree::{Change, Decision, Field, Site, WriteOptions};
use innolab_page::{Record, RecordRef};
use innolab_undo::RollPtr;
use std::sync::Arc;

/// The system columns of R5.
static NO_HISTORY: ([u8; 6], [u8; 7]) = System::NO_HISTORY.bytes();

/// Undo records between two truncations of the log (R4).
const TRUNCATE_EVERY: u64 = 64;

impl TrxParts {
    /// Undoes all changes but the first `len`. ERRORS: the engine is poisoned (I10).
    pub(crate) fn undo_to(&mut self, engine: &Engine, len: u64) -> Result<()> {
        let undone = self.walk_back(engine, len);
        if let Err(e) = &undone {
            engine.poison(e);
        }
        undone
    }

    fn walk_back(&mut self, engine: &Engine, len: u64) -> Result<()> {
        let (Some(log), changes) = (&mut self.log, &mut self.changes) else { return Ok(()) };
        let mut undoer = Undoer::new(engine, log.trx());
        let mut payload = Vec::new();
        // Records that were announced and not used (R1 of `write::batch`).
        log.truncate(*changes)?;
        let mut at = if *changes > len { log.top(&mut payload)? } else { None };
        while let Some(here) = at {
            undoer.undo(UndoRec::parse(&payload)?, here)?;
            *changes -= 1;
            if *changes == len {
                break;
            }
            if *changes % TRUNCATE_EVERY == 0 {
                log.truncate(*changes)?;
                at = log.top(&mut payload)?;
            } else {
                at = log.before(here, &mut payload)?;
            }
        }
        Ok(log.truncate(*changes)?)
    }
}

impl Trx {
    /// As [`TrxParts::undo_to`].
    pub(crate) fn undo_to(&mut self, len: u64) -> Result<()> {
        self.parts.undo_to(&self.engine, len)
    }
}

impl Drop for Trx {
    fn drop(&mut self) {
        // A failure has poisoned the engine (`commit` R4).
        let _ = self.parts.rollback(&self.engine);
    }
}

/// Undoes changes of one transaction.
struct Undoer<'e> {
    engine: &'e Engine,
    trx: TrxId,
    names: Names,
    /// The row as it is, and as it was before the change.
    now: Record,
    before: Record,
    entry: Fields,
    earlier: Fields,
}

impl<'e> Undoer<'e> {
    fn new(engine: &'e Engine, trx: TrxId) -> Undoer<'e> {
        let (names, now, before) = (Names::default(), Record::new(), Record::new());
        Undoer { engine, trx, names, now, before, entry: Fields::default(), earlier: Fields::default() }
    }

    fn undo(&mut self, mut undo: UndoRec<'_>, at: RollPtr) -> Result<()> {
        // The rows of a dropped table were removed with its file.
        let Some(table) = self.engine.tables.read().by_id(undo.table).cloned() else { return Ok(()) };
        let table: &Arc<Table> = &table;
        let clustered = table.clustered();
        undo.check_key(clustered.codec.layout())?;
        let now = &mut self.now;
        let found = clustered.tree.get(&undo.key, |record| {
            now.copy(record);
            clustered.codec.system(record)
        })?;
        // R1: the row does not bear this record's address.
        let mine = System { trx_id: self.trx, roll_ptr: at.0 };
        if found != Some(mine) {
            return Ok(());
        }
        if undo.op == Op::Insert {
            return self.remove_row(table, mine);
        }
        if let Some(before) = undo.before.as_mut().filter(|before| !before.deleted)
            && self.engine.mvcc.seen_by_all(before.system().0)
        {
            before.set_system(&NO_HISTORY); // R5
        }
        apply_backwards(self.now.view(clustered.codec.layout()), &undo, clustered.codec.layout(), &mut self.before)?;
        if undo.ordering || undo.op == Op::Revive {
            self.restore_entries(table)?;
        }
        self.restore_row(clustered, mine)
    }

    /// Removes the row and its entries.
    #[doc(alias = "row_undo_ins")]
    fn remove_row(&mut self, table: &Arc<Table>, mine: System) -> Result<()> {
        let clustered = table.clustered();
        for (_, index) in table.secondaries() {
            let now = self.now.view(clustered.codec.layout());
            index.codec.entry_from(|i| now.field(i), &mut self.entry);
            decide_entry(self.engine, index, &self.entry, &mut self.names, self.trx.0, &mut |_| Ok(Fate::Remove))?;
        }
        self.put_or_remove(clustered, mine, false)
    }

    /// Replaces the entries of the row as it is by those of the row as it was.
    #[doc(alias = "row_undo_mod_upd_exist_sec")]
    #[doc(alias = "row_undo_mod_del_mark_sec")]
    #[doc(alias = "row_undo_mod_upd_del_sec")]
    fn restore_entries(&mut self, table: &Arc<Table>) -> Result<()> {
        let layout = table.clustered().codec.layout();
        for (_, index) in table.secondaries() {
            let (now, before) = (self.now.view(layout), self.before.view(layout));
            index.codec.entry_from(|i| now.field(i), &mut self.entry);
            index.codec.entry_from(|i| before.field(i), &mut self.earlier);
            let same = self.entry.iter().eq(self.earlier.iter());
            if !now.is_deleted() && (!same || before.is_deleted()) {
                let engine = self.engine;
                let mut judge = |entry: RecordRef<'_>| {
                    Ok(if is_visible_to_a_view(engine, table, index, entry, false)? {
                        Fate::Mark
                    } else {
                        Fate::Remove
                    })
                };
                decide_entry(engine, index, &self.entry, &mut self.names, self.trx.0, &mut judge)?;
            }
            if !before.is_deleted() && (!same || now.is_deleted()) {
                self.bring_back(index)?;
            }
        }
        Ok(())
    }

    /// Removes the mark of the earlier entry, or inserts the entry if it was removed.
    #[doc(alias = "row_undo_mod_del_unmark_sec_and_undo_update")]
    fn bring_back(&mut self, index: &Index) -> Result<()> {
        let fields: FieldList<'_> = self.earlier.iter().collect();
        let options = WriteOptions { next: true, stamp: self.trx.0, ..WriteOptions::default() };
        let mut back = BringBack { engine: self.engine, index, fields: &fields, names: &mut self.names };
        Ok(index.tree.write_by(&fields, options, &mut back)?)
    }

    /// Restores the row, or removes it (R3).
    #[doc(alias = "row_undo_mod_clust")]
    fn restore_row(&mut self, clustered: &Index, mine: System) -> Result<()> {
        let before = self.before.view(clustered.codec.layout());
        let forgotten = before.is_deleted() && self.engine.mvcc.seen_by_all(clustered.codec.system(before).trx_id);
        self.put_or_remove(clustered, mine, !forgotten)
    }

    fn put_or_remove(&mut self, clustered: &Index, mine: System, put: bool) -> Result<()> {
        let layout = clustered.codec.layout();
        let key: FieldList<'_> = self.now.view(layout).key().collect();
        let before = put.then(|| self.before.view(layout));
        let mut undo = UndoRow { engine: self.engine, clustered, mine, before, names: &mut self.names };
        let options = WriteOptions { next: !put, ..WriteOptions::default() };
        Ok(clustered.tree.write_by(&key, options, &mut undo)?)
    }
}

/// Undoes the row's last change, under the latch.
struct UndoRow<'a> {
    engine: &'a Engine,
    clustered: &'a Index,
    mine: System,
    /// `None`: the row is removed.
    before: Option<RecordRef<'a>>,
    names: &'a mut Names,
}

impl Decision for UndoRow<'_> {
    fn decide(&mut self, site: &Site<'_>, record: &mut Record) -> innolab_btree::Result<Change> {
        let is_mine = site.record().is_some_and(|there| self.clustered.codec.system(there) == self.mine);
        Ok(match self.before {
            _ if !is_mine => Change::Keep,
            None => Change::Remove,
            Some(before) => {
                record.copy(before);
                Change::Put
            }
        })
    }

    fn before_change(&mut self, site: &Site<'_>) {
        match self.before {
            Some(before) => note_rewrite(self.engine, self.names, self.clustered, site, before.fields()),
            None => inherit_on_remove(self.engine, self.clustered, self.names, site),
        }
    }
}

/// See [`Undoer::bring_back`].
struct BringBack<'a> {
    engine: &'a Engine,
    index: &'a Index,
    fields: &'a [Field<'a>],
    names: &'a mut Names,
}

impl Decision for BringBack<'_> {
    fn decide(&mut self, site: &Site<'_>, record: &mut Record) -> innolab_btree::Result<Change> {
        match site.record() {
            Some(_) => Ok(Change::DeleteMark(false)),
            None => {
                record.leaf(self.index.codec.layout(), self.fields)?;
                Ok(Change::Put)
            }
        }
    }

    fn before_change(&mut self, site: &Site<'_>) {
        if site.record().is_none() {
            inherit_on_insert(self.engine, self.names, self.index, site, self.fields.iter().copied());
        }
    }
}
