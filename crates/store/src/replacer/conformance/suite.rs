//! The checks: rules, scan resistance, misses.

use crate::replacer::conformance::claims::Claims;
use crate::replacer::conformance::pool::PagelessPool;
use crate::replacer::conformance::traces::{FRAMES, Trace};
use crate::replacer::contract::Replacer;
use innolab_base::rng::Rng;
use innolab_base::{PageId, PageNo, SpaceId};

/// Makes an empty replacer for the given number of frames.
type Make<'a> = &'a dyn Fn(usize) -> Box<dyn Replacer>;

/// The rule or claim that a policy breaks, and how.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

/// Checks that the policy keeps its contract (the rules C1 to C7 of [`Replacer`]) and its claims. `make` returns an
/// empty replacer for the given number of frames. ERRORS: the first rule or claim that is broken.
///
/// A policy that never returns from a call is not caught: bound every search by the number of frames.
pub fn check(make: Make<'_>, claims: &Claims) -> Result<(), Broken> {
    for (seed, frames) in [(1, 1), (2, 3), (3, 8), (4, 100), (5, 100)] {
        Rules::new(make, frames, seed).run(600)?;
    }
    if claims.resists_scans {
        resists_scans(make)?;
    }
    for (trace, bounds) in Trace::ALL.into_iter().zip(&claims.misses) {
        let misses = misses(make, trace)?;
        if !bounds.contains(&misses) {
            return Err(Broken(format!("the trace \"{trace}\": {misses} misses, claimed are {bounds:?}")));
        }
    }
    Ok(())
}

/// Returns the number of misses of the policy on a trace. ERRORS: no victim, or a wrong one.
pub fn misses(make: Make<'_>, trace: Trace) -> Result<u64, Broken> {
    let mut pool = PagelessPool::new(FRAMES, make(FRAMES));
    for page in trace.pages() {
        pool.access(page).map_err(|e| Broken(format!("the trace \"{trace}\": {e}")))?;
    }
    Ok(pool.misses())
}

/// Half of the pool is hot; after a scan of sixteen times the pool, nine tenths of the hot pages must still be there.
fn resists_scans(make: Make<'_>) -> Result<(), Broken> {
    let mut pool = PagelessPool::new(FRAMES, make(FRAMES));
    let hot = || (0..FRAMES as u32 / 2).map(PageNo);
    let scan = |first: u32, pages: usize| (first..first + pages as u32).flat_map(|page| [PageNo(page); 2]);
    // The pool is full, and the hot pages are used for so long that they have proved themselves.
    let warm = scan(1000, FRAMES).chain((0..20).flat_map(|_| hot()));
    for page in warm.chain(scan(10_000, 16 * FRAMES)) {
        pool.access(page).map_err(Broken)?;
    }
    let left = hot().filter(|page| pool.contains(*page)).count();
    match left * 10 >= hot().count() * 9 {
        true => Ok(()),
        false => Err(Broken(format!("a scan left {left} of {} hot pages: no resistance", hot().count()))),
    }
}

/// Random calls, beside a model that knows which frames have a page.
struct Rules {
    policy: Box<dyn Replacer>,
    /// Gets the same calls except `peek`, so a difference shows that `peek` changed something.
    twin: Box<dyn Replacer>,
    has_page: Vec<bool>,
    rng: Rng,
    clock: u32,
    now_ms: u64,
    script: Vec<String>,
}

impl Rules {
    fn new(make: Make<'_>, frames: usize, seed: u64) -> Rules {
        Rules {
            policy: make(frames),
            twin: make(frames),
            has_page: vec![false; frames],
            rng: Rng(seed),
            clock: 1,
            now_ms: 0,
            script: vec![format!("a pool of {frames} frames")],
        }
    }

    fn run(&mut self, steps: usize) -> Result<(), Broken> {
        for _ in 0..steps {
            self.now_ms += self.rng.below(700);
            let frame = self.rng.below(self.has_page.len() as u64) as u32;
            match self.rng.below(16) {
                0..6 => self.load(frame)?,
                6..11 => self.access(frame)?,
                11 => self.remove(frame),
                12 => self.peek()?,
                13 => self.refuse_all()?,
                _ => self.evict()?,
            }
        }
        self.drain()
    }

    fn loaded(&self) -> usize {
        self.has_page.iter().filter(|has| **has).count()
    }

    fn broken<T>(&self, rule: &str, how: impl std::fmt::Display) -> Result<T, Broken> {
        let from = self.script.len().saturating_sub(30);
        Err(Broken(format!("{rule}: {how}\nthe last calls:\n  {}", self.script[from..].join("\n  "))))
    }

    /// C7: the twin answered the same.
    fn same<T: PartialEq + std::fmt::Debug>(&self, got: &T, twin: &T) -> Result<(), Broken> {
        match got == twin {
            true => Ok(()),
            false => self.broken("C3, C7", format!("{got:?}, but {twin:?} after the same calls without peek")),
        }
    }

    /// Loads a page into the frame, if it has none.
    fn load(&mut self, frame: u32) -> Result<(), Broken> {
        if std::mem::replace(&mut self.has_page[frame as usize], true) {
            return self.access(frame);
        }
        self.script.push(format!("loaded({frame})"));
        let page = PageId::new(SpaceId(1), PageNo(self.rng.below(1000) as u32));
        let got = self.policy.loaded(frame, page, self.clock);
        let twin = self.twin.loaded(frame, page, self.clock);
        self.same(&got, &twin)
    }

    /// A use, of a frame without a page too (C6).
    fn access(&mut self, frame: u32) -> Result<(), Broken> {
        self.script.push(format!("accessed({frame})"));
        let got = self.policy.accessed(frame, self.clock, self.now_ms);
        let twin = self.twin.accessed(frame, self.clock, self.now_ms);
        self.same(&got, &twin)
    }

    fn remove(&mut self, frame: u32) {
        if std::mem::take(&mut self.has_page[frame as usize]) {
            self.script.push(format!("removed({frame})"));
            self.policy.removed(frame);
            self.twin.removed(frame);
        }
    }

    fn offered_has_page(&self, frame: u32) -> Result<(), Broken> {
        match self.has_page.get(frame as usize) {
            Some(true) => Ok(()),
            _ => self.broken("C2", format!("frame {frame} is offered and has no page")),
        }
    }

    fn peek(&mut self) -> Result<(), Broken> {
        let limit = self.rng.below(self.has_page.len() as u64 + 2) as usize;
        self.script.push(format!("peek({limit})"));
        let seen = peeked(&*self.policy, limit);
        seen.iter().try_for_each(|frame| self.offered_has_page(*frame))?;
        let least = limit.min(self.loaded());
        if seen.len() != least || first_offers(&seen).len() != least {
            return self.broken("C5", format!("peek named {seen:?}, it must name {least} different frames"));
        }
        Ok(())
    }

    /// C1 and C3: if every offer is refused, `evict` offers the frames that `peek` named.
    fn refuse_all(&mut self) -> Result<(), Broken> {
        let named = peeked(&*self.policy, usize::MAX);
        self.script.push("evict, all refused".to_owned());
        // Enough for two laps, and an end for a policy that offers for ever.
        let limit = 4 * self.has_page.len();
        let got = offers(&mut *self.policy, limit, |_| false);
        let twin = offers(&mut *self.twin, limit, |_| false);
        self.same(&got, &twin)?;
        let (victim, offered) = got;
        offered.iter().try_for_each(|frame| self.offered_has_page(*frame))?;
        if victim.is_some() || offered.len() > limit {
            return self.broken("C4, C5", format!("{victim:?} after {} refusals, at most {limit}", offered.len()));
        }
        let offered = first_offers(&offered);
        if offered.len() != self.loaded() {
            return self.broken("C1", format!("{offered:?} were offered, {} frames have a page", self.loaded()));
        }
        if offered != named {
            return self.broken("C3", format!("peek named {named:?}, evict offered {offered:?}"));
        }
        Ok(())
    }

    /// Evicts; some frames are refused.
    fn evict(&mut self) -> Result<(), Broken> {
        let (limit, kept) = (1 + self.rng.below(8) as usize, self.rng.below(4) as u32);
        self.script.push(format!("evict({limit}), refused where frame % 4 = {kept}"));
        let got = offers(&mut *self.policy, limit, |frame| frame % 4 != kept);
        let twin = offers(&mut *self.twin, limit, |frame| frame % 4 != kept);
        self.same(&got, &twin)?;
        let (victim, offered) = got;
        offered.iter().try_for_each(|frame| self.offered_has_page(*frame))?;
        let accepted = offered.last().copied().filter(|frame| frame % 4 != kept);
        if victim != accepted || offered.len() > limit {
            return self.broken("C4, C5", format!("evict offered {offered:?} and returned {victim:?}"));
        }
        if let Some(frame) = victim {
            self.has_page[frame as usize] = false;
            self.clock += 1;
        }
        Ok(())
    }

    /// C1: without refusals every page leaves.
    fn drain(&mut self) -> Result<(), Broken> {
        self.script.push("evict until nothing is left".to_owned());
        while self.loaded() > 0 {
            let (victim, _) = offers(&mut *self.policy, usize::MAX, |_| true);
            let Some(frame) = victim else {
                return self.broken("C1", format!("no victim, {} frames have a page", self.loaded()));
            };
            self.offered_has_page(frame)?;
            self.has_page[frame as usize] = false;
        }
        match offers(&mut *self.policy, usize::MAX, |_| true) {
            (None, none) if none.is_empty() => Ok(()),
            (_, some) => self.broken("C2", format!("{some:?} are offered by an empty pool")),
        }
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

#[cfg(test)]
mod tests;
