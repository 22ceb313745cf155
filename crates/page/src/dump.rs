//! A page as text: the FIL line, then the content of its type.
//!
//! An INDEX page shows its counts, its directory and its records in key order, each with its slot; other pages show
//! those [`regions`](mod@crate::regions) that have a value.

use crate::fil::{self, PageType};
use crate::index::{self, Counts, IndexPage, Origin};
use crate::layout::Layout;
use crate::record::{INFO_DELETED, INFO_MIN_REC};
use crate::regions::regions;
use innolab_base::codec::{get_u16, get_u64};
use std::fmt::Write as _;

/// Bytes shown of a record whose columns are unknown.
const RAW_BYTES: usize = 16;

/// Returns the page as text. `layout` is that of its index; without it, records are shown by header and first bytes. A
/// page that fails [`check`](index::check) shows the broken rule instead of records. REQUIRES 16 KiB.
pub fn dump(page: &[u8], layout: Option<&Layout>) -> String {
    match layout.filter(|_| fil::page_type(page) == PageType::INDEX) {
        None => dump_with(page, None),
        Some(layout) => match index::check(page, layout) {
            Ok(()) => dump_with(page, Some(&|origin| IndexPage::new(page, layout).record(origin).show())),
            Err(corrupt) => head(page) + &format!("  corrupt: {corrupt}\n"),
        },
    }
}

/// Returns what [`dump`] does, with `show` to render a record's values, for callers that know the columns' names and
/// types.
pub fn dump_with(page: &[u8], show: Option<&dyn Fn(Origin) -> String>) -> String {
    let mut out = head(page);
    if !index::is_node(page) {
        dump_regions(&mut out, page);
        return out;
    }
    match index::outline(page) {
        Ok(records) => {
            dump_counts(&mut out, page);
            dump_records(&mut out, page, &records, show.unwrap_or(&|origin| first_bytes(page, origin)));
        }
        Err(corrupt) => line(&mut out, format_args!("corrupt: {corrupt}")),
    }
    out
}

/// The FIL line.
fn head(page: &[u8]) -> String {
    format!(
        "page {} of space {}: {}, LSN {}, {} ◄ ► {}\n",
        fil::page_no(page),
        fil::space_id(page),
        fil::page_type(page),
        fil::get_lsn(page),
        neighbour(fil::prev(page)),
        neighbour(fil::next(page)),
    )
}

fn neighbour(page: innolab_base::PageNo) -> String {
    page.some().map_or("-".to_string(), |page| page.to_string())
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "  {text}");
}

/// Appends the header's lines, for any bytes.
fn dump_counts(out: &mut String, page: &[u8]) {
    let c = Counts::read(page);
    let index = (get_u64(page, index::INDEX_ID), get_u16(page, index::LEVEL), get_u64(page, index::STAMP));
    line(out, format_args!("index {}, level {}, stamp {}", index.0, index.1, index.2));
    let used = i64::from(c.heap_top) - index::HEAP as i64 - i64::from(c.garbage);
    let gap = index::DIR_END as i64 - 2 * i64::from(c.n_slots) - i64::from(c.heap_top);
    line(
        out,
        format_args!(
            "{} records of {used} bytes, heap to {}, garbage {}, {gap} bytes between heap and directory",
            c.n_recs, c.heap_top, c.garbage
        ),
    );
    line(
        out,
        format_args!(
            "last insert {}, direction {:?} × {}, free list {}",
            c.last_insert, c.direction, c.n_direction, c.free
        ),
    );
}

/// Writes the lines of the chain, each record with the slot that points to it.
struct Lines<'a> {
    out: &'a mut String,
    slot: usize,
}

impl Lines<'_> {
    fn begin(out: &mut String, infimum: Origin) -> Lines<'_> {
        line(out, format_args!("{:>5}  heap  slot", "byte"));
        line(out, format_args!("{:>5}  {:>4}  [0: 1]  infimum", infimum.0, 0));
        Lines { out, slot: 0 }
    }

    fn record(&mut self, origin: Origin, heap_no: u16, owned: u8, info: u8, text: &str) {
        let mark = match owned {
            0 => String::new(),
            _ => {
                self.slot += 1;
                format!("[{}: {owned}]", self.slot)
            }
        };
        let info = match (info & INFO_MIN_REC != 0, info & INFO_DELETED != 0) {
            (true, _) => "min_rec ",
            (_, true) => "deleted ",
            _ => "",
        };
        line(self.out, format_args!("{:>5}  {heap_no:>4}  {mark:<6}  {info}{text}", origin.0));
    }

    fn end(self, supremum: Origin, owned: u8) {
        let at = supremum.0;
        line(self.out, format_args!("{at:>5}  {:>4}  [{}: {owned}]  supremum", 1, self.slot + 1));
    }
}

fn dump_records(out: &mut String, page: &[u8], records: &[index::Outline], show: &dyn Fn(Origin) -> String) {
    let (infimum, supremum) = index::ends(page);
    let mut lines = Lines::begin(out, infimum);
    for record in records {
        lines.record(record.origin, record.heap_no, record.n_owned, record.info, &show(record.origin));
    }
    let header = if index::is_redundant(page) { 6 } else { 5 };
    lines.end(supremum, page[supremum.at() - header] & 0x0f);
}

/// The first bytes of a record whose columns are unknown.
fn first_bytes(page: &[u8], origin: Origin) -> String {
    let at = origin.at();
    let end = (at + RAW_BYTES).min(index::DIR_END);
    let hex: String = page[at..end].iter().map(|byte| format!("{byte:02x}")).collect();
    hex + "…"
}

fn dump_regions(out: &mut String, page: &[u8]) {
    for region in regions(page, None) {
        let inside = (fil::DATA..fil::TRAILER).contains(&region.offset);
        if inside && !region.value.is_empty() {
            line(out, format_args!("{:>5}  {:<20}  {}", region.offset, region.name, region.value));
        }
    }
}
