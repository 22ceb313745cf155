//! What the threads of a server share.

use crate::connections::Connections;
use crate::options::{Account, Limits};
use innolab_engine::Engine;
use innolab_sql::Kill;
use std::sync::Arc;
use std::time::Instant;

/// The shared half of a server.
pub(crate) struct Shared {
    pub(crate) engine: Arc<Engine>,
    /// The name of the one database.
    pub(crate) database: String,
    pub(crate) account: Account,
    pub(crate) limits: Limits,
    pub(crate) connections: Arc<Connections>,
    pub(crate) began: Instant,
}

/// What KILL reaches: the server's connections. It keeps the server's sessions and itself apart: a session that held all
/// of [`Shared`] would keep it alive.
pub(crate) struct Reach {
    pub(crate) engine: Arc<Engine>,
    pub(crate) connections: Arc<Connections>,
}

impl innolab_sql::Connections for Reach {
    fn kill(&self, id: u64, what: Kill) -> bool {
        self.connections.kill(&self.engine, id, what)
    }
}

impl Shared {
    /// The answer to the command STATISTICS.
    pub(crate) fn statistics(&self) -> String {
        format!("Uptime: {}  Threads: {}", self.began.elapsed().as_secs(), self.connections.count())
    }
}
