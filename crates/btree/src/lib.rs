//! A B+ tree on pages: one index of a table, in InnoDB's own bytes, for many threads at once, sound after any crash.
//!
//! ```text
//!  level 2                        [ min→8 │ 4000→9 ]                            root: its page number never changes
//!                                  /              \
//!  level 1           [ min→4 │ 60→5 │ … ] ◄──► [ 4000→7 │ 4070→6 │ … ]          node pages: first key of a child, its page number
//!                       /        |                    |         \
//!  level 0  [ 1 … 59 ] ◄──► [ 60 … 131 ] ◄──► … ◄──► [ 4000 … 4069 ] ◄──► …     leaves: the records
//! ```
//!
//! What happens when a record goes in:
//!
//! 1. The writer sets log space aside ([`Store::begin`](innolab_store::Store::begin)), goes down with shared latches,
//!    always taking the child's before it lets go of the parent's, and latches the leaf exclusively (`write`).
//! 2. It shows the caller what is there, in between its neighbours, and the caller decides ([`Tree::write`]): this is
//!    where a lock is asked for and a duplicate is found.
//! 3. If the leaf takes the record, it is written, the redo goes to the log as one group, and the latch is let go. That
//!    was it 99 times in 100.
//! 4. Else everything is let go, and the writer comes back as *structure modifier* (`smo`): one at a time in a tree,
//!    with the pages latched that may change their shape.
//! 5. What is to become of them is worked out first, level by level, each change of a level being a *splice* of its
//!    records that may cause a splice of the level above (`plan`); then it is carried out in one mini-transaction
//!    (`carry_out`). A crash leaves the tree before or after, never between.
//!
//! RULES (each module has its own)
//!
//! - **R1** Latches are taken in the order of `docs/latching.md`, which says why nothing waits in a circle.
//! - **R2** One call changes the tree in one mini-transaction (I2).
//! - **R3** Bytes that come from a file are believed only after a check, and then only as far as they cannot lead
//!   astray (I11): a child's level must be its parent's less one, neighbours must agree, keys must rise. So every
//!   search and every walk ends, with an answer or with an error that names file, page and rule.
//! - **R4** What can fail comes before the first byte that changes. An error leaves the tree as it was.
//! - **R5** The tree knows nothing of transactions, locks or columns' meaning. Delete marks and stamps are kept for those who do.
//!
//! | module | one idea |
//! |---|---|
//! | `tree` | the way down, and what is checked on it |
//! | `cursor` | walking both ways; leaving and coming back |
//! | `change`, `write` | what a caller sees and says; changes of one leaf |
//! | `place`, `batch` | inserts that do not search, inserts that go along with another |
//! | `smo` | the latches of a change of shape |
//! | `run` | records off their pages; where a page is cut |
//! | `plan`, `settle`, `carry_out` | splits, merges, height: worked out level by level, then done |
//! | `bulk` | sorted load |
//! | `validate` | soundness and shape |
//! | `create`, `destroy` | a tree comes into being, and goes |
//! | `plain` | the tree alone: an ordered map of byte strings |
//! | [`events`] | what it tells and counts |
//!
//! InnoDB's counterpart: `btr0btr`, `btr0cur`, `btr0pcur`, `btr0bulk`. Left out: the adaptive hash index and the change
//! buffer (their places: the way down, and reading a page), columns stored off the page, spatial and full-text indexes.
//!
//! Alone: [`Plain`]; `cargo run -p innolab-btree --example tour`; the shape of a real server's file:
//! `cargo run -p innolab-btree --example shape`.

mod batch;
mod bulk;
mod carry_out;
mod change;
mod create;
mod cursor;
mod destroy;
mod error;
pub mod events;
mod place;
mod plain;
mod plan;
mod run;
mod settle;
mod smo;
mod tree;
mod validate;
mod walk;
mod write;

pub use bulk::FillFactor;
pub use change::{Ask, Change, Inserted, Site};
pub use cursor::{Cursor, Position, Resumed, Seek};
pub use error::{Error, Result};
pub use events::Counts;
pub use plain::{Plain, PlainRange};
pub use tree::{Field, Tree};
pub use validate::{LevelShape, Shape};
pub use write::Decision;
