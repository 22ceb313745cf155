//! A disk in memory that can be killed, lose power, fill up and fail.
//!
//! ```text
//! let disk = SimDisk::new(7);
//! disk.on_call({ let d = disk.clone(); move |_| check(&d.power_loss(1)) });     // a crash before every write, sync, rename, …
//! workload(&disk);                                                              // so one run of the workload tries all of them
//! check(&disk.power_loss(1));                                                   // and a crash after the last call
//! ```
//!
//! FAULTS
//!
//! - **F1** *kill*: the process ends, everything written stays ([`SimDisk::killed`]).
//! - **F2** *power loss*: a drawn subset of the unsynced changes stays ([`SimDisk::power_loss`]): 512-byte sectors,
//!   each in any version it had since the last sync, so that writes are torn and reordered; lengths; creates, renames
//!   and removes (each whole).
//! - **F3** *dead process*: after n calls every call fails ([`SimDisk::die_after`]).
//! - **F4** *EIO* on the n-th call, once or from there on ([`SimDisk::inject`]). A failed write has changed some of its
//!   sectors. A failed sync has made some changes durable and *forgotten* the others: the next sync succeeds, and they
//!   are still not durable (R3 of the crate).
//! - **F5** *ENOSPC* on the n-th call, or whenever the files together outgrow a capacity ([`SimDisk::set_capacity`]).
//! - **F6** *lying syncs*: they succeed and do nothing ([`SimDisk::lie_about_syncs`]). No storage engine survives such
//!   a disk: a durability test must fail on it, which proves that the test can fail.
//!
//! Seed 0 of a power loss keeps no unsynced change, seed 1 keeps all, other seeds draw. A draw depends on the disk's
//! seed, the seed of the power loss and the number of calls before it, on nothing else.
//!
//! Left out: bit rot (a test flips bits by a plain write), sectors that tear inside, a device that reorders across a
//! sync.
//!
//! | file | what | | file | what |
//! |---|---|---|---|---|
//! | `call` | kinds of calls, faults, counts | | `state` | everything behind the disk's mutex |
//! | `image` | a file's bytes, cheap to copy | | `disk` | [`SimDisk`]: faults and crashes |
//! | `inode` | one file with its unsynced changes | | `file` | an open file |
//! | `names` | the directory's names, likewise | | `dir` | `impl Disk for SimDisk` |

mod call;
mod dir;
mod disk;
mod file;
mod image;
mod inode;
mod names;
mod state;

pub use call::{Access, Call, Counts, Fault, FaultKind};
pub use disk::SimDisk;

#[cfg(all(test, not(shuttle)))]
pub(crate) mod tests;
