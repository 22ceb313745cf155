//! Every byte of a page, by name: the one description from which dumps, drawings and accounts of space are made.
//!
//! ```text
//! regions(page)  ─►  (0, 4, "checksum", "0") (4, 4, "page no", "3") … (16380, 4, "trailer: checksum", "0xba3719…")
//! ```
//!
//! RULES
//!
//! - **R1** The regions tile the page: the first starts at 0, each next one where the one before ends, the last ends at 16384.
//! - **R2** Hostile bytes give regions, too: what does not pass [`check`](crate::index::check) is one region *heap*.

use crate::fil::{self, PageType};
use crate::fsp::{self, Addr, FsegHeader, ListBase, inode, list, xdes};
use crate::index::{self, Counts, IndexPage, Origin};
use crate::layout::Layout;
use innolab_base::PAGE_SIZE;
use innolab_base::codec::{get_u16, get_u32, get_u64};

/// Some bytes of a page and what they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region {
    /// The first byte.
    pub offset: usize,
    /// Bytes.
    pub len: usize,
    /// What they are.
    pub name: String,
    /// What they say; empty for bytes that say nothing.
    pub value: String,
}

/// The regions of a page (R1). `layout` is that of its index, to see records; `None` for other pages, or to see the heap as a whole. REQUIRES 16 KiB.
pub fn regions(page: &[u8], layout: Option<&Layout>) -> Vec<Region> {
    assert_eq!(page.len(), PAGE_SIZE, "a page");
    let mut out = Tiles { page, regions: Vec::new() };
    out.u32("checksum");
    out.u32("page no");
    out.page_no("previous page");
    out.page_no("next page");
    out.u64("LSN");
    out.take(2, "type", fil::page_type(page).to_string());
    out.u64("flush LSN");
    out.u32("space");
    match fil::page_type(page) {
        PageType::FSP_HDR => {
            space_header(&mut out);
            descriptors(&mut out);
        }
        PageType::XDES => {
            out.take(xdes::FIRST - fil::DATA, "unused", String::new());
            descriptors(&mut out);
        }
        PageType::IBUF_BITMAP => bitmap(&mut out),
        PageType::INODE => inodes(&mut out),
        PageType::INDEX => index_page(&mut out, layout),
        _ => {}
    }
    out.gap_to(fil::TRAILER, "unused");
    out.u32("trailer 0");
    out.u32("trailer 4");
    out.regions
}

/// Regions in the making, from the first byte on.
struct Tiles<'a> {
    page: &'a [u8],
    regions: Vec<Region>,
}

impl Tiles<'_> {
    fn at(&self) -> usize {
        self.regions.last().map_or(0, |r| r.offset + r.len)
    }

    fn take(&mut self, len: usize, name: impl Into<String>, value: String) {
        self.regions.push(Region { offset: self.at(), len, name: name.into(), value });
    }

    fn gap_to(&mut self, end: usize, name: &str) {
        if end > self.at() {
            self.take(end - self.at(), name, String::new());
        }
    }

    fn u16(&mut self, name: &str) {
        self.take(2, name, get_u16(self.page, self.at()).to_string());
    }

    fn u32(&mut self, name: &str) {
        self.take(4, name, get_u32(self.page, self.at()).to_string());
    }

    fn u64(&mut self, name: &str) {
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

    fn fseg(&mut self, name: &str) {
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
    let len = fsp::DESCRIBED_PAGES as usize / 2;
    let set = out.page[fil::DATA..fil::DATA + len].iter().filter(|&&b| b != 0).count();
    out.take(len, "four bits a page", format!("{set} bytes not zero"));
}

fn inodes(out: &mut Tiles<'_>) {
    out.node("list of INODE pages");
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
        let single: Vec<_> = (0..inode::N_FRAG).filter_map(|i| inode::frag(out.page, at, i).some()).collect();
        out.take(4 * inode::N_FRAG, "single pages", format!("{single:?}").replace("PageNo", ""));
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
    let Some(layout) = checked else {
        return out.gap_to(fil::TRAILER, "heap");
    };
    out.take(Origin::INFIMUM.at() - out.at(), "infimum: header", String::new());
    out.take(8, "infimum", "'infimum'".to_string());
    out.take(5, "supremum: header", String::new());
    out.take(8, "supremum", "'supremum'".to_string());
    heap(out, &IndexPage::new(out.page, layout));
    let dir = index::slot_at(usize::from(counts.n_slots) - 1);
    out.gap_to(dir, "free space");
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
        out.gap_to(origin.at() - extra, "left over");
        let kind = if live { "record" } else { "removed" };
        let (heap_no, deleted) = (record.heap_no(), if record.is_deleted() { " deleted" } else { "" });
        out.take(extra, format!("{kind} {heap_no}: header"), format!("owns {}{deleted}", record.n_owned()));
        out.take(data, format!("{kind} {heap_no}"), record.show());
    }
    out.gap_to(usize::from(page.counts().heap_top), "left over");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_page_is_tiled() {
        let sample = include_bytes!("../tests/data/sample_full_crc32_dynamic.ibd");
        let layout = Layout::new([crate::Column::fixed(4).nullable(), crate::Column::fixed(4)], 2);
        let mut pages: Vec<Vec<u8>> = sample.chunks(PAGE_SIZE).map(<[u8]>::to_vec).collect();
        for n in [2, 3, 5, 8, 9, 17855] {
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
