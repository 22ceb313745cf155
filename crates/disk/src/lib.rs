//! The file system as a storage engine needs it: a real directory, a read-only view of one, and a simulated disk that
//! crashes on purpose.
//!
//! Durability is a promise about power losses: InnoDB's redo log, doublewrite buffer and fsync calls exist so that a
//! committed transaction survives one. A real disk does not lose power on request, so all of innolab's file access goes
//! through two traits, and the tests run the same code on [`SimDisk`], which keeps or loses unsynced sectors by a seed.
//!
//! ```text
//!                 ┌─ OsDisk         a directory; positioned reads and writes, fdatasync, a lock against a second process
//! Disk ─► File ───┼─ ReadOnlyDir    a directory in which another process may be working; reads only
//!                 └─ SimDisk        in memory; a seed decides what a power loss keeps
//! ```
//!
//! RULES
//!
//! - **R1** What was written survives the kill of the process. A power loss is survived for certain only by what was
//!   synced: a file's bytes and length by [`File::sync`], its name (create, rename, remove) by [`Disk::sync_dir`].
//! - **R2** Of the unsynced changes any subset may survive, in units of [`SECTOR`] bytes: a sector is old or new, never
//!   mixed.
//! - **R3** After a failed [`File::sync`] the state of what it covered is unknown, and a retry proves nothing (I10):
//!   the caller poisons itself.
//! - **R4** Names are relative to the disk's directory and contain no separator.
//!
//! Read `disk` (the traits), `error`, then `os` (the real directory) and `sim` (the simulated disk).
//!
//! InnoDB's counterpart: `os0file`, `fil0fil`.

mod disk;
mod error;
mod os;
mod sim;

pub use disk::{Disk, File, SECTOR};
pub use error::{Error, Result};
pub use os::{LOCK_FILE, OsDisk, ReadOnlyDir};
pub use sim::{Access, Call, Counts, Fault, FaultKind, SimDisk};
