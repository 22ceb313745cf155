//! Locks with names and values instead of numbers and bytes: as rows of `performance_schema.data_locks`, and drawn.
//!
//! ```text
//! session  table  index    mode                    status   data
//! 1        t      (none)   IX                      GRANTED  (none)
//! 1        t      c        X                       GRANTED  20, 4        the index's own columns, then those of the primary key
//! 2        t      PRIMARY  X,INSERT_INTENTION      WAITING  supremum pseudo-record
//! ```
//!
//! RULES
//!
//! - **R1** Rows are sorted by session, table, table locks before record locks, index number, key in index order with
//!   the supremum last, mode.
//! - **R2** Metadata locks are left out, as in the server's table.
//! - **R3** A hidden row id is shown as `row_id`: the counter never restarts during a database's life, so its value
//!   would differ between runs and mean nothing.
//!
//! The records of a lock on their pages are found in `place`, a deadlock is named in `deadlock`.
//!
//! InnoDB's counterpart: `p_s.cc`, `lock_print_info_all_transactions`.

use crate::codec::{ColumnType, Datum, IndexNo};
use crate::core::{Engine, LockRow, PlacedRecord, ShownLock};
use crate::dict::Table;
use innolab_base::IndexId;
use innolab_lock::{DataLock, Key, Table as LockedTable, Target, TrxStatus};
use std::sync::Arc;

/// `LOCK_DATA` of the end of an index.
const SUPREMUM: &str = "supremum pseudo-record";

/// The sort key of a row (R1).
type Order = (u64, String, Option<(usize, bool, Vec<Datum>)>, &'static str, bool);

impl Engine {
    /// All locks that are held or waited for (R1, R2).
    pub fn locks(&self) -> Vec<LockRow> {
        let mut rows: Vec<(Order, LockRow)> =
            self.lock.data_locks().iter().filter_map(|held| self.lock_row(held)).collect();
        rows.sort_by(|(a, _), (b, _)| a.cmp(b));
        rows.into_iter().map(|(_, row)| row).collect()
    }

    /// Pairs of sessions, a waiter and a blocker, in the order in which the waits began.
    #[doc(alias = "performance_schema.data_lock_waits")]
    pub fn lock_waits(&self) -> Vec<(u64, u64)> {
        self.lock.lock_waits()
    }

    /// All transactions that have used a table, by session.
    #[doc(alias = "information_schema.innodb_trx")]
    pub fn transactions(&self) -> Vec<TrxStatus> {
        self.lock.transactions()
    }

    /// A lock with names and values. `None`: a metadata lock, or a table that has just been dropped.
    pub fn name_lock(&self, held: &DataLock) -> Option<LockRow> {
        self.lock_row(held).map(|(_, row)| row)
    }

    /// A lock with the records of its structure on their pages. `None`: a metadata lock, or a table that has just been
    /// dropped. LOCKS: shared latches of leaves.
    pub fn show_lock(&self, held: &DataLock) -> Option<ShownLock> {
        self.show_structure(std::slice::from_ref(held))
    }

    /// As [`Engine::show_lock`], for all locks of a structure. REQUIRES: at least one.
    pub(super) fn show_structure(&self, locks: &[DataLock]) -> Option<ShownLock> {
        let (_, row) = self.lock_row(locks.first()?)?;
        let table = self.table_of(locks.first()?)?;
        let mut records: Vec<PlacedRecord> = locks.iter().filter_map(|held| self.place(held)).collect();
        records.sort_by_key(|record| record.heap_no);
        Some(ShownLock { row, table_id: table.id(), space: table.tree().space().id(), records })
    }

    fn table_of(&self, held: &DataLock) -> Option<Arc<Table>> {
        match &held.target {
            Target::Table(LockedTable(id)) => self.table_by_id(*id),
            Target::Name(_) => None,
            Target::Record { index, .. } => Some(self.index_by_id(*index)?.0),
        }
    }

    /// A lock as a row. `None`: a metadata lock, or a table that has just been dropped.
    fn lock_row(&self, held: &DataLock) -> Option<(Order, LockRow)> {
        let (table, place, index, data) = match &held.target {
            Target::Table(LockedTable(id)) => (self.table_by_id(*id)?, None, None, None),
            Target::Name(_) => return None,
            Target::Record { index, key } => {
                let (table, no) = self.index_by_id(*index)?;
                let values = match key {
                    Key::Bytes(name) => table.index(no).codec.values_of_lock_key(name)?,
                    Key::Supremum => Vec::new(),
                };
                let is_supremum = *key == Key::Supremum;
                let data = if is_supremum { SUPREMUM.to_owned() } else { table.shown_key(no, &values) };
                let name = table.index_name(no).to_owned();
                (table, Some((no.0, is_supremum, values)), Some(name), Some(data))
            }
        };
        let (session, mode, waiting, name) = (held.session, held.mode_name(), held.waiting, table.def().name.clone());
        let trx_id = held.shown_trx_id;
        let row = LockRow { session, trx_id, table: name.clone(), index, mode, waiting, data };
        Some(((session, name, place, mode, waiting), row))
    }

    pub(super) fn index_by_id(&self, id: IndexId) -> Option<(Arc<Table>, IndexNo)> {
        let tables = self.tables.read();
        tables.iter().find_map(|table| {
            let no = table.indexes().iter().position(|index| index.id() == id)?;
            Some((table.clone(), IndexNo(no)))
        })
    }

    /// Draws the locks on an index as a number line, one line a session; see [`innolab_lock::LockTable::draw`].
    /// REQUIRES: the table has the index.
    pub fn draw_locks(&self, table: &Table, index: IndexNo) -> String {
        let show = |name: &[u8]| match table.index(index).codec.values_of_lock_key(name) {
            Some(values) => table.shown_key(index, &values),
            None => "?".to_owned(),
        };
        self.lock.draw(table.index(index).id(), &[], &show)
    }
}

impl Table {
    /// The name of an index; `GEN_CLUST_INDEX` for the clustered index of a table without a primary key.
    pub fn index_name(&self, index: IndexNo) -> &str {
        match index.0.checked_sub(1) {
            Some(i) => &self.def().indexes[i].name,
            None if self.def().primary_key.is_empty() => "GEN_CLUST_INDEX",
            None => "PRIMARY",
        }
    }

    /// The values of a key as `LOCK_DATA` (R3).
    fn shown_key(&self, index: IndexNo, values: &[Datum]) -> String {
        let columns = &self.def().columns;
        let mut key_columns = self.index(index).key_columns();
        let shown = values.iter().map(|value| match (key_columns.next(), value) {
            (None, _) => "row_id".to_owned(),
            (_, Datum::Null) => "NULL".to_owned(),
            (_, Datum::Int(n)) => n.to_string(),
            (_, Datum::UInt(n)) => n.to_string(),
            (Some(i), Datum::Bytes(bytes))
                if matches!(columns[i].ty, ColumnType::VarChar { .. } | ColumnType::Char { .. }) =>
            {
                format!("'{}'", String::from_utf8_lossy(bytes))
            }
            (_, Datum::Bytes(bytes)) => bytes.iter().fold("0x".to_owned(), |text, byte| format!("{text}{byte:02X}")),
        });
        shown.collect::<Vec<_>>().join(", ")
    }
}
