//! Conformance of an eviction policy, an `innolab_store::replacer::Replacer`: the rules of its contract, and counted misses.
//!
//! | level | asks for | how |
//! |---|---|---|
//! | [`Level::Rules`] | C1 to C7 of the contract | random calls, beside a model that knows which frames have a page |
//! | [`Level::Misses`] | as many misses as the policy claims | four fixed traces of page numbers, through a pool of [`FRAMES`] frames |
//! | [`Level::Scans`] | resistance to scans, if claimed | a hot set survives a scan of sixteen times the pool, two uses a page |
//!
//! No rule says which page leaves. A policy may keep the rules and still choose badly; its misses show that. An LRU
//! without promotion is FIFO, and FIFO misses more where some pages are hotter than others. [`Claims::LEAST`] are the
//! claims for a policy of your own, which LRU, CLOCK and InnoDB's list fulfil. Each count of a policy's own claims also
//! has a lower bound: fewer misses than an algorithm can have prove that another one is running (a clock whose hand is stuck
//! beats LRU on a loop).
//!
//! `crates/store/tests/it/policies.rs` checks a policy of its own and gives it to a store.
//!
//! | module | one idea |
//! |---|---|
//! | `pool` | a pool without bytes: a policy, page numbers, and the pool's rule of reporting uses |
//! | `traces` | the four traces |
//! | `claims` | what a policy claims, and what those of `innolab_store` do |
//! | `cost` | the misses as costs, and the fewest possible |
//! | `rules` | the random calls |
//! | `level` | the levels |
//!
//! Left out: a policy that never returns from a call. Bound every search by the number of frames.

mod claims;
mod cost;
mod level;
mod pool;
mod rules;
mod traces;

#[cfg(test)]
mod tests;

pub use claims::Claims;
pub use cost::{costs, fewest_misses};
pub use level::{Level, check, check_all, misses};
pub use pool::PagelessPool;
pub use traces::{FRAMES, Trace};
