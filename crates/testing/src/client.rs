//! A server's client program, which reads statements from its standard input.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs `sql` with the client, on the server with this socket. Returns a line per row, columns separated by tabs.
/// ERRORS: the client's standard error, if a statement fails.
///
/// # Panics
/// If the client cannot be started.
pub(crate) fn query(mut client: Command, socket: &Path, sql: &str) -> Result<Vec<String>, String> {
    let mut client = client
        .args(["--no-defaults", "--user=root", "--batch", "--skip-column-names", "--quick", "--binary-mode"])
        .args(["--default-character-set=utf8mb4", "--socket"])
        .arg(socket)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{client:?}: {e}"));
    // The write fails if the client has exited already, without a server to connect to; its exit status says so.
    let _ = client.stdin.take().expect("it is piped").write_all(sql.as_bytes());
    let output = client.wait_with_output().expect("it is our child");
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}
