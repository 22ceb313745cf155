//! The fate of an entry of a secondary index whose row is purged or rolled back, decided under the latch of its leaf.
//!
//! ```text
//!  entry ─► Keep     the row still needs it, or it is no longer there
//!        ─► Mark     an older version that a view may see has it
//!        ─► Remove   no version that a view may see has it
//! ```
//!
//! RULES: R3 and R4 of `purge`.
//!
//! InnoDB's counterpart: `row_purge_poss_sec`, `row_vers_old_has_index_entry`.

use crate::codec::{FieldList, Fields, Result};
use crate::core::Engine;
use crate::dict::{Index, Table};
use crate::rows::{Names, Versions, inherit_on_remove, is_entry_of};
use innolab_btree::{Change, Decision, Seek, Site, WriteOptions};
use innolab_page::{Record, RecordRef};

/// The fate of an entry of a secondary index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stays.
    Keep,
    /// It stays, delete-marked.
    Mark,
    /// It is removed, and its locks are inherited.
    Remove,
}

/// Shows an entry, if it exists, to `judge` under the latch of its leaf, and carries out the verdict. `stamp`: see
/// [`WriteOptions::stamp`].
pub(crate) fn decide_entry(
    engine: &Engine,
    index: &Index,
    entry: &Fields,
    names: &mut Names,
    stamp: u64,
    judge: &mut dyn FnMut(RecordRef<'_>) -> Result<Fate>,
) -> Result<()> {
    let fields: FieldList<'_> = entry.iter().collect();
    let mut decision = EntryDecision { engine, index, names, judge, fate: Ok(Fate::Keep) };
    index.tree.write_by(&fields, WriteOptions { next: true, stamp, ..WriteOptions::default() }, &mut decision)?;
    decision.fate.map(drop)
}

struct EntryDecision<'a> {
    engine: &'a Engine,
    index: &'a Index,
    names: &'a mut Names,
    judge: &'a mut dyn FnMut(RecordRef<'_>) -> Result<Fate>,
    fate: Result<Fate>,
}

impl Decision for EntryDecision<'_> {
    fn decide(&mut self, site: &Site<'_>, _: &mut Record) -> innolab_btree::Result<Change> {
        self.fate = site.record().map_or(Ok(Fate::Keep), |there| (self.judge)(there));
        Ok(match self.fate {
            Ok(Fate::Mark) => Change::DeleteMark(true),
            Ok(Fate::Remove) => Change::Remove,
            _ => Change::Keep,
        })
    }

    fn before_change(&mut self, site: &Site<'_>) {
        if matches!(self.fate, Ok(Fate::Remove)) {
            inherit_on_remove(self.engine, self.index, self.names, site);
        }
    }
}

/// True if a version of the row that a view may see has this entry. `with_newest`: the newest version counts too.
/// LOCKS: called with the entry's leaf latched; latches the row's leaf, then undo pages (`docs/latching.md`).
#[doc(alias = "row_vers_old_has_index_entry")]
pub(crate) fn is_visible_to_a_view(
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
        // Its undo may be purged while it is read; then all views see the version, and older ones are not needed.
        if engine.mvcc.seen_by_all(writer) || !there? {
            return Ok(false);
        }
        if has(before.view(layout)) {
            return Ok(true);
        }
        std::mem::swap(&mut version, &mut before);
    }
}
