//! Regions, and tiling a page with them.

use crate::fsp::{Addr, FSEG_HEADER_LEN, FsegHeader, ListBase, list};
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

/// Regions in the making, from the first byte on.
pub(super) struct Tiles<'a> {
    pub(super) page: &'a [u8],
    /// That of the regions to come.
    pub(super) part: Part,
    pub(super) regions: Vec<Region>,
}

impl Tiles<'_> {
    pub(super) fn at(&self) -> usize {
        self.regions.last().map_or(0, |r| r.offset + r.len)
    }

    pub(super) fn take(&mut self, len: usize, name: impl Into<String>, value: String) {
        self.regions.push(Region { part: self.part, offset: self.at(), len, name: name.into(), value });
    }

    /// Bytes up to `end`, if there are any, that say nothing and are nobody's.
    pub(super) fn gap_to(&mut self, end: usize, name: &str) {
        self.fill_to(end, name, Part::Free);
    }

    pub(super) fn fill_to(&mut self, end: usize, name: &str, part: Part) {
        if end > self.at() {
            let before = std::mem::replace(&mut self.part, part);
            self.take(end - self.at(), name, String::new());
            self.part = before;
        }
    }

    pub(super) fn u16(&mut self, name: &str) {
        self.take(2, name, get_u16(self.page, self.at()).to_string());
    }

    pub(super) fn u32(&mut self, name: &str) {
        self.take(4, name, get_u32(self.page, self.at()).to_string());
    }

    pub(super) fn u64(&mut self, name: &str) {
        self.take(8, name, get_u64(self.page, self.at()).to_string());
    }

    pub(super) fn page_no(&mut self, name: &str) {
        let page = innolab_base::PageNo(get_u32(self.page, self.at()));
        self.take(4, name, page.some().map_or("-".to_string(), |p| p.to_string()));
    }

    pub(super) fn base(&mut self, name: &str) {
        self.take(list::BASE_LEN, name, ListBase::read(self.page, self.at()).to_string());
    }

    pub(super) fn node(&mut self, name: &str) {
        let at = self.at();
        let value = format!("{} ◄ ► {}", Addr::read(self.page, at), Addr::read(self.page, at + 6));
        self.take(list::NODE_LEN, name, value);
    }

    pub(super) fn fseg(&mut self, name: &str) {
        let seg = FsegHeader::read(self.page, self.at());
        self.take(FSEG_HEADER_LEN, name, format!("{}:{}+{}", seg.space, seg.page, seg.at));
    }
}
