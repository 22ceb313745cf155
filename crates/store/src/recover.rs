//! Opening: finds the files, repairs torn pages, and applies the redo log.
//!
//! ```text
//! 1  find the *.ibd files; the first sector of each holds its tablespace's number
//! 2  doublewrite: replace torn pages by their whole copies (I6)
//! 3  redo, first pass:  collect the creates, renames and drops of files, and make the directory agree with them
//! 4  redo, second pass: apply each group to the pages that are older than it (I2)
//! 5  write all pages back, make a checkpoint; work may begin
//! ```
//!
//! RULES
//!
//! - **R1** A group is applied to a page iff the page's LSN is less than the group's end; after the group's last entry,
//!   the group's end becomes the page's LSN.
//! - **R2** A page that cannot be read is an error, unless its first redo entry makes it zeros.
//! - **R3** Recovery skips redo of a tablespace that a later group drops, and of a page that a later group declares
//!   unlogged (`unlogged` R2). Redo of a tablespace that does not exist is an error.
//! - **R4** A crash during recovery is harmless: steps 2 and 4 skip what is done already, and the log is kept until
//!   step 5.
//! - **R5** Bytes that a killed process wrote and did not sync are read here as if they were durable. So all files are
//!   synced before anything else. Otherwise a power loss after step 5 could take away a page that R1 found newer than
//!   the log, or a slot of the doublewrite file could be reused before its page is synced in its place.
//! - **R6** A file has the last name that the log gives it. Each rename is synced before the next one is logged, so at
//!   most one rename has yet to be done, and its new name is free.
//! - **R7** The log reaches at least as far as the newest page that was written (I1). A shorter log is damaged: other
//!   pages may lack the changes that it lost, so opening fails and changes nothing. Opening compares the log's end with
//!   the LSNs in the doublewrite file, which has the last batch of written pages; other pages are compared with it when
//!   they are read.
//!
//! Memory: the pool, and one group at a time.
//!
//! InnoDB's counterpart: `recv_sys`. Left out: applying in parallel, and page by page from a hash table.

use crate::arena::Exclusive;
use crate::cleaner;
use crate::doublewrite::DoublewriteFile;
use crate::error::{Error, Result};
use crate::file::adopt_size;
use crate::hash_index::HashIndex;
use crate::image;
use crate::log::{self, Entry};
use crate::options::Options;
use crate::poison::Poison;
use crate::pool::Pool;
use crate::space::{SUFFIX, Space};
use crate::store::Store;
use crate::write_back::WriteBack;
use innolab_base::sync::Mutex;
use innolab_base::{Clock, Events, Lsn, PageId, PageNo, SpaceId, Worker};
use innolab_disk::Disk;
use innolab_page::fil;
use innolab_redo::{Group, Redo, Scan};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The work that opening did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// LSN from which the log was read.
    pub checkpoint: Lsn,
    /// LSN at which the log ended.
    pub end: Lsn,
    /// Groups read.
    pub groups: u64,
    /// Pages changed, counted once per group.
    pub pages_changed: u64,
    /// Torn pages that were repaired from the doublewrite file.
    pub repaired: Vec<PageId>,
    /// Torn pages of which only the number was in the doublewrite file; redo has rebuilt them.
    pub torn: Vec<PageId>,
    /// Files whose first sector is empty: created, and not written before the crash.
    pub empty_files: Vec<String>,
}

innolab_base::event! {
    /// Opening applied the log.
    pub struct Recovered "store.recovered" {
        /// The work that it did.
        recovery: Recovery,
    } => |e, f| write!(f, "redo from {} to {}: {} groups, {} pages changed, {} torn pages repaired", e.recovery.checkpoint,
        e.recovery.end, e.recovery.groups, e.recovery.pages_changed, e.recovery.repaired.len())
}

impl Store {
    /// Opens the store in a directory, or creates one in an empty directory. It repairs torn pages from the
    /// doublewrite file and applies the redo log. ERRORS: a setting that is out of bounds; a file that is damaged or
    /// is not ours, by name. Nothing is changed then.
    pub fn open(
        disk: Arc<dyn Disk>,
        options: Options,
        clock: Arc<dyn Clock>,
        events: Events,
    ) -> Result<(Arc<Store>, Recovery)> {
        options.check()?;
        open(disk, options, clock, events)
    }
}

fn open(
    disk: Arc<dyn Disk>,
    options: Options,
    clock: Arc<dyn Clock>,
    events: Events,
) -> Result<(Arc<Store>, Recovery)> {
    let redo_options = innolab_redo::Options {
        capacity_bytes: options.innodb_log_file_size,
        buffer_bytes: options.innodb_log_buffer_size as usize,
    };
    let mut recovery = Recovery::default();
    let files = Files::find(&*disk)?;
    files.by_id.values().try_for_each(|space| space.file.sync())?; // R5
    if !disk.exists(innolab_redo::FILE_NAME)? {
        files.must_be_empty()?;
        Redo::create(&disk, &redo_options)?;
    }
    let frames = options.frames();
    let replacer = options.replacer.make(frames, options.innodb_old_blocks_time);
    let pool = Pool::new(frames, replacer, clock)?;
    let doublewrite = DoublewriteFile::open(&*disk, options.innodb_doublewrite)?;
    let found = doublewrite.repair(|id| files.by_id.get(&id).cloned())?;
    let (redo, scan) = Redo::open_reaching(&disk, &redo_options, found.reached)?; // R7
    doublewrite.empty_of_other_setting(&found)?;
    (recovery.repaired, recovery.torn) = (found.repaired, found.torn);
    let store = Arc::new(Store {
        disk,
        redo,
        pool,
        write_back: Mutex::new(WriteBack::new(doublewrite)),
        poison: Poison::default(),
        hash_index: HashIndex::default(),
        linked: AtomicU64::new(0),
        options,
        events,
        cleaner: Worker::default(),
    });
    Apply { store: &store, recovery: &mut recovery }.run(files, &scan)?;
    store.set_adaptive_hash_index(store.options.innodb_adaptive_hash_index)?;
    if store.options.background {
        let started = cleaner::start(&store.cleaner, Arc::downgrade(&store));
        started.map_err(|e| Error::Setting(format!("no page cleaner: {e}")))?;
    }
    store.events.emit(|| Recovered { recovery: recovery.clone() });
    Ok((store, recovery))
}

/// The tablespace files of the directory.
struct Files {
    by_id: BTreeMap<SpaceId, Arc<Space>>,
    /// Names of files whose first sector is empty.
    nameless: Vec<String>,
}

impl Files {
    fn find(disk: &dyn Disk) -> Result<Files> {
        let mut files = Files { by_id: BTreeMap::new(), nameless: vec![] };
        for name in disk.list()?.into_iter().filter(|n| n.ends_with(SUFFIX)) {
            let file = disk.open(&name)?;
            let mut sector = [0; innolab_disk::SECTOR];
            let written = match file.read_at(0, &mut sector) {
                Ok(()) => sector.iter().any(|b| *b != 0),
                Err(innolab_disk::Error::PastEnd { .. }) => false,
                Err(e) => return Err(e.into()),
            };
            if !written {
                files.nameless.push(name);
                continue;
            }
            let id = fil::space_id(&sector);
            let space = Space::new(id, &name, file, 0);
            if let Some(other) = files.by_id.insert(id, space) {
                return Err(Error::SpaceTwice { space: id, a: other.name().to_string(), b: name });
            }
        }
        Ok(files)
    }

    fn must_be_empty(&self) -> Result<()> {
        match self.by_id.values().map(|s| s.name()).chain(self.nameless.iter().map(|s| s.as_str().into())).next() {
            None => Ok(()),
            Some(name) => Err(Error::Setting(format!(
                "there is {name} but no {}: without the log it is not known whether the tables are whole",
                innolab_redo::FILE_NAME
            ))),
        }
    }
}

/// The log's entries about whole files and whole pages, collected in the first pass.
#[derive(Default)]
struct FirstPass {
    created: BTreeSet<SpaceId>,
    /// The names of created and renamed files, in the order of the log.
    names: BTreeMap<SpaceId, Vec<String>>,
    dropped: BTreeSet<SpaceId>,
    /// Pages declared unlogged, with the end of the last group that does so (`unlogged` R2).
    unlogged: BTreeMap<PageId, Lsn>,
}

impl FirstPass {
    /// True if redo of the page in a group that ends at `end` is void (R3).
    fn is_void(&self, page: PageId, end: Lsn) -> bool {
        self.dropped.contains(&page.space) || self.unlogged.get(&page).is_some_and(|made| end <= *made)
    }
}

/// Steps 3 to 5.
struct Apply<'a> {
    store: &'a Arc<Store>,
    recovery: &'a mut Recovery,
}

impl Apply<'_> {
    fn run(&mut self, files: Files, scan: &Scan) -> Result<()> {
        self.recovery.checkpoint = scan.checkpoint;
        self.recovery.end = scan.end;
        self.store.linked.store(scan.end.0, Ordering::Release);
        let first_pass = self.reconcile_files(files, scan)?;
        let mut groups = scan.groups();
        while let Some(group) = groups.next()? {
            self.apply(&group, &first_pass)?;
        }
        for space in self.store.spaces() {
            adopt_size(self.store, &space, self.recovery.groups > 0)?;
        }
        self.store.flush_all()
    }

    /// Step 3: makes the directory agree with the log, and registers the files.
    fn reconcile_files(&mut self, mut files: Files, scan: &Scan) -> Result<FirstPass> {
        let mut first_pass = self.first_pass(scan)?;
        let mut names = std::mem::take(&mut first_pass.names);
        let disk = &self.store.disk;
        for id in &first_pass.dropped {
            names.remove(id);
            if let Some(space) = files.by_id.remove(id) {
                disk.remove(&space.name())?;
            }
        }
        for (id, mut names) in names {
            let Some(last) = names.pop() else { continue };
            if !files.by_id.contains_key(&id) && !first_pass.created.contains(&id) {
                return Err(Error::NoSpace(id));
            }
            // A file that was created and never written is found by its name (R6).
            let nameless = |name: &String| files.nameless.iter().position(|there| there == name);
            let space = match (files.by_id.get(&id), nameless(&last).or_else(|| nameless(names.last()?))) {
                (Some(space), _) => space.clone(),
                (None, Some(i)) => {
                    let name = files.nameless.swap_remove(i);
                    Space::new(id, &name, disk.open(&name)?, 0)
                }
                (None, None) => Space::new(id, &last, disk.create(&last)?, 0),
            };
            if *space.name() != *last && !disk.exists(&last)? {
                disk.rename(&space.name(), &last)?;
                space.set_name(&last);
            }
            files.by_id.insert(id, space);
        }
        disk.sync_dir()?;
        files.nameless.sort();
        self.recovery.empty_files = files.nameless;
        for space in files.by_id.into_values() {
            self.store.pool.registry.add(space)?;
        }
        Ok(first_pass)
    }

    /// Collects the entries about whole files and whole pages.
    fn first_pass(&mut self, scan: &Scan) -> Result<FirstPass> {
        let mut out = FirstPass::default();
        let mut groups = scan.groups();
        while let Some(group) = groups.next()? {
            self.recovery.groups += 1;
            for entry in log::entries(group.payload) {
                match entry.map_err(|e| malformed(&group, &e))? {
                    Entry::Create { space, name } => {
                        out.created.insert(space);
                        out.names.insert(space, vec![name.to_owned()]);
                    }
                    Entry::Rename { space, name } => out.names.entry(space).or_default().push(name.to_owned()),
                    Entry::Drop { space } => drop(out.dropped.insert(space)),
                    Entry::Unlogged { first, pages } => {
                        let numbers = first.page.0..first.page.0.saturating_add(pages);
                        let made = numbers.map(|n| (PageId::new(first.space, PageNo(n)), group.end));
                        out.unlogged.extend(made);
                    }
                    _ => {}
                }
            }
        }
        Ok(out)
    }

    /// Step 4 for one group.
    fn apply(&mut self, group: &Group<'_>, first_pass: &FirstPass) -> Result<()> {
        let store = Arc::clone(self.store);
        let mut pages: Vec<Page<'_>> = vec![];
        let mut current = None;
        let mut entries = log::entries(group.payload).peekable();
        while let Some(entry) = entries.next() {
            match entry.map_err(|e| malformed(group, &e))? {
                Entry::Page(id) => {
                    current = pages.iter().position(|p| p.id == id);
                    if current.is_none() && !first_pass.is_void(id, group.end) {
                        let becomes_zeros = matches!(entries.peek(), Some(Ok(Entry::Init)));
                        let page = Page::get(&store, id, group.end, becomes_zeros);
                        pages.push(page.map_err(|e| self.if_torn(id, e))?);
                        current = Some(pages.len() - 1);
                    }
                }
                entry => {
                    if let Some(page) = current.map(|i| &mut pages[i]).filter(|p| p.older) {
                        log::apply(&entry, page.guard.bytes_mut());
                    }
                }
            }
        }
        pages.retain(|p| p.older);
        self.recovery.pages_changed += pages.len() as u64;
        for page in &mut pages {
            image::set_lsn(page.guard.bytes_mut(), group.end);
        }
        let frames = pages.iter().map(|p| (p.guard.frame, p.guard.header()));
        store.pool.flush_list.changed(group.start, group.end, frames);
        Ok(())
    }

    /// The error of a page that redo could not read: it says so if the page is torn.
    fn if_torn(&self, page: PageId, error: Error) -> Error {
        match error {
            Error::Corrupt { file, page: no, rule } if self.recovery.torn.contains(&page) => {
                let why = "the page is torn: it was being written at the crash, and innodb_doublewrite was DETECT_ONLY";
                Error::Corrupt { file, page: no, rule: format!("{why}, so there is no copy ({rule})") }
            }
            error => error,
        }
    }
}

fn malformed(group: &Group<'_>, e: &log::Malformed) -> Error {
    let rule = format!("the group at LSN {}: {e}", group.start);
    Error::Corrupt { file: innolab_redo::FILE_NAME.to_owned(), page: PageNo::NULL, rule }
}

/// A page that a group changes.
struct Page<'s> {
    id: PageId,
    guard: Exclusive<'s>,
    /// True if the page lacks the group's changes (R1).
    older: bool,
}

impl<'s> Page<'s> {
    fn get(store: &'s Store, id: PageId, end: Lsn, becomes_zeros: bool) -> Result<Page<'s>> {
        let space = store.pool.registry.expect(id.space)?;
        if let Some(guard) = store.pool.cached_exclusive(&space, id.page) {
            let older = image::lsn(guard.bytes()) < end;
            return Ok(Page { id, guard, older });
        }
        let mut guard = loop {
            if let Some(guard) = store.claim(&space, id.page)? {
                break guard;
            }
        };
        match store.pool.fill(&space, id.page, &mut guard) {
            Ok(_) => {}
            // The page's first entry makes it zeros (R2).
            Err(Error::Corrupt { .. }) if becomes_zeros => guard.bytes_mut().fill(0),
            Err(e) => {
                store.pool.give_back(guard);
                return Err(e);
            }
        }
        let older = image::lsn(guard.bytes()) < end;
        Ok(Page { id, guard, older })
    }
}
