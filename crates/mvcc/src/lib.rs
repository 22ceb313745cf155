//! Who sees what: transaction ids, read views, visibility and the purge horizon. Nothing here knows a page, a row or
//! SQL.
//!
//! A row carries the id of the transaction that wrote it, and a pointer to the version before. A reader that must not
//! wait takes a *read view* once and then asks of every version it meets one question: was its writer committed when
//! my view was made?
//!
//! ```text
//!                 seen, all of them       seen, except the active        none seen
//!  ids      1  2  3  4  5  6  7  8  9 │ 10  11  12  13  14  15  16 │ 17  18  19 …
//!           ·  ·  ·  ·  ·  ·  ·  ·  · │  A   ·   ·   A   ·   A   · │
//!                                       ▲                            ▲
//!                        oldest_active_id                 first_unseen_id          active = {10, 13, 15}
//! ```
//!
//! | module      | what                                                                     | InnoDB's room           |
//! |-------------|--------------------------------------------------------------------------|-------------------------|
//! | [`view`]    | [`ReadView`]: visibility, one named [`Clause`] for each way to decide     | `read0types.h`          |
//! | [`sys`]     | [`TrxSys`]: the counter, the active set, views made and shared, horizon   | `trx0sys`, `read0read`  |
//! | [`explain`] | a version chain walked aloud, for several views side by side              | (none)                  |
//!
//! # One worked interleaving
//!
//! Transaction 3 has written `k = a` and is committed. Then, top to bottom:
//!
//! ```text
//! reader, RR            reader, RC                writer 4           writer 6
//! view <4, {}           view <4, {}
//!                                                 writes k = b
//! reads a               view <5 but 4: reads a
//!                                                 commits as no 5
//!                                                                    writes k = c
//! reads a: 4 and 6 had  view <7 but 6: c is of an
//!   not begun then        active one, b is seen
//! ```
//!
//! The isolation levels differ only in *when* a view is made: READ COMMITTED makes one a statement, REPEATABLE READ
//! keeps the one of its first read. Run it: `cargo run -p innolab-mvcc --example versions`.
//!
//! # RULES
//!
//! - **R1** A transaction gets its id when it first writes; a reader has none ([`TrxSys::begin`]).
//! - **R2** Ids and serialisation numbers come from one counter that only grows, so a transaction's number is larger
//!   than its id, and larger than every number given before ([`TrxSys::number`]).
//! - **R3** A transaction ends in one step: before it no new view sees it, after it every new view does
//!   ([`TrxSys::end`]).
//! - **R4** A view never changes, but for the id of its own transaction, once it has one ([`ReadView::set_own`]).
//! - **R5** What the transaction numbered *n* left to be purged may go as soon as *n* is below the horizon
//!   ([`TrxSys::horizon`]); see there for the proof.
//!
//! # What opening a view costs
//!
//! The active set is a sorted vector: ids are given in growing order, so a begin pushes and an end removes by binary
//! search. A view is a copy of it, but the copy is *shared*: as long as nothing began, was numbered or ended, every
//! further view is one more reference to the newest copy. Closing a view drops that reference and takes no mutex.
//! Copies that nobody looks at are recycled for the next. Measured on two shared cores of a small virtual machine
//! (`benches/benches/mvcc.rs`, medians):
//!
//! | active transactions            |     1 |    10 |   100 |  1000 |
//! |--------------------------------|------:|------:|------:|------:|
//! | open + close, nothing changed  | 18 ns | 18 ns |  18 ns |  18 ns |
//! | begin + commit + open + close  | 34 ns | 38 ns |  51 ns | 203 ns |
//! | the same, the view before open | 48 ns | 55 ns |  73 ns | 185 ns |
//!
//! # Left out, and why
//!
//! - InnoDB's view clones its ids into a vector of its own; sharing makes that a detail nobody needs.
//! - MariaDB's lock-free hash of active transactions: it wins with hundreds of cores beginning and ending at once.
//! - Persistence: who opens the system hands in the next id and the transactions that recovery brought back
//!   ([`TrxSys::recovered`]).

pub mod explain;
pub mod sys;
pub mod view;

pub use explain::{Version, Walk, side_by_side};
pub use sys::TrxSys;
pub use view::{Clause, ReadView};
