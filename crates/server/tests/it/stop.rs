//! A server that stops while a statement works: the statement ends at the next row or so with 1317, and nothing of it
//! stays. What each case waits for shows that the statement has come to the part of its work that is meant.

use crate::fixture::{Running, wait_until};
use innolab_disk::Disk;
use innolab_engine::{Engine, Options};
use innolab_server::Limits;
use innolab_sql::{Outcome, Session};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Small buffers: sorts and index builds write files.
fn options() -> Options {
    Options { innodb_sort_buffer_size: 64 << 10, ..Options::default() }
}

/// Rows of `t` at the beginning: enough for some hundred milliseconds of each statement.
const ROWS: usize = 1 << 16;

fn lines(session: &mut Session, sql: &str) -> Vec<String> {
    let Ok(Outcome::Rows { rows, .. }) = session.execute(sql) else { panic!("{sql}: no rows") };
    let shown = |v: &Option<Vec<u8>>| v.as_ref().map_or("NULL".into(), |v| String::from_utf8_lossy(v).into_owned());
    rows.iter().map(|row| row.iter().map(shown).collect::<Vec<_>>().join("|")).collect()
}

/// Stops the server when `began` says that the statement is where it is meant to be, and checks that nothing of it stays:
/// for those who are connected, and after a power loss.
fn stop_within(sql: &str, began: impl Fn(&Running) -> bool) {
    let mut server = Running::start_with(options(), Limits::default());
    let mut client = server.client();
    for sql in ["create table t (id int primary key auto_increment, v int)", "insert into t (v) values (1)"] {
        client.execute(sql).expect("it is new");
    }
    while client.execute("insert into t (v) select v + id from t").expect("they fit").affected < ROWS as u64 / 2 {}
    client.execute("create table u (v int)").expect("it is new");
    client.execute("set sort_buffer_size = 1024").expect("SET");
    let mut witness = Session::new(server.engine.clone(), "test");
    // Without the AUTO_INCREMENT counter: values stay used.
    let shown = ["show tables", "select count(*), sum(v) from t", "select count(*) from u", "describe t"];
    let before = shown.map(|sql| lines(&mut witness, sql));
    client.command(3, sql.as_bytes());
    wait_until(sql, || began(&server));
    let stopped_at = Instant::now();
    server.stop();
    assert!(stopped_at.elapsed() < Duration::from_secs(10), "{sql}: {:?}", stopped_at.elapsed());
    assert_eq!(client.done().expect_err(sql).errno, 1317, "{sql}");
    assert_eq!(shown.map(|sql| lines(&mut witness, sql)), before, "{sql}");
    drop(witness);
    let disk = Arc::new(server.disk.power_loss(1));
    let engine = Engine::open(disk, options()).expect("it is recovered");
    let mut after = Session::new(engine, "test");
    assert_eq!(shown.map(|sql| lines(&mut after, sql)), before, "{sql}: after a power loss");
}

/// True if a table has more rows than `rows`, committed or not.
fn has_more(server: &Running, table: &str, rows: usize) -> bool {
    let mut session = Session::new(server.engine.clone(), "test");
    session.execute("set tx_isolation = 'READ-UNCOMMITTED'").expect("SET");
    lines(&mut session, &format!("select count(*) > {rows} from {table}")) == ["1"]
}

fn has_file(server: &Running, prefix: &str) -> bool {
    server.disk.list().expect("the disk works").iter().any(|name| name.starts_with(prefix))
}

#[test]
fn rows_being_inserted_are_rolled_back() {
    stop_within("insert into t (v) select v from t", |server| has_more(server, "t", ROWS));
    stop_within("insert into u select v from t order by v desc, id", |server| has_more(server, "u", 0));
    stop_within("replace into t select id, v + 1 from t", |server| {
        let mut session = Session::new(server.engine.clone(), "test");
        session.execute("set tx_isolation = 'READ-UNCOMMITTED'").expect("SET");
        lines(&mut session, "select v from t where id = 1") == ["2"]
    });
}

#[test]
fn a_sort_on_disk_ends() {
    stop_within("insert into u select v from t order by v desc, id", |server| has_file(server, "statement."));
    stop_within("delete from t order by v desc limit 10", |server| has_file(server, "statement."));
}

#[test]
fn an_index_that_is_built_is_removed() {
    stop_within("alter table t add index (v)", |server| has_file(server, "ddl_sort."));
    stop_within("alter table t add column w int default 5, add index (v, w)", |server| has_file(server, "ddl_sort."));
}
