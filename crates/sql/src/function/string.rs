//! Functions of strings. Text is a sequence of characters, a binary string a sequence of bytes; any other value counts
//! as the text that a client sees.

use super::call::{CallError, integer};
use crate::types::{Number, Value};

/// The greatest length of a result, in bytes; a longer one is NULL.
#[doc(alias = "max_allowed_packet")]
const MAX_STRING_BYTES: usize = 16 << 20;

type Called = Result<Value, CallError>;

fn bytes(value: &Value) -> Vec<u8> {
    value.shown().unwrap_or_default()
}

/// The byte offset of each character (if `binary`: of each byte), and the length.
fn char_bounds(bytes: &[u8], binary: bool) -> Vec<usize> {
    let begins = |at: &usize| binary || bytes[*at] & 0xc0 != 0x80;
    (0..bytes.len()).filter(begins).chain([bytes.len()]).collect()
}

/// A string of these bytes: binary if one of the values from which it is built is binary, else text.
fn build_string(bytes: Vec<u8>, values: &[Value]) -> Called {
    if bytes.len() > MAX_STRING_BYTES {
        return Ok(Value::Null);
    }
    if values.iter().any(Value::is_binary) {
        return Ok(Value::Bytes(bytes));
    }
    Ok(Value::Text(String::from_utf8_lossy(&bytes).into_owned()))
}

fn count(count: usize) -> Called {
    Ok(Value::Int(count as i64))
}

pub(super) fn length(values: &[Value], _: bool) -> Called {
    count(bytes(&values[0]).len())
}

pub(super) fn char_length(values: &[Value], _: bool) -> Called {
    count(char_bounds(&bytes(&values[0]), values[0].is_binary()).len() - 1)
}

pub(super) fn ascii(values: &[Value], _: bool) -> Called {
    count(bytes(&values[0]).first().map_or(0, |b| usize::from(*b)))
}

pub(super) fn concat(values: &[Value], _: bool) -> Called {
    build_string(values.iter().flat_map(bytes).collect(), values)
}

pub(super) fn concat_ws(values: &[Value], _: bool) -> Called {
    let [separator, parts @ ..] = values else { return Ok(Value::Null) };
    if separator.is_null() {
        return Ok(Value::Null);
    }
    let parts: Vec<Vec<u8>> = parts.iter().filter(|part| !part.is_null()).map(bytes).collect();
    build_string(parts.join(&bytes(separator)[..]), values)
}

pub(super) fn hex(values: &[Value], _: bool) -> Called {
    let value = &values[0];
    Ok(Value::Text(match value.number() {
        Some(Number::Int { value: int, .. }) if !value.is_temporal() && !value.is_binary() => {
            format!("{:X}", int as i64)
        }
        Some(number) if value.string_bytes().is_none() && !value.is_temporal() => {
            format!("{:X}", number.to_f64().round() as i64)
        }
        _ => {
            let bytes = bytes(value);
            if bytes.len() > MAX_STRING_BYTES / 2 {
                return Ok(Value::Null);
            }
            bytes.iter().fold(String::new(), |shown, byte| shown + &format!("{byte:02X}"))
        }
    }))
}

pub(super) fn lower(values: &[Value], _: bool) -> Called {
    Ok(Value::Text(String::from_utf8_lossy(&bytes(&values[0])).to_lowercase()))
}

pub(super) fn upper(values: &[Value], _: bool) -> Called {
    Ok(Value::Text(String::from_utf8_lossy(&bytes(&values[0])).to_uppercase()))
}

fn repeated(what: &[u8], times: i64, of: &[Value]) -> Called {
    let times = usize::try_from(times).unwrap_or(0);
    match what.len().checked_mul(times) {
        Some(bytes) if bytes <= MAX_STRING_BYTES => build_string(what.repeat(times), of),
        _ => Ok(Value::Null),
    }
}

pub(super) fn repeat(values: &[Value], strict: bool) -> Called {
    repeated(&bytes(&values[0]), integer(&values[1], strict)?, &values[..1])
}

pub(super) fn space(values: &[Value], strict: bool) -> Called {
    repeated(b" ", integer(&values[0], strict)?, &[])
}

pub(super) fn reverse(values: &[Value], _: bool) -> Called {
    let (bytes, binary) = (bytes(&values[0]), values[0].is_binary());
    let bounds = char_bounds(&bytes, binary);
    build_string(bounds.windows(2).rev().flat_map(|at| &bytes[at[0]..at[1]]).copied().collect(), &values[..1])
}

/// A substring of the first value. `range` maps the number of characters to the first character and the end, counted
/// from 0; both are clamped to the string.
fn slice(values: &[Value], range: impl FnOnce(i64) -> (i64, i64)) -> Called {
    let bytes = bytes(&values[0]);
    let bounds = char_bounds(&bytes, values[0].is_binary());
    let last = bounds.len() - 1;
    let (from, to) = range(last as i64);
    let place = |at: i64| usize::try_from(at).unwrap_or(0).min(last);
    let (from, to) = (place(from), place(to));
    build_string(if from < to { bytes[bounds[from]..bounds[to]].to_vec() } else { vec![] }, &values[..1])
}

pub(super) fn left(values: &[Value], strict: bool) -> Called {
    let n = integer(&values[1], strict)?;
    slice(values, |_| (0, n))
}

pub(super) fn right(values: &[Value], strict: bool) -> Called {
    let n = integer(&values[1], strict)?;
    slice(values, |all| (all.saturating_sub(n.max(0)).max(0), all))
}

/// Positions count from 1, negative ones from the end.
pub(super) fn substr(values: &[Value], strict: bool) -> Called {
    let from = integer(&values[1], strict)?;
    let n = values.get(2).map_or(Ok(i64::MAX), |n| integer(n, strict))?;
    slice(values, |all| match from {
        0 => (0, 0),
        1.. => (from - 1, (from - 1).saturating_add(n)),
        _ if from.saturating_add(all) < 0 => (0, 0),
        _ => (all + from, (all + from).saturating_add(n)),
    })
}

/// The position of `what` in `within`, searched from position `from` on, all counted from 1; 0 if it is not found.
fn find(what: &Value, within: &Value, from: i64) -> Called {
    let binary = what.is_binary() || within.is_binary();
    let (what, within) = (bytes(what), bytes(within));
    let bounds = char_bounds(&within, binary);
    let first = usize::try_from(from).ok().and_then(|from| from.checked_sub(1));
    let is_there = |(_, at): &(usize, &usize)| within[**at..].starts_with(&what);
    let found = first.and_then(|first| bounds.iter().enumerate().skip(first).find(is_there));
    count(found.map_or(0, |(place, _)| place + 1))
}

pub(super) fn instr(values: &[Value], _: bool) -> Called {
    find(&values[1], &values[0], 1)
}

pub(super) fn locate(values: &[Value], strict: bool) -> Called {
    let from = values.get(2).map_or(Ok(1), |from| integer(from, strict))?;
    // After the last character not even the empty string is found.
    let end = char_bounds(&bytes(&values[1]), values[1].is_binary()).len() as i64;
    if from >= end && values.len() > 2 { Ok(Value::Int(0)) } else { find(&values[0], &values[1], from) }
}

pub(super) fn replace(values: &[Value], _: bool) -> Called {
    let [text, what, by] = [&values[0], &values[1], &values[2]].map(bytes);
    if what.is_empty() {
        return build_string(text, &values[..1]);
    }
    let mut out = Vec::new();
    let mut rest = &text[..];
    while let Some((first, tail)) = rest.split_first() {
        if out.len() > MAX_STRING_BYTES {
            return Ok(Value::Null);
        }
        match rest.strip_prefix(&what[..]) {
            Some(tail) => {
                out.extend_from_slice(&by);
                rest = tail;
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    build_string(out, values)
}

/// LPAD and RPAD: pads (or truncates) to the length of the second argument, in characters. NULL if padding is needed
/// and the pad string is empty.
fn padded(values: &[Value], strict: bool, in_front: bool) -> Called {
    let n = integer(&values[1], strict)?;
    let pad = values.get(2).map_or(b" ".to_vec(), bytes);
    let (text, binary) = (bytes(&values[0]), values[0].is_binary());
    let (pad_bounds, bounds) = (char_bounds(&pad, binary), char_bounds(&text, binary));
    let Some(missing) = n.checked_sub(bounds.len() as i64 - 1).filter(|_| n >= 0) else { return Ok(Value::Null) };
    if missing <= 0 {
        return left(values, strict);
    }
    if pad.is_empty() || missing as usize > MAX_STRING_BYTES {
        return Ok(Value::Null);
    }
    let characters = pad_bounds.windows(2).cycle().take(missing as usize);
    let filling: Vec<u8> = characters.flat_map(|at| &pad[at[0]..at[1]]).copied().collect();
    build_string(if in_front { [filling, text].concat() } else { [text, filling].concat() }, values)
}

pub(super) fn lpad(values: &[Value], strict: bool) -> Called {
    padded(values, strict, true)
}

pub(super) fn rpad(values: &[Value], strict: bool) -> Called {
    padded(values, strict, false)
}

/// Removes all repetitions of the second argument (by default a space) from the front, the back, or both.
fn trimmed(values: &[Value], front: bool, back: bool) -> Called {
    let text = bytes(&values[0]);
    let what = values.get(1).map_or(b" ".to_vec(), bytes);
    let mut rest = &text[..];
    while let Some(less) = rest.strip_prefix(&what[..]).filter(|_| front && !what.is_empty()) {
        rest = less;
    }
    while let Some(less) = rest.strip_suffix(&what[..]).filter(|_| back && !what.is_empty()) {
        rest = less;
    }
    build_string(rest.to_vec(), &values[..1])
}

pub(super) fn trim(values: &[Value], _: bool) -> Called {
    trimmed(values, true, true)
}

pub(super) fn ltrim(values: &[Value], _: bool) -> Called {
    trimmed(values, true, false)
}

pub(super) fn rtrim(values: &[Value], _: bool) -> Called {
    trimmed(values, false, true)
}

pub(super) fn strcmp(values: &[Value], _: bool) -> Called {
    Ok(Value::Int(bytes(&values[0]).cmp(&bytes(&values[1])) as i64))
}
