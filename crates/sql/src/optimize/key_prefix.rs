//! Keys made longer: a prefix and what comes behind it.

use crate::engine::{Datum, KeyRange};
use std::ops::Bound;

/// A key with one more value.
pub(crate) fn appended(prefix: &[Datum], value: &Datum) -> Vec<Datum> {
    let mut key = prefix.to_vec();
    key.push(value.clone());
    key
}

/// The keys that begin with `base` and go on in the interval.
pub(crate) fn behind(base: &[Datum], interval: &KeyRange) -> KeyRange {
    let bound = |bound: &Bound<Vec<Datum>>| match bound {
        Bound::Included(key) => Bound::Included([base, key].concat()),
        Bound::Excluded(key) => Bound::Excluded([base, key].concat()),
        Bound::Unbounded if base.is_empty() => Bound::Unbounded,
        Bound::Unbounded => Bound::Included(base.to_vec()),
    };
    KeyRange { low: bound(&interval.low), high: bound(&interval.high) }
}
