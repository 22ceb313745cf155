//! `checkpoint`: everything that the redo log holds, in the tables' files; after it the log is empty.
//!
//! ```text
//! redo.log ─► recovery ─► pages ─► unfinished transactions rolled back ─► all pages written ─► checkpoint = end of the log
//! ```
//!
//! Then the files are what they say they are: they can be copied, and `inspect` finds no page older than the log.

use crate::database::{Database, DatabaseArguments, require_database};
use crate::failure::Failure;
use crate::progress::Progress;
use innolab_disk::{Disk, ReadOnlyDir};
use innolab_redo::Scan;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Writes all pages of the database in `dir` to their files, and says what it did. ERRORS: no database in `dir`; a
/// process uses it; those of recovery.
pub(crate) fn checkpoint(
    dir: &Path,
    arguments: &DatabaseArguments,
    progress: &Progress,
    mut out: impl Write,
) -> Result<(), Failure> {
    let database = Database::open_deterministic(Some(require_database(dir)?), arguments, progress)?;
    let recovery = database.engine().recovery().clone();
    database.close()?;
    let (from, to, n) = (recovery.checkpoint, recovery.end, recovery.groups);
    let changed = recovery.pages_changed;
    writeln!(out, "redo log: {n} groups from LSN {from} to {to} applied, {changed} pages changed by them")?;
    for page in &recovery.repaired {
        writeln!(out, "torn page repaired from the doublewrite file: page {} of tablespace {}", page.page, page.space)?;
    }
    let disk: Arc<dyn Disk> = Arc::new(ReadOnlyDir::open(dir)?);
    let log = Scan::look(&disk)?;
    if !log.is_clean() {
        return Err(format!("{}: the redo log still has groups behind LSN {}", dir.display(), log.checkpoint).into());
    }
    Ok(writeln!(out, "all pages are in their files; checkpoint at LSN {}, the redo log is empty", log.checkpoint)?)
}
