//! The sessions of a case: each has a thread, and the [`Baton`] lets one run at a time.
//!
//! ```text
//!   run("T1", "commit") ─► StepOutcome { own: Some(ok), late: [("T2", ok), ("T3", 1213)] }
//!                                                 │             └ statements that the commit unblocked, as they ended
//!                                                 └ None: T1's statement waits
//! ```
//!
//! RULES
//!
//! - **R1** A step is over when every session with a statement under way has ended it or waits. Sessions that the step
//!   unblocked resume one by one, in the order in which they began to wait; a session that waits again goes to the end
//!   of that order.
//! - **R2** A panic in a session ends the whole run with the panic's message. No session runs after the panic and the
//!   driver waits for none, so the run cannot hang.
//! - **R3** A session's number is that of its name: `T2` is session 2; the set-up session is 0.
//! - **R4** [`Sessions::close`] first fails statements that wait, in the order in which they began to wait; then all
//!   sessions end, by name, one at a time.
//!
//! This file does not know SQL: [`Sessions::new`] takes a factory of closures that execute a statement.

use crate::baton::Baton;
use innolab_base::{Park, Waiter};
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// Executes a statement of one session to its end.
pub(crate) type Executor<T> = Box<dyn FnMut(&str) -> T>;
/// Opens the session that waits with this waiter, on the thread that it will run on.
pub(crate) type SessionFactory<T> = Arc<dyn Fn(Arc<Waiter>) -> Executor<T> + Send + Sync>;

/// The outcome of a step (R1).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StepOutcome<T> {
    /// The result of the step's own statement; `None` if it waits.
    pub(crate) own: Option<T>,
    /// Statements of other sessions that ended in this step, with the session's name, in that order.
    pub(crate) late: Vec<(String, T)>,
}

/// A session panicked (R2).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SessionPanicked {
    session: String,
    message: String,
}

impl fmt::Display for SessionPanicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {} panicked: {}", self.session, self.message)
    }
}

impl std::error::Error for SessionPanicked {}

/// The sessions of a case, by name. REQUIRES: [`Sessions::close`] at the end.
pub(crate) struct Sessions<T> {
    baton: Arc<Baton>,
    open: SessionFactory<T>,
    threads: BTreeMap<String, SessionThread<T>>,
    has_panicked: bool,
}

struct SessionThread<T> {
    /// The session's number (R3).
    number: u64,
    /// What the session waits with.
    waiter: Arc<Waiter>,
    statements: Sender<String>,
    results: Receiver<Result<T, String>>,
    thread: JoinHandle<()>,
}

impl<T: Send + 'static> Sessions<T> {
    /// No sessions yet: each is opened by its first statement.
    pub(crate) fn new(baton: Arc<Baton>, open: SessionFactory<T>) -> Sessions<T> {
        baton.allow_waits();
        Sessions { baton, open, threads: BTreeMap::new(), has_panicked: false }
    }

    /// True if the session's last statement waits.
    pub(crate) fn waits(&self, session: &str) -> bool {
        self.threads.get(session).is_some_and(|thread| self.baton.waits(thread.number))
    }

    /// The names of the open sessions.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.threads.keys().map(String::as_str).collect()
    }

    /// The name of the session with this number.
    pub(crate) fn name_of(&self, number: u64) -> Option<&str> {
        self.threads.iter().find(|(_, thread)| thread.number == number).map(|(name, _)| name.as_str())
    }

    /// The number of the session with this name.
    pub(crate) fn number_of(&self, name: &str) -> Option<u64> {
        Some(self.threads.get(name)?.number)
    }

    /// Begins a statement and runs until the step is over (R1). REQUIRES: the session does not wait. ERRORS: R2.
    pub(crate) fn run(&mut self, session: &str, sql: &str) -> Result<StepOutcome<T>, SessionPanicked> {
        let thread = self.thread(session);
        let number = thread.number;
        // The channel is closed only if the thread has panicked; `take_result` reports that.
        let _ = thread.statements.send(sql.to_owned());
        self.run_until_all_wait(number, Some(number))
    }

    /// Interrupts the statement of a session that waits, and runs until that step is over (R1). ERRORS: R2.
    pub(crate) fn interrupt(&mut self, session: &str) -> Result<StepOutcome<T>, SessionPanicked> {
        let waiter = self.waiter(session);
        waiter.interrupt();
        self.baton.unpark(&waiter);
        let next = self.baton.next();
        self.run_until_all_wait(waiter.session, next)
    }

    /// The waiter of a session, which is opened if it is not.
    pub(crate) fn waiter(&mut self, session: &str) -> Arc<Waiter> {
        self.thread(session).waiter.clone()
    }

    /// Runs the session `next`, then those that it unblocks. `number`: the session whose step it is.
    fn run_until_all_wait(&mut self, number: u64, mut next: Option<u64>) -> Result<StepOutcome<T>, SessionPanicked> {
        let mut outcome = StepOutcome { own: None, late: Vec::new() };
        while let Some(running) = next {
            self.baton.run(running);
            match (self.take_result(running)?, running == number) {
                (Some((_, result)), true) => outcome.own = Some(result),
                (Some((name, result)), false) => outcome.late.push((name, result)),
                (None, _) => {}
            }
            next = self.baton.next();
        }
        Ok(outcome)
    }

    /// Name and result of a session's statement, if it has ended.
    fn take_result(&mut self, number: u64) -> Result<Option<(String, T)>, SessionPanicked> {
        let Some((name, thread)) = self.threads.iter().find(|(_, thread)| thread.number == number) else {
            return Ok(None);
        };
        match thread.results.try_recv() {
            Err(_) => Ok(None),
            Ok(Ok(result)) => Ok(Some((name.clone(), result))),
            Ok(Err(message)) => {
                self.has_panicked = true;
                Err(SessionPanicked { session: name.clone(), message })
            }
        }
    }

    fn thread(&mut self, session: &str) -> &SessionThread<T> {
        let taken: Vec<u64> = self.threads.values().map(|thread| thread.number).collect();
        self.threads.entry(session.to_owned()).or_insert_with(|| {
            // `T1` and `T01` are two sessions: the later one gets the number above all others.
            let is_free = |number: &u64| !taken.contains(number);
            let number = session.trim_start_matches('T').parse().unwrap_or(0);
            let number = Some(number).filter(is_free).unwrap_or_else(|| taken.iter().max().map_or(0, |max| max + 1));
            SessionThread::start(self.baton.clone(), self.open.clone(), number)
        })
    }

    /// Ends all sessions (R4). After a panic it returns at once: the panicked session may hold locks for ever (R2).
    pub(crate) fn close(mut self) -> Result<(), SessionPanicked> {
        if self.has_panicked {
            return Ok(());
        }
        while let Some(session) = self.baton.refuse_waits() {
            self.baton.run(session);
            self.take_result(session)?;
        }
        for (_, thread) in std::mem::take(&mut self.threads) {
            drop(thread.statements);
            // The panic hook has already printed a panic of a session that ends.
            let _ = thread.thread.join();
        }
        Ok(())
    }
}

impl<T: Send + 'static> SessionThread<T> {
    fn start(baton: Arc<Baton>, open: SessionFactory<T>, number: u64) -> SessionThread<T> {
        let (statements, to_execute) = channel::<String>();
        let (executed, results) = channel();
        let waiter = Arc::new(Waiter::new(number));
        let own = waiter.clone();
        let thread = std::thread::spawn(move || {
            let mut session: Option<Executor<T>> = None;
            while let Ok(sql) = to_execute.recv() {
                baton.await_turn(number);
                let execute = || session.get_or_insert_with(|| open(own.clone()))(&sql);
                let result = catch_unwind(AssertUnwindSafe(execute)).map_err(|panic| message_of(&*panic));
                let has_panicked = result.is_err();
                // The driver waits for the baton meanwhile, so the receiver exists.
                let _ = executed.send(result);
                baton.hand_back(number);
                if has_panicked {
                    // R2: dropping the session could run engine code in a broken state.
                    loop {
                        std::thread::park();
                    }
                }
            }
        });
        SessionThread { number, waiter, statements, results, thread }
    }
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests;
