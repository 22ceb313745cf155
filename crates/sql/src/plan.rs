//! Which part of the clustered index a statement reads: what its WHERE says of the primary key's columns, as ranges of keys.
//!
//! ```text
//! primary key (a, b)        a in (1, 3) and b > 5 and c = 7
//!                           a: [1] [3]    b: (5, ∞)    c: is not in the key
//!                           ranges  ((1,5), (1)]   ((3,5), (3)]          a bound's values compare with as many key columns
//! ```
//!
//! RULES
//!
//! - **R1** A range never leaves out a row for which the condition is true. It may hold others: the condition is checked again on each row.
//! - **R2** Ranges are in key order and do not overlap, so that rows come in key order and once, whatever access is chosen.
//! - **R3** The access that is estimated to be cheaper is taken; a tie goes to the full scan, which descends the tree once.
//!
//! FACT: R1 holds for comparisons with numbers that the column's type cannot hold. PROOF: they are cut down to whole numbers on the side
//! that keeps every whole number for which the comparison is true, then to the type's range; doubles from 2^53 on, where comparison by
//! double takes neighbours for equal, give no range.
//!
//! One exception is the engine's: a CHAR key with characters below the space is ordered by its padding.
//!
//! InnoDB's counterpart: `sql/opt_range.cc` (`SEL_ARG`), `ha_innobase::records_in_range`.

use crate::expr::{Comparison, Context, Expr, Is};
use crate::store::{int_datum, int_range};
use crate::value::{Number, Value};
use innolab_engine::{ColumnType, Datum, KeyRange, Table, TableDef};
use std::cmp::Ordering;
use std::ops::Bound;

/// More ranges than this are not worth their descents; then fewer columns of the key are used.
const MAX_RANGES: usize = 4096;
/// Rows that could be read in the time that one descent of the tree takes.
const DESCENT_COST: u64 = 3;

/// How a statement reads its table.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// What is read, in key order (R2).
    pub(crate) ranges: Vec<KeyRange>,
    pub(crate) kind: AccessKind,
}

/// The kinds of access, by what they cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessKind {
    /// The condition is never true.
    Nothing,
    /// Whole keys: at most a row each.
    Point,
    /// Parts of the tree.
    Range,
    /// All of it.
    Full,
}

impl Access {
    pub(crate) fn full() -> Access {
        Access { ranges: vec![KeyRange::all()], kind: AccessKind::Full }
    }
}

/// The cheapest access (R3).
pub(crate) fn plan(table: &Table, condition: Option<&Expr>) -> Access {
    let Some(access) = condition.and_then(|c| key_access(table.def(), c)) else { return Access::full() };
    let rows = |range| match access.kind {
        AccessKind::Point => 1,
        _ => table.clustered().estimate_range(range),
    };
    let cost: u64 = access.ranges.iter().map(|range| DESCENT_COST + rows(range)).sum();
    // A short table costs a descent too, and a point is never dearer than that.
    let single_point = access.kind == AccessKind::Point && access.ranges.len() == 1;
    if single_point || cost < DESCENT_COST + table.estimate_rows() { access } else { Access::full() }
}

/// What the condition says of the key; `None`: nothing.
pub(crate) fn key_access(def: &TableDef, condition: &Expr) -> Option<Access> {
    if condition.is_constant() && intervals_of_constant(condition).is_some() {
        return Some(Access { ranges: Vec::new(), kind: AccessKind::Nothing });
    }
    let mut prefixes: Vec<Vec<Datum>> = vec![Vec::new()];
    for column in &def.primary_key {
        let Some(intervals) = intervals_of(condition, *column, def.columns[*column].ty) else { break };
        if intervals.len().saturating_mul(prefixes.len()) > MAX_RANGES {
            break;
        }
        let points: Option<Vec<&Datum>> = intervals.iter().map(Interval::point).collect();
        let Some(points) = points else {
            let ranges = prefixes.iter().flat_map(|prefix| intervals.iter().map(|i| i.behind(prefix))).collect();
            return Some(Access { ranges, kind: AccessKind::Range });
        };
        prefixes = prefixes.iter().flat_map(|prefix| points.iter().map(|p| appended(prefix, p))).collect();
    }
    let columns = prefixes.first().map_or(usize::MAX, Vec::len);
    let kind = match columns {
        0 => return None,
        usize::MAX => AccessKind::Nothing,
        all if all == def.primary_key.len() => AccessKind::Point,
        _ => AccessKind::Range,
    };
    Some(Access { ranges: prefixes.into_iter().map(KeyRange::equal).collect(), kind })
}

fn appended(prefix: &[Datum], value: &Datum) -> Vec<Datum> {
    let mut key = prefix.to_vec();
    key.push(value.clone());
    key
}

// -- intervals of one column --------------------------------------------------------------------------------------------------------------

/// Values of one column from bound to bound; never empty.
#[derive(Debug, Clone, PartialEq)]
struct Interval {
    low: Bound<Datum>,
    high: Bound<Datum>,
}

impl Interval {
    fn equal(value: Datum) -> Self {
        Interval { low: Bound::Included(value.clone()), high: Bound::Included(value) }
    }

    /// The only value in it, if it was made of one.
    fn point(&self) -> Option<&Datum> {
        match (&self.low, &self.high) {
            (Bound::Included(low), Bound::Included(high)) if low == high => Some(low),
            _ => None,
        }
    }

    /// The keys that begin with `prefix` and go on in the interval.
    fn behind(&self, prefix: &[Datum]) -> KeyRange {
        let bound = |bound: &Bound<Datum>| match bound {
            Bound::Included(value) => Bound::Included(appended(prefix, value)),
            Bound::Excluded(value) => Bound::Excluded(appended(prefix, value)),
            Bound::Unbounded if prefix.is_empty() => Bound::Unbounded,
            Bound::Unbounded => Bound::Included(prefix.to_vec()),
        };
        KeyRange { low: bound(&self.low), high: bound(&self.high) }
    }

    fn intersection(&self, other: &Self) -> Option<Self> {
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

/// Where an interval begins: nothing is before an open end, and `[5` is before `(5`.
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

/// Where an interval ends: nothing is behind an open end, and `5)` is before `5]`.
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

/// Values of the column for which the condition can be true, in order, disjoint (R2); `None`: all.
fn intervals_of(condition: &Expr, column: usize, ty: ColumnType) -> Option<Vec<Interval>> {
    let is_column = |e: &Expr| matches!(e, Expr::Column(c) if c.index == column);
    let of = |e| intervals_of(e, column, ty);
    match condition {
        Expr::And(a, b) => match (of(a), of(b)) {
            (Some(a), Some(b)) => Some(intersection(&a, &b)),
            (some, None) | (None, some) => some,
        },
        Expr::Or(a, b) => Some(union(of(a)?.into_iter().chain(of(b)?))),
        Expr::Compare(op, a, b) if is_column(a) => compared(*op, b, ty),
        Expr::Compare(op, a, b) if is_column(b) => compared(op.mirrored(), a, ty),
        Expr::NullSafeEqual(a, b) if is_column(a) => compared(Comparison::Eq, b, ty),
        Expr::NullSafeEqual(a, b) if is_column(b) => compared(Comparison::Eq, a, ty),
        Expr::Between { of, low, high, negated: false } if is_column(of) => {
            let (low, high) = (compared(Comparison::Ge, low, ty), compared(Comparison::Le, high, ty));
            match (low, high) {
                // A bound of another kind than text makes the comparison one of numbers.
                (_, None) | (None, _) if !matches!(ty, ColumnType::Int { .. }) => None,
                (Some(low), Some(high)) => Some(intersection(&low, &high)),
                (some, None) | (None, some) => some,
            }
        }
        Expr::In { of, list, negated: false } if is_column(of) => {
            let points: Option<Vec<_>> = list.iter().map(|item| compared(Comparison::Eq, item, ty)).collect();
            Some(union(points?.into_iter().flatten()))
        }
        // Columns of a primary key are NOT NULL.
        Expr::Is { of, what: Is::Null, negated: false } if is_column(of) => Some(Vec::new()),
        constant if constant.is_constant() => intervals_of_constant(constant),
        _ => None,
    }
}

/// No value fulfils a constant that is not true.
fn intervals_of_constant(constant: &Expr) -> Option<Vec<Interval>> {
    match constant.eval_truth(Context::of_row(&[])) {
        Ok(Some(true)) | Err(_) => None,
        Ok(_) => Some(Vec::new()),
    }
}

fn intersection(a: &[Interval], b: &[Interval]) -> Vec<Interval> {
    union(a.iter().flat_map(|a| b.iter().filter_map(|b| a.intersection(b))))
}

/// All of them in order, those that overlap made one.
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

/// Values of a column of type `ty` for which `column op constant` can be true.
fn compared(op: Comparison, constant: &Expr, ty: ColumnType) -> Option<Vec<Interval>> {
    if !constant.is_constant() {
        return None;
    }
    let value = constant.eval(Context::of_row(&[])).ok()?;
    if value.is_null() {
        return Some(Vec::new());
    }
    match ty {
        ColumnType::Int { bytes, unsigned } => {
            let (floor, exact) = whole_part(&value)?;
            int_interval(op, floor, exact, int_range(bytes, unsigned)).map(|range| match range {
                None => Vec::new(),
                Some((low, high)) => {
                    // Both are within the type's range.
                    let bound = |n| int_datum(n, ty).map_or(Bound::Unbounded, Bound::Included);
                    vec![Interval { low: bound(low), high: bound(high) }]
                }
            })
        }
        _ => {
            let (at, exact) = cut_to_type(value.string_bytes()?, ty)?;
            let at = Datum::Bytes(at.to_vec());
            let (low, high) = match op {
                Comparison::Ne => return None,
                Comparison::Eq if !exact => return Some(Vec::new()),
                Comparison::Eq => return Some(vec![Interval::equal(at)]),
                Comparison::Lt if exact => (Bound::Unbounded, Bound::Excluded(at)),
                Comparison::Ge if exact => (Bound::Included(at), Bound::Unbounded),
                Comparison::Lt | Comparison::Le => (Bound::Unbounded, Bound::Included(at)),
                Comparison::Gt | Comparison::Ge => (Bound::Excluded(at), Bound::Unbounded),
            };
            Some(vec![Interval { low, high }])
        }
    }
}

/// The longest beginning of a string that a column can hold, and whether it is the string. What a column holds is below the whole string
/// exactly if it is not above that beginning. `None`: it is not text, the column is.
fn cut_to_type(string: &[u8], ty: ColumnType) -> Option<(&[u8], bool)> {
    let kept = match ty {
        ColumnType::VarBinary { bytes } => string.len().min(bytes.into()),
        ColumnType::VarChar { chars } | ColumnType::Char { chars } => {
            let text = std::str::from_utf8(string).ok()?;
            let cut = text.char_indices().nth(chars.into()).map_or(text.len(), |(at, _)| at);
            if matches!(ty, ColumnType::Char { .. }) { text[..cut].trim_end_matches(' ').len() } else { cut }
        }
        ColumnType::Int { .. } => return None,
    };
    Some((&string[..kept], kept == string.len()))
}

/// The whole numbers `n` of a type for which `n op number` is true, if they are one run; `Some(None)`: there are none. The number is
/// `floor`, or (`!exact`) between it and the next.
fn int_interval(
    op: Comparison,
    floor: i128,
    exact: bool,
    (least, greatest): (i128, i128),
) -> Option<Option<(i128, i128)>> {
    let (low, high) = match op {
        Comparison::Ne => return None,
        Comparison::Eq if !exact => return Some(None),
        Comparison::Eq => (floor, floor),
        Comparison::Lt => (least, if exact { floor - 1 } else { floor }),
        Comparison::Le => (least, floor),
        Comparison::Gt => (floor + 1, greatest),
        Comparison::Ge => (if exact { floor } else { floor + 1 }, greatest),
    };
    let (low, high) = (low.max(least), high.min(greatest));
    Some((low <= high).then_some((low, high)))
}

/// The largest whole number that is not above the value, and whether it is the value. `None`: a double too large to tell neighbours apart.
fn whole_part(value: &Value) -> Option<(i128, bool)> {
    const EXACT_DOUBLES: f64 = (1u64 << 53) as f64;
    match value.number_beside_int()? {
        // Far from both ends of i128, so that one more or less is a number too.
        Number::Int { value, .. } => Some((value, true)),
        Number::Decimal(d) => {
            let towards_zero = d.truncate();
            let exact = d == crate::decimal::Decimal::from_int(towards_zero);
            let below = !exact && d < crate::decimal::Decimal::from_int(0);
            Some((towards_zero.saturating_sub(below.into()).clamp(-(1 << 100), 1 << 100), exact))
        }
        Number::Double(d) if d.abs() < EXACT_DOUBLES => Some((d.floor() as i128, d.fract() == 0.0)),
        Number::Double(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bind::{Binder, Surroundings};
    use expect_test::{Expect, expect};
    use innolab_engine::ColumnDef;
    use sqlparser::ast;

    fn def() -> TableDef {
        let column = |name: &str, ty| ColumnDef { name: name.into(), ty, nullable: false, default: None };
        let columns = vec![
            column("a", ColumnType::Int { bytes: 1, unsigned: false }),
            column("u", ColumnType::Int { bytes: 8, unsigned: true }),
            column("s", ColumnType::VarChar { chars: 3 }),
            column("c", ColumnType::Int { bytes: 4, unsigned: false }),
        ];
        TableDef { name: "t".into(), columns, primary_key: vec![0, 1, 2], ..TableDef::default() }
    }

    fn condition(def: &TableDef, text: &str) -> Expr {
        let around = Surroundings { database: "d".into(), last_insert_id: 0 };
        let ast::Statement::Query(query) = crate::rewrite::parse(&format!("select 1 from t where {text}")).unwrap()
        else {
            panic!()
        };
        let ast::SetExpr::Select(select) = *query.body else { panic!() };
        Binder::new(&around, Some((def, "t"))).bind_where(select.selection.as_ref()).unwrap().unwrap()
    }

    fn check(text: &str, expected: Expect) {
        let def = def();
        let value = |v: &Datum| match v {
            Datum::Bytes(b) => format!("{:?}", String::from_utf8_lossy(b)),
            Datum::Int(i) => i.to_string(),
            Datum::UInt(u) => u.to_string(),
            Datum::Null => "NULL".into(),
        };
        let key = |k: &[Datum]| k.iter().map(value).collect::<Vec<_>>().join(",");
        let shown = match key_access(&def, &condition(&def, text)) {
            None => "everything".to_string(),
            Some(access) => {
                let ranges = access.ranges.iter().map(|range| {
                    let low = match &range.low {
                        Bound::Included(k) => format!("[({})", key(k)),
                        Bound::Excluded(k) => format!("(({})", key(k)),
                        Bound::Unbounded => "(-".to_string(),
                    };
                    let high = match &range.high {
                        Bound::Included(k) => format!("({})]", key(k)),
                        Bound::Excluded(k) => format!("({}))", key(k)),
                        Bound::Unbounded => "-)".to_string(),
                    };
                    format!(" {low} {high}")
                });
                format!("{:?}{}", access.kind, ranges.collect::<String>())
            }
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn comparisons_of_one_column() {
        check("a = 5", expect!["Range [(5) (5)]"]);
        check("5 < a", expect!["Range [(6) (127)]"]);
        check("a > 2.5 and a <= '7'", expect!["Range [(3) (7)]"]);
        check("a < 2.5 or a > 9", expect!["Range [(-128) (2)] [(10) (127)]"]);
        check("a in (3, 1, null, 300, 2.5, 3)", expect!["Range [(1) (1)] [(3) (3)]"]);
        check("a between 1 and 5 and a between 5 and 9", expect!["Range [(5) (5)]"]);
        check("a <=> 5 or a is null", expect!["Range [(5) (5)]"]);
        check("not (a <> 5)", expect!["Range [(5) (5)]"]);
        check("not (a < 2 or a > 3)", expect!["Range [(2) (3)]"]);
    }

    #[test]
    fn what_is_beyond_the_type_is_cut() {
        check("a < 1000", expect!["Range [(-128) (127)]"]);
        check("a > 127", expect!["Nothing"]);
        check("a = 1 and u > -1", expect!["Range [(1,0) (1,18446744073709551615)]"]);
        check("a = 1 and u < 0", expect!["Nothing"]);
        check("a = 1 and u = 2 and s = 'abcd'", expect!["Nothing"]);
        check("a = 1 and u = 2 and s < 'abcd'", expect![[r#"Range [(1,2) (1,2,"abc")]"#]]);
        check(
            "a = 1 and u = 18446744073709551615 and s >= 'abcd'",
            expect![[r#"Range ((1,18446744073709551615,"abc") (1,18446744073709551615)]"#]],
        );
    }

    #[test]
    fn several_columns() {
        check("u = 5 and s = 'x'", expect!["everything"]);
        check(
            "a in (1, 3) and u > 5 and c = 7",
            expect!["Range [(1,6) (1,18446744073709551615)] [(3,6) (3,18446744073709551615)]"],
        );
        check("a = 1 and u in (2, 3) and s = 'x'", expect![[r#"Point [(1,2,"x") (1,2,"x")] [(1,3,"x") (1,3,"x")]"#]]);
        check("a > 1 and u = 2", expect!["Range [(2) (127)]"]);
        check(
            "(a = 1 and u = 2) or (a = 3 and u = 4)",
            expect!["Range [(1,2) (1,2)] [(1,4) (1,4)] [(3,2) (3,2)] [(3,4) (3,4)]"],
        );
    }

    #[test]
    fn what_says_nothing_of_the_key() {
        check("a + 1 = 5", expect!["everything"]);
        check("a <> 5", expect!["everything"]);
        check("a = 5 or c = 7", expect!["everything"]);
        check("a = u", expect!["everything"]);
        check("not a = 5", expect!["everything"]);
        check("not (a <=> 5)", expect!["everything"]);
        check("1 = 1", expect!["everything"]);
        check("1 = 0", expect!["Nothing"]);
        check("a = null", expect!["Nothing"]);
        check("a = 1e30", expect!["everything"]);
    }

    fn within(key: &[Datum], range: &KeyRange) -> bool {
        let above = match &range.low {
            Bound::Included(low) => key[..low.len()] >= low[..],
            Bound::Excluded(low) => key[..low.len()] > low[..],
            Bound::Unbounded => true,
        };
        let below = match &range.high {
            Bound::Included(high) => key[..high.len()] <= high[..],
            Bound::Excluded(high) => key[..high.len()] < high[..],
            Bound::Unbounded => true,
        };
        above && below
    }

    use proptest::prelude::*;

    /// Conditions on the key's columns, as text.
    fn conditions() -> impl Strategy<Value = String> {
        let constant =
            prop::sample::select(vec!["-200", "-1", "0", "1", "1.5", "'2'", "2", "3e0", "127", "128", "null"]);
        let text = prop::sample::select(vec!["''", "'a'", "'abc'", "'abcd'", "'b'", "null"]);
        let op = prop::sample::select(vec!["=", "<", "<=", ">", ">=", "<>", "<=>"]);
        let leaf = prop_oneof![
            (prop::sample::select(vec!["a", "u"]), op.clone(), constant.clone())
                .prop_map(|(c, o, v)| format!("{c} {o} {v}")),
            (op.clone(), constant.clone()).prop_map(|(o, v)| format!("{v} {o} a")),
            (op, text.clone()).prop_map(|(o, v)| format!("s {o} {v}")),
            (constant.clone(), constant.clone()).prop_map(|(l, h)| format!("a between {l} and {h}")),
            (text.clone(), constant.clone()).prop_map(|(l, h)| format!("s between {l} and {h}")),
            (text.clone(), text.clone()).prop_map(|(l, h)| format!("s between {l} and {h}")),
            prop::collection::vec(constant, 1..4).prop_map(|list| format!("u in ({})", list.join(","))),
        ];
        leaf.prop_recursive(4, 16, 2, |inner| {
            (inner.clone(), prop::sample::select(vec!["and", "or"]), inner)
                .prop_map(|(a, op, b)| format!("({a} {op} {b})"))
        })
    }

    proptest! {
        /// R1 and R2: of every key for which the condition is true, exactly one range has it; and ranges are in order.
        #[test]
        fn ranges_leave_nothing_out_and_are_disjoint(text in conditions()) {
            let def = def();
            let condition = condition(&def, &text);
            let Some(access) = key_access(&def, &condition) else { return Ok(()) };
            let mut last = 0;
            for a in [-128i64, -1, 0, 1, 2, 3, 127] {
                for u in [0u64, 1, 2, 3, 127, 128, u64::MAX] {
                    for s in ["", "a", "ab", "abc", "b"] {
                        let row = [Datum::Int(a), Datum::UInt(u), Datum::Bytes(s.as_bytes().to_vec()), Datum::Int(0)];
                        let holders: Vec<_> = (0..access.ranges.len()).filter(|n| within(&row[..3], &access.ranges[*n])).collect();
                        prop_assert!(holders.len() <= 1, "{a} {u} {s:?} lies in ranges {holders:?}");
                        if condition.eval_truth(Context::of_row(&row)).unwrap() == Some(true) {
                            prop_assert!(holders.len() == 1, "{a} {u} {s:?} is left out");
                        }
                        if let Some(holder) = holders.first() {
                            prop_assert!(*holder >= last, "range {holder} comes before range {last}");
                            last = *holder;
                        }
                    }
                }
            }
        }
    }
}
