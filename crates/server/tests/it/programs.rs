//! Programs that we did not write: the client `mariadb`, and PyMySQL. Each is skipped, with a line, where it is not
//! installed.

use crate::fixture::{PASSWORD, Running};
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
