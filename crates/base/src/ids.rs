//! Ids as newtypes, so that the compiler tells a page number from a tablespace id and an LSN from a transaction id.

use std::fmt;

/// Bytes of a page: 16 KiB, InnoDB's default (`innodb_page_size`), and the only size here.
#[doc(alias = "UNIV_PAGE_SIZE")]
pub const PAGE_SIZE: usize = 16 * 1024;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($repr:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $repr);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

id! {
    /// Number of a page within its tablespace; page `n` starts at byte `n × PAGE_SIZE` of the file.
    #[doc(alias = "page_no_t")]
    PageNo(u32)
}
id! {
    /// Number of a tablespace; unique within a data directory and never reused.
    #[doc(alias = "space_id_t")]
    SpaceId(u32)
}
id! {
    /// Log sequence number: a byte position in the endless redo stream. Larger is later.
    #[doc(alias = "lsn_t")]
    Lsn(u64)
}
id! {
    /// Transaction id, assigned at a transaction's first write; rows store 48 bits of it (`DB_TRX_ID`).
    #[doc(alias = "trx_id_t")]
    TrxId(u64)
}
id! {
    /// Serialisation number, assigned at commit: the order of the history list.
    #[doc(alias = "trx->no")]
    TrxNo(u64)
}
id! {
    /// Id of a two-phase commit; the engine and the binary log store the same one.
    #[doc(alias = "XID")]
    Xid(u64)
}
id! {
    /// Number of an index, unique within a data directory; stored in every page of the index.
    #[doc(alias = "index_id_t")]
    IndexId(u64)
}
id! {
    /// Number of a file segment, unique within its tablespace; 0 is no segment.
    #[doc(alias = "seg_id")]
    SegId(u64)
}

impl PageNo {
    /// No page: the end of a list of pages.
    #[doc(alias = "FIL_NULL")]
    pub const NULL: PageNo = PageNo(u32::MAX);

    /// True for [`PageNo::NULL`].
    pub fn is_null(self) -> bool {
        self == Self::NULL
    }

    /// Returns the number, or `None` for [`PageNo::NULL`].
    pub fn some(self) -> Option<PageNo> {
        (!self.is_null()).then_some(self)
    }
}

/// The address of a page: its tablespace and its number there.
#[doc(alias = "page_id_t")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct PageId {
    /// The tablespace.
    pub space: SpaceId,
    /// The page's number within the tablespace.
    pub page: PageNo,
}

impl PageId {
    /// The page `page` of `space`.
    pub fn new(space: SpaceId, page: PageNo) -> PageId {
        PageId { space, page }
    }
}

impl fmt::Display for PageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.space, self.page)
    }
}
