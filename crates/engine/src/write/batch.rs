//! The rows of one statement that go in together: encoded first, announced in the undo log, then put.
//!
//! ```text
//! records   [ r0 │ r1 │ r2 │ r3 │ r4 │ r5 │ … ]
//!             in ─────────┘ done     │
//!             their undo is written ─┘ announced
//! ```
//!
//! RULES
//!
//! - **R1** A record is announced before it is put, and bears the address of its undo record from then on. What is
//!   announced and never put is taken off the log by whoever writes to it next or walks it back; after a crash it is a
//!   record whose row does not bear its address.
//! - **R2** As many are announced at once as one undo page takes. After a row that took the place of a delete-marked
//!   one, which has an undo record of another kind, it is one again, then two, four, …: so the work on records that are
//!   taken off again stays below the work on those that are not.
//! - **R3** While a row is put the leaves of the next ones are on their way from memory. Their numbers are hints, which
//!   the tree checks.
//!
//! Measured: one mini-transaction for the undo of many rows instead of one each, `docs/performance.md`. InnoDB's
//! counterpart: `row_ins_step` goes row by row; MariaDB's bulk insert into an empty table
//! (`trx_mod_table_time_t::start_bulk_insert`) comes near.

use crate::codec::{Datum, FieldList, Fields, Op, Result, Writer};
use crate::core::Trx;
use crate::dict::{Index, Table};
use innolab_base::PageNo;
use innolab_page::RecordBatch;
use innolab_undo::Kind;
use std::borrow::Cow;

/// Encoded rows of one batch: not much more than so many bytes, so that they stay in the processor's caches.
const FULL_BYTES: usize = 64 << 10;

/// R3: some more than a processor fetches at once.
const PREFETCHED_LEAVES: usize = 8;

/// See the module.
pub(crate) struct Batch {
    /// The clustered records to be.
    pub(crate) run: RecordBatch,
    /// How many are in.
    pub(crate) done: usize,
    /// How many have their undo record (R1).
    pub(crate) announced: usize,
    /// How many are announced next (R2).
    ahead: usize,
    payloads: Payloads,
    /// The leaves of the first rows, as far as they were foreseen (R3).
    leaves: Vec<PageNo>,
}

/// Payloads of undo records, one behind the other.
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
    /// Begins without rows.
    pub(crate) fn clear(&mut self) {
        self.run.clear();
        self.leaves.clear();
        (self.done, self.announced, self.ahead) = (0, 0, usize::MAX);
    }

    /// Adds a row. ERRORS: it cannot be encoded.
    pub(crate) fn push(&mut self, index: &Index, row: &[Datum]) -> Result<()> {
        index.codec.encode_record(row, &mut self.run)
    }

    /// Whether it is large enough.
    pub(crate) fn is_full(&self) -> bool {
        self.run.data_len() >= FULL_BYTES
    }

    /// Where the next row's leaf is, if that is known; has those of the rows after it fetched (R3). `key` is
    /// overwritten.
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

    /// The row that comes next is in, and not as it was announced (R2).
    pub(crate) fn was_revived(&mut self, revived: bool) {
        self.done += usize::from(revived);
        (self.announced, self.ahead) = (self.done, 1);
    }
}

impl Trx {
    /// Writes the undo records of the next rows of the batch (R1, R2).
    #[doc(alias = "trx_undo_report_row_operation")]
    pub(crate) fn announce(&mut self, table: &Table, batch: &mut Batch) -> Result<()> {
        let layout = table.clustered().codec.layout();
        let Batch { run, payloads, done, .. } = batch;
        let end = run.len().min(done.saturating_add(batch.ahead));
        payloads.bytes.clear();
        payloads.ends.clear();
        for record in run.records(*done..end, layout) {
            Writer::begin(&mut payloads.bytes, Op::Insert, false, table.id(), None, record.key()).list(&[]);
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

/// A row and its hidden row id, if it has one.
pub(crate) fn with_row_id<'r>(row: &'r [Datum], row_id: &[Datum]) -> Cow<'r, [Datum]> {
    match row_id {
        [] => Cow::Borrowed(row),
        _ => Cow::Owned([row, row_id].concat()),
    }
}
