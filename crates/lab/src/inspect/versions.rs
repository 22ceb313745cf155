//! `record-history`: a row's versions, from the newest back along the roll pointers.
//!
//! ```text
//! t.ibd, page 4, byte 128      id=5, DB_TRX_ID=12, DB_ROLL_PTR=0:7+330, v="new"
//!                                                        │
//! sys.ibd, page 7, byte 330    Update id=5; before: v="old" ─►  the version before, written by transaction 9 …
//! ```
//!
//! A purged version is shown as long as its bytes are not overwritten, although no reader needs it.

use super::directory::Directory;
use super::output::Output;
use super::space::{Force, Space};
use super::undo::UndoLogs;
use crate::failure::Failure;
use innolab_base::PageNo;
use innolab_engine::inspect::{IndexInfo, IndexReader, TableInfo};
use innolab_page::undo::RollPtr;
use innolab_page::{IndexPage, Record, RecordRef, SearchKey, index};
use serde_json::{Value, json};
use std::io::Write;

/// The most versions of a row; a longer chain is reported as a circle.
const MAX_VERSIONS: usize = 100_000;

/// Why the chain ends.
const PURGED: &str = "older versions are purged";

/// Prints all versions of the row with this key. ERRORS: no such table; no such row, not even a delete-marked one.
pub(crate) fn history<W: Write>(
    output: &mut Output<W>,
    directory: &Directory,
    table: &str,
    key: &[String],
) -> Result<(), Failure> {
    let end = walk(directory, table, key, &mut |from, reader, record| {
        output.item(|| format!("{from:<28}  {}", text(reader, record)), || version_json(reader, record, from))
    })?;
    output.heading(|| format!("  {end}"))
}

/// Calls `visit` with each version: its position, its reader, its record. Returns why the chain ends. ERRORS: those of
/// [`history`] and of `visit`.
pub(crate) fn walk(
    directory: &Directory,
    table: &str,
    key: &[String],
    visit: &mut dyn FnMut(&str, &IndexReader, RecordRef<'_>) -> Result<(), Failure>,
) -> Result<&'static str, Failure> {
    let known = directory.tables()?.into_iter().find(|known| known.def.name == table);
    let known = known.ok_or_else(|| format!("no table {table} in the dictionary"))?;
    // The first index of a table is the clustered one.
    let IndexInfo { id, root, reader } = &known.indexes[0];
    let values: Vec<&str> = key.iter().map(String::as_str).collect();
    let wanted =
        reader.key(&values).ok_or_else(|| format!("({}) is not a primary key of {table}", values.join(", ")))?;
    let space = file_of(directory, &known)?;
    let (position, mut version) = find(&space, *root, reader, &wanted)?;
    let logs = UndoLogs::open(directory)?;
    let mut from = format!("{}, page {}, byte {}", space.name(), position.0, position.1);
    for _ in 0..MAX_VERSIONS {
        let record = version.view(reader.layout());
        visit(&from, reader, record)?;
        let at = reader.roll_ptr(record);
        if at.is_insert() {
            return Ok("inserted: this is the oldest version");
        }
        let Some(payload) = logs.record(at, reader.trx_id(record)) else { return Ok(PURGED) };
        match reader.version_before(record, &payload, id.0)? {
            Some(before) => version = before,
            None => return Ok(PURGED),
        }
        from = undo_position(at);
    }
    Err(format!("more than {MAX_VERSIONS} versions: the roll pointers form a circle").into())
}

fn undo_position(at: RollPtr) -> String {
    format!("sys.ibd, page {}, byte {}", at.page(), at.at())
}

pub(crate) fn text(reader: &IndexReader, record: RecordRef<'_>) -> String {
    let deleted = if record.is_deleted() { "delete-marked " } else { "" };
    format!("{deleted}{}", reader.show(record))
}

fn version_json(reader: &IndexReader, record: RecordRef<'_>, from: &str) -> Value {
    let fields = reader.fields(record).into_iter().map(|(name, value)| (name.to_string(), json!(value)));
    let fields: serde_json::Map<String, Value> = fields.collect();
    json!({"from": from, "deleted": record.is_deleted(), "fields": fields})
}

/// The table's file, by the tablespace id on its first page.
fn file_of(directory: &Directory, known: &TableInfo) -> Result<Space, Failure> {
    for name in directory.tablespaces()? {
        match directory.space(&name, Force::No) {
            Ok(space) if space.id() == known.space => return Ok(space),
            // The file of another table, or one that is being created.
            _ => {}
        }
    }
    Err(format!("no file with the tablespace of table {} (id {})", known.def.name, known.space).into())
}

/// The record with this key, and its page and byte.
fn find(
    space: &Space,
    root: PageNo,
    reader: &IndexReader,
    key: &[Vec<u8>],
) -> Result<((PageNo, u16), Record), Failure> {
    let fields: Vec<_> = key.iter().map(|value| Some(value.as_slice())).collect();
    let (mut at, mut above) = (root, u16::MAX);
    loop {
        let bytes = space.written(at)?;
        let wrong = |e: &dyn std::fmt::Display| format!("{}: page {at}: {e}", space.name());
        index::check(&bytes, reader.layout()).map_err(|e| wrong(&e))?;
        let page = IndexPage::new(&bytes, reader.layout());
        if page.level() >= above {
            return Err(wrong(&"its level is not below that of its parent").into());
        }
        above = page.level();
        let search = SearchKey::new(reader.layout(), &fields);
        if !page.is_leaf() {
            at = page.record(page.child_for(&search)).child();
            continue;
        }
        let found = page.search(&search);
        if !found.equal {
            return Err(format!("{}: no row with this key, not even a delete-marked one", space.name()).into());
        }
        let mut record = Record::new();
        record.copy(page.record(found.origin));
        return Ok(((at, found.origin.0), record));
    }
}
