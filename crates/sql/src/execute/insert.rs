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
//! - **R6** A client is told the AUTO_INCREMENT column's value in the last row, if none was generated and the statement
//!   inserted or changed a row: the value that was given, also if that row was ignored, or the value of the row that ON
//!   DUPLICATE KEY UPDATE changed. A SELECT with ON DUPLICATE KEY UPDATE tells none.
//! - **R7** An interrupt ends the statement at the next row (1317).
//!
//! InnoDB's counterpart: `sql/sql_insert.cc`. Duplicate keys: [`super::duplicate`].

use super::auto_increment::{AutoIncrement, RowNumber};
use super::duplicate::RowOutcome;
use super::row_builder::RowBuilder;
use super::scan::check_interrupt;
use crate::answer::{Level, SqlError, Warnings};
use crate::engine::{Datum, DuplicateLock, Isolation, Table, Transaction};
use crate::expr::Expr;
use crate::query::{Insert, InsertSource, Locking, OnDuplicate, ReadMode, RowValue};
use std::sync::Arc;

/// The result of an INSERT.
#[derive(Default)]
pub(crate) struct Inserted {
    /// Number of rows affected, as a client is told it.
    pub(crate) affected: u64,
    /// The first value that AUTO_INCREMENT generated (R3).
    pub(crate) first_generated: Option<u64>,
    /// The AUTO_INCREMENT column's value in the last row (R6); 0: none.
    pub(crate) last_value: u64,
    /// Number of rows given.
    pub(crate) records: u64,
    /// Number of those that were ignored, or that an existing row gave way to or was changed for.
    pub(crate) duplicates: u64,
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
        let mut run = Run { insert: self, auto_increment, pending, warnings, done: Inserted::default(), copied: 0 };
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
        let Run { auto_increment, done, copied, .. } = run;
        let is_told = copied > 0 && !(matches!(self.on_duplicate, OnDuplicate::Update(_)) && known.is_none());
        Ok(Inserted {
            first_generated: auto_increment.first_generated,
            last_value: if is_told { done.last_value } else { 0 },
            duplicates: if self.ignore { done.records - copied } else { done.duplicates },
            ..done
        })
    }
}

impl Insert {
    /// True if a client is told the number of rows, beside the number affected: not of a single row of VALUES or SET.
    pub(crate) fn tells_records(&self) -> bool {
        !matches!(&self.rows, InsertSource::Values(rows) if rows.len() == 1)
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
    done: Inserted,
    /// Number of rows that were inserted or changed an existing one.
    copied: u64,
}

impl Run<'_> {
    /// Builds a row and inserts it, now or with its batch (R5). ERRORS: those of its values; 1062.
    fn row(&mut self, trx: &mut Transaction, sources: &[RowValue]) -> Result<(), SqlError> {
        check_interrupt(trx.session())?;
        let Insert { table, shown_table, columns, on_duplicate, ignore, .. } = self.insert;
        self.done.records += 1;
        let row_number = self.done.records;
        let (ignore, warnings) = (*ignore, &mut *self.warnings);
        let mut builder =
            RowBuilder { def: table.def(), shown_table, row_number, began_us: self.insert.began_us, ignore, warnings };
        let built = builder.build(columns, sources);
        if built.as_ref().map_or(true, |row| !self.auto_increment.is_reserved_for(row)) {
            self.pending.insert(trx)?;
        }
        let mut row = built?;
        let number = self.auto_increment.assign(trx, &mut row, row_number)?;
        let value = auto_increment_value(table, &row);
        let done = if on_duplicate.fails() && !ignore {
            self.pending.rows.push(row);
            if matches!(number, RowNumber::Brought(_)) || self.pending.rows.len() == Pending::MAX_ROWS {
                self.pending.insert(trx)?;
            }
            RowOutcome::inserted(1)
        } else {
            // A SELECT's row has values behind those of the columns only for ON DUPLICATE KEY UPDATE.
            let named = sources.get(columns.len()..).unwrap_or_default();
            on_duplicate.insert(trx, table, &row, named, &mut builder)?
        };
        self.done.affected += done.affected;
        // A row beside the new one was deleted or changed.
        self.done.duplicates += done.affected.saturating_sub(1);
        self.copied += u64::from(done.affected > 0);
        self.done.last_value = done.updated.map_or(value, |updated| auto_increment_value(table, &updated));
        self.auto_increment.row_done(number, done.is_inserted);
        Ok(())
    }
}

/// The value of the AUTO_INCREMENT column as a client is told it; 0 if there is none.
fn auto_increment_value(table: &Table, row: &[Datum]) -> u64 {
    match table.def().auto_increment.map(|index| &row[index]) {
        // A negative value becomes a large one, as in the server's answer.
        Some(Datum::Int(value)) => *value as u64,
        Some(Datum::UInt(value)) => *value,
        _ => 0,
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
