//! Compares values, and orders them for ORDER BY, MIN and MAX. The rules (R1 to R3, R5) are those of [`super::value`].

use super::datetime::to_datetime;
use super::value::{Number, Value};
use std::cmp::Ordering;

/// Compares two values; `None` if one is NULL (R1, R2, R3, R5).
pub fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    if a.is_temporal() || b.is_temporal() {
        let datetime = |value| to_datetime(value).map(|read| read.datetime);
        return Some(datetime(a)?.sort_key().cmp(&datetime(b)?.sort_key()));
    }
    if let (Some(a), Some(b)) = (a.bytes(), b.bytes()) {
        return Some(a.cmp(b));
    }
    let is_exact = |value: &Value| matches!(value, Value::Int(_) | Value::UInt(_) | Value::Decimal(_));
    let (a, b) = (
        if is_exact(b) { a.number_beside_exact()? } else { a.number()? },
        if is_exact(a) { b.number_beside_exact()? } else { b.number()? },
    );
    Some(match (a, b) {
        (Number::Int { value: a, .. }, Number::Int { value: b, .. }) => a.cmp(&b),
        (a, b) => match (a.to_decimal(), b.to_decimal()) {
            (Some(a), Some(b)) => a.cmp(&b),
            // Neither is NaN: arithmetic refuses results that are not finite.
            _ => a.to_f64().partial_cmp(&b.to_f64()).unwrap_or(Ordering::Equal),
        },
    })
}

/// The order of ORDER BY, MIN and MAX: that of [`compare`], with NULL before all values.
pub fn order(a: &Value, b: &Value) -> Ordering {
    compare(a, b).unwrap_or_else(|| b.is_null().cmp(&a.is_null()))
}

#[cfg(test)]
mod tests {
    use super::super::decimal::Decimal;
    use super::*;

    fn text(t: &str) -> Value {
        Value::Text(t.to_string())
    }

    #[test]
    fn numbers_of_all_kinds_compare_exactly_r2() {
        let half = Value::Decimal(Decimal::parse("2.50").unwrap());
        assert_eq!(compare(&Value::Int(-1), &Value::UInt(u64::MAX)), Some(Ordering::Less));
        assert_eq!(compare(&Value::Int(3), &half), Some(Ordering::Greater));
        assert_eq!(compare(&Value::Double(2.5), &half), Some(Ordering::Equal));
        assert_eq!(compare(&Value::Int(i64::MAX), &Value::Int(i64::MAX - 1)), Some(Ordering::Greater));
        assert_eq!(compare(&Value::Double(0.0), &Value::Double(-0.0)), Some(Ordering::Equal));
        assert_eq!(compare(&Value::Double(-0.0), &Value::Int(0)), Some(Ordering::Equal));
    }

    #[test]
    fn text_compares_by_bytes_r3_and_beside_numbers_as_a_number_r4() {
        assert_eq!(compare(&text("9007199254740992"), &Value::Int(9007199254740993)), Some(Ordering::Less));
        assert_eq!(compare(&Value::UInt(u64::MAX), &text("18446744073709551614x")), Some(Ordering::Greater));
        assert_eq!(compare(&text("1e1"), &Value::Int(10)), Some(Ordering::Equal));
        assert_eq!(compare(&text("a"), &text("a ")), Some(Ordering::Less));
        assert_eq!(compare(&text("B"), &text("a")), Some(Ordering::Less));
        assert_eq!(compare(&text("2"), &text("10")), Some(Ordering::Greater));
        assert_eq!(compare(&text("2"), &Value::Int(10)), Some(Ordering::Less));
        assert_eq!(compare(&text("x"), &Value::Int(0)), Some(Ordering::Equal));
        assert_eq!(compare(&text("x"), &Value::Null), None);
        assert_eq!(order(&Value::Null, &text("")), Ordering::Less);
        assert_eq!(order(&Value::Null, &Value::Null), Ordering::Equal);
    }
}
