//! My lock table. It starts as ours, exported again; replace `LockTable` by your own.
//!
//! The words (modes, answers, rows of reports) stay those of `innolab-lock`. Its `LockTable` says what each call
//! promises; `crates/lock-simple` is a short table of one's own with the same calls.

pub use innolab_lock::*;
