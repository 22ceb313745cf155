//! The tests of a tree from outside, as one binary.
//!
//! | module | what it proves |
//! |---|---|
//! | `model` | a tree does what `BTreeMap` does |
//! | `steps`, `changes` | reading and changing the shape, one step at a time |
//! | `adaptive` | what the hash index answers, and what it must not |
//! | `batch` | records of a batch that join are where they belong |
//! | `faces` | the promises of single calls |
//! | `threads` | several threads at once |
//! | `shuttle` | the hash index beside writers, interleavings sampled by a model checker (see there) |
//! | `crash` | a crash anywhere leaves a prefix of the changes |
//! | `bulk` | sorted loads, and a crash anywhere in one |
//! | `corrupt` | damaged pages are errors |
//! | `examples` | the output of the examples |

#[cfg(not(shuttle))]
mod adaptive;
#[cfg(not(shuttle))]
mod batch;
#[cfg(not(shuttle))]
mod bulk;
#[cfg(not(shuttle))]
mod changes;
#[cfg_attr(shuttle, allow(dead_code))] // the other modules use the rest
mod common;
#[cfg(not(shuttle))]
mod conformance;
#[cfg(not(shuttle))]
mod corrupt;
#[cfg(not(shuttle))]
mod crash;
#[cfg(not(shuttle))]
mod examples;
#[cfg(not(shuttle))]
mod faces;
#[cfg(not(shuttle))]
mod model;
#[cfg(shuttle)]
mod shuttle;
#[cfg(not(shuttle))]
mod steps;
#[cfg(not(shuttle))]
mod threads;
