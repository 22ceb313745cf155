//! Changes of rows: what happens, in what order, and what a failed change leaves.
//!
//! ```text
//! insert   undo record ─► clustered: ask for the gap, put ─► each secondary index: check duplicates, ask for the gap, put or revive
//!          (rows of one statement go in together where the outcome is the same: `batch`)
//! update   undo record ─► clustered: put in place         ─► each index whose entry changes: mark the old entry, insert the new one
//! delete   undo record ─► clustered: delete-mark          ─► each index: mark the entry
//! key      a changed primary key: a delete and an insert, the clustered index first, since the key is the row's place
//! ```
//!
//! RULES
//!
//! - **R1** The undo record is written first, with no latch held; the row then bears its address. If the row turns
//!   out unchanged, the record is taken back, at the latest when the next one is written. A crash in between leaves a
//!   record that no row refers to, and rollback passes over it.
//! - **R2** A decision under a latch uses only what it reads under that latch; what was read earlier is compared again.
//! - **R3** A row change that fails is undone as a whole: the undo log is walked back to where it was.
//! - **R4** The clustered index changes first. So another transaction that finds a secondary entry of an unfinished
//!   change finds the writer in the row.
//! - **R5** Locks are requested under the latch, moved to new neighbours once the change is certain, and waited for
//!   with nothing latched.
//!
//! | file        | one idea                                                             | InnoDB's counterpart |
//! |-------------|----------------------------------------------------------------------|----------------------|
//! | `scratch`   | buffers, and how duplicates are locked                               | `row_prebuilt_t`     |
//! | `batch`     | rows of one statement that go in together                            | `row0merge`          |
//! | `replace`   | the next version of a clustered record                               | `btr0cur`            |
//! | `duplicate` | does a unique secondary index have the values already?               | `row0ins`            |
//! | `insert`    | inserting into the clustered index                                   | `row0ins`            |
//! | `secondary` | entries of secondary indexes                                         | `row0ins`, `row0upd` |
//! | `update`    | updates and deletes of rows                                          | `row0upd`            |
//! | `change`    | a row change as a whole: locks before it, undo if it fails           | `row0mysql`          |
//!
//! Left out: foreign keys, columns stored off the page, partial updates of indexes on prefixes.

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
