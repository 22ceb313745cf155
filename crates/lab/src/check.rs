//! `check`: every page, every row and its entries, the undo logs.

use crate::database::{Database, DatabaseArguments, require_database};
use crate::failure::Failure;
use crate::progress::{Progress, Task};
use innolab_engine::{Engine, IndexNo};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// Checks the database in `dir` and prints the report. ERRORS: no database in `dir`; a fault was found.
pub(crate) fn check(
    dir: &Path,
    arguments: &DatabaseArguments,
    progress: &Progress,
    mut out: impl Write,
) -> Result<(), Failure> {
    let database = Database::open_deterministic(Some(require_database(dir)?), arguments, progress)?;
    let mut records = Records::new(database.engine(), progress);
    let report = database.engine().check_database(&mut |index, n| records.checked(index, n))?;
    drop(records);
    database.close()?;
    write!(out, "{report}")?;
    if report.is_sound() { Ok(()) } else { Err(format!("{}: the database has faults", dir.display()).into()) }
}

/// The progress of a check, in records of all indexes.
struct Records {
    task: Task,
    /// Estimated records of the indexes that are checked before each index.
    before: BTreeMap<String, u64>,
}

impl Records {
    fn new(engine: &Engine, progress: &Progress) -> Records {
        let mut records = Records { task: Task::hidden(), before: BTreeMap::new() };
        if progress.is_hidden() {
            return records;
        }
        let mut total = 0;
        for table in engine.tables().iter().filter_map(|name| engine.table(name)) {
            for (no, index) in table.indexes().iter().enumerate() {
                let name = format!("{}.{}", table.def().name, table.index_name(IndexNo(no)));
                records.before.insert(name, total);
                total += index.estimate_size().1;
            }
        }
        records.task = progress.bar("checking", "records", total);
        records
    }

    /// `n` records of `index` are checked.
    fn checked(&mut self, index: &str, n: u64) {
        self.task.describe(format!("checking {index}"));
        self.task.set(self.before.get(index).map_or(n, |before| before + n));
    }
}
