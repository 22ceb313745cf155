//! The commit: one transaction in the log and in every engine, or in none of them.
//!
//! `participant` is what the log requires of an engine. `coordinator` runs the two-phase group commit (rules R1–R6);
//! `stage` has its queues. [`recover`] restores the agreement after a crash, and proves it. `options` are MySQL's
//! settings; [`events`] tell a listener each step.

mod coordinator;
pub mod events;
mod options;
mod participant;
pub mod recover;
mod stage;

pub use coordinator::Coordinator;
pub use options::{Counts, Options, Order};
pub use participant::{Participant, Vote};
pub use recover::Recovery;
