//! Cases of sessions that read and change rows of one or two tables while one of them now and then changes a table.
//!
//! RULES
//!
//! - **R1** A statement names columns, indexes and tables as they would be if no statement had to wait; at times a table
//!   by its former name. So waiting makes errors (1054, 1146, 1176), the same ones each time.
//! - **R2** Plans: as in `sessions`. A row is named by its primary key, a range by FORCE INDEX.
//! - **R3** No view is older than a change of a table that it reads: where there are two tables, no session is at
//!   REPEATABLE READ. There we answer 1412, and MariaDB reads on after an instant change (`docs/differences.md`).
//! - **R4** Every session ends with COMMIT or ROLLBACK.

use innolab_base::rng::Rng;
use std::fmt::Write;

/// A table as it is if each change so far ran at once.
struct Table {
    /// Its name, and the one that it had before.
    name: String,
    former: String,
    columns: Vec<String>,
    /// Names of indexes, and their columns.
    indexes: Vec<(String, String)>,
}

/// Returns the body of one case.
pub(super) fn case(rng: &mut Rng) -> String {
    let names: &[&str] = if rng.chance(55) { &["t"] } else { &["t", "u"] };
    let indexed = rng.chance(60);
    let table = |name: &&str| Table {
        name: (*name).to_owned(),
        former: (*name).to_owned(),
        columns: ["id", "c", "d"].map(str::to_owned).to_vec(),
        indexes: if indexed { vec![("c".to_owned(), "c".to_owned())] } else { vec![] },
    };
    let mut out = String::new();
    let hot = 10 * (1 + rng.below(4));
    let tables = names.iter().map(table).collect();
    Case { rng, tables, hot, n_added: 0 }.write(&mut out);
    out
}

struct Case<'r> {
    rng: &'r mut Rng,
    tables: Vec<Table>,
    /// Most statements use keys near it.
    hot: u64,
    n_added: usize,
}

impl Case<'_> {
    fn write(mut self, out: &mut String) {
        self.set_up(out);
        let count = 2 + self.rng.index(3).min(1);
        let mut inside: Vec<bool> = (0..count).map(|_| self.rng.chance(80)).collect();
        for (i, inside) in inside.iter().enumerate() {
            let level = match self.rng.below(4) {
                0 | 1 if self.tables.len() == 1 => "repeatable read",
                3 => "serializable",
                _ => "read committed",
            };
            let begin = if *inside { " begin;" } else { "" };
            let _ = writeln!(out, "set session transaction isolation level {level};{begin} -- T{}", i + 1);
        }
        for n in 0..8 + self.rng.below(8) {
            let i = self.rng.index(count);
            let changes_table = n > 1 && self.rng.chance(20);
            let sql = match (inside[i], self.rng.below(100)) {
                // DDL commits first.
                _ if changes_table => {
                    inside[i] = false;
                    self.ddl()
                }
                (true, 0..=8) => {
                    inside[i] = false;
                    self.rng.pick(&["commit", "commit", "rollback"]).to_owned()
                }
                (false, 0..=54) => {
                    inside[i] = true;
                    "begin".to_owned()
                }
                _ => self.statement(),
            };
            let _ = writeln!(out, "{sql}; -- T{}", i + 1);
        }
        for i in 0..count {
            let _ = writeln!(out, "{}; -- T{}", self.rng.pick(&["commit", "commit", "rollback"]), i + 1);
        }
    }

    fn set_up(&mut self, out: &mut String) {
        for table in &self.tables {
            let key = table.indexes.iter().map(|(name, column)| format!(", key {name} ({column})")).collect::<String>();
            let _ = writeln!(out, "create table {} (id int primary key, c int, d int{key});", table.name);
            let rows: Vec<String> = (1..7).map(|n| format!("({}, {}, {})", 10 * n, 5 * (n % 4), n)).collect();
            let _ = writeln!(out, "insert into {} values {};", table.name, rows.join(", "));
        }
    }

    fn table(&mut self) -> usize {
        self.rng.index(self.tables.len())
    }

    /// The table's name; at times the former one (R1).
    fn name(&mut self, table: usize) -> String {
        let Table { name, former, .. } = &self.tables[table];
        if self.rng.chance(20) { former.clone() } else { name.clone() }
    }

    fn id(&mut self) -> u64 {
        let near = self.hot + 10 * (self.rng.below(5) / 2);
        if self.rng.chance(25) { near + self.rng.below(9) + 1 } else { near }
    }

    fn statement(&mut self) -> String {
        let (table, id) = (self.table(), self.id());
        let name = self.name(table);
        let index = self.tables[table].indexes.first().map(|(name, column)| (name.clone(), column.clone()));
        let (hint, condition) = match (self.rng.below(10), index) {
            (0, Some((index, column))) => (format!(" force index ({index})"), format!("{column} > {}", id % 20)),
            (1, _) => (" force index (primary)".to_owned(), format!("id between {id} and {}", id + 12)),
            _ => (String::new(), format!("id = {id}")),
        };
        match self.rng.below(100) {
            0..=34 => format!("select * from {name}{hint} where {condition}"),
            35..=46 => format!("select * from {name}{hint} where {condition} for update"),
            47..=53 => format!("select * from {name}{hint} where {condition} lock in share mode"),
            54..=56 => format!("select * from {name} where id = {id} for update nowait"),
            57..=72 => format!("insert into {name} (id, c) values ({}, {})", id + 1 + self.rng.below(9), id % 20),
            73..=90 => format!("update {name}{hint} set c = c + 1 where {condition}"),
            _ => format!("delete from {name} where id = {id}"),
        }
    }

    /// A statement that changes a table.
    fn ddl(&mut self) -> String {
        let at = self.table();
        let name = self.tables[at].name.clone();
        self.n_added += 1;
        let n = self.n_added;
        let table = &mut self.tables[at];
        match self.rng.below(100) {
            0..=24 => {
                table.columns.push(format!("e{n}"));
                format!("alter table {name} add column e{n} int{}", self.rng.pick(&["", " default 7", " first"]))
            }
            25..=34 if table.columns.len() > 3 => {
                let column = table.columns.remove(3);
                table.indexes.retain(|(_, of)| *of != column);
                format!("alter table {name} drop column {column}")
            }
            35..=54 => {
                table.indexes.push((format!("x{n}"), "d".to_owned()));
                match self.rng.chance(50) {
                    true => format!("alter table {name} add index x{n} (d)"),
                    false => format!("create index x{n} on {name} (d)"),
                }
            }
            55..=64 if !table.indexes.is_empty() => {
                let (index, _) = table.indexes.remove(0);
                format!("drop index {index} on {name}")
            }
            65..=69 => format!("alter table {name} drop primary key, add primary key (id)"),
            70..=82 => format!("truncate table {name}"),
            _ => self.rename(at),
        }
    }

    fn rename(&mut self, at: usize) -> String {
        if self.tables.len() == 2 && self.rng.chance(40) {
            let names = [0, 1].map(|i| self.tables[i].name.clone());
            for (table, new) in self.tables.iter_mut().zip([&names[1], &names[0]]) {
                table.former = std::mem::replace(&mut table.name, new.clone());
            }
            let [a, b] = names;
            return format!("rename table {a} to x, {b} to {a}, x to {b}");
        }
        let old = self.tables[at].name.clone();
        let new = ["t", "u", "v", "w"][[2, 3, 0, 1][["t", "u", "v", "w"].iter().position(|n| *n == old).unwrap_or(0)]];
        (self.tables[at].name, self.tables[at].former) = (new.to_owned(), old.clone());
        match self.rng.chance(60) {
            true => format!("rename table {old} to {new}"),
            false => format!("alter table {old} rename to {new}"),
        }
    }
}
