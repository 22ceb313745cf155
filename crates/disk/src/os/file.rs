//! An open file of the operating system. The rules are those of [`os`](super).

#[cfg(not(target_os = "linux"))]
compile_error!(
    "innolab runs on Linux (on Windows: WSL2). Its durability rests on fallocate, which reserves a file's space before a \
     write needs it (R2), and on fdatasync, which covers a file's length (R3)"
);

use crate::{Error, File, Result};
use rustix::fs::{Advice, FallocateFlags, fadvise, fallocate};
use rustix::io::Errno;
use std::fs;
use std::io;
use std::num::NonZeroU64;
use std::os::unix::fs::FileExt;

/// Bytes of one write to the system (R4).
const PIECE: usize = 64 << 10;

#[derive(Debug)]
pub(super) struct OsFile {
    pub(super) name: Box<str>,
    pub(super) file: fs::File,
}

impl OsFile {
    /// Reserves the bytes from `old_len` to `len` (R2).
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
            // Gives back what a full disk has granted. If that fails too, the file is only longer than necessary.
            let _ = self.file.set_len(old_len);
            error("extend", &self.name, e)
        })
    }

    fn begin_sync(&self, at: u64, len: u64) {
        // DONTNEED does not drop unwritten pages: the system begins to write them. If it does not, the sync takes
        // longer.
        let _ = fadvise(&self.file, at, NonZeroU64::new(len), Advice::DontNeed);
    }

    fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(|e| error("sync", &self.name, e))
    }
}

/// Converts the error of the system call for `op` on the file `name`.
pub(super) fn error(op: &'static str, name: &str, e: io::Error) -> Error {
    let name = name.to_owned();
    match Errno::from_io_error(&e) {
        Some(Errno::NOSPC | Errno::DQUOT | Errno::FBIG) => Error::Full { op, name },
        Some(Errno::NOENT) => Error::NotFound { name },
        Some(Errno::EXIST) => Error::Exists { name },
        _ => Error::Io { op, name, why: e.to_string() },
    }
}
