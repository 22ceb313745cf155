//! `crash`: the crash matrix of two-phase commit. One commit is crashed at every step, under every pair of flush
//! settings, in the right order of steps and in two wrong ones, on a simulated disk. Which logs keep the transaction is
//! compared with a model that has no engine in it. `crash FILE` does the same with a scenario of the user's: [`points`].
//!
//! ```text
//! order × step × innodb_flush_log_at_trx_commit × sync_binlog × (kill | power loss)
//!   └─ one run for each order and pair of settings: `disk_image`    └─ each image recovered: `recover`  ══?══  `model`
//! ```
//!
//! | module       | contents                                                       |
//! |--------------|----------------------------------------------------------------|
//! | `model`      | the rules: which logs keep the transaction                     |
//! | `disk_image` | runs a commit and copies the disk at each step                 |
//! | `recover`    | opens a copy after the crash and looks for the transaction     |
//! | `matrix`     | all cells, compared with the model                             |
//! | `print`      | the matrix as text and as JSON                                 |
//! | `points`     | `crash FILE`                                                   |
//! | `command`    | the options                                                    |

mod command;
mod disk_image;
mod matrix;
mod model;
mod points;
mod print;
mod recover;

pub(crate) use command::{Arguments, crash};
