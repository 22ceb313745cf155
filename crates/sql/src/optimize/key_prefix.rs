//! Keys built from a prefix (the values of the first key parts) and what follows it.

use crate::engine::{Datum, KeyRange};
use std::ops::Bound;

/// Returns `prefix` with one more value.
pub(crate) fn with_value(prefix: &[Datum], value: &Datum) -> Vec<Datum> {
    let mut key = prefix.to_vec();
    key.push(value.clone());
    key
}

/// Returns the range of keys that begin with `prefix` and continue within `range`.
pub(crate) fn with_prefix(prefix: &[Datum], range: &KeyRange) -> KeyRange {
    let bound = |bound: &Bound<Vec<Datum>>| match bound {
        Bound::Included(key) => Bound::Included([prefix, key].concat()),
        Bound::Excluded(key) => Bound::Excluded([prefix, key].concat()),
        Bound::Unbounded if prefix.is_empty() => Bound::Unbounded,
        Bound::Unbounded => Bound::Included(prefix.to_vec()),
    };
    KeyRange { low: bound(&range.low), high: bound(&range.high) }
}
