//! `binlog`: prints a binary log, verifies it, undoes its rows, replays it.
//!
//! | command                   | what it does                                                                         |
//! |---------------------------|--------------------------------------------------------------------------------------|
//! | `dump FILE…`              | prints every event with its position, and rows with column names; `--json`           |
//! | `verify FILE…`            | checks checksums, the order of events and the chain of files                         |
//! | `flashback FILE…`         | undoes the rows, newest transaction first; `--output` a log, `--apply` to a database |
//! | `replay FILE… --into DIR` | executes the log in another database: point-in-time recovery                         |
//!
//! Instead of files, `--data DIR` names the log of a data directory.
//!
//! ```text
//! range ─► dump ─► event_json, sql          verify
//!   ├────► flashback ─► sql, declared       follow ─► event_json     `run --binlog`
//!   └────► replay ─► replayable, xa           command: the options, and what each command calls
//! ```
//!
//! Logs of MySQL and MariaDB are read as well. Reading takes no lock and changes nothing: a log can be read while an
//! engine writes it.

mod command;
mod declared;
mod dump;
mod event_json;
mod flashback;
mod follow;
mod range;
mod replay;
mod replayable;
mod sql;
mod verify;
mod xa;

pub(crate) use command::{Command, execute};
pub(crate) use follow::{Follower, MixedRules};
pub(crate) use replay::Replayer;
