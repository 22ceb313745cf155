//! A locked record, found again on its page: the lock table knows records by their keys only.
//!
//! ```text
//! lock on index 7, key 8000000a ─► search the tree ─► leaf 3, heap no 3, info bits 0, the record's fields
//! lock on index 7, supremum     ─► its last leaf   ─► leaf 3, heap no 1
//! ```
//!
//! For a row that its lock's owner has changed, the versions in the undo log say which of its changes came first: that
//! change locked the row.
//!
//! InnoDB's counterpart: `lock_rec_print`, `rec_print_new`; a lock there knows its page and heap number.

use crate::codec::{FieldList, Fields, Result};
use crate::core::{Engine, PlacedRecord};
use crate::dict::{Index, Table};
use crate::rows::Versions;
use innolab_base::TrxId;
use innolab_btree::{Cursor, Seek};
use innolab_lock::{DataLock, Key, Target};
use innolab_page::Record;
use innolab_page::undo::RollPtr;

/// The heap number of the supremum.
const SUPREMUM_HEAP_NO: u16 = 1;

impl Engine {
    /// Finds the record of a lock. `None`: a lock on a table, or the record is gone. LOCKS: a shared latch.
    pub(super) fn place(&self, held: &DataLock) -> Option<PlacedRecord> {
        let Target::Record { index, key } = &held.target else { return None };
        let (table, no) = self.index_by_id(*index)?;
        let index = table.index(no);
        // A page that cannot be read is reported by whoever needs it for more than a report.
        match key {
            Key::Bytes(name) => {
                let cursor = find(index, name).ok()??;
                let record = cursor.record();
                let fields = record.fields().map(|field| field.map(<[u8]>::to_vec)).collect();
                Some(PlacedRecord { heap_no: record.heap_no(), info_bits: record.info(), fields, ..on_leaf(&cursor) })
            }
            Key::Supremum => {
                let mut cursor = index.tree().cursor();
                let has_record = cursor.last().ok()?;
                let fields = vec![Some(b"supremum".to_vec())];
                let there = if has_record { on_leaf(&cursor) } else { empty_leaf(index) };
                Some(PlacedRecord { heap_no: SUPREMUM_HEAP_NO, fields, ..there })
            }
        }
    }

    /// Number of changes that the owner of a lock had made before it first changed the row that the lock is on. `None`:
    /// it has not changed that row. LOCKS: shared latches of leaves and undo pages.
    pub(super) fn first_change(&self, held: &DataLock) -> Option<u64> {
        let (Some(owner), Target::Record { index, key: Key::Bytes(name) }) = (held.trx_id, &held.target) else {
            return None;
        };
        let (table, no) = self.index_by_id(*index)?;
        let entry = find(table.index(no), name).ok()??;
        let mut key = Fields::default();
        table.index(no).codec.key_of_entry(entry.record(), &mut key);
        if no.0 == 0 {
            return self.first_version_by(owner, &table, entry).ok()?;
        }
        let key: FieldList<'_> = key.iter().collect();
        let mut row = table.clustered().tree.cursor();
        let is_there = row.seek(&key, Seek::AtLeast).ok()? && row.record().compare(&key).is_eq();
        if is_there { self.first_version_by(owner, &table, row).ok()? } else { None }
    }

    fn first_version_by(&self, owner: TrxId, table: &Table, row: Cursor<'_>) -> Result<Option<u64>> {
        let codec = &table.clustered().codec;
        let (mut versions, mut version, mut before) = (Versions::default(), Record::new(), Record::new());
        version.copy(row.record());
        let mut first = None;
        loop {
            let system = codec.system(version.view(codec.layout()));
            if system.trx_id != owner {
                break;
            }
            first = Some(RollPtr(system.roll_ptr));
            if !versions.before(&self.undo, codec, version.view(codec.layout()), &mut before)? {
                break;
            }
            std::mem::swap(&mut version, &mut before);
        }
        Ok(first.map(|at| self.undo.number_of(at)).transpose()?)
    }
}

/// Finds the record with this lock key.
fn find<'t>(index: &'t Index, name: &[u8]) -> Result<Option<Cursor<'t>>> {
    let Some(key) = index.codec.fields_of_lock_key(name) else { return Ok(None) };
    let mut cursor = index.tree().cursor();
    let is_there = cursor.seek(&key, Seek::AtLeast)? && cursor.record().compare(&key).is_eq();
    Ok(is_there.then_some(cursor))
}

fn on_leaf(cursor: &Cursor<'_>) -> PlacedRecord {
    let n_heap = cursor.page().counts().n_heap;
    PlacedRecord { page_no: cursor.leaf_no(), heap_no: 0, n_heap, info_bits: 0, fields: Vec::new() }
}

/// The leaf of an empty index: its root.
fn empty_leaf(index: &Index) -> PlacedRecord {
    PlacedRecord { page_no: index.tree().root(), heap_no: 0, n_heap: 2, info_bits: 0, fields: Vec::new() }
}
