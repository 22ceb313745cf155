//! The parts of ORDER BY.

use crate::answer::SqlError;
use crate::expr::Expr;
use sqlparser::ast;

/// One part of ORDER BY.
#[derive(Clone)]
pub(crate) struct OrderBy {
    /// The sort key.
    pub(crate) by: Expr,
    pub(crate) descending: bool,
}

/// True for DESC. ERRORS: 1235 for NULLS FIRST or USING.
pub(crate) fn is_descending(part: &ast::OrderByExpr) -> Result<bool, SqlError> {
    match &part.options.sort {
        _ if part.options.nulls_first.is_some() => Err(SqlError::not_supported("NULLS FIRST")),
        None | Some(ast::OrderBySort::Asc) => Ok(false),
        Some(ast::OrderBySort::Desc) => Ok(true),
        Some(_) => Err(SqlError::not_supported("ORDER BY ... USING")),
    }
}
