//! `rows`: the rows of a table's leaves, from left to right: a rescue, or a first import.
//!
//! ```text
//! id=1, name="one"                                     text
//! INSERT INTO `t` (`id`, `name`) VALUES (1, 'one');    --sql
//! ```
//!
//! RULES
//!
//! - **R1** What is shown is what the leaves hold: no transaction decides what is visible.
//! - **R2** A leaf that the chain of siblings does not reach comes last; a leaf that is bad is left out. Both are faults.
//! - **R3** A value that is not read is a fault, told once for its column. `--sql` leaves its row out.
//! - **R4** `--deleted` shows delete-marked rows, and removed records whose bytes are still there: MySQL leaves them, MariaDB
//!   since 10.5 overwrites them with zeros. A removed record may also be a copy of a row that has moved to another page.

use super::columns::Columns;
use super::directory::SYS;
use super::faults::{Faults, counted};
use super::output::Output;
use super::server::{Reader, Row, Shown};
use super::space::Space;
use super::survey::{Node, Survey};
use super::tree::{Tree, trees};
use crate::failure::Failure;
use innolab_base::IndexId;
use innolab_page::server::{is_metadata, read_off_page};
use innolab_page::{Origin, index};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// The form of a row without `--json`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum RowForm {
    Text,
    Sql,
    Csv,
}

/// What the INSERT statements need to mean the stored values: texts are UTF-8, a TIMESTAMP is in UTC, and 0 in an
/// AUTO_INCREMENT column is 0.
const SETTINGS: &str = "SET NAMES utf8mb4;
SET time_zone = '+00:00', sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO');";

/// Writes the rows of every table of the space; `sys.ibd` has none. ERRORS: no table whose columns are known.
pub(crate) fn rows<W: Write>(
    output: &mut Output<W>,
    space: &Space,
    columns: &Columns,
    form: RowForm,
    deleted: bool,
) -> Result<Faults, Failure> {
    let survey = Survey::read(space, output.progress())?;
    let mut faults = survey.not_read();
    if space.name() == SYS {
        return Ok(faults);
    }
    let there = survey.index_ids();
    let tables: Vec<_> = columns.clustered().filter(|(id, _)| there.contains(id)).collect();
    if tables.is_empty() && !space.is_on_disk() {
        return Ok(faults);
    }
    if tables.is_empty() {
        return Err(format!("{}: no table whose columns are known (see --columns)", space.name()).into());
    }
    for (id, reader) in tables {
        let mut table =
            TableRows { output, space, reader, form, deleted, faults: Faults::default(), unread: BTreeMap::new() };
        table.all(&survey, id)?;
        faults.add(table.finish());
    }
    Ok(faults)
}

struct TableRows<'a, W> {
    output: &'a mut Output<W>,
    space: &'a Space,
    reader: &'a Reader,
    form: RowForm,
    deleted: bool,
    faults: Faults,
    /// For each column with values that are not read: how many, and why the first is not.
    unread: BTreeMap<String, (usize, String)>,
}

impl<W: Write> TableRows<'_, W> {
    fn all(&mut self, survey: &Survey, id: IndexId) -> Result<(), Failure> {
        if self.form == RowForm::Sql {
            self.output.heading(|| SETTINGS.to_owned())?;
        }
        if self.form == RowForm::Csv {
            let names: Vec<_> =
                self.reader.select(false).iter().map(|(name, _)| Shown::Text((*name).to_owned()).csv()).collect();
            self.output.heading(|| names.join(","))?;
        }
        for node in self.leaves(survey, &trees(survey, Some(id.0))?) {
            self.leaf(node)?;
        }
        Ok(())
    }

    /// The leaves in key order, then those out of the chain (R2).
    fn leaves<'s>(&mut self, survey: &'s Survey, trees: &[Tree]) -> Vec<&'s Node> {
        let name = self.space.name();
        let mut pages = Vec::new();
        for level in trees.iter().flat_map(|tree| &tree.levels).filter(|level| level.level == 0) {
            pages.extend(level.nodes.iter().map(|node| node.page));
            let last = level.nodes.last();
            if let Some((last, next)) = last.and_then(|last| Some((last.page, last.next.some()?))) {
                self.faults.tell(format!("{name}: the chain of leaves breaks: page {last} leads to page {next}"));
            }
            if !level.strays.is_empty() {
                let strays = counted(level.strays.len(), "leaf page");
                self.faults.tell(format!("{name}: {strays} not in the chain of siblings; their rows come last"));
            }
            pages.extend(&level.strays);
        }
        if pages.is_empty() {
            self.faults.tell(format!("{name}: no leaf of {} of {}", self.reader.name(), self.reader.table()));
        }
        let nodes: BTreeMap<_, _> = survey.nodes().map(|node| (node.page, node)).collect();
        pages.iter().filter_map(|page| nodes.get(page).copied()).collect()
    }

    fn leaf(&mut self, node: &Node) -> Result<(), Failure> {
        let bytes = self.space.written(node.page)?;
        let checked = self.reader.check(&bytes).and_then(|()| index::outline(&bytes));
        let records = match checked {
            Ok(records) => records,
            Err(corrupt) => {
                let (name, reader) = (self.space.name(), self.reader);
                let mismatch = format!("its records are not those of {} of {}", reader.name(), reader.table());
                self.faults.tell(format!("{name}: page {}: {mismatch}: {corrupt}", node.page));
                return Ok(());
            }
        };
        for record in records.iter().filter(|record| !is_metadata(&bytes, record.origin)) {
            let is_deleted = record.info & innolab_page::record::INFO_DELETED != 0;
            if is_deleted == self.deleted {
                self.record(&bytes, record.origin, if is_deleted { "deleted" } else { "live" })?;
            }
        }
        for origin in if self.deleted { index::removed(&bytes) } else { Vec::new() } {
            let (from, len) = (usize::from(origin.0), self.reader.row(&bytes, origin, None)?.sizes.1);
            let is_erased = bytes[from..from + len].iter().all(|byte| *byte == 0);
            if !is_erased && !is_metadata(&bytes, origin) {
                self.record(&bytes, origin, "removed")?;
            }
        }
        Ok(())
    }

    fn record(&mut self, bytes: &[u8], at: Origin, state: &str) -> Result<(), Failure> {
        let (space, reader) = (self.space, self.reader);
        let mut follow = |rest| read_off_page(rest, &mut |page| space.written(page));
        let row = reader.row(bytes, at, Some(&mut follow))?;
        let columns = reader.select(self.form == RowForm::Sql);
        for (name, at) in &columns {
            if let Shown::Unread(why) = &row.values[*at].1 {
                self.unread.entry((*name).to_owned()).or_insert((0, why.clone())).0 += 1;
            }
        }
        let values = || columns.iter().map(|(name, at)| (*name, &row.values[*at].1));
        let json = || {
            let fields: Map<String, Value> = values().map(|(name, value)| (name.to_owned(), value.json())).collect();
            json!({"file": space.name(), "table": reader.table(), "state": state, "row": fields})
        };
        match self.form {
            RowForm::Text => self.output.item(|| text(&row, reader), json),
            RowForm::Csv => {
                self.output.item(|| values().map(|(_, value)| value.csv()).collect::<Vec<_>>().join(","), json)
            }
            RowForm::Sql => match insert(reader.table(), values()) {
                Some(insert) => self.output.item(|| insert, json),
                None => Ok(()),
            },
        }
    }

    fn finish(mut self) -> Faults {
        let (name, table) = (self.space.name(), self.reader.table());
        for (column, (n, why)) in &self.unread {
            let values = counted(*n, "value");
            self.faults.tell(format!("{name}: {values} of column {column} of {table} not read: {why}"));
        }
        self.faults
    }
}

fn text(row: &Row<'_>, reader: &Reader) -> String {
    let value =
        |(name, at): &(&str, usize)| format!("{name}={}", row.values[*at].1.text().unwrap_or("NULL".to_owned()));
    reader.select(false).iter().map(value).collect::<Vec<_>>().join(", ")
}

/// The INSERT statement; `None`: a value is not read (R3).
fn insert<'v>(table: &str, values: impl Iterator<Item = (&'v str, &'v Shown)>) -> Option<String> {
    let quoted = |name: &str| format!("`{}`", name.replace('`', "``"));
    let (mut names, mut literals) = (Vec::new(), Vec::new());
    for (name, value) in values {
        names.push(quoted(name));
        literals.push(value.sql()?);
    }
    Some(format!("INSERT INTO {} ({}) VALUES ({});", quoted(table), names.join(", "), literals.join(", ")))
}
