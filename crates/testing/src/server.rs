//! A private MariaDB for a test: started in an empty temporary directory, killed when dropped.
//!
//! ```text
//! DIR/data    its data directory: the files of database `d` are in data/d
//! DIR/s       its socket: no network
//! DIR/log     its error log
//! ```
//!
//! RULES
//!
//! - **R1** A machine without the real server skips what needs it and says so; with `CI` in the environment it fails.
//! - **R2** Nothing of the system's server is read or written: no option files, no network, directories of its own.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// True if all `programs` are installed (R1); else says which one is not.
///
/// # Panics
/// If one is missing and `CI` is set.
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

/// Says that a test is skipped, and returns false.
///
/// # Panics
/// If `CI` is set: there the real server must run.
pub fn skipped(why: &str) -> bool {
    assert!(std::env::var_os("CI").is_none_or(|ci| ci.is_empty()), "in CI the real server must run: {why}");
    eprintln!("SKIPPED: {why}");
    false
}

/// A running server.
pub struct Server {
    dir: tempfile::TempDir,
    process: Child,
}

impl Server {
    /// Starts a server with these options beside its own and waits until it answers; `None` if `mariadbd` or the client
    /// `mariadb` is not installed (R1).
    ///
    /// # Panics
    /// If it ends or does not answer within a minute: with its log.
    pub fn start<'a>(options: impl IntoIterator<Item = &'a str>) -> Option<Server> {
        if !installed(&["mariadbd", "mariadb"]) {
            return None;
        }
        let dir = tempfile::tempdir().expect("a temporary directory");
        std::fs::create_dir(dir.path().join("data")).expect("the directory is new");
        let at = |option: &str, name: &str| format!("--{option}={}", dir.path().join(name).display());
        let process = Command::new("mariadbd")
            .args(["--no-defaults", "--skip-networking", "--skip-grant-tables", "--user=root"])
            .args([at("datadir", "data"), at("socket", "s"), at("pid-file", "pid"), at("log-error", "log")])
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
    }

    /// The path of its socket.
    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("s")
    }

    /// The path of its data directory.
    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Its error log so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// Runs `sql`, one or more statements, with the client `mariadb`; returns the rows as lines with tabs between columns.
    ///
    /// ERRORS: what the client says, if a statement fails.
    pub fn query(&self, sql: &str) -> Result<Vec<String>, String> {
        let mut client = Command::new("mariadb")
            .args(["--no-defaults", "--user=root", "--batch", "--skip-column-names", "--quick", "--binary-mode"])
            .args(["--default-character-set=utf8mb4", "--socket"])
            .arg(self.socket())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("mariadb is installed");
        // A client that finds no server does not read; its exit status says so.
        let _ = client.stdin.take().expect("it is piped").write_all(sql.as_bytes());
        let output = client.wait_with_output().expect("it is our child");
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    /// As [`Server::query`].
    ///
    /// # Panics
    /// If a statement fails: with the statements, the client's words and the server's log.
    pub fn sql(&self, sql: &str) -> Vec<String> {
        self.query(sql).unwrap_or_else(|error| panic!("{sql}\n{error}\n{}", self.log()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nobody wants its data: it need not shut down in order.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
