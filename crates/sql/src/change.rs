//! UPDATE and DELETE: read a row and lock it, look whether it is meant, change it, go on to the next.
//!
//! ```text
//! next ─► WHERE ─┬─ true ──► change ──► LIMIT reached? ─► end
//!  ▲             └─ false ─► unlock_row                            first all rows, then the changes, if:
//!  └──────────────────┴──────────┘                                  · the index that is read, or the primary key, is assigned to
//!                                                                   · an UPDATE has ORDER BY, or ORDER BY needs a sort
//! ```
//!
//! RULES
//!
//! - **R1** Where a changed row could be met again behind its new place, all rows are found and locked before the first
//!   one is changed.
//! - **R2** SET's assignments run from left to right; each sees what those before it made.
//! - **R3** A row counts as affected if it is not what it was before. A row that stays the same is not touched.
//! - **R4** An UPDATE that changes rows while it scans has strict conditions, and `at row N` in its errors counts the
//!   rows that were read; else N counts the rows to be changed.
//! - **R5** An UPDATE looks at the last committed version of a row that another has locked, where the level and the
//!   access allow it (the engine says [`Fetched::Committed`]); only if that matches it waits.
//! - **R6** LIMIT ends the scan with the row that fulfils it: the next one is not locked.
//! - **R7** With IGNORE an UPDATE makes what a column refuses fit, with a warning, and leaves a row as it is whose new
//!   key is taken, without one.
//!
//! InnoDB's counterpart: `sql/sql_update.cc`, `sql/sql_delete.cc`. Left out: several tables.

use crate::bind::{Binder, Surroundings, is_default};
use crate::draft::quoted;
use crate::error::SqlError;
use crate::expr::{Context, Expr};
use crate::fetch::{LockedRows, Locking};
use crate::hint::Hints;
use crate::make_row::RowMaker;
use crate::plan::{Access, AccessKind, Request, Wish, plan};
use crate::run::{sort_order, sort_values};
use crate::select::{Lookup, OrderBy, is_descending, row_count, single_table};
use crate::value::Value;
use crate::warning::Warnings;
use innolab_engine::{Datum, Error, Fetched, Table, Transaction};
use sqlparser::ast;
use std::sync::Arc;

/// An UPDATE or DELETE whose names are resolved.
pub(crate) struct Change {
    pub(crate) table: Arc<Table>,
    /// What EXPLAIN calls it.
    pub(crate) alias: String,
    /// Database and table, quoted, for errors.
    shown_table: String,
    /// Columns and their new values; `None`: DELETE.
    assignments: Option<Vec<(usize, Expr)>>,
    pub(crate) rows: Rows,
    ignore: bool,
    /// When it began, in µs since 1970.
    began_us: u64,
}

/// Sees a row to be changed, locked, and its number among those that were read.
type Matched<'a> = dyn FnMut(&mut Transaction, &[Datum], u64) -> Result<(), SqlError> + 'a;

/// Which rows a statement changes, and in what order.
pub(crate) struct Rows {
    pub(crate) condition: Option<Expr>,
    order: Vec<OrderBy>,
    pub(crate) limit: usize,
    pub(crate) hints: Hints,
}

impl Rows {
    /// Whether they come in whatever order.
    pub(crate) fn is_unordered(&self) -> bool {
        self.order.is_empty()
    }
}

impl Change {
    pub(crate) fn update(
        written: &ast::Update,
        sql: &str,
        lookup: &mut Lookup<'_>,
        around: &Surroundings,
    ) -> Result<Change, SqlError> {
        let refused = [
            (written.from.is_some(), "UPDATE ... FROM"),
            (written.returning.is_some(), "RETURNING"),
            (!matches!(written.or, None | Some(ast::SqliteOnConflict::Ignore)), "UPDATE OR"),
        ];
        if let Some((_, what)) = refused.into_iter().find(|(asked, _)| *asked) {
            return Err(SqlError::not_supported(what));
        }
        let (table, alias, hints) = single(&written.table, lookup, around, "UPDATE")?;
        let mut binder = Binder::new(around, Some((table.def(), &alias)));
        binder.clause = "SET";
        let assignments = assignments(&mut binder, &written.assignments)?;
        let mut rows =
            which_rows(&mut binder, written.selection.as_ref(), &written.order_by, written.limit.as_ref(), sql)?;
        rows.hints = hints;
        Ok(Change { ignore: written.or.is_some(), ..Self::new(table, alias, Some(assignments), rows, around) })
    }

    pub(crate) fn delete(
        written: &ast::Delete,
        sql: &str,
        lookup: &mut Lookup<'_>,
        around: &Surroundings,
    ) -> Result<Change, SqlError> {
        let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &written.from;
        // The parser takes IGNORE for the name of a table.
        let is_ignore = |name: &ast::ObjectName| name.to_string().eq_ignore_ascii_case("ignore");
        if !written.tables.iter().all(is_ignore) || written.using.is_some() || from.len() != 1 {
            return Err(SqlError::not_supported("DELETE from several tables"));
        }
        if written.returning.is_some() {
            return Err(SqlError::not_supported("RETURNING"));
        }
        let (table, alias, hints) = single(&from[0], lookup, around, "DELETE")?;
        let mut binder = Binder::new(around, Some((table.def(), &alias)));
        let mut rows =
            which_rows(&mut binder, written.selection.as_ref(), &written.order_by, written.limit.as_ref(), sql)?;
        rows.hints = hints;
        Ok(Self::new(table, alias, None, rows, around))
    }

    fn new(
        table: Arc<Table>,
        alias: String,
        assignments: Option<Vec<(usize, Expr)>>,
        rows: Rows,
        around: &Surroundings,
    ) -> Change {
        let shown_table = format!("{}.{}", quoted(&around.database), quoted(&table.def().name));
        Change { table, alias, shown_table, assignments, rows, ignore: false, began_us: around.variables.began_us }
    }

    /// How its rows are found.
    pub(crate) fn access(&self) -> Access {
        let Rows { condition, order, limit, hints } = &self.rows;
        let condition = condition.as_ref();
        let (table, wish) = (&self.table, Wish::Sorted);
        let request = Request {
            table,
            condition,
            hints,
            needed: None,
            order,
            wish,
            limit: *limit,
            first_rows: *limit,
            grouping: None,
        };
        let access = plan(&request);
        // Without LIMIT the server does not look for an index that spares the sort.
        let sorted = access.sorted && !(access.is_full() && !order.is_empty() && *limit == usize::MAX);
        Access { sorted, ..access }
    }

    /// Runs it. The number of rows affected.
    pub(crate) fn run(&self, trx: &mut Transaction, warnings: &mut Warnings) -> Result<u64, SqlError> {
        let access = self.access();
        if self.rows.limit == 0 {
            return Ok(0);
        }
        if !access.sorted {
            let found = self.sorted(trx, &access)?;
            return self.change_all(trx, found, warnings);
        }
        if self.finds_first(&access) {
            let found = self.found(trx, &access)?;
            return self.change_all(trx, found, warnings);
        }
        let mut affected = 0;
        let strict = self.is_update() && !self.ignore && self.rows.order.is_empty();
        self.walk(trx, &access, strict, &mut |trx, row, number| {
            affected += u64::from(self.change(trx, row, number, warnings)?);
            Ok(())
        })?;
        Ok(affected)
    }

    pub(crate) fn is_update(&self) -> bool {
        self.assignments.is_some()
    }

    /// Whether all rows are found first (R1): one may be met again behind its change; or ORDER BY is asked for, for
    /// which the server does the same.
    pub(crate) fn finds_first(&self, access: &Access) -> bool {
        let def = self.table.def();
        if self.is_update() && !self.rows.order.is_empty() {
            return true;
        }
        let is_assigned = |c: &usize| self.assignments.iter().flatten().any(|(index, _)| index == c);
        let assigns = |columns: &[usize]| {
            self.is_update() && columns.iter().any(|c| is_assigned(c) || def.columns[*c].on_update_now)
        };
        access.kind != AccessKind::Const && (assigns(def.index_columns(access.index)) || assigns(&def.primary_key))
    }

    /// Shows `matched` the rows to be changed, each locked, with its number among those that were read, until the limit.
    fn walk(
        &self,
        trx: &mut Transaction,
        access: &Access,
        strict: bool,
        matched: &mut Matched<'_>,
    ) -> Result<(), SqlError> {
        let mut rows = LockedRows::new(&self.table, access, &Locking::EXCLUSIVE, self.is_update(), false);
        let mut row = Vec::new();
        let (mut read, mut left) = (0, if access.sorted { self.rows.limit } else { usize::MAX });
        let mut fetched = rows.next(trx, &mut row, &mut |_| true)?;
        while fetched != Fetched::End {
            read += 1;
            let cx = Context { strict, ..Context::of_row(&row) };
            if !self.rows.condition.as_ref().map_or(Ok(true), |c| c.holds(cx))? {
                rows.unlock_row(trx);
            } else if fetched == Fetched::Committed {
                // The version matched that was committed last; now the row itself is waited for and looked at (R5).
                read -= 1;
                fetched = rows.lock_current(trx, &mut row)?;
                continue;
            } else {
                matched(trx, &row, read)?;
                left -= 1;
                if left == 0 {
                    break;
                }
            }
            fetched = rows.next(trx, &mut row, &mut |_| true)?;
        }
        Ok(())
    }

    /// All rows to be changed, in the order of the index.
    fn found(&self, trx: &mut Transaction, access: &Access) -> Result<Vec<Vec<Datum>>, SqlError> {
        let mut found = Vec::new();
        self.walk(trx, access, false, &mut |_, row, _| {
            found.push(row.to_vec());
            Ok(())
        })?;
        Ok(found)
    }

    /// All rows to be changed, as ORDER BY wants them.
    fn sorted(&self, trx: &mut Transaction, access: &Access) -> Result<Vec<Vec<Datum>>, SqlError> {
        let order = &self.rows.order;
        let mut found: Vec<(Vec<Value>, Vec<Datum>)> = Vec::new();
        self.walk(trx, access, false, &mut |_, row, _| {
            found.push((sort_values(order, Context::of_row(row))?, row.to_vec()));
            Ok(())
        })?;
        found.sort_by(|(a, _), (b, _)| sort_order(order, a, b));
        found.truncate(self.rows.limit);
        Ok(found.into_iter().map(|(_, row)| row).collect())
    }

    fn change_all(
        &self,
        trx: &mut Transaction,
        found: Vec<Vec<Datum>>,
        warnings: &mut Warnings,
    ) -> Result<u64, SqlError> {
        let mut affected = 0;
        for (number, row) in (1..).zip(&found) {
            affected += u64::from(self.change(trx, row, number, warnings)?);
        }
        Ok(affected)
    }

    /// Changes a row; whether it counts (R3).
    fn change(
        &self,
        trx: &mut Transaction,
        row: &[Datum],
        row_number: u64,
        warnings: &mut Warnings,
    ) -> Result<bool, SqlError> {
        let failed = |e| SqlError::from_change(e, self.table.def());
        let Some(assignments) = &self.assignments else {
            trx.delete(&self.table, row).map_err(failed)?;
            return Ok(true);
        };
        let (def, ignore) = (self.table.def(), self.ignore);
        let mut maker =
            RowMaker { def, shown_table: &self.shown_table, row_number, began_us: self.began_us, ignore, warnings };
        // R2
        let mut new_row = row.to_vec();
        for (index, expr) in assignments {
            let value = maker.eval(expr, &new_row)?;
            new_row[*index] = maker.store(&value, *index)?;
        }
        if new_row == row {
            return Ok(false);
        }
        maker.touch(&mut new_row, assignments);
        match trx.update(&self.table, row, &new_row) {
            Err(Error::Duplicate { .. }) if self.ignore => return Ok(false),
            updated => updated.map_err(failed)?,
        };
        count_on(&self.table, &new_row);
        Ok(true)
    }
}

/// A value that an AUTO_INCREMENT column was set to moves the counter beyond it.
pub(crate) fn count_on(table: &Table, row: &[Datum]) {
    let Some(index) = table.def().auto_increment else { return };
    let value = match row[index] {
        Datum::Int(value) => u64::try_from(value).unwrap_or(0),
        Datum::UInt(value) => value,
        _ => 0,
    };
    if value >= table.next_auto_increment() {
        table.bump_auto_increment(value);
    }
}

/// The table of a statement on a single one, the name by which it goes, and its hints.
fn single(
    from: &ast::TableWithJoins,
    lookup: &mut Lookup<'_>,
    around: &Surroundings,
    command: &str,
) -> Result<(Arc<Table>, String, Hints), SqlError> {
    let Some(named) = single_table(from)? else {
        return Err(SqlError::no_such_table(&around.database, "dual"));
    };
    let table = lookup(named.name)?.stored(command)?;
    let alias = named.alias.unwrap_or_else(|| table.def().name.clone());
    let hints = Hints::new(named.hints, table.def(), &alias)?;
    Ok((table, alias, hints))
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
    Ok(Rows { condition, order: parts, limit, hints: Hints::default() })
}

pub(crate) fn assignments(
    binder: &mut Binder<'_>,
    written: &[ast::Assignment],
) -> Result<Vec<(usize, Expr)>, SqlError> {
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
