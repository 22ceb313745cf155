//! `crash`: the crash matrix. A commit is crashed at every step, under every pair of knobs, in the right order and in
//! two wrong ones, on a simulated disk; who keeps the transaction is compared with a model that knows no engine.
//!
//! ```text
//! order × step × innodb_flush_log_at_trx_commit × sync_binlog × (kill | power loss)
//!   └─ a run for each order and pair of knobs: `picture`        └─ each picture, opened again: `look`  ══?══  `model`
//! ```
//!
//! | module    | one idea                                       |
//! |-----------|------------------------------------------------|
//! | `model`   | the rules                                      |
//! | `picture` | one commit, a picture of the disk at each step |
//! | `look`    | a picture, opened again: who has it?           |
//! | `print`   | the matrix for people and for programs         |

mod command;
mod look;
mod matrix;
mod model;
mod picture;
mod print;

pub(crate) use command::{Arguments, crash};
