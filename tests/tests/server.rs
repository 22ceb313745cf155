//! Scripts of one session run here and on a real server: outcomes, rows and error texts must be the same.

use innolab_tests::server::Server;
use innolab_tests::transcript::differences;
use innolab_tests::{generate, lab};
use std::path::PathBuf;

fn must_agree(server: &Server, scenarios: &[PathBuf]) {
    assert!(!scenarios.is_empty(), "nothing is compared");
    let mut found = vec![];
    for scenario in scenarios {
        let real = server.transcript(scenario, false);
        assert!(!real.is_empty(), "{}: no step was compared", scenario.display());
        found.extend(differences(&lab::transcript(scenario), &real, false));
    }
    assert!(found.is_empty(), "{} steps differ\n{}", found.len(), found.join("\n"));
}

#[test]
fn random_scripts_of_one_session_agree_with_the_real_server() {
    let Some(server) = Server::start() else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let seeds = std::env::var("INNOLAB_SEEDS").map_or(25, |n| n.parse().expect("INNOLAB_SEEDS is a number"));
    let mut scenarios = vec![];
    for seed in 1..=seeds {
        let path = dir.path().join(format!("seed-{seed}.sql"));
        std::fs::write(&path, generate::script(seed, 10)).expect("a writable directory");
        scenarios.push(path);
    }
    must_agree(&server, &scenarios);
}

#[test]
fn the_scenarios_of_one_session_agree_with_the_real_server() {
    let Some(server) = Server::start() else { return };
    let files = std::fs::read_dir(lab::root().join("tests/scenarios")).expect("the scenarios are there");
    let mut scenarios: Vec<PathBuf> = files.map(|file| file.expect("it can be read").path()).collect();
    scenarios.retain(|path| path.extension().is_some_and(|e| e == "sql"));
    scenarios.sort();
    must_agree(&server, &scenarios);
}
