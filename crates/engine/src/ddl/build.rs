//! Rows from one tree into others: the live rows of a clustered index, sorted, loaded.
//!
//! ```text
//! clustered ─ rows, 128 at a time, no latch in between ─► entries ─► sort ─► bulk load
//!                                                                     └ equal neighbours in a unique key: 1062
//! ```
//!
//! RULES
//!
//! - **R1** REQUIRES that nobody changes rows meanwhile: the caller has X on the table's definition. Purge may take delete-marked rows away.
//! - **R2** What is built has no entries of delete-marked rows, and none of older versions: views that would want them may not read by it (`metadata` R3).
//!
//! InnoDB's counterpart: `row_merge_build_indexes`. Left out: changes while it builds (`row_log`), several indexes in one scan.

use crate::ddl::sort::{Sorted, Sorter};
use crate::def::{Datum, IndexNo, TableDef};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::events::{Building, Built};
use crate::records::Records;
use crate::row::{Fields, IndexCodec};
use innolab_btree::{FillFactor, Tree};
use innolab_page::Record;

/// How often progress is told, in rows.
const TELL_EVERY: u64 = 1 << 16;

/// The live rows of a clustered tree, in the order of its key; holds no latch between calls.
pub(crate) struct Rows<'a> {
    records: Records<'a>,
    codec: &'a IndexCodec,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(tree: &'a Tree, codec: &'a IndexCodec) -> Rows<'a> {
        Rows { records: Records::new(tree), codec }
    }

    /// The next row; whether there is one. ERRORS: what reading pages can bring.
    pub(crate) fn next(&mut self, row: &mut Vec<Datum>) -> Result<bool> {
        while let Some(record) = self.records.next()? {
            if !record.is_deleted() {
                self.codec.decode(record, row);
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// An empty tree that is to be filled, and what it will be.
pub(crate) struct Target<'a> {
    pub(crate) def: &'a TableDef,
    pub(crate) index: IndexNo,
    pub(crate) tree: &'a Tree,
    pub(crate) codec: &'a IndexCodec,
    /// The stamp of its leaves, if it has stamps.
    pub(crate) stamp: u64,
}

impl Engine {
    /// Fills a secondary index with the entries of a clustered one. ERRORS: [`Error::Duplicate`], [`Error::DiskFull`]; the tree then has some of them.
    #[doc(alias = "row_merge_build_indexes")]
    pub(crate) fn build_index(&self, rows: &mut Rows<'_>, target: &Target<'_>) -> Result<()> {
        let (mut row, mut fields, mut record) = (vec![], Fields::default(), Record::new());
        let layout = target.codec.layout();
        let mut sorter = self.sorter(target);
        let mut read = 0u64;
        while rows.next(&mut row)? {
            target.codec.entry_of(&row, &mut fields)?;
            record.leaf(layout, &fields.refs()).map_err(innolab_btree::Error::from)?;
            sorter.push(&record)?;
            read += 1;
            if read.is_multiple_of(TELL_EVERY) {
                let (table, index) = target.names();
                self.store.events().emit(|| Building { table, index, rows: read });
            }
        }
        self.load_sorted(sorter.finish()?, target)
    }

    /// A sorter for the records of an index.
    pub(crate) fn sorter<'a>(&'a self, target: &Target<'a>) -> Sorter<'a> {
        Sorter::new(self.store.disk(), target.codec.layout(), self.options.innodb_sort_buffer_size)
    }

    /// Loads sorted records. ERRORS as [`Engine::build_index`].
    pub(crate) fn load_sorted(&self, mut sorted: Sorted<'_>, target: &Target<'_>) -> Result<()> {
        let runs = sorted.runs();
        let mut unique = Unique::new(target);
        let rows = load(target, |record| Ok(sorted.next(record)? && unique.check(record)?))?;
        let (table, index) = target.names();
        self.store.events().emit(|| Built { table, index, rows, runs });
        Ok(())
    }
}

/// Fills the tree with what `next` makes, in order. ERRORS: those of `next`; no room on the disk.
pub(crate) fn load(target: &Target<'_>, mut next: impl FnMut(&mut Record) -> Result<bool>) -> Result<u64> {
    let mut failed = None;
    let loaded = target.tree.bulk_load(FillFactor::default(), target.stamp, |record| {
        Ok(next(record).unwrap_or_else(|e| {
            failed = Some(e);
            false
        }))
    });
    failed.map_or(Ok(()), Err)?;
    Ok(loaded?)
}

impl Target<'_> {
    fn names(&self) -> (String, String) {
        (self.def.name.clone(), self.def.index_name(self.index).to_owned())
    }
}

/// Sees to it that no two records in order are equal in what must be unique.
struct Unique<'a> {
    target: &'a Target<'a>,
    before: Option<Record>,
}

impl<'a> Unique<'a> {
    fn new(target: &'a Target<'a>) -> Unique<'a> {
        Unique { target, before: None }
    }

    /// `true`. ERRORS: [`Error::Duplicate`].
    fn check(&mut self, record: &Record) -> Result<bool> {
        let codec = self.target.codec;
        let view = record.view(codec.layout());
        if let Some(before) = &self.before {
            let mut pairs = before.view(codec.layout()).key().zip(view.key()).take(codec.n_unique());
            if pairs.all(|(a, b)| a.is_some() && a == b) {
                let mut row = vec![];
                codec.decode(view, &mut row);
                return Err(Error::Duplicate { index: self.target.index, key: codec.unique_key_of(&row) });
            }
        }
        self.before.get_or_insert_default().copy(view);
        Ok(true)
    }
}
