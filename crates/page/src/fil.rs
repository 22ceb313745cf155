//! The header and trailer of every page (FIL): its identity, its neighbours, its LSN, and the checksum that shows
//! whether its bytes are intact.
//!
//! ```text
//!  0      4       8      12     16        24     26          34       38                     16376             16384
//!  ├──────┼───────┼──────┼──────┼─────────┼──────┼───────────┼────────┼────── the page's own ┼──────────────────┤
//!  │chksum│page no│ prev │ next │ LSN (8) │ type │ (8, zero) │ space  │       16338 bytes    │ trailer (8)      │
//!  └──────┴───────┴──────┴──────┴─────────┴──────┴───────────┴────────┴──────────────────────┴──────────────────┘
//!  full_crc32: chksum = 0               trailer = low word of the LSN, CRC-32C of bytes 0..16380
//!  crc32:      chksum = CRC-32C of bytes 4..26 xor that of bytes 38..16376   trailer = chksum again, low word of the LSN
//! ```
//!
//! RULES
//!
//! - **R1** Before a page is written to its file it is [`seal`]ed: LSN in header and trailer, checksum over both.
//! - **R2** A page read from a file is [`verify`]ed before any other byte is trusted: checksum, both LSN words, its own
//!   number and space.
//! - **R3** A page of zeros was never written: neither good nor corrupt ([`Sealed::NeverWritten`]).
//!
//! InnoDB's counterpart: `fil0fil.h` (`FIL_PAGE_*`), `buf0checksum`, `buf_page_is_corrupted`. Left out: page
//! compression and encryption. The older checksums are read in [`server`](crate::server).

use crate::error::demand;
use crate::{Corrupt, Write};
use innolab_base::codec::{get_u16, get_u32, get_u64, put_u32, put_u64};
use innolab_base::{Lsn, PAGE_SIZE, PageId, PageNo, SpaceId};

/// Offset of the checksum of [`ChecksumAlgorithm::Crc32`].
#[doc(alias = "FIL_PAGE_SPACE_OR_CHKSUM")]
pub const CHECKSUM: usize = 0;
/// Offset of the page's own number.
#[doc(alias = "FIL_PAGE_OFFSET")]
pub const PAGE_NO: usize = 4;
/// Offset of the number of the page before this one on its level.
#[doc(alias = "FIL_PAGE_PREV")]
pub const PREV: usize = 8;
/// Offset of the number of the page after this one on its level.
#[doc(alias = "FIL_PAGE_NEXT")]
pub const NEXT: usize = 12;
/// Offset of the LSN at the end of the newest redo group that changed the page.
#[doc(alias = "FIL_PAGE_LSN")]
pub const LSN: usize = 16;
/// Offset of the page type.
#[doc(alias = "FIL_PAGE_TYPE")]
pub const TYPE: usize = 24;
/// Offset of eight bytes that are zero here (a flush LSN or key version in other uses).
#[doc(alias = "FIL_PAGE_FILE_FLUSH_LSN")]
pub const FLUSH_LSN: usize = 26;
/// Offset of the tablespace's id.
#[doc(alias = "FIL_PAGE_SPACE_ID")]
pub const SPACE: usize = 34;
/// Offset of the first byte of the page's own format.
#[doc(alias = "FIL_PAGE_DATA")]
pub const DATA: usize = 38;
/// Offset of the trailer, after the last byte of the page's own format.
#[doc(alias = "FIL_PAGE_DATA_END")]
pub const TRAILER: usize = PAGE_SIZE - 8;

/// The type of a page: the two bytes at [`TYPE`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageType(pub u16);

impl PageType {
    /// Allocated, without a type yet (also a page of zeros).
    #[doc(alias = "FIL_PAGE_TYPE_ALLOCATED")]
    pub const ALLOCATED: PageType = PageType(0);
    /// Undo log.
    #[doc(alias = "FIL_PAGE_UNDO_LOG")]
    pub const UNDO_LOG: PageType = PageType(2);
    /// File segment inodes.
    #[doc(alias = "FIL_PAGE_INODE")]
    pub const INODE: PageType = PageType(3);
    /// The change buffer's bitmap.
    #[doc(alias = "FIL_PAGE_IBUF_BITMAP")]
    pub const IBUF_BITMAP: PageType = PageType(5);
    /// A page of the system tablespace without a type of its own.
    #[doc(alias = "FIL_PAGE_TYPE_SYS")]
    pub const SYS: PageType = PageType(6);
    /// The transaction system's page.
    #[doc(alias = "FIL_PAGE_TYPE_TRX_SYS")]
    pub const TRX_SYS: PageType = PageType(7);
    /// Page 0: space header and the first extent descriptors.
    #[doc(alias = "FIL_PAGE_TYPE_FSP_HDR")]
    pub const FSP_HDR: PageType = PageType(8);
    /// Extent descriptors further on in the file.
    #[doc(alias = "FIL_PAGE_TYPE_XDES")]
    pub const XDES: PageType = PageType(9);
    /// Part of a value that a server stores outside its row.
    #[doc(alias = "FIL_PAGE_TYPE_BLOB")]
    pub const BLOB: PageType = PageType(10);
    /// First part of such a value, compressed.
    #[doc(alias = "FIL_PAGE_TYPE_ZBLOB")]
    pub const ZBLOB: PageType = PageType(11);
    /// A further part of such a value, compressed.
    #[doc(alias = "FIL_PAGE_TYPE_ZBLOB2")]
    pub const ZBLOB2: PageType = PageType(12);
    /// MySQL: a page whose content is compressed.
    #[doc(alias = "FIL_PAGE_COMPRESSED")]
    pub const MYSQL_COMPRESSED: PageType = PageType(14);
    /// MySQL: a page whose content is encrypted.
    #[doc(alias = "FIL_PAGE_ENCRYPTED")]
    pub const MYSQL_ENCRYPTED: PageType = PageType(15);
    /// MySQL: a page whose content is compressed and encrypted.
    #[doc(alias = "FIL_PAGE_COMPRESSED_AND_ENCRYPTED")]
    pub const MYSQL_COMPRESSED_ENCRYPTED: PageType = PageType(16);
    /// MySQL: an encrypted node of an R-tree.
    #[doc(alias = "FIL_PAGE_ENCRYPTED_RTREE")]
    pub const MYSQL_ENCRYPTED_RTREE: PageType = PageType(17);
    /// MariaDB: a root whose table has instantly added columns. MySQL uses the number for a long part of its SDI
    /// ([`crate::index::is_node`] tells them apart).
    #[doc(alias = "FIL_PAGE_TYPE_INSTANT")]
    pub const INSTANT: PageType = PageType(18);
    /// MySQL: a part of the SDI, compressed.
    #[doc(alias = "FIL_PAGE_SDI_ZBLOB")]
    pub const SDI_ZBLOB: PageType = PageType(19);
    /// MySQL 8: further parts of a long value's index.
    #[doc(alias = "FIL_PAGE_TYPE_LOB_INDEX")]
    pub const LOB_INDEX: PageType = PageType(22);
    /// MySQL 8: a further part of a long value.
    #[doc(alias = "FIL_PAGE_TYPE_LOB_DATA")]
    pub const LOB_DATA: PageType = PageType(23);
    /// MySQL 8: the index and the first part of a long value.
    #[doc(alias = "FIL_PAGE_TYPE_LOB_FIRST")]
    pub const LOB_FIRST: PageType = PageType(24);
    /// MySQL 8: a node of the SDI, the tables' description.
    #[doc(alias = "FIL_PAGE_SDI")]
    pub const SDI: PageType = PageType(17853);
    /// A node of an R-tree, a SPATIAL index.
    #[doc(alias = "FIL_PAGE_RTREE")]
    pub const RTREE: PageType = PageType(17854);
    /// MariaDB: a page whose content is compressed.
    #[doc(alias = "FIL_PAGE_PAGE_COMPRESSED")]
    pub const PAGE_COMPRESSED: PageType = PageType(34354);
    /// MariaDB: a page whose content is compressed and encrypted.
    #[doc(alias = "FIL_PAGE_PAGE_COMPRESSED_ENCRYPTED")]
    pub const PAGE_COMPRESSED_ENCRYPTED: PageType = PageType(37401);
    /// A node of a B+ tree.
    #[doc(alias = "FIL_PAGE_INDEX")]
    pub const INDEX: PageType = PageType(17855);

    /// Returns the name in capitals; `None` for a type that this crate does not know.
    pub fn name(self) -> Option<&'static str> {
        Some(match self {
            PageType::ALLOCATED => "ALLOCATED",
            PageType::UNDO_LOG => "UNDO_LOG",
            PageType::INODE => "INODE",
            PageType::IBUF_BITMAP => "IBUF_BITMAP",
            PageType::SYS => "SYS",
            PageType::TRX_SYS => "TRX_SYS",
            PageType::FSP_HDR => "FSP_HDR",
            PageType::XDES => "XDES",
            PageType::BLOB => "BLOB",
            PageType::ZBLOB => "ZBLOB",
            PageType::ZBLOB2 => "ZBLOB2",
            PageType::MYSQL_COMPRESSED => "MYSQL_COMPRESSED",
            PageType::MYSQL_ENCRYPTED => "MYSQL_ENCRYPTED",
            PageType::MYSQL_COMPRESSED_ENCRYPTED => "MYSQL_COMPRESSED_ENCRYPTED",
            PageType::MYSQL_ENCRYPTED_RTREE => "MYSQL_ENCRYPTED_RTREE",
            PageType::INSTANT => "INSTANT",
            PageType::SDI_ZBLOB => "SDI_ZBLOB",
            PageType::LOB_INDEX => "LOB_INDEX",
            PageType::LOB_DATA => "LOB_DATA",
            PageType::LOB_FIRST => "LOB_FIRST",
            PageType::SDI => "SDI",
            PageType::RTREE => "RTREE",
            PageType::PAGE_COMPRESSED => "PAGE_COMPRESSED",
            PageType::PAGE_COMPRESSED_ENCRYPTED => "PAGE_COMPRESSED_ENCRYPTED",
            PageType::INDEX => "INDEX",
            _ => return None,
        })
    }
}

impl std::fmt::Display for PageType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => write!(f, "type {}", self.0),
        }
    }
}

impl std::fmt::Debug for PageType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PageType({self})")
    }
}

/// How the pages of a tablespace are checksummed when they are [`seal`]ed. What servers may have used besides, and what
/// the flags on page 0 say: [`server`](crate::server).
#[doc(alias = "innodb_checksum_algorithm")]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ChecksumAlgorithm {
    /// One CRC-32C over the whole page, at its end; the default of MariaDB since 10.5, and ours.
    #[default]
    FullCrc32,
    /// CRC-32C over all bytes except the fields that a flush may change, at both ends of the page.
    Crc32,
}

/// The result of [`verify`] for a page that is not corrupt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sealed {
    /// The page is as [`seal`] left it.
    Good,
    /// All bytes are zero: the file was extended, and the page was never written (R3).
    NeverWritten,
}

/// Returns the page's own number.
pub fn page_no(page: &[u8]) -> PageNo {
    PageNo(get_u32(page, PAGE_NO))
}

/// Returns the tablespace that the page names as its own.
pub fn space_id(page: &[u8]) -> SpaceId {
    SpaceId(get_u32(page, SPACE))
}

/// Returns the page before this one on its level; [`PageNo::NULL`] at the left edge.
#[inline]
pub fn prev(page: &[u8]) -> PageNo {
    PageNo(get_u32(page, PREV))
}

/// Returns the page after this one on its level; [`PageNo::NULL`] at the right edge.
#[inline]
pub fn next(page: &[u8]) -> PageNo {
    PageNo(get_u32(page, NEXT))
}

/// Returns the LSN of the last [`seal`].
pub fn get_lsn(page: &[u8]) -> Lsn {
    Lsn(get_u64(page, LSN))
}

/// Returns the type of the page.
#[inline]
pub fn page_type(page: &[u8]) -> PageType {
    PageType(get_u16(page, TYPE))
}

/// Initialises a page of zeros with its number, space and type, without neighbours. One write; LSN and checksum come
/// with [`seal`].
pub fn init(w: &mut (impl Write + ?Sized), id: PageId, page_type: PageType) {
    let mut head = [0; DATA - PAGE_NO];
    put_u32(&mut head, 0, id.page.0);
    put_u64(&mut head, PREV - PAGE_NO, u64::MAX);
    head[TYPE - PAGE_NO..FLUSH_LSN - PAGE_NO].copy_from_slice(&page_type.0.to_be_bytes());
    put_u32(&mut head, SPACE - PAGE_NO, id.space.0);
    w.write(PAGE_NO, &head);
}

/// Sets the page before this one.
pub fn set_prev(w: &mut (impl Write + ?Sized), prev: PageNo) {
    w.write_u32(PREV, prev.0);
}

/// Sets the page after this one.
pub fn set_next(w: &mut (impl Write + ?Sized), next: PageNo) {
    w.write_u32(NEXT, next.0);
}

/// Sets the pages before and after this one, in one write.
pub fn set_links(w: &mut (impl Write + ?Sized), prev: PageNo, next: PageNo) {
    w.write_u64(PREV, u64::from(prev.0) << 32 | u64::from(next.0));
}

/// Sets the type of the page.
pub fn set_page_type(w: &mut (impl Write + ?Sized), page_type: PageType) {
    w.write_u16(TYPE, page_type.0);
}

/// Prepares the page for its file: writes `lsn` to header and trailer, then the checksum (R1). REQUIRES 16 KiB.
#[doc(alias = "buf_flush_init_for_writing")]
pub fn seal(page: &mut [u8], lsn: Lsn, algorithm: ChecksumAlgorithm) {
    put_u64(page, LSN, lsn.0);
    match algorithm {
        ChecksumAlgorithm::FullCrc32 => {
            put_u32(page, CHECKSUM, 0);
            put_u32(page, TRAILER, lsn.0 as u32);
        }
        ChecksumAlgorithm::Crc32 => put_u32(page, TRAILER + 4, lsn.0 as u32),
    }
    let sum = checksum(page, algorithm);
    match algorithm {
        ChecksumAlgorithm::FullCrc32 => put_u32(page, TRAILER + 4, sum),
        ChecksumAlgorithm::Crc32 => {
            put_u32(page, CHECKSUM, sum);
            put_u32(page, TRAILER, sum);
        }
    }
}

/// Computes the checksum of the page; the fields that hold the checksum are left out. REQUIRES 16 KiB.
#[doc(alias = "buf_calc_page_crc32")]
pub fn checksum(page: &[u8], algorithm: ChecksumAlgorithm) -> u32 {
    match algorithm {
        ChecksumAlgorithm::FullCrc32 => crc32c::crc32c(&page[..TRAILER + 4]),
        ChecksumAlgorithm::Crc32 => crc32c::crc32c(&page[PAGE_NO..FLUSH_LSN]) ^ crc32c::crc32c(&page[DATA..TRAILER]),
    }
}

/// Checks that `page`, just read from its file, is as [`seal`] left page `id` (R2, R3).
/// ERRORS: a wrong length or checksum, LSN words that differ, the number or space of another page.
#[doc(alias = "buf_page_is_corrupted")]
pub fn verify(page: &[u8], id: PageId, algorithm: ChecksumAlgorithm) -> Result<Sealed, Corrupt> {
    demand!(page.len() == PAGE_SIZE, "a page has 16384 bytes", "{} bytes", page.len());
    let (stored, low_lsn) = match algorithm {
        ChecksumAlgorithm::FullCrc32 => (get_u32(page, TRAILER + 4), get_u32(page, TRAILER)),
        ChecksumAlgorithm::Crc32 => (get_u32(page, CHECKSUM), get_u32(page, TRAILER + 4)),
    };
    let computed = checksum(page, algorithm);
    if stored != computed && page.iter().all(|&b| b == 0) {
        return Ok(Sealed::NeverWritten);
    }
    demand!(stored == computed, "the page's checksum", "stored {stored:#010x}, computed {computed:#010x}");
    if algorithm == ChecksumAlgorithm::Crc32 {
        let tail = get_u32(page, TRAILER);
        demand!(tail == stored, "header and trailer bear the same checksum", "{stored:#010x} and {tail:#010x}");
    }
    verify_identity(page, id, low_lsn)?;
    Ok(Sealed::Good)
}

/// Checks the part of [`verify`] that is no checksum: the LSN's low word in the trailer, the page's number and space.
pub(crate) fn verify_identity(page: &[u8], id: PageId, low_lsn: u32) -> Result<(), Corrupt> {
    let lsn = get_lsn(page);
    demand!(low_lsn == lsn.0 as u32, "header and trailer bear the same LSN", "{lsn} and …{low_lsn:#x}");
    demand!(page_no(page) == id.page, "a page bears its own number", "{} at page {}", page_no(page), id.page);
    demand!(space_id(page) == id.space, "a page bears its space's id", "{} in space {}", space_id(page), id.space);
    Ok(())
}
