//! The calls that a scan makes of the storage engine, counted as the server counts its own (`Handler_read_*`).
//!
//! ```text
//! path                        the first row of a range        each further row, and the end
//! const, a unique key of IN   read_key                        no call
//! ref                         read_key                        read_next, read_prev
//! range                       read_key; read_first, read_last read_next, read_prev
//!                             if it is open at that side
//! index                       read_first, read_last           read_next, read_prev
//! ALL                         read_rnd_next                   read_rnd_next
//! ```
//!
//! RULES
//!
//! - **R1** A range without a row is one call. A scan that a LIMIT ends makes none for the end.
//! - **R2** Entries that an index condition drops are no calls: the storage engine drops them (`Handler_icp_*`).
//!
//! The server's counterpart: `handler::ha_index_read_map`, `ha_index_next`, `ha_rnd_next` and the like.

use crate::catalog::is_unique;
use crate::engine::{Datum, KeyRange, Table, TableDef, Transaction};
use crate::optimize::{Access, AccessPath};
use innolab_base::Counter;
use std::ops::Bound;

/// The calls of a scan of one range.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calls {
    first: Counter,
    /// `None`: the range has one row at most, and no other is looked for.
    next: Option<Counter>,
}

impl Calls {
    /// Those of a range of the path, which is read backwards if `reverse`.
    pub(super) fn new(table: &Table, access: &AccessPath, range: &KeyRange, reverse: bool) -> Calls {
        let next = if reverse { Counter::HandlerReadPrev } else { Counter::HandlerReadNext };
        let end = if reverse { Counter::HandlerReadLast } else { Counter::HandlerReadFirst };
        let is_open = matches!(if reverse { &range.high } else { &range.low }, Bound::Unbounded);
        let (first, next) = match &access.access {
            Access::All => (Counter::HandlerReadRndNext, Some(Counter::HandlerReadRndNext)),
            Access::Const(_) => (Counter::HandlerReadKey, None),
            Access::Range(_) if is_one_row(table.def(), access, range) => (Counter::HandlerReadKey, None),
            _ if is_open => (end, Some(next)),
            _ => (Counter::HandlerReadKey, Some(next)),
        };
        Calls { first, next }
    }

    /// Counts the call for the first row.
    #[inline]
    pub(super) fn count_first(self, trx: &mut Transaction) {
        trx.count(self.first, 1);
    }

    /// Counts the calls for `n` further rows.
    #[inline]
    pub(super) fn count_next(self, trx: &mut Transaction, n: u64) {
        if let Some(next) = self.next {
            trx.count(next, n);
        }
    }

    /// Counts the calls for all `rows` of the range; `is_cut`: its end was not looked for (R1).
    pub(super) fn count_all(self, trx: &mut Transaction, rows: u64, is_cut: bool) {
        self.count_first(trx);
        self.count_next(trx, rows - u64::from(is_cut && rows > 0));
    }
}

/// True if the range is one value of a unique key.
fn is_one_row(def: &TableDef, access: &AccessPath, range: &KeyRange) -> bool {
    match &range.low {
        Bound::Included(key) if range.low == range.high => {
            key.len() >= def.index_columns(access.index()).len()
                && is_unique(def, access.index())
                && !key.contains(&Datum::Null)
        }
        _ => false,
    }
}
