//! Looking at a database's files without opening it: which tables its dictionary knows, and how their records read.
//!
//! ```text
//! sys.ibd  page 3 ─► root of the dictionary ─► leftmost leaf ─► next ─► next …       rows ─► definitions
//! t.ibd    index id in each page ─► IndexReader ─► id=1, DB_TRX_ID=…, v='ann'
//! ```
//!
//! RULES
//!
//! - **R1** Pages come from the caller, verified; nothing is latched, so what is read while an engine works may be old, or half of something. What cannot be so
//!   is an error, never a panic or an endless walk (I11).
//! - **R2** What a crash has left over in the dictionary is passed over, not removed.

use crate::ddl;
use crate::def::{ColumnType, TableDef};
use crate::dict::{self, Entry};
use crate::error::Error;
use crate::row::{IndexCodec, Kind, show};
use crate::sys;
use crate::table::codecs;
use innolab_base::{IndexId, PageNo, SpaceId};
use innolab_page::fil::{self, PageType};
use innolab_page::{IndexPage, Layout, RecordRef, index};
use std::collections::BTreeMap;

/// The most pages that the dictionary may have: beyond, the chain of its leaves is taken for a circle.
const MAX_PAGES: u32 = 1 << 20;

/// Characters of a value on a record's line.
const SHOWN_CHARS: usize = 60;

/// A table of the dictionary.
#[derive(Debug, Clone)]
pub struct Known {
    /// What it is.
    pub def: TableDef,
    /// Its tablespace.
    pub space: SpaceId,
    /// Its indexes, the clustered one first: id and reader.
    pub indexes: Vec<(IndexId, IndexReader)>,
}

/// How the records of one index read.
#[derive(Debug, Clone)]
pub struct IndexReader {
    table: String,
    name: String,
    fields: Vec<(String, Kind)>,
    layout: Layout,
}

impl IndexReader {
    /// The readers of a table's indexes, the clustered one first. REQUIRES that the definition has passed its check.
    pub fn of(def: &TableDef) -> Vec<IndexReader> {
        let clustered = if def.has_row_id() { "GEN_CLUST_INDEX" } else { "PRIMARY" };
        let names = [clustered].into_iter().chain(def.indexes.iter().map(|index| index.name.as_str()));
        let reader = |(name, codec): (&str, IndexCodec)| IndexReader {
            table: def.name.clone(),
            name: name.to_owned(),
            fields: codec.kinds(),
            layout: codec.layout().clone(),
        };
        names.zip(codecs(def)).map(reader).collect()
    }

    /// The readers of the trees in `sys.ibd`: the dictionary's and the DDL log's.
    pub fn of_system() -> Vec<(IndexId, IndexReader)> {
        let bytes = Kind::Column(ColumnType::VarBinary { bytes: 0 });
        let text = Kind::Column(ColumnType::VarChar { chars: 0 });
        let number = Kind::Number;
        let reader = |id, name: &str, fields: &[(&str, Kind)], layout| {
            let fields = fields.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
            (id, IndexReader { table: "sys".to_owned(), name: name.to_owned(), fields, layout })
        };
        vec![
            reader(
                sys::DICT_INDEX,
                "DICTIONARY",
                &[("name", text), ("part", number), ("definition", bytes)],
                dict::layout(),
            ),
            reader(sys::DDL_INDEX, "DDL_LOG", &[("space", number), ("file", text)], ddl::layout()),
        ]
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The index's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its pages are checked and read by.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The fields of a record, in its order: name and value as text (`None`: NULL). Of a node pointer: the key. REQUIRES a record of a page that has
    /// passed its check with this layout.
    pub fn fields(&self, record: RecordRef<'_>) -> Vec<(&str, Option<String>)> {
        let value = |kind, bytes: Option<&[u8]>| bytes.map(|bytes| show(kind, bytes));
        self.fields
            .iter()
            .zip(record.fields())
            .map(|((name, kind), bytes)| (name.as_str(), value(*kind, bytes)))
            .collect()
    }

    /// A record on one line; long values are cut.
    pub fn show(&self, record: RecordRef<'_>) -> String {
        let field = |(name, value): (&str, Option<String>)| format!("{name}={}", shortened(value));
        self.fields(record).into_iter().map(field).collect::<Vec<_>>().join(", ")
    }
}

fn shortened(value: Option<String>) -> String {
    let value = value.unwrap_or("NULL".to_owned());
    match value.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value,
    }
}

/// The tables that the dictionary in `sys.ibd` knows, by their names. `read` gives a page of that file (R1).
/// ERRORS: those of `read`; a dictionary that cannot be read, by its page and the rule.
pub fn tables<E: From<Error>>(read: &mut dyn FnMut(PageNo) -> Result<Vec<u8>, E>) -> Result<Vec<Known>, E> {
    let layout = dict::layout();
    let mut rows: BTreeMap<Vec<u8>, Vec<(u16, Vec<u8>)>> = BTreeMap::new();
    let mut next = first_leaf(read, &layout)?;
    for _ in 0..MAX_PAGES {
        let Some(page_no) = next.some() else {
            return Ok(rows.into_iter().filter_map(known).collect());
        };
        let bytes = node(read, page_no, &layout)?;
        let page = IndexPage::new(&bytes, &layout);
        for (_, record) in page.records() {
            let field = |i| record.field(i).unwrap_or_default();
            let part = u16::from_be_bytes([field(1)[0], field(1)[1]]);
            rows.entry(field(0).to_vec()).or_default().push((part, field(2).to_vec()));
        }
        next = page.next_page();
    }
    Err(sys::corrupt("the dictionary's leaves are a circle".to_owned()).into())
}

/// `None`: what a crash has left over, or what is being changed just now (R1, R2).
fn known((_, parts): (Vec<u8>, Vec<(u16, Vec<u8>)>)) -> Option<Known> {
    let entry = Entry::of_parts(&parts)?;
    let ids = entry.trees.iter().map(|(index, _)| *index);
    let indexes = ids.zip(IndexReader::of(&entry.def)).collect();
    Some(Known { def: entry.def, space: entry.space, indexes })
}

fn first_leaf<E: From<Error>>(
    read: &mut dyn FnMut(PageNo) -> Result<Vec<u8>, E>,
    layout: &Layout,
) -> Result<PageNo, E> {
    let header = read(sys::HEADER)?;
    if fil::page_type(&header) != PageType::TRX_SYS {
        return Err(sys::corrupt(format!("page {} is not the system header", sys::HEADER)).into());
    }
    let mut at = sys::dictionary_root(&header);
    let mut above = u16::MAX;
    loop {
        let bytes = node(read, at, layout)?;
        let page = IndexPage::new(&bytes, layout);
        if page.level() >= above {
            return Err(sys::corrupt(format!("page {at} is not below its parent")).into());
        }
        if page.is_leaf() {
            return Ok(at);
        }
        above = page.level();
        at = page.record(page.first()).child();
    }
}

/// A page of the dictionary's tree, checked.
fn node<E: From<Error>>(
    read: &mut dyn FnMut(PageNo) -> Result<Vec<u8>, E>,
    page: PageNo,
    layout: &Layout,
) -> Result<Vec<u8>, E> {
    let bytes = read(page)?;
    index::check(&bytes, layout).map_err(|e| sys::corrupt(format!("page {page} of the dictionary: {e}")))?;
    Ok(bytes)
}
