//! What undoes the rows of a stretch of the log: SQL for people and shells, or a log for a replay.
//!
//! RULES
//!
//! - **R1** Newest transaction first, each as a transaction of its own, its rows newest first ([`innolab_binlog::flashback`]).
//! - **R2** A stretch with a statement in it, DDL or not, is refused by the statement's text; nothing is printed then.
//! - **R3** Rows of other tables than `--table` are left as they are; a transaction that has only such rows disappears.
//!   A table that has no rows in the stretch is refused: its name may be wrong.

use super::source::{LogFile, Met, Stretch};
use super::sql;
use crate::failure::Failure;
use innolab_base::{Events, Xid};
use innolab_binlog::flashback::{Undo, reverse};
use innolab_binlog::{Coordinator, Entry, Options, RowChange};
use innolab_disk::OsDisk;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Prints the undoing, or writes it into the log file `output`.
pub(super) fn flashback(
    files: &[LogFile],
    stretch: &Stretch,
    table: Option<&str>,
    output: Option<&Path>,
    mut out: impl Write,
) -> Result<(), Failure> {
    let undos = undo(files, stretch, table)?;
    match output {
        Some(path) => write_log(&undos, path),
        None if undos.is_empty() => Ok(writeln!(out, "-- the stretch has no rows: nothing is to be undone")?),
        None => undos.iter().try_for_each(|(file, undo)| Ok(print(file, undo, &mut out)?)),
    }
}

/// The changes that undo the stretch, with the file of each transaction (R1–R3).
pub(super) fn undo(files: &[LogFile], stretch: &Stretch, table: Option<&str>) -> Result<Vec<(String, Undo)>, Failure> {
    let mut entries: Vec<(String, Vec<Entry>)> = Vec::new();
    stretch.walk(files, |file, met| {
        if let Met::Event(entry) = met {
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
            return Err(format!("{table}: the stretch has no rows of this table").into());
        }
    }
    Ok(undos)
}

fn print(file: &str, undo: &Undo, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "-- undoes the transaction at {file}:{}\nBEGIN;", undo.offset)?;
    undo.changes.iter().try_for_each(|change| writeln!(out, "{};", sql::statement(change)))?;
    writeln!(out, "COMMIT;")
}

/// Writes the undoing as a log of one file, for `binlog replay`, `mariadb-binlog` and the like. Its times are the ones
/// of the epoch: an undoing is the same bytes whenever it is made.
fn write_log(undos: &[(String, Undo)], path: &Path) -> Result<(), Failure> {
    if path.exists() {
        return Err(format!("{}: the file exists already", path.display()).into());
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
