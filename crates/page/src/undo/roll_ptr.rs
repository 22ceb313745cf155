//! The roll pointer: the address of the undo record of a row's last change.

use super::header::Kind;
use innolab_base::PageNo;
use innolab_base::codec::get_u56;

/// The address of an undo record: seven bytes in every clustered row, `DB_ROLL_PTR`.
///
/// ```text
/// bit 55 insert │ 54–48 rollback segment │ 47–16 page │ 15–0 byte
/// ```
#[doc(alias = "roll_ptr_t")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RollPtr(pub u64);

impl RollPtr {
    /// Bytes in a row.
    #[doc(alias = "DATA_ROLL_PTR_LEN")]
    pub const LEN: usize = 7;
    /// No record: the row was inserted, and no reader or rollback needs that insert's undo record.
    pub const NONE: RollPtr = RollPtr(1 << 55);

    /// Returns the address of a record of rollback segment 0.
    #[doc(alias = "trx_undo_build_roll_ptr")]
    pub fn new(kind: Kind, page: PageNo, at: u16) -> RollPtr {
        RollPtr(u64::from(kind == Kind::Insert) << 55 | u64::from(page.0) << 16 | u64::from(at))
    }

    /// Reads the seven bytes at `at`.
    pub fn read(bytes: &[u8], at: usize) -> RollPtr {
        RollPtr(get_u56(bytes, at))
    }

    /// Returns its seven bytes.
    pub fn encode(self) -> [u8; RollPtr::LEN] {
        let [_, bytes @ ..] = self.0.to_be_bytes();
        bytes
    }

    /// True if the record is of an insert, so that the row has no earlier version.
    #[doc(alias = "trx_undo_roll_ptr_is_insert")]
    pub fn is_insert(self) -> bool {
        self.0 >> 55 & 1 != 0
    }

    /// Returns the rollback segment, below 128.
    #[doc(alias = "rseg_id")]
    pub fn rseg(self) -> u8 {
        (self.0 >> 48 & 0x7f) as u8
    }

    /// Returns the page of the record.
    pub fn page(self) -> PageNo {
        PageNo((self.0 >> 16) as u32)
    }

    /// Returns the record's first byte there.
    pub fn at(self) -> u16 {
        self.0 as u16
    }
}

impl std::fmt::Display for RollPtr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = if self.is_insert() { "insert" } else { "modify" };
        if *self == RollPtr::NONE { f.write_str("-") } else { write!(f, "{kind} {}+{}", self.page(), self.at()) }
    }
}

impl std::fmt::Debug for RollPtr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RollPtr({self})")
    }
}
