//! What the threads of a server share.

use crate::connections::Connections;
use crate::options::{Account, Limits};
use innolab_engine::Engine;
use std::sync::Arc;
use std::time::Instant;

/// The shared half of a server.
pub(crate) struct Shared {
    pub(crate) engine: Arc<Engine>,
    /// The name of the one database.
    pub(crate) database: String,
    pub(crate) account: Account,
    pub(crate) limits: Limits,
    pub(crate) connections: Connections,
    pub(crate) began: Instant,
}

impl Shared {
    /// The answer to the command STATISTICS.
    pub(crate) fn statistics(&self) -> String {
        format!("Uptime: {}  Threads: {}", self.began.elapsed().as_secs(), self.connections.count())
    }
}
