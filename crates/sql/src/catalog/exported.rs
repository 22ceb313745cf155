//! The tables that a session has locked with FLUSH TABLES … FOR EXPORT: until UNLOCK TABLES, or the next transaction that
//! it begins by name, it may read them and no others.
//!
//! The server's counterpart: `Locked_tables_list`. It compares aliases (`FROM t a` is 1100), we compare names.

use super::table_use::TableUse;
use crate::answer::SqlError;
use crate::engine::Quiesced;

/// The locked tables, of the session's database.
pub(crate) struct Exported {
    pub(crate) names: Vec<String>,
    /// Keeps their files whole.
    pub(crate) _quiesced: Quiesced,
}

impl Exported {
    /// ERRORS: 1100 for a table that is not locked; 1099 if one that is would change.
    pub(super) fn check(&self, is_own: bool, table: &str, used: TableUse) -> Result<(), SqlError> {
        match (is_own && self.names.iter().any(|name| name == table), used) {
            (false, _) => Err(SqlError::not_locked(table)),
            (true, TableUse::Read) => Ok(()),
            (true, TableUse::Change | TableUse::Update) => Err(SqlError::locked_for_reading(table)),
        }
    }
}
