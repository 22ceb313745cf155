//! All crashes at all points, on as many threads as there are processors.

use super::record::{Plan, Recording};
use super::recover::{Crash, recover};
use super::rule::{Verdict, judge};
use crate::progress::Task;
use innolab_base::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

/// A crash, and how it ended.
pub(super) struct Crashed {
    /// The point, as an index.
    pub(super) point: usize,
    pub(super) crash: Crash,
    pub(super) verdict: Verdict,
}

/// Crashes at every point of the recording, in each of these ways. By point.
pub(super) fn crash_all(plan: Plan<'_>, recording: &Recording, crashes: &[Crash], task: &Task) -> Vec<Crashed> {
    let work: Vec<_> =
        (0..recording.points.len()).flat_map(|at| crashes.iter().map(move |crash| (at, *crash))).collect();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let run = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(&(point, crash)) = work.get(at) else { break };
            let verdict = verdict(plan, recording, point, crash);
            let mut done = done.lock();
            done.push((at, Crashed { point, crash, verdict }));
            task.set(done.len() as u64);
        }
    };
    let n_threads = available_parallelism().map_or(1, |n| n.get());
    scope(|scope| (0..n_threads).for_each(|_| drop(scope.spawn(run))));
    let mut done = std::mem::take(&mut *done.lock());
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, crashed)| crashed).collect()
}

/// Crashes at one point.
fn verdict(plan: Plan<'_>, recording: &Recording, point: usize, crash: Crash) -> Verdict {
    let point = &recording.points[point];
    match recover(plan, point, crash) {
        Ok(survivor) => judge(recording, point, crash, &survivor),
        Err(e) => Verdict::of_failed_recovery(recording, point, &e),
    }
}
