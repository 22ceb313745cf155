//! Several sessions on one engine: what they see of each other's locks, who is refused, and what a deadlock leaves to read.

use expect_test::expect;
use innolab_base::Waiter;
use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::{Outcome, Session};
use std::sync::Arc;

fn engine() -> Arc<Engine> {
    let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default()).expect("an empty disk");
    let mut session = session(&engine, 0);
    told(&mut session, "create table t (id int primary key, c int, key c (c))");
    told(&mut session, "insert into t values (1, 10), (2, 20), (3, 30)");
    engine
}

fn session(engine: &Arc<Engine>, number: u64) -> Session {
    Session::with_waiter(engine.clone(), "test", Arc::new(Waiter::new(number)))
}

/// What a statement answers, a row a line.
fn told(session: &mut Session, sql: &str) -> String {
    match session.execute(sql) {
        Ok(Outcome::Ok { affected }) => format!("ok {affected}"),
        Ok(Outcome::Rows { rows, .. }) => {
            let shown =
                |v: &Option<Vec<u8>>| v.as_deref().map_or("NULL".into(), |v| String::from_utf8_lossy(v).into_owned());
            let rows = rows.iter().map(|row| row.iter().map(shown).collect::<Vec<_>>().join(" | "));
            rows.collect::<Vec<_>>().join("\n")
        }
        Err(e) => e.to_string(),
    }
}

#[test]
fn locks_are_rows_of_a_table() {
    let engine = engine();
    let (mut one, mut two) = (session(&engine, 1), session(&engine, 2));
    told(&mut one, "begin");
    told(&mut one, "update t force index (c) set c = 21 where c = 20");
    let columns = "thread_id, object_name, index_name, lock_type, lock_mode, lock_status, lock_data";
    expect![[r#"
        1 | t | NULL | TABLE | IX | GRANTED | NULL
        1 | t | PRIMARY | RECORD | X,REC_NOT_GAP | GRANTED | 2
        1 | t | c | RECORD | X | GRANTED | 20, 2
        1 | t | c | RECORD | X,GAP | GRANTED | 21, 2
        1 | t | c | RECORD | X,GAP | GRANTED | 30, 3"#]]
    .assert_eq(&told(&mut two, &format!("select {columns} from performance_schema.data_locks")));
    let records = "select count(*) from performance_schema.data_locks where lock_type = 'RECORD'";
    expect!["4"].assert_eq(&told(&mut two, records));
    expect!["ERROR 1142 (42000): DELETE command denied to user ''@'localhost' for table 'data_locks'"]
        .assert_eq(&told(&mut two, "delete from performance_schema.data_locks"));
}

#[test]
fn transactions_are_rows_of_a_table() {
    let engine = engine();
    let (mut one, mut two) = (session(&engine, 1), session(&engine, 2));
    told(&mut one, "begin");
    told(&mut one, "update t force index (c) set c = 21 where c = 20");
    told(&mut two, "begin");
    told(&mut two, "select * from t lock in share mode skip locked");
    let columns = "trx_id > 0, trx_state, trx_weight, trx_mysql_thread_id, trx_lock_structs, trx_rows_modified";
    expect![[r#"
        1 | RUNNING | 6 | 1 | 5 | 1
        0 | RUNNING | 2 | 2 | 2 | 0"#]]
    .assert_eq(&told(&mut two, &format!("select {columns} from information_schema.innodb_trx")));
}

#[test]
fn nobody_waits_who_did_not_want_to() {
    let engine = engine();
    let (mut one, mut two) = (session(&engine, 1), session(&engine, 2));
    told(&mut one, "begin");
    told(&mut one, "delete from t where id = 2");
    let refused = "ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction";
    assert_eq!(told(&mut two, "select * from t for update nowait"), refused);
    assert_eq!(told(&mut two, "select * from t for update skip locked"), "1 | 10\n3 | 30");
    told(&mut two, "set innodb_lock_wait_timeout = 0");
    assert_eq!(told(&mut two, "insert into t values (5, 50), (2, 2)"), refused);
    assert_eq!(told(&mut two, "select * from t"), "1 | 10\n2 | 20\n3 | 30", "the statement left nothing");
    drop(one);
    let taken = "ERROR 1062 (23000): Duplicate entry '2' for key 'PRIMARY'";
    assert_eq!(told(&mut two, "insert into t values (2, 2)"), taken);
}

#[test]
fn a_deadlock_takes_back_a_whole_transaction_and_is_told() {
    let engine = engine();
    let mut two = session(&engine, 2);
    told(&mut two, "begin");
    told(&mut two, "insert into t values (7, 70)");
    told(&mut two, "select * from t where id = 2 for update");
    let other = std::thread::spawn({
        let mut one = session(&engine, 1);
        move || {
            told(&mut one, "begin");
            told(&mut one, "select * from t where id = 1 for update");
            let answer = told(&mut one, "select * from t where id = 2 for update");
            (answer, told(&mut one, "select @@in_transaction"))
        }
    });
    let mut three = session(&engine, 3);
    while told(&mut three, "select * from performance_schema.data_lock_waits") != "1 | 2" {
        std::thread::yield_now();
    }
    // The lighter one goes: it has changed nothing.
    assert_eq!(told(&mut two, "select * from t where id = 1 for update"), "1 | 10");
    let (answer, in_transaction) = other.join().expect("it does not panic");
    assert_eq!(answer, "ERROR 1213 (40001): Deadlock found when trying to get lock; try restarting transaction");
    assert_eq!(in_transaction, "0");
    let status = told(&mut three, "show engine innodb status");
    let (story, _) = status.split_once("TRANSACTIONS").expect("it has that part");
    expect![[r#"
        InnoDB |  | ------------------------
        LATEST DETECTED DEADLOCK
        ------------------------
        session 2 waits for X,REC_NOT_GAP on table t index PRIMARY (1)
          behind session 1 holds X,REC_NOT_GAP on table t index PRIMARY (1)
        session 1 waits for X,REC_NOT_GAP on table t index PRIMARY (2)
          behind session 2 holds X,REC_NOT_GAP on table t index PRIMARY (2)
        session 1 is rolled back
        ------------
    "#]]
    .assert_eq(story);
}

/// Each is thought of the table as it is when the statement has it, not as it was when the statement began to wait.
#[test]
fn statements_that_alter_one_table_do_not_lose_each_other() {
    let engine = engine();
    let mut one = session(&engine, 1);
    for round in 0..10 {
        told(&mut one, "begin");
        told(&mut one, "select * from t");
        let threads: Vec<_> = ["x", "y", "z"]
            .into_iter()
            .zip(2..)
            .map(|(column, number)| {
                let mut session = session(&engine, number);
                std::thread::spawn(move || told(&mut session, &format!("alter table t add column {column}{round} int")))
            })
            .collect();
        std::thread::sleep(std::time::Duration::from_millis(2));
        told(&mut one, "commit");
        threads.into_iter().for_each(|thread| assert_eq!(thread.join().expect("no panic"), "ok 0"));
    }
    assert_eq!(told(&mut one, "describe t").lines().count(), 2 + 30);
}
