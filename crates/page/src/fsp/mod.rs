//! File space: which pages of a tablespace are used, and by which segment.
//!
//! An *extent* is 64 consecutive pages; its *descriptor* (XDES) has two bits for each page. A *segment* is the pages of
//! one owner (an index has two: leaves and other pages); its *inode* lists them.
//!
//! ```text
//! page 0  FSP_HDR      38 space header 150 ─ 256 extent descriptors of 40 bytes ─ 10390     its extents: pages 0 .. 16383
//! page 1  IBUF_BITMAP                                                                       four bits a page, all zero here
//! page 2  INODE        38 list node 50 ─ 85 inodes of 192 bytes ─ 16370
//! page 3  the first index's root
//! page 16384  XDES     like page 0, header zero; page 16385 IBUF_BITMAP; and so on every 16384 pages
//!
//! space ──FREE──► extents of 64 free pages        segment (inode) ── 32 single pages, then whole extents:
//!       ──FREE_FRAG─► extents shared page by page                    FREE ► NOT_FULL ► FULL
//!       ──FULL_FRAG─► the same, all pages taken
//! ```
//!
//! RULES
//!
//! - **R1** Pages below `free_limit` have a valid descriptor; those from there on were never allocated. `free_limit` ≤
//!   the end of the last extent.
//! - **R2** An extent is in the one list that its state and its pages determine: FREE; FREE_FRAG or FULL_FRAG; or a
//!   list of the segment whose id it bears.
//! - **R3** `frag_n_used` is the number of used pages in the FREE_FRAG extents; a segment's `not_full_n_used`, that in
//!   its NOT_FULL extents.
//! - **R4** A list's base counts its nodes; `prev` and `next` agree; an address is a page and a byte in it ([`list`]).
//!
//! This crate reads and writes the fields. Lists run through several pages, so the store walks and changes them.
//!
//! InnoDB's counterpart: `fsp0fsp`, `fut0lst`. Left out: other page sizes, the change buffer (its bitmap stays zero),
//! encryption information on page 0.

mod header;
pub mod inode;
pub mod list;
mod pages;
pub mod xdes;

pub use header::{
    FLAGS, FLAGS_FULL_CRC32, FRAG_N_USED, FREE, FREE_FRAG, FREE_LIMIT, FULL_FRAG, HEADER_END, INODES_FREE, INODES_FULL,
    NEXT_SEG_ID, SIZE, SPACE_ID, flags, format_header, frag_n_used, free_limit, next_seg_id, set_frag_n_used,
    set_free_limit, set_next_seg_id, set_size, size, space_id,
};
pub use inode::{FSEG_HEADER_LEN, FsegHeader};
pub use list::{Addr, ListBase};
pub use pages::{
    DESCRIBED_PAGES, EXTENT_PAGES, FIRST_INODE_PAGE, HEADER_PAGE, format_bitmap, format_xdes, is_descriptor_page,
};
