//! Functions that a statement may call on values, and CAST: one line a function. What the session answers
//! (`last_insert_id()`, `now()`) is a constant by the time an expression is bound.
//!
//! | file       | what                                                                                         |
//! |------------|----------------------------------------------------------------------------------------------|
//! | `call`     | what a function is, and how it is called                                                     |
//! | `table`    | all there are                                                                                |
//! | `number`   | arithmetic; integers and decimals stay exact, text counts as a double                        |
//! | `string`   | text by characters, binary strings by bytes                                                  |
//! | `time`     | parts of moments, and moments moved                                                          |
//! | `cast`     | one kind as another                                                                          |
//!
//! RULES
//!
//! - **R1** NULL in, NULL out, but for those that say otherwise ([`Takes`]).
//! - **R2** What is no number, no moment, or does not fit, is NULL or the nearest thing; in a strict statement it is
//!   the error of which the server else warns.
//! - **R3** Names with a space in them are ours: what the grammar has other words for.
//!
//! InnoDB's counterpart: `sql/item_create.cc`, `sql/item_strfunc.cc`, `sql/item_timefunc.cc`. Left out: all others;
//! they are error 1235.

mod call;
mod cast;
mod number;
mod string;
mod table;
mod time;

pub(crate) use call::{ArgumentMode, CallError, Function};
pub(crate) use table::COALESCE;
pub(crate) use time::Unit;
