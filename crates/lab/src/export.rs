//! `export`: a table's file for a server, and the statements with which the server imports it.

use crate::database::{Database, DatabaseArguments, require_database};
use crate::failure::Failure;
use crate::progress::Progress;
use clap::ValueEnum;
use innolab_engine::Importer;
use std::io::Write;
use std::path::Path;

/// The server that imports the file.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum For {
    /// MariaDB 10.5 and later.
    Mariadb,
    /// MySQL 8 and later.
    Mysql,
}

/// Writes the table's tablespace to `file`, for MariaDB its `.cfg` beside it, and prints the statements. ERRORS: no
/// database in `dir`; no such table; `file` exists.
pub(crate) fn export(
    (dir, table, file): (&Path, &str, &Path),
    server: For,
    arguments: &DatabaseArguments,
    progress: &Progress,
    mut out: impl Write,
) -> Result<(), Failure> {
    let database = Database::open_deterministic(Some(require_database(dir)?), arguments, progress)?;
    let copying = progress.spinner(format!("exporting {table} to {}", file.display()));
    let importer = match server {
        For::Mariadb => Importer::MariaDb,
        For::Mysql => Importer::MySql,
    };
    let exported = database.engine().export(table, file, importer)?;
    drop(copying);
    database.close()?;
    let quoted = format!("`{}`", table.replace('`', "``"));
    // Only the server knows the code of some letters: its file is there until DISCARD.
    let name = exported.server_file_name.as_deref().unwrap_or("TABLE");
    writeln!(out, "{};", exported.create_table)?;
    if exported.server_file_name.is_none() {
        writeln!(out, "-- TABLE below stands for the name, without .ibd, of the file that the server has just made")?;
    }
    writeln!(out, "ALTER TABLE {quoted} DISCARD TABLESPACE;")?;
    let ibd = file.display();
    match server {
        For::Mariadb => {
            let cfg = file.with_extension("cfg");
            writeln!(out, "-- copy {ibd} to the server's {name}.ibd, and {} to its {name}.cfg", cfg.display())?;
            writeln!(out, "-- MySQL 8 and 9 crash when they import such a file: for them, use --for mysql")?;
        }
        For::Mysql => {
            writeln!(out, "-- copy {ibd} to the server's {name}.ibd; there is no .cfg, and a warning says so")?
        }
    }
    Ok(writeln!(out, "ALTER TABLE {quoted} IMPORT TABLESPACE;")?)
}
