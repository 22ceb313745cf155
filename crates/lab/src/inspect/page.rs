//! The modes about one page: `page-dump` as text, `page-illustrate` drawn to scale.

use super::columns::Columns;
use super::output::Output;
use super::space::Space;
use crate::failure::Failure;
use innolab_base::codec::{get_u16, get_u64};
use innolab_base::{IndexId, PAGE_SIZE, PageNo};
use innolab_engine::inspect::IndexReader;
use innolab_page::fil::{self, PageType};
use innolab_page::{IndexPage, Part, RecordRef, Region, index, regions};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// The page, and the reader of its records if their columns are known. ERRORS: no such page; it is bad, or all zeros.
fn read<'c>(space: &Space, columns: &'c Columns, page: PageNo) -> Result<(Vec<u8>, Option<&'c IndexReader>), Failure> {
    let bytes = space.written(page)?;
    let is_node = fil::page_type(&bytes) == PageType::INDEX;
    let reader = columns.of(IndexId(get_u64(&bytes, index::INDEX_ID))).filter(|_| is_node);
    if let Some(reader) = reader {
        let mismatch = format!("its records are not those of {} of {}", reader.name(), reader.table());
        index::check(&bytes, reader.layout()).map_err(|e| format!("{}: page {page}: {mismatch}: {e}", space.name()))?;
    }
    Ok((bytes, reader))
}

/// `page-dump`.
pub(crate) fn dump<W: Write>(
    output: &mut Output<W>,
    space: &Space,
    columns: &Columns,
    page: PageNo,
) -> Result<(), Failure> {
    let (bytes, reader) = read(space, columns, page)?;
    output.item(|| text(space, &bytes, reader), || dump_json(space, &bytes, reader))
}

/// A page as text.
pub(crate) fn dump_text(space: &Space, columns: &Columns, page: PageNo) -> Result<String, Failure> {
    let (bytes, reader) = read(space, columns, page)?;
    Ok(text(space, &bytes, reader))
}

fn text(space: &Space, bytes: &[u8], reader: Option<&IndexReader>) -> String {
    let shown = |record: RecordRef<'_>| reader.map_or(record.show(), |reader| show(reader, record));
    let body = innolab_page::dump_with(bytes, reader.map(IndexReader::layout), &shown);
    match (reader, fil::page_type(bytes)) {
        (Some(reader), _) => format!("{}: {} of {}\n{body}", space.name(), reader.name(), reader.table()),
        (None, PageType::INDEX) => {
            format!(
                "{}: columns unknown (see --columns); only the first bytes of each record are shown\n{body}",
                space.name()
            )
        }
        _ => format!("{}\n{body}", space.name()),
    }
}

/// A record's fields by name, and the child of a node pointer.
fn show(reader: &IndexReader, record: RecordRef<'_>) -> String {
    let child = if record.is_leaf() { String::new() } else { format!(" → page {}", record.child()) };
    reader.show(record) + &child
}

fn dump_json(space: &Space, bytes: &[u8], reader: Option<&IndexReader>) -> Value {
    let link = |page: PageNo| page.some().map(|page| page.0);
    let mut out = json!({
        "file": space.name(), "page": fil::page_no(bytes).0, "space": fil::space_id(bytes).0,
        "type": fil::page_type(bytes).to_string(), "lsn": fil::get_lsn(bytes).0,
        "prev": link(fil::prev(bytes)), "next": link(fil::next(bytes)),
    });
    if fil::page_type(bytes) != PageType::INDEX {
        out["regions"] = regions_json(&regions(bytes, None));
        return out;
    }
    let counts = index::Counts::read(bytes);
    out["index"] = json!(get_u64(bytes, index::INDEX_ID));
    out["level"] = json!(get_u16(bytes, index::LEVEL));
    out["stamp"] = json!(get_u64(bytes, index::STAMP));
    out["counts"] = json!({
        "slots": counts.n_slots, "heap_top": counts.heap_top, "heap": counts.n_heap, "free": counts.free,
        "garbage": counts.garbage, "last_insert": counts.last_insert,
        "direction": format!("{:?}", counts.direction), "n_direction": counts.n_direction, "records": counts.n_recs,
    });
    out["records"] = match reader {
        Some(reader) => {
            let page = IndexPage::new(bytes, reader.layout());
            page.records().map(|(origin, record)| record_json(reader, origin.0, record)).collect()
        }
        None => outline_json(bytes),
    };
    out
}

fn record_json(reader: &IndexReader, at: u16, record: RecordRef<'_>) -> Value {
    let fields: serde_json::Map<String, Value> =
        reader.fields(record).into_iter().map(|(name, value)| (name.to_string(), json!(value))).collect();
    json!({
        "at": at, "heap_no": record.heap_no(), "owns": record.n_owned(), "deleted": record.is_deleted(),
        "min_rec": record.is_min_rec(), "fields": fields,
        "child": if record.is_leaf() { None } else { Some(record.child().0) },
    })
}

fn outline_json(bytes: &[u8]) -> Value {
    let record = |record: index::Outline| {
        let deleted = record.info & innolab_page::record::INFO_DELETED != 0;
        json!({"at": record.origin.0, "heap_no": record.heap_no, "owns": record.n_owned, "deleted": deleted})
    };
    match index::outline(bytes) {
        Ok(records) => records.into_iter().map(record).collect(),
        Err(corrupt) => json!({"error": corrupt.to_string()}),
    }
}

// -- page-illustrate

/// Bytes per character, and characters per line.
const CELL: usize = 8;
const ROW: usize = 64;

/// Neighbouring records alternate, so that their ends are visible.
const RECORDS: [char; 2] = ['█', '▓'];

/// The name of a part of a page, and its character.
fn legend(part: Part) -> (&'static str, char) {
    match part {
        Part::Frame => ("FIL header, trailer", 'F'),
        Part::Header => ("page header", 'H'),
        Part::Ends => ("infimum, supremum", 'I'),
        Part::Record => ("records", RECORDS[0]),
        Part::Removed => ("removed records", 'x'),
        Part::LeftOver => ("left over from removed records", '~'),
        Part::Heap => ("records of unknown columns", '▒'),
        Part::Free => ("free", '·'),
        Part::Directory => ("directory", 'D'),
        Part::Extents => ("extent descriptors", 'E'),
        Part::Inodes => ("segment inodes", 'S'),
        Part::Bitmap => ("bitmap", 'B'),
    }
}

/// `page-illustrate`.
pub(crate) fn illustrate<W: Write>(
    output: &mut Output<W>,
    space: &Space,
    columns: &Columns,
    page: PageNo,
) -> Result<(), Failure> {
    let (bytes, reader) = read(space, columns, page)?;
    let regions = regions(&bytes, reader.map(IndexReader::layout));
    let text = || {
        let of = reader.map_or(String::new(), |reader| format!(", {} of {}", reader.name(), reader.table()));
        format!(
            "{}: page {page}, {}{of}; a character is {CELL} bytes\n{}",
            space.name(),
            fil::page_type(&bytes),
            picture(&regions, CELL)
        )
    };
    let json = || json!({"file": space.name(), "page": page.0, "regions": regions_json(&regions)});
    output.item(text, json)
}

fn regions_json(regions: &[Region]) -> Value {
    let region = |r: &Region| json!({"offset": r.offset, "len": r.len, "name": r.name, "value": r.value});
    regions.iter().map(region).collect()
}

/// The regions to scale, a character for `cell` bytes, and the legend.
pub(crate) fn picture(regions: &[Region], cell: usize) -> String {
    let mut signs = Vec::with_capacity(PAGE_SIZE);
    let mut totals: BTreeMap<Part, usize> = BTreeMap::new();
    let (mut records, mut last) = (0, "");
    for region in regions {
        // The regions of a record are named `RECORD: PART`.
        let name = region.name.split(':').next().unwrap_or_default();
        records += usize::from(region.part == Part::Record && name != last);
        last = name;
        let sign = if region.part == Part::Record { RECORDS[(records + 1) % 2] } else { legend(region.part).1 };
        signs.extend(std::iter::repeat_n(sign, region.len));
        *totals.entry(region.part).or_default() += region.len;
    }
    let mut out = String::new();
    for (row, signs) in signs.chunks(cell * ROW).enumerate() {
        let cells: String = signs.chunks(cell).map(most_frequent).collect();
        out += &format!("{:>6} {cells}\n", row * cell * ROW);
    }
    for (part, bytes) in totals {
        let ((name, sign), percent) = (legend(part), 100.0 * bytes as f64 / PAGE_SIZE as f64);
        out += &format!("     {sign} {bytes:>6} bytes {percent:>5.1} %  {name}\n");
    }
    out
}

/// The most frequent character of a cell; the first of several.
fn most_frequent(cell: &[char]) -> char {
    let count = |sign: char| cell.iter().filter(|other| **other == sign).count();
    cell.iter().rev().copied().max_by_key(|sign| count(*sign)).unwrap_or(' ')
}
