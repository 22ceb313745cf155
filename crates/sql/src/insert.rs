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
//! InnoDB's counterpart: `sql/sql_insert.cc`. What happens to a row that is there already is [`crate::duplicate`]'s.

use crate::bind::{Binder, Surroundings, is_default};
use crate::draft::quoted;
use crate::duplicate::{Done, OnDuplicate};
use crate::error::SqlError;
use crate::expr::Expr;
use crate::fetch::{Locking, Reading};
use crate::make_row::{RowMaker, Source};
use crate::numbers::{Given, Numbers};
use crate::select::{Lookup, Select};
use crate::warning::{Level, Warnings};
use innolab_engine::{Datum, DuplicateLock, Isolation, Table, TableDef, Transaction};
use sqlparser::ast;
use std::sync::Arc;

/// An INSERT whose names are resolved.
pub(crate) struct Insert {
    pub(crate) table: Arc<Table>,
    /// Database and table, quoted, for errors.
    shown_table: String,
    /// Which column gets which of a row's values.
    columns: Vec<usize>,
    pub(crate) rows: Rows,
    on_duplicate: OnDuplicate,
    /// Errors in values are warnings, and rows that are there already are passed over.
    ignore: bool,
    /// When it began, in µs since 1970.
    began_us: u64,
}

pub(crate) enum Rows {
    Values(Vec<Vec<Source>>),
    Select(Box<Select>),
}

/// What an INSERT did.
pub(crate) struct Inserted {
    pub(crate) affected: u64,
    /// The first value that AUTO_INCREMENT gave (R3).
    pub(crate) first_generated: Option<u64>,
}

impl Insert {
    pub(crate) fn new(
        written: &ast::Insert,
        sql: &str,
        lookup: &mut Lookup<'_>,
        around: &Surroundings,
    ) -> Result<Insert, SqlError> {
        refuse_unsupported(written)?;
        let ast::TableObject::TableName(name) = &written.table else {
            return Err(SqlError::not_supported(&written.table));
        };
        let table = lookup(name)?.stored("INSERT")?;
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
                    if select.items.len() != columns.len() {
                        return Err(SqlError::wrong_value_count(1));
                    }
                    select.strict = true;
                    Rows::Select(Box::new(select))
                }
            },
        };
        let on_duplicate = OnDuplicate::new(written, &mut binder)?;
        let shown_table = format!("{}.{}", quoted(&around.database), quoted(&def.name));
        let (table, ignore, began_us) = (table.clone(), written.ignore, around.variables.began_us);
        let insert = Insert { table, shown_table, columns, rows, on_duplicate, ignore, began_us };
        if let (false, Some(omitted)) = (insert.ignore, insert.omitted()) {
            return Err(SqlError::no_default(omitted));
        }
        Ok(insert)
    }

    /// R1: a column that no row gives and that has no default.
    fn omitted(&self) -> Option<&str> {
        let def: &TableDef = self.table.def();
        let gives_none = matches!(&self.rows, Rows::Values(rows) if rows.iter().any(Vec::is_empty));
        let is_omitted = |n: usize| {
            let column = &def.columns[n];
            let given = self.columns.contains(&n) && !gives_none;
            !given && !column.nullable && column.default.is_none() && def.auto_increment != Some(n)
        };
        (0..def.columns.len()).find(|n| is_omitted(*n)).map(|n| def.columns[n].name.as_str())
    }

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
            Rows::Values(rows) => Some(rows.len() as u64),
            Rows::Select(_) => None,
        };
        let numbers = Numbers::new(&self.table, known, insert_id);
        let pending = Pending { table: &self.table, rows: Vec::new() };
        let mut run = Run { insert: self, numbers, pending, warnings, row_number: 0, affected: 0 };
        match &self.rows {
            Rows::Values(rows) => rows.iter().try_for_each(|row| run.row(trx, row))?,
            Rows::Select(select) => {
                trx.counts_alone();
                let reading = reading_of_a_source(trx);
                select.flow(trx, &self.table, &reading, &mut |trx, row| {
                    let row: Vec<Source> = row.into_iter().map(|value| Source::Value(Expr::Const(value))).collect();
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
    numbers: Numbers<'a>,
    pending: Pending<'a>,
    warnings: &'a mut Warnings,
    row_number: u64,
    affected: u64,
}

impl Run<'_> {
    fn row(&mut self, trx: &mut Transaction, sources: &[Source]) -> Result<(), SqlError> {
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

fn refuse_unsupported(written: &ast::Insert) -> Result<(), SqlError> {
    let refused = [
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
