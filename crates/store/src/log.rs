//! The redo of a mini-transaction: physical changes inside of pages.
//!
//! ```text
//! group   := entry*
//! entry   := head:u16  …                     head = op << 14 | offset in the page
//!   op 0 write    len  bytes                 len: 1 byte if < 128, else 2 bytes with the high bit set
//!   op 1 copy     len  from:u16              the bytes [from, from + len) to offset (they may overlap)
//!   op 2 fill     len  byte
//!   op 3 control  the offset says which:
//!        1 page   space:u32 page:u32         the entries after it change this page
//!        2 init                              the page becomes zeros, whatever the file holds
//!        3 create space:u32 len name         a tablespace file is created
//!        4 drop   space:u32                  a tablespace file is removed
//!        5 rename space:u32 len name         a tablespace file has this name from here on
//!        6 unlogged space:u32 page:u32 len   `len` pages from this one on: earlier redo of them is void (`unlogged`)
//! ```
//!
//! RULES
//!
//! - **R1** Applying a group to the page states from which it was made gives the states after it. A page that already
//!   has the group's LSN is not changed, so applying a group twice is harmless.
//! - **R2** The bytes of a group are not trusted: every offset is checked, and an entry that breaks the format is a
//!   [`Malformed`].
//!
//! InnoDB's counterpart: `mtr0log`. MariaDB's physical format since 10.5 has the same kinds of entries: write, memset,
//! memmove, init_page, file_create, file_rename, …. Left out: logical records (insert, delete), which would be shorter
//! but need the index's layout to be applied.

use crate::space::SUFFIX;
use bytes::{Buf, BufMut};
use innolab_base::{PAGE_SIZE, PageId, PageNo, SpaceId};
use std::ops::Range;

const WRITE: u16 = 0;
const COPY: u16 = 1;
const FILL: u16 = 2;
const CONTROL: u16 = 3;

const PAGE: u16 = 1;
const INIT: u16 = 2;
const CREATE: u16 = 3;
const DROP: u16 = 4;
const RENAME: u16 = 5;
const UNLOGGED: u16 = 6;

/// Bytes of a group that do not follow the format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("redo entry at byte {at} of its group: {rule}")]
pub struct Malformed {
    /// Byte offset in the group.
    pub at: usize,
    /// The rule that the bytes break.
    pub rule: &'static str,
}

/// One entry of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry<'a> {
    /// The entries after it change this page.
    Page(PageId),
    /// The page becomes zeros.
    Init,
    /// Bytes are written at an offset.
    Write {
        /// Offset in the page.
        at: usize,
        /// The new bytes.
        bytes: &'a [u8],
    },
    /// Bytes of the page are copied to another offset of it.
    Copy {
        /// The source range.
        from: Range<usize>,
        /// Offset of the destination.
        to: usize,
    },
    /// A range is filled with one byte.
    Fill {
        /// The range in the page.
        range: Range<usize>,
        /// The byte.
        byte: u8,
    },
    /// A tablespace file is created.
    Create {
        /// Its number.
        space: SpaceId,
        /// Its name.
        name: &'a str,
    },
    /// A tablespace file has another name from here on.
    Rename {
        /// Its number.
        space: SpaceId,
        /// Its new name.
        name: &'a str,
    },
    /// A tablespace file is removed.
    Drop {
        /// Its number.
        space: SpaceId,
    },
    /// Pages get bytes that the log does not hold: earlier redo of them is void.
    Unlogged {
        /// The first page.
        first: PageId,
        /// The number of consecutive pages.
        pages: u32,
    },
}

fn head(out: &mut Vec<u8>, op: u16, low: usize) {
    debug_assert!(low < PAGE_SIZE);
    out.put_u16(op << 14 | low as u16);
}

fn length(out: &mut Vec<u8>, len: usize) {
    debug_assert!(len <= PAGE_SIZE);
    if len < 0x80 {
        out.put_u8(len as u8);
    } else {
        out.put_u16(0x8000 | len as u16);
    }
}

/// Makes `page` the one that the following entries change.
pub(crate) fn put_page(out: &mut Vec<u8>, page: PageId) {
    head(out, CONTROL, PAGE as usize);
    out.put_u32(page.space.0);
    out.put_u32(page.page.0);
}

pub(crate) fn put_init(out: &mut Vec<u8>) {
    head(out, CONTROL, INIT as usize);
}

#[inline]
pub(crate) fn put_write(out: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    // By far the most frequent entry: head and length are appended together.
    if let len @ ..0x80 = bytes.len() {
        debug_assert!(at < PAGE_SIZE);
        let [high, low] = (WRITE << 14 | at as u16).to_be_bytes();
        out.extend_from_slice(&[high, low, len as u8]);
    } else {
        head(out, WRITE, at);
        length(out, bytes.len());
    }
    out.extend_from_slice(bytes);
}

pub(crate) fn put_copy(out: &mut Vec<u8>, from: Range<usize>, to: usize) {
    head(out, COPY, to);
    length(out, from.len());
    out.put_u16(from.start as u16);
}

pub(crate) fn put_fill(out: &mut Vec<u8>, range: Range<usize>, byte: u8) {
    head(out, FILL, range.start);
    length(out, range.len());
    out.put_u8(byte);
}

pub(crate) fn put_create(out: &mut Vec<u8>, space: SpaceId, name: &str) {
    put_name(out, CREATE, space, name);
}

pub(crate) fn put_rename(out: &mut Vec<u8>, space: SpaceId, name: &str) {
    put_name(out, RENAME, space, name);
}

fn put_name(out: &mut Vec<u8>, what: u16, space: SpaceId, name: &str) {
    head(out, CONTROL, what as usize);
    out.put_u32(space.0);
    length(out, name.len());
    out.extend_from_slice(name.as_bytes());
}

pub(crate) fn put_drop(out: &mut Vec<u8>, space: SpaceId) {
    head(out, CONTROL, DROP as usize);
    out.put_u32(space.0);
}

pub(crate) fn put_unlogged(out: &mut Vec<u8>, first: PageId, pages: usize) {
    head(out, CONTROL, UNLOGGED as usize);
    out.put_u32(first.space.0);
    out.put_u32(first.page.0);
    length(out, pages);
}

/// Returns the entries of a group, in order. The iterator ends after the first [`Malformed`].
pub fn entries(group: &[u8]) -> impl Iterator<Item = Result<Entry<'_>, Malformed>> {
    let mut reader = Reader { rest: group, len: group.len(), failed: false };
    std::iter::from_fn(move || reader.next())
}

/// The rule that an entry breaks whose bytes end too soon.
const CUT_OFF: &str = "it is cut off";

struct Reader<'a> {
    /// The bytes of the group that are not read yet.
    rest: &'a [u8],
    /// The group's length.
    len: usize,
    failed: bool,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<Result<Entry<'a>, Malformed>> {
        if self.failed || self.rest.is_empty() {
            return None;
        }
        let at = self.len - self.rest.len();
        Some(self.entry().map_err(|rule| {
            self.failed = true;
            Malformed { at, rule }
        }))
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], &'static str> {
        self.rest.split_off(..n).ok_or(CUT_OFF)
    }

    fn u8(&mut self) -> Result<u8, &'static str> {
        self.rest.try_get_u8().map_err(|_| CUT_OFF)
    }

    fn u16(&mut self) -> Result<u16, &'static str> {
        self.rest.try_get_u16().map_err(|_| CUT_OFF)
    }

    fn u32(&mut self) -> Result<u32, &'static str> {
        self.rest.try_get_u32().map_err(|_| CUT_OFF)
    }

    fn space(&mut self) -> Result<SpaceId, &'static str> {
        self.u32().map(SpaceId)
    }

    fn page(&mut self) -> Result<PageId, &'static str> {
        Ok(PageId::new(self.space()?, PageNo(self.u32()?)))
    }

    fn name(&mut self) -> Result<&'a str, &'static str> {
        let len = self.length()?;
        let name = std::str::from_utf8(self.take(len)?).map_err(|_| "a file's name is not UTF-8")?;
        // The name must not lead out of the directory.
        match name.strip_suffix(SUFFIX) {
            Some(stem) if !stem.contains(['/', '\\', '\0']) => Ok(name),
            _ => Err("a file's name is not that of a tablespace"),
        }
    }

    fn length(&mut self) -> Result<usize, &'static str> {
        let first = self.u8()?;
        if first < 0x80 {
            return Ok(first.into());
        }
        Ok(usize::from(first & 0x7f) << 8 | usize::from(self.u8()?))
    }

    /// Reads a length, and returns the range of that length that starts at `start`.
    fn range(&mut self, start: usize) -> Result<Range<usize>, &'static str> {
        let len = self.length()?;
        if start + len <= PAGE_SIZE { Ok(start..start + len) } else { Err("it goes past the end of the page") }
    }

    fn entry(&mut self) -> Result<Entry<'a>, &'static str> {
        let head = self.u16()?;
        let low = head & 0x3fff;
        let at = usize::from(low);
        match head >> 14 {
            WRITE => {
                let range = self.range(at)?;
                Ok(Entry::Write { at, bytes: self.take(range.len())? })
            }
            COPY => {
                let to = self.range(at)?;
                let from = usize::from(self.u16()?);
                if from + to.len() > PAGE_SIZE {
                    return Err("it copies from past the end of the page");
                }
                Ok(Entry::Copy { from: from..from + to.len(), to: at })
            }
            FILL => {
                let range = self.range(at)?;
                Ok(Entry::Fill { range, byte: self.u8()? })
            }
            _ => self.control(low),
        }
    }

    fn control(&mut self, what: u16) -> Result<Entry<'a>, &'static str> {
        match what {
            PAGE => Ok(Entry::Page(self.page()?)),
            INIT => Ok(Entry::Init),
            CREATE => Ok(Entry::Create { space: self.space()?, name: self.name()? }),
            RENAME => Ok(Entry::Rename { space: self.space()?, name: self.name()? }),
            DROP => Ok(Entry::Drop { space: self.space()? }),
            UNLOGGED => Ok(Entry::Unlogged { first: self.page()?, pages: self.length()? as u32 }),
            _ => Err("there is no such entry"),
        }
    }
}

/// Applies `entry` to the bytes of its page. REQUIRES: the entry came from [`entries`]; the page is whole.
pub fn apply(entry: &Entry<'_>, page: &mut [u8]) {
    match entry {
        Entry::Init => page.fill(0),
        Entry::Write { at, bytes } => page[*at..at + bytes.len()].copy_from_slice(bytes),
        Entry::Copy { from, to } => page.copy_within(from.clone(), *to),
        Entry::Fill { range, byte } => page[range.clone()].fill(*byte),
        Entry::Page(_) | Entry::Create { .. } | Entry::Rename { .. } | Entry::Drop { .. } | Entry::Unlogged { .. } => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(group: &[u8]) -> Vec<Result<Entry<'_>, Malformed>> {
        entries(group).collect()
    }

    #[test]
    fn entries_round_trip() {
        let mut g = vec![];
        put_create(&mut g, SpaceId(4), "t.ibd");
        put_page(&mut g, PageId::new(SpaceId(4), PageNo(70_000)));
        put_init(&mut g);
        put_write(&mut g, 16_383, &[7]);
        put_write(&mut g, 0, &[1; 300]);
        put_copy(&mut g, 5..205, 9);
        put_fill(&mut g, 0..PAGE_SIZE, 0xff);
        put_rename(&mut g, SpaceId(4), "u.ibd");
        put_drop(&mut g, SpaceId(9));
        put_unlogged(&mut g, PageId::new(SpaceId(4), PageNo(70_001)), 200);
        let want = [
            Entry::Create { space: SpaceId(4), name: "t.ibd" },
            Entry::Page(PageId::new(SpaceId(4), PageNo(70_000))),
            Entry::Init,
            Entry::Write { at: 16_383, bytes: &[7] },
            Entry::Write { at: 0, bytes: &[1; 300] },
            Entry::Copy { from: 5..205, to: 9 },
            Entry::Fill { range: 0..PAGE_SIZE, byte: 0xff },
            Entry::Rename { space: SpaceId(4), name: "u.ibd" },
            Entry::Drop { space: SpaceId(9) },
            Entry::Unlogged { first: PageId::new(SpaceId(4), PageNo(70_001)), pages: 200 },
        ];
        assert_eq!(all(&g), want.map(Ok));
    }

    #[test]
    fn a_malformed_entry_is_refused_with_its_rule() {
        let mut past = vec![];
        put_write(&mut past, 16_383, &[7]);
        past[2] = 2;
        assert_eq!(all(&past), [Err(Malformed { at: 0, rule: "it goes past the end of the page" })]);
        assert_eq!(all(&[0xff]), [Err(Malformed { at: 0, rule: "it is cut off" })]);
        assert_eq!(all(&[0xc0, 99]), [Err(Malformed { at: 0, rule: "there is no such entry" })]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: innolab_testing::size(64, 256), ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_applied_or_refused(group in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut page = Box::new([0u8; PAGE_SIZE]);
            for entry in entries(&group).flatten() {
                apply(&entry, &mut page[..]);
            }
        }
    }
}
