//! The header page of a rollback segment: its undo segments, and both ends of the history.
//!
//! ```text
//! 38 magic 46 FSEG header 56 first of the history 62 length 70 last 76 largest number 84 ─ 1024 slots × 4 ─ 4180
//! ```
//!
//! A slot has the first page of an undo segment, or 0. A segment keeps its slot while its newest log is active or its
//! page can take another log; else it is reachable through the history alone. The *history* is all committed logs that
//! purge has not removed yet, linked in the order of their numbers.
//!
//! InnoDB's counterpart: `trx0rseg.h` (`TRX_RSEG_*`). Left out: a maximal size, the position in the binary log.

use crate::Corrupt;
use crate::error::demand;
use crate::fil::{self, PageType};
use crate::fsp::{Addr, FsegHeader};
use crate::write::Write;
use innolab_base::codec::{get_u32, get_u64, put_u64};
use innolab_base::{PageId, PageNo, TrxNo};

/// The eight bytes at [`fil::DATA`] that identify a rollback segment's header.
pub const MAGIC: &[u8; 8] = b"innorseg";
/// Offset of the header of the file segment that all pages belong to.
#[doc(alias = "TRX_RSEG_FSEG_HEADER")]
pub const SEGMENT: usize = 46;
/// Offset of the oldest log of the history (an address, 6 bytes).
#[doc(alias = "TRX_RSEG_HISTORY")]
pub const HISTORY_FIRST: usize = 56;
/// Offset of the number of logs in the history (8 bytes).
#[doc(alias = "TRX_RSEG_HISTORY_SIZE")]
pub const HISTORY_LEN: usize = 62;
/// Offset of the newest log of the history (an address, 6 bytes).
pub const HISTORY_LAST: usize = 70;
/// Offset of the largest number of any log so far (8 bytes).
#[doc(alias = "TRX_RSEG_MAX_TRX_ID")]
pub const LARGEST_NO: usize = 76;
/// Offset of the first slot.
#[doc(alias = "TRX_RSEG_UNDO_SLOTS")]
pub const SLOTS: usize = 84;
/// Number of slots: the largest number of transactions that write at once.
#[doc(alias = "TRX_RSEG_N_SLOTS")]
pub const N_SLOTS: usize = 1024;

/// The history in the header: the committed logs that purge has not removed yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HistoryBase {
    /// The oldest log; null if the history is empty.
    pub first: Addr,
    /// Number of logs.
    pub len: u64,
    /// The newest log; null if the history is empty.
    pub last: Addr,
    /// The largest number of any log so far.
    pub largest_no: TrxNo,
}

impl HistoryBase {
    /// Reads it from the header page.
    pub fn read(page: &[u8]) -> HistoryBase {
        HistoryBase {
            first: Addr::read(page, HISTORY_FIRST),
            len: get_u64(page, HISTORY_LEN),
            last: Addr::read(page, HISTORY_LAST),
            largest_no: TrxNo(get_u64(page, LARGEST_NO)),
        }
    }

    /// Writes it to the header page, in one write.
    pub fn write(self, w: &mut (impl Write + ?Sized)) {
        let mut out = [0; SLOTS - HISTORY_FIRST];
        out[..6].copy_from_slice(&self.first.encode());
        put_u64(&mut out, HISTORY_LEN - HISTORY_FIRST, self.len);
        out[HISTORY_LAST - HISTORY_FIRST..][..6].copy_from_slice(&self.last.encode());
        put_u64(&mut out, LARGEST_NO - HISTORY_FIRST, self.largest_no.0);
        w.write(HISTORY_FIRST, &out);
    }
}

/// Formats a page of zeros as the header of a rollback segment without undo segments, whose pages belong to the file
/// segment `segment`.
#[doc(alias = "trx_rseg_header_create")]
pub fn format(w: &mut (impl Write + ?Sized), id: PageId, segment: FsegHeader) {
    fil::init(w, id, PageType::SYS);
    w.write(fil::DATA, MAGIC);
    segment.write(w, SEGMENT);
    HistoryBase { first: Addr::NULL, len: 0, last: Addr::NULL, largest_no: TrxNo(0) }.write(w);
}

/// True if a page identifies itself as a rollback segment's header.
pub fn is_one(page: &[u8]) -> bool {
    fil::page_type(page) == PageType::SYS && page[fil::DATA..].starts_with(MAGIC)
}

/// Returns the first page of the undo segment in slot `i`; `None` if the slot is free. REQUIRES `i` < [`N_SLOTS`].
#[doc(alias = "trx_rsegf_get_nth_undo")]
pub fn slot(page: &[u8], i: usize) -> Option<PageNo> {
    assert!(i < N_SLOTS);
    Some(PageNo(get_u32(page, SLOTS + 4 * i))).filter(|page| page.0 != 0)
}

/// Sets slot `i`. REQUIRES `i` < [`N_SLOTS`].
#[doc(alias = "trx_rsegf_set_nth_undo")]
pub fn set_slot(w: &mut (impl Write + ?Sized), i: usize, first_page: Option<PageNo>) {
    assert!(i < N_SLOTS);
    w.write_u32(SLOTS + 4 * i, first_page.map_or(0, |page| page.0));
}

/// Checks the page by itself. ERRORS: the broken rule. REQUIRES 16 KiB.
pub fn check(page: &[u8]) -> Result<(), Corrupt> {
    demand!(is_one(page), "a rollback segment's header has its type and its magic", "{}", fil::page_type(page));
    let history = HistoryBase::read(page);
    let empty = history.len == 0;
    demand!(
        empty == history.first.is_null() && empty == history.last.is_null(),
        "a history has both ends unless it is empty",
        "{history:?}"
    );
    demand!(history.largest_no.0 < 1 << 48, "transaction ids and numbers have 48 bits", "{}", history.largest_no);
    let mut pages: Vec<u32> = (0..N_SLOTS).filter_map(|i| slot(page, i)).map(|page| page.0).collect();
    pages.sort_unstable();
    let twice = pages.windows(2).find(|two| two[0] == two[1]);
    demand!(twice.is_none(), "an undo segment has one slot", "page {}", twice.map_or(0, |two| two[0]));
    Ok(())
}

const _: () = assert!(SLOTS + 4 * N_SLOTS == 4180);
