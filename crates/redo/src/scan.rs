//! Recovery: the groups after the checkpoint, in order, until the log ends.
//!
//! ```text
//! checkpoint        epoch's start                      end
//!     ├─ group ─ group ─┼─ group ─ group ─ group ─┤ torn │ old epoch │ earlier lap …
//!       must be whole       whole, of this epoch, or the end
//! ```
//!
//! What makes a group whole: its own LSN is where it lies (R1), its epoch is the expected one (R2), it is not longer
//! than a group can be, and the CRC fits. The file is read in pieces of 1 MiB, whatever its size.

use crate::format::{GROUP_HEAD_BYTES, Head};
use crate::ring::{Ring, Slot, corrupt};
use crate::{Result, START_LSN};
use innolab_base::Lsn;
use innolab_disk::Disk;
use std::sync::Arc;

const PIECE_BYTES: u64 = 1 << 20;

/// What the log holds for a recovery.
pub struct Scan {
    /// Where the first group starts.
    pub checkpoint: Lsn,
    /// Where the last group ends, and the log goes on.
    pub end: Lsn,
    ring: Arc<Ring>,
    slot: Slot,
}

/// A group: the redo of one mini-transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group<'a> {
    /// Where it starts.
    pub start: Lsn,
    /// Where the next one starts.
    pub end: Lsn,
    /// What was appended.
    pub payload: &'a [u8],
}

impl Scan {
    /// What the log of `disk` holds at this moment, to be looked at: nothing is written, and who appends to it is not in the way.
    /// ERRORS: [`Corrupt`](crate::Error::Corrupt), also when the log goes round while it is read; the disk's,
    /// `NotFound` if there is no log.
    pub fn look(disk: &Arc<dyn Disk>) -> Result<Scan> {
        let (ring, slot) = Ring::open(disk)?;
        Scan::find_end(&Arc::new(ring), &slot)
    }

    /// The oldest LSN where a group is known to start: the log's first one as long as none was overwritten, else the checkpoint.
    pub fn oldest(&self) -> Lsn {
        let never_round = self.end.0 - START_LSN.0 <= self.ring.usable_bytes();
        if never_round { START_LSN } else { self.checkpoint }
    }

    /// The groups from `start` on, those before the checkpoint too as long as they are still there. REQUIRES a group
    /// starts there: else the first is an error.
    pub fn groups_from(&self, start: Lsn) -> Groups {
        Groups { at: start, ..self.read(Some(self.end)) }
    }

    /// Finds the end of the log.
    pub(crate) fn find_end(ring: &Arc<Ring>, slot: &Slot) -> Result<Scan> {
        let mut scan = Scan { checkpoint: slot.checkpoint, end: slot.checkpoint, ring: ring.clone(), slot: *slot };
        let mut groups = scan.read(None);
        while groups.next()?.is_some() {}
        scan.end = groups.at;
        Ok(scan)
    }

    /// Whether there is nothing to recover.
    pub fn is_clean(&self) -> bool {
        self.checkpoint == self.end
    }

    /// The groups from the checkpoint on. REQUIRES: read before the first [`checkpoint`](crate::Redo::checkpoint),
    /// after which the room is used again (what is read then is an error, never a wrong group).
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

/// Reads groups one after the other; see [`Scan::groups`].
pub struct Groups {
    ring: Arc<Ring>,
    slot: Slot,
    at: Lsn,
    /// The log's end, when it is known.
    end: Option<Lsn>,
    piece: Vec<u8>,
    piece_at: Lsn,
}

impl Groups {
    /// The next group. ERRORS: [`Corrupt`](crate::Error::Corrupt) if a group that must be whole is not (R3); the disk's.
    #[allow(clippy::should_implement_trait)] // it lends its buffer, which an Iterator cannot
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

    /// The end of the group at `at`, all of which is in the piece then; or the rule it breaks.
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

    /// The next `n` bytes. REQUIRES: not more than the ring has.
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
