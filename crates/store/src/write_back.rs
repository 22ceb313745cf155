//! Writing dirty pages to their files, through the doublewrite file.
//!
//! A crash in the middle of writing a page leaves it *torn*, a part old and a part new, and redo cannot be applied to a
//! torn page. So a batch of pages is first written to the doublewrite file and synced there, then written to the pages'
//! places; after a crash one of the two copies is whole.
//!
//! ```text
//! doublewrite.dblwr   [ slot 0 ][ slot 1 ] … [ slot 63 ]     a slot is a whole sealed page, its number in its header
//! ```
//!
//! RULES
//!
//! - **R1** (I1) Redo is durable up to the newest change of the batch before any of its pages is written anywhere.
//! - **R2** (I6) A page is overwritten in its place only after its copy is synced in the doublewrite file, and a slot
//!   is overwritten only after its page is synced in its place. So at any moment one of the two is whole.
//! - **R3** (I10) A failed write or sync poisons the store, because the frames of the batch are marked clean already.
//!
//! FACT: the newest valid copy of a torn page is the one that was being written.
//!
//! PROOF. Before the write that tore the page, its copy was synced (R2), and no slot was overwritten since, because the
//! batch had not been synced. Copies of the page in other slots come from earlier batches and have smaller LSNs. ∎
//!
//! InnoDB's counterpart: `buf0dblwr`. Left out: writing one batch while another waits for its sync.

use crate::error::{Error, Result};
use crate::flush::BATCH;
use crate::pool::{Pool, count};
use crate::space::Space;
use crate::{image, poison::Poison};
use innolab_base::{Lsn, PAGE_SIZE, PageId, PageNo, SpaceId};
use innolab_disk::{Disk, File};
use innolab_redo::Redo;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Name of the doublewrite file.
pub(crate) const DOUBLEWRITE: &str = "doublewrite.dblwr";

/// The batch under way; there is at most one.
pub(crate) struct WriteBack {
    doublewrite: Arc<dyn File>,
    /// [`BATCH`] pages.
    buffer: Vec<u8>,
    copies: Vec<Copied>,
    /// False for `innodb_doublewrite=OFF`, under which a torn page is lost: a setting to measure what the doublewrite
    /// file costs and to show what it prevents.
    enabled: bool,
}

struct Copied {
    frame: u32,
    page: PageId,
    space: Arc<Space>,
    newest: Lsn,
}

impl WriteBack {
    pub(crate) fn open(disk: &dyn Disk, enabled: bool) -> Result<WriteBack> {
        let doublewrite = if disk.exists(DOUBLEWRITE)? {
            disk.open(DOUBLEWRITE)?
        } else {
            let file = disk.create(DOUBLEWRITE)?;
            file.set_len((BATCH * PAGE_SIZE) as u64)?;
            file.sync()?;
            disk.sync_dir()?;
            file
        };
        Ok(WriteBack { doublewrite, buffer: vec![0; BATCH * PAGE_SIZE], copies: Vec::with_capacity(BATCH), enabled })
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
        poison.guard("writing pages back", || self.to_disk(redo))?;
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

    fn to_disk(&self, redo: &Redo) -> Result<()> {
        let newest = self.copies.iter().map(|c| c.newest).max().unwrap_or_default();
        redo.flush_to(newest)?;
        if self.enabled {
            self.doublewrite.write_at(0, &self.buffer[..self.copies.len() * PAGE_SIZE])?;
            self.doublewrite.sync()?;
        }
        let mut touched = BTreeMap::new();
        for (copy, bytes) in self.copies.iter().zip(self.buffer.chunks_exact(PAGE_SIZE)) {
            copy.space.file.write_at(u64::from(copy.page.page.0) * PAGE_SIZE as u64, bytes)?;
            touched.insert(copy.page.space, &copy.space.file);
        }
        touched.values().try_for_each(|file| file.sync())?;
        Ok(())
    }

    /// Replaces torn pages by their whole copies; `find` returns the file of a tablespace. Returns the repaired pages,
    /// and the LSN of the newest copy: by R1 the redo log reaches that far.
    pub(crate) fn repair(&self, find: impl Fn(SpaceId) -> Option<Arc<Space>>) -> Result<(Vec<PageId>, Lsn)> {
        let mut newest: BTreeMap<PageId, (u64, usize)> = BTreeMap::new();
        let mut slots = vec![0; BATCH * PAGE_SIZE];
        match self.doublewrite.read_at(0, &mut slots) {
            Ok(()) => {}
            // A crash cut the file's creation short: no page was ever written through it.
            Err(innolab_disk::Error::PastEnd { .. }) => return Ok((vec![], Lsn(0))),
            Err(e) => return Err(e.into()),
        }
        for (slot, bytes) in slots.chunks_exact(PAGE_SIZE).enumerate() {
            if let Some((page, lsn)) = image::identify(bytes) {
                let entry = newest.entry(page).or_insert((lsn.0, slot));
                *entry = (*entry).max((lsn.0, slot));
            }
        }
        let reached = newest.values().map(|(lsn, _)| Lsn(*lsn)).max().unwrap_or_default();
        let mut repaired = vec![];
        for (id, (_, slot)) in newest {
            if let Some(space) = find(id.space)
                && repair_page(&space, id.page, &slots[slot * PAGE_SIZE..][..PAGE_SIZE])?
            {
                repaired.push(id);
            }
        }
        for space in repaired.iter().map(|id| id.space).collect::<std::collections::BTreeSet<_>>() {
            find(space).ok_or(Error::NoSpace(space))?.file.sync()?;
        }
        Ok((repaired, reached))
    }
}

/// Overwrites the page with `copy` if it is torn.
fn repair_page(space: &Space, page: PageNo, copy: &[u8]) -> Result<bool> {
    let at = u64::from(page.0) * PAGE_SIZE as u64;
    let mut bytes = vec![0; PAGE_SIZE];
    match space.file.read_at(at, &mut bytes) {
        Ok(()) if image::verify(space, page, &bytes).is_ok() => return Ok(false),
        Ok(()) | Err(innolab_disk::Error::PastEnd { .. }) => {}
        Err(e) => return Err(e.into()),
    }
    space.file.write_at(at, copy)?;
    Ok(true)
}
