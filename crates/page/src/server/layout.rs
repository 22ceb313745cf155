//! The fields of an index's records as a server stores them, in every version of the table.
//!
//! ```text
//! MariaDB   ADD COLUMN   records written before have the first `core` fields; later ones say how many
//! MySQL     ADD, DROP    a record says its version (0: none said); it has the fields `added ≤ version < dropped`
//! ```
//!
//! A field that a record does not have is the column's default of that time ([`Missing`]).
//!
//! InnoDB's counterpart: `dict_index_t` (`n_core_fields`), MySQL's `dict_col_t` (`version_added`, `version_dropped`).

/// The width of a field's values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServerWidth {
    /// All values have this many bytes.
    Fixed(u16),
    /// The record stores the length, in one byte, or in one or two if `long`. Only a long one may lie off the page.
    Variable {
        /// True if the column's values may have more than 255 bytes.
        #[doc(alias = "DATA_BIG_COL")]
        long: bool,
    },
}

/// The value of a field in records that are older than its column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Missing {
    /// NULL.
    Null,
    /// These bytes.
    Value(Vec<u8>),
}

/// A field of an index's records.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerField {
    /// The width of its values.
    pub width: ServerWidth,
    /// True if NULL is among its values.
    pub nullable: bool,
    /// MySQL: the version of the table that added it; 0: it was there at the start.
    pub added: u8,
    /// MySQL: the version that dropped it.
    pub dropped: Option<u8>,
    /// Its value in older records.
    pub missing: Missing,
}

impl ServerField {
    /// Returns a field that every record has.
    pub fn new(width: ServerWidth, nullable: bool) -> ServerField {
        ServerField { width, nullable, added: 0, dropped: None, missing: Missing::Null }
    }
}

/// The fields of an index's records, in record order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerLayout {
    pub(super) fields: Vec<ServerField>,
    pub(super) n_key: usize,
    /// Number of fields of the records that do not say how many they have.
    pub(super) core: usize,
}

impl ServerLayout {
    /// Returns the layout of `fields`, of which node pointers store the first `n_key`. REQUIRES 1 ≤ `n_key` ≤ fields.
    pub fn new(fields: Vec<ServerField>, n_key: usize) -> ServerLayout {
        assert!(0 < n_key && n_key <= fields.len(), "{n_key} key fields of {}", fields.len());
        ServerLayout { core: fields.len(), fields, n_key }
    }

    /// Returns the number of key fields.
    pub fn n_key(&self) -> usize {
        self.n_key
    }

    /// Returns the fields.
    pub fn fields(&self) -> &[ServerField] {
        &self.fields
    }

    /// Says that only records that say so have more than the first `core` fields, and what the others have instead.
    /// REQUIRES `n_key` ≤ `core` ≤ fields, and a value for each further field.
    pub fn set_core(&mut self, core: usize, missing: Vec<Missing>) {
        assert!(self.n_key <= core && core + missing.len() == self.fields.len(), "{core} fields at the start");
        self.core = core;
        for (field, missing) in self.fields[core..].iter_mut().zip(missing) {
            field.missing = missing;
        }
    }

    /// True if record version `version` with `n` fields has field `i`.
    pub(super) fn has(&self, i: usize, n: usize, version: u8) -> bool {
        let field = &self.fields[i];
        i < n && field.added <= version && field.dropped.is_none_or(|dropped| version < dropped)
    }

    /// Number of bytes for the NULL bits of the fields that such a record has.
    pub(super) fn null_bytes(&self, n: usize, version: u8) -> usize {
        let has = |i: &usize| self.fields[*i].nullable && self.has(*i, n, version);
        (0..self.fields.len()).filter(has).count().div_ceil(8)
    }

    /// True if MySQL added or dropped a column instantly.
    pub(super) fn has_versions(&self) -> bool {
        self.fields.iter().any(|field| field.added > 0 || field.dropped.is_some())
    }
}
