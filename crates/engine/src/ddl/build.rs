//! Indexes built from the rows of a tree: the live rows of a clustered index, their entries sorted and bulk-loaded.
//!
//! ```text
//!                                                           ┌► entries of k ─► sort ─► bulk load
//! clustered ─ rows, 128 at a time, no latch in between ─────┼► entries of m ─► sort ─► bulk load
//!                                                           └► …                   └ equal neighbours in a unique key: error 1062
//! ```
//!
//! RULES
//!
//! - **R1** REQUIRES: no transaction changes rows meanwhile; the caller has X on the table's definition. Purge may
//!   remove delete-marked rows.
//! - **R2** A built index has no entries of delete-marked rows or of older versions: views that would need them may
//!   not read by it (`metadata` R3).
//! - **R3** The rows are read once, for all indexes. Each index has a sort buffer of its own.
//! - **R4** An interrupt of the statement ends the reading of rows, and the loading of entries, at the next one.
//!
//! InnoDB's counterpart: `row_merge_build_indexes`. Left out: concurrent changes of rows (`row_log`).

use super::sort::{Sorted, Sorter};
use crate::codec::{Datum, Error, Fields, IndexCodec, IndexNo, Result, TableDef};
use crate::core::events::{Building, Built};
use crate::core::{Engine, check_interrupt};
use crate::rows::Records;
use innolab_base::{TrxId, Waiter};
use innolab_btree::{FillFactor, Tree};
use innolab_page::{Record, RecordBatch};

/// Rows between two progress events.
const TELL_EVERY: u64 = 1 << 16;

/// The live rows of a clustered tree, in the order of its key. Holds no latch between calls.
pub(crate) struct LiveRows<'a> {
    records: Records<'a>,
    codec: &'a IndexCodec,
    session: &'a Waiter,
    writer: TrxId,
}

impl<'a> LiveRows<'a> {
    /// `session`: whose statement reads them (R4).
    pub(crate) fn new(tree: &'a Tree, codec: &'a IndexCodec, session: &'a Waiter) -> LiveRows<'a> {
        LiveRows { records: Records::new(tree), codec, session, writer: TrxId(0) }
    }

    /// Returns the transaction that wrote the last row.
    pub(crate) fn writer(&self) -> TrxId {
        self.writer
    }

    /// Writes the next row to `row`. Returns false after the last. ERRORS: those of reading pages;
    /// [`Error::Interrupted`].
    pub(crate) fn next(&mut self, row: &mut Vec<Datum>) -> Result<bool> {
        while let Some(record) = self.records.next()? {
            check_interrupt(self.session)?;
            if !record.is_deleted() {
                self.codec.decode(record, row);
                self.writer = self.codec.system(record).trx_id;
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// An empty tree to fill, and its index.
pub(crate) struct BuildTarget<'a> {
    pub(crate) def: &'a TableDef,
    pub(crate) index: IndexNo,
    pub(crate) tree: &'a Tree,
    pub(crate) codec: &'a IndexCodec,
    /// The stamp of its leaves, in a secondary index.
    pub(crate) stamp: u64,
}

impl Engine {
    /// Returns a builder of `targets`, all of them secondary indexes, from about `rows` rows, for a statement of
    /// `session`.
    pub(crate) fn index_builder<'a>(
        &'a self,
        targets: &'a [BuildTarget<'a>],
        rows: u64,
        session: &'a Waiter,
    ) -> IndexBuilder<'a> {
        let sorts = targets.iter().map(|target| (target, self.sorter(target))).collect();
        IndexBuilder {
            engine: self,
            session,
            sorts,
            read: 0,
            of: rows,
            fields: Fields::default(),
            record: Record::new(),
        }
    }

    /// A sorter of the records of an index.
    pub(crate) fn sorter<'a>(&'a self, target: &BuildTarget<'a>) -> Sorter<'a> {
        let limit_bytes = self.options.innodb_sort_buffer_size;
        Sorter::new(self.store.disk(), target.codec.layout(), limit_bytes, target.index.0)
    }

    /// Loads sorted records, for a statement of `session`. ERRORS: [`Error::Duplicate`], [`Error::DiskFull`],
    /// [`Error::Interrupted`]; the tree has some of the records then.
    pub(crate) fn load_sorted(&self, mut sorted: Sorted<'_>, target: &BuildTarget<'_>, session: &Waiter) -> Result<()> {
        let runs = sorted.runs();
        let mut unique = Unique::new(target.codec, target.index);
        let rows = load(target, |record| {
            check_interrupt(session)?;
            Ok(sorted.next(record)? && unique.check(record)?)
        })?;
        let (table, index) = (target.def.name.clone(), target.def.index_name(target.index).to_owned());
        self.store.events().emit(|| Built { table, index, rows, runs });
        Ok(())
    }
}

/// Builds several secondary indexes from rows (R3).
pub(crate) struct IndexBuilder<'a> {
    engine: &'a Engine,
    session: &'a Waiter,
    sorts: Vec<(&'a BuildTarget<'a>, Sorter<'a>)>,
    /// Number of rows so far, and about how many there will be.
    read: u64,
    of: u64,
    fields: Fields,
    record: Record,
}

impl IndexBuilder<'_> {
    /// Adds the entries of a row. ERRORS: the disk is full.
    #[doc(alias = "row_merge_buf_add")]
    pub(crate) fn push(&mut self, row: &[Datum]) -> Result<()> {
        for (target, sorter) in &mut self.sorts {
            target.codec.entry_of(row, &mut self.fields)?;
            self.record.leaf(target.codec.layout(), &self.fields.refs()).map_err(innolab_btree::Error::from)?;
            sorter.push(&self.record)?;
        }
        self.read += 1;
        if self.read.is_multiple_of(TELL_EVERY)
            && let Some((target, _)) = self.sorts.first()
        {
            let (table, rows, of) = (target.def.name.clone(), self.read, self.of.max(self.read));
            self.engine.store.events().emit(|| Building { table, rows, of });
        }
        Ok(())
    }

    /// Loads the indexes, one after the other. ERRORS: as [`Engine::load_sorted`], of the first index that fails.
    #[doc(alias = "row_merge_build_indexes")]
    pub(crate) fn load(self) -> Result<()> {
        let IndexBuilder { engine, session, sorts, .. } = self;
        sorts.into_iter().try_for_each(|(target, sorter)| engine.load_sorted(sorter.finish()?, target, session))
    }
}

/// Fills the tree with the records that `next` makes, in order, until it returns false. Returns their number. ERRORS:
/// those of `next`; the disk is full.
pub(crate) fn load(target: &BuildTarget<'_>, mut next: impl FnMut(&mut Record) -> Result<bool>) -> Result<u64> {
    let (mut record, layout) = (Record::new(), target.codec.layout());
    load_by(target, |run| {
        let there = next(&mut record)?;
        if there {
            run.push(record.view(layout));
        }
        Ok(there)
    })
}

/// As [`load`]; `next` appends each record to the batch that it gets.
pub(crate) fn load_by(target: &BuildTarget<'_>, mut next: impl FnMut(&mut RecordBatch) -> Result<bool>) -> Result<u64> {
    let mut failed = None;
    let loaded = target.tree.bulk_load_by(FillFactor::default(), target.stamp, |run| {
        Ok(next(run).unwrap_or_else(|e| {
            failed = Some(e);
            false
        }))
    });
    failed.map_or(Ok(()), Err)?;
    Ok(loaded?)
}

/// Refuses a record whose unique values equal those of the record before it.
pub(super) struct Unique<'a> {
    codec: &'a IndexCodec,
    index: IndexNo,
    before: Option<Record>,
}

impl<'a> Unique<'a> {
    pub(super) fn new(codec: &'a IndexCodec, index: IndexNo) -> Unique<'a> {
        Unique { codec, index, before: None }
    }

    /// Returns true. ERRORS: [`Error::Duplicate`].
    pub(super) fn check(&mut self, record: &Record) -> Result<bool> {
        let codec = self.codec;
        let view = record.view(codec.layout());
        if let Some(before) = &self.before {
            let mut pairs = before.view(codec.layout()).key().zip(view.key()).take(codec.n_unique());
            if pairs.all(|(a, b)| a.is_some() && a == b) {
                let mut row = vec![];
                codec.decode(view, &mut row);
                return Err(Error::Duplicate { index: self.index, key: codec.unique_key_of(&row) });
            }
        }
        self.before.get_or_insert_default().copy(view);
        Ok(true)
    }
}
