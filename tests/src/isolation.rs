//! Judges which anomaly happens at which isolation level. Each scenario in `tests/scenarios/isolation` has a case per
//! level, and a condition that is true when its anomaly has happened:
//!
//! ```text
//! -- happens if: step 7 shows 2 22 and step 8 shows 1 11       these are all rows of the steps
//! -- happens if: step 8 changes 2                              this many rows are affected
//! ```

use serde_json::Value;

/// The isolation levels, weakest first; the cases of a scenario have these names.
pub const LEVELS: [&str; 4] = ["read uncommitted", "read committed", "repeatable read", "serializable"];

/// The outcome of an anomaly's scenario at one level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The anomaly happens.
    Happens,
    /// A session waits for a lock, and the anomaly does not happen.
    Waits,
    /// A deadlock: one transaction is rolled back.
    Deadlock,
    /// No session waits: a consistent read returns an older version.
    View,
}

impl Verdict {
    /// Text of the table's cell.
    pub fn cell(self) -> &'static str {
        match self {
            Verdict::Happens => "**happens**",
            Verdict::Waits => "no: waits",
            Verdict::Deadlock => "no: deadlock",
            Verdict::View => "no: view",
        }
    }
}

/// Returns the condition in a scenario's text.
///
/// # Panics
/// If it has none.
pub fn condition(text: &str) -> &str {
    let line = text.lines().find_map(|line| line.strip_prefix("-- happens if: "));
    line.expect("a scenario of an anomaly has a line `-- happens if: …`")
}

/// Returns the verdict for each level, from the scenario's condition and its transcript.
///
/// # Panics
/// If a level has no case, or the condition names a step that does not end.
pub fn verdicts(condition: &str, transcript: &[Value]) -> [Verdict; 4] {
    let lines = LEVELS.map(|level| transcript.iter().filter(|line| line["case"] == level).collect::<Vec<_>>());
    let holds = |lines: &[&Value]| condition.split(" and ").all(|part| part_holds(part, lines));
    // Steps that wait at the weakest level although the anomaly happens there wait at all levels: they do not prevent
    // it.
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
    let ["step", number, verb, what] = words[..] else { panic!("not a condition: {part}") };
    let number: u64 = number.parse().expect("a step's number");
    // The line with its outcome: of its own step, or a late one.
    let line = lines
        .iter()
        .find(|line| line["step"] == number && !["blocked", ""].contains(&line["outcome"].as_str().unwrap_or("")));
    let line = line.unwrap_or_else(|| panic!("step {number} does not end"));
    match verb {
        "changes" => line["affected"] == what.parse::<u64>().expect("rows"),
        "shows" => {
            let rows: Vec<Vec<&str>> = what.split(", ").map(|row| row.split(' ').collect()).collect();
            line["rows"] == serde_json::json!(rows)
        }
        _ => panic!("not a condition: {part}"),
    }
}
