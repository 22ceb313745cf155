//! The sessions of a case: each a thread with a seat at the [`Baton`], of which one runs at a time.
//!
//! ```text
//!   run("T1", "commit") ─► Settled { own: Some(ok), late: [("T2", ok), ("T3", 1213)] }
//!                                     │             └ let go by it: they ended one by one, in this order
//!                                     └ None: T1 waits
//! ```
//!
//! RULES
//!
//! - **R1** A step is over when every session that has a statement under way has ended it or waits. Those that are let
//!   go go on one by one, in the order in which they began to wait; one that waits again is at the end of that order.
//! - **R2** A session that panics ends the whole run with what it said, and is never a hang: nobody runs after that,
//!   and nothing is waited for.
//! - **R3** Seats bear the numbers of their names: `T2` sits in 2, set-up in 0.
//! - **R4** At the end what waits is dropped, in the order in which it began to wait; then all sessions end, by name,
//!   one at a time.
//!
//! What a session does with a statement is not known here: [`Crew::new`] is given a maker of closures.

use crate::baton::Baton;
use innolab_base::Waiter;
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// Takes a statement to its end.
pub(crate) type Executor<T> = Box<dyn FnMut(&str) -> T>;
/// Opens a session in its seat, on the thread that it will live on.
pub(crate) type Opener<T> = Arc<dyn Fn(Arc<Waiter>) -> Executor<T> + Send + Sync>;

/// What a step came to (R1).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Settled<T> {
    /// How the statement ended; `None`: it waits.
    pub(crate) own: Option<T>,
    /// Statements of others that ended, in that order.
    pub(crate) late: Vec<(String, T)>,
}

/// A session panicked (R2).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Panicked {
    session: String,
    message: String,
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {} panicked: {}", self.session, self.message)
    }
}

impl std::error::Error for Panicked {}

/// See the module.
pub(crate) struct Crew<T> {
    baton: Arc<Baton>,
    open: Opener<T>,
    members: BTreeMap<String, Member<T>>,
    has_panicked: bool,
}

struct Member<T> {
    seat: u64,
    statements: Sender<String>,
    endings: Receiver<Result<T, String>>,
    thread: JoinHandle<()>,
}

impl<T: Send + 'static> Crew<T> {
    /// Nobody yet: a session is opened by its first statement.
    pub(crate) fn new(baton: Arc<Baton>, open: Opener<T>) -> Crew<T> {
        baton.convene();
        Crew { baton, open, members: BTreeMap::new(), has_panicked: false }
    }

    /// Whether the session's last statement waits.
    pub(crate) fn waits(&self, session: &str) -> bool {
        self.members.get(session).is_some_and(|member| self.baton.waits(member.seat))
    }

    /// The session in a seat.
    pub(crate) fn name_of(&self, seat: u64) -> Option<&str> {
        self.members.iter().find(|(_, member)| member.seat == seat).map(|(name, _)| name.as_str())
    }

    /// Begins a statement and goes on until the step is over (R1). REQUIRES: the session does not wait.
    pub(crate) fn run(&mut self, session: &str, sql: &str) -> Result<Settled<T>, Panicked> {
        let member = self.member(session);
        let seat = member.seat;
        // A thread that does not listen has panicked: that is seen below.
        let _ = member.statements.send(sql.to_owned());
        let mut settled = Settled { own: None, late: Vec::new() };
        let mut turn = Some(seat);
        while let Some(now) = turn {
            self.baton.run(now);
            match (self.ending(now)?, now == seat) {
                (Some((_, ended)), true) => settled.own = Some(ended),
                (Some((name, ended)), false) => settled.late.push((name, ended)),
                (None, _) => {}
            }
            turn = self.baton.next();
        }
        Ok(settled)
    }

    /// What the session in `seat` has ended, if it does not wait.
    fn ending(&mut self, seat: u64) -> Result<Option<(String, T)>, Panicked> {
        let Some((name, member)) = self.members.iter().find(|(_, member)| member.seat == seat) else { return Ok(None) };
        match member.endings.try_recv() {
            Err(_) => Ok(None),
            Ok(Ok(ended)) => Ok(Some((name.clone(), ended))),
            Ok(Err(message)) => {
                self.has_panicked = true;
                Err(Panicked { session: name.clone(), message })
            }
        }
    }

    fn member(&mut self, session: &str) -> &Member<T> {
        let seats: Vec<u64> = self.members.values().map(|member| member.seat).collect();
        self.members.entry(session.to_owned()).or_insert_with(|| {
            // `T1` and `T01` are two sessions: the later one takes a seat beyond all.
            let free = |seat: &u64| !seats.contains(seat);
            let seat = session.trim_start_matches('T').parse().unwrap_or(0);
            let seat = Some(seat).filter(free).unwrap_or_else(|| seats.iter().max().map_or(0, |max| max + 1));
            Member::start(self.baton.clone(), self.open.clone(), seat)
        })
    }

    /// R4. After a panic nobody is waited for: what the broken session held stays held (R2).
    pub(crate) fn dismiss(mut self) -> Result<(), Panicked> {
        if self.has_panicked {
            return Ok(());
        }
        while let Some(seat) = self.baton.dismiss() {
            self.baton.run(seat);
            self.ending(seat)?;
        }
        for (_, member) in std::mem::take(&mut self.members) {
            drop(member.statements);
            // A panic while a session ends has been told by its thread.
            let _ = member.thread.join();
        }
        Ok(())
    }
}

impl<T: Send + 'static> Member<T> {
    fn start(baton: Arc<Baton>, open: Opener<T>, seat: u64) -> Member<T> {
        let (statements, to_do) = channel::<String>();
        let (ended, endings) = channel();
        let thread = std::thread::spawn(move || {
            let mut session: Option<Executor<T>> = None;
            while let Ok(sql) = to_do.recv() {
                baton.await_turn(seat);
                let session = || session.get_or_insert_with(|| open(Arc::new(Waiter::new(seat))))(&sql);
                let outcome = catch_unwind(AssertUnwindSafe(session)).map_err(|panic| message_of(&*panic));
                let is_over = outcome.is_err();
                // The driver listens: it waits for the baton.
                let _ = ended.send(outcome);
                baton.hand_back(seat);
                if is_over {
                    // R2: what it held stays held.
                    loop {
                        std::thread::park();
                    }
                }
            }
        });
        Member { seat, statements, endings, thread }
    }
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word").to_owned()
}

#[cfg(test)]
mod tests;
