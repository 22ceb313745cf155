//! Recovery: the groups after the checkpoint, in order, until the log ends.
//!
//! ```text
//! checkpoint        epoch's start                      end
//!     ├─ group ─ group ─┼─ group ─ group ─ group ─┤ torn │ old epoch │ earlier lap …
//!       must be whole       whole, of this epoch, or the end
//! ```
//!
//! A group is whole if its head holds the LSN at which it lies (R1) and the expected epoch (R2), its length is
//! possible, and its CRC matches. The file is read in pieces of 1 MiB, whatever its size.
//!
//! InnoDB's counterpart: `recv_scan_log_recs`, `recv_group_scan_log_recs`.

use crate::Result;
use crate::format::{GROUP_HEAD_BYTES, Head, START_LSN, Slot};
use crate::ring::{Ring, corrupt};
use innolab_base::Lsn;
use innolab_disk::Disk;
use std::sync::Arc;

const PIECE_BYTES: u64 = 1 << 20;

/// The part of the log that a recovery needs: from the checkpoint to the log's end.
pub struct Scan {
    /// Start of the first group.
    pub checkpoint: Lsn,
    /// End of the last group; the next one will be appended here.
    pub end: Lsn,
    ring: Arc<Ring>,
    slot: Slot,
}

/// A group: the redo of one mini-transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group<'a> {
    /// LSN of its head.
    pub start: Lsn,
    /// LSN at which the next group starts.
    pub end: Lsn,
    /// The bytes that were appended.
    pub payload: &'a [u8],
}

impl Scan {
    /// Reads the log of `disk` as it is at this moment. It writes nothing, and another process may append meanwhile.
    /// ERRORS: [`Corrupt`](crate::Error::Corrupt), also if the log wraps around while it is read; the disk's,
    /// `NotFound` if the directory has no log.
    pub fn look(disk: &Arc<dyn Disk>) -> Result<Scan> {
        let (ring, slot) = Ring::open(disk)?;
        Scan::find_end(&Arc::new(ring), &slot)
    }

    /// The oldest LSN at which a group is known to start: the log's first group while the ring has never wrapped
    /// around, else the checkpoint.
    pub fn oldest(&self) -> Lsn {
        let never_round = self.end.0 - START_LSN.0 <= self.ring.usable_bytes();
        if never_round { START_LSN } else { self.checkpoint }
    }

    /// Returns the groups from `start` on, including those before the checkpoint that are not yet overwritten.
    /// REQUIRES: a group starts at `start`; otherwise the first call of [`Groups::next`] is an error.
    pub fn groups_from(&self, start: Lsn) -> Groups {
        Groups { at: start, ..self.read(Some(self.end)) }
    }

    /// Reads all groups from the checkpoint on to find the log's end.
    pub(crate) fn find_end(ring: &Arc<Ring>, slot: &Slot) -> Result<Scan> {
        let mut scan = Scan { checkpoint: slot.checkpoint, end: slot.checkpoint, ring: ring.clone(), slot: *slot };
        let mut groups = scan.read(None);
        while groups.next()?.is_some() {}
        scan.end = groups.at;
        Ok(scan)
    }

    /// True if no group follows the checkpoint: a recovery has nothing to do.
    pub fn is_clean(&self) -> bool {
        self.checkpoint == self.end
    }

    /// Returns the groups from the checkpoint on. REQUIRES: they are read before the first
    /// [`checkpoint`](crate::Redo::checkpoint), after which writers may overwrite them. Reading an overwritten group is
    /// an error; it never gives a wrong one.
    #[doc(alias = "recv_scan_log_recs")]
    pub fn groups(&self) -> Groups {
        self.read(Some(self.end))
    }

    fn read(&self, end: Option<Lsn>) -> Groups {
        Groups {
            ring: self.ring.clone(),
            slot: self.slot,
            at: self.checkpoint,
            end,
            piece: Vec::new(),
            piece_at: START_LSN,
        }
    }
}

impl std::fmt::Debug for Scan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Scan({}..{})", self.checkpoint, self.end)
    }
}

/// Reads groups in the order of their LSNs; see [`Scan::groups`].
pub struct Groups {
    ring: Arc<Ring>,
    slot: Slot,
    at: Lsn,
    /// The log's end, once known: a bad group before it is damage.
    end: Option<Lsn>,
    piece: Vec<u8>,
    piece_at: Lsn,
}

impl Groups {
    /// Returns the next group, or `None` at the log's end. ERRORS: [`Corrupt`](crate::Error::Corrupt) if a group that
    /// must be whole is not (R3); the disk's.
    #[allow(clippy::should_implement_trait)] // the item borrows the buffer, which Iterator cannot express
    pub fn next(&mut self) -> Result<Option<Group<'_>>> {
        let start = self.at;
        if self.end == Some(start) {
            return Ok(None);
        }
        match self.whole_group()? {
            Ok(end) => {
                self.at = end;
                let from = (start.0 - self.piece_at.0) as usize + GROUP_HEAD_BYTES;
                let to = (end.0 - self.piece_at.0) as usize;
                Ok(Some(Group { start, end, payload: &self.piece[from..to] }))
            }
            Err(rule) if start < self.slot.epoch_start || self.end.is_some() => {
                Err(corrupt(self.ring.position(start), format!("at LSN {start} {rule}")))
            }
            Err(_) => Ok(None),
        }
    }

    /// Returns the end of the group at `at`, after reading all of it into the piece; or the rule that it breaks.
    fn whole_group(&mut self) -> Result<std::result::Result<Lsn, &'static str>> {
        let (at, slot) = (self.at, self.slot);
        let left = (slot.checkpoint.0 + self.ring.usable_bytes()).saturating_sub(at.0);
        if left < GROUP_HEAD_BYTES as u64 {
            return Ok(Err("a group must end before the log is full"));
        }
        let mut bytes = [0; GROUP_HEAD_BYTES];
        bytes.copy_from_slice(self.bytes(GROUP_HEAD_BYTES)?);
        let head = Head::decode(&bytes);
        let total = GROUP_HEAD_BYTES as u64 + u64::from(head.payload_bytes);
        if head.lsn != at {
            return Ok(Err("a group must say this LSN"));
        }
        let epoch_is_right = if at < slot.epoch_start { head.epoch < slot.epoch } else { head.epoch == slot.epoch };
        if !epoch_is_right {
            return Ok(Err("a group must have the epoch of its place"));
        }
        if u64::from(head.payload_bytes) > self.ring.max_payload_bytes() || total > left {
            return Ok(Err("a group must fit into the log"));
        }
        let end = Lsn(at.0 + total);
        if at < slot.epoch_start && end > slot.epoch_start {
            return Ok(Err("a group must end before the next epoch starts"));
        }
        if !head.fits(&self.bytes(total as usize)?[GROUP_HEAD_BYTES..]) {
            return Ok(Err("the CRC-32C of a group must match it"));
        }
        Ok(Ok(end))
    }

    /// Returns the next `n` bytes of the stream. REQUIRES: `n` is at most the ring's size.
    fn bytes(&mut self, n: usize) -> Result<&[u8]> {
        let have = self.piece_at.0 + self.piece.len() as u64;
        if self.at < self.piece_at || self.at.0 + n as u64 > have {
            let len = PIECE_BYTES.min(self.ring.usable_bytes()).max(n as u64);
            self.piece.clear();
            self.piece.resize(len as usize, 0);
            self.ring.read(self.at, &mut self.piece)?;
            self.piece_at = self.at;
        }
        let from = (self.at.0 - self.piece_at.0) as usize;
        Ok(&self.piece[from..from + n])
    }
}
