//! InnoDB's page bytes as pure functions: what a tablespace file consists of, without files, caches or logs.
//!
//! ```text
//! file   ├─ 0 FSP_HDR ─┼─ 1 IBUF_BITMAP ─┼─ 2 INODE ─┼─ 3 INDEX (a root) ─┼─ 4 … ─┤        pages of 16 KiB
//!            fsp               fsp         fsp::inode      index                         each in a frame: fil
//!
//! INDEX  ├─ FIL ─┼─ header ─┼─ infimum, supremum ─┼─ records ──►   ◄── directory ─┼─ trailer ─┤
//!                                                    record, layout
//! ```
//!
//! | module        | what                                                                          | InnoDB's room |
//! |---------------|-------------------------------------------------------------------------------|---------------|
//! | [`fil`]       | the frame of every page: number, neighbours, LSN, type, checksum               | `fil0fil`, `buf0checksum` |
//! | [`fsp`]       | space header, extents, segments, lists                                        | `fsp0fsp`, `fut0lst` |
//! | [`layout`]    | the columns of an index, and what follows from them                            | `dict0mem`    |
//! | [`record`]    | COMPACT records: fields, header, making one, comparing                         | `rem0rec`, `rem0cmp` |
//! | [`index`]     | nodes of B+ trees: check, accessor, builder, mutator                           | `page0page`, `page0cur` |
//! | [`undo`]      | undo pages, and the header of a rollback segment                              | `trx0undo`, `trx0rseg` |
//! | [`aid`]       | a leaf's keys in a row, in memory only                                         | (none)        |
//! | [`mod@regions`], [`mod@dump`] | every byte by name; a page as text                             | (none)        |
//! | [`mod@write`] | the one door through which bytes change                                        | `mtr0log`     |
//!
//! RULES
//!
//! - **R1** Reading takes `&[u8]`, changing takes [`Write`]: a slice, or a mini-transaction that logs. Nothing here
//!   does I/O, waits or allocates while it reads.
//! - **R2** Bytes of a file are hostile until [`fil::verify`] and [`index::check`] have passed; from then on the
//!   accessors are total, and every mutator keeps it so. What is wrong is a [`Corrupt`] with the name of the rule,
//!   never a panic (I11).
//! - **R3** A broken caller (a REQUIRES that does not hold) is an assert.
//! - **R4** Mutators write little and seldom: each write becomes redo.
//! - **R5** The bytes are those of a real server: `tests/samples.rs` makes its pages again, byte for byte.
//!
//! Left out: the transaction system's page, BLOB pages, compression, encryption, page sizes other than 16 KiB.

pub mod dump;
pub mod error;
pub mod fil;
pub mod fsp;
pub mod hints;
pub mod index;
pub mod layout;
pub mod record;
pub mod record_batch;
pub mod regions;
pub mod undo;
pub mod write;

pub use dump::{dump, dump_with};
pub use error::Corrupt;
pub use hints::{LeafHints, NodeHints};
pub use index::{IndexBuilder, IndexMut, IndexPage, Origin};
pub use layout::{Column, Layout, Width};
pub use record::{Fields, Record, RecordRef, SearchKey, TooLarge};
pub use record_batch::RecordBatch;
pub use regions::{Part, Region, regions};
pub use write::Write;
