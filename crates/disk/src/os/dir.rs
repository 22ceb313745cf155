//! A directory of the operating system: its lock and its names. The rules are those of [`os`](super).

use super::file::{OsFile, error};
use crate::{Disk, Error, File, Result};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file that a process locks while it uses a directory (R1); [`Disk::list`] leaves it out.
pub const LOCK_FILE: &str = "innolab.lock";

/// The mode of the files that we create: nobody but their owner reads or changes a database, as nobody but the owner
/// connects to its socket file. (The server's files are 0660.)
pub(super) const FILE_MODE: u32 = 0o600;

/// A directory of the operating system, locked against a second process.
#[derive(Debug)]
pub struct OsDisk {
    dir: PathBuf,
    /// Open for [`Disk::sync_dir`].
    handle: fs::File,
    pub(super) lock: fs::File,
}

impl Drop for OsDisk {
    /// R5.
    fn drop(&mut self) {
        // An error leaves what closing the descriptor does.
        let _ = flock(&self.lock, FlockOperation::Unlock);
    }
}

impl OsDisk {
    /// Locks the existing directory `dir`. ERRORS: [`Error::NotFound`], [`Error::InUse`], [`Error::Io`] (also if it is
    /// read-only).
    pub fn open(dir: impl AsRef<Path>) -> Result<OsDisk> {
        let dir = dir.as_ref();
        let name = dir.display().to_string();
        if !dir.is_dir() && dir.exists() {
            return Err(Error::Io { op: "open", name, why: "it is not a directory".to_owned() });
        }
        let handle = fs::File::open(dir).map_err(|e| error("open", &name, e))?;
        Ok(OsDisk { dir: dir.to_owned(), handle, lock: lock(dir)? })
    }

    /// Creates the directory `dir` and its parents if necessary, and locks it. ERRORS: as [`OsDisk::open`].
    pub fn create(dir: impl AsRef<Path>) -> Result<OsDisk> {
        let dir = dir.as_ref();
        fs::create_dir_all(dir).map_err(|e| error("create", &dir.display().to_string(), e))?;
        OsDisk::open(dir)
    }

    /// Returns the path of the directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn path(&self, name: &str) -> PathBuf {
        assert!(!name.contains('/') && !name.is_empty(), "R4 of the crate: {name:?} is not a plain file name");
        self.dir.join(name)
    }
}

/// Locks the lock file of `dir` and writes the process id into it (R1).
fn lock(dir: &Path) -> Result<fs::File> {
    let path = dir.join(LOCK_FILE);
    let shown = path.display().to_string();
    let opened = fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(FILE_MODE).open(&path);
    let mut file = opened.map_err(|e| error("write the lock file", &shown, e))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => {
            let mut pid = String::new();
            // The other process may not have written its id yet: then the error does not name it.
            let _ = file.read_to_string(&mut pid);
            return Err(Error::InUse { name: dir.display().to_string(), pid: pid.trim().parse().ok() });
        }
        Err(e) => return Err(error("lock", &shown, e.into())),
    }
    let written = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    written.map_err(|e| error("write", &shown, e))?;
    Ok(file)
}

/// The files of a directory, sorted, without the lock file.
pub(super) fn list(dir: &Path) -> Result<Vec<String>> {
    let shown = dir.display().to_string();
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(|e| error("list", &shown, e))? {
        let entry = entry.map_err(|e| error("list", &shown, e))?;
        let is_file = entry.file_type().map_err(|e| error("list", &shown, e))?.is_file();
        // innolab creates no file whose name is not Unicode.
        if let (true, Ok(name)) = (is_file, entry.file_name().into_string()) {
            names.push(name);
        }
    }
    names.retain(|name| name != LOCK_FILE);
    names.sort();
    Ok(names)
}

impl Disk for OsDisk {
    fn open(&self, name: &str) -> Result<Arc<dyn File>> {
        let file =
            fs::OpenOptions::new().read(true).write(true).open(self.path(name)).map_err(|e| error("open", name, e))?;
        Ok(Arc::new(OsFile { name: name.into(), file }))
    }

    fn create(&self, name: &str) -> Result<Arc<dyn File>> {
        let mut options = fs::OpenOptions::new();
        let opened = options.read(true).write(true).create_new(true).mode(FILE_MODE).open(self.path(name));
        Ok(Arc::new(OsFile { name: name.into(), file: opened.map_err(|e| error("create", name, e))? }))
    }

    fn remove(&self, name: &str) -> Result<()> {
        fs::remove_file(self.path(name)).map_err(|e| error("remove", name, e))
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        fs::rename(self.path(from), self.path(to)).map_err(|e| error("rename", from, e))
    }

    fn list(&self) -> Result<Vec<String>> {
        list(&self.dir)
    }

    fn sync_dir(&self) -> Result<()> {
        self.handle.sync_all().map_err(|e| error("sync the directory", &self.dir.display().to_string(), e))
    }

    fn exists(&self, name: &str) -> Result<bool> {
        self.path(name).try_exists().map_err(|e| error("look for", name, e))
    }
}
