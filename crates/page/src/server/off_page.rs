//! Values that are longer than their row can hold: the reference in the row, and the pages that it leads to.
//!
//! ```text
//! reference  space 4 · page 4 · byte (MySQL 8: version) 4 · length 8, of which the low 4 count; the top bits are flags
//!
//! BLOB       at the reference's byte: length of this part 4 · next page 4 · the part                  all servers until MySQL 5.7, MariaDB
//! LOB_FIRST  38 version · flags · … list of index entries 64 (16) … 96 ten entries · 696 data          MySQL 8
//! LOB_INDEX  39 entries                                   LOB_DATA  38 version 1 · length 4 · transaction 6 · 49 data
//! entry      prev 6 · next 6 · older versions 16 · transactions and undo numbers 20 · page 4 · length 2 · 2 · version 4
//! ```
//!
//! FACT: the walk ends for any bytes. PROOF: no page and no entry is visited twice.
//!
//! InnoDB's counterpart: `btr_copy_blob_prefix`, MySQL's `lob::read`. Left out: older versions of a LOB, compressed
//! ones.

use crate::error::Corrupt;
use crate::fil::{self, PageType};
use crate::fsp::{Addr, ListBase};
use innolab_base::PageNo;
use innolab_base::codec::{get_u16, get_u32};
use std::collections::BTreeSet;

/// Bytes of a reference in a row.
#[doc(alias = "BTR_EXTERN_FIELD_REF_SIZE")]
pub const REFERENCE_LEN: usize = 20;
/// Of LOB_FIRST: the list of its entries, and its data.
const LOB_ENTRIES: usize = fil::DATA + 26;
const LOB_FIRST_DATA: usize = 696;
/// Of LOB_DATA: its data.
const LOB_DATA: usize = 49;
/// Of an entry: page and length.
const ENTRY_LEN: usize = 60;
const ENTRY_PAGE: usize = 48;

/// Where the rest of a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reference {
    /// The first page.
    pub page: PageNo,
    /// The byte of that page where a BLOB begins.
    pub at: u32,
    /// Length of the rest in bytes.
    pub len: u32,
}

impl Reference {
    pub(super) fn read(bytes: &[u8; REFERENCE_LEN]) -> Reference {
        Reference { page: PageNo(get_u32(bytes, 4)), at: get_u32(bytes, 8), len: get_u32(bytes, 16) }
    }
}

/// Returns the bytes that a reference leads to. `read` returns a verified page.
/// ERRORS: those of `read`; pages that are no such value's, or that have fewer or more bytes than the reference says.
pub fn read_off_page<E: From<Corrupt>>(
    reference: Reference,
    read: &mut dyn FnMut(PageNo) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    let first = read(reference.page)?;
    let out = match fil::page_type(&first) {
        PageType::LOB_FIRST => lob(reference.page, &first, read)?,
        PageType::BLOB | PageType::INSTANT | PageType::ALLOCATED => blob(reference, first, read)?,
        other => return Err(broken(reference.page, format!("its type is {other}")).into()),
    };
    if out.len() != reference.len as usize {
        let detail = format!("{} bytes instead of {}", out.len(), reference.len);
        return Err(Corrupt::new("a value off the page is as long as its reference says", detail).into());
    }
    Ok(out)
}

fn broken(page: PageNo, detail: String) -> Corrupt {
    Corrupt::new("a value off the page is on BLOB or LOB pages", format!("page {page}: {detail}"))
}

fn part(page: PageNo, bytes: &[u8], at: usize, len: usize) -> Result<&[u8], Corrupt> {
    let there = bytes[..fil::TRAILER].get(at..at.saturating_add(len));
    there.ok_or_else(|| broken(page, format!("{len} bytes from byte {at} leave it")))
}

fn blob<E: From<Corrupt>>(
    reference: Reference,
    first: Vec<u8>,
    read: &mut dyn FnMut(PageNo) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    let (mut out, mut seen) = (Vec::new(), BTreeSet::from([reference.page]));
    let (mut page, mut bytes, mut at) = (reference.page, first, reference.at as usize);
    loop {
        let head = part(page, &bytes, at, 8)?;
        let (len, next) = (get_u32(head, 0) as usize, PageNo(get_u32(head, 4)));
        out.extend_from_slice(part(page, &bytes, at + 8, len)?);
        let Some(next) = next.some() else { return Ok(out) };
        if !seen.insert(next) {
            return Err(broken(page, format!("it leads back to page {next}")).into());
        }
        (page, bytes, at) = (next, read(next)?, fil::DATA);
        if !matches!(fil::page_type(&bytes), PageType::BLOB | PageType::INSTANT | PageType::ALLOCATED) {
            return Err(broken(page, format!("its type is {}", fil::page_type(&bytes))).into());
        }
    }
}

fn lob<E: From<Corrupt>>(
    first_no: PageNo,
    first: &[u8],
    read: &mut dyn FnMut(PageNo) -> Result<Vec<u8>, E>,
) -> Result<Vec<u8>, E> {
    let (mut out, mut seen) = (Vec::new(), BTreeSet::new());
    let mut next = ListBase::read(first, LOB_ENTRIES).first;
    let mut index: Option<(PageNo, Vec<u8>)> = None;
    while let Some(page) = next.page.some() {
        if !seen.insert((page, next.at)) {
            return Err(broken(first_no, format!("its list leads back to {next}")).into());
        }
        if page != first_no && index.as_ref().is_none_or(|(no, _)| *no != page) {
            index = Some((page, read(page)?));
        }
        let holder = index.as_ref().filter(|(no, _)| *no == page).map_or(first, |(_, bytes)| bytes);
        let entry = part(page, holder, usize::from(next.at), ENTRY_LEN)?;
        let (data, len) = (PageNo(get_u32(entry, ENTRY_PAGE)), usize::from(get_u16(entry, ENTRY_PAGE + 4)));
        if data == first_no {
            out.extend_from_slice(part(data, first, LOB_FIRST_DATA, len)?);
        } else {
            let bytes = read(data)?;
            if fil::page_type(&bytes) != PageType::LOB_DATA || !seen.insert((data, 0)) {
                return Err(broken(data, "it is no page of its own with LOB_DATA".to_string()).into());
            }
            out.extend_from_slice(part(data, &bytes, LOB_DATA, len)?);
        }
        next = Addr::read(entry, 6);
    }
    Ok(out)
}
