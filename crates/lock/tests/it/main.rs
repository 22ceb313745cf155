//! All integration tests of the lock table, as one binary.
//!
//! ```text
//! cargo test -p innolab-lock                                         golden scenarios, examples, conformance
//! RUSTFLAGS="--cfg shuttle" cargo test -p innolab-lock --test it     interleavings of threads, instead of the others
//! ```

#[cfg(not(shuttle))]
mod conformance;
#[cfg(not(shuttle))]
#[path = "../../examples/deadlock.rs"]
mod deadlock_example;
#[cfg(not(shuttle))]
mod deadlocks;
#[cfg(not(shuttle))]
mod examples;
#[cfg(shuttle)]
mod interleavings;
#[cfg(not(shuttle))]
mod ladder;
#[cfg(not(shuttle))]
mod names;
#[cfg(not(shuttle))]
mod scenarios;
#[cfg(not(shuttle))]
mod steps;
