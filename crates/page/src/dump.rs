//! A page as text, for people: the FIL line, then what the type has to say.
//!
//! INDEX pages show their counts, their directory and their records in key order, each with its slot; of other pages the [`regions`](mod@crate::regions) that say something.

use crate::fil::{self, PageType};
use crate::index::{self, IndexPage, Origin};
use crate::layout::Layout;
use crate::regions::regions;
use std::fmt::Write as _;

/// The page as text. `layout` is that of its index; without it, or if the page does not pass [`check`](index::check), records are not shown and the reason is. REQUIRES 16 KiB.
pub fn dump(page: &[u8], layout: Option<&Layout>) -> String {
    let mut out = format!(
        "page {} of space {}: {}, LSN {}, {} ◄ ► {}\n",
        fil::page_no(page),
        fil::space_id(page),
        fil::page_type(page),
        fil::get_lsn(page),
        neighbour(fil::prev(page)),
        neighbour(fil::next(page)),
    );
    match (fil::page_type(page), layout) {
        (PageType::INDEX, Some(layout)) => match index::check(page, layout) {
            Ok(()) => dump_index(&mut out, &IndexPage::new(page, layout)),
            Err(corrupt) => line(&mut out, format_args!("corrupt: {corrupt}")),
        },
        _ => dump_regions(&mut out, page),
    }
    out
}

fn neighbour(page: innolab_base::PageNo) -> String {
    page.some().map_or("-".to_string(), |page| page.to_string())
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "  {text}");
}

fn dump_index(out: &mut String, page: &IndexPage<'_>) {
    let c = page.counts();
    line(out, format_args!("index {}, level {}, stamp {}", page.index_id(), page.level(), page.stamp()));
    line(
        out,
        format_args!(
            "{} records of {} bytes, heap to {}, garbage {}, {} bytes between heap and directory",
            c.n_recs,
            page.data_len(),
            c.heap_top,
            c.garbage,
            page.gap()
        ),
    );
    line(
        out,
        format_args!(
            "last insert {}, direction {:?} × {}, free list {}",
            c.last_insert, c.direction, c.n_direction, c.free
        ),
    );
    let mut slot = 1;
    line(out, format_args!("{:>5}  heap  slot", "byte"));
    line(out, format_args!("{:>5}  {:>4}  [0: 1]  infimum", Origin::INFIMUM.0, 0));
    for (origin, record) in page.records() {
        let mark = match record.n_owned() {
            0 => String::new(),
            owned => {
                slot += 1;
                format!("[{}: {owned}]", slot - 1)
            }
        };
        let info = match (record.is_min_rec(), record.is_deleted()) {
            (true, _) => "min_rec ",
            (_, true) => "deleted ",
            _ => "",
        };
        line(out, format_args!("{:>5}  {:>4}  {mark:<6}  {info}{}", origin.0, record.heap_no(), record.show()));
    }
    let owned = page.record(Origin::SUPREMUM).n_owned();
    line(out, format_args!("{:>5}  {:>4}  [{slot}: {owned}]  supremum", Origin::SUPREMUM.0, 1));
}

fn dump_regions(out: &mut String, page: &[u8]) {
    for region in regions(page, None) {
        let inside = (fil::DATA..fil::TRAILER).contains(&region.offset);
        if inside && !region.value.is_empty() {
            line(out, format_args!("{:>5}  {:<20}  {}", region.offset, region.name, region.value));
        }
    }
}
