//! A table as its server defines it: columns, indexes, and the fields that an index's records have.
//!
//! ```text
//! clustered   its key · DB_TRX_ID · DB_ROLL_PTR · the other columns that are stored       key: those declared, or DB_ROW_ID
//! secondary   its columns, or prefixes of them · those of the clustered key that it lacks
//! ```
//!
//! InnoDB's counterpart: `dict_table_t`, `dict_index_build_internal_clust`, `dict_index_build_internal_non_clust`; the
//! server's `sort_keys`.

use super::kind::Kind;
use innolab_base::IndexId;
use innolab_page::server::{Missing, ServerField, ServerLayout};

/// A table.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    /// In the table's order; then those that no statement names.
    pub(crate) columns: Vec<Column>,
    pub(crate) indexes: Vec<Index>,
}

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    /// True if SELECT * does not show it: a column of the engine, or one that was dropped.
    pub(crate) hidden: bool,
    /// True if records of the clustered index do not have it: a VIRTUAL column.
    pub(crate) is_virtual: bool,
    /// True if its value follows from other columns, so that no INSERT names it.
    pub(crate) generated: bool,
    /// MySQL: the versions of the table that added and dropped it, and its value in older records.
    pub(crate) added: u8,
    pub(crate) dropped: Option<u8>,
    pub(crate) missing: Missing,
}

impl Column {
    pub(crate) fn new(name: &str, kind: Kind, nullable: bool) -> Column {
        let missing = Missing::Null;
        let (is_virtual, generated) = (false, false);
        Column {
            name: name.to_owned(),
            kind,
            nullable,
            hidden: false,
            is_virtual,
            generated,
            added: 0,
            dropped: None,
            missing,
        }
    }

    pub(crate) fn hidden(name: &str, kind: Kind) -> Column {
        Column { hidden: true, ..Column::new(name, kind, false) }
    }
}

/// A field of an index: a column, or the first bytes of its values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Part {
    pub(crate) column: usize,
    /// Bytes, if not the whole value.
    pub(crate) prefix: Option<usize>,
    pub(crate) descending: bool,
}

impl Part {
    pub(crate) fn whole(column: usize) -> Part {
        Part { column, prefix: None, descending: false }
    }
}

/// An index.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    pub(crate) name: String,
    /// Its id, if the definition says it.
    pub(crate) id: Option<IndexId>,
    pub(crate) clustered: bool,
    /// The fields of its records; none: an R-tree, whose records are not read.
    pub(crate) parts: Vec<Part>,
    pub(crate) n_key: usize,
}

/// A key as CREATE TABLE declares it.
pub(super) struct Key {
    pub(super) name: String,
    pub(super) class: KeyClass,
    pub(super) parts: Vec<Part>,
}

/// The kinds of keys, in the order in which a server creates their indexes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum KeyClass {
    Primary,
    /// Of NOT NULL columns, whole: it may be the clustered index.
    Unique,
    NullableUnique,
    Other,
    Spatial,
}

impl Table {
    /// The table of these columns and keys. Adds the engine's columns, orders the indexes as a server creates them, and
    /// completes their fields.
    pub(super) fn of_keys(name: &str, mut columns: Vec<Column>, mut keys: Vec<Key>) -> Table {
        keys.sort_by_key(|key| if key.class == KeyClass::Spatial { KeyClass::Other } else { key.class });
        let declared = columns.len();
        for (name, kind) in [("DB_ROW_ID", Kind::Id), ("DB_TRX_ID", Kind::Id), ("DB_ROLL_PTR", Kind::RollPtr)] {
            columns.push(Column::hidden(name, kind));
        }
        if keys.first().is_none_or(|key| key.class > KeyClass::Unique) {
            let parts = vec![Part::whole(declared)];
            keys.insert(0, Key { name: "GEN_CLUST_INDEX".to_owned(), class: KeyClass::Primary, parts });
        }
        let clustered = keys[0].parts.clone();
        let stored = |column: &usize| !columns[*column].is_virtual;
        let index = |(i, key): (usize, Key)| {
            let has_whole = |parts: &[Part], column| parts.iter().any(|p| p.column == column && p.prefix.is_none());
            let mut parts = key.parts;
            let mut n_key = parts.len();
            if i == 0 {
                parts.extend([declared + 1, declared + 2].map(Part::whole));
                let rest: Vec<_> = (0..declared).filter(stored).filter(|c| !has_whole(&clustered, *c)).collect();
                parts.extend(rest.into_iter().map(Part::whole));
            } else if key.class == KeyClass::Spatial {
                (parts, n_key) = (Vec::new(), 0);
            } else {
                let lacking: Vec<_> = clustered.iter().filter(|p| !has_whole(&parts, p.column)).copied().collect();
                parts.extend(lacking);
                n_key = parts.len();
            }
            Index { name: key.name, id: None, clustered: i == 0, parts, n_key }
        };
        let indexes = keys.into_iter().enumerate().map(index).collect();
        Table { name: name.to_owned(), columns, indexes }
    }

    /// The layout of an index's records; `None`: it has no fields, or more key than fields.
    pub(super) fn layout(&self, index: &Index) -> Option<ServerLayout> {
        let field = |part: &Part| {
            let column = &self.columns[part.column];
            let mut field = ServerField::new(column.kind.width(part.prefix), column.nullable);
            if index.clustered {
                (field.added, field.dropped, field.missing) = (column.added, column.dropped, column.missing.clone());
            }
            field
        };
        let fields: Vec<_> = index.parts.iter().map(field).collect();
        (1..=fields.len()).contains(&index.n_key).then(|| ServerLayout::new(fields, index.n_key))
    }
}
