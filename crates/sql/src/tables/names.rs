//! The names that the columns and keys of a table can have, and the lengths of comments.
//!
//! | name                                                          | column                  | key  |
//! |---------------------------------------------------------------|-------------------------|------|
//! | more than 64 characters                                       | 1059, after RENAME 1166 | 1059 |
//! | empty, or with a space at its end                             | 1166                    | 1280 |
//! | of a column that InnoDB adds itself, without case             | 1166                    |      |
//! | `PRIMARY`; `GEN_CLUST_INDEX`, the key on the hidden row id    |                         | 1280 |
//!
//! InnoDB's counterpart: `check_column_name`, `dict_col_name_is_reserved`, `innobase_index_name_is_reserved`.

use crate::answer::SqlError;
use crate::catalog::is_too_long;
use crate::engine::{ColumnDef, ColumnType};

/// The columns that InnoDB adds to a table.
const SYSTEM_COLUMNS: [&str; 3] = ["DB_ROW_ID", "DB_TRX_ID", "DB_ROLL_PTR"];
/// The column that InnoDB would take for the number of a document in a full-text index, if it has the right type.
const DOCUMENT_COLUMN: &str = "FTS_DOC_ID";
const ROW_ID_KEY: &str = "GEN_CLUST_INDEX";

const MAX_COLUMN_COMMENT: usize = 1024;
const MAX_TABLE_COMMENT: usize = 2048;

fn is_incomplete(name: &str) -> bool {
    name.is_empty() || name.ends_with(' ')
}

/// Checks the name that a statement gives to a new column. ERRORS: 1059, 1166.
pub(super) fn check_new_column(name: &str) -> Result<(), SqlError> {
    if is_too_long(name) {
        return Err(SqlError::name_too_long(name));
    }
    if is_incomplete(name) { Err(SqlError::wrong_column_name(name)) } else { Ok(()) }
}

/// Checks the name that RENAME COLUMN gives to a column. ERRORS: 1166.
pub(super) fn check_renamed_column(name: &str) -> Result<(), SqlError> {
    if is_too_long(name) || is_incomplete(name) { Err(SqlError::wrong_column_name(name)) } else { Ok(()) }
}

/// Checks that a column has no name of InnoDB's own. `is_new`: it was not renamed. ERRORS: 1166; it shows the name of a
/// renamed column as InnoDB has it.
pub(super) fn check_reserved_column(column: &ColumnDef, is_new: bool) -> Result<(), SqlError> {
    let name = column.name.as_str();
    if let Some(reserved) = SYSTEM_COLUMNS.iter().find(|reserved| reserved.eq_ignore_ascii_case(name)) {
        return Err(SqlError::wrong_column_name(if is_new { name } else { reserved }));
    }
    let is_document =
        name == DOCUMENT_COLUMN && !column.nullable && column.ty == ColumnType::Int { bytes: 8, unsigned: true };
    match is_new && name.eq_ignore_ascii_case(DOCUMENT_COLUMN) && !is_document {
        true => Err(SqlError::wrong_column_name(name)),
        false => Ok(()),
    }
}

/// ERRORS: 1059.
pub(super) fn check_key_length(name: &str) -> Result<(), SqlError> {
    if is_too_long(name) { Err(SqlError::name_too_long(name)) } else { Ok(()) }
}

/// Checks the name of a key. ERRORS: 1059, 1280.
pub(super) fn check_key(name: &str) -> Result<(), SqlError> {
    check_key_length(name)?;
    if is_incomplete(name) || name.eq_ignore_ascii_case("primary") {
        return Err(SqlError::wrong_key_name(name));
    }
    Ok(())
}

/// Checks that a key does not have the name of the key on the hidden row id. ERRORS: 1280.
pub(super) fn check_reserved_key(name: &str) -> Result<(), SqlError> {
    if name.eq_ignore_ascii_case(ROW_ID_KEY) { Err(SqlError::wrong_key_name(ROW_ID_KEY)) } else { Ok(()) }
}

/// ERRORS: 1629.
pub(super) fn check_column_comment(column: &str, comment: &str) -> Result<(), SqlError> {
    if comment.chars().count() > MAX_COLUMN_COMMENT {
        return Err(SqlError::column_comment_too_long(column, MAX_COLUMN_COMMENT));
    }
    Ok(())
}

/// ERRORS: 1628.
pub(super) fn check_table_comment(table: &str, comment: &str) -> Result<(), SqlError> {
    if comment.chars().count() > MAX_TABLE_COMMENT {
        return Err(SqlError::table_comment_too_long(table, MAX_TABLE_COMMENT));
    }
    Ok(())
}
