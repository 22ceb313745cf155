//! UPDATE and DELETE, bound.
//!
//! InnoDB's counterpart: `mysql_prepare_update`, `mysql_prepare_delete`. Left out: several tables.

use super::assignments::assignments;
use super::from::{Lookup, target_table};
use super::hints::Hints;
use super::limit::row_count;
use super::order_by::{OrderBy, is_descending};
use crate::answer::SqlError;
use crate::catalog::{TableUse, quoted};
use crate::context::BindContext;
use crate::engine::{MemoryLimits, Table};
use crate::expr::{Binder, Expr};
use crate::types::Value;
use sqlparser::ast;
use std::sync::Arc;

/// A bound UPDATE or DELETE.
///
/// | methods                               | file                                    |
/// |---------------------------------------|-----------------------------------------|
/// | `update`, `delete`, `is_update`       | here                                    |
/// | `access_path`                         | `statement` of [`crate::optimize`]      |
/// | `run`, `collects_first`               | `update_delete` of [`crate::execute`]   |
pub(crate) struct UpdateDelete {
    pub(crate) table: Arc<Table>,
    /// The table's alias, or else its name: EXPLAIN's column `table`.
    pub(crate) alias: String,
    /// Database and table, quoted, for errors.
    pub(crate) shown_table: String,
    /// Columns, as places in a row, and their new values; `None`: DELETE.
    pub(crate) assignments: Option<Vec<(usize, Expr)>>,
    pub(crate) rows: TargetRows,
    /// IGNORE: errors in values are warnings, and rows with a duplicate key stay.
    pub(crate) ignore: bool,
    /// When the statement began, in µs since 1970.
    pub(crate) began_us: u64,
    /// The memory that it may use.
    pub(crate) memory: MemoryLimits,
}

/// The rows that a statement changes, and their order.
pub(crate) struct TargetRows {
    /// WHERE.
    pub(crate) condition: Option<Expr>,
    /// ORDER BY.
    pub(crate) order: Vec<OrderBy>,
    /// Number of rows to change at most.
    pub(crate) limit: usize,
    pub(crate) hints: Hints,
}

impl TargetRows {
    /// True if there is no ORDER BY.
    pub(crate) fn is_unordered(&self) -> bool {
        self.order.is_empty()
    }
}

impl UpdateDelete {
    /// Binds an UPDATE. ERRORS: 1146, 1142, 1054, 1176 and those of expressions; 1235 for what is not supported.
    pub(crate) fn update(
        written: &ast::Update,
        sql: &str,
        lookup: &mut Lookup<'_>,
        context: &BindContext,
    ) -> Result<UpdateDelete, SqlError> {
        let refused = [
            (written.from.is_some(), "UPDATE ... FROM"),
            (written.returning.is_some(), "RETURNING"),
            (!matches!(written.or, None | Some(ast::SqliteOnConflict::Ignore)), "UPDATE OR"),
        ];
        if let Some((_, what)) = refused.into_iter().find(|(asked, _)| *asked) {
            return Err(SqlError::not_supported(what));
        }
        let (table, alias, hints) = target_table(&written.table, lookup, context, ("UPDATE", TableUse::Update))?;
        let mut binder = Binder::new(context, Some((table.def(), &alias)));
        binder.clause = "SET";
        let assignments = assignments(&mut binder, &written.assignments, "SET")?;
        let mut rows =
            target_rows(&mut binder, written.selection.as_ref(), &written.order_by, written.limit.as_ref(), sql)?;
        rows.hints = hints;
        Ok(UpdateDelete { ignore: written.or.is_some(), ..Self::new(table, alias, Some(assignments), rows, context) })
    }

    /// Binds a DELETE. ERRORS: as [`UpdateDelete::update`].
    pub(crate) fn delete(
        written: &ast::Delete,
        sql: &str,
        lookup: &mut Lookup<'_>,
        context: &BindContext,
    ) -> Result<UpdateDelete, SqlError> {
        let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &written.from;
        // The parser takes IGNORE for a table's name.
        let is_ignore = |name: &ast::ObjectName| name.to_string().eq_ignore_ascii_case("ignore");
        if !written.tables.iter().all(is_ignore) || written.using.is_some() || from.len() != 1 {
            return Err(SqlError::not_supported("DELETE from several tables"));
        }
        if written.returning.is_some() {
            return Err(SqlError::not_supported("RETURNING"));
        }
        let (table, alias, hints) = target_table(&from[0], lookup, context, ("DELETE", TableUse::Change))?;
        let mut binder = Binder::new(context, Some((table.def(), &alias)));
        let mut rows =
            target_rows(&mut binder, written.selection.as_ref(), &written.order_by, written.limit.as_ref(), sql)?;
        rows.hints = hints;
        Ok(Self::new(table, alias, None, rows, context))
    }

    fn new(
        table: Arc<Table>,
        alias: String,
        assignments: Option<Vec<(usize, Expr)>>,
        rows: TargetRows,
        context: &BindContext,
    ) -> UpdateDelete {
        let shown_table = format!("{}.{}", quoted(&context.database), quoted(&table.def().name));
        UpdateDelete {
            table,
            alias,
            shown_table,
            assignments,
            rows,
            ignore: false,
            began_us: context.variables.began_us,
            memory: context.variables.session.memory,
        }
    }

    /// True for UPDATE, false for DELETE.
    pub(crate) fn is_update(&self) -> bool {
        self.assignments.is_some()
    }
}

/// Binds WHERE, ORDER BY and LIMIT.
fn target_rows(
    binder: &mut Binder<'_>,
    condition: Option<&ast::Expr>,
    order: &[ast::OrderByExpr],
    limit: Option<&ast::Expr>,
    sql: &str,
) -> Result<TargetRows, SqlError> {
    let condition = binder.bind_where(condition)?.map(|c| c.reduced(false));
    let mut parts = Vec::new();
    for part in order {
        let by = binder.bind_in("ORDER BY", &part.expr)?;
        if let Expr::Const(Value::Int(place)) = by {
            // A number is a position in the select list, and there is no select list.
            return Err(SqlError::unknown_column(place, "ORDER BY"));
        }
        parts.push(OrderBy { by, descending: is_descending(part)? });
    }
    let limit = limit.map_or(Ok(usize::MAX), |expr| row_count(expr, sql))?;
    Ok(TargetRows { condition, order: parts, limit, hints: Hints::default() })
}
