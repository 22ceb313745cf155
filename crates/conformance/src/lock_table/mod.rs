//! Conformance of a lock table, with the calls of `innolab_lock::LockTable`.
//!
//! Random requests of five transactions on twelve records, their gaps, the supremum and the table; inserts, removals,
//! timeouts, kills, ends. Beside the table runs a model: one list of locks, and definitions ("two locks meet where the
//! points that they cover meet"). After each step answers, outcomes and the set of locks must be the model's.
//!
//! | level | asks for | rules |
//! |---|---|---|
//! | [`Level::Modes`] | modes and order of arrival; no request closes a cycle | M1–M6, Q1 |
//! | [`Level::Gaps`] | records are inserted and removed: gaps, inheritance, implicit locks; still no cycle | H1–H3, T4, I9 |
//! | [`Level::Victims`] | cycles are found, and each victim is a member of one; any member will do | D4, the FACT |
//! | [`Level::Weights`] | InnoDB's weights: order of structures, first blockers, the lightest victim | Q1, Q2, Q4, D2 |
//! | [`Level::Ties`] | the server's tie-breaks, of which no other table needs to know | D3 |
//!
//! Each level has all that the levels before it have. A table may find a cycle through a waiter's second blocker at once,
//! as older servers did, or when the first blocker is gone (Q2): until [`Level::Weights`] both are right, and what is
//! wrong is that transactions wait for each other with no runner to wait for.
//!
//! [`Order::Any`] leaves the order in which waiters are granted to the table: a waiter may go first if no granted lock that
//! was there before it is in its way, and no queue may rest while one of its waiters could go. An edge of the wait-for graph leads to a
//! granted lock or to an earlier request.
//!
//! [`costs`] counts what a fixed workload costs with a table, so that two of them can be compared without a clock.
//!
//! Left out: locks on names, threads, and texts.

mod check;
mod compare;
mod cost;
mod face;
mod level;
mod model;
mod pair;
mod steps;

pub use check::check;
pub use cost::costs;
pub use face::{LockTable, words};
pub use level::Level;
pub use model::Order;
