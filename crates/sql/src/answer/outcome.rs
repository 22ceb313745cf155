//! What a statement answers: a count of rows, or rows with titles.

/// What a statement did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It returns no rows.
    Ok {
        /// Rows inserted, changed (an UPDATE's row that stays the same is not) or deleted.
        affected: u64,
    },
    /// It returns rows, perhaps none.
    Rows {
        /// Titles of the columns.
        columns: Vec<String>,
        /// Values as a client is shown them; `None` is NULL. Bytes are UTF-8 but for binary columns.
        rows: Vec<Vec<Option<Vec<u8>>>>,
    },
}

impl Outcome {
    pub(crate) const NOTHING: Outcome = Outcome::Ok { affected: 0 };

    /// Rows of text.
    pub(crate) fn text_rows<const N: usize>(
        titles: [&str; N],
        rows: impl IntoIterator<Item = [Option<String>; N]>,
    ) -> Outcome {
        let rows = rows.into_iter().map(|row| row.into_iter().map(|v| v.map(String::into_bytes)).collect());
        Outcome::Rows { columns: titles.map(str::to_string).to_vec(), rows: rows.collect() }
    }
}
