//! A look at a page without a latch.
//!
//! ```text
//! glimpse(node) ─► child, by the aid ─► glimpse or latch the child ─► does the node's glimpse still hold? ─ yes ─► it was the child then
//!                                                                                                      └ no ──► begin again, with latches
//! ```
//!
//! RULES
//!
//! - **R1** A glimpse names one state of one page: (frame, version). Nothing is read of the page but what aids say of that state.
//! - **R2** It holds as long as the version is the same *and* nobody has the page latched exclusively: a version grows
//!   only when the latch is given back, and of two pages that are changed together one is given back first.
//!
//! FACT: if the glimpse of a node page holds after its child was latched, the child is what the node page says, now and
//! until the latch is given back.
//! PROOF: suppose the node's bytes were changed so that they say something else of the child's keys. Who did it had
//! both pages latched exclusively at one time (`docs/latching.md` L6, L7). If he latched the child after our latch, he
//! waits, and has not changed a byte (L6). If before, he gave the child back before we latched it, and had the node's
//! latch at that time: by our latch on the child we see that latch, or the version that he left when he gave it back;
//! the glimpse does not hold. A frame that gets another page gets another version under its latch, so the same is true
//! of a page that left memory.
//!
//! InnoDB's counterpart: `buf_page_optimistic_get`, with its modify clock.

use crate::arena::Arena;
use crate::space::Space;
use crate::{PageRead, Store};
use innolab_base::PageNo;
use innolab_page::{IndexPage, Layout, SearchKey};

/// See the module.
#[derive(Clone, Copy)]
pub struct Glimpse<'s> {
    arena: &'s Arena,
    frame: u32,
    version: u64,
}

impl Store {
    /// The state of a page that is in memory. It counts as a use of it.
    #[inline]
    pub fn glimpse(&self, space: &Space, page: PageNo) -> Option<Glimpse<'_>> {
        let frame = space.frames.get(page)?;
        let header = self.pool.arena.header(frame);
        // The version first: who sees the id of a later one has a glimpse that does not hold.
        let version = self.pool.arena.version(frame);
        if !header.is(space.page_id(page)) {
            return None;
        }
        self.pool.used(frame, header);
        Some(Glimpse { arena: &self.pool.arena, frame, version })
    }
}

impl Glimpse<'_> {
    /// The child of the node page that is responsible for the key, and the page's level; `None`: no aid knows.
    #[inline]
    pub fn child(&self, key: &SearchKey<'_>, layout: &Layout) -> Option<(PageNo, u16)> {
        self.arena.nodes(self.frame)?.child(self.frame, self.version, key, layout)
    }

    /// R2
    #[inline]
    pub fn holds(&self) -> bool {
        self.arena.is_settled(self.frame, self.version)
    }
}

impl PageRead<'_> {
    /// Sees to it that glimpses of this node page will have an answer, if they often had none. REQUIRES a node page
    /// that was checked.
    #[inline]
    pub fn help_glimpses(&self, page: &IndexPage<'_>) {
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
    fn a_glimpse_holds_until_somebody_changes_the_page_or_is_about_to() {
        let options = Options { background: false, ..Options::default() };
        let (store, _) =
            Store::open(Arc::new(SimDisk::new(1)), options, Arc::new(SystemClock::default()), Events::none())
                .expect("opens");
        let space = store.create_space(SpaceId(1), "t.ibd").expect("a new file");
        let look = || store.glimpse(&space, PageNo(0)).expect("page 0 is in memory");
        let glimpse = look();
        let reader = store.read(&space, PageNo(0)).expect("reads");
        assert!(glimpse.holds(), "readers change nothing");
        drop(reader);

        let mut mtr = store.begin(1000).expect("begins");
        let held = mtr.latch(&space, PageNo(0)).expect("latches");
        assert!(!glimpse.holds() && !look().holds(), "nobody knows what comes");
        mtr.release(held);
        assert!(glimpse.holds(), "nothing came");
        let held = mtr.latch(&space, PageNo(0)).expect("latches");
        mtr.page(held).write_u32(200, 1);
        mtr.commit().expect("commits");
        assert!(!glimpse.holds() && look().holds());

        let glimpse = look();
        store.pool.arena.exclusive(glimpse.frame).assign(None);
        assert!(!glimpse.holds() && store.glimpse(&space, PageNo(0)).is_none(), "another page's frame");
    }
}
