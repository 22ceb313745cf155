//! What all statements have cost together.
//!
//! Sessions add what a statement has cost once, when it ends (`base::counters` R1).
//!
//! The server's counterpart: `global_status_var`.

use innolab_base::Counters;
use innolab_base::sync::Mutex;

/// Sums since the engine was opened.
#[derive(Default)]
pub(crate) struct Counting(Mutex<Sums>);

/// The sums, and the waits for rows in µs.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Sums {
    pub(crate) statements: Counters,
    pub(crate) waits: u64,
    pub(crate) waited_us: u64,
    pub(crate) longest_wait_us: u64,
}

impl Counting {
    /// Adds what a statement has cost.
    pub(crate) fn add(&self, statement: &Counters) {
        self.0.lock().statements.add_all(statement);
    }

    /// Counts a wait for a lock on a row.
    pub(super) fn waited(&self, us: u64) {
        let mut sums = self.0.lock();
        sums.waits += 1;
        sums.waited_us += us;
        sums.longest_wait_us = sums.longest_wait_us.max(us);
    }

    /// Returns the sums.
    pub(crate) fn sums(&self) -> Sums {
        *self.0.lock()
    }
}
