//! A private server that takes tables.

use innolab_engine::Exported;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A private server on an empty directory; it dies with this value.
pub(super) struct Server {
    pub(super) dir: tempfile::TempDir,
    process: Child,
}

impl Server {
    /// `None`: not installed.
    pub(super) fn start() -> Option<Server> {
        let missing = ["mariadbd", "mariadb", "innochecksum"].iter().find(|tool| {
            Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err()
        });
        if let Some(tool) = missing {
            assert!(std::env::var_os("CI").is_none_or(|v| v.is_empty()), "{tool} is not installed");
            eprintln!("SKIPPED: {tool} is not installed");
            return None;
        }
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("data")).unwrap();
        let arg = |name: &str, file: &str| format!("--{name}={}", dir.path().join(file).display());
        let mut command = Command::new("mariadbd");
        command.args(["--no-defaults", "--skip-networking", "--skip-grant-tables", "--innodb-stats-persistent=OFF"]);
        command.args([
            arg("datadir", "data"),
            arg("socket", "s.sock"),
            arg("pid-file", "m.pid"),
            arg("log-error", "err.log"),
        ]);
        if std::fs::metadata("/proc/self").is_ok_and(|m| std::os::unix::fs::MetadataExt::uid(&m) == 0) {
            command.arg("--user=root");
        }
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut server = Server { dir, process };
        let deadline = Instant::now() + Duration::from_secs(30);
        while server.query("SELECT 1").is_err() {
            let alive = server.process.try_wait().unwrap().is_none();
            assert!(alive && Instant::now() < deadline, "the server does not start:\n{}", server.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        server.sql("CREATE DATABASE d");
        Some(server)
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("err.log")).unwrap_or_default()
    }

    /// The result's rows, columns separated by tabs.
    fn query(&self, sql: &str) -> Result<Vec<String>, String> {
        let socket = self.dir.path().join("s.sock");
        let mut client = Command::new("mariadb");
        client.args(["--no-defaults", "-uroot", "--batch", "--skip-column-names", "--quick"]);
        client.args(["--default-character-set=utf8mb4", "-S"]).arg(socket);
        client.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut client = client.spawn().unwrap();
        // A client that finds no server does not read; its exit status says so.
        let _ = client.stdin.take().unwrap().write_all(sql.as_bytes());
        let output = client.wait_with_output().unwrap();
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    pub(super) fn sql(&self, sql: &str) -> Vec<String> {
        self.query(sql).unwrap_or_else(|e| panic!("{sql}\n{e}\n{}", self.log()))
    }

    pub(super) fn check_table(&self, table: &str) {
        let answer = self.sql(&format!("CHECK TABLE d.{table} EXTENDED"));
        assert!(answer.last().unwrap().ends_with("\tOK") && answer.len() == 1, "{answer:?}\n{}", self.log());
    }

    pub(super) fn import(&self, exported: &Exported, table: &str, file: &Path) {
        self.sql(&format!("USE d; {}; ALTER TABLE {table} DISCARD TABLESPACE", exported.create_table));
        std::fs::copy(file, self.dir.path().join(format!("data/d/{table}.ibd"))).unwrap();
        let cfg = self.dir.path().join(format!("data/d/{table}.cfg"));
        std::fs::copy(file.with_extension("cfg"), &cfg).unwrap();
        self.sql(&format!("ALTER TABLE d.{table} IMPORT TABLESPACE"));
        // A server that did not believe it has said so.
        let log = self.log();
        assert!(!log.contains("Schema mismatch") && !log.contains("cfg"), "{log}");
        std::fs::remove_file(cfg).unwrap();
        self.check_table(table);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
