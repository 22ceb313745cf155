//! Waiting for a frame's latch only while the frame holds the wanted page.
//!
//! While a thread waits for a frame's latch, the page may be evicted and another page may enter the frame. In the latch
//! order that page may come before pages that the thread holds, so the wait must end without this thread's help
//! (`docs/latching.md` L10). So a thread waits in short periods and consults the page table after each.

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

/// In a shuttle model time does not pass, and shuttle does not know this latch. So this yields to another thread, which
/// may release the latch.
#[cfg(shuttle)]
fn another_turn() -> bool {
    innolab_base::sync::thread::yield_now();
    true
}

/// Repeats the bounded wait `latch`. Returns true when it took the latch, false when `still` returned false.
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
