//! The settings of its session that a logged statement depends on: the status entries of a QUERY, read.
//!
//! RULES
//!
//! - **R1** An entry that is missing has the value that the server does not log: no settings, `auto_increment_increment`
//!   1, English names.
//! - **R2** Unknown entries end the list (`query` R1), so what follows them is unknown: [`Settings::all_known`].
//!
//! MySQL's counterpart: the constructor of `Query_log_event` from a buffer, and `do_apply_event`.

use super::query::Query;
use bytes::Buf;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// True if all entries are known (R2).
    pub all_known: bool,
    /// `sql_mode` as bits; MySQL and MariaDB have the same up to 2^31.
    pub sql_mode: u64,
    /// `sql_auto_is_null`.
    pub auto_is_null: bool,
    /// `auto_increment_increment` and `auto_increment_offset`.
    pub auto_increment: (u16, u16),
    /// `time_zone`, if the statement depends on it.
    pub time_zone: Option<String>,
    /// The number of `lc_time_names`; 0 is `en_US`.
    pub lc_time_names: u16,
}

const AUTO_IS_NULL: u32 = 0x4000;

impl Query {
    /// The settings of its session that the statement depends on.
    pub fn settings(&self) -> Settings {
        let u16s = |code| self.status(code).map(|mut entry| entry.get_u16_le());
        let auto_increment = self.status(3).map(|mut entry| (entry.get_u16_le(), entry.get_u16_le()));
        // Entry 21 is of MySQL 9.7, and 0 wherever it was seen.
        let odd = self.status(21).is_some_and(|entry| *entry != [0]);
        Settings {
            all_known: self.all_status_is_known() && !odd,
            sql_mode: self.status(1).map_or(0, |mut entry| entry.get_u64_le()),
            auto_is_null: self.status(0).is_some_and(|mut flags| flags.get_u32_le() & AUTO_IS_NULL != 0),
            auto_increment: auto_increment.unwrap_or((1, 1)),
            time_zone: self.status(5).map(|zone| String::from_utf8_lossy(zone).into_owned()),
            lc_time_names: u16s(7).unwrap_or(0),
        }
    }
}
