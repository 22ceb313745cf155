//! `tour`: six short demonstrations of the engine, in half a minute and without input.
//!
//! | stop | what it shows                                         | made of                                           |
//! |------|-------------------------------------------------------|---------------------------------------------------|
//! | 1    | a page: its records, and its bytes to scale           | `page::dump`, `page::regions`                     |
//! | 2    | a page split: the tree gets a level, then more leaves | events of `btree`, `inspect`'s tree               |
//! | 3    | inserts with ascending keys against random keys       | counters and shapes of two trees                  |
//! | 4    | one row, three versions, two read views               | undo records, `mvcc::explain`                     |
//! | 5    | two sessions lock the same gap: a deadlock            | a transcript, the lock table's drawing and report |
//! | 6    | power loss and recovery                               | a simulated disk, events of recovery              |
//!
//! RULES
//!
//! - **R1** Only the introductions and the SQL are written here. Everything else is printed by the engine while the
//!   tour runs.
//! - **R2** Two tours print the same bytes: the disk is simulated, time is logical, sessions take turns, and no
//!   background thread runs.
//! - **R3** Each stop names the source files and the command to continue with.

mod crash;
mod deadlock;
mod fixture;
mod keys;
mod page;
mod split;
mod stops;
mod versions;

pub(crate) use stops::tour;
