//! Segments: which pages of a tablespace are free, and which segment owns the others.
//!
//! A tablespace file is a row of 16 KiB pages. An *extent* is 64 consecutive pages, 1 MiB. A *segment* is a set of
//! pages with one purpose; a tree has one for its leaves and one for its node pages, so that a scan of the leaves
//! reads consecutive pages.
//!
//! ```text
//! page 0   size · free_limit · extents: FREE, FREE_FRAG, FULL_FRAG · lists of inode pages · 256 extent descriptors
//! page 2   inodes, one per segment: 32 single pages, then whole extents in the lists FREE, NOT_FULL, FULL
//! extent   64 pages; its descriptor: owner, state, one "free" bit per page
//! ```
//!
//! A segment takes its first 32 pages one by one from *fragment extents*, which several segments share, and whole
//! extents after that. So small tables stay small, and large ones are contiguous.
//!
//! | module      | one idea                                                              |
//! |-------------|-----------------------------------------------------------------------|
//! | `allocator` | segments: their inodes, taking and giving back pages                   |
//! | `extents`   | lists of extents; the pages of one extent; single pages                |
//! | `calls`     | the calls of a mini-transaction                                        |
//!
//! RULES
//!
//! - **R1** An extent is in exactly one list: the space's FREE (no owner), FREE_FRAG (shared, some pages free) or
//!   FULL_FRAG; or its segment's NOT_FULL or FULL. A descriptor at or behind `free_limit` is not yet filled in, and is
//!   in no list.
//! - **R2** A page that is handed out lies inside the file. Only extent 0 may reach beyond the file's end, in a file of
//!   less than 64 pages.
//! - **R3** All changes happen in the caller's mini-transaction, with page 0 latched: one at a time per tablespace.
//!   These pages are the last in the latch order.
//! - **R4** Pages are reserved before the caller's first latch ([`Store::reserve_pages`](crate::Store::reserve_pages)):
//!   so a full disk is reported there, before anything has changed.
//! - **R5** The first extent of every 256 (16384 pages) begins with a descriptor page and a bitmap page, so it is a
//!   fragment extent.
//!
//! InnoDB's counterpart: `fsp0fsp`. Left out: the segment's own FREE list (an extent enters a segment with its first
//! page), reservations that hold (ours only lengthens the file), shrinking of files.

mod allocator;
mod calls;
mod extents;

pub(crate) use allocator::{Allocator, EXTENT};
