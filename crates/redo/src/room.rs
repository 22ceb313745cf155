//! Reservation: writers wait for the checkpoint before the log would overwrite what a recovery needs (I7).
//!
//! ```text
//! checkpoint ──────────────── current ──────────────────────────── checkpoint + usable
//!      │ in the log (not freed)  │ reserved: A │ B │ … │   free        │
//! ```
//!
//! FACT: the log is never overwritten, and nobody who appends ever waits for room. PROOF:
//! `free + Σ reserved + (current − checkpoint) = usable` (R5) holds at the start, and each step keeps it: a reservation
//! moves bytes from free to reserved; an append moves them from reserved to `current`, and asserts that they are there;
//! a dropped reservation gives its rest back; a checkpoint moves `checkpoint` first and adds the same to free after. No
//! term is negative, so `current ≤ checkpoint + usable`. ∎
//!
//! No deadlock: who waits here holds no latch and no reservation (REQUIRES of [`Redo::reserve`]), so those who do go on, append,
//! release their latches, and the cleaner can write their pages; its flush and the checkpoint need no room. Waiters are
//! served first come first served, so a large reservation is not starved by small ones.

use crate::{Error, GROUP_HEAD_BYTES, Redo, Result};
use innolab_base::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use innolab_base::sync::{Condvar, Mutex};
use std::sync::Arc;

/// The account of the ring's bytes.
pub(crate) struct Room {
    free_bytes: AtomicU64,
    waiting: AtomicUsize,
    poisoned: AtomicBool,
    waits: AtomicU64,
    queue: Mutex<Queue>,
    changed: Condvar,
}

#[derive(Default)]
struct Queue {
    next_ticket: u64,
    serving: u64,
    why: Option<String>,
}

impl Room {
    pub(crate) fn new(free_bytes: u64) -> Arc<Room> {
        Arc::new(Room {
            free_bytes: free_bytes.into(),
            waiting: 0.into(),
            poisoned: false.into(),
            waits: 0.into(),
            queue: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    pub(crate) fn free_bytes(&self) -> u64 {
        self.free_bytes.load(SeqCst)
    }

    pub(crate) fn waits(&self) -> u64 {
        self.waits.load(SeqCst)
    }

    /// Takes `bytes` if they are free.
    fn take(&self, bytes: u64) -> bool {
        self.free_bytes.fetch_update(SeqCst, SeqCst, |free| free.checked_sub(bytes)).is_ok()
    }

    /// Gives `bytes` back. A waiter counts itself before it looks at `free_bytes`, and we look at its count after: one
    /// of us sees the other.
    pub(crate) fn give(&self, bytes: u64) {
        self.free_bytes.fetch_add(bytes, SeqCst);
        if self.waiting.load(SeqCst) > 0 {
            let _queue = self.queue.lock();
            self.changed.notify_all();
        }
    }

    /// Waits for `bytes` in the queue, calling `no_room` before each wait at its head.
    pub(crate) fn wait(&self, bytes: u64, no_room: impl Fn()) -> Result<()> {
        let mut queue = self.queue.lock();
        let ticket = queue.next_ticket;
        queue.next_ticket += 1;
        self.waiting.fetch_add(1, SeqCst);
        let mut called = false;
        let result = loop {
            if let Some(why) = &queue.why {
                break Err(Error::Poisoned { why: why.clone() });
            }
            let first = queue.serving == ticket;
            if first && self.take(bytes) {
                break Ok(());
            }
            if first && !called {
                called = true;
                self.waits.fetch_add(1, SeqCst);
                drop(queue);
                no_room();
                queue = self.queue.lock();
            } else {
                self.changed.wait(&mut queue);
                called = false;
            }
        };
        queue.serving += 1;
        self.waiting.fetch_sub(1, SeqCst);
        self.changed.notify_all();
        result
    }

    /// Wakes all who wait: there will be no room any more.
    pub(crate) fn poison(&self, why: &str) {
        let mut queue = self.queue.lock();
        queue.why.get_or_insert_with(|| why.to_owned());
        self.poisoned.store(true, SeqCst);
        self.changed.notify_all();
    }

    fn check(&self) -> Result<()> {
        if !self.poisoned.load(SeqCst) {
            return Ok(());
        }
        Err(Error::Poisoned { why: self.queue.lock().why.clone().unwrap_or_default() })
    }
}

/// Room in the log that nobody else can take. What was not appended goes back when it is dropped.
#[must_use]
pub struct Reservation {
    room: Arc<Room>,
    bytes: u64,
}

impl Reservation {
    /// Bytes left, heads of groups included.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes `more` bytes if they are free now; never waits, so it may be called with latches held.
    pub fn try_grow(&mut self, more: u64) -> bool {
        let grown = self.room.take(more);
        self.bytes += if grown { more } else { 0 };
        grown
    }

    pub(crate) fn spend(&mut self, bytes: u64) {
        assert!(bytes <= self.bytes, "R5: {bytes} bytes are appended, {} are reserved", self.bytes);
        self.bytes -= bytes;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.room.give(self.bytes);
        }
    }
}

impl std::fmt::Debug for Reservation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reservation({})", self.bytes)
    }
}

impl Redo {
    /// Room for one group with up to `payload_bytes`; waits for a checkpoint while there is none.
    /// REQUIRES: the caller holds no latch and no other reservation.
    /// ERRORS: [`Error::TooLarge`], [`Error::Poisoned`].
    #[doc(alias = "log_free_check")]
    pub fn reserve(&self, payload_bytes: u64) -> Result<Reservation> {
        let bytes = self.whole_group(payload_bytes)?;
        self.room.check()?;
        if self.room.waiting.load(SeqCst) > 0 || !self.room.take(bytes) {
            let no_room = || {
                if let Some(call) = self.no_room.get() {
                    call();
                }
            };
            self.room.wait(bytes, no_room)?;
        }
        Ok(Reservation { room: self.room.clone(), bytes })
    }

    /// As [`Redo::reserve`], but `None` if there is no room now: for an owner who makes room himself.
    pub fn try_reserve(&self, payload_bytes: u64) -> Result<Option<Reservation>> {
        let bytes = self.whole_group(payload_bytes)?;
        self.room.check()?;
        Ok(self.room.take(bytes).then(|| Reservation { room: self.room.clone(), bytes }))
    }

    fn whole_group(&self, payload_bytes: u64) -> Result<u64> {
        let limit = self.max_payload_bytes();
        if payload_bytes > limit {
            return Err(Error::TooLarge { want: payload_bytes, limit });
        }
        Ok(payload_bytes + GROUP_HEAD_BYTES as u64)
    }
}
