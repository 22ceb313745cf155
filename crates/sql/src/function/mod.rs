//! Functions on values, and CAST: one line for each function. Functions of the session (`last_insert_id()`, `now()`)
//! are not here: binding replaces them by constants.
//!
//! | file       | contents                                                                                     |
//! |------------|----------------------------------------------------------------------------------------------|
//! | `call`     | the type of a function, and how it is called                                                 |
//! | `table`    | the list of all functions                                                                    |
//! | `number`   | arithmetic; integers and decimals stay exact, text counts as a double                        |
//! | `string`   | text by characters, binary strings by bytes                                                  |
//! | `time`     | fields of datetimes, and datetime arithmetic                                                 |
//! | `digits`   | numbers in other bases                                                                       |
//! | `search`   | places in lists: FIELD, FIND_IN_SET, ELT, SUBSTRING_INDEX                                    |
//! | `cast`     | conversions between kinds                                                                    |
//!
//! RULES
//!
//! - **R1** A NULL argument makes the result NULL, except where a function says otherwise ([`ArgumentMode`]).
//! - **R2** An argument that is not a number, not a datetime, or that does not fit, gives NULL or the nearest value; in
//!   strict mode it is an error, where the server otherwise only warns.
//! - **R3** Names that contain a space are internal: they stand for other syntax (`keyword_call` of [`crate::expr`]).
//!
//! InnoDB's counterpart: `sql/item_create.cc`, `sql/item_strfunc.cc`, `sql/item_timefunc.cc`. Left out: all other
//! functions, which are error 1235.

mod call;
mod cast;
mod digits;
mod number;
mod search;
mod server_functions;
mod string;
mod table;
mod time;

pub(crate) use call::{ArgumentMode, CallError, Function};
pub(crate) use server_functions::server_arity;
pub(crate) use table::{CASE_OF, COALESCE, NULLIF};
pub(crate) use time::Unit;
