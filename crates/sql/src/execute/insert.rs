//! INSERT and REPLACE run: rows from VALUES, from SET or from a SELECT; all of them are inserted, or none.
//!
//! RULES
//!
//! - **R1** Names, counts of values and columns without default are checked before the first row is built.
//! - **R2** A row's values are computed from left to right; a value that names a column of the row reads what the row
//!   holds at that point.
//! - **R3** LAST_INSERT_ID() is the first value that AUTO_INCREMENT generated for a row that was inserted, by the last
//!   successful statement with such a row.
//! - **R4** A SELECT that feeds an INSERT locks what it reads as its locking clause says. Without one it locks in share
//!   mode under REPEATABLE READ and SERIALIZABLE: a replica that repeats the statement from the binary log must read the
//!   same rows. Each row is inserted before the
//!   next one is locked; but a SELECT that sorts or groups, or reads the target table, runs to its end first.
//! - **R5** If a duplicate key is an error, rows are inserted in batches. The rows of a batch are inserted before
//!   anything that would show the delay: before the error of a later row that cannot be built, before more values are
//!   reserved, and before the counter passes a value that a row gives.
//!
//! InnoDB's counterpart: `sql/sql_insert.cc`. Duplicate keys: [`super::duplicate`].

use super::auto_increment::{AutoIncrement, RowNumber};
use super::duplicate::RowOutcome;
use super::row_builder::RowBuilder;
use crate::answer::{Level, SqlError, Warnings};
use crate::engine::{Datum, DuplicateLock, Isolation, Table, Transaction};
use crate::expr::Expr;
use crate::query::{Insert, InsertSource, Locking, ReadMode, RowValue};
use std::sync::Arc;

/// The result of an INSERT.
pub(crate) struct Inserted {
    /// Number of rows affected, as a client is told it.
    pub(crate) affected: u64,
    /// The first value that AUTO_INCREMENT generated (R3).
    pub(crate) first_generated: Option<u64>,
}

impl Insert {
    /// Runs it. `insert_id`: the first value that AUTO_INCREMENT has to generate, if the session set one.
    pub(crate) fn run(
        &self,
        trx: &mut Transaction,
        insert_id: Option<u64>,
        warnings: &mut Warnings,
    ) -> Result<Inserted, SqlError> {
        if let Some(omitted) = self.column_without_value() {
            warnings.push(Level::Warning, &SqlError::no_default(omitted));
        }
        let known = match &self.rows {
            InsertSource::Values(rows) => Some(rows.len() as u64),
            InsertSource::Select(..) => None,
        };
        let auto_increment = AutoIncrement::new(&self.table, known, insert_id);
        let pending = Pending { table: &self.table, rows: Vec::new() };
        let mut run = Run { insert: self, auto_increment, pending, warnings, row_number: 0, affected: 0 };
        match &self.rows {
            InsertSource::Values(rows) => rows.iter().try_for_each(|row| run.row(trx, row))?,
            InsertSource::Select(select, locking) => {
                trx.set_bulk_insert();
                let reading = source_read_mode(*locking, trx);
                select.run_into(trx, &self.table, &reading, &mut |trx, row| {
                    let row: Vec<RowValue> = row.into_iter().map(|value| RowValue::Value(Expr::Const(value))).collect();
                    run.row(trx, &row)?;
                    // The scan may wait for the next row's lock: this row is inserted before that (R4).
                    if let ReadMode::Locking(_) = reading { run.pending.insert(trx) } else { Ok(()) }
                })?
            }
        }
        run.pending.insert(trx)?;
        Ok(Inserted { affected: run.affected, first_generated: run.auto_increment.first_generated })
    }
}

/// How a SELECT that feeds an INSERT reads (R4). `locking`: its locking clause.
pub(super) fn source_read_mode(locking: Option<Locking>, trx: &Transaction) -> ReadMode {
    match (locking, trx.isolation()) {
        (Some(locking), _) => ReadMode::Locking(locking),
        (None, Isolation::ReadUncommitted | Isolation::ReadCommitted) => ReadMode::Consistent,
        (None, Isolation::RepeatableRead | Isolation::Serializable) => ReadMode::Locking(Locking::SHARED),
    }
}

/// An INSERT that runs.
struct Run<'a> {
    insert: &'a Insert,
    auto_increment: AutoIncrement<'a>,
    pending: Pending<'a>,
    warnings: &'a mut Warnings,
    row_number: u64,
    affected: u64,
}

impl Run<'_> {
    /// Builds a row and inserts it, now or with its batch (R5). ERRORS: those of its values; 1062.
    fn row(&mut self, trx: &mut Transaction, sources: &[RowValue]) -> Result<(), SqlError> {
        let Insert { table, shown_table, columns, on_duplicate, ignore, .. } = self.insert;
        self.row_number += 1;
        let row_number = self.row_number;
        let (ignore, warnings) = (*ignore, &mut *self.warnings);
        let mut builder =
            RowBuilder { def: table.def(), shown_table, row_number, began_us: self.insert.began_us, ignore, warnings };
        let built = builder.build(columns, sources);
        if built.as_ref().map_or(true, |row| !self.auto_increment.is_reserved_for(row)) {
            self.pending.insert(trx)?;
        }
        let mut row = built?;
        let number = self.auto_increment.assign(trx, &mut row, row_number)?;
        let done = if on_duplicate.fails() && !ignore {
            self.pending.rows.push(row);
            if matches!(number, RowNumber::Brought(_)) || self.pending.rows.len() == Pending::MAX_ROWS {
                self.pending.insert(trx)?;
            }
            RowOutcome { affected: 1, is_inserted: true }
        } else {
            // A SELECT's row has values behind those of the columns only for ON DUPLICATE KEY UPDATE.
            let named = sources.get(columns.len()..).unwrap_or_default();
            on_duplicate.insert(trx, table, &row, named, &mut builder)?
        };
        self.affected += done.affected;
        self.auto_increment.row_done(number, done.is_inserted);
        Ok(())
    }
}

/// Rows that are built and not yet inserted (R5).
struct Pending<'a> {
    table: &'a Arc<Table>,
    rows: Vec<Vec<Datum>>,
}

impl Pending<'_> {
    /// Number of rows of a batch: more would save nothing.
    const MAX_ROWS: usize = 512;

    /// Inserts them all.
    fn insert(&mut self, trx: &mut Transaction) -> Result<(), SqlError> {
        let inserted = trx.insert_many(self.table, &self.rows, DuplicateLock::Shared);
        self.rows.clear();
        inserted.map_err(|e| SqlError::from_change(e, self.table.def()))
    }
}
