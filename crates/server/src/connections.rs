//! The open connections, counted and to be ended.

use crate::socket::Socket;
use innolab_base::Waiter;
use innolab_base::sync::{Condvar, Mutex};
use innolab_engine::Engine;
use std::collections::BTreeMap;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a stopping server interrupts what still runs: a statement that has just begun has forgotten the last time.
const INTERRUPT_EVERY: Duration = Duration::from_millis(20);

/// All connections.
#[derive(Default)]
pub(crate) struct Connections {
    open: Mutex<Open>,
    ended: Condvar,
    stopping: AtomicBool,
}

#[derive(Default)]
struct Open {
    by_id: BTreeMap<u32, Arc<Connection>>,
    last_id: u32,
}

/// One connection.
pub(crate) struct Connection {
    /// Its number, which is its session's.
    #[doc(alias = "CONNECTION_ID")]
    pub(crate) id: u32,
    pub(crate) socket: Arc<Socket>,
    /// Its session; `None` before the login.
    waiter: Mutex<Option<Arc<Waiter>>>,
}

impl Connection {
    /// Sets the session whose statements are interrupted when the server stops.
    pub(crate) fn set_waiter(&self, waiter: Arc<Waiter>) {
        *self.waiter.lock() = Some(waiter);
    }
}

/// A connection's place among the open ones, until it is dropped.
pub(crate) struct Place<'a> {
    all: &'a Connections,
    pub(crate) connection: Arc<Connection>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.all.open.lock().by_id.remove(&self.connection.id);
        self.all.ended.notify_all();
    }
}

impl Connections {
    /// Gives the socket a place, and a number that no open connection has. Returns `None` if there are `most`.
    pub(crate) fn admit(&self, socket: Arc<Socket>, most: usize) -> Option<Place<'_>> {
        let mut open = self.open.lock();
        if open.by_id.len() >= most {
            return None;
        }
        loop {
            open.last_id = open.last_id.wrapping_add(1).max(1);
            if !open.by_id.contains_key(&open.last_id) {
                break;
            }
        }
        let connection = Arc::new(Connection { id: open.last_id, socket, waiter: Mutex::default() });
        open.by_id.insert(connection.id, connection.clone());
        Some(Place { all: self, connection })
    }

    /// Number of open connections.
    pub(crate) fn count(&self) -> usize {
        self.open.lock().by_id.len()
    }

    /// Asks for the end: no command begins after this.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Ends all connections, and waits until they have ended: statements are interrupted, answers are still sent for as
    /// long as `grace`. REQUIRES: none is admitted any more.
    pub(crate) fn end_all(&self, engine: &Engine, grace: Duration) {
        let until = Instant::now() + grace;
        let mut open = self.open.lock();
        while !open.by_id.is_empty() {
            for connection in open.by_id.values() {
                if let Some(waiter) = &*connection.waiter.lock() {
                    engine.interrupt(waiter);
                }
                let is_late = Instant::now() >= until;
                connection.socket.shutdown(if is_late { Shutdown::Both } else { Shutdown::Read });
            }
            self.ended.wait_for(&mut open, INTERRUPT_EVERY);
        }
    }
}
