//! Whether a log is whole: every checksum, how its events stand, and the chain of its files.
//!
//! ```text
//! binlog.000001  … ROTATE to 000002 ─┐      ends by ROTATE, by STOP (shutdown), or by neither: recovery cut a torn tail off
//! binlog.000002 ◄────────────────────┘
//!    PREVIOUS_GTIDS  1-57 = all that 000001 had
//! ```
//!
//! RULES
//!
//! - **R1** Every event can be read and stands where it may ([`crate::Grammar`]). Only the last file of a log may be
//!   torn, if it is in use.
//! - **R2** A GTID says how long its transaction is, and its sequence numbers ascend; it depends on an earlier one only.
//! - **R3** ROTATE names the file that comes next; a file that is followed by another was ended: by ROTATE, STOP or a recovery.
//! - **R4** PREVIOUS_GTIDS is what the files before it had.
//!
//! InnoDB's counterpart: none; `mysqlbinlog --verify-binlog-checksum` does the first third of R1.

use crate::error::{Error, Result};
use crate::event::{Entry, Event};
use crate::grammar::{Grammar, Place};
use crate::gtid::{Gtid, GtidSet};
use crate::reader::{Reader, Torn};
use std::collections::BTreeMap;

/// How a file ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The log goes on in this file.
    Rotated(String),
    /// The server was shut down.
    Stopped,
    /// After the last whole transaction: a recovery cut off what was torn.
    Cut,
    /// It is in use, or its writer died; so far it is whole.
    InUse,
    /// It is in use, or its writer died in the middle of a write.
    Torn(Torn),
}

/// A file that is whole, and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Its name.
    pub file: String,
    /// Bytes up to the end of its last whole event.
    pub bytes: u64,
    /// Whole events.
    pub events: u64,
    /// Whole transactions.
    pub transactions: u64,
    /// Rows that they changed.
    pub rows: u64,
    /// Zeros behind it that are room, no events.
    pub room: u64,
    /// How it ends.
    pub ending: Ending,
    /// The offset behind its last whole transaction.
    pub whole_to: u64,
    /// The newest global id of each server, this file's and all before it.
    newest: BTreeMap<[u8; 16], u64>,
}

/// Reads a whole file; `before` is the file before it, if it is not the first. ERRORS: [`Error::Corrupt`] with the
/// place and the rule; [`Error::Disk`].
pub fn verify(mut reader: Reader, before: Option<&Verified>) -> Result<Verified> {
    let mut walk = Walk::new(&reader, before)?;
    while let Some(entry) = reader.next_entry()? {
        walk.step(&entry).map_err(|rule| walk.corrupt(entry.offset, rule))?;
    }
    walk.finish(&reader)
}

struct Walk<'a> {
    before: Option<&'a Verified>,
    seen: Verified,
    grammar: Grammar,
    /// Where the transaction began in which we are, and what it says of itself.
    open: Option<(u64, Option<Gtid>)>,
    sequence: u64,
}

impl<'a> Walk<'a> {
    fn new(reader: &Reader, before: Option<&'a Verified>) -> Result<Walk<'a>> {
        let seen = Verified {
            file: reader.name().to_owned(),
            bytes: reader.position(),
            events: 0,
            transactions: 0,
            rows: 0,
            room: 0,
            ending: Ending::Cut,
            whole_to: reader.position(),
            newest: before.map(|b| b.newest.clone()).unwrap_or_default(),
        };
        let walk = Walk { before, seen, grammar: Grammar::new(), open: None, sequence: 0 };
        match before.map(|b| &b.ending) {
            Some(Ending::Rotated(next)) if *next != walk.seen.file => {
                Err(walk.corrupt(0, "the file before it goes on in another one"))
            }
            Some(Ending::InUse | Ending::Torn(_)) => Err(walk.corrupt(0, "the file before it has no end")),
            _ => Ok(walk),
        }
    }

    fn step(&mut self, entry: &Entry) -> std::result::Result<(), &'static str> {
        let place = self.grammar.step(entry)?;
        if place == Place::Begins {
            self.open = Some((entry.offset, None));
        }
        match &entry.event {
            Event::Gtid(gtid) | Event::AnonymousGtid(gtid) => {
                self.open = Some((entry.offset, Some(*gtid)));
                self.gtid(gtid)?;
            }
            Event::PreviousGtids(set) => self.previous(set)?,
            Event::Rows(rows) => self.seen.rows += rows.changes().count() as u64,
            Event::Rotate { next_file, .. } => self.seen.ending = Ending::Rotated(next_file.clone()),
            Event::Stop => self.seen.ending = Ending::Stopped,
            _ => {}
        }
        if matches!(place, Place::Ends | Place::Alone) {
            self.seen.transactions += 1;
            self.length(entry.end())?;
        }
        self.seen.events += 1;
        self.seen.bytes = entry.end();
        if !self.grammar.inside() {
            self.seen.whole_to = entry.end();
        }
        Ok(())
    }

    /// R2; zero is "not said".
    fn length(&mut self, end: u64) -> std::result::Result<(), &'static str> {
        match self.open.take() {
            Some((start, Some(gtid))) if gtid.transaction_len != 0 && gtid.transaction_len != end - start => {
                Err("a transaction is not as long as its GTID says")
            }
            _ => Ok(()),
        }
    }

    /// R2.
    fn gtid(&mut self, gtid: &Gtid) -> std::result::Result<(), &'static str> {
        if gtid.sequence_number != 0 {
            if gtid.sequence_number <= self.sequence {
                return Err("the sequence numbers of the transactions do not ascend");
            }
            if gtid.last_committed >= gtid.sequence_number {
                return Err("a transaction depends on one that is not before it");
            }
            self.sequence = gtid.sequence_number;
        }
        if gtid.gno != 0 && self.seen.newest.insert(gtid.sid, gtid.gno).is_some_and(|last| last >= gtid.gno) {
            return Err("the global ids of a server do not ascend");
        }
        Ok(())
    }

    /// R4.
    fn previous(&mut self, set: &GtidSet) -> std::result::Result<(), &'static str> {
        let newest = |intervals: &Vec<(u64, u64)>| intervals.iter().map(|(_, end)| end.saturating_sub(1)).max();
        let said: BTreeMap<_, _> = set.iter().filter_map(|(sid, of)| Some((*sid, newest(of)?))).collect();
        if self.before.is_some() && said != self.seen.newest {
            return Err("PREVIOUS_GTIDS is not what the files before it had");
        }
        self.seen.newest = said;
        Ok(())
    }

    /// R1, R3: the end of the file.
    fn finish(mut self, reader: &Reader) -> Result<Verified> {
        let ended = self.seen.ending != Ending::Cut;
        self.seen.room = reader.room();
        match reader.torn() {
            Some(torn) => self.seen.ending = Ending::Torn(torn.clone()),
            None if reader.in_use() && !ended => self.seen.ending = Ending::InUse,
            None if self.grammar.inside() => {
                return Err(self.corrupt(self.seen.whole_to, "a closed file ends inside a transaction"));
            }
            None => {}
        }
        Ok(self.seen)
    }

    fn corrupt(&self, offset: u64, rule: &'static str) -> Error {
        Error::Corrupt { file: self.seen.file.clone(), offset, rule }
    }
}
