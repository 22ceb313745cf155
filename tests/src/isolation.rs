//! Anomalies × levels: scenarios in `tests/scenarios/isolation`, each with the sentence that says when its anomaly has happened.
//!
//! ```text
//! -- happens if: step 7 shows 2 22 and step 8 shows 1 11       all rows of the steps
//! -- happens if: step 8 changes 2                              rows affected
//! ```

use serde_json::Value;

/// The levels, weakest first, as cases are named.
pub const LEVELS: [&str; 4] = ["read uncommitted", "read committed", "repeatable read", "serializable"];

/// What a level does about an anomaly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It happens.
    Happens,
    /// Somebody waits, and then it does not.
    Waits,
    /// Somebody is rolled back.
    Deadlock,
    /// Nobody waits: a version is read with which it does not happen.
    View,
}

impl Verdict {
    /// As a cell of a table.
    pub fn cell(self) -> &'static str {
        match self {
            Verdict::Happens => "**happens**",
            Verdict::Waits => "no: waits",
            Verdict::Deadlock => "no: deadlock",
            Verdict::View => "no: view",
        }
    }
}

/// The condition of a scenario's text.
pub fn condition(text: &str) -> &str {
    let line = text.lines().find_map(|line| line.strip_prefix("-- happens if: "));
    line.expect("a scenario of an anomaly says when it has happened")
}

/// What each level does, by the transcript.
pub fn verdicts(condition: &str, transcript: &[Value]) -> [Verdict; 4] {
    let lines = LEVELS.map(|level| transcript.iter().filter(|line| line["case"] == level).collect::<Vec<_>>());
    let holds = |lines: &[&Value]| condition.split(" and ").all(|part| part_holds(part, lines));
    // What waits at the weakest level for nothing does so at all levels, and is not what prevents it there.
    let weakest = if holds(&lines[0]) { blocked(&lines[0]) } else { vec![] };
    lines.map(|lines| {
        assert!(!lines.is_empty(), "each level has a case");
        match () {
            () if holds(&lines) => Verdict::Happens,
            () if lines.iter().any(|line| line["errno"] == 1213) => Verdict::Deadlock,
            () if blocked(&lines) != weakest => Verdict::Waits,
            () => Verdict::View,
        }
    })
}

fn blocked(lines: &[&Value]) -> Vec<u64> {
    lines.iter().filter(|line| line["outcome"] == "blocked").filter_map(|line| line["step"].as_u64()).collect()
}

fn part_holds(part: &str, lines: &[&Value]) -> bool {
    let words: Vec<&str> = part.splitn(4, ' ').collect();
    let ["step", number, verb, what] = words[..] else { panic!("no condition: {part}") };
    let number: u64 = number.parse().expect("a step's number");
    // The line that says how it ended, at once or late.
    let line = lines
        .iter()
        .find(|line| line["step"] == number && !["blocked", ""].contains(&line["outcome"].as_str().unwrap_or("")));
    let line = line.unwrap_or_else(|| panic!("step {number} ends"));
    match verb {
        "changes" => line["affected"] == what.parse::<u64>().expect("rows"),
        "shows" => {
            let rows: Vec<Vec<&str>> = what.split(", ").map(|row| row.split(' ').collect()).collect();
            line["rows"] == serde_json::json!(rows)
        }
        _ => panic!("no condition: {part}"),
    }
}
