//! Looking at a database's files without opening it: which tables its dictionary knows, and how their records read.
//!
//! ```text
//! sys.ibd  page 3 ─┬► root of the dictionary ─► leftmost leaf ─► next ─► next …       rows ─► definitions
//!                  └► rollback segment ─► undo records ─► what changed, versions before
//! t.ibd    index id in each page ─► IndexReader ─► id=1, DB_TRX_ID=…, v='ann'
//! ```
//!
//! RULES
//!
//! - **R1** Pages come from the caller, verified; nothing is latched, so what is read while an engine works may be old,
//!   or half of something. What cannot be so is an error, never a panic or an endless walk (I11).
//! - **R2** What a crash has left over in the dictionary is passed over, not removed.

mod reader;
mod tables;
mod versions;

pub use reader::IndexReader;
pub use tables::{IndexInfo, TableInfo, rollback_segment, tables};
pub use versions::{UndoneChange, undone};
