//! A background thread that works in rounds until it is stopped: the page cleaner, purge.
//!
//! ```text
//! start ─► pause ─► round ─► pause, as long as the round asked for ─► round ─► …
//!            └────────────────┴── stop, abandon: no further round begins ──► the thread ends
//! ```

use crate::sync::{Condvar, Mutex};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

/// Starts and stops the thread.
#[derive(Default)]
pub struct Worker {
    stop: Arc<Stop>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// The request to end the thread; a long round polls it.
#[derive(Default)]
pub struct Stop {
    asked: Mutex<bool>,
    wake: Condvar,
}

impl Worker {
    /// Starts the thread. Each `round` returns the pause after it; `None` ends the thread.
    /// REQUIRES that it was not started before. ERRORS: the system cannot create a thread.
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

    /// Stops the thread and waits for its end. REQUIRES that the caller is not one of its rounds.
    pub fn stop(&self) {
        self.abandon();
        if let Some(thread) = self.thread.lock().take() {
            // The runtime has reported a panic of the thread already.
            let _ = thread.join();
        }
    }

    /// Asks the thread to end, without waiting for it.
    pub fn abandon(&self) {
        *self.stop.asked.lock() = true;
        self.stop.wake.notify_all();
    }
}

impl Stop {
    /// True if the thread is to end.
    pub fn is_asked(&self) -> bool {
        *self.asked.lock()
    }

    /// Waits up to `pause` for the request; true if it came.
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
    fn rounds_repeat_until_one_is_the_last_or_the_worker_is_stopped() {
        let (worker, (sender, receiver)) = (Worker::default(), channel());
        let mut n = 0;
        let round = move |stop: &Stop| {
            n += 1;
            sender.send((n, stop.is_asked())).expect("the test listens");
            (n < 3).then_some(Duration::ZERO)
        };
        worker.start("three", Duration::ZERO, round).expect("a thread");
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [(1, false), (2, false), (3, false)]);
        worker.stop();

        let (worker, (sender, receiver)) = (Worker::default(), channel());
        let round = move |_: &Stop| {
            sender.send(()).expect("the test listens");
            Some(Duration::from_secs(3600))
        };
        worker.start("one", Duration::ZERO, round).expect("a thread");
        receiver.recv().expect("a round");
        worker.stop();
        assert!(receiver.recv().is_err(), "stopping ends the pause, and no further round runs");
    }
}
