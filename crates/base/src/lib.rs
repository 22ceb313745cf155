//! The types and services that the other crates of innolab share: ids, byte codecs, events, time, waiting, worker
//! threads.
//!
//! In InnoDB such things lie in `include/` and in the `ut0`, `os0` and `sync0` modules. Here they share one rule: a
//! crate takes time, waiting and background work as parameters, so that a test or a scenario can run it
//! deterministically.
//!
//! | module | what | InnoDB's counterpart |
//! |---|---|---|
//! | [`ids`] | newtypes: [`PageNo`], [`SpaceId`], [`PageId`], [`Lsn`], [`TrxId`], …; [`PAGE_SIZE`] | `univ.i`, `*types.h` |
//! | [`codec`] | big-endian integers in byte slices | `mach0data` |
//! | [`decimal`] | DECIMAL as records and row images store it | `strings/decimal.c` |
//! | [`temporal`] | DATE, TIME, DATETIME and TIMESTAMP, likewise | `sql-common/my_time.c` |
//! | [`mod@event`] | typed events that a crate emits; without a sink they cost one test | (none) |
//! | [`clock`] | a clock that is passed in | `ut0ut` |
//! | [`counters`] | what statements cost, under MySQL's names | `system_status_var`, `srv0mon` |
//! | [`activity`] | what a session is doing, for reports of other sessions | `THD` |
//! | [`park`] | how a session waits for another one | `os0event` |
//! | [`latches`] | counts the page latches of each thread, in debug builds | `sync0debug` |
//! | [`worker`] | a background thread that works in rounds | `srv0srv` |
//! | [`rng`] | seeded random numbers, for the simulated disk and for tests | `ut0rnd` |
//! | [`sync`] | locks and atomics: `parking_lot`, or shuttle's under `cfg(shuttle)` | `sync0*` |
//!
//! RULES
//!
//! - **R1** Ids of different kinds are different types; there is no `From` between them.
//! - **R2** A session is parked with no latch and no mutex held ([`park`]).
//! - **R3** No output depends on the machine's clock, on a thread id or on a hash order: [`clock::Clock`] is passed in.
#![cfg_attr(shuttle, allow(missing_docs))]

pub mod activity;
pub mod clock;
pub mod codec;
pub mod counters;
pub mod decimal;
pub mod event;
pub mod ids;
pub mod latches;
pub mod park;
pub mod rng;
pub mod sync;
pub mod temporal;
pub mod worker;

pub use activity::Activity;
pub use clock::{Clock, ManualClock, SystemClock};
pub use counters::{Counter, Counters};
pub use event::{Event, Events, Sink};
pub use ids::{IndexId, Lsn, PAGE_SIZE, PageId, PageNo, SegId, SpaceId, TrxId, TrxNo, Xid};
pub use park::{CondvarPark, Park, Waiter, Wake};
pub use worker::{Stop, Worker};
