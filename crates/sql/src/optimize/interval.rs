//! Intervals: the values of one column for which a condition can be true.
//!
//! ```text
//! a > 2.5 and a <= 7        [3, 7]
//! a < 3 or a = 9            (NULL, 3) [9]          NULL satisfies no comparison; it sorts below all other values
//! a <> 5                    (NULL, 5) (5, ∞)
//! p >= 1.505                [1.51, ∞)              p has two digits after the point
//! day < '2024-01-02 12:00'  (NULL, 2024-01-02]
//! s like 'ab%'              ['ab', 'ab\u{10FFFF}…'] as long as the column can hold
//! ```
//!
//! RULES
//!
//! - **R1** No value for which the condition can be true is left out; other values may be in.
//! - **R2** Intervals are in order and do not overlap.
//! - **R3** A bound is the constant as written if the type has that value: `a > 4` begins behind 4, not at 5. The
//!   bounds decide which records are locked.
//! - **R4** A bound of a CHAR column is padded with spaces to the column's length, as its keys are.
//!
//! FACT: R1 holds for constants that the column's type cannot hold. PROOF for integer columns: the constant is rounded
//! to the whole number on the side that keeps every whole number for which the comparison is true, then cut to the
//! type's range. A double of 2^53 or more gives no interval, because neighbouring whole numbers of that size compare as
//! equal doubles. PROOF for other types: the constant is replaced by the stored value next to it ([`op_with_stored`]),
//! and no value that the column can store lies between the two. A comparison of a double with a decimal converts both
//! to doubles, so this holds only where different decimals are different doubles: up to [`EXACT_DIGITS`] digits. For a
//! longer DECIMAL column a double gives no interval.
//!
//! R1 has one exception, which comes from the engine (`codec::value` R1): keys of a CHAR column with characters below
//! the space may not be in the order in which their values compare.
//!
//! InnoDB's counterpart: `SEL_ARG`, `Field::stored_field_cmp_to_item` in `sql/opt_range.cc`.

use super::key_prefix::with_value;
use super::sargable::{constant, is_column, is_text};
use crate::engine::{ColumnDef, ColumnType, Datum, KeyRange};
use crate::expr::{Comparison, Expr, Is};
use crate::parse::balanced;
use crate::types::{
    Decimal, Number, Value, datetime_datum, decimal_of, int_datum, int_range, literal_prefix, to_datetime,
};
use std::cmp::Ordering;
use std::ops::Bound;

/// Number of decimal digits up to which different decimals are different doubles.
const EXACT_DIGITS: u8 = 15;

/// Values of one column from bound to bound; never empty.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Interval {
    low: Bound<Datum>,
    high: Bound<Datum>,
}

impl Interval {
    /// The interval of one value.
    fn equal(value: Datum) -> Self {
        Interval { low: Bound::Included(value.clone()), high: Bound::Included(value) }
    }

    /// All values that are not NULL.
    fn not_null(column: &ColumnDef) -> Self {
        Interval { low: above_null(column), high: Bound::Unbounded }
    }

    /// The interval's only value; `None`: its two bounds are not the same value.
    pub(crate) fn point(&self) -> Option<&Datum> {
        match (&self.low, &self.high) {
            (Bound::Included(low), Bound::Included(high)) if low == high => Some(low),
            _ => None,
        }
    }

    /// The range of keys that begin with `prefix`, followed by a value of the interval.
    pub(crate) fn key_range(&self, prefix: &[Datum]) -> KeyRange {
        let bound = |bound: &Bound<Datum>| match bound {
            Bound::Included(value) => Bound::Included(with_value(prefix, value)),
            Bound::Excluded(value) => Bound::Excluded(with_value(prefix, value)),
            Bound::Unbounded if prefix.is_empty() => Bound::Unbounded,
            Bound::Unbounded => Bound::Included(prefix.to_vec()),
        };
        KeyRange { low: bound(&self.low), high: bound(&self.high) }
    }

    /// The values before all of another interval; `None`: none.
    pub(crate) fn before(&self, other: &Self) -> Option<Self> {
        self.intersection(&Interval { low: Bound::Unbounded, high: other_side(&other.low)? })
    }

    /// The values after all of another interval; `None`: none.
    pub(crate) fn after(&self, other: &Self) -> Option<Self> {
        self.intersection(&Interval { low: other_side(&other.high)?, high: Bound::Unbounded })
    }

    /// True if it ends before another interval ends.
    pub(crate) fn ends_before(&self, other: &Self) -> bool {
        high_order(&self.high, &other.high).is_lt()
    }

    /// True if the other interval begins where this one ends, with no value between the two or in both.
    pub(crate) fn touches(&self, other: &Self) -> bool {
        other_side(&self.high).is_some_and(|low| low == other.low)
    }

    /// The values from the beginning of this interval to the end of the other.
    pub(crate) fn through(&self, other: &Self) -> Self {
        Interval { low: self.low.clone(), high: other.high.clone() }
    }

    /// True if it has all values.
    pub(crate) fn is_everything(&self) -> bool {
        matches!((&self.low, &self.high), (Bound::Unbounded, Bound::Unbounded))
    }

    /// Its lower bound.
    pub(crate) fn low(&self) -> &Bound<Datum> {
        &self.low
    }

    /// Its upper bound.
    pub(crate) fn high(&self) -> &Bound<Datum> {
        &self.high
    }

    /// The values in both; `None`: none.
    pub(crate) fn intersection(&self, other: &Self) -> Option<Self> {
        let low = if low_order(&self.low, &other.low).is_ge() { &self.low } else { &other.low };
        let high = if high_order(&self.high, &other.high).is_le() { &self.high } else { &other.high };
        let empty = match (low, high) {
            (Bound::Included(l), Bound::Included(h)) => l.cmp(h).is_gt(),
            (Bound::Included(l) | Bound::Excluded(l), Bound::Included(h) | Bound::Excluded(h)) => l.cmp(h).is_ge(),
            _ => false,
        };
        (!empty).then(|| Interval { low: low.clone(), high: high.clone() })
    }
}

/// The bound of the values on the other side of a bound; `None`: there are none.
fn other_side(bound: &Bound<Datum>) -> Option<Bound<Datum>> {
    match bound {
        Bound::Included(value) => Some(Bound::Excluded(value.clone())),
        Bound::Excluded(value) => Some(Bound::Included(value.clone())),
        Bound::Unbounded => None,
    }
}

/// The order of low bounds: an unbounded one is first, and `[5` comes before `(5`.
fn low_order(a: &Bound<Datum>, b: &Bound<Datum>) -> Ordering {
    use Bound::{Excluded, Included, Unbounded};
    match (a, b) {
        (Unbounded, Unbounded) => Ordering::Equal,
        (Unbounded, _) => Ordering::Less,
        (_, Unbounded) => Ordering::Greater,
        (Included(a), Excluded(b)) => a.cmp(b).then(Ordering::Less),
        (Excluded(a), Included(b)) => a.cmp(b).then(Ordering::Greater),
        (Included(a), Included(b)) | (Excluded(a), Excluded(b)) => a.cmp(b),
    }
}

/// The order of high bounds: an unbounded one is last, and `5)` comes before `5]`.
fn high_order(a: &Bound<Datum>, b: &Bound<Datum>) -> Ordering {
    use Bound::{Excluded, Included, Unbounded};
    match (a, b) {
        (Unbounded, Unbounded) => Ordering::Equal,
        (Unbounded, _) => Ordering::Greater,
        (_, Unbounded) => Ordering::Less,
        (Included(a), Excluded(b)) => a.cmp(b).then(Ordering::Greater),
        (Excluded(a), Included(b)) => a.cmp(b).then(Ordering::Less),
        (Included(a), Included(b)) | (Excluded(a), Excluded(b)) => a.cmp(b),
    }
}

/// The low bound of all values that are not NULL.
fn above_null(column: &ColumnDef) -> Bound<Datum> {
    if column.nullable { Bound::Excluded(Datum::Null) } else { Bound::Unbounded }
}

/// The values of a column for which the condition can be true (R1, R2); `None`: the condition does not restrict them.
/// `index` is the column's place in a row.
pub(crate) fn intervals_of(condition: &Expr, index: usize, column: &ColumnDef) -> Option<Vec<Interval>> {
    let of = |e| intervals_of(e, index, column);
    match condition {
        Expr::And(a, b) => match (of(a), of(b)) {
            (Some(a), Some(b)) => Some(intersection(&a, &b)),
            (some, None) | (None, some) => some,
        },
        Expr::Or(a, b) => Some(union(of(a)?.into_iter().chain(of(b)?))),
        part => intervals_of_comparison(part, index, column),
    }
}

/// [`intervals_of`] a condition that is neither AND nor OR.
pub(crate) fn intervals_of_comparison(condition: &Expr, index: usize, column: &ColumnDef) -> Option<Vec<Interval>> {
    let is_column = |e: &Expr| is_column(e, index);
    match condition {
        Expr::Compare(op, a, b) if is_column(a) => compared(*op, b, column),
        Expr::Compare(op, a, b) if is_column(b) => compared(op.mirrored(), a, column),
        Expr::NullSafeEqual(a, b) if is_column(a) => null_safe_equal(b, column),
        Expr::NullSafeEqual(a, b) if is_column(b) => null_safe_equal(a, column),
        Expr::Between { of, low, high, negated: false } if is_column(of) => {
            match (compared(Comparison::Ge, low, column), compared(Comparison::Le, high, column)) {
                // A bound that is no text makes this a comparison of numbers.
                (_, None) | (None, _) if is_text(column) => None,
                (Some(low), Some(high)) => Some(intersection(&low, &high)),
                (some, None) | (None, some) => some,
            }
        }
        Expr::Between { of, low, high, negated: true } if is_column(of) && !is_text(column) => {
            let (below, above) = (compared(Comparison::Lt, low, column)?, compared(Comparison::Gt, high, column)?);
            Some(union(below.into_iter().chain(above)))
        }
        Expr::In { of, list, negated: false } if is_column(of) => {
            let points: Option<Vec<_>> = list.iter().map(|item| compared(Comparison::Eq, item, column)).collect();
            Some(union(points?.into_iter().flatten()))
        }
        Expr::In { of, list, negated: true } if is_column(of) => {
            let outside: Option<Vec<_>> = list.iter().map(|item| compared(Comparison::Ne, item, column)).collect();
            balanced(outside?, |a, b| intersection(&a, &b))
        }
        Expr::RowIn { of, list, negated: false } => {
            let at = of.iter().position(is_column)?;
            let points: Option<Vec<_>> = list.iter().map(|row| compared(Comparison::Eq, &row[at], column)).collect();
            Some(union(points?.into_iter().flatten()))
        }
        Expr::Is { of, what: Is::Null, negated } if is_column(of) => match (negated, column.nullable) {
            (true, true) => Some(vec![Interval::not_null(column)]),
            (true, false) => None,
            (false, true) => Some(vec![Interval::equal(Datum::Null)]),
            (false, false) => Some(Vec::new()),
        },
        Expr::Like { of, pattern, escape, negated: false } if is_column(of) => {
            beginning_with(&constant(pattern)?, *escape, column).map(|interval| vec![interval])
        }
        // No value satisfies it.
        other if other.is_never_true() => Some(Vec::new()),
        _ => None,
    }
}

/// The strings that begin with the literal prefix of a LIKE pattern; `None`: the prefix is empty, or the column holds
/// no strings. The bounds are the server's: the prefix, and the prefix padded with the greatest character.
#[doc(alias = "my_like_range")]
fn beginning_with(pattern: &Value, escape: Option<char>, column: &ColumnDef) -> Option<Interval> {
    let (binary, length) = match column.ty {
        ColumnType::VarBinary { bytes } => (true, usize::from(bytes)),
        ColumnType::VarChar { chars } | ColumnType::Char { chars } => (false, usize::from(chars)),
        _ => return None,
    };
    if !binary && pattern.is_binary() {
        return None;
    }
    let (mut low, is_all) = literal_prefix(&pattern.shown()?, escape, binary);
    if low.is_empty() && !is_all {
        return None;
    }
    let places: Vec<usize> = match binary {
        true => (0..low.len()).collect(),
        false => String::from_utf8_lossy(&low).char_indices().map(|(at, _)| at).collect(),
    };
    // The column holds no string longer than its declared length.
    let left = length.saturating_sub(places.len());
    if let Some(end) = places.get(length) {
        low.truncate(*end);
    }
    if is_all || left == 0 {
        return Some(Interval::equal(Datum::Bytes(padded(low, column.ty))));
    }
    let last: &[u8] = if binary { &[0xFF] } else { "\u{10FFFF}".as_bytes() };
    let high = [low.as_slice(), &last.repeat(left)].concat();
    if matches!(column.ty, ColumnType::Char { .. }) {
        // Shorter strings are padded with spaces, and some characters are below the space.
        low.resize(low.len() + left, 0);
    }
    Some(Interval { low: Bound::Included(Datum::Bytes(low)), high: Bound::Included(Datum::Bytes(high)) })
}

/// `<=>`, which is true for two NULLs.
fn null_safe_equal(to: &Expr, column: &ColumnDef) -> Option<Vec<Interval>> {
    match constant(to)? {
        Value::Null if column.nullable => Some(vec![Interval::equal(Datum::Null)]),
        _ => compared(Comparison::Eq, to, column),
    }
}

/// The values in both (R2), in one pass over the two.
fn intersection(a: &[Interval], b: &[Interval]) -> Vec<Interval> {
    let (mut at_a, mut at_b) = (a.iter().peekable(), b.iter().peekable());
    let mut both = Vec::new();
    while let (Some(in_a), Some(in_b)) = (at_a.peek(), at_b.peek()) {
        both.extend(in_a.intersection(in_b));
        // The interval that ends first meets no later one.
        if high_order(&in_a.high, &in_b.high).is_lt() {
            at_a.next()
        } else {
            at_b.next()
        };
    }
    both
}

/// Returns them in order, those that overlap made one.
fn union(intervals: impl Iterator<Item = Interval>) -> Vec<Interval> {
    let mut sorted: Vec<_> = intervals.collect();
    sorted.sort_by(|a, b| low_order(&a.low, &b.low));
    let mut out: Vec<Interval> = Vec::with_capacity(sorted.len());
    for next in sorted {
        match out.last_mut() {
            Some(last) if last.intersection(&next).is_some() => {
                if high_order(&next.high, &last.high).is_gt() {
                    last.high = next.high;
                }
            }
            _ => out.push(next),
        }
    }
    out
}

/// The values for which `column = constant` can be true; `None`: unknown.
pub(crate) fn equal_to(constant: &Expr, column: &ColumnDef) -> Option<Vec<Interval>> {
    compared(Comparison::Eq, constant, column)
}

/// The values for which `column op constant` can be true; never NULL. `None`: all values, or unknown.
fn compared(op: Comparison, with: &Expr, column: &ColumnDef) -> Option<Vec<Interval>> {
    let value = constant(with)?;
    if value.is_null() {
        return Some(Vec::new());
    }
    if op == Comparison::Ne {
        let sides = [Comparison::Lt, Comparison::Gt].map(|op| compared(op, with, column));
        let [Some(below), Some(above)] = sides else { return None };
        return Some(union(below.into_iter().chain(above)));
    }
    let (low, high) = match column.ty {
        // A number compared with a datetime is read as a datetime, and several numbers may be the same datetime.
        ColumnType::Int { .. } if value.is_temporal() => return None,
        ColumnType::Int { bytes, unsigned } => {
            let (floor, exact) = whole_part(&value)?;
            let (at, op) = match int_bound(op, floor, exact, int_range(bytes, unsigned)) {
                IntBound::None => return Some(Vec::new()),
                // All values of a column that cannot be NULL: no restriction.
                IntBound::All => return column.nullable.then(|| vec![Interval::not_null(column)]),
                IntBound::At(at, op) => (int_datum(at, column.ty)?, op),
            };
            bounds(op, at)
        }
        ty => {
            let (at, side) = nearest_stored(&value, ty)?;
            let Some(op) = op_with_stored(op, side) else { return Some(Vec::new()) };
            bounds(op, at)
        }
    };
    let low = if low == Bound::Unbounded { above_null(column) } else { low };
    Some(vec![Interval { low, high }])
}

/// The bounds of the values `v` with `v op at` (R3). REQUIRES: `op` is not `<>`.
fn bounds(op: Comparison, at: Datum) -> (Bound<Datum>, Bound<Datum>) {
    match op {
        Comparison::Eq | Comparison::Ne => (Bound::Included(at.clone()), Bound::Included(at)),
        Comparison::Lt => (Bound::Unbounded, Bound::Excluded(at)),
        Comparison::Le => (Bound::Unbounded, Bound::Included(at)),
        Comparison::Gt => (Bound::Excluded(at), Bound::Unbounded),
        Comparison::Ge => (Bound::Included(at), Bound::Unbounded),
    }
}

/// The value next to a constant that a column can store, and how it compares with the constant; for types other than
/// integers. `None`: unknown, or beyond all values of the column.
#[doc(alias = "stored_field_cmp_to_item")]
fn nearest_stored(value: &Value, ty: ColumnType) -> Option<(Datum, Ordering)> {
    match ty {
        ColumnType::Decimal { precision, scale, unsigned } if !value.is_temporal() => {
            let number = value.number_beside_exact()?;
            let (at, side) = decimal_of(number)?.to_column(precision, scale, unsigned).ok()?;
            match number {
                Number::Double(_) if precision > EXACT_DIGITS => None,
                Number::Double(double) => {
                    let side = Value::from_datum(&at, ty).number()?.to_f64().partial_cmp(&double)?;
                    Some((at, side))
                }
                _ => Some((at, side)),
            }
        }
        ColumnType::DateTime { .. } | ColumnType::Date => datetime_datum(to_datetime(value)?.datetime, ty),
        _ => {
            let (at, exact) = cut_to_type(value.bytes()?, ty)?;
            Some((Datum::Bytes(padded(at.to_vec(), ty)), if exact { Ordering::Equal } else { Ordering::Less }))
        }
    }
}

/// The comparison with the nearest stored value that is true for the same values as `op` is with the constant (R3);
/// `None`: for no value. `stored` says how the stored value compares with the constant.
fn op_with_stored(op: Comparison, stored: Ordering) -> Option<Comparison> {
    Some(match (op, stored) {
        (op, Ordering::Equal) => op,
        (Comparison::Eq | Comparison::Ne, _) => return None,
        (Comparison::Lt | Comparison::Le, Ordering::Less) => Comparison::Le,
        (Comparison::Lt | Comparison::Le, Ordering::Greater) => Comparison::Lt,
        (Comparison::Gt | Comparison::Ge, Ordering::Less) => Comparison::Gt,
        (Comparison::Gt | Comparison::Ge, Ordering::Greater) => Comparison::Ge,
    })
}

/// The longest beginning of a string that a column can hold, and true if that is the whole string. A value of the
/// column is below the whole string exactly if it is not above that beginning. `None`: the bytes are not UTF-8, as the
/// column's are.
fn cut_to_type(string: &[u8], ty: ColumnType) -> Option<(&[u8], bool)> {
    let kept = match ty {
        ColumnType::VarBinary { bytes } => string.len().min(bytes.into()),
        ColumnType::VarChar { chars } | ColumnType::Char { chars } => {
            let text = std::str::from_utf8(string).ok()?;
            let cut = text.char_indices().nth(chars.into()).map_or(text.len(), |(at, _)| at);
            if matches!(ty, ColumnType::Char { .. }) { text[..cut].trim_end_matches(' ').len() } else { cut }
        }
        _ => return None,
    };
    Some((&string[..kept], kept == string.len()))
}

/// Returns the text padded as a key of a CHAR column is (R4).
fn padded(mut text: Vec<u8>, ty: ColumnType) -> Vec<u8> {
    if let ColumnType::Char { chars } = ty {
        let left = usize::from(chars).saturating_sub(String::from_utf8_lossy(&text).chars().count());
        text.resize(text.len() + left, b' ');
    }
    text
}

/// The whole numbers of a type for which a comparison is true.
enum IntBound {
    None,
    All,
    /// The numbers `n` of `n op at`; `at` is of the type.
    At(i128, Comparison),
}

/// The whole numbers `n` of a type from `least` to `greatest` for which `n op number` is true. The number is `floor` if
/// `exact`, else between `floor` and the next whole number. REQUIRES: `op` is not `<>`.
fn int_bound(op: Comparison, floor: i128, exact: bool, (least, greatest): (i128, i128)) -> IntBound {
    let (at, op) = match op {
        Comparison::Eq if !exact => return IntBound::None,
        Comparison::Lt if !exact => (floor, Comparison::Le),
        Comparison::Gt | Comparison::Ge if !exact => (floor + 1, Comparison::Ge),
        op => (floor, op),
    };
    let takes = |above: bool| {
        matches!((op, above), (Comparison::Gt | Comparison::Ge, true) | (Comparison::Lt | Comparison::Le, false))
    };
    // A number below the type's least one is below all of its values.
    match (at < least, at > greatest) {
        (false, false) => IntBound::At(at, op),
        (below, _) if takes(below) => IntBound::All,
        _ => IntBound::None,
    }
}

/// The largest whole number that is not above the value, and true if it is the value. `None`: a double too large to be
/// told from its neighbours.
fn whole_part(value: &Value) -> Option<(i128, bool)> {
    const EXACT_DOUBLES: f64 = (1u64 << 53) as f64;
    match value.number_beside_exact()? {
        // An Int is far from both ends of i128, so adding or subtracting 1 cannot overflow.
        Number::Int { value, .. } => Some((value, true)),
        Number::Decimal(d) => {
            let towards_zero = d.truncate();
            let exact = d == Decimal::from_int(towards_zero);
            let below = !exact && d < Decimal::from_int(0);
            Some((towards_zero.saturating_sub(below.into()).clamp(-(1 << 100), 1 << 100), exact))
        }
        Number::Double(d) if d.abs() < EXACT_DOUBLES => Some((d.floor() as i128, d.fract() == 0.0)),
        Number::Double(_) => None,
    }
}
