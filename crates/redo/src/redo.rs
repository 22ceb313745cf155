//! The log's state, its opening and its marks.

use crate::buffer::{Buffer, half};
use crate::format::{START_LSN, Slot, align_down};
use crate::lead::Lead;
use crate::options::Options;
use crate::ring::{self, Ring};
use crate::room::Room;
use crate::{Result, Scan};
use innolab_base::Lsn;
use innolab_base::sync::Mutex;
use innolab_base::sync::atomic::{AtomicU64, Ordering};
use innolab_disk::Disk;
use std::sync::Arc;

/// Counts since the log was opened.
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
    /// Reservations that had to wait for room.
    pub room_waits: u64,
}

/// The log of one data directory; see the crate. Threads share it as `Arc<Redo>`.
///
/// | methods | file |
/// |---|---|
/// | `create`, `open`, `open_reaching`; marks, limits and counts | `redo` |
/// | `reserve`, `reserve_with`, `try_reserve` | `reserve` |
/// | `append` | `append` |
/// | `flush_to`, `write_to`, `checkpoint`; `written`, `flushed` | `flush` |
#[doc(alias = "log_t")]
pub struct Redo {
    pub(crate) ring: Arc<Ring>,
    pub(crate) epoch: u32,
    pub(crate) buffer: Mutex<Buffer>,
    /// `Buffer::end`, for readers without the mutex.
    pub(crate) current: AtomicU64,
    pub(crate) file: FileState,
    pub(crate) room: Arc<Room>,
    pub(crate) checkpoint: AtomicU64,
}

/// The marks of the file, and the right to move them.
pub(crate) struct FileState {
    pub(crate) written: AtomicU64,
    pub(crate) flushed: AtomicU64,
    pub(crate) lead: Lead,
    /// Locked only by the leader, and for the counts.
    pub(crate) work: Mutex<Work>,
}

/// The leader's state.
pub(crate) struct Work {
    /// The half of the buffer that is not growing.
    pub(crate) spare: Vec<u8>,
    /// The newest slot of the file.
    pub(crate) slot: Slot,
    pub(crate) checkpoints: u64,
}

impl Redo {
    /// Creates an empty log of fixed size and opens it. A crash on the way leaves no log.
    /// ERRORS: [`Error::Options`](crate::Error::Options); the disk's, `Exists` if the directory has a log.
    pub fn create(disk: &Arc<dyn Disk>, options: &Options) -> Result<Redo> {
        let (ring, slot) = Ring::create(disk, options)?;
        Redo::new(Arc::new(ring), &slot, START_LSN, options)
    }

    /// Opens the log, finds its end and begins a new life of it (R2). The capacity is that of the file.
    /// ERRORS: [`Error::Corrupt`](crate::Error::Corrupt); the disk's, `NotFound` if the directory has no log.
    #[doc(alias = "recv_recovery_from_checkpoint_start")]
    pub fn open(disk: &Arc<dyn Disk>, options: &Options) -> Result<(Redo, Scan)> {
        Redo::open_reaching(disk, options, START_LSN)
    }

    /// As [`Redo::open`], for a log that is known to have been durable up to `reached`. A log that ends before is
    /// damaged: the call fails and changes nothing.
    pub fn open_reaching(disk: &Arc<dyn Disk>, options: &Options, reached: Lsn) -> Result<(Redo, Scan)> {
        let (ring, old) = Ring::open(disk)?;
        let ring = Arc::new(ring);
        let scan = Scan::find_end(&ring, &old)?;
        if scan.end < reached {
            let rule = format!("at LSN {} a whole group must follow: the log was durable up to {reached}", scan.end);
            return Err(ring::corrupt(ring.position(scan.end), rule));
        }
        // What was just read may be in the system's cache only, left there by a killed process. It must be durable
        // before anything relies on it: the epoch's start (R3), the overwritten slot, the caller's pages.
        ring.sync()?;
        let slot = Slot { epoch: old.epoch + 1, epoch_start: scan.end, ..old };
        let slot = ring.store(slot)?;
        Ok((Redo::new(ring, &slot, scan.end, options)?, scan))
    }

    fn new(ring: Arc<Ring>, slot: &Slot, end: Lsn, options: &Options) -> Result<Redo> {
        let used = end.0 - slot.checkpoint.0;
        let block = Lsn(align_down(end.0));
        let mut tail = vec![0; (end.0 - block.0) as usize];
        ring.read(block, &mut tail)?;
        let work = Work { spare: half(options.buffer_bytes), slot: *slot, checkpoints: 0 };
        Ok(Redo {
            epoch: slot.epoch,
            buffer: Mutex::new(Buffer::new(&tail, end, options.buffer_bytes)),
            current: AtomicU64::new(end.0),
            file: FileState {
                written: end.0.into(),
                flushed: end.0.into(),
                lead: Lead::default(),
                work: Mutex::new(work),
            },
            room: Room::new(ring.usable_bytes().saturating_sub(used)),
            checkpoint: AtomicU64::new(slot.checkpoint.0),
            ring,
        })
    }

    /// LSN at which the next group will start.
    #[doc(alias = "log_get_lsn")]
    pub fn current(&self) -> Lsn {
        Lsn(self.current.load(Ordering::Acquire))
    }

    /// LSN from which a recovery would start.
    #[doc(alias = "last_checkpoint_lsn")]
    pub fn checkpoint_lsn(&self) -> Lsn {
        Lsn(self.checkpoint.load(Ordering::Acquire))
    }

    /// Bytes between a checkpoint and the farthest end that it allows: the part of the file that writers can use.
    pub fn usable_bytes(&self) -> u64 {
        self.ring.usable_bytes()
    }

    /// Bytes that are neither in use nor reserved.
    pub fn free_bytes(&self) -> u64 {
        self.room.free_bytes()
    }

    /// The largest payload of one group, in bytes.
    pub fn max_payload_bytes(&self) -> u64 {
        self.ring.max_payload_bytes()
    }

    /// Number of this life of the log (R2).
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Counts so far.
    pub fn stats(&self) -> Stats {
        let checkpoints = self.file.work.lock().checkpoints;
        let buffer = self.buffer.lock();
        Stats {
            groups: buffer.groups,
            bytes: buffer.bytes_appended,
            writes: self.ring.writes.load(Ordering::Relaxed),
            written_bytes: self.ring.written_bytes.load(Ordering::Relaxed),
            syncs: self.ring.syncs.load(Ordering::Relaxed),
            checkpoints,
            room_waits: self.room.waits(),
        }
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
