//! How a statement reads: by its view, or locking each row; and what FOR UPDATE, LOCK IN SHARE MODE and WAIT ask for.

use crate::answer::SqlError;
use crate::engine::{OnBusy, Strength};
use crate::parse::WAIT_PREFIX;
use sqlparser::ast;

/// How a statement reads.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ReadMode {
    /// What its view shows.
    Consistent,
    /// What is there, locked.
    Locking(Locking),
}

/// How rows are locked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Locking {
    pub(crate) strength: Strength,
    pub(crate) on_busy: OnBusy,
    /// WAIT n, in milliseconds: instead of the session's timeout.
    pub(crate) wait_ms: Option<u64>,
}

impl Locking {
    /// What SERIALIZABLE makes of a plain SELECT.
    pub(crate) const SHARED: Locking = Locking { strength: Strength::Shared, on_busy: OnBusy::Wait, wait_ms: None };
    /// What UPDATE and DELETE do.
    pub(crate) const EXCLUSIVE: Locking =
        Locking { strength: Strength::Exclusive, on_busy: OnBusy::Wait, wait_ms: None };
}

/// What a query's FOR UPDATE or LOCK IN SHARE MODE asks for.
pub(crate) fn locking_of(query: &ast::Query) -> Result<Option<Locking>, SqlError> {
    let clause = match query.locks.as_slice() {
        [] => return Ok(None),
        [clause] => clause,
        _ => return Err(SqlError::not_supported("several locking clauses")),
    };
    let (on_busy, wait_ms) = match (&clause.nonblock, &clause.of) {
        (Some(ast::NonBlock::Nowait), None) => (OnBusy::NoWait, None),
        (Some(ast::NonBlock::SkipLocked), None) => (OnBusy::SkipLocked, None),
        (None, None) => (OnBusy::Wait, None),
        (_, Some(of)) => match of.to_string().trim_matches('`').strip_prefix(WAIT_PREFIX).map(str::parse::<u64>) {
            Some(Ok(0)) => (OnBusy::NoWait, None),
            Some(Ok(seconds)) => (OnBusy::Wait, Some(seconds.saturating_mul(1000))),
            _ => return Err(SqlError::not_supported("FOR UPDATE OF")),
        },
    };
    let strength = if clause.lock_type == ast::LockType::Update { Strength::Exclusive } else { Strength::Shared };
    Ok(Some(Locking { strength, on_busy, wait_ms }))
}
