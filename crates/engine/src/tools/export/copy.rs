//! The copy of an exported table: quiesce, write back, copy and verify each page, write the `.cfg`.
//!
//! ```text
//! purge ─► no transaction, no history? ─► write all pages back ─► FILE.ibd: page 0 · page 1 · …, each verified ─► FILE.cfg
//!          └ else Error::Export                                   └ a bad page: FILE.ibd is removed              └ fails: both are removed
//! ```
//!
//! RULES
//!
//! - **R1** Neither file may exist: an export replaces nothing.
//! - **R2** A file that could not be written as a whole is removed.
//!
//! The rules of the folder say what is copied and when.
//!
//! InnoDB's counterpart: `row_quiesce_table_start`, `row_quiesce_table_complete`.

use super::cfg;
use super::create_table::create_table;
use super::file_name::server_file_name;
use super::importer::Importer;
use crate::codec::{Error, Result};
use crate::core::Engine;
use innolab_base::codec::put_u32;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_disk::File;
use innolab_page::fil::{self, ChecksumAlgorithm};
use innolab_page::fsp;
use innolab_store::Space;
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// Flags of a DYNAMIC table's space in MySQL 8 and later, without an SDI: the import makes it.
const MYSQL_FLAGS: u32 = 0x21;

/// The result of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The statement that makes the server's table for the file.
    pub create_table: String,
    /// The name that the server gives to the table's file, without the ending; `None` if only the server knows it.
    pub server_file_name: Option<String>,
    /// Number of pages of 16 KiB in the file.
    pub pages: u32,
}

impl Engine {
    /// Purges, then copies a table's tablespace to the file `out`, in the form that `importer` takes. For MariaDB, writes
    /// its description to the file of the same name with `.cfg`. Neither may exist. REQUIRES: no statement is running (R1 of the folder).
    /// ERRORS: [`Error::NoSuchTable`]; [`Error::Export`], also if a transaction is open (R3 of the folder); corrupt
    /// pages. No files are left then.
    pub fn export(&self, table: &str, out: &Path, importer: Importer) -> Result<Exported> {
        self.check()?;
        let table = self.table(table).ok_or_else(|| Error::NoSuchTable { name: table.to_owned() })?;
        self.require_quiescent(out)?;
        self.store().flush_all()?;
        let space = table.tree().space();
        let file = self.store().disk().open(&space.name())?;
        remove_unless_complete(out, copy(space, &*file, out, importer))?;
        if importer == Importer::MariaDb {
            let described = out.with_extension("cfg");
            let written = write(&described, |to| to.write_all(&cfg::encode(&table)));
            if let Err(e) = remove_unless_complete(&described, written) {
                // The copy cannot be imported without it.
                let _ = std::fs::remove_file(out);
                return Err(e);
            }
        }
        Ok(Exported {
            create_table: create_table(table.def(), importer),
            server_file_name: server_file_name(&table.def().name),
            pages: space.size_pages(),
        })
    }

    /// Purges. ERRORS: [`Error::Export`] if a transaction is open or history is left (R3 of the folder).
    fn require_quiescent(&self, out: &Path) -> Result<()> {
        self.purge()?;
        if self.mvcc.active().is_empty() && self.history_length() == 0 {
            return Ok(());
        }
        let why = "a transaction is open; end it first".to_owned();
        Err(Error::Export { path: out.display().to_string(), why, made: false })
    }
}

/// Removes a file that was created and could not be completed (R2).
fn remove_unless_complete(file: &Path, written: Result<()>) -> Result<()> {
    if matches!(written, Err(ref e) if !matches!(e, Error::Export { made: false, .. })) {
        // A failure to remove matters less than the first error.
        let _ = std::fs::remove_file(file);
    }
    written
}

fn copy(space: &Space, file: &dyn File, out: &Path, importer: Importer) -> Result<()> {
    let mut bytes = vec![0; PAGE_SIZE];
    let mut bad = Ok(());
    write(out, |to| {
        for page in (0..space.size_pages()).map(PageNo) {
            bad = read_verified(space, file, page, &mut bytes);
            if bad.is_err() {
                break;
            }
            if importer == Importer::MySql {
                seal_for_mysql(page, &mut bytes);
            }
            to.write_all(&bytes)?;
        }
        Ok(())
    })?;
    bad
}

/// Seals a good page as MySQL does: flags of a DYNAMIC table in the older form, CRC-32C at both ends.
fn seal_for_mysql(page: PageNo, bytes: &mut [u8]) {
    if bytes.iter().all(|byte| *byte == 0) {
        return;
    }
    if page == fsp::HEADER_PAGE {
        put_u32(bytes, fsp::FLAGS, MYSQL_FLAGS);
    }
    bytes[fil::FLUSH_LSN..fil::SPACE].fill(0);
    let lsn = fil::get_lsn(bytes);
    fil::seal(bytes, lsn, ChecksumAlgorithm::Crc32);
}

/// Reads a page and verifies it (R2 of the folder).
fn read_verified(space: &Space, file: &dyn File, page: PageNo, bytes: &mut [u8]) -> Result<()> {
    file.read_at(u64::from(page.0) * PAGE_SIZE as u64, bytes)?;
    fil::verify(bytes, space.page_id(page), ChecksumAlgorithm::FullCrc32).map_err(|e| space.corrupt(page, e))?;
    Ok(())
}

/// Creates a file that must not exist (R1), filled by `fill`, and syncs it.
fn write(out: &Path, fill: impl FnOnce(&mut BufWriter<std::fs::File>) -> std::io::Result<()>) -> Result<()> {
    let failed = |made: bool| {
        move |e: std::io::Error| Error::Export { path: out.display().to_string(), why: e.to_string(), made }
    };
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(out).map_err(failed(false))?;
    let mut to = BufWriter::with_capacity(64 * PAGE_SIZE, file);
    fill(&mut to).and_then(|()| to.flush()).and_then(|()| to.get_ref().sync_all()).map_err(failed(true))
}
