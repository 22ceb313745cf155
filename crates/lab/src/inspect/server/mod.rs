//! Tables as servers define them, and what their records hold.
//!
//! ```text
//! --columns ─► definitions ─┐
//! sys.ibd   ─► definitions ─┼─► table ─► reader: a record's bytes ─► names and values
//! MySQL SDI ─► sdi ─────────┘     └────► order: do the keys ascend?
//! ```
//!
//! RULES
//!
//! - **R1** A value that is not read is [`Shown::Unread`] with the reason; it never looks like a value.
//! - **R2** The order of texts is judged only if their collation is known to compare bytes.
//!
//! | file          | one idea                                             |
//! |---------------|------------------------------------------------------|
//! | `kind`        | a type: how its values are stored, and shown         |
//! | `shown`       | a value as text, SQL, CSV and JSON                   |
//! | `charset`     | what a collation says of bytes and order             |
//! | `table`       | columns and indexes, and the fields of their records |
//! | `definitions` | a table from the text of CREATE TABLE                |
//! | `sdi`         | a table from MySQL's SDI                             |
//! | `reader`      | the records of one index                             |
//! | `order`       | the order of its keys                                |

mod charset;
mod definitions;
mod kind;
mod order;
mod reader;
mod sdi;
mod shown;
mod table;

pub(crate) use definitions::parse;
pub(crate) use order::Order;
pub(crate) use reader::{Reader, Row};
pub(crate) use sdi::read_sdi;
pub(crate) use shown::Shown;
pub(crate) use table::{Index, Table};
