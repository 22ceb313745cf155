//! The data dictionary: the definitions of all tables, the files and trees they live in, and the open tables.
//!
//! | file         | one idea                                                            | InnoDB's counterpart    |
//! |--------------|---------------------------------------------------------------------|-------------------------|
//! | `limits`     | limits of keys, rows and types                                      | `dict0dict`             |
//! | `definition` | a definition and its bytes                                          | `dict0mem`              |
//! | `dictionary` | definitions, in rows of a tree                                      | `dict0crea`, `dict0load` |
//! | `ddl_log`    | the DDL under way, in rows of a tree                                | `innodb_ddl_log`        |
//! | `header`     | the header page of `sys.ibd`; its layout version                    | `trx0sys`, `dict0boot`  |
//! | `sys`        | the open `sys.ibd`: counters of ids, trees, the rollback segment    | `trx0sys`, `dict0boot`  |
//! | `names`      | the names of tables' files                                          | `fil0fil`               |
//! | `table`      | an open table                                                       | `dict0mem`              |
//! | `open`       | opening a table                                                     | `dict0load`             |

pub(crate) mod ddl_log;
mod definition;
pub(crate) mod dictionary;
pub(crate) mod header;
mod limits;
pub(crate) mod names;
mod open;
pub(crate) mod sys;
mod table;

pub(crate) use ddl_log::{ANNOUNCED, WHOLE_FILE};
pub(crate) use definition::{Definition, NO_DEFINITION};
pub(crate) use dictionary::Bodies;
pub use limits::{MAX_COLUMNS, MAX_INDEXES, MAX_KEY_BYTES, MAX_KEY_COLUMNS, MAX_ROW_BYTES};
pub(crate) use names::{file_name, unique_file_name};
pub(crate) use open::open_table;
pub(crate) use sys::Sys;
pub use table::{Index, Table};
pub(crate) use table::{Tables, codecs};
