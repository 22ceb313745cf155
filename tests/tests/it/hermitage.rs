//! The public isolation suite for MySQL, as it is published: 26 cases, and every statement of its comments holds, here
//! and on the real server.

use innolab_tests::hermitage::{Case, Claim, broken, cases};
use innolab_tests::lab;
use serde_json::Value;
use std::path::PathBuf;

fn file(name: &str) -> PathBuf {
    lab::root().join("tests/hermitage").join(name)
}

fn suite() -> Vec<Case> {
    cases(&std::fs::read_to_string(file("mysql.md")).expect("the suite is there"))
}

/// What the real server did.
fn recorded() -> Vec<Value> {
    lab::parse(&std::fs::read_to_string(file("mysql.jsonl")).expect("the transcript is there"))
}

#[test]
fn the_comments_are_understood() {
    let (cases, mut kinds) = (suite(), [0; 7]);
    for claim in cases.iter().flat_map(|case| &case.steps).flat_map(|step| &step.claims) {
        kinds[match claim {
            Claim::Blocks => 0,
            Claim::Unblocks(_) => 1,
            Claim::Shows(_) => 2,
            Claim::EventuallyShows(_) => 3,
            Claim::Returns(_) => 4,
            Claim::AffectsNothing => 5,
            Claim::Fails(..) => 6,
        }] += 1;
    }
    // Counted by hand in the file.
    assert_eq!((cases.len(), kinds), (26, [14, 7, 27, 1, 11, 1, 6]));
}

#[test]
fn what_the_real_server_did_is_what_the_comments_say() {
    assert_eq!(broken(&suite(), &recorded()), Vec::<String>::new());
}

#[test]
fn every_statement_of_the_comments_holds() {
    let transcript = lab::transcript(&file("mysql.md"));
    let broken = broken(&suite(), &transcript);
    assert!(broken.is_empty(), "{} statements do not hold:\n{}", broken.len(), broken.join("\n"));
}

/// Each change of a line that a comment speaks of is seen: a suite that nothing can break would prove nothing.
#[test]
fn a_changed_transcript_is_seen() {
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
        assert!(!broken(&suite, &changed).is_empty(), "not seen: {}", changed[i]);
    }
    assert!(changes > 150, "{changes}");
    for (i, line) in real.iter().enumerate().filter(|(_, line)| line["outcome"] == "rows") {
        let is_said = suite.iter().filter(|case| line["case"] == case.name).flat_map(|case| &case.steps).any(|step| {
            let about_rows = |c: &Claim| matches!(c, Claim::Shows(_) | Claim::Returns(_) | Claim::EventuallyShows(_));
            line["step"] == step.number && step.claims.iter().any(about_rows)
        });
        if is_said {
            let mut changed = real.clone();
            changed[i]["rows"] = serde_json::json!([["9", "9"]]);
            assert!(!broken(&suite, &changed).is_empty(), "not seen: {line}");
        }
    }
}
