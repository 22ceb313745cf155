//! `inspect`: shows what is in files, ours and a real server's, even while an engine uses them.
//!
//! ```text
//! FILE.ibd ─► space    pages, verified ─┬─► survey ─► space-summary, -pages, -extents, -inodes, -verify
//!                                       │      └────► tree ─► index-illustrate (text, SVG)
//! sys.ibd, --columns ─► columns ────────┴─► page-illustrate, page-dump
//! sys.ibd ─► undo-history, record-history
//! redo.log ─► redo-dump
//! ```
//!
//! RULES
//!
//! - **R1** Files are opened read-only and without a lock.
//! - **R2** A page is good if its checksum, number and tablespace are right. A bad page is read again, because it may
//!   have been in the middle of a write; if it stays bad, it is reported with file, page and the rule it breaks.
//! - **R3** Every mode prints the same facts in two forms: text for people, or with `--json` one object per line.
//! - **R4** The columns of a record come from `sys.ibd` in the same directory, or from `--columns`. Without either,
//!   only headers are shown.
//!
//! InnoDB's counterpart: `innochecksum`, and the third-party `innodb_ruby`, whose modes these follow.

pub(crate) mod columns;
mod command;
pub(crate) mod illustrate;
mod output;
pub(crate) mod page;
mod redo;
mod segments;
pub(crate) mod space;
mod summary;
pub(crate) mod survey;
mod svg;
pub(crate) mod tree;
mod undo;
pub(crate) mod versions;

pub(crate) use command::{Mode, inspect};
