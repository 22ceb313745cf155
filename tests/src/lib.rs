//! The library of the tests of the whole: it runs the program `innolab` and the real server, and compares the two.
//!
//! ```text
//! scenario file ─┬─► innolab run --json     [`lab`]    ─► transcript ─┐
//!                └─► sessions.py, MariaDB   [`server`] ─► transcript ─┴─► differences   [`transcript`]
//! ```
//!
//! | module                   | what it does                                                              |
//! |--------------------------|---------------------------------------------------------------------------|
//! | [`lab`]                  | builds and runs the program `innolab`                                     |
//! | [`server`]               | runs scenarios on a private MariaDB                                       |
//! | [`transcript`]           | compares two transcripts; prints one as text                              |
//! | [`ties`]                 | leaves out what depends on the lock table, if another one stands in its place |
//! | [`generate`]             | makes random scenarios from a seed                                        |
//! | [`isolation`]            | judges which anomalies happen at which isolation level                    |
//! | [`hermitage`]            | checks what the comments of the public isolation suite say                |
//! | [`history`]              | records concurrent transactions on threads and looks for anomalies        |
//! | [`claims`], [`programs`] | run the files in `claims/` and the programs that count for them           |
//! | [`markdown`]             | compares and rewrites generated parts of files                            |
//! | [`sources`], [`aliases`] | read our own sources: arrows between files, the real server's names       |

pub mod aliases;
pub mod claims;
pub mod generate;
pub mod hermitage;
pub mod history;
pub mod isolation;
pub mod lab;
pub mod markdown;
pub mod programs;
pub mod server;
pub mod sources;
pub mod ties;
pub mod transcript;

/// The Rust lines of README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
