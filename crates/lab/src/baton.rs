//! The baton: of all sessions of a run exactly one runs at a time, so that a run repeats exactly.
//!
//! ```text
//!   driver      T1                T2
//!     │ run(T1)
//!     ├─────────► insert …
//!     │◄────────── ended
//!     │ run(T2)
//!     ├───────────────────────────► insert … must wait: park          the baton goes back; T2 is in `waits`
//!     │◄───────────────────────────┤
//!     │ run(T1)                    ┊
//!     ├─────────► commit … unpark(T2): T2 is marked                   T1 continues; T2 does not run yet
//!     │◄────────── ended           ┊
//!     │ next() = T2                ┊
//!     ├───────────────────────────► … its row is inserted
//!     │◄─────────────────────────── ended
//! ```
//!
//! Each session has a thread, because a statement waits in the middle of the engine's code. Between statements the
//! driver, the thread that hands statements to sessions, holds the baton.
//!
//! RULES
//!
//! - **R1** Only the holder of the baton runs. [`Baton::run`] passes it to a session; the end of a statement or `park`
//!   passes it back. It never changes hands by time.
//! - **R2** A session waits iff it has passed the baton back by `park`, without ending its statement.
//! - **R3** `unpark` only marks the waiter. The driver resumes marked waiters ([`Baton::next`]) in the order in which
//!   their waits began.
//! - **R4** **Time is logical.** It stands still except for `SLEEP`: while a session sleeps and no waiter is marked,
//!   time jumps to the nearest end of a sleep or of a wait with a time-out. So a wait can time out only in a run in
//!   which some session sleeps that long.
//! - **R5** After [`Baton::refuse_waits`] no session waits: `park` returns [`Wake::TimedOut`] at once, so a statement
//!   that had to wait fails.
//!
//! FACT. The outcome of a run does not depend on how threads are scheduled. PROOF. Between two hand-overs only the
//! holder of the baton runs (R1). Which thread gets the baton next depends on `waits` and its marks alone (R3, R4), and
//! only the thread that runs changes these.
//!
//! InnoDB's counterpart: none. `DEBUG_SYNC` in its tests names points in the code; here the points are the waits
//! themselves.

use innolab_base::sync::{Condvar, Mutex};
use innolab_base::{Clock, ManualClock, Park, Waiter, Wake, latches};
use std::sync::Arc;

/// The baton of a run; see the module. Methods: the driver's, the sessions', then [`Park`] for the engine.
#[derive(Default)]
pub(crate) struct Baton {
    state: Mutex<State>,
    /// Notified at each hand-over.
    handed_over: Condvar,
    clock: Arc<ManualClock>,
}

#[derive(Default)]
struct State {
    /// The session that runs; `None` if the driver runs.
    holder: Option<u64>,
    /// In the order in which the waits began.
    waits: Vec<Wait>,
    /// True between `refuse_waits` and `allow_waits` (R5).
    refuses_waits: bool,
}

struct Wait {
    session: u64,
    is_unparked: bool,
    /// Logical time at which it times out.
    until_ms: Option<u64>,
    /// True for `SLEEP`, without which time stands still (R4).
    is_sleep: bool,
}

impl Baton {
    /// The logical time of the run.
    pub(crate) fn clock(&self) -> Arc<ManualClock> {
        self.clock.clone()
    }

    // -- the driver's side

    /// Runs a session until it passes the baton back. REQUIRES: it has a statement to begin, or waits.
    pub(crate) fn run(&self, session: u64) {
        let mut state = self.state.lock();
        assert_eq!(state.holder, None, "R1: only the driver passes the baton to a session");
        state.waits.retain(|wait| wait.session != session);
        state.holder = Some(session);
        self.handed_over.notify_all();
        while state.holder.is_some() {
            self.handed_over.wait(&mut state);
        }
    }

    /// The session that the driver must resume before it does anything else (R3, R4); time may jump for it.
    pub(crate) fn next(&self) -> Option<u64> {
        let state = self.state.lock();
        if let Some(wait) = state.waits.iter().find(|wait| wait.is_unparked) {
            return Some(wait.session);
        }
        if !state.waits.iter().any(|wait| wait.is_sleep) {
            return None;
        }
        // Of waits that end at the same moment, `min_by_key` takes the first.
        let (until_ms, session) =
            state.waits.iter().filter_map(|wait| Some((wait.until_ms?, wait.session))).min_by_key(|(ms, _)| *ms)?;
        self.clock.advance_ms(until_ms.saturating_sub(self.clock.now_ms()));
        Some(session)
    }

    /// True if the session waits (R2).
    pub(crate) fn waits(&self, session: u64) -> bool {
        self.state.lock().waits.iter().any(|wait| wait.session == session)
    }

    /// From now on no session waits (R5). Returns the first session that waits still: the driver runs it to the end of
    /// its statement, and calls again.
    pub(crate) fn refuse_waits(&self) -> Option<u64> {
        let mut state = self.state.lock();
        state.refuses_waits = true;
        state.waits.first().map(|wait| wait.session)
    }

    /// Lets sessions wait again: those of the next case.
    pub(crate) fn allow_waits(&self) {
        self.state.lock().refuses_waits = false;
    }

    // -- the sessions' side

    /// Blocks the session's thread until the driver runs it.
    pub(crate) fn await_turn(&self, session: u64) {
        let mut state = self.state.lock();
        while state.holder != Some(session) {
            self.handed_over.wait(&mut state);
        }
    }

    /// Passes the baton back to the driver. REQUIRES: the session holds it.
    pub(crate) fn hand_back(&self, session: u64) {
        let mut state = self.state.lock();
        assert_eq!(state.holder, Some(session), "R1: a session passes back only a baton that it holds");
        state.holder = None;
        self.handed_over.notify_all();
    }

    fn wait(&self, waiter: &Waiter, timeout_ms: Option<u64>, is_sleep: bool) -> Wake {
        if waiter.take() {
            return Wake::Woken;
        }
        let session = waiter.session;
        {
            let mut state = self.state.lock();
            if timeout_ms == Some(0) || state.refuses_waits {
                return Wake::TimedOut;
            }
            assert_eq!(state.holder, Some(session), "R1: a session that begins to wait holds the baton");
            let until_ms = timeout_ms.map(|ms| self.clock.now_ms().saturating_add(ms));
            state.waits.push(Wait { session, is_unparked: false, until_ms, is_sleep });
        }
        self.hand_back(session);
        self.await_turn(session);
        if waiter.take() { Wake::Woken } else { Wake::TimedOut }
    }
}

impl Park for Baton {
    fn park(&self, waiter: &Waiter, timeout_ms: Option<u64>) -> Wake {
        latches::assert_none();
        self.wait(waiter, timeout_ms, false)
    }

    fn unpark(&self, waiter: &Waiter) {
        waiter.call();
        if let Some(wait) = self.state.lock().waits.iter_mut().find(|wait| wait.session == waiter.session) {
            wait.is_unparked = true;
        }
    }

    fn sleep(&self, waiter: &Waiter, ms: u64) -> Wake {
        latches::assert_none();
        self.wait(waiter, Some(ms), true)
    }
}
