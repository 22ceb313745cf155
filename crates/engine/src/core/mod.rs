//! What everything above shares: the open engine, a transaction at work, its locks.
//!
//! | file        | one idea                                                             | InnoDB's room            |
//! |-------------|----------------------------------------------------------------------|--------------------------|
//! | `wall_clock`  | what time it is, for statements and for the log                      | `THD::set_time`          |
//! | `events`    | what the engine tells                                                | (none)                   |
//! | `isolation` | the isolation levels                                                 | `trx0trx`                |
//! | `binlog`    | the settings of the binary log, and the open log                     | `MYSQL_BIN_LOG`          |
//! | `options`   | the settings                                                         | `srv0srv`                |
//! | `parts`     | what a transaction has that must be ended                            | `trx0trx`                |
//! | `engine`    | what users and transactions share                                    | `srv0srv`                |
//! | `trx`       | a transaction: id, view, owner, undo log                             | `trx0trx`                |
//! | `locking`   | how it asks for locks, and waits                                     | `lock0lock`, `lock0wait` |
//! | `metadata`  | a table stays what it is while it is used                            | MDL                      |

mod binlog;
mod engine;
pub mod events;
mod isolation;
mod locking;
mod metadata;
mod options;
mod parts;
mod trx;
mod wall_clock;

pub(crate) use binlog::Binlog;
pub use binlog::{Format, LogBin};
pub use engine::Engine;
pub use isolation::Isolation;
pub(crate) use locking::LockAttempt;
pub use options::{Globals, Options, SessionSettings};
pub(crate) use parts::{RecoveredTrx, TrxParts};
pub(crate) use trx::Trx;
pub use wall_clock::TimeSource;
pub(crate) use wall_clock::WallClock;
