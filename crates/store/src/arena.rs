//! The frames of the buffer pool: one mapping of 16 KiB frames, and beside it one 64-byte header per frame with its
//! latch.
//!
//! ```text
//! headers  ┌ latch ┬ id ┬ version ┬ oldest ┬ newest ┬ flags, hash build ┐ 64 bytes a frame, apart from the frames:
//!          └───────┴────┴─────────┴────────┴────────┴────────────────────┘ reading a header does not touch the page
//! frames   [ 16 KiB ][ 16 KiB ][ 16 KiB ] …                                anonymous memory, huge pages advised
//! leaves   [ 1 KiB ][ 1 KiB ][ 1 KiB ] …                                   key hints of leaves, in memory only
//! nodes    [ 12 KiB ] …  one for 64 frames                                 key hints of node pages
//! ```
//!
//! RULES
//!
//! - **R1** Bytes of a frame are read only through a [`Shared`] or [`Exclusive`] guard and written only through an
//!   [`Exclusive`] one.
//! - **R2** `version` grows by one when a guard through which bytes were written is dropped, and at once when the frame
//!   is assigned to another page. So (frame, version) never names two states, except to the thread that is changing the
//!   page.
//! - **R3** `id` changes only under the exclusive latch. A thread that found a frame in the page table must compare
//!   `id` after it has latched the frame.
//! - **R4** A frame's *build* is a number that only grows. It becomes odd when the hash index takes up the frame's
//!   leaf, and even when a guard is dropped through which bytes were written, unless the writer has said that every
//!   record of the leaf is still at its origin ([`Exclusive::set_origins_moved`]); and when the frame is assigned.
//! - **R5** A frame that was [lent](Exclusive::lend) stays latched exclusively for ever. No guard of it is made again,
//!   and its bytes are accessed as atomic words only.
//!
//! FACT: no two references to a frame's bytes conflict.
//!
//! PROOF. A guard is made only after the latch was taken in the guard's mode, and holds the latch until it is dropped.
//! The references that it gives out borrow the guard: `&[u8]` from a shared guard; from an exclusive one `&[u8]` by
//! `&self` or `&mut [u8]` by `&mut self`. The latch (`parking_lot`'s) excludes an exclusive guard from every other
//! guard of the frame. Frames do not overlap, and the mapping lives as long as the [`Arena`], which every guard
//! borrows. ∎
//!
//! InnoDB's counterpart: `buf_block_t` with its `rw_lock_t`/`block_lock`, `buf_chunk_t`. Left out: resizing, several
//! chunks.
#![allow(unsafe_code)]

use crate::latch::{exclusive_soon, shared_soon, wait};
use innolab_base::{IndexId, PAGE_SIZE, PageId, PageNo, SpaceId, latches};
use innolab_page::hints::ORIGINS_AT;
use innolab_page::{LeafHints, NodeHints};
use memmap2::MmapMut;
use parking_lot::RawRwLock;
use parking_lot::lock_api::{RawRwLock as _, RawRwLockDowngrade as _};
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering, fence};

/// The packed [`PageId`] of a frame without a page.
const NO_PAGE: u64 = u64::MAX;

/// A frame's latch and the state of its page.
#[repr(C, align(64))]
pub(crate) struct Header {
    latch: RawRwLock,
    id: AtomicU64,
    version: AtomicU64,
    /// Start LSN of the first change that is not yet in the file; 0 if clean. Changes under the flush list's mutex.
    pub(crate) oldest: AtomicU64,
    /// End LSN of the last change.
    pub(crate) newest: AtomicU64,
    /// Number of evictions from which on a use of the page is reported to the replacer (`replacer::contract`).
    pub(crate) report_at: AtomicU32,
    /// True while a copy of the page is on its way to the file: the frame must not be given away.
    pub(crate) writing: AtomicBool,
    /// True if the page passed its structural check since it came into the frame.
    checked: AtomicBool,
    /// One more than the number of the [`NodeHints`] that the frame had last; 0 if it never had one.
    node: AtomicU32,
    /// The build (R4).
    build: AtomicU32,
    /// The index that the leaf belonged to when the build became odd.
    hashed_index: AtomicU64,
}

const _: () = assert!(size_of::<Header>() == 64);

/// All frames.
pub(crate) struct Arena {
    /// Owns the memory that `base` points to.
    map: Arc<MmapMut>,
    base: *mut u8,
    headers: Box<[Header]>,
    leaf_hints: Box<[LeafHints]>,
    node_hints: Box<[NodeHints]>,
    /// Number of [`NodeHints`] given out so far.
    next_node: AtomicU32,
    /// How often a build became even.
    builds_ended: AtomicU64,
}

/// Frames per [`NodeHints`]: a node page has some hundreds of children, so few frames hold node pages.
const FRAMES_A_NODE: usize = 64;

/// Bytes of memory per frame, with its header and its share of the key hints.
pub(crate) const FRAME_BYTES: usize =
    PAGE_SIZE + size_of::<Header>() + size_of::<LeafHints>() + size_of::<NodeHints>() / FRAMES_A_NODE;

// SAFETY: `base` points into `map`, which lives as long as the arena; the bytes are shared between threads only by the
// guards, whose latches order the accesses (the module's FACT).
unsafe impl Send for Arena {}
// SAFETY: as above.
unsafe impl Sync for Arena {}

fn pack(id: PageId) -> u64 {
    u64::from(id.space.0) << 32 | u64::from(id.page.0)
}

impl Arena {
    /// Makes `frames` zeroed frames. The system provides the memory as frames are used.
    pub(crate) fn new(frames: usize) -> std::io::Result<Arena> {
        let mut map = MmapMut::map_anon(frames * PAGE_SIZE)?;
        // Only advice: without huge pages everything works, more slowly.
        let _ = map.advise(memmap2::Advice::HugePage);
        let header = || Header {
            latch: RawRwLock::INIT,
            id: AtomicU64::new(NO_PAGE),
            version: AtomicU64::new(0),
            oldest: AtomicU64::new(0),
            newest: AtomicU64::new(0),
            report_at: AtomicU32::new(0),
            writing: AtomicBool::new(false),
            checked: AtomicBool::new(false),
            node: AtomicU32::new(0),
            build: AtomicU32::new(0),
            hashed_index: AtomicU64::new(0),
        };
        let base = map.as_mut_ptr();
        let leaf_hints = (0..frames).map(|_| LeafHints::default()).collect();
        let node_hints = (0..frames.div_ceil(FRAMES_A_NODE)).map(|_| NodeHints::default()).collect();
        let headers = (0..frames).map(|_| header()).collect();
        let (map, next_node, builds_ended) = (Arc::new(map), AtomicU32::new(0), AtomicU64::new(0));
        Ok(Arena { map, base, headers, leaf_hints, node_hints, next_node, builds_ended })
    }

    pub(crate) fn frames(&self) -> usize {
        self.headers.len()
    }

    pub(crate) fn header(&self, frame: u32) -> &Header {
        &self.headers[frame as usize]
    }

    /// Waits for a shared latch; returns `None` once `still` returns false. `still` tells whether the frame still holds
    /// the wanted page: another page may have no place in the caller's latch order.
    #[inline]
    pub(crate) fn shared_while(&self, frame: u32, still: impl Fn() -> bool) -> Option<Shared<'_>> {
        let latch = &self.header(frame).latch;
        let latched = latch.try_lock_shared() || wait(&still, || shared_soon(latch));
        latched.then(|| self.shared(frame))
    }

    /// As [`Arena::shared_while`], for the exclusive latch.
    #[inline]
    pub(crate) fn exclusive_while(&self, frame: u32, still: impl Fn() -> bool) -> Option<Exclusive<'_>> {
        let latch = &self.header(frame).latch;
        let latched = latch.try_lock_exclusive() || wait(&still, || exclusive_soon(latch));
        latched.then(|| self.exclusively(frame))
    }

    /// Returns `None` if the frame is latched exclusively. (`then` makes the guard lazily: a guard without its latch
    /// must not be dropped.)
    pub(crate) fn try_shared(&self, frame: u32) -> Option<Shared<'_>> {
        self.header(frame).latch.try_lock_shared().then(|| self.shared(frame))
    }

    /// Makes the guard of a shared latch that was just taken.
    #[inline]
    fn shared(&self, frame: u32) -> Shared<'_> {
        latches::note_acquired();
        Shared { arena: self, frame }
    }

    /// Makes the guard of an exclusive latch that was just taken.
    #[inline]
    fn exclusively(&self, frame: u32) -> Exclusive<'_> {
        latches::note_acquired();
        Exclusive { arena: self, frame, wrote: false, origins_moved: false }
    }

    /// Waits for the exclusive latch.
    pub(crate) fn exclusive(&self, frame: u32) -> Exclusive<'_> {
        let latch = &self.header(frame).latch;
        while !exclusive_soon(latch) {}
        self.exclusively(frame)
    }

    pub(crate) fn try_exclusive(&self, frame: u32) -> Option<Exclusive<'_>> {
        self.header(frame).latch.try_lock_exclusive().then(|| self.exclusively(frame))
    }

    #[inline]
    pub(crate) fn hints(&self, frame: u32) -> &LeafHints {
        &self.leaf_hints[frame as usize]
    }

    /// Returns the key hints of the node page in a frame, if they were ever made. They may be another frame's by now.
    #[inline]
    pub(crate) fn nodes(&self, frame: u32) -> Option<&NodeHints> {
        let node = self.header(frame).node.load(Ordering::Acquire).checked_sub(1)?;
        self.node_hints.get(node as usize)
    }

    /// As [`Arena::nodes`], but a frame without key hints of its own takes over the next [`NodeHints`] in turn.
    pub(crate) fn nodes_or_new(&self, frame: u32) -> &NodeHints {
        match self.nodes(frame).filter(|nodes| nodes.belongs_to(frame)) {
            Some(nodes) => nodes,
            None => {
                let node = self.next_node.fetch_add(1, Ordering::Relaxed) % self.node_hints.len() as u32;
                self.header(frame).node.store(node + 1, Ordering::Release);
                &self.node_hints[node as usize]
            }
        }
    }

    /// How many builds have ended (R4).
    pub(crate) fn builds_ended(&self) -> u64 {
        self.builds_ended.load(Ordering::Relaxed)
    }

    /// The version of a frame, read without a latch.
    #[inline]
    pub(crate) fn version(&self, frame: u32) -> u64 {
        self.header(frame).version.load(Ordering::Acquire)
    }

    /// True if the frame has `version` and is not latched exclusively.
    #[inline]
    pub(crate) fn is_unchanged(&self, frame: u32, version: u64) -> bool {
        let header = self.header(frame);
        let changing = header.latch.is_locked_exclusive();
        // The version changes before the latch is released. So if the latch is seen free after a change, the load below
        // sees the new version.
        fence(Ordering::Acquire);
        !changing && header.version.load(Ordering::Relaxed) == version
    }

    /// Start of the frame's bytes.
    #[inline]
    fn at(&self, frame: u32) -> *mut u8 {
        assert!((frame as usize) < self.headers.len());
        // SAFETY: the frame is one of the arena's, so the offset is inside of the mapping.
        unsafe { self.base.add(frame as usize * PAGE_SIZE) }
    }

    /// Prefetches the frame's header, the page's header and the middle of the key hints together; a reader would wait
    /// for one after the other.
    #[inline]
    pub(crate) fn prefetch(&self, frame: u32) {
        let Some(header) = self.headers.get(frame as usize) else { return };
        prefetch(std::ptr::from_ref(header).cast());
        let page = self.at(frame);
        prefetch(page);
        prefetch(page.wrapping_add(64));
        let hints = std::ptr::from_ref(self.hints(frame)).cast::<u8>();
        // The lines that a search among 70 to 140 keys reads.
        (0..7).for_each(|line| prefetch(hints.wrapping_add(64 * line)));
    }
}

impl Arena {
    /// Prefetches one cache line of a frame's bytes.
    #[inline]
    pub(crate) fn prefetch_byte(&self, frame: u32, at: usize) {
        prefetch(self.at(frame).wrapping_add(at));
    }

    /// Prefetches what a walk along the leaves reads first: the header, the page's header and the origins in the key
    /// hints.
    pub(crate) fn prefetch_to_walk(&self, frame: u32) {
        let Some(header) = self.headers.get(frame as usize) else { return };
        prefetch(std::ptr::from_ref(header).cast());
        (0..2).for_each(|line| self.prefetch_byte(frame, 64 * line));
        let hints = std::ptr::from_ref(self.hints(frame)).cast::<u8>();
        (0..5).for_each(|line| prefetch(hints.wrapping_add(ORIGINS_AT + 64 * line)));
    }
}

#[inline]
fn prefetch(p: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a prefetch reads nothing that the program sees and may be given any address.
    unsafe {
        std::arch::x86_64::_mm_prefetch(p.cast(), std::arch::x86_64::_MM_HINT_T0)
    };
    #[cfg(not(target_arch = "x86_64"))]
    let _ = p;
}

impl Header {
    /// The page in the frame; stable while a latch is held (R3).
    #[inline]
    pub(crate) fn id(&self) -> Option<PageId> {
        let v = self.id.load(Ordering::Acquire);
        (v != NO_PAGE).then(|| PageId::new(SpaceId((v >> 32) as u32), PageNo(v as u32)))
    }

    #[inline]
    pub(crate) fn is(&self, id: PageId) -> bool {
        self.id.load(Ordering::Acquire) == pack(id)
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.oldest.load(Ordering::Acquire) != 0
    }

    /// The frame's build. Without a latch it is a guess.
    #[inline]
    pub(crate) fn build(&self) -> u32 {
        self.build.load(Ordering::Acquire)
    }

    /// True if the frame's build is this one, of a leaf of this index. LOCKS: a latch.
    #[inline]
    pub(crate) fn has_build(&self, build: u32, index: IndexId) -> bool {
        self.build() == build && self.hashed_index.load(Ordering::Relaxed) == index.0
    }

    /// Returns the odd build of the frame's leaf, which belongs to `index`; begins one if necessary. `None` once the
    /// builds below `limit` are used up. LOCKS: a latch.
    pub(crate) fn begin_build(&self, index: IndexId, limit: u32) -> Option<u32> {
        let build = self.build();
        if build % 2 == 1 {
            return self.has_build(build, index).then_some(build);
        }
        if build + 1 >= limit {
            return None;
        }
        // Another thread with a shared latch may do the same: it stores the same index, and one of the two begins.
        self.hashed_index.store(index.0, Ordering::Relaxed);
        let begun = self.build.compare_exchange(build, build + 1, Ordering::AcqRel, Ordering::Relaxed);
        begun.is_ok().then_some(build + 1)
    }

    /// True if the frame's build is odd, of a leaf of this index. Without a latch it is a guess.
    pub(crate) fn is_hashed_for(&self, index: IndexId) -> bool {
        self.is_hashed() && self.hashed_index.load(Ordering::Relaxed) == index.0
    }

    /// True if the frame's build is odd.
    #[inline]
    pub(crate) fn is_hashed(&self) -> bool {
        self.build() % 2 == 1
    }
}

/// A shared latch on a frame.
pub(crate) struct Shared<'a> {
    arena: &'a Arena,
    pub(crate) frame: u32,
}

impl<'a> Shared<'a> {
    #[inline]
    pub(crate) fn arena(&self) -> &'a Arena {
        self.arena
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8; PAGE_SIZE] {
        // SAFETY: the shared latch is held as long as `self` lives (the module's FACT); every bit pattern is a valid
        // u8.
        unsafe { &*self.arena.at(self.frame).cast() }
    }

    #[inline]
    pub(crate) fn header(&self) -> &Header {
        self.arena.header(self.frame)
    }
}

impl Drop for Shared<'_> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: this guard was made by taking the latch shared, and releases it once.
        unsafe { self.header().latch.unlock_shared() };
        latches::note_released();
    }
}

/// The exclusive latch on a frame.
pub(crate) struct Exclusive<'a> {
    arena: &'a Arena,
    pub(crate) frame: u32,
    wrote: bool,
    /// True if records may have left their origins (R4).
    origins_moved: bool,
}

impl<'a> Exclusive<'a> {
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8; PAGE_SIZE] {
        // SAFETY: the exclusive latch is held as long as `self` lives, and `bytes_mut` borrows `self` mutably.
        unsafe { &*self.arena.at(self.frame).cast() }
    }

    /// Returns the bytes for writing; the version grows, and the build ends, when the latch is released.
    #[inline]
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8; PAGE_SIZE] {
        (self.wrote, self.origins_moved) = (true, true);
        // SAFETY: the exclusive latch is held as long as `self` lives, and the reference borrows `self` mutably.
        unsafe { &mut *self.arena.at(self.frame).cast() }
    }

    #[inline]
    pub(crate) fn header(&self) -> &'a Header {
        self.arena.header(self.frame)
    }

    /// True if records may have left their origins since the latch was taken (R4).
    pub(crate) fn origins_moved(&self) -> bool {
        self.origins_moved
    }

    /// Sets [`Exclusive::origins_moved`] back to what it was before some writes. REQUIRES: they have left all records
    /// at their origins.
    pub(crate) fn set_origins_moved(&mut self, moved: bool) {
        self.origins_moved = moved;
    }

    /// Makes this the frame of `id`, or of no page. The bytes stay as they are, and count as not checked.
    pub(crate) fn assign(&mut self, id: Option<PageId>) {
        (self.wrote, self.origins_moved) = (true, true);
        // Not only when the guard is dropped: its holder must not use the old page's key hints for the new page.
        self.header().version.fetch_add(1, Ordering::Release);
        self.header().checked.store(false, Ordering::Relaxed);
        self.header().id.store(id.map_or(NO_PAGE, pack), Ordering::Release);
    }

    /// Turns the exclusive latch into a shared one without releasing it.
    pub(crate) fn downgrade(mut self) -> Shared<'a> {
        self.bump();
        let (arena, frame) = (self.arena, self.frame);
        std::mem::forget(self);
        // SAFETY: `self` holds the exclusive latch and is forgotten without releasing it; the shared guard releases it.
        unsafe { arena.header(frame).latch.downgrade() };
        Shared { arena, frame }
    }

    fn bump(&mut self) {
        if std::mem::take(&mut self.wrote) {
            self.header().version.fetch_add(1, Ordering::Release);
        }
        if std::mem::take(&mut self.origins_moved) && self.header().is_hashed() {
            self.header().build.fetch_add(1, Ordering::Release);
            self.arena.builds_ended.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Lends the frame's memory, filled with zeros, for good (R5). REQUIRES: no page is in the frame.
    pub(crate) fn lend(mut self) -> Lent {
        assert!(self.header().id().is_none(), "R5: a lent frame has no page");
        self.bytes_mut().fill(0);
        let lent = Lent { words: self.arena.at(self.frame).cast(), _map: self.arena.map.clone() };
        latches::note_released();
        std::mem::forget(self);
        lent
    }
}

impl Drop for Exclusive<'_> {
    fn drop(&mut self) {
        self.bump();
        // SAFETY: this guard was made by taking the latch exclusively, and releases it once.
        unsafe { self.header().latch.unlock_exclusive() };
        latches::note_released();
    }
}

/// Atomic words in a frame.
const FRAME_WORDS: usize = PAGE_SIZE / size_of::<AtomicU64>();

/// The memory of a frame that holds no page any more (R5).
pub(crate) struct Lent {
    words: *const [AtomicU64; FRAME_WORDS],
    _map: Arc<MmapMut>,
}

// SAFETY: the words are atomics, and their memory lives as long as `_map`.
unsafe impl Send for Lent {}
// SAFETY: as above.
unsafe impl Sync for Lent {}

impl Deref for Lent {
    type Target = [AtomicU64; FRAME_WORDS];

    #[inline]
    fn deref(&self) -> &Self::Target {
        // SAFETY: the frame is aligned to its 16 KiB within the mapping, which `_map` keeps; by R5 no reference to its
        // bytes is made any more, so all accesses are atomic ones; every bit pattern is a valid word.
        unsafe { &*self.words }
    }
}

/// The methods that both guards have.
macro_rules! page_state {
    ($guard:ident) => {
        impl $guard<'_> {
            /// The version of the bytes (R2).
            #[inline]
            pub(crate) fn version(&self) -> u64 {
                self.header().version.load(Ordering::Acquire)
            }
            #[inline]
            pub(crate) fn hints(&self) -> &LeafHints {
                self.arena.hints(self.frame)
            }
            #[inline]
            pub(crate) fn checked(&self) -> bool {
                self.header().checked.load(Ordering::Relaxed)
            }
            pub(crate) fn set_checked(&self) {
                self.header().checked.store(true, Ordering::Relaxed);
            }
        }
    };
}
page_state!(Shared);
page_state!(Exclusive);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_raises_the_version_and_a_read_does_not() {
        let arena = Arena::new(2).expect("two frames");
        let id = PageId::new(SpaceId(1), PageNo(7));
        let mut x = arena.exclusive(1);
        x.assign(Some(id));
        x.bytes_mut()[5] = 9;
        let s = x.downgrade();
        assert_eq!((s.version(), s.bytes()[5], s.header().is(id), s.checked()), (2, 9, true, false));
        s.set_checked();
        assert!(arena.try_exclusive(1).is_none());
        drop(s);
        drop(arena.exclusive(1));
        let s = arena.try_shared(1).expect("nobody has it");
        assert_eq!((s.version(), s.checked(), s.bytes()[5]), (2, true, 9));
    }

    #[test]
    fn a_build_ends_with_any_write_unless_the_writer_says_that_the_records_stayed_r4() {
        let (arena, index) = (Arena::new(1).expect("a frame"), IndexId(7));
        let begin = || arena.header(0).begin_build(index, 100);
        assert_eq!((begin(), begin()), (Some(1), Some(1)), "a build that is odd goes on");
        assert!(arena.header(0).has_build(1, index) && !arena.header(0).has_build(1, IndexId(8)));
        drop(arena.exclusive(0));
        let mut x = arena.exclusive(0);
        x.bytes_mut()[5] = 1;
        x.set_origins_moved(false);
        drop(x);
        assert!(arena.header(0).has_build(1, index), "a latch alone and a harmless write do not end it");
        let mut x = arena.exclusive(0);
        x.bytes_mut()[5] = 1;
        let moved = x.origins_moved();
        x.bytes_mut()[6] = 1;
        x.set_origins_moved(moved);
        drop(x);
        assert_eq!((arena.header(0).is_hashed(), begin()), (false, Some(3)), "the first write was not harmless");
        arena.exclusive(0).assign(None);
        assert_eq!((begin(), arena.builds_ended()), (Some(5), 2));
        assert_eq!(arena.header(0).begin_build(IndexId(8), 100), None, "another index's build");
        drop(arena.exclusive(0).downgrade());
        arena.exclusive(0).assign(None);
        assert_eq!(arena.header(0).begin_build(index, 7), None, "used up");
    }

    #[test]
    fn a_lent_frame_is_memory_and_cannot_be_latched_r5() {
        let arena = Arena::new(2).expect("two frames");
        let lent = arena.exclusive(1).lend();
        lent[FRAME_WORDS - 1].store(9, Ordering::Relaxed);
        assert!(arena.try_shared(1).is_none() && arena.try_exclusive(1).is_none() && arena.try_shared(0).is_some());
        drop(arena);
        assert_eq!((lent[0].load(Ordering::Relaxed), lent[FRAME_WORDS - 1].load(Ordering::Relaxed)), (0, 9));
    }
}
