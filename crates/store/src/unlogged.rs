//! Unlogged pages: their bytes are never in the redo log, because they are written to their places and synced before
//! any other page leads to them.
//!
//! A sorted load fills whole pages of a tree that nobody uses yet. Logging them would write each page three times: to
//! the log, to the doublewrite file, and to its place. Here a leaf costs 16 KiB of writing instead of 48. Later
//! changes of the page are logged like any other.
//!
//! ```text
//! take ── one mini-transaction: the segment gets the pages, and the log declares them UNLOGGED
//!    └─ frames that still hold them are forgotten
//! write ─ sealed, straight to their places: neither through the pool nor through the doublewrite file
//!   ⋮ (take and write as often as needed)
//! finish ─ sync ─►  from here on the caller may log changes that lead to the pages
//! ```
//!
//! RULES
//!
//! - **R1** No page leads to the new pages before [`Unlogged::finish`] has returned. A crash before that leaves pages
//!   that belong to their segment and to nothing else: the tree that owns the segment frees it (`btree::bulk` R3).
//! - **R2** Recovery skips redo of a page that precedes the page's last UNLOGGED entry, without reading the page.
//! - **R3** A page that had an owner before is written only after its UNLOGGED entry is durable. Otherwise a crash
//!   could undo the freeing of the page, and the former owner would find the new bytes.
//! - **R4** A page is written with the LSN up to which the log is durable. That LSN is not less than the end of any
//!   earlier group about the page.
//! - **R5** When a page is written, no frame holds a dirty copy of it, and none is being written back. When it becomes
//!   reachable, no frame holds bytes that were read before it was written.
//!
//! FACT. A reader of one of the pages, now or after any crash, finds the bytes given to [`Unlogged::write`] and every
//! later change that survived, and nothing else.
//!
//! PROOF. Let P be such a page, *a* the end of the group that took it, *p* the end of the first group that leads to it,
//! *a < p* by R1.
//!
//! 1. *Now.* No frame holds P at *p*, by R5. `take` forgets the frames of P's former owner, with the mutex of writing
//!    back held, so that no copy is on its way. `finish` forgets a frame that was filled in between by a reader that
//!    remembered P's number to check whether P is still the page it wants. So the first reader after *p* reads P's
//!    place, which was written.
//! 2. *A crash that keeps the group of p.* That group was appended after the sync, so the place had the bytes before,
//!    whole (I6). The next write of P comes after a later change, and goes through the doublewrite file. A doublewrite
//!    slot with an old copy of P does no harm: only a torn page is repaired.
//! 3. *Its recovery.* If recovery reads groups about P that end at or before *a*, it also reads the UNLOGGED, whose
//!    group precedes that of p, and skips them (R2). Groups after *p* are applied, because P's LSN is less than their
//!    ends: the log was durable up to P's LSN when P was written (R4), before these groups were appended. Between *a*
//!    and *p* no group is about P.
//! 4. *A crash that loses the group of p.* No page leads to P. It may be torn, but it is not read: if P had an owner
//!    before, the UNLOGGED is durable (R3) and old redo is skipped; otherwise there is no redo of P. If the group of
//!    *a* is lost too, P is free, and its next owner does not read it. By R4 P's LSN is not ahead of the log, so it
//!    hides none of the next owner's changes.
//! 5. *I1.* The only redo that P depends on is the group that ends at *a*, which gives P to the segment. It is durable
//!    where that matters (R3). ∎
//!
//! InnoDB's counterpart: `MTR_LOG_NO_REDO`, `FlushObserver`, and in recovery `mlog_init` and `FREE_PAGE`. InnoDB builds
//! such pages in the buffer pool and writes them through the doublewrite file.

use crate::error::Result;
use crate::file::full_or;
use crate::image;
use crate::pool::count;
use crate::segment::Allocator;
use crate::space::Space;
use crate::store::Store;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_disk::File;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Log space for taking a batch of pages.
const LOG_BYTES: usize = 16 << 10;

/// Unlogged pages that are being written; see the module.
pub struct Unlogged<'s> {
    store: &'s Store,
    space: &'s Space,
    /// A handle of its own, because the system reports a failed write-back once to each open file.
    file: Arc<dyn File>,
    /// The pages taken, as runs of page numbers.
    taken: Vec<Range<u32>>,
}

impl Store {
    /// Begins to write pages of a tablespace without logging them. ERRORS: the file cannot be opened.
    pub fn unlogged<'s>(&'s self, space: &'s Space) -> Result<Unlogged<'s>> {
        let file = self.disk.open(&space.name())?;
        Ok(Unlogged { store: self, space, file, taken: vec![] })
    }
}

impl Unlogged<'_> {
    /// The largest number of pages that one [`Unlogged::take`] takes.
    pub const BATCH: usize = 128;

    /// Takes `n` pages for the segment whose header is at the place `seg_of` (page and offset), near `hint` and
    /// consecutive if possible. Adds their numbers to `out`.
    /// REQUIRES: `n` is at most [`Unlogged::BATCH`]; the caller has no page latched. ERRORS: the file cannot grow;
    /// those of reading file-space pages.
    pub fn take(&mut self, seg_of: (PageNo, usize), hint: PageNo, n: usize, out: &mut Vec<PageNo>) -> Result<()> {
        assert!(n <= Self::BATCH);
        self.store.reserve_pages(self.space, n as u32)?;
        let mut mtr = self.store.begin(LOG_BYTES)?;
        let owner = mtr.latch(self.space, seg_of.0)?;
        let (from, mut next) = (out.len(), hint);
        let mut allocator = Allocator::new(&mut mtr, self.space)?;
        for _ in 0..n {
            let page = allocator.take_page((owner, seg_of.1), next)?;
            out.push(page);
            next = PageNo(page.0.saturating_add(1));
        }
        for run in runs(&out[from..]) {
            mtr.log_unlogged(self.space.page_id(run[0]), run.len());
            let run = run[0].0..run[0].0 + run.len() as u32;
            match self.taken.last_mut() {
                Some(last) if last.end == run.start => last.end = run.end,
                _ => self.taken.push(run),
            }
        }
        let end = mtr.commit()?;
        if self.space.gave_back.load(Ordering::Acquire) {
            self.store.flush_log(end)?; // R3
        }
        self.forget(out[from..].iter().copied()); // R5
        Ok(())
    }

    /// Seals pages and writes them to their places; consecutive pages in one write.
    /// REQUIRES: the numbers were taken here, and each page's header has its own number.
    /// ERRORS: a full disk ([`Full`](crate::Error::Full), possible although the file was extended before); a failed
    /// write. The pages stay taken, and nothing leads to them.
    pub fn write(&self, numbers: &[PageNo], pages: &mut [u8]) -> Result<()> {
        assert_eq!(numbers.len() * PAGE_SIZE, pages.len());
        self.store.poison.check()?;
        let lsn = self.store.redo.flushed(); // R4
        for page in pages.chunks_exact_mut(PAGE_SIZE) {
            image::set_lsn(page, lsn);
            image::seal(page);
        }
        let mut at = 0;
        for run in runs(numbers) {
            let (bytes, place) = (&pages[at..][..run.len() * PAGE_SIZE], u64::from(run[0].0) * PAGE_SIZE as u64);
            self.file.write_at(place, bytes).map_err(|e| full_or(&self.space.name(), e))?;
            // Start writing now: otherwise the device idles until `finish`, which then waits for all of the writes.
            self.file.begin_sync(place, bytes.len() as u64);
            at += bytes.len();
        }
        count(&self.store.pool.counters.pages_written, numbers.len() as u64);
        Ok(())
    }

    /// Makes the pages durable: from here on the caller may log changes that lead to them (R1). ERRORS: the sync
    /// failed, and the store is poisoned (I10).
    pub fn finish(self) -> Result<()> {
        self.store.poison.guard("making unlogged pages durable", || Ok(self.file.sync()?))?;
        count(&self.store.pool.counters.syncs, 1);
        self.forget(self.taken.iter().cloned().flatten().map(PageNo)); // R5
        Ok(())
    }

    /// Frees the pages' frames. This cannot deadlock: a thread that has such a page latched at this time holds nothing
    /// else that this function waits for.
    fn forget(&self, pages: impl Iterator<Item = PageNo>) {
        let mut there = pages.filter(|page| self.space.frames.get(*page).is_some()).peekable();
        if there.peek().is_some() {
            let _no_copy_under_way = self.store.write_back.lock();
            there.for_each(|page| self.store.pool.forget_page(self.space, page));
        }
    }
}

/// Splits the numbers into runs of consecutive ones.
fn runs(numbers: &[PageNo]) -> impl Iterator<Item = &[PageNo]> {
    numbers.chunk_by(|a, b| a.0 + 1 == b.0)
}
