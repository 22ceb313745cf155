//! Conformance of a transaction system and its read views, with the calls of `innolab_mvcc::TrxSys` and `ReadView`.
//!
//! Random histories: transactions begin, write rows, get a number, end; views are opened and closed; purge removes what
//! the horizon allows. The model is the definition itself: for each view a copy of the set of transactions that had ended
//! when it was made, and for each row the whole list of its versions.
//!
//! | level | asks for | rules |
//! |---|---|---|
//! | [`Level::Views`] | what each view sees, its own changes included | R1, R3, R4, V1–V3, I8 |
//! | [`Level::Horizon`] | purge up to the horizon leaves each view its versions | R2, R5, I8 |
//! | [`Level::Tight`] | the horizon does not lag when nothing holds it back | R5 |
//!
//! Each level has all that the levels before it have. Left out: threads, and that views share snapshots.

mod check;
mod face;
mod history;
mod level;

pub use check::check;
pub use face::TrxSys;
pub use level::Level;
