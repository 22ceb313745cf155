//! How a session waits for another session: the only place in the lab where a thread sleeps for that reason.
//!
//! ```text
//! session A: lock.request() ─ must wait ─► park(A) ······················· returns Woken
//! session B:                    commit ─► grant ─► unpark(A) ──────────────┘
//! ```
//!
//! Two implementations of [`Park`] exist. With [`CondvarPark`] threads run freely. With the lab's baton exactly one
//! session runs at a time: `park` passes the baton on and `unpark` only marks the session runnable, so that runs
//! repeat.
//!
//! RULES
//!
//! - **R1** An `unpark` before the `park` is not lost: it leaves a token, and the `park` returns at once. Several
//!   `unpark`s leave one token.
//! - **R2** The caller of `park` holds no latch and no mutex. (Debug builds assert this of page latches: [`latches`].)
//! - **R3** `park` may return [`Wake::TimedOut`] although an `unpark` arrives at that moment; whatever it returns, the
//!   caller checks its own state (was my lock granted?).
//! - **R4** An interrupt is a mark on the waiter that stays until the session's next statement clears it, so it is not
//!   lost wherever the statement is: whoever waits or reads rows for the session checks the mark.
//!
//! InnoDB's counterpart: `os0event`.

use crate::activity::Activity;
use crate::latches;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// A session as others see it: its number, what it is doing, and its wait slot, where [`Park::unpark`] leaves a token.
#[derive(Debug, Default)]
pub struct Waiter {
    /// The session's number, as its owner assigns it.
    pub session: u64,
    activity: Mutex<Activity>,
    token: Mutex<bool>,
    changed: Condvar,
    /// True if the session's statement is to end with an error (R4).
    interrupted: AtomicBool,
}

impl Waiter {
    /// The wait slot of session `session`.
    pub fn new(session: u64) -> Waiter {
        Waiter { session, ..Waiter::default() }
    }

    /// What the session is doing. LOCKS: the last mutex in every order.
    pub fn activity(&self) -> MutexGuard<'_, Activity> {
        self.activity.lock()
    }

    /// Drops a token left over from an earlier wait. To be called before the slot is used for the next one.
    pub fn clear(&self) {
        self.take();
    }

    /// Marks the session's statement as interrupted (R4). If the session may be parked, `unpark` it afterwards.
    #[doc(alias = "THD::killed")]
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::Release);
    }

    /// True if the session's statement is interrupted.
    #[inline]
    pub fn is_interrupted(&self) -> bool {
        self.interrupted.load(Ordering::Acquire)
    }

    /// Takes an interrupt back: a new statement begins.
    pub fn clear_interrupt(&self) {
        self.interrupted.store(false, Ordering::Release);
    }

    /// Sets the token; it stays until it is taken (R1). For implementations of [`Park`].
    pub fn call(&self) {
        *self.token.lock() = true;
    }

    /// Takes the token; true if it was set. For implementations of [`Park`].
    pub fn take(&self) -> bool {
        std::mem::take(&mut *self.token.lock())
    }
}

/// Why a `park` returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// `unpark` was called.
    Woken,
    /// The timeout has passed.
    TimedOut,
}

/// A way to wait for another session; see the module.
pub trait Park: Send + Sync {
    /// Waits for the token of `waiter`, at most `timeout_ms` milliseconds if given. REQUIRES R2.
    fn park(&self, waiter: &Waiter, timeout_ms: Option<u64>) -> Wake;
    /// Sets the token of `waiter` and wakes it. Never waits; may be called with latches held.
    fn unpark(&self, waiter: &Waiter);
    /// Waits `ms` milliseconds (`SLEEP`), less if `waiter` is unparked. REQUIRES R2.
    fn sleep(&self, waiter: &Waiter, ms: u64) -> Wake {
        self.park(waiter, Some(ms))
    }
}

/// Waits on a condition variable, for threads that run freely.
#[derive(Debug, Default, Clone, Copy)]
pub struct CondvarPark;

impl Park for CondvarPark {
    fn park(&self, waiter: &Waiter, timeout_ms: Option<u64>) -> Wake {
        latches::assert_none();
        let until = timeout_ms.map(|ms| Instant::now() + Duration::from_millis(ms));
        let mut token = waiter.token.lock();
        while !*token {
            match until {
                None => waiter.changed.wait(&mut token),
                Some(until) => {
                    if waiter.changed.wait_until(&mut token, until).timed_out() {
                        break;
                    }
                }
            }
        }
        if std::mem::take(&mut *token) { Wake::Woken } else { Wake::TimedOut }
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
    fn an_unpark_before_the_park_is_kept_and_several_count_as_one() {
        let waiter = Waiter::new(1);
        CondvarPark.unpark(&waiter);
        CondvarPark.unpark(&waiter);
        assert_eq!(CondvarPark.park(&waiter, None), Wake::Woken);
        assert_eq!(CondvarPark.park(&waiter, Some(1)), Wake::TimedOut);
    }

    #[test]
    fn unpark_wakes_another_thread() {
        let waiter = Arc::new(Waiter::new(1));
        let other = std::thread::spawn({
            let waiter = waiter.clone();
            move || CondvarPark.park(&waiter, None)
        });
        CondvarPark.unpark(&waiter);
        assert_eq!(other.join().expect("it does not panic"), Wake::Woken);
    }
}
