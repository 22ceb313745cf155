//! What the redo log holds of the pages of its directory: while a database is open, and after its process was killed,
//! pages are in the log before they are in their files.
//!
//! ```text
//! redo.log   checkpoint ─ group ─ group ─ group ─ end         page 3 of t.ibd: newest record ends at LSN 9120
//! t.ibd      page 3, LSN 8192                                 ─► "page 3 has LSN 8192: older than the redo log, …"
//! ```
//!
//! RULES
//!
//! - **R1** The log is read before the first page. So a page is called older only if the log held its newer state before
//!   the page was read.
//! - **R2** Redo that recovery skips does not count: that of dropped tablespaces, and of pages before they were loaded
//!   without redo.
//! - **R3** A writer may overwrite the log while it is read: then it is read again.
//! - **R4** A page is torn only while the log has groups behind its checkpoint: those of the page are behind it until the
//!   page is synced in its place. With an empty log a page that does not verify is damaged, whatever copies of it there are.
//!
//! Redo names a page by its tablespace's id, and so do files: a server's file that was copied here may have the id of
//! another.

use super::output::Output;
use crate::failure::Failure;
use innolab_base::{Lsn, PAGE_SIZE, PageId, PageNo, SpaceId};
use innolab_disk::Disk;
use innolab_page::fil;
use innolab_redo::{FILE_NAME, Scan};
use innolab_store::DOUBLEWRITE;
use innolab_store::log::{Entry, entries};
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// The most reads of a log that is overwritten meanwhile (R3).
const TRIES: usize = 20;
/// The pause between two reads.
const PAUSE: Duration = Duration::from_millis(2);
/// The most pages that the text form lists.
const SHOWN: usize = 40;

/// The redo log from its checkpoint on.
#[derive(Default)]
pub(crate) struct Log {
    /// The end of the newest record of each page.
    newest: BTreeMap<PageId, Lsn>,
    /// The files that it creates or renames, by their last names.
    names: BTreeMap<SpaceId, String>,
    /// The directory.
    disk: Option<Arc<dyn Disk>>,
    /// The pages to be reported, by file.
    seen: RefCell<BTreeMap<(String, PageNo), State>>,
}

/// How a page in its file differs from what recovery makes of it.
#[derive(Clone, Copy)]
enum State {
    /// It lacks changes: its LSN, `None` if it was never written, and the end of the newest record.
    Older(Option<Lsn>, Lsn),
    /// It does not verify, and was read from the doublewrite file, where it has this LSN.
    Torn(Lsn),
}

impl Log {
    /// Reads the log of a directory; `None` if there is none of ours. ERRORS: it is damaged, with the rule; the disk's.
    pub(super) fn read(disk: &Arc<dyn Disk>) -> Result<Option<Log>, Failure> {
        if !disk.exists(FILE_NAME)? {
            return Ok(None);
        }
        let mut tries = 0;
        loop {
            tries += 1;
            match Log::read_once(disk) {
                Err(_) if tries < TRIES => std::thread::sleep(PAUSE),
                read => return read.map(Some),
            }
        }
    }

    fn read_once(disk: &Arc<dyn Disk>) -> Result<Log, Failure> {
        let mut log = Log { disk: Some(disk.clone()), ..Log::default() };
        let mut groups = Scan::look(disk)?.groups();
        while let Some(group) = groups.next()? {
            for entry in entries(group.payload) {
                log.add(group.end, &entry.map_err(|e| format!("{FILE_NAME}: group at LSN {}: {e}", group.start))?);
            }
        }
        Ok(log)
    }

    fn add(&mut self, end: Lsn, entry: &Entry<'_>) {
        match entry {
            Entry::Page(page) => drop(self.newest.insert(*page, end)),
            Entry::Create { space, name } | Entry::Rename { space, name } => {
                self.names.insert(*space, (*name).to_owned());
            }
            Entry::Drop { space } => {
                self.names.remove(space);
                self.newest.retain(|page, _| page.space != *space);
            }
            Entry::Unlogged { first, pages } => {
                let last = first.page.0.saturating_add(*pages);
                self.newest.retain(|page, _| page.space != first.space || !(first.page.0..last).contains(&page.page.0));
            }
            Entry::Init | Entry::Write { .. } | Entry::Copy { .. } | Entry::Fill { .. } => {}
        }
    }

    /// The same log, of which nothing is to be reported.
    pub(super) fn silent(&self) -> Log {
        Log {
            newest: self.newest.clone(),
            names: self.names.clone(),
            disk: self.disk.clone(),
            seen: RefCell::default(),
        }
    }

    /// True if it has records of pages of this tablespace.
    pub(super) fn holds(&self, space: SpaceId) -> bool {
        self.newest.range(PageId::new(space, PageNo(0))..).next().is_some_and(|(page, _)| page.space == space)
    }

    /// The names that it gives to files.
    pub(super) fn names(&self) -> &BTreeMap<SpaceId, String> {
        &self.names
    }

    /// The tablespace whose file it creates under this name, or renames to it.
    pub(super) fn space_of(&self, file: &str) -> Option<SpaceId> {
        self.names.iter().find(|(_, name)| *name == file).map(|(space, _)| *space)
    }

    /// The pages in the doublewrite file that say that they are copies of this one; none if nothing was being written (R4).
    pub(super) fn copies_of(&self, page: PageId) -> Vec<Vec<u8>> {
        let copies = || {
            let disk = self.disk.as_ref()?;
            if Scan::look(disk).is_ok_and(|log| log.is_clean()) {
                return None;
            }
            let file = disk.open(DOUBLEWRITE).ok()?;
            let mut slots = vec![0; usize::try_from(file.len().ok()?).ok()?];
            file.read_at(0, &mut slots).ok()?;
            let is_it = |slot: &&[u8]| PageId::new(fil::space_id(slot), fil::page_no(slot)) == page;
            Some(slots.chunks_exact(PAGE_SIZE).filter(is_it).map(<[u8]>::to_vec).collect())
        };
        copies().unwrap_or_default()
    }

    /// Notes that a page was read from its file. `lsn`: `None` if it was never written.
    pub(super) fn saw(&self, file: &str, page: PageId, lsn: Option<Lsn>) {
        if let Some(newest) = self.newest.get(&page).filter(|newest| lsn.is_none_or(|lsn| lsn < **newest)) {
            self.seen.borrow_mut().insert((file.to_owned(), page.page), State::Older(lsn, *newest));
        }
    }

    /// Notes that a page does not verify in its file, and that its copy in the doublewrite file does.
    pub(super) fn saw_torn(&self, file: &str, page: PageNo, lsn: Lsn) {
        self.seen.borrow_mut().insert((file.to_owned(), page), State::Torn(lsn));
    }

    /// Takes what was noted, as lines for people.
    pub(super) fn take_lines(&self) -> Vec<String> {
        let seen = self.seen.take();
        seen.iter().map(|((file, page), state)| format!("{file}: page {page} {}", state.text())).collect()
    }

    /// Prints what was noted, page by page. JSON has all; text may end with a count.
    pub(super) fn report<W: Write>(&self, output: &mut Output<W>) -> Result<(), Failure> {
        let seen = self.seen.take();
        for (i, ((file, page), state)) in seen.iter().enumerate() {
            let json = || match state {
                State::Older(lsn, newest) => json!({
                    "file": file, "page": page.0, "state": "older than the redo log", "lsn": lsn.map(|lsn| lsn.0),
                    "log_lsn": newest.0,
                }),
                State::Torn(lsn) => json!({"file": file, "page": page.0, "state": "torn", "copy_lsn": lsn.0}),
            };
            match i < SHOWN {
                true => output.item(|| format!("{file}: page {page} {}", state.text()), json)?,
                false => output.json(json)?,
            }
        }
        match seen.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => output.heading(|| format!("{more} more pages like these (--json lists all)")),
        }
    }
}

impl State {
    fn text(self) -> String {
        match self {
            State::Older(Some(lsn), newest) => {
                format!("is older than the redo log: its LSN is {lsn}, its newest record there ends at LSN {newest}")
            }
            State::Older(None, newest) => {
                format!("is not on disk yet: its newest record in the redo log ends at LSN {newest}")
            }
            State::Torn(lsn) => {
                format!("is torn: it was being written; shown is its copy of LSN {lsn} in the doublewrite file")
            }
        }
    }
}
