//! The tree of an expression whose names are resolved, and how to walk it. `eval` evaluates it, `print` prints it.
//!
//! ```text
//! (a - 5) * 2 > id          Compare(Gt)
//!                           ├─ Arith(Mul) ── Arith(Sub) ── Column a, Const 5
//!                           │             └─ Const 2
//!                           └─ Column id
//! ```
//!
//! InnoDB's counterpart: `Item`, `Item::walk`.

use crate::context::GivenId;
use crate::engine::ColumnType;
use crate::function::Function;
use crate::parse::balanced;
use crate::types::Value;
use regex::bytes::Regex;
use std::cmp::Ordering;

/// `+ - * / DIV %`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arith {
    Add,
    Sub,
    Mul,
    Div,
    IntDiv,
    Mod,
}

/// The comparison operators that are unknown if an operand is NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

impl Comparison {
    /// True if operands with this ordering fulfil the comparison.
    pub(crate) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Comparison::Eq => ordering.is_eq(),
            Comparison::Ne => ordering.is_ne(),
            Comparison::Lt => ordering.is_lt(),
            Comparison::Le => ordering.is_le(),
            Comparison::Gt => ordering.is_gt(),
            Comparison::Ge => ordering.is_ge(),
        }
    }

    /// The operator as it is written.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Comparison::Eq => "=",
            Comparison::Ne => "<>",
            Comparison::Lt => "<",
            Comparison::Le => "<=",
            Comparison::Gt => ">",
            Comparison::Ge => ">=",
        }
    }

    /// The comparison with its operands swapped: `5 < a` is `a > 5`.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Comparison::Lt => Comparison::Gt,
            Comparison::Le => Comparison::Ge,
            Comparison::Gt => Comparison::Lt,
            Comparison::Ge => Comparison::Le,
            same => same,
        }
    }

    /// The comparison that is true exactly if this one is false.
    pub(crate) fn negated(self) -> Self {
        match self {
            Comparison::Eq => Comparison::Ne,
            Comparison::Ne => Comparison::Eq,
            Comparison::Lt => Comparison::Ge,
            Comparison::Le => Comparison::Gt,
            Comparison::Gt => Comparison::Le,
            Comparison::Ge => Comparison::Lt,
        }
    }
}

/// The right side of `IS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Is {
    Null,
    True,
    False,
}

/// A column of the statement's table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Index in the row.
    pub(crate) index: usize,
    /// Type of its values.
    pub(crate) ty: ColumnType,
    /// True if it may be NULL.
    pub(crate) nullable: bool,
    /// Its name in errors: database, table and column, quoted.
    pub(crate) shown: String,
}

/// An expression.
///
/// | methods                                                            | file                              |
/// |--------------------------------------------------------------------|-----------------------------------|
/// | `visit`, `columns`, `conjuncts`, `is_constant`, …: its structure   | here                              |
/// | `eval`, `eval_truth`, `holds`, `is_never_true`: its value on a row | `eval`                            |
/// | `negated`, `reduced`, `folded`: simplified before a row is read    | `simplify`                        |
/// | `Display`                                                          | `print`                           |
/// | which index a condition can use                                    | `sargable` of [`crate::optimize`] |
#[derive(Debug, Clone)]
pub(crate) enum Expr {
    Const(Value),
    Column(Column),
    Neg(Box<Expr>),
    Not(Box<Expr>),
    Arith(Arith, Box<Expr>, Box<Expr>),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    NullSafeEqual(Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Xor(Box<Expr>, Box<Expr>),
    Is {
        of: Box<Expr>,
        what: Is,
        negated: bool,
    },
    In {
        of: Box<Expr>,
        list: Vec<Expr>,
        negated: bool,
    },
    Between {
        of: Box<Expr>,
        low: Box<Expr>,
        high: Box<Expr>,
        negated: bool,
    },
    Like {
        of: Box<Expr>,
        pattern: Box<Expr>,
        escape: Option<char>,
        negated: bool,
    },
    Regexp {
        of: Box<Expr>,
        pattern: Box<Expr>,
        /// Of a pattern that is a literal.
        regex: Option<Regex>,
    },
    /// A comparison of rows of the same length, other than `=`.
    RowCompare {
        op: Comparison,
        left: Vec<Expr>,
        right: Vec<Expr>,
    },
    /// IN of a row in a list of rows of its length.
    RowIn {
        of: Vec<Expr>,
        list: Vec<Vec<Expr>>,
        negated: bool,
    },
    /// LAST_INSERT_ID(expression): the value, which becomes the session's.
    LastInsertId(Box<Expr>, GivenId),
    Call(&'static Function, Vec<Expr>),
    /// The result of the n-th aggregate of the statement, counted from 0.
    Aggregate(usize),
}

impl Expr {
    /// True if the expression contains no column, no aggregate and no effect, so that its value is the same for every
    /// row.
    pub(crate) fn is_constant(&self) -> bool {
        let mut constant = true;
        self.visit(&mut |e| constant &= !matches!(e, Expr::Column(_) | Expr::Aggregate(_) | Expr::LastInsertId(..)));
        constant
    }

    /// True if an aggregate is in the expression.
    pub(crate) fn has_aggregates(&self) -> bool {
        let mut found = false;
        self.visit(&mut |e| found |= matches!(e, Expr::Aggregate(_)));
        found
    }

    /// The operands of its outermost ANDs; the expression itself if it is not an AND.
    pub(crate) fn conjuncts(&self) -> Vec<&Expr> {
        match self {
            Expr::And(a, b) => [a.conjuncts(), b.conjuncts()].concat(),
            other => vec![other],
        }
    }

    /// The operands of its outermost ORs; the expression itself if it is not an OR.
    pub(crate) fn disjuncts(&self) -> Vec<&Expr> {
        match self {
            Expr::Or(a, b) => [a.disjuncts(), b.disjuncts()].concat(),
            other => vec![other],
        }
    }

    /// As [`Expr::conjuncts`], by value.
    pub(crate) fn into_conjuncts(self) -> Vec<Expr> {
        match self {
            Expr::And(a, b) => {
                let mut parts = a.into_conjuncts();
                parts.append(&mut b.into_conjuncts());
                parts
            }
            other => vec![other],
        }
    }

    /// The AND of these parts, the inverse of [`Expr::into_conjuncts`]; `None` if there are no parts.
    pub(crate) fn all_of(parts: Vec<Expr>) -> Option<Expr> {
        balanced(parts, |a, b| Expr::And(Box::new(a), Box::new(b)))
    }

    /// The OR of these parts; `None` if there are no parts.
    pub(crate) fn any_of(parts: Vec<Expr>) -> Option<Expr> {
        balanced(parts, |a, b| Expr::Or(Box::new(a), Box::new(b)))
    }

    /// The columns in the expression, as indexes in the row, once for each occurrence.
    pub(crate) fn columns(&self) -> Vec<usize> {
        let mut columns = Vec::new();
        self.visit(&mut |e| columns.extend(if let Expr::Column(c) = e { Some(c.index) } else { None }));
        columns
    }

    /// True if both expressions are the same column.
    pub(crate) fn is_column_of(&self, other: &Expr) -> bool {
        matches!((self, other), (Expr::Column(a), Expr::Column(b)) if a.index == b.index)
    }

    /// True if the expression equates a column with a constant.
    pub(crate) fn is_equality(&self) -> bool {
        match self {
            Expr::Compare(Comparison::Eq, a, b) => match (&**a, &**b) {
                (Expr::Column(_), constant) | (constant, Expr::Column(_)) => constant.is_constant(),
                _ => false,
            },
            _ => false,
        }
    }

    /// Calls `seen` with this expression and all its subexpressions, parents first.
    pub(crate) fn visit(&self, seen: &mut impl FnMut(&Expr)) {
        seen(self);
        match self {
            Expr::Const(_) | Expr::Column(_) | Expr::Aggregate(_) => {}
            Expr::Neg(a) | Expr::Not(a) | Expr::Is { of: a, .. } | Expr::LastInsertId(a, _) => a.visit(seen),
            Expr::Arith(_, a, b)
            | Expr::Compare(_, a, b)
            | Expr::NullSafeEqual(a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Xor(a, b)
            | Expr::Like { of: a, pattern: b, .. }
            | Expr::Regexp { of: a, pattern: b, .. } => {
                a.visit(seen);
                b.visit(seen);
            }
            Expr::Between { of, low, high, .. } => [of, low, high].into_iter().for_each(|e| e.visit(seen)),
            Expr::In { of, list, .. } => {
                of.visit(seen);
                list.iter().for_each(|e| e.visit(seen));
            }
            Expr::RowCompare { left, right, .. } => left.iter().chain(right).for_each(|e| e.visit(seen)),
            Expr::RowIn { of, list, .. } => of.iter().chain(list.iter().flatten()).for_each(|e| e.visit(seen)),
            Expr::Call(_, arguments) => arguments.iter().for_each(|e| e.visit(seen)),
        }
    }
}
