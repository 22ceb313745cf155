//! How a statement reads its rows: consistently, by its read view, or locking each row (FOR UPDATE, LOCK IN SHARE
//! MODE).

use crate::answer::SqlError;
use crate::engine::Strength;
use crate::parse::WAIT_PREFIX;
use sqlparser::ast;

/// How a statement reads its rows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ReadMode {
    /// The versions that its read view sees, without locks.
    Consistent,
    /// The newest versions, each locked.
    Locking(Locking),
}

/// How rows are locked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Locking {
    pub(crate) strength: Strength,
    /// SKIP LOCKED: rows that another transaction has locked are passed over.
    pub(crate) skip_locked: bool,
    /// WAIT n, in milliseconds, or NOWAIT: 0. It holds for all waits of the statement, also those for rows that it
    /// inserts and for metadata locks. `None`: the session's lock wait timeout.
    pub(crate) wait_ms: Option<u64>,
}

impl Locking {
    /// As LOCK IN SHARE MODE: a plain SELECT under SERIALIZABLE, and one that feeds an INSERT.
    pub(crate) const SHARED: Locking = Locking { strength: Strength::Shared, skip_locked: false, wait_ms: None };
    /// As FOR UPDATE: UPDATE and DELETE.
    pub(crate) const EXCLUSIVE: Locking = Locking { strength: Strength::Exclusive, skip_locked: false, wait_ms: None };
}

/// The locking clause of a query; `None`: it has none. ERRORS: 1235 for several, or for OF.
pub(crate) fn locking_of(query: &ast::Query) -> Result<Option<Locking>, SqlError> {
    let clause = match query.locks.as_slice() {
        [] => return Ok(None),
        [clause] => clause,
        _ => return Err(SqlError::not_supported("several locking clauses")),
    };
    let skip_locked = matches!(clause.nonblock, Some(ast::NonBlock::SkipLocked));
    let wait_ms = match (&clause.nonblock, &clause.of) {
        (Some(ast::NonBlock::Nowait), None) => Some(0),
        (_, None) => None,
        (_, Some(of)) => match of.to_string().trim_matches('`').strip_prefix(WAIT_PREFIX).map(str::parse::<u64>) {
            Some(Ok(seconds)) => Some(seconds.saturating_mul(1000)),
            _ => return Err(SqlError::not_supported("FOR UPDATE OF")),
        },
    };
    let strength = if clause.lock_type == ast::LockType::Update { Strength::Exclusive } else { Strength::Shared };
    Ok(Some(Locking { strength, skip_locked, wait_ms }))
}

/// The locking clause of the SELECT that feeds an INSERT. ERRORS: as [`locking_of`].
pub(crate) fn locking_of_source(statement: &ast::Statement) -> Result<Option<Locking>, SqlError> {
    match statement {
        ast::Statement::Insert(ast::Insert { source: Some(query), .. }) => locking_of(query),
        _ => Ok(None),
    }
}
