//! The modes of `inspect`, and the files that they look at.

use super::columns::Columns;
use super::space::Space;
use super::survey::Survey;
use super::tell::Teller;
use super::{illustrate, page, redo, segments, summary, svg, tree, undo, versions};
use crate::failure::Failure;
use clap::{Args, Subcommand};
use innolab_base::{Lsn, PageNo};
use innolab_disk::{Disk, ReadOnlyDir};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is to be looked at, and how.
#[derive(Subcommand)]
pub(crate) enum Mode {
    /// What a tablespace's pages are used for: types, indexes, extents, free room.
    SpaceSummary(File),
    /// One line a page: number, type, index, level, records, free bytes, LSN.
    SpacePages(File),
    /// One line an extent of 64 pages: state, owner, which pages are used.
    SpaceExtents(File),
    /// One line a segment: owner, extents, single pages.
    SpaceInodes(File),
    /// Verify every page: checksum, number, tablespace, and for INDEX pages the records. Exit status 1 if one is bad.
    SpaceVerify(File),
    /// Draw the trees: levels, pages, how full they are, key ranges.
    IndexIllustrate {
        #[command(flatten)]
        file: File,
        /// Only the index with this id.
        #[arg(long, value_name = "ID")]
        index: Option<u64>,
        /// Children of a page that are shown; the others are counted.
        #[arg(long, value_name = "N", default_value_t = 12)]
        children: usize,
        /// Write a drawing to this file instead.
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
    },
    /// Draw a page's regions to scale.
    PageIllustrate {
        #[command(flatten)]
        file: File,
        /// The page.
        page: u32,
    },
    /// Show what a page says: header, directory, records.
    PageDump {
        #[command(flatten)]
        file: File,
        /// The page.
        page: u32,
    },
    /// Show the redo log's groups: LSNs, pages, changes.
    RedoDump {
        /// The data directory.
        directory: PathBuf,
        /// Begin at this LSN instead of the checkpoint; 0: at the oldest group that is surely there.
        #[arg(long, value_name = "LSN")]
        from: Option<u64>,
    },
    /// Show the undo logs: of transactions under way, and the history that purge has not taken yet.
    UndoHistory {
        /// The data directory.
        directory: PathBuf,
    },
    /// Show a row's versions, along its roll pointers.
    RecordHistory {
        /// The data directory.
        directory: PathBuf,
        /// The table.
        table: String,
        /// The primary key's values; of a table without one, the hidden row id.
        #[arg(required = true, allow_negative_numbers = true)]
        key: Vec<String>,
    },
}

/// A tablespace file.
#[derive(Args)]
pub(crate) struct File {
    /// The file, or a data directory: all its tablespaces.
    path: PathBuf,
    /// What stands between the parentheses of the table's CREATE TABLE: 'id int primary key, v varchar(20)'.
    #[arg(long, value_name = "DEFINITIONS")]
    columns: Option<String>,
}

/// Does what `mode` says. ERRORS: files that cannot be read or are not what they should be, by their names.
pub(crate) fn inspect(mode: &Mode, as_json: bool, out: impl Write) -> Result<(), Failure> {
    let mut tell = Teller::new(out, as_json);
    let done = run(mode, &mut tell);
    // What was found is told even if something else is wrong.
    tell.flush()?;
    done
}

fn run<W: Write>(mode: &Mode, tell: &mut Teller<W>) -> Result<(), Failure> {
    match mode {
        Mode::SpaceSummary(file) => file.each(|space, columns| summary::summary(tell, &space, &columns)),
        Mode::SpacePages(file) => file.each(|space, columns| summary::pages(tell, &space, &columns)),
        Mode::SpaceExtents(file) => file.each(|space, columns| segments::extents(tell, &space, &columns)),
        Mode::SpaceInodes(file) => file.each(|space, columns| segments::inodes(tell, &space, &columns)),
        Mode::SpaceVerify(file) => {
            let mut bad = 0;
            file.each(|space, columns| {
                bad += summary::verify(tell, &space, &columns)?;
                Ok(())
            })?;
            if bad == 0 { Ok(()) } else { Err(summary::counted(bad, "bad page").into()) }
        }
        Mode::IndexIllustrate { file, index, children, svg } => {
            let (space, columns) = file.one()?;
            let survey = Survey::take(&space)?;
            let trees = tree::trees(&survey, *index)?;
            match svg {
                None => illustrate::illustrate(tell, &space, &columns, &trees, *children),
                Some(file) => Ok(std::fs::write(file, svg::svg(&space, &columns, &trees))
                    .map_err(|e| format!("{}: {e}", file.display()))?),
            }
        }
        Mode::PageIllustrate { file, page } => {
            let (space, columns) = file.one()?;
            page::illustrate(tell, &space, &columns, PageNo(*page))
        }
        Mode::PageDump { file, page } => {
            let (space, columns) = file.one()?;
            page::dump(tell, &space, &columns, PageNo(*page))
        }
        Mode::UndoHistory { directory } => undo::history(tell, &*look(directory)?),
        Mode::RecordHistory { directory, table, key } => versions::history(tell, &*look(directory)?, table, key),
        Mode::RedoDump { directory, from } => redo::dump(tell, &look(directory)?, from.map(Lsn)),
    }
}

/// A directory, to be looked at (R1).
fn look(directory: &Path) -> Result<Arc<dyn Disk>, Failure> {
    Ok(Arc::new(ReadOnlyDir::open(directory)?))
}

impl File {
    /// The file. ERRORS: it is a directory.
    fn one(&self) -> Result<(Space, Columns), Failure> {
        if self.path.is_dir() {
            return Err(format!("{}: name one of its files", self.path.display()).into());
        }
        let name = self.path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| format!("{}: this names no file", self.path.display()))?;
        let directory = match self.path.parent() {
            Some(directory) if !directory.as_os_str().is_empty() => directory,
            _ => Path::new("."),
        };
        self.open(&look(directory)?, name)
    }

    /// The file, or every tablespace of the directory.
    fn each(&self, mut visit: impl FnMut(Space, Columns) -> Result<(), Failure>) -> Result<(), Failure> {
        if !self.path.is_dir() {
            let (space, columns) = self.one()?;
            return visit(space, columns);
        }
        let disk = look(&self.path)?;
        let names: Vec<_> = disk.list()?.into_iter().filter(|name| name.ends_with(".ibd")).collect();
        if names.is_empty() {
            return Err(format!("{}: there is no tablespace (*.ibd) in it", self.path.display()).into());
        }
        for name in names {
            let (space, columns) = self.open(&disk, &name)?;
            visit(space, columns)?;
        }
        Ok(())
    }

    fn open(&self, disk: &Arc<dyn Disk>, name: &str) -> Result<(Space, Columns), Failure> {
        let space = Space::open(&**disk, name)?;
        let columns = match &self.columns {
            Some(definitions) => Columns::defined(definitions, &space)?,
            None => Columns::known(&**disk, &space)?,
        };
        Ok((space, columns))
    }
}

#[cfg(test)]
mod tests;
