//! Clients that are too many, too slow, too large, or talk nonsense: each ends its own connection, and no other. And the
//! end of the server.

use crate::fixture::{Client, Login, Running, wait_until};
use innolab_server::Limits;
use std::io::Write;
use std::time::{Duration, Instant};

const SHORT: Duration = Duration::from_millis(300);

#[test]
fn one_client_too_many_is_told() {
    let server = Running::start(Limits { connections: 2, ..Limits::default() });
    let (one, silent) = (server.client(), server.stream());
    wait_until("the silent one has a place", || server.log_in(&Login::default()).is_err());
    let refused = server.log_in(&Login::default()).err().expect("no place");
    assert_eq!((refused.errno, refused.text.as_str()), (1040, "Too many connections"));
    drop(silent);
    wait_until("its place is free", || server.log_in(&Login::default()).is_ok());
    drop(one);
}

#[test]
fn silence_and_half_a_packet_end() {
    let limits = Limits { login: SHORT, idle: SHORT, read: SHORT, write: SHORT, ..Limits::default() };
    let server = Running::start(limits);
    // Nothing; half a header; a byte now and then; a client that logs in and is idle; half a statement.
    let (mut silent, _) = Client::greeted(server.stream()).expect("a greeting");
    let (mut half, _) = Client::greeted(server.stream()).expect("a greeting");
    half.stream.write_all(&[40, 0]).expect("it reads");
    let (mut slow, _) = Client::greeted(server.stream()).expect("a greeting");
    let began = Instant::now();
    while slow.stream.write_all(&[40]).is_ok() && began.elapsed() < SHORT * 10 {
        std::thread::sleep(SHORT / 10);
    }
    assert!(began.elapsed() < SHORT * 10, "the login has one limit, not one for each byte");
    let mut idle = server.client();
    let mut talking = server.client();
    talking.stream.write_all(&[40, 0, 0, 0, 3, b's']).expect("it reads");
    for client in [&mut silent, &mut half, &mut idle, &mut talking] {
        assert!(client.is_closed());
    }
}

#[test]
fn a_client_that_never_reads_keeps_no_lock() {
    let server = Running::start(Limits { write: SHORT, ..Limits::default() });
    let (mut deaf, mut other) = (server.client(), server.client());
    deaf.execute("create table t (id int primary key)").expect("it is new");
    deaf.execute("insert into t values (1)").expect("it is new");
    deaf.execute("begin").expect("BEGIN");
    deaf.execute("delete from t").expect("no lock");
    let text = "x".repeat(8 << 20);
    deaf.command(3, format!("select '{text}'").as_bytes());
    assert_eq!(other.execute("delete from t").map(|done| done.affected), Ok(1), "its transaction was rolled back");
}

#[test]
fn packets_that_are_too_large_or_out_of_order_end_with_the_reason() {
    let server = Running::start(Limits::default());
    // Before the login 64 KiB, after it max_allowed_packet.
    let (mut stranger, _) = Client::greeted(server.stream()).expect("a greeting");
    stranger.stream.write_all(b"GET / HTTP/1.1\r\n\r\n").expect("it reads");
    let large = stranger.done().expect_err("no packet");
    assert_eq!((large.errno, &large.text[..6]), (1153, "#08S01"));
    assert!(stranger.is_closed());

    let mut client = server.client();
    client.seq = 0;
    let statement = [b"\x03select '".as_slice(), &vec![b'x'; (16 << 20) + 10], b"'"].concat();
    let _ = client.write(&statement);
    client.seq = 1;
    assert_eq!(client.done().expect_err("beyond the limit").errno, 1153);

    let mut client = server.client();
    client.execute("create table t (id int primary key)").expect("it is new");
    client.seq = 7;
    client.write(b"\x03insert into t values (1)").expect("it reads");
    // The server goes on with the number that it expected.
    client.seq = 0;
    assert_eq!(client.done().expect_err("a wrong number").errno, 1156);
    assert!(client.is_closed());
    assert_eq!(server.client().lines("select count(*) from t"), ["0"], "it was not run");
}

#[test]
fn a_stopped_server_has_rolled_back_and_answered() {
    let mut server = Running::start(Limits::default());
    let (mut sleeps, mut waits, mut idle) = (server.client(), server.client(), server.client());
    idle.execute("create table t (id int primary key)").expect("it is new");
    idle.execute("insert into t values (1), (2)").expect("it is new");
    idle.execute("begin").expect("BEGIN");
    idle.execute("delete from t where id = 1").expect("no lock");
    sleeps.command(3, b"select sleep(1000)");
    waits.command(3, b"delete from t where id = 1");
    let (engine, sleeping, waiting) = (server.engine.clone(), u64::from(sleeps.id), u64::from(waits.id));
    wait_until("they run", || {
        let all = engine.sessions();
        all.iter().any(|(id, a)| *id == sleeping && a.is_sleeping)
            && all.iter().any(|(id, a)| *id == waiting && a.waits_since_us.is_some())
    });
    let began = Instant::now();
    server.stop();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    for client in [&mut sleeps, &mut waits] {
        assert_eq!(client.done().expect_err("interrupted").errno, 1317);
        assert!(client.is_closed());
    }
    assert!(idle.is_closed());
    assert!(!server.socket.exists(), "the socket file is removed");
    let mut session = innolab_sql::Session::new(engine.clone(), "test");
    session.execute("delete from t").expect("nothing is locked");
    drop(session);
    engine.close().expect("no transaction is open");
}

#[test]
fn a_deaf_client_does_not_keep_the_server_from_its_end() {
    let mut server = Running::start(Limits { stop: SHORT, ..Limits::default() });
    let mut deaf = server.client();
    deaf.command(3, format!("select '{}'", "x".repeat(8 << 20)).as_bytes());
    let began = Instant::now();
    server.stop();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}
