//! The open connections: counted, killed by each other, and ended with the server.
//!
//! RULES
//!
//! - **R1** A connection that is killed, or that the server ends, has its session ended first (`base::park` R4) and its
//!   socket shut down then: its statement commits nothing any more, and no later one begins.
//! - **R2** A client whose connection is killed sees its end, without an answer to what it runs, as from the server.

use crate::socket::Socket;
use innolab_base::Waiter;
use innolab_base::sync::{Condvar, Mutex};
use innolab_engine::Engine;
use innolab_sql::Kill;
use std::collections::BTreeMap;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a stopping server looks whether the time for answers is over, and for sessions that have just begun.
const LOOK_EVERY: Duration = Duration::from_millis(20);

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
    session: Mutex<OpenSession>,
    was_killed: AtomicBool,
}

/// A connection's session, as others reach it.
#[derive(Default)]
struct OpenSession {
    /// `None` before the login.
    waiter: Option<Arc<Waiter>>,
    /// This session and all later ones of the connection are ended (R1).
    has_ended: bool,
}

impl Connection {
    /// Sets the session, whose statements are interrupted by KILL and when the server stops.
    pub(crate) fn set_waiter(&self, waiter: Arc<Waiter>) {
        let mut session = self.session.lock();
        if session.has_ended {
            waiter.end();
        }
        session.waiter = Some(waiter);
    }

    /// Ends its session (R1).
    fn end_session(&self, engine: &Engine) {
        let mut session = self.session.lock();
        session.has_ended = true;
        session.waiter.iter().for_each(|waiter| engine.end_session(waiter));
    }

    /// True if another connection has killed it: its client gets no answer any more (R2).
    pub(crate) fn was_killed(&self) -> bool {
        self.was_killed.load(Ordering::Acquire)
    }

    /// Interrupts its statement.
    fn interrupt(&self, engine: &Engine) {
        self.session.lock().waiter.iter().for_each(|waiter| engine.interrupt(waiter));
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
        let connection =
            Arc::new(Connection { id: open.last_id, socket, session: Mutex::default(), was_killed: false.into() });
        open.by_id.insert(connection.id, connection.clone());
        Some(Place { all: self, connection })
    }

    /// Number of open connections.
    pub(crate) fn count(&self) -> usize {
        self.open.lock().by_id.len()
    }

    /// Asks for the end: no command begins after this, and no statement that runs commits (R1).
    pub(crate) fn stop(&self, engine: &Engine) {
        self.stopping.store(true, Ordering::Release);
        self.open.lock().by_id.values().for_each(|connection| connection.end_session(engine));
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Ends the statement of the connection with this number, or the connection. Returns false if there is none.
    pub(crate) fn kill(&self, engine: &Engine, id: u64, what: Kill) -> bool {
        let connection = u32::try_from(id).ok().and_then(|id| self.open.lock().by_id.get(&id).cloned());
        let Some(connection) = connection else { return false };
        match what {
            Kill::Query => connection.interrupt(engine),
            Kill::Connection => {
                // First: the interrupted statement may end before the socket is shut down.
                connection.was_killed.store(true, Ordering::Release);
                connection.end_session(engine);
                connection.socket.shutdown(Shutdown::Both);
            }
        }
        true
    }

    /// Ends all connections, and waits until they have ended: statements are interrupted, answers are still sent for as
    /// long as `grace`. REQUIRES: none is admitted any more.
    pub(crate) fn end_all(&self, engine: &Engine, grace: Duration) {
        let until = Instant::now() + grace;
        let mut open = self.open.lock();
        while !open.by_id.is_empty() {
            for connection in open.by_id.values() {
                connection.end_session(engine);
                let is_late = Instant::now() >= until;
                connection.socket.shutdown(if is_late { Shutdown::Both } else { Shutdown::Read });
            }
            self.ended.wait_for(&mut open, LOOK_EVERY);
        }
    }
}
