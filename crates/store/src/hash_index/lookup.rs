//! The calls of [`Store`]: switching the hash index on and off, finding a record, adding entries, forgetting an index.

use super::counts::HashCounts;
use super::state::Memory;
use super::table::{Entry, HashTable};
use crate::error::{Error, Result};
use crate::pool::NoFrame;
use crate::read::PageRead;
use crate::space::Space;
use crate::store::Store;
use innolab_base::IndexId;
use innolab_base::sync::thread;
use innolab_page::Origin;
use std::sync::atomic::{AtomicU32, Ordering};

/// One of so many frames is lent to the table (R5).
const FRAMES_A_LENT: usize = 16;
/// Attempts to get a frame from the pool.
const TRIES: usize = 100;

impl Store {
    /// True if the hash index is on: searches use it, and trees may add to it.
    #[doc(alias = "innodb_adaptive_hash_index")]
    #[inline]
    pub fn adaptive_hash_index(&self) -> bool {
        self.hash_index.on.load(Ordering::Relaxed)
    }

    /// Switches the hash index on or off. Entries stay when it is switched off, and those that are still right serve
    /// again when it is switched on. REQUIRES: no page latched. ERRORS: no frame can be lent.
    pub fn set_adaptive_hash_index(&self, on: bool) -> Result<()> {
        if on {
            let _making = self.hash_index.making.lock();
            if self.hash_index.memory.get().is_none() {
                let frames = self.pool.arena.frames();
                let table = HashTable::new(self.lend((frames / FRAMES_A_LENT).max(1))?, frames);
                let notes = (0..frames).map(|_| AtomicU32::new(0)).collect();
                // The cell is empty, and this thread has the mutex.
                let _ = self.hash_index.memory.set(Memory { table, notes });
            }
        }
        self.hash_index.on.store(on, Ordering::Relaxed);
        Ok(())
    }

    /// Takes at most `n` frames out of the pool. ERRORS: not even one could be had.
    fn lend(&self, n: usize) -> Result<Box<[crate::arena::Lent]>> {
        let mut lent = vec![];
        let mut tries = 0;
        while lent.len() < n && tries < TRIES {
            match self.pool.lend() {
                Ok(frame) => lent.push(frame),
                Err(NoFrame::SomeDirty) if self.write_coldest()? > 0 => tries += 1,
                Err(_) => {
                    tries += 1;
                    thread::yield_now();
                }
            }
        }
        if lent.is_empty() {
            return Err(Error::PoolExhausted { frames: self.pool.arena.frames() });
        }
        Ok(lent.into())
    }

    /// Returns the record of this hash that `is_it` accepts, with its leaf latched shared; `None` if there is no such
    /// entry, or its leaf is latched exclusively. `is_it` is passed records of leaves of this index only (the module's
    /// FACT). LOCKS: tries a latch; the thread may hold latches.
    #[inline]
    pub fn find_hashed<'s>(
        &'s self,
        space: &Space,
        index: IndexId,
        hash: u64,
        is_it: impl Fn(&PageRead<'s>, Origin) -> bool,
    ) -> Option<(PageRead<'s>, Origin)> {
        let memory = self.hash_index.memory.get()?;
        self.poison.check().ok()?;
        for entry in memory.table.find(hash) {
            if let Some(leaf) = self.hashed_leaf(space, index, entry)
                && is_it(&leaf, entry.origin)
            {
                self.hash_index.searches.add(1);
                return Some((leaf, entry.origin));
            }
        }
        None
    }

    /// Latches the leaf of an entry (R2).
    #[inline]
    fn hashed_leaf(&self, space: &Space, index: IndexId, entry: Entry) -> Option<PageRead<'_>> {
        let arena = &self.pool.arena;
        arena.prefetch_byte(entry.frame, usize::from(entry.origin.0));
        interleave();
        let guard = arena.try_shared(entry.frame)?;
        let header = guard.header();
        let page = header.id().filter(|id| id.space == space.id())?.page;
        if !header.has_build(entry.build, index) {
            return None;
        }
        self.pool.used(entry.frame, header);
        Some(PageRead { guard, page })
    }

    /// Counts a search that went through the tree although the hash index is on.
    #[inline]
    pub fn count_unhashed(&self) {
        self.hash_index.searches_btree.add(1);
    }

    /// Takes up a leaf: adds an entry for each of `records`, a hash and the origin of a record of the leaf. REQUIRES:
    /// the leaf is one of this index and was checked.
    pub fn hash_leaf(&self, leaf: &PageRead<'_>, index: IndexId, records: impl Iterator<Item = (u64, Origin)>) {
        let was_hashed = leaf.is_hashed();
        let mut added = 0;
        for (hash, origin) in records {
            added += u64::from(self.put_hashed(leaf, index, (hash, origin), false));
        }
        self.hash_index.rows_added.add(added);
        self.hash_index.pages_added.add(u64::from(!was_hashed && leaf.is_hashed()));
    }

    /// Adds an entry for a record of a leaf that was taken up. REQUIRES: as [`Store::hash_leaf`].
    pub fn hash_record(&self, leaf: &PageRead<'_>, index: IndexId, hash: u64, origin: Origin) {
        let added = self.put_hashed(leaf, index, (hash, origin), true);
        self.hash_index.rows_added.add(u64::from(added));
    }

    fn put_hashed(&self, leaf: &PageRead<'_>, index: IndexId, (hash, origin): (u64, Origin), displaces: bool) -> bool {
        let Some(Memory { table, .. }) = self.hash_index.memory.get() else { return false };
        let Some(build) = leaf.guard.header().begin_build(index, table.build_limit()) else { return false };
        interleave();
        // A guess, since the frame is not latched; it decides only whose place is taken.
        let alive = |entry: Entry| self.pool.arena.header(entry.frame).build() == entry.build;
        table.put(hash, Entry { frame: leaf.frame(), build, origin }, displaces, alive)
    }

    /// A word beside the leaf's frame, for the tree that decides when to take the leaf up; `None` before the hash index
    /// was ever on. Whatever page is in the frame uses the same word.
    pub fn hash_note(&self, leaf: &PageRead<'_>) -> Option<&AtomicU32> {
        self.hash_index.memory.get()?.notes.get(leaf.frame() as usize)
    }

    /// Ends the builds of all leaves of an index that is being destroyed. REQUIRES: no thread uses the index.
    /// LOCKS: the latch of each such leaf, one at a time; the thread holds none.
    pub fn forget_hashed(&self, space: &Space, index: IndexId) {
        if self.hash_index.memory.get().is_none() {
            return;
        }
        let is_one = |frame: u32| {
            let header = self.pool.arena.header(frame);
            header.is_hashed_for(index) && header.id().is_some_and(|id| id.space == space.id())
        };
        for frame in (0..self.pool.arena.frames() as u32).filter(|frame| is_one(*frame)) {
            let mut guard = self.pool.arena.exclusive(frame);
            if is_one(frame) {
                guard.set_origins_moved(true);
            }
        }
    }

    /// The hash index's counts since the store was opened.
    pub fn hash_counts(&self) -> HashCounts {
        let of = &self.hash_index;
        HashCounts {
            adaptive_hash_searches: of.searches.get(),
            adaptive_hash_searches_btree: of.searches_btree.get(),
            adaptive_hash_pages_added: of.pages_added.get(),
            adaptive_hash_pages_removed: self.pool.arena.builds_ended(),
            adaptive_hash_rows_added: of.rows_added.get(),
        }
    }

    /// Number of entries that the hash index has room for: 0 before it was ever on.
    #[doc(alias = "Hash table size")]
    pub fn hash_capacity(&self) -> usize {
        self.hash_index.memory.get().map_or(0, |memory| memory.table.capacity())
    }
}

impl PageRead<'_> {
    /// True if the hash index has taken up this leaf.
    #[inline]
    pub fn is_hashed(&self) -> bool {
        self.guard.header().is_hashed()
    }
}

/// In a shuttle model, a point where threads may switch: shuttle does not know the frames' latches and words.
#[inline]
fn interleave() {
    #[cfg(shuttle)]
    thread::yield_now();
}
