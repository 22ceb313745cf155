//! A conformance suite for replacement policies: the rules of [`Replacer`](crate::replacer::Replacer), and counted
//! misses.
//!
//! It takes any policy, the three of this crate or one of your own:
//!
//! ```text
//! conformance::check(&|frames| Box::new(MyPolicy::new(frames)), &Claims::LEAST)
//! ```
//!
//! `tests/it/policies.rs` of this crate checks a policy of its own and gives it to a store.
//!
//! | what | how |
//! |---|---|
//! | rules C1 to C7 | random calls on the policy, beside a model that knows which frames have a page |
//! | scan resistance, if claimed | a hot set survives a scan of sixteen times the pool, two uses a page |
//! | misses | four fixed traces of page numbers, through a pool of [`FRAMES`] frames; each count within its bounds |
//!
//! A policy may keep the rules and still choose badly; its misses show that. An LRU without promotion is FIFO, and FIFO
//! misses more where some pages are hotter than others. Each count also has a lower bound: fewer misses than an
//! algorithm can have prove that another one is running (a clock whose hand is stuck beats LRU on a loop).
//!
//! | module | one idea |
//! |---|---|
//! | `pool` | a pool without bytes: a policy, page numbers, and the pool's rule of reporting uses |
//! | `traces` | the four traces |
//! | `claims` | what a policy claims, and what this crate's policies do |
//! | `suite` | the checks |

mod claims;
mod pool;
mod suite;
mod traces;

pub use claims::Claims;
pub use pool::PagelessPool;
pub use suite::{Broken, check, misses};
pub use traces::{FRAMES, Trace};
