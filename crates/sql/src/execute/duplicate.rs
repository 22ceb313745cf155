//! What INSERT does with a row whose key is taken.
//!
//! | statement                 | the row that is there                                                     | counts                       |
//! |---------------------------|---------------------------------------------------------------------------|------------------------------|
//! | INSERT                    | error 1062, the statement is taken back                                   |                              |
//! | INSERT IGNORE             | stays; warning 1062                                                       | 0                            |
//! | ON DUPLICATE KEY UPDATE   | is updated                                                                | 2, or 0 if it stays the same |
//! | REPLACE                   | is deleted, until none is in the way; or is overwritten                   | 1 for each, and 1            |
//!
//! RULES
//!
//! - **R1** The index that complains first names the row: the primary key, then the others in their order.
//! - **R2** REPLACE overwrites the row in place if the index that complains is the last unique one: no other can be in
//!   the way of the new row.
//! - **R3** The duplicate is locked exclusively by ON DUPLICATE KEY UPDATE and REPLACE, in share mode by the others,
//!   and stays locked.
//!
//! InnoDB's counterpart: `write_record` in `sql/sql_insert.cc`, `row_ins_duplicate_error_in_clust`.

use super::row_maker::RowMaker;
use super::update_delete::count_on;
use crate::answer::SqlError;
use crate::catalog::is_unique;
use crate::engine::{Datum, DuplicateLock, Error, Fetched, IndexNo, KeyRange, LockRead, Strength, Table, Transaction};
use crate::expr::Expr;
use crate::query::OnDuplicate;
use std::sync::Arc;

/// What became of a row.
pub(crate) struct Done {
    pub(crate) affected: u64,
    /// The row is in the table, as it was given.
    pub(crate) is_in: bool,
}

impl Done {
    const OUT: Done = Done { affected: 0, is_in: false };
}

impl OnDuplicate {
    /// Inserts a row, or does what is to be done instead.
    pub(crate) fn insert(
        &self,
        trx: &mut Transaction,
        table: &Arc<Table>,
        row: &[Datum],
        maker: &mut RowMaker<'_>,
    ) -> Result<Done, SqlError> {
        let lock = match self {
            OnDuplicate::Fail => DuplicateLock::Shared,
            OnDuplicate::Update(_) | OnDuplicate::Replace => DuplicateLock::Exclusive,
        };
        let mut deleted = 0;
        loop {
            let (index, key, error) = match trx.insert(table, row, lock) {
                Ok(()) => return Ok(Done { affected: deleted + 1, is_in: true }),
                Err(Error::Duplicate { index, key }) => {
                    let error = SqlError::from_change(Error::Duplicate { index, key: key.clone() }, table.def());
                    (index, key, error)
                }
                Err(other) => return Err(SqlError::from_change(other, table.def())),
            };
            if let OnDuplicate::Fail = self {
                return maker.pass_over(error).map(|()| Done::OUT);
            }
            let Some(old) = duplicate(trx, table, index, key)? else { return Err(error) };
            match self {
                OnDuplicate::Update(assigned) => return update(trx, table, &old, row, assigned, maker),
                _ if is_last_unique(table, index) => {
                    let changed = replace(trx, table, &old, row)?;
                    return Ok(Done { affected: deleted + 1 + u64::from(changed), is_in: true });
                }
                _ => trx.delete(table, &old).map_err(|e| SqlError::from_change(e, table.def()))?,
            }
            deleted += 1;
        }
    }
}

/// The row with this key, locked (R3).
fn duplicate(
    trx: &mut Transaction,
    table: &Arc<Table>,
    index: IndexNo,
    key: Vec<Datum>,
) -> Result<Option<Vec<Datum>>, SqlError> {
    let lock = LockRead::new(Strength::Exclusive);
    let failed = |e| SqlError::from_change(e, table.def());
    let mut scan = trx.scan(table, index, &KeyRange::equal(key), false, lock).map_err(failed)?;
    let mut row = Vec::new();
    let fetched = scan.next(trx, &mut row).map_err(failed)?;
    Ok((fetched == Fetched::Row).then_some(row))
}

/// R2.
fn is_last_unique(table: &Table, index: IndexNo) -> bool {
    (index.0 + 1..table.indexes().len()).all(|later| !is_unique(table.def(), IndexNo(later)))
}

/// Whether the row was another one.
fn replace(trx: &mut Transaction, table: &Arc<Table>, old: &[Datum], row: &[Datum]) -> Result<bool, SqlError> {
    if old[..row.len()] == *row {
        return Ok(false);
    }
    trx.update(table, old, row).map_err(|e| SqlError::from_change(e, table.def()))
}

fn update(
    trx: &mut Transaction,
    table: &Arc<Table>,
    old: &[Datum],
    inserted: &[Datum],
    assigned: &[(usize, Expr)],
    maker: &mut RowMaker<'_>,
) -> Result<Done, SqlError> {
    let n = inserted.len();
    let mut both = [&old[..n], inserted].concat();
    for (index, expr) in assigned {
        let value = maker.eval(expr, &both)?;
        both[*index] = maker.store(&value, *index)?;
    }
    both.truncate(n);
    if both == old[..n] {
        return Ok(Done::OUT);
    }
    maker.touch(&mut both, assigned);
    match trx.update(table, old, &both) {
        Ok(_) => {
            count_on(table, &both);
            Ok(Done { affected: 2, is_in: false })
        }
        Err(e @ Error::Duplicate { .. }) => maker.pass_over(SqlError::from_change(e, table.def())).map(|()| Done::OUT),
        Err(e) => Err(SqlError::from_change(e, table.def())),
    }
}
