//! Undo pages: the old versions of changed rows, record by record; and the header page of a rollback segment
//! ([`rseg`]).
//!
//! Before a transaction changes a row it writes an *undo record* with what the change replaces. A rollback applies a
//! transaction's records backwards; a consistent read follows them from a row to its older versions. The records of one
//! transaction are its *log*; the pages that a log lies on are an *undo segment*.
//!
//! ```text
//! first page of an undo segment                                                          further page (while a log is long)
//! ├ FIL ┼ kind 1 │ free │ last log │ last page │ pages ┼ log ┼ records ┼ log ┼ records ┼ ►   ├ FIL ┼ kind 2 │ free │ first no │ owner ┼ records ┼ ►
//! 0     38       40     42         44          48      54                                   0     38       40     42         50      54
//!
//! log header   0 trx id 8 number 16 state 17 flags 18 XID 26 log before 28 log after 30 next in the history 36
//! record       0 end 2 kind 3 ─ payload ─ −2 start        `end` is where the next record begins, `start` where this one does
//! ```
//!
//! A segment is a first page and, while its newest log needs them, further pages, linked by FIL's neighbours. A first
//! page may hold several logs one after the other: a transaction that changed little leaves the page to the next one.
//! Only the newest log may be active, and only it may have records on further pages.
//!
//! RULES
//!
//! - **R1** Records tile the bytes between a log header and the next one (or `free`), and between 54 and `free` on a
//!   further page. So they can be walked in both directions, and a byte can be verified as a record's start: the
//!   record's `end` lies inside, and the two bytes before `end` hold that start.
//! - **R2** `first no` is the number, within its log, of a further page's first record, so that a record's number needs
//!   no count from the log's start.
//! - **R3** Bytes are untrusted until [`check`] has passed; then every accessor is total: it cannot fail (R2 of the
//!   crate).
//!
//! InnoDB's counterpart: `trx0undo.h` (`TRX_UNDO_*`), `trx0rec`. Left out: a file segment and a list base for each undo
//! segment (all pages of a rollback segment are one file segment), the table id of DDL logs, XA's long XIDs, logs of
//! inserts only (MariaDB gave them up in 10.3).

mod check;
mod header;
mod mutate;
mod page;
mod roll_ptr;
pub mod rseg;

pub use check::check;
pub use header::{
    END, FIRST, FIRST_NO, FREE, FURTHER, KIND, Kind, LAST_LOG, LAST_PAGE, LOG_HEADER, MAX_PAYLOAD, N_PAGES, OWNER,
    RECORD_EXTRA, START,
};
pub use mutate::{UndoMut, format_first, format_further};
pub use page::{LogHeader, State, UndoPage, UndoRecord};
pub use roll_ptr::RollPtr;

#[cfg(test)]
mod tests;
