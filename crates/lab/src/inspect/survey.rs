//! One pass over a tablespace: a few facts of every page. All that is told of spaces and trees is made of these.

use super::space::{Found, Space};
use crate::failure::Failure;
use innolab_base::codec::{get_u16, get_u64};
use innolab_base::{IndexId, Lsn, PAGE_SIZE, PageNo, SegId};
use innolab_page::Corrupt;
use innolab_page::fil::{self, PageType};
use innolab_page::fsp::{self, EXTENT_PAGES, FsegHeader, inode, xdes};
use innolab_page::index::{self, Counts};
use std::collections::{BTreeMap, BTreeSet};

/// What a page with extent descriptors is.
const DESCRIPTORS: [PageType; 2] = [PageType::FSP_HDR, PageType::XDES];

/// A page.
pub(crate) struct Page {
    pub(crate) no: PageNo,
    /// Whether its extent's descriptor says that it is used.
    pub(crate) used: bool,
    pub(crate) lsn: Lsn,
    pub(crate) what: What,
}

/// What a page is.
pub(crate) enum What {
    NeverWritten,
    Bad(Corrupt),
    Node(Node),
    Other(PageType),
}

/// A page of a tree.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) page: PageNo,
    pub(crate) index: IndexId,
    pub(crate) level: u16,
    pub(crate) prev: PageNo,
    pub(crate) next: PageNo,
    pub(crate) n_recs: usize,
    /// Bytes of its records, headers included.
    pub(crate) data_bytes: usize,
    pub(crate) garbage_bytes: usize,
}

impl Node {
    /// How full it is, in percent of an empty page's room.
    pub(crate) fn fill(&self) -> usize {
        100 * self.data_bytes / index::EMPTY_ROOM
    }

    fn read(bytes: &[u8]) -> Node {
        let counts = Counts::read(bytes);
        let garbage_bytes = usize::from(counts.garbage);
        // Of any bytes: the page's records need not have been checked.
        let data_bytes = usize::from(counts.heap_top).saturating_sub(index::HEAP + garbage_bytes);
        Node {
            page: fil::page_no(bytes),
            index: IndexId(get_u64(bytes, index::INDEX_ID)),
            level: get_u16(bytes, index::LEVEL),
            prev: fil::prev(bytes),
            next: fil::next(bytes),
            n_recs: usize::from(counts.n_recs),
            data_bytes,
            garbage_bytes,
        }
    }
}

/// 64 pages.
pub(crate) struct Extent {
    pub(crate) first: PageNo,
    /// `None`: given to nobody yet, its descriptor does not count.
    pub(crate) state: Option<xdes::State>,
    pub(crate) segment: SegId,
    /// Of each page whether it is used.
    pub(crate) used: Vec<bool>,
}

/// A segment.
pub(crate) struct Segment {
    pub(crate) id: SegId,
    /// Its inode: page and byte.
    pub(crate) at: (PageNo, u16),
    /// Extents without used pages, with some, with used pages only.
    pub(crate) extents: [u32; 3],
    /// Used pages of the extents with some.
    pub(crate) not_full_used: u32,
    pub(crate) single: Vec<PageNo>,
}

/// Everything.
#[derive(Default)]
pub(crate) struct Survey {
    pub(crate) free_limit: u32,
    pub(crate) flags: u32,
    pub(crate) pages: Vec<Page>,
    pub(crate) extents: Vec<Extent>,
    pub(crate) segments: Vec<Segment>,
    /// Whose a segment is, by the place of its inode: index, and whether of its leaves.
    pub(crate) owners: BTreeMap<(PageNo, u16), (IndexId, bool)>,
}

impl Survey {
    /// Reads every page once. ERRORS: the disk's, and what is wrong with page 0; other bad pages are facts.
    pub(crate) fn take(space: &Space) -> Result<Survey, Failure> {
        let mut survey = Survey::default();
        let mut bytes = vec![0; PAGE_SIZE];
        for no in (0..space.n_pages()).map(PageNo) {
            let found = space.read(no, &mut bytes)?;
            if fsp::is_descriptor_page(no) {
                // Descriptors that cannot be believed count for nothing.
                let good = matches!(found, Found::Whole) && DESCRIPTORS.contains(&fil::page_type(&bytes));
                survey.note_extents(no, if good { &bytes } else { &[0; PAGE_SIZE] }, space.n_pages());
            }
            let what = match found {
                Found::NeverWritten => What::NeverWritten,
                Found::Bad(corrupt) => What::Bad(corrupt),
                Found::Whole => survey.note(no, &bytes),
            };
            let used = survey.is_used(no);
            survey.pages.push(Page { no, used, lsn: fil::get_lsn(&bytes), what });
        }
        Ok(survey)
    }

    /// The ids of the trees that have pages in use, ascending.
    pub(crate) fn index_ids(&self) -> Vec<IndexId> {
        self.nodes().map(|node| node.index).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The pages in use of trees.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.pages.iter().filter(|page| page.used).filter_map(|page| match &page.what {
            What::Node(node) => Some(node),
            _ => None,
        })
    }

    fn note(&mut self, no: PageNo, bytes: &[u8]) -> What {
        let page_type = fil::page_type(bytes);
        match page_type {
            PageType::INODE => self.note_segments(no, bytes),
            PageType::INDEX => {
                if self.is_used(no) {
                    self.note_owner(bytes);
                }
                return What::Node(Node::read(bytes));
            }
            _ => {}
        }
        What::Other(page_type)
    }

    fn note_extents(&mut self, holder: PageNo, bytes: &[u8], n_pages: u32) {
        if holder == fsp::HEADER_PAGE {
            (self.free_limit, self.flags) = (fsp::free_limit(bytes), fsp::flags(bytes));
        }
        for at in (0..xdes::PER_PAGE).map(xdes::at) {
            let first = xdes::first_page(holder, at);
            if first.0 >= n_pages {
                break;
            }
            let counts = first.0 < self.free_limit;
            let state = if counts { xdes::state(bytes, at).ok() } else { None };
            let used = (0..EXTENT_PAGES).map(|i| state.is_some() && !xdes::is_free(bytes, at, i)).collect();
            self.extents.push(Extent { first, state, segment: xdes::segment(bytes, at), used });
        }
    }

    fn is_used(&self, page: PageNo) -> bool {
        let extent = self.extents.get((page.0 / EXTENT_PAGES) as usize);
        extent.is_some_and(|extent| extent.used[(page.0 % EXTENT_PAGES) as usize])
    }

    fn note_segments(&mut self, no: PageNo, bytes: &[u8]) {
        for at in (0..inode::PER_PAGE).map(inode::at).filter(|&at| inode::check(bytes, at).is_ok()) {
            let list = |list: usize| fsp::ListBase::read(bytes, at + list).len;
            self.segments.push(Segment {
                id: inode::id(bytes, at),
                at: (no, at as u16),
                extents: [list(inode::FREE), list(inode::NOT_FULL), list(inode::FULL)],
                not_full_used: inode::not_full_n_used(bytes, at),
                single: (0..inode::N_FRAG).filter_map(|i| inode::frag(bytes, at, i).some()).collect(),
            });
        }
    }

    /// A root has no neighbours, and bears its tree's segments.
    fn note_owner(&mut self, bytes: &[u8]) {
        let is_root = fil::prev(bytes).is_null() && fil::next(bytes).is_null();
        let index = IndexId(get_u64(bytes, index::INDEX_ID));
        for (at, of_leaves) in [(index::SEG_LEAF, true), (index::SEG_TOP, false)] {
            let segment = FsegHeader::read(bytes, at);
            if is_root && segment.at != 0 {
                self.owners.insert((segment.page, segment.at), (index, of_leaves));
            }
        }
    }
}
