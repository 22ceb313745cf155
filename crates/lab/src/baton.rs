//! The baton: of all the sessions of a run exactly one goes on at a time, so that a run repeats exactly.
//!
//! ```text
//!   driver      T1                T2
//!     │ run(T1)
//!     ├─────────► insert …
//!     │◄────────── ended
//!     │ run(T2)
//!     ├───────────────────────────► insert … must wait: park          the baton goes back, T2 is in the queue
//!     │◄───────────────────────────┤
//!     │ run(T1)                    ┊
//!     ├─────────► commit … unpark(T2): marked as called               T1 goes on; nothing moves yet
//!     │◄────────── ended           ┊
//!     │ next() = T2                ┊
//!     ├───────────────────────────► … its row is in
//!     │◄─────────────────────────── ended
//! ```
//!
//! Each session has a thread of its own, because its statements wait in the middle of the engine's code; the thread
//! that drives them holds the baton in between.
//!
//! RULES
//!
//! - **R1** Only who holds the baton runs. It is handed on by `run`, and back by the end of a statement or by `park`;
//!   never by time.
//! - **R2** Whether a statement waits is known from its `park`: it has handed the baton back without having ended.
//! - **R3** `unpark` marks and no more. Who was called goes on when the driver says so: [`Baton::next`], in the order
//!   in which the waits began.
//! - **R4** **Time is logical.** It stands still but for `SLEEP`: while a session sleeps and nobody else can go on,
//!   time jumps to the next moment at which a sleep or a wait with a time-out ends. So a wait times out only in a run
//!   in which somebody sleeps that long.
//! - **R5** When the sessions are dismissed nobody waits any more: `park` says [`Wake::TimedOut`] at once, and what
//!   waits fails with it.
//!
//! FACT. A run's outcome does not depend on how threads are scheduled. PROOF. By R1 at most one thread is between two
//! hand-overs; which one is next depends on the queue and the marks alone (R3, R4), and these are changed by the thread
//! that runs.
//!
//! InnoDB's counterpart: none. `DEBUG_SYNC` of its tests names points in the code instead; here the points are the
//! waits themselves.

use innolab_base::sync::{Condvar, Mutex};
use innolab_base::{Clock, ManualClock, Park, Waiter, Wake, latches};
use std::sync::Arc;

/// Who runs; see the module.
#[derive(Default)]
pub(crate) struct Baton {
    state: Mutex<State>,
    handed_on: Condvar,
    clock: Arc<ManualClock>,
}

#[derive(Default)]
struct State {
    /// The seat that runs; `None`: the driver does.
    holder: Option<u64>,
    /// Those that wait, in the order in which they began to.
    waits: Vec<Wait>,
    dismissed: bool,
}

struct Wait {
    seat: u64,
    is_called: bool,
    /// When it ends by itself.
    until_ms: Option<u64>,
    /// R4: it waits for time, not for somebody.
    sleeps: bool,
}

impl Baton {
    /// The time that passes when sessions sleep.
    pub(crate) fn clock(&self) -> Arc<ManualClock> {
        self.clock.clone()
    }

    // -- the driver's side

    /// Lets this session go on until it hands the baton back. REQUIRES: it has something to do, or waits.
    pub(crate) fn run(&self, seat: u64) {
        let mut state = self.state.lock();
        assert_eq!(state.holder, None, "R1: the driver runs");
        state.waits.retain(|wait| wait.seat != seat);
        state.holder = Some(seat);
        self.handed_on.notify_all();
        while state.holder.is_some() {
            self.handed_on.wait(&mut state);
        }
    }

    /// Who has to go on before the driver may do anything else (R3, R4).
    pub(crate) fn next(&self) -> Option<u64> {
        let state = self.state.lock();
        if let Some(wait) = state.waits.iter().find(|wait| wait.is_called) {
            return Some(wait.seat);
        }
        if !state.waits.iter().any(|wait| wait.sleeps) {
            return None;
        }
        // Of those that end at the same moment the first to have waited goes first.
        let (until_ms, seat) =
            state.waits.iter().filter_map(|wait| Some((wait.until_ms?, wait.seat))).min_by_key(|(ms, _)| *ms)?;
        self.clock.advance_ms(until_ms.saturating_sub(self.clock.now_ms()));
        Some(seat)
    }

    /// Whether the session waits (R2).
    pub(crate) fn waits(&self, seat: u64) -> bool {
        self.state.lock().waits.iter().any(|wait| wait.seat == seat)
    }

    /// R5, from here on. The first of those that still wait has to run to its end.
    pub(crate) fn dismiss(&self) -> Option<u64> {
        let mut state = self.state.lock();
        state.dismissed = true;
        state.waits.first().map(|wait| wait.seat)
    }

    /// Takes R5 back: other sessions come.
    pub(crate) fn convene(&self) {
        self.state.lock().dismissed = false;
    }

    // -- the sessions' side

    /// Returns when the driver runs the session.
    pub(crate) fn await_turn(&self, seat: u64) {
        let mut state = self.state.lock();
        while state.holder != Some(seat) {
            self.handed_on.wait(&mut state);
        }
    }

    /// The session has nothing to do any more.
    pub(crate) fn hand_back(&self, seat: u64) {
        let mut state = self.state.lock();
        assert_eq!(state.holder, Some(seat), "R1: it holds the baton");
        state.holder = None;
        self.handed_on.notify_all();
    }

    fn wait(&self, waiter: &Waiter, timeout_ms: Option<u64>, sleeps: bool) -> Wake {
        if waiter.take() {
            return Wake::Woken;
        }
        let seat = waiter.session;
        {
            let mut state = self.state.lock();
            if timeout_ms == Some(0) || state.dismissed {
                return Wake::TimedOut;
            }
            assert_eq!(state.holder, Some(seat), "R1: who waits holds the baton");
            let until_ms = timeout_ms.map(|ms| self.clock.now_ms().saturating_add(ms));
            state.waits.push(Wait { seat, is_called: false, until_ms, sleeps });
        }
        self.hand_back(seat);
        self.await_turn(seat);
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
        if let Some(wait) = self.state.lock().waits.iter_mut().find(|wait| wait.seat == waiter.session) {
            wait.is_called = true;
        }
    }

    fn sleep(&self, waiter: &Waiter, ms: u64) -> Wake {
        latches::assert_none();
        self.wait(waiter, Some(ms), true)
    }
}
