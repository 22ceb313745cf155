//! Programs that we did not write: the client `mariadb`, and PyMySQL. Each is skipped, with a line, where it is not
//! installed.

use crate::fixture::{PASSWORD, Running, wait_until};
use innolab_server::Limits;
use innolab_testing::{installed, skipped};
use std::process::{Command, Output, Stdio};

fn run(command: &mut Command) -> (bool, String) {
    let Output { status, stdout, stderr } = command.stdin(Stdio::null()).output().expect("it is installed");
    (status.success(), String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr))
}

/// The client, by socket file or by TCP.
fn mariadb(server: &Running, tcp: bool, password: &str) -> Command {
    let mut command = Command::new("mariadb");
    command.args(["--no-defaults", "--default-character-set=utf8mb4", "--user=root", "--table"]);
    command.arg(format!("--password={password}"));
    match server.tcp.filter(|_| tcp) {
        Some(address) => command.args(["--protocol=tcp", "--host=127.0.0.1", &format!("--port={}", address.port())]),
        None => command.arg("--socket").arg(&server.socket),
    };
    command
}

/// In a locale of UTF-8 the client asks for utf8mb3; in another one for a character set that is refused, with what to do.
#[test]
fn the_client_mariadb_takes_its_character_set_from_the_locale() {
    if !installed(&["mariadb"]) {
        return;
    }
    let server = Running::start(Limits::default());
    let select = |locale: &str| {
        let mut command = Command::new("mariadb");
        command.env("LC_ALL", locale).args(["--no-defaults", "--user=root", "--skip-column-names", "-e", "select 'ä'"]);
        run(command.arg(format!("--password={PASSWORD}")).arg("--socket").arg(&server.socket))
    };
    assert_eq!(select("C.UTF-8"), (true, "ä\n".to_owned()));
    let (ok, text) = select("C");
    assert!(!ok && text.contains("it has to be UTF-8 (--default-character-set=utf8mb4)"), "{text}");
}

#[test]
fn the_client_mariadb_talks_to_it() {
    if !installed(&["mariadb"]) {
        return;
    }
    let server = Running::start(Limits::default());
    for tcp in [false, true] {
        let (ok, text) = run(mariadb(&server, tcp, "wrong").args(["-e", "select 1"]));
        assert!(!ok && text.contains("ERROR 1045 (28000): Access denied for user 'root'@'localhost'"), "{text}");
        let sql = "drop table if exists t; create table t (id int primary key auto_increment, v varchar(20), b varbinary(4)); \
                   insert into t (v, b) values ('ä😀', x'00ff'), (null, null); begin; delete from t; rollback; \
                   select id, v, hex(b) from t; select count(*) from t";
        let (ok, text) = run(mariadb(&server, tcp, PASSWORD).args(["test", "-e", sql]));
        // The client pads by bytes.
        let expected = "+----+--------+--------+\n| id | v      | hex(b) |\n+----+--------+--------+\n\
                        |  1 | ä😀     | 00FF   |\n|  2 | NULL   | NULL   |\n+----+--------+--------+\n\
                        +----------+\n| count(*) |\n+----------+\n|        2 |\n+----------+\n";
        assert!(ok, "{text}");
        assert_eq!(text, expected);
        let (ok, text) =
            run(mariadb(&server, tcp, PASSWORD).args(["test", "-vvv", "-e", "update t set v = 'x' where id = 1"]));
        assert!(ok && text.contains("Query OK, 1 row affected"), "{text}");
        let (ok, text) = run(mariadb(&server, tcp, PASSWORD).args(["test", "-e", "select * form t"]));
        assert!(!ok && text.contains("ERROR 1064 (42000) at line 1: You have an error in your SQL syntax"), "{text}");
        let (ok, text) = run(mariadb(&server, tcp, PASSWORD).args(["nothing", "-e", "select 1"]));
        assert!(!ok && text.contains("ERROR 1049 (42000): Unknown database 'nothing'"), "{text}");
        // What the client asks when it is used by hand.
        let by_hand = ["test", "--auto-rehash", "-e", "use test; select @@version_comment limit 1; select 1"];
        let (ok, text) = run(mariadb(&server, tcp, PASSWORD).args(by_hand));
        assert!(ok && text.contains("innolab"), "{text}");
    }
}

/// Ctrl-C in the client: it connects once more, and kills its statement.
#[test]
fn an_interrupt_of_the_client_mariadb_ends_its_statement() {
    if !installed(&["mariadb"]) {
        return;
    }
    let server = Running::start(Limits::default());
    for tcp in [false, true] {
        let mut command = mariadb(&server, tcp, PASSWORD);
        command.args(["test", "-e", "select sleep(1000)"]).stdin(Stdio::null());
        let client = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it is installed");
        wait_until("it sleeps", || server.engine.sessions().iter().any(|(_, a)| a.is_sleeping));
        let sent = Command::new("kill").args(["-INT", &client.id().to_string()]).status().expect("kill runs");
        assert!(sent.success());
        let Output { status, stderr, .. } = client.wait_with_output().expect("it ends");
        let text = String::from_utf8_lossy(&stderr);
        assert!(!status.success() && text.contains("ERROR 1317 (70100)"), "{text}");
    }
}

#[test]
fn status_of_the_client_mariadb() {
    if !installed(&["mariadb"]) {
        return;
    }
    let server = Running::start(Limits::default());
    let (ok, text) = run(mariadb(&server, false, PASSWORD).args(["test", "-e", "status"]));
    let lines = [
        "Current database:\ttest",
        "Current user:\t\troot@localhost",
        "Server version:\t\t10.11-innolab innolab",
        "Server characterset:\tutf8mb4",
        "Db     characterset:\tutf8mb4",
        "Client characterset:\tutf8mb4",
        "Conn.  characterset:\tutf8mb4",
    ];
    assert!(ok && lines.iter().all(|line| text.contains(line)) && text.contains("Uptime:"), "{text}");
}

/// What the program asks about tablespaces has subqueries, so it needs `--no-tablespaces`.
#[test]
fn mariadb_dump_copies_a_database() {
    if !installed(&["mariadb", "mariadb-dump"]) {
        return;
    }
    let server = Running::start(Limits::default());
    let mut client = server.client();
    let long = "create table t (id int unsigned primary key auto_increment, v varchar(20), b varbinary(4), n decimal(6,2), \
                at datetime(3) default current_timestamp(3) on update current_timestamp(3), d date, key v (v))";
    let rows = "insert into t (v, b, n, at, d) values ('ä😀''\\\\', x'00ff', -1.5, '2024-01-02 03:04:05.678', '2024-01-02'), \
                (null, null, null, null, null)";
    for sql in [long, rows, "create table `u v` (a int)", "insert into `u v` values (1)"] {
        client.execute(sql).unwrap_or_else(|e| panic!("{sql}: {e:?}"));
    }
    let mut command = Command::new("mariadb-dump");
    command.args(["--no-defaults", "--default-character-set=utf8mb4", "--user=root", "--single-transaction"]);
    command.args(["--no-tablespaces", "--compact", "--skip-extended-insert"]).arg("--socket").arg(&server.socket);
    let (ok, dump) = run(command.arg(format!("--password={PASSWORD}")).arg("test"));
    assert!(ok, "{dump}");
    let statements = dump.lines().filter(|line| !line.starts_with("/*"));
    let statements = statements.collect::<Vec<_>>().join("\n");
    let tables = ["t", "u v"].map(|name| client.query(&format!("show create table `{name}`")).expect("it is there"));
    let create = tables.map(|table| String::from_utf8_lossy(table.rows[0][1].as_ref().expect("a text")).into_owned());
    for part in [
        &format!("{};", create[0]),
        &format!("{};", create[1]),
        "(1,'ä😀\\'\\\\',",
        "-1.50,'2024-01-02 03:04:05.678','2024-01-02');",
        "INSERT INTO `t` VALUES (2,NULL,NULL,NULL,NULL,NULL);",
        "INSERT INTO `u v` VALUES (1);",
    ] {
        assert!(statements.contains(part), "{part}\n---\n{dump}");
    }
    // The statements of the dump make the same rows again.
    // The bytes of `b` are no UTF-8, so a dump that keeps them needs `--hex-blob`.
    let select = "select id, v, n, at, d from t";
    let before = client.lines(select);
    client.execute("drop table t, `u v`").expect("they are there");
    let again = server.file("dump.sql");
    std::fs::write(&again, statements).expect("a temporary directory");
    let (ok, text) =
        run(mariadb(&server, false, PASSWORD).args(["test", "-e", &format!("source {}", again.display())]));
    assert!(ok, "{text}");
    assert_eq!(client.lines(select), before);
}

#[test]
fn pymysql_talks_to_it() {
    if !installed(&["python3"]) {
        return;
    }
    if !Command::new("python3").args(["-c", "import pymysql"]).stderr(Stdio::null()).status().is_ok_and(|s| s.success())
    {
        skipped("PyMySQL is not installed");
        return;
    }
    let server = Running::start(Limits::default());
    let script = server.file("pymysql_test.py");
    std::fs::write(&script, include_str!("pymysql_test.py")).expect("a temporary directory");
    let port = server.tcp.expect("it listens").port().to_string();
    let (ok, text) = run(Command::new("python3").arg(&script).arg(&server.socket).args([&port, PASSWORD]));
    assert!(ok && text == "all of it works\n", "{text}");
}
