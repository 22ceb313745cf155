//! INSERT: rows from values, from SET or from a SELECT; all of them or none.
//!
//! RULES
//!
//! - **R1** Names, counts of values and columns without default are checked before the first row is made.
//! - **R2** A row's values are computed from left to right; a column named in one shows what the row holds by then.
//! - **R3** AUTO_INCREMENT gives a value for NULL, 0, DEFAULT and an omitted column. The first one that a statement needs sets aside one for
//!   each of its rows; what is not used is lost, also when the statement fails. A value that is given moves the counter beyond it once its
//!   row is in.
//! - **R4** LAST_INSERT_ID() is the first value that the last successful statement was given by R3, if there was one.
//!
//! InnoDB's counterpart: `sql/sql_insert.cc`, `handler::update_auto_increment`, `ha_innobase::get_auto_increment`
//! (`innodb_autoinc_lock_mode=1`). Left out: IGNORE, REPLACE, ON DUPLICATE KEY UPDATE.

use crate::bind::{Binder, Surroundings, is_default};
use crate::create::quoted;
use crate::error::SqlError;
use crate::expr::{Context, Expr};
use crate::select::{Lookup, Select};
use crate::store::{Target, blank, int_datum, int_range, store};
use innolab_engine::{ColumnType, Datum, Engine, Table, TableDef};
use sqlparser::ast;
use std::sync::Arc;

/// An INSERT whose names are resolved.
pub(crate) struct Insert {
    table: Arc<Table>,
    /// Database and table, quoted, for errors.
    shown_table: String,
    /// Which column gets which of a row's values.
    columns: Vec<usize>,
    rows: Rows,
}

enum Rows {
    Values(Vec<Vec<Source>>),
    Select(Box<Select>),
}

/// Where a value comes from.
enum Source {
    Value(Expr),
    Default,
}

/// What an INSERT did.
pub(crate) struct Inserted {
    pub(crate) rows: u64,
    /// The first value that AUTO_INCREMENT gave.
    pub(crate) first_generated: Option<u64>,
}

impl Insert {
    pub(crate) fn new(
        written: &ast::Insert,
        sql: &str,
        lookup: &Lookup<'_>,
        around: &Surroundings,
    ) -> Result<Insert, SqlError> {
        refuse_unsupported(written)?;
        let ast::TableObject::TableName(name) = &written.table else {
            return Err(SqlError::not_supported(&written.table));
        };
        let table = lookup(name)?;
        let def = table.def();
        let mut binder = Binder::new(around, Some((def, &def.name)));
        let columns = target_columns(written, &mut binder)?;
        let rows = match &written.source {
            None => {
                let values: Vec<_> = written.assignments.iter().map(|a| &a.value).collect();
                Rows::Values(vec![sources(&mut binder, values.into_iter())?])
            }
            Some(query) => match query.body.as_ref() {
                ast::SetExpr::Values(values) => Rows::Values(value_rows(&mut binder, values, &columns)?),
                _ => {
                    let mut select = Select::new(query, sql, lookup, around)?;
                    if select.width() != columns.len() {
                        return Err(SqlError::wrong_value_count(1));
                    }
                    select.strict = true;
                    Rows::Select(Box::new(select))
                }
            },
        };
        check_omitted(def, &columns, &rows)?;
        let shown_table = format!("{}.{}", quoted(&around.database), quoted(&def.name));
        Ok(Insert { table: table.clone(), shown_table, columns, rows })
    }

    /// Runs it.
    pub(crate) fn run(self, engine: &Engine) -> Result<Inserted, SqlError> {
        let Insert { table, shown_table, columns, rows } = self;
        let rows = match rows {
            Rows::Values(rows) => rows,
            Rows::Select(select) => {
                let selected = select.run(engine)?.rows.into_iter();
                selected.map(|row| row.into_iter().map(|v| Source::Value(Expr::Const(v))).collect()).collect()
            }
        };
        let mut statement = engine.begin_statement();
        let mut numbers = Numbers::new(&table, rows.len() as u64);
        for (row_number, sources) in (1..).zip(&rows) {
            let mut row =
                RowMaker { def: table.def(), shown_table: &shown_table, row_number }.make(&columns, sources)?;
            let given = numbers.number(&mut row, row_number)?;
            statement.insert(&table, &row).map_err(|e| SqlError::from_change(e, table.def()))?;
            numbers.inserted(given);
        }
        let first_generated = numbers.first_generated;
        statement.commit().map_err(|e| SqlError::from_change(e, table.def()))?;
        Ok(Inserted { rows: rows.len() as u64, first_generated })
    }
}

fn refuse_unsupported(written: &ast::Insert) -> Result<(), SqlError> {
    let refused = [
        (written.ignore, "INSERT IGNORE"),
        (written.replace_into, "REPLACE"),
        (written.on.is_some(), "ON DUPLICATE KEY UPDATE"),
        (written.returning.is_some(), "RETURNING"),
        (written.priority.is_some(), "INSERT DELAYED, LOW_PRIORITY or HIGH_PRIORITY"),
        (written.partitioned.is_some(), "PARTITION"),
        (written.insert_alias.is_some() || written.table_alias.is_some(), "INSERT ... AS"),
    ];
    refused.into_iter().find(|(asked, _)| *asked).map_or(Ok(()), |(_, what)| Err(SqlError::not_supported(what)))
}

fn target_columns(written: &ast::Insert, binder: &mut Binder<'_>) -> Result<Vec<usize>, SqlError> {
    binder.clause = "INSERT INTO";
    let mut columns = Vec::new();
    let assigned = written.assignments.iter().map(|a| match &a.target {
        ast::AssignmentTarget::ColumnName(name) => Ok(name),
        other => Err(SqlError::not_supported(other)),
    });
    for name in written.columns.iter().map(Ok).chain(assigned) {
        let names: Vec<_> = name?.0.iter().filter_map(|part| part.as_ident().cloned()).collect();
        let index = binder.column_index(&names)?;
        if columns.contains(&index) {
            return Err(SqlError::column_twice(&names[names.len() - 1].value));
        }
        columns.push(index);
    }
    if columns.is_empty()
        && let Some((def, _)) = binder.table
    {
        columns = (0..def.columns.len()).collect();
    }
    Ok(columns)
}

/// The rows behind VALUES, as many values in each as there are columns; `()` leaves all to their defaults.
fn value_rows(binder: &mut Binder<'_>, values: &ast::Values, columns: &[usize]) -> Result<Vec<Vec<Source>>, SqlError> {
    let rows = values.rows.iter().map(|row| &row.content);
    for (number, row) in (1..).zip(rows.clone()) {
        if row.len() != columns.len() && !row.is_empty() {
            return Err(SqlError::wrong_value_count(number));
        }
    }
    rows.map(|row| sources(binder, row.iter())).collect()
}

fn sources<'e>(binder: &mut Binder<'_>, values: impl Iterator<Item = &'e ast::Expr>) -> Result<Vec<Source>, SqlError> {
    let source = |value| {
        if is_default(value) { Ok(Source::Default) } else { binder.bind_in("VALUES", value).map(Source::Value) }
    };
    values.map(source).collect()
}

/// R1: a column that no row gives has a default. ERRORS: 1364.
fn check_omitted(def: &TableDef, columns: &[usize], rows: &Rows) -> Result<(), SqlError> {
    let gives_none = matches!(rows, Rows::Values(rows) if rows.iter().any(Vec::is_empty));
    for (n, column) in def.columns.iter().enumerate() {
        let given = columns.contains(&n) && !gives_none;
        if !given && !column.nullable && column.default.is_none() && def.auto_increment != Some(n) {
            return Err(SqlError::no_default(&column.name));
        }
    }
    Ok(())
}

// -- one row ------------------------------------------------------------------------------------------------------------------------------

struct RowMaker<'a> {
    def: &'a TableDef,
    shown_table: &'a str,
    row_number: u64,
}

impl RowMaker<'_> {
    /// The row that these values make (R2). NULL stands where AUTO_INCREMENT has to give a value.
    fn make(&self, columns: &[usize], sources: &[Source]) -> Result<Vec<Datum>, SqlError> {
        let unset = |n: usize| match &self.def.columns[n] {
            _ if self.def.auto_increment == Some(n) => Datum::Null,
            column => match &column.default {
                Some(value) => value.clone(),
                None if column.nullable => Datum::Null,
                None => blank(column.ty),
            },
        };
        let mut row: Vec<Datum> = (0..self.def.columns.len()).map(unset).collect();
        for (index, source) in columns.iter().zip(sources) {
            row[*index] = self.value(*index, source, &row)?;
        }
        Ok(row)
    }

    fn value(&self, index: usize, source: &Source, row: &[Datum]) -> Result<Datum, SqlError> {
        let column = &self.def.columns[index];
        let generates = self.def.auto_increment == Some(index);
        match source {
            Source::Default if generates => Ok(Datum::Null),
            Source::Default => match &column.default {
                Some(value) => Ok(value.clone()),
                None if column.nullable => Ok(Datum::Null),
                None => Err(SqlError::no_default(&column.name)),
            },
            Source::Value(expr) => {
                let value = expr.eval(Context { row, aggregates: &[], strict: true })?;
                if generates && value.is_null() {
                    return Ok(Datum::Null);
                }
                let target = Target { table: self.shown_table, column, row: self.row_number };
                match store(&value, &target)? {
                    Datum::Int(0) | Datum::UInt(0) if generates => Ok(Datum::Null),
                    stored => Ok(stored),
                }
            }
        }
    }
}

// -- AUTO_INCREMENT -----------------------------------------------------------------------------------------------------------------------

/// What AUTO_INCREMENT gives to the rows of one statement (R3).
struct Numbers<'a> {
    table: &'a Table,
    /// Values set aside and not given yet: from `next` to before `end`.
    next: u64,
    end: u64,
    /// Rows of the statement.
    rows: u64,
    /// Rows since the first values were set aside are counted down from `rows`; 0 before: InnoDB's way, which sets aside too much for
    /// a statement whose first rows bring their own values.
    rows_left: u64,
    first_generated: Option<u64>,
}

/// A value that a row brought itself, or was given.
enum Given {
    Nothing,
    ByRow(u64),
    ByUs,
}

impl<'a> Numbers<'a> {
    fn new(table: &'a Table, rows: u64) -> Self {
        Numbers { table, next: 0, end: 0, rows: rows.max(1), rows_left: 0, first_generated: None }
    }

    /// Gives the row its number if it needs one. ERRORS: 167 if the column's type has no more; 1467 if not even 64 bits have, of which the
    /// greatest number is never given.
    fn number(&mut self, row: &mut [Datum], row_number: u64) -> Result<Given, SqlError> {
        let def = self.table.def();
        let Some(index) = def.auto_increment else { return Ok(Given::Nothing) };
        match row[index] {
            Datum::Null => {}
            Datum::Int(value) => return Ok(u64::try_from(value).map_or(Given::Nothing, Given::ByRow)),
            Datum::UInt(value) => return Ok(Given::ByRow(value)),
            Datum::Bytes(_) => return Ok(Given::Nothing),
        }
        let column = &def.columns[index];
        let value = self.take(column.ty).filter(|v| *v < u64::MAX).ok_or_else(SqlError::no_auto_increment)?;
        let stored = int_datum(value.into(), column.ty);
        row[index] = stored.ok_or_else(|| SqlError::auto_increment_exhausted(&column.name, row_number))?;
        self.first_generated = self.first_generated.or(Some(value));
        Ok(Given::ByUs)
    }

    /// The next value; sets aside one for each row to come if there is none. `None`: 64 bits have no more.
    fn take(&mut self, ty: ColumnType) -> Option<u64> {
        if self.next >= self.end {
            let ColumnType::Int { bytes, unsigned } = ty else { return None };
            let greatest = u64::try_from(int_range(bytes, unsigned).1).ok()?;
            if self.rows_left == 0 {
                self.rows_left = self.rows;
            }
            self.next = self.table.next_auto_increment();
            if self.next == 0 {
                return None;
            }
            self.end = self.next.saturating_add(self.rows_left);
            if self.next <= greatest {
                self.table.bump_auto_increment((self.end - 1).min(greatest));
            }
        }
        let value = self.next;
        self.next = value.checked_add(1)?;
        Some(value)
    }

    /// The row is in.
    fn inserted(&mut self, given: Given) {
        self.rows_left = self.rows_left.saturating_sub(1);
        if let Given::ByRow(value) = given {
            if value >= self.next {
                self.next = value.saturating_add(1);
            }
            if value >= self.table.next_auto_increment() {
                self.table.bump_auto_increment(value);
            }
        }
    }
}
