//! A thread that works in rounds until it is told to stop: the page cleaner, purge.
//!
//! ```text
//! start ─► pause ─► round ─► pause, as long as the round said ─► round ─► …
//!            └────────────────┴── stop, abandon: no round begins any more ──► the thread ends
//! ```

use crate::sync::{Condvar, Mutex};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// The thread, from outside.
#[derive(Default)]
pub struct Worker {
    stop: Arc<Stop>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Whether the thread is to end; for rounds that take long.
#[derive(Default)]
pub struct Stop {
    asked: Mutex<bool>,
    wake: Condvar,
}

impl Worker {
    /// Starts it. Each `round` says how long to pause after it, or `None`: no other one. REQUIRES: it was not started
    /// before. ERRORS: the system gives no thread.
    pub fn start(
        &self,
        name: &str,
        first_pause: Duration,
        mut round: impl FnMut(&Stop) -> Option<Duration> + Send + 'static,
    ) -> std::io::Result<()> {
        let stop = self.stop.clone();
        let run = move || {
            let mut pause = Some(first_pause);
            while let Some(long) = pause {
                if stop.is_asked_within(long) {
                    return;
                }
                pause = round(&stop);
            }
        };
        *self.thread.lock() = Some(std::thread::Builder::new().name(name.to_owned()).spawn(run)?);
        Ok(())
    }

    /// Ends it and waits for it. REQUIRES: the caller is not in one of its rounds.
    pub fn stop(&self) {
        self.abandon();
        if let Some(thread) = self.thread.lock().take() {
            // Its panic would have been reported by the runtime.
            let _ = thread.join();
        }
    }

    /// Ends it, and does not wait.
    pub fn abandon(&self) {
        *self.stop.asked.lock() = true;
        self.stop.wake.notify_all();
    }
}

impl Stop {
    /// Whether the thread is to end.
    pub fn is_asked(&self) -> bool {
        *self.asked.lock()
    }

    /// The same, after waiting for it so long.
    fn is_asked_within(&self, pause: Duration) -> bool {
        let mut asked = self.asked.lock();
        if !*asked && !pause.is_zero() {
            self.wake.wait_for(&mut asked, pause);
        }
        *asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn rounds_follow_each_other_until_one_is_the_last_or_it_is_stopped() {
        let (worker, (tell, told)) = (Worker::default(), channel());
        let mut n = 0;
        let round = move |stop: &Stop| {
            n += 1;
            tell.send((n, stop.is_asked())).expect("somebody listens");
            (n < 3).then_some(Duration::ZERO)
        };
        worker.start("three", Duration::ZERO, round).expect("a thread");
        assert_eq!(told.iter().collect::<Vec<_>>(), [(1, false), (2, false), (3, false)]);
        worker.stop();

        let (worker, (tell, told)) = (Worker::default(), channel());
        let round = move |_: &Stop| {
            tell.send(()).expect("somebody listens");
            Some(Duration::from_secs(3600))
        };
        worker.start("one", Duration::ZERO, round).expect("a thread");
        told.recv().expect("a round");
        worker.stop();
        assert!(told.recv().is_err(), "the pause was cut short, and no round came after it");
    }
}
