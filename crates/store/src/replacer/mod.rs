//! Replacement policies: they choose the page that leaves memory when another page needs its frame.
//!
//! The pool has fewer frames than the files have pages. When a page must be read and no frame is free, the *replacer*
//! offers frames; the pool takes the first one that is neither latched nor dirty. A good choice is a page that will not
//! be used soon. Policies guess this from the past:
//!
//! | policy | guess | cost of a use | weakness |
//! |---|---|---|---|
//! | [`Lru`] | the least recently used page is the least useful | a list operation | a scan evicts all pages |
//! | [`ClockSweep`] | a page not used for a lap is the least useful | a bit, once per eviction | coarse |
//! | [`MidpointLru`] | as LRU, but a new page must prove itself | seldom a list operation | a new hot set enters slowly |
//!
//! [`Policy`] is the setting that chooses one. A policy of your own is a [`Replacer`] with a constructor, given to the
//! pool as [`Policy::Own`]; the suite `eviction` of `innolab-conformance` checks it.
//!
//! | module | one idea |
//! |---|---|
//! | `contract` | the trait, and when a use is reported |
//! | `lru`, `clock`, `midpoint` | the policies, the simplest first |
//! | `policy` | the policies by name |
//!
//! InnoDB's counterpart: `buf0lru`. PostgreSQL uses a clock.

mod clock;
mod contract;
mod lru;
mod midpoint;
mod policy;

pub use clock::ClockSweep;
pub use contract::{Replacer, is_due};
pub use lru::Lru;
pub use midpoint::{MIN_SPLIT, MidpointLru, SLACK};
pub use policy::{Policy, UnknownPolicy};
