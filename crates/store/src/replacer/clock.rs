//! CLOCK, also called second chance: LRU's idea with one bit a frame.
//!
//! ```text
//!            ┌ 0 ┬ 1 ┐        used bit 1: the hand clears it and goes on: the page has another lap
//!          1 ┤   ↗   ├ 0      used bit 0: the page was not used since the hand came by: the victim
//!            └ 1 ┴ 0 ┘ hand
//! ```
//!
//! A page is loaded with bit 0: it has one lap in which to be used again. That makes a page that is read once leave
//! before pages that are used.
//!
//! A use sets the bit. After that the next use matters only once the hand may have cleared the bit, and the hand moves
//! only in an eviction; so at most one use of a frame per eviction is reported.

use crate::replacer::contract::Replacer;
use innolab_base::PageId;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Empty,
    /// Bit 0.
    Unused,
    /// Bit 1.
    Used,
}

/// The frames in a circle, with a hand.
pub struct ClockSweep {
    slots: Vec<Slot>,
    hand: usize,
}

impl ClockSweep {
    /// Makes an empty clock for frames below `frames`.
    pub fn new(frames: usize) -> ClockSweep {
        ClockSweep { slots: vec![Slot::Empty; frames], hand: 0 }
    }

    /// The frames of one lap from the hand on that are in `state`.
    fn lap(&self, state: Slot) -> impl Iterator<Item = u32> {
        let frames = (self.hand..self.slots.len()).chain(0..self.hand);
        frames.filter(move |frame| self.slots[*frame] == state).map(|frame| frame as u32)
    }
}

impl Replacer for ClockSweep {
    fn loaded(&mut self, frame: u32, _page: PageId, clock: u32) -> u32 {
        self.slots[frame as usize] = Slot::Unused;
        clock
    }

    fn accessed(&mut self, frame: u32, clock: u32, _now_ms: u64) -> u32 {
        let slot = &mut self.slots[frame as usize];
        if *slot == Slot::Empty {
            return clock;
        }
        *slot = Slot::Used;
        clock.wrapping_add(1)
    }

    fn removed(&mut self, frame: u32) {
        self.slots[frame as usize] = Slot::Empty;
    }

    fn peek(&self, limit: usize, see: &mut dyn FnMut(u32)) {
        // The first lap offers the unused, and clears the bits of the others, which the second lap offers.
        self.lap(Slot::Unused).chain(self.lap(Slot::Used)).take(limit).for_each(see);
    }

    fn evict(&mut self, limit: usize, take: &mut dyn FnMut(u32) -> bool) -> Option<u32> {
        let mut left = limit;
        for _ in 0..2 * self.slots.len() {
            let frame = self.hand;
            self.hand = (frame + 1) % self.slots.len();
            match self.slots[frame] {
                Slot::Empty => {}
                Slot::Used => self.slots[frame] = Slot::Unused,
                Slot::Unused if left == 0 => return None,
                Slot::Unused => {
                    left -= 1;
                    if take(frame as u32) {
                        self.slots[frame] = Slot::Empty;
                        return Some(frame as u32);
                    }
                }
            }
        }
        None
    }
}
