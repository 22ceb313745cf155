//! Checks that a log is whole: every checksum, the order of events, and the chain of files.
//!
//! ```text
//! binlog.000001  … ROTATE to 000002 ─┐      ends with ROTATE, STOP (shutdown), or neither: recovery cut a torn tail off
//! binlog.000002 ◄────────────────────┘
//!    PREVIOUS_GTIDS  1-57 = all that 000001 had
//! ```
//!
//! RULES
//!
//! - **R1** Every event can be read, in an order that [`crate::Grammar`] allows. Only a file in use may be torn.
//! - **R2** A GTID has the length of its transaction; sequence numbers ascend; a transaction depends on an earlier one
//!   only.
//! - **R3** The files are a chain ([`check_next`](crate::check_next)). A file whose writer died was never closed, and may be
//!   torn; R4 tells if the next file begins where its whole transactions end.
//! - **R4** PREVIOUS_GTIDS, or MariaDB's GTID_LIST, is the set of global ids of all whole transactions in the files before
//!   it.
//! - **R5** A transaction in a relay log may go on in the next file, and counts there. A ROTATE of the source says nothing
//!   of the relay log's files.
//!
//! MySQL's counterpart: `mysqlbinlog --verify-binlog-checksum` checks that events can be read, the first half of R1.

use crate::error::{Decoded, Error, Malformed, Result};
use crate::event::{Entry, Event, Gtid, GtidSet, ListedGtid, Sid, Tables, flags};
use crate::log::{EventPosition, Grammar, Reader, Torn, check_next};
use std::collections::BTreeMap;

/// How a file ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// With ROTATE to this file.
    Rotated(String),
    /// With STOP: the server was shut down.
    Stopped,
    /// After the last whole transaction: a recovery cut a torn tail off.
    Cut,
    /// It is being written, or its writer died; it is whole so far.
    InUse,
    /// It is being written, or its writer died in the middle of a write.
    Torn(Torn),
}

/// A file that is whole, and its contents in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Its name.
    pub file: String,
    /// Bytes to the end of its last whole event.
    pub bytes: u64,
    /// Number of whole events.
    pub events: u64,
    /// Number of whole transactions.
    pub transactions: u64,
    /// Number of rows that they changed.
    pub rows: u64,
    /// Number of events that are bytes to this crate: of an unknown kind, or rows with a column of an unknown type. Their
    /// checksums are right.
    pub unread: u64,
    /// The first of them: its offset, and what it is.
    pub first_unread: Option<(u64, String)>,
    /// Bytes of preallocated space behind its last event.
    pub preallocated: u64,
    /// How it ends.
    pub ending: Ending,
    /// The offset behind its last whole transaction.
    pub whole_to: u64,
    /// The newest global ids of whole transactions in this file and all before it.
    newest: Newest,
    /// What the next file of a relay log goes on with (R5).
    tables: Tables,
    grammar: Grammar,
}

/// The newest global id of each series (R4).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Newest {
    /// By server and tag.
    mysql: BTreeMap<(Sid, String), u64>,
    /// By domain and server.
    mariadb: BTreeMap<(u32, u32), u64>,
}

/// The global id of the transaction that is being read.
enum OpenId {
    Mysql((Sid, String), u64),
    Mariadb((u32, u32), u64),
}

/// Reads and checks a whole file; `before` is the result for the file before it, if it is not the first. ERRORS:
/// [`Error::Corrupt`] with file, offset and rule; [`Error::Disk`].
pub fn verify(mut reader: Reader, before: Option<&Verified>) -> Result<Verified> {
    let mut walk = Walk::new(&reader, before)?;
    if let Some(before) = before {
        reader = reader.after_tables(&before.tables);
    }
    while let Some(entry) = reader.next_entry()? {
        walk.step(&entry).map_err(|rule| walk.corrupt(entry.offset, rule))?;
    }
    walk.finish(&reader)
}

struct Walk<'a> {
    before: Option<&'a Verified>,
    seen: Verified,
    grammar: Grammar,
    /// The transaction that is being read: offset of its first event, and its GTID.
    open: Option<(u64, Option<Gtid>)>,
    open_id: Option<OpenId>,
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
            unread: 0,
            first_unread: None,
            preallocated: 0,
            ending: Ending::Cut,
            whole_to: reader.position(),
            newest: before.map(|before| before.newest.clone()).unwrap_or_default(),
            tables: Tables::new(),
            grammar: Grammar::new(),
        };
        let grammar = before.map(|before| before.grammar.clone()).unwrap_or_default();
        let walk = Walk { before, seen, grammar, open: None, open_id: None, sequence: 0 };
        let Some(before) = before else { return Ok(walk) };
        let rotated_to = match &before.ending {
            Ending::Rotated(next) => Some(&next[..]),
            Ending::Stopped | Ending::Cut | Ending::InUse | Ending::Torn(_) => None,
        };
        match check_next(&before.file, rotated_to, &walk.seen.file) {
            Ok(()) => Ok(walk),
            Err(rule) => Err(walk.corrupt(0, rule)),
        }
    }

    /// Checks the next event.
    fn step(&mut self, entry: &Entry) -> Decoded<()> {
        let position = self.grammar.step(entry)?;
        // In a relay log, events follow the ROTATEs of the source.
        self.seen.ending = Ending::Cut;
        if position == EventPosition::First {
            self.open = Some((entry.offset, None));
        }
        match &entry.event {
            Event::Gtid(gtid) | Event::AnonymousGtid(gtid) => {
                self.open = Some((entry.offset, Some(gtid.clone())));
                self.gtid(gtid)?;
            }
            Event::MariadbGtid(gtid) => {
                self.open_id = Some(OpenId::Mariadb((gtid.domain, entry.header.server_id), gtid.seq));
            }
            Event::PreviousGtids(set) if !self.grammar.is_relay_log() => self.previous(set)?,
            Event::GtidList(list) if !self.grammar.is_relay_log() => self.list(list)?,
            Event::Rows(rows) => self.seen.rows += rows.changes().count() as u64,
            Event::OpaqueRows(rows) => {
                self.unread(entry, format!("rows of {}.{}, {}", rows.table.db, rows.table.table, rows.unread_column()));
            }
            Event::Other(_) => self.unread(entry, entry.header.kind.to_string()),
            Event::Rotate { next_file, .. } if self.is_of_this_log(entry) => {
                self.seen.ending = Ending::Rotated(next_file.clone());
            }
            Event::Stop if self.is_of_this_log(entry) => self.seen.ending = Ending::Stopped,
            _ => {}
        }
        if matches!(position, EventPosition::Last | EventPosition::Only) {
            self.seen.transactions += 1;
            match self.open_id.take() {
                Some(OpenId::Mysql(source, gno)) => drop(self.seen.newest.mysql.insert(source, gno)),
                Some(OpenId::Mariadb(source, seq)) => drop(self.seen.newest.mariadb.insert(source, seq)),
                None => {}
            }
            self.length(entry.end)?;
        }
        self.seen.events += 1;
        self.seen.bytes = entry.end;
        if !self.grammar.in_transaction() {
            self.seen.whole_to = entry.end;
        }
        Ok(())
    }

    /// False for an event of the source that a relay log has a copy of (R5).
    fn is_of_this_log(&self, entry: &Entry) -> bool {
        !self.grammar.is_relay_log() || entry.header.flags & flags::RELAY_LOG != 0
    }

    fn unread(&mut self, entry: &Entry, what: String) {
        self.seen.unread += 1;
        self.seen.first_unread.get_or_insert((entry.offset, what));
    }

    /// Checks the length in the GTID of a transaction that ends at `end`; zero means unknown (R2).
    fn length(&mut self, end: u64) -> Decoded<()> {
        match self.open.take() {
            Some((start, Some(gtid))) if gtid.transaction_len != 0 && gtid.transaction_len != end - start => {
                Err("a transaction is not as long as its GTID says".into())
            }
            _ => Ok(()),
        }
    }

    /// Checks sequence numbers and the global id (R2).
    fn gtid(&mut self, gtid: &Gtid) -> Decoded<()> {
        if gtid.sequence_number != 0 {
            if gtid.sequence_number <= self.sequence {
                return Err("the sequence numbers of the transactions do not ascend".into());
            }
            if gtid.last_committed >= gtid.sequence_number {
                return Err("a transaction depends on one that is not before it".into());
            }
            self.sequence = gtid.sequence_number;
        }
        if gtid.gno != 0 {
            let source = (gtid.sid, gtid.tag.clone());
            if self.seen.newest.mysql.get(&source).is_some_and(|last| *last >= gtid.gno) {
                return Err("the global ids of a server do not ascend".into());
            }
            self.open_id = Some(OpenId::Mysql(source, gtid.gno));
        }
        Ok(())
    }

    /// Checks PREVIOUS_GTIDS against the files before (R4).
    fn previous(&mut self, set: &GtidSet) -> Decoded<()> {
        let newest = |intervals: &Vec<(u64, u64)>| intervals.iter().map(|(_, end)| end.saturating_sub(1)).max();
        let listed: BTreeMap<_, _> =
            set.iter().filter_map(|(source, of)| Some((source.clone(), newest(of)?))).collect();
        if self.before.is_some() && listed != self.seen.newest.mysql {
            return Err("PREVIOUS_GTIDS is not what the files before it had".into());
        }
        self.seen.newest.mysql = listed;
        Ok(())
    }

    /// Checks GTID_LIST against the files before (R4).
    fn list(&mut self, list: &[ListedGtid]) -> Decoded<()> {
        // The newest transaction of a domain is listed last.
        let listed: BTreeMap<_, _> = list.iter().map(|of| ((of.domain, of.server_id), of.seq)).collect();
        if self.before.is_some() && listed != self.seen.newest.mariadb {
            return Err("GTID_LIST is not what the files before it had".into());
        }
        self.seen.newest.mariadb = listed;
        Ok(())
    }

    /// Checks the end of the file (R1, R3).
    fn finish(mut self, reader: &Reader) -> Result<Verified> {
        let ended = self.seen.ending != Ending::Cut;
        self.seen.preallocated = reader.preallocated();
        match reader.torn() {
            Some(torn) => self.seen.ending = Ending::Torn(torn.clone()),
            // Nothing in a relay log says that it is in use.
            None if (reader.in_use() || self.grammar.is_relay_log()) && !ended => self.seen.ending = Ending::InUse,
            None if self.grammar.in_transaction() && !self.grammar.is_relay_log() => {
                return Err(self.corrupt(self.seen.whole_to, "a closed file ends inside a transaction".into()));
            }
            None => {}
        }
        self.seen.tables.clone_from(reader.tables());
        self.seen.grammar = self.grammar;
        Ok(self.seen)
    }

    fn corrupt(&self, offset: u64, rule: Malformed) -> Error {
        Error::Corrupt { file: self.seen.file.clone(), offset, rule }
    }
}
