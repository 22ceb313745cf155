//! The records of a page whose columns are unknown: places, heap numbers and info bits, by the chain alone.
//!
//! A server's file may not name its columns. Each record's header still says whether it is delete-marked, a node
//! pointer, or the owner of a group; and the chain gives the key order.
//!
//! FACT: for any bytes, [`outline`] terminates and reads nothing outside the page. PROOF: it visits at most `n_recs`
//! records, each between the supremum and the directory.

use super::directory::{DIR_END, Origin};
use super::header::{COMPACT, Counts, HEADER, HEAP, LEVEL};
use crate::error::{Corrupt, demand};
use crate::fil;
use crate::fil::PageType;
use crate::record::{HEADER as RECORD_HEADER, RecordType};
use innolab_base::PAGE_SIZE;
use innolab_base::codec::get_u16;

/// A record as its header describes it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outline {
    /// Its place.
    pub origin: Origin,
    /// Its number in the heap.
    pub heap_no: u16,
    /// Number of records that its directory slot owns; 0 if no slot points to it.
    pub n_owned: u8,
    /// The info bits: [`INFO_DELETED`](crate::record::INFO_DELETED), [`INFO_MIN_REC`](crate::record::INFO_MIN_REC), and
    /// bits without a meaning here.
    pub info: u8,
    /// Its type; `None` for bits without a meaning.
    pub kind: Option<RecordType>,
}

/// Infimum and supremum of a REDUNDANT page, whose record header has a byte more.
#[doc(alias = "PAGE_OLD_INFIMUM")]
const REDUNDANT_ENDS: (Origin, Origin) = (Origin(101), Origin(116));

/// True if the page is a node of a tree: of type INDEX, RTREE or SDI; or of type INSTANT, if it has an infimum: MySQL
/// uses that number for other pages. MariaDB overwrites the infimum's text with zeros once a column was dropped.
#[doc(alias = "fil_page_type_is_index")]
pub fn is_node(page: &[u8]) -> bool {
    let begins = |at: Origin, text: &[u8]| page[at.at()..].starts_with(text);
    let types = |at: Origin| page[at.at() - 3] & 7;
    let dropped = || begins(Origin::INFIMUM, &[0; 8]) && types(Origin::INFIMUM) == RecordType::Infimum as u8;
    match fil::page_type(page) {
        PageType::INDEX | PageType::RTREE | PageType::SDI => true,
        PageType::INSTANT => begins(Origin::INFIMUM, b"infimum") || begins(REDUNDANT_ENDS.0, b"infimum") || dropped(),
        _ => false,
    }
}

/// True if the records of a node are REDUNDANT: the format before MySQL 5.0.3, which servers still offer.
#[doc(alias = "page_is_comp")]
pub fn is_redundant(page: &[u8]) -> bool {
    get_u16(page, HEADER + 4) & COMPACT == 0
}

/// Returns infimum and supremum of a node.
pub(crate) fn ends(page: &[u8]) -> (Origin, Origin) {
    if is_redundant(page) { REDUNDANT_ENDS } else { (Origin::INFIMUM, Origin::SUPREMUM) }
}

/// Returns the origin that follows `at` in a chain or free list. REQUIRES a place behind the page header.
fn next_origin(page: &[u8], at: Origin) -> Origin {
    let next = get_u16(page, at.at() - 2);
    Origin(if is_redundant(page) { next } else { at.0.wrapping_add(next) })
}

impl Outline {
    fn read(page: &[u8], origin: Origin) -> Outline {
        let at = origin.at();
        if is_redundant(page) {
            let kind = if get_u16(page, LEVEL) == 0 { RecordType::Ordinary } else { RecordType::NodePointer };
            let info = page[at - 6];
            let heap_no = get_u16(page, at - 5) >> 3;
            return Outline { origin, heap_no, n_owned: info & 0x0f, info: info & 0xf0, kind: Some(kind) };
        }
        Outline {
            origin,
            heap_no: get_u16(page, at - 4) >> 3,
            n_owned: page[at - 5] & 0x0f,
            info: page[at - 5] & 0xf0,
            kind: RecordType::of(page[at - 3] & 7),
        }
    }
}

/// Returns the chain of a node in key order, without infimum and supremum.
/// ERRORS: no node of a tree; a chain that leaves the heap or does not have `n_recs` records.
pub fn outline(page: &[u8]) -> Result<Vec<Outline>, Corrupt> {
    demand!(page.len() == PAGE_SIZE, "a page has 16384 bytes", "{} bytes", page.len());
    demand!(is_node(page), "a node of a tree is an INDEX page", "{}", fil::page_type(page));
    let (infimum, supremum) = ends(page);
    let n_recs = usize::from(Counts::read(page).n_recs);
    let mut chain = Vec::new();
    let mut at = infimum;
    loop {
        at = next_origin(page, at);
        if at == supremum {
            demand!(chain.len() == n_recs, "the chain has n_recs records", "{} instead of {n_recs}", chain.len());
            return Ok(chain);
        }
        let inside = (HEAP + RECORD_HEADER..DIR_END).contains(&at.at());
        demand!(inside, "records lie in the heap", "origin {}", at.0);
        demand!(chain.len() < n_recs, "the chain has n_recs records", "more than {n_recs}");
        chain.push(Outline::read(page, at));
    }
}

/// Returns the free list of a node that has passed a check, the record removed last first. Of a REDUNDANT page, whose
/// check leaves it out, none.
#[doc(alias = "PAGE_FREE")]
pub fn removed(page: &[u8]) -> Vec<Origin> {
    let counts = Counts::read(page);
    let (mut list, mut at) = (Vec::new(), Origin(if is_redundant(page) { 0 } else { counts.free }));
    while at.0 != 0 && list.len() < usize::from(counts.n_heap) {
        list.push(at);
        let next = next_origin(page, at);
        at = if next == at { Origin(0) } else { next };
    }
    list
}
