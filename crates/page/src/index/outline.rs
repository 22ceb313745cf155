//! The records of a page whose columns are unknown: places, heap numbers and info bits, by the chain alone.
//!
//! A server's file does not name its columns. Each record's header still says whether it is delete-marked, a node
//! pointer, or the owner of a group; and the chain gives the key order.
//!
//! FACT: for any bytes, [`outline`] terminates and reads nothing outside the page. PROOF: it visits at most `n_recs`
//! records, each between the supremum and the directory.

use super::directory::{DIR_END, Origin};
use super::header::{COMPACT, Counts, HEADER, HEAP};
use crate::error::{Corrupt, demand};
use crate::fil;
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

impl Outline {
    fn read(page: &[u8], origin: Origin) -> Outline {
        let at = origin.at();
        Outline {
            origin,
            heap_no: get_u16(page, at - 4) >> 3,
            n_owned: page[at - 5] & 0x0f,
            info: page[at - 5] & 0xf0,
            kind: RecordType::of(page[at - 3] & 7),
        }
    }
}

/// Returns the chain of an INDEX page in key order, without infimum and supremum.
/// ERRORS: not an INDEX page, records of the REDUNDANT format, a chain that leaves the heap or does not have `n_recs`
/// records.
pub fn outline(page: &[u8]) -> Result<Vec<Outline>, Corrupt> {
    demand!(page.len() == PAGE_SIZE, "a page has 16384 bytes", "{} bytes", page.len());
    let page_type = fil::page_type(page);
    demand!(page_type == fil::PageType::INDEX, "a node of a tree is an INDEX page", "{page_type}");
    demand!(get_u16(page, HEADER + 4) & COMPACT != 0, "records are COMPACT", "they are REDUNDANT");
    let n_recs = usize::from(Counts::read(page).n_recs);
    let mut chain = Vec::new();
    let mut at = Origin::INFIMUM;
    loop {
        at = Origin(at.0.wrapping_add(get_u16(page, at.at() - 2)));
        if at == Origin::SUPREMUM {
            demand!(chain.len() == n_recs, "the chain has n_recs records", "{} instead of {n_recs}", chain.len());
            return Ok(chain);
        }
        let inside = (HEAP + RECORD_HEADER..DIR_END).contains(&at.at());
        demand!(inside, "records lie in the heap", "origin {}", at.0);
        demand!(chain.len() < n_recs, "the chain has n_recs records", "more than {n_recs}");
        chain.push(Outline::read(page, at));
    }
}
