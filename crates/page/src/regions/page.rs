//! The regions of a page of any type. The rules are those of [`regions`](super).

use super::fsp::{bitmap, descriptors, inodes, space_header};
use super::index::index_page;
use super::long::{blob, lob_data, lob_first, opaque};
use super::tiles::{Part, Region, ShownRecord, Tiles};
use super::undo::{rollback_segment, undo_page};
use crate::fil::{self, PageType};
use crate::fsp::xdes;
use crate::index::{self, IndexPage, Origin};
use crate::layout::Layout;
use crate::undo::rseg;
use innolab_base::PAGE_SIZE;

/// Returns the regions of a page (R1). `layout` is that of its index, to separate the records; `None` for other pages,
/// or for the heap as one region. REQUIRES 16 KiB.
pub fn regions(page: &[u8], layout: Option<&Layout>) -> Vec<Region> {
    match layout.filter(|layout| fil::page_type(page) == PageType::INDEX && index::check(page, layout).is_ok()) {
        None => regions_with(page, None),
        Some(layout) => regions_with(
            page,
            Some(&|origin| {
                let record = IndexPage::new(page, layout).record(origin);
                ShownRecord { sizes: record.sizes(), text: record.show() }
            }),
        ),
    }
}

/// Returns what [`regions`] does, with `record` to measure and show a record. REQUIRES with `record`: a page that has
/// passed a check by the same columns.
pub fn regions_with(page: &[u8], record: Option<&dyn Fn(Origin) -> ShownRecord>) -> Vec<Region> {
    assert_eq!(page.len(), PAGE_SIZE, "a page");
    let mut out = Tiles { page, part: Part::Frame, regions: Vec::new() };
    out.u32("checksum");
    out.u32("page no");
    out.page_no("previous page");
    out.page_no("next page");
    out.u64("LSN");
    out.take(2, "type", fil::page_type(page).to_string());
    out.u64("flush LSN");
    out.u32("space");
    out.part = Part::Header;
    match fil::page_type(page) {
        PageType::FSP_HDR => {
            space_header(&mut out);
            descriptors(&mut out);
        }
        PageType::XDES => {
            out.gap_to(xdes::FIRST, "unused");
            descriptors(&mut out);
        }
        PageType::IBUF_BITMAP => bitmap(&mut out),
        PageType::INODE => inodes(&mut out),
        _ if index::is_node(page) => index_page(&mut out, record),
        PageType::BLOB | PageType::INSTANT => blob(&mut out),
        PageType::LOB_FIRST => lob_first(&mut out),
        PageType::LOB_DATA => lob_data(&mut out),
        PageType::UNDO_LOG => undo_page(&mut out),
        PageType::SYS if rseg::is_one(page) => rollback_segment(&mut out),
        PageType::ALLOCATED => {}
        _ => opaque(&mut out),
    }
    out.gap_to(fil::TRAILER, "unused");
    out.part = Part::Frame;
    out.u32("trailer 0");
    out.u32("trailer 4");
    out.regions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_tile_any_page_r1_r2() {
        let sample = include_bytes!("../../tests/data/sample_full_crc32_dynamic.ibd");
        let layout = Layout::new([crate::Column::fixed(4).nullable(), crate::Column::fixed(4)], 2);
        let mut pages: Vec<Vec<u8>> = sample.chunks(PAGE_SIZE).map(<[u8]>::to_vec).collect();
        // A sound chain with more slots than a page has room for.
        let mut slots = pages[3].clone();
        slots[38..42].copy_from_slice(&[0x3f, 0xff, 0, 130]);
        pages.push(slots);
        for n in [2, 3, 5, 6, 8, 9, 10, 18, 22, 23, 24, 17853, 17854, 17855] {
            for byte in [0, 0x5a, 0xff] {
                let mut page = vec![byte; PAGE_SIZE];
                page[24..26].copy_from_slice(&u16::to_be_bytes(n));
                pages.push(page);
            }
        }
        for page in pages {
            for layout in [None, Some(&layout)] {
                let mut at = 0;
                for region in regions(&page, layout) {
                    assert_eq!(region.offset, at, "{region:?}");
                    assert!(region.len > 0, "{region:?}");
                    at += region.len;
                }
                assert_eq!(at, PAGE_SIZE);
            }
        }
    }
}
