//! The file: how it is created and checked, where a stream position lies in it, and how its checkpoint slots are
//! stored.
//!
//! ```text
//! stream  ├──── lap 0 ────┼──── lap 1 ────┼──── …          byte n of the stream: file byte 16 KiB + n mod ring_bytes
//! ```
//!
//! Bytes are written in whole [`BLOCK`]s; the last block is filled up with zeros. A smaller write would make the
//! system read the rest of its page from the device first, once the ring's old bytes have left the cache. Because of
//! the zeros, one block of the ring is never in use.
//!
//! In the first lap a write that will be synced is extended by up to [`AHEAD`] bytes of zeros. The first sync of a
//! block that the file system has reserved but never written also changes the file's block map; the zeros pay that cost
//! for many blocks in one sync. In the first lap nothing is stored after the log's end, so the zeros destroy nothing.

use crate::format::{
    self, BLOCK, BLOCK64, HEADER_BYTES, MIN_CAPACITY_BYTES, RING_AT, SLOT_BYTES, SLOTS_AT, START_LSN, Slot, align_down,
};
use crate::options::Options;
use crate::{Error, Result};
use innolab_base::Lsn;
use innolab_base::sync::atomic::{AtomicU64, Ordering};
use innolab_disk::{Disk, File};
use std::sync::Arc;

/// Name of the log's file.
#[doc(alias = "ib_logfile0")]
pub const FILE_NAME: &str = "redo.log";
/// Name of the file while it is being created.
const NEW_NAME: &str = "redo.log.new";
/// Bytes of zeros that are written ahead of the log's end in the first lap.
const AHEAD: u64 = 16 * BLOCK64;

/// The file, with counts of its writes and syncs.
pub(crate) struct Ring {
    pub(crate) file: Arc<dyn File>,
    ring_bytes: u64,
    /// Stream position up to which this life has written the file. Only the thread that leads uses it.
    touched_to: AtomicU64,
    pub(crate) writes: AtomicU64,
    pub(crate) written_bytes: AtomicU64,
    pub(crate) syncs: AtomicU64,
}

pub(crate) fn corrupt(at: u64, rule: impl Into<String>) -> Error {
    Error::Corrupt { file: FILE_NAME.to_owned(), at, rule: rule.into() }
}

impl Ring {
    fn new(file: Arc<dyn File>, capacity_bytes: u64) -> Ring {
        let ring_bytes = align_down(capacity_bytes) - RING_AT;
        Ring { file, ring_bytes, touched_to: 0.into(), writes: 0.into(), written_bytes: 0.into(), syncs: 0.into() }
    }

    /// Creates the file under another name and renames it when it is complete.
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

    /// Opens and checks the file, and returns its newest slot.
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

    /// Stores `slot` with the next number in both places, first over the older slot, and syncs after each (R4).
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

    /// Bytes of the ring that writers can use: all but the block that is lost to writing whole blocks.
    pub(crate) fn usable_bytes(&self) -> u64 {
        self.ring_bytes - BLOCK64
    }

    /// The largest payload, in bytes: two such groups fit into the ring.
    pub(crate) fn max_payload_bytes(&self) -> u64 {
        (self.usable_bytes() / 2 - format::GROUP_HEAD_BYTES as u64).min(u64::from(u32::MAX))
    }

    /// File offset of the stream position `lsn`.
    pub(crate) fn position(&self, lsn: Lsn) -> u64 {
        RING_AT + lsn.0 % self.ring_bytes
    }

    /// Extends `bytes`, which will be written at the stream position `at`, with zeros if they reach blocks of the first
    /// lap that this life has not written.
    pub(crate) fn add_zeros(&self, at: Lsn, bytes: &mut Vec<u8>) {
        let end = at.0 + bytes.len() as u64;
        let to = (end + AHEAD).min(self.ring_bytes);
        if end > self.touched_to.load(Ordering::Relaxed) && to > end {
            bytes.resize((to - at.0) as usize, 0);
        }
    }

    /// Writes whole blocks at the stream position `at`. REQUIRES: `at` and the length are multiples of [`BLOCK`].
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

    /// Reads `buf.len()` bytes at the stream position `at`.
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
