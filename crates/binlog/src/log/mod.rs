//! Many events: what a transaction writes, the files that hold it, and the order in which events may follow each other.
//!
//! `transaction` encodes the events of one transaction. `writer` appends transactions to the current file and moves to
//! the next file; `index` lists the files. `reader` reads a file event by event, and `grammar` says where in a
//! transaction each event stands. `chain` says which file may follow which. `position` is a place in the log.

mod chain;
mod grammar;
mod index;
mod position;
mod reader;
mod transaction;
mod writer;

pub use chain::check_next;
pub use grammar::{EventPosition, Grammar};
pub use index::files;
pub(crate) use index::reconcile;
pub use position::Position;
pub use reader::{Reader, Torn};
pub use transaction::{Mark, ROWS_EVENT_BYTES, RowChange, Transaction};
pub(crate) use writer::{LogWriter, Settings, clear_in_use};
