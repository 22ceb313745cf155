//! The flush list: the dirty pages, in the order in which their changes must leave the redo log.
//!
//! ```text
//! front: last to become dirty                       back: first
//!   ├─ oldest=9000 ── oldest=8200 ── … ── oldest=4100 ─┤        the checkpoint may move up to 4100
//!
//! a batch:  copy, latched shared ─► redo durable (I1) ─► doublewrite file, synced ─► the pages' places ─► files synced
//! ```
//!
//! RULES
//!
//! - **R1** A frame enters the flush list in the redo log's append callback. So the list is ordered by `oldest`, and a
//!   thread that sees a group appended sees its pages in the list: the checkpoint is never ahead of a group whose pages
//!   are not yet listed.
//! - **R2** A page that is copied but not yet synced in its file still holds the checkpoint back. It may become dirty
//!   again meanwhile.
//! - **R3** One batch at a time. A batch only *tries* latches, so it cannot be in a deadlock with a thread that waits
//!   for the batch.
//! - **R4** A page is never written twice at once or out of order: its frame has `writing` set until the file is
//!   synced, so the frame is neither given away (a later read would find the old bytes) nor copied again.
//!
//! InnoDB's counterpart: `buf0flu` (flush list, page cleaner). Left out: flushing of neighbours; adaptive flushing by
//! the rate at which redo is generated (the cleaner goes by the log's age alone).

use crate::arena::{Arena, Header};
use crate::list::{FrameList, NIL};
use innolab_base::Lsn;
use innolab_base::sync::Mutex;
use std::sync::atomic::Ordering;

/// Pages of one batch; also the number of slots of the doublewrite file.
pub(crate) const BATCH: usize = 64;

/// The dirty frames, ordered by the start of their first unwritten change.
pub(crate) struct FlushList(Mutex<Inner>);

struct Inner {
    list: FrameList,
    /// Oldest change among the copies that are not yet synced (R2).
    in_flight: Option<Lsn>,
}

impl FlushList {
    pub(crate) fn new(frames: usize) -> FlushList {
        FlushList(Mutex::new(Inner { list: FrameList::new(frames), in_flight: None }))
    }

    /// Notes that the redo of `[start, end)` changed these frames. REQUIRES: called in the order of LSNs; the caller
    /// holds the frames' exclusive latches (R1).
    pub(crate) fn changed<'a>(&self, start: Lsn, end: Lsn, frames: impl Iterator<Item = (u32, &'a Header)>) {
        let mut inner = self.0.lock();
        for (frame, header) in frames {
            header.newest.store(end.0, Ordering::Release);
            if header.oldest.load(Ordering::Acquire) == 0 {
                header.oldest.store(start.0, Ordering::Release);
                inner.list.push_front(frame);
            }
        }
    }

    /// Marks the frame clean: a copy of its present bytes is on its way to the file. REQUIRES: a latch on the frame.
    pub(crate) fn copied(&self, header: &Header, frame: u32) {
        let mut inner = self.0.lock();
        let oldest = Lsn(header.oldest.swap(0, Ordering::AcqRel));
        assert!(oldest.0 != 0, "only a dirty page is copied");
        header.writing.store(true, Ordering::Release);
        inner.list.remove(frame);
        inner.in_flight = Some(inner.in_flight.map_or(oldest, |lsn| lsn.min(oldest)));
    }

    /// Notes that all copies are synced in their files.
    pub(crate) fn landed(&self, arena: &Arena, frames: impl Iterator<Item = u32>) {
        let mut inner = self.0.lock();
        inner.in_flight = None;
        frames.for_each(|f| arena.header(f).writing.store(false, Ordering::Release));
    }

    /// Marks the frame clean without writing it: its page is no longer needed.
    pub(crate) fn forget(&self, header: &Header, frame: u32) {
        let mut inner = self.0.lock();
        if header.oldest.swap(0, Ordering::AcqRel) != 0 {
            inner.list.remove(frame);
        }
    }

    /// Start of the oldest change that may not be durable in its file; `None` if there is no such change.
    pub(crate) fn oldest(&self, arena: &Arena) -> Option<Lsn> {
        let inner = self.0.lock();
        let back = inner.list.back();
        let listed = (back != NIL).then(|| Lsn(arena.header(back).oldest.load(Ordering::Acquire)));
        [listed, inner.in_flight].into_iter().flatten().min()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().list.len()
    }

    /// Returns the frames that became dirty before `below`, oldest first, at most `limit`.
    pub(crate) fn candidates(&self, arena: &Arena, below: Lsn, limit: usize) -> Vec<u32> {
        let inner = self.0.lock();
        let is_older = |frame: &u32| arena.header(*frame).oldest.load(Ordering::Acquire) < below.0;
        let mut out = Vec::with_capacity(limit);
        out.extend(inner.list.iter_from_back().take_while(is_older).take(limit));
        out
    }
}
