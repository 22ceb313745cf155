//! What a server is given: where it listens, who may log in, and its limits.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The one account. It has no `Debug`: a password is never printed.
#[derive(Clone)]
pub struct Account {
    /// The user's name.
    pub user: String,
    /// The password; empty: none.
    pub password: String,
}

/// Where a server listens.
#[derive(Debug, Clone, Default)]
pub struct Listen {
    /// Path of the Unix socket, a file of mode 0600.
    pub socket: Option<PathBuf>,
    /// Address and port of TCP; port 0: any free one. It needs an account with a password.
    pub tcp: Option<(IpAddr, u16)>,
}

/// Limits on clients. The defaults are the server's, by the names of its variables.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most open connections, those that have not logged in included.
    #[doc(alias = "max_connections")]
    pub connections: usize,
    /// The longest that a login may take.
    #[doc(alias = "connect_timeout")]
    pub login: Duration,
    /// The longest pause before a command.
    #[doc(alias = "wait_timeout")]
    pub idle: Duration,
    /// The longest pause within a packet of the client.
    #[doc(alias = "net_read_timeout")]
    pub read: Duration,
    /// The longest wait for a client that does not read.
    #[doc(alias = "net_write_timeout")]
    pub write: Duration,
    /// How long a stopping server waits for answers to be read.
    pub stop: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            connections: 151,
            login: Duration::from_secs(10),
            idle: Duration::from_secs(28_800),
            read: Duration::from_secs(30),
            write: Duration::from_secs(60),
            stop: Duration::from_secs(2),
        }
    }
}
