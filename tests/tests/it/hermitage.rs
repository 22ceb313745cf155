//! The public isolation suite for MySQL (Hermitage), unmodified: its 26 cases do here, and did on the real server, what
//! their comments say.

use innolab_tests::hermitage::{Case, Expectation, broken, cases};
use innolab_tests::lab;
use innolab_tests::ties;
use serde_json::Value;
use std::path::PathBuf;

fn file(name: &str) -> PathBuf {
    lab::root().join("tests/hermitage").join(name)
}

fn suite() -> Vec<Case> {
    cases(&std::fs::read_to_string(file("mysql.md")).expect("the suite exists"))
}

/// The transcript of the real server.
fn recorded() -> Vec<Value> {
    lab::parse(&std::fs::read_to_string(file("mysql.jsonl")).expect("the transcript exists"))
}

#[test]
fn the_parser_finds_all_expectations() {
    let (cases, mut kinds) = (suite(), [0; 7]);
    for expectation in cases.iter().flat_map(|case| &case.steps).flat_map(|step| &step.expectations) {
        kinds[match expectation {
            Expectation::Blocks => 0,
            Expectation::Unblocks(_) => 1,
            Expectation::Shows(_) => 2,
            Expectation::EventuallyShows(_) => 3,
            Expectation::Returns(_) => 4,
            Expectation::AffectsNothing => 5,
            Expectation::Fails(..) => 6,
        }] += 1;
    }
    // Counted by hand in the file.
    assert_eq!((cases.len(), kinds), (26, [14, 7, 27, 1, 11, 1, 6]));
}

#[test]
fn the_real_server_met_every_expectation() {
    assert_eq!(broken(&suite(), &recorded()), Vec::<String>::new());
}

#[test]
fn we_meet_every_expectation() {
    let transcript = ties::without(&file("mysql.md"), lab::transcript(&file("mysql.md")));
    let mut suite = suite();
    suite.retain(|case| transcript.iter().any(|line| line["case"] == case.name));
    assert!(suite.len() == 26 || !ties::are_the_servers() && suite.len() >= 22, "{} cases ran", suite.len());
    let broken = broken(&suite, &transcript);
    assert!(broken.is_empty(), "{} expectations are not met:\n{}", broken.len(), broken.join("\n"));
}

/// A check of the checker: each changed outcome, and each changed result that a comment mentions, breaks an
/// expectation.
#[test]
fn a_changed_transcript_breaks_an_expectation() {
    let (suite, real) = (suite(), recorded());
    let mut changes = 0;
    for i in 0..real.len() {
        let mut changed = real.clone();
        let line = &mut changed[i];
        match line["outcome"].as_str() {
            Some("blocked") => (line["outcome"], line["affected"]) = ("ok".into(), 1.into()),
            Some("error") => line["errno"] = 1205.into(),
            Some("ok") if line["late"].is_null() => line["outcome"] = "blocked".into(),
            _ => continue,
        }
        changes += 1;
        assert!(!broken(&suite, &changed).is_empty(), "still passes: {}", changed[i]);
    }
    assert!(changes > 150, "only {changes} lines were changed");
    for (i, line) in real.iter().enumerate().filter(|(_, line)| line["outcome"] == "rows") {
        let is_expected =
            suite.iter().filter(|case| line["case"] == case.name).flat_map(|case| &case.steps).any(|step| {
                let about_rows = |c: &Expectation| {
                    matches!(c, Expectation::Shows(_) | Expectation::Returns(_) | Expectation::EventuallyShows(_))
                };
                line["step"] == step.number && step.expectations.iter().any(about_rows)
            });
        if is_expected {
            let mut changed = real.clone();
            changed[i]["rows"] = serde_json::json!([["9", "9"]]);
            assert!(!broken(&suite, &changed).is_empty(), "still passes: {line}");
        }
    }
}
