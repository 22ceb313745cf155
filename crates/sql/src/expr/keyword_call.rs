//! Functions with a syntax of their own, as calls: CASE, CAST, INTERVAL, EXTRACT, SUBSTRING … FROM, TRIM, POSITION.
//!
//! ```text
//! case a when 1 then 'x' else 'y' end     case of(a, 1, 'x', 'y')
//! d + interval 1 month                    interval +(d, 1, 'month')
//! cast(a as decimal(5,2))                 cast decimal(a, 5, 2)
//! extract(year from d)                    year(d)
//! trim(leading 'x' from s)                ltrim(s, 'x')
//! ```
//!
//! The server's counterpart: `function_call_keyword` and its neighbours in `sql/sql_yacc.yy`. Left out: intervals and
//! EXTRACT of several units.

use super::bind::Binder;
use super::literal::literal_int;
use super::tree::Expr;
use crate::answer::SqlError;
use crate::function::{Function, Unit};
use crate::types::Value;
use innolab_base::{decimal, temporal};
use sqlparser::ast::{self, DataType as T};

/// The most digits behind the point of DOUBLE(p, s), and the most digits.
const MAX_DOUBLE_SCALE: u64 = 38;
const MAX_DOUBLE_DIGITS: u64 = 255;

fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    Expr::Call(Function::internal(name), arguments)
}

fn int(value: u64) -> Expr {
    Expr::Const(literal_int(value.into()))
}

impl Binder<'_> {
    /// Binds such an expression as a call; `None`: it is another kind of expression.
    pub(crate) fn keyword_call(&mut self, written: &ast::Expr) -> Result<Option<Expr>, SqlError> {
        use ast::Expr as E;
        Ok(Some(match written {
            E::Case { operand, conditions, else_result, .. } => {
                self.case(operand.as_deref(), conditions, else_result.as_deref())?
            }
            E::Cast { kind: ast::CastKind::Cast, expr, data_type, format: None, .. } => self.cast(expr, data_type)?,
            E::Convert { is_try: false, expr, data_type: Some(data_type), .. } => self.cast(expr, data_type)?,
            E::Convert { is_try: false, expr, data_type: None, charset: Some(charset), .. }
                if charset.to_string().eq_ignore_ascii_case("utf8mb4") =>
            {
                call("cast char", vec![self.bind(expr)?])
            }
            E::Floor { expr, field: ast::CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime) } => {
                call("floor", vec![self.bind(expr)?])
            }
            E::Ceil { expr, field: ast::CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime) } => {
                call("ceil", vec![self.bind(expr)?])
            }
            E::Substring { expr, substring_from: Some(from), substring_for, .. } => {
                let parts = [Some(expr), Some(from), substring_for.as_ref()];
                call("substr", parts.into_iter().flatten().map(|part| self.bind(part)).collect::<Result<_, _>>()?)
            }
            E::Position { expr, r#in } => call("locate", vec![self.bind(expr)?, self.bind(r#in)?]),
            E::Trim { trim_where, trim_what, expr, trim_characters: None } => {
                let name = match trim_where {
                    None | Some(ast::TrimWhereField::Both) => "trim",
                    Some(ast::TrimWhereField::Leading) => "ltrim",
                    Some(ast::TrimWhereField::Trailing) => "rtrim",
                };
                let parts = [Some(expr), trim_what.as_ref()];
                call(name, parts.into_iter().flatten().map(|part| self.bind(part)).collect::<Result<_, _>>()?)
            }
            E::Extract { field, expr, .. } => {
                let name = field.to_string().to_ascii_lowercase();
                let name = if name == "day" { "dayofmonth" } else { &name };
                let part = Function::find(name)
                    .filter(|_| name != "week" && Unit::find(name).is_some() || name == "dayofmonth");
                let part = part.ok_or_else(|| SqlError::not_supported(format_args!("EXTRACT({field})")))?;
                Expr::Call(part, vec![self.bind(expr)?])
            }
            _ => return Ok(None),
        }))
    }

    fn case(
        &mut self,
        operand: Option<&ast::Expr>,
        conditions: &[ast::CaseWhen],
        otherwise: Option<&ast::Expr>,
    ) -> Result<Expr, SqlError> {
        let name = if operand.is_some() { "case of" } else { "case" };
        let mut branches: Vec<Expr> = operand.map(|e| self.bind(e)).transpose()?.into_iter().collect();
        for ast::CaseWhen { condition, result } in conditions {
            branches.push(self.bind(condition)?);
            branches.push(self.bind(result)?);
        }
        branches.extend(otherwise.map(|e| self.bind(e)).transpose()?);
        Ok(call(name, branches))
    }

    fn cast(&mut self, written: &ast::Expr, to: &T) -> Result<Expr, SqlError> {
        let expr = self.bind(written)?;
        let unsupported = || SqlError::not_supported(format_args!("CAST to {to}"));
        let length = |length: &ast::CharacterLength| match length {
            ast::CharacterLength::IntegerLength { length, .. } => Ok(int(*length)),
            ast::CharacterLength::Max => Err(unsupported()),
        };
        Ok(match to {
            T::Signed | T::SignedInteger | T::Int(None) | T::Integer(None) => call("cast signed", vec![expr]),
            T::Unsigned | T::UnsignedInteger => call("cast unsigned", vec![expr]),
            T::Char(None) | T::Character(None) => call("cast char", vec![expr]),
            T::Char(Some(most)) | T::Character(Some(most)) | T::Varchar(Some(most)) => {
                call("cast char", vec![expr, length(most)?])
            }
            T::Custom(name, length) if name.to_string().eq_ignore_ascii_case("nchar") => match length.as_slice() {
                [] => call("cast char", vec![expr]),
                [most] => call("cast char", vec![expr, int(most.to_string().parse().map_err(|_| unsupported())?)]),
                _ => return Err(unsupported()),
            },
            T::Binary(None) => call("cast binary", vec![expr]),
            T::Binary(Some(most)) => call("cast binary", vec![expr, int(*most)]),
            T::Double(ast::ExactNumberInfo::PrecisionAndScale(precision, scale)) => {
                let scale = u64::try_from(*scale).unwrap_or(u64::MAX);
                if scale > MAX_DOUBLE_SCALE {
                    return Err(SqlError::big_scale(written, MAX_DOUBLE_SCALE));
                }
                if scale > *precision {
                    return Err(SqlError::scale_above_precision(""));
                }
                if *precision > MAX_DOUBLE_DIGITS {
                    return Err(SqlError::big_precision(written, MAX_DOUBLE_DIGITS));
                }
                call("cast double", vec![expr, int(*precision), int(scale)])
            }
            T::Double(ast::ExactNumberInfo::None) => call("cast double", vec![expr]),
            T::Date => call("cast date", vec![expr]),
            T::Datetime(digits) => {
                let fsp = digits.unwrap_or(0);
                if fsp > u64::from(temporal::MAX_FSP) {
                    return Err(SqlError::big_precision(written, temporal::MAX_FSP));
                }
                call("cast datetime", vec![expr, int(fsp)])
            }
            T::Decimal(size) | T::Dec(size) => {
                let (precision, scale) = match *size {
                    ast::ExactNumberInfo::None => (10, 0),
                    ast::ExactNumberInfo::Precision(precision) => (precision, 0),
                    ast::ExactNumberInfo::PrecisionAndScale(precision, scale) => {
                        (precision, u64::try_from(scale).unwrap_or(u64::MAX))
                    }
                };
                if scale > decimal::MAX_SCALE.into() {
                    return Err(SqlError::big_scale(written, decimal::MAX_SCALE));
                }
                if precision > decimal::MAX_PRECISION.into() {
                    return Err(SqlError::big_precision(written, decimal::MAX_PRECISION));
                }
                if scale > precision || precision == 0 {
                    return Err(SqlError::scale_above_precision(""));
                }
                call("cast decimal", vec![expr, int(precision), int(scale)])
            }
            _ => return Err(unsupported()),
        })
    }

    /// `from + INTERVAL by`, or `from - INTERVAL by` if `back`. ERRORS: 1235 for units that are not supported.
    pub(crate) fn interval_call(&mut self, from: &ast::Expr, by: &ast::Interval, back: bool) -> Result<Expr, SqlError> {
        let unit = by.leading_field.as_ref().map(|field| field.to_string().to_ascii_lowercase());
        let unit = unit.filter(|unit| Unit::find(unit).is_some() && by.last_field.is_none());
        let unit = unit.ok_or_else(|| SqlError::not_supported(by))?;
        let arguments = vec![self.bind(from)?, self.bind(&by.value)?, Expr::Const(Value::Text(unit))];
        Ok(call(if back { "interval -" } else { "interval +" }, arguments))
    }

    /// Binds a call whose arguments are not all expressions, or that stands for another call; `None`: it is neither.
    pub(crate) fn special_call(
        &mut self,
        name: &str,
        arguments: &[Option<&ast::Expr>],
    ) -> Result<Option<Expr>, SqlError> {
        Ok(Some(match (name, arguments) {
            ("date_add" | "adddate", [Some(from), Some(ast::Expr::Interval(by))]) => {
                self.interval_call(from, by, false)?
            }
            ("date_sub" | "subdate", [Some(from), Some(ast::Expr::Interval(by))]) => {
                self.interval_call(from, by, true)?
            }
            ("adddate" | "subdate", [Some(from), Some(days)]) => {
                let arguments = vec![self.bind(from)?, self.bind(days)?, Expr::Const(Value::Text("day".to_string()))];
                call(if name == "adddate" { "interval +" } else { "interval -" }, arguments)
            }
            ("timestampdiff", [Some(ast::Expr::Identifier(unit)), Some(a), Some(b)])
                if Unit::find(&unit.value.to_ascii_lowercase()).is_some() =>
            {
                let unit = Expr::Const(Value::Text(unit.value.to_ascii_lowercase()));
                call("interval between", vec![self.bind(a)?, self.bind(b)?, unit])
            }
            ("if", [Some(condition), Some(yes), Some(no)]) => {
                call("case", vec![self.bind(condition)?, self.bind(yes)?, self.bind(no)?])
            }
            ("ifnull" | "nvl", [Some(a), Some(b)]) => call("coalesce", vec![self.bind(a)?, self.bind(b)?]),
            ("binary", [Some(of)]) => call("cast binary", vec![self.bind(of)?]),
            ("isnull", [Some(of)]) => {
                Expr::Is { of: Box::new(self.bind(of)?), what: crate::expr::Is::Null, negated: false }
            }
            ("if" | "ifnull" | "nvl" | "isnull", _) => return Err(SqlError::wrong_argument_count(name)),
            _ => return Ok(None),
        }))
    }
}
