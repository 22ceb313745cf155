//! Sealing a page for its file and verifying one that was read. Our files are `full_crc32`, MariaDB's default.

use crate::error::Result;
use crate::space::Space;
use innolab_base::{Lsn, PageId, PageNo, codec};
use innolab_page::fil::{self, ChecksumAlgorithm, Sealed};

/// Stamps the LSN of the newest change: the page contains all redo up to it.
pub(crate) fn set_lsn(page: &mut [u8], lsn: Lsn) {
    codec::put_u64(page, fil::LSN, lsn.0);
}

pub(crate) fn lsn(page: &[u8]) -> Lsn {
    fil::get_lsn(page)
}

/// Writes checksum and trailer of the page's present bytes.
pub(crate) fn seal(page: &mut [u8]) {
    let lsn = lsn(page);
    fil::seal(page, lsn, ChecksumAlgorithm::FullCrc32);
}

/// Returns true if the bytes are `page` of `space`, whole; false if the page was never written. ERRORS: anything else.
pub(crate) fn verify(space: &Space, page: PageNo, bytes: &[u8]) -> Result<bool> {
    match fil::verify(bytes, space.page_id(page), ChecksumAlgorithm::FullCrc32) {
        Ok(Sealed::Good) => Ok(true),
        Ok(Sealed::NeverWritten) => Ok(false),
        Err(e) => Err(space.corrupt(page, e)),
    }
}

/// Returns the page that the bytes say they are.
pub(crate) fn id(bytes: &[u8]) -> PageId {
    PageId::new(fil::space_id(bytes), fil::page_no(bytes))
}

/// Returns the page and its LSN if the bytes are a whole page of any tablespace.
pub(crate) fn identify(bytes: &[u8]) -> Option<(PageId, Lsn)> {
    let id = id(bytes);
    match fil::verify(bytes, id, ChecksumAlgorithm::FullCrc32) {
        Ok(Sealed::Good) => Some((id, lsn(bytes))),
        _ => None,
    }
}
