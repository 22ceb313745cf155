//! Pages whose bytes the redo log never has: they are written to their places and synced before anybody can come to them.
//!
//! ```text
//! take ── one mini-transaction: the segment gets the pages, and the log says of them UNLOGGED
//!    └─ what was in memory of them is forgotten
//! write ─ sealed, straight to their places: not through the pool, not through the doublewrite file
//!   ⋮ (take and write as often as need be)
//! finish ─ sync ─►  from here on the caller may log something that leads to them
//! ```
//!
//! A leaf costs 16 KiB of writing then, where it cost 48: redo, doublewrite file, place. What is changed later is
//! logged as everything is.
//!
//! RULES
//!
//! - **R1** Nothing leads to the pages before [`Unlogged::finish`] has come back. A crash before that leaves pages that
//!   are their segment's and no more: who made the segment gives it back.
//! - **R2** Recovery passes over what the log says of a page before the last UNLOGGED of it, and does not read the page for it.
//! - **R3** A page that somebody had before is written only when the log is durable up to the UNLOGGED: else a crash
//!   could take back that it was given back, and it would be somebody's.
//! - **R4** A page bears an LSN that the log has reached, durably, and that is not below anything that the log said of it before.
//! - **R5** It is written when no frame of the pool has it that is dirty or being copied, and found by others when no
//!   frame has it that was read before it was written.
//!
//! FACT. Whoever comes to one of the pages, now or after any crash, finds the bytes that [`Unlogged::write`] was given
//! and every later change that survived, and nothing else.
//!
//! PROOF. Let P be such a page, *a* the end of the group that took it, *p* the end of the first group that leads to it,
//! *a < p* by R1.
//!
//! 1. *Now.* The pool has no frame of P at *p* (R5: at `take` those of who had it before went, the pool's mutex of
//!    writing back being held, so that no copy is on its way; at `finish` those that somebody read in between who
//!    remembered P's number, and looked whether it is still what he wants). So the first reader reads the place, which
//!    was written.
//! 2. *A crash that keeps the group of p.* It was appended after the sync, so the place had the bytes, whole (I6),
//!    before. Until P is changed again nobody writes there, and then he does so through the doublewrite file. A slot
//!    there that has P as it was long ago does no harm: only a torn page is repaired.
//! 3. *Its recovery.* Groups about P that end at or before *a* are not applied, if recovery reads them: then it reads
//!    the UNLOGGED too, whose group is in the log before that of p (R2). Groups after *p* are applied to a page with an
//!    LSN below theirs: R4, as the log that reached it is a part of the log that they are in. Between the two nobody
//!    logs anything about P.
//! 4. *A crash that loses the group of p.* Nothing leads to P. It may be torn: nobody reads it, for old redo is passed
//!    over, if P was somebody's before (R3: the UNLOGGED is there), and was never logged otherwise. Its number may be
//!    lost too, if the group of *a* is: it is free then, and who takes it next does not read it. By R4 he finds no LSN
//!    from the future, which would hide his own changes.
//! 5. *I1.* What covers P is the log up to *a*: that P is his who writes it. It is durable if that matters (R3). ∎
//!
//! InnoDB's counterpart: `MTR_LOG_NO_REDO`, `FlushObserver`, and in recovery `mlog_init` and `FREE_PAGE`. It builds
//! such pages in the buffer pool, and writes them through the doublewrite file.

use crate::error::Result;
use crate::file::full_or;
use crate::pool::count;
use crate::segment::Allocator;
use crate::{Store, image, space::Space};
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_disk::File;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Log space for taking a batch of pages.
const LOG_BYTES: usize = 16 << 10;

/// Pages that are being made; see the module.
pub struct Unlogged<'s> {
    store: &'s Store,
    space: &'s Space,
    /// A handle of its own: the system tells each of a write that failed later, and only once.
    file: Arc<dyn File>,
    /// What was taken, as runs of page numbers.
    taken: Vec<Range<u32>>,
}

impl Store {
    /// Begins to make pages of a tablespace without logging them. ERRORS: the file cannot be opened.
    pub fn unlogged<'s>(&'s self, space: &'s Space) -> Result<Unlogged<'s>> {
        let file = self.disk.open(&space.name())?;
        Ok(Unlogged { store: self, space, file, taken: vec![] })
    }
}

impl Unlogged<'_> {
    /// The most pages that [`Unlogged::take`] takes at once.
    pub const BATCH: usize = 128;

    /// Takes `n` pages for the segment whose header is at the place `seg_of` (page and offset), near `hint` and one
    /// behind the other if that can be; adds their numbers to `out`.
    /// REQUIRES: at most [`Unlogged::BATCH`]; the caller has no page latched. ERRORS: the file cannot grow; what
    /// reading file-space pages can bring.
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

    /// Seals pages and writes them to their places; those whose numbers follow one another in one piece. REQUIRES: the
    /// numbers were taken here, and each page says its own.
    /// ERRORS: no room, though room was set aside; what writing can bring. All is as if they had not been taken yet.
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
            // Else the device idles until `finish`, and all wait for it then.
            self.file.begin_sync(place, bytes.len() as u64);
            at += bytes.len();
        }
        count(&self.store.pool.counters.pages_written, numbers.len() as u64);
        Ok(())
    }

    /// Makes the pages durable: from here on the caller may lead others to them (R1). ERRORS: the sync failed, and the
    /// store is poisoned (I10).
    pub fn finish(self) -> Result<()> {
        self.store.poison.guard("making unlogged pages durable", || Ok(self.file.sync()?))?;
        self.forget(self.taken.iter().cloned().flatten().map(PageNo)); // R5
        Ok(())
    }

    /// What the pool has of the pages goes. Who reads such a page meanwhile holds nothing else that is waited for here.
    fn forget(&self, pages: impl Iterator<Item = PageNo>) {
        let mut there = pages.filter(|page| self.space.frames.get(*page).is_some()).peekable();
        if there.peek().is_some() {
            let _no_copy_under_way = self.store.write_back.lock();
            there.for_each(|page| self.store.pool.forget_page(self.space, page));
        }
    }
}

/// The numbers as runs of such as follow one another.
fn runs(numbers: &[PageNo]) -> impl Iterator<Item = &[PageNo]> {
    numbers.chunk_by(|a, b| a.0 + 1 == b.0)
}
