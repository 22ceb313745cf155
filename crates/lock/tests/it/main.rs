//! All integration tests of the lock table, as one binary.
//!
//! ```text
//! cargo test -p innolab-lock                                         golden scenarios, examples, the model test
//! RUSTFLAGS="--cfg shuttle" cargo test -p innolab-lock --test it     interleavings of threads, instead of the others
//! ```

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
mod model;
#[cfg(not(shuttle))]
mod scenarios;
