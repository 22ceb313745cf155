//! Each anomaly at each isolation level (`tests/scenarios/isolation`): our transcripts are the real server's, and the
//! matrix in `docs/isolation.md` is computed from them.

use innolab_tests::isolation::{LEVELS, Verdict, condition, verdicts};
use innolab_tests::lab;
use innolab_tests::markdown::{assert_file, with_region};
use innolab_tests::server::Referee;
use innolab_tests::ties;
use innolab_tests::transcript::differences;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn scenarios() -> Vec<PathBuf> {
    let dir = lab::root().join("tests/scenarios/isolation");
    let files = std::fs::read_dir(dir).expect("the folder exists").map(|file| file.expect("a readable folder").path());
    let mut scenarios: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "sql")).collect();
    scenarios.sort();
    assert_eq!(scenarios.len(), 11, "the files of tests/scenarios/isolation");
    scenarios
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a readable file")
}

/// The recorded transcript of the real server.
fn recorded(scenario: &Path) -> Vec<Value> {
    lab::parse(&text(&scenario.with_extension("jsonl")))
}

#[test]
fn our_transcripts_are_the_recorded_ones() {
    let found: Vec<String> = scenarios()
        .iter()
        .flat_map(|path| {
            let compared = |lines| ties::without(path, lines);
            differences(&compared(lab::transcript_with_locks(path)), &compared(recorded(path)), true)
        })
        .collect();
    assert!(found.is_empty(), "{} differences\n{}", found.len(), found.join("\n"));
}

#[test]
fn the_real_server_still_does_what_was_recorded() {
    let Some(server) = Referee::start() else { return };
    for path in scenarios() {
        assert_eq!(
            differences(&recorded(&path), &server.transcript(&path, true), true),
            Vec::<String>::new(),
            "{}",
            path.display()
        );
    }
}

#[test]
fn the_matrix_in_the_docs_is_what_happens() {
    let mut table = format!("| anomaly | {} |\n|---|---|---|---|---|\n", LEVELS.join(" | "));
    for path in scenarios() {
        let text = text(&path);
        let ours = verdicts(condition(&text), &lab::transcript(&path));
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a UTF-8 name");
        let cells = ours.map(Verdict::cell).join(" | ");
        table += &format!("| [{}](../tests/scenarios/isolation/{name}.sql) | {cells} |\n", name.replace('-', " "));
        // A level prevents what a weaker level prevents.
        let first = ours.iter().position(|v| *v != Verdict::Happens).unwrap_or(LEVELS.len());
        assert!(ours[first..].iter().all(|v| *v != Verdict::Happens), "{name}: {ours:?}");
    }
    let doc = lab::root().join("docs/isolation.md");
    assert_file(
        &doc,
        &with_region(&std::fs::read_to_string(&doc).expect("the page exists"), "matrix", table.trim_end()),
    );
}
