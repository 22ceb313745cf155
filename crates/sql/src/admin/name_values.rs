//! The rows of SHOW VARIABLES and SHOW STATUS: names and values, filtered by LIKE or WHERE.

use crate::answer::{Outcome, SqlError};
use crate::parse::ShowFilter;
use crate::types::like;
use sqlparser::ast;

/// The names and values that the filter selects. ERRORS: 1235 for conditions other than on `variable_name`.
pub(crate) fn name_value_rows(all: Vec<(String, String)>, only: &ShowFilter) -> Result<Outcome, SqlError> {
    let mut shown = Vec::new();
    for (name, value) in all {
        if is_selected(&name, only)? {
            shown.push([Some(name), Some(value)]);
        }
    }
    Ok(Outcome::text_rows(["Variable_name", "Value"], shown))
}

fn is_selected(name: &str, only: &ShowFilter) -> Result<bool, SqlError> {
    let is = |other: &ast::Expr| match other {
        ast::Expr::Value(value) => match &value.value {
            ast::Value::SingleQuotedString(text) | ast::Value::DoubleQuotedString(text) => {
                Ok(text.eq_ignore_ascii_case(name))
            }
            _ => Ok(false),
        },
        other => Err(SqlError::not_supported(format_args!("SHOW ... WHERE {other}"))),
    };
    let is_name =
        |e: &ast::Expr| matches!(e, ast::Expr::Identifier(i) if i.value.eq_ignore_ascii_case("variable_name"));
    let condition = match only {
        ShowFilter::All => return Ok(true),
        ShowFilter::Like(pattern) => {
            let [name, pattern] = [name, pattern].map(|text| text.to_ascii_lowercase());
            return Ok(like(name.as_bytes(), pattern.as_bytes(), None));
        }
        ShowFilter::Where(condition) => condition.as_ref(),
    };
    match condition {
        ast::Expr::BinaryOp { left, op: ast::BinaryOperator::Eq, right } if is_name(left) => is(right),
        ast::Expr::In { expr, target: ast::InTarget::List(list), negated: false, .. } if is_name(expr) => {
            list.iter().try_fold(false, |found, item| Ok(found || is(item)?))
        }
        ast::Expr::Like { negated: false, expr, pattern, .. } if is_name(expr) => match pattern.as_ref() {
            ast::Expr::Value(value) => {
                let pattern = value.value.clone().into_string().unwrap_or_default();
                is_selected(name, &ShowFilter::Like(pattern))
            }
            other => Err(SqlError::not_supported(format_args!("SHOW ... WHERE {other}"))),
        },
        other => Err(SqlError::not_supported(format_args!("SHOW ... WHERE {other}"))),
    }
}
