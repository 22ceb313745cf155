//! A client's session: it runs statements one by one, within its transaction and by its settings.
//!
//! | file          | what                                                                                       |
//! |---------------|--------------------------------------------------------------------------------------------|
//! | `client`      | [`Session`]: a statement is parsed and dispatched; SELECT; row events of a binary log      |
//! | `transaction` | the open transaction; how statements run within it                                         |
//! | `write`       | INSERT, UPDATE, DELETE, and what the binary log records of them                            |
//! | `flush`       | FLUSH TABLES, FOR EXPORT, UNLOCK TABLES                                                    |
//! | `kill`, `connections` | KILL, and the connections of a server that it reaches                             |
//! | `protocol`    | what a protocol sends beside an answer: types of columns, status, what happened to rows    |
//! | `commands`    | SET, SHOW, EXPLAIN, BEGIN, COMMIT, the binary log's statements                             |

mod client;
mod commands;
mod connections;
mod flush;
mod kill;
mod protocol;
mod transaction;
mod write;

pub use client::Session;
pub use connections::{Connections, Kill};
pub use protocol::SessionStatus;
