//! An interrupted statement (`Engine::interrupt`, KILL QUERY): 1317, it has changed nothing, its transaction stays open.
//! Each case gave the same on a real MariaDB 10.11.

use crate::answers::answer;
use innolab_base::Waiter;
use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_sql::Session;
use std::sync::Arc;
use std::time::{Duration, Instant};

const INTERRUPTED: &str = "ERROR 1317 (70100): Query execution was interrupted";

/// How long an interrupt may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Lab {
    engine: Arc<Engine>,
    /// The session that is interrupted.
    waiter: Arc<Waiter>,
    session: Option<Session>,
}

impl Lab {
    fn new() -> Lab {
        let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default()).expect("an empty disk");
        let waiter = Arc::new(Waiter::new(2));
        let session = Some(Session::with_waiter(engine.clone(), "test", waiter.clone()));
        Lab { engine, waiter, session }
    }

    fn answer(&mut self, sql: &str) -> String {
        answer(self.session.as_mut().expect("it is here between two statements"), sql)
    }

    /// Runs a statement on another thread, and interrupts it again and again from the moment that `began` is true.
    fn interrupt(&mut self, sql: &'static str, began: impl Fn(&Engine) -> bool) -> String {
        let mut session = self.session.take().expect("it is here between two statements");
        let thread = std::thread::spawn(move || (answer(&mut session, sql), session));
        let began_at = Instant::now();
        while !thread.is_finished() {
            assert!(began_at.elapsed() < PATIENCE, "not interrupted: {sql}");
            if began(&self.engine) {
                self.engine.interrupt(&self.waiter);
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        let (answered, session) = thread.join().expect("the session does not panic");
        self.session = Some(session);
        answered
    }
}

#[test]
fn a_statement_that_waits_ends_and_its_transaction_stays() {
    let mut lab = Lab::new();
    let mut other = Session::with_waiter(lab.engine.clone(), "test", Arc::new(Waiter::new(1)));
    for sql in ["create table t (id int primary key, v int)", "insert into t values (1, 1), (5, 5), (10, 10)", "begin"]
    {
        answer(&mut other, sql);
    }
    answer(&mut other, "update t set v = 2 where id = 5");
    lab.answer("begin");
    lab.answer("insert into t values (7, 7)");
    let waits = |engine: &Engine| engine.locks().iter().any(|lock| lock.waiting && lock.session == 2);
    for sql in [
        "update t set v = 3 where id <> 7",
        "select * from t where id = 5 for update",
        "insert into t values (8, 8), (5, 1)",
        "delete from t",
    ] {
        assert_eq!(lab.interrupt(sql, waits), INTERRUPTED, "{sql}");
        assert_eq!(lab.answer("select @@in_transaction, count(*), max(v) from t where id < 10"), "1 | 3 | 7", "{sql}");
    }
    // DDL commits first, then waits for the definition.
    for sql in ["alter table t add w int", "drop table t", "truncate table t"] {
        lab.answer("begin");
        assert_eq!(lab.interrupt(sql, |_| true), INTERRUPTED, "{sql}");
    }
    assert_eq!(lab.answer("select @@in_transaction"), "0");
    answer(&mut other, "commit");
    assert_eq!(lab.answer("select * from t"), "1 | 1\n5 | 2\n7 | 7\n10 | 10");
    assert!(lab.engine.locks().is_empty(), "{:?}", lab.engine.locks());
}

#[test]
fn a_statement_that_reads_or_sleeps_ends_too() {
    let mut lab = Lab::new();
    lab.answer("create table t (id int primary key auto_increment, v int)");
    lab.answer("insert into t (v) values (1), (2), (3), (4)");
    for _ in 0..10 {
        lab.answer("insert into t (v) select v from t");
    }
    let all = lab.answer("select count(*), sum(v) from t");
    let began_at = Instant::now();
    for sql in
        ["select sum(v + id) from t", "update t set v = v + 1", "delete from t where v > 0", "select sleep(30), 2"]
    {
        lab.answer("begin");
        // On a busy machine a statement may end before it is interrupted: it is undone, and runs again.
        while lab.interrupt(sql, |_| true) != INTERRUPTED {
            lab.answer("rollback");
            lab.answer("begin");
            assert!(began_at.elapsed() < PATIENCE, "never interrupted: {sql}");
        }
        assert_eq!(lab.answer("select count(*), sum(v) from t"), all, "{sql}");
        lab.answer("rollback");
    }
}

#[test]
fn an_interrupt_between_two_statements_has_no_effect() {
    let mut lab = Lab::new();
    lab.answer("create table t (id int primary key)");
    lab.engine.interrupt(&lab.waiter);
    assert_eq!(lab.answer("select count(*) from t"), "0");
    lab.engine.interrupt(&lab.waiter);
    assert_eq!(lab.answer("select sleep(0)"), "0");
}
