//! The DDL log: a tree of `sys.ibd`. A row names a file or a tree that DDL is creating or removing; after a crash the
//! file or tree exists if and only if the dictionary knows it (`ddl` R1).
//!
//! ```text
//! key: tablespace (4) · index (8)     file name
//! 7 · 0                               t.ibd          the whole file
//! 7 · 31                                             one tree of the file
//! ffffffff · 0, 1, …                                 a statement that will be written to the binary log (`ddl::announce`)
//! ```
//!
//! InnoDB's counterpart: MySQL 8's `innodb_ddl_log`.

use crate::codec::Result;
use innolab_base::codec::{get_u32, get_u64};
use innolab_base::{IndexId, SpaceId};
use innolab_btree::Tree;
use innolab_page::{Column, Layout};

/// The index id of a row about the whole file; no tree has it.
pub(crate) const WHOLE_FILE: IndexId = IndexId(0);

/// The tablespace id of the rows that announce a statement to the binary log; no file has it. Row 0 is the head of the
/// announcement, the others are pieces of the statement.
pub(crate) const ANNOUNCED: SpaceId = SpaceId(u32::MAX);

/// Returns the columns of the DDL log: tablespace, index, file name.
pub(crate) fn layout() -> Layout {
    Layout::new([Column::fixed(4), Column::fixed(8), Column::variable(255)], 2)
}

/// Adds a row. ERRORS: no room on the disk.
pub(crate) fn insert(tree: &Tree, space: SpaceId, index: IndexId, file: &str) -> Result<()> {
    tree.insert(&[Some(&space.0.to_be_bytes()), Some(&index.0.to_be_bytes()), Some(file.as_bytes())])?;
    Ok(())
}

/// Removes a row if it is there.
pub(crate) fn remove(tree: &Tree, space: SpaceId, index: IndexId) -> Result<()> {
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

/// Returns all rows of the log, announcements included.
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
