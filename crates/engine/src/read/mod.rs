//! Reading rows: two ways along the same route.
//!
//! ```text
//!               KeyRange ──► route: where to begin, which way, where to end
//!                             │
//!            ┌────────────────┴─────────────────┐
//!  consistent: what a view sees        scan: what is there now, locked
//!  never waits; the rows are shown     one row at a call, nothing latched between two;
//!  under their leaf's latch            rule: which lock each record on the way gets
//! ```
//!
//! | module       | one idea                                                       | InnoDB's room                   |
//! |--------------|----------------------------------------------------------------|---------------------------------|
//! | `route`      | a key range as searches and comparisons                        | `row_sel_convert_mysql_key_to_innobase`, `btr_pcur` |
//! | `rule`       | what a record on the way gets: next-key, record, gap or nothing | `row_search_mvcc`, the middle   |
//! | `consistent` | reads under a view                                             | `row_search_mvcc`, `LOCK_NONE`  |
//! | `row_ref`    | a row as it is shown: columns are decoded when asked for       | `mysql_row_templ_t`             |
//! | `scan`       | locking reads                                                  | `row_search_mvcc`, `sel_set_rec_lock` |

mod consistent;
mod lock_read;
mod lock_rule;
mod route;
mod row_ref;
mod scan;

pub(crate) use consistent::{RangeRead, ReadBuffers};
pub use lock_read::{Columns, Fetched, LockRead, OnBusy};
pub use lock_rule::Strength;
pub use row_ref::RowRef;
pub(crate) use scan::Scan;
