//! Clocks are passed in: code that needs the time holds a [`Clock`], so that a run with a [`ManualClock`] repeats
//! exactly.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// A monotonic clock.
pub trait Clock: Send + Sync {
    /// Returns the milliseconds since a fixed start; never less than before.
    fn now_ms(&self) -> u64;
}

/// The machine's monotonic clock, counted from the creation of this value.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        SystemClock(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        self.0.elapsed().as_millis() as u64
    }
}

/// A clock that only [`advance_ms`](ManualClock::advance_ms) moves.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// Moves the clock forward by `ms` milliseconds.
    pub fn advance_ms(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
