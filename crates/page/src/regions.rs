//! Every byte of a page, by name: the one description from which dumps, drawings and accounts of space are made.
//!
//! ```text
//! regions(page)  ─►  (0, 4, "checksum", "0") (4, 4, "page no", "3") … (16380, 4, "trailer: checksum", "0xba3719…")
//! ```
//!
//! RULES
//!
//! - **R1** The regions tile the page: the first starts at 0, each next one where the one before ends, the last ends at 16384.
//! - **R2** Any bytes give regions. The heap of a page whose columns are not known, or that does not pass
//!   [`check`](crate::index::check), is one region; if its chain and counts make no sense either, so is all from the
//!   infimum to the trailer. So are the logs of an undo page that does not pass its check.

use crate::fil::{self, PageType};
use crate::fsp::{self, Addr, FsegHeader, ListBase, inode, list, xdes};
use crate::index::{self, Counts, IndexPage, Origin};
use crate::layout::Layout;
use crate::undo;
use innolab_base::PAGE_SIZE;
use innolab_base::codec::{get_u16, get_u32, get_u64};

/// Which part of a page a region belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// FIL header and trailer.
    Frame,
    /// The header of the page's type.
    Header,
    /// Infimum and supremum.
    Ends,
    /// A record of the chain, or of undo.
    Record,
    /// A record that was removed.
    Removed,
    /// What removed records left behind.
    LeftOver,
    /// Records that cannot be told apart.
    Heap,
    /// Nobody's bytes.
    Free,
    /// Slots of the directory.
    Directory,
    /// Extent descriptors.
    Extents,
    /// Segment inodes.
    Inodes,
    /// Bits of the pages that follow.
    Bitmap,
}

/// Some bytes of a page and what they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region {
    /// What they belong to.
    pub part: Part,
    /// The first byte.
    pub offset: usize,
    /// Bytes.
    pub len: usize,
    /// What they are.
    pub name: String,
    /// What they say; empty for bytes that say nothing.
    pub value: String,
}

/// The regions of a page (R1). `layout` is that of its index, to see records; `None` for other pages, or to see the
/// heap as a whole. REQUIRES 16 KiB.
pub fn regions(page: &[u8], layout: Option<&Layout>) -> Vec<Region> {
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
        PageType::INDEX => index_page(&mut out, layout),
        PageType::UNDO_LOG => undo::regions::undo_page(&mut out),
        PageType::SYS if undo::rseg::is_one(page) => undo::regions::rollback_segment(&mut out),
        _ => {}
    }
    out.gap_to(fil::TRAILER, "unused");
    out.part = Part::Frame;
    out.u32("trailer 0");
    out.u32("trailer 4");
    out.regions
}

/// Regions in the making, from the first byte on.
pub(crate) struct Tiles<'a> {
    pub(crate) page: &'a [u8],
    /// That of the regions to come.
    pub(crate) part: Part,
    regions: Vec<Region>,
}

impl Tiles<'_> {
    pub(crate) fn at(&self) -> usize {
        self.regions.last().map_or(0, |r| r.offset + r.len)
    }

    pub(crate) fn take(&mut self, len: usize, name: impl Into<String>, value: String) {
        self.regions.push(Region { part: self.part, offset: self.at(), len, name: name.into(), value });
    }

    /// Bytes up to `end`, if there are any, that say nothing and are nobody's.
    pub(crate) fn gap_to(&mut self, end: usize, name: &str) {
        self.fill_to(end, name, Part::Free);
    }

    pub(crate) fn fill_to(&mut self, end: usize, name: &str, part: Part) {
        if end > self.at() {
            let before = std::mem::replace(&mut self.part, part);
            self.take(end - self.at(), name, String::new());
            self.part = before;
        }
    }

    pub(crate) fn u16(&mut self, name: &str) {
        self.take(2, name, get_u16(self.page, self.at()).to_string());
    }

    pub(crate) fn u32(&mut self, name: &str) {
        self.take(4, name, get_u32(self.page, self.at()).to_string());
    }

    pub(crate) fn u64(&mut self, name: &str) {
        self.take(8, name, get_u64(self.page, self.at()).to_string());
    }

    fn page_no(&mut self, name: &str) {
        let page = innolab_base::PageNo(get_u32(self.page, self.at()));
        self.take(4, name, page.some().map_or("-".to_string(), |p| p.to_string()));
    }

    fn base(&mut self, name: &str) {
        self.take(list::BASE_LEN, name, ListBase::read(self.page, self.at()).to_string());
    }

    fn node(&mut self, name: &str) {
        let at = self.at();
        let value = format!("{} ◄ ► {}", Addr::read(self.page, at), Addr::read(self.page, at + 6));
        self.take(list::NODE_LEN, name, value);
    }

    pub(crate) fn fseg(&mut self, name: &str) {
        let seg = FsegHeader::read(self.page, self.at());
        self.take(FSEG_LEN, name, format!("{}:{}+{}", seg.space, seg.page, seg.at));
    }
}

const FSEG_LEN: usize = inode::FSEG_HEADER_LEN;

fn space_header(out: &mut Tiles<'_>) {
    out.u32("space id");
    out.u32("unused");
    out.u32("size");
    out.u32("free limit");
    out.take(4, "flags", format!("{:#x}", fsp::flags(out.page)));
    out.u32("frag n used");
    out.base("FREE");
    out.base("FREE_FRAG");
    out.base("FULL_FRAG");
    out.u64("next segment id");
    out.base("INODES_FULL");
    out.base("INODES_FREE");
}

fn descriptors(out: &mut Tiles<'_>) {
    out.part = Part::Extents;
    for i in 0..xdes::PER_PAGE {
        let at = xdes::at(i);
        let value = match xdes::state(out.page, at) {
            Ok(state) => {
                let (prev, next) = (list::prev(out.page, xdes::node(at)), list::next(out.page, xdes::node(at)));
                let (used, segment) = (xdes::n_used(out.page, at), xdes::segment(out.page, at));
                format!("{state:?}, {used} used, segment {segment}, {prev} ◄ ► {next}")
            }
            Err(_) => String::new(),
        };
        out.take(xdes::LEN, format!("extent {i}"), value);
    }
}

fn bitmap(out: &mut Tiles<'_>) {
    out.part = Part::Bitmap;
    let len = fsp::DESCRIBED_PAGES as usize / 2;
    let set = out.page[fil::DATA..fil::DATA + len].iter().filter(|&&b| b != 0).count();
    out.take(len, "four bits a page", format!("{set} bytes not zero"));
}

fn inodes(out: &mut Tiles<'_>) {
    out.node("list of INODE pages");
    out.part = Part::Inodes;
    for i in 0..inode::PER_PAGE {
        let at = inode::at(i);
        let id = inode::id(out.page, at);
        if id.0 == 0 {
            out.take(inode::LEN, format!("inode {i}"), String::new());
            continue;
        }
        out.take(8, format!("inode {i}: segment"), id.to_string());
        out.u32("used in NOT_FULL");
        out.base("FREE");
        out.base("NOT_FULL");
        out.base("FULL");
        out.u32("magic");
        let single = (0..inode::N_FRAG).filter_map(|i| inode::frag(out.page, at, i).some());
        let single: Vec<_> = single.map(|page| page.to_string()).collect();
        out.take(
            4 * inode::N_FRAG,
            "single pages",
            if single.is_empty() { "none".to_string() } else { single.join(" ") },
        );
    }
}

fn index_page(out: &mut Tiles<'_>, layout: Option<&Layout>) {
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

/// The records, removed ones too, in the order of their bytes.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_page_is_tiled() {
        let sample = include_bytes!("../tests/data/sample_full_crc32_dynamic.ibd");
        let layout = Layout::new([crate::Column::fixed(4).nullable(), crate::Column::fixed(4)], 2);
        let mut pages: Vec<Vec<u8>> = sample.chunks(PAGE_SIZE).map(<[u8]>::to_vec).collect();
        // More slots than a page has room for, on a page whose chain is whole.
        let mut slots = pages[3].clone();
        slots[38..42].copy_from_slice(&[0x3f, 0xff, 0, 130]);
        pages.push(slots);
        for n in [2, 3, 5, 6, 8, 9, 17855] {
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
