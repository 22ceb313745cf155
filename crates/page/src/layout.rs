//! The columns of an index as its records store them, and everything that follows from the columns alone.
//!
//! ```text
//! clustered leaf    key columns · DB_TRX_ID (6) · DB_ROLL_PTR (7) · the other columns       level 0 stores all columns
//! secondary leaf    its columns · the primary key's columns that are not among them
//! node pointer      the first `n_key` columns · child page number (4)                        levels 1 and up
//! ```
//!
//! RULES
//!
//! - **R1** Keys compare as bytes, column by column: NULL first, and a value before every longer one that begins with
//!   it.
//! - **R2** A record, header included, has at most [`MAX_RECORD`] bytes: two fit on an empty page, so a split always
//!   helps.
//! - **R3** A node pointer has the NULL bits of *all* columns, though it stores only the key columns.
//!
//! InnoDB's counterpart: `dict_index_t`, `rec_get_n_extern_new`, `page_zip_rec_needs_ext`. Left out: columns stored off
//! the page, instant ADD COLUMN, prefix indexes (a prefix is just a shorter column here).

/// Bytes of the largest record, header included: two of them and their share of the directory fit on an empty page
/// (R2).
///
/// PROOF: an empty page has [`crate::index::EMPTY_ROOM`] = 16252 bytes; 2 × 8125 + 1 (the directory's reserve for two
/// records) ≤ 16252.
pub const MAX_RECORD: usize = 8125;

/// Largest number of columns of an index.
#[doc(alias = "REC_MAX_N_FIELDS")]
pub const MAX_COLUMNS: usize = 1023;

/// The width of a column's values in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Width {
    /// All values have this many bytes.
    Fixed(u16),
    /// Values have 0 to `max` bytes; the record stores the length.
    Variable {
        /// Bytes of the longest value.
        max: u16,
    },
}

/// One column of an index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Column {
    /// The width of its values.
    pub width: Width,
    /// True if NULL is among its values.
    pub nullable: bool,
}

impl Column {
    /// Returns a NOT NULL column of `len` bytes.
    pub const fn fixed(len: u16) -> Column {
        Column { width: Width::Fixed(len), nullable: false }
    }

    /// Returns a NOT NULL column of 0 to `max` bytes.
    pub const fn variable(max: u16) -> Column {
        Column { width: Width::Variable { max }, nullable: false }
    }

    /// Returns the same column with NULL allowed.
    pub const fn nullable(self) -> Column {
        Column { nullable: true, ..self }
    }

    /// Returns the length of the longest value in bytes.
    pub const fn max_len(self) -> usize {
        match self.width {
            Width::Fixed(len) => len as usize,
            Width::Variable { max } => max as usize,
        }
    }

    /// Returns the bytes that a record spends on the length of a value of `len` bytes: 0 in a fixed column; 1 if the
    /// column's maximum is at most 255 or `len` is below 128; else 2.
    #[inline]
    pub const fn len_bytes(self, len: usize) -> usize {
        match self.width {
            Width::Fixed(_) => 0,
            Width::Variable { max } => 1 + (max > 255 && len >= 128) as usize,
        }
    }
}

/// The columns of an index in record order, and the number of its key columns. Built once per index.
#[doc(alias = "dict_index_t")]
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    columns: Box<[Column]>,
    n_key: usize,
    n_nullable: usize,
    null_bytes: usize,
    /// Bytes of the first `i` columns, for every `i` up to the first column that is variable or nullable.
    fixed_offsets: Box<[u16]>,
    /// The value of [`Layout::max_head_len`].
    max_head_len: u16,
}

impl Layout {
    /// Creates the layout of `columns`, of which the first `n_key` are the key.
    /// REQUIRES 1 ≤ `n_key` ≤ columns ≤ [`MAX_COLUMNS`], and that the leading fixed columns fit in a record.
    pub fn new(columns: impl Into<Box<[Column]>>, n_key: usize) -> Layout {
        let columns = columns.into();
        assert!(
            0 < n_key && n_key <= columns.len() && columns.len() <= MAX_COLUMNS,
            "{n_key} key columns of {}",
            columns.len()
        );
        let n_nullable = columns.iter().filter(|c| c.nullable).count();
        let mut fixed_offsets = vec![0u16];
        for column in &columns {
            let (Width::Fixed(len), false) = (column.width, column.nullable) else { break };
            let end = usize::from(fixed_offsets[fixed_offsets.len() - 1]) + usize::from(len);
            assert!(end <= MAX_RECORD, "fixed columns of {end} bytes (R2)");
            fixed_offsets.push(end as u16);
        }
        let null_bytes = n_nullable.div_ceil(8);
        let lens: usize = columns.iter().map(|c| c.len_bytes(c.max_len())).sum();
        let max_head_len = (crate::record::HEADER + null_bytes + lens) as u16;
        Layout { columns, n_key, n_nullable, null_bytes, fixed_offsets: fixed_offsets.into(), max_head_len }
    }

    /// Returns all columns, as a leaf record stores them.
    #[inline]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Returns the number of key columns. They come first, and a node pointer stores only these.
    #[doc(alias = "n_uniq_in_tree")]
    #[inline]
    pub fn n_key(&self) -> usize {
        self.n_key
    }

    /// Returns the key columns.
    #[inline]
    pub fn key_columns(&self) -> &[Column] {
        &self.columns[..self.n_key]
    }

    /// Returns the columns that a record stores: all on a leaf, the key columns above.
    #[inline]
    pub(crate) fn stored_columns(&self, is_leaf: bool) -> &[Column] {
        if is_leaf { &self.columns } else { self.key_columns() }
    }

    /// Returns the number of nullable columns.
    pub fn n_nullable(&self) -> usize {
        self.n_nullable
    }

    /// Returns the number of bytes for the NULL bits in every record of the index (R3).
    #[doc(alias = "UT_BITS_IN_BYTES")]
    #[inline]
    pub fn null_bytes(&self) -> usize {
        self.null_bytes
    }

    /// Returns the key's length in bytes if all its columns are fixed and NOT NULL: the key is then contiguous at the
    /// record's origin.
    #[inline]
    pub fn fixed_key_len(&self) -> Option<usize> {
        self.fixed_offset(self.n_key)
    }

    /// Returns the distance of column `i` from the record's origin if all columns before it are fixed and NOT NULL. `i`
    /// may be one past the last column.
    #[inline]
    pub fn fixed_offset(&self, i: usize) -> Option<usize> {
        self.fixed_offsets.get(i).map(|&at| usize::from(at))
    }

    /// Returns the number of leading columns that are fixed and NOT NULL.
    #[inline]
    pub(crate) fn n_fixed(&self) -> usize {
        self.fixed_offsets.len() - 1
    }

    /// Returns the mask of those bits of a record's first eight bytes that belong to the key's leading fixed NOT NULL
    /// columns.
    #[inline]
    pub(crate) fn head_mask(&self) -> u64 {
        let last = (self.fixed_offsets.len() - 1).min(self.n_key);
        match usize::from(self.fixed_offsets[last]) {
            0 => 0,
            n => !0 << (64 - 8 * n.min(8)),
        }
    }

    /// Returns the number of bytes from the origin on if it is the same for all leaf records (or all node pointers).
    #[inline]
    pub(crate) fn fixed_data_len(&self, is_leaf: bool) -> Option<usize> {
        if is_leaf { self.fixed_offset(self.columns.len()) } else { self.fixed_key_len().map(|n| n + 4) }
    }

    /// Returns the largest number of bytes that a leaf record can have before its origin.
    #[inline]
    pub(crate) fn max_head_len(&self) -> usize {
        usize::from(self.max_head_len)
    }

    /// Returns the bytes of the largest record of these columns, header included. May exceed [`MAX_RECORD`].
    pub fn max_record_len(&self, is_leaf: bool) -> usize {
        let columns = self.stored_columns(is_leaf);
        let values: usize = columns.iter().map(|c| c.max_len() + c.len_bytes(c.max_len())).sum();
        crate::record::HEADER + self.null_bytes + values + if is_leaf { 0 } else { 4 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_sizes_follow_from_the_columns() {
        let columns =
            [Column::fixed(4), Column::fixed(6), Column::fixed(7).nullable(), Column::variable(300), Column::fixed(2)];
        let layout = Layout::new(columns, 2);
        assert_eq!((layout.n_nullable(), layout.null_bytes()), (1, 1));
        assert_eq!(layout.fixed_key_len(), Some(10));
        assert_eq!(
            (0..5).map(|i| layout.fixed_offset(i)).collect::<Vec<_>>(),
            [Some(0), Some(4), Some(10), None, None]
        );
        assert_eq!(layout.fixed_data_len(true), None);
        assert_eq!(layout.fixed_data_len(false), Some(14));
        assert_eq!(layout.max_record_len(true), 5 + 1 + 4 + 6 + 7 + 302 + 2);
        assert_eq!(layout.max_record_len(false), 5 + 1 + 10 + 4);
        assert_eq!(Layout::new([Column::fixed(1).nullable(); 9], 9).null_bytes(), 2);
    }

    #[test]
    fn a_length_takes_two_bytes_only_if_it_must() {
        for (max, len, bytes) in [(255, 255, 1), (256, 127, 1), (256, 128, 2), (0, 0, 1)] {
            assert_eq!(Column::variable(max).len_bytes(len), bytes, "max {max}, len {len}");
        }
    }
}
