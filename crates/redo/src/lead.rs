//! The lead: the right to do I/O on the file, which one thread has at a time (R7).
//!
//! A thread that needs the file in a new state takes the lead, unless another leader brings the file to that state
//! first. The leader steps down when its I/O is done, and all waiters look again.
//!
//! After a failed write or sync no thread takes the lead again (R6): a caller that needs a new state gets
//! [`Error::Poisoned`].

use crate::{Error, Result};
use innolab_base::sync::{Condvar, Mutex};

/// The right to do I/O on the file.
#[derive(Default)]
pub(crate) struct Lead {
    state: Mutex<State>,
    stepped_down: Condvar,
}

#[derive(Default)]
struct State {
    taken: bool,
    /// The first failure.
    why: Option<String>,
}

impl Lead {
    /// Waits until `is_done` (returns false) or until the calling thread leads (returns true).
    /// ERRORS: [`Error::Poisoned`].
    pub(crate) fn take(&self, is_done: impl Fn() -> bool) -> Result<bool> {
        let mut state = self.state.lock();
        loop {
            if is_done() {
                return Ok(false);
            }
            if let Some(why) = &state.why {
                return Err(Error::Poisoned { why: why.clone() });
            }
            if !state.taken {
                state.taken = true;
                return Ok(true);
            }
            self.stepped_down.wait(&mut state);
        }
    }

    /// Ends the lead. REQUIRES: the calling thread leads.
    pub(crate) fn step_down(&self) {
        self.state.lock().taken = false;
        self.stepped_down.notify_all();
    }

    /// Makes every later [`Lead::take`] an error with the first failure (R6). REQUIRES: the calling thread leads.
    pub(crate) fn poison(&self, why: &str) {
        self.state.lock().why.get_or_insert_with(|| why.to_owned());
    }
}
