//! Tests of the crate through [`innolab_sql::Session`].
//!
//! | module       | what                                                                              |
//! |--------------|-----------------------------------------------------------------------------------|
//! | `plans`      | every access path of a SELECT finds the same rows (random)                        |
//! | `loose_scan` | loose index scans and patterns find what a scan of all rows finds                 |
//! | `sessions`   | several sessions: locks shown, refusals, a deadlock                               |
//! | `binlog`     | statements about the binary log, and global settings                              |
//! | `replay`     | a replayed log gives the same tables; a flashback gives the earlier ones (random) |

mod answers;
mod binlog;
mod loose_scan;
mod plans;
mod replay;
mod sessions;
#[path = "../workload/mod.rs"]
mod workload;
