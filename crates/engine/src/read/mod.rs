//! Reading rows: two ways along the same route.
//!
//! ```text
//!               KeyRange ──► route: where to begin, in which direction, where to end
//!                             │
//!            ┌────────────────┴─────────────────┐
//!  consistent: what a view sees        scan: the newest rows, locked
//!  never waits; a row is shown         one row a call, no latch in between;
//!  under the latch of its leaf         lock_rule: which lock each record gets
//! ```
//!
//! | module        | one idea                                                         | InnoDB's counterpart            |
//! |---------------|------------------------------------------------------------------|---------------------------------|
//! | `route`       | a key range as searches and comparisons                          | `row_sel_convert_mysql_key_to_innobase`, `btr_pcur` |
//! | `lock_rule`   | which lock a record gets: next-key, record, gap or none          | `row_search_mvcc`, the middle   |
//! | `lock_read`   | options and results of reads                                     | `row_prebuilt_t`                |
//! | `consistent`  | reads under a view                                               | `row_search_mvcc`, `LOCK_NONE`  |
//! | `row_ref`     | a row as it is shown: a column is decoded when it is read        | `mysql_row_templ_t`             |
//! | `scan`        | locking reads: the walk                                          | `row_search_mvcc`               |
//! | `lock_record` | locking reads: one record                                        | `sel_set_rec_lock`              |

mod consistent;
mod lock_read;
mod lock_record;
mod lock_rule;
mod route;
mod row_ref;
mod scan;

pub(crate) use consistent::{RangeRead, ReadBuffers};
pub use lock_read::{Columns, Fetched, LockRead};
pub use lock_rule::Strength;
pub use row_ref::RowRef;
pub(crate) use scan::Scan;
