//! The dictionary: which tables there are, what they may be, where they are; and open tables.
//!
//! | file         | one idea                                                            | InnoDB's room           |
//! |--------------|---------------------------------------------------------------------|-------------------------|
//! | `limits`     | which tables the engine can have                                    | `dict0dict`             |
//! | `definition` | a definition and its bytes                                          | `dict0mem`              |
//! | `dictionary` | definitions, in rows of a tree                                      | `dict0crea`, `dict0load` |
//! | `ddl_log`    | what DDL has under way, in rows of a tree                           | `innodb_ddl_log`        |
//! | `sys`        | `sys.ibd`: header, counters, roots, the rollback segment            | `trx0sys`, `dict0boot`  |
//! | `names`      | what the file of a table is called                                  | `fil0fil`               |
//! | `table`      | an open table                                                       | `dict0mem`              |
//! | `open`       | a table is opened                                                   | `dict0load`             |

pub(crate) mod ddl_log;
mod definition;
pub(crate) mod dictionary;
mod limits;
pub(crate) mod names;
mod open;
pub(crate) mod sys;
mod table;

pub(crate) use ddl_log::{ANNOUNCED, WHOLE_FILE};
pub(crate) use definition::{Entry, NO_DEFINITION};
pub(crate) use dictionary::Bodies;
pub use limits::{MAX_COLUMNS, MAX_INDEXES, MAX_KEY_BYTES, MAX_KEY_COLUMNS, MAX_ROW_BYTES};
pub(crate) use names::{file_name, unique_file_name};
pub(crate) use open::open_table;
pub(crate) use sys::Sys;
pub use table::{Index, Table};
pub(crate) use table::{Tables, codecs};
