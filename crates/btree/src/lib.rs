//! A B+ tree on pages: one index of a table, in InnoDB's own bytes, for several threads at once, sound after any crash.
//!
//! InnoDB stores every table as a B+ tree (its *clustered index*: the leaves hold the rows, ordered by primary key),
//! and every secondary index as another. This crate is one such tree: it finds, inserts, changes, removes and walks
//! records, and splits and merges pages when they become too full or too empty.
//!
//! ```text
//!  level 2                        [ min→8 │ 4000→9 ]                       root: its page number never changes
//!                                  /              \
//!  level 1           [ min→4 │ 60→5 │ … ] ◄──► [ 4000→7 │ 4070→6 │ … ]     node pages: first key of a child → its page
//!                       /        |                    |         \
//!  level 0  [ 1 … 59 ] ◄──► [ 60 … 131 ] ◄──► … ◄──► [ 4000 … 4069 ] ◄──► … leaves: the records
//! ```
//!
//! A *latch* keeps a page's bytes consistent for microseconds. A *mini-transaction* is a group of page changes that
//! reaches the log as a whole or not at all. Both are the store's ([`innolab_store`]). (I1 to I11 are the invariants
//! listed at the end of `docs/architecture.md`; L1 to L12 are the rules of `docs/latching.md`.) An insert goes like
//! this:
//!
//! 1. The writer reserves log space ([`Store::begin`](innolab_store::Store::begin)), descends with shared latches,
//!    taking the child's latch before it releases the parent's (*latch coupling*), and latches the leaf exclusively
//!    (`write`).
//! 2. It shows the caller the key's place and the neighbouring records, and the caller decides what happens
//!    ([`Tree::write`]): at this point the engine requests row locks and detects duplicates.
//! 3. If the leaf has room for the record (`room`), the writer inserts it, appends the redo to the log as one group,
//!    and releases the latch. About 99 of 100 inserts end here.
//! 4. Otherwise the writer releases all latches and comes back as a *structure modifier* (`smo`). A tree has one at a
//!    time; it latches every page that the change of shape may touch.
//! 5. The change is planned level by level: the change of a level is a *splice* (some records of a page are replaced by
//!    others), which may require a splice of the level above. The plan is applied in one mini-transaction: after a
//!    crash the tree has all of the change or nothing of it.
//!
//! RULES (each module has its own)
//!
//! - **R1** Latches are taken in the order of `docs/latching.md`, which proves that no threads wait in a circle.
//! - **R2** A write of records changes the tree in one mini-transaction (I2). A bulk load and a destruction take
//!   several (`bulk` R2, `destroy` R1).
//! - **R3** Bytes that come from a file are checked before they are believed (I11): a child's level must be one less
//!   than its parent's, the links of neighbours must agree, keys must rise. So every search and every walk ends, with
//!   an answer or with an error that names file, page and rule.
//! - **R4** What can fail comes before the first byte that changes. An error leaves the tree as it was.
//! - **R5** The tree knows nothing of transactions, locks or the meaning of columns. It keeps delete marks and stamps
//!   for callers that do.
//!
//! | module, in reading order | one idea |
//! |---|---|
//! | `tree` | what a tree consists of; which method stands in which file |
//! | `descend`, `admit` | the way down to a leaf; what is checked of a page |
//! | `adaptive`, `search_info` | the hash index: a record without the way down |
//! | `cursor`, `walk` | stepping through records; many records with prefetching |
//! | `change`, `write`, `room` | what the caller of a write sees and decides; changing one leaf; when a leaf takes a change |
//! | `insert_hint`, `batch` | inserts without a search; neighbouring inserts together |
//! | `smo` | splits, merges, height |
//! | `bulk` | sorted load |
//! | `validate` | checking a tree; its shape |
//! | `create`, `destroy` | the beginning and the end of a tree |
//! | `kv` | an ordered map of byte strings: the tree alone |
//! | [`events`] | what the tree reports and counts |
//!
//! InnoDB's counterpart: `btr0btr`, `btr0cur`, `btr0pcur`, `btr0bulk`. Left out: the change buffer (it would
//! attach to reading a page), columns stored off the page, spatial and full-text indexes.
//!
//! To see it alone: [`Kv`]; `cargo run -p innolab-btree --example tour`; the shape of a real server's file:
//! `cargo run -p innolab-btree --example shape`.

mod adaptive;
mod admit;
mod batch;
mod bulk;
mod change;
mod create;
mod cursor;
mod descend;
mod destroy;
mod error;
pub mod events;
mod insert_hint;
mod kv;
mod room;
mod search_info;
mod smo;
mod tree;
mod validate;
mod walk;
mod write;

pub use bulk::FillFactor;
pub use change::{Change, Decision, Inserted, Site, WriteOptions};
pub use cursor::{Cursor, Position, Resumed, Seek};
pub use error::{Error, Result};
pub use events::Counts;
pub use kv::{Kv, KvRange};
pub use tree::{Field, Tree};
pub use validate::{LevelShape, Shape};
