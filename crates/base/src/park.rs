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
//!   lost wherever the statement is: whoever waits or reads rows for the session checks the mark. The mark of a session
//!   that is to end is never cleared: neither its statement nor a later one goes on.
//!
//! InnoDB's counterpart: `os0event`.

use crate::activity::Activity;
use crate::latches;
use crate::sync::atomic::{AtomicU8, Ordering};
use crate::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// The session's statements run.
const RUNS: u8 = 0;
/// The session's statement is to end with an error.
const INTERRUPTED: u8 = 1;
/// All of the session's statements end with an error.
const ENDED: u8 = 2;

/// A session as others see it: its number, what it is doing, and its wait slot, where [`Park::unpark`] leaves a token.
#[derive(Debug, Default)]
pub struct Waiter {
    /// The session's number, as its owner assigns it.
    pub session: u64,
    activity: Mutex<Activity>,
    token: Mutex<bool>,
    changed: Condvar,
    /// [`RUNS`], [`INTERRUPTED`] or [`ENDED`] (R4).
    mark: AtomicU8,
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
        let _ = self.mark.compare_exchange(RUNS, INTERRUPTED, Ordering::AcqRel, Ordering::Acquire);
    }

    /// Marks the session as ended: its statement and all later ones are interrupted (R4). If the session may be parked,
    /// `unpark` it afterwards.
    pub fn end(&self) {
        self.mark.store(ENDED, Ordering::Release);
    }

    /// True if the session's statement is interrupted.
    #[inline]
    pub fn is_interrupted(&self) -> bool {
        self.mark.load(Ordering::Acquire) != RUNS
    }

    /// True if the session is marked as ended.
    pub fn has_ended(&self) -> bool {
        self.mark.load(Ordering::Acquire) == ENDED
    }

    /// Takes an interrupt back, because a new statement begins. Returns false if the session has ended (R4).
    pub fn clear_interrupt(&self) -> bool {
        let cleared = self.mark.compare_exchange(INTERRUPTED, RUNS, Ordering::AcqRel, Ordering::Acquire);
        cleared != Err(ENDED)
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
    fn an_interrupt_is_cleared_and_an_end_is_not_r4() {
        let waiter = Waiter::new(1);
        waiter.interrupt();
        assert!(waiter.is_interrupted() && !waiter.has_ended());
        assert!(waiter.clear_interrupt() && !waiter.is_interrupted());
        waiter.end();
        waiter.interrupt();
        assert!(!waiter.clear_interrupt() && waiter.is_interrupted() && waiter.has_ended());
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
