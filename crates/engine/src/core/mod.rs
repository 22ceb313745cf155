//! The state that everything above shares: the open engine, a transaction at work, its requests for locks.
//!
//! | file         | one idea                                                             | InnoDB's counterpart     |
//! |--------------|----------------------------------------------------------------------|--------------------------|
//! | `wall_clock` | the current time, for statements and the binary log                  | `THD::set_time`          |
//! | `events`     | the engine's events                                                  | (none)                   |
//! | `isolation`  | the isolation levels                                                 | `trx0trx`                |
//! | `binlog`     | the settings of the binary log, and the open log                     | `MYSQL_BIN_LOG`          |
//! | `options`    | the settings, under MySQL's names                                    | `srv0srv`                |
//! | `parts`      | the parts of a transaction that commit and rollback need             | `trx0trx`                |
//! | `engine`     | the open engine                                                      | `srv0srv`                |
//! | `trx`        | a transaction: id, view, lock owner, undo log                        | `trx0trx`                |
//! | `locking`    | requests for locks, and waiting                                      | `lock0lock`, `lock0wait` |
//! | `metadata`   | metadata locks: a definition stays while a transaction uses it       | MDL                      |

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
