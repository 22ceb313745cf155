//! Literals: the values that are written in a statement.
//!
//! RULES
//!
//! - **R1** An integer literal has the narrowest kind that holds it; `-` before a literal gives another literal.
//! - **R2** `x'41'` is a binary string. `0x41` and `b'1000001'` are binary strings too, but count as the number with
//!   these bytes wherever a number is needed ([`Value::Hex`]).
//!
//! MySQL's counterpart: `Item_basic_constant`.

use super::eval_context::EvalContext;
use super::tree::Expr;
use crate::answer::SqlError;
use crate::types::{Decimal, Value, datetime_literal};
use sqlparser::ast;

/// The value of a literal. ERRORS: 1235; 1367 for a double that is out of range.
pub(crate) fn literal(value: &ast::Value) -> Result<Value, SqlError> {
    use ast::Value as V;
    Ok(match value {
        V::Null => Value::Null,
        V::Boolean(b) => Value::Int((*b).into()),
        V::Number(text, _) => match text.get(..2) {
            Some("0x") => Value::Hex(bytes_of_hex(&text[2..]).ok_or_else(|| SqlError::not_supported(value))?),
            Some("0b") => Value::Hex(bytes_of_bits(&text[2..]).ok_or_else(|| SqlError::not_supported(value))?),
            _ => number_literal(text)?,
        },
        V::SingleQuotedByteStringLiteral(bits) => {
            Value::Hex(bytes_of_bits(bits).ok_or_else(|| SqlError::not_supported(value))?)
        }
        V::SingleQuotedString(s) | V::DoubleQuotedString(s) | V::NationalStringLiteral(s) => Value::Text(s.clone()),
        V::HexStringLiteral(hex) if hex.len() % 2 == 0 => {
            Value::Bytes(bytes_of_hex(hex).ok_or_else(|| SqlError::not_supported(value))?)
        }
        other => return Err(SqlError::not_supported(other)),
    })
}

/// `DATE '2024-01-02'`, `TIMESTAMP '2024-01-02 03:04:05'`. ERRORS: 1525.
pub(crate) fn typed_literal(written: &ast::TypedString) -> Result<Value, SqlError> {
    let (kind, clock) = match &written.data_type {
        ast::DataType::Date => ("DATE", false),
        ast::DataType::Timestamp(None, _) => ("DATETIME", true),
        other => return Err(SqlError::not_supported(format_args!("{other} literal"))),
    };
    let text = written.value.value.clone().into_string().unwrap_or_default();
    datetime_literal(&text, clock).ok_or_else(|| SqlError::wrong_literal(kind, text))
}

fn number_literal(text: &str) -> Result<Value, SqlError> {
    let too_large = || SqlError::not_supported(format_args!("number {text}"));
    if text.contains(['e', 'E']) {
        let number: f64 = text.parse().map_err(|_| too_large())?;
        return if number.is_finite() { Ok(Value::Double(number)) } else { Err(SqlError::illegal_double(text)) };
    }
    match text.parse::<i128>() {
        Ok(whole) => Ok(literal_int(whole)),
        Err(_) => Decimal::parse(text).map(Value::Decimal).ok_or_else(too_large),
    }
}

/// An integer as the narrowest kind that holds it (R1).
pub(crate) fn literal_int(whole: i128) -> Value {
    match (i64::try_from(whole), u64::try_from(whole)) {
        (Ok(i), _) => Value::Int(i),
        (_, Ok(u)) => Value::UInt(u),
        _ => Value::Decimal(Decimal::from_int(whole)),
    }
}

/// The literal with `-` before it (R1); it always fits.
pub(crate) fn negative_literal(value: Value) -> Result<Expr, SqlError> {
    Ok(match value {
        Value::Int(i) => Expr::Const(literal_int(-i128::from(i))),
        Value::UInt(u) => Expr::Const(literal_int(-i128::from(u))),
        Value::Decimal(_) | Value::Double(_) => {
            let negative = Expr::Neg(Box::new(Expr::Const(value)));
            Expr::Const(negative.eval(EvalContext::of_row(&[]))?)
        }
        other => Expr::Neg(Box::new(Expr::Const(other))),
    })
}

/// The bytes of a bit literal, filled up with zeros on the left; `None`: it has other digits.
fn bytes_of_bits(bits: &str) -> Option<Vec<u8>> {
    let bit = |digit: u8| matches!(digit, b'0' | b'1').then_some(digit - b'0');
    let byte = |digits: &[u8]| digits.iter().try_fold(0, |byte, digit| Some(byte << 1 | bit(*digit)?));
    let mut bytes: Vec<u8> = bits.as_bytes().rchunks(8).map(byte).collect::<Option<_>>()?;
    bytes.reverse();
    Some(bytes)
}

/// The bytes of hexadecimal digits; `None`: there is another character.
fn bytes_of_hex(hex: &str) -> Option<Vec<u8>> {
    let padded = if hex.len() % 2 == 1 { format!("0{hex}") } else { hex.to_string() };
    (0..padded.len()).step_by(2).map(|at| u8::from_str_radix(padded.get(at..at + 2)?, 16).ok()).collect()
}
