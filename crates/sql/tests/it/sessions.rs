//! Several sessions on one engine: the locks of others as rows of a table, statements that may not wait, a deadlock and
//! its report, concurrent ALTER TABLE.

use crate::answers::answer;
use expect_test::expect;
use innolab_base::Waiter;
use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::Session;
use innolab_testing::size;
use std::sync::Arc;

fn engine() -> Arc<Engine> {
    let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default()).expect("an empty disk");
    let mut session = session(&engine, 0);
    answer(&mut session, "create table t (id int primary key, c int, key c (c))");
    answer(&mut session, "insert into t values (1, 10), (2, 20), (3, 30)");
    engine
}

fn session(engine: &Arc<Engine>, number: u64) -> Session {
    Session::with_waiter(engine.clone(), "test", Arc::new(Waiter::new(number)))
}

#[test]
fn locks_are_rows_of_a_table() {
    let engine = engine();
    let (mut one, mut two) = (session(&engine, 1), session(&engine, 2));
    answer(&mut one, "begin");
    answer(&mut one, "update t force index (c) set c = 21 where c = 20");
    let columns = "thread_id, object_name, index_name, lock_type, lock_mode, lock_status, lock_data";
    expect![[r#"
        1 | t | NULL | TABLE | IX | GRANTED | NULL
        1 | t | PRIMARY | RECORD | X,REC_NOT_GAP | GRANTED | 2
        1 | t | c | RECORD | X | GRANTED | 20, 2
        1 | t | c | RECORD | X,GAP | GRANTED | 21, 2
        1 | t | c | RECORD | X,GAP | GRANTED | 30, 3"#]]
    .assert_eq(&answer(&mut two, &format!("select {columns} from performance_schema.data_locks")));
    let records = "select count(*) from performance_schema.data_locks where lock_type = 'RECORD'";
    expect!["4"].assert_eq(&answer(&mut two, records));
    expect!["ERROR 1142 (42000): DELETE command denied to user ''@'localhost' for table 'data_locks'"]
        .assert_eq(&answer(&mut two, "delete from performance_schema.data_locks"));
}

#[test]
fn transactions_are_rows_of_a_table() {
    let engine = engine();
    let (mut one, mut two) = (session(&engine, 1), session(&engine, 2));
    answer(&mut one, "begin");
    answer(&mut one, "update t force index (c) set c = 21 where c = 20");
    answer(&mut two, "begin");
    answer(&mut two, "select * from t lock in share mode skip locked");
    let columns = "trx_id > 0, trx_state, trx_weight, trx_mysql_thread_id, trx_lock_structs, trx_rows_modified";
    expect![[r#"
        1 | RUNNING | 6 | 1 | 5 | 1
        0 | RUNNING | 2 | 2 | 2 | 0"#]]
    .assert_eq(&answer(&mut two, &format!("select {columns} from information_schema.innodb_trx")));
}

#[test]
fn nowait_and_a_timeout_of_zero_do_not_wait() {
    let engine = engine();
    let (mut one, mut two) = (session(&engine, 1), session(&engine, 2));
    answer(&mut one, "begin");
    answer(&mut one, "delete from t where id = 2");
    let refused = "ERROR 1205 (HY000): Lock wait timeout exceeded; try restarting transaction";
    assert_eq!(answer(&mut two, "select * from t for update nowait"), refused);
    assert_eq!(answer(&mut two, "select * from t for update skip locked"), "1 | 10\n3 | 30");
    answer(&mut two, "set innodb_lock_wait_timeout = 0");
    assert_eq!(answer(&mut two, "insert into t values (5, 50), (2, 2)"), refused);
    assert_eq!(answer(&mut two, "select * from t"), "1 | 10\n2 | 20\n3 | 30", "a failed INSERT leaves no row");
    drop(one);
    let taken = "ERROR 1062 (23000): Duplicate entry '2' for key 'PRIMARY'";
    assert_eq!(answer(&mut two, "insert into t values (2, 2)"), taken);
}

#[test]
fn a_deadlock_rolls_back_the_victims_transaction_and_is_reported() {
    let engine = engine();
    let mut two = session(&engine, 2);
    answer(&mut two, "begin");
    answer(&mut two, "insert into t values (7, 70)");
    answer(&mut two, "select * from t where id = 2 for update");
    let other = std::thread::spawn({
        let mut one = session(&engine, 1);
        move || {
            answer(&mut one, "begin");
            answer(&mut one, "select * from t where id = 1 for update");
            let refused = answer(&mut one, "select * from t where id = 2 for update");
            (refused, answer(&mut one, "select @@in_transaction"))
        }
    });
    let mut three = session(&engine, 3);
    while answer(&mut three, "select * from performance_schema.data_lock_waits") != "1 | 2" {
        std::thread::yield_now();
    }
    // The victim is the transaction that has changed nothing.
    assert_eq!(answer(&mut two, "select * from t where id = 1 for update"), "1 | 10");
    let (refused, in_transaction) = other.join().expect("the session does not panic");
    assert_eq!(refused, "ERROR 1213 (40001): Deadlock found when trying to get lock; try restarting transaction");
    assert_eq!(in_transaction, "0");
    let status = answer(&mut three, "show engine innodb status");
    let (report, _) = status.split_once("TRANSACTIONS").expect("the status has that section");
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
    .assert_eq(report);
}

/// ALTER TABLE is planned against the definition that the table has once the statement holds its metadata lock, not
/// against the one it had when the statement began to wait.
#[test]
fn concurrent_alters_of_one_table_all_take_effect() {
    let engine = engine();
    let mut one = session(&engine, 1);
    let rounds = size(3, 10);
    for round in 0..rounds {
        answer(&mut one, "begin");
        answer(&mut one, "select * from t");
        let threads: Vec<_> = ["x", "y", "z"]
            .into_iter()
            .zip(2..)
            .map(|(column, number)| {
                let mut session = session(&engine, number);
                std::thread::spawn(move || {
                    answer(&mut session, &format!("alter table t add column {column}{round} int"))
                })
            })
            .collect();
        std::thread::sleep(std::time::Duration::from_millis(2));
        answer(&mut one, "commit");
        threads.into_iter().for_each(|thread| assert_eq!(thread.join().expect("no panic"), "ok 0"));
    }
    assert_eq!(answer(&mut one, "describe t").lines().count(), 2 + 3 * rounds, "a column for each ALTER TABLE");
}
