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

mod dir;
mod file;
mod read_only;

pub use dir::{LOCK_FILE, OsDisk};
pub use read_only::ReadOnlyDir;

#[cfg(all(test, not(shuttle)))]
mod tests;
