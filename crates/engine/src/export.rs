//! A table's file as a MariaDB server takes it: `ALTER TABLE … IMPORT TABLESPACE`, with a `.cfg` beside it that names
//! the indexes.
//!
//! ```text
//! server> CREATE TABLE …; ALTER TABLE t DISCARD TABLESPACE;         the statement that `export` returns
//! $       cp t.ibd t.cfg  DATADIR/db/
//! server> ALTER TABLE t IMPORT TABLESPACE; CHECK TABLE t EXTENDED;
//! ```
//!
//! RULES
//!
//! - **R1** All pages are in their places before the first is copied, and none changes until the last one is: one
//!   statement at a time.
//! - **R2** Every page is verified on its way (checksum, number, tablespace); a page of zeros was never used. A file
//!   that fails leaves no copy.
//!
//! - **R3** No transaction is open and all is purged: the file has rows that everybody sees, and no delete marks.
//!
//! InnoDB's counterpart: `FLUSH TABLES … FOR EXPORT` (`row0quiesce`).

mod cfg;

use crate::def::{ColumnDef, ColumnType, Datum, Preset, TableDef};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::packed;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_disk::File;
use innolab_page::fil::{self, Flavour};
use innolab_store::Space;
use std::fmt::Write as _;
use std::io::{BufWriter, Write as _};
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
    /// Copies a table's tablespace to the file `out`, and what a server wants to know of it to a file of the same name
    /// with `.cfg`; neither may be there. Purges before.
    /// REQUIRES: no statement is under way (R1). ERRORS: [`Error::NoSuchTable`], [`Error::Export`] (also while a
    /// transaction is open, R3), corrupt pages; there are no files then.
    pub fn export(&self, table: &str, out: &Path) -> Result<Exported> {
        self.check()?;
        let table = self.table(table).ok_or_else(|| Error::NoSuchTable { name: table.to_owned() })?;
        self.settle_all(out)?;
        self.store().flush_all()?;
        let space = table.tree().space();
        let file = self.store().disk().open(&space.name())?;
        whole_or_gone(out, copy(space, &*file, out))?;
        let described = out.with_extension("cfg");
        let written = whole_or_gone(&described, write(&described, |to| to.write_all(&cfg::encode(&table))));
        if written.is_err() {
            // The copy is of no use without.
            let _ = std::fs::remove_file(out);
        }
        written?;
        Ok(Exported { create_table: create_table(table.def()), pages: space.size_pages() })
    }

    /// R3
    fn settle_all(&self, out: &Path) -> Result<()> {
        self.purge()?;
        if self.mvcc.active().is_empty() && self.history_length() == 0 {
            return Ok(());
        }
        let why = "a transaction is open; end it first".to_owned();
        Err(Error::Export { path: out.display().to_string(), why, made: false })
    }
}

/// Removes a file that was begun and is not whole.
fn whole_or_gone(file: &Path, written: Result<()>) -> Result<()> {
    if matches!(written, Err(ref e) if !matches!(e, Error::Export { made: false, .. })) {
        // That it cannot be removed matters less than why it failed.
        let _ = std::fs::remove_file(file);
    }
    written
}

fn copy(space: &Space, file: &dyn File, out: &Path) -> Result<()> {
    let mut bytes = vec![0; PAGE_SIZE];
    let mut bad = Ok(());
    write(out, |to| {
        for page in (0..space.size_pages()).map(PageNo) {
            bad = read_verified(space, file, page, &mut bytes);
            if bad.is_err() {
                break;
            }
            to.write_all(&bytes)?;
        }
        Ok(())
    })?;
    bad
}

/// R2
fn read_verified(space: &Space, file: &dyn File, page: PageNo, bytes: &mut [u8]) -> Result<()> {
    file.read_at(u64::from(page.0) * PAGE_SIZE as u64, bytes)?;
    fil::verify(bytes, space.page_id(page), Flavour::FullCrc32).map_err(|e| space.corrupt(page, e))?;
    Ok(())
}

/// Makes a file that must not be there, filled by `fill`, durable.
fn write(out: &Path, fill: impl FnOnce(&mut BufWriter<std::fs::File>) -> std::io::Result<()>) -> Result<()> {
    let failed = |made: bool| {
        move |e: std::io::Error| Error::Export { path: out.display().to_string(), why: e.to_string(), made }
    };
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(out).map_err(failed(false))?;
    let mut to = BufWriter::with_capacity(64 * PAGE_SIZE, file);
    fill(&mut to).and_then(|()| to.flush()).and_then(|()| to.get_ref().sync_all()).map_err(failed(true))
}

/// The CREATE TABLE statement of a server's table with the same bytes.
pub(crate) fn create_table(def: &TableDef) -> String {
    let mut lines: Vec<String> =
        def.columns.iter().enumerate().map(|(i, c)| column(c, def.auto_increment == Some(i))).collect();
    if !def.has_row_id() {
        lines.push(match &def.primary_name {
            None => format!("PRIMARY KEY ({})", names(def, &def.primary_key)),
            Some(name) => format!("UNIQUE KEY {} ({})", quoted(name), names(def, &def.primary_key)),
        });
    }
    lines.extend(def.indexes.iter().map(|index| {
        let kind = if index.unique { "UNIQUE KEY" } else { "KEY" };
        format!("{kind} {} ({})", quoted(&index.name), names(def, &index.columns))
    }));
    let name = quoted(&def.name);
    let options = "ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin";
    format!("CREATE TABLE {name} (\n  {}\n) {options}", lines.join(",\n  "))
}

fn names(def: &TableDef, columns: &[usize]) -> String {
    columns.iter().map(|&i| quoted(&def.columns[i].name)).collect::<Vec<_>>().join(", ")
}

/// A name as SQL has it.
pub(crate) fn quoted(name: &str) -> String {
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
        ColumnType::Decimal { precision, scale, unsigned } => {
            format!("DECIMAL({precision},{scale}){}", if unsigned { " UNSIGNED" } else { "" })
        }
        ColumnType::DateTime { fsp } => format!("DATETIME({fsp})"),
        ColumnType::Date => "DATE".to_owned(),
    };
    let null = if column.nullable { "NULL" } else { "NOT NULL" };
    let now = match column.ty {
        ColumnType::DateTime { fsp } => format!("CURRENT_TIMESTAMP({fsp})"),
        _ => String::new(),
    };
    let default = match &column.default {
        _ if auto_increment => String::new(),
        Some(Preset::Value(value)) => format!(" DEFAULT {}", literal(column.ty, value)),
        Some(Preset::Now) => format!(" DEFAULT {now}"),
        None => String::new(),
    };
    let on_update = if column.on_update_now { format!(" ON UPDATE {now}") } else { String::new() };
    let auto_increment = if auto_increment { " AUTO_INCREMENT" } else { "" };
    format!("{} {ty} {null}{default}{on_update}{auto_increment}", quoted(&column.name))
}

fn literal(ty: ColumnType, value: &Datum) -> String {
    match value {
        Datum::Null => "NULL".to_owned(),
        Datum::Int(v) => v.to_string(),
        Datum::UInt(v) => v.to_string(),
        Datum::Bytes(bytes) if ty.fixed_bytes().is_some() => {
            format!("'{}'", packed::show(ty, bytes).unwrap_or_default())
        }
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
