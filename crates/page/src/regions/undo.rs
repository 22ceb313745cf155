//! The regions of undo pages and of a rollback segment's header.

use super::tiles::{Part, Tiles};
use crate::fsp::Addr;
use crate::undo::{END, FIRST, FURTHER, KIND, LOG_HEADER, UndoPage, check, rseg};
use innolab_base::codec::get_u16;

/// Adds the regions of an undo page after FIL. If the page fails [`check`], its logs are one region *logs*.
pub(super) fn undo_page(out: &mut Tiles<'_>) {
    let page = UndoPage::new(out.page);
    let kind = get_u16(out.page, KIND);
    out.take(2, "kind", ["?", "first", "further"][usize::from(if kind > FURTHER { 0 } else { kind })].to_string());
    out.u16("free");
    if kind == FIRST {
        out.u16("last log");
        out.u32("last page");
        out.u32("pages");
        out.take(2, "unused", String::new());
    } else {
        out.u64("first no");
        out.u32("owner");
    }
    match (check(out.page), kind) {
        (Ok(()), FIRST) => page.logs().for_each(|(at, _)| log(out, at)),
        (Ok(()), _) => records(out, 0),
        (Err(_), _) => out.fill_to(END, "logs", Part::Heap),
    }
    out.gap_to(END, "free space");
}

/// Adds one log: its header and its records on this page.
fn log(out: &mut Tiles<'_>, at: u16) {
    let Some(header) = UndoPage::new(out.page).log(at) else { return };
    debug_assert_eq!(out.at(), usize::from(at));
    out.part = Part::Header;
    out.u64("log: trx id");
    out.u64("number");
    out.take(1, "state", format!("{:?}", header.state));
    out.take(1, "flags", if header.has_modify { "has modify" } else { "0" }.to_string());
    out.u64("XID");
    out.u16("log before");
    out.u16("log after");
    addr(out, "next in the history");
    debug_assert_eq!(out.at(), usize::from(at) + LOG_HEADER);
    records(out, at);
}

fn records(out: &mut Tiles<'_>, log: u16) {
    let page = UndoPage::new(out.page);
    out.part = Part::Record;
    for (i, record) in page.records(page.records_of(log)).enumerate() {
        let no = page.first_no() + i as u64;
        out.take(3, format!("record {no}: end, kind"), format!("{}, {:?}", record.end, record.kind));
        if !record.payload.is_empty() {
            out.take(record.payload.len(), format!("record {no}"), shown(record.payload));
        }
        out.u16(&format!("record {no}: start"));
    }
}

/// Renders the first bytes of a payload in hex.
fn shown(payload: &[u8]) -> String {
    let hex: String = payload.iter().take(16).map(|b| format!("{b:02x}")).collect();
    if payload.len() > 16 { hex + "…" } else { hex }
}

fn addr(out: &mut Tiles<'_>, name: &str) {
    let value = Addr::read(out.page, out.at()).to_string();
    out.take(6, name, value);
}

/// Adds the regions of a rollback segment's header after FIL. Consecutive free slots are one region.
pub(super) fn rollback_segment(out: &mut Tiles<'_>) {
    out.take(8, "magic", String::from_utf8_lossy(rseg::MAGIC).into_owned());
    out.fseg("segment");
    addr(out, "history: first");
    out.u64("history: length");
    addr(out, "history: last");
    out.u64("largest number");
    for i in 0..rseg::N_SLOTS {
        if let Some(first) = rseg::slot(out.page, i) {
            out.gap_to(rseg::SLOTS + 4 * i, "free slots");
            out.take(4, format!("slot {i}"), first.to_string());
        }
    }
    out.gap_to(rseg::SLOTS + 4 * rseg::N_SLOTS, "free slots");
}
