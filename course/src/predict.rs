//! Lab 0: the learner predicts what statements do, and a run tells.
//!
//! ```text
//! claims/gap-lock.md ──blank──► predict/gap-lock.md    the set-up, and the statements with `?` as outcome
//!         │                            │ the learner
//!         ▼                            ▼
//! innolab run --json ─outcomes─► the same? line by line ◄── DIR/predict/gap-lock.md
//! ```
//!
//! RULES
//!
//! - **F1** The claim's words are left out, its question too: they tell. So is the line of a statement that goes on after it was blocked.
//! - **F2** Of a statement that is blocked, both outcomes are predicted: `blocked, then 1 row`.
//! - **F3** Spaces, case and the order of rows do not count, nor does what stands behind an error's number.
//! - **F4** A claim is a point if all of its predictions are right.

use crate::part::Part;
use crate::project::{Project, Tree};
use crate::run::Program;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// What stands in the place of an outcome that is to be predicted.
const BLANK: &str = "?";

/// A statement of a claim's scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    /// Step, session, statement: what the learner's line begins with.
    head: [String; 3],
    /// What happened; of a statement that was blocked, both outcomes (F2).
    outcome: String,
}

/// A case of a claim: its statements, by step.
type Case = Vec<Line>;

/// Returns the path of the learner's predictions about a claim.
pub fn file(claim: &str) -> String {
    format!("predict/{claim}.md")
}

/// Writes the blank predictions about `claims` into `tree`.
pub fn start(tree: &mut Tree, claims: &[String]) -> Result<(), String> {
    for claim in claims {
        let form = form(claim, tree.text(&format!("claims/{claim}.md"))?, |_| BLANK.to_owned());
        tree.set(&file(claim), form);
    }
    Ok(())
}

/// Compares the predictions in `dir` with a run of each claim.
pub fn check(project: &Project, claims: &[String], dir: &Path) -> Result<Vec<Part>, String> {
    let program = Program::build(&project.root, &project.target(), &["-p", "innolab"])?;
    let part = |claim: &String| {
        let path = dir.join(file(claim));
        let predicted = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let ran = program.run(&["run", &format!("claims/{claim}.md"), "--json"])?;
        Ok(compare(claim, &cases_of_run(&ran)?, &predicted))
    };
    claims.iter().map(part).collect()
}

/// Returns all that is wrong with the predictions' forms: the right ones must reach all points, and blank ones none.
pub fn tidy(project: &Project, claims: &[String]) -> Result<Vec<String>, String> {
    let program = Program::build(&project.root, &project.target(), &["-p", "innolab"])?;
    let mut wrong = Vec::new();
    for claim in claims {
        let text = project.text(&format!("claims/{claim}.md"))?;
        let happened = cases_of_run(&program.run(&["run", &format!("claims/{claim}.md"), "--json"])?)?;
        let right = compare(claim, &happened, &form(claim, &text, |line| line.outcome.clone()));
        if right.passed < right.tests || right.tests == 0 {
            wrong.push(format!("T5: the right predictions about {claim} are wrong\n{:?}", right.failure));
        }
        let blank = compare(claim, &happened, &form(claim, &text, |_| BLANK.to_owned()));
        if blank.passed > 0 {
            wrong.push(format!("T5: {} blank predictions about {claim} are right", blank.passed));
        }
    }
    Ok(wrong)
}

// -- the form

/// Returns the learner's file about a claim with this text: `fill` gives the outcomes that are to be predicted.
fn form(claim: &str, text: &str, fill: impl Fn(&Line) -> String) -> String {
    let mut out = format!("# {claim}\n");
    let blocks = blocks(text);
    let mut number = 0;
    for (at, (info, body)) in blocks.iter().enumerate() {
        let is_recorded = |at: usize| blocks.get(at).is_some_and(|(info, _)| info.starts_with("transcript"));
        if info == "sql" && !is_recorded(at + 1) {
            out += &format!("\nSet-up of each case:\n\n```sql\n{body}```\n");
        }
        if is_recorded(at) {
            number += 1;
            let case = recorded(body);
            let width = case.iter().map(|line| line.head[2].chars().count()).max().unwrap_or(0);
            out += &format!("\nCase {number}\n\n```predict\n");
            for line in &case {
                let [step, session, sql] = &line.head;
                let outcome = if line.is_predicted() { fill(line) } else { line.outcome.clone() };
                out += &format!("{step:>3}  {session}  {sql:width$}  {outcome}\n");
            }
            out += "```\n";
        }
    }
    out
}

/// Returns the fenced blocks of a Markdown text: what stands behind the fence, and the body.
fn blocks(text: &str) -> Vec<(String, String)> {
    let (mut out, mut inside) = (Vec::new(), None);
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut inside) {
            (Some(info), None) => inside = Some((info.trim().to_owned(), String::new())),
            (Some(_), Some(_)) => out.extend(inside.take()),
            (None, Some((_, body))) => *body += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    out
}

/// Returns the statements of a recorded transcript.
fn recorded(body: &str) -> Case {
    let mut case = Case::new();
    // A line of locks is indented further than any step.
    for line in body.lines().filter(|line| !line.starts_with("      ")) {
        let mut words = line.trim_start().splitn(3, "  ").map(str::trim);
        let (Some(step), Some(session), Some(rest)) = (words.next(), words.next(), words.next()) else { continue };
        let (sql, outcome) = rest.split_once("  ").unwrap_or((rest, ""));
        add(&mut case, [step, session, sql], outcome.trim(), sql == "…");
    }
    case
}

/// Adds a statement, or the second outcome of one that was blocked (F2).
fn add(case: &mut Case, head: [&str; 3], outcome: &str, late: bool) {
    match case.iter_mut().find(|line| late && line.head[0] == head[0]) {
        Some(blocked) => blocked.outcome += &format!(", then {outcome}"),
        None => case.push(Line { head: head.map(str::to_owned), outcome: outcome.to_owned() }),
    }
}

impl Line {
    /// True if the outcome tells something: not that of `begin`, `set`, `commit`.
    fn is_predicted(&self) -> bool {
        self.outcome != "ok"
    }
}

// -- the run

/// Returns the cases of what `innolab run --json` printed.
fn cases_of_run(json: &str) -> Result<Vec<Case>, String> {
    let mut cases: Vec<(String, Case)> = Vec::new();
    for line in json.lines() {
        let line: Value = serde_json::from_str(line).map_err(|error| format!("innolab run --json: {error}"))?;
        let text = |key: &str| line[key].as_str().unwrap_or_default();
        if cases.last().is_none_or(|(name, _)| name != text("case")) {
            cases.push((text("case").to_owned(), Case::new()));
        }
        let sql = text("sql").split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((_, case)) = cases.last_mut() {
            let head = [&line["step"].to_string(), text("session"), &sql];
            add(case, head, &outcome(&line), line["late"] == true);
        }
    }
    Ok(cases.into_iter().map(|(_, case)| case).collect())
}

/// Returns the outcome of a line, as the claims write it.
fn outcome(line: &Value) -> String {
    let verb = line["sql"].as_str().and_then(|sql| sql.split_whitespace().next()).unwrap_or_default();
    let changes = ["insert", "update", "delete", "replace"].iter().any(|of| verb.eq_ignore_ascii_case(of));
    match (line["outcome"].as_str().unwrap_or_default(), line["affected"].as_u64().unwrap_or_default()) {
        ("ok", 0) if !changes => "ok".to_owned(),
        ("ok", 1) => "1 row".to_owned(),
        ("ok", n) => format!("{n} rows"),
        ("rows", _) => {
            let value = |value: &Value| value.as_str().unwrap_or("NULL").to_owned();
            let values = |row: &Value| row.as_array().into_iter().flatten().map(value).collect::<Vec<_>>().join(", ");
            let rows = line["rows"].as_array().into_iter().flatten().map(|row| format!("({})", values(row)));
            let rows: Vec<String> = rows.collect();
            if rows.is_empty() { "no rows".to_owned() } else { rows.join(" ") }
        }
        ("error", _) => format!("ERROR {}", line["errno"]),
        (other, _) => other.to_owned(),
    }
}

// -- the comparison

fn compare(claim: &str, happened: &[Case], predicted: &str) -> Part {
    let written: Vec<BTreeMap<String, String>> =
        blocks(predicted).into_iter().filter(|(info, _)| info == "predict").map(|(_, body)| by_head(&body)).collect();
    let (mut passed, mut tests, mut wrong) = (0, 0, String::new());
    for (at, case) in happened.iter().enumerate() {
        for line in case.iter().filter(|line| line.is_predicted()) {
            tests += 1;
            let prediction = written.get(at).and_then(|case| case.get(&head(&line.head)));
            let prediction = prediction.map_or("no line with this statement", String::as_str);
            if normal(prediction) == normal(&line.outcome) {
                passed += 1;
            } else {
                let [step, session, sql] = &line.head;
                wrong += &format!("case {}, step {step}: {session}  {sql}\n", at + 1);
                wrong += &format!("  predicted: {prediction}\n  happened:  {}\n", line.outcome);
            }
        }
    }
    let claim_file = format!("claims/{claim}.md");
    let failure = (passed < tests).then(|| (format!("cargo lab run {claim_file} --locks"), wrong));
    let read = format!("{claim_file}, which says why");
    Part {
        title: format!("predictions: {claim}"),
        rules: String::new(),
        rule_texts: Vec::new(),
        read,
        passed,
        tests,
        failure,
    }
}

/// Returns what the learner wrote behind each statement, by what the statement's line begins with.
fn by_head(body: &str) -> BTreeMap<String, String> {
    recorded(body).into_iter().map(|line| (head(&line.head), line.outcome)).collect()
}

fn head(parts: &[String; 3]) -> String {
    parts.join(" ")
}

/// Returns an outcome without what does not count (F3).
fn normal(outcome: &str) -> String {
    let lower = outcome.to_lowercase();
    let one = |outcome: &str| {
        let outcome = outcome.trim();
        if let Some(rest) = outcome.strip_prefix("error") {
            return format!("error{}", rest.chars().filter(char::is_ascii_digit).take(4).collect::<String>());
        }
        let mut rows: Vec<String> = outcome
            .split_inclusive(')')
            .map(|row| row.chars().filter(|c| !c.is_whitespace()).collect::<String>())
            .filter(|row| !row.is_empty())
            .collect();
        rows.sort_unstable();
        rows.concat()
    };
    lower.split(", then ").map(one).collect::<Vec<_>>().join(", then ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIM: &str = "# It tells\n\n> `x`: is it so?\n\nSet-up:\n\n```sql\ncreate table t;\n```\n\nIt is so.\n\n```sql\nbegin; -- T1\n```\n```transcript locks\n  1  T1  begin            ok\n  2  T1  select 1         (1, 2) (3, 4)\n            T1 has t IX\n  3  T2  insert into t    blocked\n  4  T1  commit           ok\n  3  T2  …                ERROR 1062: Duplicate entry\n```\n";
    const RAN: &str = r#"{"case":"c","step":1,"session":"T1","sql":"begin","outcome":"ok","affected":0}
{"case":"c","step":2,"session":"T1","sql":"select\n1","outcome":"rows","rows":[["1","2"],["3","4"]]}
{"case":"c","step":3,"session":"T2","sql":"insert into t","outcome":"blocked"}
{"case":"c","step":4,"session":"T1","sql":"commit","outcome":"ok","affected":0}
{"case":"c","step":3,"session":"T2","sql":"insert into t","outcome":"error","errno":1062,"message":"m","late":true}"#;

    fn compared(from: &str, to: &str) -> (usize, usize) {
        let form = form("x", CLAIM, |line| line.outcome.clone());
        assert!(form.contains(from), "{form}");
        let part = compare("x", &cases_of_run(RAN).expect("JSON"), &form.replace(from, to));
        (part.passed, part.tests)
    }

    #[test]
    fn the_form_asks_and_does_not_tell() {
        let blank = form("x", CLAIM, |_| BLANK.to_owned());
        assert_eq!(
            blank,
            "# x\n\nSet-up of each case:\n\n```sql\ncreate table t;\n```\n\nCase 1\n\n```predict\n  1  T1  begin          ok\n  2  T1  select 1       ?\n  3  T2  insert into t  ?\n  4  T1  commit         ok\n```\n"
        );
    }

    #[test]
    fn predictions_are_compared_by_what_counts() {
        assert_eq!(compared("x", "x"), (2, 2));
        assert_eq!(compared("(1, 2) (3, 4)", "(3,4)  (1,2)"), (2, 2), "F3: the order of rows");
        assert_eq!(compared("ERROR 1062: Duplicate entry", "error 1062"), (2, 2), "F3: an error's text");
        assert_eq!(compared("ERROR 1062: Duplicate entry", "error 1213"), (1, 2));
        assert_eq!(compared("blocked, then ERROR 1062: Duplicate entry", "blocked"), (1, 2), "F2");
        assert_eq!(compared("(1, 2) (3, 4)", "(1, 2) (3, 5)"), (1, 2));
        assert_eq!(compared("  2  T1  select 1", "  2  T1  select 2"), (1, 2), "a line is missing");
    }
}
