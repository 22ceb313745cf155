//! Waiting for a frame's latch, as long as the frame still holds the page that is wanted.
//!
//! A thread may wait for a frame from which the page is pushed out meanwhile. The frame's new page may lie before the
//! pages that the thread holds in the latch order, so the wait must end by itself (`docs/latching.md` L10): it is cut
//! into short waits, with a look at the page table between them.

use parking_lot::RawRwLock;
#[cfg(shuttle)]
use parking_lot::lock_api::RawRwLock as _;
#[cfg(not(shuttle))]
use parking_lot::lock_api::RawRwLockTimed as _;
#[cfg(not(shuttle))]
use std::time::Duration;

/// Time after which a wait for a latch checks whether the frame still holds the page.
#[cfg(not(shuttle))]
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// Waits for a shared latch for [`LOOK_AGAIN`]; true if it was taken.
pub(crate) fn shared_soon(latch: &RawRwLock) -> bool {
    #[cfg(shuttle)]
    return another_turn() && latch.try_lock_shared();
    #[cfg(not(shuttle))]
    latch.try_lock_shared_for(LOOK_AGAIN)
}

/// Waits for the exclusive latch for [`LOOK_AGAIN`]; true if it was taken.
pub(crate) fn exclusive_soon(latch: &RawRwLock) -> bool {
    #[cfg(shuttle)]
    return another_turn() && latch.try_lock_exclusive();
    #[cfg(not(shuttle))]
    latch.try_lock_exclusive_for(LOOK_AGAIN)
}

/// In a shuttle model time does not pass, and the latch is a real one that shuttle does not know. So another thread
/// gets a turn, which may give the latch back.
#[cfg(shuttle)]
fn another_turn() -> bool {
    innolab_base::sync::thread::yield_now();
    true
}

/// Repeats a bounded wait until it takes the latch (true) or `still` is false (false).
#[cold]
pub(crate) fn wait(still: &impl Fn() -> bool, latch: impl Fn() -> bool) -> bool {
    loop {
        if latch() {
            return true;
        }
        if !still() {
            return false;
        }
    }
}
