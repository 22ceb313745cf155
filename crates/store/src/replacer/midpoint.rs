//! InnoDB's LRU list: a new page enters in the middle, and must prove itself to get to the front.
//!
//! ```text
//! front                         midpoint                    back
//!   ├──── young: 5/8 of the list ───┼──── old: 3/8 ──────────┤
//!   ▲                               ▲                        └─► victims
//!   │                               └─ a page that was read enters here
//!   └─ a page moves here when it is used again `innodb_old_blocks_time` after its first use
//! ```
//!
//! RULES
//!
//! - **R1** A page enters at the midpoint, so a full scan pushes out only old pages.
//! - **R2** An old page becomes young when it is used at least `old_blocks_time_ms` after its first reported use since
//!   it came in. A scan reads all rows of a page within that time, so its uses do not make the page young.
//! - **R3** A young page moves to the front only after it has sunk through a quarter of the young part, so that a hot
//!   page costs no list operation: `report_at` lies that many evictions ahead.
//! - **R4** The old part is 3/8 of the list, give or take [`SLACK`]; a list of fewer than [`MIN_SPLIT`] pages is not
//!   divided.
//!
//! InnoDB's counterpart: `buf0lru` (`buf_LRU_old_ratio`, `buf_page_peek_if_too_old`, `freed_page_clock`). Left out: the
//! unzip LRU, read-ahead.

use crate::list::{FrameList, NIL};
use crate::replacer::contract::Replacer;
use innolab_base::PageId;

/// Pages by which the old part may differ from its share before the midpoint moves.
pub const SLACK: usize = 20;
/// A list shorter than this is not divided: all its pages are old.
pub const MIN_SPLIT: usize = 64;

/// InnoDB's LRU list with a midpoint.
pub struct MidpointLru {
    list: FrameList,
    /// The first old frame; [`NIL`] if no frame is old.
    midpoint: u32,
    old_len: usize,
    /// By frame: true if it is in the old part.
    old: Vec<bool>,
    /// By frame: time of its first reported use since the page came in.
    first_use_ms: Vec<Option<u64>>,
    old_blocks_time_ms: u64,
}

impl MidpointLru {
    /// Makes an empty list for frames below `frames`. `old_blocks_time_ms` is `innodb_old_blocks_time`, by default
    /// 1000.
    pub fn new(frames: usize, old_blocks_time_ms: u64) -> MidpointLru {
        MidpointLru {
            list: FrameList::new(frames),
            midpoint: NIL,
            old_len: 0,
            old: vec![false; frames],
            first_use_ms: vec![None; frames],
            old_blocks_time_ms,
        }
    }

    fn young_len(&self) -> usize {
        self.list.len() - self.old_len
    }

    fn unlink(&mut self, frame: u32) {
        if self.midpoint == frame {
            self.midpoint = self.list.next(frame);
        }
        self.old_len -= usize::from(std::mem::take(&mut self.old[frame as usize]));
        self.list.remove(frame);
    }

    /// Moves the midpoint until the old part has its share (R4).
    fn rebalance(&mut self) {
        let len = self.list.len();
        let (least, most) = if len < MIN_SPLIT { (len, len) } else { (len * 3 / 8 - SLACK, len * 3 / 8 + SLACK) };
        while self.old_len < least {
            self.midpoint = if self.midpoint == NIL { self.list.back() } else { self.list.prev(self.midpoint) };
            self.old[self.midpoint as usize] = true;
            self.old_len += 1;
        }
        while self.old_len > most {
            self.old[self.midpoint as usize] = false;
            self.midpoint = self.list.next(self.midpoint);
            self.old_len -= 1;
        }
    }
}

impl Replacer for MidpointLru {
    fn loaded(&mut self, frame: u32, _page: PageId, clock: u32) -> u32 {
        self.list.insert_before(self.midpoint, frame);
        self.midpoint = frame;
        self.old[frame as usize] = true;
        self.old_len += 1;
        self.first_use_ms[frame as usize] = None;
        self.rebalance();
        clock
    }

    fn accessed(&mut self, frame: u32, clock: u32, now_ms: u64) -> u32 {
        if !self.list.contains(frame) {
            return clock;
        }
        let first = *self.first_use_ms[frame as usize].get_or_insert(now_ms);
        if self.old[frame as usize] && now_ms < first.saturating_add(self.old_blocks_time_ms) {
            return clock;
        }
        self.unlink(frame);
        self.list.push_front(frame);
        self.rebalance();
        clock.wrapping_add((self.young_len() / 4).max(1) as u32)
    }

    fn removed(&mut self, frame: u32) {
        self.unlink(frame);
        self.rebalance();
    }

    fn peek(&self, limit: usize, see: &mut dyn FnMut(u32)) {
        self.list.iter_from_back().take(limit).for_each(see);
    }

    fn evict(&mut self, limit: usize, take: &mut dyn FnMut(u32) -> bool) -> Option<u32> {
        let victim = self.list.iter_from_back().take(limit).find(|frame| take(*frame))?;
        self.removed(victim);
        Some(victim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_base::{PageNo, SpaceId};
    use innolab_testing::size;
    use proptest::prelude::*;

    impl MidpointLru {
        /// Checks R4, and the flags that say which frames are old.
        fn check(&self) {
            let (mut frame, mut old) = (self.list.back(), 0);
            while frame != NIL && self.old[frame as usize] {
                old += 1;
                if self.midpoint == frame {
                    frame = self.list.prev(frame);
                    break;
                }
                frame = self.list.prev(frame);
            }
            assert_eq!(old, self.old_len, "all old frames lie from the midpoint on");
            while frame != NIL {
                assert!(!self.old[frame as usize], "an old frame before the midpoint");
                frame = self.list.prev(frame);
            }
            let len = self.list.len();
            if len >= MIN_SPLIT {
                assert!(self.old_len.abs_diff(len * 3 / 8) <= SLACK, "R4: {} of {len} are old", self.old_len);
            } else {
                assert_eq!(self.old_len, len, "R4");
            }
        }

        fn load(&mut self, frame: u32) {
            self.loaded(frame, PageId::new(SpaceId(1), PageNo(frame)), 1);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: size(32, 256), ..ProptestConfig::default() })]

        #[test]
        fn the_old_part_keeps_its_share(ops in proptest::collection::vec((0u32..150, 0u8..4), 1..600)) {
            let mut lru = MidpointLru::new(150, 10);
            for (now, (frame, what)) in ops.into_iter().enumerate() {
                if !lru.list.contains(frame) {
                    lru.load(frame);
                } else if what == 0 {
                    lru.removed(frame);
                } else {
                    lru.accessed(frame, 1, now as u64 * 3);
                }
                lru.check();
            }
        }
    }

    /// R4, while pages are only loaded.
    #[test]
    fn the_old_part_of_a_growing_list_has_its_share() {
        let mut lru = MidpointLru::new(200, 1000);
        for frame in 0..200 {
            lru.load(frame);
            lru.check();
        }
    }

    /// R1: a scan goes through the old part only.
    #[test]
    fn a_page_enters_at_the_midpoint() {
        let mut lru = MidpointLru::new(200, 1000);
        (0..100).for_each(|frame| lru.load(frame));
        let front = lru.list.front();
        for frame in 100..150 {
            lru.load(frame);
            assert_eq!(lru.list.front(), front, "frame {frame} was loaded");
        }
    }

    /// R3: a young page is reported again when it has sunk through a quarter of the young part.
    #[test]
    fn a_young_page_is_reported_again_after_a_quarter_of_the_young_part() {
        let mut lru = MidpointLru::new(200, 0);
        (0..200).for_each(|frame| lru.load(frame));
        let victim = lru.list.back();
        let report_at = lru.accessed(victim, 7, 1);
        assert_eq!(report_at as usize, 7 + lru.young_len() / 4);
        assert_eq!(lru.list.front(), victim);
    }

    /// R2: within `old_blocks_time` of its first use a page stays old, however often it is used.
    #[test]
    fn a_page_becomes_young_when_it_is_used_again_later() {
        let mut lru = MidpointLru::new(100, 1000);
        (0..100).for_each(|frame| lru.load(frame));
        let victim = lru.list.back();
        for now in [5000, 5001, 5999] {
            lru.accessed(victim, 1, now);
            assert_eq!(lru.list.back(), victim, "used {} ms after the first use", now - 5000);
        }
        lru.accessed(victim, 1, 6000);
        assert_eq!(lru.list.front(), victim, "used 1000 ms after the first use");
        lru.check();
    }
}
