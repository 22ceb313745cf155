//! The bytes of the log and where they lie in the file. Integers are big-endian.
//!
//! ```text
//! header, at 0               slot, at 4096 and at 8192         head of a group
//! ┌────────────────────┐     ┌──────────────────────────┐      ┌─────────────────────────┐
//! │ "INNOREDO"       8 │     │ "RedoSlot"             8 │      │ length of the payload 4 │
//! │ version = 2      4 │     │ number                 8 │      │ epoch                 4 │
//! │ block bytes      4 │     │ checkpoint LSN         8 │      │ LSN of the head       8 │
//! │ file bytes       8 │     │ start LSN of the epoch 8 │      │ CRC-32C               4 │
//! │ CRC-32C          4 │     │ epoch                  4 │      └ payload …               ┘
//! └────────────────────┘     │ CRC-32C                4 │
//!                            └──────────────────────────┘
//! ```
//!
//! A group's CRC covers the payload first and then the first 16 bytes of the head. The payload, which is long, is
//! summed before the append takes its mutex; only the head, whose LSN is known late, is summed under it. The polynomial
//! is CRC-32C because processors have an instruction for it: with the IEEE polynomial the checksum took half of the
//! time of appending a group of 150 bytes.
//!
//! Each checkpoint slot has a block of its own, so that a device which writes 4 KiB at a time cannot lose both in one
//! write.

use innolab_base::Lsn;
use innolab_base::codec::{get_u32, get_u64, put_u32, put_u64};

/// Bytes of a group's head: what a group takes in addition to its payload.
pub const GROUP_HEAD_BYTES: usize = 20;
/// Bytes of the header that are in use.
pub(crate) const HEADER_BYTES: usize = 28;
/// Bytes of a slot that are in use.
pub(crate) const SLOT_BYTES: usize = 40;
/// Unit of writing.
pub(crate) const BLOCK: usize = 4096;
pub(crate) const BLOCK64: u64 = BLOCK as u64;
/// File offsets of the two checkpoint slots.
pub(crate) const SLOTS_AT: [u64; 2] = [BLOCK64, 2 * BLOCK64];
/// File offset of the ring.
pub(crate) const RING_AT: u64 = 4 * BLOCK64;
/// The smallest log, in bytes of its file: four blocks of ring.
pub const MIN_CAPACITY_BYTES: u64 = RING_AT + 4 * BLOCK64;
/// The first LSN of a new log. A smaller LSN in a page means "never written".
#[doc(alias = "LOG_START_LSN")]
pub const START_LSN: Lsn = Lsn(BLOCK64);

const MAGIC: &[u8; 8] = b"INNOREDO";
const SLOT_MAGIC: &[u8; 8] = b"RedoSlot";
const VERSION: u32 = 2;
const CRC_AT: usize = 16;

/// `n`, rounded down to a whole block.
pub(crate) fn align_down(n: u64) -> u64 {
    n / BLOCK64 * BLOCK64
}

/// A checkpoint slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Counts stores: the slot with the higher number is the newer one.
    pub(crate) number: u64,
    /// LSN from which a recovery starts.
    pub(crate) checkpoint: Lsn,
    /// Epoch of the life that stored the slot.
    pub(crate) epoch: u32,
    /// LSN of that life's first group.
    pub(crate) epoch_start: Lsn,
}

/// Returns the header of a file of `file_bytes`.
pub(crate) fn header(file_bytes: u64) -> [u8; HEADER_BYTES] {
    let mut b = [0; HEADER_BYTES];
    b[..8].copy_from_slice(MAGIC);
    put_u32(&mut b, 8, VERSION);
    put_u32(&mut b, 12, BLOCK as u32);
    put_u64(&mut b, 16, file_bytes);
    let crc = crc32c::crc32c(&b[..24]);
    put_u32(&mut b, 24, crc);
    b
}

/// Returns the file's length as the header has it. ERRORS: the offset of the bad field and the rule that it breaks.
pub(crate) fn read_header(b: &[u8; HEADER_BYTES]) -> Result<u64, (u64, String)> {
    if &b[..8] != MAGIC {
        return Err((0, "a redo log starts with \"INNOREDO\"".to_owned()));
    }
    if get_u32(b, 24) != crc32c::crc32c(&b[..24]) {
        return Err((24, "the CRC-32C of the header must match it".to_owned()));
    }
    if get_u32(b, 8) != VERSION {
        return Err((8, format!("the version must be {VERSION}, it is {}", get_u32(b, 8))));
    }
    if get_u32(b, 12) as usize != BLOCK {
        return Err((12, format!("blocks must have {} bytes, they have {}", BLOCK, get_u32(b, 12))));
    }
    Ok(get_u64(b, 16))
}

/// Returns the bytes of `slot`.
pub(crate) fn slot(slot: &Slot) -> [u8; SLOT_BYTES] {
    let mut b = [0; SLOT_BYTES];
    b[..8].copy_from_slice(SLOT_MAGIC);
    put_u64(&mut b, 8, slot.number);
    put_u64(&mut b, 16, slot.checkpoint.0);
    put_u64(&mut b, 24, slot.epoch_start.0);
    put_u32(&mut b, 32, slot.epoch);
    let crc = crc32c::crc32c(&b[..36]);
    put_u32(&mut b, 36, crc);
    b
}

/// Returns the slot in `b`; `None` if its mark or its CRC is wrong.
pub(crate) fn read_slot(b: &[u8; SLOT_BYTES]) -> Option<Slot> {
    let whole = &b[..8] == SLOT_MAGIC && get_u32(b, 36) == crc32c::crc32c(&b[..36]);
    whole.then(|| Slot {
        number: get_u64(b, 8),
        checkpoint: Lsn(get_u64(b, 16)),
        epoch_start: Lsn(get_u64(b, 24)),
        epoch: get_u32(b, 32),
    })
}

/// The head of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) payload_bytes: u32,
    pub(crate) epoch: u32,
    pub(crate) lsn: Lsn,
    pub(crate) crc: u32,
}

impl Head {
    /// Returns the bytes of a head; `payload_crc` is the CRC of the payload alone.
    #[inline]
    pub(crate) fn encode(payload_bytes: u32, epoch: u32, lsn: Lsn, payload_crc: u32) -> [u8; GROUP_HEAD_BYTES] {
        let mut b = [0; GROUP_HEAD_BYTES];
        put_u32(&mut b, 0, payload_bytes);
        put_u32(&mut b, 4, epoch);
        put_u64(&mut b, 8, lsn.0);
        let crc = crc_of_group(payload_crc, &b[..CRC_AT]);
        put_u32(&mut b, CRC_AT, crc);
        b
    }

    pub(crate) fn decode(b: &[u8; GROUP_HEAD_BYTES]) -> Head {
        Head { payload_bytes: get_u32(b, 0), epoch: get_u32(b, 4), lsn: Lsn(get_u64(b, 8)), crc: get_u32(b, CRC_AT) }
    }

    /// True if the CRC is that of this head and `payload`.
    pub(crate) fn fits(&self, payload: &[u8]) -> bool {
        let whole = Head::encode(self.payload_bytes, self.epoch, self.lsn, crc32c::crc32c(payload));
        get_u32(&whole, CRC_AT) == self.crc
    }
}

#[inline]
fn crc_of_group(payload_crc: u32, head: &[u8]) -> u32 {
    crc32c::crc32c_append(payload_crc, head)
}
