//! A row as INSERT makes it: its values, each as its column stores it.
//!
//! RULES
//!
//! - **R1** Values are computed and stored from left to right; a column named in one shows what the row holds by then.
//! - **R2** With IGNORE a value that the column refuses is made to fit, and the error becomes a warning.
//! - **R3** `ON UPDATE CURRENT_TIMESTAMP` works if a row changes otherwise, and not on a column that is assigned to,
//!   whatever it is given.
//! - **R4** Digits that a DECIMAL column cuts are worth a note.
//!
//! InnoDB's counterpart: `fill_record` in `sql/sql_base.cc`.

use crate::answer::{Level, SqlError, Warnings};
use crate::engine::{ColumnDefault, ColumnType, Datum, TableDef};
use crate::expr::{Context, Expr};
use crate::query::RowValue;
use crate::types::{Target, Value, compare, squeeze, store};
use std::cmp::Ordering;

/// Makes one row of a statement.
pub(crate) struct RowMaker<'a> {
    pub(crate) def: &'a TableDef,
    /// Database and table, quoted, for errors.
    pub(crate) shown_table: &'a str,
    pub(crate) row_number: u64,
    /// When the statement began, in µs since 1970.
    pub(crate) began_us: u64,
    /// Whether errors are warnings (R2).
    pub(crate) ignore: bool,
    pub(crate) warnings: &'a mut Warnings,
}

impl RowMaker<'_> {
    /// The row that these values make (R1). NULL stands where AUTO_INCREMENT has to give a value.
    pub(crate) fn make(&mut self, columns: &[usize], sources: &[RowValue]) -> Result<Vec<Datum>, SqlError> {
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

    fn value(&mut self, index: usize, source: &RowValue, row: &[Datum]) -> Result<Datum, SqlError> {
        let column = &self.def.columns[index];
        let generates = self.def.auto_increment == Some(index);
        match source {
            RowValue::Default if generates => Ok(Datum::Null),
            RowValue::Default => {
                if column.default.is_none() && !column.nullable {
                    self.pass_over(SqlError::no_default(&column.name))?;
                }
                Ok(column.value_if_omitted(self.began_us))
            }
            RowValue::Value(expr) => {
                let value = self.eval(expr, row)?;
                if generates && value.is_null() {
                    return Ok(Datum::Null);
                }
                match self.store(&value, index)? {
                    Datum::Int(0) | Datum::UInt(0) if generates => Ok(Datum::Null),
                    stored => Ok(stored),
                }
            }
        }
    }

    /// Puts the current time where an UPDATE that changes the row, and assigns to these columns, shall put it (R3).
    pub(crate) fn touch(&self, row: &mut [Datum], assigned: &[(usize, Expr)]) {
        for (n, column) in self.def.columns.iter().enumerate() {
            if column.on_update_now && !assigned.iter().any(|(index, _)| *index == n) {
                row[n] = ColumnDefault::Now.value(column.ty, self.began_us);
            }
        }
    }

    /// The value of an expression on a row (R2).
    pub(crate) fn eval(&mut self, expr: &Expr, row: &[Datum]) -> Result<Value, SqlError> {
        let cx = Context { strict: true, ..Context::of_row(row) };
        match expr.eval(cx) {
            Ok(value) => Ok(value),
            Err(e) => {
                self.pass_over(e)?;
                expr.eval(Context { strict: false, ..cx })
            }
        }
    }

    /// The value as the column stores it (R2).
    pub(crate) fn store(&mut self, value: &Value, index: usize) -> Result<Datum, SqlError> {
        let target = Target { table: self.shown_table, column: &self.def.columns[index], row: self.row_number };
        match store(value, &target) {
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
                let (stored, warning) = squeeze(value, &target, e);
                self.pass_over(warning).map(|()| stored)
            }
        }
    }

    /// Makes an error a warning, where that is asked for.
    pub(crate) fn pass_over(&mut self, error: SqlError) -> Result<(), SqlError> {
        if !self.ignore {
            return Err(error);
        }
        self.warnings.push(Level::Warning, &error);
        Ok(())
    }
}
