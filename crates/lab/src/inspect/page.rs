//! The modes about one page: `page-dump` as text, `page-illustrate` drawn to scale.

use super::columns::Columns;
use super::faults::Faults;
use super::output::Output;
use super::server::Reader;
use super::space::Space;
use crate::failure::Failure;
use innolab_base::codec::{get_u16, get_u64};
use innolab_base::{IndexId, PAGE_SIZE, PageNo};
use innolab_page::fil::{self, PageType};
use innolab_page::server::is_metadata;
use innolab_page::{Part, Region, ShownRecord, index, regions_with};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;

/// A page to show.
struct Shown<'c> {
    bytes: Vec<u8>,
    /// The reader of its records, if their columns are known.
    reader: Option<&'c Reader>,
    /// What is wrong with it, if it is shown all the same.
    faults: Faults,
}

/// ERRORS: no such page; it is bad, or all zeros; its records are not those of the columns.
fn read<'c>(space: &Space, columns: &'c Columns, page: PageNo) -> Result<Shown<'c>, Failure> {
    let (bytes, fault) = space.forced(page)?;
    let mut faults = Faults::default();
    let is_node = index::is_node(&bytes) && fault.is_none();
    fault.into_iter().for_each(|fault| faults.tell(fault));
    let mut reader = columns.of(IndexId(get_u64(&bytes, index::INDEX_ID))).filter(|_| is_node);
    if let Some((of, Err(e))) = reader.map(|reader| (reader, reader.check(&bytes))) {
        let mismatch = format!("its records are not those of {} of {}", of.name(), of.table());
        let fault = format!("{}: page {page}: {mismatch}: {e}", space.name());
        if !space.is_forced() {
            return Err(fault.into());
        }
        faults.tell(fault);
        reader = None;
    }
    Ok(Shown { bytes, reader, faults })
}

/// `page-dump`.
pub(crate) fn dump<W: Write>(
    output: &mut Output<W>,
    space: &Space,
    columns: &Columns,
    page: PageNo,
) -> Result<Faults, Failure> {
    let shown = read(space, columns, page)?;
    output.item(|| text(space, &shown.bytes, shown.reader), || dump_json(space, &shown.bytes, shown.reader))?;
    Ok(shown.faults)
}

/// A page as text.
pub(crate) fn dump_text(space: &Space, columns: &Columns, page: PageNo) -> Result<String, Failure> {
    let shown = read(space, columns, page)?;
    Ok(text(space, &shown.bytes, shown.reader))
}

fn text(space: &Space, bytes: &[u8], reader: Option<&Reader>) -> String {
    match reader {
        Some(reader) => {
            let body = innolab_page::dump_with(bytes, Some(&|origin| reader.show(bytes, origin)));
            format!("{}: {} of {}\n{body}", space.name(), reader.name(), reader.table())
        }
        None if index::is_node(bytes) => {
            let why = match fil::page_type(bytes) {
                PageType::RTREE => "the records of an R-tree are not taken apart",
                PageType::SDI => "the records of the SDI are not taken apart",
                _ => "columns unknown (see --columns)",
            };
            format!(
                "{}: {why}; only the first bytes of each record are shown\n{}",
                space.name(),
                innolab_page::dump_with(bytes, None)
            )
        }
        None => format!("{}\n{}", space.name(), innolab_page::dump_with(bytes, None)),
    }
}

/// The regions of a page, its records separated if their reader is known.
pub(crate) fn regions_of(bytes: &[u8], reader: Option<&Reader>) -> Vec<Region> {
    match reader {
        None => regions_with(bytes, None),
        Some(reader) => regions_with(
            bytes,
            Some(&|origin| {
                let sizes = reader.row(bytes, origin, None).map_or((0, 0), |row| row.sizes);
                ShownRecord { sizes, text: reader.show(bytes, origin) }
            }),
        ),
    }
}

fn dump_json(space: &Space, bytes: &[u8], reader: Option<&Reader>) -> Value {
    let link = |page: PageNo| page.some().map(|page| page.0);
    let mut out = json!({
        "file": space.name(), "page": fil::page_no(bytes).0, "space": fil::space_id(bytes).0,
        "type": fil::page_type(bytes).to_string(), "lsn": fil::get_lsn(bytes).0,
        "prev": link(fil::prev(bytes)), "next": link(fil::next(bytes)),
    });
    if !index::is_node(bytes) {
        out["regions"] = regions_json(&regions_of(bytes, None));
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
    let record = |record: index::Outline| match reader {
        Some(reader) => record_json(reader, bytes, record),
        None => outline_json(&record),
    };
    out["records"] = match index::outline(bytes) {
        Ok(records) => records.into_iter().map(record).collect(),
        Err(corrupt) => json!({"error": corrupt.to_string()}),
    };
    out
}

fn outline_json(record: &index::Outline) -> Value {
    let deleted = record.info & innolab_page::record::INFO_DELETED != 0;
    json!({"at": record.origin.0, "heap_no": record.heap_no, "owns": record.n_owned, "deleted": deleted})
}

fn record_json(reader: &Reader, bytes: &[u8], outline: index::Outline) -> Value {
    let mut out = outline_json(&outline);
    out["min_rec"] = json!(outline.info & innolab_page::record::INFO_MIN_REC != 0);
    match reader.row(bytes, outline.origin, None) {
        _ if is_metadata(bytes, outline.origin) => out["fields"] = json!({}),
        Ok(row) => {
            let fields = row.values.iter().map(|(name, value)| (name.to_string(), json!(value.text())));
            out["fields"] = Value::Object(fields.collect());
            out["child"] = json!(row.child.map(|child| child.0));
        }
        Err(corrupt) => out["error"] = json!(corrupt.to_string()),
    }
    out
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
        Part::Value => ("part of a long value", 'V'),
        Part::Opaque => ("not taken apart", '?'),
    }
}

/// `page-illustrate`.
pub(crate) fn illustrate<W: Write>(
    output: &mut Output<W>,
    space: &Space,
    columns: &Columns,
    page: PageNo,
) -> Result<Faults, Failure> {
    let Shown { bytes, reader, faults } = read(space, columns, page)?;
    let regions = regions_of(&bytes, reader);
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
    output.item(text, json)?;
    Ok(faults)
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
