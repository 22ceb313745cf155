//! Rows of one statement that go in together: encoded, then announced in the undo log, then put.
//!
//! ```text
//! records   [ r0 │ r1 │ r2 │ r3 │ r4 │ r5 │ … ]
//!             in ─────────┘ done     │
//!             have an undo record ───┘ announced
//! ```
//!
//! RULES
//!
//! - **R1** A record gets its undo record before it is put, and bears its address from then on. An undo record whose
//!   row is never put is discarded when the transaction writes its next undo record or walks the log back; after a
//!   crash rollback passes over it, since no row bears its address.
//! - **R2** One announcement covers as many records as one undo page takes. A row that meets a delete-marked record
//!   needs an undo record of another kind, so the announced ones are discarded; the next announcement has one record,
//!   then two, four, …, so that the work on discarded records stays below the work on used ones.
//! - **R3** While a row is put, the leaves of the next rows are being fetched from memory. Their page numbers are
//!   hints, which the tree checks.
//!
//! Measured: one mini-transaction for the undo of many rows instead of one each (`docs/performance.md`). InnoDB's
//! `row_ins_step` goes row by row; MariaDB's bulk insert into an empty table
//! (`trx_mod_table_time_t::start_bulk_insert`) comes near.

use crate::codec::{Datum, FieldList, Fields, Op, Result, UndoWriter};
use crate::core::Trx;
use crate::dict::{Index, Table};
use innolab_base::PageNo;
use innolab_page::RecordBatch;
use innolab_undo::Kind;
use std::borrow::Cow;

/// A batch is full at this many bytes of encoded rows, so that it stays in the processor's caches.
const FULL_BYTES: usize = 64 << 10;

/// Leaves that are fetched ahead (R3): some more than a processor fetches at once.
const PREFETCHED_LEAVES: usize = 8;

/// Encoded rows of one statement; see the module.
pub(crate) struct Batch {
    /// The clustered records to put.
    pub(crate) run: RecordBatch,
    /// Number of records that are in.
    pub(crate) done: usize,
    /// Number of records that have an undo record (R1).
    pub(crate) announced: usize,
    /// Number of records to announce next (R2).
    ahead: usize,
    payloads: Payloads,
    /// The leaves of the first rows, as far as they have been looked up (R3).
    leaves: Vec<PageNo>,
}

/// Payloads of undo records, back to back.
#[derive(Default)]
struct Payloads {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Payloads {
    fn iter(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }
}

impl Default for Batch {
    fn default() -> Batch {
        Batch {
            run: RecordBatch::default(),
            done: 0,
            announced: 0,
            ahead: usize::MAX,
            payloads: Payloads::default(),
            leaves: Vec::new(),
        }
    }
}

impl Batch {
    /// Removes all rows.
    pub(crate) fn clear(&mut self) {
        self.run.clear();
        self.leaves.clear();
        (self.done, self.announced, self.ahead) = (0, 0, usize::MAX);
    }

    /// Adds a row. ERRORS: the row cannot be encoded.
    pub(crate) fn push(&mut self, index: &Index, row: &[Datum]) -> Result<()> {
        index.codec.encode_record(row, &mut self.run)
    }

    /// True if the batch is large enough to be put.
    pub(crate) fn is_full(&self) -> bool {
        self.run.data_len() >= FULL_BYTES
    }

    /// Returns the leaf of the next row, or `PageNo::NULL`, and fetches those of the rows after it (R3). Overwrites
    /// `key`.
    pub(crate) fn prefetch(&mut self, index: &Index, key: &mut Fields) -> Result<PageNo> {
        let layout = index.codec.layout();
        let end = self.run.len().min(self.done + PREFETCHED_LEAVES);
        if self.run.len() > 1 {
            self.leaves.resize(self.leaves.len().max(self.done), PageNo::NULL);
            for i in self.leaves.len()..end {
                key.set(self.run.get(i, layout).key());
                let key: FieldList<'_> = key.iter().collect();
                self.leaves.push(index.tree.prefetch_leaf(&key)?);
            }
        }
        Ok(self.leaves.get(self.done).copied().unwrap_or(PageNo::NULL))
    }

    /// Notes that the next row met a delete-marked record; `revived`: the row became that record's next version,
    /// so it is inserted (R2).
    pub(crate) fn was_revived(&mut self, revived: bool) {
        self.done += usize::from(revived);
        (self.announced, self.ahead) = (self.done, 1);
    }
}

impl Trx {
    /// Writes the undo records of the next rows of the batch, and puts their addresses into the rows (R1, R2).
    #[doc(alias = "trx_undo_report_row_operation")]
    pub(crate) fn announce(&mut self, table: &Table, batch: &mut Batch) -> Result<()> {
        let layout = table.clustered().codec.layout();
        let Batch { run, payloads, done, .. } = batch;
        let end = run.len().min(done.saturating_add(batch.ahead));
        payloads.bytes.clear();
        payloads.ends.clear();
        for record in run.records(*done..end, layout) {
            UndoWriter::begin(&mut payloads.bytes, Op::Insert, false, table.id(), None, record.key()).list(&[]);
            payloads.ends.push(payloads.bytes.len());
        }
        let n_key = layout.n_key();
        let mut next = *done;
        self.append_all(Kind::Insert, payloads.iter(), |system| {
            let (trx_id, roll_ptr) = system.bytes();
            run.set_field(next, layout, n_key, &trx_id);
            run.set_field(next, layout, n_key + 1, &roll_ptr);
            next += 1;
        })?;
        batch.announced = next;
        batch.ahead = batch.ahead.saturating_mul(2);
        Ok(())
    }
}

/// The row, followed by its hidden row id if it has one.
pub(crate) fn with_row_id<'r>(row: &'r [Datum], row_id: &[Datum]) -> Cow<'r, [Datum]> {
    match row_id {
        [] => Cow::Borrowed(row),
        _ => Cow::Owned([row, row_id].concat()),
    }
}
