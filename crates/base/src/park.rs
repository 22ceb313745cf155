//! Where a session waits: the one place in the lab in which a thread sleeps for another *session*.
//!
//! ```text
//! session A: lock.request() ─ must wait ─► park(A) ······················· returns Woken
//! session B:                    commit ─► grant ─► unpark(A) ──────────────┘
//! ```
//!
//! Two implementations in one program: [`CondvarPark`] for threads that run freely, and the lab's baton, where `park` hands the
//! baton back and `unpark` only marks the session runnable, so that exactly one session runs at a time and runs repeat.
//!
//! RULES
//!
//! - **R1** An `unpark` before the `park` is not lost: the `park` returns at once. Several `unpark`s count as one.
//! - **R2** The caller of `park` holds no latch and no mutex. (Of page latches this is asserted in debug builds: [`latches`].)
//! - **R3** `park` may report [`Wake::TimedOut`] although an `unpark` comes at that moment; the caller looks at its own state
//!   (was my lock granted?) before it believes either answer.

use crate::latches;
use crate::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

/// One session's seat: who it is, and whether somebody called it.
#[derive(Debug, Default)]
pub struct Waiter {
    /// The session, as its owner numbers it.
    pub session: u64,
    called: Mutex<bool>,
    changed: Condvar,
}

impl Waiter {
    /// The seat of session `session`.
    pub fn new(session: u64) -> Waiter {
        Waiter { session, ..Waiter::default() }
    }

    /// Takes back a call that nobody waits for any more, before the seat is used for another wait.
    pub fn clear(&self) {
        self.take();
    }

    /// Keeps a call until it is taken (R1). For implementations of [`Park`].
    pub fn call(&self) {
        *self.called.lock() = true;
    }

    /// Takes the call, if there is one. For implementations of [`Park`].
    pub fn take(&self) -> bool {
        std::mem::take(&mut *self.called.lock())
    }
}

/// Why a `park` returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// Somebody called `unpark`.
    Woken,
    /// The time is over.
    TimedOut,
}

/// A way to wait; see the module.
pub trait Park: Send + Sync {
    /// Waits until `waiter` is called, at most `timeout_ms` milliseconds if given. REQUIRES R2.
    fn park(&self, waiter: &Waiter, timeout_ms: Option<u64>) -> Wake;
    /// Calls `waiter`. Never waits; may be called with latches held.
    fn unpark(&self, waiter: &Waiter);
    /// Lets `ms` milliseconds pass (`SLEEP`), fewer if `waiter` is called. REQUIRES R2.
    fn sleep(&self, waiter: &Waiter, ms: u64) -> Wake {
        self.park(waiter, Some(ms))
    }
}

/// Waits on a condition variable: threads run freely.
#[derive(Debug, Default, Clone, Copy)]
pub struct CondvarPark;

impl Park for CondvarPark {
    fn park(&self, waiter: &Waiter, timeout_ms: Option<u64>) -> Wake {
        latches::assert_none();
        let until = timeout_ms.map(|ms| Instant::now() + Duration::from_millis(ms));
        let mut called = waiter.called.lock();
        while !*called {
            match until {
                None => waiter.changed.wait(&mut called),
                Some(until) => {
                    if waiter.changed.wait_until(&mut called, until).timed_out() {
                        break;
                    }
                }
            }
        }
        if std::mem::take(&mut *called) { Wake::Woken } else { Wake::TimedOut }
    }

    fn unpark(&self, waiter: &Waiter) {
        waiter.call();
        waiter.changed.notify_one();
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_call_before_the_wait_is_kept_and_calls_count_once() {
        let waiter = Waiter::new(1);
        CondvarPark.unpark(&waiter);
        CondvarPark.unpark(&waiter);
        assert_eq!(CondvarPark.park(&waiter, None), Wake::Woken);
        assert_eq!(CondvarPark.park(&waiter, Some(1)), Wake::TimedOut);
    }

    #[test]
    fn a_call_wakes_another_thread() {
        let waiter = Arc::new(Waiter::new(1));
        let other = std::thread::spawn({
            let waiter = waiter.clone();
            move || CondvarPark.park(&waiter, None)
        });
        CondvarPark.unpark(&waiter);
        assert_eq!(other.join().expect("it does not panic"), Wake::Woken);
    }
}
