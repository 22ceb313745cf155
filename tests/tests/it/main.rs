//! The tests of the whole. They are one program, so that it is linked once.
//!
//! | module | what it tests |
//! |---|---|
//! | `architecture` | the sources keep the map of `docs/architecture.md` |
//! | `server`, `locks`, `isolation`, `explain`, `counters` | rows, errors, locks, plans and costs are the real server's |
//! | `deadlocks` | deadlocks, waits and sessions are shown as the real server shows them |
//! | `statements` | what is a syntax error, and what is not supported |
//! | `binlog` | the real server replays our binary log |
//! | `inspect` | `innolab inspect` reads the real server's files |
//! | `hermitage`, `history` | what isolation levels allow, by a public suite and by recorded histories |
//! | `claims` | the files in `claims/` say what happens |
//! | `bad_input` | bad scripts and damaged files give clear errors |
//! | `readme` | the lines of README that replace an organ, typed |
//! | `innodb_map` | `docs/innodb-map.md` lists the aliases in the sources |
//!
//! `cargo test -p innolab-tests locks` runs one module. Tests beside the real server start a private one each, and are
//! skipped where none is installed.

mod architecture;
mod bad_input;
mod binlog;
mod claims;
mod counters;
mod deadlocks;
mod explain;
mod hermitage;
mod history;
mod innodb_map;
mod inspect;
mod isolation;
mod locks;
mod readme;
mod server;
mod statements;
