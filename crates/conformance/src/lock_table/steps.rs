//! The steps of a script, drawn at random.

use crate::lock_table::level::Level;
use crate::lock_table::model::{KEYS, SESSIONS};
use crate::suite::one_of;
use proptest::prelude::*;

/// A step. `nth` counts modulo the rows (and the supremum, for `Lock`) or locks that exist when the step runs.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Lock { session: usize, nth: usize, mode: usize, nowait: bool, undo_records: u64 },
    LockTable { session: usize, mode: usize, nowait: bool },
    Insert { session: usize, key: u8 },
    Remove { nth: usize },
    Rewrite { nth: usize },
    Unlock { session: usize, nth: usize },
    Timeout { session: usize },
    Cancel { session: usize },
    End { session: usize },
    SetInherit { session: usize, inherit: usize },
}

/// Returns the scripts of a level.
pub(crate) fn steps(level: Level) -> impl Strategy<Value = Vec<Step>> {
    let session = 0..SESSIONS;
    let lock = (session.clone(), 0..20usize, 0..6usize, any::<bool>(), 0..3u64);
    let records = if level == Level::Modes { 0 } else { 1 };
    let step = one_of([
        (
            12,
            lock.prop_map(|(session, nth, mode, nowait, undo_records)| Step::Lock {
                session,
                nth,
                mode,
                nowait: nowait && undo_records == 0,
                undo_records,
            })
            .boxed(),
        ),
        (
            2,
            (session.clone(), 0..5usize, any::<bool>())
                .prop_map(|(session, mode, nowait)| Step::LockTable { session, mode, nowait })
                .boxed(),
        ),
        (6 * records, (session.clone(), 0..KEYS).prop_map(|(session, key)| Step::Insert { session, key }).boxed()),
        (2 * records, (0..20usize).prop_map(|nth| Step::Remove { nth }).boxed()),
        (2 * records, (0..20usize).prop_map(|nth| Step::Rewrite { nth }).boxed()),
        (1, (session.clone(), 0..8usize).prop_map(|(session, nth)| Step::Unlock { session, nth }).boxed()),
        (1, session.clone().prop_map(|session| Step::Timeout { session }).boxed()),
        (1, session.clone().prop_map(|session| Step::Cancel { session }).boxed()),
        (3, session.clone().prop_map(|session| Step::End { session }).boxed()),
        (records, (session, 0..3usize).prop_map(|(session, inherit)| Step::SetInherit { session, inherit }).boxed()),
    ]);
    proptest::collection::vec(step, 1..150)
}
