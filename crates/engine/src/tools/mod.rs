//! Looking at an engine and its files from outside: locks, soundness, contents of files, files for a real server.
//!
//! | file        | one idea                                                  | InnoDB's counterpart |
//! |-------------|-----------------------------------------------------------|----------------------|
//! | `locks`     | locks as `data_locks` shows them                          | `p_s.data_locks`     |
//! | `check`     | is the database sound?                                    | `CHECK TABLE`        |
//! | [`inspect`] | the files of a database, read without an engine           | (none)               |
//! | `export`    | a table's file for a real server                          | `row0quiesce`        |

mod check;
mod export;
pub mod inspect;
mod locks;

pub use check::{Checked, CheckedIndex, Report};
pub use export::Exported;
pub use locks::{LatestDeadlock, LockRow};
