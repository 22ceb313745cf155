//! `export`: a table's file for a server, and the statements with which the server takes it.

use crate::database::{Database, Naming, require_database};
use crate::failure::Failure;
use std::io::Write;
use std::path::Path;

/// Writes the table's tablespace to `file` and prints the statements.
pub(crate) fn export(dir: &Path, table: &str, file: &Path, name: &Naming, mut out: impl Write) -> Result<(), Failure> {
    let database = Database::open_to_share(Some(require_database(dir)?), name)?;
    let exported = database.engine().export(table, file)?;
    database.close()?;
    writeln!(out, "{};", exported.create_table)?;
    writeln!(out, "ALTER TABLE `{table}` DISCARD TABLESPACE;")?;
    let (ibd, cfg) = (file.display(), file.with_extension("cfg"));
    writeln!(out, "-- copy {ibd} to the server's {table}.ibd, and {} to its {table}.cfg", cfg.display())?;
    Ok(writeln!(out, "ALTER TABLE `{table}` IMPORT TABLESPACE;")?)
}
