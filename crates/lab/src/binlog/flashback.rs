//! `binlog flashback`: the changes that undo the rows of a range of the log, as SQL or as a log file.
//!
//! RULES
//!
//! - **R1** Transactions are undone newest first, each in one transaction, with its rows newest first
//!   ([`innolab_binlog::flashback`]).
//! - **R2** A range with a statement in it, DDL or not, is refused; the error quotes the statement and says which
//!   options leave it out, and nothing is printed.
//! - **R3** With `--table`, only rows of that table are undone, and DDL that does not name it passes. If the range has
//!   none of its rows, that is an error: the name may be misspelt.
//! - **R4** All of the SQL is made before any is printed: a value that cannot be written refuses all.
//! - **R5** What no log has is said: an unfinished write, and rows that foreign keys changed.

use super::declared::{Complete, Declarations};
use super::range::{self, LogFile, LogItem, LogRange};
use super::sql;
use crate::copy::Copy;
use crate::database::{Database, DatabaseArguments, require_database};
use crate::failure::Failure;
use crate::progress::{Progress, Task};
use innolab_base::{Events, Xid};
use innolab_binlog::flashback::{Reversal, Scope, Undo};
use innolab_binlog::{Action, Coordinator, Entry, Event, EventPosition, Grammar, Options, Query, RowChange, TableMap};
use innolab_disk::OsDisk;
use innolab_sql::Outcome;
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// Flags of a rows event: no foreign key was checked; the log has the rows that foreign keys changed (MySQL 9.6).
const NO_UNLOGGED_CASCADE: u16 = 0x2 | 0x10;

/// The changes that undo a range.
pub(super) struct Undone {
    /// The changes of each transaction (R1).
    pub(super) undos: Vec<Undo>,
    /// What is not undone (R5).
    notes: Vec<String>,
}

/// The events of a range, by file.
type Entries = Vec<(String, Vec<Entry>)>;

/// The changes that undo the range (R1–R3).
pub(super) fn undo(
    files: &[LogFile],
    range: &LogRange,
    table: Option<&str>,
    progress: &Progress,
) -> Result<Undone, Failure> {
    let reading = progress.bytes("reading the log", range::total_bytes(files));
    let (entries, mut notes) = read(files, range, &reading)?;
    drop(reading);
    let is_wanted =
        |map: &TableMap| table.is_none_or(|table| map.table == *table || format!("{}.{}", map.db, map.table) == table);
    let passes = |query: &Query| table.is_some_and(|table| !may_concern(query, table));
    let scope = Scope { table: &is_wanted, passes: &passes };
    let mut reversal = Reversal::new(&scope);
    let read = entries.iter().try_for_each(|(file, list)| reversal.read(file, list));
    let undos = read.and_then(|()| reversal.finish()).map_err(|e| match advice(&entries, &passes) {
        Some(advice) => format!("{e}; {advice}"),
        None => e.to_string(),
    })?;
    if let Some(table) = table.filter(|_| undos.is_empty()) {
        return Err(format!("{table}: no rows of this table in this range").into());
    }
    // This engine has no foreign keys.
    let is_ours = |file: &LogFile| Ok::<_, Failure>(file.open()?.format().server_version.ends_with("-innolab"));
    if !files.first().map(is_ours).transpose()?.unwrap_or(false) {
        notes.extend(cascade_note(&entries, &is_wanted));
    }
    Ok(Undone { undos, notes })
}

/// Reads the range, and notes an unfinished write (R5).
fn read(files: &[LogFile], range: &LogRange, task: &Task) -> Result<(Entries, Vec<String>), Failure> {
    let (mut entries, mut notes) = (Entries::new(), Vec::new());
    range.walk(files, task, |file, item| {
        match (item, entries.last_mut().filter(|(name, _)| name == file)) {
            (LogItem::Event(entry), Some((_, list))) => list.push(entry),
            (LogItem::Event(entry), None) => entries.push((file.to_owned(), vec![entry])),
            (LogItem::Torn(torn), _) => notes.push(format!("{file}: torn at byte {}: {}", torn.offset, torn.rule)),
        }
        Ok(())
    })?;
    Ok((entries, notes))
}

/// True unless a statement surely changes no row of `table` (R3): it is DDL, and does not name it.
fn may_concern(query: &Query, table: &str) -> bool {
    let words: Vec<&str> = query.sql.split(|c: char| !is_name_char(c)).filter(|word| !word.is_empty()).collect();
    let word = |i: usize| words.get(i).map_or(String::new(), |word| word.to_uppercase());
    let of_database = matches!(word(1).as_str(), "DATABASE" | "SCHEMA");
    let ddl = ["CREATE", "ALTER", "DROP", "TRUNCATE", "RENAME", "GRANT", "REVOKE", "ANALYZE", "OPTIMIZE", "FLUSH"];
    let (db, name) = table.split_once('.').map_or((None, table), |(db, name)| (Some(db), name));
    let names = |name: &str| {
        let is_edge = |c: Option<char>| c.is_none_or(|c| !is_name_char(c));
        let (text, name) = (query.sql.to_lowercase(), name.to_lowercase());
        text.match_indices(&name)
            .any(|(at, _)| is_edge(text[..at].chars().next_back()) && is_edge(text[at + name.len()..].chars().next()))
    };
    !ddl.contains(&word(0).as_str()) || names(name) || of_database && word(0) != "CREATE" && db.is_none_or(names)
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$' || c == '#' || c == '@'
}

/// The options that leave the range's statements out (R2); `None` if it has none.
fn advice(entries: &Entries, passes: &dyn Fn(&Query) -> bool) -> Option<String> {
    let mut statements: Vec<&Query> = Vec::new();
    let mut behind = None;
    let mut grammar = Grammar::new();
    for (file, list) in entries {
        let mut pending = false;
        for entry in list {
            let position = grammar.step(entry).ok()?;
            if let Event::Query(query) = &entry.event
                && !matches!(query.sql.as_str(), "BEGIN" | "COMMIT" | "ROLLBACK")
                && !query.sql.starts_with("XA ")
                && !passes(query)
            {
                statements.push(query);
                pending = true;
            }
            if pending && matches!(position, EventPosition::Last | EventPosition::Only) {
                (behind, pending) = (Some((file, entry.end)), false);
            }
        }
    }
    let (file, end) = behind?;
    let rows = |list: &[Entry], from: u64| list.iter().any(|e| e.offset >= from && matches!(e.event, Event::Rows(_)));
    let later = entries.iter().skip_while(|(name, _)| name != file);
    let rows_follow = later.enumerate().any(|(n, (_, list))| rows(list, if n == 0 { end } else { 0 }));
    let first = entries.first().is_some_and(|(name, _)| name == file);
    let from = if first { String::new() } else { format!("begin with the file {file} and ") };
    let mut all = Vec::new();
    all.push(match rows_follow {
        true => format!("to undo the rows after it, {from}add --start-position {end}"),
        false => "no rows follow it".to_owned(),
    });
    let named = |table: &String| statements.iter().any(|query| may_concern(query, table));
    let tables: Vec<String> = tables(entries).into_iter().filter(|table| !named(table)).collect();
    if !tables.is_empty() {
        all.push(format!("of a table that it does not name, add --table {}", tables.join(" or --table ")));
    }
    Some(all.join("; "))
}

/// The tables that have rows in the range.
fn tables(entries: &Entries) -> BTreeSet<String> {
    let all = entries.iter().flat_map(|(_, list)| list).filter_map(|entry| match &entry.event {
        Event::Rows(rows) => Some(format!("{}.{}", rows.table.db, rows.table.table)),
        _ => None,
    });
    all.collect()
}

/// Names the tables whose rows a foreign key may have let change others (R5).
fn cascade_note(entries: &Entries, is_wanted: &dyn Fn(&TableMap) -> bool) -> Option<String> {
    let changed = entries.iter().flat_map(|(_, list)| list).filter_map(|entry| match &entry.event {
        Event::Rows(rows) if rows.action != Action::Write && rows.flags & NO_UNLOGGED_CASCADE == 0 => Some(&rows.table),
        _ => None,
    });
    let wanted = changed.filter(|map| is_wanted(map)).map(|map| format!("{}.{}", map.db, map.table));
    let tables: BTreeSet<String> = wanted.collect();
    let tables: Vec<String> = tables.into_iter().collect();
    (!tables.is_empty()).then(|| {
        format!(
            "MariaDB, and MySQL before 9.6, log no rows that a foreign key changed (CASCADE, SET NULL): if a table refers \
             to {}, look there; triggers run again",
            tables.join(", ")
        )
    })
}

/// Definitions of tables from a file of CREATE TABLE statements and from the database in a directory, of which a copy is
/// opened. ERRORS: one cannot be read.
pub(super) fn declarations(
    schema: Option<&Path>,
    dir: Option<&Path>,
    arguments: &DatabaseArguments,
    progress: &Progress,
) -> Result<Declarations, Failure> {
    let mut all = Declarations::default();
    if let Some(path) = schema {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| format!("{shown}: {e}"))?;
        all.add(Declarations::read(&shown, &text)?);
    }
    if let Some(dir) = dir {
        let copy = Copy::of(require_database(dir)?)?;
        let database = Database::open(Some(copy.path()), arguments, progress)?;
        let mut session = database.session();
        let mut cells = |sql: &str, column: usize| match session.execute(sql) {
            Ok(Outcome::Rows { rows, .. }) => {
                let text =
                    |cell: &Option<Vec<u8>>| String::from_utf8_lossy(cell.as_deref().unwrap_or_default()).into_owned();
                rows.iter().filter_map(|row| row.get(column).map(text)).collect()
            }
            _ => Vec::new(),
        };
        for table in cells("show tables", 0) {
            for create in cells(&format!("show create table `{}`", table.replace('`', "``")), 1) {
                all.add(Declarations::read(&table, &create)?);
            }
        }
        drop(session);
        database.close()?;
    }
    Ok(all)
}

impl Undone {
    /// Prints what is not undone (R5), a line each.
    pub(super) fn print_notes(&self, out: &mut impl Write) -> Result<(), Failure> {
        self.notes.iter().try_for_each(|note| Ok(writeln!(out, "note: {note}")?))
    }
}

/// Prints the changes as SQL (R4).
pub(super) fn print(undone: &Undone, declared: &Declarations, mut out: impl Write) -> Result<(), Failure> {
    let mut text = Vec::new();
    let mut known: Vec<(Arc<TableMap>, Complete)> = Vec::new();
    for undo in &undone.undos {
        let failed = |e: String| format!("{}: byte {}: {e}", undo.file, undo.offset);
        writeln!(text, "-- undoes the transaction at {}:{}\nBEGIN;", undo.file, undo.offset)?;
        for RowChange { table, change } in &undo.changes {
            if !known.iter().any(|(map, _)| Arc::ptr_eq(map, table)) {
                known.push((table.clone(), declared.complete(table).map_err(failed)?));
            }
            let complete = known.iter().find(|(map, _)| Arc::ptr_eq(map, table)).map(|(_, complete)| complete);
            let complete = complete.ok_or("a table of the log is lost")?;
            writeln!(text, "{};", sql::statement(complete, change).map_err(failed)?)?;
        }
        writeln!(text, "COMMIT;")?;
    }
    undone.notes.iter().try_for_each(|note| writeln!(out, "-- note: {note}"))?;
    if undone.undos.is_empty() {
        return Ok(writeln!(out, "-- no rows in this range: nothing to undo")?);
    }
    out.write_all(sql::BEGIN.as_bytes())?;
    out.write_all(&text)?;
    Ok(out.write_all(sql::END.as_bytes())?)
}

/// Writes the changes as a log of one file, for `binlog replay` or `mariadb-binlog`. Its timestamps are 0, so that the
/// same changes always make the same bytes. ERRORS: the file exists; a row that no log can have; the disk's.
pub(super) fn write_log(undone: &Undone, path: &Path, mut out: impl Write) -> Result<(), Failure> {
    if path.exists() {
        return Err(format!("{}: this file exists already", path.display()).into());
    }
    undone.print_notes(&mut out)?;
    let beside = tempfile::TempDir::with_prefix("innolab-")?;
    let disk = Arc::new(OsDisk::open(beside.path())?);
    let options = Options { max_binlog_size: u64::MAX, sync_binlog: 0, ..Options::default() };
    let (log, _) = Coordinator::open(disk, options, Vec::new(), 0, Events::none())?;
    for (n, undo) in (1..).zip(&undone.undos) {
        for RowChange { table, change } in &undo.changes {
            let rows = change.before().into_iter().chain(change.after());
            if let Some(column) = rows.filter_map(|row| table.unwritable(row)).next() {
                let (db, name, column) = (&table.db, &table.table, table.column_name(column));
                return Err(format!(
                    "{}: byte {}: {db}.{name}, column {column}: a value that its type does not have, or that is not in \
                     the log",
                    undo.file, undo.offset
                )
                .into());
            }
        }
        let mut transaction = log.transaction(1, Xid(n), 0);
        transaction.rows(&undo.changes);
        log.commit(transaction)?;
    }
    log.close()?;
    std::fs::copy(beside.path().join("binlog.000001"), path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(())
}
