//! `binlog`: what is in a log, whether it is whole, and the way back and forth along it.
//!
//! | command                                  | what                                                                              |
//! |------------------------------------------|-----------------------------------------------------------------------------------|
//! | `binlog dump FILE…`, `--data DIR`        | every event at its place, rows with the names of their columns; `--json`          |
//! | `binlog verify FILE…`, `--data DIR`      | checksums, how events stand, the chain of the files                               |
//! | `binlog flashback FILE…`, `--data DIR`   | what undoes the rows, newest transaction first: as SQL, as a log (`--output`), or done (`--apply`) |
//! | `binlog replay FILE… --into DIR`         | the log again, into another database: point-in-time recovery                      |
//!
//! Logs of MySQL and MariaDB are read too. Looking locks and changes nothing: a log may be looked at while an engine writes it.

mod command;
mod dump;
mod event_json;
mod flashback;
mod follow;
mod replay;
mod source;
mod sql;
mod verify;

pub(crate) use command::{Command, execute};
pub(crate) use follow::{Follower, Rules};
