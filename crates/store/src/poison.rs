//! I10: after a failure that leaves it unknown what is on disk, nothing works until the store is opened again.

use crate::error::{Error, Result};
use innolab_base::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether, and by what, the store was poisoned.
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

    /// The first reason stays.
    pub(crate) fn set(&self, why: &str) {
        let mut text = self.why.lock();
        if text.is_empty() {
            *text = why.to_owned();
        }
        self.set.store(true, Ordering::Release);
    }

    /// Runs `f`; if it fails, nothing works any more.
    pub(crate) fn guard<T>(&self, what: &str, f: impl FnOnce() -> Result<T>) -> Result<T> {
        f().inspect_err(|e| self.set(&format!("{what}: {e}")))
    }
}
