//! A survey of a whole rollback segment: its slots, its history, and whether they are consistent.
//!
//! RULES that [`survey`] checks, beside the structure of each page
//!
//! - **R1** Every page of the rollback segment is its header, or reached by exactly one slot, or by exactly one log of
//!   the history that is the last log of its segment.
//! - **R2** A segment's pages are a chain in both directions, as long as its first page says; its records are numbered
//!   without gaps.
//! - **R3** The history has as many logs as its header says, in the order of their numbers. If a committed log is in
//!   the history, so are all later committed logs of its page.
//! - **R4** The newest log of a segment with a slot is in progress, or the segment has room for another log. The newest
//!   log of a segment without a slot waits for purge.
//!
//! [`survey`] reads pages through a function, so an inspector can use it on a file that no store has opened.

use crate::error::Result;
use crate::open::Undo;
use crate::rseg::REUSE_LIMIT;
use innolab_base::{PageNo, TrxId, TrxNo, Xid};
use innolab_page::Corrupt;
use innolab_page::fsp::{Addr, FsegHeader};
use innolab_page::undo::rseg::{self, HistoryBase, N_SLOTS};
use innolab_page::undo::{self, LogHeader, State, UndoPage};
use innolab_store::Error as StoreError;
use std::collections::BTreeMap;
use std::fmt;

/// Facts about one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogInfo {
    /// The transaction.
    pub trx: TrxId,
    /// Its number, if it is committed.
    pub no: Option<TrxNo>,
    /// The log's state.
    pub state: State,
    /// The transaction's id in the binlog, if it is prepared.
    pub xid: Option<Xid>,
    /// Page and byte of the log's header.
    pub place: Addr,
    /// Number of records.
    pub records: u64,
    /// Number of pages: those of the segment if this is its newest log, else 1.
    pub pages: u32,
}

/// The contents of a rollback segment; see the module.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// The header page.
    pub root: PageNo,
    /// Logs in progress or in doubt, with their slots.
    pub open: Vec<(u16, LogInfo)>,
    /// Cached segments, by slot and first page.
    pub cached: Vec<(u16, PageNo)>,
    /// Committed logs that purge has not freed, oldest first.
    pub history: Vec<LogInfo>,
    /// The largest number that a log ever got.
    pub largest_no: TrxNo,
    /// All pages, ascending.
    pub pages: Vec<PageNo>,
}

/// A function that reads a page by number.
pub type ReadPage<'a> = dyn FnMut(PageNo) -> Result<Vec<u8>> + 'a;

/// Surveys the rollback segment whose header is page `root`. `file`: the name to be used in errors. REQUIRES: no page
/// changes meanwhile.
/// ERRORS: those of `read`; the first rule that does not hold (R1–R4).
pub fn survey(file: &str, root: PageNo, read: &mut ReadPage<'_>) -> Result<Survey> {
    let mut walk = Walk { file, read, seen: BTreeMap::new(), out: Survey { root, ..Survey::default() } };
    walk.run(root)?;
    walk.out.pages = walk.seen.into_keys().collect();
    Ok(walk.out)
}

/// A segment that was read: its first page, and a summary of its further pages.
struct Segment {
    bytes: Vec<u8>,
    /// Records of the newest log on further pages.
    further_records: u64,
    /// The header of the first of its logs that was found in the history.
    in_history: Option<u16>,
}

struct Walk<'a> {
    file: &'a str,
    read: &'a mut ReadPage<'a>,
    /// Each page that was reached; with its segment if it is a first page.
    seen: BTreeMap<PageNo, Option<Segment>>,
    out: Survey,
}

impl Walk<'_> {
    fn bad<T>(&self, page: PageNo, rule: impl ToString) -> Result<T> {
        Err(StoreError::Corrupt { file: self.file.to_owned(), page, rule: rule.to_string() }.into())
    }

    fn page(&mut self, page: PageNo, check: fn(&[u8]) -> std::result::Result<(), Corrupt>) -> Result<Vec<u8>> {
        if self.seen.insert(page, None).is_some() {
            return self.bad(page, "R1: two ways lead to the page");
        }
        let bytes = (self.read)(page)?;
        match check(&bytes) {
            Ok(()) => Ok(bytes),
            Err(e) => self.bad(page, e),
        }
    }

    fn run(&mut self, root: PageNo) -> Result<()> {
        let header = self.page(root, rseg::check)?;
        for slot in 0..N_SLOTS {
            if let Some(first) = rseg::slot(&header, slot) {
                self.slot(slot as u16, first)?;
            }
        }
        self.history(HistoryBase::read(&header))
    }

    /// Surveys the segment of a slot (R2, R4).
    fn slot(&mut self, slot: u16, first: PageNo) -> Result<()> {
        self.segment(first)?;
        let (newest, free) = self.newest(first);
        match newest {
            Some((at, header)) if !header.state.is_committed() => {
                let info = self.info(first, at, &header);
                self.out.open.push((slot, info));
            }
            Some((_, header)) if header.state != State::Cached => {
                return self.bad(first, "R4: a segment whose last log waits for purge has a slot");
            }
            _ if free > REUSE_LIMIT => return self.bad(first, "R4: a cached segment has no room for another log"),
            _ => self.out.cached.push((slot, first)),
        }
        Ok(())
    }

    /// Reads the pages of a segment (R2).
    fn segment(&mut self, first: PageNo) -> Result<()> {
        let bytes = self.page(first, undo::check)?;
        let page = UndoPage::new(&bytes);
        if !page.is_first() {
            return self.bad(first, "the first page of an undo segment was expected");
        }
        let mut number = page.last_log().map_or(0, |at| page.records(page.records_of(at)).count() as u64);
        let on_first = number;
        let (mut last, mut next, mut n_pages) = (first, page.next_page(), 1);
        while let Some(page_no) = next.some() {
            let bytes = self.page(page_no, undo::check)?;
            let page = UndoPage::new(&bytes);
            if page.is_first() || (page.owner(), page.prev_page(), page.first_no()) != (first, last, number) {
                let rule = format!("R2: it is not the page after {last} of segment {first}, from record {number} on");
                return self.bad(page_no, rule);
            }
            number += page.records(page.records_of(0)).count() as u64;
            (last, next, n_pages) = (page_no, page.next_page(), n_pages + 1);
        }
        if (page.last_page(), page.n_pages()) != (last, n_pages) {
            return self.bad(first, format!("R2: the segment has {n_pages} pages, the last one {last}"));
        }
        self.seen.insert(first, Some(Segment { further_records: number - on_first, bytes, in_history: None }));
        Ok(())
    }

    /// Returns a segment that was read.
    fn known(&self, first: PageNo) -> Option<&Segment> {
        self.seen.get(&first)?.as_ref()
    }

    fn newest(&self, first: PageNo) -> (Option<(u16, LogHeader)>, usize) {
        let Some(segment) = self.known(first) else { return (None, 0) };
        let page = UndoPage::new(&segment.bytes);
        (page.last_log().and_then(|at| Some((at, page.log(at)?))), page.free())
    }

    fn info(&self, first: PageNo, at: u16, header: &LogHeader) -> LogInfo {
        let (mut records, mut pages) = (0, 1);
        if let Some(segment) = self.known(first) {
            let page = UndoPage::new(&segment.bytes);
            records = page.records(page.records_of(at)).count() as u64;
            if page.last_log() == Some(at) {
                (records, pages) = (records + segment.further_records, page.n_pages());
            }
        }
        LogInfo {
            trx: header.trx,
            no: header.state.is_committed().then_some(header.no),
            state: header.state,
            xid: (header.state == State::Prepared).then_some(header.xid),
            place: Addr { page: first, at },
            records,
            pages,
        }
    }

    /// Walks the history from its oldest log on (R1, R3, R4).
    fn history(&mut self, base: HistoryBase) -> Result<()> {
        let root = self.out.root;
        let (mut place, mut last, mut no) = (base.first, Addr::NULL, TrxNo(0));
        for _ in 0..base.len {
            if place.is_null() {
                return self.bad(root, "R3: the history is shorter than it says");
            }
            if self.known(place.page).is_none() {
                self.segment(place.page)?;
                if self.newest(place.page).0.is_none_or(|(_, header)| header.state != State::ToPurge) {
                    return self.bad(place.page, "R4: the last log of a segment without a slot waits for purge");
                }
            }
            let header = self.in_history(place)?;
            if header.no <= no {
                return self.bad(place.page, format!("R3: log no {} follows no {no} in the history", header.no));
            }
            let info = self.info(place.page, place.at, &header);
            self.out.history.push(info);
            (last, no, place) = (place, header.no, header.next_history);
        }
        if !place.is_null() || last != base.last || no > base.largest_no {
            return self.bad(root, format!("R3: the history ends at {last} with no {no}, then comes {place}"));
        }
        self.out.largest_no = base.largest_no;
        self.suffixes()
    }

    fn in_history(&mut self, place: Addr) -> Result<LogHeader> {
        if let Some(Some(segment)) = self.seen.get_mut(&place.page) {
            let header = UndoPage::new(&segment.bytes).find_log(place.at).filter(|h| h.state.is_committed());
            if let Some(header) = header {
                segment.in_history.get_or_insert(place.at);
                return Ok(header);
            }
        }
        self.bad(place.page, format!("R3: the history leads to byte {}, where no committed log is", place.at))
    }

    /// Checks that behind each log of the history all later committed logs of its page are in the history too (R3). So
    /// a page that only the history reaches is reached by its last log (R1).
    fn suffixes(&self) -> Result<()> {
        let places: Vec<Addr> = self.out.history.iter().map(|log| log.place).collect();
        for (first, segment) in &self.seen {
            let Some((segment, oldest)) = segment.as_ref().and_then(|s| Some((s, s.in_history?))) else { continue };
            let logs = UndoPage::new(&segment.bytes).logs();
            let wanted = logs.filter(|(at, h)| *at >= oldest && h.state.is_committed());
            for (at, _) in wanted {
                if !places.contains(&Addr { page: *first, at }) {
                    return self.bad(*first, format!("R3: the log at byte {at} is missing from the history"));
                }
            }
        }
        Ok(())
    }
}

impl Undo {
    /// Surveys the rollback segment and compares the result with the state in memory, and with the pages that belong to
    /// the rollback segment's file segment. REQUIRES: no log is written meanwhile.
    /// ERRORS: the first rule that does not hold (R1–R4).
    pub fn validate(&self) -> Result<Survey> {
        let rseg = self.rseg();
        let state = rseg.state.lock();
        let mut read = |page| Ok(rseg.store.read(&rseg.space, page)?.bytes().to_vec());
        let out = survey(&rseg.space.name(), rseg.root, &mut read)?;
        let header = FsegHeader::read(rseg.store.read(&rseg.space, rseg.root)?.bytes(), rseg::SEGMENT);
        let usage = rseg.store.space_use(&rseg.space)?;
        let owned = usage.segments.into_iter().find(|segment| segment.inode == (header.page, header.at));
        if owned.is_none_or(|segment| segment.pages != out.pages) {
            return Err(
                rseg.corrupt(rseg.root, "R1: the file segment has other pages than the rollback segment reaches")
            );
        }
        let mut cached: Vec<_> = state.cached.iter().map(|segment| (segment.slot, segment.first)).collect();
        cached.sort_unstable();
        // The segment of a log without records looks like a cached one on disk.
        let agrees = cached.iter().all(|segment| out.cached.contains(segment))
            && state.history.len == out.history.len() as u64
            && out.history.first().is_none_or(|log| log.no == Some(state.first_no));
        match agrees {
            true => Ok(out),
            false => Err(rseg.corrupt(rseg.root, "the state in memory differs from the pages")),
        }
    }

    /// Returns the contents of the rollback segment as text. REQUIRES, ERRORS: as [`Undo::validate`].
    pub fn dump(&self) -> Result<String> {
        Ok(self.validate()?.to_string())
    }
}

impl fmt::Display for LogInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = |n: u64, what| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        write!(f, "trx {} at {}: {}, ", self.trx, self.place, many(self.records, "record"))?;
        let pages = many(self.pages.into(), "page");
        match (self.state, self.xid) {
            (State::Active, _) => write!(f, "{pages}, active"),
            (State::Prepared, xid) => write!(f, "{pages}, prepared as XID {}", xid.unwrap_or_default()),
            (State::ToFree, _) => write!(f, "{pages}, being given back"),
            (State::Cached, _) => write!(f, "{pages}"),
            (State::ToPurge, _) => write!(f, "{pages}, which go with it"),
        }
    }
}

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = self.open.len() + self.cached.len();
        writeln!(
            f,
            "rollback segment at page {}: {used} of {N_SLOTS} slots used, {} pages, largest number {}",
            self.root,
            self.pages.len(),
            self.largest_no
        )?;
        for (slot, log) in &self.open {
            writeln!(f, "  slot {slot}: {log}")?;
        }
        for (slot, page) in &self.cached {
            writeln!(f, "  slot {slot}: page {page} is free for another log")?;
        }
        writeln!(f, "history of {} logs, oldest first", self.history.len())?;
        for log in &self.history {
            writeln!(f, "  no {}: {log}", log.no.unwrap_or_default())?;
        }
        Ok(())
    }
}
