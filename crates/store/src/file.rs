//! Tablespace files: making one, letting it grow, renaming and dropping it, and saying which of its pages are in use.
//!
//! RULES
//!
//! - **R1** A file is there, in a synced directory, before the log speaks of it; the log says durably that it is
//!   dropped or renamed before it is.
//! - **R2** A file grows before its page 0 says so, and recovery lets it grow again to what page 0 says.
//! - **R3** A small file doubles up to one extent, then grows by one extent up to 32, then by four: InnoDB's steps from there on.

use crate::error::{Error, Result};
use crate::segment::{Allocator, EXTENT};
use crate::space::Space;
use crate::{Held, Mtr, Store};
use innolab_base::{PAGE_SIZE, PageNo, SegId, SpaceId};
use innolab_page::fsp::xdes::{self, State};
use innolab_page::fsp::{self, FsegHeader, ListBase, inode, list};
use innolab_page::{Corrupt, fil};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The ending of tablespace files.
pub(crate) const SUFFIX: &str = ".ibd";
/// Pages of a new file.
const FIRST_PAGES: u32 = 8;
/// While a file uses no more pages than this, every segment has single pages left.
const SINGLES: u32 = 32;
/// Log space for making a file or letting it grow.
const LOG_BYTES: usize = 4096;

/// Which pages of a tablespace are used, as its page 0, descriptors and inodes say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpaceUse {
    /// Pages of the file.
    pub size_pages: u32,
    /// Pages in use that are no segment's: descriptors, bitmaps, inodes.
    pub overhead: Vec<PageNo>,
    /// The segments.
    pub segments: Vec<SegmentUse>,
}

/// Which pages a segment has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SegmentUse {
    /// Its number.
    pub id: SegId,
    /// Where its inode is.
    pub inode: (PageNo, u16),
    /// The single page that it got first, unless that one was given back.
    pub first: Option<PageNo>,
    /// Its pages that are in use, ascending.
    pub pages: Vec<PageNo>,
}

fn bytes_of(pages: u32) -> u64 {
    u64::from(pages) * PAGE_SIZE as u64
}

impl Store {
    /// Makes a tablespace file of 8 pages with an empty page 0, bitmap page and inode page. REQUIRES: the number was
    /// never used in this directory, `name` ends in `.ibd`. ERRORS: the file exists, the disk is full.
    #[doc(alias = "fil_ibd_create")]
    pub fn create_space(&self, id: SpaceId, name: &str) -> Result<Arc<Space>> {
        assert!(name.ends_with(SUFFIX) && self.space(id).is_none());
        let mut mtr = self.begin(LOG_BYTES)?;
        let file = self.disk.create(name).map_err(|e| full_or(name, e))?;
        let extended = file.set_len(bytes_of(FIRST_PAGES)).and_then(|()| self.disk.sync_dir());
        if let Err(e) = extended {
            // Nothing knows of the file yet, and once its maker has forgotten it nothing will: so it must not come back.
            self.remove_file(name)?;
            return Err(full_or(name, e));
        }
        let space = Space::new(id, name, file, FIRST_PAGES);
        self.pool.registry.add(space.clone())?;
        mtr.log_create_file(id, name);
        let pages = [mtr.create(&space, PageNo(0))?, mtr.create(&space, PageNo(1))?, mtr.create(&space, PageNo(2))?];
        Allocator::format(&mut mtr, &space, pages, FIRST_PAGES)?;
        mtr.commit()?;
        Ok(space)
    }

    /// Drops a tablespace and its file; durable when it returns. REQUIRES: nobody uses it any more.
    #[doc(alias = "fil_delete_tablespace")]
    pub fn drop_space(&self, id: SpaceId) -> Result<()> {
        let space = self.pool.registry.expect(id)?;
        let mut mtr = self.begin(LOG_BYTES)?;
        mtr.log_drop_file(id);
        let end = mtr.commit()?;
        self.flush_log(end)?;
        // No page of it may be on its way to the file.
        let _write_back = self.write_back.lock();
        self.pool.forget(&space);
        self.pool.registry.remove(id);
        // The log has said it: it happens, or nothing goes on until the log is repeated.
        self.remove_file(&space.name())
    }

    /// Removes a file for good; if that fails, nothing works any more.
    fn remove_file(&self, name: &str) -> Result<()> {
        self.poison.guard("removing a file", || {
            self.disk.remove(name)?;
            Ok(self.disk.sync_dir()?)
        })
    }

    /// Gives a tablespace's file another name; durable when it returns. REQUIRES: `name` ends in `.ibd`, and no file has it.
    #[doc(alias = "fil_rename_tablespace")]
    pub fn rename_space(&self, id: SpaceId, name: &str) -> Result<()> {
        assert!(name.ends_with(SUFFIX) && !self.disk.exists(name)?, "{name} would be replaced");
        let space = self.pool.registry.expect(id)?;
        let mut mtr = self.begin(LOG_BYTES)?;
        mtr.log_rename_file(id, name);
        let end = mtr.commit()?;
        self.flush_log(end)?;
        // The log has said it: it happens, or nothing goes on until the log is repeated.
        self.poison.guard("renaming a file", || {
            self.disk.rename(&space.name(), name)?;
            Ok(self.disk.sync_dir()?)
        })?;
        space.set_name(name);
        Ok(())
    }

    /// Sees to it that the file has at least `n` free pages for any two segments, and lets it grow if not. REQUIRES:
    /// the caller has no page latched. ERRORS: [`Error::Full`].
    #[doc(alias = "fsp_reserve_free_extents")]
    pub fn reserve_pages(&self, space: &Space, n: u32) -> Result<()> {
        while self.free_pages(space)? < n {
            self.grow(space)?;
        }
        Ok(())
    }

    /// How many pages surely can be had, whoever asks: as single pages while the file is so small that no segment has
    /// used up its 32; else in whole extents, less one, since two segments may each begin one.
    fn free_pages(&self, space: &Space) -> Result<u32> {
        let page0 = self.read(space, PageNo(0))?;
        let list = |at| ListBase::read(page0.bytes(), at).len;
        let (size, limit) = (space.size_pages(), fsp::free_limit(page0.bytes()));
        let used = fsp::frag_n_used(page0.bytes()).saturating_add(list(fsp::FULL_FRAG).saturating_mul(EXTENT));
        let singles = if limit == EXTENT { size.min(SINGLES).saturating_sub(used) } else { 0 };
        let ahead = (limit..size.max(limit)).step_by(EXTENT as usize).filter(|start| {
            !fsp::is_descriptor_page(PageNo(*start)) && u64::from(*start) + u64::from(EXTENT) <= u64::from(size)
        });
        let extents = list(fsp::FREE).saturating_add(ahead.count() as u32);
        Ok(singles.max(extents.saturating_sub(1).saturating_mul(EXTENT)))
    }

    fn grow(&self, space: &Space) -> Result<()> {
        let mut mtr = self.begin(LOG_BYTES)?;
        let _one_at_a_time = space.growing.lock();
        let size = space.size_pages();
        let step = match size {
            _ if size < EXTENT => size.min(EXTENT - size),
            _ if size < 32 * EXTENT => EXTENT,
            _ => 4 * EXTENT,
        };
        let size = size.checked_add(step).ok_or_else(|| full(&space.name(), "it has 2^32 pages"))?;
        space.file.set_len(bytes_of(size)).map_err(|e| full_or(&space.name(), e))?;
        let page0 = mtr.latch(space, PageNo(0))?;
        fsp::set_size(&mut mtr.page(page0), size);
        mtr.commit()?;
        space.size.store(size, Ordering::Release);
        Ok(())
    }

    /// Which pages of a tablespace are in use, and whose. ERRORS: descriptors, lists and inodes that contradict each other.
    pub fn space_use(&self, space: &Space) -> Result<SpaceUse> {
        Survey { store: self, space }.run()
    }
}

fn full(file: &str, why: &str) -> Error {
    Error::Full { file: file.to_owned(), why: why.to_owned() }
}

pub(crate) fn full_or(file: &str, e: innolab_disk::Error) -> Error {
    match e {
        innolab_disk::Error::Full { .. } => full(file, &e.to_string()),
        other => other.into(),
    }
}

impl<'s> Mtr<'s> {
    /// Makes a segment without pages; its header (10 bytes) is written at `offset` of the latched page.
    #[doc(alias = "fseg_create")]
    pub fn create_segment(&mut self, space: &Space, held: Held, offset: usize) -> Result<()> {
        Allocator::new(self, space)?.create_segment(held, offset)
    }

    /// Makes a segment and takes its first page, in which the segment's own header will stand: latched exclusively,
    /// zeros, and the header, for the caller to write where it belongs once the page has its format.
    #[doc(alias = "fseg_create")]
    pub fn create_segment_with_page(&mut self, space: &Space, hint: PageNo) -> Result<(Held, FsegHeader)> {
        Allocator::new(self, space)?.create_segment_with_page(hint)
    }

    /// A page of the segment whose header is at the place `seg_of`, near `hint` if that can be: latched exclusively,
    /// all zeros, its FIL header not yet there. REQUIRES: the page was reserved ([`Store::reserve_pages`]).
    #[doc(alias = "fseg_alloc_free_page")]
    pub fn alloc_page(&mut self, space: &Space, seg_of: (Held, usize), hint: PageNo) -> Result<Held> {
        Allocator::new(self, space)?.alloc_page(seg_of, hint)
    }

    /// Gives a page of the segment back; it is latched, if it is not yet, and its type becomes ALLOCATED.
    #[doc(alias = "fseg_free_page")]
    pub fn free_page(&mut self, space: &Space, seg_of: (Held, usize), page: PageNo) -> Result<()> {
        let held = self.latch(space, page)?;
        Allocator::new(self, space)?.free_page(seg_of, page)?;
        // Who comes by a remembered page number must not take it for what it was.
        fil::set_page_type(&mut self.page(held), fil::PageType::ALLOCATED);
        Ok(())
    }

    /// Gives back a part of the segment, but not the page `keep`; whether there was anything to give. REQUIRES that
    /// nobody uses the pages.
    #[doc(alias = "fseg_free_step_not_header")]
    pub fn free_segment_step(&mut self, space: &Space, seg_of: (Held, usize), keep: PageNo) -> Result<bool> {
        Allocator::new(self, space)?.free_some(seg_of, keep)
    }

    /// Removes a segment that has no pages, and its header. REQUIRES that the segment's page, if it is its last one, is
    /// given back with [`Mtr::free_page`] before.
    #[doc(alias = "fsp_free_seg_inode")]
    pub fn remove_segment(&mut self, space: &Space, seg_of: (Held, usize)) -> Result<()> {
        Allocator::new(self, space)?.remove_segment(seg_of)
    }
}

/// After the log was repeated: page 0 says how large the file is, and that it is one of ours. It may know of pages that
/// the file has not only if there was something to `repeat`, though every page that was written may have been newer
/// than that: page 0 may have reached the disk before the file's length did (R2).
pub(crate) fn adopt_size(store: &Store, space: &Space, repeat: bool) -> Result<()> {
    // Of a file that was just found nothing is known but that it has a first page.
    space.size.store(1, Ordering::Release);
    let page0 = store.read(space, PageNo(0))?;
    let bytes = page0.bytes();
    if fil::page_type(bytes) != fil::PageType::FSP_HDR || fsp::flags(bytes) != fsp::FLAGS_FULL_CRC32 {
        return Err(space.corrupt(PageNo(0), "the first page is not that of a full_crc32 tablespace of 16 KiB pages"));
    }
    let (size, len) = (fsp::size(bytes), space.file.len()?);
    if len < bytes_of(size) && !repeat {
        return Err(
            space.corrupt(PageNo(0), format!("the file should have {size} pages, it has {len} bytes: it was cut off"))
        );
    }
    space.size.store(size, Ordering::Release);
    if len < bytes_of(size) {
        space.file.set_len(bytes_of(size)).map_err(|e| full_or(&space.name(), e))?;
    }
    Ok(())
}

/// Reads page 0, the descriptors and the inodes, and sees whether they agree.
struct Survey<'a> {
    store: &'a Store,
    space: &'a Space,
}

impl Survey<'_> {
    fn run(&self) -> Result<SpaceUse> {
        let page0 = self.store.read(self.space, PageNo(0))?;
        let (size, limit) = (fsp::size(page0.bytes()), fsp::free_limit(page0.bytes()));
        drop(page0);
        let mut out = SpaceUse { size_pages: size, ..SpaceUse::default() };
        let mut fragments = vec![];
        let mut extents: Vec<(SegId, Vec<PageNo>)> = vec![];
        for start in (0..limit).step_by(EXTENT as usize) {
            self.extent(PageNo(start), &mut fragments, &mut extents)?;
        }
        for page in self.inode_pages()? {
            self.inodes(page, &mut out.segments)?;
        }
        for (owner, pages) in extents {
            let segment = out.segments.iter_mut().find(|s| s.id == owner);
            let segment = segment.ok_or_else(|| {
                self.bad(PageNo(0), format!("an extent belongs to segment {owner}, which is nowhere"))
            })?;
            segment.pages.extend(pages);
        }
        for segment in &mut out.segments {
            for page in &segment.pages {
                fragments.retain(|f| f != page);
            }
            segment.pages.sort();
        }
        out.overhead = fragments;
        Ok(out)
    }

    fn bad(&self, page: PageNo, rule: impl ToString) -> Error {
        self.space.corrupt(page, rule)
    }

    fn sound<T>(&self, page: PageNo, answer: std::result::Result<T, Corrupt>) -> Result<T> {
        answer.map_err(|e| self.bad(page, e))
    }

    fn extent(
        &self,
        start: PageNo,
        fragments: &mut Vec<PageNo>,
        extents: &mut Vec<(SegId, Vec<PageNo>)>,
    ) -> Result<()> {
        let (home, at) = xdes::of_page(start);
        let page = self.store.read(self.space, home)?;
        let bytes = page.bytes();
        let used =
            (0..EXTENT).filter(|i| !xdes::is_free(bytes, at, *i)).map(|i| PageNo(start.0 + i)).collect::<Vec<_>>();
        match self.sound(home, xdes::state(bytes, at))? {
            State::Free if used.is_empty() => {}
            State::FreeFrag if used.len() < EXTENT as usize => fragments.extend(used),
            State::FullFrag if used.len() == EXTENT as usize => fragments.extend(used),
            State::Segment if !used.is_empty() => extents.push((xdes::segment(bytes, at), used)),
            state => {
                let rule = format!("the extent at page {start} has state {state:?} and {} pages in use", used.len());
                return Err(self.bad(home, rule));
            }
        }
        Ok(())
    }

    /// Pages that have inodes, from both lists.
    fn inode_pages(&self) -> Result<Vec<PageNo>> {
        let mut out = vec![];
        for base in [fsp::INODES_FULL, fsp::INODES_FREE] {
            let base = ListBase::read(self.store.read(self.space, PageNo(0))?.bytes(), base);
            let mut next = base.first.page;
            for _ in 0..base.len {
                let page = self.store.read(self.space, next)?;
                if fil::page_type(page.bytes()) != fil::PageType::INODE {
                    return Err(self.bad(next, "the list of inode pages leads here"));
                }
                out.push(next);
                next = list::next(page.bytes(), inode::PAGE_NODE).page;
            }
            if !next.is_null() {
                return Err(self.bad(PageNo(0), "a list of inode pages is longer than it says"));
            }
        }
        Ok(out)
    }

    fn inodes(&self, page: PageNo, out: &mut Vec<SegmentUse>) -> Result<()> {
        let guard = self.store.read(self.space, page)?;
        let bytes = guard.bytes();
        for at in (0..inode::PER_PAGE).map(inode::at).filter(|at| inode::id(bytes, *at) != SegId(0)) {
            self.sound(page, inode::check(bytes, at))?;
            let pages = (0..inode::N_FRAG).filter_map(|i| inode::frag(bytes, at, i).some()).collect();
            let first = inode::frag(bytes, at, 0).some();
            out.push(SegmentUse { id: inode::id(bytes, at), inode: (page, at as u16), first, pages });
        }
        Ok(())
    }
}
