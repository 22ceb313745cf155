//! A table's file as a MariaDB server takes it: `ALTER TABLE … IMPORT TABLESPACE` without a `.cfg`.
//!
//! ```text
//! server> CREATE TABLE …; ALTER TABLE t DISCARD TABLESPACE;         the statement that `export` returns
//! $       cp t.ibd  DATADIR/db/t.ibd
//! server> ALTER TABLE t IMPORT TABLESPACE; CHECK TABLE t EXTENDED;
//! ```
//!
//! RULES
//!
//! - **R1** All pages are in their places before the first is copied, and none changes until the last one is: one statement at a time.
//! - **R2** Every page is verified on its way (checksum, number, tablespace); a page of zeros was never used. A file that fails leaves no copy.
//!
//! InnoDB's counterpart: `FLUSH TABLES … FOR EXPORT` (`row0quiesce`). Left out: the `.cfg` file, which only secondary indexes would need.

use crate::def::{ColumnDef, ColumnType, Datum, TableDef};
use crate::engine::Engine;
use crate::error::{Error, Result};
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_disk::File;
use innolab_page::fil::{self, Flavour};
use innolab_store::Space;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The statement by which the server makes the table that the file fits.
    pub create_table: String,
    /// Pages of 16 KiB in the file.
    pub pages: u32,
}

impl Engine {
    /// Copies a table's tablespace to the file `out`, which must not be there. REQUIRES: no statement is under way (R1).
    /// ERRORS: [`Error::NoSuchTable`], [`Error::Export`], corrupt pages.
    pub fn export(&self, table: &str, out: &Path) -> Result<Exported> {
        self.check()?;
        let table = self.table(table).ok_or_else(|| Error::NoSuchTable { name: table.to_owned() })?;
        self.store().flush_all()?;
        let space = table.tree().space();
        let file = self.store().disk().open(space.name())?;
        let copied = copy(space, &*file, out);
        if matches!(copied, Err(ref e) if !is_there_already(e)) {
            // The copy is of no use; that it cannot be removed matters less than why it failed.
            let _ = std::fs::remove_file(out);
        }
        copied?;
        Ok(Exported { create_table: create_table(table.def()), pages: space.size_pages() })
    }
}

fn is_there_already(e: &Error) -> bool {
    matches!(e, Error::Export { made: false, .. })
}

fn copy(space: &Space, file: &dyn File, out: &Path) -> Result<()> {
    let failed = |made: bool| {
        move |e: std::io::Error| Error::Export { path: out.display().to_string(), why: e.to_string(), made }
    };
    let to = std::fs::OpenOptions::new().write(true).create_new(true).open(out).map_err(failed(false))?;
    let mut to = std::io::BufWriter::with_capacity(64 * PAGE_SIZE, to);
    let mut bytes = vec![0; PAGE_SIZE];
    for page in (0..space.size_pages()).map(PageNo) {
        file.read_at(u64::from(page.0) * PAGE_SIZE as u64, &mut bytes)?;
        fil::verify(&bytes, space.page_id(page), Flavour::FullCrc32).map_err(|e| space.corrupt(page, e))?;
        to.write_all(&bytes).map_err(failed(true))?;
    }
    to.flush().and_then(|()| to.get_ref().sync_all()).map_err(failed(true))
}

/// The CREATE TABLE statement of a server's table with the same bytes.
pub(crate) fn create_table(def: &TableDef) -> String {
    let mut lines: Vec<String> =
        def.columns.iter().enumerate().map(|(i, c)| column(c, def.auto_increment == Some(i))).collect();
    if !def.has_row_id() {
        let key: Vec<String> = def.key_columns().map(|c| quoted(&c.name)).collect();
        lines.push(format!("PRIMARY KEY ({})", key.join(", ")));
    }
    let name = quoted(&def.name);
    let options = "ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin";
    format!("CREATE TABLE {name} (\n  {}\n) {options}", lines.join(",\n  "))
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn column(column: &ColumnDef, auto_increment: bool) -> String {
    let ty = match column.ty {
        ColumnType::Int { bytes, unsigned } => {
            let name = match bytes {
                1 => "TINYINT",
                2 => "SMALLINT",
                3 => "MEDIUMINT",
                4 => "INT",
                _ => "BIGINT",
            };
            format!("{name}{}", if unsigned { " UNSIGNED" } else { "" })
        }
        ColumnType::VarChar { chars } => format!("VARCHAR({chars})"),
        ColumnType::Char { chars } => format!("CHAR({chars})"),
        ColumnType::VarBinary { bytes } => format!("VARBINARY({bytes})"),
    };
    let null = if column.nullable { "NULL" } else { "NOT NULL" };
    let default = match &column.default {
        Some(value) if !auto_increment => format!(" DEFAULT {}", literal(value)),
        _ => String::new(),
    };
    let auto_increment = if auto_increment { " AUTO_INCREMENT" } else { "" };
    format!("{} {ty} {null}{default}{auto_increment}", quoted(&column.name))
}

fn literal(value: &Datum) -> String {
    match value {
        Datum::Null => "NULL".to_owned(),
        Datum::Int(v) => v.to_string(),
        Datum::UInt(v) => v.to_string(),
        Datum::Bytes(bytes) => {
            bytes.iter().fold("X'".to_owned(), |mut hex, b| {
                // Writing to a String does not fail.
                let _ = write!(hex, "{b:02X}");
                hex
            }) + "'"
        }
    }
}

#[cfg(test)]
mod tests;
