//! The binary log: what every transaction changed, in the order in which they committed, in files that MySQL's and
//! MariaDB's tools read; and the two-phase commit that keeps it and the storage engines one truth.
//!
//! ```text
//!   sessions            the log (this crate)                                         the engines
//!   ────────            ────────────────────                                         ───────────
//!   Transaction ──────► Coordinator::commit ───────────── prepare ─────────────────► Participant
//!     rows, statements    │ flush stage: one write a group ── sync_prepared ───────► Participant
//!     encoded here        │ sync stage:  one sync a group
//!                         │ commit stage: ───────────────── commit, in order ──────► Participant
//!                         ▼
//!   binlog.index ─► binlog.000001  [FORMAT_DESCRIPTION | GTID QUERY TABLE_MAP ROWS XID | … | ROTATE]
//!                   binlog.000002  [FORMAT_DESCRIPTION | …                                  torn?]
//!                         │
//!                         └► Reader ─► Entry { offset, header, event } ─► print · replay · flashback · recovery
//! ```
//!
//! | to read            | module                                                       |
//! |--------------------|--------------------------------------------------------------|
//! | bytes of an event  | `header` (frame, checksum), `format`, `gtid`, `query`, `given`, `table`, `rows`, `column`, `value`                          |
//! | files              | `log` (writing, rotation), `index`, `reader`, `grammar`      |
//! | the commit         | [`commit`] (stages, rules R1–R5), `stage` (queues), [`recover`] (with its proof), `participant` |
//! | uses               | `transaction` (encoding), [`verify`], [`flashback`], `dump`  |
//!
//! RULES of the whole; each module has its own.
//!
//! - **R1** One truth (I5): after a crash, a transaction that an engine had prepared is committed if the log has it
//!   whole, else rolled back. The argument is in [`recover`].
//! - **R2** What was acknowledged under `sync_binlog = 1` survives a power loss (I3), as far as the engines sync their prepares.
//! - **R3** A failure after the prepare poisons the log until it is reopened (I10): no sync is ever tried again.
//! - **R4** Whatever the bytes of a file are, reading ends with events or with an [`Error`] that names file, offset and
//!   rule (I11).
//! - **R5** The crate knows nothing of pages, locks or SQL: a row is a list of [`Value`]s, an engine is a
//!   [`Participant`], time is an argument.
//!
//! Alone it runs as `--example write_and_print` (a log without an engine) and `--example two_phase` (two engines, a
//! crash at each step).
//!
//! MySQL's counterpart: `sql/binlog.cc`, `sql/rpl_commit_stage_manager.cc`, `libbinlogevents`. The files say that a
//! MySQL 8.0.36 wrote them, because that is the version whose formats they follow; MariaDB's own kinds of events are
//! read, not written. Left out: encryption and compression of events, partial JSON, row images that are not full (read,
//! not written), relay logs, purging by age.

mod column;
pub mod commit;
mod dump;
mod error;
mod event;
pub mod events;
pub mod flashback;
mod format;
mod given;
mod grammar;
mod gtid;
mod header;
mod index;
mod log;
mod options;
mod participant;
mod query;
mod reader;
pub mod recover;
mod rows;
mod stage;
mod table;
mod transaction;
mod value;
pub mod verify;
mod wire;

pub use column::ColumnType;
pub use commit::Coordinator;
pub use error::{Error, Failure, Parsed, Result};
pub use event::{Entry, Event};
pub use format::FormatDescription;
pub use given::Given;
pub use grammar::{Grammar, Place};
pub use gtid::{Gtid, GtidSet, ListedGtid, MariadbGtid, sid_text};
pub use header::{CHECKSUM_LEN, HEADER_LEN, Header, Kind, MAGIC, Stamp, checksum, flags, frame, seal};
pub use index::files;
pub use innolab_base::temporal::{Date, DateTime, Time, Timestamp};
pub use log::Position;
pub use options::{Counts, Options, Order};
pub use participant::{Participant, Vote};
pub use query::Query;
pub use reader::{Reader, Torn};
pub use recover::Recovery;
pub use rows::{Action, Change, Changes, Row, Rows, STATEMENT_END};
pub use table::{Column, MAX_COLUMNS, TableMap, collation};
pub use transaction::{Mark, ROWS_EVENT_BYTES, RowChange, Transaction};
pub use value::Value;
