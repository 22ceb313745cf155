//! Expressions whose names are resolved: evaluated on a row, printed as the server prints them in errors.
//!
//! ```text
//! (a - 5) * 2 > id          Compare(Gt)
//!                           ├─ Arith(Mul) ── Arith(Sub) ── Column a, Const 5
//!                           │             └─ Const 2
//!                           └─ Column id
//! ```
//!
//! RULES
//!
//! - **R1** Logic has three values. AND is false and OR is true as soon as one side says so, even if the other is NULL; the right side is
//!   then not evaluated. Nor is that of a comparison or of `/` if the left one is NULL: it could fail.
//! - **R2** Integer arithmetic is exact: a result beyond 64 bits is error 1690. It is unsigned if one side is (of `%`: if the left one is).
//! - **R3** Division by zero is NULL; in a strict statement ([`Context::strict`]) it is error 1365.
//! - **R4** Text in arithmetic is a double. In a strict statement text that has to be a number and is none is error 1292, which calls the
//!   number DECIMAL beside an integer, DOUBLE elsewhere.
//!
//! InnoDB's counterpart: `sql/item_func.cc`, `sql/item_cmpfunc.cc`.

use crate::decimal::Decimal;
use crate::error::{SqlError, shown_string};
use crate::function::Function;
use crate::like::{like, like_binary};
use crate::value::{Number, Value, compare, leading_number};
use innolab_engine::Datum;
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

/// The comparisons that know NULL as unknown.
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
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Comparison::Eq => ordering.is_eq(),
            Comparison::Ne => ordering.is_ne(),
            Comparison::Lt => ordering.is_lt(),
            Comparison::Le => ordering.is_le(),
            Comparison::Gt => ordering.is_gt(),
            Comparison::Ge => ordering.is_ge(),
        }
    }

    /// The same with its sides swapped: `5 < a` is `a > 5`.
    pub(crate) fn mirrored(self) -> Self {
        match self {
            Comparison::Lt => Comparison::Gt,
            Comparison::Le => Comparison::Ge,
            Comparison::Gt => Comparison::Lt,
            Comparison::Ge => Comparison::Le,
            same => same,
        }
    }

    /// What holds exactly if this does not, NULLs aside.
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

/// What `IS` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Is {
    Null,
    True,
    False,
}

/// A column of the statement's table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Its place in a row.
    pub(crate) index: usize,
    /// Whether its bytes are not text.
    pub(crate) binary: bool,
    /// Whether NULL can be in it.
    pub(crate) nullable: bool,
    /// With database and table, quoted, as errors name it.
    pub(crate) shown: String,
}

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
    Call(Function, Vec<Expr>),
    /// The result of the n-th aggregate of the statement.
    Aggregate(usize),
}

/// What an expression is evaluated on.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) row: &'a [Datum],
    pub(crate) aggregates: &'a [Value],
    /// R3 and R4 have errors: in INSERT and UPDATE, their conditions too. (Not in DELETE; the server's default `sql_mode` is like that.)
    pub(crate) strict: bool,
}

impl<'a> Context<'a> {
    pub(crate) fn of_row(row: &'a [Datum]) -> Self {
        Context { row, aggregates: &[], strict: false }
    }
}

impl Expr {
    /// The value on a row. ERRORS: 1690, and if strict 1365 and 1292.
    pub(crate) fn eval(&self, cx: Context<'_>) -> Result<Value, SqlError> {
        Ok(match self {
            Expr::Const(value) => value.clone(),
            Expr::Column(column) => match cx.row.get(column.index) {
                Some(datum) => Value::from_datum(datum, column.binary),
                // The row of an aggregate over nothing.
                None => Value::Null,
            },
            Expr::Aggregate(n) => cx.aggregates[*n].clone(),
            Expr::Neg(of) => self.negate(of.eval(cx)?, cx)?,
            Expr::Arith(Arith::Div, a, b) => match a.eval(cx)? {
                Value::Null => Value::Null,
                a => self.arithmetic(Arith::Div, a, b.eval(cx)?, cx)?,
            },
            Expr::Arith(op, a, b) => self.arithmetic(*op, a.eval(cx)?, b.eval(cx)?, cx)?,
            Expr::Call(function, arguments) => {
                let values = arguments.iter().map(|a| a.eval(cx)).collect::<Result<Vec<_>, _>>()?;
                function
                    .call(checked(*function, values, cx)?)
                    .map_err(|kind| SqlError::value_out_of_range(kind, self))?
            }
            logic => Value::truth(logic.eval_truth(cx)?),
        })
    }

    /// The truth of the expression on a row; `None` is unknown.
    pub(crate) fn eval_truth(&self, cx: Context<'_>) -> Result<Option<bool>, SqlError> {
        Ok(match self {
            Expr::Not(of) => of.eval_truth(cx)?.map(|t| !t),
            Expr::Compare(op, a, b) => match a.eval(cx)? {
                Value::Null => None,
                a => compared(&a, &b.eval(cx)?, cx)?.map(|o| op.holds(o)),
            },
            Expr::NullSafeEqual(a, b) => {
                let (a, b) = (a.eval(cx)?, b.eval(cx)?);
                Some(compared(&a, &b, cx)?.map_or(a.is_null() && b.is_null(), Ordering::is_eq))
            }
            Expr::And(a, b) => match a.eval_truth(cx)? {
                Some(false) => Some(false),
                left => and(left, b.eval_truth(cx)?),
            },
            Expr::Or(a, b) => match a.eval_truth(cx)? {
                Some(true) => Some(true),
                left => not(and(not(left), not(b.eval_truth(cx)?))),
            },
            Expr::Xor(a, b) => match (a.eval_truth(cx)?, b.eval_truth(cx)?) {
                (Some(a), Some(b)) => Some(a != b),
                _ => None,
            },
            Expr::Is { of, what, negated } => {
                let holds = match what {
                    Is::Null => of.eval(cx)?.is_null(),
                    Is::True => of.eval_whether(cx)? == Some(true),
                    Is::False => of.eval_whether(cx)? == Some(false),
                };
                Some(holds != *negated)
            }
            Expr::In { of, list, negated } => in_list(&of.eval(cx)?, list, cx)?.map(|t| t != *negated),
            Expr::Between { of, low, high, negated } => {
                let of = of.eval(cx)?;
                if of.is_null() {
                    return Ok(None);
                }
                let (low, high) = (low.eval(cx)?, high.eval(cx)?);
                // One number among the three makes all of them numbers.
                let numbers = [&of, &low, &high].into_iter().any(|v| v.string_bytes().is_none() && !v.is_null());
                let as_numbers = |v: Value| match (numbers, v.string_bytes()) {
                    (true, Some(bytes)) if of.string_bytes().is_some() => Value::Double(leading_number(bytes).0),
                    _ => v,
                };
                let (low, high) = (as_numbers(low), as_numbers(high));
                let (above, below) = (compared(&of, &low, cx)?, compared(&of, &high, cx)?);
                let within = and(above.map(Ordering::is_ge), below.map(Ordering::is_le));
                within.map(|t| t != *negated)
            }
            Expr::Like { of, pattern, escape, negated } => {
                let (of, pattern) = (of.eval(cx)?, pattern.eval(cx)?);
                let binary = [&of, &pattern].into_iter().any(|v| matches!(v, Value::Bytes(_)));
                let like = if binary { like_binary } else { like };
                match (of.shown(), pattern.shown()) {
                    (Some(of), Some(pattern)) => Some(like(&of, &pattern, *escape) != *negated),
                    _ => None,
                }
            }
            Expr::Column(_) => truth(&self.eval(cx)?, "DECIMAL", cx)?,
            value => truth(&value.eval(cx)?, "DOUBLE", cx)?,
        })
    }

    /// Whether a row fulfils the condition. Unlike elsewhere (R1) a NULL on the left of its outermost ANDs is enough to say no.
    pub(crate) fn holds(&self, cx: Context<'_>) -> Result<bool, SqlError> {
        match self {
            Expr::And(a, b) => Ok(a.holds(cx)? && b.holds(cx)?),
            other => Ok(other.eval_truth(cx)? == Some(true)),
        }
    }

    /// The truth that IS TRUE asks for.
    fn eval_whether(&self, cx: Context<'_>) -> Result<Option<bool>, SqlError> {
        match self {
            Expr::Column(_) => truth(&self.eval(cx)?, "DOUBLE", cx),
            other => other.eval_truth(cx),
        }
    }

    /// Whether it is the same for every row.
    pub(crate) fn is_constant(&self) -> bool {
        let mut constant = true;
        self.visit(&mut |e| constant &= !matches!(e, Expr::Column(_) | Expr::Aggregate(_)));
        constant
    }

    /// Whether it is known to be true for no row.
    pub(crate) fn is_never_true(&self) -> bool {
        self.is_constant() && crate::interval::intervals_of_constant(self).is_some()
    }

    /// The parts of its outermost ANDs.
    pub(crate) fn conjuncts(&self) -> Vec<&Expr> {
        match self {
            Expr::And(a, b) => [a.conjuncts(), b.conjuncts()].concat(),
            other => vec![other],
        }
    }

    /// The columns in it, by their place in a row.
    pub(crate) fn columns(&self) -> Vec<usize> {
        let mut columns = Vec::new();
        self.visit(&mut |e| columns.extend(if let Expr::Column(c) = e { Some(c.index) } else { None }));
        columns
    }

    /// Whether it says that this column is equal to a constant.
    pub(crate) fn is_equality_of(&self, column: usize) -> bool {
        let is_column = |e: &Expr| matches!(e, Expr::Column(c) if c.index == column);
        match self {
            Expr::Compare(Comparison::Eq, a, b) | Expr::NullSafeEqual(a, b) => {
                is_column(a) && b.is_constant() || is_column(b) && a.is_constant()
            }
            _ => false,
        }
    }

    /// Shows `seen` this expression and all below it.
    pub(crate) fn visit(&self, seen: &mut impl FnMut(&Expr)) {
        seen(self);
        match self {
            Expr::Const(_) | Expr::Column(_) | Expr::Aggregate(_) => {}
            Expr::Neg(a) | Expr::Not(a) | Expr::Is { of: a, .. } => a.visit(seen),
            Expr::Arith(_, a, b)
            | Expr::Compare(_, a, b)
            | Expr::NullSafeEqual(a, b)
            | Expr::And(a, b)
            | Expr::Or(a, b)
            | Expr::Xor(a, b)
            | Expr::Like { of: a, pattern: b, .. } => {
                a.visit(seen);
                b.visit(seen);
            }
            Expr::Between { of, low, high, .. } => [of, low, high].into_iter().for_each(|e| e.visit(seen)),
            Expr::In { of, list, .. } => {
                of.visit(seen);
                list.iter().for_each(|e| e.visit(seen));
            }
            Expr::Call(_, arguments) => arguments.iter().for_each(|e| e.visit(seen)),
        }
    }

    fn negate(&self, value: Value, cx: Context<'_>) -> Result<Value, SqlError> {
        Ok(match operand(&value, "DOUBLE", cx)? {
            None => Value::Null,
            Some(Number::Int { value, .. }) => self.integer(-value, false)?,
            Some(Number::Decimal(d)) => Value::Decimal(d.checked_neg().ok_or_else(|| self.out_of_range("DECIMAL"))?),
            Some(Number::Double(d)) => Value::Double(-d),
        })
    }

    fn arithmetic(&self, op: Arith, a: Value, b: Value, cx: Context<'_>) -> Result<Value, SqlError> {
        let kind = if op == Arith::IntDiv { "DECIMAL" } else { "DOUBLE" };
        let (Some(a), Some(b)) = (operand(&a, kind, cx)?, operand(&b, kind, cx)?) else { return Ok(Value::Null) };
        if matches!(op, Arith::Div | Arith::IntDiv | Arith::Mod) && b.to_f64() == 0.0 {
            return if cx.strict { Err(SqlError::division_by_zero()) } else { Ok(Value::Null) };
        }
        match (a, b) {
            (Number::Int { value: a, unsigned: ua }, Number::Int { value: b, unsigned: ub }) if op != Arith::Div => {
                match op {
                    Arith::Add => self.integer(a + b, ua || ub),
                    Arith::Sub => self.integer(a - b, ua || ub),
                    Arith::Mul => self.integer(a.saturating_mul(b), ua || ub),
                    Arith::IntDiv => self.integer(a / b, ua || ub),
                    Arith::Mod | Arith::Div => self.integer(a % b, ua),
                }
            }
            (a, b) => match (a.to_decimal(), b.to_decimal()) {
                (Some(a), Some(b)) => self.decimals(op, a, b),
                _ => self.doubles(op, a.to_f64(), b.to_f64()),
            },
        }
    }

    fn decimals(&self, op: Arith, a: Decimal, b: Decimal) -> Result<Value, SqlError> {
        let result = match op {
            Arith::Add => a.checked_add(b),
            Arith::Sub => a.checked_sub(b),
            Arith::Mul => a.checked_mul(b),
            Arith::Div => a.checked_div(b),
            Arith::Mod => a.checked_rem(b),
            Arith::IntDiv => {
                let quotient = a.div_int(b).ok_or_else(|| self.out_of_range("BIGINT"))?;
                return self.integer(quotient, false);
            }
        };
        result.map(Value::Decimal).ok_or_else(|| self.out_of_range("DECIMAL"))
    }

    fn doubles(&self, op: Arith, a: f64, b: f64) -> Result<Value, SqlError> {
        let result = match op {
            Arith::Add => a + b,
            Arith::Sub => a - b,
            Arith::Mul => a * b,
            Arith::Div => a / b,
            Arith::Mod => a % b,
            // Beyond i128 the cast saturates, which is out of range all the same.
            Arith::IntDiv => return self.integer((a / b).trunc() as i128, false),
        };
        if result.is_finite() { Ok(Value::Double(result)) } else { Err(self.out_of_range("DOUBLE")) }
    }

    /// R2.
    fn integer(&self, value: i128, unsigned: bool) -> Result<Value, SqlError> {
        if unsigned {
            u64::try_from(value).map(Value::UInt).map_err(|_| self.out_of_range("BIGINT UNSIGNED"))
        } else {
            i64::try_from(value).map(Value::Int).map_err(|_| self.out_of_range("BIGINT"))
        }
    }

    fn out_of_range(&self, kind: &str) -> SqlError {
        SqlError::value_out_of_range(kind, self)
    }
}

/// A side of an operator as a number, called `kind` if it is none (R4).
fn operand(value: &Value, kind: &str, cx: Context<'_>) -> Result<Option<Number>, SqlError> {
    check_number(value, kind, cx)?;
    Ok(value.number())
}

fn truth(value: &Value, kind: &str, cx: Context<'_>) -> Result<Option<bool>, SqlError> {
    check_number(value, kind, cx)?;
    Ok(value.is_true())
}

/// How two values compare; text beside a number has to be one (R4).
fn compared(a: &Value, b: &Value, cx: Context<'_>) -> Result<Option<Ordering>, SqlError> {
    if cx.strict {
        let kind = |other: &Value| if matches!(other, Value::Int(_) | Value::UInt(_)) { "DECIMAL" } else { "DOUBLE" };
        let is_number = |value: &Value| value.string_bytes().is_none() && !value.is_null();
        for (value, other) in [(a, b), (b, a)] {
            if is_number(other) {
                check_number(value, kind(other), cx)?;
            }
        }
    }
    Ok(compare(a, b))
}

fn check_number(value: &Value, kind: &str, cx: Context<'_>) -> Result<(), SqlError> {
    match value.string_bytes() {
        Some(bytes) if cx.strict && !leading_number(bytes).1 => {
            Err(SqlError::truncated_value(kind, shown_string(bytes, matches!(value, Value::Bytes(_)))))
        }
        _ => Ok(()),
    }
}

/// R1.
fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn not(a: Option<bool>) -> Option<bool> {
    a.map(|t| !t)
}

/// The values of a call; a function of numbers wants numbers (R4).
fn checked(function: Function, values: Vec<Value>, cx: Context<'_>) -> Result<Vec<Value>, SqlError> {
    if function == Function::Abs {
        values.iter().try_for_each(|value| check_number(value, "DOUBLE", cx))?;
    }
    Ok(values)
}

fn in_list(of: &Value, list: &[Expr], cx: Context<'_>) -> Result<Option<bool>, SqlError> {
    let mut unknown = false;
    for item in list {
        match compared(of, &item.eval(cx)?, cx)? {
            Some(Ordering::Equal) => return Ok(Some(true)),
            Some(_) => {}
            None => unknown = true,
        }
    }
    Ok(if unknown { None } else { Some(false) })
}
