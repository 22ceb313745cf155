//! A private MySQL for a test: as [`Server`](crate::Server), which is the referee; MySQL is a second opinion.
//!
//! ```text
//! INNOLAB_MYSQL=DIR       DIR/sbin/mysqld (or DIR/bin/mysqld) and DIR/bin/mysql
//! INNOLAB_MYSQL=PROGRAM   `PROGRAM sbin/mysqld …` and `PROGRAM bin/mysql …` run them
//! ```
//!
//! RULES
//!
//! - **R1** Without `INNOLAB_MYSQL`, tests that need it print `SKIPPED` and pass, in CI too.
//! - **R2** No other server is touched: no option files, no network, all files in a temporary directory.

use crate::client;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running MySQL.
pub struct MySql {
    dir: tempfile::TempDir,
    process: Child,
}

/// One of its programs, `sbin/mysqld` or `bin/mysql`.
fn program(installed: &Path, name: &str) -> Command {
    if !installed.is_dir() {
        let mut command = Command::new(installed);
        command.arg(name);
        return command;
    }
    let path = installed.join(name);
    Command::new(if path.exists() { path } else { installed.join(name.replace("sbin/", "bin/")) })
}

impl MySql {
    /// Makes a data directory, starts a server on it and waits until it answers. Returns `None` if `INNOLAB_MYSQL` is
    /// not set (R1).
    ///
    /// # Panics
    /// If the server exits, or does not answer within two minutes: with its error log.
    pub fn start() -> Option<MySql> {
        let Some(installed) = std::env::var_os("INNOLAB_MYSQL").map(PathBuf::from) else {
            eprintln!("SKIPPED: INNOLAB_MYSQL does not say where a MySQL is");
            return None;
        };
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut initialize = mysqld(&installed, dir.path());
        let made = initialize.arg("--initialize-insecure").status().expect("INNOLAB_MYSQL runs mysqld");
        assert!(made.success(), "mysqld makes no data directory:\n{}", log(dir.path()));
        let process = mysqld(&installed, dir.path()).spawn().expect("INNOLAB_MYSQL runs mysqld");
        let mut server = MySql { dir, process };
        server.wait_until_it_answers();
        Some(server)
    }

    /// Stops the server cleanly and starts it again on the same files.
    ///
    /// # Panics
    /// As [`MySql::start`].
    pub fn restart(&mut self) {
        self.sql("shutdown");
        self.process.wait().expect("it is our child");
        self.process = mysqld(&installed(), self.dir.path()).spawn().expect("INNOLAB_MYSQL runs mysqld");
        self.wait_until_it_answers();
    }

    fn wait_until_it_answers(&mut self) {
        let until = Instant::now() + Duration::from_secs(120);
        while self.query("select 1").is_err() {
            let ended = self.process.try_wait().expect("it is our child").is_some();
            assert!(!ended && Instant::now() < until, "mysqld does not answer:\n{}", log(self.dir.path()));
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Path of the data directory.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Runs `sql` with the client `mysql`. Returns a line per row, columns separated by tabs.
    ///
    /// ERRORS: the client's standard error, if a statement fails.
    pub fn query(&self, sql: &str) -> Result<Vec<String>, String> {
        client::query(program(&installed(), "bin/mysql"), &self.dir.path().join("s"), sql)
    }

    /// As [`MySql::query`], for statements that must succeed.
    ///
    /// # Panics
    /// If a statement fails: with the statements, the client's error and the server's log.
    pub fn sql(&self, sql: &str) -> Vec<String> {
        self.query(sql).unwrap_or_else(|error| panic!("{sql}\n{error}\n{}", log(self.dir.path())))
    }
}

impl Drop for MySql {
    fn drop(&mut self) {
        // The files go with the directory; a server that has ended already is no failure.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn installed() -> PathBuf {
    std::env::var_os("INNOLAB_MYSQL").map(PathBuf::from).expect("a server was started from there")
}

fn log(dir: &Path) -> String {
    std::fs::read_to_string(dir.join("log.err")).unwrap_or_default()
}

fn mysqld(installed: &Path, dir: &Path) -> Command {
    let at = |option: &str, name: &str| format!("--{option}={}", dir.join(name).display());
    let mut command = program(installed, "sbin/mysqld");
    command
        .args(["--no-defaults", "--skip-networking", "--mysqlx=OFF", "--user=root", "--secure-file-priv="])
        .args([at("datadir", "data"), at("socket", "s"), at("pid-file", "pid"), at("log-error", "log.err")])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}
