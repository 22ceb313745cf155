//! What a protocol sends beside the answer to a statement: types of columns, the session's status, the value that an
//! INSERT generated, what happened to rows.
//!
//! InnoDB's counterpart: `Protocol::send_result_set_metadata`, `net_send_ok`.

use super::client::Session;
use crate::answer::{Outcome, ResultType, RowsInfo, SqlError};

/// A session's state after a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionStatus {
    /// True if a transaction is open.
    pub in_transaction: bool,
    /// The variable `autocommit`.
    pub autocommit: bool,
    /// Number of messages of the statement itself; SHOW WARNINGS may show those of an earlier one.
    pub warnings: usize,
    /// The first AUTO_INCREMENT value that the INSERT generated; else what the statement gave to LAST_INSERT_ID(); else
    /// the AUTO_INCREMENT column's value in the last row; 0: none.
    pub insert_id: u64,
    /// What the statement did to rows.
    pub info: Option<RowsInfo>,
    /// The variable `max_allowed_packet`, in bytes.
    pub max_allowed_packet: u64,
}

impl Session {
    /// Sets the user that USER() names.
    pub fn set_user(&mut self, user: &str) {
        self.context.user = user.to_owned();
    }

    /// As [`Session::execute`], and returns the types of the columns of a result set, one for each. What is not a
    /// SELECT returns text.
    pub fn execute_typed(&mut self, sql: &str) -> Result<(Outcome, Vec<ResultType>), SqlError> {
        self.details.wants_types = true;
        self.details.types.clear();
        let done = self.execute(sql);
        self.details.wants_types = false;
        let mut types = std::mem::take(&mut self.details.types);
        done.map(|outcome| {
            match &outcome {
                Outcome::Rows { columns, .. } => types.resize(columns.len(), ResultType::TEXT),
                Outcome::Ok { .. } => types.clear(),
            }
            (outcome, types)
        })
    }

    /// The session's state after the last statement.
    pub fn status(&self) -> SessionStatus {
        let settings = &self.context.variables.session;
        let warnings = self.warnings.of_statement();
        SessionStatus {
            in_transaction: self.transactions.is_open(),
            autocommit: settings.autocommit,
            warnings,
            insert_id: self.details.insert_id,
            info: self.details.info.map(|info| info.with_warnings(warnings)),
            max_allowed_packet: settings.max_allowed_packet,
        }
    }
}
