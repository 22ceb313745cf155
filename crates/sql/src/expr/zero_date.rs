//! `d IS NULL` of a DATE or DATETIME column that is NOT NULL: in WHERE and HAVING it is true of the zero date, `0000-00-00`, which
//! ODBC clients show as NULL. It is so for the operands of AND and OR; anywhere else `IS NULL` means what it says.
//!
//! InnoDB's counterpart: `Item_func_isnull` in `remove_eq_conds`.

use super::tree::{Comparison, Expr, Is};
use crate::engine::ColumnType;
use crate::types::Value;

impl Expr {
    /// The condition of WHERE or HAVING, with comparisons with 0 for `IS NULL` of such columns.
    pub(crate) fn with_zero_dates(self) -> Expr {
        let recursed = |part: Box<Expr>| Box::new(part.with_zero_dates());
        match self {
            Expr::And(a, b) => Expr::And(recursed(a), recursed(b)),
            Expr::Or(a, b) => Expr::Or(recursed(a), recursed(b)),
            Expr::Is { of, what: Is::Null, negated: false } if is_date_not_null(&of) => {
                Expr::Compare(Comparison::Eq, of, Box::new(Expr::Const(Value::Int(0))))
            }
            other => other,
        }
    }
}

fn is_date_not_null(of: &Expr) -> bool {
    matches!(of, Expr::Column(column)
        if !column.nullable && matches!(column.ty, ColumnType::Date | ColumnType::DateTime { .. }))
}
