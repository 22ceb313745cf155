//! The regions of undo pages and of a rollback segment's header.

use super::{Part, Tiles};
use crate::fsp::Addr;
use crate::undo::{self, LogHeader, UndoPage, rseg};
use innolab_base::codec::get_u16;

/// Bytes of a payload that are shown.
const SHOWN: usize = 24;

/// An undo page, of any bytes: what does not pass its check is its header and a heap.
pub(super) fn undo_page(out: &mut Tiles<'_>) {
    let page = UndoPage::new(out.page);
    let sound = undo::check(out.page).is_ok();
    let kind = match get_u16(out.page, undo::KIND) {
        undo::FIRST => "first page of a segment",
        undo::FURTHER => "further page",
        _ => "unknown",
    };
    out.take(2, "kind", kind.to_string());
    out.u16("free from");
    if page.is_first() {
        out.u16("last log");
        out.page_no("last page");
        out.u32("pages");
        out.gap_to(undo::START, "unused");
    } else {
        out.u64("first record's number");
        out.page_no("first page");
    }
    if !sound {
        return out.fill_to(undo::END, "heap", Part::Heap);
    }
    let logs: Vec<_> = page.logs().collect();
    for (at, header) in &logs {
        out.part = Part::Log;
        out.take(undo::LOG_HEADER, format!("log of transaction {}", header.trx), log_value(header));
        records(out, page, *at);
    }
    if !page.is_first() {
        records(out, page, 0);
    }
    out.gap_to(undo::END, "free space");
}

fn log_value(header: &LogHeader) -> String {
    let committed = header.state.is_committed();
    let no = if committed { format!(", number {}, next {}", header.no, header.next_history) } else { String::new() };
    format!("{:?}{no}", header.state)
}

fn records(out: &mut Tiles<'_>, page: UndoPage<'_>, log: u16) {
    out.part = Part::Undo;
    for record in page.records(page.records_of(log)) {
        let shown: String = record.payload.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
        let more = if record.payload.len() > SHOWN { "…" } else { "" };
        let len = usize::from(record.end - record.at);
        out.take(len, format!("undo record at {}", record.at), format!("{:?} {shown}{more}", record.kind));
    }
}

/// The header page of a rollback segment.
pub(super) fn rollback_segment(out: &mut Tiles<'_>) {
    out.take(rseg::MAGIC.len(), "magic", "innorseg".to_string());
    out.fseg("segment");
    let address = |out: &mut Tiles<'_>, name: &str| {
        let value = Addr::read(out.page, out.at()).to_string();
        out.take(6, name, value);
    };
    address(out, "oldest log of the history");
    out.u64("logs of the history");
    address(out, "newest log of the history");
    out.u64("largest transaction number");
    let used = (0..rseg::N_SLOTS).filter_map(|i| rseg::slot(out.page, i).map(|page| format!("{i}: {page}")));
    let used: Vec<_> = used.collect();
    out.part = Part::Directory;
    out.take(4 * rseg::N_SLOTS, "slots", used.join(", "));
}
