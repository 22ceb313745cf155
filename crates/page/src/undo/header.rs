//! The places of the fields of undo pages, and the kinds of records.

use crate::fil;

/// Offset of the kind of undo page: [`FIRST`] or [`FURTHER`] (2 bytes).
pub const KIND: usize = fil::DATA;
/// Offset of the first free byte, after the last record or log header (2 bytes).
#[doc(alias = "TRX_UNDO_PAGE_FREE")]
pub const FREE: usize = 40;
/// First page: offset of the newest log's header (2 bytes; 0 is none).
#[doc(alias = "TRX_UNDO_LAST_LOG")]
pub const LAST_LOG: usize = 42;
/// First page: the segment's last page (4 bytes; itself if it is the only one).
#[doc(alias = "TRX_UNDO_PAGE_LIST")]
pub const LAST_PAGE: usize = 44;
/// First page: number of pages of the segment (4 bytes).
pub const N_PAGES: usize = 48;
/// Further page: number of its first record within the log (8 bytes).
pub const FIRST_NO: usize = 42;
/// Further page: the segment's first page (4 bytes).
pub const OWNER: usize = 50;
/// Offset of the first log header of a first page, and of the first record of a further page.
#[doc(alias = "TRX_UNDO_SEG_HDR")]
pub const START: usize = 54;
/// The end of the bytes for logs and records.
pub const END: usize = fil::TRAILER;

/// The [`KIND`] of a segment's first page.
pub const FIRST: u16 = 1;
/// The [`KIND`] of a segment's other pages.
pub const FURTHER: u16 = 2;

/// Bytes of a log header.
#[doc(alias = "TRX_UNDO_LOG_HDR_SIZE")]
pub const LOG_HEADER: usize = 36;
/// Bytes of a record beside its payload.
pub const RECORD_EXTRA: usize = 5;
/// Bytes of the longest payload: it fills a further page.
pub const MAX_PAYLOAD: usize = END - START - RECORD_EXTRA;

/// The kind of an undo record: whether an earlier version of the row exists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Of an insert: the row had no earlier version.
    #[doc(alias = "TRX_UNDO_INSERT_REC")]
    Insert = 1,
    /// Of an update or a delete mark: the record has the row's earlier version.
    #[doc(alias = "TRX_UNDO_UPD_EXIST_REC")]
    Modify = 2,
}
