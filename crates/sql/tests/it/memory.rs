//! Sorts, groups and distinct rows beyond their memory: the results are those of statements with room for all rows, the
//! cost is counted, and no file stays.

use crate::answers::{answer, rows, text};
use innolab_base::Counter;
use innolab_base::rng::Rng;
use innolab_disk::{Disk, SimDisk};
use innolab_engine::{Engine, Options};
use innolab_sql::Session;
use innolab_testing::{seeds, size};
use std::sync::Arc;

fn opened() -> (SimDisk, Session) {
    let disk = SimDisk::new(1);
    let engine = Engine::open(Arc::new(disk.clone()), Options::default()).expect("an empty disk");
    (disk, Session::new(engine, "test"))
}

/// Fills a table with rows of which some are equal, and more is NULL than in a uniform distribution.
fn fill(session: &mut Session, rng: &mut Rng, rows: usize) {
    answer(session, "drop table if exists t");
    let create = "create table t (id int primary key, a int, b varchar(60), d decimal(20, 4), e datetime(3))";
    answer(session, create);
    for begin in (0..rows).step_by(500) {
        let row = |id: usize| {
            let mut number = |below: u64| rng.below(below);
            let a = if number(9) == 0 { "null".to_owned() } else { number(40).to_string() };
            let b = "x".repeat(number(3) as usize * 20) + &number(300).to_string();
            format!("({id}, {a}, '{b}', {}.5, '2024-01-0{}')", number(50), 1 + number(9))
        };
        let all: Vec<_> = (begin..rows.min(begin + 500)).map(row).collect();
        answer(session, &format!("insert into t values {}", all.join(", ")));
    }
}

const STATEMENTS: [&str; 14] = [
    "select * from t order by b",
    "select id from t order by a desc, b, d desc",
    "select b, id from t order by b limit 7",
    "select b, id from t order by b desc limit 900, 20",
    "select e, id from t where a > 3 order by e, d",
    "select a, b, count(*), sum(d), max(e) from t group by a, b",
    "select b, min(id), avg(d) from t group by b order by max(id) desc, b limit 50",
    "select b, count(distinct a) from t group by b having count(*) > 4",
    "select id % 700, count(*), sum(a) from t group by id % 700",
    "select distinct a, b from t",
    "select distinct b from t order by d, id limit 100",
    "select distinct a, e from t order by a desc limit 10, 30",
    "select distinct count(*) from t group by b",
    "select id, a from t group by id order by e, a",
];

const SMALL: [&str; 2] =
    ["set sort_buffer_size = 1024, tmp_table_size = 0", "set sort_buffer_size = 30000, tmp_table_size = 16384"];

#[test]
fn statements_with_little_memory_answer_as_those_with_room() {
    for seed in seeds(2, 20) {
        let (disk, mut session) = opened();
        let mut rng = Rng::of(&[seed]);
        fill(&mut session, &mut rng, size(1500, 6000));
        for sql in STATEMENTS {
            answer(&mut session, "set sort_buffer_size = 67108864, tmp_table_size = default");
            let want = text(&rows(&mut session, sql));
            assert_eq!(session.last_cost().get(Counter::CreatedTmpFiles), 0, "there is room: {sql}");
            for small in SMALL {
                answer(&mut session, small);
                assert_eq!(text(&rows(&mut session, sql)), want, "{small}: {sql}, seed {seed}");
            }
        }
        assert!(disk.list().unwrap().iter().all(|name| !name.ends_with(".tmp")), "no file stays");
    }
}

#[test]
fn update_and_delete_change_the_first_rows_also_with_little_memory() {
    let changed = |memory: &str| {
        let (_, mut session) = opened();
        fill(&mut session, &mut Rng::of(&[7]), 1500);
        answer(&mut session, memory);
        answer(&mut session, "update t set a = a + 100 order by b desc, a limit 700");
        assert_eq!(session.last_cost().get(Counter::SortMergePasses) > 0, memory != "do 0");
        answer(&mut session, "delete from t order by d, b limit 300");
        answer(&mut session, "select * from t")
    };
    let want = changed("do 0");
    SMALL.iter().for_each(|small| assert_eq!(changed(small), want, "{small}"));
}

#[test]
fn what_does_not_fit_is_counted() {
    let (_, mut session) = opened();
    fill(&mut session, &mut Rng::of(&[3]), 1500);
    let mut cost = |memory: &str, sql: &str| {
        answer(&mut session, memory);
        answer(&mut session, sql);
        let cost = session.last_cost();
        [Counter::SortMergePasses, Counter::CreatedTmpFiles, Counter::CreatedTmpDiskTables].map(|c| cost.get(c))
    };
    let (room, sort) = ("set sort_buffer_size = default, tmp_table_size = default", "select * from t order by b");
    assert_eq!(cost(room, sort), [0, 0, 0]);
    let [merges, files, tables] = cost("set sort_buffer_size = 100000", sort);
    assert_eq!((merges, files, tables), (1, 1, 0), "seven runs and less are merged at once");
    let [merges, files, _] = cost("set sort_buffer_size = 1024", sort);
    assert!(merges > 50 && files > 3, "{merges} merges, {files} files: runs are merged seven at a time, pass by pass");
    assert_eq!(
        cost("set sort_buffer_size = 1024", "select * from t order by b limit 1"),
        [0, 0, 0],
        "one row has room"
    );
    let group = "select b, count(*) from t group by b order by null";
    assert_eq!(cost(room, group)[2], 0);
    assert_eq!(cost("set tmp_table_size = 16384", group)[2], 1);
}

#[test]
fn a_full_disk_ends_the_statement_and_no_file_stays() {
    let (disk, mut session) = opened();
    fill(&mut session, &mut Rng::of(&[5]), 1500);
    answer(&mut session, SMALL[0]);
    let before = disk.list().unwrap();
    disk.set_capacity(Some(0));
    for sql in ["select * from t order by b", "select b, count(*) from t group by b", "select distinct b from t"] {
        assert!(answer(&mut session, sql).contains("1114"), "{sql}");
    }
    disk.set_capacity(None);
    assert_eq!(disk.list().unwrap(), before);
    assert_eq!(answer(&mut session, "select count(*) from t"), "1500");
}

#[test]
fn the_next_open_removes_files_that_a_crash_left() {
    let (disk, session) = opened();
    drop(session);
    disk.create("statement.7.tmp").expect("a new file");
    let engine = Engine::open(Arc::new(disk.clone()), Options::default()).expect("a whole database");
    assert!(!disk.list().unwrap().contains(&"statement.7.tmp".to_owned()));
    drop(engine);
}
