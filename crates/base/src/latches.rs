//! How many page latches a thread holds: counted in debug builds, so that whoever waits with one is found at once.
//!
//! RULES
//!
//! - **R1** A latch is given back by the thread that took it.
//! - **R2** Who is about to wait for what may take long (another session, room in the log) says [`assert_none`] first:
//!   [`park`](crate::park) R2, and L8 of `docs/latching.md`.
//!
//! In release builds, and in models, whose threads share one of the machine's, nothing is counted.
//!
//! InnoDB's counterpart: `sync0debug`, which knows each latch's level; here only that there is none.

#[cfg(all(debug_assertions, not(shuttle)))]
thread_local! {
    static HELD: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// One more is held.
#[inline]
pub fn note_acquired() {
    #[cfg(all(debug_assertions, not(shuttle)))]
    HELD.with(|held| held.set(held.get() + 1));
}

/// One less is held. REQUIRES R1.
#[inline]
pub fn note_released() {
    #[cfg(all(debug_assertions, not(shuttle)))]
    HELD.with(|held| {
        assert!(held.get() > 0, "R1: another thread took it");
        held.set(held.get() - 1);
    });
}

/// REQUIRES that this thread holds none.
#[inline]
#[track_caller]
pub fn assert_none() {
    #[cfg(all(debug_assertions, not(shuttle)))]
    HELD.with(|held| assert_eq!(held.get(), 0, "R2: latches are held by who is about to wait"));
}

/// Does `act` as another process would that has none of this one's latches: a simulated disk's hook, which may open
/// what a crash left on this very thread.
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
