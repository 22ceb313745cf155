//! Who waits for whom, as `run` prints it for people. Circles are in `tests/scenarios/deadlocks`.

use crate::program::innolab;
use expect_test::expect;

fn run(sql: &str, options: &[&str]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("case.sql");
    std::fs::write(&file, sql).unwrap();
    let ran = innolab(&[&["run", file.to_str().unwrap()], options].concat());
    String::from_utf8(ran.stdout).unwrap()
}

fn blocked(text: &str) -> String {
    text.lines().filter(|line| line.contains("(blocked")).map(|line| line.trim().to_owned() + "\n").collect()
}

const WAITS: &str = "\
create table t (id int primary key, v int);
insert into t values (5, 5), (10, 10);
begin; -- T1
begin; -- T2
select * from t where id = 5 lock in share mode; -- T1
select * from t where id = 5 lock in share mode; -- T2
update t set v = 6 where id = 5; -- T3
select * from t where id = 5 lock in share mode; -- T4
alter table t add column w int; -- T5
select * from t; -- T6
";

#[test]
fn a_blocked_statement_names_all_its_blockers() {
    expect![[r#"
        (blocked by T1, T2)
        (blocked by T3)
        (blocked by T1, T2, T3, T4)
        (blocked by T5)
    "#]]
    .assert_eq(&blocked(&run(WAITS, &[])));
    expect![[r#"
        (blocked by T1, which holds S,REC_NOT_GAP on t.PRIMARY (5); T2, which holds S,REC_NOT_GAP on t.PRIMARY (5))
        (blocked by T3, which waits before it for X,REC_NOT_GAP on t.PRIMARY (5))
        (blocked by T1, which holds SR on the name t; T2, which holds SR on the name t; T3, which holds SW on the name t; T4, which holds SR on the name t)
        (blocked by T5, which waits before it for X on the name t)
    "#]]
    .assert_eq(&blocked(&run(WAITS, &["--locks"])));
    let json = run(WAITS, &["--json", "--locks"]);
    assert!(json.contains(r#""outcome":"blocked"}"#), "the lines of JSON are the referee's: {json}");
}

/// A deadlock's victim whose own request closed the circle never waited; the next SLEEP is as long as any other.
#[test]
fn a_victim_sleeps_as_long_as_it_is_told() {
    let text = run(
        "create table t (id int primary key, v int);
insert into t values (5, 5), (10, 10);
begin; -- T1
begin; -- T2
update t set v = 1 where id = 5; -- T1
update t set v = 1 where id = 10; -- T2
update t set v = 1 where id = 10; -- T1
update t set v = 1 where id = 5; -- T2
select sleep(7); -- T2
select now(); -- T2
",
        &["--json"],
    );
    assert!(text.contains(r#""errno":1213"#) && text.contains(r#"[["2023-11-14 22:13:27"]]"#), "{text}");
}
