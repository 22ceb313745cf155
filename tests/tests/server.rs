//! Scripts of one session run here and on a real server: outcomes, rows and error texts must be the same.

use innolab_tests::server::Server;
use innolab_tests::{generate, lab};
use serde_json::Value;
use std::path::Path;

/// Both run it; what differs, in words.
fn differences(server: &Server, scenario: &Path) -> Vec<String> {
    let (ours, real) = (lab::transcript(scenario), server.transcript(scenario));
    assert!(!real.is_empty(), "{}: no step was compared", scenario.display());
    let mut out = vec![];
    for (i, theirs) in real.iter().enumerate() {
        let mine = ours.get(i).unwrap_or(&Value::Null);
        if ["case", "step", "outcome", "rows", "affected", "errno", "message"].iter().any(|k| mine[k] != theirs[k]) {
            out.push(format!("real: {theirs}\nours: {mine}"));
        }
    }
    if ours.len() > real.len() {
        out.push(format!("ours has {} steps, the real server {}", ours.len(), real.len()));
    }
    out
}

fn must_agree(server: &Server, scenario: &Path) {
    let found = differences(server, scenario);
    assert!(found.is_empty(), "{}: {} steps differ\n{}", scenario.display(), found.len(), found.join("\n"));
}

#[test]
fn random_scripts_of_one_session_agree_with_the_real_server() {
    let Some(server) = Server::start() else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let seeds = std::env::var("INNOLAB_SEEDS").map_or(20, |n| n.parse().expect("INNOLAB_SEEDS is a number"));
    for seed in 1..=seeds {
        let path = dir.path().join(format!("seed-{seed}.sql"));
        std::fs::write(&path, generate::script(seed, 10)).expect("a writable directory");
        must_agree(&server, &path);
    }
}

#[test]
fn the_scenarios_of_one_session_agree_with_the_real_server() {
    let Some(server) = Server::start() else { return };
    let mut n = 0;
    for entry in std::fs::read_dir(lab::root().join("tests/scenarios")).expect("the scenarios are there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|e| e == "sql") {
            must_agree(&server, &path);
            n += 1;
        }
    }
    assert!(n > 0, "no scenario was compared");
}
