//! The misses of a policy as costs, and the fewest that any policy can have.

use crate::costs::Costs;
use crate::eviction::level::misses;
use crate::eviction::rules::Make;
use crate::eviction::traces::{FRAMES, Trace};
use innolab_base::PageNo;
use std::collections::{BTreeMap, BTreeSet};

/// Returns the misses of a policy on each trace.
///
/// ERRORS: it gives no victim, or a wrong one.
pub fn costs(make: Make<'_>) -> Result<Costs, String> {
    let one = |trace: Trace| misses(make, trace).map(|misses| (trace.to_string(), misses)).map_err(|broken| broken.0);
    Trace::ALL.into_iter().map(one).collect()
}

/// Returns the fewest misses possible on each trace: those of a policy that knows the future and gives away the page
/// whose next use is furthest (Belady's).
pub fn fewest_misses() -> Costs {
    Trace::ALL.into_iter().map(|trace| (trace.to_string(), fewest(&trace.pages()))).collect()
}

fn fewest(pages: &[PageNo]) -> u64 {
    let (mut next_use, mut last) = (vec![usize::MAX; pages.len()], BTreeMap::new());
    for (at, page) in pages.iter().enumerate().rev() {
        next_use[at] = last.insert(*page, at).unwrap_or(usize::MAX);
    }
    // The pages in memory, by their next use.
    let (mut by_next_use, mut misses) = (BTreeSet::new(), 0);
    for (at, page) in pages.iter().enumerate() {
        if !by_next_use.remove(&(at, *page)) {
            misses += 1;
            if by_next_use.len() == FRAMES {
                by_next_use.pop_last();
            }
        }
        by_next_use.insert((next_use[at], *page));
    }
    misses
}

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_store::replacer::Policy;

    #[test]
    fn no_policy_misses_less_than_the_one_that_knows_the_future() {
        assert_eq!(fewest(&(0..3 * FRAMES as u32).map(PageNo).collect::<Vec<_>>()), 3 * FRAMES as u64);
        assert_eq!(fewest(&[0, 1, 0, 1].map(PageNo)), 2);
        for policy in Policy::ALL {
            let costs = costs(&|frames| policy.make(frames, 1000)).expect("a victim");
            for ((trace, misses), (_, fewest)) in costs.into_iter().zip(fewest_misses()) {
                assert!(fewest <= misses, "{policy}, {trace}: {misses} misses, {fewest} are needed");
            }
        }
    }
}
