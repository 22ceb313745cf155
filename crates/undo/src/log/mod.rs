//! The undo log of one transaction: written by its owner, read newest record first by a rollback.
//!
//! ```text
//! begin ─► append … append ─┬─► commit ──────────────► history (or freed at once, if it has inserts only)
//!            ▲     truncate │
//!            └──────┘       ├─► prepare ─► commit, or unprepare and roll back
//!                           └─► top / before … truncate ─► discard
//! ```
//!
//! RULES
//!
//! - **R1** One mini-transaction appends one record, or as many records of one call as fit on the page. When the page
//!   is full, a new page is added in one mini-transaction with the record that needed it. The log's header is written
//!   with its first record.
//! - **R2** A record is logged before the row that refers to it is changed, by another mini-transaction. So after a
//!   crash the newest records may belong to changes that did not happen; a rollback checks whether the row bears the
//!   record's address.
//! - **R3** Truncating and discarding a log need no new pages: a rollback works on a full disk.
//! - **R4** A log is committed or freed in one mini-transaction. If freeing its pages takes further mini-transactions,
//!   they come after that one, and recovery completes them.
//!
//! | methods of [`Log`] | file |
//! |---|---|
//! | [`trx`](Log::trx), [`len`](Log::len), [`pages`](Log::pages); beginning, recovering | `handle` |
//! | [`append`](Log::append), [`append_all`](Log::append_all) | `append` |
//! | [`top`](Log::top), [`before`](Log::before), [`truncate`](Log::truncate) | `rollback` |
//! | [`prepare`](Log::prepare), [`unprepare`](Log::unprepare), [`commit`](Log::commit), [`discard`](Log::discard) | `end` |
//!
//! InnoDB's counterpart: `trx_undo_t`, `trx_undo_report_row_operation`, `trx_undo_get_prev_rec`,
//! `trx_undo_truncate_end`.

mod append;
mod end;
mod handle;
mod rollback;

pub use handle::Log;
