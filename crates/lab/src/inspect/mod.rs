//! `inspect`: shows what is in files, ours and a real server's, even while an engine uses them; and what is in the buffer
//! pool of an open database, as a statement of `run` and of the shell (`live`).
//!
//! ```text
//! FILE.ibd ─► space    pages, verified ─┬─► survey ─► space-summary, -pages, -extents, -inodes, -verify
//!                                       │      └────► tree ─► index-illustrate (text, SVG), rows
//! sys.ibd, SDI, --columns ─► columns ───┴─► page-illustrate, page-dump
//! sys.ibd ─► undo-history, record-history
//! redo.log ─► redo-dump; log ─► which pages are older than the redo log
//!
//! source     the system's directories, or an open database (live)
//! directory  the files of one, and its dictionary (recovered)
//! ```
//!
//! RULES
//!
//! - **R1** Files are opened read-only and without a lock.
//! - **R2** A page is good if its checksum, number and tablespace are right. A bad page is read again, because it may
//!   have been in the middle of a write; if it stays bad, and has no copy in the doublewrite file, it is reported with
//!   file, page and the rule it breaks.
//! - **R3** Every mode prints the same facts in two forms: text for people, or with `--json` one object per line.
//! - **R4** The columns of a record come from `--columns`, from MySQL's SDI in the file, or from `sys.ibd` in the same
//!   directory. Without any, only headers are shown.
//! - **R5** A mode that did not read all of its input fails after it has shown the rest, and says what and why. A format
//!   that is not read is named; a healthy file is never called bad.
//! - **R6** Pages are shown as they are in their files. Those of which the redo log of their directory holds newer records
//!   are named after all else, with their LSN and that of the newest record: a database is open, or its process was
//!   killed. That is no failure. Names and columns come from the newest state of the dictionary.
//!
//! InnoDB's counterpart: `innochecksum`, and the third-party `innodb_ruby`, whose modes these follow.

pub(crate) mod columns;
mod command;
pub(crate) mod directory;
mod faults;
pub(crate) mod illustrate;
pub(crate) mod live;
mod log;
mod output;
pub(crate) mod page;
mod recovered;
mod redo;
mod rows;
mod segments;
mod server;
mod source;
pub(crate) mod space;
mod summary;
pub(crate) mod survey;
mod svg;
pub(crate) mod tree;
mod undo;
pub(crate) mod versions;

pub(crate) use command::{Mode, inspect};
