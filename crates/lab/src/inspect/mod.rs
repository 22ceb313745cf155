//! `inspect`: what is in the files, of ours and of a real server's, also while somebody works with them.
//!
//! ```text
//! FILE.ibd ─► space    pages, verified ─┬─► survey ─► space-summary, space-pages, space-extents, space-inodes, space-verify
//!                                       │      └────► tree ─► index-illustrate (terminal, SVG)
//! sys.ibd, --columns ─► columns ────────┴─► page-illustrate, page-dump
//! sys.ibd ─► undo-history, record-history
//! redo.log ─► redo-dump
//! ```
//!
//! RULES
//!
//! - **R1** Files are opened for reading only, without a lock, and read page by page in their places.
//! - **R2** A page counts if its checksum, number and tablespace are right. One that changes while it is read is read
//!   again; one that stays wrong is told with file, page and rule.
//! - **R3** Everything is told twice: as text for people, or with `--json` as one object a line with the same facts.
//! - **R4** What columns a record has is known from `sys.ibd` beside the file, or from `--columns`. Without either,
//!   what stands in headers is shown.
//!
//! InnoDB's counterpart: `innochecksum`, and what the Ruby tool for InnoDB's files made a habit.

pub(crate) mod columns;
mod command;
pub(crate) mod illustrate;
pub(crate) mod page;
mod redo;
mod segments;
pub(crate) mod space;
mod summary;
pub(crate) mod survey;
mod svg;
pub(crate) mod tell;
pub(crate) mod tree;
mod undo;
pub(crate) mod versions;

pub(crate) use command::{Mode, inspect};
