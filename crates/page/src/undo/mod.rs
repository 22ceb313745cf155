//! Undo pages: what a transaction's changes replaced, record by record; and the page that says where all of it begins ([`rseg`]).
//!
//! ```text
//! first page of an undo segment                                                          further page (while a log is long)
//! ├ FIL ┼ kind 1 │ free │ last log │ last page │ pages ┼ log ┼ records ┼ log ┼ records ┼ ►   ├ FIL ┼ kind 2 │ free │ first no │ owner ┼ records ┼ ►
//! 0     38       40     42         44          48      54                                   0     38       40     42         50      54
//!
//! log header   0 trx id 8 number 16 state 17 flags 18 XID 26 log before 28 log after 30 next in the history 36
//! record       0 end 2 kind 3 ─ payload ─ −2 start        `end` is where the next one begins, `start` where this one does
//! ```
//!
//! A segment is a first page and, while its newest log needs them, further pages; FIL's neighbours link them. Several
//! logs lie one behind the other on a first page: a transaction that changed little leaves the page to the next one.
//! Only the newest log may be under way, and only it may have records on further pages.
//!
//! RULES
//!
//! - **R1** Records tile the bytes between a log header and the next one (or `free`), and between 54 and `free` on a
//!   further page. So they can be walked both ways, and a place can be told to be a record's: its `end` lies inside,
//!   and the two bytes before `end` say where it starts.
//! - **R2** `first no` is the number of a further page's first record within its log, so nothing has to be counted from
//!   the log's beginning.
//! - **R3** Bytes are hostile until [`check`] has passed; then every accessor is total (`page` R2).
//!
//! InnoDB's counterpart: `trx0undo.h` (`TRX_UNDO_*`), `trx0rec`. Left out: a file segment and a list base of each undo
//! segment's own (all of a rollback segment's pages are one file segment), the table id of DDL logs, XA's long XIDs,
//! logs of inserts only (MariaDB gave them up in 10.3).

mod check;
mod log;
mod mutate;
pub(crate) mod regions;
pub mod rseg;

pub use check::check;
pub use log::{LogHeader, State, UndoPage, UndoRecord};
pub use mutate::{UndoMut, format_first, format_further};

use crate::fil;
use innolab_base::PageNo;
use innolab_base::codec::get_u56;

/// Offset of what kind of undo page it is: [`FIRST`] or [`FURTHER`] (2 bytes).
pub const KIND: usize = fil::DATA;
/// Offset of the first byte behind the last record or log header (2 bytes).
#[doc(alias = "TRX_UNDO_PAGE_FREE")]
pub const FREE: usize = 40;
/// First page: offset of the newest log's header (2 bytes; 0 is none).
#[doc(alias = "TRX_UNDO_LAST_LOG")]
pub const LAST_LOG: usize = 42;
/// First page: the segment's last page (4 bytes; itself if there are no others).
#[doc(alias = "TRX_UNDO_PAGE_LIST")]
pub const LAST_PAGE: usize = 44;
/// First page: pages of the segment (4 bytes).
pub const N_PAGES: usize = 48;
/// Further page: number of its first record within the log (8 bytes).
pub const FIRST_NO: usize = 42;
/// Further page: the segment's first page (4 bytes).
pub const OWNER: usize = 50;
/// Offset of the first log header of a first page, and of the first record of a further page.
#[doc(alias = "TRX_UNDO_SEG_HDR")]
pub const START: usize = 54;
/// The first byte that no record may have.
pub const END: usize = fil::TRAILER;

/// What [`KIND`] says of a segment's first page.
pub const FIRST: u16 = 1;
/// What [`KIND`] says of the others.
pub const FURTHER: u16 = 2;

/// Bytes of a log header.
#[doc(alias = "TRX_UNDO_LOG_HDR_SIZE")]
pub const LOG_HEADER: usize = 36;
/// Bytes of a record beside its payload.
pub const RECORD_EXTRA: usize = 5;
/// Bytes of the longest payload: it fills a further page.
pub const MAX_PAYLOAD: usize = END - START - RECORD_EXTRA;

/// Whether an earlier version of the row exists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The row was inserted: there is none.
    #[doc(alias = "TRX_UNDO_INSERT_REC")]
    Insert = 1,
    /// The row was changed or marked as deleted: the record says what it was before.
    #[doc(alias = "TRX_UNDO_UPD_EXIST_REC")]
    Modify = 2,
}

/// Where an undo record is: seven bytes in every clustered row, `DB_ROLL_PTR`.
///
/// ```text
/// bit 55 insert │ 54–48 rollback segment │ 47–16 page │ 15–0 byte
/// ```
#[doc(alias = "roll_ptr_t")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RollPtr(pub u64);

impl RollPtr {
    /// Bytes in a row.
    #[doc(alias = "DATA_ROLL_PTR_LEN")]
    pub const LEN: usize = 7;
    /// Nowhere: the row is an insert whose record nobody needs any more.
    pub const NONE: RollPtr = RollPtr(1 << 55);

    /// The place of a record of rollback segment 0.
    #[doc(alias = "trx_undo_build_roll_ptr")]
    pub fn new(kind: Kind, page: PageNo, at: u16) -> RollPtr {
        RollPtr(u64::from(kind == Kind::Insert) << 55 | u64::from(page.0) << 16 | u64::from(at))
    }

    /// Reads the seven bytes at `at`.
    pub fn read(bytes: &[u8], at: usize) -> RollPtr {
        RollPtr(get_u56(bytes, at))
    }

    /// Its seven bytes.
    pub fn encode(self) -> [u8; RollPtr::LEN] {
        let [_, bytes @ ..] = self.0.to_be_bytes();
        bytes
    }

    /// Whether the record says of an insert, so that there is no earlier version.
    #[doc(alias = "trx_undo_roll_ptr_is_insert")]
    pub fn is_insert(self) -> bool {
        self.0 >> 55 & 1 != 0
    }

    /// The rollback segment, below 128.
    #[doc(alias = "rseg_id")]
    pub fn rseg(self) -> u8 {
        (self.0 >> 48 & 0x7f) as u8
    }

    /// The page.
    pub fn page(self) -> PageNo {
        PageNo((self.0 >> 16) as u32)
    }

    /// The record's first byte there.
    pub fn at(self) -> u16 {
        self.0 as u16
    }
}

impl std::fmt::Display for RollPtr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if self.is_insert() { "insert" } else { "modify" };
        if *self == RollPtr::NONE { f.write_str("-") } else { write!(f, "{kind} {}+{}", self.page(), self.at()) }
    }
}

impl std::fmt::Debug for RollPtr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RollPtr({self})")
    }
}

#[cfg(test)]
mod tests;
