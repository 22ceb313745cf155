//! The modes of `inspect`, and the files that they look at.

use super::columns::Columns;
use super::output::Output;
use super::space::Space;
use super::survey::Survey;
use super::{illustrate, page, redo, segments, summary, svg, tree, undo, versions};
use crate::failure::Failure;
use crate::progress::Progress;
use clap::{Args, Subcommand};
use innolab_base::{Lsn, PageNo};
use innolab_disk::{Disk, ReadOnlyDir};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
}

/// Runs a mode. ERRORS: a file cannot be read or is not what it should be, with its name.
pub(crate) fn inspect(mode: &Mode, as_json: bool, progress: &Progress, out: impl Write) -> Result<(), Failure> {
    let mut output = Output::new(out, as_json, progress.clone());
    let ran = run(mode, &mut output);
    // The facts before an error are printed, too.
    output.flush()?;
    ran
}

fn run<W: Write>(mode: &Mode, output: &mut Output<W>) -> Result<(), Failure> {
    let progress = output.progress().clone();
    match mode {
        Mode::SpaceSummary(file) => {
            file.for_each(&progress, |space, columns| summary::summary(output, &space, &columns))
        }
        Mode::SpacePages(file) => file.for_each(&progress, |space, columns| summary::pages(output, &space, &columns)),
        Mode::SpaceExtents(file) => {
            file.for_each(&progress, |space, columns| segments::extents(output, &space, &columns))
        }
        Mode::SpaceInodes(file) => {
            file.for_each(&progress, |space, columns| segments::inodes(output, &space, &columns))
        }
        Mode::SpaceVerify(file) => {
            let mut bad = 0;
            file.for_each(&progress, |space, columns| {
                bad += summary::verify(output, &space, &columns)?;
                Ok(())
            })?;
            if bad == 0 { Ok(()) } else { Err(summary::counted(bad, "bad page").into()) }
        }
        Mode::IndexIllustrate { file, index, children, svg } => {
            let (space, columns) = file.open_one(output.progress())?;
            let survey = Survey::read(&space, output.progress())?;
            let trees = tree::trees(&survey, *index)?;
            match svg {
                None => illustrate::illustrate(output, &space, &columns, &trees, *children),
                Some(file) => Ok(std::fs::write(file, svg::svg(&space, &columns, &trees))
                    .map_err(|e| format!("{}: {e}", file.display()))?),
            }
        }
        Mode::PageIllustrate { file, page } => {
            let (space, columns) = file.open_one(output.progress())?;
            page::illustrate(output, &space, &columns, PageNo(*page))
        }
        Mode::PageDump { file, page } => {
            let (space, columns) = file.open_one(output.progress())?;
            page::dump(output, &space, &columns, PageNo(*page))
        }
        Mode::UndoHistory { directory } => undo::history(output, &*open_directory(directory)?),
        Mode::RecordHistory { directory, table, key } => {
            versions::history(output, &*open_directory(directory)?, table, key)
        }
        Mode::RedoDump { directory, from } => redo::dump(output, &open_directory(directory)?, from.map(Lsn)),
    }
}

/// Opens a directory read-only (R1).
fn open_directory(directory: &Path) -> Result<Arc<dyn Disk>, Failure> {
    Ok(Arc::new(ReadOnlyDir::open(directory)?))
}

impl FileArguments {
    /// Opens the file. ERRORS: it is a directory.
    fn open_one(&self, progress: &Progress) -> Result<(Space, Columns), Failure> {
        if self.path.is_dir() {
            return Err(format!("{}: this is a directory; name one of its files", self.path.display()).into());
        }
        let name = self.path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| format!("{}: not a file name", self.path.display()))?;
        let directory = match self.path.parent() {
            Some(directory) if !directory.as_os_str().is_empty() => directory,
            _ => Path::new("."),
        };
        self.open(&open_directory(directory)?, name, progress)
    }

    /// Calls `visit` with the file, or with every tablespace of the directory.
    fn for_each(
        &self,
        progress: &Progress,
        mut visit: impl FnMut(Space, Columns) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if !self.path.is_dir() {
            let (space, columns) = self.open_one(progress)?;
            return visit(space, columns);
        }
        let disk = open_directory(&self.path)?;
        let names: Vec<_> = disk.list()?.into_iter().filter(|name| name.ends_with(".ibd")).collect();
        if names.is_empty() {
            return Err(format!("{}: no tablespace (*.ibd) in this directory", self.path.display()).into());
        }
        for name in names {
            let (space, columns) = self.open(&disk, &name, progress)?;
            visit(space, columns)?;
        }
        Ok(())
    }

    fn open(&self, disk: &Arc<dyn Disk>, name: &str, progress: &Progress) -> Result<(Space, Columns), Failure> {
        let space = Space::open(&**disk, name)?;
        let columns = match &self.columns {
            Some(definitions) => Columns::from_definitions(definitions, &space, progress)?,
            None => Columns::from_dictionary(&**disk, &space)?,
        };
        Ok((space, columns))
    }
}

#[cfg(test)]
mod tests;
