//! A private MariaDB: started in an empty temporary directory, nothing synced, gone when it is dropped.
//!
//! Where it is not installed, tests that need it say so and pass; with `CI` in the environment they fail.

use crate::lab;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server.
pub struct Server {
    dir: tempfile::TempDir,
    child: Child,
}

/// Statistics are made of pages drawn at random: of so many that chance does not show.
const OPTIONS: &str = "--no-defaults --skip-networking --skip-grant-tables --skip-log-bin --innodb-flush-method=nosync \
    --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=OFF --innodb-log-file-size=8M --innodb-buffer-pool-size=64M \
    --innodb-buffer-pool-dump-at-shutdown=OFF --character-set-server=utf8mb4 --collation-server=utf8mb4_nopad_bin --default-time-zone=+00:00 \
    --innodb-stats-persistent=OFF --innodb-stats-traditional=OFF --innodb-stats-transient-sample-pages=400 --innodb-purge-threads=1 --innodb-adaptive-hash-index=OFF --transaction-isolation=REPEATABLE-READ \
    --loose-innodb-change-buffering=none --loose-innodb-snapshot-isolation=OFF --performance-schema=OFF";

impl Server {
    /// `None`, said aloud: the server or Python's client for it is not installed.
    pub fn start() -> Option<Server> {
        match Server::try_start() {
            Ok(server) => Some(server),
            Err(why) if std::env::var_os("CI").is_some() => panic!("the real server must run in CI: {why}"),
            Err(why) => {
                println!("SKIPPED, the real server is not there: {why}");
                None
            }
        }
    }

    fn try_start() -> Result<Server, String> {
        let python =
            Command::new("python3").args(["-c", "import pymysql"]).output().map_err(|e| format!("python3: {e}"))?;
        if !python.status.success() {
            return Err("Python's pymysql is not installed".to_owned());
        }
        let dir = tempfile::tempdir().map_err(|e| e.to_string())?;
        std::fs::create_dir(dir.path().join("data")).map_err(|e| e.to_string())?;
        let at = |name: &str| format!("{}/{name}", dir.path().display());
        let mut command = Command::new("mariadbd");
        command.args(OPTIONS.split_whitespace()).arg("--user=root");
        command.arg(format!("--datadir={}", at("data"))).arg(format!("--socket={}", at("s")));
        command.arg(format!("--pid-file={}", at("pid"))).arg(format!("--log-error={}", at("log")));
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let server = Server { child: child.map_err(|e| format!("mariadbd: {e}"))?, dir };
        server.await_socket();
        Ok(server)
    }

    fn await_socket(&self) {
        let until = Instant::now() + Duration::from_secs(60);
        while std::os::unix::net::UnixStream::connect(self.socket()).is_err() {
            let log = || std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default();
            assert!(Instant::now() < until, "mariadbd does not answer:\n{}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its socket.
    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("s")
    }

    /// Its data directory: the files of database `d` are in the folder `d`.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Runs a scenario and tells what happened in the lab's JSON lines, locks included if they are asked for.
    pub fn transcript(&self, scenario: &Path, locks: bool) -> Vec<Value> {
        let script = lab::root().join("tests/server/sessions.py");
        let mut command = Command::new("python3");
        command.arg(script).arg(self.socket()).arg(scenario).args(locks.then_some("--locks"));
        let done = command.output().expect("python3 runs");
        assert!(done.status.success(), "{}: {}", scenario.display(), String::from_utf8_lossy(&done.stderr));
        lab::parse(&String::from_utf8(done.stdout).expect("JSON is UTF-8"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server without data that anybody wants: it need not end in good order.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
