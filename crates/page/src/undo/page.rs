//! The accessor: log headers and records of an undo page. The rules are those of [`undo`](super).

use super::header::{
    FIRST, FIRST_NO, FREE, KIND, Kind, LAST_LOG, LAST_PAGE, LOG_HEADER, N_PAGES, OWNER, RECORD_EXTRA, START,
};
use crate::fil;
use crate::fsp::Addr;
use innolab_base::codec::{get_u16, get_u32, get_u64};
use innolab_base::{PageNo, TrxId, TrxNo, Xid};
use std::ops::Range;

// Offsets in a log header.
pub(super) const TRX_ID: usize = 0;
pub(super) const TRX_NO: usize = 8;
pub(super) const STATE: usize = 16;
pub(super) const FLAGS: usize = 17;
pub(super) const XID: usize = 18;
pub(super) const PREV_LOG: usize = 26;
pub(super) const NEXT_LOG: usize = 28;
pub(super) const NEXT_HISTORY: usize = 30;
/// The flag of a log that has a record of kind [`Kind::Modify`].
pub(super) const HAS_MODIFY: u8 = 1;

/// The state of a log, with InnoDB's numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// Its transaction is active: recovery rolls it back.
    #[doc(alias = "TRX_UNDO_ACTIVE")]
    Active = 1,
    /// Committed and in the history. The segment keeps its slot, and further logs may follow on its page.
    #[doc(alias = "TRX_UNDO_CACHED")]
    Cached = 2,
    /// Its transaction has ended and no reader needs the records: its pages are being freed.
    #[doc(alias = "TRX_UNDO_TO_FREE")]
    ToFree = 3,
    /// Committed and in the history; the last log of a segment without a slot, whose pages purge frees with the log.
    #[doc(alias = "TRX_UNDO_TO_PURGE")]
    ToPurge = 4,
    /// Its transaction is in doubt: the binary log decides it.
    #[doc(alias = "TRX_UNDO_PREPARED")]
    Prepared = 5,
}

impl State {
    /// Returns the state with this number.
    pub(super) fn of(byte: u8) -> Option<State> {
        Some(match byte {
            1 => State::Active,
            2 => State::Cached,
            3 => State::ToFree,
            4 => State::ToPurge,
            5 => State::Prepared,
            _ => return None,
        })
    }

    /// True if the log is in the history, or was until purge removed it.
    pub fn is_committed(self) -> bool {
        matches!(self, State::Cached | State::ToPurge)
    }
}

/// The header of one transaction's log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LogHeader {
    /// The transaction.
    pub trx: TrxId,
    /// Its number in the history; 0 before the commit.
    pub no: TrxNo,
    /// The state.
    pub state: State,
    /// True if it has a record of kind [`Kind::Modify`]; valid once it is prepared.
    pub has_modify: bool,
    /// The XID under which the binary log knows it; valid once it is prepared.
    pub xid: Xid,
    /// The log before it on the page; 0 is none.
    pub prev_log: u16,
    /// The log after it on the page; 0 is none (yet).
    pub next_log: u16,
    /// The log that committed next; valid once it is committed.
    pub next_history: Addr,
}

/// One undo record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UndoRecord<'a> {
    /// Its first byte.
    pub at: u16,
    /// The byte after its last one.
    pub end: u16,
    /// The kind of change.
    pub kind: Kind,
    /// The bytes that its writer stored in it.
    pub payload: &'a [u8],
}

/// An undo page to read. REQUIRES 16 KiB that have passed [`check`](super::check), except for functions documented as
/// total, which cannot fail.
#[derive(Clone, Copy)]
pub struct UndoPage<'a>(pub(super) &'a [u8]);

impl<'a> UndoPage<'a> {
    /// Reads `bytes` as an undo page.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> UndoPage<'a> {
        UndoPage(bytes)
    }

    /// True if it is the first page of a segment.
    #[inline]
    pub fn is_first(self) -> bool {
        get_u16(self.0, KIND) == FIRST
    }

    /// Returns the first free byte.
    #[inline]
    pub fn free(self) -> usize {
        usize::from(get_u16(self.0, FREE))
    }

    /// Returns the page before it in its segment.
    pub fn prev_page(self) -> PageNo {
        fil::prev(self.0)
    }

    /// Returns the page after it in its segment.
    pub fn next_page(self) -> PageNo {
        fil::next(self.0)
    }

    /// First page: returns the newest log's header; `None` if the page has no logs.
    pub fn last_log(self) -> Option<u16> {
        Some(get_u16(self.0, LAST_LOG)).filter(|at| *at != 0)
    }

    /// First page: returns the last page of the segment.
    pub fn last_page(self) -> PageNo {
        PageNo(get_u32(self.0, LAST_PAGE))
    }

    /// First page: returns the number of pages of the segment.
    pub fn n_pages(self) -> u32 {
        get_u32(self.0, N_PAGES)
    }

    /// Further page: returns the number of its first record within the log (R2). First page: 0.
    pub fn first_no(self) -> u64 {
        if self.is_first() { 0 } else { get_u64(self.0, FIRST_NO) }
    }

    /// Further page: returns the segment's first page.
    pub fn owner(self) -> PageNo {
        PageNo(get_u32(self.0, OWNER))
    }

    /// Returns the log header at byte `at`; `None` if no header can be there. Total for any `at`.
    pub fn log(self, at: u16) -> Option<LogHeader> {
        let h = usize::from(at);
        if h < START || h + LOG_HEADER > self.free() {
            return None;
        }
        Some(LogHeader {
            trx: TrxId(get_u64(self.0, h + TRX_ID)),
            no: TrxNo(get_u64(self.0, h + TRX_NO)),
            state: State::of(self.0[h + STATE])?,
            has_modify: self.0[h + FLAGS] & HAS_MODIFY != 0,
            xid: Xid(get_u64(self.0, h + XID)),
            prev_log: get_u16(self.0, h + PREV_LOG),
            next_log: get_u16(self.0, h + NEXT_LOG),
            next_history: Addr::read(self.0, h + NEXT_HISTORY),
        })
    }

    /// First page: iterates over its logs, oldest first, each with the place of its header.
    pub fn logs(self) -> impl Iterator<Item = (u16, LogHeader)> + 'a {
        let mut next = if self.last_log().is_some() { START as u16 } else { 0 };
        std::iter::from_fn(move || {
            let at = next;
            let header = self.log(at)?;
            next = header.next_log;
            Some((at, header))
        })
    }

    /// First page: returns the log whose header is at byte `at`. Total for any `at`.
    pub fn find_log(self, at: u16) -> Option<LogHeader> {
        self.logs().find(|(other, _)| *other == at).map(|(_, header)| header)
    }

    /// Returns the range of a log's records on this page; on a first page, of the log whose header is at `log`.
    /// REQUIRES, on a first page, that a log header is there.
    pub fn records_of(self, log: u16) -> Range<u16> {
        let free = self.free() as u16;
        if !self.is_first() {
            return START as u16..free;
        }
        let next = get_u16(self.0, usize::from(log) + NEXT_LOG);
        log + LOG_HEADER as u16..if next == 0 { free } else { next }
    }

    /// Returns the record at byte `at`; `None` if no record begins there (R1). Total for any `at`.
    #[inline]
    pub fn record(self, at: u16) -> Option<UndoRecord<'a>> {
        let (from, free) = (usize::from(at), self.free());
        if from < START || from + RECORD_EXTRA > free {
            return None;
        }
        let end = get_u16(self.0, from);
        let to = usize::from(end);
        if to < from + RECORD_EXTRA || to > free || get_u16(self.0, to - 2) != at {
            return None;
        }
        let kind = match self.0[from + 2] {
            1 => Kind::Insert,
            2 => Kind::Modify,
            _ => return None,
        };
        Some(UndoRecord { at, end, kind, payload: &self.0[from + 3..to - 2] })
    }

    /// Returns the number within its log of the record at byte `at`, counted from 0 (R2). Total for any `at`.
    pub fn number_of(self, at: u16) -> u64 {
        let log =
            if self.is_first() { self.logs().map(|(log, _)| log).take_while(|log| *log < at).last() } else { None };
        let earlier = self.records(self.records_of(log.unwrap_or(START as u16))).take_while(|record| record.at < at);
        self.first_no() + earlier.count() as u64
    }

    /// Returns the last record of `range`, a result of [`UndoPage::records_of`].
    pub fn last_in(self, range: &Range<u16>) -> Option<UndoRecord<'a>> {
        self.before(range, range.end)
    }

    /// Returns the record of `range` directly before the one at `at`.
    pub fn before(self, range: &Range<u16>, at: u16) -> Option<UndoRecord<'a>> {
        if at <= range.start {
            return None;
        }
        self.record(get_u16(self.0, usize::from(at) - 2))
    }

    /// Iterates over the records of `range`, a result of [`UndoPage::records_of`], oldest first.
    pub fn records(self, range: Range<u16>) -> impl Iterator<Item = UndoRecord<'a>> {
        let mut next = range.start;
        std::iter::from_fn(move || {
            if next >= range.end {
                return None;
            }
            let record = self.record(next)?;
            next = record.end;
            Some(record)
        })
    }
}
