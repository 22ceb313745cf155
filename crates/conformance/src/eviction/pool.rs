//! A pool without pages: it drives a policy as the buffer pool does, and counts.

use innolab_base::{PageId, PageNo, SpaceId};
use innolab_store::replacer::{Replacer, is_due};
use std::collections::BTreeMap;

/// Milliseconds that pass with each use of a page.
const STEP_MS: u64 = 10;

/// A policy with the frames and the reporting rule of the buffer pool, but without bytes, latches and dirty pages.
pub struct PagelessPool {
    replacer: Box<dyn Replacer>,
    frame_of: BTreeMap<PageNo, u32>,
    page_in: Vec<Option<PageNo>>,
    report_at: Vec<u32>,
    free: Vec<u32>,
    /// Pages pushed out so far.
    clock: u32,
    now_ms: u64,
    misses: u64,
}

impl PagelessPool {
    /// Makes an empty pool of `frames` frames. REQUIRES: `replacer` was made for as many.
    pub fn new(frames: usize, replacer: Box<dyn Replacer>) -> PagelessPool {
        PagelessPool {
            replacer,
            frame_of: BTreeMap::new(),
            page_in: vec![None; frames],
            report_at: vec![0; frames],
            free: (0..frames as u32).rev().collect(),
            clock: 0,
            now_ms: 0,
            misses: 0,
        }
    }

    /// Uses a page, and loads it first if it is not in the pool. ERRORS: the policy gives no victim, or one without a
    /// page.
    pub fn access(&mut self, page: PageNo) -> Result<(), String> {
        self.now_ms += STEP_MS;
        if let Some(&frame) = self.frame_of.get(&page) {
            if is_due(self.report_at[frame as usize], self.clock) {
                self.report_at[frame as usize] = self.replacer.accessed(frame, self.clock, self.now_ms);
            }
            return Ok(());
        }
        self.misses += 1;
        let frame = match self.free.pop() {
            Some(frame) => frame,
            None => self.evict()?,
        };
        self.frame_of.insert(page, frame);
        self.page_in[frame as usize] = Some(page);
        self.report_at[frame as usize] = self.replacer.loaded(frame, PageId::new(SpaceId(1), page), self.clock);
        Ok(())
    }

    fn evict(&mut self) -> Result<u32, String> {
        let frame = self.replacer.evict(usize::MAX, &mut |_| true).ok_or("C1: no frame is offered by a full pool")?;
        let page = self.page_in.get_mut(frame as usize).and_then(Option::take);
        self.frame_of.remove(&page.ok_or_else(|| format!("C2: frame {frame} is a victim and has no page"))?);
        self.clock += 1;
        Ok(frame)
    }

    /// True if the page is in the pool.
    pub fn contains(&self, page: PageNo) -> bool {
        self.frame_of.contains_key(&page)
    }

    /// Number of uses so far whose page was not in the pool.
    pub fn misses(&self) -> u64 {
        self.misses
    }
}
