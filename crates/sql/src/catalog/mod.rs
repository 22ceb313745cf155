//! From names to tables, stored or virtual, and to their indexes.

mod exported;
mod keys;
mod lock_tables;
mod names;
mod schema_tables;
mod session_table;
mod source;
mod table_use;
mod trx_table;
mod view_columns;
mod virtual_tables;

pub(crate) use exported::Exported;
pub(crate) use keys::{find_index, indexes, is_unique};
pub(crate) use lock_tables::full_name;
pub(crate) use names::{Names, check_database, is_too_long, quoted};
pub(crate) use session_table::{HOST, USER, operation_state, processes, thread_state};
pub(crate) use source::Source;
pub(crate) use table_use::TableUse;
pub(crate) use trx_table::LOCK_HEAP_BYTES;
pub(crate) use view_columns::cut;
