//! Tablespace files: creating, growing, renaming and dropping them.
//!
//! RULES
//!
//! - **R1** A file exists, in a synced directory, before the log names it. The redo of a drop or a rename is durable
//!   before the file is removed or renamed.
//! - **R2** A file grows before its page 0 has the new size; recovery extends a file that is shorter than page 0 says.
//! - **R3** A file doubles up to one extent, then grows by one extent at a time up to 32 extents, then by four. The
//!   steps above one extent are InnoDB's.
//!
//! InnoDB's counterpart: `fil0fil`, `fsp_try_extend_data_file`.

use crate::error::{Error, Result};
use crate::segment::{Allocator, EXTENT};
use crate::space::{SUFFIX, Space};
use crate::store::Store;
use innolab_base::{PAGE_SIZE, PageNo, SpaceId};
use innolab_page::fil;
use innolab_page::fsp::{self, ListBase};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Pages of a new file.
const FIRST_PAGES: u32 = 8;
/// While a file uses no more pages than this, every segment can still take single pages.
const SINGLES: u32 = 32;
/// Log space for creating or growing a file.
const LOG_BYTES: usize = 4096;

fn bytes_of(pages: u32) -> u64 {
    u64::from(pages) * PAGE_SIZE as u64
}

impl Store {
    /// Creates a tablespace file of 8 pages with page 0, a bitmap page and an inode page. REQUIRES: the number was
    /// never used in this directory; `name` ends in `.ibd`. ERRORS: the file exists; the disk is full.
    #[doc(alias = "fil_ibd_create")]
    pub fn create_space(&self, id: SpaceId, name: &str) -> Result<Arc<Space>> {
        assert!(name.ends_with(SUFFIX) && self.space(id).is_none());
        let mut mtr = self.begin(LOG_BYTES)?;
        let file = self.disk.create(name).map_err(|e| full_or(name, e))?;
        let extended = file.set_len(bytes_of(FIRST_PAGES)).and_then(|()| self.disk.sync_dir());
        if let Err(e) = extended {
            // No log entry names the file yet, so it must not be there after a crash either.
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

    /// Drops a tablespace and removes its file; durable when it returns. REQUIRES: no thread uses it.
    #[doc(alias = "fil_delete_tablespace")]
    pub fn drop_space(&self, id: SpaceId) -> Result<()> {
        let space = self.pool.registry.expect(id)?;
        let mut mtr = self.begin(LOG_BYTES)?;
        mtr.log_drop_file(id);
        let end = mtr.commit()?;
        self.flush_log(end)?;
        // While this is held, no page of the tablespace is being written.
        let _write_back = self.write_back.lock();
        self.pool.forget(&space);
        self.pool.registry.remove(id);
        // The log holds the drop: the file goes now, or the store is poisoned and recovery removes it.
        self.remove_file(&space.name())
    }

    /// Removes a file durably; a failure poisons the store.
    fn remove_file(&self, name: &str) -> Result<()> {
        self.poison.guard("removing a file", || {
            self.disk.remove(name)?;
            Ok(self.disk.sync_dir()?)
        })
    }

    /// Renames a tablespace's file; durable when it returns. REQUIRES: `name` ends in `.ibd`, and no file has it.
    #[doc(alias = "fil_rename_tablespace")]
    pub fn rename_space(&self, id: SpaceId, name: &str) -> Result<()> {
        assert!(name.ends_with(SUFFIX) && !self.disk.exists(name)?, "{name} would be replaced");
        let space = self.pool.registry.expect(id)?;
        let mut mtr = self.begin(LOG_BYTES)?;
        mtr.log_rename_file(id, name);
        let end = mtr.commit()?;
        self.flush_log(end)?;
        // The log holds the rename: it happens now, or the store is poisoned and recovery does it.
        self.poison.guard("renaming a file", || {
            self.disk.rename(&space.name(), name)?;
            Ok(self.disk.sync_dir()?)
        })?;
        space.set_name(name);
        Ok(())
    }

    /// Grows the file until any two segments can take `n` more pages. REQUIRES: the caller has no page latched.
    /// ERRORS: [`Error::Full`].
    #[doc(alias = "fsp_reserve_free_extents")]
    pub fn reserve_pages(&self, space: &Space, n: u32) -> Result<()> {
        while self.free_pages(space)? < n {
            self.grow(space)?;
        }
        Ok(())
    }

    /// Number of pages that any segment can take for certain: single pages while the file is so small that no segment
    /// has used its 32; else whole extents, less one, because each of two segments may begin one.
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

/// Takes the file's size from its page 0, and checks that the file is one of ours. Called after the log was applied.
///
/// The file may be shorter than page 0 says only if recovery applied redo (`repeat`): page 0 may have reached the disk
/// before the file's length did (R2). Otherwise the file was cut off.
pub(crate) fn adopt_size(store: &Store, space: &Space, repeat: bool) -> Result<()> {
    // All that is known of a file that was just found is that it has a first page.
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
