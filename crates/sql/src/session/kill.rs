//! KILL: a session ends another one's statement, or its connection.
//!
//! | statement             | the other session                                                              |
//! |-----------------------|--------------------------------------------------------------------------------|
//! | KILL QUERY id         | its statement ends with 1317, its transaction stays; without one nothing happens |
//! | KILL [CONNECTION] id  | its statement ends, its transaction is rolled back, its connection is closed   |
//!
//! RULES
//!
//! - **R1** A session knows nothing of connections: a server gives each of its sessions its [`Connections`]. Without a
//!   server KILL is error 1235.
//! - **R2** A session that kills itself is told so, with 1317 or 1927, before its connection is closed.
//!
//! InnoDB's counterpart: `sql_kill`, `kill_one_thread`. Left out: KILL QUERY ID, KILL USER. HARD and SOFT are the same
//! here, because a statement stops only where it can be rolled back.

use super::client::Session;
use super::connections::{Connections, Kill};
use crate::answer::{Outcome, SqlError};
use crate::types::Value;
use sqlparser::ast;
use std::sync::Arc;

impl Session {
    /// Lets the session's KILL reach the connections of a server.
    pub fn set_connections(&mut self, connections: Arc<dyn Connections>) {
        self.connections = Some(connections);
    }

    /// Ends another session's statement or connection, as KILL does. ERRORS: 1094 if no connection has this number; 1317
    /// and 1927 if it is this session's (R2); 1235 without a server.
    pub fn kill(&self, id: u64, what: Kill) -> Result<(), SqlError> {
        let Some(connections) = &self.connections else { return Err(SqlError::not_supported("KILL")) };
        let own = self.transactions.waiter();
        match what {
            Kill::Query if id == own.session => Err(SqlError::interrupted()),
            Kill::Connection if id == own.session => {
                own.end();
                Err(SqlError::connection_killed())
            }
            _ if connections.kill(id, what) => Ok(()),
            _ => Err(SqlError::unknown_thread(id)),
        }
    }

    /// True if the session's connection is to be closed: it was killed, or its last statement was COMMIT or ROLLBACK with
    /// RELEASE.
    pub fn is_to_end(&self) -> bool {
        self.details.releases || self.transactions.waiter().has_ended()
    }

    /// KILL. ERRORS: as [`Session::kill`]; those of the expression.
    pub(super) fn kill_statement(&self, written: &ast::Expr, what: Kill) -> Result<Outcome, SqlError> {
        let id = number(&self.constant_in("KILL", written)?);
        // A negative number is shown as the server shows it.
        self.kill(id as u64, what).map(|()| Outcome::NOTHING)
    }
}

/// The value as a connection's number; no connection has 0.
fn number(value: &Value) -> i64 {
    match value {
        Value::Int(n) => *n,
        Value::UInt(n) => i64::try_from(*n).unwrap_or(i64::MAX),
        other => other.number().map_or(0, |number| number.to_f64().round() as i64),
    }
}
