//! UPDATE and DELETE with their names resolved. [`crate::optimize`] chooses how their rows are found, [`crate::execute`] runs
//! them.
//!
//! InnoDB's counterpart: `mysql_prepare_update`, `mysql_prepare_delete`. Left out: several tables.

use super::assignments::assignments;
use super::from::{Lookup, target_table};
use super::hints::Hints;
use super::limit::row_count;
use super::order_by::{OrderBy, is_descending};
use crate::answer::SqlError;
use crate::catalog::quoted;
use crate::context::BindContext;
use crate::engine::Table;
use crate::expr::{Binder, Expr};
use crate::types::Value;
use sqlparser::ast;
use std::sync::Arc;

/// An UPDATE or DELETE whose names are resolved.
///
/// | methods                               | file                                    |
/// |---------------------------------------|-----------------------------------------|
/// | `update`, `delete`, `is_update`       | here                                    |
/// | `access`: the way to its rows         | `statement` of [`crate::optimize`]      |
/// | `run`, `collects_first`                  | `update_delete` of [`crate::execute`]   |
pub(crate) struct UpdateDelete {
    pub(crate) table: Arc<Table>,
    /// What EXPLAIN calls it.
    pub(crate) alias: String,
    /// Database and table, quoted, for errors.
    pub(crate) shown_table: String,
    /// Columns and their new values; `None`: DELETE.
    pub(crate) assignments: Option<Vec<(usize, Expr)>>,
    pub(crate) rows: TargetRows,
    pub(crate) ignore: bool,
    /// When it began, in µs since 1970.
    pub(crate) began_us: u64,
}

/// Which rows a statement changes, and in what order.
pub(crate) struct TargetRows {
    pub(crate) condition: Option<Expr>,
    pub(crate) order: Vec<OrderBy>,
    pub(crate) limit: usize,
    pub(crate) hints: Hints,
}

impl TargetRows {
    /// Whether they come in whatever order.
    pub(crate) fn is_unordered(&self) -> bool {
        self.order.is_empty()
    }
}

impl UpdateDelete {
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
        let (table, alias, hints) = target_table(&written.table, lookup, context, "UPDATE")?;
        let mut binder = Binder::new(context, Some((table.def(), &alias)));
        binder.clause = "SET";
        let assignments = assignments(&mut binder, &written.assignments)?;
        let mut rows =
            target_rows(&mut binder, written.selection.as_ref(), &written.order_by, written.limit.as_ref(), sql)?;
        rows.hints = hints;
        Ok(UpdateDelete { ignore: written.or.is_some(), ..Self::new(table, alias, Some(assignments), rows, context) })
    }

    pub(crate) fn delete(
        written: &ast::Delete,
        sql: &str,
        lookup: &mut Lookup<'_>,
        context: &BindContext,
    ) -> Result<UpdateDelete, SqlError> {
        let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &written.from;
        // The parser takes IGNORE for the name of a table.
        let is_ignore = |name: &ast::ObjectName| name.to_string().eq_ignore_ascii_case("ignore");
        if !written.tables.iter().all(is_ignore) || written.using.is_some() || from.len() != 1 {
            return Err(SqlError::not_supported("DELETE from several tables"));
        }
        if written.returning.is_some() {
            return Err(SqlError::not_supported("RETURNING"));
        }
        let (table, alias, hints) = target_table(&from[0], lookup, context, "DELETE")?;
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
        }
    }

    pub(crate) fn is_update(&self) -> bool {
        self.assignments.is_some()
    }
}

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
            // There is no select list that a number could point into.
            return Err(SqlError::unknown_column(place, "ORDER BY"));
        }
        parts.push(OrderBy { by, descending: is_descending(part)? });
    }
    let limit = limit.map_or(Ok(usize::MAX), |expr| row_count(expr, sql))?;
    Ok(TargetRows { condition, order: parts, limit, hints: Hints::default() })
}
