//! Changes of rows: what happens, in what order, and what is left when one fails.
//!
//! ```text
//! insert   undo record ─► clustered: ask the gap, put ─► each secondary index: look for duplicates, ask the gap, put or revive
//!          (of many rows at once, where that cannot be told from one after the other: `batch`)
//! update   undo record ─► clustered: put in place     ─► each index whose entry changes: mark the old one, insert the new one
//! delete   undo record ─► clustered: delete-mark      ─► each index: mark the entry
//! another  ─► as a delete and an insert, the clustered index first: the key is the row's place
//! key
//! ```
//!
//! RULES
//!
//! - **R1** The undo record is written first, with no latch held; the row then bears its address. If the row turns out
//!   not to be changed, the record is taken back: at the latest when the next one is written. A crash in between leaves
//!   a record that no row refers to, which rollback passes over.
//! - **R2** What is decided under a latch is decided from what is seen there. Where something was read before, it is
//!   compared again.
//! - **R3** A row change that fails takes back what it did, whole: the undo log is walked back to where it was.
//! - **R4** The clustered index changes first: so who finds an entry of a secondary index in the making finds the
//!   writer in the row.
//! - **R5** Locks are asked for under the latch, moved to new neighbours when the change is certain, and waited for
//!   with nothing held.
//!
//! | file        | one idea                                                             | InnoDB's room        |
//! |-------------|----------------------------------------------------------------------|----------------------|
//! | `change`    | a change of a row, whole or not at all                               | `row0mysql`          |
//! | `batch`     | rows of one statement that go in together                            | `row0merge`          |
//! | `insert`    | inserting into the clustered index                                   | `row0ins`            |
//! | `replace`   | the next version of a clustered record                               | `btr0cur`            |
//! | `update`    | updates and deletes of rows                                          | `row0upd`            |
//! | `secondary` | entries of secondary indexes                                         | `row0ins`, `row0upd` |
//! | `duplicate` | does a unique index have the values already?                         | `row0ins`            |
//! | `scratch`   | buffers, and how duplicates are locked                               | `row_prebuilt_t`     |
//!
//! InnoDB's counterpart: `row0ins`, `row0upd`. Left out: foreign keys, columns that lie elsewhere, partial updates of
//! indexes on prefixes.

mod batch;
mod change;
mod duplicate;
mod insert;
mod replace;
mod scratch;
mod secondary;
mod update;

pub(crate) use batch::with_row_id;
pub use scratch::DuplicateLock;
pub(crate) use scratch::Scratch;
