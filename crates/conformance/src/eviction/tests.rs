//! The counts on which claims rest, and wrong policies, which the suite refuses. `crates/store/tests/it/policies.rs` has the right
//! ones.

use crate::eviction::{Claims, Trace, check_all, misses};
use expect_test::expect;
use innolab_base::PageId;
use innolab_store::replacer::{MidpointLru, Policy, Replacer};
use std::collections::VecDeque;

/// The counts on which the bounds rest, with FIFO beside them.
#[test]
fn counted_misses() {
    let mut out = format!("{:9}", "");
    Trace::ALL.iter().for_each(|trace| out += &format!("{trace:>22}"));
    let fifo = |frames| Wrong::LruWithoutPromotion.make(frames);
    let policies =
        Policy::ALL.map(|policy| (policy.name(), Box::new(move |n| policy.make(n, 1000)) as Box<dyn Fn(_) -> _>));
    for (name, make) in policies.into_iter().chain([("fifo", Box::new(fifo) as Box<dyn Fn(_) -> _>)]) {
        out += &format!("\n{name:9}");
        Trace::ALL.iter().for_each(|trace| out += &format!("{:>22}", misses(&make, *trace).expect("a victim")));
    }
    expect![[r#"
                                   loop scan beside a hot set                  Zipf      shifting hot set
        midpoint                   5060                  6319                  7554                 16812
        lru                        8000                  7602                  7611                  3788
        clock                      8000                  7874                  7334                  3482
        fifo                       8000                  7761                  8666                  6413"#]]
    .assert_eq(&out);
}

/// Mistakes that a policy can have; each is a policy that was right but for it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    LruWithoutPromotion,
    LruThatPromotesToTheBack,
    LruThatForgetsToRemove,
    ClockWithAStillHand,
    ClockThatNeverClears,
    ClockThatIgnoresTheBit,
    ClockThatPeeksInOrderOfFrames,
    MidpointThatEntersAtTheFront,
    MidpointThatNeverPromotes,
}

impl Wrong {
    const ALL: [Wrong; 9] = [
        Wrong::LruWithoutPromotion,
        Wrong::LruThatPromotesToTheBack,
        Wrong::LruThatForgetsToRemove,
        Wrong::ClockWithAStillHand,
        Wrong::ClockThatNeverClears,
        Wrong::ClockThatIgnoresTheBit,
        Wrong::ClockThatPeeksInOrderOfFrames,
        Wrong::MidpointThatEntersAtTheFront,
        Wrong::MidpointThatNeverPromotes,
    ];

    /// The policy that it would be.
    fn claimed(self) -> Policy {
        match self {
            Wrong::LruWithoutPromotion | Wrong::LruThatPromotesToTheBack | Wrong::LruThatForgetsToRemove => Policy::Lru,
            Wrong::MidpointThatEntersAtTheFront | Wrong::MidpointThatNeverPromotes => Policy::Midpoint,
            _ => Policy::Clock,
        }
    }

    fn make(self, frames: usize) -> Box<dyn Replacer> {
        match self.claimed() {
            Policy::Lru => Box::new(WrongLru { wrong: self, list: VecDeque::new() }),
            Policy::Clock => Box::new(WrongClock { wrong: self, slots: vec![None; frames], hand: 0 }),
            _ => Box::new(WrongMidpoint { wrong: self, right: MidpointLru::new(frames, 1000) }),
        }
    }
}

/// An LRU list, the victim at the back.
struct WrongLru {
    wrong: Wrong,
    list: VecDeque<u32>,
}

impl Replacer for WrongLru {
    fn loaded(&mut self, frame: u32, _page: PageId, clock: u32) -> u32 {
        self.list.retain(|f| *f != frame);
        self.list.push_front(frame);
        clock
    }

    fn accessed(&mut self, frame: u32, clock: u32, _now_ms: u64) -> u32 {
        if self.list.contains(&frame) && self.wrong != Wrong::LruWithoutPromotion {
            self.list.retain(|f| *f != frame);
            match self.wrong {
                Wrong::LruThatPromotesToTheBack => self.list.push_back(frame),
                _ => self.list.push_front(frame),
            }
        }
        clock
    }

    fn removed(&mut self, frame: u32) {
        if self.wrong != Wrong::LruThatForgetsToRemove {
            self.list.retain(|f| *f != frame);
        }
    }

    fn peek(&self, limit: usize, see: &mut dyn FnMut(u32)) {
        self.list.iter().rev().take(limit).for_each(|frame| see(*frame));
    }

    fn evict(&mut self, limit: usize, take: &mut dyn FnMut(u32) -> bool) -> Option<u32> {
        let victim = self.list.iter().rev().take(limit).copied().find(|frame| take(*frame))?;
        self.list.retain(|f| *f != victim);
        Some(victim)
    }
}

/// A clock: for each frame with a page its bit.
struct WrongClock {
    wrong: Wrong,
    slots: Vec<Option<bool>>,
    hand: usize,
}

impl Replacer for WrongClock {
    fn loaded(&mut self, frame: u32, _page: PageId, clock: u32) -> u32 {
        self.slots[frame as usize] = Some(false);
        clock
    }

    fn accessed(&mut self, frame: u32, clock: u32, _now_ms: u64) -> u32 {
        if let Some(used) = &mut self.slots[frame as usize] {
            *used = true;
        }
        clock.wrapping_add(1)
    }

    fn removed(&mut self, frame: u32) {
        self.slots[frame as usize] = None;
    }

    fn peek(&self, limit: usize, see: &mut dyn FnMut(u32)) {
        let hand = if self.wrong == Wrong::ClockThatPeeksInOrderOfFrames { 0 } else { self.hand };
        let lap = || (hand..self.slots.len()).chain(0..hand);
        let first = lap().filter(|i| match self.wrong {
            Wrong::ClockThatIgnoresTheBit => self.slots[*i].is_some(),
            _ => self.slots[*i] == Some(false),
        });
        let second = lap().filter(|i| match self.wrong {
            Wrong::ClockThatIgnoresTheBit => false,
            _ => self.slots[*i] == Some(true),
        });
        first.chain(second).take(limit).for_each(|i| see(i as u32));
    }

    fn evict(&mut self, limit: usize, take: &mut dyn FnMut(u32) -> bool) -> Option<u32> {
        let (frames, mut left) = (self.slots.len(), limit);
        // Three laps: the third is for a clock whose bits stay.
        for step in 0..3 * frames {
            let i = (self.hand + step) % frames;
            let offered = match self.slots[i] {
                None => false,
                Some(false) => true,
                Some(true) if self.wrong == Wrong::ClockThatIgnoresTheBit => true,
                Some(true) if self.wrong == Wrong::ClockThatNeverClears => step >= 2 * frames,
                Some(true) => {
                    self.slots[i] = Some(false);
                    false
                }
            };
            if offered {
                if left == 0 {
                    return None;
                }
                left -= 1;
                if take(i as u32) {
                    self.slots[i] = None;
                    if self.wrong != Wrong::ClockWithAStillHand {
                        self.hand = (i + 1) % frames;
                    }
                    return Some(i as u32);
                }
            }
        }
        None
    }
}

/// The midpoint list behind a mistake.
struct WrongMidpoint {
    wrong: Wrong,
    right: MidpointLru,
}

impl Replacer for WrongMidpoint {
    fn loaded(&mut self, frame: u32, page: PageId, clock: u32) -> u32 {
        let report_at = self.right.loaded(frame, page, clock);
        if self.wrong == Wrong::MidpointThatEntersAtTheFront {
            // Two uses far apart make it young.
            self.right.accessed(frame, clock, 0);
            self.right.accessed(frame, clock, u64::MAX);
        }
        report_at
    }

    fn accessed(&mut self, frame: u32, clock: u32, now_ms: u64) -> u32 {
        match self.wrong {
            Wrong::MidpointThatNeverPromotes => clock,
            _ => self.right.accessed(frame, clock, now_ms),
        }
    }

    fn removed(&mut self, frame: u32) {
        self.right.removed(frame);
    }

    fn peek(&self, limit: usize, see: &mut dyn FnMut(u32)) {
        self.right.peek(limit, see);
    }

    fn evict(&mut self, limit: usize, take: &mut dyn FnMut(u32) -> bool) -> Option<u32> {
        self.right.evict(limit, take)
    }
}

#[test]
fn a_wrong_policy_is_refused() {
    for wrong in Wrong::ALL {
        let answer = check_all(&|frames| wrong.make(frames), &Claims::of(wrong.claimed()));
        println!("{wrong:?}: {}", answer.expect_err(&format!("{wrong:?} passes")));
    }
}
