//! The rules: random calls, beside a model that knows which frames have a page.

use innolab_base::{PageId, PageNo, SpaceId};
use innolab_store::replacer::Replacer;
use innolab_testing::{Broken, Script};
use proptest::prelude::*;

/// Makes an empty replacer for the given number of frames.
pub(crate) type Make<'a> = &'a dyn Fn(usize) -> Box<dyn Replacer>;

type Result = std::result::Result<(), Broken>;

/// A call. A frame counts modulo the number of frames.
#[derive(Debug, Clone)]
pub(crate) enum Call {
    Load { frame: u32, page: u32, later_ms: u64 },
    Access { frame: u32, later_ms: u64 },
    Remove { frame: u32 },
    Peek { limit: usize },
    RefuseAll,
    Evict { limit: usize, kept: u32 },
}

/// Returns the scripts: a number of frames, and calls.
pub(crate) fn scripts() -> impl Strategy<Value = (usize, Vec<Call>)> {
    let (frame, later) = (0..100u32, 0..700u64);
    let call = prop_oneof![
        6 => (frame.clone(), 0..1000u32, later.clone())
            .prop_map(|(frame, page, later_ms)| Call::Load { frame, page, later_ms }),
        5 => (frame.clone(), later).prop_map(|(frame, later_ms)| Call::Access { frame, later_ms }),
        1 => frame.prop_map(|frame| Call::Remove { frame }),
        1 => (0..102usize).prop_map(|limit| Call::Peek { limit }),
        1 => Just(Call::RefuseAll),
        2 => (1..9usize, 0..4u32).prop_map(|(limit, kept)| Call::Evict { limit, kept }),
    ];
    (prop_oneof![Just(1usize), Just(3), Just(8), Just(100)], proptest::collection::vec(call, 1..300))
}

/// A policy and what its contract says of it.
pub(crate) struct Rules<'s> {
    policy: Box<dyn Replacer>,
    /// Gets the same calls except `peek`, so a difference shows that `peek` changed something.
    twin: Box<dyn Replacer>,
    has_page: Vec<bool>,
    clock: u32,
    now_ms: u64,
    script: &'s mut Script,
}

impl<'s> Rules<'s> {
    pub(crate) fn new(make: Make<'_>, frames: usize, script: &'s mut Script) -> Rules<'s> {
        script.step(format!("a pool of {frames} frames"));
        Rules { policy: make(frames), twin: make(frames), has_page: vec![false; frames], clock: 1, now_ms: 0, script }
    }

    pub(crate) fn run(mut self, calls: &[Call]) -> Result {
        for call in calls {
            let frame = |frame: u32| frame % self.has_page.len() as u32;
            match *call {
                Call::Load { frame: at, page, later_ms } => {
                    let at = frame(at);
                    self.now_ms += later_ms;
                    self.load(at, page)?;
                }
                Call::Access { frame: at, later_ms } => {
                    let at = frame(at);
                    self.now_ms += later_ms;
                    self.access(at)?;
                }
                Call::Remove { frame: at } => self.remove(frame(at)),
                Call::Peek { limit } => self.peek(limit)?,
                Call::RefuseAll => self.refuse_all()?,
                Call::Evict { limit, kept } => self.evict(limit, kept)?,
            }
        }
        self.drain()
    }

    fn loaded(&self) -> usize {
        self.has_page.iter().filter(|has| **has).count()
    }

    /// C3, C7: the twin answered the same, after the same calls without `peek`.
    fn same<T: PartialEq + std::fmt::Debug>(&self, got: &T, twin: &T) -> Result {
        self.script.check_same("C3, C7 (as without peek)", twin, got)
    }

    /// Loads a page into the frame, if it has none.
    fn load(&mut self, frame: u32, page: u32) -> Result {
        if std::mem::replace(&mut self.has_page[frame as usize], true) {
            return self.access(frame);
        }
        self.script.step(format!("loaded({frame})"));
        let page = PageId::new(SpaceId(1), PageNo(page));
        let got = self.policy.loaded(frame, page, self.clock);
        let twin = self.twin.loaded(frame, page, self.clock);
        self.same(&got, &twin)
    }

    /// A use, of a frame without a page too (C6).
    fn access(&mut self, frame: u32) -> Result {
        self.script.step(format!("accessed({frame}) at {} ms", self.now_ms));
        let got = self.policy.accessed(frame, self.clock, self.now_ms);
        let twin = self.twin.accessed(frame, self.clock, self.now_ms);
        self.same(&got, &twin)
    }

    fn remove(&mut self, frame: u32) {
        if std::mem::take(&mut self.has_page[frame as usize]) {
            self.script.step(format!("removed({frame})"));
            self.policy.removed(frame);
            self.twin.removed(frame);
        }
    }

    fn have_pages(&self, offered: &[u32]) -> Result {
        let wrong = offered.iter().find(|frame| self.has_page.get(**frame as usize) != Some(&true));
        self.script.check("C2", wrong.is_none(), "only frames with a page are offered", wrong)
    }

    fn peek(&mut self, limit: usize) -> Result {
        self.script.step(format!("peek({limit})"));
        let seen = peeked(&*self.policy, limit);
        self.have_pages(&seen)?;
        let n = limit.min(self.loaded());
        let is_right = seen.len() == n && first_offers(&seen).len() == n;
        self.script.check("C5", is_right, format!("{n} different frames"), seen)
    }

    /// C1 and C3: if every offer is refused, `evict` offers the frames that `peek` named.
    fn refuse_all(&mut self) -> Result {
        let named = peeked(&*self.policy, usize::MAX);
        self.script.step("evict, all refused");
        // Enough for two laps, and an end for a policy that offers for ever.
        let limit = 4 * self.has_page.len();
        let got = offers(&mut *self.policy, limit, |_| false);
        let twin = offers(&mut *self.twin, limit, |_| false);
        self.same(&got, &twin)?;
        let (victim, offered) = got;
        self.have_pages(&offered)?;
        let is_none = victim.is_none() && offered.len() <= limit;
        self.script.check(
            "C4, C5",
            is_none,
            format!("no victim after at most {limit} offers"),
            (victim, offered.len()),
        )?;
        let offered = first_offers(&offered);
        self.script.check_same("C1 (the number of frames offered)", &self.loaded(), &offered.len())?;
        self.script.check_same("C3 (the order of offers)", &named, &offered)
    }

    /// Evicts; some frames are refused.
    fn evict(&mut self, limit: usize, kept: u32) -> Result {
        self.script.step(format!("evict({limit}), refused where frame % 4 = {kept}"));
        let got = offers(&mut *self.policy, limit, |frame| frame % 4 != kept);
        let twin = offers(&mut *self.twin, limit, |frame| frame % 4 != kept);
        self.same(&got, &twin)?;
        let (victim, offered) = got;
        self.have_pages(&offered)?;
        let accepted = offered.last().copied().filter(|frame| frame % 4 != kept);
        self.script.check_same("C4 (the victim)", &accepted, &victim)?;
        self.script.check("C5", offered.len() <= limit, format!("at most {limit} offers"), &offered)?;
        if let Some(frame) = victim {
            self.has_page[frame as usize] = false;
            self.clock += 1;
        }
        Ok(())
    }

    /// C1: without refusals every page leaves.
    fn drain(&mut self) -> Result {
        self.script.step("evict until nothing is left");
        while self.loaded() > 0 {
            let (victim, _) = offers(&mut *self.policy, usize::MAX, |_| true);
            self.script.check(
                "C1",
                victim.is_some(),
                format!("a victim: {} frames have a page", self.loaded()),
                victim,
            )?;
            self.have_pages(victim.as_slice())?;
            victim.into_iter().for_each(|frame| self.has_page[frame as usize] = false);
        }
        let left = offers(&mut *self.policy, usize::MAX, |_| true);
        self.script.check_same("C2 (an empty pool)", &(None, vec![]), &left)
    }
}

fn peeked(policy: &dyn Replacer, limit: usize) -> Vec<u32> {
    let mut out = Vec::new();
    policy.peek(limit, &mut |frame| out.push(frame));
    out
}

/// Evicts; returns the victim and all offers.
fn offers(policy: &mut dyn Replacer, limit: usize, accept: impl Fn(u32) -> bool) -> (Option<u32>, Vec<u32>) {
    let mut out = Vec::new();
    let victim = policy.evict(limit, &mut |frame| {
        out.push(frame);
        accept(frame)
    });
    (victim, out)
}

/// The frames in the order of their first offers.
fn first_offers(offers: &[u32]) -> Vec<u32> {
    let mut out: Vec<u32> = Vec::new();
    for frame in offers {
        if !out.contains(frame) {
            out.push(*frame);
        }
    }
    out
}
