//! The regions of INDEX pages.

use super::tiles::{Part, ShownRecord, Tiles};
use crate::fil;
use crate::index::{self, Counts, Origin};
use crate::record::INFO_DELETED;
use innolab_base::codec::get_u16;

/// The first byte of the heap of a REDUNDANT page.
#[doc(alias = "PAGE_OLD_SUPREMUM_END")]
const REDUNDANT_HEAP: usize = 125;

pub(super) fn index_page(out: &mut Tiles<'_>, record: Option<&dyn Fn(Origin) -> ShownRecord>) {
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
    let (top, dir) = (usize::from(counts.heap_top), index::DIR_END.saturating_sub(2 * usize::from(counts.n_slots)));
    let redundant = index::is_redundant(out.page);
    let heap_from = if redundant { REDUNDANT_HEAP } else { index::HEAP };
    if record.is_none() && (index::outline(out.page).is_err() || !(heap_from..=dir).contains(&top)) {
        return out.fill_to(fil::TRAILER, "heap", Part::Heap);
    }
    out.part = Part::Ends;
    let (infimum, supremum) = index::ends(out.page);
    out.take(infimum.at() - out.at(), "infimum: header", String::new());
    out.take(8, "infimum", "'infimum'".to_string());
    out.take(supremum.at() - out.at(), "supremum: header", String::new());
    out.take(heap_from - supremum.at(), "supremum", "'supremum'".to_string());
    match record {
        Some(record) => heap(out, record),
        None => out.fill_to(top, "heap", Part::Heap),
    }
    out.gap_to(dir, "free space");
    out.part = Part::Directory;
    for i in (0..usize::from(counts.n_slots)).rev() {
        out.u16(&format!("slot {i}"));
    }
}

/// Adds the records, removed ones included, in the order of their bytes.
fn heap(out: &mut Tiles<'_>, record: &dyn Fn(Origin) -> ShownRecord) {
    let counts = Counts::read(out.page);
    let chain = index::outline(out.page).unwrap_or_default();
    let mut records: Vec<_> = chain.iter().map(|record| (record.origin, true)).collect();
    records.extend(index::removed(out.page).into_iter().map(|origin| (origin, false)));
    records.sort_by_key(|(origin, _)| origin.0);
    let redundant = usize::from(index::is_redundant(out.page));
    for (origin, live) in records {
        let ShownRecord { sizes: (extra, data), text } = record(origin);
        out.fill_to(origin.at() - extra, "left over", Part::LeftOver);
        let kind = if live { "record" } else { "removed" };
        out.part = if live { Part::Record } else { Part::Removed };
        let info = out.page[origin.at() - 5 - redundant];
        let heap_no = get_u16(out.page, origin.at() - 4 - redundant) >> 3;
        let deleted = if info & INFO_DELETED != 0 { " deleted" } else { "" };
        out.take(extra, format!("{kind} {heap_no}: header"), format!("owns {}{deleted}", info & 0x0f));
        if data > 0 {
            out.take(data, format!("{kind} {heap_no}"), text);
        }
    }
    out.fill_to(usize::from(counts.heap_top), "left over", Part::LeftOver);
}
