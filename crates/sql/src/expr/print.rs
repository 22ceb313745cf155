//! Prints expressions as the server does in error 1690: full names, parentheses only where they are needed.
//!
//! InnoDB's counterpart: `Item::print`.

use super::tree::{Arith, Expr, Is};
use crate::types::Value;
use std::fmt;

/// The precedence of an expression's outermost operator; a greater one binds more tightly.
fn binding(expr: &Expr) -> u8 {
    match expr {
        Expr::Or(..) => 1,
        Expr::Xor(..) => 2,
        Expr::And(..) => 3,
        Expr::Not(..) => 4,
        Expr::Compare(..) | Expr::NullSafeEqual(..) | Expr::Is { .. } | Expr::In { .. } | Expr::Like { .. } => 5,
        Expr::Between { .. } | Expr::Regexp { .. } | Expr::RowCompare { .. } | Expr::RowIn { .. } => 5,
        Expr::Arith(Arith::Add | Arith::Sub, ..) => 6,
        Expr::Arith(..) => 7,
        Expr::Neg(..) => 8,
        Expr::Const(_) | Expr::Column(_) | Expr::Call(..) | Expr::LastInsertId(..) | Expr::Aggregate(_) => 9,
    }
}

/// An expression, in parentheses if its precedence is less than the given one.
struct Within<'a>(&'a Expr, u8);

impl fmt::Display for Within<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if binding(self.0) < self.1 { write!(f, "({})", self.0) } else { write!(f, "{}", self.0) }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let own = binding(self);
        let not = |negated: &bool| if *negated { "not " } else { "" };
        let infix = |f: &mut fmt::Formatter<'_>, a, op, b| write!(f, "{} {op} {}", Within(a, own), Within(b, own + 1));
        match self {
            Expr::Const(value) => show_constant(value, f),
            Expr::Column(column) => f.write_str(&column.shown),
            Expr::Aggregate(_) => f.write_str("<aggregate>"),
            Expr::Neg(of) => write!(f, "-{}", Within(of, own)),
            Expr::Not(of) => write!(f, "!{}", Within(of, own)),
            Expr::Arith(op, a, b) => {
                let sign = match op {
                    Arith::Add => "+",
                    Arith::Sub => "-",
                    Arith::Mul => "*",
                    Arith::Div => "/",
                    Arith::IntDiv => "DIV",
                    Arith::Mod => "MOD",
                };
                infix(f, a, sign, b)
            }
            Expr::Compare(op, a, b) => infix(f, a, op.sign(), b),
            Expr::NullSafeEqual(a, b) => infix(f, a, "<=>", b),
            // Associative, so no parentheses show how the chain is nested.
            Expr::And(a, b) => write!(f, "{} and {}", Within(a, own), Within(b, own)),
            Expr::Or(a, b) => write!(f, "{} or {}", Within(a, own), Within(b, own)),
            Expr::Xor(a, b) => infix(f, a, "xor", b),
            Expr::Is { of, what, negated } => {
                let what = match what {
                    Is::Null => "null",
                    Is::True => "true",
                    Is::False => "false",
                };
                write!(f, "{} is {}{what}", Within(of, own), not(negated))
            }
            Expr::In { of, list, negated } => write!(f, "{} {}in ({})", Within(of, own), not(negated), listed(list)),
            Expr::Between { of, low, high, negated } => {
                write!(f, "{} {}between {low} and {high}", Within(of, own), not(negated))
            }
            Expr::Like { of, pattern, negated, .. } => write!(f, "{} {}like {pattern}", Within(of, own), not(negated)),
            Expr::Regexp { of, pattern, .. } => write!(f, "{} regexp {pattern}", Within(of, own)),
            Expr::RowCompare { op, left, right } => {
                write!(f, "({}) {} ({})", listed(left), op.sign(), listed(right))
            }
            Expr::RowIn { of, list, negated } => {
                let rows: Vec<_> = list.iter().map(|row| format!("({})", listed(row))).collect();
                write!(f, "({}) {}in ({})", listed(of), not(negated), rows.join(","))
            }
            Expr::LastInsertId(of, _) => write!(f, "last_insert_id({of})"),
            Expr::Call(function, arguments) => write!(f, "{}({})", function.name, listed(arguments)),
        }
    }
}

fn listed(list: &[Expr]) -> String {
    list.iter().map(Expr::to_string).collect::<Vec<_>>().join(",")
}

fn show_constant(value: &Value, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Value::Text(text) => write!(f, "'{text}'"),
        Value::Bytes(bytes) | Value::Hex(bytes) => {
            f.write_str("0x")?;
            bytes.iter().try_for_each(|b| write!(f, "{b:02x}"))
        }
        Value::DateTime(datetime) => write!(f, "TIMESTAMP'{datetime}'"),
        Value::Date(date) => write!(f, "DATE'{date}'"),
        number => {
            f.write_str(&number.shown().map_or("NULL".into(), |shown| String::from_utf8_lossy(&shown).into_owned()))
        }
    }
}
