//! What each kind of read locks, rule by rule: our locks after every step are the real server's (`tests/scenarios/locks`).

use innolab_tests::lab;
use innolab_tests::server::Referee;
use innolab_tests::transcript::differences;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn scenarios() -> Vec<PathBuf> {
    let dir = lab::root().join("tests/scenarios/locks");
    let files =
        std::fs::read_dir(dir).expect("the scenarios are there").map(|file| file.expect("it can be read").path());
    let mut scenarios: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "sql")).collect();
    scenarios.sort();
    assert_eq!(scenarios.len(), 18, "the rules, and definitions that change");
    scenarios
}

fn recorded(scenario: &Path) -> Vec<Value> {
    lab::parse(&std::fs::read_to_string(scenario.with_extension("jsonl")).expect("it can be read"))
}

#[test]
fn each_rule_is_the_real_servers() {
    let mut locks = 0;
    for path in scenarios() {
        let real = recorded(&path);
        locks += real.iter().filter(|line| line["locks"].as_array().is_some_and(|locks| !locks.is_empty())).count();
        let found = differences(&lab::transcript_with_locks(&path), &real, true);
        assert!(found.is_empty(), "{}: {} differences\n{}", path.display(), found.len(), found.join("\n"));
    }
    assert!(locks > 150, "locks were compared after {locks} steps only");
}

#[test]
fn what_was_recorded_is_what_the_real_server_does() {
    let Some(server) = Referee::start() else { return };
    for path in scenarios() {
        let found = differences(&recorded(&path), &server.transcript(&path, true), true);
        assert_eq!(found, Vec::<String>::new(), "{}", path.display());
    }
}
