//! The modes of `inspect`, and the files that they look at.

use super::columns::Columns;
use super::directory::{Directory, OldPages};
use super::faults::Faults;
use super::output::Output;
use super::rows::{RowForm, rows};
use super::source::Source;
use super::space::{Force, Space};
use super::survey::Survey;
use super::{illustrate, page, redo, segments, summary, svg, tree, undo, versions};
use crate::failure::{Failure, is_broken_pipe};
use crate::progress::Progress;
use clap::{Args, Subcommand};
use innolab_base::{Lsn, PageNo};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

/// A mode of `inspect`.
#[derive(Subcommand)]
pub(crate) enum Mode {
    /// Summarise a tablespace: page types, indexes, extents, free pages.
    SpaceSummary(FileArguments),
    /// List pages: number, LSN, records, free bytes, type, index and level.
    SpacePages(FileArguments),
    /// List extents of 64 pages: state, segment, which pages are used.
    SpaceExtents(FileArguments),
    /// List segments: extents, owner, single pages.
    SpaceInodes(FileArguments),
    /// Verify every page: checksum, number, tablespace, and the records of INDEX pages. Exit status 1 if a page is bad.
    SpaceVerify(FileArguments),
    /// Draw the trees: levels, pages, fill, key ranges.
    IndexIllustrate {
        #[command(flatten)]
        file: FileArguments,
        /// Draw only the index with this id.
        #[arg(long, value_name = "ID")]
        index: Option<u64>,
        /// Show this many children of a page; the others are counted.
        #[arg(long, value_name = "N", default_value_t = 12)]
        children: usize,
        /// Write the drawing to this file instead.
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
    },
    /// Draw the regions of a page to scale.
    PageIllustrate {
        #[command(flatten)]
        file: FileArguments,
        /// The page's number.
        page: u32,
    },
    /// Print a page: header, directory, records.
    PageDump {
        #[command(flatten)]
        file: FileArguments,
        /// The page's number.
        page: u32,
    },
    /// Print the rows of the table, as its leaves hold them: a rescue, or a first import.
    Rows {
        #[command(flatten)]
        file: FileArguments,
        /// Print the deleted rows instead: delete-marked ones, and removed ones whose bytes are still there.
        #[arg(long)]
        deleted: bool,
        /// Print INSERT statements.
        #[arg(long)]
        sql: bool,
        /// Print comma-separated values.
        #[arg(long, conflicts_with = "sql")]
        csv: bool,
    },
    /// Print the redo log, group by group (a group is one mini-transaction): LSNs, pages, changes.
    RedoDump {
        /// The data directory.
        directory: PathBuf,
        /// Start at this LSN instead of the checkpoint; 0 starts at the oldest group that is not overwritten.
        #[arg(long, value_name = "LSN")]
        from: Option<u64>,
    },
    /// Print the undo logs: those of active transactions, and the history that waits for purge.
    UndoHistory {
        /// The data directory.
        directory: PathBuf,
    },
    /// Print a row's versions, newest first, by following its roll pointers.
    RecordHistory {
        /// The data directory.
        directory: PathBuf,
        /// The table.
        table: String,
        /// The values of the primary key, or the hidden row id of a table without one.
        #[arg(required = true, allow_negative_numbers = true)]
        key: Vec<String>,
    },
}

/// A tablespace file, or all of a directory.
#[derive(Args)]
pub(crate) struct FileArguments {
    /// The file, or a data directory for all its tablespaces.
    path: PathBuf,
    /// The columns and keys of the table, as between the parentheses of CREATE TABLE: 'id int primary key, v
    /// varchar(20)'.
    #[arg(long, value_name = "DEFINITIONS")]
    columns: Option<String>,
    /// Show what is there of a damaged file or page.
    #[arg(long)]
    force: bool,
}

/// Runs a mode on the system's files. ERRORS: those of [`inspect_in`].
pub(crate) fn inspect(mode: &Mode, as_json: bool, progress: &Progress, out: impl Write) -> Result<(), Failure> {
    inspect_in(&Source::System, mode, as_json, progress, out)
}

/// Runs a mode. ERRORS: a file cannot be read or is not what it should be, with its name.
pub(super) fn inspect_in(
    source: &Source,
    mode: &Mode,
    as_json: bool,
    progress: &Progress,
    out: impl Write,
) -> Result<(), Failure> {
    let mut output = Output::new(out, as_json, progress.clone());
    let ran = run(source, mode, &mut output);
    // The facts before an error are printed, too.
    output.flush()?;
    ran
}

fn run<W: Write>(source: &Source, mode: &Mode, output: &mut Output<W>) -> Result<(), Failure> {
    let shown = OldPages::AreShown;
    match mode {
        Mode::SpaceSummary(file) => file.for_each(source, output, shown, summary::summary),
        Mode::SpacePages(file) => file.for_each(source, output, shown, summary::pages),
        Mode::SpaceExtents(file) => file.for_each(source, output, shown, segments::extents),
        Mode::SpaceInodes(file) => file.for_each(source, output, shown, segments::inodes),
        Mode::SpaceVerify(file) => file.for_each(source, output, shown, summary::verify),
        Mode::IndexIllustrate { file, index, children, svg } => {
            file.for_one(source, output, |output, space, columns| {
                let survey = Survey::read(space, output.progress())?;
                let trees = tree::trees(&survey, *index)?;
                match svg {
                    None => illustrate::illustrate(output, space, columns, &trees, *children)?,
                    Some(file) => std::fs::write(file, svg::svg(space, columns, &trees))
                        .map_err(|e| format!("{}: {e}", file.display()))?,
                }
                Ok(survey.not_read())
            })
        }
        Mode::PageIllustrate { file, page } => file
            .for_one(source, output, |output, space, columns| page::illustrate(output, space, columns, PageNo(*page))),
        Mode::PageDump { file, page } => {
            file.for_one(source, output, |output, space, columns| page::dump(output, space, columns, PageNo(*page)))
        }
        Mode::Rows { file, deleted, sql, csv } => {
            file.for_each(source, output, OldPages::AreFaults, |output, space, columns| {
                let form = match (sql, csv) {
                    (true, _) => RowForm::Sql,
                    (_, true) => RowForm::Csv,
                    _ => RowForm::Text,
                };
                rows(output, space, columns, form, *deleted)
            })
        }
        Mode::UndoHistory { directory } => {
            let directory = source.directory(directory)?;
            let ran = undo::history(output, &directory);
            told(ran, &directory, output)
        }
        Mode::RecordHistory { directory, table, key } => {
            let directory = source.directory(directory)?;
            let ran = versions::history(output, &directory, table, key);
            told(ran, &directory, output)
        }
        Mode::RedoDump { directory, from } => redo::dump(output, &source.directory(directory)?, from.map(Lsn)),
    }
}

/// The result of a mode on a directory, after what the redo log says of the pages that it has read: it may be why the mode
/// failed.
fn told<W: Write>(ran: Result<(), Failure>, directory: &Directory, output: &mut Output<W>) -> Result<(), Failure> {
    let mut faults = Faults::default();
    directory.report(output, &mut faults, OldPages::AreShown)?;
    ran.and_then(|()| faults.none())
}

impl FileArguments {
    /// Calls `visit` with the file. ERRORS: it is a directory; those of `visit`; the file or a page of it is not read.
    fn for_one<W: Write>(
        &self,
        source: &Source,
        output: &mut Output<W>,
        visit: impl FnMut(&mut Output<W>, &Space, &Columns) -> Result<Faults, Failure>,
    ) -> Result<(), Failure> {
        if source.is_directory(&self.path) {
            return Err(format!("{}: this is a directory; name one of its files", self.path.display()).into());
        }
        self.for_each(source, output, OldPages::AreShown, visit)
    }

    /// Calls `visit` with the file, or with every tablespace of the directory; one that is refused does not end the run.
    /// ERRORS: what was not read (R5 of the folder).
    fn for_each<W: Write>(
        &self,
        source: &Source,
        output: &mut Output<W>,
        old: OldPages,
        mut visit: impl FnMut(&mut Output<W>, &Space, &Columns) -> Result<Faults, Failure>,
    ) -> Result<(), Failure> {
        let mut faults = Faults::default();
        if !source.is_directory(&self.path) {
            let (directory, name) = source.file(&self.path)?;
            self.with((&directory, name, old), output, &mut faults, &mut visit)?;
            directory.report(output, &mut faults, old)?;
            return faults.none();
        }
        let directory = source.directory(&self.path)?;
        let names = directory.tablespaces()?;
        if names.is_empty() {
            return Err(format!("{}: no tablespace (*.ibd) in this directory", self.path.display()).into());
        }
        for name in names {
            match self.with((&directory, &name, old), output, &mut faults, &mut visit) {
                Err(failure) if is_broken_pipe(&failure) => return Err(failure),
                // The writer has removed or renamed it since it was listed.
                Err(_) if !directory.disk().exists(&name)? => {}
                Err(failure) => faults.tell(failure.to_string()),
                Ok(()) => {}
            }
        }
        directory.report(output, &mut faults, old)?;
        faults.none()
    }

    /// Calls `visit` with a file, and adds what is not read of it.
    fn with<W: Write>(
        &self,
        (directory, name, old): (&Directory, &str, OldPages),
        output: &mut Output<W>,
        faults: &mut Faults,
        visit: &mut impl FnMut(&mut Output<W>, &Space, &Columns) -> Result<Faults, Failure>,
    ) -> Result<(), Failure> {
        let space = directory.space(name, if self.force { Force::Yes } else { Force::No })?;
        space.faults().iter().for_each(|fault| faults.tell(fault));
        let (columns, unknown) = Columns::find(self.columns.as_deref(), directory, &space, output.progress())?;
        unknown.into_iter().for_each(|why| faults.tell(why));
        if !space.is_on_disk() {
            let tables: Vec<_> = columns.clustered().map(|(_, reader)| reader.table()).collect();
            let of = if tables.is_empty() { String::new() } else { format!(" (table {})", tables.join(", ")) };
            let line = format!("{name}{of}: not on disk yet: its pages are in the redo log alone");
            match old {
                OldPages::AreFaults => faults.tell(line),
                OldPages::AreShown => {
                    output.item(|| line, || json!({"file": name, "tables": tables, "state": "not on disk yet"}))?
                }
            }
        }
        match visit(output, &space, &columns) {
            Ok(more) => faults.add(more),
            // With the faults before it, which may be its cause.
            Err(failure) if is_broken_pipe(&failure) => return Err(failure),
            Err(failure) => faults.tell(failure.to_string()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
