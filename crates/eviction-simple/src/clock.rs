//! CLOCK whose hand goes down.

use innolab_base::PageId;
use innolab_store::replacer::Replacer;

/// The frames in a circle, with a hand: for each frame with a page, true if it was used since the hand came by.
pub struct ClockSweep {
    used: Vec<Option<bool>>,
    hand: usize,
}

impl ClockSweep {
    /// Makes an empty clock for frames below `frames`.
    pub fn new(frames: usize) -> ClockSweep {
        ClockSweep { used: vec![None; frames], hand: 0 }
    }

    /// Returns the frames of one lap, in the order in which the hand comes to them.
    fn lap(&self) -> impl Iterator<Item = usize> + use<> {
        let (hand, frames) = (self.hand, self.used.len());
        (1..=frames).map(move |n| (hand + frames - n) % frames)
    }
}

impl Replacer for ClockSweep {
    fn loaded(&mut self, frame: u32, _page: PageId, clock: u32) -> u32 {
        self.used[frame as usize] = Some(false);
        clock
    }

    fn accessed(&mut self, frame: u32, clock: u32, _now_ms: u64) -> u32 {
        let Some(used) = &mut self.used[frame as usize] else { return clock };
        *used = true;
        clock.wrapping_add(1)
    }

    fn removed(&mut self, frame: u32) {
        self.used[frame as usize] = None;
    }

    fn peek(&self, limit: usize, see: &mut dyn FnMut(u32)) {
        let that_are = |used: bool| self.lap().filter(move |frame| self.used[*frame] == Some(used));
        that_are(false).chain(that_are(true)).take(limit).for_each(|frame| see(frame as u32));
    }

    fn evict(&mut self, limit: usize, take: &mut dyn FnMut(u32) -> bool) -> Option<u32> {
        let mut offers = 0;
        for frame in self.lap().chain(self.lap()) {
            if self.used[frame] == Some(false) {
                if offers == limit {
                    return None;
                }
                offers += 1;
                if take(frame as u32) {
                    (self.used[frame], self.hand) = (None, frame);
                    return Some(frame as u32);
                }
            }
            // A second lap for what was used in the first.
            self.used[frame] = self.used[frame].map(|_| false);
            self.hand = frame;
        }
        None
    }
}
