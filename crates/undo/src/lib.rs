//! Undo: the earlier versions of rows, kept as long as a rollback or a reader may need them.
//!
//! When a transaction changes a row, InnoDB first writes the row's present version to an *undo log*. A rollback
//! restores the row from it, and a reader whose view is older than the change builds the version that it may see. Every
//! row names the transaction that wrote it (`DB_TRX_ID`) and the address of the version before (`DB_ROLL_PTR`), so its
//! versions are a chain. When no view needs a committed log any longer, *purge* frees it.
//!
//! ```text
//! transaction   begin ─► append … append ─► commit ─────► history, in the order of numbers ─► purge
//!                             │     ▲         │ inserts only: freed at once
//!               rollback:     └─────┘ top, before, truncate; then discard
//!
//! rollback segment   header page: 1024 slots ─► undo segments (a first page; further pages while a log is long)
//!                                 history     ─► oldest log ─► … ─► newest log
//!
//! version chain      row  DB_TRX_ID 12 │ DB_ROLL_PTR ─► record of trx 12: "trx 7, roll ptr ─► …" ─► record of trx 7 …
//! ```
//!
//! The crate knows pages and nothing of rows: a record is bytes. It guarantees that a record exists as long as it is
//! needed; that it can be read by its address ([`RollPtr`]), in a rollback (newest first) and by purge (oldest first);
//! and that a crash at any time leaves each log in one of five states: active, prepared, being freed, in the history,
//! or gone. (I1 to I11 are the invariants listed at the end of `docs/architecture.md`.)
//!
//! RULES (each module has its own)
//!
//! - **R1** A log passes from one of the five states to another in one mini-transaction. The state is in the log's
//!   header ([`State`], which has two values for "in the history" and none for "gone").
//! - **R2** Every page of the rollback segment's file segment is its header, or reached by exactly one slot or by the
//!   history.
//! - **R3** Appending takes no mutex: it is one latch and one redo group. Beginning and ending a log take a short
//!   mutex; only allocating a page takes a longer one.
//! - **R4** Bytes of a file are checked before they are believed, and links between pages are followed only so that no
//!   walk can run in a circle (I11).
//!
//! | module, in reading order | one idea |
//! |---|---|
//! | [`mod@log`] | one transaction's log |
//! | [`history`] | committed logs, for purge |
//! | `rseg` | slots, cached segments, pages |
//! | `open` | creating, opening, recovery; the crate's main type |
//! | `survey` | the contents of a rollback segment, checked |
//! | [`events`] | what undo reports |
//!
//! InnoDB's counterpart: `trx0undo`, `trx0rseg`, half of `trx0purge`. Left out: several rollback segments, undo
//! tablespaces, undo of temporary tables.
//!
//! To see it alone: `cargo run -p innolab-undo --example chain`.

mod error;
pub mod events;
pub mod history;
pub mod log;
mod open;
mod rseg;
mod survey;

pub use error::{Error, Result};
pub use history::CommittedLog;
pub use innolab_page::undo::State;
pub use innolab_page::undo::{Kind, MAX_PAYLOAD, RollPtr};
pub use log::Log;
pub use open::{RecoveredLog, RecoveredState, Undo};
pub use survey::{LogInfo, ReadPage, Survey, survey};
