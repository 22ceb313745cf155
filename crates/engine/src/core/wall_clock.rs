//! The current time: one source for statements (`NOW()`) and for the timestamps in the binary log, so that both agree.
//!
//! ```text
//! Options::time ─┬─ TimeSource::Now      the machine's clock
//!                └─ TimeSource::From(s)  s seconds after 1970, plus the engine's `Clock`: a run that repeats exactly
//! ```
//!
//! The server's counterpart: `THD::set_time`, `hrtime`. Left out: time zones; all times are UTC.

use innolab_base::Clock;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the current time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeSource {
    /// The machine's clock.
    Now,
    /// This many seconds since 1970, UTC, plus the time of the engine's `Clock`: a run that repeats exactly.
    From(u32),
}

/// Returns the current time from a [`TimeSource`].
#[derive(Clone)]
pub(crate) struct WallClock {
    source: TimeSource,
    clock: Arc<dyn Clock>,
}

impl WallClock {
    pub(crate) fn new(source: TimeSource, clock: Arc<dyn Clock>) -> WallClock {
        WallClock { source, clock }
    }

    /// Returns the current time in µs since 1970, UTC.
    pub(crate) fn now_us(&self) -> u64 {
        match self.source {
            TimeSource::Now => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_micros() as u64),
            TimeSource::From(start_s) => u64::from(start_s) * 1_000_000 + self.clock.now_ms() * 1000,
        }
    }
}
