//! Conformance of a write-ahead log, with the calls of `innolab_redo::Redo`.
//!
//! Random appends, writes, flushes and checkpoints over several lives of one log; the model is the list of all groups. The
//! payloads come in few sizes and mostly have the same bytes, so that a group of an earlier life or lap is easily mistaken
//! for a new one. Nothing is asked about bytes in the file.
//!
//! | level | asks for | rules |
//! |---|---|---|
//! | [`Level::Groups`] | after a kill the log has, from the checkpoint on, the groups that were appended, all written ones included | R1, I2 |
//! | [`Level::Room`] | the file's size is fixed: without room nothing is appended, a checkpoint gives room back, laps do not mix | R5, I7 |
//! | [`Level::PowerLoss`] | after a power loss, also in the middle of a call, all flushed groups are there | R2–R4, R8, I3 |
//! | [`Level::Faults`] | after a failed write or sync nothing is promised any more, and what was promised holds | R6, I10 |
//!
//! Each level has all that the levels before it have. Left out: threads, waiting for room, rotten bytes.

mod check;
mod face;
mod level;
mod lives;

pub use check::check;
pub use face::{Found, Group, Log};
pub use level::Level;
