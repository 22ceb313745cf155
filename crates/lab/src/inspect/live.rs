//! `inspect` on an open database: a statement of `run` and of the shell, among those in SQL.
//!
//! ```text
//! insert into t values (6, repeat('x', 3000)); -- T1
//! inspect index-illustrate t.ibd; -- T1              the words of `innolab inspect`; `.` is the database's directory
//!         └─► Mode ─► the same code as on files ─► Pool: Disk ─► pages of *.ibd: the buffer pool
//!                                                           └──► redo.log: the file
//! ```
//!
//! RULES
//!
//! - **R1** A line names a file of the database by its name alone, and the directory as `.`; nothing outside is read.
//! - **R2** A page is read through the buffer pool, latched shared while it is copied, and sealed: a mode sees the files
//!   as they would be if every page were written now. A page that the pool cannot read is what its file has. Nothing is
//!   latched between two pages: where other threads work, pages may contradict each other, as in files.
//! - **R3** Nothing is changed. Before the redo log is read, what is still in its buffer is handed to the system.
//! - **R4** An error is the statement's: number 1105, with the text of `innolab inspect`.

use super::command::{Mode, inspect_in};
use super::source::Source;
use crate::failure::Failure;
use crate::progress::Progress;
use clap::Parser;
use clap::error::ErrorKind;
use innolab_base::{PAGE_SIZE, PageNo};
use innolab_disk::{Disk, Error, File, Result};
use innolab_page::fil::{self, ChecksumAlgorithm};
use innolab_redo::FILE_NAME;
use innolab_sql::SqlError;
use innolab_store::{Space, Store};
use std::sync::Arc;

/// The word that begins such a statement.
const WORD: &str = "inspect";

/// Show the pages of this database as they are in memory. The directory is `.`.
#[derive(Parser)]
#[command(name = "inspect", no_binary_name = true)]
struct Line {
    #[command(subcommand)]
    mode: Mode,
    /// Print JSON, one object per line.
    #[arg(long, global = true)]
    json: bool,
}

/// Runs a statement that begins with `inspect`, and returns what it prints; `None`: it is another one.
pub(crate) fn statement(sql: &str, store: &Arc<Store>) -> Option<std::result::Result<String, SqlError>> {
    let sql = sql.trim().trim_end_matches(';');
    let (word, rest) = sql.split_at_checked(WORD.len())?;
    let is_it = word.eq_ignore_ascii_case(WORD) && rest.chars().next().is_none_or(char::is_whitespace);
    is_it.then(|| shown(rest, store).map_err(|failure| SqlError::new(1105, "HY000", failure.to_string())))
}

fn shown(rest: &str, store: &Arc<Store>) -> std::result::Result<String, Failure> {
    let words = shlex::split(rest).ok_or("inspect: a quote is not closed")?;
    let line = match Line::try_parse_from(words) {
        Ok(line) => line,
        Err(asked) if !asked.use_stderr() => return Ok(asked.to_string()),
        Err(wrong) => return Err(usage(&wrong).into()),
    };
    let mut out = Vec::new();
    let ran = inspect_in(
        &Source::Database(Arc::new(Pool(store.clone()))),
        &line.mode,
        line.json,
        &Progress::hidden(),
        &mut out,
    );
    let text = String::from_utf8_lossy(&out).into_owned();
    match ran {
        Ok(()) => Ok(text),
        // What was shown before a failure is shown with it.
        Err(failure) => Err(format!("{text}{failure}").into()),
    }
}

/// What is wrong with the words, without the usage.
fn usage(wrong: &clap::Error) -> String {
    if wrong.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "inspect: which mode? `inspect --help` lists them".to_owned();
    }
    let text = wrong.to_string();
    let said = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect::<Vec<_>>().join(" ");
    format!("inspect: {}", said.trim_start_matches("error: "))
}

/// The directory of an open database, whose pages are read through the pool (R2).
struct Pool(Arc<Store>);

/// A tablespace file of [`Pool`].
struct Pages {
    store: Arc<Store>,
    space: Arc<Space>,
    file: Arc<dyn File>,
}

fn refuse<T>(op: &'static str, name: &str) -> Result<T> {
    Err(Error::Io { op, name: name.to_owned(), why: "inspect changes nothing".to_owned() })
}

impl Disk for Pool {
    fn open(&self, name: &str) -> Result<Arc<dyn File>> {
        if name == FILE_NAME {
            // A log that cannot be written is read as it is (R3).
            let _ = self.0.write_log(self.0.appended_lsn());
        }
        let file = self.0.disk().open(name)?;
        Ok(match self.0.space_by_name(name) {
            Some(space) => Arc::new(Pages { store: self.0.clone(), space, file }),
            None => file,
        })
    }

    fn create(&self, name: &str) -> Result<Arc<dyn File>> {
        refuse("create", name)
    }

    fn remove(&self, name: &str) -> Result<()> {
        refuse("remove", name)
    }

    fn rename(&self, from: &str, _: &str) -> Result<()> {
        refuse("rename", from)
    }

    fn list(&self) -> Result<Vec<String>> {
        self.0.disk().list()
    }

    fn sync_dir(&self) -> Result<()> {
        refuse("sync", ".")
    }
}

impl Pages {
    /// Copies a page from the pool; false if it is not to be had there.
    fn copy(&self, page: u64, bytes: &mut [u8]) -> bool {
        let Ok(page) = u32::try_from(page) else { return false };
        let Ok(read) = self.store.read(&self.space, PageNo(page)) else { return false };
        bytes.copy_from_slice(read.bytes());
        drop(read);
        fil::seal(bytes, fil::get_lsn(bytes), ChecksumAlgorithm::FullCrc32);
        true
    }
}

impl File for Pages {
    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let page = PAGE_SIZE as u64;
        if !at.is_multiple_of(page) || !buf.len().is_multiple_of(PAGE_SIZE) {
            return self.file.read_at(at, buf);
        }
        for (n, bytes) in (at / page..).zip(buf.chunks_exact_mut(PAGE_SIZE)) {
            if !self.copy(n, bytes) {
                self.file.read_at(n * page, bytes)?;
            }
        }
        Ok(())
    }

    fn write_at(&self, _: u64, _: &[u8]) -> Result<()> {
        refuse("write", &self.space.name())
    }

    fn len(&self) -> Result<u64> {
        self.file.len()
    }

    fn set_len(&self, _: u64) -> Result<()> {
        refuse("set the length of", &self.space.name())
    }

    fn sync(&self) -> Result<()> {
        refuse("sync", &self.space.name())
    }
}
