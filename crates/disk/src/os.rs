//! A real directory.
//!
//! RULES
//!
//! - **R1** One process at a time: an exclusive `flock` on [`LOCK_FILE`], which also names the process. The lock goes
//!   with the process, however it ends; the file stays.
//! - **R2** `set_len` sets the space aside (`posix_fallocate`), so that a write inside of the file never finds the disk
//!   full. Where the file system cannot, zeros are written.
//! - **R3** `sync` is `fdatasync`, which covers the length: POSIX wants all that is needed to read the bytes back.
//! - **R4** Large writes go to the system in pieces of 64 KiB. Its cache takes a piece as a whole, into memory in a
//!   row; memory in long rows is what nobody has used for long, and a virtual machine has to be given it first: 128 MiB
//!   then took 60 to 890 ms, in pieces 60 to 80.
//!
//! InnoDB's counterpart: `os0file.cc` (`os_file_create_func`, `os_file_set_size`, `os_file_fsync_posix`).

mod read_only;

pub use read_only::ReadOnlyDir;

use crate::{Disk, Error, File, Result};
use rustix::fs::{Advice, FallocateFlags, FlockOperation, fadvise, fallocate, flock};
use rustix::io::Errno;
use std::fs;
use std::io::{self, Read, Write};
use std::num::NonZeroU64;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file that a process locks while it works in a directory; [`Disk::list`] does not show it.
pub const LOCK_FILE: &str = "innolab.lock";

/// R4
const PIECE: usize = 64 << 10;

/// A directory of the operating system, locked against a second process.
#[derive(Debug)]
pub struct OsDisk {
    dir: PathBuf,
    /// Open for [`Disk::sync_dir`].
    handle: fs::File,
    _lock: fs::File,
}

impl OsDisk {
    /// Locks the directory `dir`, which is there. ERRORS: [`Error::NotFound`], [`Error::InUse`], [`Error::Io`] (also
    /// when it is read-only).
    pub fn open(dir: impl AsRef<Path>) -> Result<OsDisk> {
        let dir = dir.as_ref();
        let name = dir.display().to_string();
        if !dir.is_dir() && dir.exists() {
            return Err(Error::Io { op: "open", name, why: "it is not a directory".to_owned() });
        }
        let handle = fs::File::open(dir).map_err(|e| error("open", &name, e))?;
        Ok(OsDisk { dir: dir.to_owned(), handle, _lock: lock(dir)? })
    }

    /// Makes the directory `dir`, with those above it, if it is not there, and locks it. ERRORS: as [`OsDisk::open`].
    pub fn create(dir: impl AsRef<Path>) -> Result<OsDisk> {
        let dir = dir.as_ref();
        fs::create_dir_all(dir).map_err(|e| error("create", &dir.display().to_string(), e))?;
        OsDisk::open(dir)
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn path(&self, name: &str) -> PathBuf {
        assert!(!name.contains('/') && !name.is_empty(), "R4 of the crate: {name:?} is not a plain name");
        self.dir.join(name)
    }
}

fn lock(dir: &Path) -> Result<fs::File> {
    let path = dir.join(LOCK_FILE);
    let shown = path.display().to_string();
    let opened = fs::OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = opened.map_err(|e| error("write the lock file", &shown, e))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(Errno::WOULDBLOCK) => {
            let mut pid = String::new();
            // The other process may be writing it just now: then it is not named.
            let _ = file.read_to_string(&mut pid);
            return Err(Error::InUse { name: dir.display().to_string(), pid: pid.trim().parse().ok() });
        }
        Err(e) => return Err(error("lock", &shown, e.into())),
    }
    let written = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    written.map_err(|e| error("write", &shown, e))?;
    Ok(file)
}

fn error(op: &'static str, name: &str, e: io::Error) -> Error {
    let name = name.to_owned();
    match Errno::from_io_error(&e) {
        Some(Errno::NOSPC | Errno::DQUOT | Errno::FBIG) => Error::Full { op, name },
        Some(Errno::NOENT) => Error::NotFound { name },
        Some(Errno::EXIST) => Error::Exists { name },
        _ => Error::Io { op, name, why: e.to_string() },
    }
}

fn list(dir: &Path) -> Result<Vec<String>> {
    let shown = dir.display().to_string();
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(|e| error("list", &shown, e))? {
        let entry = entry.map_err(|e| error("list", &shown, e))?;
        let is_file = entry.file_type().map_err(|e| error("list", &shown, e))?.is_file();
        // A name that is not Unicode cannot be one of ours.
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
        let opened = options.read(true).write(true).create_new(true).open(self.path(name));
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

#[derive(Debug)]
struct OsFile {
    name: Box<str>,
    file: fs::File,
}

impl OsFile {
    /// Sets `len - old_len` bytes aside past the end (R2).
    fn extend(&self, old_len: u64, len: u64) -> io::Result<()> {
        loop {
            match fallocate(&self.file, FallocateFlags::empty(), old_len, len - old_len) {
                Err(Errno::INTR) => {}
                Err(Errno::OPNOTSUPP | Errno::NOSYS) => return self.write_zeros(old_len, len),
                done => return Ok(done?),
            }
        }
    }

    fn write_zeros(&self, from: u64, to: u64) -> io::Result<()> {
        let zeros = vec![0; 1 << 20];
        let mut at = from;
        while at < to {
            let n = (to - at).min(zeros.len() as u64);
            self.file.write_all_at(&zeros[..n as usize], at)?;
            at += n;
        }
        Ok(())
    }
}

impl File for OsFile {
    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        match self.file.read_exact_at(buf, at) {
            Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => {
                Err(Error::PastEnd { name: self.name.to_string(), at, want: buf.len(), len: self.len()? })
            }
            done => done.map_err(|e| error("read", &self.name, e)),
        }
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> Result<()> {
        let mut pieces = bytes.chunks(PIECE).zip((at..).step_by(PIECE));
        pieces.try_for_each(|(piece, at)| self.file.write_all_at(piece, at)).map_err(|e| error("write", &self.name, e))
    }

    fn len(&self) -> Result<u64> {
        Ok(self.file.metadata().map_err(|e| error("ask for the length of", &self.name, e))?.len())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let old_len = self.len()?;
        if len <= old_len {
            return self.file.set_len(len).map_err(|e| error("cut", &self.name, e));
        }
        self.extend(old_len, len).map_err(|e| {
            // What a full disk granted of it is given back. If even that fails the file is only longer than it need be.
            let _ = self.file.set_len(old_len);
            error("extend", &self.name, e)
        })
    }

    fn begin_sync(&self, at: u64, len: u64) {
        // Bytes that were not written yet are not forgotten for this: the system begins to write them. If it does not,
        // the sync takes longer.
        let _ = fadvise(&self.file, at, NonZeroU64::new(len), Advice::DontNeed);
    }

    fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(|e| error("sync", &self.name, e))
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests;
