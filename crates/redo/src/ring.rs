//! The file: how it is made and checked, where a stream position lies in it, and its two checkpoint slots.
//!
//! ```text
//! stream  ├──── lap 0 ────┼──── lap 1 ────┼──── …          byte n of the stream: file byte 16 KiB + n mod ring_bytes
//! ```
//!
//! Bytes go to the file in whole [`BLOCK`]s, the last one filled up with zeros: a write of less than the system's page
//! would first read the rest of it from the device once the ring's old bytes have left the cache. One block of the ring
//! is therefore never in use.
//!
//! In the first lap a write that will be synced takes zeros along, [`AHEAD`] bytes at a time: a block that the file
//! system has only set aside costs the sync that first writes it a change of the file's map as well. Behind the log's
//! end of the first lap there is nothing yet, so nothing is lost.
//!
//! The slots have a block each, so that a device which writes 4 KiB at a time cannot lose both in one write.

use crate::format::{self, HEADER_BYTES, SLOT_BYTES};
use crate::{Error, Options, Result};
use innolab_base::Lsn;
use innolab_base::sync::atomic::{AtomicU64, Ordering};
use innolab_disk::{Disk, File};
use std::sync::Arc;

/// The file's name.
#[doc(alias = "ib_logfile0")]
pub const FILE_NAME: &str = "redo.log";
/// The name while it is being made.
const NEW_NAME: &str = "redo.log.new";
/// Unit of writing.
pub(crate) const BLOCK: usize = 4096;
const BLOCK64: u64 = BLOCK as u64;
/// Bytes of zeros that are written at once before the log comes there.
const AHEAD: u64 = 16 * BLOCK64;
const SLOTS_AT: [u64; 2] = [BLOCK64, 2 * BLOCK64];
const RING_AT: u64 = 4 * BLOCK64;
/// The smallest log: four blocks of ring.
pub const MIN_CAPACITY_BYTES: u64 = RING_AT + 4 * BLOCK64;
/// The first LSN of a new log; less is "never written" in a page.
#[doc(alias = "LOG_START_LSN")]
pub const START_LSN: Lsn = Lsn(BLOCK64);

/// What a checkpoint slot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Counts stores; the higher is the newer.
    pub(crate) number: u64,
    /// Where a recovery starts.
    pub(crate) checkpoint: Lsn,
    /// The life that stored it.
    pub(crate) epoch: u32,
    /// Where that life's groups start.
    pub(crate) epoch_start: Lsn,
}

/// The file, with counts of what was done to it.
pub(crate) struct Ring {
    pub(crate) file: Arc<dyn File>,
    ring_bytes: u64,
    /// Stream position to which this life has written the file; only whoever writes looks at it.
    touched_to: AtomicU64,
    pub(crate) writes: AtomicU64,
    pub(crate) written_bytes: AtomicU64,
    pub(crate) syncs: AtomicU64,
}

pub(crate) fn align_down(n: u64) -> u64 {
    n / BLOCK64 * BLOCK64
}

pub(crate) fn corrupt(at: u64, rule: impl Into<String>) -> Error {
    Error::Corrupt { file: FILE_NAME.to_owned(), at, rule: rule.into() }
}

impl Ring {
    fn new(file: Arc<dyn File>, capacity_bytes: u64) -> Ring {
        let ring_bytes = align_down(capacity_bytes) - RING_AT;
        Ring { file, ring_bytes, touched_to: 0.into(), writes: 0.into(), written_bytes: 0.into(), syncs: 0.into() }
    }

    /// Makes the file under another name and gives it its own when it is complete.
    pub(crate) fn create(disk: &Arc<dyn Disk>, options: &Options) -> Result<(Ring, Slot)> {
        let capacity_bytes = options.capacity_bytes;
        if capacity_bytes < MIN_CAPACITY_BYTES {
            return Err(Error::Options { capacity_bytes });
        }
        if disk.exists(FILE_NAME)? {
            return Err(innolab_disk::Error::Exists { name: FILE_NAME.to_owned() }.into());
        }
        if disk.exists(NEW_NAME)? {
            disk.remove(NEW_NAME)?;
        }
        let ring = Ring::new(disk.create(NEW_NAME)?, capacity_bytes);
        ring.file.set_len(capacity_bytes)?;
        ring.file.write_at(0, &format::header(capacity_bytes))?;
        let slot = Slot { number: 0, checkpoint: START_LSN, epoch: 1, epoch_start: START_LSN };
        let slot = ring.store(slot)?;
        disk.rename(NEW_NAME, FILE_NAME)?;
        disk.sync_dir()?;
        Ok((ring, slot))
    }

    /// Checks the file and picks its newest slot.
    pub(crate) fn open(disk: &Arc<dyn Disk>) -> Result<(Ring, Slot)> {
        let file = disk.open(FILE_NAME)?;
        let len = file.len()?;
        if len < HEADER_BYTES as u64 {
            return Err(corrupt(len, format!("a redo log has at least {MIN_CAPACITY_BYTES} bytes")));
        }
        let mut header = [0; HEADER_BYTES];
        file.read_at(0, &mut header)?;
        let file_bytes = format::read_header(&header).map_err(|(at, rule)| corrupt(at, rule))?;
        if file_bytes != len || len < MIN_CAPACITY_BYTES {
            return Err(corrupt(16, format!("the header says {file_bytes} bytes, the file has {len}")));
        }
        let ring = Ring::new(file, len);
        let slot = ring.newest_slot()?;
        Ok((ring, slot))
    }

    fn newest_slot(&self) -> Result<Slot> {
        let slots = [self.slot(0)?, self.slot(1)?];
        let Some(slot) = slots.into_iter().flatten().max_by_key(|slot| slot.number) else {
            return Err(corrupt(SLOTS_AT[0], "neither checkpoint slot has its mark and a matching CRC-32C"));
        };
        let too_late = slot.checkpoint.max(slot.epoch_start).0.max(slot.number) >> 62 != 0;
        if slot.checkpoint < START_LSN || slot.epoch == 0 || slot.epoch == u32::MAX || too_late {
            let at = SLOTS_AT[usize::from(slots[0] != Some(slot))];
            return Err(corrupt(at, format!("a checkpoint slot must be within its limits: {slot:?}")));
        }
        Ok(slot)
    }

    fn slot(&self, index: usize) -> Result<Option<Slot>> {
        let mut bytes = [0; SLOT_BYTES];
        self.file.read_at(SLOTS_AT[index], &mut bytes)?;
        Ok(format::read_slot(&bytes))
    }

    /// Stores `slot`, with the next number, in both places, one after the other (R4): first in the older.
    pub(crate) fn store(&self, slot: Slot) -> Result<Slot> {
        let slot = Slot { number: slot.number + 1, ..slot };
        let bytes = format::slot(&slot);
        let number = |slot: Option<Slot>| slot.map_or(0, |slot| slot.number);
        let newer_first = number(self.slot(0)?) > number(self.slot(1)?);
        for at in if newer_first { [SLOTS_AT[1], SLOTS_AT[0]] } else { SLOTS_AT } {
            self.file.write_at(at, &bytes)?;
            self.count_write(bytes.len());
            self.sync()?;
        }
        Ok(slot)
    }

    /// What writers can use: one block is lost to writing whole blocks.
    pub(crate) fn usable_bytes(&self) -> u64 {
        self.ring_bytes - BLOCK64
    }

    /// The largest payload: two such groups fit at once.
    pub(crate) fn max_payload_bytes(&self) -> u64 {
        (self.usable_bytes() / 2 - format::GROUP_HEAD_BYTES as u64).min(u64::from(u32::MAX))
    }

    /// Where the stream byte `lsn` lies in the file.
    pub(crate) fn position(&self, lsn: Lsn) -> u64 {
        RING_AT + lsn.0 % self.ring_bytes
    }

    /// Adds zeros to `bytes`, which are for the stream position `at`, if they come to blocks of the first lap that were
    /// never written.
    pub(crate) fn add_zeros(&self, at: Lsn, bytes: &mut Vec<u8>) {
        let end = at.0 + bytes.len() as u64;
        let to = (end + AHEAD).min(self.ring_bytes);
        if end > self.touched_to.load(Ordering::Relaxed) && to > end {
            bytes.resize((to - at.0) as usize, 0);
        }
    }

    /// Writes whole blocks to the stream position `at`. REQUIRES: both are multiples of [`BLOCK`].
    pub(crate) fn write(&self, at: Lsn, bytes: &[u8]) -> Result<()> {
        debug_assert!(at.0.is_multiple_of(BLOCK64) && bytes.len().is_multiple_of(BLOCK), "R8");
        self.touched_to.fetch_max(at.0 + bytes.len() as u64, Ordering::Relaxed);
        let (head, wrapped) = bytes.split_at(self.before_wrap(at, bytes.len()));
        self.file.write_at(self.position(at), head)?;
        self.count_write(head.len());
        if !wrapped.is_empty() {
            self.file.write_at(RING_AT, wrapped)?;
            self.count_write(wrapped.len());
        }
        Ok(())
    }

    /// Reads from the stream position `at`.
    pub(crate) fn read(&self, at: Lsn, buf: &mut [u8]) -> Result<()> {
        let (head, wrapped) = buf.split_at_mut(self.before_wrap(at, buf.len()));
        self.file.read_at(self.position(at), head)?;
        if !wrapped.is_empty() {
            self.file.read_at(RING_AT, wrapped)?;
        }
        Ok(())
    }

    fn before_wrap(&self, at: Lsn, len: usize) -> usize {
        let left = self.ring_bytes - at.0 % self.ring_bytes;
        left.min(len as u64) as usize
    }

    pub(crate) fn sync(&self) -> Result<()> {
        self.syncs.fetch_add(1, Ordering::Relaxed);
        Ok(self.file.sync()?)
    }

    fn count_write(&self, bytes: usize) {
        self.writes.fetch_add(1, Ordering::Relaxed);
        self.written_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}
