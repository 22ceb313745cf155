//! The regions of pages with parts of long values.

use super::tiles::{Part, Tiles};
use crate::fil;
use innolab_base::codec::get_u32;

/// Entries on a LOB_FIRST page, and bytes of each.
const LOB_ENTRIES: usize = 10;
const LOB_ENTRY_LEN: usize = 60;

/// Adds the regions of a BLOB page: part and next page.
pub(super) fn blob(out: &mut Tiles<'_>) {
    let len = get_u32(out.page, out.at()) as usize;
    out.u32("bytes of the value here");
    out.page_no("next page of the value");
    value(out, len);
}

/// Adds the regions of MySQL 8's LOB_FIRST page.
pub(super) fn lob_first(out: &mut Tiles<'_>) {
    out.take(2, "version, flags", String::new());
    out.u32("LOB version");
    out.take(10, "last transaction", String::new());
    let len = get_u32(out.page, out.at()) as usize;
    out.u32("bytes of the value here");
    out.take(6, "transaction", String::new());
    out.base("index entries");
    out.base("free entries");
    out.take(LOB_ENTRIES * LOB_ENTRY_LEN, "entries", String::new());
    value(out, len);
}

/// Adds the regions of MySQL 8's LOB_DATA page.
pub(super) fn lob_data(out: &mut Tiles<'_>) {
    out.take(1, "version", String::new());
    let len = get_u32(out.page, out.at()) as usize;
    out.u32("bytes of the value here");
    out.take(6, "transaction", String::new());
    value(out, len);
}

fn value(out: &mut Tiles<'_>, len: usize) {
    let end = out.at().saturating_add(len).min(fil::TRAILER);
    out.fill_to(end, "part of a value", Part::Value);
}

/// Adds the bytes of a page whose format is not taken apart here.
pub(super) fn opaque(out: &mut Tiles<'_>) {
    out.fill_to(fil::TRAILER, "not taken apart", Part::Opaque);
}
