//! KILL: a connection ends another one's statement, or the connection. Each case gave the same on a real MariaDB 10.11.

use crate::fixture::{Client, Failed, Running, wait_until};
use innolab_server::Limits;
use std::time::Duration;

fn failed(errno: u16, text: &str) -> Failed {
    Failed { errno, text: text.to_owned() }
}

fn interrupted() -> Failed {
    failed(1317, "#70100Query execution was interrupted")
}

/// Waits until the connection's statement sleeps, or waits for a lock.
fn wait_until_it_waits(server: &Running, client: &Client) {
    let id = u64::from(client.id);
    wait_until("it waits", || {
        server.engine.sessions().iter().any(|(n, a)| *n == id && (a.is_sleeping || a.waits_since_us.is_some()))
    });
}

/// A table with two rows; the first client has the row 1 locked, the second has changed row 2.
fn locked() -> (Running, Client, Client, Client) {
    let server = Running::start(Limits::default());
    let (mut holds, mut waits, killer) = (server.client(), server.client(), server.client());
    holds.execute("create table t (id int primary key, v int)").expect("it is new");
    holds.execute("insert into t values (1, 0), (2, 0)").expect("it is new");
    holds.execute("begin").expect("BEGIN");
    holds.execute("update t set v = 1 where id = 1").expect("no lock");
    waits.execute("begin").expect("BEGIN");
    waits.execute("update t set v = 2 where id = 2").expect("no lock");
    (server, holds, waits, killer)
}

#[test]
fn kill_query_ends_the_statement_and_keeps_the_transaction() {
    let (server, _holds, mut waits, mut killer) = locked();
    for sql in ["update t set v = 3 where id = 1", "select sleep(1000)"] {
        waits.command(3, sql.as_bytes());
        wait_until_it_waits(&server, &waits);
        killer.execute(&format!("kill query {}", waits.id)).expect("it is there");
        assert_eq!(waits.done(), Err(interrupted()), "{sql}");
    }
    // Without a statement nothing happens.
    killer.execute(&format!("kill query {} + 0", waits.id)).expect("it is there");
    assert_eq!(waits.lines("select v from t where id = 2"), ["2"]);
    waits.execute("commit").expect("its transaction is open");
    assert_eq!(killer.lines("select v from t"), ["0", "2"]);
}

#[test]
fn kill_closes_the_connection_and_rolls_back() {
    // By statement and by command; while it waits, and while it is idle.
    for (by_command, is_idle) in [(false, false), (true, false), (false, true), (true, true)] {
        let (server, _holds, mut waits, mut killer) = locked();
        if !is_idle {
            waits.command(3, b"update t set v = 3 where id = 1");
            wait_until_it_waits(&server, &waits);
        }
        if by_command {
            killer.command(0x0C, &waits.id.to_le_bytes());
            killer.done().expect("it is there");
        } else {
            killer.execute(&format!("kill {}", waits.id)).expect("it is there");
        }
        assert!(waits.is_closed(), "without an answer");
        // This waits until the transaction is rolled back.
        assert_eq!(killer.execute("update t set v = v + 1 where id = 2").map(|done| done.affected), Ok(1));
        assert_eq!(killer.lines("select v from t where id = 2"), ["1"]);
        // Its number goes a moment after its locks.
        let again = || killer.execute(&format!("kill {}", waits.id)).err();
        let again = std::iter::repeat_with(again).take(1000).find_map(|error| {
            std::thread::sleep(Duration::from_millis(5));
            error
        });
        let again = again.expect("it has gone");
        assert_eq!(again, failed(1094, &format!("#HY000Unknown thread id: {}", waits.id)));
    }
}

#[test]
fn unknown_numbers_and_oneself() {
    let server = Running::start(Limits::default());
    let mut client = server.client();
    let unknown = [
        ("kill 9999", "9999"),
        ("kill connection 9999", "9999"),
        ("kill hard query 9998 + 1", "9999"),
        ("kill soft connection 1.6", "2"),
        ("kill 4294967297", "4294967297"),
        ("kill 'abc'", "0"),
        ("kill null", "0"),
        ("kill -1", "18446744073709551615"),
        ("kill @nothing", "0"),
    ];
    // The client of these numbers is the only one.
    assert_eq!(client.id, 1);
    for (sql, id) in unknown {
        assert_eq!(client.execute(sql), Err(failed(1094, &format!("#HY000Unknown thread id: {id}"))), "{sql}");
    }
    client.command(0x0C, &99u32.to_le_bytes());
    assert_eq!(client.done().expect_err("unknown").errno, 1094);
    client.command(0x0C, b"x");
    assert_eq!(client.done().expect_err("no number").errno, 1047);
    let column = failed(1054, "#42S22Unknown column 'connection_id' in 'KILL'");
    assert_eq!(client.execute("kill connection_id"), Err(column));
    for (sql, named) in [("kill user root", "KILL USER"), ("kill query id 5", "KILL QUERY ID")] {
        let refused = client.execute(sql).expect_err("not supported");
        assert!(refused.errno == 1235 && refused.text.contains(named), "{sql}: {refused:?}");
    }
    assert_eq!(client.execute("kill").expect_err("no number").errno, 1064);

    assert_eq!(client.execute("kill query connection_id()"), Err(interrupted()));
    assert_eq!(client.lines("select 1"), ["1"]);
    let killed = failed(1927, "#70100Connection was killed");
    assert_eq!(client.execute("kill connection_id()"), Err(killed.clone()));
    assert!(client.is_closed());
    let mut client = server.client();
    client.command(0x0C, &client.id.to_le_bytes());
    assert_eq!(client.done(), Err(killed));
    assert!(client.is_closed());
}

#[test]
fn commands_behind_the_one_that_was_killed_are_not_run() {
    let (server, _holds, mut waits, mut killer) = locked();
    // The second statement is in the server's buffer when the first is killed.
    let mut both = waits.framed(b"\x03update t set v = 3 where id = 1");
    both.extend(waits.framed(b"\x03create table u (id int)"));
    waits.send(&both);
    wait_until_it_waits(&server, &waits);
    killer.execute(&format!("kill {}", waits.id)).expect("it is there");
    assert!(waits.is_closed());
    assert_eq!(killer.execute("update t set v = 5 where id = 2").map(|done| done.affected), Ok(1));
    assert_eq!(killer.lines("show tables"), ["t"]);
}

#[test]
fn release_closes_the_connection() {
    let server = Running::start(Limits::default());
    let mut other = server.client();
    other.execute("create table t (id int)").expect("it is new");
    for (sql, rows) in [("commit release", "1"), ("rollback and no chain release", "1"), ("commit work release", "2")] {
        let mut client = server.client();
        client.execute("begin").expect("BEGIN");
        client.execute("insert into t values (1)").expect("no key");
        client.execute(sql).expect("OK comes first");
        assert!(client.is_closed(), "{sql}");
        assert_eq!(other.lines("select count(*) from t"), [rows], "{sql}");
    }
    let mut client = server.client();
    client.execute("commit no release").expect("COMMIT");
    assert_eq!(client.lines("select 1"), ["1"]);
}
