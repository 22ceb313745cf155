//! `binlog flashback`: the changes that undo the rows of a range of the log, as SQL or as a log file.
//!
//! RULES
//!
//! - **R1** Transactions are undone newest first, each in one transaction, with its rows newest first
//!   ([`innolab_binlog::flashback`]).
//! - **R2** A range with a statement in it, DDL or not, is refused; the error quotes the statement, and nothing is
//!   printed.
//! - **R3** With `--table`, only rows of that table are undone. If the range has none, that is an error: the name may
//!   be misspelt.

use super::range::{self, LogFile, LogItem, LogRange};
use super::sql;
use crate::failure::Failure;
use crate::progress::Progress;
use innolab_base::{Events, Xid};
use innolab_binlog::flashback::{Undo, reverse};
use innolab_binlog::{Coordinator, Entry, Options, RowChange};
use innolab_disk::OsDisk;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Prints the changes as SQL, or writes them as the log file `output`. ERRORS: the file exists; the disk's.
pub(super) fn flashback(undos: &[(String, Undo)], output: Option<&Path>, mut out: impl Write) -> Result<(), Failure> {
    match output {
        Some(path) => write_log(undos, path),
        None if undos.is_empty() => Ok(writeln!(out, "-- no rows in this range: nothing to undo")?),
        None => undos.iter().try_for_each(|(file, undo)| Ok(print(file, undo, &mut out)?)),
    }
}

/// The changes that undo the range, with the file of each transaction (R1–R3).
pub(super) fn undo(
    files: &[LogFile],
    range: &LogRange,
    table: Option<&str>,
    progress: &Progress,
) -> Result<Vec<(String, Undo)>, Failure> {
    let reading = progress.bytes("reading the log", range::total_bytes(files));
    let mut entries: Vec<(String, Vec<Entry>)> = Vec::new();
    range.walk(files, &reading, |file, item| {
        if let LogItem::Event(entry) = item {
            match entries.last_mut().filter(|(name, _)| name == file) {
                Some((_, list)) => list.push(entry),
                None => entries.push((file.to_owned(), vec![entry])),
            }
        }
        Ok(())
    })?;
    let mut undos = Vec::new();
    for (file, list) in entries.iter().rev() {
        undos.extend(reverse(file, list)?.into_iter().map(|undo| (file.clone(), undo)));
    }
    if let Some(table) = table {
        let wanted = |c: &RowChange| c.table.table == table || format!("{}.{}", c.table.db, c.table.table) == table;
        undos.iter_mut().for_each(|(_, undo)| undo.changes.retain(wanted));
        undos.retain(|(_, undo)| !undo.changes.is_empty());
        if undos.is_empty() {
            return Err(format!("{table}: no rows of this table in this range").into());
        }
    }
    Ok(undos)
}

fn print(file: &str, undo: &Undo, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "-- undoes the transaction at {file}:{}\nBEGIN;", undo.offset)?;
    undo.changes.iter().try_for_each(|change| writeln!(out, "{};", sql::statement(change)))?;
    writeln!(out, "COMMIT;")
}

/// Writes the changes as a log of one file, for `binlog replay` or `mariadb-binlog`. Its timestamps are 0, so that the
/// same changes always make the same bytes.
fn write_log(undos: &[(String, Undo)], path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Err(format!("{}: this file exists already", path.display()).into());
    }
    let beside = tempfile::TempDir::with_prefix("innolab-")?;
    let disk = Arc::new(OsDisk::open(beside.path())?);
    let options = Options { max_binlog_size: u64::MAX, sync_binlog: 0, ..Options::default() };
    let (log, _) = Coordinator::open(disk, options, Vec::new(), 0, Events::none())?;
    for (n, (_, undo)) in (1..).zip(undos) {
        let mut transaction = log.transaction(1, Xid(n), 0);
        transaction.rows(&undo.changes);
        log.commit(transaction)?;
    }
    log.close()?;
    std::fs::copy(beside.path().join("binlog.000001"), path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(())
}
