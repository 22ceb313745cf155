//! Room in the ring: an account of its bytes, and a queue of the writers that found too few.
//!
//! ```text
//! checkpoint ──────────────── current ──────────────────────────── checkpoint + usable
//!      │ in the log (not freed)  │ reserved: A │ B │ … │   free        │
//!                                                            ▲
//!                               queue:  head ── next ── …  ──┘  only the head takes from `free` while a queue exists
//! ```
//!
//! RULES
//!
//! - **Q1** *First come, first served.* While a reservation waits, every later one goes to the end of the queue, even
//!   if its bytes are free. So a large reservation is not starved by small ones. The one exception is
//!   [`Reservation::try_grow`], whose caller holds latches and must not wait.
//! - **Q2** *The head makes room.* The waiter at the head calls its own `no_room` until its bytes are free; the others
//!   sleep. No mutex of the log is held during the call.
//! - **Q3** *A waiter holds nothing*: no latch and no other reservation (REQUIRES of
//!   [`Redo::reserve`](crate::Redo::reserve)).
//! - **Q4** A waiter leaves the queue on every path: with its bytes, with an error, or by a panic in `no_room`.
//!
//! FACT: the log never overwrites bytes that a recovery needs, and an append never waits for room (I7).
//!
//! PROOF. `free + Σ reserved + (current − checkpoint) = usable` (R5) holds at the start, and each step keeps it: a
//! reservation moves bytes from free to reserved; an append moves them from reserved to `current`, and asserts that
//! they are there; a dropped reservation gives its rest back; a checkpoint moves `checkpoint` first and adds the same
//! number to free after. No term is negative, so `current ≤ checkpoint + usable`. ∎
//!
//! FACT: waiting for room does not deadlock.
//!
//! PROOF. The waiters hold nothing that another thread waits for (Q3), so every thread that holds a latch or a
//! reservation goes on, appends and gives both back. When all of them have, all bytes of the ring are free or between
//! checkpoint and `current`; the head, or the cleaner, then writes the pages back and moves the checkpoint, which needs
//! neither room nor the queue's mutex; and a group is at most half of the ring. So the head gets its bytes and leaves,
//! and the next waiter is the head (Q4). ∎
//!
//! Cost: a reservation that finds its bytes and no queue is one atomic load and one compare-and-swap.
//!
//! InnoDB's counterpart: `log_free_check`. It reserves nothing: it waits until a margin for all threads together is
//! free.

use crate::{Error, Result};
use innolab_base::sync::atomic::{AtomicU64, AtomicUsize, Ordering::SeqCst};
use innolab_base::sync::{Condvar, Mutex};
use std::sync::Arc;

/// The account of the ring's bytes, and the queue.
pub(crate) struct Room {
    free_bytes: AtomicU64,
    /// Number of waiters, plus [`POISONED`] once the log has failed. 0 opens the fast path.
    gate: AtomicUsize,
    waits: AtomicU64,
    queue: Mutex<Queue>,
    /// Wakes the head: bytes were given back.
    more_room: Condvar,
    /// Wakes the waiters behind the head: it has left.
    next_turn: Condvar,
}

/// Added to the gate when the log has failed.
const POISONED: usize = 1 << (usize::BITS - 1);

#[derive(Default)]
struct Queue {
    next_ticket: u64,
    /// The head's ticket.
    serving: u64,
    /// The first failure of the log.
    why: Option<String>,
}

/// How the waiter at the head of the queue goes on when its bytes are still not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRoom {
    /// Look again at once: the caller has made room, or has let other threads run.
    Retry,
    /// Sleep until a checkpoint or another reservation gives bytes back: another thread makes room.
    Wait,
}

impl Room {
    pub(crate) fn new(free_bytes: u64) -> Arc<Room> {
        Arc::new(Room {
            free_bytes: free_bytes.into(),
            gate: 0.into(),
            waits: 0.into(),
            queue: Mutex::default(),
            more_room: Condvar::new(),
            next_turn: Condvar::new(),
        })
    }

    pub(crate) fn free_bytes(&self) -> u64 {
        self.free_bytes.load(SeqCst)
    }

    /// Number of reservations that had to wait.
    pub(crate) fn waits(&self) -> u64 {
        self.waits.load(SeqCst)
    }

    fn take(&self, bytes: u64) -> bool {
        self.free_bytes.fetch_update(SeqCst, SeqCst, |free| free.checked_sub(bytes)).is_ok()
    }

    /// Takes `bytes` if they are free, no reservation waits (Q1) and the log is sound.
    #[inline]
    pub(crate) fn try_take(&self, bytes: u64) -> bool {
        self.gate.load(SeqCst) == 0 && self.take(bytes)
    }

    /// Gives `bytes` back. No wake-up is lost: a waiter enters the gate before it looks at `free_bytes`, and this
    /// looks at the gate after it has changed `free_bytes`, so one of the two sees the other.
    pub(crate) fn give(&self, bytes: u64) {
        self.free_bytes.fetch_add(bytes, SeqCst);
        if self.gate.load(SeqCst) != 0 {
            let _queue = self.queue.lock();
            self.more_room.notify_one();
        }
    }

    /// Takes `bytes` after all earlier waiters (Q1). At the head of the queue this calls `no_room` each time before it
    /// looks again or sleeps (Q2). ERRORS: those of `no_room`; [`Error::Poisoned`].
    #[cold]
    pub(crate) fn wait<E: From<Error>>(
        &self,
        bytes: u64,
        mut no_room: impl FnMut() -> std::result::Result<NoRoom, E>,
    ) -> std::result::Result<(), E> {
        // Declared before the mutex's guard, so dropped after it: `Turn::drop` locks the mutex.
        let turn = self.enter();
        let mut queue = self.queue.lock();
        while queue.serving != turn.ticket {
            self.next_turn.wait(&mut queue);
        }
        let mut sleep = false;
        loop {
            if let Some(why) = &queue.why {
                return Err(Error::Poisoned { why: why.clone() }.into());
            }
            if self.take(bytes) {
                return Ok(());
            }
            if std::mem::take(&mut sleep) {
                self.more_room.wait(&mut queue);
            } else {
                drop(queue);
                sleep = no_room()? == NoRoom::Wait;
                queue = self.queue.lock();
            }
        }
    }

    fn enter(&self) -> Turn<'_> {
        let mut queue = self.queue.lock();
        let ticket = queue.next_ticket;
        queue.next_ticket += 1;
        self.gate.fetch_add(1, SeqCst);
        self.waits.fetch_add(1, SeqCst);
        Turn { room: self, ticket }
    }

    /// Makes every waiting and later reservation fail. Wakes the head, which leaves with the error; then each next head
    /// does.
    pub(crate) fn poison(&self, why: &str) {
        let mut queue = self.queue.lock();
        if queue.why.is_none() {
            queue.why = Some(why.to_owned());
            self.gate.fetch_add(POISONED, SeqCst);
        }
        self.more_room.notify_one();
    }

    /// ERRORS: [`Error::Poisoned`].
    pub(crate) fn check(&self) -> Result<()> {
        if self.gate.load(SeqCst) < POISONED {
            return Ok(());
        }
        Err(Error::Poisoned { why: self.queue.lock().why.clone().unwrap_or_default() })
    }
}

/// A place in the queue; the head's drop makes the next waiter the head (Q4).
struct Turn<'a> {
    room: &'a Room,
    ticket: u64,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queue = self.room.queue.lock();
        queue.serving += 1;
        self.room.gate.fetch_sub(1, SeqCst);
        self.room.next_turn.notify_all();
    }
}

/// Room in the log that no other thread can take. Bytes that were not appended go back when it is dropped.
#[must_use]
pub struct Reservation {
    room: Arc<Room>,
    bytes: u64,
}

impl Reservation {
    /// REQUIRES: the bytes were taken from `room`.
    pub(crate) fn new(room: Arc<Room>, bytes: u64) -> Reservation {
        Reservation { room, bytes }
    }

    /// Bytes left, heads of groups included.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes `more` bytes if they are free, ahead of the queue; returns false otherwise. Never waits, so it may be
    /// called with latches held (Q1).
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
