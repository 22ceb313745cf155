//! Least recently used, as in the textbook.
//!
//! ```text
//! front                                                     back
//!   ├── the page used last ── … ── the page not used longest ─┤
//!   ▲                                                         └─► victims
//!   └─ a page moves here when it is loaded and at every use
//! ```
//!
//! Every use takes the pool's mutex, which shows what exact LRU costs; a use is lost if another thread holds the mutex.

use crate::list::FrameList;
use crate::replacer::contract::Replacer;
use innolab_base::PageId;

/// The textbook's LRU list.
pub struct Lru {
    list: FrameList,
}

impl Lru {
    /// Makes an empty list for frames below `frames`.
    pub fn new(frames: usize) -> Lru {
        Lru { list: FrameList::new(frames) }
    }
}

impl Replacer for Lru {
    fn loaded(&mut self, frame: u32, _page: PageId, clock: u32) -> u32 {
        self.list.push_front(frame);
        clock
    }

    fn accessed(&mut self, frame: u32, clock: u32, _now_ms: u64) -> u32 {
        if self.list.contains(frame) {
            self.list.remove(frame);
            self.list.push_front(frame);
        }
        clock
    }

    fn removed(&mut self, frame: u32) {
        self.list.remove(frame);
    }

    fn peek(&self, limit: usize, see: &mut dyn FnMut(u32)) {
        self.list.iter_from_back().take(limit).for_each(see);
    }

    fn evict(&mut self, limit: usize, take: &mut dyn FnMut(u32) -> bool) -> Option<u32> {
        let victim = self.list.iter_from_back().take(limit).find(|frame| take(*frame))?;
        self.list.remove(victim);
        Some(victim)
    }
}
