//! A tablespace file, opened to be read: every page is verified.
//!
//! RULES
//!
//! - **R1** A page that does not verify is read again, up to [`TRIES`] times in all: it may have been in the middle of
//!   a write. Then its copy in the doublewrite file is taken, as recovery does; without one it is bad.
//! - **R2** A file is a tablespace if page 0 has the type FSP_HDR, flags of a format that is read, and a size that the
//!   file has. Otherwise it is refused; with [`Force::Yes`] its pages are read as far as they are there, and what is
//!   wrong is one of its faults.
//! - **R3** A file may be longer than its header says: a server extends it first. What lies there and is no page of it is
//!   a fault.
//! - **R4** A file whose page 0 was never written is a tablespace if the redo log of its directory creates it, or if
//!   there is such a log and the file has nothing but zeros: it was just created. It is not on disk yet, and neither are
//!   its pages. While the log does not name its id, pages that are written later are not looked at.

use super::log::Log;
use crate::failure::Failure;
use innolab_base::{PAGE_SIZE, PageId, PageNo, SpaceId};
use innolab_disk::{Disk, File};
use innolab_page::fil::{self, PageType};
use innolab_page::server::{
    Checksum, SpaceFormat, TRX_SYS_PAGE, Unread, Verified, doublewrite_blocks, sealed_content, set_type_by_place,
    verify,
};
use innolab_page::{Corrupt, fsp};
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// The most reads of a page that does not verify.
const TRIES: usize = 4;
/// The pause between two reads.
const PAUSE: Duration = Duration::from_millis(2);
/// The most pages that are read to find out the format of a file whose page 0 does not say it.
const SAMPLED: u32 = 64;
const HINT: &str = " (if it is damaged, --force shows the pages that are there)";
/// Pages of a tablespace of ours when it is created.
const NEW_PAGES: u64 = 8;
/// The id of a file that the log does not name yet.
const UNNAMED: SpaceId = SpaceId(u32::MAX);
/// Bytes of a page.
const PAGE: u64 = PAGE_SIZE as u64;

/// How a damaged file is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Force {
    No,
    Yes,
}

/// A tablespace file.
pub(crate) struct Space {
    file: Arc<dyn File>,
    name: String,
    id: SpaceId,
    format: SpaceFormat,
    n_pages: u32,
    force: Force,
    faults: Vec<String>,
    /// Pages of the system tablespace that hold copies of others.
    doublewrite: [Range<u32>; 2],
    /// False if only the redo log has its pages (R4).
    on_disk: bool,
    /// The redo log of its directory, which is told of each page that is read.
    log: Option<Rc<Log>>,
}

/// The result of reading a page.
pub(crate) enum Found {
    /// It verifies, by this checksum.
    Good(Checksum),
    /// It is all zeros.
    NeverWritten,
    /// It is compressed or encrypted.
    Unread(Unread),
    /// It belongs to the doublewrite buffer: its bytes are a copy of another page, or of part of one.
    Doublewrite,
    /// It does not verify, however often it is read.
    Bad(Corrupt),
}

impl Space {
    /// Opens the file. `log`: the redo log of its directory. ERRORS: it cannot be read; it is no whole tablespace of a
    /// format that is read (R2).
    pub(super) fn open(disk: &dyn Disk, name: &str, force: Force, log: Option<Rc<Log>>) -> Result<Space, Failure> {
        let file = disk.open(name)?;
        let bytes = file.len()?;
        let just_created = log.is_some() && is_empty(&*file, bytes)?;
        if bytes < PAGE && !just_created {
            return Err(format!("{name}: not a tablespace: the file has {bytes} bytes, less than a page").into());
        }
        let mut head = vec![0; PAGE_SIZE];
        if bytes >= PAGE {
            file.read_at(0, &mut head)?;
        }
        let format = SpaceFormat { full_crc32: true, has_sdi: false, untyped: false };
        let named = log.as_ref().and_then(|log| log.space_of(name));
        let created = named.or(just_created.then_some(UNNAMED));
        let created = created.filter(|_| head.iter().all(|byte| *byte == 0));
        let id = created.unwrap_or_else(|| fsp::space_id(&head));
        let mut space = Space {
            file,
            name: name.to_string(),
            id,
            format,
            n_pages: 1,
            force,
            faults: Vec::new(),
            doublewrite: [0..0, 0..0],
            on_disk: created.is_none(),
            log,
        };
        let there = u32::try_from(bytes / PAGE).unwrap_or(u32::MAX);
        match (space.header(&head), force) {
            // R4
            _ if !space.on_disk => space.n_pages = there,
            (Ok(n_pages), _) => space.n_pages = n_pages,
            (Err(why), Force::No) => return Err(format!("{why}{HINT}").into()),
            (Err(why), Force::Yes) => {
                space.n_pages = there;
                space.guess()?;
                space.faults.push(why.to_string());
            }
        }
        space.find_end()?;
        if space.id == SpaceId(0) && space.n_pages > TRX_SYS_PAGE.0 {
            let mut trx_sys = vec![0; PAGE_SIZE];
            space.read(TRX_SYS_PAGE, &mut trx_sys)?;
            space.doublewrite = doublewrite_blocks(&trx_sys);
        }
        Ok(space)
    }

    /// Takes the format from page 0; returns the number of pages that it says. ERRORS: it is none.
    fn header(&mut self, head: &[u8]) -> Result<u32, Failure> {
        let (name, found) = (self.name.clone(), fil::page_type(head));
        let no_tablespace = |why: String| format!("{name}: not a tablespace: {why}");
        let has_place = fil::page_no(head) == PageNo(0) && fil::space_id(head) == self.id;
        if found != PageType::FSP_HDR && !(fsp::flags(head) == 0 && has_place && head.iter().any(|b| *b != 0)) {
            let found = found.name().map_or(found.0.to_string(), str::to_owned);
            return Err(no_tablespace(format!("page 0 is of type {found}, not FSP_HDR")).into());
        }
        self.format = SpaceFormat::of_flags(fsp::flags(head)).map_err(|e| format!("{name}: {e}"))?;
        let head = self.page(PageNo(0))?.ok_or_else(|| no_tablespace("page 0 was never written".to_string()))?;
        Ok(fsp::size(&head))
    }

    /// Takes format and id from what most of the first pages verify by, without page 0.
    fn guess(&mut self) -> Result<(), Failure> {
        let mut votes: BTreeMap<(bool, SpaceId), usize> = BTreeMap::new();
        let mut bytes = vec![0; PAGE_SIZE];
        for page in (0..self.n_pages.min(SAMPLED)).map(PageNo) {
            self.file.read_at(u64::from(page.0) * PAGE, &mut bytes)?;
            for full_crc32 in [true, false] {
                let (format, id) = (SpaceFormat { full_crc32, ..self.format }, fil::space_id(&bytes));
                if let Ok(Verified::Good(_)) = verify(&bytes, PageId::new(id, page), format) {
                    *votes.entry((full_crc32, id)).or_default() += 1;
                }
            }
        }
        if let Some((&(full_crc32, id), _)) = votes.iter().max_by_key(|(_, n)| **n) {
            (self.format.full_crc32, self.id) = (full_crc32, id);
        }
        Ok(())
    }

    /// Compares the header's size with the file's (R2, R3). ERRORS: the file is too short; the disk's.
    fn find_end(&mut self) -> Result<(), Failure> {
        // Read after the header: a writer extends the file before it says so there.
        let bytes = self.file.len()?;
        let end = u64::from(self.n_pages) * PAGE;
        if end > bytes {
            let has = bytes as f64 / PAGE as f64;
            let why =
                format!("{}: page 0: its header says {} pages, but the file has {has:.2}", self.name, self.n_pages);
            if self.force == Force::No {
                return Err(format!("{why}{HINT}").into());
            }
            self.faults.push(why);
            self.n_pages = (bytes / PAGE) as u32;
        }
        // A file that was cut within a page has been reported already.
        if end > bytes {
            return Ok(());
        }
        let n_pages = self.n_pages;
        self.n_pages = u32::try_from(bytes / PAGE).unwrap_or(u32::MAX);
        let (mut page, mut sound) = (vec![0; PAGE_SIZE], n_pages);
        while sound < self.n_pages && !matches!(self.read(PageNo(sound), &mut page)?, Found::Bad(_)) {
            sound += 1;
        }
        self.n_pages = n_pages;
        let rest = bytes - u64::from(sound) * PAGE;
        if rest > 0 {
            self.faults.push(format!("{}: {rest} bytes behind its last page are no page of it", self.name));
        }
        Ok(())
    }

    /// What is wrong with the file as a whole.
    pub(crate) fn faults(&self) -> &[String] {
        &self.faults
    }

    /// True if page 0 was never written, nor any other page (R4).
    pub(crate) fn is_on_disk(&self) -> bool {
        self.on_disk
    }

    /// True if what is damaged is shown all the same.
    pub(crate) fn is_forced(&self) -> bool {
        self.force == Force::Yes
    }

    /// The file's name, without its directory.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn id(&self) -> SpaceId {
        self.id
    }

    pub(crate) fn format(&self) -> SpaceFormat {
        self.format
    }

    /// Number of pages, from the header.
    pub(crate) fn n_pages(&self) -> u32 {
        self.n_pages
    }

    /// The page; `None` if it was never written. ERRORS: no such page; it is not read; it is bad (R1).
    pub(crate) fn page(&self, page: PageNo) -> Result<Option<Vec<u8>>, Failure> {
        let mut bytes = vec![0; PAGE_SIZE];
        match self.read(page, &mut bytes)? {
            Found::Good(_) | Found::Doublewrite => Ok(Some(bytes)),
            Found::NeverWritten => Ok(None),
            Found::Unread(why) => Err(format!("{}: page {page}: {why}", self.name).into()),
            Found::Bad(corrupt) => Err(self.bad(page, &corrupt)),
        }
    }

    /// The page, to be looked at: with [`Force::Yes`] also one that is bad or not read, with what is wrong.
    /// ERRORS: those of [`Space::written`].
    pub(crate) fn forced(&self, page: PageNo) -> Result<(Vec<u8>, Option<String>), Failure> {
        let mut bytes = vec![0; PAGE_SIZE];
        match (self.force, self.read(page, &mut bytes)?) {
            (Force::Yes, Found::Bad(corrupt)) => Ok((bytes, Some(self.bad(page, &corrupt).to_string()))),
            (Force::Yes, Found::Unread(why)) => Ok((bytes, Some(format!("{}: page {page}: {why}", self.name)))),
            _ => Ok((self.written(page)?, None)),
        }
    }

    /// The page. ERRORS: those of [`Space::page`]; it was never written.
    pub(crate) fn written(&self, page: PageNo) -> Result<Vec<u8>, Failure> {
        self.page(page)?.ok_or_else(|| format!("{}: page {page} was never written", self.name).into())
    }

    /// Reads the page into `bytes` (R1). ERRORS: no such page; the disk's.
    pub(crate) fn read(&self, page: PageNo, bytes: &mut [u8]) -> Result<Found, Failure> {
        if page.0 >= self.n_pages {
            let last = self.n_pages.saturating_sub(1);
            return Err(format!("{}: no page {page}; the last is page {last}", self.name).into());
        }
        if !self.on_disk && self.id == UNNAMED {
            bytes.fill(0);
            return Ok(Found::NeverWritten);
        }
        let id = PageId::new(self.id, page);
        let found = self.read_file(id, bytes)?;
        let Some(log) = &self.log else { return Ok(found) };
        match found {
            Found::Good(_) => log.saw(&self.name, id, Some(fil::get_lsn(bytes))),
            Found::NeverWritten => log.saw(&self.name, id, None),
            Found::Bad(_) => {
                if let Some((copy, checksum)) = self.copy_of(log, id) {
                    bytes.copy_from_slice(&copy);
                    log.saw_torn(&self.name, page, fil::get_lsn(bytes));
                    return Ok(Found::Good(checksum));
                }
            }
            Found::Unread(_) | Found::Doublewrite => {}
        }
        Ok(found)
    }

    /// The page's copy in the doublewrite file, if it verifies.
    fn copy_of(&self, log: &Log, page: PageId) -> Option<(Vec<u8>, Checksum)> {
        let copies = log.copies_of(page).into_iter();
        let good = copies.filter_map(|copy| match verify(&copy, page, self.format) {
            Ok(Verified::Good(checksum)) => Some((copy, checksum)),
            _ => None,
        });
        good.max_by_key(|(copy, _)| fil::get_lsn(copy))
    }

    /// Reads the page from the file, again and again if it does not verify.
    fn read_file(&self, id: PageId, bytes: &mut [u8]) -> Result<Found, Failure> {
        let page = id.page;
        let mut tries = 0;
        loop {
            self.file.read_at(u64::from(page.0) * PAGE, bytes)?;
            tries += 1;
            if self.doublewrite.iter().any(|block| block.contains(&page.0)) {
                return Ok(Found::Doublewrite);
            }
            let verified = verify(bytes, id, self.format);
            if verified != Ok(Verified::NeverWritten)
                && let Some(why) = sealed_content(bytes, self.format, verified.is_ok())
            {
                return Ok(Found::Unread(why));
            }
            match verified {
                Ok(Verified::Good(checksum)) => {
                    set_type_by_place(bytes, self.format);
                    return Ok(Found::Good(checksum));
                }
                Ok(Verified::NeverWritten) => return Ok(Found::NeverWritten),
                Err(corrupt) if tries == TRIES => return Ok(Found::Bad(corrupt)),
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }

    fn bad(&self, page: PageNo, corrupt: &Corrupt) -> Failure {
        format!("{}: page {page}: {corrupt} (read {TRIES} times)", self.name).into()
    }
}

/// True if a file that is no longer than a new one has nothing but zeros.
fn is_empty(file: &dyn File, len: u64) -> Result<bool, Failure> {
    if len > NEW_PAGES * PAGE {
        return Ok(false);
    }
    let mut bytes = vec![0; len as usize];
    file.read_at(0, &mut bytes)?;
    Ok(bytes.iter().all(|byte| *byte == 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_disk::{Result, SimDisk};
    use std::sync::atomic::{AtomicUsize, Ordering};

    const SAMPLE: &[u8] = include_bytes!("../../../page/tests/data/sample_full_crc32_dynamic.ibd");

    /// A file whose first reads return a torn page.
    struct Torn {
        left: AtomicUsize,
    }

    impl File for Torn {
        fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
            buf.copy_from_slice(&SAMPLE[at as usize..][..buf.len()]);
            let torn = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok();
            buf[100] ^= u8::from(torn);
            Ok(())
        }
        fn write_at(&self, _: u64, _: &[u8]) -> Result<()> {
            unreachable!("inspect does not write")
        }
        fn len(&self) -> Result<u64> {
            Ok(SAMPLE.len() as u64)
        }
        fn set_len(&self, _: u64) -> Result<()> {
            unreachable!("inspect does not write")
        }
        fn sync(&self) -> Result<()> {
            unreachable!("inspect does not write")
        }
    }

    #[test]
    fn a_torn_page_is_read_again_r1() {
        let disk = SimDisk::new(1);
        disk.create("t.ibd").unwrap().write_at(0, SAMPLE).unwrap();
        let mut space = Space::open(&disk, "t.ibd", Force::No, None).unwrap();
        for (torn, whole) in [(0, true), (2, true), (100, false)] {
            space.file = Arc::new(Torn { left: torn.into() });
            let read = space.page(PageNo(3));
            assert_eq!(read.is_ok(), whole, "torn {torn} times");
            if let Err(e) = read {
                assert!(e.to_string().starts_with("t.ibd: page 3: the page's checksum: "), "{e}");
            }
        }
    }

    #[test]
    fn r4_pages_that_are_written_after_a_file_without_a_name_was_opened_are_not_looked_at() {
        let disk = SimDisk::new(1);
        let file = disk.create("new.ibd").unwrap();
        file.write_at(0, &[0; 8 * PAGE_SIZE]).unwrap();
        let space = Space::open(&disk, "new.ibd", Force::No, Some(Rc::new(Log::default()))).unwrap();
        assert!(!space.is_on_disk());
        file.write_at(0, &[7; PAGE_SIZE]).unwrap();
        let mut bytes = vec![1; PAGE_SIZE];
        assert!(matches!(space.read(PageNo(0), &mut bytes), Ok(Found::NeverWritten)));
        assert!(bytes.iter().all(|byte| *byte == 0));
        assert!(space.read(PageNo(8), &mut bytes).is_err(), "its length when it was opened");
    }
}
