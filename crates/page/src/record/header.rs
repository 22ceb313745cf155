//! The five bytes right before a record's origin.
//!
//! ```text
//! −5 info 4 · n_owned 4 │ −4 heap_no 13 · type 3 │ −2 next 16
//! ```
//!
//! The rules are those of [`record`](super).

/// Bytes of the header right before the origin.
#[doc(alias = "REC_N_NEW_EXTRA_BYTES")]
pub const HEADER: usize = 5;
/// Info bit: the leftmost node pointer of its level (R5).
#[doc(alias = "REC_INFO_MIN_REC_FLAG")]
pub const INFO_MIN_REC: u8 = 0x10;
/// Info bit: deleted by a transaction, not yet removed by purge.
#[doc(alias = "REC_INFO_DELETED_FLAG")]
pub const INFO_DELETED: u8 = 0x20;

/// The type of a record: the low three bits of the two bytes with its heap number.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum RecordType {
    /// A record of a leaf.
    #[doc(alias = "REC_STATUS_ORDINARY")]
    Ordinary = 0,
    /// A record above the leaves: a key and a child page.
    #[doc(alias = "REC_STATUS_NODE_PTR")]
    NodePointer = 1,
    /// The page's lower end, before all records.
    #[doc(alias = "REC_STATUS_INFIMUM")]
    Infimum = 2,
    /// The page's upper end, after all records.
    #[doc(alias = "REC_STATUS_SUPREMUM")]
    Supremum = 3,
}

impl RecordType {
    /// Returns the type with these bits; `None` for bits without a meaning.
    pub(crate) fn of(bits: u8) -> Option<RecordType> {
        match bits {
            0 => Some(RecordType::Ordinary),
            1 => Some(RecordType::NodePointer),
            2 => Some(RecordType::Infimum),
            3 => Some(RecordType::Supremum),
            _ => None,
        }
    }
}
