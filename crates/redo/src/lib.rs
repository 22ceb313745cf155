//! The redo log: what makes a change durable before its page is.
//!
//! ```text
//!            checkpoint                    flushed    written   current
//! stream ────────┼─────────────────────────────┼──────────┼─────────┼──► LSN
//!    not needed  │  on the device              │ with the │ in the  │   room, part of it
//!    any more    │  (a recovery starts here)   │ system   │ buffer  │   reserved
//!
//! file   ┌────────┬────────┬────────┬────────┬───────────────────────────┐
//!        │ header │ slot A │ slot B │   –    │ ring: stream byte n is at │
//!        │ 4 KiB  │ 4 KiB  │ 4 KiB  │ 4 KiB  │ 16 KiB + n mod ring size  │
//!        └────────┴────────┴────────┴────────┴───────────────────────────┘
//! ring   … ┌ 20-byte head ─────────┬─────────┐┌ head …
//!          │ length epoch lsn crc  │ payload ││              one group = one mini-transaction, whole or not at all (I2)
//!          └───────────────────────┴─────────┘└
//! ```
//!
//! | module     | what                                                            |
//! |------------|-----------------------------------------------------------------|
//! | `format`   | the bytes: header, checkpoint slot, head of a group              |
//! | `ring`     | stream positions to file positions; the file's life: make, check, slots |
//! | `buffer`   | where groups are appended while an earlier piece is being written |
//! | `room`     | reservation: the log never overwrites what a recovery needs (I7) |
//! | `flush`    | group flush: one thread leads, the others wait                   |
//! | `scan`     | recovery: the groups after the checkpoint                        |
//!
//! RULES
//!
//! - **R1** *Position is identity.* An LSN is a byte position in the endless stream; a group says its own, so that
//!   bytes of an earlier lap of the ring are not taken for it.
//! - **R2** *One epoch a life.* Opening the log raises the epoch and makes it durable, with the LSN from which it holds, before
//!   anything is appended. From that LSN on only groups of exactly that epoch count.
//! - **R3** *Below the epoch's start everything is whole*: an opening syncs what it read before it relies on it. A bad
//!   group there is damage, an error; a bad group at or after it is the end of the log, unless the caller knows that
//!   the log was durable beyond.
//! - **R4** *Either slot alone will do.* A checkpoint (or epoch) is written to one slot and synced, then to the other
//!   and synced; only then is room reused or a group appended. A slot that is lost while being written loses nothing.
//! - **R5** *Room first.* Whoever appends has reserved; `free + reserved + (current − checkpoint) = usable`, always.
//! - **R6** *No second try.* After a failed write or sync everything that promises durability answers [`Error::Poisoned`] (I10).
//! - **R7** *One at a time does I/O.* Group flush and checkpoint exclude one another: the system tells of a failed
//!   write-back only once per open file, so of two threads that sync at once one could be told that all is well.
//! - **R8** *A sector's old part is never changed*: the last, partly filled block is written again with the same bytes in front.
//!
//! FACT. A recovery is given exactly a prefix of the groups that the last life appended, on top of all that this life
//! itself had recovered; the prefix holds everything that was flushed; no group of an earlier life comes back that was
//! not recovered then.
//!
//! PROOF. Let life *n* have epoch *n* and start at `Rₙ`, where its scan ended; its checkpoints lie at `c`.
//!
//! 1. *Which slot.* By R4, when life n appends its first byte both slots say `(n, Rₙ)`, durably; until the next opening
//!    only `c` changes in them. So the next opening, from either slot, reads `(n, Rₙ)`, or, if it follows an opening
//!    that did not come to its end, possibly the `(n+1, Rₙ₊₁)` of that one, in whose epoch nothing was appended. In
//!    both cases `c` is one whose room is either not yet reused or the newest.
//! 2. *Below `Rₙ`.* The opening that stored `Rₙ` had read every group in `[c, Rₙ)` as whole and synced the file
//!    *before* it stored `Rₙ`. These bytes are durable and nobody writes them until the checkpoint has passed them: R5
//!    keeps new bytes in `[Rₙ, c + usable)`, and the block-aligned write rewrites the bytes before `Rₙ` unchanged (R8).
//!    So the next scan finds the same groups there.
//! 3. *From `Rₙ` on.* A head with epoch n and LSN p was only ever made by life n, and once for each p, since a life's
//!    `current` only grows. The CRC covers head and payload; so if the group at p is accepted, all its bytes are those
//!    that life n appended at p, wherever the sectors came from. Groups are accepted without a gap from `Rₙ` (or from
//!    `c`, if later: then `c ≤ flushed`, a group boundary). So they are a prefix of what life n appended. This is where
//!    "not older than the group before it" would be too weak as a rule: a torn group of life m < n at `Rₙ` and a new
//!    one with the same tail can mend each other when the new head is lost, and then the old head stands, with its old
//!    epoch.
//! 4. *Flushed.* What was flushed was written and synced, and by 2 not overwritten; so it is whole and in the prefix.
//! 5. *A crash while opening.* Before the first slot is durable: the next opening reads the same `(n, Rₙ)`; the sync
//!    made durable what was read, so it finds no less if the opening had told anybody of it. After: it reads
//!    `(n+1, Rₙ₊₁)`; by 2 `[c, Rₙ₊₁)` is whole, and at `Rₙ₊₁` there is no group of epoch n+1, so the log ends there:
//!    what survived beyond, unsynced groups of life n after a torn one, has epoch n and stays dead for good. The same
//!    holds for a crash right after an opening that appended nothing, and for any number of them. ∎
//!
//! InnoDB's counterpart: `log0log`, `log0recv`, `log0write`. It has no epochs: it zero-fills ahead and relies on block numbers.
//! Left out: several files, changing the size, archiving, encryption; a second write of what a *failed* sync of a dead
//! process left in the system's cache (a process that reopens after EIO without a restart of the machine reads bytes
//! which the device may not have).

mod buffer;
mod error;
mod flush;
mod format;
mod ring;
mod room;
mod scan;

pub use error::{Error, Result};
pub use format::GROUP_HEAD_BYTES;
pub use ring::{FILE_NAME, MIN_CAPACITY_BYTES, START_LSN};
pub use room::Reservation;
pub use scan::{Group, Groups, Scan};

use buffer::Buffer;
use flush::Flush;
use innolab_base::Lsn;
use innolab_base::sync::Mutex;
use innolab_base::sync::atomic::{AtomicU64, Ordering};
use innolab_disk::Disk;
use ring::{Ring, Slot};
use room::Room;
use std::sync::{Arc, OnceLock};

/// How large the log is, in the file and in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Bytes of the file, fixed when it is made. At least [`MIN_CAPACITY_BYTES`].
    #[doc(alias = "innodb_log_file_size")]
    pub capacity_bytes: u64,
    /// Bytes that are appended before an append writes them to the file by itself. A larger group still fits.
    #[doc(alias = "innodb_log_buffer_size")]
    pub buffer_bytes: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { capacity_bytes: 96 << 20, buffer_bytes: 16 << 20 }
    }
}

/// What the log did since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Groups appended.
    pub groups: u64,
    /// Bytes appended, heads included.
    pub bytes: u64,
    /// Writes to the file, checkpoint slots included.
    pub writes: u64,
    /// Bytes of these writes.
    pub written_bytes: u64,
    /// Syncs of the file, those of checkpoints included.
    pub syncs: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Times a reservation had to wait for room.
    pub room_waits: u64,
}

type NoRoom = Box<dyn Fn() + Send + Sync>;

/// The log of one data directory; see the crate. Shared by threads as `Arc<Redo>`.
#[doc(alias = "log_t")]
pub struct Redo {
    ring: Arc<Ring>,
    epoch: u32,
    buffer: Mutex<Buffer>,
    /// `Buffer::end`, for readers without the lock.
    current: AtomicU64,
    flush: Flush,
    room: Arc<Room>,
    checkpoint: AtomicU64,
    no_room: OnceLock<NoRoom>,
}

impl Redo {
    /// Makes an empty log of fixed size and opens it. A crash on the way leaves none.
    /// ERRORS: [`Error::Options`]; the disk's, `Exists` if there is a log.
    pub fn create(disk: &Arc<dyn Disk>, options: &Options) -> Result<Redo> {
        let (ring, slot) = Ring::create(disk, options)?;
        Redo::new(Arc::new(ring), &slot, START_LSN, options)
    }

    /// Opens the log, finds its end and starts a new life of it (R2). The capacity is the file's own.
    /// ERRORS: [`Error::Corrupt`]; the disk's, `NotFound` if there is no log.
    #[doc(alias = "recv_recovery_from_checkpoint_start")]
    pub fn open(disk: &Arc<dyn Disk>, options: &Options) -> Result<(Redo, Scan)> {
        Redo::open_reaching(disk, options, START_LSN)
    }

    /// As [`Redo::open`], of a log that is known to have been durable up to `reached`: if it ends before, what looks
    /// like its end is damage, and nothing is changed.
    pub fn open_reaching(disk: &Arc<dyn Disk>, options: &Options, reached: Lsn) -> Result<(Redo, Scan)> {
        let (ring, old) = Ring::open(disk)?;
        let ring = Arc::new(ring);
        let scan = Scan::find_end(&ring, &old)?;
        if scan.end < reached {
            let rule = format!("at LSN {} a whole group must follow: the log was durable up to {reached}", scan.end);
            return Err(ring::corrupt(ring.position(scan.end), rule));
        }
        // What was read may only be in the system's cache, left there by a killed process. Nothing may build on it before it is
        // durable: not the epoch's start (R3), not the slot that is written over, not the caller's pages.
        ring.sync()?;
        let slot = Slot { epoch: old.epoch + 1, epoch_start: scan.end, ..old };
        let slot = ring.store(slot)?;
        Ok((Redo::new(ring, &slot, scan.end, options)?, scan))
    }

    fn new(ring: Arc<Ring>, slot: &Slot, end: Lsn, options: &Options) -> Result<Redo> {
        let used = end.0 - slot.checkpoint.0;
        let block = Lsn(ring::align_down(end.0));
        let mut tail = vec![0; (end.0 - block.0) as usize];
        ring.read(block, &mut tail)?;
        Ok(Redo {
            epoch: slot.epoch,
            buffer: Mutex::new(Buffer::new(&tail, end, options.buffer_bytes)),
            current: AtomicU64::new(end.0),
            flush: Flush::new(*slot, end, options.buffer_bytes),
            room: Room::new(ring.usable_bytes().saturating_sub(used)),
            checkpoint: AtomicU64::new(slot.checkpoint.0),
            no_room: OnceLock::new(),
            ring,
        })
    }

    /// Where the next group will start.
    #[doc(alias = "log_get_lsn")]
    pub fn current(&self) -> Lsn {
        Lsn(self.current.load(Ordering::Acquire))
    }

    /// The oldest LSN that a recovery would start from.
    #[doc(alias = "last_checkpoint_lsn")]
    pub fn checkpoint_lsn(&self) -> Lsn {
        Lsn(self.checkpoint.load(Ordering::Acquire))
    }

    /// Bytes between a checkpoint and the farthest end it allows: what the writers can use of the file.
    pub fn usable_bytes(&self) -> u64 {
        self.ring.usable_bytes()
    }

    /// Bytes that are neither in use nor reserved.
    pub fn free_bytes(&self) -> u64 {
        self.room.free_bytes()
    }

    /// The largest payload of one group.
    pub fn max_payload_bytes(&self) -> u64 {
        self.ring.max_payload_bytes()
    }

    /// This life's number (R2).
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Names who is to be called, on the thread that waits, each time before it waits for room: it wakes the page
    /// cleaner, or flushes and calls [`Redo::checkpoint`] itself. REQUIRES: called once.
    #[doc(alias = "log_free_check")]
    pub fn on_no_room(&self, call: impl Fn() + Send + Sync + 'static) {
        assert!(self.no_room.set(Box::new(call)).is_ok(), "one caller makes room");
    }

    /// Counts so far.
    pub fn stats(&self) -> Stats {
        let mut stats = self.file_stats();
        stats.room_waits = self.room.waits();
        let buffer = self.buffer.lock();
        stats.groups = buffer.groups;
        stats.bytes = buffer.bytes_appended;
        stats
    }
}

impl std::fmt::Debug for Redo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redo")
            .field("epoch", &self.epoch)
            .field("checkpoint", &self.checkpoint_lsn())
            .field("flushed", &self.flushed())
            .field("written", &self.written())
            .field("current", &self.current())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests;

#[cfg(all(test, shuttle))]
mod model;
