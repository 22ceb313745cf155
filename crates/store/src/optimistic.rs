//! Optimistic reads: a look at a node page without its latch, validated afterwards.
//!
//! Every search passes the root and other node pages, and a shared latch costs two atomic writes to a cache line that
//! all threads write. An *optimistic read* takes no latch: it notes the page's version, gets the child's number from
//! the node page's *key hints* (a search cache in memory beside the page, [`innolab_page::hints`]), goes to the child,
//! and then validates that the version is still the same.
//!
//! ```text
//! read(node) ─► child, by the key hints ─► read or latch the child ─► node.validate() ─ true ──► the child is right
//!                                                                           └────────── false ─► again, with latches
//! ```
//!
//! RULES
//!
//! - **R1** An optimistic read names one state of one page: (frame, version). It reads no byte of the page, only the
//!   key hints that were made of that state.
//! - **R2** It is valid while the version is the same *and* no thread has the page latched exclusively: a version grows
//!   only when the latch is released, and of two pages that are changed together one is released first.
//!
//! FACT: if the optimistic read of a node page is valid after its child was latched, the node page names this child for
//! the key, now and until the child's latch is released.
//!
//! PROOF. Suppose a writer changed the node page so that it names another child for the key. The writer had both pages
//! latched exclusively at one time (`docs/latching.md` L6, L7). If it comes to the child after us, it still waits for
//! our latch, and has not changed a byte (L6). If it came before us, it released the child before we latched it, and
//! held the node page's latch at that moment. Taking the child's latch synchronises us with that release, so `validate`
//! sees the node page still latched, or unlatched with the writer's new version; either way it returns false. A frame
//! that gets another page gets another version under its latch, so the same holds for a page that left memory. ∎
//!
//! InnoDB's counterpart: `buf_page_optimistic_get`, with its modify clock.

use crate::arena::Arena;
use crate::read::PageRead;
use crate::space::Space;
use crate::store::Store;
use innolab_base::PageNo;
use innolab_page::{IndexPage, Layout, SearchKey};

/// One state of a page, seen without a latch; see the module.
#[derive(Clone, Copy)]
pub struct OptimisticRead<'s> {
    arena: &'s Arena,
    frame: u32,
    version: u64,
}

impl Store {
    /// Notes the state of a page that is in memory; `None` if it is not. It counts as a use of the page.
    #[inline]
    pub fn read_optimistic(&self, space: &Space, page: PageNo) -> Option<OptimisticRead<'_>> {
        let frame = space.frames.get(page)?;
        let header = self.pool.arena.header(frame);
        // The version first: a read that sees the id of a later page then has an old version, and is not valid.
        let version = self.pool.arena.version(frame);
        if !header.is(space.page_id(page)) {
            return None;
        }
        self.pool.used(frame, header);
        Some(OptimisticRead { arena: &self.pool.arena, frame, version })
    }
}

impl OptimisticRead<'_> {
    /// Returns the child of the node page that is responsible for the key, and the page's level; `None` if there are no
    /// key hints of this state.
    #[inline]
    pub fn child(&self, key: &SearchKey<'_>, layout: &Layout) -> Option<(PageNo, u16)> {
        self.arena.nodes(self.frame)?.child(self.frame, self.version, key, layout)
    }

    /// True if the page still has the state that was noted, and no thread is about to change it (R2).
    #[inline]
    pub fn validate(&self) -> bool {
        self.arena.is_unchanged(self.frame, self.version)
    }
}

impl PageRead<'_> {
    /// Notes that an optimistic read of this node page found no key hints; after several such calls makes them.
    /// REQUIRES: a node page that was checked.
    #[inline]
    pub fn help_optimistic_reads(&self, page: &IndexPage<'_>) {
        let (arena, frame, version) = (self.guard.arena(), self.frame(), self.version());
        if !arena.nodes(frame).is_some_and(|nodes| nodes.knows(frame, version)) {
            arena.nodes_or_new(frame).missed(frame, version, page);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, Store};
    use innolab_base::{Events, PageNo, SpaceId, SystemClock};
    use innolab_disk::SimDisk;
    use innolab_page::Write;
    use std::sync::Arc;

    #[test]
    fn an_optimistic_read_is_valid_until_a_writer_has_latched_the_page() {
        let options = Options { background: false, ..Options::default() };
        let (store, _) =
            Store::open(Arc::new(SimDisk::new(1)), options, Arc::new(SystemClock::default()), Events::none())
                .expect("opens");
        let space = store.create_space(SpaceId(1), "t.ibd").expect("a new file");
        let look = || store.read_optimistic(&space, PageNo(0)).expect("page 0 is in memory");
        let before = look();
        let reader = store.read(&space, PageNo(0)).expect("reads");
        assert!(before.validate(), "readers change nothing");
        drop(reader);

        let mut mtr = store.begin(1000).expect("begins");
        let held = mtr.latch(&space, PageNo(0)).expect("latches");
        assert!(!before.validate() && !look().validate(), "the writer may change it");
        mtr.release(held);
        assert!(before.validate(), "the writer changed nothing");
        let held = mtr.latch(&space, PageNo(0)).expect("latches");
        mtr.page(held).write_u32(200, 1);
        mtr.commit().expect("commits");
        assert!(!before.validate() && look().validate());

        let before = look();
        store.pool.arena.exclusive(before.frame).assign(None);
        assert!(!before.validate() && store.read_optimistic(&space, PageNo(0)).is_none(), "another page's frame");
    }
}
