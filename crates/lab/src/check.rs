//! `check`: every page, every row and its entries, the undo logs.

use crate::database::{Database, Naming, require_database};
use crate::failure::Failure;
use std::io::{IsTerminal, Write, stderr};
use std::path::Path;

/// Checks the database in `dir` and prints the report. ERRORS: something does not hold.
pub(crate) fn check(dir: &Path, name: &Naming, mut out: impl Write) -> Result<(), Failure> {
    let database = Database::open_to_share(Some(require_database(dir)?), name)?;
    let seen = stderr().is_terminal();
    let mut progress = |index: &str, records: u64| {
        if seen {
            eprint!("\r\x1b[K{index} {records}");
        }
    };
    let report = database.engine().check_database(&mut progress)?;
    if seen {
        eprint!("\r\x1b[K");
    }
    database.close()?;
    write!(out, "{report}")?;
    if report.is_sound() { Ok(()) } else { Err("the database is not sound".into()) }
}
