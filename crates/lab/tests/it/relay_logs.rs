//! The relay log of a live MariaDB: `dump` and `verify` read it, `flashback` undoes its rows, and `replay` executes it. Its
//! files are so small that they end within transactions.

use crate::foreign_logs::{Source, printed, text};
use innolab_testing::Server;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A source of a replica. Replication needs a TCP port: one of this machine alone, that is free.
fn source() -> Option<(Source, u16)> {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let port_option = format!("--port={port}");
    let options = ["--binlog-row-metadata=FULL", "--skip-networking=0", "--bind-address=127.0.0.1", &port_option];
    Some((Source::start(&options)?, port))
}

/// The files of the relay log of a new replica, oldest first, with what the source has logged from its second file on.
fn relay_log(source: &Source, port: u16) -> Option<(Server, Vec<PathBuf>)> {
    let replica =
        Server::start(["--server-id=2", "--relay-log=relay", "--relay-log-purge=0", "--max-relay-log-size=4096"])?;
    replica.sql(&format!(
        "change master to master_host = '127.0.0.1', master_port = {port}, master_user = 'root', master_log_file = 'bin.000002',
         master_log_pos = 4; start slave io_thread"
    ));
    let end = source.sql("show master status").remove(0);
    let end: Vec<&str> = end.split('\t').take(2).collect();
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let status = replica.sql("show slave status").remove(0);
        if status.split('\t').skip(5).take(2).eq(end.iter().copied()) {
            break;
        }
        assert!(Instant::now() < until, "the replica does not read: {status}\n{}", replica.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    replica.sql("stop slave");
    let names = std::fs::read_to_string(replica.data().join("relay.index")).expect("an index");
    let files = names.lines().map(|name| replica.data().join(name)).collect();
    Some((replica, files))
}

#[test]
fn a_relay_log_of_a_mariadb_is_undone_and_replayed_like_its_source() {
    let Some((source, port)) = source() else { return };
    let create = "create table t (id int primary key, v varchar(200))";
    let insert = "insert into t values (1, 'one'), (2, 'two')";
    source.sql(&format!("{create} charset utf8mb4; {insert}"));
    let show = || source.sql("select * from t");
    let before = show();
    source.next_file();
    // A transaction of several files of the relay log; XA, prepared in one file of the source and committed in the next.
    source.sql(
        "begin; insert into t select seq, repeat('x', 180) from seq_10_to_60; update t set v = 'zz' where id < 30;
         delete from t where id > 50; commit; xa start 'a'; update t set v = 'xa' where id = 1; xa end 'a'; xa prepare 'a'",
    );
    let second = source.next_file();
    source.sql("xa commit 'a'; xa start 'b'; delete from t; xa end 'b'; xa prepare 'b'; xa rollback 'b'; insert into t values (70, '')");
    let (after, third) = (show(), source.next_file());
    let Some((_replica, files)) = relay_log(&source, port) else { return };

    let (files, of_source): (Vec<&str>, _) =
        (files.iter().map(|path| text(path)).collect(), [text(&second), text(&third)]);
    let binlog = |command: &str, files: &[&str], options: &[&str]| {
        printed(&[&["--database", "d", "binlog", command], files, options].concat())
    };
    binlog("verify", &files, &[]).expect("it is whole");
    let dump = |files: &[&str]| binlog("dump", files, &[]).expect("it is whole");
    for what in ["  MARIADB_GTID", "_ROWS_V1", "  XID", "  + id=", "  ~ id=", "  - id="] {
        let count = |files| dump(files).matches(what).count();
        assert_eq!(count(&files), count(&of_source), "{what}");
    }

    // The TABLE_MAP of a file's first rows is in the file before.
    let lacks = |file: &str| binlog("dump", &[file], &[]).is_err_and(|why| why.contains("no TABLE_MAP before them"));
    let split = files.iter().position(|file| lacks(file)).expect("a file ends within a statement");
    dump(&files[split - 1..=split]);
    let why = binlog("flashback", &files[..split], &[]).expect_err("a transaction goes on in the next file");
    assert!(why.contains("a transaction without its end cannot be reversed"), "{why}");

    source.0.sql(&binlog("flashback", &files, &[]).expect("rows only"));
    assert_eq!(show(), before);
    source.next_file();

    let dir = tempfile::tempdir().expect("a directory");
    let (into, file) = (dir.path().join("into"), dir.path().join("run.sql"));
    let run = |sql: &str| {
        std::fs::write(&file, sql).expect("a file");
        printed(&["--database", "d", "run", text(&file), "--data", text(&into), "--json"]).expect("it runs")
    };
    run(&format!("{create}; -- T1\n{insert}; -- T1\n"));
    let said = binlog("replay", &files, &["--into", text(&into)]).expect("all of it");
    assert!(said.starts_with("replayed ") && !said.contains("skipped"), "{said}");
    let rows = run("select * from t; -- T1\n");
    assert_eq!(rows.matches(r#"[""#).count(), after.len(), "{rows}");
    for row in after {
        let (id, v) = row.split_once('\t').expect("two columns");
        assert!(rows.contains(&format!(r#"["{id}","{v}"]"#)), "{row}: {rows}");
    }
    assert!(binlog("replay", &files, &["--into", text(&into)]).is_err(), "the rows are there already");
}
