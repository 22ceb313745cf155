//! What the flags of page 0 say of a tablespace, and pages whose content is not in the clear.
//!
//! ```text
//! full_crc32 (MariaDB 10.5):  │ 0 … │ compression 3 │ 1 │ page size 4 │                    size 5: 16 KiB
//! before, and MySQL:          │ bit 16 page_compressed │ 14 SDI │ 13 encryption │ 12 temporary │ 11 shared │ 10 directory
//!                             │ page size 4 (0 or 5: 16 KiB) │ atomic blobs │ KEY_BLOCK_SIZE 4 │ post-antelope │
//! ```
//!
//! FACT: bit 4 tells the two apart. PROOF: in the older form it is the top bit of the KEY_BLOCK_SIZE's logarithm, which
//! is at most 5.
//!
//! InnoDB's counterpart: `fsp0types.h` (`FSP_FLAGS_*`, `FSP_FLAGS_FCRC32_*`).

use crate::fil::{self, PageType};
use crate::fsp;
use innolab_base::codec::get_u32;

/// The format of a tablespace of 16 KiB pages, neither compressed nor encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SpaceFormat {
    /// True if its pages have MariaDB's checksum over the whole page; else those at both ends.
    pub full_crc32: bool,
    /// True if it holds the description of its tables: MySQL 8 and later.
    pub has_sdi: bool,
    /// True if it is older than the flags: files of MySQL 5.0 give several kinds of pages no type.
    pub untyped: bool,
}

/// A tablespace or page that is healthy as far as we know, and in a format that is not read. The text says which.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unread(pub String);

const PAGE_COMPRESSION: [&str; 8] = ["", "zlib", "lz4", "lzo", "lzma", "bzip2", "snappy", "unknown"];
/// Marks the flags of full_crc32.
const FULL_CRC32: u32 = 1 << 4;
/// MySQL's bits that do not change a page's bytes: data directory, shared, temporary.
const HARMLESS: u32 = 1 << 10 | 1 << 11 | 1 << 12;
const ENCRYPTION: u32 = 1 << 13;
const SDI: u32 = 1 << 14;
const PAGE_COMPRESSED: u32 = 1 << 16;

impl SpaceFormat {
    /// Returns the format that these flags name. ERRORS: one that is not read, in words.
    #[doc(alias = "fsp_flags_is_valid")]
    pub fn of_flags(flags: u32) -> Result<SpaceFormat, Unread> {
        let found = if flags & FULL_CRC32 != 0 { full_crc32(flags) } else { older(flags) };
        found.map_err(|what| Unread(format!("{what} (flags {flags:#x}); only pages of 16 KiB in the clear are read")))
    }
}

fn full_crc32(flags: u32) -> Result<SpaceFormat, String> {
    page_size(flags & 15)?;
    match (flags >> 5 & 7, flags >> 8) {
        (0, 0) => Ok(SpaceFormat { full_crc32: true, has_sdi: false, untyped: false }),
        (algorithm, 0) => Err(format!("page_compressed with {}", PAGE_COMPRESSION[algorithm as usize])),
        (_, unknown) => Err(format!("a format of unknown flags {:#x}", unknown << 8)),
    }
}

fn older(flags: u32) -> Result<SpaceFormat, String> {
    let zip = flags >> 1 & 15;
    if zip != 0 {
        return Err(format!("ROW_FORMAT=COMPRESSED with KEY_BLOCK_SIZE={}", (512 << zip) / 1024));
    }
    page_size(if flags >> 6 & 15 == 0 { 5 } else { flags >> 6 & 15 })?;
    if flags & ENCRYPTION != 0 {
        return Err("an encrypted tablespace of MySQL".to_string());
    }
    if flags & PAGE_COMPRESSED != 0 {
        return Err("page_compressed".to_string());
    }
    let unknown = flags & !(1 | 1 << 5 | 15 << 6 | HARMLESS | SDI);
    if unknown != 0 {
        return Err(format!("a format of unknown flags {unknown:#x}"));
    }
    Ok(SpaceFormat { full_crc32: false, has_sdi: flags & SDI != 0, untyped: flags == 0 })
}

/// Checks the logarithm of the page size over 512.
fn page_size(log: u32) -> Result<(), String> {
    match log {
        5 => Ok(()),
        3 | 4 | 6 | 7 => Err(format!("pages of {} KiB", (512 << log) / 1024)),
        _ => Err(format!("a format of unknown page size {log}")),
    }
}

/// Returns why the content of a page is not in the clear; `None` if it is. `verified`: the page bears a right checksum.
pub fn sealed_content(page: &[u8], format: SpaceFormat, verified: bool) -> Option<Unread> {
    let page_type = fil::page_type(page);
    let by_type = match page_type {
        PageType::MYSQL_COMPRESSED | PageType::PAGE_COMPRESSED => Some("page_compressed"),
        PageType::MYSQL_ENCRYPTED | PageType::MYSQL_ENCRYPTED_RTREE => Some("encrypted"),
        PageType::MYSQL_COMPRESSED_ENCRYPTED | PageType::PAGE_COMPRESSED_ENCRYPTED => {
            Some("page_compressed, encrypted")
        }
        _ => None,
    };
    if let Some(what) = by_type {
        return Some(Unread(format!("{what}: its content is not read")));
    }
    // MariaDB keeps the key's version where MySQL has zeros, except on page 0. full_crc32 is the sum of the encrypted
    // bytes; crc32 is that of the bytes in the clear, so a page that bears it is.
    let key = get_u32(page, fil::FLUSH_LSN);
    let encrypted =
        key != 0 && fil::page_no(page) != fsp::HEADER_PAGE && !format.has_sdi && verified == format.full_crc32;
    encrypted.then(|| Unread(format!("encrypted with key version {key}: its content is not read")))
}

/// Gives a page of MySQL 5.0 that has no type the one that its place in the file implies.
pub fn set_type_by_place(page: &mut [u8], format: SpaceFormat) {
    let no = fil::page_no(page);
    if !format.untyped || fil::page_type(page) != PageType::ALLOCATED {
        return;
    }
    match no.0 % fsp::DESCRIBED_PAGES {
        0 if no == fsp::HEADER_PAGE => fil::set_page_type(page, PageType::FSP_HDR),
        0 => fil::set_page_type(page, PageType::XDES),
        1 => fil::set_page_type(page, PageType::IBUF_BITMAP),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_that_is_not_read_is_named() {
        let named = |flags: u32| SpaceFormat::of_flags(flags).unwrap_err().0;
        for (flags, name) in [
            (0x13, "pages of 4 KiB"),
            (0x17, "pages of 64 KiB"),
            (0x100, "pages of 8 KiB"),
            (0x29, "ROW_FORMAT=COMPRESSED with KEY_BLOCK_SIZE=8"),
            (0x35, "page_compressed with zlib"),
            (0x10021, "page_compressed"),
            (0x2021, "an encrypted tablespace of MySQL"),
            (0x90015, "a format of unknown flags 0x90000"),
            (0x20021, "a format of unknown flags 0x20000"),
            (0x1f, "a format of unknown page size 15"),
        ] {
            let expected = format!("{name} (flags {flags:#x}); only pages of 16 KiB in the clear are read");
            assert_eq!(named(flags), expected);
        }
        for (flags, full_crc32, has_sdi) in [
            (0x15, true, false),
            (0, false, false),
            (1, false, false),
            (0x21, false, false),
            (0x421, false, false),
            (0x4021, false, true),
        ] {
            let untyped = flags == 0;
            assert_eq!(SpaceFormat::of_flags(flags), Ok(SpaceFormat { full_crc32, has_sdi, untyped }), "{flags:#x}");
        }
    }
}
