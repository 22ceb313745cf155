//! LIMIT and OFFSET: numbers of rows, written as digits only.

use crate::answer::SqlError;
use crate::parse::syntax_error;
use sqlparser::ast::{self, Spanned};

/// How many rows to skip, then how many to return.
#[derive(Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) offset: usize,
    pub(crate) rows: usize,
}

impl Limit {
    /// No LIMIT.
    pub(crate) const NONE: Limit = Limit { offset: 0, rows: usize::MAX };

    /// Number of rows that are read to return all rows of the limit: `offset + rows`.
    pub(crate) fn end(self) -> usize {
        self.offset.saturating_add(self.rows)
    }
}

/// The limit of a statement. ERRORS: as [`row_count`].
pub(crate) fn limit_of(clause: Option<&ast::LimitClause>, sql: &str) -> Result<Limit, SqlError> {
    let (offset, rows) = match clause {
        None => return Ok(Limit::NONE),
        Some(ast::LimitClause::OffsetCommaLimit { offset, limit }) => (Some(offset), Some(limit)),
        Some(ast::LimitClause::LimitOffset { limit, offset, .. }) => {
            (offset.as_ref().map(|o| &o.value), limit.as_ref())
        }
    };
    let offset = offset.map_or(Ok(0), |expr| row_count(expr, sql))?;
    Ok(Limit { offset, rows: rows.map_or(Ok(usize::MAX), |expr| row_count(expr, sql))? })
}

/// A number of rows. ERRORS: 1064 unless it is written as digits only; 1327 for a name.
pub(crate) fn row_count(expr: &ast::Expr, sql: &str) -> Result<usize, SqlError> {
    match expr {
        ast::Expr::Value(value) => match value.to_string().parse::<u64>() {
            Ok(rows) => Ok(usize::try_from(rows).unwrap_or(usize::MAX)),
            Err(_) => Err(syntax_error(sql, value.span.start)),
        },
        ast::Expr::Identifier(name) => Err(SqlError::undeclared_variable(&name.value)),
        other => {
            // The parser keeps no position for a sign: it stands one column before its operand.
            let mut at = other.span().start;
            if matches!(other, ast::Expr::UnaryOp { .. }) {
                at.column = at.column.saturating_sub(1);
            }
            Err(syntax_error(sql, at))
        }
    }
}
