//! Conformance suites: hold an organ of your own against the rules that its neighbours rely on, and against nothing else.
//!
//! ```text
//!   your organ ─ a macro or a few lines ─► the suite's trait ─► check(level, make)
//!                                                                 │ random scripts, fixed seeds or yours (INNOLAB_SEEDS)
//!                                                                 ▼
//!                                          Ok, or a report: the rule, the shortest script, expected, got, the file to read
//! ```
//!
//! A suite does not ask for texts or for choices that the rules leave open: a lock table may choose any victim of a
//! cycle, an eviction policy any page. What is exact where it has to be (InnoDB's weights of transactions) is a level of its
//! own, after the levels that leave it open.
//!
//! | organ | suite | levels |
//! |---|---|---|
//! | `lock` | [`lock_table`](mod@lock_table) | modes and order of arrival; gaps and inheritance; any valid victim; InnoDB's weights; its ties |
//! | `mvcc` | [`read_views`](mod@read_views) | what a view sees; the horizon; that it does not lag |
//! | `store::replacer` | [`eviction`](mod@eviction) | rules of the contract; counted misses; resistance to scans |
//! | `btree::Kv` | [`ordered_map`](mod@ordered_map) | an ordered map; in large; across a close; across a power loss |
//! | `redo` | [`write_ahead_log`](mod@write_ahead_log) | what is appended is read; room; power losses; failed writes |
//!
//! To hold a crate with the same calls against a suite is one line in a test file of it:
//!
//! ```rust,ignore
//! innolab_conformance::lock_table!(my_lock::LockTable);
//! ```
//!
//! Beside the suites, functions `costs` count what a fixed workload costs with an organ; [`beside`] prints a table.
//!
//! If the crate is in the place of ours, by its line in the root `Cargo.toml`, the words that the suites import are
//! its own. A dev-dependency only, like `innolab-testing`.
//!
//! Each suite was tried on implementations with bugs; its essay names what it leaves out.

mod costs;
#[cfg(feature = "eviction")]
pub mod eviction;
#[cfg(feature = "lock-table")]
pub mod lock_table;
#[cfg(feature = "ordered-map")]
pub mod ordered_map;
#[cfg(feature = "read-views")]
pub mod read_views;
mod suite;
#[cfg(feature = "write-ahead-log")]
pub mod write_ahead_log;

pub use costs::{Costs, beside};
pub use innolab_testing::Broken;
pub use suite::About;
