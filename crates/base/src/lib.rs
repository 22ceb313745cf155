//! What every organ of innolab shares and none of them owns.
//!
//! | module    | what                                                                    | InnoDB's room     |
//! |-----------|-------------------------------------------------------------------------|-------------------|
//! | [`ids`]   | newtypes: [`PageNo`], [`SpaceId`], [`PageId`], [`Lsn`], [`TrxId`], …     | `univ.i`, `*types.h` |
//! | [`codec`] | big-endian integers in byte slices                                      | `mach0data`       |
//! | [`decimal`] | DECIMAL as records and row images have it                          | `strings/decimal.c` |
//! | [`temporal`] | DATE, TIME, DATETIME, TIMESTAMP, the same                        | `sql-common/my_time.c` |
//! | [`mod@event`] | how a crate tells what it does, at no cost when nobody listens          | (none)            |
//! | [`clock`] | time is given, not taken                                                | `ut0ut`           |
//! | [`latches`] | how many a thread holds, in debug builds                             | `sync0debug`      |
//! | [`park`]  | where a session waits                                                   | `os0event`        |
//! | [`rng`]   | seeded numbers, for the simulated disk and for tests                    | `ut0rnd`          |
//! | [`worker`] | a thread that works in rounds until it is told to stop              | `srv0srv`         |
//! | [`sync`]  | locks and atomics: `parking_lot`, or shuttle's under `cfg(shuttle)`     | `sync0*`          |
//!
//! RULES
//!
//! - **R1** An id never becomes another kind of id by arithmetic: there is no `From` between them.
//! - **R2** No latch or mutex is held while a session is parked ([`park`]).
//! - **R3** No crate reads the machine's clock, thread id or a hash order into an output: [`clock::Clock`] is passed in.
#![cfg_attr(shuttle, allow(missing_docs))]

pub mod clock;
pub mod codec;
pub mod decimal;
pub mod event;
pub mod ids;
pub mod latches;
pub mod park;
pub mod rng;
pub mod sync;
pub mod temporal;
pub mod worker;

pub use clock::{Clock, ManualClock, SystemClock};
pub use event::{Event, Events, Sink};
pub use ids::{IndexId, Lsn, PAGE_SIZE, PageId, PageNo, SegId, SpaceId, TrxId, TrxNo, Xid};
pub use park::{CondvarPark, Park, Waiter, Wake};
pub use worker::{Stop, Worker};
