//! Multi-version concurrency control: how a plain SELECT reads a consistent state of the database without locks, while
//! other transactions write.
//!
//! InnoDB keeps old versions of rows. A row carries the id of the transaction that wrote it (`DB_TRX_ID`) and a pointer
//! to the version before, in the undo log. A reader makes a *read view* once. It then walks the versions of each row,
//! newest first, and reads the first whose writer was committed when the view was made. *Purge* removes the old
//! versions that no view can need; the *horizon* says how far purge may go.
//!
//! Nothing here knows a page, a row or SQL: this crate has the ids, the views, the visibility rule and the horizon.
//!
//! ```text
//!                 all are seen            seen, except the active        none is seen
//!  ids      1  2  3  4  5  6  7  8  9 │ 10  11  12  13  14  15  16 │ 17  18  19 …
//!           ·  ·  ·  ·  ·  ·  ·  ·  · │  A   ·   ·   A   ·   A   · │
//!                                       ▲                            ▲
//!                        oldest_active_id                 first_unseen_id          active = {10, 13, 15}
//! ```
//!
//! | module      | what                                                                     | InnoDB's counterpart   |
//! |-------------|--------------------------------------------------------------------------|------------------------|
//! | [`view`]    | [`ReadView`]: the visibility rule, a named [`Clause`] for each branch    | `read0types.h`         |
//! | [`sys`]     | [`TrxSys`]: the counter, the active transactions, the views, the horizon | `trx0sys`, `read0read` |
//! | [`explain`] | a version chain and what each of several views sees of it, as text       | (none)                 |
//!
//! # One worked interleaving
//!
//! Transaction 3 has written `k = a` and is committed. `<5 without 4` is a view that sees the ids below 5 except 4.
//! Time goes down:
//!
//! ```text
//! reader, RR            reader, RC                writer 4           writer 6
//! view <4               view <4
//!                                                 writes k = b
//! reads a               view <5 without 4:
//!                         reads a
//!                                                 commits as no 5
//!                                                                    writes k = c
//! reads a: 4 and 6 had  view <7 without 6: 6 is
//!   not begun then        active, so reads b
//! ```
//!
//! The isolation levels differ only in *when* a view is made: READ COMMITTED makes one for each statement, REPEATABLE
//! READ keeps the one of its first read. Run it: `cargo run -p innolab-mvcc --example versions`.
//!
//! # RULES
//!
//! - **R1** A transaction gets its id when it first writes; a reader has none ([`TrxSys::begin`]).
//! - **R2** Ids and serialisation numbers come from one counter that only grows, so a transaction's number is larger
//!   than its id, and larger than every number given before ([`TrxSys::number`]).
//! - **R3** A transaction ends in one step: no view made before that step sees it, every view made after does
//!   ([`TrxSys::end`]).
//! - **R4** A view never changes, except that its reader's transaction may get an id ([`ReadView::set_own`]).
//! - **R5** The versions that transaction number *n* replaced may be purged as soon as *n* is below the horizon
//!   ([`TrxSys::horizon`]; the proof is in [`sys`]).
//!
//! # What opening a view costs
//!
//! The active ids are a sorted vector: ids are given in growing order, so a begin pushes, and an end removes by binary
//! search. A view refers to a *snapshot*, which is a copy of that vector, and snapshots are shared: as long as no
//! transaction begins, is numbered or ends, each further view is one more reference to the newest snapshot. Closing a
//! view drops its reference and takes no mutex. The memory of an unused newest snapshot is reused for the next.
//! Measured on two shared cores of a small virtual machine (`benches/benches/mvcc.rs`, medians):
//!
//! | active transactions                  |     1 |    10 |   100 |  1000 |
//! |--------------------------------------|------:|------:|------:|------:|
//! | open + close, nothing changed        | 18 ns | 18 ns |  18 ns |  18 ns |
//! | begin + commit + open + close        | 34 ns | 38 ns |  51 ns | 203 ns |
//! | the same, the view before still open | 48 ns | 55 ns |  73 ns | 185 ns |
//!
//! # Left out, and why
//!
//! - InnoDB's view copies the active ids into a vector of its own. Shared snapshots make that unnecessary.
//! - MariaDB's lock-free hash of active transactions: it pays when hundreds of cores begin and end transactions at
//!   once.
//! - Persistence: the caller that opens the system gives it the next id and the transactions that recovery found
//!   unfinished ([`TrxSys::recovered`]).

pub mod explain;
pub mod sys;
pub mod view;

pub use explain::{Version, Walk, side_by_side};
pub use sys::TrxSys;
pub use view::{Clause, ReadView};
