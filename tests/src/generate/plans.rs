//! Shapes of tables, and statements on them whose plans are compared with the server's: `tests/explain/generated.txt`.
//!
//! ```text
//! shape(seed) ─► == shape 3: 320 rows, key ab (a, b), key b (b)
//!                create table t …;                  two to four keys, most of several columns, many overlap
//!                insert into t …;                   ten rows, doubled until there are enough
//!                                                   statements: two or three conditions, ORDER BY, GROUP BY, LIMIT, …
//! ```
//!
//! RULES
//!
//! - **R1** A column's values are spread evenly, and the numbers of rows of two plans are seldom close to each other: the
//!   comparison is about choices, not about the last digit of an estimate.

use innolab_base::rng::Rng;

/// Keys of a table, beside its primary key.
const KEYS: &[&str] = &[
    "key a (a)",
    "key b (b)",
    "key c (c)",
    "key s (s)",
    "key ab (a, b)",
    "key ba (b, a)",
    "key ac (a, c)",
    "key bc (b, c)",
    "key abc (a, b, c)",
    "key cab (c, a, b)",
    "key sa (s, a)",
    "key as_ (a, s)",
    "unique key u (u)",
];

/// Primary keys, and how many of the table's columns they leave out.
const PRIMARY: &[&str] =
    &["primary key (id)", "primary key (id)", "primary key (id)", "primary key (a, id)", "primary key (b, c, id)"];

/// A random table and statements on it.
pub struct Shape {
    /// What is special about it.
    pub name: String,
    /// CREATE TABLE and INSERTs, a statement each.
    pub tables: Vec<String>,
    /// Statements to be explained.
    pub statements: Vec<String>,
}

/// Returns the shape with this seed, and so many statements on it.
pub fn shape(seed: u64, statements: usize) -> Shape {
    let mut rng = Rng::of(&[0x706c_616e, seed]);
    let rows = [10, 20, 40, 160, 320, 640, 1280, 2560, 5120, 20480][rng.index(10)];
    let mut keys: Vec<&str> = Vec::new();
    let n_keys = 1 + rng.index(4);
    while keys.len() < n_keys {
        let key = rng.pick(KEYS);
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let primary = rng.pick(PRIMARY);
    let values = [3 + rng.below(40), 2 + rng.below(90), 5 + rng.below(9)];
    let mut case = Case { rng, values, rows };
    let tables = case.tables(primary, &keys);
    let statements = (0..statements).map(|_| case.statement()).collect();
    Shape { name: format!("shape {seed}: {rows} rows, {primary}, {}", keys.join(", ")), tables, statements }
}

struct Case {
    rng: Rng,
    /// Numbers of different values of `a`, `b` and `c`.
    values: [u64; 3],
    rows: u64,
}

impl Case {
    fn tables(&mut self, primary: &str, keys: &[&str]) -> Vec<String> {
        let mut null = |column: &str| {
            let fixed = primary.contains(column) || self.rng.chance(50);
            if fixed { " not null" } else { "" }
        };
        let [a, b, c] = ["(a", "(b", ", c"].map(&mut null);
        let create = format!(
            "create table t (id int not null, a int{a}, b int{b}, c int{c}, u int, s varchar(8), v int, {primary}, {});",
            keys.join(", ")
        );
        let [na, nb, nc] = self.values;
        let row = |n: u64| {
            let values = [n, n * 7 % na, n * 11 % nb, n * 3 % nc, n];
            let values = values.map(|value| value.to_string()).join(", ");
            format!("({values}, 'x{}', {})", n * 7 % na, n % 13)
        };
        let first = self.rows.min(10);
        let mut out =
            vec![create, format!("insert into t values {};", (1..=first).map(row).collect::<Vec<_>>().join(", "))];
        let mut n = first;
        while n < self.rows {
            let id = format!("id + {n}");
            out.push(format!(
                "insert into t select {id}, ({id}) * 7 % {na}, ({id}) * 11 % {nb}, ({id}) * 3 % {nc}, {id}, \
                 concat('x', ({id}) * 7 % {na}), ({id}) % 13 from t;"
            ));
            n *= 2;
        }
        out
    }

    /// A column of integers, and one of its values.
    fn column(&mut self) -> (&'static str, u64) {
        match self.rng.below(10) {
            0..=3 => ("a", self.rng.below(self.values[0])),
            4..=6 => ("b", self.rng.below(self.values[1])),
            7 | 8 => ("c", self.rng.below(self.values[2])),
            _ => ("id", 1 + self.rng.below(self.rows)),
        }
    }

    fn part(&mut self) -> String {
        let (column, value) = self.column();
        match self.rng.below(24) {
            0..=7 => format!("{column} = {value}"),
            8 | 9 => format!("{column} {} {value}", self.rng.pick(&["<", ">", "<=", ">="])),
            10 | 11 => format!("{column} between {value} and {}", value + self.rng.below(5)),
            12 | 13 => format!("{column} in ({value}, {})", value + 1 + self.rng.below(5)),
            14 => format!("{column} is null"),
            15 => format!("{column} is not null"),
            16 => format!("{column} <> {value}"),
            17 => format!("s like 'x{}%'", value % 10),
            18 | 19 => format!("s = 'x{value}'"),
            20 => format!("v = {}", value % 13),
            21 => format!("u = {value}"),
            22 => format!("({column} = {value} or {column} > {})", value + 5),
            _ => {
                let other = self.column();
                format!("({column} = {value} or {} = {})", other.0, other.1)
            }
        }
    }

    fn condition(&mut self) -> String {
        let parts = [0, 1, 1, 2, 2, 2, 2, 3][self.rng.index(8)];
        let parts: Vec<String> = (0..parts).map(|_| self.part()).collect();
        if parts.is_empty() { String::new() } else { format!(" where {}", parts.join(" and ")) }
    }

    fn columns(&mut self) -> &'static str {
        self.rng.pick(&["a", "b", "c", "id", "a, b", "a, b", "b, a", "b, c", "a, id", "b, id", "a, b, c", "s", "c, a"])
    }

    fn order(&mut self, often: u64) -> String {
        if !self.rng.chance(often) {
            return String::new();
        }
        let columns = self.columns();
        let columns = if self.rng.chance(25) { columns.replace(", ", " desc, ") + " desc" } else { columns.to_owned() };
        format!(" order by {columns}")
    }

    fn limit(&mut self, often: u64) -> String {
        if self.rng.chance(often) {
            format!(" limit {}", [1, 2, 3, 5, 10, 20][self.rng.index(6)])
        } else {
            String::new()
        }
    }

    fn statement(&mut self) -> String {
        let (condition, columns) = (self.condition(), self.columns());
        match self.rng.below(20) {
            0..=8 => format!("select * from t{condition}{}{}", self.order(55), self.limit(45)),
            9..=12 => format!("select {columns} from t{condition}{}{}", self.order(50), self.limit(40)),
            13 => format!("select {columns}, count(*) from t{condition} group by {columns}"),
            14 => format!("select count(*) from t{condition}"),
            15 => format!("select distinct {columns} from t{condition}"),
            16 | 17 => {
                let order = self.order(40);
                format!("update t set v = 1{condition}{order}{}", self.limit(40))
            }
            _ => {
                let order = self.order(40);
                format!("delete from t{condition}{order}{}", self.limit(40))
            }
        }
    }
}
