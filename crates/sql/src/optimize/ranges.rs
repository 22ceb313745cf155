//! Ranges of keys: the part of an index that holds all rows for which a condition can be true.
//!
//! ```text
//! index (a, b)              a in (1, 3) and b > 5 and c = 7
//!                           a: [1] [3]    b: (5, ∞)    c is no key part
//!                           ranges  ((1,5), (1)]   ((3,5), (3)]
//!
//! a bound of n values compares with the first n key parts
//! ```
//!
//! RULES
//!
//! - **R1** No row for which the condition is true is left out (`interval` R1).
//! - **R2** Ranges are in key order and do not overlap.
//! - **R3** Key parts are used from the first on, as long as those before have single values only.
//!
//! InnoDB's counterpart: `get_mm_tree`, `get_quick_keys` in `sql/opt_range.cc`.

use super::interval::{Interval, intervals_of};
use super::key_prefix::with_value;
use crate::engine::{Datum, IndexNo, KeyRange, TableDef};
use crate::expr::Expr;

/// More ranges than this are not worth their descents; fewer key parts are used then.
const MAX_RANGES: usize = 4096;

/// The ranges of an index that a condition leaves.
#[derive(Debug)]
pub(crate) struct Ranges {
    /// In order (R2). Empty: the condition is never true.
    pub(crate) ranges: Vec<KeyRange>,
    /// Number of key parts that the ranges use.
    pub(crate) key_parts: usize,
    /// Number of first key parts that equal one value in all ranges.
    pub(crate) equal_parts: usize,
}

/// The ranges of the index that the condition leaves; `None`: it says nothing of the first key part.
pub(crate) fn key_ranges(def: &TableDef, index: IndexNo, condition: &Expr) -> Option<Ranges> {
    let mut prefixes: Vec<Vec<Datum>> = vec![Vec::new()];
    let mut found = Ranges { ranges: Vec::new(), key_parts: 0, equal_parts: 0 };
    for column in def.index_columns(index) {
        let Some(intervals) = intervals_of(condition, *column, &def.columns[*column]) else { break };
        if intervals.len().saturating_mul(prefixes.len()) > MAX_RANGES {
            break;
        }
        found.key_parts += 1;
        let points: Option<Vec<&Datum>> = intervals.iter().map(Interval::point).collect();
        let Some(points) = points else {
            found.ranges = prefixes.iter().flat_map(|prefix| intervals.iter().map(|i| i.key_range(prefix))).collect();
            return Some(found);
        };
        prefixes = prefixes.iter().flat_map(|prefix| points.iter().map(|p| with_value(prefix, p))).collect();
        found.equal_parts += usize::from(prefixes.len() == 1);
    }
    if found.key_parts == 0 {
        return None;
    }
    found.ranges = prefixes.into_iter().map(KeyRange::equal).collect();
    Some(found)
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
            return Some(Ranges { ranges: Vec::new(), key_parts: 0, equal_parts: 0 });
        }
        key_ranges(def, IndexNo::CLUSTERED, condition)
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
                format!("{}/{}{}", access.equal_parts, access.key_parts, ranges.collect::<String>())
            }
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn comparisons_of_one_column() {
        check("a = 5", expect!["1/1 [(5) (5)]"]);
        check("5 < a", expect!["0/1 ((5) -)"]);
        check("a > 2.5 and a <= '7'", expect!["0/1 [(3) (7)]"]);
        check("a < 2.5 or a > 9", expect!["0/1 (- (2)] ((9) -)"]);
        check("a in (3, 1, null, 300, 2.5, 3)", expect!["0/1 [(1) (1)] [(3) (3)]"]);
        check("a between 1 and 5 and a between 5 and 9", expect!["1/1 [(5) (5)]"]);
        check("a <=> 5 or a is null", expect!["1/1 [(5) (5)]"]);
        check("not (a <> 5)", expect!["1/1 [(5) (5)]"]);
        check("not (a < 2 or a > 3)", expect!["0/1 [(2) (3)]"]);
    }

    #[test]
    fn constants_beyond_the_type_are_cut() {
        check("a < 1000", expect!["everything"]);
        check("a > 127", expect!["0/1 ((127) -)"]);
        check("a = 1 and u > -1", expect!["1/1 [(1) (1)]"]);
        check("a = 1 and u < 0", expect!["1/2 [(1) (1,0))"]);
        check("a = 1 and u = 2 and s = 'abcd'", expect!["2/3"]);
        check("a = 1 and u = 2 and s < 'abcd'", expect![[r#"2/3 [(1,2) (1,2,"abc")]"#]]);
        check(
            "a = 1 and u = 18446744073709551615 and s >= 'abcd'",
            expect![[r#"2/3 ((1,18446744073709551615,"abc") (1,18446744073709551615)]"#]],
        );
    }

    #[test]
    fn several_columns() {
        check("u = 5 and s = 'x'", expect!["everything"]);
        check("a in (1, 3) and u > 5 and c = 7", expect!["0/2 ((1,5) (1)] ((3,5) (3)]"]);
        check("a = 1 and u in (2, 3) and s = 'x'", expect![[r#"1/3 [(1,2,"x") (1,2,"x")] [(1,3,"x") (1,3,"x")]"#]]);
        check("a > 1 and u = 2", expect!["0/1 ((1) -)"]);
        check(
            "(a = 1 and u = 2) or (a = 3 and u = 4)",
            expect!["0/2 [(1,2) (1,2)] [(1,4) (1,4)] [(3,2) (3,2)] [(3,4) (3,4)]"],
        );
    }

    #[test]
    fn patterns() {
        check("a = 1 and u = 2 and s like 'a%'", expect![[r#"2/3 [(1,2,"a") (1,2,"a\u{10ffff}\u{10ffff}")]"#]]);
        check("a = 1 and u = 2 and s like 'a\\_%' escape '|'", expect![[r#"2/3 [(1,2,"a\\") (1,2,"a\\\u{10ffff}")]"#]]);
        check("a = 1 and u = 2 and s like 'a\\%'", expect![[r#"3/3 [(1,2,"a%") (1,2,"a%")]"#]]);
        check("a = 1 and u = 2 and s like 'ab'", expect![[r#"3/3 [(1,2,"ab") (1,2,"ab")]"#]]);
        check("a = 1 and u = 2 and s like 'abcd%'", expect![[r#"3/3 [(1,2,"abc") (1,2,"abc")]"#]]);
        check("a = 1 and u = 2 and s like ''", expect![[r#"3/3 [(1,2,"") (1,2,"")]"#]]);
        check(
            "a = 1 and u = 2 and (s like 'a%' or s like 'b_')",
            expect![[r#"2/3 [(1,2,"a") (1,2,"a\u{10ffff}\u{10ffff}")] [(1,2,"b") (1,2,"b\u{10ffff}\u{10ffff}")]"#]],
        );
        check("a = 1 and u = 2 and s like '%a'", expect!["2/2 [(1,2) (1,2)]"]);
        check("a = 1 and u = 2 and s not like 'a%'", expect!["2/2 [(1,2) (1,2)]"]);
        check("a = 1 and u = 2 and s like null", expect!["2/2 [(1,2) (1,2)]"]);
    }

    #[test]
    fn conditions_without_ranges() {
        check("a + 1 = 5", expect!["everything"]);
        check("a <> 5", expect!["0/1 (- (5)) ((5) -)"]);
        check("a = 5 or c = 7", expect!["everything"]);
        check("a = u", expect!["everything"]);
        check("not a = 5", expect!["0/1 (- (5)) ((5) -)"]);
        check("not (a <=> 5)", expect!["everything"]);
        check("1 = 1", expect!["everything"]);
        check("1 = 0", expect!["0/0"]);
        check("a = null", expect!["0/1"]);
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
