//! Cases of several sessions on a table with keys of several columns, some of which overlap: statements whose locks depend
//! on the plan.
//!
//! ```text
//! key (a, b), key (b)      a = 1 and b > 3 order by b limit 1 for update      which index, which end of the range,
//!                          b in (2, 3) and a = 1 for update                   which entries behind the last row?
//! ```
//!
//! RULES
//!
//! - **R1** No hints: the plan is the optimizer's choice, there and here. What is compared are the locks that follow.
//! - **R2** A table has so few rows that estimates are counts, and so many that a full scan seldom costs the same as an
//!   index.
//! - **R3** ORDER BY names enough columns that no two rows are equal in it: which of equal rows a sort returns first, and
//!   with LIMIT at all, is not defined.
//! - **R4** No statement deletes most of the table: a table of a few rows is read whole, whatever its keys.
//! - **R5** Every session ends with COMMIT or ROLLBACK.

use innolab_base::rng::Rng;
use std::fmt::Write;

/// Primary keys; the columns of all are NOT NULL.
const PRIMARY: &[&str] = &["id", "id", "id", "a, id", "a, b, id"];

/// Sets of secondary keys.
const KEYS: &[&str] = &[
    "key k1 (a, b)",
    "key k1 (a), key k2 (a, b)",
    "key k1 (a, b), key k2 (b)",
    "key k1 (a, b), key k2 (b, a)",
    "key k1 (a, b, c)",
    "key k1 (a), key k2 (b)",
    "key k1 (b, c), key k2 (a)",
    "key k1 (a, c), key k2 (b, c)",
    "key k1 (c, a), unique key k2 (u)",
    "unique key k1 (a, u), key k2 (b, c)",
];

/// Returns the body of one case.
pub(super) fn case(rng: &mut Rng) -> String {
    let mut out = String::new();
    Case { rng, rows: 0 }.write(&mut out);
    out
}

struct Case<'r> {
    rng: &'r mut Rng,
    /// Number of rows of the set-up.
    rows: u64,
}

impl Case<'_> {
    fn write(mut self, out: &mut String) {
        self.set_up(out);
        let count = 2 + self.rng.index(4) / 3;
        for session in 1..=count {
            let level = if self.rng.chance(75) { "repeatable read" } else { "read committed" };
            let _ = writeln!(out, "set session transaction isolation level {level}; begin; -- T{session}");
        }
        for _ in 0..5 + self.rng.below(6) {
            let session = 1 + self.rng.index(count);
            let _ = writeln!(out, "{}; -- T{session}", self.statement());
        }
        for session in 1..=count {
            let _ = writeln!(out, "{}; -- T{session}", self.rng.pick(&["commit", "commit", "rollback"]));
        }
        let _ = writeln!(out, "select * from t order by id, a, b; -- T1");
    }

    fn set_up(&mut self, out: &mut String) {
        let (primary, keys) = (self.rng.pick(PRIMARY), self.rng.pick(KEYS));
        let null = |column: &str| if primary.split(", ").any(|c| c == column) { " not null" } else { "" };
        let _ = writeln!(
            out,
            "create table t (id int not null, a int{}, b int{}, c int, u int, v int, primary key ({primary}), {keys});",
            null("a"),
            null("b")
        );
        self.rows = 12 + self.rng.below(25);
        let rows = (1..=self.rows).map(|n| {
            let value = |rng: &mut Rng, column: &str, of: u64| match null(column).is_empty() && rng.chance(6) {
                true => "null".to_owned(),
                false => rng.below(of).to_string(),
            };
            let (a, b, c) = (value(self.rng, "a", 5), value(self.rng, "b", 8), value(self.rng, "c", 4));
            format!("({}, {a}, {b}, {c}, {}, 0)", 2 * n, 3 * n)
        });
        let rows = rows.collect::<Vec<_>>().join(", ");
        let _ = writeln!(out, "insert into t values {rows};");
    }

    /// A column, and a value near those that it has.
    fn column(&mut self) -> (&'static str, u64) {
        match self.rng.below(12) {
            0..=4 => ("a", self.rng.below(6)),
            5..=8 => ("b", self.rng.below(9)),
            9 | 10 => ("c", self.rng.below(5)),
            _ => ("id", 1 + self.rng.below(2 * self.rows)),
        }
    }

    fn part(&mut self) -> String {
        let (column, value) = self.column();
        match self.rng.below(20) {
            0..=9 => format!("{column} = {value}"),
            10..=12 => format!("{column} {} {value}", self.rng.pick(&["<", ">", "<=", ">="])),
            13 | 14 => format!("{column} between {value} and {}", value + 1 + self.rng.below(3)),
            15 | 16 => format!("{column} in ({value}, {})", value + 1 + self.rng.below(3)),
            17 => format!("{column} is null"),
            18 => format!("({column} = {value} or {column} > {})", value + 3),
            _ => format!("u = {}", 3 * (1 + self.rng.below(self.rows))),
        }
    }

    fn condition(&mut self) -> String {
        let parts: Vec<String> = (0..1 + self.rng.below(5) / 2).map(|_| self.part()).collect();
        parts.join(" and ")
    }

    /// ORDER BY and LIMIT, each sometimes.
    fn tail(&mut self) -> String {
        let columns = self.rng.pick(&["a", "b", "id", "a, b", "b, a", "b, id", "a, id", "b, c", "a, b, c"]);
        let more: Vec<&str> =
            ["id", "a", "b"].into_iter().filter(|c| !columns.split(", ").any(|of| of == *c)).collect();
        let columns = [&[columns], more.as_slice()].concat().join(", "); // R3
        let columns = if self.rng.chance(30) { columns.replace(", ", " desc, ") + " desc" } else { columns };
        let order = if self.rng.chance(55) { format!(" order by {columns}") } else { String::new() };
        let limit = if self.rng.chance(50) { format!(" limit {}", 1 + self.rng.below(3)) } else { String::new() };
        order + &limit
    }

    fn statement(&mut self) -> String {
        match self.rng.below(20) {
            0..=10 => {
                let (condition, tail) = (self.condition(), self.tail());
                let columns = self.rng.pick(&["*", "*", "id", "a, b", "b, c"]);
                let lock = self.rng.pick(&[
                    " for update",
                    " for update",
                    " for update",
                    " lock in share mode",
                    " for update skip locked",
                ]);
                format!("select {columns} from t where {condition}{tail}{lock}")
            }
            11..=13 => format!("update t set v = v + 1 where {}{}", self.condition(), self.tail()),
            14 | 15 => {
                let (condition, mut tail) = (self.condition(), self.tail());
                if !tail.contains("limit") {
                    tail += " limit 3"; // R4
                }
                format!("delete from t where {condition}{tail}")
            }
            16 => {
                let (column, value) = (self.rng.pick(&["a", "b", "c"]), self.rng.below(6));
                format!("update t set {column} = {value} where {}", self.condition())
            }
            _ => {
                let id = 1 + self.rng.below(2 * self.rows + 4);
                let (a, b, c) = (self.rng.below(6), self.rng.below(9), self.rng.below(5));
                format!("insert into t values ({id}, {a}, {b}, {c}, {}, 1)", self.rng.below(3 * self.rows))
            }
        }
    }
}
