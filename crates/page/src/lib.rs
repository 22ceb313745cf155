//! InnoDB's pages as pure functions on bytes, without files, caches or logs.
//!
//! An `.ibd` file is a sequence of pages of 16 KiB. Some describe the file itself (which pages are free, which belong
//! to which index); the others are nodes of B+ trees, whose records are the rows. This crate reads, checks, changes and
//! shows these bytes; the crates above decide which page to change, and when it is written.
//!
//! ```text
//! file   ├─ 0 FSP_HDR ─┼─ 1 IBUF_BITMAP ─┼─ 2 INODE ─┼─ 3 INDEX (a root) ─┼─ 4 … ─┤        pages of 16 KiB
//!            fsp               fsp         fsp::inode      index                         each with FIL bytes: fil
//!
//! INDEX  ├─ FIL ─┼─ header ─┼─ infimum, supremum ─┼─ records ──►   ◄── directory ─┼─ trailer ─┤
//!                                                    record, layout
//! ```
//!
//! In reading order:
//!
//! | module | what | InnoDB's counterpart |
//! |---|---|---|
//! | [`mod@write`] | the trait through which all bytes change | `mtr0log` |
//! | [`fil`] | header and trailer of every page: number, neighbours, LSN, type, checksum | `fil0fil`, `buf0checksum` |
//! | [`layout`] | the columns of an index, and what follows from them | `dict0mem` |
//! | [`record`] | COMPACT records: header, fields, building one, comparing with a key | `rem0rec`, `rem0cmp` |
//! | [`index`] | nodes of B+ trees: check, accessor, builder, mutator | `page0page`, `page0cur` |
//! | [`record_batch`] | many records in one buffer, for splits, merges and batches of inserts | (none) |
//! | [`hints`] | key hints: search caches beside tree pages, in memory only | (none) |
//! | [`fsp`] | file space: space header, extents, segments, lists | `fsp0fsp`, `fut0lst` |
//! | [`server`] | what servers write and this workspace only reads: older formats, MySQL 8's SDI, long values | `fsp0types`, `lob0lob` |
//! | [`undo`] | undo pages, and the header of a rollback segment | `trx0undo`, `trx0rseg` |
//! | [`mod@regions`], [`mod@dump`] | every byte of a page by name; a page as text | (none) |
//!
//! RULES
//!
//! - **R1** Reading takes `&[u8]`; changing takes [`Write`]: a slice, or a mini-transaction that logs. Nothing here
//!   does I/O or waits, and the read path does not allocate.
//! - **R2** Bytes from a file are untrusted until [`fil::verify`] and [`index::check`] have passed. From then on no
//!   accessor fails, and every mutator preserves what the check demands. Bad bytes are a [`Corrupt`] with the broken
//!   rule, never a panic (I11).
//! - **R3** A caller that breaks a REQUIRES fails an assert.
//! - **R4** Mutators write few bytes, in few writes: each write becomes redo.
//! - **R5** The bytes are those of a real server: the tests build its pages again, byte for byte
//!   (`tests/it/samples.rs`).
//!
//! Left out: the transaction system's page, compression, encryption, page sizes other than 16 KiB.

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
pub mod server;
pub mod undo;
pub mod write;

pub use dump::{dump, dump_with};
pub use error::Corrupt;
pub use hints::{LeafHints, NodeHints};
pub use index::{IndexBuilder, IndexMut, IndexPage, Origin};
pub use layout::{Column, Layout, Width};
pub use record::{Fields, Record, RecordRef, SearchKey, TooLarge};
pub use record_batch::RecordBatch;
pub use regions::{Part, Region, ShownRecord, regions, regions_with};
pub use write::Write;
