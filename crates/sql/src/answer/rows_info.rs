//! What a statement did to rows, as text for a client.
//!
//! The server's counterpart: `ER_INSERT_INFO`, `ER_UPDATE_INFO`.

use std::fmt;

/// What a statement did to rows, as a client is told it beside the number of affected rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsInfo {
    /// INSERT of several rows or from a SELECT; ALTER TABLE.
    Records {
        /// Number of rows given.
        records: u64,
        /// Number of those that were ignored, or that an existing row gave way to or was changed for.
        duplicates: u64,
        /// Number of warnings.
        warnings: usize,
    },
    /// UPDATE.
    Matched {
        /// Number of rows for which the condition was true.
        matched: u64,
        /// Number of those that were changed.
        changed: u64,
        /// Number of warnings.
        warnings: usize,
    },
}

impl RowsInfo {
    /// ALTER TABLE that copied no row, as this crate counts (`docs/differences.md`).
    pub(crate) const NO_RECORDS: RowsInfo = RowsInfo::Records { records: 0, duplicates: 0, warnings: 0 };

    /// The same, with the number of warnings.
    pub(crate) fn with_warnings(self, warnings: usize) -> RowsInfo {
        match self {
            RowsInfo::Records { records, duplicates, .. } => RowsInfo::Records { records, duplicates, warnings },
            RowsInfo::Matched { matched, changed, .. } => RowsInfo::Matched { matched, changed, warnings },
        }
    }
}

impl fmt::Display for RowsInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RowsInfo::Records { records, duplicates, warnings } => {
                write!(f, "Records: {records}  Duplicates: {duplicates}  Warnings: {warnings}")
            }
            RowsInfo::Matched { matched, changed, warnings } => {
                write!(f, "Rows matched: {matched}  Changed: {changed}  Warnings: {warnings}")
            }
        }
    }
}
