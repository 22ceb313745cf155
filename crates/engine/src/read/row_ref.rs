//! A row as a reader is shown it: still on its page, or in the buffer of an older version. A column is decoded when
//! it is read.
//!
//! Measured: a full scan that reads one column costs half the instructions of one that decodes all columns
//! (`docs/performance.md`).
//!
//! InnoDB's counterpart: `mysql_row_templ_t`, which lists the columns that the server wants before the read begins.

use crate::codec::{Datum, IndexCodec};
use innolab_page::RecordRef;

/// A row, its leaf latched; see the module.
#[derive(Clone, Copy)]
pub struct RowRef<'a> {
    record: RecordRef<'a>,
    codec: &'a IndexCodec,
}

impl<'a> RowRef<'a> {
    pub(crate) fn new(record: RecordRef<'a>, codec: &'a IndexCodec) -> RowRef<'a> {
        RowRef { record, codec }
    }

    /// The bytes of column `i` of the table as its record stores them: strings as they are (a CHAR with its trailing
    /// spaces), integers big-endian, with the sign bit flipped unless unsigned. `None`: NULL, or a column that the
    /// index does not have ([`Columns::Covering`](super::Columns::Covering)).
    #[inline]
    pub fn bytes(&self, i: usize) -> Option<&'a [u8]> {
        self.record.field(self.codec.place_of(i)?)
    }

    /// Writes the value of column `i` to `out`, reusing its buffer. The column after the last is the hidden row id of a
    /// table without primary key.
    pub fn value(&self, i: usize, out: &mut Datum) {
        self.codec.decode_column(i, self.record, out);
    }

    /// Writes the values of all columns to `out`, then the hidden row id if the table has one. Columns that the index
    /// does not have are NULL.
    pub fn values(&self, out: &mut Vec<Datum>) {
        self.codec.decode(self.record, out);
    }
}

impl std::fmt::Debug for RowRef<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut values = Vec::new();
        self.values(&mut values);
        f.debug_list().entries(values).finish()
    }
}
