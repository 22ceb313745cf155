//! A page as it goes to its file and comes from it: our files are `full_crc32`, MariaDB's default.

use crate::error::Result;
use crate::space::Space;
use innolab_base::{Lsn, PageId, PageNo, codec};
use innolab_page::fil::{self, ChecksumAlgorithm, Sealed};

/// Stamps the LSN of the newest change; redo up to it is in the page.
pub(crate) fn set_lsn(page: &mut [u8], lsn: Lsn) {
    codec::put_u64(page, fil::LSN, lsn.0);
}

pub(crate) fn lsn(page: &[u8]) -> Lsn {
    fil::get_lsn(page)
}

/// Checksum and trailer over the page as it stands.
pub(crate) fn seal(page: &mut [u8]) {
    let lsn = lsn(page);
    fil::seal(page, lsn, ChecksumAlgorithm::FullCrc32);
}

/// Whether these bytes are `page` of `space`, whole; false: they were never written. ERRORS: they are something else.
pub(crate) fn verify(space: &Space, page: PageNo, bytes: &[u8]) -> Result<bool> {
    match fil::verify(bytes, space.page_id(page), ChecksumAlgorithm::FullCrc32) {
        Ok(Sealed::Good) => Ok(true),
        Ok(Sealed::NeverWritten) => Ok(false),
        Err(e) => Err(space.corrupt(page, e)),
    }
}

/// Which page these bytes are and how new, if they are a whole page at all.
pub(crate) fn identify(bytes: &[u8]) -> Option<(PageId, Lsn)> {
    let id = PageId::new(fil::space_id(bytes), fil::page_no(bytes));
    match fil::verify(bytes, id, ChecksumAlgorithm::FullCrc32) {
        Ok(Sealed::Good) => Some((id, lsn(bytes))),
        _ => None,
    }
}
