//! Files as a storage engine needs them, on a real directory and on a simulated one that loses power.
//!
//! ```text
//!                 ┌─ OsDisk   a directory; positioned reads and writes, fdatasync, a lock against a second process
//! Disk ─► File ───┼─ ReadOnlyDir   a directory that somebody else may be working in, to be looked at
//!                 └─ SimDisk  memory; what a power loss may keep is chosen by a seed
//! ```
//!
//! RULES
//!
//! - **R1** What was written survives a killed process. Only what was synced surely survives a power loss: a file's bytes and
//!   length by [`File::sync`], its name (create, rename, remove) by [`Disk::sync_dir`].
//! - **R2** Of what was not synced any subset may survive, in units of [`SECTOR`] bytes: a sector is old or new, never mixed.
//! - **R3** After a failed [`File::sync`] nothing is known of what it covered; it must not be tried again (I10). The
//!   caller poisons itself.
//! - **R4** Names are relative to the disk's directory, without separators.
//!
//! InnoDB's counterpart: `os0file`, `fil0fil`.

mod disk;
mod error;
mod os;
mod sim;

pub use disk::{Disk, File, SECTOR};
pub use error::{Error, Result};
pub use os::{LOCK_FILE, OsDisk, ReadOnlyDir};
pub use sim::{Call, Counts, Fault, FaultKind, SimDisk};
