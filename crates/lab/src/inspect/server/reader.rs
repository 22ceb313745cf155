//! The records of one index: check a page, read a record's values by name.

use super::kind::Kind;
use super::shown::Shown;
use super::table::{Index, Table};
use crate::failure::Failure;
use innolab_engine::inspect::IndexReader;
use innolab_page::server::{
    Missing, Reference, ServerField, ServerLayout, ServerRecord, ServerWidth, Value, check, is_metadata,
};
use innolab_page::{Corrupt, Layout, Origin, Width, index};

/// Characters of a value that a record's line shows.
const SHOWN_CHARS: usize = 60;

/// Turns the records of one index into values.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    table: String,
    name: String,
    pub(super) fields: Vec<Field>,
    pub(super) layout: ServerLayout,
    /// The layout of a tree of ours, whose pages hold nothing else.
    own: Option<Layout>,
    clustered: bool,
}

/// A field.
#[derive(Clone, Debug)]
pub(super) struct Field {
    name: String,
    pub(super) kind: Kind,
    /// Its column's place in the table; `None`: hidden from SELECT *.
    column: Option<usize>,
    /// True if it holds only the first bytes of the column's value.
    prefix: bool,
    dropped: bool,
    generated: bool,
    pub(super) descending: bool,
}

/// A record's values, in its order, without those of dropped columns.
pub(crate) struct Row<'r> {
    pub(crate) values: Vec<(&'r str, Shown)>,
    pub(crate) child: Option<innolab_base::PageNo>,
    /// Number of bytes before the origin, and from there on.
    pub(crate) sizes: (usize, usize),
}

/// How a reader gets the rest of a long value.
pub(crate) type Follow<'f> = &'f mut dyn FnMut(Reference) -> Result<Vec<u8>, Failure>;

impl Reader {
    /// The reader of an index; `None`: its records are not read.
    pub(crate) fn of(table: &Table, index: &Index) -> Option<Reader> {
        let layout = table.layout(index)?;
        let field = |part: &super::table::Part| {
            let column = &table.columns[part.column];
            Field {
                name: column.name.clone(),
                kind: column.kind.clone(),
                column: Some(part.column).filter(|_| !column.hidden),
                prefix: part.prefix.is_some(),
                dropped: column.dropped.is_some(),
                generated: column.generated,
                descending: part.descending,
            }
        };
        let fields = index.parts.iter().map(field).collect();
        let (table, name) = (table.name.clone(), index.name.clone());
        Some(Reader { table, name, fields, layout, own: None, clustered: index.clustered })
    }

    /// The same reader, for a tree of ours.
    pub(crate) fn of_ours(self, layout: &Layout) -> Reader {
        Reader { own: Some(layout.clone()), ..self }
    }

    /// The reader of a tree of `sys.ibd`.
    pub(crate) fn of_system(reader: &IndexReader) -> Reader {
        let columns = reader.layout().columns();
        let width = |width: Width| match width {
            Width::Fixed(bytes) => ServerWidth::Fixed(bytes),
            Width::Variable { max } => ServerWidth::Variable { long: max > 255 },
        };
        let kind = |name: &str, bytes: Width| match bytes {
            Width::Fixed(bytes) => Kind::Int { bytes: bytes.into(), unsigned: true },
            Width::Variable { .. } if name == "file" => Kind::Text(super::charset::DEFAULT),
            Width::Variable { .. } => Kind::Blob,
        };
        let field = |(i, (name, column)): (usize, (&str, &innolab_page::Column))| Field {
            name: name.to_owned(),
            kind: kind(name, column.width),
            column: Some(i),
            prefix: false,
            dropped: false,
            generated: false,
            descending: false,
        };
        let fields = reader.names().zip(columns).enumerate().map(field).collect();
        let stored = columns.iter().map(|column| ServerField::new(width(column.width), column.nullable)).collect();
        Reader {
            table: reader.table().to_owned(),
            name: reader.name().to_owned(),
            fields,
            layout: ServerLayout::new(stored, reader.layout().n_key()),
            own: Some(reader.layout().clone()),
            // Its records are no rows of a table.
            clustered: false,
        }
    }

    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// True if its leaves hold the table's rows.
    pub(crate) fn is_clustered(&self) -> bool {
        self.clustered
    }

    /// Checks a page's structure. ERRORS: the broken rule; the page may also be sound, and another index's.
    pub(crate) fn check(&self, page: &[u8]) -> Result<(), Corrupt> {
        match &self.own {
            Some(layout) => index::check(page, layout),
            None => check(page, &self.layout),
        }
    }

    /// Takes the defaults of instantly added columns from MariaDB's description, the first record of the first leaf.
    /// ERRORS: the record does not fit the columns.
    pub(crate) fn learn_instant(&mut self, core: usize, leaf: &[u8], description: Origin) -> Result<(), Corrupt> {
        let n = self.layout.fields().len();
        if !(self.layout.n_key()..=n).contains(&core) {
            return Err(Corrupt::new(
                "a table has as many fields as its root says",
                format!("{n}, at the start {core}"),
            ));
        }
        self.layout.set_core(core, vec![Missing::Null; n - core]);
        let record = ServerRecord::read(leaf, description, &self.layout)?;
        let missing = |value: &Value<'_>| match value {
            Value::Bytes(bytes) => Missing::Value(bytes.to_vec()),
            Value::Null | Value::OffPage(..) => Missing::Null,
        };
        let defaults = record.values[core..].iter().map(missing).collect();
        self.layout.set_core(core, defaults);
        Ok(())
    }

    /// A record's values. A long value is read by `follow`; without it, its line says where it is.
    /// REQUIRES: a record of a page that has passed [`Reader::check`]. ERRORS: bytes that are no record.
    pub(crate) fn row(&self, page: &[u8], at: Origin, mut follow: Option<Follow<'_>>) -> Result<Row<'_>, Corrupt> {
        let record = ServerRecord::read(page, at, &self.layout)?;
        let mut values = Vec::with_capacity(record.values.len());
        for (field, value) in self.fields.iter().zip(&record.values).filter(|(field, _)| !field.dropped) {
            let shown = match value {
                Value::Null => Shown::Null,
                Value::Bytes(bytes) => field.show(bytes),
                Value::OffPage(prefix, rest) => match &mut follow {
                    Some(follow) => match follow(*rest) {
                        Ok(rest) => field.show(&[*prefix, &rest].concat()),
                        Err(why) => Shown::Unread(format!("a long value is not read: {why}")),
                    },
                    None => Shown::Unread(format!("{} bytes elsewhere, from page {}", rest.len, rest.page)),
                },
            };
            values.push((field.name.as_str(), shown));
        }
        Ok(Row { values, child: record.child, sizes: record.sizes })
    }

    /// The names of the table's columns as SELECT * shows them, each with its place among the values of
    /// [`Reader::row`]. `given`: only those whose values an INSERT gives.
    pub(crate) fn select(&self, given: bool) -> Vec<(&str, usize)> {
        let live = self.fields.iter().filter(|field| !field.dropped).enumerate();
        let whole = live.filter(|(_, field)| !(field.prefix || given && field.generated));
        let mut columns: Vec<_> =
            whole.filter_map(|(i, field)| Some((field.column?, field.name.as_str(), i))).collect();
        columns.sort_unstable();
        columns.into_iter().map(|(_, name, i)| (name, i)).collect()
    }

    /// A record on one line; long values are cut.
    pub(crate) fn show(&self, page: &[u8], at: Origin) -> String {
        if is_metadata(page, at) {
            return "(the description of instantly added columns)".to_owned();
        }
        let row = match self.row(page, at, None) {
            Ok(row) => row,
            Err(corrupt) => return corrupt.to_string(),
        };
        let field = |(name, value): &(&str, Shown)| format!("{name}={}", shortened(value.text()));
        let fields: Vec<_> = row.values.iter().map(field).collect();
        fields.join(", ") + &row.child.map_or(String::new(), |child| format!(" → page {child}"))
    }

    /// The key of a record: its values in parentheses.
    pub(crate) fn key(&self, page: &[u8], at: Origin) -> String {
        let row = match self.row(page, at, None) {
            Ok(row) => row,
            Err(corrupt) => return corrupt.to_string(),
        };
        let values = row.values.iter().take(self.layout.n_key());
        let values: Vec<_> = values.map(|(_, value)| value.text().unwrap_or("NULL".to_owned())).collect();
        format!("({})", values.join(", "))
    }
}

impl Field {
    fn show(&self, bytes: &[u8]) -> Shown {
        if self.prefix { self.kind.show_prefix(bytes) } else { self.kind.show(bytes) }
    }
}

fn shortened(value: Option<String>) -> String {
    let value = value.unwrap_or("NULL".to_owned());
    match value.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{}…", &value[..at]),
        None => value,
    }
}
