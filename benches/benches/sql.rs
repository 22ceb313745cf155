//! What does a statement cost above the engine's own call: parsing, binding, planning, evaluation, and rows as text?
//!
//! The table has an 8-byte key, a number and a 100-byte value. Each bench checks its answer, and is a function of its
//! own, so that a profiler can count it alone. `INNOLAB_SMOKE=1` runs small sizes.
//!
//! ```text
//! INNOLAB_SMOKE=1 valgrind --tool=callgrind --toggle-collect='*point_select*' target/release/deps/sql-… --test 'sql/point select'
//! ```
#![allow(missing_docs)] // criterion's macros make functions without docs

use criterion::{Criterion, Throughput};
use innolab_benches::size;
use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::{Outcome, Session};
use std::sync::Arc;

fn rows() -> u64 {
    size(2_000, 100_000)
}

/// Statements in one measured call: enough that the call's own cost does not show.
const STATEMENTS: u64 = 100;

struct Bench {
    session: Session,
    rows: u64,
    /// Grows through all benches; keys are taken from it in a scattered order.
    next: u64,
    /// The largest key in the table.
    last: u64,
}

impl Bench {
    fn new(rows: u64) -> Bench {
        let mut options = Options { innodb_flush_log_at_trx_commit: 0, ..Options::default() };
        options.store.background = false;
        let engine = Engine::open(Arc::new(SimDisk::new(1)), options).expect("an empty disk");
        let mut session = Session::new(engine, "bench");
        let mut run = |sql: &str| session.execute(sql).expect("a correct statement");
        run("create table t (id bigint primary key, n int not null, v varbinary(100) not null)");
        for from in (0..rows).step_by(500) {
            let row = |id: u64| format!("({id}, {}, '{:0>100}')", id % 10, id);
            let values: Vec<String> = (from..rows.min(from + 500)).map(row).collect();
            run(&format!("insert into t values {}", values.join(", ")));
        }
        Bench { session, rows, next: 0, last: rows - 1 }
    }

    fn key(&mut self, keys: u64) -> u64 {
        self.next += 7_919;
        self.next % keys
    }

    fn select(&mut self, sql: &str) -> Vec<Vec<Option<Vec<u8>>>> {
        match self.session.execute(sql) {
            Ok(Outcome::Rows { rows, .. }) => rows,
            other => panic!("{sql}: {other:?}"),
        }
    }

    fn change(&mut self, sql: &str) {
        match self.session.execute(sql) {
            Ok(Outcome::Ok { affected: 1 }) => {}
            other => panic!("{sql}: {other:?}"),
        }
    }
}

/// A bench's work.
type Work = fn(&mut Bench);

#[inline(never)]
fn point_select(bench: &mut Bench) {
    for _ in 0..STATEMENTS {
        let key = bench.key(bench.rows);
        let rows = bench.select(&format!("select v from t where id = {key}"));
        assert_eq!(rows.len(), 1);
    }
}

#[inline(never)]
fn scan_of_100(bench: &mut Bench) {
    for _ in 0..STATEMENTS / 10 {
        let key = bench.key(bench.rows - 100);
        let rows = bench.select(&format!("select id, v from t where id >= {key} order by id limit 100"));
        assert_eq!(rows.len(), 100);
    }
}

#[inline(never)]
fn full_scan_with_sum(bench: &mut Bench) {
    let rows = bench.select("select count(*), sum(n) from t where id >= 0");
    let count = rows[0][0].as_deref().map(String::from_utf8_lossy).and_then(|n| n.parse::<u64>().ok());
    assert_eq!(count, Some(bench.last + 1));
}

#[inline(never)]
fn insert(bench: &mut Bench) {
    for _ in 0..STATEMENTS {
        bench.last += 1;
        bench.change(&format!("insert into t values ({0}, 1, '{0:0>100}')", bench.last));
    }
}

#[inline(never)]
fn update_by_key(bench: &mut Bench) {
    for _ in 0..STATEMENTS {
        let key = bench.key(bench.rows);
        bench.change(&format!("update t set n = n + 1 where id = {key}"));
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut bench = Bench::new(rows());
    let mut group = criterion.benchmark_group("sql");
    let works: [(&str, u64, Work); 5] = [
        ("point select", STATEMENTS, point_select),
        ("scan of 100", STATEMENTS / 10, scan_of_100),
        ("full scan with sum", rows(), full_scan_with_sum),
        ("update by key", STATEMENTS, update_by_key),
        ("insert", STATEMENTS, insert),
    ];
    for (name, elements, work) in works {
        group.throughput(Throughput::Elements(elements));
        group.bench_function(name, |b| b.iter(|| work(&mut bench)));
    }
    group.finish();
    criterion.final_summary();
}
