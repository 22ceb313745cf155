//! A statement: its changes, and the way back.
//!
//! ```text
//! insert k ──► done: [ remove k ]
//! update k ──► done: [ remove k, put the old k ]
//! error    ──► the list is walked from its end:  put the old k · remove k
//! commit   ──► AUTO_INCREMENT counters · flush the log as innodb_flush_log_at_trx_commit says · the list is forgotten
//! ```
//!
//! RULES
//!
//! - **R1** Each row's change is one mini-transaction. A statement that fails or is dropped puts every row back as it was, its `DB_TRX_ID` too.
//! - **R2** The way back lives in memory only. A crash in the middle of a statement of several rows may therefore leave some of its rows: a statement that
//!   nobody was told is done. Undo logs will close this gap; until then I4 holds for single rows, I3 for every acknowledged statement.
//! - **R3** If the way back cannot be walked to its end (a full disk, an unreadable page), the engine refuses everything until it is opened again (I10).
//! - **R4** A transaction id is taken by the first change. Its row's roll pointer says *no earlier version*.
//!
//! InnoDB's counterpart: `row_ins`, `row_upd`, `row_sel`, `trx_rollback_last_sql_stat_for_mysql`.

use crate::def::{Datum, IndexNo, KeyRange};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::events::RolledBack;
use crate::row::{Fields, IndexCodec, ROLL_PTR_INSERT, System};
use crate::table::Table;
use innolab_base::TrxId;
use innolab_btree::{Ask, Change, Inserted, Seek, Tree};
use innolab_page::Record;
use std::ops::{Bound, ControlFlow};
use std::sync::Arc;

/// How one change is taken back.
enum Inverse {
    /// The row that was inserted goes.
    Remove { tree: Arc<Tree>, key: Fields },
    /// The record that was changed or removed comes back.
    Put { tree: Arc<Tree>, record: Record },
}

/// A running statement. Dropping it takes its changes back.
#[must_use = "a statement's changes are taken back unless it is committed"]
pub struct Statement<'e> {
    engine: &'e Engine,
    trx_id: Option<TrxId>,
    done: Vec<Inverse>,
    /// The largest AUTO_INCREMENT value of each table.
    counters: Vec<(Arc<Tree>, u64)>,
    fields: Fields,
    row: Vec<Datum>,
}

impl<'e> Statement<'e> {
    pub(crate) fn new(engine: &'e Engine) -> Statement<'e> {
        Statement { engine, trx_id: None, done: vec![], counters: vec![], fields: Fields::default(), row: vec![] }
    }

    /// Inserts a row; the system's columns are added. REQUIRES one value a column, of its type.
    /// ERRORS: [`Error::Duplicate`], [`Error::RowTooLarge`], [`Error::DiskFull`]; the row is not there then, earlier rows of the statement are.
    #[doc(alias = "row_insert_for_mysql")]
    pub fn insert(&mut self, table: &Table, row: &[Datum]) -> Result<()> {
        assert_eq!(row.len(), table.def().columns.len(), "one value a column");
        let system = self.begin_change()?;
        if table.def().has_row_id() {
            self.row.clear();
            self.row.extend_from_slice(row);
            self.row.push(Datum::UInt(self.engine.sys.next_row_id()?));
            table.clustered().codec.encode(&self.row, system, &mut self.fields)?;
        } else {
            table.clustered().codec.encode(row, system, &mut self.fields)?;
        }
        self.insert_fields(table, row)?;
        if let Some(used) = table.auto_increment_of(row) {
            self.used_auto_increment(table, used);
        }
        Ok(())
    }

    /// Inserts the record that `self.fields` has; `row` only for the error.
    fn insert_fields(&mut self, table: &Table, row: &[Datum]) -> Result<()> {
        match table.clustered().tree.insert(&self.fields.refs())? {
            Inserted::Yes => {}
            Inserted::Duplicate { .. } => {
                return Err(Error::Duplicate { index: IndexNo::CLUSTERED, key: table.clustered().codec.key_of(row) });
            }
        }
        let key = self.fields.first(table.clustered().codec.layout().n_key());
        self.done.push(Inverse::Remove { tree: table.clustered().tree.clone(), key });
        Ok(())
    }

    fn used_auto_increment(&mut self, table: &Table, used: u64) {
        table.bump_auto_increment(used);
        match self.counters.iter_mut().find(|(tree, _)| Arc::ptr_eq(tree, &table.clustered().tree)) {
            Some((_, largest)) => *largest = used.max(*largest),
            None => self.counters.push((table.clustered().tree.clone(), used)),
        }
    }

    /// Shows the rows of a range in the key's order, or against it, until `visit` breaks off. A row of a table without primary key has its hidden row id as
    /// one more value at its end. LOCKS: `visit` is called with the row's leaf latched: it must not call into the engine, nor wait.
    /// ERRORS: a bound's value that the column cannot have; what reading pages can bring.
    #[doc(alias = "row_search_mvcc")]
    pub fn scan(
        &mut self,
        table: &Table,
        range: &KeyRange,
        reverse: bool,
        visit: &mut dyn FnMut(&[Datum]) -> ControlFlow<()>,
    ) -> Result<()> {
        self.engine.check()?;
        let mut scan = Scan { tree: &table.clustered().tree, codec: &table.clustered().codec, row: &mut self.row };
        if let Some(key) = table.clustered().codec.one_key(range) {
            table.clustered().codec.encode_key(key, &mut self.fields)?;
            return scan.point(&self.fields, visit);
        }
        if reverse { scan.backward(range, visit) } else { scan.forward(range, visit) }
    }

    /// Changes a row; whether it has changed (equal values change nothing). REQUIRES: `old_row` as [`Statement::scan`] showed it; `new_row` has one value a
    /// column, the row id may follow and does not change. ERRORS: as [`Statement::insert`], and [`Error::NoRow`].
    #[doc(alias = "row_update_for_mysql")]
    pub fn update(&mut self, table: &Table, old_row: &[Datum], new_row: &[Datum]) -> Result<bool> {
        let n = table.def().columns.len();
        if old_row[..n] == new_row[..n] {
            return Ok(false);
        }
        let system = self.begin_change()?;
        self.row.clear();
        self.row.extend_from_slice(&new_row[..n]);
        self.row.extend_from_slice(&old_row[n..]);
        let mut old_key = Fields::default();
        table.clustered().codec.encode_key_of(old_row, &mut old_key)?;
        table.clustered().codec.encode(&self.row, system, &mut self.fields)?;
        let new = self.fields.refs();
        if old_key.refs()[..] == new[..table.clustered().codec.layout().n_key()] {
            let old = replace(&table.clustered().tree, &old_key, Some(&self.fields))?;
            self.done.push(Inverse::Put { tree: table.clustered().tree.clone(), record: old });
            return Ok(true);
        }
        // The new row first: if its key is taken, nothing has changed.
        self.insert_fields(table, new_row)?;
        self.take_out(table, &old_key)?;
        Ok(true)
    }

    /// Removes a row. REQUIRES: `row` as [`Statement::scan`] showed it. ERRORS: [`Error::NoRow`], [`Error::DiskFull`].
    pub fn delete(&mut self, table: &Table, row: &[Datum]) -> Result<()> {
        self.begin_change()?;
        let mut key = Fields::default();
        table.clustered().codec.encode_key_of(row, &mut key)?;
        self.take_out(table, &key)
    }

    fn take_out(&mut self, table: &Table, key: &Fields) -> Result<()> {
        let old = replace(&table.clustered().tree, key, None)?;
        self.done.push(Inverse::Put { tree: table.clustered().tree.clone(), record: old });
        Ok(())
    }

    /// R4
    fn begin_change(&mut self) -> Result<System> {
        self.engine.check()?;
        let trx_id = match self.trx_id {
            Some(id) => id,
            None => {
                let id = self.engine.mvcc.begin();
                self.engine.mvcc.end(id);
                self.engine.sys.reserve_trx_id(id)?;
                *self.trx_id.insert(id)
            }
        };
        Ok(System { trx_id, roll_ptr: ROLL_PTR_INSERT })
    }

    /// The transaction id, once something was changed.
    pub fn trx_id(&self) -> Option<TrxId> {
        self.trx_id
    }

    /// Ends the statement. What it did is as durable as `innodb_flush_log_at_trx_commit` says when this returns. ERRORS: the log failed; it is unknown then
    /// whether the statement survives, and the store refuses to go on (I10).
    #[doc(alias = "trx_commit_for_mysql")]
    pub fn commit(mut self) -> Result<()> {
        self.keep_counters()?;
        if self.trx_id.is_none() {
            return Ok(());
        }
        let store = &self.engine.store;
        let end = store.appended_lsn();
        match self.engine.options.innodb_flush_log_at_trx_commit {
            0 => {}
            1 => store.flush_log(end)?,
            _ => store.write_log(end)?,
        }
        self.done.clear();
        Ok(())
    }

    fn keep_counters(&mut self) -> Result<()> {
        for (tree, used) in std::mem::take(&mut self.counters) {
            if used > tree.counter()? {
                tree.set_counter(used)?;
            }
        }
        Ok(())
    }

    /// Takes everything back. The AUTO_INCREMENT counters stay, as InnoDB's do.
    pub fn rollback(mut self) -> Result<()> {
        self.walk_back()
    }

    fn walk_back(&mut self) -> Result<()> {
        let changes = self.done.len() as u64;
        let walked = self.keep_counters().and_then(|()| {
            while let Some(inverse) = self.done.pop() {
                inverse.apply()?;
            }
            Ok(())
        });
        self.engine.store.events().emit(|| RolledBack { changes });
        // R3
        walked.inspect_err(|e| self.engine.break_down(e))
    }
}

impl Drop for Statement<'_> {
    fn drop(&mut self) {
        if !self.done.is_empty() {
            // The engine remembers why it failed (R3).
            let _ = self.walk_back();
        }
    }
}

/// Puts `new` into the place of the record with this key, or removes it. The record that was there. ERRORS: [`Error::NoRow`].
fn replace(tree: &Tree, key: &Fields, new: Option<&Fields>) -> Result<Record> {
    let mut old = Record::default();
    let new = new.map(|fields| fields.refs());
    let found = tree.modify(&key.refs(), |there, record| {
        old.copy(there);
        let Some(new) = &new else { return Ok(Change::Remove) };
        record.leaf(tree.layout(), new)?;
        Ok(Change::Put)
    })?;
    if found { Ok(old) } else { Err(Error::NoRow) }
}

impl Inverse {
    fn apply(&self) -> Result<()> {
        match self {
            Inverse::Remove { tree, key } => {
                tree.remove(&key.refs())?;
            }
            Inverse::Put { tree, record: old } => {
                let key: Vec<_> = old.view(tree.layout()).key().collect();
                tree.write(&key, Ask::default(), &mut |_, record| {
                    record.copy(old.view(tree.layout()));
                    Ok(Change::Put)
                })?;
            }
        }
        Ok(())
    }
}

/// A walk along the clustered index.
struct Scan<'a> {
    tree: &'a Tree,
    codec: &'a IndexCodec,
    row: &'a mut Vec<Datum>,
}

type Visit<'v> = dyn FnMut(&[Datum]) -> ControlFlow<()> + 'v;

impl Scan<'_> {
    /// The one row that can have a full key: no cursor, no second look at a range's end.
    fn point(&mut self, key: &Fields, visit: &mut Visit<'_>) -> Result<()> {
        self.tree.get(&key.refs(), |record| {
            self.codec.decode(record, self.row);
            // There is nothing more to see, whether the visitor breaks off or not.
            let _ = visit(self.row);
        })?;
        Ok(())
    }

    fn forward(self, range: &KeyRange, visit: &mut Visit<'_>) -> Result<()> {
        let (low, high) = (self.bound(&range.low)?, self.bound(&range.high)?);
        let mut cursor = self.tree.cursor();
        let mut there = match &low {
            Bound::Unbounded => cursor.first()?,
            Bound::Included(key) => cursor.seek(&key.refs(), Seek::AtLeast)?,
            Bound::Excluded(key) => cursor.seek(&key.refs(), Seek::Above)?,
        };
        let end = end_of(&high);
        while there {
            let record = cursor.record();
            let beyond = match &end {
                Bound::Unbounded => false,
                Bound::Included(key) => record.compare(key).is_gt(),
                Bound::Excluded(key) => record.compare(key).is_ge(),
            };
            self.codec.decode(record, self.row);
            if beyond || visit(self.row).is_break() {
                break;
            }
            there = cursor.next()?;
        }
        Ok(())
    }

    fn backward(self, range: &KeyRange, visit: &mut Visit<'_>) -> Result<()> {
        let (low, high) = (self.bound(&range.low)?, self.bound(&range.high)?);
        let mut cursor = self.tree.cursor();
        let mut there = match &high {
            Bound::Unbounded => cursor.last()?,
            Bound::Included(key) => cursor.seek(&key.refs(), Seek::AtMost)?,
            Bound::Excluded(key) => cursor.seek(&key.refs(), Seek::Below)?,
        };
        let end = end_of(&low);
        while there {
            let record = cursor.record();
            let beyond = match &end {
                Bound::Unbounded => false,
                Bound::Included(key) => record.compare(key).is_lt(),
                Bound::Excluded(key) => record.compare(key).is_le(),
            };
            self.codec.decode(record, self.row);
            if beyond || visit(self.row).is_break() {
                break;
            }
            there = cursor.prev()?;
        }
        Ok(())
    }

    fn bound(&self, bound: &Bound<Vec<Datum>>) -> Result<Bound<Fields>> {
        let encode = |key: &Vec<Datum>| {
            let mut fields = Fields::default();
            self.codec.encode_key(key, &mut fields).map(|()| fields)
        };
        Ok(match bound {
            Bound::Unbounded => Bound::Unbounded,
            Bound::Included(key) => Bound::Included(encode(key)?),
            Bound::Excluded(key) => Bound::Excluded(encode(key)?),
        })
    }
}

fn end_of(bound: &Bound<Fields>) -> Bound<Vec<innolab_btree::Field<'_>>> {
    bound.as_ref().map(Fields::refs)
}
