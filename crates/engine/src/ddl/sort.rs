//! Sorting records with bounded memory: sorted runs in a file, merged at the end.
//!
//! ```text
//! push ─► buffer ─full─► sorted ─► ddl_sort.0.tmp  │ run 0 │ run 1 │ run 2 │
//!                                                      └───────┴───────┴──► the least of the heads ─► next
//! record in the file    bytes before its origin (2) · bytes in all (2) · the bytes
//! ```
//!
//! Memory: the buffer (`innodb_sort_buffer_size`); while merging, 16 KiB a run. What fits in the buffer is not written.
//!
//! RULES
//!
//! - **R1** Records with equal keys are returned in the order in which they were pushed.
//! - **R2** Each sort of a statement has its own number, and one statement at a time sorts in a database. Opening the
//!   database removes files that a crash left.
//!
//! InnoDB's counterpart: `row_merge_buf_sort`, `row_merge_sort`, which merge pairs of runs, pass by pass; here all
//! runs are merged at once.

use crate::codec::Result;
use innolab_disk::{Disk, File};
use innolab_page::{Layout, Record, RecordRef};
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::Arc;

/// Name of the file with the runs of sort `number`.
fn file_name(number: usize) -> String {
    format!("ddl_sort.{number}.tmp")
}

/// Removes the files that a crash left (R2).
pub(crate) fn remove_left_over(disk: &dyn Disk) -> Result<()> {
    let ours = |name: &String| name.starts_with("ddl_sort.") && name.ends_with(".tmp");
    disk.list()?.iter().filter(|name| ours(name)).try_for_each(|name| Ok(disk.remove(name)?))
}

/// Bytes that are read at a time from a run.
const READ_BYTES: u64 = 16 << 10;
/// Bytes before each record in the file.
const PREFIX: usize = 4;

/// Collects records in any order.
pub(crate) struct Sorter<'a> {
    layout: &'a Layout,
    limit_bytes: usize,
    bytes: Vec<u8>,
    /// Start, origin and end of each record in `bytes`.
    records: Vec<[u32; 3]>,
    run_file: RunFile<'a>,
}

/// The file with the runs. Dropping this removes it.
struct RunFile<'a> {
    disk: &'a Arc<dyn Disk>,
    name: String,
    file: Option<Arc<dyn File>>,
    runs: Vec<Range<u64>>,
}

impl Drop for RunFile<'_> {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // If that fails the next open removes the file (R2).
            let _ = self.disk.remove(&self.name);
        }
    }
}

impl<'a> Sorter<'a> {
    /// A sorter of records of `layout` that keeps about `limit_bytes` bytes in memory. REQUIRES: no other sort has
    /// this number (R2).
    pub(crate) fn new(disk: &'a Arc<dyn Disk>, layout: &'a Layout, limit_bytes: usize, number: usize) -> Sorter<'a> {
        let run_file = RunFile { disk, name: file_name(number), file: None, runs: vec![] };
        Sorter { layout, limit_bytes, bytes: vec![], records: vec![], run_file }
    }

    /// Adds a record. ERRORS: the disk is full.
    pub(crate) fn push(&mut self, record: &Record) -> Result<()> {
        if self.bytes.len() + record.len() + size_of::<[u32; 3]>() * self.records.len() > self.limit_bytes {
            self.spill()?;
        }
        let view = record.view(self.layout);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(view.bytes());
        self.records.push([start, start + view.sizes().0, self.bytes.len()].map(|at| at as u32));
        Ok(())
    }

    fn sort(&mut self) {
        let (bytes, layout) = (&self.bytes, self.layout);
        let view = |record: &[u32; 3]| RecordRef::new(bytes, record[1] as usize, layout);
        self.records.sort_by(|a, b| view(a).key().cmp(view(b).key()));
    }

    /// Writes the records in memory as a run.
    fn spill(&mut self) -> Result<()> {
        if self.records.is_empty() {
            return Ok(());
        }
        self.sort();
        let mut run = Vec::with_capacity(self.bytes.len() + PREFIX * self.records.len());
        for &[start, origin, end] in &self.records {
            // A record has at most 8125 bytes.
            run.extend_from_slice(&((origin - start) as u16).to_be_bytes());
            run.extend_from_slice(&((end - start) as u16).to_be_bytes());
            run.extend_from_slice(&self.bytes[start as usize..end as usize]);
        }
        let file = match &self.run_file.file {
            Some(file) => file.clone(),
            None => self.run_file.file.insert(self.run_file.disk.create(&self.run_file.name)?).clone(),
        };
        let at = self.run_file.runs.last().map_or(0, |run| run.end);
        file.write_at(at, &run)?;
        self.run_file.runs.push(at..at + run.len() as u64);
        self.bytes.clear();
        self.records.clear();
        Ok(())
    }

    /// Returns all records in order. ERRORS: the disk is full.
    pub(crate) fn finish(mut self) -> Result<Sorted<'a>> {
        if self.run_file.runs.is_empty() {
            self.sort();
            return Ok(Sorted { from: From::Memory { next: 0 }, sorter: self });
        }
        self.spill()?;
        let mut heads = BinaryHeap::new();
        let mut readers = vec![];
        for (number, run) in self.run_file.runs.iter().enumerate() {
            let Some(file) = self.run_file.file.clone() else { continue };
            let mut reader = Reader { file, left: run.clone(), bytes: vec![], at: 0 };
            if let Some((record, origin)) = reader.next()? {
                heads.push(Reverse(Head { record, origin, layout: self.layout, run: number }));
            }
            readers.push(reader);
        }
        Ok(Sorted { from: From::Runs { heads, readers }, sorter: self })
    }
}

/// The records in order.
pub(crate) struct Sorted<'a> {
    from: From<'a>,
    sorter: Sorter<'a>,
}

enum From<'a> {
    Memory { next: usize },
    Runs { heads: BinaryHeap<Reverse<Head<'a>>>, readers: Vec<Reader> },
}

impl Sorted<'_> {
    /// Number of runs that were written to the disk.
    pub(crate) fn runs(&self) -> usize {
        self.sorter.run_file.runs.len()
    }

    /// Copies the next record to `record`. Returns false after the last. ERRORS: those of reading the file.
    pub(crate) fn next(&mut self, record: &mut Record) -> Result<bool> {
        match &mut self.from {
            From::Memory { next } => {
                let Some(&[_, origin, _]) = self.sorter.records.get(*next) else { return Ok(false) };
                *next += 1;
                record.copy(RecordRef::new(&self.sorter.bytes, origin as usize, self.sorter.layout));
            }
            From::Runs { heads, readers } => {
                let Some(Reverse(head)) = heads.pop() else { return Ok(false) };
                record.copy(head.view());
                if let Some((bytes, origin)) = readers[head.run].next()? {
                    heads.push(Reverse(Head { record: bytes, origin, ..head }));
                }
            }
        }
        Ok(true)
    }
}

/// The next record of a run.
struct Head<'a> {
    record: Vec<u8>,
    origin: usize,
    layout: &'a Layout,
    run: usize,
}

impl Head<'_> {
    fn view(&self) -> RecordRef<'_> {
        RecordRef::new(&self.record, self.origin, self.layout)
    }
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        // R1: earlier runs were pushed earlier.
        self.view().key().cmp(other.view().key()).then(self.run.cmp(&other.run))
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head<'_> {}

/// Reads a run from its beginning.
struct Reader {
    file: Arc<dyn File>,
    /// The part of the file that has not been read.
    left: Range<u64>,
    bytes: Vec<u8>,
    at: usize,
}

impl Reader {
    /// The next record and its origin.
    fn next(&mut self) -> Result<Option<(Vec<u8>, usize)>> {
        if !self.have(PREFIX)? {
            return Ok(None);
        }
        let word = |at: usize| usize::from(u16::from_be_bytes([self.bytes[at], self.bytes[at + 1]]));
        let (origin, len) = (word(self.at), word(self.at + 2));
        self.have(PREFIX + len)?;
        let start = self.at + PREFIX;
        self.at = start + len;
        Ok(Some((self.bytes[start..self.at].to_vec(), origin)))
    }

    /// Reads on until the next `n` bytes are in memory. Returns false at the end of the run. REQUIRES: the run has no
    /// bytes left, or at least `n`.
    fn have(&mut self, n: usize) -> Result<bool> {
        if self.bytes.len() - self.at >= n {
            return Ok(true);
        }
        self.bytes.drain(..self.at);
        self.at = 0;
        let more = (self.left.end - self.left.start).min(READ_BYTES.max(n as u64));
        let have = self.bytes.len();
        self.bytes.resize(have + more as usize, 0);
        self.file.read_at(self.left.start, &mut self.bytes[have..])?;
        self.left.start += more;
        Ok(!self.bytes.is_empty())
    }
}

#[cfg(test)]
mod tests;
