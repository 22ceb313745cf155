//! `serve`: its end by SIGTERM and by SIGKILL, with clients connected, and what it refuses.

use crate::program::{command, innolab, stderr, stdout};
use innolab_testing::{installed, size};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// A running `serve`.
struct Serve {
    process: Child,
    out: BufReader<ChildStdout>,
}

impl Serve {
    fn start(dir: &Path) -> Serve {
        let mut process = command(&["serve", "--data", dir.to_str().unwrap()]).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert!(line.starts_with("ready: mariadb --socket="), "{line:?}");
        Serve { process, out }
    }

    fn signal(&mut self, name: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }
}

/// The client `mariadb` on this database; what it prints comes at once, a line a row.
fn client(dir: &Path) -> Command {
    let mut client = Command::new("mariadb");
    client.args(["--no-defaults", "--default-character-set=utf8mb4", "--user=root", "-N", "--batch", "--unbuffered"]);
    client.arg("--socket").arg(dir.join("mysql.sock")).arg("test");
    client
}

fn query(dir: &Path, sql: &str) -> String {
    stdout(client(dir).args(["-e", sql]).output().unwrap())
}

#[test]
fn sigterm_rolls_back_and_closes() {
    if !installed(&["mariadb"]) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut serve = Serve::start(dir.path());
    query(dir.path(), "create table t (id int primary key); insert into t values (1), (2)");
    // The database is this process's.
    let second = innolab(&["check", "--data", dir.path().to_str().unwrap()]);
    assert!(!second.status.success(), "{}", stderr(&second));
    let mut open =
        client(dir.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut input = open.stdin.take().unwrap();
    input.write_all(b"begin; delete from t; select 'deleted'; select sleep(1000);\n").unwrap();
    let mut line = String::new();
    BufReader::new(open.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "deleted\n");
    serve.signal("TERM");
    assert!(serve.process.wait().unwrap().success());
    assert!(!open.wait().unwrap().success(), "its statement was interrupted");
    assert!(!dir.path().join("mysql.sock").exists());
    serve.out.read_to_string(&mut line).unwrap();
    let checked = stdout(innolab(&["checkpoint", "--data", dir.path().to_str().unwrap()]));
    assert!(checked.starts_with("redo log: 0 groups"), "it was closed: {checked}");
    let mut again = Serve::start(dir.path());
    assert_eq!(query(dir.path(), "select count(*) from t"), "2\n");
    again.signal("INT");
    assert!(again.process.wait().unwrap().success());
}

#[test]
fn sigkill_loses_nothing_that_was_acknowledged() {
    if !installed(&["mariadb"]) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut serve = Serve::start(dir.path());
    query(dir.path(), "create table t (id int primary key)");
    let mut next = 1;
    for round in 0..size(3, 20) {
        let mut writer =
            client(dir.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut input = writer.stdin.take().unwrap();
        let feeding = std::thread::spawn(move || {
            // Until the server is gone.
            let _ = (next..).try_for_each(|id| writeln!(input, "insert into t values ({id}); select {id};"));
        });
        let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
        let mut acknowledged: u64 = lines.next().unwrap().unwrap().parse().unwrap();
        std::thread::sleep(Duration::from_millis(20 + 37 * round));
        serve.signal("KILL");
        serve.process.wait().unwrap();
        while let Some(Ok(id)) = lines.next() {
            acknowledged = id.parse().unwrap();
        }
        let _ = (writer.wait(), feeding.join());
        // It replaces the socket file that the killed one left, and recovers the database.
        assert!(dir.path().join("mysql.sock").exists());
        serve = Serve::start(dir.path());
        let found: u64 = query(dir.path(), "select count(*) from t").trim().parse().unwrap();
        assert!((acknowledged..=acknowledged + 1).contains(&found), "{acknowledged} acknowledged, {found} there");
        next = found + 1;
    }
    serve.signal("TERM");
    assert!(serve.process.wait().unwrap().success());
}

#[test]
fn tcp_without_a_password_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().to_str().unwrap();
    let ran = innolab(&["serve", "--data", dir, "--port", "0"]);
    assert_eq!(ran.status.code(), Some(2), "{}", stderr(&ran));
    let ran = innolab(&["serve", "--data", dir, "--port", "0", "--password", ""]);
    assert_eq!(ran.status.code(), Some(1));
    assert_eq!(stderr(&ran), "innolab: TCP needs an account with a password: everybody on the machine could log in\n");
}

#[test]
fn a_real_servers_data_directory_is_refused_and_stays_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("ibdata1"), "a server's").unwrap();
    let data = dir.path().to_str().unwrap();
    for arguments in [["serve", "--data", data], ["shell", "--data", data]] {
        let refused = command(&arguments).stdin(Stdio::null()).output().unwrap();
        assert!(!refused.status.success(), "{arguments:?}");
        let why = "the data directory of a real server (ibdata1); nothing was changed";
        assert!(stderr(&refused).contains(why), "{arguments:?}: {}", stderr(&refused));
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}
