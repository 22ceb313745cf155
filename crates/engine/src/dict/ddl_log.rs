//! The DDL log: a tree of `sys.ibd` whose rows say what DDL has under way: R1 of `ddl`.
//!
//! ```text
//! key: tablespace (4) · index (8)     file name
//! 7 · 0                               t.ibd          the whole file
//! 7 · 31                                             one tree of it
//! ffffffff · 0, 1, …                                 a statement announced to the binary log
//! ```
//!
//! InnoDB's counterpart: MySQL 8's `innodb_ddl_log`.

use crate::codec::Result;
use innolab_base::codec::{get_u32, get_u64};
use innolab_base::{IndexId, SpaceId};
use innolab_btree::Tree;
use innolab_page::{Column, Layout};

/// Stands for the whole file where a row of the log has a tree's number.
pub(crate) const WHOLE_FILE: IndexId = IndexId(0);

/// A tablespace number that no file has: the DDL log's rows under it are an announcement. Row 0 is its head, the others
/// are the statement, in pieces.
pub(crate) const ANNOUNCED: SpaceId = SpaceId(u32::MAX);
/// The columns of the DDL log: tablespace, index, file name.
pub(crate) fn layout() -> Layout {
    Layout::new([Column::fixed(4), Column::fixed(8), Column::variable(255)], 2)
}

/// Adds a row.
pub(crate) fn log_row(tree: &Tree, space: SpaceId, index: IndexId, file: &str) -> Result<()> {
    tree.insert(&[Some(&space.0.to_be_bytes()), Some(&index.0.to_be_bytes()), Some(file.as_bytes())])?;
    Ok(())
}

/// Removes a row.
pub(crate) fn forget(tree: &Tree, space: SpaceId, index: IndexId) -> Result<()> {
    tree.remove(&[Some(&space.0.to_be_bytes()), Some(&index.0.to_be_bytes())])?;
    Ok(())
}

/// A row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) space: SpaceId,
    pub(crate) index: IndexId,
    pub(crate) file: String,
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.index {
            WHOLE_FILE => f.write_str(&self.file),
            index => write!(f, "index {index} of tablespace {}", self.space),
        }
    }
}

/// All rows of the log.
pub(crate) fn rows(tree: &Tree) -> Result<Vec<Row>> {
    let mut rows = vec![];
    let mut cursor = tree.cursor();
    let mut there = cursor.first()?;
    while there {
        let record = cursor.record();
        let bytes = |i| record.field(i).unwrap_or_default();
        let file = String::from_utf8_lossy(bytes(2)).into_owned();
        rows.push(Row { space: SpaceId(get_u32(bytes(0), 0)), index: IndexId(get_u64(bytes(1), 0)), file });
        there = cursor.next()?;
    }
    Ok(rows)
}
