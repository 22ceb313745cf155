//! The one door through which records change, and its fast way: one leaf.
//!
//! ```text
//! write ─► way down, shared ─► leaf, exclusive ─► decide ─► does the leaf take it?  yes ─► change, commit
//!                                                              │ no: it would overflow, or fall under half
//!                                                              ▼
//!                                             let go of everything; come back as a structure modifier (`smo`)
//! ```
//!
//! RULES
//!
//! - **R1** One change is one mini-transaction (I2), whichever way it takes.
//! - **R2** A leaf takes a record if it fits, if need be after the page is reorganised; but a page is not reorganised
//!   for less than 1/32 of its room (it would soon be again), and a run of ascending or descending inserts leaves 1/16
//!   free for later updates, as InnoDB does.
//! - **R3** A leaf takes a removal if it stays at least half full. Below that a merge is tried whenever another 1/32 of
//!   the page has become free, not at each removal: with neighbours that are full each try would be in vain. It never
//!   loses its last record, except the root.
//! - **R4** The optimistic writer holds the exclusive latch of its leaf, and of the next one if asked (L1); the one
//!   before is only tried (L3).
//!
//! Where an insert's place is known without a search: `place`. Inserts that go along with one: `batch`.
//!
//! InnoDB's counterpart: `btr_cur_optimistic_insert`, `btr_cur_optimistic_update`, `btr_cur_optimistic_delete`,
//! `btr_cur_can_delete_without_compress`.

use crate::change::{Ask, Change, Site};
use crate::error::Result;
use crate::events::{self, count};
use crate::tree::{Field, Tree, Way};
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::{IndexMut, IndexPage, Origin, Record, Run, SearchKey, Write, index};
use innolab_store::{Held, Mtr};
use std::cell::Cell;
use std::ops::Range;

/// Log space for a change of one leaf: the record twice, or the leaf reorganised.
const LEAF_LOG_BYTES: usize = 3 * PAGE_SIZE;
/// A page with fewer bytes of records than this is under-full (`MERGE_THRESHOLD` = 50).
pub(crate) const HALF: usize = index::EMPTY_ROOM / 2;
/// R3: how much a page empties between two tries to merge it.
const MERGE_STEP: usize = index::EMPTY_ROOM / 32;
/// R2
#[doc(alias = "BTR_CUR_PAGE_REORGANIZE_LIMIT")]
const REORGANISE_LIMIT: usize = PAGE_SIZE / 32;
/// R2
#[doc(alias = "dict_index_get_space_reserve")]
pub(crate) const RESERVE: usize = PAGE_SIZE / 16;

/// A change that wants to hear when it is certain; see [`Tree::write_by`].
pub trait Decision {
    /// What shall happen; see [`Tree::write`].
    fn decide(&mut self, site: &Site<'_>, record: &mut Record) -> Result<Change>;

    /// What was decided last happens: called once, before the first byte changes and with all latches held, unless it
    /// was [`Change::Keep`]. What must go along with the change and cannot be taken back, as the moving of locks,
    /// belongs here. Called once more for each record that goes along ([`Decision::joins`]), in order.
    fn certain(&mut self, site: &Site<'_>);

    /// An insert was decided: it is the first of these records, and the others would go in next, if their places are in
    /// the same gap of the same leaf (`batch`). `None`: it is alone.
    fn batch(&mut self) -> Option<(&mut Run, Range<usize>)> {
        None
    }

    /// Whether the next record of the batch goes along. It is in the gap of `site`, where those before it will stand,
    /// and the leaf has room for it. Asked in order, until the first no.
    fn joins(&mut self, site: &Site<'_>) -> bool {
        let _ = site;
        false
    }
}

/// A closure that decides, for which nothing goes along.
struct Alone<F>(F);

impl<F: FnMut(&Site<'_>, &mut Record) -> Result<Change>> Decision for Alone<F> {
    fn decide(&mut self, site: &Site<'_>, record: &mut Record) -> Result<Change> {
        (self.0)(site, record)
    }

    fn certain(&mut self, _: &Site<'_>) {}
}

/// What became of a try to change one leaf.
enum Tried {
    Done,
    /// The leaf alone cannot take it, or the leaf before could not be latched.
    NeedsMore,
}

thread_local! {
    /// The buffer of the last record that this thread made, to be used again.
    static SPARE: Cell<Record> = Cell::new(Record::default());
}

impl Tree {
    /// Latches the place of `key`, shows it to `decide`, and does what it says.
    /// REQUIRES all key columns; a record that `decide` makes has this key; no latch is held by this thread.
    /// LOCKS: as `docs/latching.md` says; `decide` is called with the leaf latched exclusively. ERRORS: those of
    /// `decide`, too large, no room on the disk, what reading pages can bring: nothing has changed then.
    pub fn write(
        &self,
        key: &[Field<'_>],
        ask: Ask,
        decide: &mut dyn FnMut(&Site<'_>, &mut Record) -> Result<Change>,
    ) -> Result<()> {
        self.write_by(key, ask, &mut Alone(decide))
    }

    /// As [`Tree::write`], for a decision with consequences. LOCKS: [`Decision::certain`] is called with the latches of
    /// the last [`Decision::decide`].
    pub fn write_by(&self, key: &[Field<'_>], ask: Ask, decision: &mut dyn Decision) -> Result<()> {
        assert_eq!(key.len(), self.layout.n_key(), "a full key");
        let key = SearchKey::new(&self.layout, key);
        let mut record = SPARE.take();
        let result = match self.write_leaf(&key, ask, decision, &mut record) {
            Ok(Tried::NeedsMore) => self.restructure(&key, ask, decision, &mut record),
            Ok(Tried::Done) => Ok(()),
            Err(e) => Err(e),
        };
        SPARE.set(record);
        result
    }

    fn write_leaf(
        &self,
        key: &SearchKey<'_>,
        ask: Ask,
        decision: &mut dyn Decision,
        record: &mut Record,
    ) -> Result<Tried> {
        let mut mtr = self.store.begin(LEAF_LOG_BYTES)?;
        let place = match self.insert_point(&mut mtr, key)? {
            None => self.hinted(&mut mtr, key, ask.hint)?,
            place => place,
        };
        let (leaf, found) = match place {
            Some(place) => place,
            None => {
                let leaf = self.latch_leaf(&mut mtr, key)?;
                (leaf, mtr.aid(leaf).search(&self.held_page(&mtr, leaf), mtr.version(leaf), key))
            }
        };
        let Some(around) = self.latch_around(&mut mtr, leaf, found, ask)? else { return Ok(Tried::NeedsMore) };
        let site = self.site(&mtr, leaf, found, around);
        let change = decision.decide(&site, record)?;
        let is_root = mtr.page_no(leaf) == self.root;
        if !takes(&site, change, record, is_root) {
            return Ok(Tried::NeedsMore);
        }
        if change != Change::Keep {
            decision.certain(&site);
        }
        let more = if change == Change::Put && !found.equal { self.companions(&site, decision) } else { 0 };
        (0..more).for_each(|_| decision.certain(&site));
        match decision.batch().filter(|_| more > 0) {
            Some((run, range)) => {
                self.put_run(&mut mtr, leaf, found, run, range.start..range.start + 1 + more, ask.stamp)
            }
            None => self.change_leaf(&mut mtr, leaf, found, change, record, ask.stamp),
        }
        self.remember(&mtr, leaf);
        mtr.commit()?;
        Ok(Tried::Done)
    }

    /// Couples down to the leaf and latches that one exclusively (L4).
    fn latch_leaf(&self, mtr: &mut Mtr<'_>, key: &SearchKey<'_>) -> Result<Held> {
        loop {
            let mut page = self.read(self.root, None)?;
            let mut level = self.index_page(&page).level();
            while level > 1 {
                let child = self.child(&self.index_page(&page), Way::To(key));
                level -= 1;
                page = self.read(child, Some(level))?;
            }
            if level == 1 {
                let child = self.child(&self.index_page(&page), Way::To(key));
                self.store.prefetch(&self.space, child);
                return self.latch(mtr, child, Some(0));
            }
            // The root is the leaf. It may stop being it before its latch is changed for an exclusive one.
            drop(page);
            let root = self.latch(mtr, self.root, None)?;
            if self.held_page(mtr, root).is_leaf() {
                return Ok(root);
            }
            mtr.release(root);
        }
    }

    /// The neighbour leaves, where `ask` wants to see records on them; `None`: the one before is latched by somebody (R4).
    fn latch_around(&self, mtr: &mut Mtr<'_>, leaf: Held, found: index::Found, ask: Ask) -> Result<Option<Around>> {
        let mut around = Around::default();
        if !(ask.prev || ask.next) {
            return Ok(Some(around));
        }
        let leaf_no = mtr.page_no(leaf);
        let page = self.held_page(mtr, leaf);
        let (prev_no, next_no) = (page.prev_page(), page.next_page());
        let first = if found.equal { page.prev(found.origin) } else { found.origin } == Origin::INFIMUM;
        let last = page.next(found.origin) == Origin::SUPREMUM;
        if let (true, Some(no)) = (ask.prev && first, prev_no.some()) {
            let Some(held) = mtr.try_latch(&self.space, no)? else { return Ok(None) };
            // Admits it: it is latched already.
            around.before = Some(self.latch(mtr, no, Some(0))?);
            self.check_neighbours(&self.held_page(mtr, held), no, &self.held_page(mtr, leaf), leaf_no)?;
        }
        if let (true, Some(no)) = (ask.next && last, next_no.some()) {
            let held = self.latch(mtr, no, Some(0))?;
            around.after = Some(held);
            self.check_neighbours(&self.held_page(mtr, leaf), leaf_no, &self.held_page(mtr, held), no)?;
        }
        Ok(Some(around))
    }

    pub(crate) fn site<'a>(&'a self, mtr: &'a Mtr<'_>, leaf: Held, found: index::Found, around: Around) -> Site<'a> {
        Site {
            leaf: self.held_page(mtr, leaf),
            leaf_no: mtr.page_no(leaf),
            at: found.origin,
            equal: found.equal,
            before: around.before.map(|held| self.held_page(mtr, held)),
            after: around.after.map(|held| self.held_page(mtr, held)),
        }
    }

    /// Changes a leaf that takes the change ([`takes`]).
    pub(crate) fn change_leaf(
        &self,
        mtr: &mut Mtr<'_>,
        leaf: Held,
        found: index::Found,
        change: Change,
        record: &mut Record,
        stamp: u64,
    ) {
        if change == Change::Keep {
            return;
        }
        let (page_no, version) = (mtr.page_no(leaf), mtr.version(leaf));
        let mut door = mtr.page(leaf);
        let mut page = IndexMut::new(&mut door, &self.layout);
        let mut aid = Aid::Stale;
        match change {
            Change::Put if found.equal => {
                if page.replace(found.origin, record) {
                    aid = Aid::Kept;
                } else {
                    let before = page.page().prev(found.origin);
                    page.remove(found.origin);
                    self.put_after(&mut page, before, record, page_no);
                }
            }
            Change::Put => match page.insert_after(found.origin, record) {
                Some(origin) => aid = Aid::Inserted(origin),
                None => drop(self.put_after(&mut page, found.origin, record, page_no)),
            },
            Change::DeleteMark(deleted) => {
                page.set_deleted(found.origin, deleted);
                aid = Aid::Kept;
            }
            Change::Remove => page.remove(found.origin),
            Change::Keep => {}
        }
        if self.has_stamps() && stamp > page.page().stamp() {
            page.set_stamp(stamp);
        }
        match aid {
            Aid::Inserted(origin) => mtr.aid(leaf).inserted(&self.held_page(mtr, leaf), version, origin),
            // What changes no byte makes no new version either.
            Aid::Kept if mtr.has_changes() => mtr.aid(leaf).kept(version),
            Aid::Kept => {}
            Aid::Stale => {}
        }
    }

    /// Inserts a record that fits, if need be after the page is reorganised; where it is.
    pub(crate) fn put_after(
        &self,
        page: &mut IndexMut<'_, impl Write + ?Sized>,
        prev: Origin,
        record: &mut Record,
        page_no: PageNo,
    ) -> Origin {
        if let Some(origin) = page.insert_after(prev, record) {
            return origin;
        }
        let n_before = if prev == Origin::INFIMUM { 0 } else { page.page().rank(prev) + 1 };
        page.reorganise();
        count(&self.counters.reorganises);
        let level = page.page().level();
        self.store.events().emit(|| events::Reorganise { index: self.index_id, page: page_no, level });
        let prev = nth_before(&page.page(), n_before);
        match page.insert_after(prev, record) {
            Some(origin) => origin,
            None => unreachable!("R2: the caller saw that the record fits"),
        }
    }
}

/// The record with `n` records before the place behind it: the infimum for none.
pub(crate) fn nth_before(page: &IndexPage<'_>, n: usize) -> Origin {
    if n == 0 { Origin::INFIMUM } else { page.nth(n - 1) }
}

/// What a change of a leaf means for the keys beside it ([`innolab_page::LeafKeys`]).
enum Aid {
    /// They can be kept up at the cost of one insertion.
    Inserted(Origin),
    /// They are what they were.
    Kept,
    /// They are made anew when somebody asks.
    Stale,
}

/// Neighbour leaves that are latched.
#[derive(Clone, Copy, Default)]
pub(crate) struct Around {
    pub(crate) before: Option<Held>,
    pub(crate) after: Option<Held>,
}

/// R2, R3: whether the leaf takes the change alone.
pub(crate) fn takes(site: &Site<'_>, change: Change, record: &Record, is_root: bool) -> bool {
    let page = &site.leaf;
    let old_len = site.record().map(|r| r.bytes().len());
    match (change, old_len) {
        (Change::Keep, _) | (Change::DeleteMark(_), Some(_)) => true,
        (Change::Put, None) => takes_insert(page, site.at, record.len()),
        (Change::Put, Some(old)) => {
            let after = page.data_len() - old + record.len();
            index::fits(page.n_recs(), after) && (is_root || !wants_merge(page.data_len(), after))
        }
        (Change::Remove, Some(old)) => {
            is_root || (page.n_recs() > 1 && !wants_merge(page.data_len(), page.data_len() - old))
        }
        (Change::DeleteMark(_) | Change::Remove, None) => panic!("{change:?} where no record is"),
    }
}

fn takes_insert(page: &IndexPage<'_>, after: Origin, len: usize) -> bool {
    if !page.fits_reorganised(len) {
        return false;
    }
    let room = index::EMPTY_ROOM - page.data_len() - index::dir_reserve(page.n_recs() + 1);
    let many = page.n_recs() > 1;
    let sequential = || {
        let last = page.counts().last_insert;
        last != 0 && (last == after.0 || last == page.next(after).0)
    };
    let scraps = room < REORGANISE_LIMIT && page.gap() < len + 2;
    !(many && (scraps || (room < RESERVE + len && sequential())))
}

/// R3
pub(crate) fn wants_merge(before: usize, after: usize) -> bool {
    after < HALF && after < before && (before >= HALF || before / MERGE_STEP != after / MERGE_STEP)
}
