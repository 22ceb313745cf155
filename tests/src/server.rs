//! The real server as the referee: runs scenarios on a private MariaDB with settings under which outcomes repeat, and
//! returns transcripts in the form of `innolab run --json`.

use crate::lab;
use innolab_testing::{Server, installed, skipped};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Nothing is synced, and statistics sample so many pages that they are exact on small tables. The performance schema tells
/// which metadata lock a session waits for.
const OPTIONS: &str = "--skip-log-bin --innodb-flush-method=nosync \
    --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=OFF --innodb-log-file-size=8M --innodb-buffer-pool-size=64M \
    --innodb-buffer-pool-dump-at-shutdown=OFF --character-set-server=utf8mb4 --collation-server=utf8mb4_nopad_bin --default-time-zone=+00:00 \
    --innodb-stats-persistent=OFF --innodb-stats-traditional=OFF --innodb-stats-transient-sample-pages=400 --innodb-purge-threads=1 --innodb-adaptive-hash-index=OFF --transaction-isolation=REPEATABLE-READ \
    --loose-innodb-change-buffering=none --loose-innodb-snapshot-isolation=OFF --performance-schema=ON --performance-schema-instrument=%=OFF \
    --performance-schema-instrument=wait/lock/metadata/sql/mdl=ON";

/// A private server that runs scenarios.
pub struct Referee(Server);

impl Referee {
    /// Starts the server. Returns `None`, and prints why, if the server, Python or pymysql is not installed.
    ///
    /// # Panics
    /// If one of them is missing and `CI` is set.
    pub fn start() -> Option<Referee> {
        Referee::start_with(&[])
    }

    /// As [`Referee::start`], with more options.
    ///
    /// # Panics
    /// As [`Referee::start`].
    pub fn start_with(options: &[&str]) -> Option<Referee> {
        if !installed(&["python3"]) {
            return None;
        }
        let python = Command::new("python3").args(["-c", "import pymysql"]).output().expect("python3 is installed");
        if !python.status.success() {
            skipped("Python's pymysql is not installed");
            return None;
        }
        Server::start(OPTIONS.split_whitespace().chain(options.iter().copied())).map(Referee)
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.0
    }

    /// Runs a scenario; returns its JSON lines as the lab would print them, with locks if `locks`.
    ///
    /// # Panics
    /// If the driver fails: with its standard error.
    pub fn transcript(&self, scenario: &Path, locks: bool) -> Vec<Value> {
        let script = lab::root().join("tests/server/sessions.py");
        let mut command = Command::new("python3");
        command.arg(script).arg(self.0.socket()).arg(scenario).args(locks.then_some("--locks"));
        let done = command.output().expect("python3 is installed");
        assert!(done.status.success(), "{}: {}", scenario.display(), String::from_utf8_lossy(&done.stderr));
        lab::parse(&String::from_utf8(done.stdout).expect("JSON is UTF-8"))
    }
}
