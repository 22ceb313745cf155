//! One level of a plan: what becomes of a page whose records are spliced (the picture and the rules are those of
//! [`plan`](crate::plan)).
//!
//! What stays on a page that is cut is copied only if the page is written anew. In ascending inserts nothing goes: the
//! new page gets the new record alone, and no record of the old page, nor of the one above, is looked at but the last.

use crate::error::Result;
use crate::plan::{News, Plan, Step};
use crate::run::{Cut, Entry, PageRef, Splice, Trend, choose_cut};
use crate::smo::Level;
use crate::tree::Tree;
use crate::write::wants_merge;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::{IndexPage, Record, RecordRef, Run, index};
use innolab_store::{Held, Mtr};

/// R4
const MERGED_RESERVE: usize = PAGE_SIZE / 16;

/// What a level asks of the level above. Nothing: [`Outcome::NONE`].
pub(crate) struct Outcome {
    own: Own,
    /// The right neighbour's node pointer goes.
    right_gone: bool,
    /// A node pointer to come behind.
    add: Option<Entry>,
}

pub(crate) enum Own {
    Keep,
    Gone,
    New(Entry),
}

impl Outcome {
    const NONE: Outcome = Outcome { own: Own::Keep, right_gone: false, add: None };

    pub(crate) fn is_none(&self) -> bool {
        matches!(self.own, Own::Keep) && !self.right_gone && self.add.is_none()
    }

    /// As a splice of the parent's records, where the own node pointer has `rank` before it.
    pub(crate) fn splice(self, rank: usize) -> Splice {
        let gone = usize::from(self.right_gone);
        let (at, remove, own) = match self.own {
            Own::Keep => (rank + 1, gone, None),
            Own::Gone => (rank, 1 + gone, None),
            Own::New(entry) => (rank, 1 + gone, Some(entry)),
        };
        Splice { at, remove, insert: own.into_iter().chain(self.add).collect() }
    }
}

/// A page of the level above, and where in it the node pointer of this level's page is.
#[derive(Clone, Copy)]
pub(crate) struct Parent<'a> {
    page: IndexPage<'a>,
    pub(crate) rank: usize,
}

impl<'a> Parent<'a> {
    pub(crate) fn find(tree: &'a Tree, mtr: &'a Mtr<'_>, above: &Level, below: &Level) -> Result<Parent<'a>> {
        let (page, no) = (tree.held_page(mtr, above.page), mtr.page_no(below.page));
        // Ascending inserts split the last page of a level.
        let is_last = page.n_recs() > 0 && page.record(page.last()).child() == no;
        let rank = if is_last { Some(page.n_recs() - 1) } else { page.records().position(|(_, r)| r.child() == no) };
        match rank {
            Some(rank) => Ok(Parent { page, rank }),
            None => Err(tree.corrupt(mtr.page_no(above.page), format!("no node pointer to page {no}"))),
        }
    }

    fn child(&self, rank: usize) -> Option<PageNo> {
        (rank < self.page.n_recs()).then(|| self.page.record(self.page.nth(rank)).child())
    }
}

/// A node pointer with the key of `record`.
pub(crate) fn node_of(record: RecordRef<'_>, child: PageNo) -> Record {
    let mut node = Record::new();
    if node.node_of(record, child).is_err() {
        unreachable!("the layout's keys fit in node pointers: the tree was opened with them");
    }
    node
}

/// As [`node_of`], to a page that may not be there yet.
fn node_to(record: RecordRef<'_>, child: PageRef) -> Entry {
    Entry { record: node_of(record, PageNo::NULL), child: Some(child) }
}

/// What of the splice falls in `from..to`, positions after the splice.
fn new_part(splice: &Splice, from: usize, to: usize) -> Splice {
    let start = splice.at;
    let here = start.max(from)..(start + splice.insert.len()).min(to);
    match here.is_empty() {
        true => Splice::default(),
        false => Splice {
            at: here.start - from,
            remove: 0,
            insert: splice.insert[here.start - start..here.end - start].to_vec(),
        },
    }
}

/// The old records (all: `old`) of `from..to`, positions after the splice.
fn old_part(old: &Run, splice: &Splice, from: usize, to: usize) -> Run {
    let (start, end) = (splice.at, splice.at + splice.insert.len());
    let place = |i: usize| if i < start { i } else { i - splice.insert.len() + splice.remove };
    let mut run = Run::default();
    for range in [from..to.min(start), from.max(end)..to] {
        if !range.is_empty() {
            run.push_part(old, place(range.start)..place(range.start) + range.len());
        }
    }
    run
}

/// One level at work.
pub(crate) struct Settling<'a, 's> {
    pub(crate) tree: &'a Tree,
    pub(crate) mtr: &'a Mtr<'s>,
    pub(crate) level: &'a Level,
    pub(crate) parent: Option<Parent<'a>>,
    pub(crate) is_root: bool,
}

impl<'a> Settling<'a, '_> {
    fn page(&self, held: Held) -> IndexPage<'a> {
        self.tree.held_page(self.mtr, held)
    }

    /// Decides what becomes of the page (see the module's picture); `None`: that concerns pages above the topmost one.
    pub(crate) fn settle(&self, plan: &mut Plan, splice: Splice, force_split: bool) -> Option<Outcome> {
        let page = self.page(self.level.page);
        let n = page.n_recs() - splice.remove + splice.insert.len();
        let removed: usize = match splice.remove {
            0 => 0,
            n => page.records_from(page.nth(splice.at)).take(n).map(|(_, r)| r.bytes().len()).sum(),
        };
        let inserted: usize = splice.insert.iter().map(|e| e.record.len()).sum();
        let len = page.data_len() - removed + inserted;
        let topmost = self.parent.is_none();
        if !index::fits(n, len) || force_split {
            return match (self.is_root, topmost) {
                (true, _) => Some(self.raise(plan, splice)),
                (false, true) => None,
                (false, false) => Some(self.split(plan, splice)),
            };
        }
        let empty_root = self.is_root && n == 0 && self.level.level > 0;
        if empty_root {
            // Its only child was the only page of its level, and has lost its last record.
            let (page, run, splice) = (PageRef::Held(self.level.page), Run::default(), Splice::default());
            plan.steps.push(Step::Fill { page, level: 0, run, splice, stamp: 0 });
            return Some(Outcome::NONE);
        }
        let under_full = n == 0 || wants_merge(page.data_len(), len);
        if !self.is_root && under_full && topmost {
            return None;
        }
        if !self.is_root && n == 0 {
            return Some(self.discard(plan));
        }
        if !self.is_root
            && under_full
            && let Some(outcome) = self.merge(plan, &splice, n, len)
        {
            return Some(outcome);
        }
        let own = match self.new_first_key(&splice) {
            Some(entry) if topmost => {
                drop(entry);
                return None;
            }
            Some(entry) => Own::New(entry),
            None => Own::Keep,
        };
        plan.steps.push(Step::Splice { page: self.level.page, splice });
        Some(Outcome { own, right_gone: false, add: None })
    }

    /// R2: the node pointer that the page needs if the splice changes its first key. That of a leaf may stay, that of
    /// the leftmost page does not count.
    fn new_first_key(&self, splice: &Splice) -> Option<Entry> {
        let page = self.page(self.level.page);
        if self.level.level == 0 || self.is_root || page.prev_page().is_null() || splice.at > 0 {
            return None;
        }
        let first = self.record(splice, 0);
        let moves = first.key().ne(page.record(page.first()).key());
        moves.then(|| node_to(first, PageRef::Held(self.level.page)))
    }

    /// Record `i` of the page as it will be after the splice.
    fn record<'r>(&'r self, splice: &'r Splice, i: usize) -> RecordRef<'r> {
        let page = self.page(self.level.page);
        let inserted = i.checked_sub(splice.at).and_then(|k| splice.insert.get(k));
        match inserted {
            Some(entry) => entry.record.view(&self.tree.layout),
            None if i < splice.at => page.record(page.nth(i)),
            None => page.record(page.nth(i - splice.insert.len() + splice.remove)),
        }
    }

    /// The old records (all: `old`) of `from..to`, positions after the splice, and what of the splice falls in there.
    fn part(old: &Run, splice: &Splice, from: usize, to: usize) -> (Run, Splice) {
        (old_part(old, splice, from, to), new_part(splice, from, to))
    }

    fn stamp(&self, others: &[Held]) -> u64 {
        if self.level.level > 0 || !self.tree.has_stamps() {
            return 0;
        }
        others.iter().map(|held| self.page(*held).stamp()).fold(self.page(self.level.page).stamp(), u64::max)
    }

    /// Where the page is cut, and all its records: none if the page stays as it is.
    fn cut(&self, splice: &Splice) -> (Cut, Run) {
        let page = self.page(self.level.page);
        let last = page.counts().last_insert;
        let is_last = |i: Option<usize>| last != 0 && i.is_some_and(|i| i < page.n_recs() && page.nth(i).0 == last);
        // A node pointer is added behind the one of the page that was split, which is replaced if the new page is to the left.
        let new = splice.at + splice.insert.len().saturating_sub(1);
        let trend = match splice.insert.len() {
            0 => Trend::None,
            _ if splice.remove == 0 && is_last(splice.at.checked_sub(1)) => Trend::Ascending,
            _ if is_last(Some(splice.at + splice.remove)) => Trend::Descending,
            _ => Trend::None,
        };
        if trend == Trend::Ascending && splice.at == page.n_recs() && splice.insert.len() == 1 {
            // As `choose_cut` would say: the page stays as it is, and the new record fits alone.
            return (Cut { at: new, new_left: false }, Run::default());
        }
        let old = Run::of(&page);
        let mut lens: Vec<usize> = (0..old.len()).map(|i| old.len_of(i)).collect();
        lens.splice(splice.at..splice.at + splice.remove, splice.insert.iter().map(|e| e.record.len()));
        (choose_cut(&lens, new, trend), old)
    }

    /// The page is cut in two; the new one takes what is on its side.
    fn split(&self, plan: &mut Plan, splice: Splice) -> Outcome {
        let (held, level) = (self.level.page, self.level.level);
        let (page, page_no) = (self.page(held), self.mtr.page_no(held));
        let (cut, old) = self.cut(&splice);
        let n = page.n_recs() - splice.remove + splice.insert.len();
        let near = if cut.new_left { page_no.0.saturating_sub(1) } else { page_no.0.saturating_add(1) };
        let new = plan.new_page(level, PageNo(near));
        let (moved, kept) = if cut.new_left { ((0, cut.at), (cut.at, n)) } else { ((cut.at, n), (0, cut.at)) };
        let (run, there) = Self::part(&old, &splice, moved.0, moved.1);
        plan.steps.push(Step::Fill { page: new, level, run, splice: there, stamp: self.stamp(&[]) });
        self.keep_part(plan, &old, &splice, kept);
        let (this, left, right) =
            (PageRef::Held(held), self.level.left.map(PageRef::Held), self.level.right.map(PageRef::Held));
        for pair in if cut.new_left {
            [(left, Some(new)), (Some(new), Some(this))]
        } else {
            [(Some(this), Some(new)), (Some(new), right)]
        } {
            plan.link(pair.0, pair.1);
        }
        let PageRef::New(i) = new else { unreachable!("a new page") };
        plan.news.push(News::Split { page: held, new: i, level, left: cut.at, right: n - cut.at });
        let upper = if cut.new_left { this } else { new };
        let add = Some(node_to(self.record(&splice, cut.at), upper));
        let own = match (cut.new_left, self.new_first_key(&splice), self.parent) {
            (false, first, _) => first.map_or(Own::Keep, Own::New),
            (true, Some(first), _) => Own::New(Entry { child: Some(new), ..first }),
            (true, None, Some(parent)) => Own::New(node_to(parent.page.record(parent.page.nth(parent.rank)), new)),
            (true, None, None) => unreachable!("the topmost page is not split here"),
        };
        Outcome { own, right_gone: false, add }
    }

    /// What stays on a page that was cut: in place if little goes, else written anew in key order, which scans like.
    fn keep_part(&self, plan: &mut Plan, old: &Run, splice: &Splice, (from, to): (usize, usize)) {
        let held = self.level.page;
        let page = self.page(held);
        let here = new_part(splice, from, to);
        let stay = to - from - here.insert.len();
        let goes = page.n_recs() - stay;
        if goes == 0 {
            if !here.insert.is_empty() {
                plan.steps.push(Step::Splice { page: held, splice: here });
            }
        } else if goes * 4 < page.n_recs() && splice.remove == 0 {
            let first = if from == 0 { 0 } else { goes };
            plan.steps.push(Step::Shorten { page: held, from: first, to: first + stay, splice: here });
        } else {
            let run = old_part(old, splice, from, to);
            let (page, level, stamp) = (PageRef::Held(held), self.level.level, self.stamp(&[]));
            plan.steps.push(Step::Fill { page, level, run, splice: here, stamp });
        }
    }

    /// The root's records go to two new pages below it.
    fn raise(&self, plan: &mut Plan, splice: Splice) -> Outcome {
        let (held, level) = (self.level.page, self.level.level);
        let n = self.page(held).n_recs() - splice.remove + splice.insert.len();
        let cut = Cut { new_left: false, ..self.cut(&splice).0 };
        let old = Run::of(&self.page(held));
        let near = PageNo(self.tree.root.0 + 1);
        let (mut nodes, mut pages) = (vec![], vec![]);
        for (from, to) in [(0, cut.at), (cut.at, n)] {
            let new = plan.new_page(level, near);
            let (run, there) = Self::part(&old, &splice, from, to);
            plan.steps.push(Step::Fill { page: new, level, run, splice: there, stamp: self.stamp(&[]) });
            nodes.push(node_to(self.record(&splice, from), new));
            pages.push(new);
        }
        plan.link(Some(pages[0]), Some(pages[1]));
        let splice = Splice { at: 0, remove: 0, insert: nodes };
        plan.steps.push(Step::Fill {
            page: PageRef::Held(held),
            level: level + 1,
            run: Run::default(),
            splice,
            stamp: 0,
        });
        plan.news.push(News::Raise { level: level + 1 });
        Outcome::NONE
    }

    /// Whether the neighbour has the same parent (R3): `left` or right.
    fn sibling(&self, left: bool) -> Option<Held> {
        let (held, parent) = (if left { self.level.left } else { self.level.right }?, self.parent?);
        let rank = if left { parent.rank.checked_sub(1)? } else { parent.rank + 1 };
        (parent.child(rank)? == self.mtr.page_no(held)).then_some(held)
    }

    /// The page's records go to a neighbour that has room.
    fn merge(&self, plan: &mut Plan, splice: &Splice, n: usize, len: usize) -> Option<Outcome> {
        let room = |held: &Held| {
            let page = self.page(*held);
            index::fits(page.n_recs() + n, page.data_len() + len + MERGED_RESERVE)
        };
        let (left, right) = (self.sibling(true).filter(room), self.sibling(false).filter(room));
        let stays = left.or(right)?;
        let old = Run::of(&self.page(self.level.page));
        let (mut run, mut here) = Self::part(&old, splice, 0, n);
        let own = if left.is_some() {
            let mut all = Run::of(&self.page(stays));
            here.at += all.len();
            for record in run.records(0..run.len(), &self.tree.layout) {
                all.push(record);
            }
            run = all;
            Own::Gone
        } else {
            run.append(&self.page(stays));
            Own::New(self.take_place(splice, stays))
        };
        let (page, level, stamp) = (PageRef::Held(stays), self.level.level, self.stamp(&[stays]));
        let records = run.len() + here.insert.len();
        plan.steps.push(Step::Fill { page, level, run, splice: here, stamp });
        self.leave(plan);
        plan.news.push(News::Merge { page: stays, freed: self.level.page, level, records });
        Some(Outcome { own, right_gone: left.is_none(), add: None })
    }

    /// The node pointer to `heir`, which takes over this page's keys from its right: with the old key, or the new first one (R2).
    fn take_place(&self, splice: &Splice, heir: Held) -> Entry {
        let child = Some(PageRef::Held(heir));
        match (self.new_first_key(splice), self.parent) {
            (Some(first), _) => Entry { child, ..first },
            (None, Some(parent)) => node_to(parent.page.record(parent.page.nth(parent.rank)), PageRef::Held(heir)),
            (None, None) => unreachable!("only pages with a parent leave"),
        }
    }

    /// The neighbours close ranks, the page is given back.
    fn leave(&self, plan: &mut Plan) {
        plan.link(self.level.left.map(PageRef::Held), self.level.right.map(PageRef::Held));
        plan.freed.push((self.level.page, self.level.level));
    }

    /// The page has lost its last record.
    fn discard(&self, plan: &mut Plan) -> Outcome {
        let (level, leftmost) = (self.level.level, self.level.left.is_none());
        self.leave(plan);
        if let (true, true, Some(right)) = (level > 0, leftmost, self.level.right) {
            plan.steps.push(Step::MinRec { page: right });
        }
        plan.news.push(News::Discard { page: self.level.page, level });
        // A leaf's right neighbour may take over its keys as it is: so the parent's first key stays.
        match self.sibling(false) {
            Some(heir) if level == 0 && self.sibling(true).is_none() => {
                let own = Own::New(self.take_place(&Splice { at: 1, ..Splice::default() }, heir));
                Outcome { own, right_gone: true, add: None }
            }
            _ => Outcome { own: Own::Gone, right_gone: false, add: None },
        }
    }
}
