//! One event: its bytes and its values.
//!
//! ```text
//! header 19 | body, by kind                                                              | CRC32 4
//!  header     format_description · gtid · query · statement_context · table_map · rows      header
//! ```
//!
//! Read `header` (the frame of every event) first, then `body` (the event as one enum), then the bodies: each file
//! opens with its bytes. `rows` needs `table_map` (which columns), `column_type` (which types), `column_value` and
//! `row_image` (their values). `charset`, `json` and `compressed` read what a value or a body has inside. `decoder` takes whole events apart and remembers what one event says about those after
//! it. `wire` has the few fields that the crate `bytes` does not read and write. `display` prints.

mod body;
mod charset;
mod column_type;
mod column_value;
mod compressed;
mod decoder;
mod display;
mod format_description;
mod gtid;
mod header;
pub mod json;
mod query;
mod row_image;
mod rows;
mod settings;
mod statement_context;
mod table_map;
mod value;
mod wire;

pub use body::{Entry, Event};
pub use charset::Charset;
pub use column_type::ColumnType;
pub(crate) use decoder::{Decoder, Fault};
pub use format_description::FormatDescription;
pub(crate) use gtid::put_previous_gtids;
pub use gtid::{Gtid, GtidSet, ListedGtid, MariadbGtid, Sid, sid_text, source_text};
pub(crate) use header::FLAGS_AT;
pub use header::{CHECKSUM_LEN, HEADER_LEN, Header, Kind, MAGIC, Stamp, checksum, flags, frame, seal};
pub use query::Query;
pub use row_image::Row;
pub(crate) use rows::RowsBuilder;
pub use rows::{Action, Change, Changes, OpaqueRows, Rows, STATEMENT_END};
pub use settings::Settings;
pub use statement_context::StatementContext;
pub(crate) use table_map::Tables;
pub use table_map::{Column, MAX_COLUMNS, TableMap, collation};
pub use value::Value;
