//! INSERT and REPLACE: rows from values, from SET or from a SELECT; all of them or none.
//!
//! RULES
//!
//! - **R1** Names, counts of values and columns without default are checked before the first row is made.
//! - **R2** A row's values are computed from left to right; a column named in one shows what the row holds by then.
//! - **R3** LAST_INSERT_ID() is the first value that AUTO_INCREMENT gave to a row that got in, of the last successful
//!   statement that has one.
//! - **R4** A SELECT that feeds an INSERT locks what it reads in share mode, under REPEATABLE READ and SERIALIZABLE:
//!   what it read is to be true still when the statement is repeated elsewhere. Each row is inserted before the next
//!   one is locked; but if the SELECT sorts or groups, or reads the table itself, it runs to its end first.
//! - **R5** Where a row whose key is taken is an error, rows are handed on together. Whatever one of them could be told
//!   apart by (a later row that cannot be made, a counter that a row moves) comes when those before it are in.
//!
//! InnoDB's counterpart: `sql/sql_insert.cc`. What happens to a row that is there already is [`super::duplicate`]'s.

use super::auto_increment::{AutoIncrement, Given};
use super::duplicate::Done;
use super::row_maker::RowMaker;
use crate::answer::{Level, SqlError, Warnings};
use crate::engine::{Datum, DuplicateLock, Isolation, Table, Transaction};
use crate::expr::Expr;
use crate::query::{Insert, InsertSource, Locking, Reading, RowValue};
use std::sync::Arc;

/// What an INSERT did.
pub(crate) struct Inserted {
    pub(crate) affected: u64,
    /// The first value that AUTO_INCREMENT gave (R3).
    pub(crate) first_generated: Option<u64>,
}

impl Insert {
    /// Runs it. `insert_id`: the first value that AUTO_INCREMENT is to give, if that was said.
    pub(crate) fn run(
        &self,
        trx: &mut Transaction,
        insert_id: Option<u64>,
        warnings: &mut Warnings,
    ) -> Result<Inserted, SqlError> {
        if let Some(omitted) = self.omitted() {
            warnings.push(Level::Warning, &SqlError::no_default(omitted));
        }
        let known = match &self.rows {
            InsertSource::Values(rows) => Some(rows.len() as u64),
            InsertSource::Select(_) => None,
        };
        let numbers = AutoIncrement::new(&self.table, known, insert_id);
        let pending = Pending { table: &self.table, rows: Vec::new() };
        let mut run = Run { insert: self, numbers, pending, warnings, row_number: 0, affected: 0 };
        match &self.rows {
            InsertSource::Values(rows) => rows.iter().try_for_each(|row| run.row(trx, row))?,
            InsertSource::Select(select) => {
                trx.set_bulk_insert();
                let reading = reading_of_a_source(trx);
                select.flow(trx, &self.table, &reading, &mut |trx, row| {
                    let row: Vec<RowValue> = row.into_iter().map(|value| RowValue::Value(Expr::Const(value))).collect();
                    run.row(trx, &row)?;
                    // What the next row waits for is waited for with this one inserted (R4).
                    if let Reading::Locking(_) = reading { run.pending.insert(trx) } else { Ok(()) }
                })?
            }
        }
        run.pending.insert(trx)?;
        Ok(Inserted { affected: run.affected, first_generated: run.numbers.first_generated })
    }
}

/// R4.
fn reading_of_a_source(trx: &Transaction) -> Reading {
    match trx.isolation() {
        Isolation::ReadUncommitted | Isolation::ReadCommitted => Reading::Consistent,
        Isolation::RepeatableRead | Isolation::Serializable => Reading::Locking(Locking::SHARED),
    }
}

/// An INSERT on its way.
struct Run<'a> {
    insert: &'a Insert,
    numbers: AutoIncrement<'a>,
    pending: Pending<'a>,
    warnings: &'a mut Warnings,
    row_number: u64,
    affected: u64,
}

impl Run<'_> {
    fn row(&mut self, trx: &mut Transaction, sources: &[RowValue]) -> Result<(), SqlError> {
        let Insert { table, shown_table, columns, on_duplicate, ignore, .. } = self.insert;
        self.row_number += 1;
        let row_number = self.row_number;
        let (ignore, warnings) = (*ignore, &mut *self.warnings);
        let mut maker =
            RowMaker { def: table.def(), shown_table, row_number, began_us: self.insert.began_us, ignore, warnings };
        let made = maker.make(columns, sources);
        if made.as_ref().map_or(true, |row| !self.numbers.goes_on(row)) {
            self.pending.insert(trx)?;
        }
        let mut row = made?;
        let given = self.numbers.number(trx, &mut row, row_number)?;
        let done = if on_duplicate.is_error() && !ignore {
            self.pending.rows.push(row);
            if matches!(given, Given::ByRow(_)) || self.pending.rows.len() == Pending::MOST {
                self.pending.insert(trx)?;
            }
            Done { affected: 1, is_in: true }
        } else {
            on_duplicate.insert(trx, table, &row, &mut maker)?
        };
        self.affected += done.affected;
        self.numbers.inserted(given, done.is_in);
        Ok(())
    }
}

/// Rows that are made and not yet inserted (R5).
struct Pending<'a> {
    table: &'a Arc<Table>,
    rows: Vec<Vec<Datum>>,
}

impl Pending<'_> {
    /// So many are enough for what they share.
    const MOST: usize = 512;

    /// Inserts them.
    fn insert(&mut self, trx: &mut Transaction) -> Result<(), SqlError> {
        let inserted = trx.insert_many(self.table, &self.rows, DuplicateLock::Shared);
        self.rows.clear();
        inserted.map_err(|e| SqlError::from_change(e, self.table.def()))
    }
}
