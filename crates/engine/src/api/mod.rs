//! The engine and its transactions, as users hold them.
//!
//! | file          | one idea                                                              | InnoDB's counterpart |
//! |---------------|-----------------------------------------------------------------------|----------------------|
//! | `open`        | opening and closing                                                   | `srv0start`          |
//! | `background`  | the thread that rolls back and purges                                 | `srv0srv`            |
//! | `handle`      | the engine as its users hold it                                       | `srv0start`          |
//! | `transaction` | a transaction as a session holds it: statements, savepoints, the end  | `trx0trx`, `handler` |
//! | `reads`       | its reads                                                             | `row0sel`            |
//! | `changes`     | its changes of rows                                                   | `row0mysql`          |
//! | `apply`       | a change from a binary log, applied                                   | `Rows_log_event`     |

mod apply;
mod background;
mod changes;
mod handle;
mod open;
mod reads;
mod transaction;

pub use handle::Engine;
pub use reads::LockingScan;
pub use transaction::{Savepoint, Transaction};

#[cfg(test)]
pub(crate) mod tests;
