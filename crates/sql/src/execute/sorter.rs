//! Sorts rows within `sort_buffer_size`: what does not fit is written to a temporary file in sorted runs, which are merged.
//!
//! ```text
//! push ─► buffer ─full─► sorted ─► file │ run │ run │ run │ … ─► merged, as many at a time as the buffer has room for ─► next
//!           └─ LIMIT: only the rows within it are kept
//! ```
//!
//! RULES
//!
//! - **R1** Rows with equal keys are returned in the order in which they were pushed: a run is sorted stably, and of equal
//!   rows that of the earlier run comes first.
//! - **R2** Memory: the buffer; while merging, a block of each run that is merged. Seven runs are merged at once at least.
//! - **R3** Pushing takes no latch and calls the engine for its temporary files only, so it may be called with a page
//!   latched.
//!
//! The server's counterpart: `filesort`, `merge_many_buff`, `Bounded_queue`, in `sql/filesort.cc`.

use super::record_file::{BLOCK_BYTES, RecordFile, RecordReader, damaged};
use crate::answer::SqlError;
use crate::engine::{TemporaryFiles, Transaction};
use crate::query::OrderBy;
use crate::types::{Spill, Value, order};
use innolab_base::Counter;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::ops::Range;
use std::rc::Rc;

/// The least number of runs that are merged at once (R2).
const MIN_FAN_IN: usize = 7;
/// The smallest block of a run in memory.
const MIN_BLOCK_BYTES: usize = 256;

/// The order of sort keys: true for each that is descending; those behind are ascending. A row with fewer keys comes
/// before one that has the same and more.
#[derive(Clone)]
struct KeyOrder(Rc<[bool]>);

impl KeyOrder {
    fn compare(&self, a: &[Value], b: &[Value]) -> Ordering {
        let parts = a.iter().zip(b).enumerate().map(|(part, (a, b))| {
            let ascending = order(a, b);
            if self.0.get(part).is_some_and(|descending| *descending) { ascending.reverse() } else { ascending }
        });
        parts.fold(Ordering::Equal, Ordering::then).then(a.len().cmp(&b.len()))
    }
}

/// The values that a row is sorted by, and the row.
pub(super) type SortRow<T> = (Vec<Value>, Vec<T>);

/// Takes rows in any order.
pub(super) struct Sorter<T> {
    order: KeyOrder,
    limit_bytes: usize,
    /// Number of rows that are wanted, from the first on.
    wanted: usize,
    /// `None`: all rows stay in memory.
    files: Option<TemporaryFiles>,
    rows: Vec<SortRow<T>>,
    bytes: usize,
    file: Option<RecordFile>,
    runs: Vec<Range<u64>>,
    pub(super) pushed: u64,
    merges: u64,
    files_created: u64,
}

impl<T: Spill> Sorter<T> {
    /// A sorter by ORDER BY, then by the keys that follow, of which the first `wanted` rows are returned. `memory`: bytes
    /// that it keeps in memory, and where it writes the rest; `None`: it keeps all.
    pub(super) fn new(by: &[OrderBy], wanted: usize, memory: Option<(usize, TemporaryFiles)>) -> Sorter<T> {
        let order = KeyOrder(by.iter().map(|part| part.descending).collect());
        let (limit_bytes, files) = memory.map_or((usize::MAX, None), |(limit, files)| (limit, Some(files)));
        Sorter {
            order,
            limit_bytes,
            wanted,
            files,
            rows: Vec::new(),
            bytes: 0,
            file: None,
            runs: Vec::new(),
            pushed: 0,
            merges: 0,
            files_created: 0,
        }
    }

    /// Adds a row. ERRORS: 1114, the disk is full.
    pub(super) fn push(&mut self, keys: Vec<Value>, row: Vec<T>) -> Result<(), SqlError> {
        self.pushed += 1;
        self.bytes += bytes_of(&keys, &row);
        self.rows.push((keys, row));
        if self.rows.len() / 2 >= self.wanted || self.bytes > self.limit_bytes {
            self.make_room()?;
        }
        Ok(())
    }

    /// Drops the rows that are not wanted; if the others still fill half of the buffer, they become a run.
    #[cold]
    fn make_room(&mut self) -> Result<(), SqlError> {
        self.sort();
        if self.bytes > self.limit_bytes / 2
            && let Some(files) = &self.files
        {
            let file = match &mut self.file {
                Some(file) => file,
                None => {
                    self.files_created += 1;
                    self.file.insert(RecordFile::create(files)?)
                }
            };
            let begin = self.runs.last().map_or(0, |run| run.end);
            for (keys, row) in self.rows.drain(..) {
                file.append(|to| write_row(&keys, &row, to))?;
            }
            self.runs.push(begin..file.end()?);
            self.bytes = 0;
        }
        Ok(())
    }

    /// Sorts the rows in memory and drops those that are not wanted.
    fn sort(&mut self) {
        let order = self.order.clone();
        self.rows.sort_by(|(a, _), (b, _)| order.compare(a, b));
        if self.rows.len() > self.wanted {
            self.rows.truncate(self.wanted);
            self.bytes = self.rows.iter().map(|(keys, row)| bytes_of(keys, row)).sum();
        }
    }

    /// Returns the rows in order. ERRORS: 1114, the disk is full.
    pub(super) fn finish(mut self) -> Result<SortedRows<T>, SqlError> {
        self.sort();
        let last_run = std::mem::take(&mut self.rows);
        let Some(file) = self.file.take() else {
            return Ok(SortedRows {
                from: From::Memory(last_run.into_iter()),
                left: self.wanted,
                cost: Cost::default(),
            });
        };
        let mut file = file;
        if !last_run.is_empty() {
            let begin = self.runs.last().map_or(0, |run| run.end);
            last_run.iter().try_for_each(|(keys, row)| file.append(|to| write_row(keys, row, to)))?;
            self.runs.push(begin..file.end()?);
            drop(last_run);
        }
        let fan_in = (self.limit_bytes / BLOCK_BYTES).max(MIN_FAN_IN);
        while self.runs.len() > fan_in {
            file = self.merge_pass(&file, fan_in)?;
        }
        let merge = self.merge(&file, self.runs.clone())?;
        let cost = Cost { merges: self.merges, files: self.files_created };
        Ok(SortedRows { from: From::Runs(merge), left: self.wanted, cost })
    }

    /// Merges neighbouring runs, so that fewer are left; they are in the file that is returned (R1).
    fn merge_pass(&mut self, from: &RecordFile, fan_in: usize) -> Result<RecordFile, SqlError> {
        let Some(files) = self.files.clone() else { return Err(damaged()) };
        let mut to = RecordFile::create(&files)?;
        self.files_created += 1;
        let mut runs = Vec::new();
        let mut begin = 0;
        for group in std::mem::take(&mut self.runs).chunks(fan_in) {
            let mut merge = self.merge(from, group.to_vec())?;
            let mut left = self.wanted;
            while left > 0
                && let Some((keys, row)) = merge.next()?
            {
                to.append(|bytes| write_row(&keys, &row, bytes))?;
                left -= 1;
            }
            let end = to.end()?;
            runs.push(begin..end);
            begin = end;
        }
        self.runs = runs;
        Ok(to)
    }

    fn merge(&mut self, file: &RecordFile, runs: Vec<Range<u64>>) -> Result<Merge<T>, SqlError> {
        self.merges += 1;
        let block = (self.limit_bytes / runs.len().max(1)).clamp(MIN_BLOCK_BYTES, BLOCK_BYTES);
        let readers = runs.into_iter().map(|run| file.reader(run, block)).collect();
        Merge::new(readers, self.order.clone())
    }
}

/// About how many bytes a row has in memory.
pub(super) fn bytes_of<T: Spill>(keys: &[Value], row: &[T]) -> usize {
    let heap: usize =
        keys.iter().map(Spill::heap_bytes).sum::<usize>() + row.iter().map(Spill::heap_bytes).sum::<usize>();
    size_of::<SortRow<T>>() + size_of_val(keys) + size_of_val(row) + heap
}

/// Appends the bytes of a row with its keys.
pub(super) fn write_row<T: Spill>(keys: &[Value], row: &[T], to: &mut Vec<u8>) {
    // An ORDER BY has fewer than 2^16 parts: a statement's text is shorter.
    to.extend((keys.len() as u32).to_le_bytes());
    keys.iter().for_each(|key| key.write(to));
    row.iter().for_each(|value| value.write(to));
}

/// Reads what [`write_row`] wrote. ERRORS: the bytes are none of a row.
pub(super) fn read_row<T: Spill>(record: &[u8]) -> Result<SortRow<T>, SqlError> {
    let parts = |mut from: &[u8]| {
        let (count, rest) = from.split_first_chunk()?;
        from = rest;
        let keys = (0..u32::from_le_bytes(*count)).map(|_| Value::read(&mut from)).collect::<Option<_>>()?;
        let mut row = Vec::new();
        while !from.is_empty() {
            row.push(T::read(&mut from)?);
        }
        Some((keys, row))
    };
    parts(record).ok_or_else(damaged)
}

/// What a sort cost beside its rows.
#[derive(Default)]
struct Cost {
    merges: u64,
    files: u64,
}

/// The rows in order.
pub(super) struct SortedRows<T> {
    from: From<T>,
    /// Number of rows that are still wanted.
    left: usize,
    cost: Cost,
}

enum From<T> {
    Memory(std::vec::IntoIter<SortRow<T>>),
    Runs(Merge<T>),
}

impl<T: Spill> SortedRows<T> {
    /// Counts the files and the merges.
    pub(super) fn count(&self, trx: &mut Transaction) {
        trx.count(Counter::SortMergePasses, self.cost.merges);
        trx.count(Counter::CreatedTmpFiles, self.cost.files);
    }

    /// Returns the next row; `None` after the last that is wanted. ERRORS: those of reading the file.
    pub(super) fn next(&mut self) -> Result<Option<SortRow<T>>, SqlError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        match &mut self.from {
            From::Memory(rows) => Ok(rows.next()),
            From::Runs(merge) => merge.next(),
        }
    }
}

/// A merge of runs: the least of their heads is next.
struct Merge<T> {
    heads: BinaryHeap<Reverse<Head<T>>>,
    readers: Vec<RecordReader>,
    order: KeyOrder,
}

impl<T: Spill> Merge<T> {
    fn new(readers: Vec<RecordReader>, order: KeyOrder) -> Result<Merge<T>, SqlError> {
        let runs = readers.len();
        let mut merge = Merge { heads: BinaryHeap::with_capacity(runs), readers, order };
        (0..runs).try_for_each(|run| merge.read_head(run))?;
        Ok(merge)
    }

    fn read_head(&mut self, run: usize) -> Result<(), SqlError> {
        if let Some(record) = self.readers[run].next()? {
            let row = read_row(record)?;
            self.heads.push(Reverse(Head { row, run, order: self.order.clone() }));
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<SortRow<T>>, SqlError> {
        let Some(Reverse(head)) = self.heads.pop() else { return Ok(None) };
        self.read_head(head.run)?;
        Ok(Some(head.row))
    }
}

/// The first row of a run that has not been returned.
struct Head<T> {
    row: SortRow<T>,
    run: usize,
    order: KeyOrder,
}

impl<T> Ord for Head<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        // R1
        self.order.compare(&self.row.0, &other.row.0).then(self.run.cmp(&other.run))
    }
}

impl<T> PartialOrd for Head<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Head<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T> Eq for Head<T> {}
