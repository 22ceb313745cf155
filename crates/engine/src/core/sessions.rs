//! The open sessions, for the process list.
//!
//! A session registers itself when it opens, and leaves when it is dropped: the list does not keep it alive. What it is
//! doing it writes into its own [`Waiter`], so a statement costs no access to this list.
//!
//! InnoDB's counterpart: `THD_list`, `next_thread_id`.

use innolab_base::sync::Mutex;
use innolab_base::sync::atomic::{AtomicU64, Ordering::Relaxed};
use innolab_base::{Activity, Waiter};
use std::sync::{Arc, Weak};

/// The open sessions of an engine.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<Vec<Weak<Waiter>>>,
    n_statements: AtomicU64,
}

impl Sessions {
    /// Adds a session with the lowest number that no open one has, counted from 1.
    pub(crate) fn open(&self) -> Arc<Waiter> {
        let used = |number: &u64| self.all().iter().any(|(other, _)| other == number);
        let session = Arc::new(Waiter::new((1..).find(|number| !used(number)).unwrap_or(0)));
        self.add(&session);
        session
    }

    /// Adds a session.
    pub(crate) fn add(&self, session: &Arc<Waiter>) {
        let mut open = self.open.lock();
        open.retain(|session| session.strong_count() > 0);
        open.push(Arc::downgrade(session));
    }

    /// Returns the open sessions, by number, each with what it is doing.
    pub(crate) fn all(&self) -> Vec<(u64, Activity)> {
        let open: Vec<Arc<Waiter>> = self.open.lock().iter().filter_map(Weak::upgrade).collect();
        let mut all: Vec<_> = open.iter().map(|session| (session.session, session.activity().clone())).collect();
        all.sort_by_key(|(number, _)| *number);
        all
    }

    /// Returns the number of the next statement, counted over all sessions.
    #[doc(alias = "next_query_id")]
    pub(crate) fn next_statement(&self) -> u64 {
        self.n_statements.fetch_add(1, Relaxed) + 1
    }
}
