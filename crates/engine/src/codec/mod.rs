//! Values, definitions, rows, and their bytes: plain data and pure functions. Nothing here opens a file, takes a latch
//! or knows a transaction.
//!
//! | file       | one idea                                                                | InnoDB's counterpart     |
//! |------------|-------------------------------------------------------------------------|--------------------------|
//! | `value`    | values, and the types of columns                                        | `data0type`              |
//! | `packed`   | DECIMAL, DATETIME, DATE as packed bytes                                 | `Field_*` of the server  |
//! | `bytes`    | the bytes of a value in a record                                        | `row0mysql`              |
//! | `def`      | definitions of tables, columns and indexes: plain data                  | `dict0mem`               |
//! | `error`    | the engine's errors, each with MySQL's number                           | `db0err`                 |
//! | `fields`   | some fields of a record, in one buffer                                  | `data0data`              |
//! | `row`      | rows ⇄ the fields of DYNAMIC records, clustered and secondary           | `row0mysql`, `row0row`   |
//! | `undo_rec` | the payload of an undo record, and the earlier version that it restores | `trx0rec`                |
//! | `show`     | fields as text, and back                                                | (none)                   |

mod bytes;
mod def;
mod error;
mod fields;
pub mod packed;
mod row;
mod show;
mod undo_rec;
mod value;

pub(crate) use def::quoted;
pub use def::{ColumnDef, ColumnDefault, IndexDef, IndexNo, KeyRange, TableDef};
pub(crate) use error::SYS_FILE;
pub use error::{Error, Result};
pub(crate) use fields::{FieldList, Fields};
pub(crate) use row::{IndexCodec, System};
pub(crate) use show::{FieldKind, encode_text, show};
pub use undo_rec::Op;
pub(crate) use undo_rec::{UndoRec, UndoWriter, apply_backwards};
pub use value::{ColumnType, Datum};
