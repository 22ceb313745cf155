//! Checks a database: every page, every tree, every entry of every index, the undo logs.
//!
//! ```text
//! row, live        ─► in each secondary index its entry, live
//! entry, live      ─► its row, live, with these values
//! entry, marked    ─► its row in any state: purge removes entries before rows; or no row, while purge has work left: rolling back an insert over a
//!                     delete-marked row that every view sees as deleted removes the row, and leaves its entries to purge
//! tablespace       ─► two segments for each index, no others
//! ```
//!
//! RULES
//!
//! - **C1** Each tree is sound by itself (`btree` V1–V6), and its tablespace has no other segments.
//! - **C2** Live rows and live entries of each index correspond one to one.
//! - **C3** No two live entries of a unique index have the same values, unless one of them is NULL.
//! - **C4** The undo logs and the history are sound.
//!
//! InnoDB's counterpart: `CHECK TABLE … EXTENDED` (`row_check_index`), `trx_rseg` checks at start.

use crate::codec::{Error, Fields, IndexNo, Result};
use crate::core::Engine;
use crate::dict::{Index, Table};
use crate::rows::{Records, is_entry_of};
use innolab_btree::Tree;
use innolab_page::{Record, RecordRef};
use std::fmt;

/// Records between two reports of progress.
const TELL_EVERY: u64 = 1 << 16;
/// Faults that are reported of one index; more would say nothing new.
const MAX_FAULTS: usize = 10;

/// The result of a check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The tables.
    pub tables: Vec<Checked>,
    /// Number of transactions' logs that wait for purge.
    pub history: u64,
    /// The faults: the table, the rule, what is wrong.
    pub faults: Vec<String>,
}

/// A checked table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Its name.
    pub name: String,
    /// Its indexes, the clustered one first.
    pub indexes: Vec<CheckedIndex>,
}

/// A checked index.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckedIndex {
    /// Its name.
    pub name: String,
    /// Number of records without a delete mark.
    pub live: u64,
    /// Number of delete-marked records.
    pub deleted: u64,
    /// Number of its pages.
    pub pages: u64,
}

impl Report {
    /// True if there is no fault.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for table in &self.tables {
            for index in &table.indexes {
                let name = format!("{}.{}", table.name, index.name);
                writeln!(
                    f,
                    "{name:<40} {:>10} live {:>8} deleted {:>7} pages",
                    index.live, index.deleted, index.pages
                )?;
            }
        }
        writeln!(f, "history: {} transactions to purge", self.history)?;
        self.faults.iter().try_for_each(|fault| writeln!(f, "FAULT {fault}"))?;
        if self.is_sound() { writeln!(f, "sound") } else { writeln!(f, "{} faults", self.faults.len()) }
    }
}

impl Engine {
    /// Checks everything. `progress` is called with an index and the number of records so far, at the start of each
    /// index and every 65536 records. A page that cannot be read is a fault and ends the check of its index.
    /// REQUIRES: no transaction changes rows meanwhile.
    /// ERRORS: the engine is poisoned.
    #[doc(alias = "CHECK TABLE")]
    pub fn check_database(&self, progress: &mut dyn FnMut(&str, u64)) -> Result<Report> {
        self.check()?;
        let _no_purge = self.purging.lock();
        let mut report = Report { history: self.undo.history_length(), ..Report::default() };
        let tables: Vec<_> = self.tables.read().iter().cloned().collect();
        for table in tables {
            let mut check = TableCheck { table: &table, purge_has_work: report.history > 0, progress, faults: vec![] };
            report.tables.push(check.table());
            report.faults.append(&mut check.faults);
        }
        // C4: undo logs and history.
        if let Err(e) = self.undo.validate() {
            report.faults.push(format!("undo: {e}"));
        }
        Ok(report)
    }
}

/// The check of one table.
struct TableCheck<'a> {
    table: &'a Table,
    /// True if there is history to purge.
    purge_has_work: bool,
    progress: &'a mut dyn FnMut(&str, u64),
    faults: Vec<String>,
}

impl TableCheck<'_> {
    fn table(&mut self) -> Checked {
        let indexes = (0..self.table.indexes().len()).map(|i| self.index(IndexNo(i))).collect();
        if let Err(e) = self.segments() {
            self.fault(IndexNo::CLUSTERED, e);
        }
        Checked { name: self.table.def().name.clone(), indexes }
    }

    fn fault(&mut self, index: IndexNo, what: impl fmt::Display) {
        self.faults.push(format!("{}: {what}", self.name(index)));
    }

    fn name(&self, index: IndexNo) -> String {
        let def = self.table.def();
        format!("{}.{}", def.name, def.index_name(index))
    }

    fn index(&mut self, no: IndexNo) -> CheckedIndex {
        let mut found = CheckedIndex { name: self.table.def().index_name(no).to_owned(), ..CheckedIndex::default() };
        let before = self.faults.len();
        let looked = self.shape(no, &mut found).and_then(|()| self.records(no, &mut found));
        if let Err(e) = looked {
            self.fault(no, e);
        }
        let more = (self.faults.len() - before).saturating_sub(MAX_FAULTS);
        if more > 0 {
            self.faults.truncate(before + MAX_FAULTS);
            self.fault(no, format_args!("and {more} more"));
        }
        found
    }

    /// The tree by itself (C1).
    fn shape(&mut self, no: IndexNo, found: &mut CheckedIndex) -> Result<()> {
        found.pages = self.table.index(no).tree.validate()?.pages();
        Ok(())
    }

    /// The segments of the tablespace: two for each index (C1).
    fn segments(&mut self) -> Result<()> {
        let tree = self.table.tree();
        let segments = tree.store().space_use(tree.space())?.segments.len();
        let indexes = self.table.indexes().len();
        if segments != 2 * indexes {
            let rule = format!("C1: {segments} segments for {indexes} indexes");
            return Err(Error::Corrupt { file: tree.space().name().to_string(), rule });
        }
        Ok(())
    }

    /// The records of an index against those of the others (C2, C3).
    fn records(&mut self, no: IndexNo, found: &mut CheckedIndex) -> Result<()> {
        let (table, name) = (self.table, self.name(no));
        let index = table.index(no);
        let mut records = Records::new(&index.tree);
        let (mut fields, mut before) = (Fields::default(), None);
        (self.progress)(&name, 0);
        while let Some(record) = records.next()? {
            let count = if record.is_deleted() { &mut found.deleted } else { &mut found.live };
            *count += 1;
            let faults = match no {
                IndexNo::CLUSTERED => self.entries_of(record, &mut fields)?,
                _ => self
                    .row_of(index, record, &mut fields)?
                    .into_iter()
                    .chain(not_unique(index, &mut before, record))
                    .collect(),
            };
            faults.into_iter().for_each(|fault| self.fault(no, fault));
            let seen = found.live + found.deleted;
            if seen.is_multiple_of(TELL_EVERY) {
                (self.progress)(&name, seen);
            }
        }
        Ok(())
    }

    /// Faults of the entries of a row.
    fn entries_of(&self, row: RecordRef<'_>, entry: &mut Fields) -> Result<Vec<String>> {
        let mut faults = vec![];
        if row.is_deleted() {
            return Ok(faults);
        }
        for (no, index) in self.table.secondaries() {
            index.codec.entry_from(|i| row.field(i), entry);
            let live = index.tree.get(&entry.refs(), |entry| !entry.is_deleted())?;
            if live != Some(true) {
                let what = if live.is_none() { "no entry" } else { "a deleted entry" };
                faults.push(format!("C2: row {} has {what} in {}", shown(row), self.table.def().index_name(no)));
            }
        }
        Ok(faults)
    }

    /// A fault of the row of an entry.
    fn row_of(&self, index: &Index, entry: RecordRef<'_>, key: &mut Fields) -> Result<Option<String>> {
        index.codec.key_of_entry(entry, key);
        let tree: &Tree = self.table.tree();
        let fits =
            tree.get(&key.refs(), |row| entry.is_deleted() || (!row.is_deleted() && is_entry_of(index, entry, row)))?;
        Ok(match fits {
            Some(true) => None,
            Some(false) => Some(format!("C2: entry {} is live, its row is not, or has other values", shown(entry))),
            None if entry.is_deleted() && self.purge_has_work => None,
            None => Some(format!("C2: entry {} has no row", shown(entry))),
        })
    }
}

/// Compares an entry with the live one before it (C3).
fn not_unique(index: &Index, before: &mut Option<Record>, entry: RecordRef<'_>) -> Option<String> {
    let n = index.n_unique();
    if entry.is_deleted() || n == index.codec.layout().n_key() {
        return None;
    }
    let same = before.as_ref().is_some_and(|before| {
        let before = before.view(index.codec.layout());
        before.key().zip(entry.key()).take(n).all(|(a, b)| a.is_some() && a == b)
    });
    before.get_or_insert_default().copy(entry);
    same.then(|| format!("C3: entry {} is not the only live one of its unique values", shown(entry)))
}

fn shown(record: RecordRef<'_>) -> String {
    let field =
        |bytes: Option<&[u8]>| bytes.map_or("NULL".to_owned(), |b| b.iter().map(|b| format!("{b:02x}")).collect());
    record.key().map(field).collect::<Vec<String>>().join(" ")
}

#[cfg(test)]
mod tests;
