//! Undo: what a transaction's changes replaced, kept until nobody can want it back.
//!
//! ```text
//! transaction   begin ─► append … append ─► commit ─────► history, in the order of numbers ─► purge
//!                             │     ▲         │ inserts only: given back at once
//!               rollback:     └─────┘ top, before, truncate; then discard
//!
//! rollback segment   header page: 1024 slots ─► undo segments (a first page; further pages while a log is long)
//!                                 history     ─► oldest log ─► … ─► newest log
//!
//! row  DB_TRX_ID 12 │ DB_ROLL_PTR ─► record of trx 12: "before: trx 7, roll ptr ─► …"  ─► record of trx 7: …      a version chain
//! ```
//!
//! The crate knows pages and nothing of rows: a record is bytes. What it guarantees is that records are there as long
//! as they are wanted, that they can be found by a [`RollPtr`], by a rollback (newest first) and by purge (oldest
//! first), and that a crash at any time leaves each log whole: under way, in doubt, in the history, or gone.
//!
//! RULES (each module has its own)
//!
//! - **R1** A log is in one of five states, changed by one mini-transaction each (`page::undo::State`).
//! - **R2** Every page of the rollback segment's file segment is its header, or reached by exactly one slot or by the history.
//! - **R3** Appending takes no mutex: it is one latch and one redo group. Beginning and ending a log take a short
//!   mutex; only taking a new page takes a longer one.
//! - **R4** Bytes of a file are believed only after a check, and links between pages only as far as they cannot lead in
//!   a circle (I11).
//!
//! | module | one idea |
//! |---|---|
//! | [`mod@log`] | one transaction's log |
//! | [`history`] | committed logs, for purge |
//! | `rseg` | slots, segments to be used again, pages |
//! | `open` | creating, opening, recovery; the face of the crate |
//! | `survey` | everything at a glance, and whether it agrees |
//! | [`events`] | what it tells |
//!
//! InnoDB's counterpart: `trx0undo`, `trx0rseg`, half of `trx0purge`. Left out: several rollback segments, undo
//! tablespaces, undo of temporary tables.

mod error;
pub mod events;
pub mod history;
pub mod log;
mod open;
mod rseg;
mod survey;

pub use error::{Error, Result};
pub use history::History;
pub use innolab_page::undo::State;
pub use innolab_page::undo::{Kind, MAX_PAYLOAD, RollPtr};
pub use log::Log;
pub use open::{Recovered, RecoveredState, Undo};
pub use survey::{LogInfo, ReadPage, Survey, survey};
