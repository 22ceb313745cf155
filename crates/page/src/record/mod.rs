//! COMPACT records: what stands around a record's origin.
//!
//! ```text
//!        grows downwards from here ◄┐
//! ┌───────────────────┬─────────────┼───────────────────────────────────────────┬───────────────────────────────
//! │ lengths, last one │ NULL bits,  │ info 4 n_owned 4 │ heap_no 13 type 3 │next│ column 0 · column 1 · … [child 4]
//! │ first (1–2 each)  │ bit 0 last  │     1 byte       │      2 bytes      │ 2  │ values, NULLs left out
//! └───────────────────┴─────────────┴──────────────────┴───────────────────┴────┴───────────────────────────────
//!                                                                               ▲ origin: what every pointer points to
//! ```
//!
//! RULES
//!
//! - **R1** `next` is the distance from this origin to the next one, modulo 2^16; 0 ends the list (in the supremum, and
//!   in the last free record).
//! - **R2** A length has one byte if the column's maximum is at most 255 or the length is below 128. Otherwise it has
//!   two: the first (nearer to the origin) has its top bit set and the upper six bits of the length. Bit 0x40 of it
//!   would mean *stored externally*, which is not supported and counts as corrupt.
//! - **R3** The NULL bits are those of all columns of the index, in node pointers too.
//! - **R4** A NULL has no value bytes and no length.
//! - **R5** The leftmost node pointer of a level has the `min_rec` bit and compares below every key. Its own key is
//!   stale after smaller keys have been inserted.
//!
//! `header` has the five bytes before the origin, `fields` reads a record, `build` makes one, `search` compares records
//! with a search key.
//!
//! InnoDB's counterpart: `rem0rec`, `rem0cmp`. Left out: REDUNDANT records, externally stored columns.

mod build;
mod fields;
mod header;
mod search;

pub use build::{Record, TooLarge};
pub use fields::{Fields, RecordRef, show_field};
pub use header::{HEADER, INFO_DELETED, INFO_MIN_REC, RecordType};
pub use search::SearchKey;
pub(crate) use search::{full_head, head_at};
