//! The binary log: what every transaction changed, in commit order, in files that MySQL's and MariaDB's tools read; and
//! the two-phase commit that keeps the log and the storage engines consistent.
//!
//! A server has two logs. InnoDB's *redo log* describes changes of pages and lets one engine recover. The *binary log*
//! describes changes of rows (or the statements that made them), for all engines: replicas apply it, point-in-time
//! recovery replays it. So each commit is written to two logs, and a crash between the two writes must not leave a
//! transaction in only one of them. *Two-phase commit* prevents that: every engine first *prepares* the transaction,
//! so that it can still go either way after a crash; then the transaction is written to the binary log; then the
//! engines commit. After a crash the binary log decides: a prepared transaction that is whole in the log is
//! committed, any other is rolled back. *Group commit* makes this cheap: transactions that commit at the same time
//! share one write and one sync.
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
//! The folders are floors: nothing imports from a folder further down the table. Read them in this order:
//!
//! | folder     | what it holds                                                                                      |
//! |------------|----------------------------------------------------------------------------------------------------|
//! | `event`    | the bytes of one event: frame, bodies, column types, row images, and the decoder of all of them    |
//! | `log`      | many events: a transaction's events, the files, their index, the reader, the order of events       |
//! | [`commit`] | the group commit in its stages, the [`Participant`], and [`recover`] with its proof                |
//! | `tools`    | uses of a log: [`verify`], [`flashback`]                                                           |
//!
//! RULES of the whole; each module has its own.
//!
//! - **R1** One truth (I5): after a crash, a transaction that an engine had prepared is committed if it is whole in the
//!   log, else rolled back. [`recover`] has the proof.
//! - **R2** A commit acknowledged under `sync_binlog = 1` survives a power loss (I3), if the engines sync their
//!   prepares.
//! - **R3** A failure after the prepare poisons the log until it is reopened (I10): a failed sync is never retried.
//! - **R4** Whatever the bytes of a file are, reading ends with events or with an [`Error`] that names file, offset and
//!   rule (I11).
//! - **R5** The crate knows nothing of pages, locks or SQL: a row is a list of [`Value`]s, an engine is a
//!   [`Participant`], time is an argument.
//!
//! Two examples run the crate alone: `--example write_and_print` (a log without an engine) and `--example two_phase`
//! (two engines, a crash at each step).
//!
//! MySQL's counterpart: `sql/binlog.cc`, `sql/rpl_commit_stage_manager.cc`, `libbinlogevents`. The files claim to be
//! written by MySQL 8.0.36, the version whose formats they follow; MariaDB's own event kinds are read, not written.
//! Left out: reading encrypted logs (they are called that); writing compressed events, parts of JSON documents, row images
//! that are not full and relay logs, all of which are read; purging by age. `docs/formats.md` has what is read of which
//! server.

pub mod commit;
mod error;
mod event;
mod log;
mod tools;

pub use commit::{Coordinator, Counts, Options, Order, Participant, Recovery, Vote, events, recover};
pub use error::{Decoded, Error, Failure, Malformed, Result};
pub use event::{
    Action, CHECKSUM_LEN, Change, Changes, Charset, Column, ColumnType, Entry, Event, FormatDescription, Gtid, GtidSet,
    HEADER_LEN, Header, Kind, ListedGtid, MAGIC, MAX_COLUMNS, MariadbGtid, OpaqueRows, Query, Row, Rows, STATEMENT_END,
    Settings, Sid, Stamp, StatementContext, TableMap, Value, checksum, collation, flags, frame, json, seal, sid_text,
    source_text,
};
pub use innolab_base::temporal::{Date, DateTime, Time, Timestamp};
pub use log::{
    EventPosition, Grammar, Mark, Position, ROWS_EVENT_BYTES, Reader, RowChange, Torn, Transaction, check_next, files,
};
pub use tools::{flashback, verify};
