//! Binds comparisons of rows. The rules are those of [`super::row`].
//!
//! ```text
//! (a, b) = (1, 2)              a = 1 and b = 2
//! (a, b) <=> (1, 2)            (a <=> 1 and b <=> 2) is true
//! (a, b) < (1, 2)              RowCompare
//! (a, b) in ((1, 2), (3, 4))   RowIn
//! (a, b) in ((1, 2))           (a, b) = (1, 2)
//! ```
//!
//! The server's counterpart: `Item_row::fix_fields`, `Type_handler_row`.

use super::bind::Binder;
use super::row::{is_row, pairs};
use super::tree::{Comparison, Expr, Is};
use crate::answer::SqlError;
use crate::engine::ColumnType;
use crate::types::Value;
use sqlparser::ast::{self, BinaryOperator as Op};

impl Binder<'_> {
    /// A comparison with a row on one side. ERRORS: 1241; 4078 if the other side is no row, or for another operator.
    pub(super) fn row_comparison(&mut self, a: &ast::Expr, op: &Op, b: &ast::Expr) -> Result<Expr, SqlError> {
        let op = match op {
            Op::Eq => return self.equal_rows(a, b),
            Op::Spaceship => {
                let bound = self.row_sides(a, "<=>", b)?;
                let equal = bound.into_iter().map(|(a, b)| Expr::NullSafeEqual(Box::new(a), Box::new(b)));
                // Never unknown, so IS TRUE only keeps the planner from using it (R2).
                let of = Box::new(Expr::all_of(equal.collect()).unwrap_or(Expr::Const(Value::Int(1))));
                return Ok(Expr::Is { of, what: Is::True, negated: false });
            }
            Op::NotEq => Comparison::Ne,
            Op::Lt => Comparison::Lt,
            Op::LtEq => Comparison::Le,
            Op::Gt => Comparison::Gt,
            Op::GtEq => Comparison::Ge,
            Op::Plus | Op::Minus | Op::Multiply | Op::Divide | Op::Modulo => {
                return Err(self.not_both_rows(a, &op.to_string(), b));
            }
            _ => return Err(SqlError::wrong_column_count(1)),
        };
        let (left, right) = self.row_sides(a, op.sign(), b)?.into_iter().unzip();
        Ok(Expr::RowCompare { op, left, right })
    }

    fn equal_rows(&mut self, a: &ast::Expr, b: &ast::Expr) -> Result<Expr, SqlError> {
        let bound = self.row_sides(a, "=", b)?;
        let equal = bound.into_iter().map(|(a, b)| Expr::Compare(Comparison::Eq, Box::new(a), Box::new(b)));
        Ok(Expr::all_of(equal.collect()).unwrap_or(Expr::Const(Value::Int(1))))
    }

    /// `row IN (rows)`. ERRORS: 1241, 4078.
    pub(super) fn row_in(&mut self, of: &ast::Expr, list: &[ast::Expr], negated: bool) -> Result<Expr, SqlError> {
        if let [only] = list {
            let op = if negated { Op::NotEq } else { Op::Eq };
            return self.row_comparison(of, &op, only);
        }
        let mut rows = Vec::new();
        for row in list {
            if is_row(of) != is_row(row) {
                return Err(self.not_both_rows(of, "in", row));
            }
            let right = pairs(of, row)?.into_iter().map(|(_, part)| self.bind(part));
            rows.push(right.collect::<Result<Vec<_>, _>>()?);
        }
        let left = pairs(of, of)?.into_iter().map(|(part, _)| self.bind(part)).collect::<Result<_, _>>()?;
        Ok(Expr::RowIn { of: left, list: rows, negated })
    }

    fn row_sides(&mut self, a: &ast::Expr, sign: &str, b: &ast::Expr) -> Result<Vec<(Expr, Expr)>, SqlError> {
        if is_row(a) != is_row(b) {
            return Err(self.not_both_rows(a, sign, b));
        }
        pairs(a, b)?.into_iter().map(|(a, b)| Ok((self.bind(a)?, self.bind(b)?))).collect()
    }

    /// Error 4078; or the error of the operand that is no row.
    fn not_both_rows(&mut self, a: &ast::Expr, operation: &str, b: &ast::Expr) -> SqlError {
        let mut name = |side| match is_row(side) {
            true => Ok("row"),
            false => self.bind(side).map(|bound| type_name(&bound)),
        };
        match (name(a), name(b)) {
            (Ok(a), Ok(b)) => SqlError::illegal_types(a, b, operation),
            (Err(error), _) | (_, Err(error)) => error,
        }
    }
}

/// The type of an expression as error 4078 names it.
fn type_name(expr: &Expr) -> &'static str {
    match expr {
        Expr::Const(Value::Null) => "null",
        Expr::Const(Value::Decimal(_)) => "decimal",
        Expr::Const(Value::Double(_)) => "double",
        Expr::Const(Value::Text(_)) => "varchar",
        Expr::Const(Value::Hex(_)) => "hex_hybrid",
        Expr::Const(Value::Bytes(_)) => "varbinary",
        Expr::Const(Value::DateTime(_)) => "datetime",
        Expr::Const(Value::Date(_)) => "date",
        Expr::Column(column) => match column.ty {
            ColumnType::Int { bytes: 1, .. } => "tinyint",
            ColumnType::Int { bytes: 2, .. } => "smallint",
            ColumnType::Int { bytes: 3, .. } => "mediumint",
            ColumnType::Int { bytes: 4, .. } => "int",
            ColumnType::Int { .. } => "bigint",
            ColumnType::Decimal { .. } => "decimal",
            ColumnType::VarChar { .. } => "varchar",
            ColumnType::Char { .. } => "char",
            ColumnType::VarBinary { .. } => "varbinary",
            ColumnType::DateTime { .. } => "datetime",
            ColumnType::Date => "date",
        },
        _ => "int",
    }
}
