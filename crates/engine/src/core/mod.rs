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
//! | `status`     | what reports show of transactions, locks and the latest deadlock     | `trx0i_s`                |
//! | `sessions`   | the open sessions                                                    | `THD_list`               |
//! | `engine`     | the open engine                                                      | `srv0srv`                |
//! | `counting`   | what all statements have cost, and the organs' counts                | `srv0srv`                |
//! | `temporary`  | temporary files of statements                                        | (the server's `IO_CACHE`) |
//! | `trx`        | a transaction: id, view, lock owner, undo log                        | `trx0trx`                |
//! | `interrupt`  | long work asks whether its statement is interrupted                  | `trx_is_interrupted`     |
//! | `locking`    | requests for locks, and waiting                                      | `lock0lock`, `lock0wait` |
//! | `metadata`   | metadata locks: a definition stays while a transaction uses it       | MDL                      |

mod binlog;
mod counting;
mod engine;
pub mod events;
mod interrupt;
mod isolation;
mod locking;
mod metadata;
mod options;
mod parts;
mod sessions;
mod status;
mod temporary;
mod trx;
mod wall_clock;

pub(crate) use binlog::Binlog;
pub use binlog::{Format, LogBin};
pub(crate) use counting::Counting;
pub use engine::Engine;
pub(crate) use interrupt::check_interrupt;
pub use isolation::Isolation;
pub(crate) use locking::LockAttempt;
pub use options::{Globals, MemoryLimits, Options, SessionSettings};
pub(crate) use parts::{RecoveredTrx, TrxParts};
pub(crate) use sessions::Sessions;
pub use status::{Deadlock, DeadlockMember, LockRow, PlacedRecord, ShownLock};
pub(crate) use temporary::remove_temporary_files;
pub use temporary::{TemporaryFile, TemporaryFiles};
pub(crate) use trx::Trx;
pub use wall_clock::TimeSource;
pub(crate) use wall_clock::WallClock;
