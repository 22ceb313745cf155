//! The contents of undo records, and the row versions that they lead to.

use super::reader::{IndexReader, shown};
use crate::codec::{Op, Result, UndoRec, apply_backwards, show};
use innolab_base::TrxId;
use innolab_page::undo::RollPtr;
use innolab_page::{Record, RecordRef};

/// The change that an undo record would undo.
#[derive(Debug, Clone)]
pub struct UndoneChange {
    /// The operation.
    pub op: Op,
    /// The table's id.
    pub table: u64,
    /// The writer of the previous version and the address of its undo record; `None`: an insert.
    pub before: Option<(TrxId, RollPtr)>,
    /// The clustered key: name and value of each field. Names are empty if the table is unknown.
    pub key: Vec<(String, Option<String>)>,
    /// The changed fields with their old values.
    pub old: Vec<(String, Option<String>)>,
}

impl std::fmt::Display for UndoneChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}", self.op, shown(self.key.clone()))?;
        if !self.old.is_empty() {
            write!(f, "; before: {}", shown(self.old.clone()))?;
        }
        Ok(())
    }
}

/// Decodes an undo record. `reader` returns the reader of the clustered index of the table with this id, if the table
/// is known.
/// ERRORS: the bytes are no undo record.
pub fn undone(payload: &[u8], reader: impl Fn(u64) -> Option<IndexReader>) -> Result<UndoneChange> {
    let record = UndoRec::parse(payload)?;
    let reader = reader(record.table);
    let named = |i: usize, value: Option<&[u8]>| match reader.as_ref().and_then(|reader| reader.fields.get(i)) {
        Some((name, kind)) => (name.clone(), value.map(|bytes| show(*kind, bytes))),
        None => (format!("field {i}"), value.map(|bytes| innolab_page::record::show_field(Some(bytes)))),
    };
    Ok(UndoneChange {
        op: record.op,
        table: record.table,
        before: record.before.map(|before| before.system()),
        key: record.key.iter().enumerate().map(|(i, value)| named(i, *value)).collect(),
        old: record.old.iter().map(|(i, value)| named(*i, *value)).collect(),
    })
}

impl IndexReader {
    /// The writer of a clustered record.
    pub fn trx_id(&self, record: RecordRef<'_>) -> TrxId {
        let bytes = record.field(self.layout.n_key()).unwrap_or_default();
        TrxId(bytes.iter().fold(0, |v, b| v << 8 | u64::from(*b)))
    }

    /// The address of the undo record of a clustered record's last change.
    pub fn roll_ptr(&self, record: RecordRef<'_>) -> RollPtr {
        RollPtr::read(record.field(self.layout.n_key() + 1).unwrap_or(&[0; RollPtr::LEN]), 0)
    }

    /// The version that preceded a clustered record, from the undo record at its roll pointer. `None`: the undo record
    /// is another row's, so the one for this version has been purged; or it is an insert's, so no version preceded.
    /// REQUIRES: a whole record of this index of table `table`.
    /// ERRORS: the bytes are no undo record; a value that the column cannot have.
    pub fn version_before(&self, record: RecordRef<'_>, payload: &[u8], table: u64) -> Result<Option<Record>> {
        let undo = UndoRec::parse(payload)?;
        let is_its = undo.table == table && undo.key.iter().copied().eq(record.key());
        if !is_its || undo.before.is_none() {
            return Ok(None);
        }
        let mut before = Record::new();
        apply_backwards(record, &undo, &self.layout, &mut before)?;
        Ok(Some(before))
    }
}
