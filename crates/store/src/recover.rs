//! Opening: the files are found, torn pages repaired, the redo log repeated.
//!
//! ```text
//! 1  every *.ibd says in its first sector which tablespace it is
//! 2  doublewrite: whole copies go where pages are torn (I6)
//! 3  redo, first look:  which files were created, renamed and dropped since the checkpoint; the directory is made to agree
//! 4  redo, second look: each group is applied to the pages that are older than it (I2)
//! 5  all pages are written, a checkpoint is made, work may begin
//! ```
//!
//! RULES
//!
//! - **R1** A group is applied to a page iff the page's LSN is less than the group's end; the page gets that LSN at the
//!   group's end.
//! - **R2** A page that cannot be read is an error, unless the first thing the log says of it is that it becomes zeros.
//! - **R3** Redo of a tablespace that a later group drops is passed over, and that of a page that a later group says is
//!   made without the log (`unlogged` R2); redo of a tablespace that is nowhere is an error.
//! - **R4** A crash during recovery is harmless: 2 and 4 do nothing that is done already, and the log is kept until 5.
//! - **R5** What a killed process wrote and did not sync is read here as if it were durable: so all files are synced
//!   before anything is done. Else a power loss after 5 could take a page away that R1 found newer than the log, or a
//!   slot of the doublewrite file could be reused before the page is synced in its place.
//! - **R6** A file has the last name that the log gives it. Each rename is synced before the next one is logged, so at
//!   most one is missing, and its new name is free.
//! - **R7** The log reaches at least as far as the newest page that was written (I1). If it does not it is damaged, and
//!   nothing is done: other pages may lack what it had. The doublewrite file shows the last batch of them; of other
//!   pages it is seen when they are read.
//!
//! Memory: the pool, and the groups one at a time.
//!
//! InnoDB's counterpart: `recv_sys`. Left out: applying in parallel and page by page from a hash table.

use crate::arena::Exclusive;
use crate::cleaner;
use crate::error::{Error, Result};
use crate::file::{SUFFIX, adopt_size};
use crate::log::{self, Entry};
use crate::poison::Poison;
use crate::pool::Pool;
use crate::replacer::MidpointLru;
use crate::space::Space;
use crate::write_back::WriteBack;
use crate::{Options, Store, image};
use innolab_base::sync::Mutex;
use innolab_base::{Clock, Events, Lsn, PageId, PageNo, SpaceId, Worker};
use innolab_disk::Disk;
use innolab_page::fil;
use innolab_redo::{Group, Redo, Scan};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What opening found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Where the log was read from.
    pub checkpoint: Lsn,
    /// Where it ended.
    pub end: Lsn,
    /// Groups that were read.
    pub groups: u64,
    /// Pages that a group was applied to, counted once a group.
    pub pages_changed: u64,
    /// Torn pages that the doublewrite file repaired.
    pub repaired: Vec<PageId>,
    /// Files without a whole first page: made, and never written before the crash.
    pub empty_files: Vec<String>,
}

innolab_base::event! {
    /// Opening repeated the log.
    pub struct Recovered "store.recovered" {
        /// What was found.
        recovery: Recovery,
    } => |e, f| write!(f, "redo from {} to {}: {} groups, {} pages changed, {} torn pages repaired", e.recovery.checkpoint,
        e.recovery.end, e.recovery.groups, e.recovery.pages_changed, e.recovery.repaired.len())
}

pub(crate) fn open(
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
        files.must_be_none()?;
        Redo::create(&disk, &redo_options)?;
    }
    let frames = options.frames();
    let replacer = Box::new(MidpointLru::new(frames, options.innodb_old_blocks_time));
    let pool = Pool::new(frames, replacer, clock)?;
    let write_back = WriteBack::open(&*disk, options.innodb_doublewrite)?;
    let reached;
    (recovery.repaired, reached) = write_back.repair(|id| files.by_id.get(&id).cloned())?;
    let (redo, scan) = Redo::open_reaching(&disk, &redo_options, reached)?; // R7
    let store = Arc::new(Store {
        disk,
        redo,
        pool,
        write_back: Mutex::new(write_back),
        poison: Poison::default(),
        linked: AtomicU64::new(0),
        options,
        events,
        cleaner: Worker::default(),
    });
    Repeat { store: &store, recovery: &mut recovery }.run(files, &scan)?;
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
    /// Their first sector is empty.
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

    fn must_be_none(&self) -> Result<()> {
        match self.by_id.values().map(|s| s.name()).chain(self.nameless.iter().map(|s| s.as_str().into())).next() {
            None => Ok(()),
            Some(name) => Err(Error::Setting(format!(
                "there is {name} but no {}: without the log it is not known whether the tables are whole",
                innolab_redo::FILE_NAME
            ))),
        }
    }
}

/// What the log says of files and of pages as a whole.
#[derive(Default)]
struct Spoken {
    created: BTreeSet<SpaceId>,
    /// The names of those that were created or renamed, in the order in which they had them.
    names: BTreeMap<SpaceId, Vec<String>>,
    dropped: BTreeSet<SpaceId>,
    /// Pages that were last made without the log: the end of the group that says so (`unlogged` R2).
    unlogged: BTreeMap<PageId, Lsn>,
}

impl Spoken {
    /// Whether what a group that ends at `end` says of the page does not matter any more.
    fn is_past(&self, page: PageId, end: Lsn) -> bool {
        self.dropped.contains(&page.space) || self.unlogged.get(&page).is_some_and(|made| end <= *made)
    }
}

struct Repeat<'a> {
    store: &'a Arc<Store>,
    recovery: &'a mut Recovery,
}

impl Repeat<'_> {
    fn run(&mut self, files: Files, scan: &Scan) -> Result<()> {
        self.recovery.checkpoint = scan.checkpoint;
        self.recovery.end = scan.end;
        self.store.linked.store(scan.end.0, Ordering::Release);
        let spoken = self.settle_files(files, scan)?;
        let mut groups = scan.groups();
        while let Some(group) = groups.next()? {
            self.apply(&group, &spoken)?;
        }
        for space in self.store.spaces() {
            adopt_size(self.store, &space, self.recovery.groups > 0)?;
        }
        self.store.flush_all()
    }

    /// Step 3. What the log says of files and pages as a whole.
    fn settle_files(&mut self, mut files: Files, scan: &Scan) -> Result<Spoken> {
        let mut spoken = self.spoken_of(scan)?;
        let mut names = std::mem::take(&mut spoken.names);
        let disk = &self.store.disk;
        for id in &spoken.dropped {
            names.remove(id);
            if let Some(space) = files.by_id.remove(id) {
                disk.remove(&space.name())?;
            }
        }
        for (id, mut names) in names {
            let Some(last) = names.pop() else { continue };
            if !files.by_id.contains_key(&id) && !spoken.created.contains(&id) {
                return Err(Error::NoSpace(id));
            }
            // Of a file that was made and never written only the name is known. R6
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
        Ok(spoken)
    }

    /// What the log says of files, and of pages that it does not have.
    fn spoken_of(&mut self, scan: &Scan) -> Result<Spoken> {
        let mut spoken = Spoken::default();
        let mut groups = scan.groups();
        while let Some(group) = groups.next()? {
            self.recovery.groups += 1;
            for entry in log::entries(group.payload) {
                match entry.map_err(|e| malformed(&group, &e))? {
                    Entry::Create { space, name } => {
                        spoken.created.insert(space);
                        spoken.names.insert(space, vec![name.to_owned()]);
                    }
                    Entry::Rename { space, name } => spoken.names.entry(space).or_default().push(name.to_owned()),
                    Entry::Drop { space } => drop(spoken.dropped.insert(space)),
                    Entry::Unlogged { first, pages } => {
                        let numbers = first.page.0..first.page.0.saturating_add(pages);
                        let made = numbers.map(|n| (PageId::new(first.space, PageNo(n)), group.end));
                        spoken.unlogged.extend(made);
                    }
                    _ => {}
                }
            }
        }
        Ok(spoken)
    }

    /// Step 4 for one group.
    fn apply(&mut self, group: &Group<'_>, spoken: &Spoken) -> Result<()> {
        let store = Arc::clone(self.store);
        let mut pages: Vec<Page<'_>> = vec![];
        let mut current = None;
        let mut entries = log::entries(group.payload).peekable();
        while let Some(entry) = entries.next() {
            match entry.map_err(|e| malformed(group, &e))? {
                Entry::Page(id) => {
                    current = pages.iter().position(|p| p.id == id);
                    if current.is_none() && !spoken.is_past(id, group.end) {
                        let becomes_zeros = matches!(entries.peek(), Some(Ok(Entry::Init)));
                        pages.push(Page::get(&store, id, group.end, becomes_zeros)?);
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
}

fn malformed(group: &Group<'_>, e: &log::Malformed) -> Error {
    let rule = format!("the group at LSN {}: {e}", group.start);
    Error::Corrupt { file: innolab_redo::FILE_NAME.to_owned(), page: PageNo::NULL, rule }
}

/// A page that a group is about.
struct Page<'s> {
    id: PageId,
    guard: Exclusive<'s>,
    /// The group is not yet in it (R1).
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
            // R2
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
