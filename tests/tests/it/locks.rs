//! What each kind of read locks, rule by rule (`tests/scenarios/locks`): our locks after every step are the real
//! server's.

use innolab_tests::lab;
use innolab_tests::server::Referee;
use innolab_tests::ties;
use innolab_tests::transcript::differences;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn scenarios() -> Vec<PathBuf> {
    let dir = lab::root().join("tests/scenarios/locks");
    let files = std::fs::read_dir(dir).expect("the folder exists").map(|file| file.expect("a readable folder").path());
    let mut scenarios: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "sql")).collect();
    scenarios.sort();
    assert_eq!(scenarios.len(), 23, "the files of tests/scenarios/locks");
    scenarios
}

fn recorded(scenario: &Path) -> Vec<Value> {
    lab::parse(&std::fs::read_to_string(scenario.with_extension("jsonl")).expect("a readable file"))
}

#[test]
fn our_locks_are_the_recorded_ones() {
    let mut locks = 0;
    for path in scenarios() {
        let real = ties::without(&path, recorded(&path));
        locks += real.iter().filter(|line| line["locks"].as_array().is_some_and(|locks| !locks.is_empty())).count();
        let found = differences(&ties::without(&path, lab::transcript_with_locks(&path)), &real, true);
        assert!(found.is_empty(), "{}: {} differences\n{}", path.display(), found.len(), found.join("\n"));
    }
    assert!(locks > 150, "only {locks} steps with locks were compared");
}

#[test]
fn the_real_server_still_does_what_was_recorded() {
    let Some(server) = Referee::start() else { return };
    for path in scenarios() {
        let found = differences(&recorded(&path), &server.transcript(&path, true), true);
        assert_eq!(found, Vec::<String>::new(), "{}", path.display());
    }
}
