//! Tests of the crate through [`innolab_sql::Session`].
//!
//! | module       | what                                                                              |
//! |--------------|-----------------------------------------------------------------------------------|
//! | `plans`      | every access path of a SELECT finds the same rows (random)                        |
//! | `loose_scan` | loose index scans and patterns find what a scan of all rows finds                 |
//! | `long_and_deep` | statements of any length and depth are answered, in linear time               |
//! | `memory`     | sorts and groups beyond their memory answer as with room, and leave no file       |
//! | `sessions`   | several sessions: locks shown, refusals, a deadlock                               |
//! | `binlog`     | statements about the binary log, and global settings                              |
//! | `replay`     | a replayed log gives the same tables; a flashback gives the earlier ones (random) |
//! | `titles`     | columns without an alias bear the text of their item                              |

mod answers;
mod binlog;
mod interrupt;
mod long_and_deep;
mod loose_scan;
mod memory;
mod plans;
mod replay;
mod sessions;
mod titles;
#[path = "../workload/mod.rs"]
mod workload;
