//! A private MariaDB for a test: started in an empty temporary directory, killed when the [`Server`] is dropped.
//!
//! ```text
//! DIR/data    the data directory: the files of database `d` are in data/d
//! DIR/tmp     its temporary tables
//! DIR/s       the Unix socket; there is no TCP port
//! DIR/log.err the error log; a name without an ending would get this one
//! ```
//!
//! RULES
//!
//! - **R1** Without an installed server, tests that need it print `SKIPPED` and pass; if `CI` is set, they fail.
//! - **R2** No other server is touched: no option files, no network, and all files in the temporary directory. That
//!   includes temporary tables: at its start a server removes those of all servers from its `tmpdir`.

use crate::client;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const ERROR_LOG: &str = "log.err";

/// True if all `programs` are installed; else prints which one is missing (R1).
///
/// # Panics
/// If a program is missing and `CI` is set.
pub fn installed(programs: &[&str]) -> bool {
    let runs = |program: &&str| {
        let mut command = Command::new(program);
        command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
    };
    match programs.iter().find(|program| !runs(program)) {
        Some(missing) => skipped(&format!("{missing} is not installed")),
        None => true,
    }
}

/// Prints that a test is skipped and why; returns false.
///
/// # Panics
/// If `CI` is set: in CI the real server must be installed (R1).
pub fn skipped(why: &str) -> bool {
    assert!(
        std::env::var_os("CI").is_none_or(|ci| ci.is_empty()),
        "CI is set, so the real server must be installed: {why}"
    );
    eprintln!("SKIPPED: {why}");
    false
}

/// A running server.
pub struct Server {
    dir: tempfile::TempDir,
    process: Child,
}

impl Server {
    /// Starts a server with the launcher's options and these, and waits until it answers. Returns `None` if `mariadbd`
    /// or the client `mariadb` is not installed (R1).
    ///
    /// # Panics
    /// If the server exits, or does not answer within a minute: with its error log.
    pub fn start<'a>(options: impl IntoIterator<Item = &'a str>) -> Option<Server> {
        if !installed(&["mariadbd", "mariadb"]) {
            return None;
        }
        let dir = tempfile::tempdir().expect("a temporary directory");
        for name in ["data", "tmp"] {
            std::fs::create_dir(dir.path().join(name)).expect("the directory is new");
        }
        let at = |option: &str, name: &str| format!("--{option}={}", dir.path().join(name).display());
        let process = Command::new("mariadbd")
            .args(["--no-defaults", "--skip-networking", "--skip-grant-tables", "--user=root"])
            .args([
                at("datadir", "data"),
                at("tmpdir", "tmp"),
                at("socket", "s"),
                at("pid-file", "pid"),
                at("log-error", ERROR_LOG),
            ])
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mariadbd is installed");
        let mut server = Server { dir, process };
        server.wait_until_it_answers();
        Some(server)
    }

    fn wait_until_it_answers(&mut self) {
        let until = Instant::now() + Duration::from_secs(60);
        while self.query("select 1").is_err() {
            let ended = self.process.try_wait().expect("it is our child").is_some();
            assert!(!ended && Instant::now() < until, "mariadbd does not answer:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(!self.log().is_empty(), "the error log is not in {ERROR_LOG}");
    }

    /// Path of the Unix socket.
    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("s")
    }

    /// Path of the data directory.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// The error log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join(ERROR_LOG)).unwrap_or_default()
    }

    /// Runs `sql`, one or more statements, with the client `mariadb`. Returns a line per row, columns separated by
    /// tabs.
    ///
    /// ERRORS: the client's standard error, if a statement fails.
    pub fn query(&self, sql: &str) -> Result<Vec<String>, String> {
        client::query(Command::new("mariadb"), &self.socket(), sql)
    }

    /// As [`Server::query`], for statements that must succeed.
    ///
    /// # Panics
    /// If a statement fails: with the statements, the client's error and the server's log.
    pub fn sql(&self, sql: &str) -> Vec<String> {
        self.query(sql).unwrap_or_else(|error| panic!("{sql}\n{error}\n{}", self.log()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its data is thrown away, so it need not shut down cleanly.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
