//! Purge: what a delete left is removed once nobody can want it back.
//!
//! ```text
//! history    no 12 ─► no 15 ─► no 21 │ horizon 19: every view sees 12 and 15, not all see 21
//!             │        │
//!             │        └ delete-mark of row 7:  its entries, then the row, if it still is as this change left it
//!             └ update of row 5, k from 1 to 2: the entry (1, 5), if no version has it any more
//! ```
//!
//! RULES
//!
//! - **R1** A log is taken when its number is below the horizon (`mvcc` R5): nobody needs what it replaced.
//! - **R2** A delete-marked row goes if it bears the address of the undo record that tells of the mark: else it has
//!   changed since.
//! - **R3** An entry goes if it is delete-marked and no version of its row, down to the first that everybody sees, is a
//!   live one with these values. This is looked at with the entry's leaf latched: who wants to use the entry again
//!   changes the row first (R4 of `write`), so either we see the row changed, or he comes after us.
//! - **R4** Locks on what goes are inherited while the latches are held (I9).
//! - **R5** Purging twice is harmless: a crash may bring a log back whose rows are gone.
//!
//! FACT. No entry stays for ever. PROOF. An entry that R3 keeps is live in a version that some view may not see as
//! replaced yet; the change that replaced that version has an undo record above the horizon, with the entry's values;
//! purge comes to it later.
//!
//! InnoDB's counterpart: `trx0purge`, `row0purge` (`row_purge_poss_sec`), `row_vers_old_has_index_entry`.

use crate::engine::Engine;
use crate::error::Result;
use crate::events::Purged;
use crate::implicit::is_entry_of;
use crate::row::{Fields, System};
use crate::table::{Index, Table};
use crate::undo_rec::{FieldList, Op, UndoRec};
use crate::version::Versions;
use crate::write::Names;
use innolab_btree::{Ask, Change, Decision, Seek, Site};
use innolab_page::{Record, RecordRef};
use innolab_undo::History;

/// What becomes of an entry of a secondary index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays as it is.
    Keep,
    /// It stays, delete-marked.
    Mark,
    /// It goes.
    Remove,
}

impl Engine {
    /// Purges all that nobody can see any more; how many transactions' logs that were. One at a time: who comes second
    /// waits. REQUIRES: no latch is held.
    /// ERRORS: what reading and changing pages can bring; it can be tried again.
    #[doc(alias = "trx_purge")]
    pub fn purge(&self) -> Result<u64> {
        self.purge_while(&|| true)
    }

    /// As [`Engine::purge`], while `go_on` says so, which is asked after each log.
    pub(crate) fn purge_while(&self, go_on: &dyn Fn() -> bool) -> Result<u64> {
        self.check()?;
        let _one_at_a_time = self.purging.lock();
        let mut logs = 0;
        while go_on()
            && let Some(log) = self.undo.next_purgeable(self.mvcc.horizon())?
        {
            self.purge_log(log)?;
            logs += 1;
        }
        Ok(logs)
    }

    fn purge_log(&self, mut log: History) -> Result<()> {
        let (trx, no) = (log.trx, log.no);
        let (mut payload, mut records, mut work) = (Vec::new(), 0, Work::default());
        while let Some(at) = log.next(&mut payload)? {
            let written = System { trx_id: trx, roll_ptr: at.0 };
            work.purge(self, &UndoRec::parse(&payload)?, written)?;
            records += 1;
        }
        log.free()?;
        self.store.events().emit(|| Purged { trx, no, records });
        Ok(())
    }

    /// How many transactions' logs wait to be purged.
    #[doc(alias = "trx_rseg_history_len")]
    pub fn history_length(&self) -> u64 {
        self.undo.history_length()
    }
}

/// Buffers.
#[derive(Default)]
struct Work {
    names: Names,
    entry: Fields,
}

impl Work {
    /// Removes what a change replaced. `written`: what the row bears if it is still the last one.
    #[doc(alias = "row_purge_record")]
    fn purge(&mut self, engine: &Engine, undo: &UndoRec<'_>, written: System) -> Result<()> {
        let replaced_a_live_row = matches!(undo.op, Op::Update | Op::DeleteMark);
        if !(replaced_a_live_row && undo.ordering) {
            return Ok(());
        }
        // The rows of a dropped table went with its file.
        let Some(table) = engine.tables.read().by_id(undo.table).cloned() else { return Ok(()) };
        let clustered = table.clustered();
        undo.check_key(clustered.codec.layout())?;
        let field = |i: usize| undo.key.get(i).copied().unwrap_or_else(|| undo.old_value(i).flatten());
        for (_, index) in table.secondaries() {
            index.codec.entry_from(field, &mut self.entry);
            let mut judge = |entry: RecordRef<'_>| {
                let goes = entry.is_deleted() && !is_needed(engine, &table, index, entry, true)?;
                Ok(if goes { Fate::Remove } else { Fate::Keep })
            };
            settle_entry(engine, index, &self.entry, &mut self.names, 0, &mut judge)?;
        }
        if undo.op == Op::DeleteMark {
            let mut remove = RemoveRow { engine, clustered, written, names: &mut self.names };
            clustered.tree.write_by(&undo.key, Ask { next: true, ..Ask::default() }, &mut remove)?;
        }
        Ok(())
    }
}

/// R2
struct RemoveRow<'a> {
    engine: &'a Engine,
    clustered: &'a Index,
    written: System,
    names: &'a mut Names,
}

impl Decision for RemoveRow<'_> {
    fn decide(&mut self, site: &Site<'_>, _: &mut Record) -> innolab_btree::Result<Change> {
        let same = |there: RecordRef<'_>| there.is_deleted() && self.clustered.codec.system(there) == self.written;
        Ok(if site.record().is_some_and(same) { Change::Remove } else { Change::Keep })
    }

    fn certain(&mut self, site: &Site<'_>) {
        inherit_on_remove(self.engine, self.clustered, self.names, site);
    }
}

/// R4
pub(crate) fn inherit_on_remove(engine: &Engine, index: &Index, names: &mut Names, site: &Site<'_>) {
    if let (Some(there), false) = (site.record(), engine.lock.is_idle()) {
        let (removed, successor) = names.both(index, site, there.key());
        engine.lock.inherit_on_remove(&removed, &successor);
    }
}

/// Shows an entry, if it is there, to `judge`, under its leaf's latch, and does what it says. `stamp`: see [`Ask::stamp`].
pub(crate) fn settle_entry(
    engine: &Engine,
    index: &Index,
    entry: &Fields,
    names: &mut Names,
    stamp: u64,
    judge: &mut dyn FnMut(RecordRef<'_>) -> Result<Fate>,
) -> Result<()> {
    let fields: FieldList<'_> = entry.iter().collect();
    let mut settle = Settle { engine, index, names, judge, fate: Ok(Fate::Keep) };
    index.tree.write_by(&fields, Ask { next: true, stamp, ..Ask::default() }, &mut settle)?;
    settle.fate.map(drop)
}

struct Settle<'a> {
    engine: &'a Engine,
    index: &'a Index,
    names: &'a mut Names,
    judge: &'a mut dyn FnMut(RecordRef<'_>) -> Result<Fate>,
    fate: Result<Fate>,
}

impl Decision for Settle<'_> {
    fn decide(&mut self, site: &Site<'_>, _: &mut Record) -> innolab_btree::Result<Change> {
        self.fate = site.record().map_or(Ok(Fate::Keep), |there| (self.judge)(there));
        Ok(match self.fate {
            Ok(Fate::Mark) => Change::DeleteMark(true),
            Ok(Fate::Remove) => Change::Remove,
            _ => Change::Keep,
        })
    }

    fn certain(&mut self, site: &Site<'_>) {
        if matches!(self.fate, Ok(Fate::Remove)) {
            inherit_on_remove(self.engine, self.index, self.names, site);
        }
    }
}

/// Whether a version of the row that somebody may still see has this entry. `with_newest`: the newest version counts too.
/// LOCKS: called with the entry's leaf latched; latches the row's leaf, then undo pages (`docs/latching.md`).
#[doc(alias = "row_vers_old_has_index_entry")]
pub(crate) fn is_needed(
    engine: &Engine,
    table: &Table,
    index: &Index,
    entry: RecordRef<'_>,
    with_newest: bool,
) -> Result<bool> {
    let clustered = table.clustered();
    let mut key = Fields::default();
    index.codec.key_of_entry(entry, &mut key);
    let key: FieldList<'_> = key.iter().collect();
    let mut cursor = clustered.tree.cursor();
    if !cursor.seek(&key, Seek::AtLeast)? || cursor.record().compare(&key).is_ne() {
        return Ok(false);
    }
    let has = |version: RecordRef<'_>| !version.is_deleted() && is_entry_of(index, entry, version);
    if with_newest && has(cursor.record()) {
        return Ok(true);
    }
    let layout = clustered.codec.layout();
    let (mut versions, mut version, mut before) = (Versions::default(), Record::new(), Record::new());
    version.copy(cursor.record());
    loop {
        let writer = clustered.codec.system(version.view(layout)).trx_id;
        if engine.mvcc.seen_by_all(writer) {
            return Ok(false);
        }
        let there = versions.before(&engine.undo, &clustered.codec, version.view(layout), &mut before);
        // Its undo may have gone while it was read; then it is not needed either.
        if engine.mvcc.seen_by_all(writer) || !there? {
            return Ok(false);
        }
        if has(before.view(layout)) {
            return Ok(true);
        }
        std::mem::swap(&mut version, &mut before);
    }
}
