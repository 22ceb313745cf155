//! Records of an index as text: names and values of their fields, and keys from text.

use crate::codec::{ColumnType, FieldKind, IndexCodec, IndexNo, TableDef, encode_text, show};
use crate::dict::{codecs, ddl_log, dictionary, sys};
use innolab_base::IndexId;
use innolab_page::{Layout, RecordRef};

/// Characters of a value that a record's line shows.
const SHOWN_CHARS: usize = 60;

/// Turns the records of one index into text.
///
/// | methods                                      | are in     |
/// |----------------------------------------------|------------|
/// | fields, values, keys, lines                  | here       |
/// | `trx_id`, `roll_ptr`, `version_before`       | `versions` |
#[derive(Debug, Clone)]
pub struct IndexReader {
    table: String,
    name: String,
    pub(super) fields: Vec<(String, FieldKind)>,
    pub(super) layout: Layout,
}

impl IndexReader {
    /// The readers of a table's indexes, the clustered one first. REQUIRES: the definition has passed its check.
    pub fn of(def: &TableDef) -> Vec<IndexReader> {
        let reader = |(i, codec): (usize, IndexCodec)| IndexReader {
            table: def.name.clone(),
            name: def.index_name(IndexNo(i)).to_owned(),
            fields: codec.field_kinds(),
            layout: codec.layout().clone(),
        };
        codecs(def).into_iter().enumerate().map(reader).collect()
    }

    /// The readers of the trees in `sys.ibd`: the dictionary and the DDL log.
    pub fn of_system() -> Vec<(IndexId, IndexReader)> {
        let bytes = FieldKind::Column(ColumnType::VarBinary { bytes: 0 });
        let text = FieldKind::Column(ColumnType::VarChar { chars: 0 });
        let number = FieldKind::Number;
        let reader = |id, name: &str, fields: &[(&str, FieldKind)], layout| {
            let fields = fields.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
            (id, IndexReader { table: "sys".to_owned(), name: name.to_owned(), fields, layout })
        };
        vec![
            reader(
                sys::DICT_INDEX,
                "DICTIONARY",
                &[("number", number), ("part", number), ("definition", bytes)],
                dictionary::layout(),
            ),
            reader(
                sys::DDL_INDEX,
                "DDL_LOG",
                &[("space", number), ("index", number), ("file", text)],
                ddl_log::layout(),
            ),
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

    /// The layout of its pages.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The names of the fields, in a record's order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(name, _)| name.as_str())
    }

    /// The fields of a record, in its order: name, and value as text (`None`: NULL). Of a node pointer: the key.
    /// REQUIRES: a record of a page that has passed its check with this layout.
    pub fn fields(&self, record: RecordRef<'_>) -> Vec<(&str, Option<String>)> {
        let value = |kind, bytes: Option<&[u8]>| bytes.map(|bytes| show(kind, bytes));
        self.fields
            .iter()
            .zip(record.fields())
            .map(|((name, kind), bytes)| (name.as_str(), value(*kind, bytes)))
            .collect()
    }

    /// One field of a record as text; `None`: NULL, or no such field. REQUIRES: as [`IndexReader::fields`].
    pub fn value(&self, record: RecordRef<'_>, name: &str) -> Option<String> {
        self.fields(record).into_iter().find(|(other, _)| *other == name)?.1
    }

    /// The bytes of a key, from its values as text as [`IndexReader::fields`] shows them (text with or without its
    /// quotes). `None`: too few or too many values, or a value that its column cannot have.
    pub fn key(&self, values: &[&str]) -> Option<Vec<Vec<u8>>> {
        let kinds = self.fields[..self.layout.n_key()].iter();
        let key = kinds.zip(values).map(|((_, kind), value)| encode_text(*kind, value));
        if values.len() == self.layout.n_key() { key.collect() } else { None }
    }

    /// A record on one line; long values are cut.
    pub fn show(&self, record: RecordRef<'_>) -> String {
        shown(self.fields(record))
    }
}

/// Fields on one line.
pub(super) fn shown<N: std::fmt::Display>(fields: Vec<(N, Option<String>)>) -> String {
    let field = |(name, value): (N, Option<String>)| format!("{name}={}", shortened(value));
    fields.into_iter().map(field).collect::<Vec<_>>().join(", ")
}

fn shortened(value: Option<String>) -> String {
    let value = value.unwrap_or("NULL".to_owned());
    match value.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value,
    }
}
