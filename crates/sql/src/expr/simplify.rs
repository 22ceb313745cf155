//! Simplifies conditions before a row is read.
//!
//! ```text
//! not (a <> 5 or 1 = 0) and b is null         b NOT NULL
//! negated    a = 5 and not 1 = 0 and b is null
//! folded     a = 5 and 1 and b is null
//! reduced    0                                no row is read
//! ```
//!
//! RULES
//!
//! - **R1** Simplification is visible in errors: an expression that would fail on a row does not fail if the rest of
//!   the condition leaves no row to evaluate it on. So we simplify exactly what the server simplifies: `IS NULL` of an
//!   expression that cannot be NULL only in a SELECT, `IS NOT NULL` never.
//! - **R2** The result is true for the same rows.
//! - **R3** In an AND, parts that equate a column with a constant are evaluated first, which is visible in errors too.
//!
//! InnoDB's counterpart: `Item::neg_transformer`, `remove_eq_conds` in `sql/sql_select.cc`. Left out: equalities that
//! contradict each other (`b = 1 and b = 2` of a column that is in no key), constants beyond their column's type.

use super::eval_context::EvalContext;
use super::tree::{Arith, Comparison, Expr, Is};
use crate::types::Value;

impl Expr {
    /// NOT of the expression, pushed down into comparisons, so that the planner sees `a = 5` in `NOT a <> 5`. Two NOTs
    /// cancel out in a condition (`only_truth`); elsewhere they turn a number into 0 or 1.
    pub(crate) fn negated(self, only_truth: bool) -> Expr {
        let not = |of: Box<Expr>| Box::new(of.negated(only_truth));
        match self {
            Expr::Compare(op, a, b) => Expr::Compare(op.negated(), a, b),
            Expr::And(a, b) => Expr::Or(not(a), not(b)),
            Expr::Or(a, b) => Expr::And(not(a), not(b)),
            Expr::Is { of, what: Is::Null, negated } => Expr::Is { of, what: Is::Null, negated: !negated },
            Expr::In { of, list, negated } => Expr::In { of, list, negated: !negated },
            Expr::Between { of, low, high, negated } => Expr::Between { of, low, high, negated: !negated },
            Expr::Like { of, pattern, escape, negated } => Expr::Like { of, pattern, escape, negated: !negated },
            Expr::Not(of) if only_truth => *of,
            Expr::Not(of) => Expr::Compare(Comparison::Ne, of, Box::new(Expr::Const(Value::Int(0)))),
            other => Expr::Not(Box::new(other)),
        }
    }

    /// Removes constant parts from the ANDs and ORs of a condition. A condition that is never true becomes the constant
    /// 0, even if its other parts could fail. `nulls`: `IS NULL` of an expression that cannot be NULL counts as
    /// constant (R1).
    pub(crate) fn reduced(self, nulls: bool) -> Expr {
        let constant_truth = |e: &Expr| match e {
            Expr::Const(value) if value.string_bytes().is_none() => Some(value.is_true() == Some(true)),
            _ => None,
        };
        match self {
            Expr::And(a, b) => {
                let (a, b) = (a.reduced(nulls), b.reduced(nulls));
                match (constant_truth(&a), constant_truth(&b)) {
                    (Some(false), _) | (_, Some(false)) => Expr::Const(Value::Int(0)),
                    (Some(true), _) => b,
                    (_, Some(true)) => a,
                    // Equalities come first (R3).
                    _ if b.is_equality() && !a.is_equality() => Expr::And(Box::new(b), Box::new(a)),
                    _ => Expr::And(Box::new(a), Box::new(b)),
                }
            }
            Expr::Or(a, b) => {
                let (a, b) = (a.reduced(nulls), b.reduced(nulls));
                match (constant_truth(&a), constant_truth(&b)) {
                    (Some(true), _) | (_, Some(true)) => Expr::Const(Value::Int(1)),
                    (Some(false), _) => b,
                    (_, Some(false)) => a,
                    _ => Expr::Or(Box::new(a), Box::new(b)),
                }
            }
            Expr::Is { of, what: Is::Null, negated: false } if nulls && !of.can_be_null() => Expr::Const(Value::Int(0)),
            other => other,
        }
    }

    /// True if the expression is a constant that is true, so that it restricts nothing.
    pub(crate) fn is_always_true(&self) -> bool {
        matches!(self, Expr::Const(value) if value.string_bytes().is_none() && value.is_true() == Some(true))
    }

    /// True if the value may be NULL, or if that is not known.
    fn can_be_null(&self) -> bool {
        match self {
            Expr::Const(value) => value.is_null(),
            Expr::Column(column) => column.nullable,
            Expr::Neg(of) => of.can_be_null(),
            Expr::Arith(Arith::Add | Arith::Sub | Arith::Mul, a, b) => a.can_be_null() || b.can_be_null(),
            _ => true,
        }
    }

    /// Evaluates the constant subexpressions, not in strict mode. One that fails is left as it is.
    pub(crate) fn folded(mut self) -> Expr {
        self.fold();
        self
    }

    fn fold(&mut self) {
        if matches!(self, Expr::Const(_)) {
            return;
        }
        if self.is_constant()
            && let Ok(value) = self.eval(EvalContext::of_row(&[]))
        {
            *self = Expr::Const(value);
            return;
        }
        match self {
            Expr::Const(_) | Expr::Column(_) | Expr::Aggregate(_) => {}
            Expr::Neg(a) | Expr::Not(a) | Expr::Is { of: a, .. } => a.fold(),
            Expr::Arith(_, a, b)
            | Expr::Compare(_, a, b)
            | Expr::NullSafeEqual(a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Xor(a, b)
            | Expr::Like { of: a, pattern: b, .. } => {
                a.fold();
                b.fold();
            }
            Expr::Between { of, low, high, .. } => [of, low, high].into_iter().for_each(|e| e.fold()),
            Expr::In { of, list, .. } => {
                of.fold();
                list.iter_mut().for_each(Expr::fold);
            }
            Expr::Call(_, arguments) => arguments.iter_mut().for_each(Expr::fold),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::bind::Binder;
    use crate::context::BindContext;
    use crate::engine::ColumnDef;
    use crate::engine::ColumnType;
    use crate::engine::TableDef;
    use expect_test::{Expect, expect};
    use sqlparser::ast;

    /// Compares the simplified condition with `expected`. Column `b` may be NULL, `a` may not.
    fn check(nulls: bool, text: &str, expected: Expect) {
        let ty = ColumnType::Int { bytes: 4, unsigned: false };
        let column = |name: &str| ColumnDef::new(name, ty, name == "b");
        let def = TableDef {
            name: "t".into(),
            columns: vec![column("a"), column("b")],
            primary_key: vec![0],
            ..TableDef::default()
        };
        let context = BindContext::new("d", crate::engine::Options::default());
        let parsed = crate::parse::parse_statement(&format!("select 1 from t where {text}")).unwrap();
        let ast::Statement::Query(query) = parsed else { panic!() };
        let ast::SetExpr::Select(select) = *query.body else { panic!() };
        let bound = Binder::new(&context, Some((&def, "t"))).bind_where(select.selection.as_ref()).unwrap().unwrap();
        expected.assert_eq(&bound.reduced(nulls).to_string().replace("`d`.`t`.", ""));
    }

    #[test]
    fn not_is_pushed_down() {
        check(true, "not a <> 5", expect!["`a` = 5"]);
        check(true, "not (a < 2 or a >= 3 and b = 1)", expect!["`a` >= 2 and (`a` < 3 or `b` <> 1)"]);
        check(
            true,
            "not (a in (1, 2) and b between 3 and 4 or b is null)",
            expect!["(`a` not in (1,2) or `b` not between 3 and 4) and `b` is not null"],
        );
        check(true, "not not b", expect!["`b`"]);
        check(true, "not (b <=> 1 or b)", expect!["!`b` <=> 1 and !`b`"]);
    }

    #[test]
    fn a_condition_that_is_never_true_is_a_constant() {
        check(true, "a + b > 0 and null", expect!["0"]);
        check(true, "a + b > 0 or 1", expect!["1"]);
        check(true, "a + b > 0 and 1 = 1 or 2 < 1", expect!["`a` + `b` > 0"]);
        check(true, "a + b > 0 and 'abc'", expect!["`a` + `b` > 0 and 'abc'"]);
        check(true, "b > 0 and -a * 2 is null", expect!["0"]);
        check(false, "b > 0 and -a * 2 is null", expect!["`b` > 0 and -`a` * 2 is null"]);
        check(true, "b > 0 and a is not null", expect!["`b` > 0 and `a` is not null"]);
        check(
            true,
            "a > 0 and (a / 2 is null or a + b is null)",
            expect!["`a` > 0 and (`a` / 2 is null or `a` + `b` is null)"],
        );
        check(true, "not (a is not null)", expect!["0"]);
    }

    #[test]
    fn equalities_come_first_r3() {
        check(true, "b > 0 and a = 5", expect!["`a` = 5 and `b` > 0"]);
        check(true, "a = 5 and b = 6", expect!["`a` = 5 and `b` = 6"]);
        check(true, "b > 0 and a + 0 = 5", expect!["`b` > 0 and `a` + 0 = 5"]);
    }
}
