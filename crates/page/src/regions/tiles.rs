//! The types: a region, and the builder that tiles a page with regions. The rules are those of [`regions`](super).

use crate::fsp::{Addr, FSEG_HEADER_LEN, FsegHeader, ListBase, list};
use innolab_base::codec::{get_u16, get_u32, get_u64};

/// The part of a page that a region belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// FIL header and trailer.
    Frame,
    /// The header of the page's type.
    Header,
    /// Infimum and supremum.
    Ends,
    /// A record of the chain, or an undo record.
    Record,
    /// A removed record.
    Removed,
    /// Bytes left over where a smaller record took the place of a removed one.
    LeftOver,
    /// Records that cannot be separated.
    Heap,
    /// Unused bytes.
    Free,
    /// Slots of the directory.
    Directory,
    /// Extent descriptors.
    Extents,
    /// Segment inodes.
    Inodes,
    /// Bits for the pages that follow.
    Bitmap,
    /// Part of a value that is longer than its row can hold.
    Value,
    /// Content of a page of a type that is not taken apart.
    Opaque,
}

/// A range of bytes of a page, with name and value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region {
    /// The part they belong to.
    pub part: Part,
    /// The first byte.
    pub offset: usize,
    /// Length in bytes.
    pub len: usize,
    /// The name of the field.
    pub name: String,
    /// The value as text; empty for bytes without a value.
    pub value: String,
}

/// A record as its regions show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShownRecord {
    /// Number of bytes before its origin, and from there on.
    pub sizes: (usize, usize),
    /// Its values.
    pub text: String,
}

/// Builds the regions of a page, from the first byte on.
pub(super) struct Tiles<'a> {
    pub(super) page: &'a [u8],
    /// The part of the next regions.
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

    /// Adds the bytes up to `end`, if any, as an unused region.
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
