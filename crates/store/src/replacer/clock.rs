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

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_base::{PageNo, SpaceId};

    /// A clock whose frames all have a page that was loaded and not used.
    fn full(frames: u32) -> ClockSweep {
        let mut clock = ClockSweep::new(frames as usize);
        for frame in 0..frames {
            clock.loaded(frame, PageId::new(SpaceId(1), PageNo(frame)), 1);
        }
        clock
    }

    /// Evicts, and refuses these frames. Returns the victim.
    fn victim(clock: &mut ClockSweep, refused: &[u32]) -> Option<u32> {
        clock.evict(usize::MAX, &mut |frame| !refused.contains(&frame))
    }

    #[test]
    fn the_hand_goes_around_and_offers_what_was_refused_again() {
        let mut clock = full(4);
        assert_eq!((victim(&mut clock, &[]), victim(&mut clock, &[])), (Some(0), Some(1)));
        assert_eq!(victim(&mut clock, &[2]), Some(3));
        assert_eq!((victim(&mut clock, &[2]), victim(&mut clock, &[])), (None, Some(2)));
        assert_eq!(victim(&mut clock, &[]), None, "no frame has a page");
    }

    #[test]
    fn at_most_limit_frames_are_offered() {
        let (mut clock, mut offered) = (full(4), Vec::new());
        let none = clock.evict(2, &mut |frame| {
            offered.push(frame);
            false
        });
        assert_eq!((none, offered), (None, vec![0, 1]));
    }

    #[test]
    fn a_used_page_gets_one_more_lap() {
        let mut clock = full(3);
        assert_eq!(clock.accessed(0, 5, 0), 6, "the next use matters after the next eviction");
        assert_eq!(
            (victim(&mut clock, &[]), victim(&mut clock, &[]), victim(&mut clock, &[])),
            (Some(1), Some(2), Some(0))
        );
        clock.accessed(0, 5, 0);
        assert_eq!(victim(&mut clock, &[]), None, "a use of a frame without a page changes nothing");
    }

    #[test]
    fn peek_names_what_the_hand_will_offer() {
        let mut clock = full(4);
        clock.accessed(1, 1, 0);
        assert_eq!(victim(&mut clock, &[]), Some(0));
        let mut named = Vec::new();
        clock.peek(3, &mut |frame| named.push(frame));
        assert_eq!(named, [2, 3, 1], "the unused from the hand on, then the used");
        assert_eq!(
            (victim(&mut clock, &[]), victim(&mut clock, &[]), victim(&mut clock, &[])),
            (Some(2), Some(3), Some(1))
        );
    }
}
