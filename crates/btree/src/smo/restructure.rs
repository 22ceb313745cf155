//! The latches for a change that one leaf cannot take alone.
//!
//! ```text
//!             ┌ lowest safe ancestor: keeps its shape, whatever happens below it
//!   level 2   │        [ ]                  X page
//!   level 1   ▼   [ ]─►[ ]─►[ ]             X left, X page, X right
//!   level 0       [ ]─►[ ]─►[ ]             X left, X leaf, X right
//! ```
//!
//! RULES
//!
//! - **R1** The SMO mutex, free pages and log space come before the first latch; then the root (it has the segment
//!   headers), then the pages from the lowest safe ancestor down, level by level, left to right (L1, L6).
//! - **R2** Which ancestor is safe is a guess, made without a latch on the leaf. When the plan reaches above the
//!   topmost latched page, nothing has been changed yet, and the change begins again with the whole path latched.
//! - **R3** The caller decides again under the latches: the leaf may have changed since the fast path.
//!
//! InnoDB's counterpart: `btr_cur_search_to_nth_level` with `BTR_MODIFY_TREE`, `btr_cur_will_modify_tree`.

use super::apply::apply;
use super::plan::PathLevel;
use super::plan_level::plan_change;
use super::splice::{Entry, Splice};
use crate::change::{Change, Decision, WriteOptions};
use crate::descend::Target;
use crate::error::Result;
use crate::events::count;
use crate::room::{HALF, takes};
use crate::tree::Tree;
use crate::write::Neighbours;
use innolab_base::{PAGE_SIZE, PageNo, latches};
use innolab_page::{IndexPage, Origin, Record, SearchKey, index};
use innolab_store::{Held, Mtr};

/// A page of the path as it was read on the way down.
#[derive(Clone, Copy)]
struct PathPage {
    page: PageNo,
    level: u16,
    prev: PageNo,
    next: PageNo,
    /// True if the page keeps its shape, whatever happens to its child on the path.
    safe: bool,
}

/// The outcome of [`Tree::try_restructure`].
enum Restructure {
    Done,
    /// The plan reaches above the topmost latched page (R2).
    BeyondTop,
}

impl Tree {
    /// The slow path of [`Tree::write_by`]: does what `decision` returns, with all latches that a change of the tree's
    /// shape needs.
    #[cold]
    pub(crate) fn restructure(
        &self,
        key: &SearchKey<'_>,
        options: WriteOptions,
        decision: &mut dyn Decision,
        record: &mut Record,
    ) -> Result<()> {
        latches::assert_none();
        let _smo = self.smo.lock();
        count(&self.counters.structure_changes);
        for from_root in [false, true] {
            if let Restructure::Done = self.try_restructure(key, options, decision, record, from_root)? {
                return Ok(());
            }
            count(&self.counters.restarts);
        }
        unreachable!("R2: a plan does not reach above the root")
    }

    /// `from_root`: latches the whole path instead of the part from the lowest safe ancestor down.
    fn try_restructure(
        &self,
        key: &SearchKey<'_>,
        options: WriteOptions,
        decision: &mut dyn Decision,
        record: &mut Record,
        from_root: bool,
    ) -> Result<Restructure> {
        let pages = self.read_path(key)?;
        // An error counts only if the plan needs new pages: removals work on a full disk.
        let reserved = self.store.reserve_pages(&self.space, pages.len() as u32 + 1);
        let mut mtr = self.store.begin(log_bytes(pages.len()))?;
        let path = self.latch_path(&mut mtr, &pages, from_root)?;
        let leaf = path[0].page;
        let found = self.held_page(&mtr, leaf).search(key);
        let site = self.site(&mtr, leaf, found, Neighbours { before: path[0].left, after: path[0].right });
        let change = decision.decide(&site, record)?;
        let is_root = mtr.page_no(leaf) == self.root;
        if takes(&site, change, record, is_root) {
            if change != Change::Keep {
                decision.before_change(&site);
            }
            self.change_leaf(&mut mtr, leaf, found, change, record, options.stamp);
            mtr.commit()?;
            return Ok(Restructure::Done);
        }
        let at = if found.equal { site.leaf.rank(found.origin) } else { rank_behind(&site.leaf, found.origin) };
        let insert = match change {
            Change::Put => vec![Entry { record: record.clone(), child: None }],
            _ => vec![],
        };
        let splice = Splice { at, remove: usize::from(found.equal), insert };
        // A leaf that does not take an insert is split, even if the record would fit (R1 of `room`).
        let force_split = change == Change::Put && !found.equal;
        let Some(plan) = plan_change(self, &mtr, &path, splice, force_split)? else {
            return Ok(Restructure::BeyondTop);
        };
        if !plan.new_pages.is_empty() {
            reserved?;
        }
        decision.before_change(&site);
        apply(plan, self, mtr, options.stamp)?;
        Ok(Restructure::Done)
    }

    /// Reads the path to the key's leaf, one page after the other with nothing held in between (FACT 4 of
    /// `docs/latching.md`). Returns the leaf first.
    fn read_path(&self, key: &SearchKey<'_>) -> Result<Vec<PathPage>> {
        let mut path = Vec::with_capacity(8);
        let (mut page_no, mut expected) = (self.root, None);
        loop {
            let page = self.read(page_no, expected)?;
            let node = self.index_page(&page);
            let level = node.level();
            let (child_at, child) = match level {
                0 => (0, PageNo::NULL),
                _ => {
                    let child = self.child_origin(&node, Target::Key(key));
                    (node.rank(child), node.record(child).child())
                }
            };
            let safe = level > 0 && is_safe(&node, child_at, page_no == self.root);
            path.push(PathPage { page: page_no, level, prev: node.prev_page(), next: node.next_page(), safe });
            if level == 0 {
                path.reverse();
                return Ok(path);
            }
            (page_no, expected) = (child, Some(level - 1));
        }
    }

    /// Latches the pages that a change of the leaf may change (R1). `pages` and the result: the leaf first.
    fn latch_path(&self, mtr: &mut Mtr<'_>, pages: &[PathPage], from_root: bool) -> Result<Vec<PathLevel>> {
        let root = pages.len() - 1;
        let top = match from_root {
            true => root,
            false => pages.iter().position(|page| page.safe).unwrap_or(root),
        };
        self.latch(mtr, self.root, Some(pages[root].level))?;
        let mut path = Vec::with_capacity(top + 1);
        for (i, seen) in pages.iter().enumerate().take(top + 1).rev() {
            let neighbours = i < top;
            let left = self.latch_if(mtr, seen.prev, seen.level, neighbours)?;
            let page = self.latch(mtr, seen.page, Some(seen.level))?;
            let right = self.latch_if(mtr, seen.next, seen.level, neighbours)?;
            let no = |held: Held| (self.held_page(mtr, held), mtr.page_no(held));
            for (a, b) in [(left, Some(page)), (Some(page), right)] {
                if let (Some((a, a_no)), Some((b, b_no))) = (a.map(no), b.map(no)) {
                    self.check_neighbours(&a, a_no, &b, b_no)?;
                }
            }
            path.push(PathLevel { level: seen.level, left, page, right });
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

/// Returns the position of a record inserted behind `origin`.
fn rank_behind(page: &IndexPage<'_>, origin: Origin) -> usize {
    if origin == Origin::INFIMUM { 0 } else { page.rank(origin) + 1 }
}

/// True if a node page keeps its shape and its first key when its child number `child_at` is split, merged, discarded
/// or gets another first key. The size of new node pointers is guessed: twice the average (R2).
fn is_safe(node: &IndexPage<'_>, child_at: usize, is_root: bool) -> bool {
    let (n, len) = (node.n_recs(), node.data_len());
    let one = 2 * len / n.max(1);
    let takes_one = index::fits(n + 2, len + 2 * one);
    let spares_one = n > 2 && (is_root || len - (one.min(len)) >= HALF);
    let first_stays = child_at > 0 || node.prev_page().is_null();
    takes_one && spares_one && first_stays
}

/// Returns the log space for changing the shape of a tree with `levels` levels: on each level three pages and a new
/// one, each rewritten, and the changes of file-space pages.
fn log_bytes(levels: usize) -> usize {
    (4 * levels + 4) * (PAGE_SIZE + 256)
}
