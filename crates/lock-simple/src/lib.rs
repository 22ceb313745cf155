//! The other correct lock table: the rules of `innolab-lock`, carried out by brute force.
//!
//! ```text
//!   list, in order of structures:   T1 X on 5 · T2 S on 5, waits · T1 X,GAP on 9 · T3 IX on table 1 · T2 SR on the name t · …
//!
//!   a request                       looks through the whole list for what is in its way
//!   a lock has left                 the whole list is looked through for waiters that can be granted, all waiters for cycles
//! ```
//!
//! `innolab-lock` is fast: a hash table of queues, linked lists, edges that are kept and moved. Here nothing is kept that
//! can be computed from one list under one mutex. So this table is short, it can be checked against the rules by
//! reading, and it answers the question which behaviour is a rule and which is an accident of the other one.
//!
//! It breaks ties in its own way: among the lightest members of a cycle the victim is the transaction that began last
//! (the server: D3 of `deadlock` in `innolab-lock`). In all other answers, weights included, callers see no difference.
//! Both pass `innolab-conformance`. Nobody depends on this crate; one line of the root `Cargo.toml` puts it in the other
//! one's place, for the engine and all that stands on it:
//!
//! ```toml
//! innolab-lock = { path = "crates/lock-simple", package = "innolab-lock-simple" }
//! ```
//!
//! The words (modes, answers, rows of reports) are those of `innolab-lock`, and exported again from here.
//!
//! | module   | what                                                                      |
//! |----------|---------------------------------------------------------------------------|
//! | `list`   | the list: requests, grants, inheritance (M, Q, H and N rules)              |
//! | `cycles` | what ends a step: grant what is free, break the cycles (D rules)           |
//! | `table`  | [`LockTable`], the callers' view                                           |
//! | `rows`   | the rows of the server's tables                                            |
//!
//! Left out: events; and speed: a step costs the length of the list, or its square if transactions wait.

mod cycles;
mod list;
#[cfg(test)]
mod newest_first;
mod rows;
mod table;

pub use innolab_lock::*;
pub use table::LockTable;
