//! A survey of a tablespace: which of its pages are in use, and by which segment; for checks, tools and tests.
//!
//! It reads page 0, the extent descriptors and the inodes, and fails if they contradict each other.
//!
//! InnoDB's counterpart: `fsp_validate`, `fseg_validate`.

use crate::error::{Error, Result};
use crate::segment::EXTENT;
use crate::space::Space;
use crate::store::Store;
use innolab_base::{PageNo, SegId};
use innolab_page::fsp::xdes::{self, State};
use innolab_page::fsp::{self, ListBase, inode, list};
use innolab_page::{Corrupt, fil};

/// The pages of a tablespace that are in use, according to its page 0, descriptors and inodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpaceUse {
    /// Pages of the file.
    pub size_pages: u32,
    /// Pages in use that belong to no segment: descriptors, bitmaps, inodes.
    pub overhead: Vec<PageNo>,
    /// The segments, in the order of their inodes.
    pub segments: Vec<SegmentUse>,
}

/// The pages of a segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SegmentUse {
    /// Its number.
    pub id: SegId,
    /// Place of its inode: page and offset.
    pub inode: (PageNo, u16),
    /// The single page that it got first; `None` if that page was given back.
    pub first: Option<PageNo>,
    /// Its pages that are in use, ascending.
    pub pages: Vec<PageNo>,
}

impl Store {
    /// Returns the pages of a tablespace that are in use, and their owners. ERRORS: descriptors, lists and inodes that
    /// contradict each other.
    pub fn space_use(&self, space: &Space) -> Result<SpaceUse> {
        Survey { store: self, space }.run()
    }
}

struct Survey<'a> {
    store: &'a Store,
    space: &'a Space,
}

impl Survey<'_> {
    fn run(&self) -> Result<SpaceUse> {
        let page0 = self.store.read(self.space, PageNo(0))?;
        let (size, limit) = (fsp::size(page0.bytes()), fsp::free_limit(page0.bytes()));
        drop(page0);
        let mut out = SpaceUse { size_pages: size, ..SpaceUse::default() };
        let mut fragments = vec![];
        let mut extents: Vec<(SegId, Vec<PageNo>)> = vec![];
        for start in (0..limit).step_by(EXTENT as usize) {
            self.extent(PageNo(start), &mut fragments, &mut extents)?;
        }
        for page in self.inode_pages()? {
            self.inodes(page, &mut out.segments)?;
        }
        for (owner, pages) in extents {
            let segment = out.segments.iter_mut().find(|s| s.id == owner);
            let segment = segment.ok_or_else(|| {
                self.bad(PageNo(0), format!("an extent belongs to segment {owner}, which is nowhere"))
            })?;
            segment.pages.extend(pages);
        }
        for segment in &mut out.segments {
            for page in &segment.pages {
                fragments.retain(|f| f != page);
            }
            segment.pages.sort();
        }
        out.overhead = fragments;
        Ok(out)
    }

    fn bad(&self, page: PageNo, rule: impl ToString) -> Error {
        self.space.corrupt(page, rule)
    }

    fn sound<T>(&self, page: PageNo, answer: std::result::Result<T, Corrupt>) -> Result<T> {
        answer.map_err(|e| self.bad(page, e))
    }

    fn extent(
        &self,
        start: PageNo,
        fragments: &mut Vec<PageNo>,
        extents: &mut Vec<(SegId, Vec<PageNo>)>,
    ) -> Result<()> {
        let (home, at) = xdes::of_page(start);
        let page = self.store.read(self.space, home)?;
        let bytes = page.bytes();
        let used =
            (0..EXTENT).filter(|i| !xdes::is_free(bytes, at, *i)).map(|i| PageNo(start.0 + i)).collect::<Vec<_>>();
        match self.sound(home, xdes::state(bytes, at))? {
            State::Free if used.is_empty() => {}
            State::FreeFrag if used.len() < EXTENT as usize => fragments.extend(used),
            State::FullFrag if used.len() == EXTENT as usize => fragments.extend(used),
            State::Segment if !used.is_empty() => extents.push((xdes::segment(bytes, at), used)),
            state => {
                let rule = format!("the extent at page {start} has state {state:?} and {} pages in use", used.len());
                return Err(self.bad(home, rule));
            }
        }
        Ok(())
    }

    /// The inode pages of both lists.
    fn inode_pages(&self) -> Result<Vec<PageNo>> {
        let mut out = vec![];
        for base in [fsp::INODES_FULL, fsp::INODES_FREE] {
            let base = ListBase::read(self.store.read(self.space, PageNo(0))?.bytes(), base);
            let mut next = base.first.page;
            for _ in 0..base.len {
                let page = self.store.read(self.space, next)?;
                if fil::page_type(page.bytes()) != fil::PageType::INODE {
                    return Err(self.bad(next, "the list of inode pages leads here"));
                }
                out.push(next);
                next = list::next(page.bytes(), inode::PAGE_NODE).page;
            }
            if !next.is_null() {
                return Err(self.bad(PageNo(0), "a list of inode pages is longer than it says"));
            }
        }
        Ok(out)
    }

    fn inodes(&self, page: PageNo, out: &mut Vec<SegmentUse>) -> Result<()> {
        let guard = self.store.read(self.space, page)?;
        let bytes = guard.bytes();
        for at in (0..inode::PER_PAGE).map(inode::at).filter(|at| inode::id(bytes, *at) != SegId(0)) {
            self.sound(page, inode::check(bytes, at))?;
            let pages = (0..inode::N_FRAG).filter_map(|i| inode::frag(bytes, at, i).some()).collect();
            let first = inode::frag(bytes, at, 0).some();
            out.push(SegmentUse { id: inode::id(bytes, at), inode: (page, at as u16), first, pages });
        }
        Ok(())
    }
}
