//! Flashback: the changes that undo a range of the log.
//!
//! ```text
//! log        trx 1: insert a | trx 2: update a→b, delete c | trx 3: insert d
//! flashback  delete d | insert c, update b→a | delete a     newest transaction and row first, each row reversed
//! ```
//!
//! RULES
//!
//! - **R1** Only rows can be reversed, and only if the log has the values that each column had before. Images that are not
//!   full (`binlog_row_image` = MINIMAL or NOBLOB) may lack them; that is an error. What the log lacks of the row as it is
//!   now, such as a JSON document of which parts changed, is [`Value::Missing`] in the change that is returned.
//!   A statement (DDL too) is an error that quotes its text, unless the [`Scope`] lets it pass; skipping it would leave its
//!   changes in place unnoticed.
//! - **R2** A transaction that is only partly in the range is an error; it is not reversed in part.
//! - **R3** Rows of tables outside the scope are not looked at.
//! - **R4** An XA transaction is logged when it is prepared, and undone as if it stood at its XA COMMIT: it kept its locks
//!   up to there, so nothing between the two changed its rows. One that is rolled back changed nothing. If the range has
//!   an XA COMMIT without its rows, or rows without the outcome, that is an error.
//! - **R5** A transaction in a relay log may go on in the next file. If one begins within another after a
//!   FORMAT_DESCRIPTION, the other is not whole, and comes again ([`Grammar`](crate::Grammar) R4, R5).
//!
//! MariaDB's counterpart: `mysqlbinlog --flashback`.

use crate::error::{Error, Result};
use crate::event::{Change, Entry, Event, MAGIC, Query, Rows, TableMap, Value, flags};
use crate::log::RowChange;
use std::collections::BTreeMap;

/// The changes that undo one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// The file of the transaction's first event; of an XA transaction, of its XA COMMIT (R4).
    pub file: String,
    /// Offset of the transaction's first event.
    pub offset: u64,
    /// The changes, in the order in which they must be applied.
    pub changes: Vec<RowChange>,
}

/// What is to be reversed.
pub struct Scope<'a> {
    /// True for a table whose rows are reversed.
    pub table: &'a dyn Fn(&TableMap) -> bool,
    /// True for a statement that changes no such row.
    pub passes: &'a dyn Fn(&Query) -> bool,
}

impl Scope<'_> {
    /// All tables; no statement passes.
    pub const ALL: Scope<'static> = Scope { table: &|_| true, passes: &|_| false };
}

/// Returns what undoes the transactions of `entries`, events of `file` in order: newest transaction first.
///
/// ERRORS: [`Error::NotReversible`] (R1, R2, R4).
pub fn reverse<'a>(file: &str, entries: impl IntoIterator<Item = &'a Entry>, scope: &Scope) -> Result<Vec<Undo>> {
    let mut reversal = Reversal::new(scope);
    reversal.read(file, entries)?;
    reversal.finish()
}

/// Reverses the transactions of several files, which are read in their order.
pub struct Reversal<'a> {
    scope: &'a Scope<'a>,
    /// The file that is being read.
    file: String,
    undos: Vec<Undo>,
    /// The transaction that is being read.
    open: Option<Undo>,
    /// True after its BEGIN: a statement is not all of it.
    begun: bool,
    /// The XA id of the open transaction, as its XA END has it.
    xa: Option<String>,
    /// The transactions that are prepared, by XA id (R4).
    prepared: BTreeMap<String, Undo>,
    relay: bool,
    /// True after a FORMAT_DESCRIPTION of a relay log (R5).
    resumes: bool,
}

fn refuse(file: &str, offset: u64, what: String) -> Error {
    Error::NotReversible { file: file.into(), offset, what }
}

impl<'a> Reversal<'a> {
    /// Nothing is read yet.
    pub fn new(scope: &'a Scope<'a>) -> Reversal<'a> {
        Reversal {
            scope,
            file: String::new(),
            undos: Vec::new(),
            open: None,
            begun: false,
            xa: None,
            prepared: BTreeMap::new(),
            relay: false,
            resumes: false,
        }
    }

    /// Reads the events of the next file. ERRORS: [`Error::NotReversible`] (R1, R2, R4).
    pub fn read<'b>(&mut self, file: &str, entries: impl IntoIterator<Item = &'b Entry>) -> Result<()> {
        file.clone_into(&mut self.file);
        entries.into_iter().try_for_each(|entry| self.step(entry))
    }

    /// Returns what undoes the transactions that were read: newest transaction first. ERRORS: [`Error::NotReversible`]
    /// (R2, R4).
    pub fn finish(mut self) -> Result<Vec<Undo>> {
        self.no_open()?;
        if let Some((id, left)) = self.prepared.iter().find(|(_, undo)| !undo.changes.is_empty()) {
            let what = format!("an XA transaction that the range does not end, {id},");
            return Err(refuse(&left.file, left.offset, what));
        }
        self.undos.iter_mut().for_each(|undo| undo.changes.reverse());
        self.undos.reverse();
        Ok(self.undos)
    }

    fn step(&mut self, entry: &Entry) -> Result<()> {
        let at = entry.offset;
        match &entry.event {
            Event::FormatDescription(_) => self.format(entry)?,
            Event::Gtid(_) | Event::AnonymousGtid(_) => self.begin(at, false)?,
            Event::MariadbGtid(gtid) => self.begin(at, !gtid.standalone())?,
            Event::Query(query) => self.query(at, query)?,
            Event::Rows(rows) if (self.scope.table)(&rows.table) => self.rows(at, rows)?,
            Event::OpaqueRows(rows) if (self.scope.table)(&rows.table) => {
                let (map, column) = (&rows.table, rows.unread_column());
                return Err(refuse(&self.file, at, format!("rows of {}.{}, {column}", map.db, map.table)));
            }
            Event::Xid(_) | Event::XaPrepare { one_phase: true } => self.end(at)?,
            Event::XaPrepare { one_phase: false } => self.prepare(at)?,
            Event::Other(_) => return Err(refuse(&self.file, at, format!("an event of {}", entry.header.kind))),
            _ => {}
        }
        Ok(())
    }

    /// A file begins, or a relay log goes on (R5).
    fn format(&mut self, entry: &Entry) -> Result<()> {
        if entry.offset == MAGIC.len() as u64 {
            let relay = entry.header.flags & flags::RELAY_LOG != 0;
            if !(self.relay && relay) {
                self.no_open()?;
            }
            self.relay = relay;
        }
        self.resumes = self.relay;
        Ok(())
    }

    fn begin(&mut self, offset: u64, begun: bool) -> Result<()> {
        if std::mem::take(&mut self.resumes) {
            self.open = None;
        }
        self.no_open()?;
        self.begun = begun;
        self.open = Some(Undo { file: self.file.clone(), offset, changes: Vec::new() });
        Ok(())
    }

    /// ERRORS: a transaction has begun and not ended (R2).
    fn no_open(&self) -> Result<()> {
        let cut = |open: &Undo| Err(refuse(&open.file, open.offset, "a transaction without its end".into()));
        self.open.as_ref().map_or(Ok(()), cut)
    }

    /// Takes the transaction that ends at `at`. ERRORS: it has not begun (R2).
    fn take_open(&mut self, at: u64) -> Result<Undo> {
        self.open.take().ok_or_else(|| refuse(&self.file, at, "a transaction without its start".into()))
    }

    fn end(&mut self, at: u64) -> Result<()> {
        let ended = self.take_open(at)?;
        self.xa = None;
        self.undos.extend(Some(ended).filter(|undo| !undo.changes.is_empty()));
        Ok(())
    }

    fn prepare(&mut self, at: u64) -> Result<()> {
        let prepared = self.take_open(at)?;
        let id = self.xa.take().ok_or_else(|| refuse(&self.file, at, "an XA transaction without its XA END".into()))?;
        self.prepared.insert(id, prepared);
        Ok(())
    }

    fn query(&mut self, at: u64, query: &Query) -> Result<()> {
        let sql = query.sql.as_str();
        let resumes = std::mem::take(&mut self.resumes);
        let refused = || refuse(&self.file, at, format!("`{sql}`"));
        if sql == "BEGIN" || sql.starts_with("XA START ") {
            if resumes && self.begun {
                self.open = None;
            }
            self.begun = true;
            self.open.get_or_insert(Undo { file: self.file.clone(), offset: at, changes: Vec::new() });
        } else if sql == "COMMIT" {
            self.end(at)?;
        } else if let Some(id) = sql.strip_prefix("XA END ") {
            self.xa = Some(id.to_owned());
        } else if let Some(id) = sql.strip_prefix("XA COMMIT ") {
            let prepared = self.prepared.remove(id).ok_or_else(refused)?;
            let offset = self.open.take().map_or(at, |open| open.offset);
            let committed = Undo { file: self.file.clone(), offset, changes: prepared.changes };
            self.undos.extend(Some(committed).filter(|undo| !undo.changes.is_empty()));
        } else if let Some(id) = sql.strip_prefix("XA ROLLBACK ") {
            self.prepared.remove(id);
            self.open = None;
        } else if !(self.scope.passes)(query) {
            return Err(refused());
        } else if !self.begun {
            self.open = None;
        }
        Ok(())
    }

    fn rows(&mut self, at: u64, rows: &Rows) -> Result<()> {
        self.resumes = false;
        let file = &self.file;
        let Some(undo) = &mut self.open else {
            return Err(refuse(file, at, "a transaction without its start".into()));
        };
        // Decoding has checked the images: no change is an error (`event::rows` R4).
        for change in rows.changes().map_while(|change| change.ok()) {
            let change = reversed(change).map_err(|column| {
                let (map, column) = (&rows.table, rows.table.column_name(column));
                let why = "whose value before the change is not in the log (binlog_row_image is not FULL)";
                refuse(file, at, format!("a row of {}.{}, column {column}, {why},", map.db, map.table))
            })?;
            undo.changes.push(RowChange { table: rows.table.clone(), change });
        }
        Ok(())
    }
}

/// The change that undoes this one (R1). ERRORS: the column whose earlier value is not known.
fn reversed(change: Change) -> std::result::Result<Change, usize> {
    let is_in = |value: &Value| !matches!(value, Value::Missing | Value::JsonDiff(_));
    match change {
        Change::Insert(row) => Ok(Change::Delete(row)),
        Change::Delete(row) => match row.iter().position(|value| !is_in(value)) {
            Some(column) => Err(column),
            None => Ok(Change::Insert(row)),
        },
        Change::Update { before, after } => {
            if let Some(column) = (0..after.len()).find(|&i| after[i] != Value::Missing && !is_in(&before[i])) {
                return Err(column);
            }
            let now = after.into_iter().zip(&before).map(|(after, before)| match after {
                // What the image after leaves out did not change.
                Value::Missing => before.clone(),
                // The document after the change is not known.
                Value::JsonDiff(_) => Value::Missing,
                after => after,
            });
            Ok(Change::Update { before: now.collect(), after: before })
        }
    }
}
