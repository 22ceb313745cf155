//! Numbers in other bases: BIN, OCT, CONV, UNHEX. A number has 64 bits; a negative one is shown as its bits.

use super::call::CallError;
use crate::types::Value;

type Called = Result<Value, CallError>;

/// The digits of a number in a base from 2 to 36.
fn in_base(mut number: u64, base: u64) -> String {
    let mut digits = Vec::new();
    loop {
        // A digit is less than 36.
        digits.push(char::from_digit((number % base) as u32, base as u32).unwrap_or('0').to_ascii_uppercase());
        number /= base;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// The number with which text in a base begins, cut to 64 bits. A negative base reads a signed number.
fn from_base(text: &[u8], base: u32, signed: bool) -> u64 {
    let text = text.trim_ascii_start();
    let is_negative = text.first() == Some(&b'-');
    let digits = text.get(usize::from(matches!(text.first(), Some(b'-' | b'+')))..).unwrap_or_default();
    let digits = digits.iter().map_while(|digit| char::from(*digit).to_digit(base));
    let number = digits.fold(0u64, |number, digit| number.saturating_mul(base.into()).saturating_add(digit.into()));
    match (is_negative, signed) {
        (true, true) => (number.min(1 << 63) as i64).wrapping_neg() as u64,
        (true, false) => number.wrapping_neg(),
        (false, _) => number,
    }
}

fn shown(value: &Value) -> Vec<u8> {
    match value {
        // A literal counts as a number.
        Value::Hex(_) => super::call::integer(value, false).unwrap_or(0).to_string().into_bytes(),
        other => other.shown().unwrap_or_default(),
    }
}

/// CONV: a number from one base to another. NULL for a base that is not from 2 to 36, and for no text.
pub(super) fn conv(values: &[Value], strict: bool) -> Called {
    let [from, to] = [&values[1], &values[2]].map(|base| super::call::integer(base, strict));
    let (from, to) = (from?, to?);
    let text = shown(&values[0]);
    let is_base = |base: i64| (2..=36).contains(&base.unsigned_abs());
    if !is_base(from) || !is_base(to) || text.is_empty() {
        return Ok(Value::Null);
    }
    let number = from_base(&text, from.unsigned_abs() as u32, from < 0);
    Ok(Value::Text(match to < 0 && (number as i64) < 0 {
        true => format!("-{}", in_base((number as i64).unsigned_abs(), to.unsigned_abs())),
        false => in_base(number, to.unsigned_abs()),
    }))
}

pub(super) fn bin(values: &[Value], strict: bool) -> Called {
    conv(&[values[0].clone(), Value::Int(10), Value::Int(2)], strict)
}

pub(super) fn oct(values: &[Value], strict: bool) -> Called {
    conv(&[values[0].clone(), Value::Int(10), Value::Int(8)], strict)
}

/// UNHEX: the bytes of hexadecimal digits; NULL if there is another character.
pub(super) fn unhex(values: &[Value], _: bool) -> Called {
    let text = values[0].shown().unwrap_or_default();
    let digit = |digit: &u8| char::from(*digit).to_digit(16);
    let byte = |pair: &[u8]| pair.iter().try_fold(0, |byte, next| Some(byte << 4 | digit(next)? as u8));
    let bytes: Option<Vec<u8>> = text.rchunks(2).map(byte).collect();
    Ok(bytes.map_or(Value::Null, |mut bytes| {
        bytes.reverse();
        Value::Bytes(bytes)
    }))
}
