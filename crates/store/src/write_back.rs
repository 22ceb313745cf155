//! Writing dirty pages to their files, a batch at a time, through the doublewrite file.
//!
//! RULES
//!
//! - **R1** (I1) Redo is durable up to the newest change of the batch before any of its pages is written anywhere.
//! - **R2** (I6) The pages go to their places after `doublewrite` is ready for it, and are synced there before the next
//!   batch.
//! - **R3** (I10) A failed write or sync poisons the store, because the frames of the batch are marked clean already.
//!
//! InnoDB's counterpart: `buf0flu`, `buf0dblwr`. Left out: writing one batch while another waits for its sync.

use crate::doublewrite::DoublewriteFile;
use crate::error::Result;
use crate::flush::BATCH;
use crate::pool::{Pool, count};
use crate::space::Space;
use crate::{image, poison::Poison};
use innolab_base::{Lsn, PAGE_SIZE, PageId};
use innolab_redo::Redo;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The batch under way; there is at most one.
pub(crate) struct WriteBack {
    doublewrite: DoublewriteFile,
    /// [`BATCH`] pages.
    buffer: Vec<u8>,
    copies: Vec<Copied>,
}

struct Copied {
    frame: u32,
    page: PageId,
    space: Arc<Space>,
    newest: Lsn,
}

impl WriteBack {
    pub(crate) fn new(doublewrite: DoublewriteFile) -> WriteBack {
        WriteBack { doublewrite, buffer: vec![0; BATCH * PAGE_SIZE], copies: Vec::with_capacity(BATCH) }
    }

    /// Writes those of `frames`, at most [`BATCH`], that are dirty and not latched exclusively. Returns the number of
    /// pages written.
    pub(crate) fn write(&mut self, pool: &Pool, redo: &Redo, poison: &Poison, frames: &[u32]) -> Result<usize> {
        poison.check()?;
        self.copies.clear();
        for frame in frames {
            if self.copies.len() < BATCH {
                self.copy(pool, *frame);
            }
        }
        if self.copies.is_empty() {
            return Ok(0);
        }
        // From here on the frames are marked clean: a failure poisons the store (R3).
        let syncs = poison.guard("writing pages back", || self.to_disk(pool, redo))?;
        count(&pool.counters.syncs, syncs);
        count(&pool.counters.pages_written, self.copies.len() as u64);
        pool.flush_list.landed(&pool.arena, self.copies.iter().map(|c| c.frame));
        Ok(self.copies.len())
    }

    /// Copies and seals one page, unless it is clean or latched exclusively.
    fn copy(&mut self, pool: &Pool, frame: u32) {
        let Some(guard) = pool.arena.try_shared(frame) else { return };
        let header = guard.header();
        let Some(page) = header.id() else { return };
        if !header.is_dirty() || header.writing.load(Ordering::Acquire) {
            return;
        }
        let Some(space) = pool.registry.get(page.space) else { return };
        let newest = Lsn(header.newest.load(Ordering::Acquire));
        let slot = &mut self.buffer[self.copies.len() * PAGE_SIZE..][..PAGE_SIZE];
        slot.copy_from_slice(guard.bytes());
        pool.flush_list.copied(header, frame);
        drop(guard);
        image::seal(slot);
        self.copies.push(Copied { frame, page, space, newest });
    }

    /// Returns the number of files that were synced.
    fn to_disk(&self, pool: &Pool, redo: &Redo) -> Result<u64> {
        let newest = self.copies.iter().map(|c| c.newest).max().unwrap_or_default();
        redo.flush_to(newest)?;
        let copied = self.doublewrite.prepare(&self.buffer[..self.copies.len() * PAGE_SIZE], newest)?;
        count(&pool.counters.dblwr_pages_written, copied);
        count(&pool.counters.dblwr_writes, u64::from(copied > 0));
        let mut touched = BTreeMap::new();
        for (copy, bytes) in self.copies.iter().zip(self.buffer.chunks_exact(PAGE_SIZE)) {
            copy.space.file.write_at(u64::from(copy.page.page.0) * PAGE_SIZE as u64, bytes)?;
            touched.insert(copy.page.space, &copy.space.file);
        }
        touched.values().try_for_each(|file| file.sync())?;
        Ok(touched.len() as u64 + self.doublewrite.syncs_of_a_batch())
    }
}
