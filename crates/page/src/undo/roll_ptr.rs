//! The roll pointer: which undo record a row points to.

use super::header::Kind;
use innolab_base::PageNo;
use innolab_base::codec::get_u56;

/// Where an undo record is: seven bytes in every clustered row, `DB_ROLL_PTR`.
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
    /// Nowhere: the row is an insert whose record nobody needs any more.
    pub const NONE: RollPtr = RollPtr(1 << 55);

    /// The place of a record of rollback segment 0.
    #[doc(alias = "trx_undo_build_roll_ptr")]
    pub fn new(kind: Kind, page: PageNo, at: u16) -> RollPtr {
        RollPtr(u64::from(kind == Kind::Insert) << 55 | u64::from(page.0) << 16 | u64::from(at))
    }

    /// Reads the seven bytes at `at`.
    pub fn read(bytes: &[u8], at: usize) -> RollPtr {
        RollPtr(get_u56(bytes, at))
    }

    /// Its seven bytes.
    pub fn encode(self) -> [u8; RollPtr::LEN] {
        let [_, bytes @ ..] = self.0.to_be_bytes();
        bytes
    }

    /// Whether the record says of an insert, so that there is no earlier version.
    #[doc(alias = "trx_undo_roll_ptr_is_insert")]
    pub fn is_insert(self) -> bool {
        self.0 >> 55 & 1 != 0
    }

    /// The rollback segment, below 128.
    #[doc(alias = "rseg_id")]
    pub fn rseg(self) -> u8 {
        (self.0 >> 48 & 0x7f) as u8
    }

    /// The page.
    pub fn page(self) -> PageNo {
        PageNo((self.0 >> 16) as u32)
    }

    /// The record's first byte there.
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
