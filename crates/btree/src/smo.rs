//! Structure modification: the latches for a change that one leaf cannot take alone.
//!
//! ```text
//!             ┌ safe for what may come from below: need not change its shape
//!   level 2   │        [ ]                  X
//!   level 1   ▼   [ ]─►[ ]─►[ ]             X left, X page, X right
//!   level 0       [ ]─►[ ]─►[ ]             X left, X leaf, X right
//! ```
//!
//! RULES
//!
//! - **R1** The SMO mutex, free pages and log space come before the first latch; then the root (it holds the headers of
//!   the segments), then the pages from the lowest safe ancestor on, level by level, left to right (L1, L6).
//! - **R2** What is safe is a guess, made without a latch on the leaf. When the plan reaches above the topmost page,
//!   nothing has been changed yet, and it begins again with the whole path latched.
//! - **R3** The decision is made anew under the latches: meanwhile the leaf may have changed.
//!
//! InnoDB's counterpart: `btr_cur_search_to_nth_level` with `BTR_MODIFY_TREE`, `btr_cur_will_modify_tree`.

use crate::change::{Ask, Change};
use crate::error::Result;
use crate::events::count;
use crate::plan::Plan;
use crate::run::{Entry, Splice};
use crate::tree::{Tree, Way};
use crate::write::{Around, Decision, HALF, takes};
use innolab_base::{PAGE_SIZE, PageNo, latches};
use innolab_page::{IndexPage, Origin, Record, SearchKey, index};
use innolab_store::{Held, Mtr};

/// A level of the path, latched.
#[derive(Clone, Copy)]
pub(crate) struct Level {
    pub(crate) level: u16,
    pub(crate) left: Option<Held>,
    pub(crate) page: Held,
    pub(crate) right: Option<Held>,
}

/// A page of the path as it was read on the way down.
#[derive(Clone, Copy)]
struct Seen {
    page: PageNo,
    level: u16,
    prev: PageNo,
    next: PageNo,
    safe: bool,
}

/// What [`Tree::try_restructure`] came to.
enum Tried {
    Done,
    /// R2
    BeyondTop,
}

impl Tree {
    /// Does what `decide` says, with all latches that a change of the tree's shape needs.
    #[cold]
    pub(crate) fn restructure(
        &self,
        key: &SearchKey<'_>,
        ask: Ask,
        decision: &mut dyn Decision,
        record: &mut Record,
    ) -> Result<()> {
        latches::assert_none();
        let _smo = self.smo.lock();
        count(&self.counters.structure_changes);
        for from_root in [false, true] {
            if let Tried::Done = self.try_restructure(key, ask, decision, record, from_root)? {
                return Ok(());
            }
            count(&self.counters.restarts);
        }
        unreachable!("R2: a plan does not reach above the root")
    }

    fn try_restructure(
        &self,
        key: &SearchKey<'_>,
        ask: Ask,
        decision: &mut dyn Decision,
        record: &mut Record,
        from_root: bool,
    ) -> Result<Tried> {
        let seen = self.see_path(Way::To(key))?;
        let reserved = self.store.reserve_pages(&self.space, seen.len() as u32 + 1);
        let mut mtr = self.store.begin(log_bytes(seen.len()))?;
        let path = self.latch_path(&mut mtr, &seen, from_root)?;
        let leaf = path[0].page;
        let found = self.held_page(&mtr, leaf).search(key);
        let site = self.site(&mtr, leaf, found, Around { before: path[0].left, after: path[0].right });
        let change = decision.decide(&site, record)?;
        let is_root = mtr.page_no(leaf) == self.root;
        let alone = takes(&site, change, record, is_root);
        let at = if found.equal { site.leaf.rank(found.origin) } else { rank_after(&site.leaf, found.origin) };
        if alone {
            if change != Change::Keep {
                decision.certain(&site);
            }
            self.change_leaf(&mut mtr, leaf, found, change, record, ask.stamp);
            mtr.commit()?;
            return Ok(Tried::Done);
        }
        let insert = match change {
            Change::Put => vec![Entry { record: record.clone(), child: None }],
            _ => vec![],
        };
        let splice = Splice { at, remove: usize::from(found.equal), insert };
        let force_split = change == Change::Put && !found.equal;
        match Plan::make(self, &mtr, &path, splice, force_split)? {
            None => Ok(Tried::BeyondTop),
            Some(plan) => {
                if plan.takes_pages() {
                    reserved?;
                }
                decision.certain(&site);
                plan.carry_out(self, mtr, ask.stamp)?;
                Ok(Tried::Done)
            }
        }
    }

    /// The path from the root to the leaf, one page after the other with nothing held in between (FACT 4 of
    /// `docs/latching.md`); leaf first.
    fn see_path(&self, way: Way<'_>) -> Result<Vec<Seen>> {
        let mut path = Vec::with_capacity(8);
        let (mut page_no, mut expected) = (self.root, None);
        loop {
            let page = self.read(page_no, expected)?;
            let node = self.index_page(&page);
            let level = node.level();
            let (child_at, child) = match level {
                0 => (0, PageNo::NULL),
                _ => {
                    let child = self.child_origin(&node, way);
                    (node.rank(child), node.record(child).child())
                }
            };
            let safe = level > 0 && is_safe(&node, child_at, page_no == self.root);
            path.push(Seen { page: page_no, level, prev: node.prev_page(), next: node.next_page(), safe });
            if level == 0 {
                path.reverse();
                return Ok(path);
            }
            (page_no, expected) = (child, Some(level - 1));
        }
    }

    /// Latches what a change of the leaf may change (R1); leaf first, as `seen`.
    fn latch_path(&self, mtr: &mut Mtr<'_>, seen: &[Seen], from_root: bool) -> Result<Vec<Level>> {
        let root = seen.len() - 1;
        let top = match from_root {
            true => root,
            false => seen.iter().position(|s| s.safe).unwrap_or(root),
        };
        self.latch(mtr, self.root, Some(seen[root].level))?;
        let mut path = Vec::with_capacity(top + 1);
        for (i, s) in seen.iter().enumerate().take(top + 1).rev() {
            let neighbours = i < top;
            let left = self.latch_if(mtr, s.prev, s.level, neighbours)?;
            let page = self.latch(mtr, s.page, Some(s.level))?;
            let right = self.latch_if(mtr, s.next, s.level, neighbours)?;
            let no = |held: Held| (self.held_page(mtr, held), mtr.page_no(held));
            for (a, b) in [(left, Some(page)), (Some(page), right)] {
                if let (Some((a, a_no)), Some((b, b_no))) = (a.map(no), b.map(no)) {
                    self.check_neighbours(&a, a_no, &b, b_no)?;
                }
            }
            path.push(Level { level: s.level, left, page, right });
        }
        path.reverse();
        Ok(path)
    }

    fn latch_if(&self, mtr: &mut Mtr<'_>, page: PageNo, level: u16, wanted: bool) -> Result<Option<Held>> {
        match page.some() {
            Some(page) if wanted => self.latch(mtr, page, Some(level)).map(Some),
            _ => Ok(None),
        }
    }
}

/// Position of a record inserted behind `origin`.
fn rank_after(page: &IndexPage<'_>, origin: Origin) -> usize {
    if origin == Origin::INFIMUM { 0 } else { page.rank(origin) + 1 }
}

/// Whether a node page surely keeps its shape and its first key when its child number `child_at` is split, merged,
/// discarded or gets another first key. A guess as far as the size of new node pointers goes (R2): twice the average.
fn is_safe(node: &IndexPage<'_>, child_at: usize, is_root: bool) -> bool {
    let (n, len) = (node.n_recs(), node.data_len());
    let one = 2 * len / n.max(1);
    let takes_one = index::fits(n + 2, len + 2 * one);
    let spares_one = n > 2 && (is_root || len - (one.min(len)) >= HALF);
    let first_stays = child_at > 0 || node.prev_page().is_null();
    takes_one && spares_one && first_stays
}

/// Log space for a change of shape of a tree with so many levels: three pages a level and a new one, each written anew,
/// and what the file space needs.
fn log_bytes(levels: usize) -> usize {
    (4 * levels + 4) * (PAGE_SIZE + 256)
}
