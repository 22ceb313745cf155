//! `export`: a table's file for a server, and the statements with which the server imports it.

use crate::database::{Database, DatabaseArguments, require_database};
use crate::failure::Failure;
use crate::progress::Progress;
use std::io::Write;
use std::path::Path;

/// Writes the table's tablespace to `file` and its `.cfg` beside it, and prints the statements. ERRORS: no database in
/// `dir`; no such table; `file` exists.
pub(crate) fn export(
    (dir, table, file): (&Path, &str, &Path),
    arguments: &DatabaseArguments,
    progress: &Progress,
    mut out: impl Write,
) -> Result<(), Failure> {
    let database = Database::open_deterministic(Some(require_database(dir)?), arguments, progress)?;
    let copying = progress.spinner(format!("exporting {table} to {}", file.display()));
    let exported = database.engine().export(table, file)?;
    drop(copying);
    database.close()?;
    writeln!(out, "{};", exported.create_table)?;
    writeln!(out, "ALTER TABLE `{table}` DISCARD TABLESPACE;")?;
    let (ibd, cfg) = (file.display(), file.with_extension("cfg"));
    writeln!(out, "-- copy {ibd} to the server's {table}.ibd, and {} to its {table}.cfg", cfg.display())?;
    Ok(writeln!(out, "ALTER TABLE `{table}` IMPORT TABLESPACE;")?)
}
