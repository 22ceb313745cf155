//! The lock table: who may read, write or fill what, who waits for whom, and what happens when that goes in a circle.
//! Nothing here knows a page, a row or SQL: a table is a number, a record is an index and the bytes of its key.
//!
//! ```text
//!   index on age   ───(10)─────────(20)─────────(30)─────────+∞
//!   T1  age = 15 for update:   xxxxx              the gap before 20, X,GAP
//!   T2  age = 20 for update:   xxxxxXxxxxx        20 and its gap, X; and the gap before 30, X,GAP
//!   T3  insert 25:                      i?        X,GAP,INSERT_INTENTION before 30: waits for T2
//! ```
//!
//! A lock on a record is a lock on its *name*, which stands for the record and the open gap before it; the end of the
//! index has a name too. That is how InnoDB stops phantoms: a row that is not there cannot be locked, but the gap it
//! would have to go into can.
//!
//! | module        | what                                                                        | InnoDB's room        |
//! |---------------|-----------------------------------------------------------------------------|----------------------|
//! | [`mode`]      | the modes; who waits for whom and what covers what, as matrices              | `lock0priv`          |
//! | `place`       | names and the hash table from a name to its queue                           | `lock_sys.rec_hash`  |
//! | `queue`       | the two lists of a lock: its place's, its owner's                           | `lock_sys.rec_hash`  |
//! | `owner`       | a transaction: its wait, its lock structures                                | `trx_lock_t`         |
//! | `state`       | what a request meets: examine, hold or wait, settle                         | `lock0lock`          |
//! | `inherit`     | what becomes of locks when a record comes or goes                           | `lock_update_*`      |
//! | [`deadlock`]  | circles, victims, and their [`Story`]                                       | `Deadlock` in `lock0lock` |
//! | `table`       | [`LockTable`], what a caller sees: requests, waits, releases                | `lock0lock`, `lock0wait` |
//! | [`report`]    | rows of `data_locks`; an index drawn as a number line                       | `p_s.data_locks`     |
//! | [`event`]     | what it tells while it works                                                | (none)               |
//!
//! # One worked interleaving: the gap deadlock
//!
//! ```text
//! T1                                     T2
//! select … age = 15 for update
//!   X,GAP before 20: granted
//!                                        select … age = 16 for update
//!                                          X,GAP before 20: granted too, gap locks only stop inserts (M4)
//! insert age 15
//!   insert intention before 20:
//!   waits for T2's gap (M3)
//!                                        insert age 16
//!                                          waits for T1's gap: T2 → T1 → T2 is a circle.
//!                                          Both weigh the same; T2 closed it and is the victim (D3)
//!   granted when T2 has rolled back
//! ```
//!
//! Run it: `cargo run -p innolab-lock --example deadlock`; the matrices: `--example matrix`.
//!
//! # RULES, and where they live
//!
//! M1–M6 what waits and what covers ([`mode`]) · Q1–Q3 queues, edges (`state`), Q4 weight (`owner`) · H1–H3 inheritance
//! (`inherit`) · D1–D4 deadlocks ([`deadlock`]) · T1–T4 what a caller owes ([`LockTable`]). How an engine uses them
//! statement by statement, and what of the real servers is and is not modelled: `docs/lock-rules.md`.
//!
//! # What it costs
//!
//! A held lock is 32 bytes in its queue and its owner's list, its name 48 with a key of up to 22 bytes inside, and a
//! bucket 4: no lock and no name is allocated by itself or ever moves. Two short lists of numbers instead of InnoDB's
//! bitmap a page make "who is first in line here" and "let go of all I have" walks of just that. Medians of 3000
//! batches of 200 calls on two shared cores of a small virtual machine; the criterion bench,
//! `benches/benches/lock.rs`, has more:
//!
//! | | |
//! |---|--:|
//! | begin, lock a record, release                       | 123 ns |
//! | lock and unlock within a transaction                | 83 ns |
//! | a lock that is held already; an insert into a free gap | 28 ns; 17 ns |
//! | a million next-key locks, 100 to a leaf             | 84 bytes each |
//! | a request at the end of a chain of 1000 waiters, no circle; a circle of 1000, with its story | 4.3 µs; 0.17 ms |
//!
//! # Left out, and why
//!
//! - Page moves: keys are logical, so splits, merges and reorganisations do not concern locks. The price: locks on
//!   the suprema of leaves inside an index do not exist here.
//! - Sharding: one mutex guards all. It is held for some hundred nanoseconds; InnoDB did the same until 8.0.21.
//! - Scheduling by age or weight (MySQL's CATS): queues are first come, first served, as in MariaDB 10.6 and later.
//! - Predicate locks of spatial indexes.

pub mod deadlock;
pub mod event;
mod inherit;
pub mod mode;
mod owner;
mod place;
mod queue;
pub mod report;
mod slab;
mod state;
mod table;

pub use deadlock::{Member, Story};
pub use mode::{RecordMode, TableMode, matrices};
pub use place::{At, RecordKey, Table};
pub use report::{Held, Key, Size, Standing, Target};
pub use table::{Answer, Inherit, LockTable, Owner, Patience, Ticket, Waited};
