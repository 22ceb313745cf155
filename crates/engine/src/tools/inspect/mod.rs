//! Reads the files of a database without an engine: the tables of its dictionary, and the contents of records and undo
//! records.
//!
//! ```text
//! sys.ibd  page 3 ─┬► root of the dictionary ─► leftmost leaf ─► next ─► next …       rows ─► definitions
//!                  └► rollback segment ─► undo records ─► what changed, versions before
//! t.ibd    index id in each page ─► IndexReader ─► id=1, DB_TRX_ID=…, v='ann'
//! ```
//!
//! RULES
//!
//! - **R1** The caller reads and verifies the pages. Nothing is latched, so pages that are read while an engine runs
//!   may be old or may not fit together. Impossible bytes are an error, never a panic or an endless walk (I11).
//! - **R2** What a crash left over in the dictionary is ignored, not removed.
//!
//! | file       | one idea                                        |
//! |------------|-------------------------------------------------|
//! | `reader`   | records of an index as text                     |
//! | `tables`   | the tables of the dictionary                    |
//! | `versions` | undo records and the versions that they lead to |

mod reader;
mod tables;
mod versions;

pub use reader::IndexReader;
pub use tables::{IndexInfo, TableInfo, rollback_segment, tables};
pub use versions::{UndoneChange, undone};
