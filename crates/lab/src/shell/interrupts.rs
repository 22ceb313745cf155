//! Ctrl-C while a statement runs: SIGINT interrupts the statement and never ends the process, whose database may be in
//! memory.
//!
//! At the prompt Ctrl-C is a key: the editor reports it. Here it is a signal, because the terminal is not in raw mode
//! while a statement runs.

use innolab_base::Waiter;
use innolab_base::sync::Mutex;
use innolab_engine::Engine;
use signal_hook::consts::SIGINT;
use signal_hook::iterator::{Handle, Signals};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The statement that SIGINT interrupts.
#[derive(Default)]
struct Target {
    running: Mutex<Option<(Arc<Engine>, Arc<Waiter>)>>,
    /// True if a signal came since it was last asked.
    came: AtomicBool,
}

/// Handles SIGINT until it is dropped. The default handles nothing.
#[derive(Default)]
pub(super) struct Interrupts {
    target: Arc<Target>,
    signals: Option<Handle>,
}

impl Interrupts {
    /// Begins to handle SIGINT. ERRORS: the system's.
    pub(super) fn handle() -> io::Result<Interrupts> {
        let target = Arc::<Target>::default();
        let mut signals = Signals::new([SIGINT])?;
        let handle = signals.handle();
        std::thread::spawn({
            let target = target.clone();
            move || {
                for _ in signals.forever() {
                    target.came.store(true, Ordering::Relaxed);
                    if let Some((engine, session)) = &*target.running.lock() {
                        engine.interrupt(session);
                    }
                }
            }
        });
        Ok(Interrupts { target, signals: Some(handle) })
    }

    /// Runs a statement of the session; SIGINT interrupts it.
    pub(super) fn around<R>(&self, engine: &Arc<Engine>, session: Arc<Waiter>, run: impl FnOnce() -> R) -> R {
        *self.target.running.lock() = Some((engine.clone(), session));
        let ran = run();
        *self.target.running.lock() = None;
        ran
    }

    /// True if SIGINT came since the last call.
    pub(super) fn take(&self) -> bool {
        self.target.came.swap(false, Ordering::Relaxed)
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        if let Some(signals) = &self.signals {
            signals.close();
        }
    }
}
