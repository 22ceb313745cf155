//! Another lock table in the place of ours: what of a scenario does not depend on it.
//!
//! The rules leave open which of several equally light transactions is the victim of a deadlock, and in which order the
//! members of a circle are reported. Our lock table does both as the server does, by the server's search; another one
//! need not. With another one, cases with such a tie are left out of a comparison, and so are the server's reports of
//! deadlocks. Everything else must be the same.

use crate::lab;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// True if ties are broken as the server breaks them: by our lock table, and not by one that stands in its place.
pub fn are_the_servers() -> bool {
    std::any::type_name::<innolab_lock::LockTable>().starts_with("innolab_lock::")
}

/// Returns the lines of a transcript that do not depend on how ties are broken; all, if that is as on the server.
pub fn without(scenario: &Path, lines: Vec<Value>) -> Vec<Value> {
    if are_the_servers() {
        return lines;
    }
    let ties = cases(&text(scenario));
    let is_report = |line: &Value| line["sql"].as_str().is_some_and(|sql| sql.starts_with("show engine"));
    let is_tie = |line: &Value| ties.contains(line["case"].as_str().unwrap_or_default());
    lines.into_iter().filter(|line| !is_report(line) && !is_tie(line)).collect()
}

fn text(scenario: &Path) -> String {
    let ran = lab::run(&["run", scenario.to_str().expect("a UTF-8 path"), "--locks"]);
    String::from_utf8(ran.stdout).expect("UTF-8")
}

/// Returns the cases in which a victim was not the lightest alone, of the text that `innolab run --locks` prints.
fn cases(text: &str) -> BTreeSet<String> {
    let (mut out, mut case) = (BTreeSet::new(), String::new());
    for line in text.lines() {
        if line.starts_with(char::is_alphabetic) {
            case = line.to_owned();
        }
        if line.contains("no other one is lighter") || line.contains("of the lightest it is the first") {
            out.insert(case.clone());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_with_ties_are_found() {
        let text = "one case\n   T2 is rolled back: it is the lightest\nanother one\n   T2 is rolled back: no other one is lighter, and\n";
        assert_eq!(cases(text), BTreeSet::from(["another one".to_owned()]));
    }
}
