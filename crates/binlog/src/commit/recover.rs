//! Recovery after a crash: the last file of the log decides, and the engines follow it.
//!
//! ```text
//! engine   prepared:   1  2  3  4           binlog   XID 1 | XID 2 | GTID BEGIN ROWS ✂ (torn)
//!                      │  │  └──┴─ not in the log: rolled back
//!                      └──┴─────── in the log: committed
//! ```
//!
//! RULES
//!
//! - **R1** A transaction is in the log if all its events up to the last (XID, DDL statement) can be read. Bytes after
//!   the last whole transaction are cut off. A damaged sector in the middle of a file in use looks like a torn tail, so
//!   a cut is always reported.
//! - **R2** The log is synced before the engines follow it. After a kill (not a power loss) the log's last transactions
//!   may be in the system's memory only; without the sync the engines would keep what a later power loss takes from the
//!   log.
//! - **R3** Only the last file is read: before the log leaves a file, the commits of all its transactions are durable
//!   in the engines.
//!
//! PROOF of I5. Every engine's prepare of X is durable before the log gets X (`coordinator` R1). (a) The crash comes
//! before X is whole in the log. Then the commit was not acknowledged, and no engine has committed X, because engines
//! commit after the log's sync. X is rolled back wherever it is in doubt. (b) The crash comes after. Then X is in the
//! last file, or its commit is durable everywhere (R3). X is committed wherever it is in doubt. Under `sync_binlog = 1`
//! every acknowledged commit is in case (b). Recovery itself may crash anywhere: the next one makes the same decisions,
//! because the log was synced before the first of them (R2). ∎
//!
//! MySQL's counterpart: `binlog::Binlog_recovery`, `ha_recover`, `xarecover_handlerton`.

use super::participant::Participant;
use crate::error::{Decoded, Error, Failure, Result};
use crate::event::{Entry, Event};
use crate::log::{EventPosition, Grammar, Reader, clear_in_use};
use innolab_base::Xid;
use innolab_disk::Disk;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// What opening the log found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The file that was read; `None` for a new log.
    pub file: Option<String>,
    /// True if its writer had not closed it.
    pub crashed: bool,
    /// Number of whole transactions in it.
    pub transactions: u64,
    /// The offset at which it was cut, and the number of bytes removed.
    pub cut: Option<(u64, u64)>,
    /// Participants and the transactions that they had in doubt and committed.
    pub committed: Vec<(String, Xid)>,
    /// Participants and the transactions that they had in doubt and rolled back.
    pub rolled_back: Vec<(String, Xid)>,
}

impl Recovery {
    /// True if bytes were cut off or a transaction was in doubt: worth reporting to the user.
    pub fn has_changed_something(&self) -> bool {
        self.cut.is_some() || !self.committed.is_empty() || !self.rolled_back.is_empty()
    }
}

impl fmt::Display for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(file) = &self.file else { return f.write_str("a new log") };
        write!(f, "{file}: {}, ", if self.crashed { "not closed" } else { "closed" })?;
        write!(f, "{} transaction{}", self.transactions, if self.transactions == 1 { "" } else { "s" })?;
        if let Some((at, bytes)) = self.cut {
            write!(f, ", {bytes} bytes cut off at {at}")?;
        }
        self.committed.iter().try_for_each(|(name, xid)| write!(f, "; {name} commits {xid}"))?;
        self.rolled_back.iter().try_for_each(|(name, xid)| write!(f, "; {name} rolls back {xid}"))
    }
}

/// The contents of the last file.
#[derive(Default)]
struct LastFile {
    xids: BTreeSet<Xid>,
    transactions: u64,
    /// Offset behind the last whole transaction.
    end: u64,
    /// The last global id of a whole transaction.
    gno: u64,
    /// The global id of the transaction that is being read.
    open_gno: Option<u64>,
    grammar: Grammar,
}

impl LastFile {
    /// Adds the next event of the file (R1).
    fn add(&mut self, entry: &Entry) -> Decoded<()> {
        let position = self.grammar.step(entry)?;
        match &entry.event {
            Event::Xid(xid) => drop(self.xids.insert(*xid)),
            Event::Query(query) => self.xids.extend(query.ddl_xid().map(Xid)),
            Event::Gtid(gtid) => self.open_gno = Some(gtid.gno),
            Event::PreviousGtids(set) => {
                let ends = set.iter().flat_map(|(_, intervals)| intervals).map(|(_, end)| end.saturating_sub(1));
                self.gno = ends.max().unwrap_or(0);
            }
            _ => {}
        }
        if matches!(position, EventPosition::Last | EventPosition::Only) {
            self.transactions += 1;
            self.gno = self.open_gno.take().unwrap_or(self.gno);
        }
        if !self.grammar.in_transaction() {
            self.end = entry.end;
        }
        Ok(())
    }
}

/// Reads the last file of `names`, cuts its torn tail off and resolves what participants have in doubt. Returns also
/// the last global id that was assigned.
pub(crate) fn recover(
    disk: &dyn Disk,
    names: &[String],
    participants: &[Arc<dyn Participant>],
) -> Result<(Recovery, u64)> {
    let mut recovery = Recovery::default();
    let mut last = LastFile::default();
    if let Some(name) = names.last() {
        recovery.file = Some(name.clone());
        last = scan(disk, name, &mut recovery)?;
    }
    for participant in participants {
        resolve_in_doubt(&**participant, &last.xids, &mut recovery)?;
    }
    if let Some(name) = names.last().filter(|_| recovery.crashed) {
        clear_in_use(&*disk.open(name)?)?;
    }
    Ok((recovery, last.gno))
}

/// Reads the last file; cuts off what follows its last whole transaction (R1) and syncs it (R2).
fn scan(disk: &dyn Disk, name: &str, recovery: &mut Recovery) -> Result<LastFile> {
    let mut reader = Reader::open(disk, name)?.allow_holes();
    recovery.crashed = reader.in_use();
    let mut last = LastFile { end: reader.position(), ..LastFile::default() };
    while let Some(entry) = reader.next_entry()? {
        let wrong = |rule| Error::Corrupt { file: name.to_owned(), offset: entry.offset, rule };
        last.add(&entry).map_err(wrong)?;
    }
    recovery.transactions = last.transactions;
    if recovery.crashed {
        let end = reader.torn().map_or(reader.position(), |torn| torn.offset + torn.bytes);
        recovery.cut = (end > last.end).then(|| (last.end, end - last.end));
        let file = disk.open(name)?;
        // Preallocated space is cut off too; that is not reported.
        if file.len()? > last.end {
            file.set_len(last.end)?;
        }
        file.sync()?;
    }
    Ok(last)
}

/// Commits or rolls back what a participant has in doubt, as the log says.
fn resolve_in_doubt(participant: &dyn Participant, in_log: &BTreeSet<Xid>, recovery: &mut Recovery) -> Result<()> {
    let failed =
        |step| move |source: Failure| Error::Participant { participant: participant.name().to_owned(), step, source };
    for xid in participant.in_doubt().map_err(failed("list what is in doubt"))? {
        let done = (participant.name().to_owned(), xid);
        if in_log.contains(&xid) {
            participant.commit(xid).map_err(failed("commit"))?;
            recovery.committed.push(done);
        } else {
            participant.rollback(xid).map_err(failed("roll back"))?;
            recovery.rolled_back.push(done);
        }
    }
    participant.sync_committed().map_err(failed("sync its commits"))
}
