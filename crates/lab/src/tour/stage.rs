//! Where a stop plays: a database on a simulated disk, sessions that take turns, and somebody who writes down the events.

use crate::database::Database;
use crate::failure::Failure;
use crate::inspect::space::Space;
use crate::run::{Runner, Telling};
use crate::scenario::{Case, load};
use innolab_base::Events;
use innolab_base::event::{Event, Sink};
use innolab_base::sync::Mutex;
use innolab_disk::{Disk, SimDisk};
use innolab_engine::Options;
use innolab_mvcc::ReadView;
use innolab_mvcc::sys::ViewOpened;
use innolab_sql::Session;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// A database to play with.
pub(crate) struct Stage {
    pub(crate) disk: SimDisk,
    pub(crate) database: Database,
    pub(crate) told: Arc<Told>,
}

/// The events of all organs, in their order, and the read view that was opened last.
#[derive(Default)]
pub(crate) struct Told(Mutex<Vec<(&'static str, String)>>, Mutex<Option<ReadView>>);

impl Sink for Told {
    fn event(&self, event: &dyn Event) {
        self.0.lock().push((event.kind(), event.to_string()));
        if let Some(opened) = event.as_any().downcast_ref::<ViewOpened>() {
            *self.1.lock() = Some(opened.view.clone());
        }
    }
}

impl Told {
    /// The view that was opened last.
    pub(crate) fn view(&self) -> Option<ReadView> {
        self.1.lock().take()
    }

    /// The lines of these kinds since the last time.
    pub(crate) fn take(&self, kinds: &[&str]) -> Vec<String> {
        let all = std::mem::take(&mut *self.0.lock());
        let wanted = all.into_iter().filter(|(kind, _)| kinds.contains(kind));
        wanted.map(|(kind, line)| format!("{kind:<18} {line}")).collect()
    }
}

impl Stage {
    /// An empty database.
    pub(crate) fn new() -> Result<Stage, Failure> {
        Stage::on(SimDisk::new(1))
    }

    /// The database on a disk, opened: what recovery tells is among the events.
    pub(crate) fn on(disk: SimDisk) -> Result<Stage, Failure> {
        let told = Arc::new(Told::default());
        let mut options = Options::default();
        options.store.innodb_buffer_pool_size = 8 << 20;
        options.store.innodb_log_file_size = 8 << 20;
        options.store.background = false;
        let database = Database::on_disk(Arc::new(disk.clone()), options, Events::to(told.clone()))?;
        Ok(Stage { disk, database, told })
    }

    /// A session of the stage's own, for what needs no audience.
    pub(crate) fn session(&self) -> Session {
        self.database.session()
    }

    /// Plays a scenario (`sql` is a file's text) and tells its steps. Between its cases `between` may show something,
    /// given the number of the case that has just ended.
    pub(crate) fn play<W: Write>(
        &self,
        out: &mut W,
        sql: &str,
        with_locks: bool,
        mut between: impl FnMut(usize, &mut W) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let file = Path::new("tour.sql");
        let cases: Vec<Case> = load(file, sql).map_err(|bad| format!("tour.sql:{bad}"))?;
        let how = Telling { as_json: false, with_locks, with_binlog: false };
        let mut runner = Runner::new(file, how, &self.database, out);
        let played = cases.iter().enumerate().try_for_each(|(n, case)| {
            runner.case(case, n == 0)?;
            between(n, runner.out)
        });
        played.and(runner.dismiss())
    }

    /// A table's file, with everything in its place.
    pub(crate) fn file(&self, table: &str) -> Result<Space, Failure> {
        self.database.engine().store().flush_all()?;
        Space::open(&self.disk, &format!("{table}.ibd"))
    }

    /// The disk as somebody sees it who only looks.
    pub(crate) fn look(&self) -> &dyn Disk {
        &self.disk
    }
}

/// Prints lines with a margin.
pub(crate) fn indented(out: &mut impl Write, text: &str) -> Result<(), Failure> {
    for line in text.lines() {
        writeln!(out, "   {line}")?;
    }
    Ok(())
}
