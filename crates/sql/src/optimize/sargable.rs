//! What a condition says of a column in a form that an index can answer, and how much of it is then left to be asked.
//!
//! | part of the condition           | possible key | fixes the column (ref) | answered by ref |
//! |---------------------------------|:------------:|:----------------------:|:---------------:|
//! | `c = 5`, `c in (5)`             | yes          | yes                    | yes, but of text |
//! | `c <=> 5`, `c is null`, `c between 5 and 5` | yes | yes                 |                 |
//! | `c > 4`, `c <> 5`, `c in (5, 6)`, `c like 'a%'`, `c is not null` | yes |  |                 |
//! | `c >= 5 and c <= 5`             | yes          |                        |                 |
//! | `c + 1 = 6`, `c like '%a'`, `c = d` (of the same table) |  |             |                 |
//!
//! RULES
//!
//! - **R1** It is a question of form, not of values: `s like 5` or `s = 5` make an index on text possible though
//!   nothing is found by it.
//!
//! InnoDB's counterpart: `add_key_fields`, `test_if_ref` in `sql/sql_select.cc`, `Item_func_like::with_sargable_pattern`.

use crate::engine::{ColumnDef, ColumnType};
use crate::expr::{Comparison, Context, Expr, Is};
use crate::types::Value;

/// Whether the column has strings.
pub(crate) fn is_text(def: &ColumnDef) -> bool {
    matches!(def.ty, ColumnType::VarChar { .. } | ColumnType::Char { .. } | ColumnType::VarBinary { .. })
}

/// Whether it is the column and nothing else.
pub(crate) fn is(of: &Expr, column: usize) -> bool {
    matches!(of, Expr::Column(c) if c.index == column)
}

/// The value of what is the same for every row, if it has one.
pub(crate) fn constant(of: &Expr) -> Option<Value> {
    of.is_constant().then(|| of.eval(Context::of_row(&[])).ok()).flatten()
}

/// Whether all are one and the same constant.
fn are_one<'e>(mut constants: impl Iterator<Item = &'e Expr>) -> bool {
    let Some(first) = constants.next().and_then(constant) else { return false };
    constants.all(|other| constant(other).as_ref() == Some(&first))
}

impl Expr {
    /// Whether an index that begins with the column could be of use.
    #[doc(alias = "add_key_fields")]
    pub(crate) fn speaks_of(&self, column: usize) -> bool {
        match self {
            Expr::And(a, b) | Expr::Or(a, b) => a.speaks_of(column) || b.speaks_of(column),
            Expr::Compare(_, a, b) | Expr::NullSafeEqual(a, b) => {
                is(a, column) && b.is_constant() || is(b, column) && a.is_constant()
            }
            Expr::Between { of, low, high, .. } => is(of, column) && (low.is_constant() || high.is_constant()),
            Expr::In { of, list, .. } => is(of, column) && list.iter().any(Expr::is_constant),
            Expr::Is { of, what: Is::Null, .. } => is(of, column),
            Expr::Like { of, pattern, negated: false, .. } => {
                let begins = |pattern: Vec<u8>| !matches!(pattern.first(), Some(b'%' | b'_'));
                is(of, column) && constant(pattern).and_then(|p| p.shown()).is_some_and(begins)
            }
            _ => false,
        }
    }

    /// Whether it is an equality: true for one value of the column at most.
    pub(crate) fn fixes(&self, column: usize) -> bool {
        match self {
            Expr::NullSafeEqual(a, b) => is(a, column) && b.is_constant() || is(b, column) && a.is_constant(),
            Expr::Is { of, what: Is::Null, negated: false } => is(of, column),
            Expr::Between { of, low, high, negated: false } => is(of, column) && are_one([&**low, &**high].into_iter()),
            other => other.equal_to(column).is_some(),
        }
    }

    /// Whether it compares the column with constants, so that it is true for one range of its values.
    pub(crate) fn bounds(&self, column: usize) -> bool {
        match self {
            Expr::Compare(op, ..) => *op != Comparison::Ne && self.speaks_of(column),
            Expr::Between { negated: false, low, high, .. } => {
                self.speaks_of(column) && low.is_constant() && high.is_constant()
            }
            _ => false,
        }
    }

    /// Whether a ref by the column has answered it. Not of text: the server asks it again.
    #[doc(alias = "test_if_ref")]
    pub(crate) fn is_answered_by(&self, column: usize, def: &ColumnDef) -> bool {
        !is_text(def) && self.equal_to(column).is_some()
    }

    /// The constant that it says the column equals.
    fn equal_to(&self, column: usize) -> Option<Value> {
        match self {
            Expr::Compare(Comparison::Eq, a, b) if is(a, column) => constant(b),
            Expr::Compare(Comparison::Eq, a, b) if is(b, column) => constant(a),
            Expr::In { of, list, negated: false } if is(of, column) && are_one(list.iter()) => constant(&list[0]),
            Expr::Or(a, b) => a.equal_to(column).filter(|value| b.equal_to(column).as_ref() == Some(value)),
            _ => None,
        }
    }
}
