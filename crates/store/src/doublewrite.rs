//! The doublewrite file: a batch of pages, or only their numbers, from before the batch is written until the next one.
//!
//! A crash in the middle of writing a page leaves it *torn*, a part old and a part new, and redo cannot be applied to a
//! torn page. So what is about to be written is first put here and synced.
//!
//! ```text
//!                 doublewrite.dblwr                              a torn page is, when the store is opened,
//! ON              [ slot 0 ][ slot 1 ] … [ slot 63 ]             repaired: a slot is a whole sealed page
//! DETECT_ONLY     [ list: how many, their numbers ] zeros        named before anything reads it
//! OFF             zeros                                          an error where redo or a reader finds it
//! ```
//!
//! RULES
//!
//! - **R1** (I6) A page is overwritten in its place only after its copy (or the list with its number) is synced here,
//!   and the file is overwritten only after the pages of the last batch are synced in their places.
//! - **R2** The file has copies or a list of the store's present setting only. A store that is opened under another
//!   setting uses what it finds, and then empties the file. Otherwise a copy of old would some day replace a page that
//!   the redo log cannot bring up to date any more.
//! - **R3** Under every setting a torn page is an error, if it is not repaired: its checksum is wrong. No setting serves
//!   it. The page was changed since the last checkpoint, so redo reads it when the store is opened; if the first thing
//!   that redo does is to make it zeros, its bytes do not matter, and it is rebuilt.
//!
//! FACT: the newest valid copy of a torn page is the one that was being written.
//!
//! PROOF. Before the write that tore the page, its copy was synced (R1), and no slot was overwritten since, because the
//! batch had not been synced. Copies of the page in other slots come from earlier batches and have smaller LSNs. By R2
//! there were no batches without copies in between. ∎
//!
//! InnoDB's counterpart: `buf0dblwr`. MySQL keeps `DETECT_ONLY`'s numbers in a file of their own (`.bdblwr`), and lets
//! the setting be changed while it runs.

use crate::error::{Error, Result};
use crate::flush::BATCH;
use crate::image;
use crate::space::Space;
use innolab_base::codec::{get_u32, get_u64, put_u32, put_u64};
use innolab_base::{Lsn, PAGE_SIZE, PageId, PageNo, SpaceId};
use innolab_disk::{Disk, File};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Name of the doublewrite file: whole pages, each with its number in its header.
pub const DOUBLEWRITE: &str = "doublewrite.dblwr";

const BYTES: usize = BATCH * PAGE_SIZE;
const LIST_MAGIC: &[u8; 8] = b"INNOLIST";
/// Where a list's numbers begin.
const LIST_HEAD: usize = 24;
/// Bytes of a list: whole sectors.
const LIST_BYTES: usize = (LIST_HEAD + BATCH * 8).next_multiple_of(innolab_disk::SECTOR);

/// The setting `innodb_doublewrite`.
#[doc(alias = "innodb_doublewrite")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Doublewrite {
    /// Pages are written twice: a torn page is repaired.
    #[default]
    On,
    /// The numbers of the pages are written: a torn page is named when the store is opened, and is lost.
    DetectOnly,
    /// Nothing is written: a torn page is found by its checksum, and is lost.
    Off,
}

impl Doublewrite {
    /// All settings.
    pub const ALL: [Doublewrite; 3] = [Doublewrite::On, Doublewrite::DetectOnly, Doublewrite::Off];

    fn name(self) -> &'static str {
        match self {
            Doublewrite::On => "ON",
            Doublewrite::DetectOnly => "DETECT_ONLY",
            Doublewrite::Off => "OFF",
        }
    }
}

impl fmt::Display for Doublewrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The setting has no such value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("innodb_doublewrite cannot be `{0}`: it must be one of ON, DETECT_ONLY, OFF")]
pub struct NoSuchDoublewrite(String);

impl FromStr for Doublewrite {
    type Err = NoSuchDoublewrite;

    /// Parses a value, ignoring case. `DETECT_AND_RECOVER` is MySQL's other name of `ON`.
    fn from_str(name: &str) -> std::result::Result<Doublewrite, NoSuchDoublewrite> {
        let is_it = |other: &str| other.eq_ignore_ascii_case(name);
        match Doublewrite::ALL.into_iter().find(|one| is_it(one.name())) {
            None if is_it("DETECT_AND_RECOVER") => Ok(Doublewrite::On),
            found => found.ok_or_else(|| NoSuchDoublewrite(name.to_owned())),
        }
    }
}

/// The file, and how it is used.
pub(crate) struct DoublewriteFile {
    file: Arc<dyn File>,
    setting: Doublewrite,
}

/// What opening found out with the file.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Torn pages that were repaired.
    pub(crate) repaired: Vec<PageId>,
    /// Torn pages of which there is no copy.
    pub(crate) torn: Vec<PageId>,
    /// The newest change of the last batch: by `write_back` R1 the redo log reaches that far.
    pub(crate) reached: Lsn,
    is_of_other_setting: bool,
}

impl DoublewriteFile {
    pub(crate) fn open(disk: &dyn Disk, setting: Doublewrite) -> Result<DoublewriteFile> {
        let file = if disk.exists(DOUBLEWRITE)? {
            disk.open(DOUBLEWRITE)?
        } else {
            let file = disk.create(DOUBLEWRITE)?;
            file.set_len(BYTES as u64)?;
            file.sync()?;
            disk.sync_dir()?;
            file
        };
        Ok(DoublewriteFile { file, setting })
    }

    /// Makes the file ready for a batch to be written to its place (R1): `pages`, sealed, one after the other, the newest
    /// of their changes at `newest`. Returns the number of pages copied.
    pub(crate) fn prepare(&self, pages: &[u8], newest: Lsn) -> Result<u64> {
        let copied = match self.setting {
            Doublewrite::Off => return Ok(0),
            Doublewrite::On => {
                self.file.write_at(0, pages)?;
                pages.len() / PAGE_SIZE
            }
            Doublewrite::DetectOnly => {
                self.file.write_at(0, &list(pages, newest))?;
                0
            }
        };
        self.file.sync()?;
        Ok(copied as u64)
    }

    /// The syncs of [`DoublewriteFile::prepare`].
    pub(crate) fn syncs_of_a_batch(&self) -> u64 {
        u64::from(self.setting != Doublewrite::Off)
    }

    /// Empties the file, if it has what another setting wrote (R2). REQUIRES: the torn pages are repaired, the log is
    /// known to be whole, and no page was written yet.
    pub(crate) fn empty_of_other_setting(&self, found: &Found) -> Result<()> {
        if found.is_of_other_setting {
            self.file.write_at(0, &vec![0; BYTES])?;
            self.file.sync()?;
        }
        Ok(())
    }

    /// Replaces torn pages by their whole copies, and looks at the pages of a list; `find` returns the file of a
    /// tablespace.
    pub(crate) fn repair(&self, find: impl Fn(SpaceId) -> Option<Arc<Space>>) -> Result<Found> {
        let mut bytes = vec![0; BYTES];
        match self.file.read_at(0, &mut bytes) {
            Ok(()) => {}
            // A crash cut the file's creation short: no page was ever written through it.
            Err(innolab_disk::Error::PastEnd { .. }) => return Ok(Found::default()),
            Err(e) => return Err(e.into()),
        }
        let mut found = Found::default();
        self.repair_from(&newest_copies(&bytes), &find, &mut found)?;
        if let Some((listed, newest)) = read_list(&bytes) {
            found.reached = found.reached.max(newest);
            for id in listed {
                if let Some(space) = find(id.space)
                    && !is_whole(&space, id.page)?
                {
                    found.torn.push(id);
                }
            }
        }
        found.is_of_other_setting = match self.setting {
            Doublewrite::On => false,
            Doublewrite::DetectOnly => bytes[LIST_BYTES..].iter().any(|byte| *byte != 0),
            Doublewrite::Off => bytes.iter().any(|byte| *byte != 0),
        };
        Ok(found)
    }

    fn repair_from(
        &self,
        copies: &BTreeMap<PageId, (Lsn, &[u8])>,
        find: &impl Fn(SpaceId) -> Option<Arc<Space>>,
        found: &mut Found,
    ) -> Result<()> {
        for (id, (lsn, copy)) in copies {
            found.reached = found.reached.max(*lsn);
            if let Some(space) = find(id.space)
                && !is_whole(&space, id.page)?
            {
                space.file.write_at(at(id.page), copy)?;
                found.repaired.push(*id);
            }
        }
        for space in found.repaired.iter().map(|id| id.space).collect::<BTreeSet<_>>() {
            find(space).ok_or(Error::NoSpace(space))?.file.sync()?;
        }
        Ok(())
    }
}

fn at(page: PageNo) -> u64 {
    u64::from(page.0) * PAGE_SIZE as u64
}

/// The newest copy of each page.
fn newest_copies(bytes: &[u8]) -> BTreeMap<PageId, (Lsn, &[u8])> {
    let mut newest: BTreeMap<PageId, (Lsn, &[u8])> = BTreeMap::new();
    for copy in bytes.chunks_exact(PAGE_SIZE) {
        if let Some((page, lsn)) = image::identify(copy) {
            let entry = newest.entry(page).or_insert((lsn, copy));
            if entry.0 <= lsn {
                *entry = (lsn, copy);
            }
        }
    }
    newest
}

/// True if the page is as it was written once, or was never written.
fn is_whole(space: &Space, page: PageNo) -> Result<bool> {
    let mut bytes = vec![0; PAGE_SIZE];
    match space.file.read_at(at(page), &mut bytes) {
        Ok(()) => Ok(image::verify(space, page, &bytes).is_ok()),
        Err(innolab_disk::Error::PastEnd { .. }) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

/// The list of a batch.
fn list(pages: &[u8], newest: Lsn) -> [u8; LIST_BYTES] {
    let mut list = [0; LIST_BYTES];
    list[..8].copy_from_slice(LIST_MAGIC);
    put_u64(&mut list, 8, newest.0);
    put_u32(&mut list, 16, (pages.len() / PAGE_SIZE) as u32);
    for (i, page) in pages.chunks_exact(PAGE_SIZE).enumerate() {
        let id = image::id(page);
        put_u32(&mut list, LIST_HEAD + 8 * i, id.space.0);
        put_u32(&mut list, LIST_HEAD + 8 * i + 4, id.page.0);
    }
    let crc = list_crc(&list);
    put_u32(&mut list, 20, crc);
    list
}

/// The list's pages, and the newest of their changes; `None` if the file has no whole list.
fn read_list(bytes: &[u8]) -> Option<(Vec<PageId>, Lsn)> {
    let list = &bytes[..LIST_BYTES];
    let n = get_u32(list, 16) as usize;
    if list[..8] != *LIST_MAGIC || n > BATCH || get_u32(list, 20) != list_crc(list) {
        return None;
    }
    let ids = (0..n).map(|i| LIST_HEAD + 8 * i);
    let ids = ids.map(|at| PageId::new(SpaceId(get_u32(list, at)), PageNo(get_u32(list, at + 4))));
    Some((ids.collect(), Lsn(get_u64(list, 8))))
}

/// The checksum of a list: of all its bytes except itself.
fn list_crc(list: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&list[..20]), &list[LIST_HEAD..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn the_bytes_of_a_list_and_no_other_bytes_are_one() {
        let mut pages = vec![0; 2 * PAGE_SIZE];
        for (page, (space, no)) in pages.chunks_exact_mut(PAGE_SIZE).zip([(5u32, 3u32), (5, 0x1_0203)]) {
            put_u32(page, innolab_page::fil::SPACE, space);
            put_u32(page, innolab_page::fil::PAGE_NO, no);
        }
        let bytes = list(&pages, Lsn(0x4711));
        let text: Vec<String> = bytes[..LIST_HEAD + 24].chunks(8).map(|word| format!("{word:02x?}")).collect();
        expect![[r#"
            [49, 4e, 4e, 4f, 4c, 49, 53, 54]
            [00, 00, 00, 00, 00, 00, 47, 11]
            [00, 00, 00, 02, 76, f7, b4, b2]
            [00, 00, 00, 05, 00, 00, 00, 03]
            [00, 00, 00, 05, 00, 01, 02, 03]
            [00, 00, 00, 00, 00, 00, 00, 00]"#]]
        .assert_eq(&text.join("\n"));
        let ids = [3, 0x1_0203].map(|no| PageId::new(SpaceId(5), PageNo(no)));
        assert_eq!(read_list(&bytes), Some((ids.to_vec(), Lsn(0x4711))));
        for at in 0..LIST_BYTES {
            let mut wrong = bytes;
            wrong[at] ^= 1;
            assert_eq!(read_list(&wrong), None, "byte {at}");
        }
        assert_eq!(read_list(&[0; LIST_BYTES]), None);
    }

    #[test]
    fn the_settings_have_mysqls_names() {
        for setting in Doublewrite::ALL {
            assert_eq!(setting.to_string().to_lowercase().parse(), Ok(setting));
        }
        assert_eq!("Detect_And_Recover".parse(), Ok(Doublewrite::On));
        let error = "2".parse::<Doublewrite>().expect_err("no such value");
        expect!["innodb_doublewrite cannot be `2`: it must be one of ON, DETECT_ONLY, OFF"]
            .assert_eq(&error.to_string());
    }
}
