//! The checksums of a server's pages. A server may have been told to use another one during a file's life, so each page
//! of an older file may have its own.
//!
//! ```text
//! full_crc32   crate::fil      crc32    crate::fil
//! innodb       head = fold(4..26) + fold(38..16376)      trailer = fold(0..26)       the default until MySQL 5.7, MariaDB 10.2
//! none         head = trailer = deadbeef
//! ```
//!
//! InnoDB's counterpart: `buf0checksum`, `ut_fold_binary`.

use super::format::SpaceFormat;
use crate::error::Corrupt;
use crate::fil::{self, ChecksumAlgorithm, Sealed};
use innolab_base::PageId;
use innolab_base::codec::get_u32;

/// The checksum that a page bears.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Checksum {
    /// CRC-32C over the whole page.
    FullCrc32,
    /// CRC-32C at both ends.
    Crc32,
    /// The folded sums of the first decades.
    #[doc(alias = "buf_calc_page_new_checksum")]
    Innodb,
    /// A constant.
    #[doc(alias = "BUF_NO_CHECKSUM_MAGIC")]
    None,
}

impl std::fmt::Display for Checksum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Checksum::FullCrc32 => "full_crc32",
            Checksum::Crc32 => "crc32",
            Checksum::Innodb => "innodb",
            Checksum::None => "none",
        })
    }
}

/// The result of [`verify`] for a page that is not corrupt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verified {
    /// The page bears this checksum, and it is right.
    Good(Checksum),
    /// All bytes are zero.
    NeverWritten,
}

/// Stands for a checksum where none is computed.
const NO_CHECKSUM: u32 = 0xdead_beef;

/// Checks a page of a tablespace of this format: its checksum, LSN words, number and space.
/// ERRORS: no checksum fits; an LSN, number or space that is not its own.
#[doc(alias = "buf_page_is_corrupted")]
pub fn verify(page: &[u8], id: PageId, format: SpaceFormat) -> Result<Verified, Corrupt> {
    let (algorithm, name) = match format.full_crc32 {
        true => (ChecksumAlgorithm::FullCrc32, Checksum::FullCrc32),
        false => (ChecksumAlgorithm::Crc32, Checksum::Crc32),
    };
    let older = if format.full_crc32 || page.len() != innolab_base::PAGE_SIZE { None } else { older_checksum(page) };
    match (fil::verify(page, id, algorithm), older) {
        (Ok(Sealed::NeverWritten), _) => Ok(Verified::NeverWritten),
        (Ok(Sealed::Good), _) => Ok(Verified::Good(name)),
        (Err(_), Some(name)) => {
            fil::verify_identity(page, id, get_u32(page, fil::TRAILER + 4)).map(|()| Verified::Good(name))
        }
        (Err(corrupt), None) => Err(corrupt),
    }
}

/// Returns which of the older checksums a page bears.
fn older_checksum(page: &[u8]) -> Option<Checksum> {
    let (head, trailer) = (get_u32(page, fil::CHECKSUM), get_u32(page, fil::TRAILER));
    if (head, trailer) == (NO_CHECKSUM, NO_CHECKSUM) {
        return Some(Checksum::None);
    }
    let body = fold(&page[fil::PAGE_NO..fil::FLUSH_LSN]).wrapping_add(fold(&page[fil::DATA..fil::TRAILER]));
    (head == body && trailer == fold(&page[..fil::FLUSH_LSN])).then_some(Checksum::Innodb)
}

#[doc(alias = "ut_fold_binary")]
fn fold(bytes: &[u8]) -> u32 {
    const RANDOM: [u32; 2] = [1_653_893_711, 1_463_735_687];
    bytes.iter().fold(0, |fold: u32, &byte| {
        let mixed = (fold ^ u32::from(byte) ^ RANDOM[0]) << 8;
        (mixed.wrapping_add(fold) ^ RANDOM[1]).wrapping_add(u32::from(byte))
    })
}

/// Writes the older checksum `name` to a page. For tests, which cannot make a server write these any more.
#[cfg(test)]
fn seal(page: &mut [u8], name: Checksum) {
    use innolab_base::codec::put_u32;
    let body = fold(&page[fil::PAGE_NO..fil::FLUSH_LSN]).wrapping_add(fold(&page[fil::DATA..fil::TRAILER]));
    put_u32(page, fil::CHECKSUM, if name == Checksum::None { NO_CHECKSUM } else { body });
    let trailer = if name == Checksum::None { NO_CHECKSUM } else { fold(&page[..fil::FLUSH_LSN]) };
    put_u32(page, fil::TRAILER, trailer);
}

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_base::{PAGE_SIZE, PageNo};

    const SAMPLE: &[u8] = include_bytes!("../../tests/data/sample_crc32_compact.ibd");
    const OLD: SpaceFormat = SpaceFormat { full_crc32: false, has_sdi: false, untyped: true };

    #[test]
    fn each_checksum_is_known_and_detects_a_change() {
        for (n, page) in SAMPLE.chunks(PAGE_SIZE).enumerate() {
            let id = PageId::new(fil::space_id(page), PageNo(n as u32));
            assert_eq!(verify(page, id, OLD), Ok(Verified::Good(Checksum::Crc32)));
            for name in [Checksum::Innodb, Checksum::None] {
                let mut page = page.to_vec();
                seal(&mut page, name);
                assert_eq!(verify(&page, id, OLD), Ok(Verified::Good(name)));
                page[5000] ^= 1;
                assert_eq!(verify(&page, id, OLD).is_ok(), name == Checksum::None, "none detects no change");
                page[5000] ^= 1;
                let other = PageId::new(id.space, PageNo(n as u32 + 1));
                assert_eq!(verify(&page, other, OLD).unwrap_err().rule, "a page bears its own number");
            }
        }
    }
}
