//! UPDATE and DELETE: find the rows first, then change them; all of them or none.
//!
//! RULES
//!
//! - **R1** Rows are found before the first one is changed, so that a row moved ahead by its new key is not met again.
//! - **R2** SET's assignments run from left to right; each sees what those before it made.
//! - **R3** A row counts as affected if it is not what it was before. A row that stays the same is not touched.
//! - **R4** The server finds rows apart from changing them only if it has to: for ORDER BY, or if the key is assigned to. Else its UPDATE
//!   changes rows while it scans, and two things show: conditions are strict, and `at row N` in errors counts the rows scanned instead of
//!   those to be changed.
//!
//! InnoDB's counterpart: `sql/sql_update.cc`, `sql/sql_delete.cc`. Left out: several tables.

use crate::bind::{Binder, Surroundings, is_default};
use crate::create::quoted;
use crate::error::SqlError;
use crate::expr::{Context, Expr};
use crate::plan::plan;
use crate::select::{
    Lookup, OrderBy, is_descending, key_order, row_count, scan_matching, single_table, sort_order, sort_values,
};
use crate::store::{Target, store};
use crate::value::Value;
use innolab_engine::{Datum, Engine, Statement, Table};
use sqlparser::ast;
use std::ops::ControlFlow;
use std::sync::Arc;

/// An UPDATE or DELETE whose names are resolved.
pub(crate) struct Change {
    table: Arc<Table>,
    /// Database and table, quoted, for errors.
    shown_table: String,
    /// Columns and their new values; `None`: DELETE.
    assignments: Option<Vec<(usize, Expr)>>,
    rows: Rows,
}

/// Which rows a statement changes, and in what order.
struct Rows {
    condition: Option<Expr>,
    order: Vec<OrderBy>,
    limit: usize,
}

/// A row to be changed.
struct Found {
    row: Vec<Datum>,
    /// What errors call it (R4).
    number: u64,
}

impl Change {
    pub(crate) fn update(
        written: &ast::Update,
        sql: &str,
        lookup: &Lookup<'_>,
        around: &Surroundings,
    ) -> Result<Change, SqlError> {
        let refused = [
            (written.from.is_some(), "UPDATE ... FROM"),
            (written.returning.is_some(), "RETURNING"),
            (written.or.is_some(), "UPDATE OR"),
        ];
        if let Some((_, what)) = refused.into_iter().find(|(asked, _)| *asked) {
            return Err(SqlError::not_supported(what));
        }
        let (table, alias) = single(&written.table, lookup, around)?;
        let mut binder = Binder::new(around, Some((table.def(), &alias)));
        binder.clause = "SET";
        let assignments = assignments(&mut binder, &written.assignments)?;
        let rows = which_rows(&mut binder, written.selection.as_ref(), &written.order_by, written.limit.as_ref(), sql)?;
        Ok(Self::new(table, Some(assignments), rows, around))
    }

    pub(crate) fn delete(
        written: &ast::Delete,
        sql: &str,
        lookup: &Lookup<'_>,
        around: &Surroundings,
    ) -> Result<Change, SqlError> {
        let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &written.from;
        if !written.tables.is_empty() || written.using.is_some() || from.len() != 1 {
            return Err(SqlError::not_supported("DELETE from several tables"));
        }
        if written.returning.is_some() {
            return Err(SqlError::not_supported("RETURNING"));
        }
        let (table, alias) = single(&from[0], lookup, around)?;
        let mut binder = Binder::new(around, Some((table.def(), &alias)));
        let rows = which_rows(&mut binder, written.selection.as_ref(), &written.order_by, written.limit.as_ref(), sql)?;
        Ok(Self::new(table, None, rows, around))
    }

    fn new(table: Arc<Table>, assignments: Option<Vec<(usize, Expr)>>, rows: Rows, around: &Surroundings) -> Change {
        let shown_table = format!("{}.{}", quoted(&around.database), quoted(&table.def().name));
        Change { table, shown_table, assignments, rows }
    }

    /// Runs it. The number of rows affected.
    pub(crate) fn run(self, engine: &Engine) -> Result<u64, SqlError> {
        let mut statement = engine.begin_statement();
        let found = self.find(&mut statement)?;
        let failed = |e| SqlError::from_change(e, self.table.def());
        let mut affected = 0;
        for Found { row, number } in &found {
            match &self.assignments {
                None => statement.delete(&self.table, row).map_err(failed)?,
                Some(assignments) => {
                    let new_row = self.changed(row, *number, assignments)?;
                    if new_row == *row {
                        continue;
                    }
                    statement.update(&self.table, row, &new_row).map_err(failed)?;
                    self.count_on(&new_row);
                }
            }
            affected += 1;
        }
        statement.commit().map_err(failed)?;
        Ok(affected)
    }

    /// The rows to be changed, in the order in which they will be (R1).
    fn find(&self, statement: &mut Statement<'_>) -> Result<Vec<Found>, SqlError> {
        let Rows { condition, order, limit } = &self.rows;
        let mut found: Vec<(Vec<Value>, Found)> = Vec::new();
        if *limit == 0 {
            return Ok(Vec::new());
        }
        let by_key = key_order(order, &self.table);
        let enough = if by_key.is_some() { *limit } else { usize::MAX };
        let access = plan(&self.table, condition.as_ref());
        let while_scanning = self.changes_while_scanning();
        let mut seen = 0;
        // The scan shows all rows, and the condition is checked here, since errors count the rows that were seen.
        scan_matching(statement, &self.table, &access, by_key == Some(true), None, false, &mut |row| {
            seen += 1;
            let cx = Context::of_row(row);
            if let Some(condition) = condition
                && !condition.holds(Context { strict: while_scanning, ..cx })?
            {
                return Ok(ControlFlow::Continue(()));
            }
            let keys = if by_key.is_some() { Vec::new() } else { sort_values(order, cx)? };
            found.push((keys, Found { row: row.to_vec(), number: seen }));
            Ok(if found.len() >= enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        if by_key.is_none() {
            found.sort_by(|(a, _), (b, _)| sort_order(order, a, b));
            found.truncate(*limit);
        }
        let mut found: Vec<Found> = found.into_iter().map(|(_, found)| found).collect();
        if !while_scanning {
            (1..).zip(&mut found).for_each(|(number, found)| found.number = number);
        }
        Ok(found)
    }

    /// Whether the server would change rows as it meets them (R4).
    fn changes_while_scanning(&self) -> bool {
        let key = &self.table.def().primary_key;
        let assigns_key = |assignments: &Vec<(usize, Expr)>| assignments.iter().any(|(index, _)| key.contains(index));
        self.rows.order.is_empty() && self.assignments.as_ref().is_some_and(|a| !assigns_key(a))
    }

    /// The row with its assignments done (R2).
    fn changed(&self, row: &[Datum], number: u64, assignments: &[(usize, Expr)]) -> Result<Vec<Datum>, SqlError> {
        let mut new_row = row.to_vec();
        for (index, expr) in assignments {
            let value = expr.eval(Context { row: &new_row, aggregates: &[], strict: true })?;
            let column = &self.table.def().columns[*index];
            new_row[*index] = store(&value, &Target { table: &self.shown_table, column, row: number })?;
        }
        Ok(new_row)
    }

    /// A value that an AUTO_INCREMENT column was set to moves the counter beyond it.
    fn count_on(&self, row: &[Datum]) {
        let Some(index) = self.table.def().auto_increment else { return };
        let value = match row[index] {
            Datum::Int(value) => u64::try_from(value).unwrap_or(0),
            Datum::UInt(value) => value,
            _ => 0,
        };
        if value >= self.table.next_auto_increment() {
            self.table.bump_auto_increment(value);
        }
    }
}

/// The table of a statement on a single one, and the name by which it goes.
fn single(
    from: &ast::TableWithJoins,
    lookup: &Lookup<'_>,
    around: &Surroundings,
) -> Result<(Arc<Table>, String), SqlError> {
    let Some((name, alias)) = single_table(from)? else {
        return Err(SqlError::no_such_table(&around.database, "dual"));
    };
    let table = lookup(name)?;
    let alias = alias.unwrap_or_else(|| table.def().name.clone());
    Ok((table, alias))
}

fn which_rows(
    binder: &mut Binder<'_>,
    condition: Option<&ast::Expr>,
    order: &[ast::OrderByExpr],
    limit: Option<&ast::Expr>,
    sql: &str,
) -> Result<Rows, SqlError> {
    let condition = binder.bind_where(condition)?.map(|c| c.reduced(false));
    let mut parts = Vec::new();
    for part in order {
        let by = binder.bind_in("ORDER BY", &part.expr)?;
        if let Expr::Const(Value::Int(place)) = by {
            // There is no select list that a number could point into.
            return Err(SqlError::unknown_column(place, "ORDER BY"));
        }
        parts.push(OrderBy { by, descending: is_descending(part)? });
    }
    let limit = limit.map_or(Ok(usize::MAX), |expr| row_count(expr, sql))?;
    Ok(Rows { condition, order: parts, limit })
}

fn assignments(binder: &mut Binder<'_>, written: &[ast::Assignment]) -> Result<Vec<(usize, Expr)>, SqlError> {
    let mut targets = Vec::new();
    for assignment in written {
        let ast::AssignmentTarget::ColumnName(name) = &assignment.target else {
            return Err(SqlError::not_supported(&assignment.target));
        };
        let names: Vec<_> = name.0.iter().filter_map(|part| part.as_ident().cloned()).collect();
        targets.push(binder.column_index(&names)?);
    }
    let bound = targets.into_iter().zip(written).map(|(index, assignment)| {
        let value =
            if is_default(&assignment.value) { binder.default_of(index)? } else { binder.bind(&assignment.value)? };
        Ok((index, value))
    });
    bound.collect()
}
