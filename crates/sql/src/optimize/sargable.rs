//! The form of a condition: whether an index can answer it, and what is left to be checked then.
//!
//! | part of the condition           | possible key | fixes the column (`ref`) | answered by `ref` |
//! |---------------------------------|:------------:|:------------------------:|:-----------------:|
//! | `c = 5`, `c in (5)`             | yes          | yes                      | yes, except text  |
//! | `c <=> 5`, `c is null`, `c between 5 and 5` | yes | yes                   |                   |
//! | `c > 4`, `c <> 5`, `c in (5, 6)`, `c like 'a%'`, `c is not null` | yes |  |                   |
//! | `c >= 5 and c <= 5`             | yes          |                          |                   |
//! | `c + 1 = 6`, `c like '%a'`, `c = d` (of the same table) |  |              |                   |
//!
//! RULES
//!
//! - **R1** Only the form counts, not the values: `s like 5` and `s = 5` make an index on text a possible key, though
//!   no range of it follows from them.
//!
//! InnoDB's counterpart: `add_key_fields`, `test_if_ref` in `sql/sql_select.cc`,
//! `Item_func_like::with_sargable_pattern`.

use crate::engine::{ColumnDef, ColumnType};
use crate::expr::{Comparison, EvalContext, Expr, Is};
use crate::types::Value;

/// True if the column holds strings.
pub(crate) fn is_text(def: &ColumnDef) -> bool {
    matches!(def.ty, ColumnType::VarChar { .. } | ColumnType::Char { .. } | ColumnType::VarBinary { .. })
}

/// True if the expression is this column alone; `column` is its place in a row.
pub(crate) fn is_column(expr: &Expr, column: usize) -> bool {
    matches!(expr, Expr::Column(c) if c.index == column)
}

/// The value of an expression that is the same for every row; `None`: it depends on the row, or is an error.
pub(crate) fn constant(expr: &Expr) -> Option<Value> {
    expr.is_constant().then(|| expr.eval(EvalContext::of_row(&[])).ok()).flatten()
}

/// True if all are constants of the same value.
fn are_same_constant<'e>(mut constants: impl Iterator<Item = &'e Expr>) -> bool {
    let Some(first) = constants.next().and_then(constant) else { return false };
    constants.all(|other| constant(other).as_ref() == Some(&first))
}

impl Expr {
    /// True if it makes an index whose first key part is the column a possible key (R1).
    #[doc(alias = "add_key_fields")]
    pub(crate) fn is_sargable_on(&self, column: usize) -> bool {
        match self {
            Expr::And(a, b) | Expr::Or(a, b) => a.is_sargable_on(column) || b.is_sargable_on(column),
            Expr::Compare(_, a, b) | Expr::NullSafeEqual(a, b) => {
                is_column(a, column) && b.is_constant() || is_column(b, column) && a.is_constant()
            }
            Expr::Between { of, low, high, .. } => is_column(of, column) && (low.is_constant() || high.is_constant()),
            Expr::In { of, list, .. } => is_column(of, column) && list.iter().any(Expr::is_constant),
            Expr::RowIn { of, list, negated: false } => of
                .iter()
                .enumerate()
                .any(|(at, part)| is_column(part, column) && list.iter().all(|row| row[at].is_constant())),
            Expr::Is { of, what: Is::Null, .. } => is_column(of, column),
            Expr::Like { of, pattern, negated: false, .. } => {
                let begins = |pattern: Vec<u8>| !matches!(pattern.first(), Some(b'%' | b'_'));
                is_column(of, column) && constant(pattern).and_then(|p| p.shown()).is_some_and(begins)
            }
            _ => false,
        }
    }

    /// True if it is written as an equality: true for at most one value of the column.
    pub(crate) fn fixes(&self, column: usize) -> bool {
        match self {
            Expr::NullSafeEqual(a, b) => {
                is_column(a, column) && b.is_constant() || is_column(b, column) && a.is_constant()
            }
            Expr::Is { of, what: Is::Null, negated: false } => is_column(of, column),
            Expr::Between { of, low, high, negated: false } => {
                is_column(of, column) && are_same_constant([&**low, &**high].into_iter())
            }
            other => other.equal_to(column).is_some(),
        }
    }

    /// True if it equates the column with a constant. Other forms that [fix](Expr::fixes) a column do not spare ORDER BY
    /// that column.
    pub(crate) fn equates(&self, column: usize) -> bool {
        matches!(self, Expr::Compare(Comparison::Eq, ..) | Expr::NullSafeEqual(..)) && self.fixes(column)
    }

    /// True if it compares the column with constants so that it is true for one interval of the column's values.
    pub(crate) fn bounds(&self, column: usize) -> bool {
        match self {
            Expr::Compare(op, ..) => *op != Comparison::Ne && self.is_sargable_on(column),
            Expr::Between { negated: false, low, high, .. } => {
                self.is_sargable_on(column) && low.is_constant() && high.is_constant()
            }
            _ => false,
        }
    }

    /// True if a `ref` on the column has already answered it. Never for text: the server compares text again.
    #[doc(alias = "test_if_ref")]
    pub(crate) fn is_answered_by_ref(&self, column: usize, def: &ColumnDef) -> bool {
        !is_text(def) && self.equal_to(column).is_some()
    }

    /// The constant that it says the column equals.
    fn equal_to(&self, column: usize) -> Option<Value> {
        match self {
            Expr::Compare(Comparison::Eq, a, b) if is_column(a, column) => constant(b),
            Expr::Compare(Comparison::Eq, a, b) if is_column(b, column) => constant(a),
            Expr::In { of, list, negated: false } if is_column(of, column) && are_same_constant(list.iter()) => {
                constant(&list[0])
            }
            Expr::Or(a, b) => a.equal_to(column).filter(|value| b.equal_to(column).as_ref() == Some(value)),
            _ => None,
        }
    }
}
