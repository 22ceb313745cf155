//! How records change, and the fast path: one leaf.
//!
//! ```text
//! write ─► descend, shared ─► leaf, exclusive ─► decide ─► does the leaf take it (`room`)?  yes ─► change, commit
//!                                                              │ no: it would overflow, or fall under half
//!                                                              ▼
//!                                             release everything; come back as a structure modifier (`smo`)
//! ```
//!
//! RULES
//!
//! - **R1** One change is one mini-transaction (I2), on the fast path and on the slow one.
//! - **R2** The optimistic writer holds the exclusive latch of its leaf, and of the next leaf if the caller asked for
//!   the next record (L1); the leaf before is only tried (L3).
//! - **R3** The writer changes key hints along with the leaf where that costs one insertion or nothing; else the next
//!   search builds them.
//!
//! Finding an insert's leaf without a search: `insert_hint`. Inserting neighbouring records together: `batch`.
//!
//! InnoDB's counterpart: `btr_cur_optimistic_insert`, `btr_cur_optimistic_update`, `btr_cur_optimistic_delete`.

use crate::change::{Change, Decision, Inserted, Site, WriteOptions};
use crate::descend::Target;
use crate::error::Result;
use crate::events::{self, count};
use crate::room::takes;
use crate::tree::{Field, Tree};
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_page::{IndexMut, IndexPage, Origin, Record, RecordRef, SearchKey, Write, index};
use innolab_store::{Held, Mtr};
use std::cell::Cell;

/// Log space for a change of one leaf: the record twice, or the leaf reorganised.
const LEAF_LOG_BYTES: usize = 3 * PAGE_SIZE;

/// A closure as a decision: without a commit hook, for one record.
struct Closure<F>(F);

impl<F: FnMut(&Site<'_>, &mut Record) -> Result<Change>> Decision for Closure<F> {
    fn decide(&mut self, site: &Site<'_>, record: &mut Record) -> Result<Change> {
        (self.0)(site, record)
    }

    fn before_change(&mut self, _: &Site<'_>) {}
}

/// The outcome of trying to change one leaf.
enum LeafWrite {
    Done,
    /// The leaf alone cannot take the change, or the leaf before could not be latched.
    NeedsRestructure,
}

/// Neighbour leaves that are latched.
#[derive(Clone, Copy, Default)]
pub(crate) struct Neighbours {
    pub(crate) before: Option<Held>,
    pub(crate) after: Option<Held>,
}

/// What a change of a leaf does to its key hints (R3).
enum HintUpdate {
    /// A record was inserted: one insertion keeps them up to date.
    Inserted(Origin),
    /// They are still right.
    Unchanged,
    /// The next search builds them.
    Stale,
}

thread_local! {
    /// The buffer of this thread's last record, used again for the next one.
    static RECORD_BUFFER: Cell<Record> = Cell::new(Record::default());
}

impl Tree {
    /// Inserts a record of `fields`, unless a record with its key exists, delete-marked or not.
    /// ERRORS: too large; a full disk; reading pages.
    #[doc(alias = "row_ins_clust_index_entry")]
    pub fn insert(&self, fields: &[Field<'_>]) -> Result<Inserted> {
        let mut outcome = Inserted::Yes;
        self.write(&fields[..self.layout.n_key()], WriteOptions::default(), &mut |site, record| {
            if let Some(there) = site.record() {
                outcome = Inserted::Duplicate { deleted: there.is_deleted() };
                return Ok(Change::Keep);
            }
            outcome = Inserted::Yes;
            record.leaf(&self.layout, fields)?;
            Ok(Change::Put)
        })?;
        Ok(outcome)
    }

    /// Shows the record with the key to `decide`, which may make a new record with the same key in its buffer, and does
    /// what `decide` returns. True if the record exists. See [`Tree::write`].
    #[doc(alias = "row_upd_clust_step")]
    pub fn modify(
        &self,
        key: &[Field<'_>],
        mut decide: impl FnMut(RecordRef<'_>, &mut Record) -> Result<Change>,
    ) -> Result<bool> {
        let mut found = false;
        self.write(key, WriteOptions::default(), &mut |site, record| {
            found = site.equal;
            site.record().map_or(Ok(Change::Keep), |there| decide(there, record))
        })?;
        Ok(found)
    }

    /// Removes the record with the key. True if it existed.
    pub fn remove(&self, key: &[Field<'_>]) -> Result<bool> {
        self.modify(key, |_, _| Ok(Change::Remove))
    }

    /// Latches the place of `key`, shows it to `decide`, and does what `decide` returns.
    /// REQUIRES: all key columns; a record that `decide` makes has this key; the thread holds no latch.
    /// LOCKS: as `docs/latching.md` says; `decide` is called with the leaf latched exclusively.
    /// ERRORS: those of `decide`; too large; a full disk; reading pages. Nothing has changed then.
    pub fn write(
        &self,
        key: &[Field<'_>],
        options: WriteOptions,
        decide: &mut dyn FnMut(&Site<'_>, &mut Record) -> Result<Change>,
    ) -> Result<()> {
        self.write_by(key, options, &mut Closure(decide))
    }

    /// Like [`Tree::write`], for a decision with a commit hook. LOCKS: [`Decision::before_change`] is called with the
    /// latches of the last [`Decision::decide`].
    pub fn write_by(&self, key: &[Field<'_>], options: WriteOptions, decision: &mut dyn Decision) -> Result<()> {
        assert_eq!(key.len(), self.layout.n_key(), "a full key");
        let key = SearchKey::new(&self.layout, key);
        let mut record = RECORD_BUFFER.take();
        let result = match self.write_leaf(&key, options, decision, &mut record) {
            Ok(LeafWrite::NeedsRestructure) => self.restructure(&key, options, decision, &mut record),
            Ok(LeafWrite::Done) => Ok(()),
            Err(e) => Err(e),
        };
        RECORD_BUFFER.set(record);
        result
    }

    /// The fast path: changes the leaf alone, with the records of the batch that join.
    fn write_leaf(
        &self,
        key: &SearchKey<'_>,
        options: WriteOptions,
        decision: &mut dyn Decision,
        record: &mut Record,
    ) -> Result<LeafWrite> {
        let mut mtr = self.store.begin(LEAF_LOG_BYTES)?;
        let hinted = match self.at_insert_point(&mut mtr, key)? {
            None if options.hint == PageNo::NULL => {
                let leaf = self.hashed_leaf(key);
                self.at_hint(&mut mtr, key, leaf)?
            }
            None => self.at_hint(&mut mtr, key, options.hint)?,
            at_insert_point => at_insert_point,
        };
        let (leaf, found) = match hinted {
            Some(leaf_and_place) => leaf_and_place,
            None => {
                let leaf = self.latch_leaf(&mut mtr, key)?;
                (leaf, mtr.hints(leaf).search(&self.held_page(&mtr, leaf), mtr.version(leaf), key))
            }
        };
        let Some(neighbours) = self.latch_neighbours(&mut mtr, leaf, found, options)? else {
            return Ok(LeafWrite::NeedsRestructure);
        };
        let site = self.site(&mtr, leaf, found, neighbours);
        let change = decision.decide(&site, record)?;
        let is_root = mtr.page_no(leaf) == self.root;
        if !takes(&site, change, record, is_root) {
            return Ok(LeafWrite::NeedsRestructure);
        }
        if change != Change::Keep {
            decision.before_change(&site);
        }
        let more = if change == Change::Put && !found.equal { self.joining(&site, decision) } else { 0 };
        (0..more).for_each(|_| decision.before_change(&site));
        match decision.batch().filter(|_| more > 0) {
            Some((run, range)) => {
                self.put_run(&mut mtr, leaf, found, run, range.start..range.start + 1 + more, options.stamp)
            }
            None => self.change_leaf(&mut mtr, leaf, found, change, record, options.stamp),
        }
        self.note_insert_point(&mtr, leaf);
        mtr.commit()?;
        Ok(LeafWrite::Done)
    }

    /// Couples down to the leaf that owns the key and latches the leaf exclusively (L4).
    fn latch_leaf(&self, mtr: &mut Mtr<'_>, key: &SearchKey<'_>) -> Result<Held> {
        loop {
            let mut page = self.read(self.root, None)?;
            let mut level = self.index_page(&page).level();
            while level > 1 {
                let child = self.child(&self.index_page(&page), Target::Key(key));
                level -= 1;
                page = self.read(child, Some(level))?;
            }
            if level == 1 {
                let child = self.child(&self.index_page(&page), Target::Key(key));
                self.store.prefetch(&self.space, child);
                return self.latch(mtr, child, Some(0));
            }
            // The root is the leaf. Between the shared and the exclusive latch it may rise and stop being a leaf.
            drop(page);
            let root = self.latch(mtr, self.root, None)?;
            if self.held_page(mtr, root).is_leaf() {
                return Ok(root);
            }
            mtr.release(root);
        }
    }

    /// Latches the neighbour leaves that have a record to be shown; returns `None` if another thread has the leaf
    /// before (R2).
    fn latch_neighbours(
        &self,
        mtr: &mut Mtr<'_>,
        leaf: Held,
        found: index::Found,
        options: WriteOptions,
    ) -> Result<Option<Neighbours>> {
        let mut neighbours = Neighbours::default();
        if !(options.prev || options.next) {
            return Ok(Some(neighbours));
        }
        let leaf_no = mtr.page_no(leaf);
        let page = self.held_page(mtr, leaf);
        let (prev_no, next_no) = (page.prev_page(), page.next_page());
        let first = if found.equal { page.prev(found.origin) } else { found.origin } == Origin::INFIMUM;
        let last = page.next(found.origin) == Origin::SUPREMUM;
        if let (true, Some(no)) = (options.prev && first, prev_no.some()) {
            let Some(held) = mtr.try_latch(&self.space, no)? else { return Ok(None) };
            // It is latched already; this admits it.
            neighbours.before = Some(self.latch(mtr, no, Some(0))?);
            self.check_neighbours(&self.held_page(mtr, held), no, &self.held_page(mtr, leaf), leaf_no)?;
        }
        if let (true, Some(no)) = (options.next && last, next_no.some()) {
            let held = self.latch(mtr, no, Some(0))?;
            neighbours.after = Some(held);
            self.check_neighbours(&self.held_page(mtr, leaf), leaf_no, &self.held_page(mtr, held), no)?;
        }
        Ok(Some(neighbours))
    }

    /// Returns the place that a search found, as the caller sees it.
    pub(crate) fn site<'a>(
        &'a self,
        mtr: &'a Mtr<'_>,
        leaf: Held,
        found: index::Found,
        neighbours: Neighbours,
    ) -> Site<'a> {
        Site {
            leaf: self.held_page(mtr, leaf),
            leaf_no: mtr.page_no(leaf),
            at: found.origin,
            equal: found.equal,
            before: neighbours.before.map(|held| self.held_page(mtr, held)),
            after: neighbours.after.map(|held| self.held_page(mtr, held)),
        }
    }

    /// Changes a leaf. REQUIRES: the leaf takes the change ([`takes`]).
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
        let (page_no, version, moved) = (mtr.page_no(leaf), mtr.version(leaf), mtr.origins_moved(leaf));
        let mut door = mtr.page(leaf);
        let mut page = IndexMut::new(&mut door, &self.layout);
        let mut hints = HintUpdate::Stale;
        match change {
            Change::Put if found.equal => {
                if page.replace(found.origin, record) {
                    hints = HintUpdate::Unchanged;
                } else {
                    let before = page.page().prev(found.origin);
                    page.remove(found.origin);
                    self.put_after(&mut page, before, record, page_no);
                }
            }
            Change::Put => match page.insert_after(found.origin, record) {
                Some(origin) => hints = HintUpdate::Inserted(origin),
                None => drop(self.put_after(&mut page, found.origin, record, page_no)),
            },
            Change::DeleteMark(deleted) => {
                page.set_deleted(found.origin, deleted);
                hints = HintUpdate::Unchanged;
            }
            Change::Remove => page.remove(found.origin),
            Change::Keep => {}
        }
        if self.has_stamps() && stamp > page.page().stamp() {
            page.set_stamp(stamp);
        }
        // `adaptive` R6
        if !matches!(hints, HintUpdate::Stale) {
            mtr.set_origins_moved(leaf, moved);
        }
        match hints {
            HintUpdate::Inserted(origin) => mtr.hints(leaf).inserted(&self.held_page(mtr, leaf), version, origin),
            // Without a changed byte the page keeps its version, so the hints are right as they are.
            HintUpdate::Unchanged if mtr.has_changes() => mtr.hints(leaf).kept(version),
            HintUpdate::Unchanged => {}
            HintUpdate::Stale => {}
        }
    }

    /// Inserts a record behind `prev`, after reorganising the page if necessary; returns its place. REQUIRES: it fits.
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
            None => unreachable!("REQUIRES: the record fits"),
        }
    }
}

/// Returns the place behind the first `n` records of the page: the `n`-th record, or the infimum for 0.
pub(crate) fn nth_before(page: &IndexPage<'_>, n: usize) -> Origin {
    if n == 0 { Origin::INFIMUM } else { page.nth(n - 1) }
}
