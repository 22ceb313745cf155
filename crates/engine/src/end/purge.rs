//! Purge: removes delete-marked rows and entries once no view can see them.
//!
//! ```text
//! history    no 12 ─► no 15 ─► no 21 │ horizon 19: every view sees 12 and 15, not every view sees 21
//!             │        │
//!             │        └ delete-mark of row 7:  its entries, then the row, if it is still as this change left it
//!             └ update of row 5, k from 1 to 2: the entry (1, 5), if no version has it
//! ```
//!
//! RULES
//!
//! - **R1** A log is purged when its number is below the horizon (`mvcc` R5): no view needs what it replaced.
//! - **R2** A delete-marked row is removed only if it bears the address of the undo record of that mark: otherwise it
//!   has changed since.
//! - **R3** An entry is removed if it is delete-marked and no version of its row, down to the first that every view
//!   sees, is live and has its values. This is decided with the entry's leaf latched. A writer that uses the entry
//!   again changes the row first (R4 of `write`): so either purge sees the row changed, or the writer reaches the
//!   entry after purge.
//! - **R4** Locks on a removed record are inherited while the latches are held (I9).
//! - **R5** Purging twice is harmless: a crash may bring a log back whose rows are already removed.
//!
//! FACT. No entry stays for ever. PROOF. R3 keeps an entry because of a live version that some view may still read. The
//! change that replaced that version has an undo record above the horizon, with the entry's values, and purge reaches
//! it later.
//!
//! InnoDB's counterpart: `trx0purge`, `row0purge` (`row_purge_poss_sec`), `row_vers_old_has_index_entry`.

use super::fate::{Fate, decide_entry, is_visible_to_a_view};
use crate::codec::{Fields, Op, Result, System, UndoRec};
use crate::core::Engine;
use crate::core::events::Purged;
use crate::dict::Index;
use crate::rows::{Names, inherit_on_remove};
use innolab_base::sync::atomic::Ordering;
use innolab_btree::{Change, Decision, Site, WriteOptions};
use innolab_page::{Record, RecordRef};
use innolab_undo::CommittedLog;

impl Engine {
    /// Purges everything that no view can see. Returns the number of transactions' logs that were purged. A second
    /// caller waits for the first. REQUIRES: no latch is held.
    /// ERRORS: those of reading and changing pages; it can be called again.
    #[doc(alias = "trx_purge")]
    pub fn purge(&self) -> Result<u64> {
        self.purge_while(&|| true)
    }

    /// As [`Engine::purge`], as long as `go_on`, called before each log, returns true.
    pub(crate) fn purge_while(&self, go_on: &dyn Fn() -> bool) -> Result<u64> {
        self.check()?;
        let _one_at_a_time = self.purging.lock();
        let mut logs = 0;
        // `ddl::quiesce` R2, `metadata` R4
        while go_on()
            && self.purge_stops.load(Ordering::Acquire) == 0
            && !self.lock.is_name_waited_for(None)
            && let Some(log) = self.undo.next_purgeable(self.mvcc.horizon())?
        {
            self.purge_log(log)?;
            logs += 1;
        }
        Ok(logs)
    }

    fn purge_log(&self, mut log: CommittedLog) -> Result<()> {
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

    /// Number of transactions' logs that wait to be purged.
    #[doc(alias = "trx_rseg_history_len")]
    pub fn history_length(&self) -> u64 {
        self.undo.history_length()
    }
}

/// Buffers of one log's purge.
#[derive(Default)]
struct Work {
    names: Names,
    entry: Fields,
}

impl Work {
    /// Removes what a change replaced. `written`: the system columns of the row if this change is its last.
    #[doc(alias = "row_purge_record")]
    fn purge(&mut self, engine: &Engine, undo: &UndoRec<'_>, written: System) -> Result<()> {
        let replaced_a_live_row = matches!(undo.op, Op::Update | Op::DeleteMark);
        if !(replaced_a_live_row && undo.ordering) {
            return Ok(());
        }
        // The rows of a dropped table were removed with its file.
        let Some(table) = engine.tables.read().by_id(undo.table).cloned() else { return Ok(()) };
        let clustered = table.clustered();
        undo.check_key(clustered.codec.layout())?;
        let field = |i: usize| undo.key.get(i).copied().unwrap_or_else(|| undo.old_value(i).flatten());
        for (_, index) in table.secondaries() {
            index.codec.entry_from(field, &mut self.entry);
            let mut judge = |entry: RecordRef<'_>| {
                let goes = entry.is_deleted() && !is_visible_to_a_view(engine, &table, index, entry, true)?;
                Ok(if goes { Fate::Remove } else { Fate::Keep })
            };
            decide_entry(engine, index, &self.entry, &mut self.names, 0, &mut judge)?;
        }
        if undo.op == Op::DeleteMark {
            let mut remove = RemoveRow { engine, clustered, written, names: &mut self.names };
            clustered.tree.write_by(&undo.key, WriteOptions { next: true, ..WriteOptions::default() }, &mut remove)?;
        }
        Ok(())
    }
}

/// The decision that removes a delete-marked row, under the latch (R2).
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

    fn before_change(&mut self, site: &Site<'_>) {
        inherit_on_remove(self.engine, self.clustered, self.names, site);
    }
}
