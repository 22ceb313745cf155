//! What a protocol sends beside the answer to a statement: types of columns, the session's status, the value that an
//! INSERT generated.
//!
//! InnoDB's counterpart: `Protocol::send_result_set_metadata`, `net_send_ok`.

use super::client::Session;
use crate::answer::{Outcome, ResultType, SqlError};

/// A session's state after a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionStatus {
    /// True if a transaction is open.
    pub in_transaction: bool,
    /// The variable `autocommit`.
    pub autocommit: bool,
    /// Number of messages that SHOW WARNINGS shows.
    pub warnings: usize,
    /// The first AUTO_INCREMENT value that the statement generated, or what it gave to LAST_INSERT_ID(); 0: none.
    pub insert_id: u64,
    /// The variable `max_allowed_packet`, in bytes.
    pub max_allowed_packet: u64,
}

impl Session {
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
        SessionStatus {
            in_transaction: self.transactions.is_open(),
            autocommit: settings.autocommit,
            warnings: self.warnings.counts().0,
            insert_id: self.details.insert_id,
            max_allowed_packet: settings.max_allowed_packet,
        }
    }
}
