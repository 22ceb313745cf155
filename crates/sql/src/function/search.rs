//! Places in lists: FIELD, FIND_IN_SET, ELT, SUBSTRING_INDEX.

use super::call::{CallError, integer};
use crate::types::{Value, compare};
use std::cmp::Ordering;

type Called = Result<Value, CallError>;

fn place(found: Option<usize>) -> Called {
    Ok(Value::Int(found.map_or(0, |at| at as i64 + 1)))
}

/// FIELD: the place of the first value among the others, 0 if it is not there. Strings compare as strings, and as
/// numbers beside a number. NULL equals nothing.
pub(super) fn field(values: &[Value], _: bool) -> Called {
    let [of, list @ ..] = values else { return Ok(Value::Int(0)) };
    let is_string = |value: &&Value| value.string_bytes().is_some() || value.is_null();
    let as_doubles = values.iter().any(|value| value.string_bytes().is_some()) && !values.iter().all(|v| is_string(&v));
    let is_it = |item: &Value| match as_doubles && !values.iter().any(Value::is_temporal) {
        true => matches!((of.number(), item.number()), (Some(a), Some(b)) if a.to_f64() == b.to_f64()),
        false => compare(of, item) == Some(Ordering::Equal),
    };
    place(list.iter().position(is_it))
}

/// FIND_IN_SET: the place of a text in a list that commas separate. An empty list has no items.
pub(super) fn find_in_set(values: &[Value], _: bool) -> Called {
    let [what, list] = [&values[0], &values[1]].map(|value| value.shown().unwrap_or_default());
    let mut items = list.split(|byte| *byte == b',').filter(|_| !list.is_empty());
    place(items.position(|item| item == what.as_slice()))
}

/// ELT: the n-th of the values behind the first; NULL if there is none.
pub(super) fn elt(values: &[Value], strict: bool) -> Called {
    let [at, list @ ..] = values else { return Ok(Value::Null) };
    if at.is_null() {
        return Ok(Value::Null);
    }
    let at = usize::try_from(integer(at, strict)?).ok().and_then(|at| at.checked_sub(1));
    Ok(match at.and_then(|at| list.get(at)) {
        None | Some(Value::Null) => Value::Null,
        Some(string) if string.is_binary() => Value::Bytes(string.shown().unwrap_or_default()),
        Some(other) => Value::Text(String::from_utf8_lossy(&other.shown().unwrap_or_default()).into_owned()),
    })
}

/// SUBSTRING_INDEX: the text before the n-th separator; if n is negative, behind the n-th from the end.
pub(super) fn substring_index(values: &[Value], strict: bool) -> Called {
    let count = integer(&values[2], strict)?;
    let binary = values[..2].iter().any(Value::is_binary);
    let [text, separator] = [&values[0], &values[1]].map(|value| value.shown().unwrap_or_default());
    let kept = match usize::try_from(count.unsigned_abs()) {
        Ok(wanted) if wanted > 0 && !separator.is_empty() => {
            let starts = find_all(&text, &separator);
            // From the end, too, the separators are those that are found from the beginning.
            let at = if count < 0 { starts.len().checked_sub(wanted) } else { Some(wanted - 1) };
            match (at.and_then(|at| starts.get(at)), count < 0) {
                (None, _) => &text[..],
                (Some(at), false) => &text[..*at],
                (Some(at), true) => &text[at + separator.len()..],
            }
        }
        _ => &[],
    };
    Ok(match binary {
        true => Value::Bytes(kept.to_vec()),
        false => Value::Text(String::from_utf8_lossy(kept).into_owned()),
    })
}

/// Where the separator stands, without overlaps, from the beginning.
fn find_all(text: &[u8], separator: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + separator.len() <= text.len() {
        if text[at..].starts_with(separator) {
            found.push(at);
            at += separator.len();
        } else {
            at += 1;
        }
    }
    found
}
