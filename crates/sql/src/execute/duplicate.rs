//! Duplicate keys: what INSERT does with a new row whose unique key another row has.
//!
//! | statement               | the existing row                          | rows affected                            |
//! |-------------------------|-------------------------------------------|------------------------------------------|
//! | INSERT                  | stays; error 1062 rolls the statement back |                                         |
//! | INSERT IGNORE           | stays; warning 1062                       | 0                                        |
//! | ON DUPLICATE KEY UPDATE | is updated                                | 2, or 0 if it stays the same             |
//! | REPLACE                 | is overwritten in place (R2), or deleted  | 1, and 1 for each row deleted or changed |
//!
//! RULES
//!
//! - **R1** If several rows are in the way, the existing row is the one that the first index with a duplicate leads to:
//!   the primary key comes first, then the other indexes in their order.
//! - **R2** REPLACE overwrites the existing row in place if the index with the duplicate is the last unique one: no
//!   other row can be in the way of the new one.
//! - **R3** ON DUPLICATE KEY UPDATE and REPLACE lock the existing row exclusively, the other statements in share mode.
//!   The lock stays.
//!
//! InnoDB's counterpart: `write_record` in `sql/sql_insert.cc`, `row_ins_duplicate_error_in_clust`.

use super::row_builder::RowBuilder;
use super::update_delete::advance_auto_increment;
use crate::answer::SqlError;
use crate::catalog::is_unique;
use crate::engine::{Datum, DuplicateLock, Error, Fetched, IndexNo, KeyRange, LockRead, Strength, Table, Transaction};
use crate::query::{DuplicateUpdate, OnDuplicate, RowValue};
use innolab_base::Counter;
use std::sync::Arc;

/// The outcome of one new row.
pub(crate) struct RowOutcome {
    /// Number of rows affected, as a client is told it.
    pub(crate) affected: u64,
    /// True if the table has the new row as it was built.
    pub(crate) is_inserted: bool,
    /// The existing row as ON DUPLICATE KEY UPDATE changed it.
    pub(crate) updated: Option<Vec<Datum>>,
}

impl RowOutcome {
    const NOT_INSERTED: RowOutcome = RowOutcome { affected: 0, is_inserted: false, updated: None };

    /// The new row is there; `affected`: with the rows that gave way to it.
    pub(crate) fn inserted(affected: u64) -> RowOutcome {
        RowOutcome { affected, is_inserted: true, updated: None }
    }
}

impl OnDuplicate {
    /// Inserts a row, or does what the statement says about duplicates. `named`: the values of the SELECT's row that
    /// ON DUPLICATE KEY UPDATE names. ERRORS: 1062; those of the engine.
    pub(crate) fn insert(
        &self,
        trx: &mut Transaction,
        table: &Arc<Table>,
        row: &[Datum],
        named: &[RowValue],
        builder: &mut RowBuilder<'_>,
    ) -> Result<RowOutcome, SqlError> {
        let lock = match self {
            OnDuplicate::Fail => DuplicateLock::Shared,
            OnDuplicate::Update(_) | OnDuplicate::Replace => DuplicateLock::Exclusive,
        };
        let mut deleted = 0;
        loop {
            let (index, key, error) = match trx.insert(table, row, lock) {
                Ok(()) => return Ok(RowOutcome::inserted(deleted + 1)),
                Err(Error::Duplicate { index, key }) => {
                    let error = SqlError::from_change(Error::Duplicate { index, key: key.clone() }, table.def());
                    (index, key, error)
                }
                Err(other) => return Err(SqlError::from_change(other, table.def())),
            };
            if let OnDuplicate::Fail = self {
                return builder.ignore_or_fail(error).map(|()| RowOutcome::NOT_INSERTED);
            }
            let Some(old) = duplicate(trx, table, index, key)? else { return Err(error) };
            match self {
                OnDuplicate::Update(by) => {
                    let source = builder.source_row(by, named)?;
                    return update(trx, table, &old, [row, &source], by, builder);
                }
                _ if is_last_unique(table, index) => {
                    let changed = replace(trx, table, &old, row)?;
                    return Ok(RowOutcome::inserted(deleted + 1 + u64::from(changed)));
                }
                _ => trx.delete(table, &old).map_err(|e| SqlError::from_change(e, table.def()))?,
            }
            deleted += 1;
        }
    }
}

/// Returns the row with this key, locked exclusively (R3).
fn duplicate(
    trx: &mut Transaction,
    table: &Arc<Table>,
    index: IndexNo,
    key: Vec<Datum>,
) -> Result<Option<Vec<Datum>>, SqlError> {
    let lock = LockRead::new(Strength::Exclusive);
    let failed = |e| SqlError::from_change(e, table.def());
    trx.count(Counter::HandlerReadKey, 1);
    let mut scan = trx.scan(table, index, &KeyRange::equal(key), false, lock).map_err(failed)?;
    let mut row = Vec::new();
    let fetched = scan.next(trx, &mut row).map_err(failed)?;
    Ok((fetched == Fetched::Row).then_some(row))
}

/// True if no later index is unique (R2).
fn is_last_unique(table: &Table, index: IndexNo) -> bool {
    (index.0 + 1..table.indexes().len()).all(|later| !is_unique(table.def(), IndexNo(later)))
}

/// Overwrites the row in place. Returns false if it was the same already.
fn replace(trx: &mut Transaction, table: &Arc<Table>, old: &[Datum], row: &[Datum]) -> Result<bool, SqlError> {
    if old[..row.len()] == *row {
        trx.count(Counter::HandlerUpdate, 1);
        return Ok(false);
    }
    trx.update(table, old, row).map_err(|e| SqlError::from_change(e, table.def()))
}

/// Updates the existing row `old` by the assignments of ON DUPLICATE KEY UPDATE, which also see the row to be inserted and
/// the SELECT's row.
fn update(
    trx: &mut Transaction,
    table: &Arc<Table>,
    old: &[Datum],
    [inserted, source]: [&[Datum]; 2],
    DuplicateUpdate { assigned, .. }: &DuplicateUpdate,
    builder: &mut RowBuilder<'_>,
) -> Result<RowOutcome, SqlError> {
    let n = inserted.len();
    let mut rows = [&old[..n], inserted, source].concat();
    for (index, expr) in assigned {
        let value = builder.eval(expr, &rows)?;
        rows[*index] = builder.coerce(&value, *index)?;
    }
    rows.truncate(n);
    if rows == old[..n] {
        return Ok(RowOutcome::NOT_INSERTED);
    }
    builder.set_update_timestamps(&mut rows, assigned);
    match trx.update(table, old, &rows) {
        Ok(_) => {
            advance_auto_increment(table, &rows);
            Ok(RowOutcome { affected: 2, is_inserted: false, updated: Some(rows) })
        }
        Err(e @ Error::Duplicate { .. }) => {
            builder.ignore_or_fail(SqlError::from_change(e, table.def())).map(|()| RowOutcome::NOT_INSERTED)
        }
        Err(e) => Err(SqlError::from_change(e, table.def())),
    }
}
