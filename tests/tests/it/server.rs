//! Scenarios run here and on a real server: outcomes, rows and error texts must be the same, and locks where that is said.
//!
//! `INNOLAB_SEEDS` names the seeds of random files, `INNOLAB_FULL=1` makes more of them.

use innolab_testing::seeds;
use innolab_tests::generate::Profile;
use innolab_tests::server::Referee;
use innolab_tests::transcript::differences;
use innolab_tests::{generate, lab};
use std::path::PathBuf;

fn must_agree(server: &Referee, scenarios: &[PathBuf]) {
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
    let Some(server) = Referee::start() else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let mut scenarios = vec![];
    for seed in seeds(8, 40) {
        let path = dir.path().join(format!("seed-{seed}.sql"));
        std::fs::write(&path, generate::script(seed, 10)).expect("a writable directory");
        scenarios.push(path);
    }
    must_agree(&server, &scenarios);
}

#[test]
fn the_scenarios_of_one_session_agree_with_the_real_server() {
    let Some(server) = Referee::start() else { return };
    let files = std::fs::read_dir(lab::root().join("tests/scenarios")).expect("the scenarios are there");
    let mut scenarios: Vec<PathBuf> = files.map(|file| file.expect("it can be read").path()).collect();
    scenarios.retain(|path| path.extension().is_some_and(|e| e == "sql"));
    scenarios.sort();
    must_agree(&server, &scenarios);
}

#[test]
fn random_sessions_agree_with_the_real_server_in_rows_locks_and_weights() {
    let Some(server) = Referee::start() else { return };
    let dir = tempfile::tempdir().expect("a directory");
    let mut found = vec![];
    for profile in Profile::ALL {
        let (mut blocked, mut steps) = (0, 0);
        for seed in seeds(1, 4) {
            let path = dir.path().join(format!("{profile:?}-{seed}.sql"));
            let script = generate::weighed(&generate::sessions(seed, profile, 10));
            std::fs::write(&path, script).expect("a writable directory");
            let (ours, real) = (lab::transcript_with_locks(&path), server.transcript(&path, true));
            blocked += real.iter().filter(|line| line["outcome"] == "blocked").count();
            steps += real.iter().filter(|line| line["locks"].is_null()).count();
            found.extend(differences(&ours, &real, true));
        }
        assert!(
            steps > 100 && blocked > 5,
            "{profile:?}: {steps} steps, and {blocked} of them wait: sessions do not meet"
        );
    }
    assert!(found.is_empty(), "{} steps differ\n{}", found.len(), found.join("\n"));
}
