//! The log buffer: two halves. Groups are appended to one half while the other is being written to the file.
//!
//! ```text
//! growing   base ├ tail ┼ groups … ┤ end          swap: the leader takes the growing half, and starts the other one
//! taken     base ├ tail ┼ groups … ┤ zeros ┤      with a copy of the last, partly filled block (R8)
//!                └ whole blocks ───────────┘
//! ```
//!
//! An append is one `memcpy` of the payload under the mutex. It allocates only for a group larger than a half.

use crate::format::{BLOCK, GROUP_HEAD_BYTES, Head, align_down};
use innolab_base::Lsn;

/// The growing half.
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    /// Stream position of `bytes[0]`, a multiple of [`BLOCK`].
    base: Lsn,
    pub(crate) end: Lsn,
    /// Bytes at the front that the file already holds.
    tail_bytes: usize,
    half_bytes: usize,
    /// After a failed write or sync groups still get LSNs, but their bytes are discarded (R6).
    poisoned: bool,
    pub(crate) groups: u64,
    pub(crate) bytes_appended: u64,
}

/// Returns an empty half.
pub(crate) fn half(buffer_bytes: usize) -> Vec<u8> {
    Vec::with_capacity(half_bytes(buffer_bytes) + BLOCK)
}

fn half_bytes(buffer_bytes: usize) -> usize {
    (buffer_bytes / 2).max(2 * BLOCK)
}

impl Buffer {
    /// Returns a buffer whose next group starts at `end`; `tail` are the bytes before it in the same block of the file.
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

    /// True if the half must be written before it takes `more` bytes. An empty half takes any group.
    pub(crate) fn is_full(&self, more: usize) -> bool {
        self.bytes.len() + more > self.half_bytes && self.bytes.len() > self.tail_bytes && !self.poisoned
    }

    /// Appends a group; returns its start and its end.
    #[inline]
    pub(crate) fn push(&mut self, epoch: u32, payload: &[u8], payload_crc: u32) -> (Lsn, Lsn) {
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

    /// Swaps the halves: `spare` becomes the grown half, filled up to whole blocks. Returns the stream position of its
    /// first byte and the end of its last group; `None` if no group ends past `written`.
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

    /// Discards the bytes, and those of all later groups (R6).
    pub(crate) fn poison(&mut self) {
        self.poisoned = true;
        self.bytes = Vec::new();
    }
}
