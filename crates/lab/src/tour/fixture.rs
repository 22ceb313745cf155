//! The fixture of a stop: a database on a simulated disk, sessions that take turns, and a log of the engine's events.

use crate::database::Database;
use crate::failure::Failure;
use crate::inspect::directory::Directory;
use crate::inspect::space::{Force, Space};
use crate::run::{RunFormat, Runner};
use crate::scenario::load;
use innolab_base::Events;
use innolab_base::event::{Event, Sink};
use innolab_base::sync::Mutex;
use innolab_disk::SimDisk;
use innolab_engine::Options;
use innolab_mvcc::ReadView;
use innolab_mvcc::sys::ViewOpened;
use innolab_sql::Session;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// A database for one stop.
pub(super) struct Fixture {
    pub(super) disk: SimDisk,
    pub(super) database: Database,
    pub(super) events: Arc<EventLog>,
}

/// The engine's events since the last call of [`EventLog::take`], and the read view that was opened last.
#[derive(Default)]
pub(super) struct EventLog {
    lines: Mutex<Vec<(&'static str, String)>>,
    view: Mutex<Option<ReadView>>,
}

impl Sink for EventLog {
    fn event(&self, event: &dyn Event) {
        self.lines.lock().push((event.kind(), event.to_string()));
        if let Some(opened) = event.as_any().downcast_ref::<ViewOpened>() {
            *self.view.lock() = Some(opened.view.clone());
        }
    }
}

impl EventLog {
    /// Takes the read view that was opened last.
    pub(super) fn take_view(&self) -> Option<ReadView> {
        self.view.lock().take()
    }

    /// Takes all events, and returns those of these kinds as lines.
    pub(super) fn take(&self, kinds: &[&str]) -> Vec<String> {
        let all = std::mem::take(&mut *self.lines.lock());
        let wanted = all.into_iter().filter(|(kind, _)| kinds.contains(kind));
        wanted.map(|(kind, line)| format!("{kind:<18} {line}")).collect()
    }
}

impl Fixture {
    /// An empty database.
    pub(super) fn new() -> Result<Fixture, Failure> {
        Fixture::on(SimDisk::new(1))
    }

    /// Opens the database on `disk`. The events of its recovery are in the log.
    pub(super) fn on(disk: SimDisk) -> Result<Fixture, Failure> {
        let events = Arc::new(EventLog::default());
        let mut options = Options::default();
        options.store.innodb_buffer_pool_size = 8 << 20;
        options.store.innodb_log_file_size = 8 << 20;
        options.store.background = false;
        let database = Database::on_disk(Arc::new(disk.clone()), options, "test", Events::to(events.clone()))?;
        Ok(Fixture { disk, database, events })
    }

    /// A session whose statements are not printed.
    pub(super) fn session(&self) -> Session {
        self.database.session()
    }

    /// Runs a scenario (`sql` is the text of a file) and prints its steps. After each case, `after_case` is called with
    /// the number of the case, from 0.
    pub(super) fn run<W: Write>(
        &self,
        out: &mut W,
        sql: &str,
        with_locks: bool,
        mut after_case: impl FnMut(usize, &mut W) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let file = Path::new("tour.sql");
        let cases = load(file, sql).map_err(|bad| format!("tour.sql:{bad}"))?.cases;
        let format = RunFormat { with_locks, ..RunFormat::default() };
        let mut runner = Runner::new(file, format, &self.database, out);
        let ran = cases.iter().enumerate().try_for_each(|(n, case)| {
            runner.case(case, n == 0)?;
            after_case(n, runner.out)
        });
        ran.and(runner.close())
    }

    /// Opens a table's file, after writing all pages to it.
    pub(super) fn file(&self, table: &str) -> Result<Space, Failure> {
        self.database.engine().store().flush_all()?;
        self.directory().space(&format!("{table}.ibd"), Force::No)
    }

    /// The directory, as `inspect` reads it. REQUIRES: [`Fixture::file`] was called since the last change.
    pub(super) fn directory(&self) -> Directory {
        Directory::up_to_date(Arc::new(self.disk.clone()))
    }
}

/// Prints lines with a margin.
pub(super) fn print_indented(out: &mut impl Write, text: &str) -> Result<(), Failure> {
    for line in text.lines() {
        writeln!(out, "   {line}")?;
    }
    Ok(())
}
