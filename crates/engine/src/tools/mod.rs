//! Looking at an engine and its files from outside: locks, soundness, contents of files, files for a real server.
//!
//! | file        | one idea                                                  | InnoDB's counterpart |
//! |-------------|-----------------------------------------------------------|----------------------|
//! | `locks`     | locks as `data_locks` shows them                          | `p_s.data_locks`     |
//! | `place`     | a locked record, found again on its page                  | `lock_rec_print`     |
//! | `deadlock`  | the latest deadlock, with names                           | `Deadlock::report`   |
//! | `costs`     | what statements and organs have cost                      | `srv_export_innodb_status` |
//! | `check`     | is the database sound?                                    | `CHECK TABLE`        |
//! | [`inspect`] | the files of a database, read without an engine           | (none)               |
//! | `export`    | a table's file for a real server                          | `row0quiesce`        |

mod check;
mod costs;
mod deadlock;
mod export;
pub mod inspect;
mod locks;
mod place;

pub use check::{Checked, CheckedIndex, Report};
pub use export::{Exported, Importer};
