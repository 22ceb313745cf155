//! Which page leaves memory when another needs its frame.
//!
//! ```text
//! front                         midpoint                    back
//!   ├──── young: 5/8 of the list ───┼──── old: 3/8 ──────────┤
//!   ▲                               ▲                        └─► victims are taken from here
//!   │                               └─ a page that was read enters here
//!   └─ a page moves here when it is used again `innodb_old_blocks_time` after its first use
//! ```
//!
//! RULES (of [`MidpointLru`])
//!
//! - **R1** A page enters at the midpoint, so a full scan pushes out only old pages.
//! - **R2** An old page becomes young when it is used at least `old_blocks_time_ms` after its first use since it came
//!   in. The uses of one scan of the page fall into that time and do not count.
//! - **R3** A young page moves to the front only if it has sunk through a quarter of the young part, so that a hot page costs no
//!   list operation: its frame asks to be told only after so many further evictions (`report_at`).
//! - **R4** The old part is 3/8 of the list, give or take [`SLACK`]; a list of fewer than [`MIN_SPLIT`] pages is not divided.
//!
//! InnoDB's counterpart: `buf0lru` (`buf_LRU_old_ratio`, `buf_page_peek_if_too_old`, `freed_page_clock`). Left out: the
//! unzip LRU, read-ahead.

use crate::list::{FrameList, NIL};

/// Chooses victims. All calls come under one mutex.
///
/// `clock` counts the pages that were pushed out so far. A call returns the clock value from which on the frame's next use is to
/// be reported; uses before that are not.
pub trait Replacer: Send {
    /// A page came into `frame`.
    fn loaded(&mut self, frame: u32, clock: u32) -> u32;
    /// The page in `frame` is used, at `now_ms`.
    fn accessed(&mut self, frame: u32, clock: u32, now_ms: u64) -> u32;
    /// The page in `frame` is gone.
    fn removed(&mut self, frame: u32);
    /// Offers frames, the best victim first, until `take` accepts one or `limit` were offered.
    fn victims(&self, limit: usize, take: &mut dyn FnMut(u32) -> bool);
}

/// How far the old part may be off its share before the midpoint moves, in pages.
pub const SLACK: usize = 20;
/// A list shorter than this is not divided: everything is old.
pub const MIN_SPLIT: usize = 64;

/// InnoDB's LRU list with a midpoint.
pub struct MidpointLru {
    list: FrameList,
    /// The first old frame; [`NIL`]: there is none.
    midpoint: u32,
    old_len: usize,
    /// By frame: is it in the old part?
    old: Vec<bool>,
    /// By frame: when it was first used since it came in; `None`: not yet.
    first_use_ms: Vec<Option<u64>>,
    old_blocks_time_ms: u64,
}

impl MidpointLru {
    /// For frames below `frames`. `old_blocks_time_ms`: `innodb_old_blocks_time`, 1000 by default.
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

    /// R4
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
    fn loaded(&mut self, frame: u32, clock: u32) -> u32 {
        self.list.insert_before(self.midpoint, frame);
        self.midpoint = frame;
        self.old[frame as usize] = true;
        self.old_len += 1;
        self.first_use_ms[frame as usize] = None;
        self.rebalance();
        // While nothing was ever pushed out the order does not matter, and nobody need report.
        clock.max(1)
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

    fn victims(&self, limit: usize, take: &mut dyn FnMut(u32) -> bool) {
        let mut frame = self.list.back();
        for _ in 0..limit {
            if frame == NIL || take(frame) {
                return;
            }
            frame = self.list.prev(frame);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    impl MidpointLru {
        /// R4 and the flags that say where the midpoint is.
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
            assert_eq!(old, self.old_len);
            while frame != NIL {
                assert!(!self.old[frame as usize], "an old frame before the midpoint");
                frame = self.list.prev(frame);
            }
            let len = self.list.len();
            if len >= MIN_SPLIT {
                assert!(self.old_len.abs_diff(len * 3 / 8) <= SLACK, "{} of {len} are old", self.old_len);
            } else {
                assert_eq!(self.old_len, len);
            }
        }

        fn victim(&self) -> u32 {
            let mut out = NIL;
            self.victims(1, &mut |f| {
                out = f;
                true
            });
            out
        }
    }

    #[test]
    fn a_scan_pushes_out_only_old_pages() {
        let frames = 200;
        let mut lru = MidpointLru::new(frames as usize, 1000);
        for f in 0..frames {
            lru.loaded(f, 1);
            lru.accessed(f, 1, 0);
        }
        // Half of them are used again later: they are hot.
        for f in 0..100 {
            lru.accessed(f, 1, 2000);
        }
        lru.check();
        // A scan of 1000 pages, each used twice at once.
        for i in 0..1000u64 {
            let f = lru.victim();
            assert!(f >= 100, "the scan pushed out a hot page at its step {i}");
            lru.removed(f);
            lru.loaded(f, 1);
            lru.accessed(f, 1, 3000 + i);
            lru.accessed(f, 1, 3000 + i + 1);
        }
        lru.check();
    }

    proptest! {
        #[test]
        fn the_old_part_keeps_its_share(ops in proptest::collection::vec((0u32..150, 0u8..4), 1..600)) {
            let mut lru = MidpointLru::new(150, 10);
            for (now, (f, what)) in ops.into_iter().enumerate() {
                if !lru.list.contains(f) {
                    lru.loaded(f, 1);
                } else if what == 0 {
                    lru.removed(f);
                } else {
                    lru.accessed(f, 1, now as u64 * 3);
                }
                lru.check();
            }
        }
    }
}
