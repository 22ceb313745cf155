//! The mutator of undo pages. The rules are those of [`undo`](super).

use super::header::{
    END, FIRST, FIRST_NO, FREE, FURTHER, KIND, Kind, LAST_PAGE, LOG_HEADER, N_PAGES, OWNER, RECORD_EXTRA, START,
};
use super::page::{FLAGS, HAS_MODIFY, NEXT_HISTORY, NEXT_LOG, PREV_LOG, STATE, TRX_ID, TRX_NO, XID};
use super::page::{State, UndoPage};
use crate::fil::{self, PageType};
use crate::fsp::Addr;
use crate::write::Write;
use innolab_base::codec::{put_u16, put_u32, put_u64};
use innolab_base::{PageId, PageNo, TrxId, TrxNo, Xid};

/// Formats a page of zeros as the first and only page of a segment without logs.
#[doc(alias = "trx_undo_seg_create")]
pub fn format_first(w: &mut (impl Write + ?Sized), id: PageId) {
    fil::init(w, id, PageType::UNDO_LOG);
    let mut head = [0; START - KIND];
    put_u16(&mut head, 0, FIRST);
    put_u16(&mut head, FREE - KIND, START as u16);
    put_u32(&mut head, LAST_PAGE - KIND, id.page.0);
    put_u32(&mut head, N_PAGES - KIND, 1);
    w.write(KIND, &head);
}

/// Formats a page of zeros as a further page of the segment that begins at `owner`, after page `prev`. Its first record
/// will have number `first_no`.
#[doc(alias = "trx_undo_add_page")]
pub fn format_further(w: &mut (impl Write + ?Sized), id: PageId, owner: PageNo, prev: PageNo, first_no: u64) {
    fil::init(w, id, PageType::UNDO_LOG);
    fil::set_prev(w, prev);
    let mut head = [0; START - KIND];
    put_u16(&mut head, 0, FURTHER);
    put_u16(&mut head, FREE - KIND, START as u16);
    put_u64(&mut head, FIRST_NO - KIND, first_no);
    put_u32(&mut head, OWNER - KIND, owner.0);
    w.write(KIND, &head);
}

/// An undo page to change. REQUIRES a page that passes [`check`](super::check), and preserves that.
pub struct UndoMut<'w, W: Write + ?Sized>(&'w mut W);

impl<'w, W: Write + ?Sized> UndoMut<'w, W> {
    /// Changes the page behind `w`.
    pub fn new(w: &'w mut W) -> UndoMut<'w, W> {
        UndoMut(w)
    }

    fn page(&self) -> UndoPage<'_> {
        UndoPage::new(self.0.bytes())
    }

    /// True if `bytes` more bytes fit.
    #[inline]
    pub fn has_room(&self, bytes: usize) -> bool {
        self.page().free() + bytes <= END
    }

    /// First page: begins a log of `trx` and returns the place of its header: after the newest log, or with
    /// `from_start` at the page's start, over logs that are not needed.
    /// REQUIRES room for [`LOG_HEADER`] bytes, and that the newest log is committed.
    #[doc(alias = "trx_undo_header_create")]
    pub fn begin_log(&mut self, trx: TrxId, from_start: bool) -> u16 {
        let page = self.page();
        let prev_log = page.last_log().filter(|_| !from_start).unwrap_or(0);
        let at = if prev_log == 0 { START } else { page.free() };
        assert!(
            page.is_first() && page.n_pages() == 1 && at + LOG_HEADER <= END,
            "a log begins on a segment's only page, with room for its header"
        );
        let mut header = [0; LOG_HEADER];
        put_u64(&mut header, TRX_ID, trx.0);
        header[STATE] = State::Active as u8;
        put_u16(&mut header, PREV_LOG, prev_log);
        header[NEXT_HISTORY..NEXT_HISTORY + 6].copy_from_slice(&Addr::NULL.encode());
        self.0.write(at, &header);
        if prev_log != 0 {
            self.0.write_u16(usize::from(prev_log) + NEXT_LOG, at as u16);
        }
        let ends = ((at + LOG_HEADER) as u32) << 16 | at as u32;
        // `free` and `last log` are adjacent.
        self.0.write_u32(FREE, ends);
        at as u16
    }

    /// Appends records of one kind, as many as fit, and calls `places` with the place of each. Overwrites `buffer`.
    /// REQUIRES payloads of at most [`MAX_PAYLOAD`](super::MAX_PAYLOAD) bytes.
    #[doc(alias = "trx_undo_report_row_operation")]
    pub fn append_all<'p>(
        &mut self,
        kind: Kind,
        payloads: impl Iterator<Item = &'p [u8]>,
        buffer: &mut Vec<u8>,
        mut places: impl FnMut(u16),
    ) {
        let (start, mut at) = (self.page().free(), self.page().free());
        buffer.clear();
        for payload in payloads {
            let end = at + payload.len() + RECORD_EXTRA;
            if end > END {
                break;
            }
            buffer.extend_from_slice(&[(end >> 8) as u8, end as u8, kind as u8]);
            buffer.extend_from_slice(payload);
            buffer.extend_from_slice(&(at as u16).to_be_bytes());
            places(at as u16);
            at = end;
        }
        self.0.write(start, buffer);
        if at > start {
            self.set_free(at);
        }
    }

    /// Appends a record and returns its place. REQUIRES room for the payload and [`RECORD_EXTRA`] bytes.
    pub fn append(&mut self, kind: Kind, payload: &[u8]) -> u16 {
        let mut place = None;
        self.append_all(kind, std::iter::once(payload), &mut Vec::new(), |at| place = Some(at));
        place.unwrap_or_else(|| panic!("no room for {} bytes", payload.len()))
    }

    /// Drops everything from byte `free` on. REQUIRES that a record begins there, or that the last one ends there.
    pub fn set_free(&mut self, free: usize) {
        self.0.write_u16(FREE, free as u16);
    }

    /// Changes the state of a log. REQUIRES that it is not committed.
    #[doc(alias = "trx_undo_set_state_at_finish")]
    pub fn set_state(&mut self, log: u16, state: State) {
        self.0.write_u8(usize::from(log) + STATE, state as u8);
    }

    /// Marks the log as prepared under `xid`. `has_modify`, true if it has records of kind [`Kind::Modify`], is stored
    /// for a commit after recovery.
    #[doc(alias = "trx_undo_set_state_at_prepare")]
    pub fn prepare(&mut self, log: u16, xid: Xid, has_modify: bool) {
        let mut out = [0; PREV_LOG - STATE];
        out[0] = State::Prepared as u8;
        out[FLAGS - STATE] = if has_modify { HAS_MODIFY } else { 0 };
        put_u64(&mut out, XID - STATE, xid.0);
        self.0.write(usize::from(log) + STATE, &out);
    }

    /// Marks the log as committed with number `no`. REQUIRES a committed `state`.
    #[doc(alias = "trx_purge_add_undo_to_history")]
    pub fn commit(&mut self, log: u16, no: TrxNo, state: State) {
        assert!(state.is_committed());
        let mut out = [0; FLAGS - TRX_NO];
        put_u64(&mut out, 0, no.0);
        out[STATE - TRX_NO] = state as u8;
        self.0.write(usize::from(log) + TRX_NO, &out);
    }

    /// Sets the log that committed next after the log at `log`.
    pub fn set_next_history(&mut self, log: u16, next: Addr) {
        self.0.write(usize::from(log) + NEXT_HISTORY, &next.encode());
    }

    /// First page: removes its newest log with its header. REQUIRES a log, and no other pages of the segment.
    pub fn remove_last_log(&mut self) {
        let page = self.page();
        let Some((at, header)) = page.last_log().and_then(|at| Some((at, page.log(at)?))) else {
            panic!("a page without logs");
        };
        assert!(page.n_pages() == 1, "the log has further pages");
        self.0.write_u32(FREE, u32::from(at) << 16 | u32::from(header.prev_log));
        if header.prev_log != 0 {
            self.0.write_u16(usize::from(header.prev_log) + NEXT_LOG, 0);
        }
    }

    /// First page: removes all logs. REQUIRES that no reader or rollback needs them.
    #[doc(alias = "trx_undo_header_create_log")]
    pub fn remove_all_logs(&mut self) {
        assert!(self.page().n_pages() == 1, "the log has further pages");
        self.0.write_u32(FREE, (START as u32) << 16);
    }

    /// First page: sets the segment's last page and its number of pages.
    pub fn set_pages(&mut self, last: PageNo, n: u32) {
        self.0.write_u64(LAST_PAGE, u64::from(last.0) << 32 | u64::from(n));
    }

    /// Sets the page after it in its segment.
    pub fn set_next_page(&mut self, next: PageNo) {
        fil::set_next(self.0, next);
    }
}
