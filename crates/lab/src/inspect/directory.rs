//! A directory as the modes read it: its tablespace files, and its dictionary.

use super::faults::Faults;
use super::log::Log;
use super::output::Output;
use super::recovered::dictionary_pages;
use super::space::{Force, Space};
use crate::failure::Failure;
use innolab_base::{PAGE_SIZE, PageNo, SpaceId};
use innolab_disk::{Disk, ReadOnlyDir};
use innolab_engine::inspect::{self, TableInfo};
use innolab_page::fsp;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// The system tablespace: dictionary and undo logs.
pub(crate) const SYS: &str = "sys.ibd";
/// The most reads of the dictionary until its pages are consistent.
const TRIES: usize = 10;
/// The pause between two reads.
const PAUSE: Duration = Duration::from_millis(5);

/// What pages are to a mode that are older than the redo log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum OldPages {
    /// Part of what it shows.
    AreShown,
    /// Input that is not there: rows may be missing.
    AreFaults,
}

/// A directory.
pub(crate) struct Directory {
    disk: Arc<dyn Disk>,
    /// What the redo log holds; `None` if the pages are the newest, or if there is no log of ours.
    log: Option<Rc<Log>>,
    /// Why the log is not known, though there is one.
    no_log: Option<String>,
    /// The tables of its dictionary, once they are known.
    tables: OnceCell<Vec<TableInfo>>,
}

impl Directory {
    /// Opens a directory read-only (R1 of the folder), with its redo log. ERRORS: the directory cannot be read.
    pub(crate) fn open(path: &Path) -> Result<Directory, Failure> {
        let disk: Arc<dyn Disk> = Arc::new(ReadOnlyDir::open(path)?);
        let (log, no_log) = match Log::read(&disk) {
            Ok(log) => (log.map(Rc::new), None),
            Err(why) => (None, Some(format!("{why}: it is not known which pages are older than the redo log"))),
        };
        Ok(Directory { disk, log, no_log, tables: OnceCell::new() })
    }

    /// A directory whose pages are all the newest: that of an open database, read through its buffer pool, or of a
    /// closed one.
    pub(crate) fn up_to_date(disk: Arc<dyn Disk>) -> Directory {
        Directory { disk, log: None, no_log: None, tables: OnceCell::new() }
    }

    pub(crate) fn disk(&self) -> &Arc<dyn Disk> {
        &self.disk
    }

    /// Opens a tablespace file. ERRORS: those of [`Space::open`].
    pub(crate) fn space(&self, name: &str, force: Force) -> Result<Space, Failure> {
        Space::open(&*self.disk, name, force, self.log.clone())
    }

    /// The names of its tablespace files.
    pub(crate) fn tablespaces(&self) -> Result<Vec<String>, Failure> {
        Ok(self.disk.list()?.into_iter().filter(|name| name.ends_with(".ibd")).collect())
    }

    /// The names of its tablespaces by id: those on page 0, and of files that are not on disk yet those in the log. Files
    /// without a readable page 0 are left out.
    pub(super) fn names(&self) -> Result<BTreeMap<SpaceId, String>, Failure> {
        let mut names = self.log.as_ref().map_or_else(BTreeMap::new, |log| log.names().clone());
        for name in self.tablespaces()? {
            let mut head = vec![0; PAGE_SIZE];
            let file = self.disk.open(&name);
            if file.is_ok_and(|file| file.read_at(0, &mut head).is_ok()) && head.iter().any(|byte| *byte != 0) {
                names.insert(fsp::space_id(&head), name);
            }
        }
        Ok(names)
    }

    /// All tables of the dictionary, with what the redo log holds of it: names and columns explain pages that are
    /// written, however old those of the dictionary are. ERRORS: it cannot be read, or its pages contradict each other
    /// however often they are read.
    pub(crate) fn tables(&self) -> Result<Vec<TableInfo>, Failure> {
        if let Some(known) = self.tables.get() {
            return Ok(known.clone());
        }
        let mut tries = 0;
        loop {
            tries += 1;
            match self.tables_now() {
                Err(_) if self.log.is_some() && tries < TRIES => std::thread::sleep(PAUSE),
                done => return done.map(|tables| self.tables.get_or_init(|| tables).clone()),
            }
        }
    }

    fn tables_now(&self) -> Result<Vec<TableInfo>, Failure> {
        // Its pages are not what the user looks at: those that are old are not reported.
        let sys = Space::open(&*self.disk, SYS, Force::No, self.log.as_ref().map(|log| Rc::new(log.silent())))?;
        let newer = match &self.log {
            Some(log) if log.holds(sys.id()) => dictionary_pages(&self.disk, &sys)?,
            _ => Default::default(),
        };
        inspect::tables(&mut |page: PageNo| match newer.get(&page) {
            Some(bytes) => Ok(bytes.clone()),
            None => sys.written(page),
        })
    }

    /// Prints what the log says of the pages that were read (R6 of the folder), or adds it to `faults`, and that the log
    /// is not known. ERRORS: those of the output.
    pub(super) fn report<W: Write>(
        &self,
        output: &mut Output<W>,
        faults: &mut Faults,
        old: OldPages,
    ) -> Result<(), Failure> {
        self.no_log.iter().for_each(|why| faults.tell(why));
        match (&self.log, old) {
            (None, _) => Ok(()),
            (Some(log), OldPages::AreShown) => log.report(output),
            (Some(log), OldPages::AreFaults) => {
                log.take_lines().into_iter().for_each(|line| faults.tell(line));
                Ok(())
            }
        }
    }
}
