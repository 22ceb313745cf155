//! InnoDB's LRU list as a vector: what is old is computed, never kept.

use innolab_base::PageId;
use innolab_store::replacer::{MIN_SPLIT, Replacer, SLACK};

struct Page {
    frame: u32,
    first_use_ms: Option<u64>,
}

/// InnoDB's LRU list with a midpoint.
pub struct MidpointLru {
    /// The front of the list first.
    pages: Vec<Page>,
    old_blocks_time_ms: u64,
}

impl MidpointLru {
    /// Makes an empty list. `old_blocks_time_ms` is `innodb_old_blocks_time`.
    pub fn new(_frames: usize, old_blocks_time_ms: u64) -> MidpointLru {
        MidpointLru { pages: Vec::new(), old_blocks_time_ms }
    }

    fn position(&self, frame: u32) -> Option<usize> {
        self.pages.iter().position(|page| page.frame == frame)
    }
}

/// Returns the length of the young part of a list of `len` pages (R4): as short as the slack allows.
fn young_len(len: usize) -> usize {
    if len < MIN_SPLIT { 0 } else { len - (len * 3 / 8 + SLACK) }
}

impl Replacer for MidpointLru {
    fn loaded(&mut self, frame: u32, _page: PageId, clock: u32) -> u32 {
        let midpoint = young_len(self.pages.len() + 1);
        self.pages.insert(midpoint, Page { frame, first_use_ms: None });
        clock
    }

    fn accessed(&mut self, frame: u32, clock: u32, now_ms: u64) -> u32 {
        let Some(at) = self.position(frame) else { return clock };
        let young_len = young_len(self.pages.len());
        let first = *self.pages[at].first_use_ms.get_or_insert(now_ms);
        if at >= young_len && now_ms < first.saturating_add(self.old_blocks_time_ms) {
            return clock;
        }
        let page = self.pages.remove(at);
        self.pages.insert(0, page);
        clock.wrapping_add((young_len / 4).max(1) as u32)
    }

    fn removed(&mut self, frame: u32) {
        self.pages.retain(|page| page.frame != frame);
    }

    fn peek(&self, limit: usize, see: &mut dyn FnMut(u32)) {
        self.pages.iter().rev().take(limit).for_each(|page| see(page.frame));
    }

    fn evict(&mut self, limit: usize, take: &mut dyn FnMut(u32) -> bool) -> Option<u32> {
        let victim = self.pages.iter().rev().take(limit).map(|page| page.frame).find(|frame| take(*frame))?;
        self.removed(victim);
        Some(victim)
    }
}
