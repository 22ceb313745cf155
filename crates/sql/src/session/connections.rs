//! The connections of a server, as KILL reaches them. A server implements [`Connections`].

/// What KILL ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    /// A statement: KILL QUERY.
    Query,
    /// A connection, and the statement that it runs: KILL, KILL CONNECTION.
    Connection,
}

/// The connections of a server (`kill` R1).
pub trait Connections: Send + Sync {
    /// Ends the statement of the connection with this number, or the connection. Returns false if there is none. Does
    /// not wait for the end.
    fn kill(&self, id: u64, what: Kill) -> bool;
}
