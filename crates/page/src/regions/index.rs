//! The regions of INDEX pages.

use super::tiles::{Part, Tiles};
use crate::fil;
use crate::index::{self, Counts, IndexPage, Origin};
use crate::layout::Layout;

pub(super) fn index_page(out: &mut Tiles<'_>, layout: Option<&Layout>) {
    let counts = Counts::read(out.page);
    for name in ["slots", "heap top"] {
        out.u16(name);
    }
    out.take(2, "records in heap", counts.n_heap.to_string());
    for name in ["free list", "garbage", "last insert"] {
        out.u16(name);
    }
    out.take(2, "direction", format!("{:?}", counts.direction));
    out.u16("inserts in direction");
    out.u16("records");
    out.u64("stamp");
    out.u16("level");
    out.u64("index id");
    out.fseg("leaf segment");
    out.fseg("top segment");
    let checked = layout.filter(|layout| index::check(out.page, layout).is_ok());
    let (top, dir) = (usize::from(counts.heap_top), index::DIR_END.saturating_sub(2 * usize::from(counts.n_slots)));
    if checked.is_none() && (index::outline(out.page).is_err() || !(index::HEAP..=dir).contains(&top)) {
        return out.fill_to(fil::TRAILER, "heap", Part::Heap);
    }
    out.part = Part::Ends;
    out.take(Origin::INFIMUM.at() - out.at(), "infimum: header", String::new());
    out.take(8, "infimum", "'infimum'".to_string());
    out.take(5, "supremum: header", String::new());
    out.take(8, "supremum", "'supremum'".to_string());
    match checked {
        Some(layout) => heap(out, &IndexPage::new(out.page, layout)),
        None => out.fill_to(top, "heap", Part::Heap),
    }
    out.gap_to(dir, "free space");
    out.part = Part::Directory;
    for i in (0..usize::from(counts.n_slots)).rev() {
        out.u16(&format!("slot {i}"));
    }
}

/// Adds the records, removed ones included, in the order of their bytes.
fn heap(out: &mut Tiles<'_>, page: &IndexPage<'_>) {
    let mut records: Vec<_> = page.records().map(|(origin, _)| (origin, true)).collect();
    records.extend(page.free_list().map(|origin| (origin, false)));
    records.sort_by_key(|(origin, _)| origin.0);
    for (origin, live) in records {
        let record = page.record(origin);
        let (extra, data) = record.sizes();
        out.fill_to(origin.at() - extra, "left over", Part::LeftOver);
        let kind = if live { "record" } else { "removed" };
        out.part = if live { Part::Record } else { Part::Removed };
        let (heap_no, deleted) = (record.heap_no(), if record.is_deleted() { " deleted" } else { "" });
        out.take(extra, format!("{kind} {heap_no}: header"), format!("owns {}{deleted}", record.n_owned()));
        out.take(data, format!("{kind} {heap_no}"), record.show());
    }
    out.fill_to(usize::from(page.counts().heap_top), "left over", Part::LeftOver);
}
