//! Poisoning: after a failure that leaves the state of the disk unknown, every call fails until the store is opened
//! again (I10).

use crate::error::{Error, Result};
use innolab_base::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// The first failure that poisoned the store, if any.
#[derive(Debug, Default)]
pub(crate) struct Poison {
    set: AtomicBool,
    why: Mutex<String>,
}

impl Poison {
    #[inline]
    pub(crate) fn check(&self) -> Result<()> {
        if self.set.load(Ordering::Acquire) { Err(Error::Poisoned(self.why.lock().clone())) } else { Ok(()) }
    }

    /// Poisons the store; the first reason is kept.
    pub(crate) fn set(&self, why: &str) {
        let mut text = self.why.lock();
        if text.is_empty() {
            *text = why.to_owned();
        }
        self.set.store(true, Ordering::Release);
    }

    /// Runs `f`; an error poisons the store.
    pub(crate) fn guard<T>(&self, what: &str, f: impl FnOnce() -> Result<T>) -> Result<T> {
        f().inspect_err(|e| self.set(&format!("{what}: {e}")))
    }
}
