//! What the tests of several crates share: their size, their seeds, the report of a failed model test, and a real server.
//!
//! ```text
//! cargo test                        the quick size: seconds a crate
//! INNOLAB_FULL=1 cargo test         the full size, as the gate runs it
//! INNOLAB_SEEDS=900..950 cargo test the random tests on these seeds, whatever the size
//! ```
//!
//! A model test runs random steps on a structure and on a simple model of it. [`Script`] keeps the steps, so that a
//! failure says which rule broke at which step, what was expected and got, and how to get there again:
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
//! A dev-dependency only: no library depends on it.

mod script;
mod server;
mod size;

pub use script::Script;
pub use server::{Server, installed, skipped};
pub use size::{is_full, seeds, size};
