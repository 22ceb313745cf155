//! Ranges of keys: the part of an index that holds all rows for which a condition can be true.
//!
//! ```text
//! index (a, b)        a in (1, 3) and b > 5                      a between 1 and 3 and b >= 5
//!
//! tree                a  [1]    [3]                              a  [1, 3]
//!                     b (5, ∞) (5, ∞)                            b  [5, ∞)
//! ranges              ((1,5), (1)]  ((3,5), (3)]                 [(1,5), (3)]
//!
//! a bound of n values compares with the first n key parts
//! ```
//!
//! RULES
//!
//! - **R1** No row for which the condition is true is left out (`interval` R1, `key_tree` R1).
//! - **R2** Ranges are in key order and do not overlap.
//! - **R3** Below a single value each interval of the next part is a range of its own. Below any other interval the
//!   next part only moves the two ends: its least value is appended to the lower bound and its greatest to the upper
//!   one, as long as these bounds are themselves in the range. What lies between is read and compared.
//! - **R4** A key goes on with the columns of the primary key, unless it is unique.
//!
//! InnoDB's counterpart: `sel_arg_range_seq_next`, `store_min_key` in `sql/opt_range_mrr.cc`.

use super::key_prefix::with_value;
use super::key_tree::{KeyColumns, KeyTree, Link, Node};
use crate::catalog::is_unique;
use crate::engine::{Datum, IndexNo, KeyRange, TableDef};
use crate::expr::Expr;
use std::ops::Bound;

/// More ranges than this are not worth their descents; fewer key parts are used then.
const MAX_RANGES: usize = 4096;

/// The ranges of an index that a condition leaves.
#[derive(Debug)]
pub(crate) struct Ranges {
    /// In order (R2). Empty: the condition is never true.
    pub(crate) ranges: Vec<KeyRange>,
    /// Number of key parts that the ranges use.
    #[doc(alias = "used_key_parts")]
    pub(crate) key_parts: usize,
}

/// The columns of a key by which ranges can be made, as places in a row (R4).
#[doc(alias = "ext_key_parts")]
pub(crate) fn key_columns(def: &TableDef, index: IndexNo) -> Vec<usize> {
    let mut columns = def.index_columns(index).to_vec();
    if !is_unique(def, index) {
        let more: Vec<usize> = def.primary_key.iter().copied().filter(|c| !columns.contains(c)).collect();
        columns.extend(more);
    }
    columns
}

/// The ranges of the index that the condition leaves; `None`: it says nothing of the first key part. `unique`: columns
/// that are a unique key alone.
pub(crate) fn key_ranges(def: &TableDef, index: IndexNo, condition: &Expr, unique: &[usize]) -> Option<Ranges> {
    let columns = key_columns(def, index);
    let tree = KeyColumns { def, columns: &columns, unique }.tree(condition)?;
    if tree.nodes.is_empty() {
        return Some(Ranges { ranges: Vec::new(), key_parts: 0 });
    }
    if tree.part > 0 {
        return None;
    }
    let depth = (1..columns.len()).rev().find(|depth| count(&tree, *depth) <= MAX_RANGES).unwrap_or(0);
    let mut ranges = Vec::new();
    add_ranges(&tree, depth, &mut Vec::new(), &mut ranges);
    let parts = |bound: &Bound<Vec<Datum>>| match bound {
        Bound::Included(key) | Bound::Excluded(key) => key.len(),
        Bound::Unbounded => 0,
    };
    let key_parts = ranges.iter().map(|range| parts(&range.low).max(parts(&range.high))).max().unwrap_or(0);
    Some(Ranges { ranges, key_parts })
}

/// The tree of the next key part, if it is not deeper than `depth`.
fn next_part(part: usize, below: &Link, depth: usize) -> Option<&KeyTree> {
    below.as_deref().filter(|tree| tree.part == part + 1 && tree.part <= depth)
}

/// Number of ranges of a tree, if parts behind `depth` are not used.
fn count(tree: &KeyTree, depth: usize) -> usize {
    let of = |node: &Node| match (node.interval.point(), next_part(tree.part, &node.below, depth)) {
        (Some(_), Some(next)) => count(next, depth),
        _ => 1,
    };
    tree.nodes.iter().map(of).fold(0, usize::saturating_add)
}

/// Adds the ranges of a tree below the values `prefix` (R3).
fn add_ranges(tree: &KeyTree, depth: usize, prefix: &mut Vec<Datum>, out: &mut Vec<KeyRange>) {
    for Node { interval, below } in &tree.nodes {
        let next = next_part(tree.part, below, depth);
        match (interval.point(), next) {
            (Some(value), Some(next)) => {
                prefix.push(value.clone());
                add_ranges(next, depth, prefix, out);
                prefix.pop();
            }
            _ => {
                let mut range = interval.key_range(prefix);
                range.low = extended(range.low, interval.low(), tree.part, below, depth, End::Low);
                range.high = extended(range.high, interval.high(), tree.part, below, depth, End::High);
                out.push(range);
            }
        }
    }
}

/// One of the two ends of a range.
#[derive(Clone, Copy)]
enum End {
    Low,
    High,
}

/// The bound with the least values of later parts appended, or with the greatest ones (R3).
#[doc(alias = "store_min_key")]
fn extended(
    bound: Bound<Vec<Datum>>,
    own: &Bound<Datum>,
    part: usize,
    below: &Link,
    depth: usize,
    end: End,
) -> Bound<Vec<Datum>> {
    let (Bound::Included(key), Bound::Included(_), Some(next)) = (&bound, own, next_part(part, below, depth)) else {
        return bound;
    };
    let node = match end {
        End::Low => next.nodes.first(),
        End::High => next.nodes.last(),
    };
    let Some(node) = node else { return bound };
    let own = match end {
        End::Low => node.interval.low(),
        End::High => node.interval.high(),
    };
    let longer = match own {
        Bound::Included(value) => Bound::Included(with_value(key, value)),
        Bound::Excluded(value) => Bound::Excluded(with_value(key, value)),
        Bound::Unbounded => return bound,
    };
    extended(longer, own, next.part, &node.below, depth, end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::BindContext;
    use crate::engine::{ColumnDef, ColumnType, packed};
    use crate::expr::{Binder, EvalContext};
    use crate::types::{Value, datetime_datum, to_datetime};
    use expect_test::{Expect, expect};
    use sqlparser::ast;
    use std::ops::Bound;

    /// The ranges of the primary key.
    fn key_access(def: &TableDef, condition: &Expr) -> Option<Ranges> {
        if condition.is_never_true() {
            return Some(Ranges { ranges: Vec::new(), key_parts: 0 });
        }
        key_ranges(def, IndexNo::CLUSTERED, condition, &[])
    }

    fn def() -> TableDef {
        let column = |name: &str, ty| ColumnDef::new(name, ty, false);
        let columns = vec![
            column("a", ColumnType::Int { bytes: 1, unsigned: false }),
            column("u", ColumnType::Int { bytes: 8, unsigned: true }),
            column("s", ColumnType::VarChar { chars: 3 }),
            column("c", ColumnType::Int { bytes: 4, unsigned: false }),
        ];
        TableDef { name: "t".into(), columns, primary_key: vec![0, 1, 2], ..TableDef::default() }
    }

    fn condition(def: &TableDef, text: &str) -> Expr {
        let context = BindContext::new("d", crate::engine::Options::default());
        let parsed = crate::parse::parse_statement(&format!("select 1 from t where {text}")).unwrap();
        let ast::Statement::Query(query) = parsed else { panic!() };
        let ast::SetExpr::Select(select) = *query.body else { panic!() };
        Binder::new(&context, Some((def, "t"))).bind_where(select.selection.as_ref()).unwrap().unwrap()
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
                format!("{}{}", access.key_parts, ranges.collect::<String>())
            }
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn comparisons_of_one_column() {
        check("a = 5", expect!["1 [(5) (5)]"]);
        check("5 < a", expect!["1 ((5) -)"]);
        check("a > 2.5 and a <= '7'", expect!["1 [(3) (7)]"]);
        check("a < 2.5 or a > 9", expect!["1 (- (2)] ((9) -)"]);
        check("a in (3, 1, null, 300, 2.5, 3)", expect!["1 [(1) (1)] [(3) (3)]"]);
        check("a between 1 and 5 and a between 5 and 9", expect!["1 [(5) (5)]"]);
        check("a <=> 5 or a is null", expect!["1 [(5) (5)]"]);
        check("not (a <> 5)", expect!["1 [(5) (5)]"]);
        check("not (a < 2 or a > 3)", expect!["1 [(2) (3)]"]);
    }

    #[test]
    fn constants_beyond_the_type_are_cut() {
        check("a < 1000", expect!["everything"]);
        check("a > 127", expect!["1 ((127) -)"]);
        check("a = 1 and u > -1", expect!["1 [(1) (1)]"]);
        check("a = 1 and u < 0", expect!["2 [(1) (1,0))"]);
        check("a = 1 and u = 2 and s = 'abcd'", expect!["0"]);
        check("a = 1 and u = 2 and s < 'abcd'", expect![[r#"3 [(1,2) (1,2,"abc")]"#]]);
        check(
            "a = 1 and u = 18446744073709551615 and s >= 'abcd'",
            expect![[r#"3 ((1,18446744073709551615,"abc") (1,18446744073709551615)]"#]],
        );
    }

    #[test]
    fn several_columns() {
        check("u = 5 and s = 'x'", expect!["everything"]);
        check("a in (1, 3) and u > 5 and c = 7", expect!["2 ((1,5) (1)] ((3,5) (3)]"]);
        check("a = 1 and u in (2, 3) and s = 'x'", expect![[r#"3 [(1,2,"x") (1,2,"x")] [(1,3,"x") (1,3,"x")]"#]]);
        check("a > 1 and u = 2", expect!["1 ((1) -)"]);
        check("(a = 1 and u = 2) or (a = 3 and u = 4)", expect!["2 [(1,2) (1,2)] [(3,4) (3,4)]"]);
    }

    #[test]
    fn patterns() {
        check("a = 1 and u = 2 and s like 'a%'", expect![[r#"3 [(1,2,"a") (1,2,"a\u{10ffff}\u{10ffff}")]"#]]);
        check("a = 1 and u = 2 and s like 'a\\_%' escape '|'", expect![[r#"3 [(1,2,"a\\") (1,2,"a\\\u{10ffff}")]"#]]);
        check("a = 1 and u = 2 and s like 'a\\%'", expect![[r#"3 [(1,2,"a%") (1,2,"a%")]"#]]);
        check("a = 1 and u = 2 and s like 'ab'", expect![[r#"3 [(1,2,"ab") (1,2,"ab")]"#]]);
        check("a = 1 and u = 2 and s like 'abcd%'", expect![[r#"3 [(1,2,"abc") (1,2,"abc")]"#]]);
        check("a = 1 and u = 2 and s like ''", expect![[r#"3 [(1,2,"") (1,2,"")]"#]]);
        check(
            "a = 1 and u = 2 and (s like 'a%' or s like 'b_')",
            expect![[r#"3 [(1,2,"a") (1,2,"a\u{10ffff}\u{10ffff}")] [(1,2,"b") (1,2,"b\u{10ffff}\u{10ffff}")]"#]],
        );
        check("a = 1 and u = 2 and s like '%a'", expect!["2 [(1,2) (1,2)]"]);
        check("a = 1 and u = 2 and s not like 'a%'", expect!["2 [(1,2) (1,2)]"]);
        check("a = 1 and u = 2 and s like null", expect!["2 [(1,2) (1,2)]"]);
    }

    #[test]
    fn conditions_without_ranges() {
        check("a + 1 = 5", expect!["everything"]);
        check("a <> 5", expect!["1 (- (5)) ((5) -)"]);
        check("a = 5 or c = 7", expect!["everything"]);
        check("a = u", expect!["everything"]);
        check("not a = 5", expect!["1 (- (5)) ((5) -)"]);
        check("not (a <=> 5)", expect!["everything"]);
        check("1 = 1", expect!["everything"]);
        check("1 = 0", expect!["0"]);
        check("a = null", expect!["0"]);
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
            prop::sample::select(vec![
                "a%", "ab%", "abc%", "abcd%", "a_", "a_c%", "ab", "abc", "abcd", "%", "%b", "", "\\\\%", "a|%"
            ])
            .prop_map(|pattern| format!("s like '{pattern}'")),
            prop::collection::vec(constant, 1..4).prop_map(|list| format!("u in ({})", list.join(","))),
        ];
        leaf.prop_recursive(4, 16, 2, |inner| {
            (inner.clone(), prop::sample::select(vec!["and", "or"]), inner)
                .prop_map(|(a, op, b)| format!("({a} {op} {b})"))
        })
    }

    proptest! {
        /// A key for which the condition is true lies in exactly one range, any other in one at most; ranges are in
        /// order (R1, R2).
        #[test]
        fn ranges_leave_nothing_out_and_are_disjoint(text in conditions()) {
            let def = def();
            let condition = condition(&def, &text);
            let Some(access) = key_access(&def, &condition) else { return Ok(()) };
            let mut last = 0;
            for a in [-128i64, -1, 0, 1, 2, 3, 127] {
                for u in [0u64, 1, 2, 3, 127, 128, u64::MAX] {
                    for s in ["", "%", "a", "ab", "ab\u{10FFFF}", "abc", "b"] {
                        let row = [Datum::Int(a), Datum::UInt(u), Datum::Bytes(s.as_bytes().to_vec()), Datum::Int(0)];
                        let holders: Vec<_> = (0..access.ranges.len()).filter(|n| within(&row[..3], &access.ranges[*n])).collect();
                        prop_assert!(holders.len() <= 1, "({a}, {u}, {s:?}) lies in ranges {holders:?} of {text}, not in one");
                        if condition.eval_truth(EvalContext::of_row(&row)).unwrap() == Some(true) {
                            prop_assert!(holders.len() == 1, "({a}, {u}, {s:?}) is left out of the ranges of {text}");
                        }
                        if let Some(holder) = holders.first() {
                            prop_assert!(*holder >= last, "range {holder} comes before range {last} of {text}");
                            last = *holder;
                        }
                    }
                }
            }
        }
    }

    /// Each: a type whose values are packed, some of its values in order, and constants, some of them no value of the
    /// type.
    fn packed_columns() -> Vec<(ColumnType, Vec<Datum>, Vec<&'static str>)> {
        let number = |precision, scale, texts: &[&str]| {
            texts.iter().map(|t| packed::decimal(t, precision, scale)).collect::<Vec<_>>()
        };
        let moments = |ty, texts: &[&str]| {
            let of = |text: &&str| {
                datetime_datum(to_datetime(&Value::Text((*text).into())).unwrap().datetime, ty).unwrap().0
            };
            texts.iter().map(of).collect::<Vec<_>>()
        };
        let numbers = vec![
            "0", "1.5", "'1.5'", "1.504", "1.505", "1.505e0", "-1.505", "'1.5x'", "1e0", "999", "1e20", "-0.01", "null",
        ];
        let times = vec![
            "'2024-01-02'",
            "20240103",
            "'2024-01-02 03:04:05'",
            "'2024-01-02 03:04:05.5'",
            "'2024-02-30'",
            "date'2024-01-03'",
            "timestamp'2024-01-02 00:00:00.1'",
            "'x'",
            "5",
            "null",
        ];
        let some = [
            "0",
            "2024-01-02",
            "2024-01-02 03:04:05",
            "2024-01-02 03:04:05.5",
            "2024-01-02 03:04:06",
            "2024-01-03",
            "2024-02-29",
        ];
        let whole = ["0", "2024-01-02", "2024-01-03", "2024-02-29"];
        let [cents, wide] =
            [(5, 2), (30, 3)].map(|(precision, scale)| ColumnType::Decimal { precision, scale, unsigned: false });
        let (second, tenth) = (ColumnType::DateTime { fsp: 0 }, ColumnType::DateTime { fsp: 1 });
        vec![
            (cents, number(5, 2, &["-1.51", "-1.50", "-0.01", "0", "1.49", "1.50", "1.51", "999.99"]), numbers.clone()),
            (
                wide,
                number(
                    30,
                    3,
                    &[
                        "-1.505",
                        "0",
                        "1.5",
                        "1.504",
                        "1.505",
                        "1.506",
                        "1000000000",
                        "100000000000000000000.000",
                        "100000000000000000000.001",
                    ],
                ),
                numbers,
            ),
            (second, moments(second, &[&some[..3], &some[4..]].concat()), times.clone()),
            (tenth, moments(tenth, &some), times.clone()),
            (ColumnType::Date, moments(ColumnType::Date, &whole), times),
        ]
    }

    proptest! {
        /// The same for types whose values are packed.
        #[test]
        fn ranges_of_packed_values_leave_nothing_out(
            kind in 0..5usize,
            parts in prop::collection::vec((0..9usize, 0..13usize, 0..13usize, any::<bool>()), 1..4),
        ) {
            let (ty, values, constants) = packed_columns().swap_remove(kind);
            let constant = |n: usize| constants[n % constants.len()];
            let part = |&(op, a, b, and): &(usize, usize, usize, bool)| {
                let (a, b) = (constant(a), constant(b));
                let text = match op {
                    0 => format!("c between {a} and {b}"),
                    1 => format!("c in ({a}, {b})"),
                    n => format!("c {} {a}", ["=", "<", "<=", ">", ">=", "<>", "<=>"][n - 2]),
                };
                text + if and { " and " } else { " or " }
            };
            let text = parts.iter().map(part).collect::<String>() + "c = 1";
            let column = ColumnDef::new("c", ty, false);
            let def = TableDef { name: "t".into(), columns: vec![column], primary_key: vec![0], ..TableDef::default() };
            let condition = condition(&def, &text);
            let Some(access) = key_access(&def, &condition) else { return Ok(()) };
            for value in values {
                let row = [value];
                let holders = access.ranges.iter().filter(|range| within(&row, range)).count();
                prop_assert!(holders <= 1, "{row:?} lies in {holders} ranges of {text}, not in one");
                let wanted = condition.eval_truth(EvalContext::of_row(&row)).unwrap() == Some(true);
                prop_assert!(holders == 1 || !wanted, "{row:?} is left out of the ranges of {text}");
            }
        }
    }
}
