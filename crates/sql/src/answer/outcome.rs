//! The result of a successful statement: a number of affected rows, or a result set.

/// The result of a successful statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The statement returns no result set.
    Ok {
        /// Number of rows inserted, changed (a row that an UPDATE leaves as it was does not count) or deleted.
        affected: u64,
    },
    /// The statement returns a result set, perhaps an empty one.
    Rows {
        /// Names of the columns.
        columns: Vec<String>,
        /// Values as the client sees them, as text; `None` is NULL. The bytes are UTF-8 except in binary columns.
        rows: Vec<Vec<Option<Vec<u8>>>>,
    },
}

impl Outcome {
    /// Success without affected rows.
    pub(crate) const NOTHING: Outcome = Outcome::Ok { affected: 0 };

    /// A result set of text values; `None` is NULL.
    pub(crate) fn text_rows<const N: usize>(
        titles: [&str; N],
        rows: impl IntoIterator<Item = [Option<String>; N]>,
    ) -> Outcome {
        let rows = rows.into_iter().map(|row| row.into_iter().map(|v| v.map(String::into_bytes)).collect());
        Outcome::Rows { columns: titles.map(str::to_string).to_vec(), rows: rows.collect() }
    }
}
