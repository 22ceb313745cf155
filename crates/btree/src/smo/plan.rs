//! Plans: the effects of one change on the tree's shape, worked out before the first byte changes.
//!
//! ```text
//! new_pages   to be allocated, each near a page          steps    bytes to change, in order
//! freed       to be freed                                events   to be emitted
//! ```
//!
//! RULES
//!
//! - **R1** Planning reads and changes nothing. Applying a plan allocates pages first and cannot fail after that,
//!   except for damaged file-space pages.
//! - **R2** The node pointer of a node page that is not the leftmost of its level bears exactly the page's first key.
//!   The node pointer of a leaf bears a key that is above all keys before the leaf and not above the leaf's first key.
//! - **R3** Only pages with the same parent are merged. The page that goes gives its records to the page that stays; no
//!   other page changes but for its links.
//! - **R4** A merged page has 1/16 left, so that it is not split again at once.
//!
//! InnoDB's counterpart: none; it changes pages as it goes (`btr_page_split_and_insert`, `btr_compress`,
//! `btr_discard_page`, `btr_root_raise_and_insert`, `btr_node_ptr_delete`).
//! Left out: moving single records to a neighbour (`btr_insert_into_right_sibling`).

use super::splice::{PageRef, Splice};
use innolab_base::PageNo;
use innolab_page::RecordBatch;
use innolab_store::Held;

/// A level of the path from the leaf up, latched exclusively.
#[derive(Clone, Copy)]
pub(super) struct PathLevel {
    /// 0 for the leaf.
    pub(super) level: u16,
    /// The page's left neighbour, if it has one and the level is not the topmost.
    pub(super) left: Option<Held>,
    pub(super) page: Held,
    /// The page's right neighbour, likewise.
    pub(super) right: Option<Held>,
}

/// A change of bytes.
pub(super) enum PlanStep {
    /// Records of a page are spliced in place.
    Splice { page: Held, splice: Splice },
    /// A page is rewritten with these records and a stamp, then spliced.
    Fill { page: PageRef, level: u16, run: RecordBatch, splice: Splice, stamp: u64 },
    /// A page keeps only the records at positions `from..to`, then is spliced.
    Shorten { page: Held, from: usize, to: usize, splice: Splice },
    /// Two pages become neighbours. `None`: the other page becomes the edge of its level.
    Link { left: Option<PageRef>, right: Option<PageRef> },
    /// The page becomes the leftmost of its level: its first node pointer is flagged.
    MinRec { page: Held },
}

/// A page to be allocated.
pub(super) struct NewPage {
    pub(super) level: u16,
    /// The page number to allocate near to.
    pub(super) near: PageNo,
}

/// An event to be emitted when the plan is applied.
pub(super) enum PlanEvent {
    Split { page: Held, new: usize, level: u16, left: usize, right: usize },
    Merge { page: Held, freed: Held, level: u16, records: usize },
    Discard { page: Held, level: u16 },
    Raise { level: u16 },
}

/// A plan; see the module.
pub(super) struct Plan {
    pub(super) steps: Vec<PlanStep>,
    pub(super) new_pages: Vec<NewPage>,
    /// Pages to be freed, with their levels.
    pub(super) freed: Vec<(Held, u16)>,
    pub(super) events: Vec<PlanEvent>,
    /// All pages of the path with their neighbours. A root that is left with one child takes over one of them.
    pub(super) latched: Vec<Held>,
}

impl Plan {
    /// An empty plan for a latched path.
    pub(super) fn new(path: &[PathLevel]) -> Plan {
        let latched = path.iter().flat_map(|l| [l.left, Some(l.page), l.right]).flatten().collect();
        Plan { steps: vec![], new_pages: vec![], freed: vec![], events: vec![], latched }
    }

    /// Adds a page to be allocated.
    pub(super) fn new_page(&mut self, level: u16, near: PageNo) -> PageRef {
        self.new_pages.push(NewPage { level, near });
        PageRef::New(self.new_pages.len() - 1)
    }

    /// Adds a link between two pages.
    pub(super) fn link(&mut self, left: Option<PageRef>, right: Option<PageRef>) {
        self.steps.push(PlanStep::Link { left, right });
    }
}
