//! What users hold: the engine, its transactions.
//!
//! | file          | one idea                                                              | InnoDB's room       |
//! |---------------|-----------------------------------------------------------------------|---------------------|
//! | `handle`      | the engine as its users hold it                                       | `srv0start`         |
//! | `open`        | opening and closing                                                   | `srv0start`         |
//! | `background`  | the thread that rolls back and purges                                 | `srv0srv`           |
//! | `transaction` | a transaction, as a session holds it: statements, savepoints, the end | `trx0trx`, `handler` |
//! | `reads`       | its reads                                                             | `row0sel`           |
//! | `changes`     | its changes of rows                                                   | `row0mysql`         |
//! | `apply`       | a change that stands in a binary log, made again                      | `Rows_log_event`    |

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
