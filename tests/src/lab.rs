//! Builds the program `innolab` once a test run, and runs it.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The program, built in the profile of the tests.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let done = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "innolab", "--message-format", "json"])
            .current_dir(root())
            .output()
            .expect("cargo runs");
        assert!(done.status.success(), "innolab does not build:\n{}", String::from_utf8_lossy(&done.stderr));
        let text = String::from_utf8(done.stdout).expect("cargo writes UTF-8");
        let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let executable = messages.rev().find_map(|m| m["executable"].as_str().map(PathBuf::from));
        executable.expect("cargo names the program it built")
    })
}

/// The workspace's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace").to_owned()
}

/// Runs the program with these arguments in the workspace's folder.
pub fn run(args: &[&str]) -> Output {
    Command::new(program()).args(args).current_dir(root()).output().expect("the program was just built")
}

/// The JSON lines of a scenario, without locks.
pub fn transcript(scenario: &Path) -> Vec<Value> {
    told(scenario, &[])
}

/// The JSON lines of a scenario, with locks.
pub fn transcript_with_locks(scenario: &Path) -> Vec<Value> {
    told(scenario, &["--locks"])
}

fn told(scenario: &Path, more: &[&str]) -> Vec<Value> {
    let path = scenario.to_str().expect("a UTF-8 path");
    let done = run(&[&["run", path, "--json", "--database", "referee"], more].concat());
    assert!(done.status.success(), "innolab run {path}: {}", String::from_utf8_lossy(&done.stderr));
    parse(&String::from_utf8(done.stdout).expect("JSON is UTF-8"))
}

/// One value a line.
pub fn parse(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}
