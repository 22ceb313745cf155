//! An INDEX page without records.

use super::directory::{Origin, slot_at};
use super::header::{Counts, DATA, HEADER, HEAP, INDEX_ID, LEVEL};
use crate::Write;
use crate::fil;
use innolab_base::codec::{put_u16, put_u64};
use innolab_base::{IndexId, PageNo};

/// Infimum and supremum of an empty page, from [`DATA`] to [`HEAP`].
pub(super) const EMPTY_ENDS: [u8; HEAP - DATA] = *b"\x01\x00\x02\x00\x0dinfimum\x00\x01\x00\x0b\x00\x00supremum";
/// Formats the page as an INDEX page without records and neighbours, with zeros in the segment headers. Page number and
/// space stay ([`fil::init`]).
#[doc(alias = "page_create")]
pub fn format(w: &mut (impl Write + ?Sized), index_id: IndexId, level: u16) {
    fil::set_links(w, PageNo::NULL, PageNo::NULL);
    fil::set_page_type(w, fil::PageType::INDEX);
    let mut head = [0; HEAP - HEADER];
    head[..18].copy_from_slice(&Counts::EMPTY.encode());
    put_u16(&mut head, LEVEL - HEADER, level);
    put_u64(&mut head, INDEX_ID - HEADER, index_id.0);
    head[DATA - HEADER..].copy_from_slice(&EMPTY_ENDS);
    w.write(HEADER, &head);
    write_empty_dir(w);
}

/// Writes the directory of an empty page: the slots of infimum and supremum.
pub(super) fn write_empty_dir(w: &mut (impl Write + ?Sized)) {
    let mut dir = [0; 4];
    put_u16(&mut dir, 0, Origin::SUPREMUM.0);
    put_u16(&mut dir, 2, Origin::INFIMUM.0);
    w.write(slot_at(1), &dir);
}
