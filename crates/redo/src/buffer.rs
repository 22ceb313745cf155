//! Where groups are appended: two halves, one growing under a short lock while the other is being written.
//!
//! ```text
//! growing   base ├ tail ┼ groups … ┤ end          swap: the writer takes all of it, and leaves a copy of the last,
//! taken     base ├ tail ┼ groups … ┤ zeros ┤      partly filled block in front of what comes next (R8)
//!                └ whole blocks ───────────┘
//! ```
//!
//! An append is one `memcpy` of the payload under the lock; nothing is allocated, but for a group larger than a half.

use crate::format::{GROUP_HEAD_BYTES, Head};
use crate::ring::{BLOCK, align_down};
use crate::{Redo, Reservation};
use innolab_base::Lsn;
use innolab_base::sync::atomic::Ordering;

/// The growing half.
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    /// Stream position of `bytes[0]`, a multiple of [`BLOCK`].
    base: Lsn,
    end: Lsn,
    /// Bytes in front that are in the file already.
    tail_bytes: usize,
    half_bytes: usize,
    /// After a failure groups are given LSNs and forgotten (R6).
    pub(crate) poisoned: bool,
    pub(crate) groups: u64,
    pub(crate) bytes_appended: u64,
}

/// An empty half.
pub(crate) fn half(buffer_bytes: usize) -> Vec<u8> {
    Vec::with_capacity(half_bytes(buffer_bytes) + BLOCK)
}

fn half_bytes(buffer_bytes: usize) -> usize {
    (buffer_bytes / 2).max(2 * BLOCK)
}

impl Buffer {
    /// A buffer that goes on at `end`; `tail` is what the file holds of the block there.
    pub(crate) fn new(tail: &[u8], end: Lsn, buffer_bytes: usize) -> Buffer {
        let mut bytes = half(buffer_bytes);
        bytes.extend_from_slice(tail);
        Buffer {
            bytes,
            base: Lsn(align_down(end.0)),
            end,
            tail_bytes: tail.len(),
            half_bytes: half_bytes(buffer_bytes),
            poisoned: false,
            groups: 0,
            bytes_appended: 0,
        }
    }

    /// Whether `more` bytes must wait for a write. An empty half takes any group.
    fn is_full(&self, more: usize) -> bool {
        self.bytes.len() + more > self.half_bytes && self.bytes.len() > self.tail_bytes && !self.poisoned
    }

    #[inline]
    fn push(&mut self, epoch: u32, payload: &[u8], payload_crc: u32) -> (Lsn, Lsn) {
        let start = self.end;
        let total = (GROUP_HEAD_BYTES + payload.len()) as u64;
        if !self.poisoned {
            self.bytes.extend_from_slice(&Head::encode(payload.len() as u32, epoch, start, payload_crc));
            self.bytes.extend_from_slice(payload);
        }
        self.end = Lsn(start.0 + total);
        self.groups += 1;
        self.bytes_appended += total;
        (start, self.end)
    }

    /// Swaps the halves: `spare` takes all bytes, filled up to whole blocks; returns where they start and the LSN where they end.
    /// `None` if there is nothing past `written`.
    pub(crate) fn take(&mut self, spare: &mut Vec<u8>, written: Lsn) -> Option<(Lsn, Lsn)> {
        if self.end == written || self.poisoned {
            return None;
        }
        spare.clear();
        spare.shrink_to(self.half_bytes + BLOCK);
        let base = self.base;
        self.base = Lsn(align_down(self.end.0));
        spare.extend_from_slice(&self.bytes[(self.base.0 - base.0) as usize..]);
        self.tail_bytes = spare.len();
        std::mem::swap(&mut self.bytes, spare);
        spare.resize(spare.len().next_multiple_of(BLOCK), 0);
        Some((base, self.end))
    }

    /// Nothing will be written any more.
    pub(crate) fn poison(&mut self) {
        self.poisoned = true;
        self.bytes = Vec::new();
    }
}

impl Redo {
    /// Appends `payload` as one group and returns where it starts and ends. `in_order` runs before any later group gets
    /// its LSN, so calls come in the order of LSNs: pages enter the flush list there.
    ///
    /// Never fails: a poisoned log gives LSNs and forgets the bytes; whoever asks for durability is told.
    /// REQUIRES: `reservation` covers the payload (and [`GROUP_HEAD_BYTES`] for each group after the first).
    /// LOCKS: `in_order` runs under the append mutex; it must not call the log. If the buffer is full this waits for a
    /// write to the file.
    #[doc(alias = "log_buffer_write")]
    pub fn append(&self, reservation: &mut Reservation, payload: &[u8], in_order: impl FnOnce(Lsn, Lsn)) -> (Lsn, Lsn) {
        let total = GROUP_HEAD_BYTES + payload.len();
        reservation.spend(total as u64);
        let payload_crc = crc32c::crc32c(payload);
        let mut buffer = self.buffer.lock();
        while buffer.is_full(total) {
            let end = buffer.end;
            drop(buffer);
            // A failure poisons the buffer, which then is never full.
            let _ = self.write_to(end);
            buffer = self.buffer.lock();
        }
        let (start, end) = buffer.push(self.epoch, payload, payload_crc);
        self.current.store(end.0, Ordering::Release);
        in_order(start, end);
        (start, end)
    }
}
