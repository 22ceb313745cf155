//! What time it is: one source for what statements see (`NOW()`) and for what the binary log's events bear.
//!
//! ```text
//! Options::time ─┬─ TimeSource::Now      the machine's calendar
//!                └─ TimeSource::From(s)  s and what the engine's clock says on top: a run that repeats exactly
//! ```
//!
//! The server's counterpart: `THD::set_time`, `hrtime`. Left out: time zones; all times are UTC.

use innolab_base::Clock;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the current time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeSource {
    /// The machine's calendar.
    Now,
    /// So many seconds, and what the engine's clock says on top: a run that repeats exactly.
    From(u32),
}

/// Tells the current time.
#[derive(Clone)]
pub(crate) struct WallClock {
    source: TimeSource,
    clock: Arc<dyn Clock>,
}

impl WallClock {
    pub(crate) fn new(source: TimeSource, clock: Arc<dyn Clock>) -> WallClock {
        WallClock { source, clock }
    }

    /// µs since 1970.
    pub(crate) fn now_us(&self) -> u64 {
        match self.source {
            TimeSource::Now => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_micros() as u64),
            TimeSource::From(start_s) => u64::from(start_s) * 1_000_000 + self.clock.now_ms() * 1000,
        }
    }
}
