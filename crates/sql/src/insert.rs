//! INSERT and REPLACE: rows from values, from SET or from a SELECT; all of them or none.
//!
//! RULES
//!
//! - **R1** Names, counts of values and columns without default are checked before the first row is made.
//! - **R2** A row's values are computed from left to right; a column named in one shows what the row holds by then.
//! - **R3** LAST_INSERT_ID() is the first value that AUTO_INCREMENT gave to a row that got in, of the last successful statement that has one.
//! - **R4** A SELECT that feeds an INSERT locks what it reads in share mode, under REPEATABLE READ and SERIALIZABLE: what it read is to be true still when
//!   the statement is repeated elsewhere. It runs to its end first, so rows that are inserted are not read.
//! - **R5** Where a row whose key is taken is an error, rows are handed on together. Whatever one of them could be told apart by (a later row that cannot be made, a counter that a row
//!   moves) comes when those before it are in.
//!
//! InnoDB's counterpart: `sql/sql_insert.cc`. What happens to a row that is there already is [`crate::duplicate`]'s.

use crate::bind::{Binder, Surroundings, is_default};
use crate::draft::quoted;
use crate::duplicate::OnDuplicate;
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
        let insert = Insert { table: table.clone(), shown_table, columns, rows, on_duplicate, ignore: written.ignore };
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
        let selected: Vec<Vec<Source>>;
        let rows = match &self.rows {
            Rows::Values(rows) => rows,
            Rows::Select(select) => {
                selected = self.select(select, trx)?;
                &selected
            }
        };
        let mut numbers = Numbers::new(&self.table, rows.len() as u64, insert_id);
        let mut pending = Pending { table: &self.table, rows: Vec::new() };
        let mut affected = 0;
        for (row_number, sources) in (1..).zip(rows) {
            let mut maker = RowMaker {
                def: self.table.def(),
                shown_table: &self.shown_table,
                row_number,
                warnings: self.ignore.then_some(&mut *warnings),
            };
            let made = maker.make(&self.columns, sources);
            if made.as_ref().map_or(true, |row| !numbers.goes_on(row)) {
                pending.insert(trx)?;
            }
            let mut row = made?;
            let given = numbers.number(&mut row, row_number)?;
            if self.on_duplicate.is_error() && !self.ignore {
                pending.rows.push(row);
                if matches!(given, Given::ByRow(_)) || pending.rows.len() == Pending::MOST {
                    pending.insert(trx)?;
                }
                affected += 1;
                numbers.inserted(given, true);
            } else {
                let done = self.on_duplicate.insert(trx, &self.table, &row, &mut maker)?;
                affected += done.affected;
                numbers.inserted(given, done.is_in);
            }
        }
        pending.insert(trx)?;
        Ok(Inserted { affected, first_generated: numbers.first_generated })
    }

    /// R4.
    fn select(&self, select: &Select, trx: &mut Transaction) -> Result<Vec<Vec<Source>>, SqlError> {
        let reading = match trx.isolation() {
            Isolation::ReadUncommitted | Isolation::ReadCommitted => Reading::Consistent,
            Isolation::RepeatableRead | Isolation::Serializable => Reading::Locking(Locking::SHARED),
        };
        let rows = select.run(Some(trx), &reading)?.rows.into_iter();
        Ok(rows.map(|row| row.into_iter().map(|v| Source::Value(Expr::Const(v))).collect()).collect())
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
