//! Counters that several threads raise without sharing a cache line.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Counts of the hash index since the store was opened, under the names of `information_schema.innodb_metrics`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HashCounts {
    /// Searches that the hash index answered.
    pub adaptive_hash_searches: u64,
    /// Searches that it might have answered and did not, while it was on: they went through the tree.
    pub adaptive_hash_searches_btree: u64,
    /// Leaves taken up.
    pub adaptive_hash_pages_added: u64,
    /// Leaves given up, because their records moved, or because the leaf left the pool.
    pub adaptive_hash_pages_removed: u64,
    /// Entries added.
    pub adaptive_hash_rows_added: u64,
}

/// Threads with the same number share a cell.
const CELLS: usize = 16;

/// A counter in a cache line of its own for each of a few threads.
#[derive(Default)]
pub(super) struct Counter([Line; CELLS]);

#[derive(Default)]
#[repr(align(64))]
struct Line(AtomicU64);

thread_local! {
    /// One more than the number of this thread's cell; 0 before its first count.
    static CELL: Cell<usize> = const { Cell::new(0) };
}

static NEXT_CELL: AtomicUsize = AtomicUsize::new(0);

#[cold]
fn new_cell() -> usize {
    let cell = NEXT_CELL.fetch_add(1, Ordering::Relaxed) % CELLS + 1;
    CELL.set(cell);
    cell
}

impl Counter {
    #[inline]
    pub(super) fn add(&self, n: u64) {
        let cell = match CELL.get() {
            0 => new_cell(),
            cell => cell,
        };
        self.0[cell - 1].0.fetch_add(n, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.iter().map(|line| line.0.load(Ordering::Relaxed)).sum()
    }
}
