//! What the tests of several crates share: sizes, seeds, the report of a failed model test, and a private MariaDB.
//!
//! ```text
//! cargo test                          the quick size: seconds per crate
//! INNOLAB_FULL=1 cargo test           the full size
//! INNOLAB_HASH=1 cargo test           the engine with the adaptive hash index on
//! INNOLAB_SEEDS=900..950 cargo test   random tests on these seeds, in either size
//! ```
//!
//! A model test runs random steps on a structure and on a simple model of it. [`Script`] keeps the steps, so that a
//! failure names the rule and the step, shows what was expected and what came, and lists the last 200 steps:
//!
//! ```text
//! R4 broken at step 3: remove 7
//!   expected: [2, 9]
//!        got: [2, 7, 9]
//! the script so far:
//!   1  insert 2
//!   2  insert 7
//!   3  remove 7
//! ```
//!
//! [`Server`] starts a MariaDB in a temporary directory, for tests that compare with the real server; [`MySql`] a MySQL, if
//! `INNOLAB_MYSQL` says where it is; [`kept_files`] are files of other servers. This crate is a dev-dependency only: no library depends on it.

mod client;
mod kept;
mod mysql;
mod script;
mod server;
mod size;

pub use kept::{kept_file, kept_files};
pub use mysql::MySql;
pub use script::{Broken, Script};
pub use server::{Server, installed, skipped};
pub use size::{hash_index, is_full, seeds, size};
