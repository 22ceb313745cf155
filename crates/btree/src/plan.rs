//! What a change does to the tree's shape, worked out before the first byte changes.
//!
//! ```text
//! every change of a level is a splice: behind `at` records, some go and some come        level 0: the caller's record
//!
//!   the page fits it, stays half full            ► done in place
//!   it overflows                                 ► cut in two, a new page          level above: + its node pointer
//!   it is under-full, a neighbour has room       ► one page, the other is freed    level above: − a node pointer
//!   it becomes empty                             ► it leaves                       level above: − its node pointer
//!   it is a node page and gets another first key ►                                 level above: its node pointer bears the new key
//!                                                                                  … which again is a splice
//! ```
//!
//! RULES
//!
//! - **R1** Planning reads and changes nothing; carrying out ([`Plan::carry_out`]) takes pages from the file space
//!   first and cannot fail after that, but for damaged file-space pages.
//! - **R2** The node pointer of a node page that is not the leftmost of its level bears exactly the page's first key.
//!   That of a leaf bears a key that is above all keys before and not above the leaf's first.
//! - **R3** Only pages with the same parent are merged. The one that goes gives its records to the one that stays; no
//!   other page changes but for links.
//! - **R4** A merged page has 1/16 left, so that it is not split again at once.
//!
//! InnoDB's counterpart: `btr_page_split_and_insert`, `btr_compress`, `btr_discard_page`, `btr_root_raise_and_insert`,
//! `btr_node_ptr_delete`.
//! Left out: moving single records to a neighbour (`btr_insert_into_right_sibling`).

use crate::error::Result;
use crate::run::{PageRef, Splice};
use crate::settle::{Parent, Settling};
use crate::smo::Level;
use crate::tree::Tree;
use innolab_base::PageNo;
use innolab_page::Run;
use innolab_store::{Held, Mtr};

/// One thing to do when the plan is carried out.
pub(crate) enum Step {
    /// Some records of a page go, some come.
    Splice { page: Held, splice: Splice },
    /// A page is written anew with these records, and then those of `splice` among them.
    Fill { page: PageRef, level: u16, run: Run, splice: Splice, stamp: u64 },
    /// A page keeps these records only (positions), and gets those of `splice` among what is left.
    Shorten { page: Held, from: usize, to: usize, splice: Splice },
    /// Two pages become neighbours, or one the edge.
    Link { left: Option<PageRef>, right: Option<PageRef> },
    /// The first node pointer of a page that becomes the leftmost gets its flag.
    MinRec { page: Held },
}

/// A page to be taken from the file space.
pub(crate) struct NewPage {
    pub(crate) level: u16,
    /// Which page it should lie next to.
    pub(crate) near: PageNo,
}

/// What to tell those who watch.
pub(crate) enum News {
    Split { page: Held, new: usize, level: u16, left: usize, right: usize },
    Merge { page: Held, freed: Held, level: u16, records: usize },
    Discard { page: Held, level: u16 },
    Raise { level: u16 },
}

/// See the module.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    pub(crate) new_pages: Vec<NewPage>,
    pub(crate) freed: Vec<(Held, u16)>,
    pub(crate) news: Vec<News>,
    /// All pages of the path with their neighbours: among them is the one that takes the root's place if it is left
    /// with one child.
    pub(crate) latched: Vec<Held>,
}

impl Plan {
    /// The plan for a splice of the leaf. `force_split`: the leaf is split although the records would fit. `None`: the
    /// change reaches above the topmost page of the path. ERRORS: pages that contradict each other.
    pub(crate) fn make(
        tree: &Tree,
        mtr: &Mtr<'_>,
        path: &[Level],
        leaf_splice: Splice,
        force_split: bool,
    ) -> Result<Option<Plan>> {
        Plan::of(path).settle(tree, mtr, path, 0, leaf_splice, force_split)
    }

    fn of(path: &[Level]) -> Plan {
        let latched = path.iter().flat_map(|l| [l.left, Some(l.page), l.right]).flatten().collect();
        Plan { latched, ..Plan::default() }
    }

    /// Settles a splice of level `from`, and what follows from it above.
    fn settle(
        mut self,
        tree: &Tree,
        mtr: &Mtr<'_>,
        path: &[Level],
        from: usize,
        mut splice: Splice,
        force_split: bool,
    ) -> Result<Option<Plan>> {
        for (i, level) in path.iter().enumerate().skip(from) {
            let is_root = mtr.page_no(level.page) == tree.root;
            let parent = match path.get(i + 1) {
                Some(above) => Some(Parent::find(tree, mtr, above, level)?),
                None => None,
            };
            let at = Settling { tree, mtr, level, parent, is_root };
            let Some(outcome) = at.settle(&mut self, splice, force_split && i == 0) else { return Ok(None) };
            match parent {
                Some(parent) if !outcome.is_none() => splice = outcome.splice(parent.rank),
                _ => return Ok(Some(self)),
            }
        }
        unreachable!("the topmost level has no parent")
    }

    /// Whether it takes pages from the file space.
    pub(crate) fn takes_pages(&self) -> bool {
        !self.new_pages.is_empty()
    }

    pub(crate) fn new_page(&mut self, level: u16, near: PageNo) -> PageRef {
        self.new_pages.push(NewPage { level, near });
        PageRef::New(self.new_pages.len() - 1)
    }

    pub(crate) fn link(&mut self, left: Option<PageRef>, right: Option<PageRef>) {
        self.steps.push(Step::Link { left, right });
    }
}
