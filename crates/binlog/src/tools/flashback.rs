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
//! - **R4** An XA transaction is committed later than its rows are logged, if at all: with rows in the scope it is an
//!   error, and so is an XA COMMIT of a transaction whose rows are not in the range.
//!
//! MariaDB's counterpart: `mysqlbinlog --flashback`.

use crate::error::{Error, Result};
use crate::event::{Change, Entry, Event, Query, Rows, TableMap, Value};
use crate::log::RowChange;
use std::collections::BTreeSet;

/// The changes that undo one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
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
    let mut walk =
        Walk { file, scope, undos: Vec::new(), open: None, begun: false, xa: None, passed_xa: BTreeSet::new() };
    entries.into_iter().try_for_each(|entry| walk.step(entry))?;
    if let Some(cut) = walk.open {
        return Err(refuse(file, cut.offset, "a transaction without its end".into()));
    }
    let mut undos = walk.undos;
    undos.iter_mut().for_each(|undo| undo.changes.reverse());
    undos.reverse();
    Ok(undos)
}

struct Walk<'a> {
    file: &'a str,
    scope: &'a Scope<'a>,
    undos: Vec<Undo>,
    /// The transaction that is being read.
    open: Option<Undo>,
    /// True after its BEGIN: a statement is not all of it.
    begun: bool,
    /// The XA id of the open transaction, as its XA END has it.
    xa: Option<String>,
    /// XA ids of transactions without rows in the scope (R4).
    passed_xa: BTreeSet<String>,
}

fn refuse(file: &str, offset: u64, what: String) -> Error {
    Error::NotReversible { file: file.into(), offset, what }
}

impl Walk<'_> {
    fn step(&mut self, entry: &Entry) -> Result<()> {
        let at = entry.offset;
        match &entry.event {
            Event::Gtid(_) | Event::AnonymousGtid(_) => self.begin(at, false)?,
            Event::MariadbGtid(gtid) => self.begin(at, !gtid.standalone())?,
            Event::Query(query) => self.query(at, query)?,
            Event::Rows(rows) if (self.scope.table)(&rows.table) => self.rows(at, rows)?,
            Event::OpaqueRows(rows) if (self.scope.table)(&rows.table) => {
                let (map, column) = (&rows.table, rows.unread_column());
                return Err(refuse(self.file, at, format!("rows of {}.{}, {column}", map.db, map.table)));
            }
            Event::Xid(_) => self.end(),
            Event::XaPrepare { .. } => match self.open.take() {
                Some(open) if !open.changes.is_empty() => {
                    return Err(refuse(self.file, open.offset, "an XA transaction".into()));
                }
                _ => self.passed_xa.extend(self.xa.take()),
            },
            Event::Other(_) => return Err(refuse(self.file, at, format!("an event of {}", entry.header.kind))),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, offset: u64, begun: bool) -> Result<()> {
        self.begun = begun;
        match self.open.replace(Undo { offset, changes: Vec::new() }) {
            Some(cut) => Err(refuse(self.file, cut.offset, "a transaction without its end".into())),
            None => Ok(()),
        }
    }

    fn end(&mut self) {
        self.undos.extend(self.open.take().filter(|undo| !undo.changes.is_empty()));
    }

    fn query(&mut self, at: u64, query: &Query) -> Result<()> {
        let sql = query.sql.as_str();
        let xa_id = |verb: &str| sql.strip_prefix(verb).map(str::to_owned);
        if sql == "BEGIN" || sql.starts_with("XA START ") {
            self.begun = true;
            self.open.get_or_insert(Undo { offset: at, changes: Vec::new() });
        } else if sql == "COMMIT" {
            self.end();
        } else if let Some(id) = xa_id("XA END ") {
            self.xa = Some(id);
        } else if let Some(id) = xa_id("XA COMMIT ").or_else(|| xa_id("XA ROLLBACK ")) {
            if !self.passed_xa.remove(&id) {
                return Err(refuse(self.file, at, format!("`{sql}`")));
            }
            self.open = None;
        } else if !(self.scope.passes)(query) {
            return Err(refuse(self.file, at, format!("`{sql}`")));
        } else if !self.begun {
            self.open = None;
        }
        Ok(())
    }

    fn rows(&mut self, at: u64, rows: &Rows) -> Result<()> {
        let file = self.file;
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
