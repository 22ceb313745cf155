//! Cases of one session: a table with columns of several types, and statements on the same few values, so that
//! duplicates, NULLs, empty ranges and the limits of types occur.
//!
//! RULES
//!
//! - **R1** A constant in an equality is one that every column of its kind can store. For others the server knows
//!   before it reads a row that the equality is false, and errors in the rest of the condition never occur.
//! - **R2** IS NULL only on columns that may be NULL, for the same reason.

use innolab_base::rng::Rng;
use std::fmt::Write;

struct Column {
    name: &'static str,
    ty: &'static str,
    kind: Kind,
    nullable: bool,
    default: Option<&'static str>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Int,
    Text,
    Decimal,
    Moment,
}

const TYPES: &[(&str, Kind)] = &[
    ("int", Kind::Int),
    ("bigint", Kind::Int),
    ("int unsigned", Kind::Int),
    ("bigint unsigned", Kind::Int),
    ("varchar(5)", Kind::Text),
    ("varchar(40)", Kind::Text),
    ("char(4)", Kind::Text),
    ("varbinary(6)", Kind::Text),
    ("decimal(5,2)", Kind::Decimal),
    ("decimal(40,10)", Kind::Decimal),
    ("decimal(4,1) unsigned", Kind::Decimal),
    ("datetime", Kind::Moment),
    ("datetime(3)", Kind::Moment),
    ("date", Kind::Moment),
];
const TEXTS: &[&str] =
    &["''", "'a'", "'b'", "'ab'", "'B'", "'abc'", "'a%c'", "'zz'", "'ü'", "' x'", "'7'", "'-3'", "'12ab'"];
const DECIMALS: &[&str] =
    &["0", "1", "1.5", "-1.5", "'1.5'", "7.0", "15e-1", "'1.50'", "2.25", "1.504", "1.505", "'2.25'", "-0.04"];
const ODD_DECIMALS: &[&str] =
    &["999.99", "999.995", "123456789012345678901234567890.12345", "'1.5x'", "'x'", "''", "1e30", "1/3"];
const MOMENTS: &[&str] = &[
    "'2024-01-02'",
    "'2024-1-3'",
    "20240103",
    "'20240103'",
    "'0000-00-00'",
    "date'2024-02-29'",
    "'2024-01-02 03:04:05'",
    "20240102030405",
    "'1999-12-31 23:59:59'",
    "'2024-01-02 03:04:05.678'",
    "timestamp'2024-01-02 03:04:05.6'",
];
/// The first so many `DECIMALS` and `MOMENTS` can be stored in every column of their kind (R1).
const EXACT_DECIMALS: usize = 8;
const EXACT_MOMENTS: usize = 6;
const ODD_MOMENTS: &[&str] =
    &["'2024-02-30'", "'2024-13-01'", "'x'", "''", "5", "'2024-01-02x'", "-1", "'2024-00-10'", "1.5", "'240102'"];
const COMPARISONS: &[&str] = &["=", "<", "<=", ">", ">=", "<>", "!=", "<=>"];

struct Case<'r> {
    rng: &'r mut Rng,
    columns: Vec<Column>,
    key: Vec<usize>,
    auto_increment: bool,
    out: String,
}

/// Returns the body of one case.
pub(super) fn case(rng: &mut Rng) -> String {
    let mut case = Case { rng, columns: vec![], key: vec![], auto_increment: false, out: String::new() };
    case.table();
    for _ in 0..8 + case.rng.below(30) {
        let statement = case.statement();
        let _ = writeln!(case.out, "{statement}; -- T1");
    }
    let order = case.columns.iter().map(|c| c.name).collect::<Vec<_>>().join(", ");
    let _ = writeln!(case.out, "select * from t order by {order}; -- T1");
    case.out
}

impl Case<'_> {
    fn table(&mut self) {
        let names = ["a", "b", "c", "d", "e"];
        for name in &names[..2 + self.rng.below(4) as usize] {
            let (ty, kind) = TYPES[self.rng.index(TYPES.len())];
            let nullable = self.rng.chance(60);
            let default = match kind {
                Kind::Int if self.rng.chance(25) => Some("7"),
                Kind::Text if self.rng.chance(25) => Some("'dd'"),
                Kind::Decimal if self.rng.chance(25) => Some("2.25"),
                Kind::Moment if self.rng.chance(25) => Some("'2024-01-02'"),
                _ => None,
            };
            self.columns.push(Column { name, ty, kind, nullable, default });
        }
        self.key = match self.rng.below(10) {
            0 => vec![],
            1..=5 => vec![0],
            6 | 7 => vec![0, 1],
            _ => vec![1, 0],
        };
        for i in self.key.clone() {
            self.columns[i].nullable = false;
        }
        self.auto_increment = self.key.first() == Some(&0) && self.columns[0].kind == Kind::Int && self.rng.chance(40);
        let mut parts = vec![];
        for (i, c) in self.columns.iter().enumerate() {
            let mut text = format!("{} {}", c.name, c.ty);
            text += if c.nullable { "" } else { " not null" };
            if self.auto_increment && i == 0 {
                text += " auto_increment";
            } else if let Some(default) = c.default {
                let _ = write!(text, " default {default}");
            }
            parts.push(text);
        }
        if !self.key.is_empty() {
            let names = self.key.iter().map(|i| self.columns[*i].name).collect::<Vec<_>>().join(", ");
            parts.push(format!("primary key ({names})"));
        }
        let _ = writeln!(self.out, "create table t ({}); -- T1", parts.join(", "));
    }

    // ---- values

    fn int(&mut self) -> String {
        match self.rng.below(40) {
            0 => "2147483647".to_owned(),
            1 => "-2147483648".to_owned(),
            2 => "4294967296".to_owned(),
            3 => "9223372036854775807".to_owned(),
            4 => "-9223372036854775808".to_owned(),
            5 => "18446744073709551615".to_owned(),
            6..=9 => format!("-{}", 1 + self.rng.below(9)),
            _ => self.rng.below(12).to_string(),
        }
    }

    fn text(&mut self) -> String {
        match self.rng.below(20) {
            0 => "'longer than five'".to_owned(),
            1 => "'abcdefg'".to_owned(),
            _ => self.rng.pick(TEXTS).to_owned(),
        }
    }

    fn value(&mut self, column: usize) -> String {
        if self.rng.chance(8) {
            return "NULL".to_owned();
        }
        if self.rng.chance(3) {
            return "DEFAULT".to_owned();
        }
        match self.columns[column].kind {
            Kind::Int => self.int(),
            Kind::Text => self.text(),
            Kind::Decimal => self.mostly(DECIMALS, ODD_DECIMALS),
            Kind::Moment => self.mostly(MOMENTS, ODD_MOMENTS),
        }
    }

    /// One of `usual`, one time in ten one of `odd`.
    fn mostly(&mut self, usual: &[&'static str], odd: &[&'static str]) -> String {
        let of = if self.rng.chance(10) { odd } else { usual };
        self.rng.pick(of).to_owned()
    }

    // ---- expressions

    fn column(&mut self) -> usize {
        self.rng.index(self.columns.len())
    }

    fn number_column(&mut self) -> Option<&'static str> {
        let is_number = |c: &&Column| matches!(c.kind, Kind::Int | Kind::Decimal);
        let numbers: Vec<&'static str> = self.columns.iter().filter(is_number).map(|c| c.name).collect();
        (!numbers.is_empty()).then(|| self.rng.pick(&numbers))
    }

    fn number(&mut self, depth: u32) -> String {
        let small = self.rng.below(9).to_string();
        match (self.number_column(), self.rng.below(8)) {
            (Some(c), 0..=2) => c.to_owned(),
            (Some(c), 3) => format!("{c} % {}", 2 + self.rng.below(4)),
            _ if depth == 0 => small,
            (_, 4) => format!("{} + {}", self.number(depth - 1), small),
            (_, 5) => format!("({} - {})", small, self.number(depth - 1)),
            (_, 6) => format!("{} * {}", self.number(0), 1 + self.rng.below(3)),
            _ => small,
        }
    }

    fn condition(&mut self, depth: u32) -> String {
        let i = self.column();
        let (name, kind) = (self.columns[i].name, self.columns[i].kind);
        let storable = |s: &mut Self| match kind {
            Kind::Int => s.rng.below(12).to_string(),
            Kind::Text => s.rng.pick(TEXTS).to_owned(),
            Kind::Decimal => s.rng.pick(&DECIMALS[..EXACT_DECIMALS]).to_owned(),
            Kind::Moment => s.rng.pick(&MOMENTS[..EXACT_MOMENTS]).to_owned(),
        };
        let any = |s: &mut Self| match kind {
            Kind::Decimal => s.rng.pick(DECIMALS).to_owned(),
            Kind::Moment => s.rng.pick(MOMENTS).to_owned(),
            _ => storable(s),
        };
        match self.rng.below(if depth == 0 { 9 } else { 13 }) {
            0..=3 => match self.rng.pick(COMPARISONS) {
                order @ ("<" | "<=" | ">" | ">=") => format!("{name} {order} {}", any(self)),
                equality => format!("{name} {equality} {}", storable(self)),
            },
            4 if self.columns[i].nullable => {
                format!("{name} is {}null", if self.rng.chance(50) { "not " } else { "" })
            }
            4 => format!("{name} <> {}", storable(self)),
            5 => {
                let not = if self.rng.chance(25) { "not " } else { "" };
                format!("{name} {not}in ({}, {}, {})", storable(self), storable(self), storable(self))
            }
            6 => format!("{name} between {} and {}", any(self), any(self)),
            7 if kind == Kind::Text => {
                let pattern = self.rng.pick(&["'a%'", "'%b%'", "'_'", "'a_c'", "'%'", "'ab'", "'a\\\\%%'"]);
                format!("{name} like {pattern}")
            }
            7 | 8 => format!("{} {} {}", self.number(1), self.rng.pick(COMPARISONS), self.number(1)),
            9 | 10 => format!("{} and {}", self.condition(depth - 1), self.condition(depth - 1)),
            11 => format!("({} or {})", self.condition(depth - 1), self.condition(depth - 1)),
            _ => format!("not ({})", self.condition(depth - 1)),
        }
    }

    fn filter(&mut self) -> String {
        if self.rng.chance(12) { String::new() } else { format!(" where {}", self.condition(2)) }
    }

    // ---- statements

    fn statement(&mut self) -> String {
        match self.rng.below(100) {
            0..=41 => self.insert(),
            42..=69 => self.select(),
            70..=84 => self.update(),
            85..=95 => format!("delete from t{}", self.filter()),
            96 => "select * from nowhere".to_owned(),
            97 => "select nothing from t".to_owned(),
            98 => "insert into t values (1)".to_owned(),
            _ => "select a from t where".to_owned(),
        }
    }

    fn insert(&mut self) -> String {
        let all = self.rng.chance(70);
        let columns: Vec<usize> = (0..self.columns.len()).filter(|_| all || self.rng.chance(70)).collect();
        if columns.is_empty() {
            return "insert into t () values ()".to_owned();
        }
        let names = columns.iter().map(|i| self.columns[*i].name).collect::<Vec<_>>().join(", ");
        let rows = if self.rng.chance(70) { 1 } else { 2 + self.rng.below(3) };
        let rows: Vec<String> = (0..rows)
            .map(|_| format!("({})", columns.iter().map(|i| self.value(*i)).collect::<Vec<_>>().join(", ")))
            .collect();
        let names = if all && self.rng.chance(60) { String::new() } else { format!(" ({names})") };
        format!("insert into t{names} values {}", rows.join(", "))
    }

    fn select(&mut self) -> String {
        let order = self.columns.iter().map(|c| c.name).collect::<Vec<_>>();
        if self.rng.chance(30) {
            let i = self.column();
            let of = self.columns[i].name;
            let number = self.number_column().unwrap_or("1");
            let what = self.rng.pick(&[
                "count(*)",
                "count({})",
                "min({})",
                "max({})",
                "sum(#)",
                "avg(#)",
                "count(*), max({}), sum(#)",
            ]);
            let what = what.replace("{}", of).replace('#', number);
            return format!("select {what} from t{}", self.filter());
        }
        let what = match self.rng.below(4) {
            0 => format!("{}, {}", order[0], self.number(2)),
            1 => format!("{} + 1 as x, {}", self.number_column().unwrap_or("1"), order[1]),
            _ => "*".to_owned(),
        };
        let direction = if self.rng.chance(40) { " desc" } else { "" };
        let by = order.iter().map(|c| format!("{c}{direction}")).collect::<Vec<_>>().join(", ");
        let limit = match self.rng.below(5) {
            0 => format!(" limit {}", self.rng.below(4)),
            1 => format!(" limit {} offset {}", 1 + self.rng.below(3), self.rng.below(3)),
            _ => String::new(),
        };
        format!("select {what} from t{} order by {by}{limit}", self.filter())
    }

    fn update(&mut self) -> String {
        let i = self.column();
        let name = self.columns[i].name;
        let value = match self.columns[i].kind {
            Kind::Int | Kind::Decimal if self.rng.chance(50) => self.number(2),
            _ => self.value(i),
        };
        format!("update t set {name} = {value}{}", self.filter())
    }
}
