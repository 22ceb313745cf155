//! The claims of a policy.

use innolab_store::replacer::Policy;
use std::ops::RangeInclusive;

/// The claims of a policy, for [`check`](super::check()).
#[derive(Clone, Debug)]
pub struct Claims {
    /// True if a scan does not push hot pages out.
    pub resists_scans: bool,
    /// For each trace of [`Trace::ALL`](super::Trace::ALL), in that order, the fewest and the most misses.
    pub misses: [RangeInclusive<u64>; 4],
}

impl Claims {
    /// The weakest claims, for any policy: hardly more misses than FIFO, and on the shifting hot set not more than
    /// InnoDB's list, which adopts a new hot set slowly.
    pub const LEAST: Claims = Claims { resists_scans: false, misses: [0..=8_000, 0..=8_200, 0..=9_100, 0..=17_700] };

    /// The claims of a policy of `innolab_store`: its counts, give or take 5 %. [`Claims::LEAST`] for another policy.
    pub fn of(policy: Policy) -> Claims {
        let (resists_scans, counts) = match policy {
            Policy::Midpoint => (true, [5_060, 6_319, 7_554, 16_812]),
            Policy::Lru => (false, [8_000, 7_602, 7_611, 3_788]),
            Policy::Clock => (false, [8_000, 7_874, 7_334, 3_482]),
            Policy::Own { .. } => return Claims::LEAST,
        };
        Claims { resists_scans, misses: counts.map(|n: u64| n * 95 / 100..=n * 105 / 100) }
    }
}
