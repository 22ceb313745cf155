//! Flashback: the changes that undo a range of the log.
//!
//! ```text
//! log        trx 1: insert a | trx 2: update a→b, delete c | trx 3: insert d
//! flashback  delete d | insert c, update b→a | delete a     newest transaction and row first, each row reversed
//! ```
//!
//! RULES
//!
//! - **R1** Only rows can be reversed, and only with full images. A statement (DDL too) is an error that quotes its
//!   text; skipping it would leave its changes in place unnoticed.
//! - **R2** A transaction that is only partly in the range is an error; it is not reversed in part.
//!
//! MariaDB's counterpart: `mysqlbinlog --flashback`.

use crate::error::{Error, Result};
use crate::event::{Entry, Event};
use crate::log::RowChange;

/// The changes that undo one transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo {
    /// Offset of the transaction's first event.
    pub offset: u64,
    /// The changes, in the order in which they must be applied.
    pub changes: Vec<RowChange>,
}

/// Returns what undoes the transactions of `entries`, events of `file` in order: newest transaction first.
///
/// ERRORS: [`Error::NotReversible`] (R1, R2).
pub fn reverse<'a>(file: &str, entries: impl IntoIterator<Item = &'a Entry>) -> Result<Vec<Undo>> {
    let refuse = |offset, what: String| Error::NotReversible { file: file.into(), offset, what };
    let mut undos = Vec::new();
    let mut open: Option<Undo> = None;
    for entry in entries {
        match &entry.event {
            Event::Gtid(_) | Event::AnonymousGtid(_) | Event::MariadbGtid(_) => {
                if let Some(cut) = open.replace(Undo { offset: entry.offset, changes: Vec::new() }) {
                    return Err(refuse(cut.offset, "a transaction without its end".into()));
                }
            }
            Event::Query(query) if query.sql == "BEGIN" => {
                open.get_or_insert(Undo { offset: entry.offset, changes: Vec::new() });
            }
            Event::Query(query) if query.sql == "COMMIT" => undos.extend(open.take()),
            Event::Query(query) => return Err(refuse(entry.offset, format!("`{}`", query.sql))),
            Event::Rows(rows) => {
                let undo =
                    open.as_mut().ok_or_else(|| refuse(entry.offset, "a transaction without its start".into()))?;
                if !rows.is_full() {
                    return Err(refuse(entry.offset, "a row without full images".into()));
                }
                // Decoding has checked the images: no change is an error (`event::rows` R4).
                let changes = rows.changes().map_while(|change| change.ok());
                undo.changes
                    .extend(changes.map(|change| RowChange { table: rows.table.clone(), change: change.reversed() }));
            }
            Event::Xid(_) => undos.extend(open.take()),
            Event::Other(_) => return Err(refuse(entry.offset, format!("an event of {}", entry.header.kind))),
            _ => {}
        }
    }
    match open {
        Some(cut) => Err(refuse(cut.offset, "a transaction without its end".into())),
        None => {
            undos.iter_mut().for_each(|undo| undo.changes.reverse());
            undos.reverse();
            Ok(undos)
        }
    }
}
