//! Random statements: rows with and without a primary key, transactions with savepoints, DDL.

#![allow(dead_code)] // no user of this module needs all of it

use innolab_base::rng::Rng;

/// Draws random statements. The same seed gives the same statements.
pub(crate) struct Draw(pub(crate) Rng);

impl Draw {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0.below(n)
    }

    /// A statement that changes rows, or tries to.
    pub(crate) fn change(&mut self) -> String {
        let (id, n) = (self.below(30), self.below(10));
        match self.below(16) {
            0 => format!("insert into a (n, v) values ({n}, 'v{n}'), ({n}, null)"),
            1 => format!("insert into a values ({id}, {n}, 'é''{n}')"),
            2 => format!("replace into a values ({id}, {n}, null)"),
            3 => format!("insert into a values ({id}, {n}, 'x') on duplicate key update n = n + 1"),
            4 => format!("update a set n = n + 1, v = 'u' where id < {id}"),
            5 => format!("update a set id = id + 100 where id = {id}"),
            6 => format!("delete from a where n = {n}"),
            7 => {
                let row = format!("({n}, 'y', {n} - 5.25, '2024-01-02 03:04:05.{n}', '2024-02-29')");
                format!("insert into b values {row}, {row}, (null, null, null, null, null)")
            }
            8 => format!("set @n = {n}.5"),
            9 => "insert into a (n, v) values (@n, last_insert_id())".to_owned(),
            10 => format!("update b set p = p * -1.5, t = d, d = t where x = {n}"),
            11 => format!("delete from b where x = {n}"),
            12 => format!("insert into s (n) values ({n}), ({id})"),
            13 => format!("update s set n = n + 1 where n < {id}"),
            14 => format!("insert into s (n, made) values ({n}, now(6)) on duplicate key update n = n + 1"),
            _ => format!("set timestamp = {}.{n}", 1_700_000_000 + id),
        }
    }

    /// A statement of DDL, or one on the table `c`, which may not exist.
    pub(crate) fn ddl(&mut self) -> String {
        let n = self.below(100);
        match self.below(7) {
            0 => "create table if not exists c (k varchar(9) primary key, w bigint unsigned)".into(),
            1 => "drop table if exists c".into(),
            2 => format!("insert into c values ('k{n}', {n})"),
            3 => "truncate table b".into(),
            4 => "alter table s add w datetime(6) not null default now(6)".into(),
            5 => "alter table s drop w".into(),
            _ => format!("update c set w = w + {n}"),
        }
    }

    /// A workload of transactions with savepoints, single statements and DDL.
    pub(crate) fn workload(&mut self, steps: u64) -> Vec<String> {
        let mut all = Vec::new();
        for _ in 0..steps {
            match self.below(6) {
                0 => all.push(self.ddl()),
                1..=3 => all.push(self.change()),
                _ => all.extend(self.transaction()),
            }
        }
        all
    }

    /// A transaction with a savepoint, perhaps rolled back, in part or wholly.
    pub(crate) fn transaction(&mut self) -> Vec<String> {
        let mut all = vec!["begin".to_owned()];
        (0..self.below(3)).for_each(|_| all.push(self.change()));
        all.push("savepoint s".into());
        (0..self.below(3)).for_each(|_| all.push(self.change()));
        if self.below(2) == 0 {
            all.push("rollback to s".into());
        }
        all.push(if self.below(3) == 0 { "rollback" } else { "commit" }.into());
        all
    }
}

/// The tables that the statements need.
pub(crate) const TABLES: [&str; 3] = [
    "create table a (id int primary key auto_increment, n int, v varchar(20), key (n))",
    "create table b (x int, y varchar(10), p decimal(7,2), t datetime(2), d date)",
    "create table s (n int primary key, made datetime(6) default now(6), changed datetime(1) on update now(1))",
];
