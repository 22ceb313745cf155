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
//! - **R4** In an AND of a SELECT, `a = 5` makes 5 of `a` in the other parts: `a = 5 and a > 7` is never true, and in
//!   `a = 5 and (a = 6 or b = 1)` an index on `b` is of use.
//!
//! InnoDB's counterpart: `Item::neg_transformer`, `build_equal_items`, `remove_eq_conds` in
//! `sql/sql_select.cc`. Left out: equalities of two columns, constants beyond their column's type.

use super::eval_context::EvalContext;
use super::tree::{Arith, Comparison, Expr, Is};
use crate::engine::ColumnType;
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
            Expr::RowCompare { op, left, right } => Expr::RowCompare { op: op.negated(), left, right },
            Expr::RowIn { of, list, negated } => Expr::RowIn { of, list, negated: !negated },
            Expr::Not(of) if only_truth => *of,
            Expr::Not(of) => Expr::Compare(Comparison::Ne, of, Box::new(Expr::Const(Value::Int(0)))),
            other => Expr::Not(Box::new(other)),
        }
    }

    /// Removes constant parts from the ANDs and ORs of a condition. A condition that is never true becomes the constant
    /// 0, even if its other parts could fail. `of_select`: `IS NULL` of an expression that cannot be NULL counts as
    /// constant (R1), and known values are replaced (R4).
    pub(crate) fn reduced(self, of_select: bool) -> Expr {
        let constant_truth = |e: &Expr| match e {
            Expr::Const(value) if value.string_bytes().is_none() => Some(value.is_true() == Some(true)),
            _ => None,
        };
        match self {
            Expr::And(..) => {
                let parts = self.into_conjuncts();
                let parts = if of_select { with_known_values(parts) } else { parts };
                let parts = parts.into_iter().map(|part| part.reduced(of_select));
                let parts: Vec<Expr> = parts.filter(|part| constant_truth(part) != Some(true)).collect();
                if parts.iter().any(|part| constant_truth(part) == Some(false)) {
                    return Expr::Const(Value::Int(0));
                }
                // Equalities come first (R3).
                let (mut first, mut rest): (Vec<_>, Vec<_>) = parts.into_iter().partition(Expr::is_equality);
                first.append(&mut rest);
                Expr::all_of(first).unwrap_or(Expr::Const(Value::Int(1)))
            }
            Expr::Or(a, b) => {
                let (a, b) = (a.reduced(of_select), b.reduced(of_select));
                match (constant_truth(&a), constant_truth(&b)) {
                    (Some(true), _) | (_, Some(true)) => Expr::Const(Value::Int(1)),
                    (Some(false), _) => b,
                    (_, Some(false)) => a,
                    _ => Expr::Or(Box::new(a), Box::new(b)),
                }
            }
            Expr::Is { of, what: Is::Null, negated: false } if of_select && !of.can_be_null() => {
                Expr::Const(Value::Int(0))
            }
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
        self.for_each_operand(&mut Expr::fold);
    }

    /// Replaces a column by its value.
    fn replace(&mut self, column: usize, value: &Value) {
        match self {
            Expr::Column(found) if found.index == column => *self = Expr::Const(value.clone()),
            _ => self.for_each_operand(&mut |operand| operand.replace(column, value)),
        }
    }

    /// Calls `change` with each operand.
    fn for_each_operand(&mut self, change: &mut dyn FnMut(&mut Expr)) {
        match self {
            Expr::Const(_) | Expr::Column(_) | Expr::Aggregate(_) => {}
            Expr::Neg(a) | Expr::Not(a) | Expr::Is { of: a, .. } | Expr::LastInsertId(a, _) => change(a),
            Expr::Arith(_, a, b)
            | Expr::Compare(_, a, b)
            | Expr::NullSafeEqual(a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Xor(a, b)
            | Expr::Like { of: a, pattern: b, .. }
            | Expr::Regexp { of: a, pattern: b, .. } => {
                change(a);
                change(b);
            }
            Expr::Between { of, low, high, .. } => [of, low, high].into_iter().for_each(|e| change(e)),
            Expr::In { of, list, .. } => {
                change(of);
                list.iter_mut().for_each(change);
            }
            Expr::RowCompare { left, right, .. } => left.iter_mut().chain(right).for_each(change),
            Expr::RowIn { of, list, .. } => of.iter_mut().chain(list.iter_mut().flatten()).for_each(change),
            Expr::Call(_, arguments) => arguments.iter_mut().for_each(change),
        }
    }

    /// The column and the constant, if it equates the two and is true for this one value alone: a whole number, or a
    /// text that is compared byte by byte.
    fn known_value(&self) -> Option<(usize, Value)> {
        let Expr::Compare(Comparison::Eq, a, b) = self else { return None };
        let ((Expr::Column(column), Expr::Const(value)) | (Expr::Const(value), Expr::Column(column))) = (&**a, &**b)
        else {
            return None;
        };
        let is_exact = matches!(
            (column.ty, value),
            (ColumnType::Int { .. }, Value::Int(_)) | (ColumnType::VarChar { .. }, Value::Text(_))
        );
        is_exact.then(|| (column.index, value.clone()))
    }
}

/// Returns the parts of an AND with the columns that one of them equates with a constant replaced in the others, at
/// every depth (R4).
#[doc(alias = "propagate_cond_constants")]
fn with_known_values(mut parts: Vec<Expr>) -> Vec<Expr> {
    for at in 0..parts.len() {
        let Some((column, value)) = parts[at].known_value() else { continue };
        for (other, part) in parts.iter_mut().enumerate() {
            if other != at && part.columns().contains(&column) {
                part.replace(column, &value);
                part.fold();
            }
        }
    }
    parts
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
    fn check(of_select: bool, text: &str, expected: Expect) {
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
        expected.assert_eq(&bound.reduced(of_select).to_string().replace("`d`.`t`.", ""));
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
    fn a_known_value_replaces_its_column_r4() {
        check(true, "a = 5 and a > 7", expect!["0"]);
        check(true, "a = 5 and a > 4", expect!["`a` = 5"]);
        check(true, "a = 5 and (a = 6 or b = 1)", expect!["`a` = 5 and `b` = 1"]);
        check(true, "b = a + 1 and a = 5", expect!["`b` = 6 and `a` = 5"]);
        check(true, "a = 5 or a = 6", expect!["`a` = 5 or `a` = 6"]);
        check(true, "a = 5 and b = 'x'", expect!["`a` = 5 and `b` = 'x'"]);
        check(true, "a = '5' and a > 7", expect!["`a` = '5' and `a` > 7"]);
        check(false, "a = 5 and a > 7", expect!["`a` = 5 and `a` > 7"]);
    }

    #[test]
    fn equalities_come_first_r3() {
        check(true, "b > 0 and a = 5", expect!["`a` = 5 and `b` > 0"]);
        check(true, "a = 5 and b = 6", expect!["`a` = 5 and `b` = 6"]);
        check(true, "b > 0 and a + 0 = 5", expect!["`b` > 0 and `a` + 0 = 5"]);
    }
}
