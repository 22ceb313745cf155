//! Entries and buckets.
//!
//! ```text
//! hash   │ 32 bits: the bucket │ … │ 10 bits: the fingerprint │
//! bucket │ e0 │ e1 │ e2 │ e3 │ e4 │ e5 │ e6 │ e7 │      one cache line; a search begins at the place that the hash names
//! ```

use crate::arena::Lent;
use innolab_base::PAGE_SIZE;
use innolab_page::Origin;
use std::sync::atomic::{AtomicU64, Ordering};

/// Entries of a bucket: a cache line.
const PLACES: usize = 8;
const BUCKETS_A_FRAME: usize = PAGE_SIZE / (PLACES * size_of::<AtomicU64>());
const PRINT_BITS: u32 = 10;
const ORIGIN_BITS: u32 = PAGE_SIZE.ilog2();

/// Where a hash may lead: a record of a frame, while the frame has this build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) frame: u32,
    /// Odd.
    pub(crate) build: u32,
    pub(crate) origin: Origin,
}

/// The buckets.
pub(crate) struct HashTable {
    memory: Box<[Lent]>,
    /// Bits of an entry that hold its build: those that the frame leaves free.
    build_bits: u32,
}

impl HashTable {
    /// Makes a table of zeroed memory, for a pool of `frames` frames. REQUIRES: some memory.
    pub(crate) fn new(memory: Box<[Lent]>, frames: usize) -> HashTable {
        assert!(!memory.is_empty(), "a hash index of no memory");
        let frame_bits = (frames as u64).next_power_of_two().ilog2();
        HashTable { memory, build_bits: (u64::BITS - PRINT_BITS - ORIGIN_BITS - frame_bits).min(31) }
    }

    /// Builds are below this number.
    pub(crate) fn build_limit(&self) -> u32 {
        1 << self.build_bits
    }

    /// Number of entries that there is room for.
    pub(crate) fn capacity(&self) -> usize {
        self.memory.len() * BUCKETS_A_FRAME * PLACES
    }

    #[inline]
    fn bucket(&self, hash: u64) -> &[AtomicU64; PLACES] {
        let buckets = self.memory.len() * BUCKETS_A_FRAME;
        let i = (((hash >> 32) * buckets as u64) >> 32) as usize;
        let (buckets, _) = self.memory[i / BUCKETS_A_FRAME].as_chunks();
        &buckets[i % BUCKETS_A_FRAME]
    }

    /// The places of the bucket, in the order in which an entry of this hash takes them.
    #[inline]
    fn places(&self, hash: u64) -> impl Iterator<Item = &AtomicU64> {
        let bucket = self.bucket(hash);
        (0..PLACES).map(move |i| &bucket[(hash as usize + i) % PLACES])
    }

    /// Returns the entries that may be of this hash.
    #[inline]
    pub(crate) fn find(&self, hash: u64) -> impl Iterator<Item = Entry> {
        let words = self.places(hash).map(|place| place.load(Ordering::Acquire));
        words.filter(move |word| *word != 0 && has_print(*word, hash)).map(|word| self.unpack(word))
    }

    /// Adds an entry, unless it is there. A place of an entry that is not `alive` counts as empty. Without an empty
    /// place the entry takes another one's if `displaces`. True if it was added. REQUIRES: an odd build below
    /// [`HashTable::build_limit`].
    pub(crate) fn put(&self, hash: u64, entry: Entry, displaces: bool, alive: impl Fn(Entry) -> bool) -> bool {
        debug_assert!(entry.build % 2 == 1 && entry.build < self.build_limit(), "R1");
        let word = self.pack(entry, hash);
        let mut empty = None;
        for place in self.places(hash) {
            let there = place.load(Ordering::Relaxed);
            if there == word {
                return false;
            }
            if empty.is_none() && (there == 0 || !alive(self.unpack(there))) {
                empty = Some(place);
            }
            // A place that was taken is never empty again, so the entry is not behind an empty one.
            if there == 0 {
                break;
            }
        }
        let place = empty.or_else(|| self.places(hash).next().filter(|_| displaces));
        if let Some(place) = place {
            place.store(word, Ordering::Release);
        }
        place.is_some()
    }

    #[inline]
    fn pack(&self, entry: Entry, hash: u64) -> u64 {
        let upper = u64::from(entry.frame) << self.build_bits | u64::from(entry.build);
        (upper << ORIGIN_BITS | u64::from(entry.origin.0)) << PRINT_BITS | print(hash)
    }

    #[inline]
    fn unpack(&self, word: u64) -> Entry {
        let (origin, upper) = (word >> PRINT_BITS, word >> (PRINT_BITS + ORIGIN_BITS));
        Entry {
            frame: (upper >> self.build_bits) as u32,
            build: upper as u32 & (self.build_limit() - 1),
            origin: Origin(origin as u16 & ((1 << ORIGIN_BITS) - 1)),
        }
    }
}

#[inline]
fn print(hash: u64) -> u64 {
    hash & ((1 << PRINT_BITS) - 1)
}

#[inline]
fn has_print(word: u64, hash: u64) -> bool {
    print(word ^ hash) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;

    fn table(frames: usize) -> HashTable {
        let arena = Arena::new(2).expect("two frames");
        HashTable::new([arena.exclusive(1).lend()].into(), frames)
    }

    #[test]
    fn an_entry_is_found_by_its_hash_in_pools_of_any_size() {
        for frames in [1, 2, 60, 16_384, 16_385, 1 << 24] {
            let table = table(frames);
            let last = u32::try_from(frames - 1).expect("small");
            let entry = Entry { frame: last, build: table.build_limit() - 1, origin: Origin(16_383) };
            let hash = 0x1234_5678_9abc_def0;
            assert!(table.put(hash, entry, false, |_| true) && !table.put(hash, entry, false, |_| true));
            assert_eq!(table.find(hash).collect::<Vec<_>>(), [entry], "{frames} frames");
            assert_eq!(table.find(hash ^ 1).count(), 0, "another fingerprint");
            assert_eq!(table.find(hash ^ 1 << 63).count(), 0, "another bucket");
        }
    }

    #[test]
    fn a_full_bucket_gives_up_dead_entries_first_and_then_only_for_a_single_record_r6() {
        let table = table(100);
        let entry = |frame| Entry { frame, build: 1, origin: Origin(99) };
        assert!((0..8).all(|frame| table.put(3, entry(frame), false, |_| true)));
        let put = |frame, displaces| table.put(3, entry(frame), displaces, |there| there.frame != 4);
        assert!(put(20, false), "in the place of the dead entry of frame 4");
        let found: Vec<_> = table.find(3).map(|entry| entry.frame).collect();
        assert_eq!(found, [0, 1, 2, 3, 20, 5, 6, 7]);
        assert!(!put(21, false) && put(21, true) && table.find(3).any(|found| found == entry(21)));
        assert_eq!((table.find(3).count(), table.capacity()), (8, 2048));
    }
}
