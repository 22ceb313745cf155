//! Tables from MySQL's SDI: the JSON of the data dictionary that MySQL 8 and later keep in each tablespace.
//!
//! ```text
//! dd_object  name · columns: [name, column_type_utf8, is_nullable, hidden, collation_id, se_private_data, …]
//!            indexes: [name, type, se_private_data "id=158;root=4;space_id=2;", elements: [column_opx, length, order, …]]
//! ```
//!
//! A column's `se_private_data` has its place in the record (`physical_pos`) and its versions, once a column was added or
//! dropped instantly.
//!
//! MySQL's counterpart: `dd::Table_impl::serialize`, `dict_table_t` filled by `dd_fill_dict_table`.

use super::charset::{self, Charset};
use super::kind::Kind;
use super::table::{Column, Index, Part, Table};
use crate::failure::Failure;
use crate::inspect::space::Space;
use flate2::read::ZlibDecoder;
use innolab_base::{IndexId, PageNo};
use innolab_page::server::{
    Missing, SDI_DATA, SDI_TYPE, ServerRecord, Value, check, read_off_page, sdi_layout, sdi_root,
};
use innolab_page::{fil, index};
use serde_json::Value as Json;
use sqlparser::dialect::MySqlDialect;
use sqlparser::parser::Parser;
use std::io::Read;

/// The most bytes of an object's JSON: more is taken for damage.
const MAX_JSON: u64 = 64 << 20;
/// An object's type: a table.
const TABLE: &[u8] = &1u32.to_be_bytes();
/// `length` of an index's element that is the whole column.
const WHOLE: u64 = 0xffff_ffff;

/// The tables that the SDI of a space describes. ERRORS: bad pages; an SDI that is not understood.
pub(crate) fn read_sdi(space: &Space) -> Result<Vec<Table>, Failure> {
    let layout = sdi_layout();
    let mut next = leftmost_leaf(space, sdi_root(&space.written(PageNo(0))?)?)?;
    let mut tables = Vec::new();
    for _ in 0..space.n_pages() {
        let Some(page_no) = next.some() else { return Ok(tables) };
        let page = node(space, page_no)?;
        for outline in index::outline(&page)?.iter().filter(|o| o.info & innolab_page::record::INFO_DELETED == 0) {
            let record = ServerRecord::read(&page, outline.origin, &layout)?;
            if record.values[SDI_TYPE] == Value::Bytes(TABLE) {
                let json = json(space, &record.values[SDI_DATA])?;
                // A table of the engine's own, such as a FULLTEXT index's: its columns are not those of its records.
                if json["dd_object"]["hidden"].as_u64() != Some(1) {
                    continue;
                }
                tables.push(table(&json["dd_object"], space).map_err(|why| format!("{}: SDI: {why}", space.name()))?);
            }
        }
        next = fil::next(&page);
    }
    Err(format!("{}: the SDI's pages form a circle", space.name()).into())
}

fn leftmost_leaf(space: &Space, root: PageNo) -> Result<PageNo, Failure> {
    let (layout, mut at) = (sdi_layout(), root);
    for _ in 0..64 {
        let page = node(space, at)?;
        let first = index::outline(&page)?.first().map(|outline| outline.origin);
        match first.map(|origin| ServerRecord::read(&page, origin, &layout)).transpose()?.and_then(|r| r.child) {
            None => return Ok(at),
            Some(child) => at = child,
        }
    }
    Err(format!("{}: the SDI's tree has no leaves", space.name()).into())
}

fn node(space: &Space, page_no: PageNo) -> Result<Vec<u8>, Failure> {
    let page = space.written(page_no)?;
    check(&page, &sdi_layout()).map_err(|e| format!("{}: page {page_no} of the SDI: {e}", space.name()))?;
    Ok(page)
}

fn json(space: &Space, value: &Value<'_>) -> Result<Json, Failure> {
    let zipped = match value {
        Value::Null => Vec::new(),
        Value::Bytes(bytes) => bytes.to_vec(),
        Value::OffPage(prefix, rest) => [*prefix, &read_off_page(*rest, &mut |page| space.written(page))?].concat(),
    };
    let mut text = Vec::new();
    ZlibDecoder::new(&*zipped)
        .take(MAX_JSON)
        .read_to_end(&mut text)
        .map_err(|e| format!("{}: SDI: {e}", space.name()))?;
    Ok(serde_json::from_slice(&text).map_err(|e| format!("{}: SDI: {e}", space.name()))?)
}

fn list(json: &Json) -> impl Iterator<Item = &Json> {
    json.as_array().into_iter().flatten()
}

/// A number of `key=value;…`.
fn private<'j>(json: &'j Json, key: &str) -> Option<&'j str> {
    let data = json["se_private_data"].as_str()?;
    data.split(';').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))
}

fn table(json: &Json, space: &Space) -> Result<Table, String> {
    let name = json["name"].as_str().ok_or("a table without a name")?;
    if private(json, "instant_col").is_some() {
        return Err(format!(
            "table {name} has columns that MySQL 8.0.12 to 8.0.28 added instantly; these are not read"
        ));
    }
    let columns = list(&json["columns"]).map(column).collect::<Result<Vec<_>, String>>()?;
    let positions = list(&json["columns"]).map(|column| private(column, "physical_pos").and_then(|at| at.parse().ok()));
    let positions: Vec<Option<usize>> = positions.collect();
    let mut indexes = Vec::new();
    for (i, json_index) in list(&json["indexes"]).enumerate() {
        let mut index = match json_index["type"].as_u64() {
            // FULLTEXT: not a tree of this table.
            Some(4) => continue,
            _ => index(json_index, &columns)?,
        };
        index.clustered = i == 0;
        index.id = index_id(json_index, space).or_else(|| id_in_partitions(&json["partitions"], i, space));
        if index.clustered {
            complete(&mut index, &columns, &positions);
        }
        indexes.push(index);
    }
    Ok(Table { name: name.to_owned(), columns, indexes })
}

/// Adds the columns that the elements leave out, and puts all in the record's order if columns were added or dropped
/// instantly.
fn complete(index: &mut Index, columns: &[Column], positions: &[Option<usize>]) {
    for (i, column) in columns.iter().enumerate() {
        let there = index.parts.iter().any(|part| part.column == i && part.prefix.is_none());
        if !there && !column.is_virtual {
            index.parts.push(Part::whole(i));
        }
    }
    if positions.iter().any(Option::is_some) {
        index.parts.sort_by_key(|part| positions[part.column].unwrap_or(usize::MAX));
    }
}

fn index_id(json: &Json, space: &Space) -> Option<IndexId> {
    let here = private(json, "space_id")?.parse() == Ok(space.id().0);
    private(json, "id")?.parse().ok().filter(|_| here).map(IndexId)
}

/// The id of the `i`-th index of the partition that is this space.
fn id_in_partitions(json: &Json, i: usize, space: &Space) -> Option<IndexId> {
    list(json).find_map(|partition| {
        let own = partition["indexes"].get(i).and_then(|index| index_id(index, space));
        own.or_else(|| id_in_partitions(&partition["subpartitions"], i, space))
    })
}

fn column(json: &Json) -> Result<Column, String> {
    let name = json["name"].as_str().unwrap_or_default();
    let number = |key: &str| private(json, key).and_then(|n| n.parse::<u8>().ok());
    let charset = json["collation_id"].as_u64().and_then(Charset::of_number).unwrap_or(charset::DEFAULT);
    let declared = json["column_type_utf8"].as_str().unwrap_or_default();
    let length = json["char_length"].as_u64().unwrap_or(0) as usize;
    let kind = match (name, declared) {
        ("DB_ROW_ID" | "DB_TRX_ID", _) => Kind::Id,
        ("DB_ROLL_PTR", _) => Kind::RollPtr,
        ("FTS_DOC_ID", "") => Kind::Int { bytes: 8, unsigned: true },
        (_, "") => dropped_kind(json, length, charset),
        _ => declared_kind(declared, charset).map_err(|why| format!("column {name}: {why}"))?,
    };
    let default = private(json, "default").map(unhex);
    Ok(Column {
        name: name.to_owned(),
        kind,
        nullable: json["is_nullable"].as_bool().unwrap_or(false),
        hidden: !matches!(json["hidden"].as_u64(), Some(1 | 4)),
        is_virtual: json["is_virtual"].as_bool().unwrap_or(false),
        generated: json["generation_expression_utf8"].as_str().is_some_and(|text| !text.is_empty()),
        added: number("version_added").unwrap_or(0),
        dropped: number("version_dropped"),
        missing: default.map_or(Missing::Null, Missing::Value),
    })
}

fn declared_kind(declared: &str, charset: Charset) -> Result<Kind, String> {
    // An attribute of how numbers are shown.
    let declared = declared.replace(" zerofill", "");
    let mut parser = Parser::new(&MySqlDialect {}).try_with_sql(&declared).map_err(|e| e.to_string())?;
    let sql = parser.parse_data_type().map_err(|e| format!("type {declared}: {e}"))?;
    Kind::of_sql(&sql, charset)
}

/// The type of a dropped column, of which only the width counts: its type's number, and its length in bytes.
fn dropped_kind(json: &Json, length: usize, charset: Charset) -> Kind {
    let fsp = json["datetime_precision"].as_u64().unwrap_or(0).min(6) as u8;
    let elements = || vec![String::new(); list(&json["elements"]).count()];
    let int = |bytes| Kind::Int { bytes, unsigned: false };
    match json["type"].as_u64() {
        Some(2) => int(1),
        Some(3) => int(2),
        Some(4) => int(4),
        Some(5) => Kind::Float,
        Some(6) => Kind::Double,
        Some(9) => int(8),
        Some(10) => int(3),
        Some(14) => Kind::Year,
        Some(15) => Kind::Date,
        Some(17) => Kind::Bit(length),
        Some(18) => Kind::Timestamp(fsp),
        Some(19) => Kind::DateTime(fsp),
        Some(20) => Kind::Time(fsp),
        Some(21) => {
            let of = |key: &str| json[key].as_u64().unwrap_or(0).min(65) as u8;
            let precision = of("numeric_precision").max(1);
            Kind::Decimal { precision, scale: of("numeric_scale").min(precision) }
        }
        Some(22) => Kind::Enum(elements()),
        Some(23) => Kind::Set(elements()),
        Some(16) => Kind::VarBinary(length),
        Some(29) if charset.bytes.0 == charset.bytes.1 => Kind::Binary(length),
        Some(29) => Kind::VarBinary(length),
        _ => Kind::Blob,
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
    hex.as_bytes().chunks(2).filter_map(digits).collect()
}

fn index(json: &Json, columns: &[Column]) -> Result<Index, String> {
    let name = json["name"].as_str().unwrap_or_default().to_owned();
    let name = if name.is_empty() { "GEN_CLUST_INDEX".to_owned() } else { name };
    let mut parts = Vec::new();
    for element in list(&json["elements"]) {
        let column = element["column_opx"].as_u64().map_or(usize::MAX, |i| i as usize);
        let kind = &columns.get(column).ok_or_else(|| format!("index {name} names column {column}"))?.kind;
        let length = element["length"].as_u64().filter(|length| *length != WHOLE).map(|length| length as usize);
        let prefix = length.filter(|length| *length < kind.max_bytes());
        parts.push(Part { column, prefix, descending: element["order"].as_u64() == Some(3) });
    }
    // SPATIAL: the records of an R-tree are not read.
    if json["type"].as_u64() == Some(5) {
        parts.clear();
    }
    let engine = |part: &Part| columns[part.column].name == "DB_TRX_ID";
    let n_key = parts.iter().position(engine).unwrap_or(parts.len());
    Ok(Index { name, id: None, clustered: false, parts, n_key })
}
