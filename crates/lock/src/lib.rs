//! The lock table. It keeps two transactions from changing the same row, and keeps a transaction from inserting into a
//! gap that another one has read.
//!
//! Under REPEATABLE READ a locking read must find the same rows when it is repeated. Locking the rows that it found is
//! not enough: a row that does not exist cannot be locked, but another transaction may insert it (a *phantom*). So
//! InnoDB also locks the *gaps* between records into which such a row would have to go. A lock that covers a record and
//! the gap before it is a *next-key lock*.
//!
//! ```text
//!   index on age   ───(10)─────────(20)─────────(30)─────────+∞
//!   T1  age = 15 for update:   xxxxx              the gap before 20: X,GAP
//!   T2  age = 20 for update:   xxxxxXxxxxx        20 and its gap: X (next-key); and the gap before 30: X,GAP
//!   T3  insert 25:                      i?        an insert intention before 30: it waits for T2
//! ```
//!
//! Nothing here knows a page, a row or SQL. A table is a number. A record is an index number and the bytes of its key,
//! and this *name* stands for the record and for the open gap before it. The end of the index, the *supremum*, has a
//! name too, and stands for the gap after the last record. Metadata locks are on names of tables, as text; they have
//! modes and queues of their own (`metadata`), and their waits are in the same graph.
//!
//! Each name that is locked is a *resource* with a *queue* of locks, granted and waiting. A request that conflicts with
//! an earlier lock of another transaction waits in the queue. If the waits form a cycle, that is a *deadlock*: one of
//! the transactions is the *victim* and must roll back.
//!
//! | module             | what                                                        | InnoDB's counterpart     |
//! |--------------------|-------------------------------------------------------------|--------------------------|
//! | `slab`             | numbered slots that never move                              | (none)                   |
//! | `metadata_mode`    | the modes of locks on names, and which wait for which       | `sql/mdl.h`              |
//! | [`mode`]           | the lock modes; which waits for and which covers which      | `lock0priv`              |
//! | `resource`         | names, and the hash table from a name to its queue          | `lock_sys.rec_hash`      |
//! | `data_lock`        | a lock as it is shown                                       | `p_s.data_locks`         |
//! | `deadlock_report`  | [`DeadlockReport`]: a cycle and its victim, as text         | `Deadlock::report`       |
//! | `answer`           | what a caller gives and gets: owners, policies, answers     | `dberr_t`                |
//! | [`event`]          | the events                                                  | (none)                   |
//! | `metadata`         | the queues of locks on names                                | `MDL_lock`               |
//! | `owner`            | a transaction: its wait, its lock structures, its weight    | `trx_lock_t`             |
//! | `state`            | the data under the mutex, and where its methods are         | `lock_sys_t`, `lock_t`   |
//! | `queue`            | the two linked lists that each lock is in                   | `lock_sys.rec_hash`      |
//! | `acquire`          | a request: what it meets; granted, refused or queued        | `lock_rec_lock`          |
//! | `release`          | locks leave, and waiters are granted                        | `lock_grant`             |
//! | `inherit`          | what an insert, removal or rewrite does to locks            | `lock_update_*`          |
//! | `name_locks`       | a transaction's locks on names: requests, waits, releases    | `MDL_context`            |
//! | `deadlock`         | cycles and victims                                          | `Deadlock`               |
//! | `table`            | [`LockTable`], the callers' view: requests, waits, releases | `lock0lock`, `lock0wait` |
//! | [`report`], `draw` | the rows of `data_locks`; an index drawn as a number line   | `p_s.data_locks`         |
//!
//! The words (modes, answers, rows of reports) can be made by any crate, for a lock table of its own that stands in the
//! place of this one; `innolab-lock-simple` is one, and `innolab-conformance` holds both to the rules.
//!
//! They are listed from the bottom up; each imports only modules above it in the list. Begin with `mode`, then read
//! from `owner` on.
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
//!   waits for T2's gap lock (M3)
//!                                        insert age 16
//!                                          waits for T1's gap lock: T2 → T1 → T2 is a cycle.
//!                                          Both weigh the same; T2 closed it and is the victim (D3)
//!   granted when T2 has rolled back
//! ```
//!
//! Run it: `cargo run -p innolab-lock --example deadlock`; the tables of modes: `--example matrix`.
//!
//! # RULES, and where they are
//!
//! N1–N5 locks on names (`metadata`) · M1–M6 what waits and what covers ([`mode`]) · Q1–Q3 queues and edges (`state`) · Q4 weight (`owner`) · H1–H3
//! inheritance (`inherit`) · D1–D4 deadlocks (`deadlock`) · T1–T4 what a caller must do (`table`). How an engine uses
//! them statement by statement, and what of the real servers is modelled and what is not: `docs/lock-rules.md`.
//!
//! # What it costs
//!
//! A lock takes 32 bytes, with its links in the queue and in its owner's list; its resource takes 48, with a key of up
//! to 22 bytes inside, and a hash bucket 4. No lock and no resource is allocated by itself, and none moves. With two
//! linked lists instead of InnoDB's bitmap for each page, finding the first lock of a queue and releasing all locks of
//! a transaction visit no other locks. Medians of 3000 batches of 200 calls on two shared cores of a small
//! virtual machine; the criterion bench, `benches/benches/lock.rs`, has more:
//!
//! | | |
//! |---|--:|
//! | begin, lock a record, release                       | 123 ns |
//! | lock and unlock within a transaction                | 83 ns |
//! | a lock that is held already; an insert into a free gap | 28 ns; 17 ns |
//! | a million next-key locks, 100 to a leaf             | 84 bytes each |
//! | a request at the end of a chain of 1000 waiters, no cycle; a cycle of 1000, with its report | 4.3 µs; 0.17 ms |
//!
//! # Left out, and why
//!
//! - Moving locks between pages: keys are logical, so splits, merges and reorganisations do not concern locks. The
//!   price: locks on the suprema of leaves inside an index do not exist here.
//! - Sharding: one mutex guards everything. It is held for some hundred nanoseconds; InnoDB did the same until 8.0.21.
//! - Scheduling by age or weight (MySQL's CATS): queues are first come, first served, as in MariaDB 10.6 and later.
//! - Predicate locks of spatial indexes.

mod acquire;
mod answer;
mod data_lock;
mod deadlock;
mod deadlock_report;
mod draw;
pub mod event;
mod inherit;
mod metadata;
mod metadata_mode;
pub mod mode;
mod name_locks;
mod owner;
mod queue;
mod release;
pub mod report;
mod resource;
mod slab;
mod state;
mod table;

pub use answer::{Answer, Inherit, Owner, Ticket, WaitOutcome, WaitPolicy};
pub use data_lock::{DataLock, Key, Target, shown_trx_id};
pub use deadlock_report::{DeadlockReport, Member, Reason};
pub use draw::draw;
pub use metadata_mode::MetadataMode;
pub use mode::{Mode, RecordMode, TableMode, matrices};
pub use report::{LockWait, Size, TrxStatus};
pub use resource::{RecordId, RecordKey, Table};
pub use table::LockTable;
