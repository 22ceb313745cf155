//! The check of an undo page, once, when it is read from its file (R3 of [`undo`](super)).

use super::header::{END, FIRST, FURTHER, KIND, LOG_HEADER, START};
use super::page::{State, UndoPage};
use crate::Corrupt;
use crate::error::demand;
use crate::fil::{self, PageType};
use innolab_base::codec::get_u16;
use std::ops::Range;

/// Checks an undo page by itself: its header, its logs, every record. ERRORS: the broken rule. REQUIRES 16 KiB.
pub fn check(bytes: &[u8]) -> Result<(), Corrupt> {
    let kind = get_u16(bytes, KIND);
    let page = UndoPage::new(bytes);
    demand!(fil::page_type(bytes) == PageType::UNDO_LOG, "an undo page has type UNDO_LOG", "{}", fil::page_type(bytes));
    demand!(
        (START..=END).contains(&page.free()),
        "the first free byte of an undo page is 54 to 16376",
        "{}",
        page.free()
    );
    match kind {
        FIRST => check_first(page, fil::page_no(bytes)),
        FURTHER => {
            demand!(
                page.prev_page().some().is_some() && page.first_no() < u64::MAX >> 16,
                "a further undo page has a predecessor and a first number",
                "{}, {}",
                page.prev_page(),
                page.first_no()
            );
            demand!(page.free() > START, "a further undo page has records", "{}", page.free());
            check_records(page, page.records_of(0))
        }
        _ => Err(Corrupt::new("an undo page is a first or a further one", kind.to_string())),
    }
}

fn check_first(page: UndoPage<'_>, page_no: innolab_base::PageNo) -> Result<(), Corrupt> {
    let (n, last, next) = (page.n_pages(), page.last_page(), page.next_page());
    demand!(
        page.prev_page().is_null() && n > 0 && (n == 1) == next.is_null() && (n == 1) == (last == page_no),
        "an undo segment's first page has consistent links and counts",
        "{n} pages, next {next}, last {last}"
    );
    let Some(last_log) = page.last_log() else {
        demand!(page.free() == START && n == 1, "an undo segment without logs is empty", "free from {}", page.free());
        return Ok(());
    };
    let (mut at, mut prev) = (START as u16, 0);
    loop {
        let header = page.log(at);
        let Some(header) = header.filter(|h| h.prev_log == prev) else {
            return Err(Corrupt::new("the logs of an undo page are a chain", format!("byte {at} after {prev}")));
        };
        let next = header.next_log;
        demand!(
            next == 0 || (next >= at + LOG_HEADER as u16 && usize::from(next) + LOG_HEADER <= page.free()),
            "a log ends where the next one begins",
            "{at} to {next}"
        );
        demand!(
            header.state.is_committed() == (header.no.0 != 0),
            "a log has a number if it is committed",
            "{:?}, number {}",
            header.state,
            header.no
        );
        demand!(
            next == 0 || header.state == State::Cached,
            "only the newest log of a page is not cached",
            "{:?} at byte {at}",
            header.state
        );
        demand!(
            header.trx.0 < 1 << 48 && header.no.0 < 1 << 48,
            "transaction ids and numbers have 48 bits",
            "trx {}, number {}",
            header.trx,
            header.no
        );
        check_records(page, page.records_of(at))?;
        if next == 0 {
            demand!(at == last_log, "the newest log is the last one of the chain", "{at}, not {last_log}");
            return Ok(());
        }
        (prev, at) = (at, next);
    }
}

fn check_records(page: UndoPage<'_>, range: Range<u16>) -> Result<(), Corrupt> {
    let mut at = range.start;
    while at < range.end {
        match page.record(at) {
            Some(record) if record.end <= range.end => at = record.end,
            _ => return Err(Corrupt::new("undo records tile their part of the page", format!("byte {at}"))),
        }
    }
    Ok(())
}
