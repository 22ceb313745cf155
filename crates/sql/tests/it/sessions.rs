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
        1 | RUNNING | 2 | 2 | 2 | 0"#]]
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
    let waits = "select requesting_thread_id, blocking_thread_id from performance_schema.data_lock_waits";
    while answer(&mut three, waits) != "1 | 2" {
        std::thread::yield_now();
    }
    // The victim is the transaction that has changed nothing.
    assert_eq!(answer(&mut two, "select * from t where id = 1 for update"), "1 | 10");
    let (refused, in_transaction) = other.join().expect("the session does not panic");
    assert_eq!(refused, "ERROR 1213 (40001): Deadlock found when trying to get lock; try restarting transaction");
    assert_eq!(in_transaction, "0");
    let status = answer(&mut three, "show engine innodb status");
    let (report, _) = status.split_once("TRANSACTIONS\n").expect("the status has that section");
    let told = |line: &&str| line.starts_with("***") || line.starts_with("RECORD LOCKS") || line.starts_with("select");
    let told: Vec<&str> = report.lines().filter(told).collect();
    expect![[r#"
        *** (1) TRANSACTION:
        select * from t where id = 1 for update
        *** WAITING FOR THIS LOCK TO BE GRANTED:
        RECORD LOCKS space id 1 page no 3 n bits 320 index PRIMARY of table `test`.`t` trx id 4 lock_mode X locks rec but not gap waiting
        *** CONFLICTING WITH:
        RECORD LOCKS space id 1 page no 3 n bits 320 index PRIMARY of table `test`.`t` trx id 281474976710657 lock_mode X locks rec but not gap
        *** (2) TRANSACTION:
        select * from t where id = 2 for update
        *** WAITING FOR THIS LOCK TO BE GRANTED:
        RECORD LOCKS space id 1 page no 3 n bits 320 index PRIMARY of table `test`.`t` trx id 281474976710657 lock_mode X locks rec but not gap waiting
        *** CONFLICTING WITH:
        RECORD LOCKS space id 1 page no 3 n bits 320 index PRIMARY of table `test`.`t` trx id 4 lock_mode X locks rec but not gap
        *** WE ROLL BACK TRANSACTION (2)"#]]
    .assert_eq(&told.join("\n"));
    // It is still told when the table is gone.
    answer(&mut two, "commit");
    answer(&mut two, "drop table t");
    assert!(answer(&mut three, "show engine innodb status").contains("*** WE ROLL BACK TRANSACTION (2)"));
}

/// While a session waits, another one finds it in all tables, under one transaction id and one session's number.
#[test]
fn a_waiter_is_the_same_in_all_tables() {
    let engine = engine();
    let (mut one, mut two) = (session(&engine, 1), session(&engine, 2));
    answer(&mut one, "set session transaction isolation level read committed");
    answer(&mut one, "begin");
    answer(&mut one, "update t set c = 11 where id = 1");
    let other = std::thread::spawn(move || answer(&mut two, "update t set c = 12 where id = 1;"));
    let mut three = Session::new(engine.clone(), "test");
    let waits = "select requesting_trx_id, blocking_trx_id from information_schema.innodb_lock_waits";
    // This one lists a wait only once its begin is noted, which is after its request is queued.
    while answer(&mut three, "select * from sys.innodb_lock_waits").is_empty() {
        std::thread::yield_now();
    }
    let ids = answer(&mut three, waits);
    let (waiter, blocker) = ids.split_once(" | ").expect("two ids");
    let mut one_of = |sql: &str| answer(&mut three, sql);
    let trx = "trx_state, trx_mysql_thread_id, trx_query, trx_rows_locked, trx_rows_modified, trx_isolation_level, \
               trx_wait_started is null, trx_operation_state, trx_tables_locked, trx_autocommit_non_locking";
    let of_waiter = format!("select {trx} from information_schema.innodb_trx where trx_id = {waiter}");
    expect![
        "LOCK WAIT | 2 | update t set c = 12 where id = 1 | 1 | 0 | REPEATABLE READ | 0 | starting index read | 1 | 0"
    ]
    .assert_eq(&one_of(&of_waiter));
    let of_blocker = format!("select {trx} from information_schema.innodb_trx where trx_id = {blocker}");
    expect!["RUNNING | 1 | NULL | 1 | 1 | READ COMMITTED | 1 |  | 1 | 0"].assert_eq(&one_of(&of_blocker));
    let locks = "select lock_trx_id, lock_mode, lock_table, lock_data from information_schema.innodb_locks";
    assert_eq!(one_of(locks), format!("{waiter} | X | `test`.`t` | 1\n{blocker} | X | `test`.`t` | 1"));
    let waiting =
        "select engine_transaction_id, thread_id from performance_schema.data_locks where lock_status = 'WAITING'";
    assert_eq!(one_of(waiting), format!("{waiter} | 2"));
    let sys = "select waiting_trx_id, blocking_trx_id, waiting_query, blocking_query, waiting_lock_mode from sys.innodb_lock_waits";
    assert_eq!(one_of(sys), format!("{waiter} | {blocker} | update t set c = 12 where id = 1 | NULL | X,REC_NOT_GAP"));
    expect![[r#"
        3 | Query | Sending data | select id, command, state, info from information_schema.processlist
        2 | Query | Updating | update t set c = 12 where id = 1
        1 | Sleep |  | NULL"#]]
    .assert_eq(&one_of("select id, command, state, info from information_schema.processlist"));
    let status = one_of("show engine innodb status");
    assert!(status.contains(" us FOR THIS LOCK TO BE GRANTED:\nRECORD LOCKS"), "{status}");
    answer(&mut one, "rollback");
    assert_eq!(other.join().expect("the session does not panic"), "ok 1");
    assert_eq!(answer(&mut three, waits), "");
}

/// SHOW PROCESSLIST cuts statements, FULL does not; a session is gone from the list when it is dropped.
#[test]
fn the_process_list_has_the_open_sessions() {
    let engine = engine();
    let mut two = session(&engine, 2);
    let one = Session::new(engine.clone(), "test");
    let pad = "x".repeat(120);
    let list = answer(&mut two, &format!("show /* {pad} */ processlist"));
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines[0], "1 | root | localhost | test | Sleep | 0 |  | NULL | 0.000");
    let shown = lines[1].split(" | ").nth(7).expect("a statement");
    assert_eq!((lines.len(), shown.len()), (2, 100));
    assert!(answer(&mut two, &format!("show full /* {pad} */ processlist")).contains("*/ processlist | 0.000"));
    drop(one);
    assert_eq!(answer(&mut two, "show processlist").lines().count(), 1);
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

#[test]
fn a_session_and_the_whole_count_what_statements_cost() {
    let engine = engine();
    let (mut one, mut two) = (session(&engine, 1), session(&engine, 2));
    let shown = |session: &mut Session, scope: &str| {
        let names = "'Handler_read_key', 'Handler_write', 'Questions', 'Innodb_row_lock_waits'";
        answer(session, &format!("show {scope} status where variable_name in ({names})"))
    };
    answer(&mut one, "select * from t where id = 1");
    answer(&mut one, "select * from t where id = 2");
    answer(&mut two, "insert into t values (7, 7)");
    expect![[r#"
        Handler_read_key | 2
        Handler_write | 0
        Innodb_row_lock_waits | 0
        Questions | 2"#]]
    .assert_eq(&shown(&mut one, ""));
    expect![[r#"
        Handler_read_key | 2
        Handler_write | 4
        Innodb_row_lock_waits | 0
        Questions | 6"#]]
    .assert_eq(&shown(&mut two, "global"));
    answer(&mut one, "flush status");
    expect![[r#"
        Handler_read_key | 0
        Handler_write | 0
        Innodb_row_lock_waits | 0
        Questions | 1"#]]
    .assert_eq(&shown(&mut one, "session"));
    drop(one);
    assert!(shown(&mut two, "global").starts_with("Handler_read_key | 2\n"), "what a closed session has cost stays");
}
