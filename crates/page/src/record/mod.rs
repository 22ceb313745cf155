//! COMPACT records: what stands around a record's origin, and how to read it; how to make one (`build`), and how to
//! look for one (`search`).
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
//! - **R1** `next` is the distance from this origin to the next one, modulo 2^16; 0 is the end (the supremum, or the
//!   last free record).
//! - **R2** A length has one byte if the column's values have at most 255 bytes or this one has less than 128; else
//!   two, the first (nearer to the origin) with its top bit set and the upper six bits of the length. Bit 0x40 there
//!   would say *stored elsewhere*: not done here, corrupt.
//! - **R3** NULL bits are those of all columns of the index, also in a node pointer.
//! - **R4** A NULL has no value bytes and no length.
//! - **R5** The leftmost node pointer of a level bears `min_rec` and compares below every key: its own key is stale
//!   once smaller keys came.
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
pub(crate) use search::{head_at, whole_head};
