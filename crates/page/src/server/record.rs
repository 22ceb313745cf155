//! A server's record: its fields, whatever its format and version.
//!
//! ```text
//! COMPACT    lengths ◄ NULL bits ◄ [fields after the core, or version: 1–2] ◄ header 5 │ values            crate::record
//!            length byte 0x40: 20 of the value's bytes, the last, are a reference to pages of its own
//! REDUNDANT  ends of the fields ◄ header 6 │ values
//!            info 4 n_owned 4 │ heap_no 13 · fields 10 · short 1 │ next 16 (an origin)
//!            end: 1 byte (7 bits, top NULL), or 2 (14 bits, top NULL, next: off the page)
//! ```
//!
//! FACT: no read leaves the heap. PROOF: every byte is read behind a comparison with the heap's bounds: lengths are read
//! down to [`HEAP`], values up to the heap's top.
//!
//! InnoDB's counterpart: `rec_init_offsets`, `rec_get_nth_field_offs_old`.

use super::layout::{Missing, ServerLayout, ServerWidth};
use super::off_page::{REFERENCE_LEN, Reference};
use crate::error::{Corrupt, demand};
use crate::index::{Counts, HEADER as PAGE_HEADER, HEAP, LEVEL, Origin, is_redundant};
use crate::record::{HEADER, INFO_DELETED, INFO_MIN_REC};
use innolab_base::PageNo;
use innolab_base::codec::{get_u16, get_u32};

/// Info bit: MySQL 8.0.29 and later, the record says its version.
const INFO_VERSION: u8 = 0x40;
/// Info bit: MySQL 8.0.12 to 8.0.28, the record says its number of fields.
const INFO_INSTANT: u8 = 0x80;
/// Type of MariaDB's records that say their number of fields.
#[doc(alias = "REC_STATUS_INSTANT")]
const STATUS_INSTANT: u8 = 4;
/// Bytes of a REDUNDANT record's header.
#[doc(alias = "REC_N_OLD_EXTRA_BYTES")]
pub(super) const REDUNDANT_HEADER: usize = 6;

/// The value of a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    /// NULL.
    Null,
    /// These bytes.
    Bytes(&'a [u8]),
    /// These bytes, and more of them off the page.
    OffPage(&'a [u8], Reference),
}

/// A record's fields.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerRecord<'a> {
    /// The fields of the layout, or its key fields on a page above the leaves. One that was dropped is NULL.
    pub values: Vec<Value<'a>>,
    /// The page that a node pointer leads to.
    pub child: Option<PageNo>,
    /// Number of bytes before the origin, and from there on.
    pub sizes: (usize, usize),
}

/// Returns MariaDB's number of fields at the start of a table with instantly added columns, from its root; 0: none.
#[doc(alias = "PAGE_INSTANT")]
pub fn core_fields(root: &[u8]) -> usize {
    usize::from(get_u16(root, PAGE_HEADER + 12) >> 3)
}

/// True if a leaf's record is MariaDB's description of instantly added columns, no row.
#[doc(alias = "REC_INFO_METADATA_ADD")]
pub fn is_metadata(page: &[u8], at: Origin) -> bool {
    let header = if is_redundant(page) { REDUNDANT_HEADER } else { HEADER };
    get_u16(page, LEVEL) == 0 && page[at.at() - header] & INFO_MIN_REC != 0
}

/// True if such a description says that columns were dropped or moved, which is not read.
#[doc(alias = "REC_INFO_METADATA_ALTER")]
pub fn is_reordered(page: &[u8], at: Origin) -> bool {
    let header = if is_redundant(page) { REDUNDANT_HEADER } else { HEADER };
    is_metadata(page, at) && page[at.at() - header] & INFO_DELETED != 0
}

impl<'a> ServerRecord<'a> {
    /// Reads the record at `at`. ERRORS: it leaves the heap; it does not fit the layout.
    pub fn read(page: &'a [u8], at: Origin, layout: &'a ServerLayout) -> Result<ServerRecord<'a>, Corrupt> {
        let top = usize::from(Counts::read(page).heap_top);
        let inside = at.at() >= HEAP + HEADER && at.at() <= top && top <= crate::fil::TRAILER;
        demand!(inside, "records lie in the heap", "origin {}, heap {HEAP} to {top}", at.0);
        let is_leaf = get_u16(page, LEVEL) == 0;
        let reader = Reader { page, origin: at.at(), top, layout, is_leaf };
        if is_redundant(page) { reader.redundant() } else { reader.compact() }
    }
}

struct Reader<'a> {
    page: &'a [u8],
    origin: usize,
    top: usize,
    layout: &'a ServerLayout,
    is_leaf: bool,
}

impl<'a> Reader<'a> {
    /// The byte before `at`, which becomes that byte's place. ERRORS: it is below the heap.
    fn before(&self, at: &mut usize) -> Result<u8, Corrupt> {
        demand!(*at > HEAP, "records lie in the heap", "lengths of byte {} down to {at}", self.origin);
        *at -= 1;
        Ok(self.page[*at])
    }

    fn bytes(&self, from: usize, to: usize) -> Result<&'a [u8], Corrupt> {
        let inside = from <= to && to <= self.top;
        demand!(inside, "records lie in the heap", "values of byte {} to {to}, heap to {}", self.origin, self.top);
        Ok(&self.page[from..to])
    }

    /// Number of fields and version of the record, and where its NULL bits begin.
    fn version(&self) -> Result<(usize, u8, usize), Corrupt> {
        let mut at = self.origin - HEADER;
        let info = self.page[at];
        if !self.is_leaf {
            return Ok((self.layout.core, 0, at));
        }
        demand!(info & INFO_INSTANT == 0, "no column was added instantly by MySQL 8.0.12 to 8.0.28", "info {info:#x}");
        if self.page[self.origin - 3] & 7 == STATUS_INSTANT {
            let first = usize::from(self.before(&mut at)?);
            let more = if first < 0x80 { first } else { first & 0x7f | usize::from(self.before(&mut at)?) << 7 };
            let (n, all) = (self.layout.core + 1 + more, self.layout.fields.len());
            demand!(n <= all, "a record has fields of the table", "{n} of {all} fields at byte {}", self.origin);
            return Ok((n, 0, at));
        }
        let version = if info & INFO_VERSION == 0 { 0 } else { self.before(&mut at)? };
        Ok((self.layout.core, version, at))
    }

    fn compact(&self) -> Result<ServerRecord<'a>, Corrupt> {
        let (n, version, nulls) = self.version()?;
        let null_bytes = self.layout.null_bytes(n, version);
        demand!(nulls >= HEAP + null_bytes, "records lie in the heap", "NULL bits of byte {}", self.origin);
        let (mut lens, mut end, mut null_no) = (nulls - null_bytes, self.origin, 0);
        let stored = if self.is_leaf { self.layout.fields.len() } else { self.layout.n_key };
        let mut values = Vec::with_capacity(stored);
        for (i, field) in self.layout.fields[..stored].iter().enumerate() {
            if !self.layout.has(i, n, version) {
                values.push(missing(&field.missing));
                continue;
            }
            if field.nullable {
                let byte = self.page[nulls - 1 - null_no / 8];
                null_no += 1;
                if byte >> ((null_no - 1) % 8) & 1 != 0 {
                    values.push(Value::Null);
                    continue;
                }
            }
            let (len, off_page) = match field.width {
                ServerWidth::Fixed(len) => (usize::from(len), false),
                ServerWidth::Variable { long } => self.length(&mut lens, long)?,
            };
            values.push(value(self.bytes(end, end + len)?, off_page)?);
            end += len;
        }
        self.finish(values, lens, end)
    }

    /// The length stored before `lens`, and true if part of the value is off the page.
    fn length(&self, lens: &mut usize, long: bool) -> Result<(usize, bool), Corrupt> {
        let first = usize::from(self.before(lens)?);
        if !long || first & 0x80 == 0 {
            return Ok((first, false));
        }
        let second = usize::from(self.before(lens)?);
        Ok(((first & 0x3f) << 8 | second, first & 0x40 != 0))
    }

    fn redundant(&self) -> Result<ServerRecord<'a>, Corrupt> {
        demand!(!self.layout.has_versions(), "a REDUNDANT record with versions is not read", "byte {}", self.origin);
        let n = usize::from(get_u16(self.page, self.origin - 4) >> 1 & 0x3ff);
        let short = self.page[self.origin - 3] & 1 != 0;
        let (all, least) = (self.layout.fields.len(), self.layout.core);
        let fits = if self.is_leaf { (least..=all).contains(&n) } else { n == self.layout.n_key + 1 };
        demand!(fits, "a record has the fields of the table", "{n} of {all} fields at byte {}", self.origin);
        let (mut ends, mut from, mut values) = (self.origin - REDUNDANT_HEADER, self.origin, Vec::with_capacity(all));
        for _ in 0..if self.is_leaf { n } else { n - 1 } {
            let (end, null, off_page) = self.end(&mut ends, short)?;
            let bytes = self.bytes(from, self.origin + end)?;
            values.push(if null { Value::Null } else { value(bytes, off_page)? });
            from = self.origin + end;
        }
        if self.is_leaf {
            values.extend(self.layout.fields[n..].iter().map(|field| missing(&field.missing)));
        } else {
            self.end(&mut ends, short)?;
        }
        self.finish(values, ends, from)
    }

    /// The next field's end, true if it is NULL, and true if it is off the page.
    fn end(&self, ends: &mut usize, short: bool) -> Result<(usize, bool, bool), Corrupt> {
        let high = usize::from(self.before(ends)?);
        if short {
            return Ok((high & 0x7f, high & 0x80 != 0, false));
        }
        // Two bytes big-endian, of which the one nearer to the origin is the low one.
        let (low, high) = (high, usize::from(self.before(ends)?));
        Ok(((high & 0x3f) << 8 | low, high & 0x80 != 0, high & 0x40 != 0))
    }

    fn finish(&self, values: Vec<Value<'a>>, lens: usize, end: usize) -> Result<ServerRecord<'a>, Corrupt> {
        let child = match self.is_leaf {
            true => None,
            false => Some(PageNo(get_u32(self.bytes(end, end + 4)?, 0))),
        };
        let data = end - self.origin + if self.is_leaf { 0 } else { 4 };
        Ok(ServerRecord { values, child, sizes: (self.origin - lens, data) })
    }
}

fn missing(missing: &Missing) -> Value<'_> {
    match missing {
        Missing::Null => Value::Null,
        Missing::Value(bytes) => Value::Bytes(bytes),
    }
}

fn value(bytes: &[u8], off_page: bool) -> Result<Value<'_>, Corrupt> {
    if !off_page {
        return Ok(Value::Bytes(bytes));
    }
    let Some((prefix, reference)) = bytes.split_last_chunk::<REFERENCE_LEN>() else {
        return Err(Corrupt::new("a reference has 20 bytes", format!("{}", bytes.len())));
    };
    Ok(Value::OffPage(prefix, Reference::read(reference)))
}
