//! Where a mode finds the files that its arguments name: in the system's directories, or in an open database.

use super::directory::Directory;
use crate::failure::Failure;
use innolab_disk::Disk;
use std::path::Path;
use std::sync::Arc;

/// The place of the files.
pub(crate) enum Source {
    /// The system's directories.
    System,
    /// The directory of an open database, which is `.`.
    Database(Arc<dyn Disk>),
}

impl Source {
    /// True if the path is a directory.
    pub(super) fn is_directory(&self, path: &Path) -> bool {
        match self {
            Source::System => path.is_dir(),
            Source::Database(_) => path == Path::new("."),
        }
    }

    /// Opens a directory. ERRORS: there is none; a path that leads out of the database.
    pub(super) fn directory(&self, path: &Path) -> Result<Directory, Failure> {
        match self {
            Source::System => Directory::open(path),
            Source::Database(disk) if self.is_directory(path) => Ok(Directory::up_to_date(disk.clone())),
            Source::Database(_) => {
                Err(format!("{}: inspect reads this database only: its directory is '.'", path.display()).into())
            }
        }
    }

    /// Opens the directory of a file, and returns the file's name in it. ERRORS: as [`Source::directory`].
    pub(super) fn file<'p>(&self, path: &'p Path) -> Result<(Directory, &'p str), Failure> {
        let name = path.file_name().and_then(|name| name.to_str());
        let name = name.ok_or_else(|| format!("{}: not a file name", path.display()))?;
        let directory = match path.parent() {
            Some(directory) if !directory.as_os_str().is_empty() => directory,
            _ => Path::new("."),
        };
        Ok((self.directory(directory)?, name))
    }
}
