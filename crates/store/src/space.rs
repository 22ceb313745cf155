//! Tablespaces: a file, its number, and its pages that are in memory; and the registry of all open tablespaces.
//!
//! The page table is flat: page number → frame, one array per tablespace, in chunks that double (64, 128, 256, …
//! pages). So it grows without moving, and a look-up is two loads and no hashing.
//!
//! ```text
//! page 0..63 │ 64..191 │ 192..447 │ …          chunk k holds 64 << k pages from page 64 × (2^k − 1) on
//! entry: 0 = not in memory, n = frame n − 1
//! ```
//!
//! Cost: 4 bytes for each page of a chunk in use, 1/4096 of the file.
//!
//! InnoDB's counterpart: `fil_space_t`, `fil_node_t`. InnoDB's page table is one hash for the whole pool
//! (`buf_pool.page_hash`). Left out: several files per tablespace, a limit on open files.

use crate::error::{Error, Result};
use innolab_base::sync::{Mutex, RwLock};
use innolab_base::{PageId, PageNo, SpaceId};
use innolab_disk::File;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

/// Suffix of the names of tablespace files.
pub(crate) const SUFFIX: &str = ".ibd";

/// An open tablespace file.
pub struct Space {
    id: SpaceId,
    /// Changes when the file is renamed. Errors of `file` still have the name under which it was opened.
    name: RwLock<Arc<str>>,
    pub(crate) file: Arc<dyn File>,
    pub(crate) frames: FrameTable,
    /// Size in pages, according to page 0.
    pub(crate) size: AtomicU32,
    /// True if a page was freed since the tablespace was opened: then the log may hold redo of a free page, and the
    /// pool may hold the page (`unlogged` R3).
    pub(crate) gave_back: AtomicBool,
    /// Held while the file grows.
    pub(crate) growing: Mutex<()>,
}

impl Space {
    pub(crate) fn new(id: SpaceId, name: &str, file: Arc<dyn File>, size: u32) -> Arc<Space> {
        Arc::new(Space {
            id,
            name: RwLock::new(name.into()),
            file,
            frames: FrameTable::default(),
            size: AtomicU32::new(size),
            gave_back: AtomicBool::new(false),
            growing: Mutex::new(()),
        })
    }

    /// Number by which pages and redo name the tablespace.
    pub fn id(&self) -> SpaceId {
        self.id
    }

    /// The file's name within the data directory.
    pub fn name(&self) -> Arc<str> {
        self.name.read().clone()
    }

    pub(crate) fn set_name(&self, name: &str) {
        *self.name.write() = name.into();
    }

    /// Size in pages.
    pub fn size_pages(&self) -> u32 {
        self.size.load(Ordering::Acquire)
    }

    /// Names a page of this tablespace.
    pub fn page_id(&self, page: PageNo) -> PageId {
        PageId::new(self.id, page)
    }

    /// Returns the error that `page` breaks `rule`.
    pub fn corrupt(&self, page: PageNo, rule: impl ToString) -> Error {
        Error::Corrupt { file: self.name().to_string(), page, rule: rule.to_string() }
    }
}

impl std::fmt::Debug for Space {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Space({}, {}, {} pages)", self.id, self.name(), self.size_pages())
    }
}

const FIRST_CHUNK: u64 = 64;
/// Enough for every page number: 64 × (2^27 − 1) pages.
const CHUNKS: usize = 27;

/// Page number → frame.
#[derive(Default)]
pub(crate) struct FrameTable {
    chunks: [OnceLock<Box<[AtomicU32]>>; CHUNKS],
}

/// Returns the page's chunk and its index there.
#[inline]
fn locate(page: PageNo) -> (usize, usize) {
    let n = u64::from(page.0) + FIRST_CHUNK;
    let chunk = 63 - n.leading_zeros() as usize - 6;
    (chunk, (n - (FIRST_CHUNK << chunk)) as usize)
}

impl FrameTable {
    /// Returns the frame that holds `page` at this moment. The caller latches it and compares the page (arena R3).
    #[inline]
    pub(crate) fn get(&self, page: PageNo) -> Option<u32> {
        let (chunk, i) = locate(page);
        self.chunks[chunk].get()?[i].load(Ordering::Acquire).checked_sub(1)
    }

    /// Publishes that `frame` holds `page`. Returns false if another frame does.
    pub(crate) fn publish(&self, page: PageNo, frame: u32) -> bool {
        self.entry(page).compare_exchange(0, frame + 1, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    pub(crate) fn clear(&self, page: PageNo) {
        self.entry(page).store(0, Ordering::Release);
    }

    fn entry(&self, page: PageNo) -> &AtomicU32 {
        let (chunk, i) = locate(page);
        let pages = (FIRST_CHUNK as usize) << chunk;
        &self.chunks[chunk].get_or_init(|| (0..pages).map(|_| AtomicU32::new(0)).collect())[i]
    }
}

/// The open tablespaces by number, in a repeatable order.
#[derive(Default)]
pub(crate) struct Registry(RwLock<BTreeMap<SpaceId, Arc<Space>>>);

impl Registry {
    pub(crate) fn get(&self, id: SpaceId) -> Option<Arc<Space>> {
        self.0.read().get(&id).cloned()
    }

    pub(crate) fn expect(&self, id: SpaceId) -> Result<Arc<Space>> {
        self.get(id).ok_or(Error::NoSpace(id))
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<Arc<Space>> {
        self.0.read().values().find(|s| *s.name() == *name).cloned()
    }

    pub(crate) fn all(&self) -> Vec<Arc<Space>> {
        self.0.read().values().cloned().collect()
    }

    pub(crate) fn add(&self, space: Arc<Space>) -> Result<()> {
        let mut spaces = self.0.write();
        if let Some(other) = spaces.get(&space.id) {
            return Err(Error::SpaceTwice {
                space: space.id,
                a: other.name().to_string(),
                b: space.name().to_string(),
            });
        }
        spaces.insert(space.id, space);
        Ok(())
    }

    pub(crate) fn remove(&self, id: SpaceId) -> Option<Arc<Space>> {
        self.0.write().remove(&id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_an_entry_of_its_own() {
        let mut next = (0, 0);
        for page in 0..100_000 {
            assert_eq!(locate(PageNo(page)), next, "page {page}");
            next.1 += 1;
            if next.1 == 64 << next.0 {
                next = (next.0 + 1, 0);
            }
        }
        assert!(locate(PageNo(u32::MAX)).0 < CHUNKS);
    }

    #[test]
    fn the_first_published_frame_stays() {
        let t = FrameTable::default();
        assert_eq!(t.get(PageNo(5)), None);
        assert!(t.publish(PageNo(5), 0) && !t.publish(PageNo(5), 3));
        assert_eq!(t.get(PageNo(5)), Some(0));
        t.clear(PageNo(5));
        assert_eq!(t.get(PageNo(5)), None);
    }
}
