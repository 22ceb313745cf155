//! The tests of a tree from outside, as one binary.
//!
//! | module | what it proves |
//! |---|---|
//! | `model` | a tree does what `BTreeMap` does |
//! | `batch` | records of a batch that join are where they belong |
//! | `faces` | the promises of single calls |
//! | `threads` | several threads at once |
//! | `crash` | a crash anywhere leaves a prefix of the changes |
//! | `bulk` | sorted loads, and a crash anywhere in one |
//! | `corrupt` | damaged pages are errors |
//! | `examples` | the output of the examples |

mod batch;
mod bulk;
mod common;
mod corrupt;
mod crash;
mod examples;
mod faces;
mod model;
mod threads;
