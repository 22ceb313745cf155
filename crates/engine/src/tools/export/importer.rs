//! The servers that files are exported for.

/// The server that imports an exported file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Importer {
    /// MariaDB: the pages as they are, and a `.cfg`.
    MariaDb,
    /// MySQL 8 and later: every page is sealed again as these servers do, and they need no `.cfg`.
    MySql,
}
