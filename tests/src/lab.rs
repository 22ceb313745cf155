//! Builds the program `innolab` once per test process, and runs it.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Returns the path of the program, which the first call builds, in the debug profile.
///
/// # Panics
/// If it does not build: with cargo's errors.
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

/// Returns the workspace's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the workspace").to_owned()
}

/// Runs the program with these arguments, in the workspace's folder, to its end.
pub fn run(args: &[&str]) -> Output {
    Command::new(program()).args(args).current_dir(root()).output().expect("the program was just built")
}

/// Runs a scenario; returns its JSON lines, without locks.
///
/// # Panics
/// If the program fails: with its standard error.
pub fn transcript(scenario: &Path) -> Vec<Value> {
    run_scenario(scenario, &[])
}

/// As [`transcript`], with the locks after each step.
pub fn transcript_with_locks(scenario: &Path) -> Vec<Value> {
    run_scenario(scenario, &["--locks"])
}

fn run_scenario(scenario: &Path, options: &[&str]) -> Vec<Value> {
    let path = scenario.to_str().expect("a UTF-8 path");
    let done = run(&[&["run", path, "--json", "--database", "referee"], options].concat());
    assert!(done.status.success(), "innolab run {path}: {}", String::from_utf8_lossy(&done.stderr));
    parse(&String::from_utf8(done.stdout).expect("JSON is UTF-8"))
}

/// Parses a text with one JSON value per line.
///
/// # Panics
/// If a line is not JSON.
pub fn parse(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}
