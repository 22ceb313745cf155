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
//! | `scan`       | locking reads                                                  | `row_search_mvcc`, `sel_set_rec_lock` |

mod consistent;
mod route;
mod rule;
mod scan;

pub(crate) use consistent::Buffers;
pub use scan::{Fetched, LockRead, LockingScan, OnBusy, Strength};

/// What of a row is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Columns {
    /// All columns.
    #[default]
    All,
    /// Those that the index has; the others are shown as NULL. Of a secondary index this saves going to the rows.
    #[doc(alias = "keyread")]
    #[doc(alias = "Using index")]
    Covering,
}
