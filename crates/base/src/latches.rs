//! Counts the page latches that each thread holds, in debug builds: a thread that waits with a latch held fails at
//! once.
//!
//! RULES
//!
//! - **R1** A latch is released by the thread that acquired it.
//! - **R2** Code that may wait long (for another session, for log space) calls [`assert_none`] first: R2 of
//!   [`park`](crate::park), and L8 of `docs/latching.md`.
//!
//! Nothing is counted in release builds, nor under shuttle, whose model threads share one thread of the machine.
//!
//! InnoDB's counterpart: `sync0debug`, which also knows each latch's level; here only the number counts.

#[cfg(all(debug_assertions, not(shuttle)))]
thread_local! {
    static HELD: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// Counts a latch that this thread has acquired.
#[inline]
pub fn note_acquired() {
    #[cfg(all(debug_assertions, not(shuttle)))]
    HELD.with(|held| held.set(held.get() + 1));
}

/// Counts a latch that this thread has released. REQUIRES R1.
#[inline]
pub fn note_released() {
    #[cfg(all(debug_assertions, not(shuttle)))]
    HELD.with(|held| {
        assert!(held.get() > 0, "R1: the latch was acquired by another thread");
        held.set(held.get() - 1);
    });
}

/// Asserts, in debug builds, that this thread holds no latch.
#[inline]
#[track_caller]
pub fn assert_none() {
    #[cfg(all(debug_assertions, not(shuttle)))]
    HELD.with(|held| assert_eq!(held.get(), 0, "R2: a thread that holds page latches is about to wait"));
}

/// Runs `act` with this thread's count set aside, as if in another process: the hook of a simulated disk may open, on
/// the same thread, the state that a crash would leave.
pub fn as_another_process<R>(act: impl FnOnce() -> R) -> R {
    #[cfg(all(debug_assertions, not(shuttle)))]
    {
        let held = HELD.with(|held| held.replace(0));
        let done = act();
        HELD.with(|there| there.set(held));
        done
    }
    #[cfg(not(all(debug_assertions, not(shuttle))))]
    act()
}
