//! One pass over a tablespace that keeps a few facts of every page. The modes about spaces and trees use only these.

use super::faults::Faults;
use super::space::{Found, Space};
use crate::failure::Failure;
use crate::progress::Progress;
use innolab_base::codec::{get_u16, get_u64};
use innolab_base::{IndexId, Lsn, PAGE_SIZE, PageNo, SegId};
use innolab_page::Corrupt;
use innolab_page::fil::{self, PageType};
use innolab_page::fsp::{self, EXTENT_PAGES, FsegHeader, inode, xdes};
use innolab_page::index::{self, Counts};
use innolab_page::server::{Checksum, Unread};
use std::collections::{BTreeMap, BTreeSet};

/// Pages between two updates of the progress.
const PAGES_PER_TICK: u32 = 64;
/// The types of pages with extent descriptors.
const DESCRIPTORS: [PageType; 2] = [PageType::FSP_HDR, PageType::XDES];

/// A page.
pub(crate) struct Page {
    pub(crate) no: PageNo,
    /// True if its extent's descriptor marks it as used.
    pub(crate) used: bool,
    pub(crate) lsn: Lsn,
    pub(crate) content: PageContent,
}

/// The content of a page.
pub(crate) enum PageContent {
    /// All zeros.
    NeverWritten,
    /// It does not verify.
    Bad(Corrupt),
    /// It is compressed or encrypted.
    Unread(Unread),
    /// It belongs to the doublewrite buffer.
    Doublewrite,
    /// A page of a tree.
    Node(Node),
    Other(PageType),
}

/// A page of a tree.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) page: PageNo,
    pub(crate) page_type: PageType,
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
    /// Bytes of its records, in percent of an empty page's room.
    pub(crate) fn fill(&self) -> usize {
        100 * self.data_bytes / index::EMPTY_ROOM
    }

    fn read(bytes: &[u8]) -> Node {
        let counts = Counts::read(bytes);
        let garbage_bytes = usize::from(counts.garbage);
        // The records may be unchecked, so the counts may be anything.
        let data_bytes = usize::from(counts.heap_top).saturating_sub(index::HEAP + garbage_bytes);
        Node {
            page: fil::page_no(bytes),
            page_type: fil::page_type(bytes),
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

/// An extent: 64 pages.
pub(crate) struct Extent {
    pub(crate) first: PageNo,
    /// `None` if it lies beyond the free limit: its descriptor is not in use yet.
    pub(crate) state: Option<xdes::State>,
    pub(crate) segment: SegId,
    /// For each page, true if it is used.
    pub(crate) used: Vec<bool>,
    /// True if its descriptor is on a page that is bad or not on disk: every page may be used.
    pub(crate) unknown: bool,
}

/// A segment.
pub(crate) struct Segment {
    pub(crate) id: SegId,
    /// Page and byte of its inode.
    pub(crate) at: (PageNo, u16),
    /// Lengths of its extent lists: FREE, NOT_FULL, FULL.
    pub(crate) extents: [u32; 3],
    /// Used pages in NOT_FULL extents.
    pub(crate) not_full_used: u32,
    /// Pages that it has outside of its extents.
    pub(crate) single: Vec<PageNo>,
}

/// The facts of a tablespace.
#[derive(Default)]
pub(crate) struct Survey {
    pub(crate) free_limit: u32,
    pub(crate) flags: u32,
    /// The checksums of its pages.
    pub(crate) checksums: BTreeSet<Checksum>,
    pub(crate) pages: Vec<Page>,
    pub(crate) extents: Vec<Extent>,
    pub(crate) segments: Vec<Segment>,
    /// The owner of each segment, by the position of its inode: the index, and true for the segment of its leaves.
    pub(crate) owners: BTreeMap<(PageNo, u16), (IndexId, bool)>,
}

impl Survey {
    /// Reads every page once. ERRORS: the disk's; page 0 is bad. Other bad pages are facts of the survey.
    pub(crate) fn read(space: &Space, progress: &Progress) -> Result<Survey, Failure> {
        let mut survey = Survey::default();
        let mut bytes = vec![0; PAGE_SIZE];
        let task = progress.bar(format!("reading {}", space.name()), "pages", space.n_pages().into());
        for no in (0..space.n_pages()).map(PageNo) {
            if no.0 % PAGES_PER_TICK == 0 {
                task.set(no.0.into());
            }
            let found = space.read(no, &mut bytes)?;
            if fsp::is_descriptor_page(no) {
                // Descriptors on a bad page are ignored.
                let good = matches!(found, Found::Good(_)) && DESCRIPTORS.contains(&fil::page_type(&bytes));
                survey.add_extents(no, good.then_some(&bytes), space.n_pages());
            }
            let content = match found {
                Found::NeverWritten => PageContent::NeverWritten,
                Found::Bad(corrupt) => PageContent::Bad(corrupt),
                Found::Unread(why) => PageContent::Unread(why),
                Found::Doublewrite => PageContent::Doublewrite,
                Found::Good(checksum) => {
                    survey.checksums.insert(checksum);
                    survey.add(no, &bytes)
                }
            };
            let used = survey.is_used(no);
            survey.pages.push(Page { no, used, lsn: fil::get_lsn(&bytes), content });
        }
        Ok(survey)
    }

    /// Number of pages that are bad, and of those that are compressed or encrypted.
    pub(crate) fn not_read(&self) -> Faults {
        let count = |is: fn(&PageContent) -> bool| self.pages.iter().filter(|page| is(&page.content)).count();
        let bad = count(|content| matches!(content, PageContent::Bad(_)));
        Faults::of_pages(bad, count(|content| matches!(content, PageContent::Unread(_))))
    }

    /// The ids of all trees with a used page, ascending.
    pub(crate) fn index_ids(&self) -> Vec<IndexId> {
        self.nodes().map(|node| node.index).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The used pages of trees.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.pages.iter().filter(|page| page.used).filter_map(|page| match &page.content {
            PageContent::Node(node) => Some(node),
            _ => None,
        })
    }

    fn add(&mut self, no: PageNo, bytes: &[u8]) -> PageContent {
        let page_type = fil::page_type(bytes);
        if page_type == PageType::INODE {
            self.add_segments(no, bytes);
        }
        // The SDI's tree is no index of a table.
        if page_type == PageType::SDI || !index::is_node(bytes) {
            return PageContent::Other(page_type);
        }
        if self.is_used(no) {
            self.add_owner(bytes);
        }
        PageContent::Node(Node::read(bytes))
    }

    /// Adds the extents that a page describes; `None`: the page is bad.
    fn add_extents(&mut self, holder: PageNo, good: Option<&Vec<u8>>, n_pages: u32) {
        let unknown = good.is_none();
        let bytes = good.map_or(&[0; PAGE_SIZE][..], |bytes| bytes);
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
            let is_used = |i| unknown || (state.is_some() && !xdes::is_free(bytes, at, i));
            let used = (0..EXTENT_PAGES).map(is_used).collect();
            self.extents.push(Extent { first, state, segment: xdes::segment(bytes, at), used, unknown });
        }
    }

    fn is_used(&self, page: PageNo) -> bool {
        let extent = self.extents.get((page.0 / EXTENT_PAGES) as usize);
        extent.is_some_and(|extent| extent.used[(page.0 % EXTENT_PAGES) as usize])
    }

    fn add_segments(&mut self, no: PageNo, bytes: &[u8]) {
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

    /// Adds the segments in the header of a root; a root is a page without neighbours.
    fn add_owner(&mut self, bytes: &[u8]) {
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
