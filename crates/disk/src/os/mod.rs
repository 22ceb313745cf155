//! A directory of the operating system.
//!
//! RULES
//!
//! - **R1** One process at a time: an exclusive `flock` on [`LOCK_FILE`], which also names the process. The lock ends
//!   with the process, however that ends, or with the [`OsDisk`]; the file stays.
//! - **R2** `set_len` reserves the space (`posix_fallocate`), so that a write inside the file never finds the disk
//!   full. On file systems without `fallocate` it writes zeros.
//! - **R3** `sync` is `fdatasync`. It covers the file's length: POSIX demands all that is needed to read the bytes
//!   back.
//! - **R4** Large writes are passed on in pieces of 64 KiB. The page cache allocates contiguous memory for each piece.
//!   Large contiguous blocks are mostly memory that was not used recently, and in a virtual machine the host must first
//!   supply it: 128 MiB in one write took 60 to 890 ms, in pieces 60 to 80.
//! - **R5** The end of an [`OsDisk`] takes the lock off its file instead of leaving that to the closing of the descriptor:
//!   a process that another thread has forked shares the descriptor, and with it the lock, until it runs its program.
//! - **R6** The files are their owner's alone: mode 0600, as the socket file of `innolab serve`. A directory, and a file that
//!   is there already, keep their mode.
//!
//! InnoDB's counterpart: `os0file.cc` (`os_file_create_func`, `os_file_set_size`, `os_file_fsync_posix`).

mod dir;
mod file;
mod read_only;

pub use dir::{LOCK_FILE, OsDisk};
pub use read_only::ReadOnlyDir;

#[cfg(all(test, not(shuttle)))]
mod tests;
