//! After a crash: what is in the last file is true, and the engines follow it.
//!
//! ```text
//! engine   prepared:   1  2  3  4           binlog   XID 1 | XID 2 | GTID BEGIN ROWS ✂ (torn)
//!                      │  │  └──┴─ not in the log: rolled back
//!                      └──┴─────── in the log: committed
//! ```
//!
//! RULES
//!
//! - **R1** A transaction is in the log if all its events to its last (XID, DDL statement) can be read. What stands
//!   after the last whole transaction is cut off. A damaged sector in the middle of a file in use looks like a torn
//!   tail; so what was cut is reported, never silent.
//! - **R2** The log is synced before it is believed: after a kill (not a power loss) its last transactions may be in
//!   the system's memory only, and the engines would keep what a power loss then takes from the log.
//! - **R3** Only the last file is read: before the log leaves a file, all commits of its transactions are durable in the engines.
//!
//! PROOF of I5. Let the engines have prepared X, durable, when the log gets X (stage order). (a) The crash comes before
//! X is whole in the log: nobody was told, X is rolled back wherever it is in doubt, and it cannot be committed
//! anywhere, because engines commit after the log's sync. (b) It comes after: X is in the last file, or R3 holds; it is
//! committed wherever it is in doubt. Under `sync_binlog = 1` what was acknowledged is in case (b). Recovery itself may
//! crash anywhere: it only repeats its decisions, R2 being why they stay the same. ∎
//!
//! MySQL's counterpart: `binlog::Binlog_recovery`, `ha_recover`, `xarecover_handlerton`.

use crate::error::{Error, Failure, Parsed, Result};
use crate::event::{Entry, Event};
use crate::grammar::{Grammar, Place};
use crate::log::clear_in_use;
use crate::participant::Participant;
use crate::reader::Reader;
use innolab_base::Xid;
use innolab_disk::Disk;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// What was found and done at opening.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// The file that was read, if there was one.
    pub file: Option<String>,
    /// Whether its writer had not closed it.
    pub crashed: bool,
    /// Whole transactions in it.
    pub transactions: u64,
    /// The offset at which it was cut and how many bytes went.
    pub cut: Option<(u64, u64)>,
    /// Who was in doubt about what and committed it.
    pub committed: Vec<(String, Xid)>,
    /// Who was in doubt about what and rolled it back.
    pub rolled_back: Vec<(String, Xid)>,
}

impl Recovery {
    /// Whether bytes were cut off or somebody was in doubt: somebody should hear of it.
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
        self.committed.iter().try_for_each(|(who, xid)| write!(f, "; {who} commits {xid}"))?;
        self.rolled_back.iter().try_for_each(|(who, xid)| write!(f, "; {who} rolls back {xid}"))
    }
}

/// What the last file has.
#[derive(Default)]
struct Last {
    xids: BTreeSet<Xid>,
    transactions: u64,
    /// Behind the last whole transaction.
    end: u64,
    /// The last global id of a whole transaction.
    gno: u64,
    /// That of the transaction in which we are.
    open_gno: Option<u64>,
    grammar: Grammar,
}

impl Last {
    /// The next event of the file (R1).
    fn take(&mut self, entry: &Entry) -> Parsed<()> {
        let place = self.grammar.step(entry)?;
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
        if matches!(place, Place::Ends | Place::Alone) {
            self.transactions += 1;
            self.gno = self.open_gno.take().unwrap_or(self.gno);
        }
        if !self.grammar.inside() {
            self.end = entry.end();
        }
        Ok(())
    }
}

/// Reads the last of `names`, repairs its tail and lets the participants follow it; also the last global id that was given.
pub(crate) fn recover(
    disk: &dyn Disk,
    names: &[String],
    participants: &[Arc<dyn Participant>],
) -> Result<(Recovery, u64)> {
    let mut recovery = Recovery::default();
    let mut last = Last::default();
    if let Some(name) = names.last() {
        recovery.file = Some(name.clone());
        last = scan(disk, name, &mut recovery)?;
    }
    for participant in participants {
        settle(&**participant, &last.xids, &mut recovery)?;
    }
    if let Some(name) = names.last().filter(|_| recovery.crashed) {
        clear_in_use(&*disk.open(name)?)?;
    }
    Ok((recovery, last.gno))
}

/// R1, R2.
fn scan(disk: &dyn Disk, name: &str, recovery: &mut Recovery) -> Result<Last> {
    let mut reader = Reader::open(disk, name)?;
    recovery.crashed = reader.in_use();
    let mut last = Last { end: reader.position(), ..Last::default() };
    while let Some(entry) = reader.next_entry()? {
        let wrong = |rule| Error::Corrupt { file: name.to_owned(), offset: entry.offset, rule };
        last.take(&entry).map_err(wrong)?;
    }
    recovery.transactions = last.transactions;
    if recovery.crashed {
        let end = reader.torn().map_or(reader.position(), |torn| torn.offset + torn.bytes);
        recovery.cut = (end > last.end).then(|| (last.end, end - last.end));
        let file = disk.open(name)?;
        // Room goes too, unreported.
        if file.len()? > last.end {
            file.set_len(last.end)?;
        }
        file.sync()?;
    }
    Ok(last)
}

/// One participant follows the log.
fn settle(participant: &dyn Participant, in_log: &BTreeSet<Xid>, recovery: &mut Recovery) -> Result<()> {
    let failed = |step| move |source: Failure| Error::Participant { who: participant.name().to_owned(), step, source };
    for xid in participant.in_doubt().map_err(failed("say what is in doubt"))? {
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
