//! The engine through its public interface, in one binary.
//!
//! ```text
//! rows       statements   inserts, updates, deletes and ranges against a model      views      what each isolation level sees (I8)
//!            phantoms     on threads: what is locked or in a view stays (I8, I9)    metadata   DDL beside transactions
//! crashes    ddl_crash    CREATE and DROP, at every call                            alter/     ALTER, RENAME, TRUNCATE, loads, at every call
//!            binlog/      two-phase commit (I5)                                     kill       SIGKILL of a child process
//! files      directory    files that do not belong together, a full disk            damage     changed bytes (I11)
//!            release      a dropped engine frees its directory
//!            import/      a real server imports our files
//! example    what `examples/crash.rs` prints
//! ```
//!
//! In the quick size the crash tests look at some of the calls, in the full size at every call
//! (`innolab_testing::size`).

#![allow(clippy::unwrap_used, missing_docs)]

mod alter;
mod binlog;
mod common;
mod damage;
mod ddl_crash;
mod directory;
mod example;
mod gap_rules;
mod import;
mod kill;
mod metadata;
mod phantoms;
mod release;
mod statements;
mod views;
