//! A disk in memory that can be killed, lose power, fill up and fail.
//!
//! ```text
//! let disk = SimDisk::new(7);
//! disk.on_call({ let d = disk.clone(); move |_| check(&d.power_loss(1)) });     // a crash before every write, sync, rename, …
//! workload(&disk);                                                              // one run of the workload tries all of them
//! check(&disk.power_loss(1));                                                   // and one after the last call
//! ```
//!
//! FAULTS it knows
//!
//! - **F1** *kill*: the process ends, all that was written stays ([`SimDisk::killed`]).
//! - **F2** *power loss*: of what was not synced a drawn subset stays ([`SimDisk::power_loss`]): 512-byte sectors, each
//!   in any version it had since the last sync, so that writes are torn and reordered; lengths; creates, renames and
//!   removes (each whole).
//! - **F3** *dead process*: after n calls nothing works any more ([`SimDisk::die_after`]).
//! - **F4** *EIO* on the n-th call, once or from there on ([`SimDisk::inject`]). A failed write has changed some of its
//!   sectors. A failed sync has made some changes safe and *forgotten* the others: the next sync says yes and they are
//!   still not safe (R3 of the crate).
//! - **F5** *ENOSPC* on the n-th call, or whenever the files together outgrow a capacity ([`SimDisk::set_capacity`]).
//! - **F6** *lying syncs*: they say yes and do nothing ([`SimDisk::lie_about_syncs`]). Nothing can stand on such a
//!   disk: a test of durability must fail on it, which shows that the test can.
//!
//! Seed 0 of a power loss keeps nothing that was not synced, seed 1 keeps everything, other seeds draw. A draw depends on the
//! disk's seed, the seed of the power loss and how many calls came before, on nothing else.
//!
//! What is left out: bit rot (a test flips bits by a plain write), sectors that tear inside, a device that reorders
//! across a sync.

mod call;
mod dir;
mod disk;
mod file;
mod image;
mod inode;
mod names;
mod state;

pub use call::{Call, Counts, Fault, FaultKind};
pub use disk::SimDisk;

#[cfg(all(test, not(shuttle)))]
pub(crate) mod tests;
