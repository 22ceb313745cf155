//! What a client that has logged in gets.

use crate::fixture::{Client, Done, Login, Running};
use innolab_engine::{Engine, LogBin, Options};
use innolab_server::Limits;
use innolab_sql::{Outcome, Session};
use mysql_common::constants::{ColumnFlags, ColumnType};
use std::sync::Arc;

const IN_TRANSACTION: u16 = 1;
const AUTOCOMMIT: u16 = 2;

#[test]
fn ok_says_what_the_statement_did_and_the_sessions_status() {
    let server = Running::start(Limits::default());
    let mut client = server.client();
    let done = |affected, insert_id, status, info: &str| {
        Ok(Done { affected, insert_id, status, warnings: 0, info: info.to_owned() })
    };
    let two = "Records: 2  Duplicates: 0  Warnings: 0";
    let (all, one) = ("Rows matched: 3  Changed: 3  Warnings: 0", "Rows matched: 1  Changed: 1  Warnings: 0");
    let steps = [
        ("create table t (id int primary key auto_increment, v varchar(20))", done(0, 0, AUTOCOMMIT, "")),
        ("insert into t (v) values ('a'), ('b')", done(2, 1, AUTOCOMMIT, two)),
        ("insert into t values (9, 'c')", done(1, 9, AUTOCOMMIT, "")),
        ("begin", done(0, 0, AUTOCOMMIT | IN_TRANSACTION, "")),
        ("update t set v = 'x'", done(3, 0, AUTOCOMMIT | IN_TRANSACTION, all)),
        ("rollback", done(0, 0, AUTOCOMMIT, "")),
        ("update t set id = last_insert_id(id + 1) where id = 9", done(1, 10, AUTOCOMMIT, one)),
        ("set autocommit = 0", done(0, 0, 0, "")),
        ("delete from t where id = 1", done(1, 0, IN_TRANSACTION, "")),
    ];
    for (sql, expected) in steps {
        assert_eq!(client.execute(sql), expected, "{sql}");
    }
    let warned = client.execute("insert ignore into t values (2, 'd')").expect("ignored");
    assert_eq!((warned.affected, warned.warnings), (0, 1));
    let failed = client.execute("insert into t values (2, 'd')").expect_err("a duplicate");
    assert_eq!((failed.errno, failed.text.as_str()), (1062, "#23000Duplicate entry '2' for key 'PRIMARY'"));
    // R4 of the session: the transaction goes with it.
    drop(client);
    assert_eq!(server.client().lines("select * from t"), ["1|a", "2|b", "10|c"]);
}

#[test]
fn rows_have_types_in_both_forms_of_the_end() {
    use ColumnType::*;
    let server = Running::start(Limits::default());
    for deprecates_eof in [true, false] {
        let mut client = server.log_in(&Login { deprecates_eof, ..Login::default() }).expect("it is right");
        let create = "create table if not exists k (a tinyint unsigned primary key, b int, c bigint not null, \
                      d varchar(10), e char(3), f varbinary(5), g decimal(10,2) unsigned, h datetime(3), i date)";
        client.execute(create).expect("it is new");
        let insert =
            "replace into k values (1, -2, 3, 'ä😀', 'x', x'00ff', 1.50, '2024-01-02 03:04:05.678', '2024-01-02')";
        client.execute(insert).expect("it fits");
        client.execute("replace into k (a, c) values (2, 4)").expect("it fits");
        let found = client.query("select k.*, a + 1, 1.5, 'x', null, 0.5e0 from k").expect("rows");
        let kinds: Vec<_> = found
            .columns
            .iter()
            .map(|c| (c.column_type(), c.column_length(), c.character_set(), c.decimals(), c.flags()))
            .collect();
        let (null, not, uns, bin) =
            (ColumnFlags::empty(), ColumnFlags::NOT_NULL_FLAG, ColumnFlags::UNSIGNED_FLAG, ColumnFlags::BINARY_FLAG);
        let expected = [
            (MYSQL_TYPE_TINY, 3, 63, 0, not | uns | bin),
            (MYSQL_TYPE_LONG, 11, 63, 0, bin),
            (MYSQL_TYPE_LONGLONG, 20, 63, 0, not | bin),
            (MYSQL_TYPE_VAR_STRING, 40, 45, 0, null),
            (MYSQL_TYPE_STRING, 12, 45, 0, null),
            (MYSQL_TYPE_VAR_STRING, 5, 63, 0, bin),
            (MYSQL_TYPE_NEWDECIMAL, 11, 63, 2, uns | bin),
            (MYSQL_TYPE_DATETIME, 23, 63, 3, bin),
            (MYSQL_TYPE_DATE, 10, 63, 0, bin),
            (MYSQL_TYPE_LONGLONG, 20, 63, 0, not | uns | bin),
            (MYSQL_TYPE_NEWDECIMAL, 67, 63, 1, not | bin),
            (MYSQL_TYPE_VAR_STRING, 4, 45, 0, not),
            (MYSQL_TYPE_NULL, 0, 63, 0, bin),
            (MYSQL_TYPE_DOUBLE, 22, 63, 31, not | bin),
        ];
        assert_eq!(kinds, expected);
        assert_eq!(found.columns[9].name_str(), "a + 1");
        let text = |v: &Option<Vec<u8>>| v.clone();
        assert_eq!(text(&found.rows[0][3]), Some("ä😀".as_bytes().to_vec()));
        assert_eq!(text(&found.rows[0][5]), Some(vec![0, 0xff]));
        assert_eq!(text(&found.rows[1][3]), None);
        assert_eq!(client.lines("select count(*) from k where a > 5"), ["0"]);
        assert!(client.query("select a from k where a > 5").expect("no rows").rows.is_empty());
    }
}

#[test]
fn commands_are_answered_or_unknown() {
    let server = Running::start(Limits::default());
    let mut client = server.client();
    let ok = Done { affected: 0, insert_id: 0, status: AUTOCOMMIT, warnings: 0, info: String::new() };
    client.command(0x0E, b"");
    assert_eq!(client.done().as_ref(), Ok(&ok), "PING");
    client.command(0x02, b"test");
    assert_eq!(client.done().as_ref(), Ok(&ok), "INIT_DB");
    client.command(0x02, b"no`thing");
    assert_eq!(client.done().expect_err("unknown").errno, 1049);
    client.command(0x1B, &[1, 0]);
    assert_eq!(client.read().expect("EOF"), [0xFE, 0, 0, 2, 0], "SET_OPTION, multi-statements off");
    client.command(0x1B, &[0, 0]);
    assert_eq!(client.done().expect_err("multi-statements").errno, 1235);
    client.command(0x09, b"");
    assert!(client.read().expect("a text").starts_with(b"Uptime: "));
    // Among them prepared statements, and the commands of replicas.
    for unknown in [0x00, 0x04, 0x11, 0x12, 0x15, 0x16, 0x1E, 0x20, 0xFF] {
        client.command(unknown, b"x");
        let answer = client.done().expect_err("unknown");
        assert_eq!((answer.errno, answer.text.as_str()), (1047, "#08S01Unknown command"), "{unknown:#x}");
    }
    client.seq = 0;
    client.write(b"").expect("it reads");
    assert_eq!(client.done().expect_err("no command").errno, 1047);

    client.execute("create table t (id int primary key)").expect("it is new");
    client.execute("begin").expect("BEGIN");
    client.execute("insert into t values (1)").expect("it is new");
    client.execute("set @a = 5").expect("SET");
    client.command(0x1F, b"");
    assert_eq!(client.done().as_ref(), Ok(&ok), "RESET_CONNECTION");
    assert_eq!(client.lines("select count(*), @a from t"), ["0|NULL"]);
    assert_eq!(client.lines("select connection_id(), user()"), [format!("{}|root@localhost", client.id)]);
    assert_eq!(client.execute("select 1; select 2").expect_err("two statements").errno, 1064);
    client.command(3, b"select '\xFF\xFE'");
    let not_text = client.done().expect_err("not UTF-8");
    assert_eq!(not_text.errno, 1300);
    assert!(not_text.text.contains(r"\xFF\xFE"), "{}", not_text.text);
    client.command(0x01, b"");
    assert!(client.is_closed(), "QUIT");
}

#[test]
fn connections_block_each_other_as_sessions_do() {
    let server = Running::start(Limits::default());
    let (mut one, mut two) = (server.client(), server.client());
    assert_ne!(one.id, two.id);
    one.execute("create table t (id int primary key, v int)").expect("it is new");
    one.execute("insert into t values (1, 0)").expect("it is new");
    one.execute("begin").expect("BEGIN");
    one.execute("update t set v = 1").expect("no lock");
    two.execute("set innodb_lock_wait_timeout = 1").expect("SET");
    assert_eq!(two.execute("update t set v = 2").expect_err("a lock").errno, 1205);
    two.execute("set innodb_lock_wait_timeout = 50").expect("SET");
    two.command(3, b"update t set v = v + 10");
    let waits =
        || server.engine.sessions().iter().any(|(id, a)| *id == u64::from(two.id) && a.waits_since_us.is_some());
    while !waits() {
        std::thread::yield_now();
    }
    one.execute("commit").expect("COMMIT");
    assert_eq!(two.done().map(|done| done.affected), Ok(1));
    assert_eq!(one.lines("select v from t"), ["11"]);
}

#[test]
fn a_packet_beyond_16_mib_goes_both_ways() {
    let server = Running::start(Limits::default());
    server.client().execute("set global max_allowed_packet = 67108864").expect("SET");
    let mut client = server.client();
    // A whole number of chunks ends with an empty one.
    for bytes in [(1 << 24) - 1 - 4, (1 << 24) + 100] {
        let text = "x".repeat(bytes);
        let rows = client.query(&format!("select '{text}'")).expect("it is within the limit").rows;
        assert!(rows[0][0].as_deref() == Some(text.as_bytes()), "{bytes} bytes came back");
    }
}

/// How many of these acknowledged rows a power loss takes, over several moments: the OK packet is there, and nothing
/// that was not synced survives.
fn lost(server: &Running, options: &Options, client: &mut Client, first: u64) -> u64 {
    (first..first + 5)
        .map(|id| {
            client.execute(&format!("insert into t values ({id})")).expect("it is new");
            let disk = Arc::new(server.disk.power_loss(id));
            let engine = Engine::open(disk, options.clone()).expect("it is recovered");
            let mut session = Session::new(engine, "test");
            let outcome = session.execute(&format!("select id from t where id = {id}")).expect("the table is there");
            let Outcome::Rows { rows, .. } = outcome else { panic!("a SELECT returns rows") };
            u64::from(rows.is_empty())
        })
        .sum()
}

#[test]
fn an_acknowledged_commit_survives_a_power_loss() {
    let with_log = Options { log_bin: Some(LogBin::default()), ..Options::default() };
    for options in [Options::default(), with_log] {
        let server = Running::start_with(options.clone(), Limits::default());
        let mut client = server.client();
        client.execute("create table t (id int primary key)").expect("it is new");
        assert_eq!(lost(&server, &options, &mut client, 1), 0);
        // COMMIT and autocommit are acknowledged by the same rule; so is a transaction that is ended by BEGIN.
        for (id, end) in [(10, "commit"), (11, "begin"), (12, "set autocommit = 1")] {
            client.execute("set autocommit = 0").expect("SET");
            client.execute(&format!("insert into t values ({id})")).expect("it is new");
            client.execute(end).expect("it commits");
            let engine = Engine::open(Arc::new(server.disk.power_loss(id)), options.clone()).expect("it is recovered");
            let found = Session::new(engine, "test").execute(&format!("select id from t where id = {id}"));
            assert!(matches!(found, Ok(Outcome::Rows { rows, .. }) if rows.len() == 1), "{end}");
            client.execute("commit").expect("nothing is open, or nothing was written");
        }
        client.execute("set autocommit = 1").expect("SET");
        // The same without syncs: the test would see a commit that is acknowledged too early.
        for name in ["innodb_flush_log_at_trx_commit", "sync_binlog"] {
            client.execute(&format!("set global {name} = 0")).expect("SET");
        }
        assert_ne!(lost(&server, &options, &mut client, 100), 0);
    }
}
