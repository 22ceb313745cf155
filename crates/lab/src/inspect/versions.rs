//! `record-history`: a row's versions, from the newest along the roll pointers.
//!
//! ```text
//! t.ibd, page 4, byte 128      id=5, DB_TRX_ID=12, DB_ROLL_PTR=0:7+330, v="new"
//!                                                        │
//! sys.ibd, page 7, byte 330    Update id=5; before: v="old" ─►  the version before, by transaction 9 …
//! ```
//!
//! What purge has taken is shown as long as its bytes are still there: nobody needs it, and nothing has been written over it.

use super::columns::tables;
use super::space::Space;
use super::tell::Teller;
use super::undo::UndoLogs;
use crate::failure::Failure;
use innolab_base::PageNo;
use innolab_disk::Disk;
use innolab_engine::look::{IndexReader, Known, KnownIndex};
use innolab_page::undo::RollPtr;
use innolab_page::{IndexPage, Record, RecordRef, SearchKey, index};
use serde_json::{Value, json};
use std::io::Write;

/// The most versions that are shown: a longer chain is taken for a circle.
const MAX_VERSIONS: usize = 100_000;

/// Why there are no more versions.
const PURGED: &str = "purge has taken what was before";

/// Tells all versions of the row with this key. ERRORS: there is no such table, or no such row, not even a deleted one.
pub(crate) fn history<W: Write>(
    tell: &mut Teller<W>,
    disk: &dyn Disk,
    table: &str,
    key: &[String],
) -> Result<(), Failure> {
    let end = walk(disk, table, key, &mut |from, reader, record| {
        tell.tell(|| format!("{from:<28}  {}", text(reader, record)), || version_json(reader, record, from))
    })?;
    tell.heading(|| format!("  {end}"))
}

/// Shows `visit` each version: where it comes from, and its record. Says why there are no more. ERRORS: as [`history`],
/// and those of `visit`.
pub(crate) fn walk(
    disk: &dyn Disk,
    table: &str,
    key: &[String],
    visit: &mut dyn FnMut(&str, &IndexReader, RecordRef<'_>) -> Result<(), Failure>,
) -> Result<&'static str, Failure> {
    let known = tables(disk)?.into_iter().find(|known| known.def.name == table);
    let known = known.ok_or_else(|| format!("there is no table {table}"))?;
    // A table has a clustered index.
    let KnownIndex { id, root, reader } = &known.indexes[0];
    let values: Vec<&str> = key.iter().map(String::as_str).collect();
    let wanted = reader.key(&values).ok_or_else(|| format!("({}) is no key of {table}", values.join(", ")))?;
    let space = file_of(disk, &known)?;
    let (place, mut version) = find(&space, *root, reader, &wanted)?;
    let logs = UndoLogs::open(disk)?;
    let mut from = format!("{}, page {}, byte {}", space.name(), place.0, place.1);
    for _ in 0..MAX_VERSIONS {
        let record = version.view(reader.layout());
        visit(&from, reader, record)?;
        let at = reader.roll_ptr(record);
        if at.is_insert() {
            return Ok("inserted: there is no version before");
        }
        let Some(payload) = logs.record(at, reader.trx_id(record)) else { return Ok(PURGED) };
        match reader.version_before(record, &payload, id.0)? {
            Some(before) => version = before,
            None => return Ok(PURGED),
        }
        from = undo_place(at);
    }
    Err(format!("more than {MAX_VERSIONS} versions: the roll pointers are a circle").into())
}

fn undo_place(at: RollPtr) -> String {
    format!("sys.ibd, page {}, byte {}", at.page(), at.at())
}

pub(crate) fn text(reader: &IndexReader, record: RecordRef<'_>) -> String {
    let deleted = if record.is_deleted() { "deleted " } else { "" };
    format!("{deleted}{}", reader.show(record))
}

fn version_json(reader: &IndexReader, record: RecordRef<'_>, from: &str) -> Value {
    let fields = reader.fields(record).into_iter().map(|(name, value)| (name.to_string(), json!(value)));
    let fields: serde_json::Map<String, Value> = fields.collect();
    json!({"from": from, "deleted": record.is_deleted(), "fields": fields})
}

/// The table's file, by the tablespace it bears.
fn file_of(disk: &dyn Disk, known: &Known) -> Result<Space, Failure> {
    for name in disk.list()?.into_iter().filter(|name| name.ends_with(".ibd")) {
        match Space::open(disk, &name) {
            Ok(space) if space.id() == known.space => return Ok(space),
            // Another's file, or one that is being made: it is not this table's.
            _ => {}
        }
    }
    Err(format!("there is no file of table {} (tablespace {})", known.def.name, known.space).into())
}

/// The record with the key, and its page and byte.
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
            return Err(wrong(&"it is not below its parent").into());
        }
        above = page.level();
        let search = SearchKey::new(reader.layout(), &fields);
        if !page.is_leaf() {
            at = page.record(page.child_for(&search)).child();
            continue;
        }
        let found = page.search(&search);
        if !found.equal {
            return Err(format!("{}: there is no row with this key, nor a deleted one", space.name()).into());
        }
        let mut record = Record::new();
        record.copy(page.record(found.origin));
        return Ok(((at, found.origin.0), record));
    }
}
