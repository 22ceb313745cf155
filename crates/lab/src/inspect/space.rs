//! A tablespace file, opened to be read: every page is verified.
//!
//! RULES
//!
//! - **R1** A page that does not verify is read again, up to [`TRIES`] times in all: it may have been in the middle of
//!   a write. After that it is bad.
//! - **R2** A file is a tablespace if page 0 has the type FSP_HDR, known flags, and a size that the file has.

use crate::failure::Failure;
use innolab_base::{PAGE_SIZE, PageId, PageNo, SpaceId};
use innolab_disk::{Disk, File};
use innolab_page::fil::{self, ChecksumAlgorithm, PageType, Sealed};
use innolab_page::{Corrupt, fsp};
use std::sync::Arc;
use std::time::Duration;

/// The most reads of a page that does not verify.
const TRIES: usize = 4;
/// The pause between two reads.
const PAUSE: Duration = Duration::from_millis(2);

/// A tablespace file.
pub(crate) struct Space {
    file: Arc<dyn File>,
    name: String,
    id: SpaceId,
    algorithm: ChecksumAlgorithm,
    n_pages: u32,
}

/// The result of reading a page.
pub(crate) enum Found {
    /// It verifies.
    Good,
    /// It is all zeros.
    NeverWritten,
    /// It does not verify, however often it is read.
    Bad(Corrupt),
}

impl Space {
    /// Opens the file. ERRORS: it cannot be read; it is not a whole tablespace (R2).
    pub(crate) fn open(disk: &dyn Disk, name: &str) -> Result<Space, Failure> {
        let file = disk.open(name)?;
        let bytes = file.len()?;
        let no_tablespace = |why: String| format!("{name}: not a tablespace: {why}");
        if bytes < PAGE_SIZE as u64 {
            return Err(no_tablespace(format!("the file has {bytes} bytes, less than a page")).into());
        }
        let mut head = vec![0; PAGE_SIZE];
        file.read_at(0, &mut head)?;
        if fil::page_type(&head) != PageType::FSP_HDR {
            let found = fil::page_type(&head);
            return Err(no_tablespace(format!("page 0 is of type {found}, not FSP_HDR")).into());
        }
        let algorithm = ChecksumAlgorithm::of_flags(fsp::flags(&head)).map_err(|e| format!("{name}: page 0: {e}"))?;
        let mut space = Space { file, name: name.to_string(), id: fsp::space_id(&head), algorithm, n_pages: 1 };
        let head = space.page(PageNo(0))?.ok_or_else(|| no_tablespace("page 0 was never written".to_string()))?;
        space.n_pages = fsp::size(&head);
        if u64::from(space.n_pages) * PAGE_SIZE as u64 > bytes {
            let has = bytes as f64 / PAGE_SIZE as f64;
            return Err(
                format!("{name}: page 0: its header says {} pages, but the file has {has:.2}", space.n_pages).into()
            );
        }
        Ok(space)
    }

    /// The file's name, without its directory.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn id(&self) -> SpaceId {
        self.id
    }

    pub(crate) fn algorithm(&self) -> ChecksumAlgorithm {
        self.algorithm
    }

    /// Number of pages, from the header.
    pub(crate) fn n_pages(&self) -> u32 {
        self.n_pages
    }

    /// The page; `None` if it was never written. ERRORS: no such page; it is bad (R1).
    pub(crate) fn page(&self, page: PageNo) -> Result<Option<Vec<u8>>, Failure> {
        let mut bytes = vec![0; PAGE_SIZE];
        match self.read(page, &mut bytes)? {
            Found::Good => Ok(Some(bytes)),
            Found::NeverWritten => Ok(None),
            Found::Bad(corrupt) => Err(self.bad(page, &corrupt)),
        }
    }

    /// The page. ERRORS: those of [`Space::page`]; it was never written.
    pub(crate) fn written(&self, page: PageNo) -> Result<Vec<u8>, Failure> {
        self.page(page)?.ok_or_else(|| format!("{}: page {page} was never written", self.name).into())
    }

    /// Reads the page into `bytes` (R1). ERRORS: no such page; the disk's.
    pub(crate) fn read(&self, page: PageNo, bytes: &mut [u8]) -> Result<Found, Failure> {
        if page.0 >= self.n_pages {
            return Err(format!("{}: no page {page}; the last is page {}", self.name, self.n_pages - 1).into());
        }
        let mut tries = 0;
        loop {
            self.file.read_at(u64::from(page.0) * PAGE_SIZE as u64, bytes)?;
            tries += 1;
            match fil::verify(bytes, PageId::new(self.id, page), self.algorithm) {
                Ok(Sealed::Good) => return Ok(Found::Good),
                Ok(Sealed::NeverWritten) => return Ok(Found::NeverWritten),
                Err(corrupt) if tries == TRIES => return Ok(Found::Bad(corrupt)),
                Err(_) => std::thread::sleep(PAUSE),
            }
        }
    }

    fn bad(&self, page: PageNo, corrupt: &Corrupt) -> Failure {
        format!("{}: page {page}: {corrupt} (read {TRIES} times)", self.name).into()
    }
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
        let mut space = Space::open(&disk, "t.ibd").unwrap();
        for (torn, whole) in [(0, true), (2, true), (100, false)] {
            space.file = Arc::new(Torn { left: torn.into() });
            let read = space.page(PageNo(3));
            assert_eq!(read.is_ok(), whole, "torn {torn} times");
            if let Err(e) = read {
                assert!(e.to_string().starts_with("t.ibd: page 3: the page's checksum: "), "{e}");
            }
        }
    }
}
