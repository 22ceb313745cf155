//! Undo pages: what a transaction's changes replaced, record by record; and the page that says where all of it begins ([`rseg`]).
//!
//! ```text
//! first page of an undo segment                                                          further page (while a log is long)
//! ├ FIL ┼ kind 1 │ free │ last log │ last page │ pages ┼ log ┼ records ┼ log ┼ records ┼ ►   ├ FIL ┼ kind 2 │ free │ first no │ owner ┼ records ┼ ►
//! 0     38       40     42         44          48      54                                   0     38       40     42         50      54
//!
//! log header   0 trx id 8 number 16 state 17 flags 18 XID 26 log before 28 log after 30 next in the history 36
//! record       0 end 2 kind 3 ─ payload ─ −2 start        `end` is where the next one begins, `start` where this one does
//! ```
//!
//! A segment is a first page and, while its newest log needs them, further pages; FIL's neighbours link them. Several
//! logs lie one behind the other on a first page: a transaction that changed little leaves the page to the next one.
//! Only the newest log may be under way, and only it may have records on further pages.
//!
//! RULES
//!
//! - **R1** Records tile the bytes between a log header and the next one (or `free`), and between 54 and `free` on a
//!   further page. So they can be walked both ways, and a place can be told to be a record's: its `end` lies inside,
//!   and the two bytes before `end` say where it starts.
//! - **R2** `first no` is the number of a further page's first record within its log, so nothing has to be counted from
//!   the log's beginning.
//! - **R3** Bytes are hostile until [`check`] has passed; then every accessor is total (`page` R2).
//!
//! InnoDB's counterpart: `trx0undo.h` (`TRX_UNDO_*`), `trx0rec`. Left out: a file segment and a list base of each undo
//! segment's own (all of a rollback segment's pages are one file segment), the table id of DDL logs, XA's long XIDs,
//! logs of inserts only (MariaDB gave them up in 10.3).

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
