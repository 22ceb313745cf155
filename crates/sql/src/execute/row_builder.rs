//! A new row: its values, each coerced to what its column stores.
//!
//! RULES
//!
//! - **R1** Values are computed and stored from left to right; a value that names a column of the row reads what the
//!   row holds at that point.
//! - **R2** With IGNORE a value that the column cannot store is made to fit, and the error becomes a warning.
//! - **R3** `ON UPDATE CURRENT_TIMESTAMP` sets a column if another column of the row changes, unless the statement
//!   assigns to the column itself.
//! - **R4** If a DECIMAL column drops digits, the statement gets a note.
//!
//! InnoDB's counterpart: `fill_record` in `sql/sql_base.cc`.

use crate::answer::{Level, SqlError, Warnings};
use crate::engine::{ColumnDefault, ColumnType, Datum, TableDef};
use crate::expr::{EvalContext, Expr};
use crate::query::{DuplicateUpdate, RowValue};
use crate::types::{Target, Value, coerce, coerce_lossy, compare};
use std::cmp::Ordering;

/// Builds one row of a statement.
pub(crate) struct RowBuilder<'a> {
    pub(crate) def: &'a TableDef,
    /// Database and table, quoted, for errors.
    pub(crate) shown_table: &'a str,
    /// The row's number in the statement, from 1, for errors.
    pub(crate) row_number: u64,
    /// When the statement began, in µs since 1970.
    pub(crate) began_us: u64,
    /// True if errors are warnings (R2).
    pub(crate) ignore: bool,
    pub(crate) warnings: &'a mut Warnings,
}

impl RowBuilder<'_> {
    /// Builds a row of these values for these columns, and defaults for the others (R1). NULL stands where
    /// AUTO_INCREMENT has to generate a value. ERRORS: 1364, and those of the values.
    pub(crate) fn build(&mut self, columns: &[usize], sources: &[RowValue]) -> Result<Vec<Datum>, SqlError> {
        let unset = |n: usize| match &self.def.columns[n] {
            _ if self.def.auto_increment == Some(n) => Datum::Null,
            column => column.value_if_omitted(self.began_us),
        };
        let mut row: Vec<Datum> = (0..self.def.columns.len()).map(unset).collect();
        for (index, source) in columns.iter().zip(sources) {
            row[*index] = self.value(*index, source, &row)?;
        }
        Ok(row)
    }

    /// The value of one column.
    fn value(&mut self, index: usize, source: &RowValue, row: &[Datum]) -> Result<Datum, SqlError> {
        let column = &self.def.columns[index];
        let generates = self.def.auto_increment == Some(index);
        match source {
            RowValue::Default if generates => Ok(Datum::Null),
            RowValue::Default => {
                if column.default.is_none() && !column.nullable {
                    self.ignore_or_fail(SqlError::no_default(&column.name))?;
                }
                Ok(column.value_if_omitted(self.began_us))
            }
            RowValue::Value(expr) => {
                let value = self.eval(expr, row)?;
                if generates && value.is_null() {
                    return Ok(Datum::Null);
                }
                match self.coerce(&value, index)? {
                    Datum::Int(0) | Datum::UInt(0) if generates => Ok(Datum::Null),
                    stored => Ok(stored),
                }
            }
        }
    }

    /// The row that the SELECT of an INSERT has read, with the values that ON DUPLICATE KEY UPDATE names; other columns are
    /// NULL.
    pub(crate) fn source_row(&mut self, by: &DuplicateUpdate, named: &[RowValue]) -> Result<Vec<Datum>, SqlError> {
        let mut row = vec![Datum::Null; by.source.len()];
        for (at, value) in by.named.iter().zip(named) {
            if let RowValue::Value(Expr::Const(value)) = value {
                // The value is one of this column, so it is stored as it is.
                row[*at] = coerce(value, &Target { table: "", column: &by.source[*at], row: self.row_number })?;
            }
        }
        Ok(row)
    }

    /// Sets the columns with `ON UPDATE CURRENT_TIMESTAMP` to the statement's time. `assigned`: what the statement
    /// assigns to (R3).
    pub(crate) fn set_update_timestamps(&self, row: &mut [Datum], assigned: &[(usize, Expr)]) {
        for (n, column) in self.def.columns.iter().enumerate() {
            if column.on_update_now && !assigned.iter().any(|(index, _)| *index == n) {
                row[n] = ColumnDefault::Now.value(column.ty, self.began_us);
            }
        }
    }

    /// The value of an expression on a row, strict unless IGNORE (R2).
    pub(crate) fn eval(&mut self, expr: &Expr, row: &[Datum]) -> Result<Value, SqlError> {
        let cx = EvalContext { strict: true, ..EvalContext::of_row(row) };
        match expr.eval(cx) {
            Ok(value) => Ok(value),
            Err(e) => {
                self.ignore_or_fail(e)?;
                expr.eval(EvalContext { strict: false, ..cx })
            }
        }
    }

    /// The value as the column at this place stores it (R2, R4).
    pub(crate) fn coerce(&mut self, value: &Value, index: usize) -> Result<Datum, SqlError> {
        let target = Target { table: self.shown_table, column: &self.def.columns[index], row: self.row_number };
        match coerce(value, &target) {
            Ok(stored) => {
                let ty = target.column.ty;
                let is_cut = |stored| compare(&Value::from_datum(stored, ty), value).is_some_and(Ordering::is_ne);
                if matches!(ty, ColumnType::Decimal { .. }) && is_cut(&stored) {
                    self.warnings.push(Level::Note, &SqlError::truncated(&target.column.name, self.row_number));
                }
                Ok(stored)
            }
            Err(e) if !self.ignore => Err(e),
            Err(e) => {
                let (stored, warning) = coerce_lossy(value, &target, e);
                self.ignore_or_fail(warning).map(|()| stored)
            }
        }
    }

    /// With IGNORE makes the error a warning; else returns it (R2).
    pub(crate) fn ignore_or_fail(&mut self, error: SqlError) -> Result<(), SqlError> {
        if !self.ignore {
            return Err(error);
        }
        self.warnings.push(Level::Warning, &error);
        Ok(())
    }
}
