//! All integration tests of read views and the horizon, as one binary.
//!
//! ```text
//! cargo test -p innolab-mvcc                                         conformance, the example
//! RUSTFLAGS="--cfg shuttle" cargo test -p innolab-mvcc --test it     interleavings of threads, instead of the others
//! ```

#[cfg(not(shuttle))]
mod conformance;
#[cfg(not(shuttle))]
mod examples;
#[cfg(shuttle)]
mod interleavings;
#[cfg(not(shuttle))]
mod views;
