//! The tests of undo from outside, as one binary.
//!
//! | module | what it proves |
//! |---|---|
//! | `logs` | the promises of single calls |
//! | `model` | random work does what a model does, across restarts |
//! | `threads` | several writers, a purger and readers at once |
//! | `crash` | a crash anywhere leaves a prefix of the work |
//! | `corrupt` | damaged pages are errors |
//! | `example` | the output of the example |
//! | `shuttle` | interleavings, sampled by a model checker: `RUSTFLAGS="--cfg shuttle" cargo test -p innolab-undo --test it` |

#[cfg_attr(shuttle, allow(dead_code))] // the other modules use the rest
mod common;
#[cfg(not(shuttle))]
mod corrupt;
#[cfg(not(shuttle))]
mod crash;
#[cfg(not(shuttle))]
mod example;
#[cfg(not(shuttle))]
mod logs;
#[cfg(not(shuttle))]
mod model;
#[cfg(shuttle)]
mod shuttle;
#[cfg(not(shuttle))]
mod threads;
