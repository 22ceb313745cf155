//! The tests of the whole, in one program: it is linked once.
//!
//! | module | what it compares |
//! |---|---|
//! | `architecture` | the sources with the map of `docs/architecture.md` |
//! | `server`, `locks`, `isolation`, `explain` | rows, errors, locks and plans with the real server's |
//! | `binlog`, `inspect` | our logs and the real server's files, each read by the other |
//! | `hermitage`, `history` | what isolation levels allow, by a public suite and by recorded histories |
//! | `claims`, `bad_input` | sentences of the notes, and what a user may do wrong |
//! | `innodb_map` | `docs/innodb-map.md` with the aliases in the sources |

mod architecture;
mod bad_input;
mod binlog;
mod claims;
mod explain;
mod hermitage;
mod history;
mod innodb_map;
mod inspect;
mod isolation;
mod locks;
mod server;
