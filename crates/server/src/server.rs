//! The server: its listeners, and a thread for each connection.

use crate::connection::{serve, turn_away};
use crate::listen::Listener;
use crate::options::{Account, Limits, Listen};
use crate::shared::Shared;
use crate::socket::Socket;
use innolab_engine::Engine;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::thread::{Builder, Scope};
use std::time::{Duration, Instant};

/// The pause after the system could not give a socket: it has too few file descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// A server that listens. Dropping it removes its socket file.
pub struct Server {
    shared: Arc<Shared>,
    listeners: Arc<[Listener]>,
}

/// Stops a server from another thread. It keeps neither the server nor the engine alive.
#[derive(Clone)]
pub struct Stopper {
    shared: Weak<Shared>,
    listeners: Weak<[Listener]>,
}

impl Server {
    /// Listens for clients of `engine`, whose tables form the database `database`.
    ///
    /// ERRORS: TCP is asked for with an account that has no password; the socket file is in use; the system's. The text
    /// names the address.
    pub fn bind(
        engine: Arc<Engine>,
        database: &str,
        account: Account,
        listen: &Listen,
        limits: Limits,
    ) -> io::Result<Server> {
        if listen.tcp.is_some() && account.password.is_empty() {
            let text = "TCP needs an account with a password: everybody on the machine could log in";
            return Err(io::Error::new(ErrorKind::InvalidInput, text));
        }
        let named = |name: String, error: io::Error| io::Error::new(error.kind(), format!("{name}: {error}"));
        let mut listeners = Vec::new();
        if let Some(path) = &listen.socket {
            listeners.push(Listener::unix(path).map_err(|e| named(path.display().to_string(), e))?);
        }
        if let Some(address) = listen.tcp.map(SocketAddr::from) {
            listeners.push(Listener::tcp(address).map_err(|e| named(address.to_string(), e))?);
        }
        let shared = Shared {
            engine,
            database: database.to_owned(),
            account,
            limits,
            connections: Arc::default(),
            began: Instant::now(),
        };
        Ok(Server { shared: Arc::new(shared), listeners: listeners.into() })
    }

    /// The address on which it listens for TCP.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listeners.iter().find_map(Listener::address)
    }

    /// What stops it.
    pub fn stopper(&self) -> Stopper {
        Stopper { shared: Arc::downgrade(&self.shared), listeners: Arc::downgrade(&self.listeners) }
    }

    /// Serves clients until it is stopped. When this returns, all connections have ended and their transactions are
    /// rolled back. ERRORS: the system cannot create a thread.
    pub fn run(&self) -> io::Result<()> {
        std::thread::scope(|scope| {
            let accepting: io::Result<Vec<_>> = self
                .listeners
                .iter()
                .map(|listener| {
                    Builder::new().name("accept".into()).spawn_scoped(scope, || self.accept(scope, listener))
                })
                .collect();
            match accepting {
                Ok(threads) => threads.into_iter().for_each(|thread| drop(thread.join())),
                Err(e) => {
                    self.stopper().stop();
                    return Err(e);
                }
            }
            self.shared.connections.end_all(&self.shared.engine, self.shared.limits.stop);
            Ok(())
        })
    }

    /// Accepts clients until the listener is closed.
    fn accept<'s>(&'s self, scope: &'s Scope<'s, '_>, listener: &Listener) {
        while !self.shared.connections.is_stopping() {
            match listener.accept() {
                Ok(socket) => self.receive(scope, Arc::new(socket)),
                Err(e) if e.kind() == ErrorKind::ConnectionAborted || e.kind() == ErrorKind::Interrupted => {}
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }

    /// Gives a client a thread, or turns it away.
    fn receive<'s>(&'s self, scope: &'s Scope<'s, '_>, socket: Arc<Socket>) {
        let shared = &*self.shared;
        let Some(place) = shared.connections.admit(socket.clone(), shared.limits.connections) else {
            let _ = turn_away(shared, socket);
            return;
        };
        let serve = move || {
            let place = place;
            // A panic is a bug, which the runtime reports. It ends this connection, and no other.
            let _ = catch_unwind(AssertUnwindSafe(|| serve(shared, &place.connection)));
        };
        // Without a thread the client sees the end of its connection.
        let _ = Builder::new().name("connection".into()).spawn_scoped(scope, serve);
    }
}

impl Stopper {
    /// Ends the server: it accepts no more clients, interrupts statements and rolls transactions back. Returns at once;
    /// [`Server::run`] returns when all of that is done.
    pub fn stop(&self) {
        let (Some(shared), Some(listeners)) = (self.shared.upgrade(), self.listeners.upgrade()) else { return };
        shared.connections.stop(&shared.engine);
        for listener in &*listeners {
            // Without this the listener ends with its next client.
            let _ = listener.close();
        }
    }
}
