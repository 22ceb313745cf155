//! Compares two transcripts of the same scenario, and prints one as text.
//!
//! ```text
//!   1  T1  begin                                       ok
//!   2  T1  select * from t where id = 7 for update     no rows
//!            T1  t IX · t.PRIMARY X,GAP 10
//!   3  T2  insert into t values (8)                    blocked
//!   4  T1  commit                                      ok
//!   3  T2  …                                           1 row
//! ```
//!
//! RULES
//!
//! - **R1** Lines are compared in their order: case, step, session, outcome, and the mark `late` of a statement that
//!   was blocked and has ended. Rows are compared as a set unless the statement has an ORDER BY.
//! - **R2** Locks are compared as a state, after each step. A transcript has a line of locks only where they change.
//! - **R3** The server prints at most ten lock structures of a transaction and names the sessions that it cut short
//!   (`truncated`). Our transcript may have more locks of these sessions.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Returns the differences in words, none if the transcripts agree. `locks` says if locks are compared too.
pub fn differences(ours: &[Value], real: &[Value], locks: bool) -> Vec<String> {
    let steps = |lines: &[Value]| lines.iter().filter(|line| line["locks"].is_null()).cloned().collect::<Vec<_>>();
    let (our_steps, real_steps) = (steps(ours), steps(real));
    let mut out = vec![];
    for i in 0..our_steps.len().max(real_steps.len()) {
        let (mine, theirs) = (our_steps.get(i), real_steps.get(i));
        if mine.map(compared) != theirs.map(compared) {
            let show = |line: Option<&Value>| line.map_or("nothing".to_owned(), Value::to_string);
            out.push(format!("real: {}\nours: {}", show(theirs), show(mine)));
        }
    }
    if locks && out.is_empty() {
        out.extend(lock_differences(ours, real));
    }
    out
}

/// Returns the parts of a line that are compared (R1).
fn compared(line: &Value) -> Vec<Value> {
    let mut out: Vec<Value> = ["case", "step", "session", "outcome", "late", "affected", "errno", "message"]
        .map(|key| line[key].clone())
        .to_vec();
    let mut rows = line["rows"].as_array().cloned().unwrap_or_default();
    if !line["sql"].as_str().unwrap_or_default().to_ascii_lowercase().contains("order by") {
        rows.sort_by_key(Value::to_string);
    }
    out.extend(rows);
    out
}

type Locks = BTreeSet<String>;

/// Returns the locks after each step, and the sessions whose list of locks is cut short (R2, R3).
fn states(lines: &[Value]) -> BTreeMap<(String, u64), (Locks, BTreeSet<String>)> {
    let mut out = BTreeMap::new();
    let (mut case, mut now) = (String::new(), (Locks::new(), BTreeSet::new()));
    for line in lines {
        let (name, step) = (line["case"].as_str().unwrap_or_default(), line["step"].as_u64().unwrap_or_default());
        if case != name {
            (case, now) = (name.to_owned(), Default::default());
        }
        if let Some(locks) = line["locks"].as_array() {
            let cut = line["truncated"].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
            now = (locks.iter().map(Value::to_string).collect(), cut.collect());
        }
        if line["late"].is_null() {
            out.insert((name.to_owned(), step), now.clone());
        }
    }
    out
}

fn lock_differences(ours: &[Value], real: &[Value]) -> Vec<String> {
    let (ours, real) = (states(ours), states(real));
    let mut out = vec![];
    let mut before = Default::default();
    for ((case, step), (theirs, cut)) in &real {
        let Some((mine, _)) = ours.get(&(case.clone(), *step)) else { continue };
        let is_cut = |lock: &&String| cut.iter().any(|session| lock.contains(&format!(r#""session":"{session}""#)));
        let missing: Vec<&String> = theirs.difference(mine).collect();
        let more: Vec<&String> = mine.difference(theirs).filter(|lock| !is_cut(lock)).collect();
        let now = (missing.clone(), more.clone());
        // A difference that lasts over several steps is reported once.
        if now != before && !(missing.is_empty() && more.is_empty()) {
            out.push(format!("{case}, step {step}: only the real server has {missing:?}; only we have {more:?}"));
        }
        before = now;
    }
    out
}

/// Splits the lines by case.
pub fn by_case(lines: &[Value]) -> Vec<Vec<&Value>> {
    let mut out: Vec<Vec<&Value>> = vec![];
    for line in lines {
        match out.last_mut() {
            Some(case) if case[0]["case"] == line["case"] => case.push(line),
            _ => out.push(vec![line]),
        }
    }
    out
}

// -- as text

/// Returns the transcript of one case as text; with locks if `locks`.
pub fn as_text(lines: &[&Value], locks: bool) -> String {
    let sql = |line: &Value| match line["late"].is_null() {
        true => line["sql"].as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "),
        false => "…".to_owned(),
    };
    let widest = lines.iter().filter(|line| line["locks"].is_null()).map(|line| sql(line).chars().count());
    let width = widest.max().unwrap_or(0);
    let mut out = String::new();
    for line in lines {
        if let Some(all) = line["locks"].as_array() {
            if locks {
                out += &locks_as_text(all);
            }
            continue;
        }
        let (step, session) = (line["step"].to_string(), line["session"].as_str().unwrap_or_default());
        let _ = writeln!(out, "{step:>3}  {session}  {:width$}  {}", sql(line), outcome(line));
    }
    out
}

fn outcome(line: &Value) -> String {
    let one = |n: &Value| if *n == 1 { "1 row".to_owned() } else { format!("{n} rows") };
    match line["outcome"].as_str().unwrap_or_default() {
        "ok" if line["affected"] == 0 && !changes_rows(line) => "ok".to_owned(),
        "ok" => one(&line["affected"]),
        "rows" => match line["rows"].as_array().map(Vec::as_slice).unwrap_or_default() {
            [] => "no rows".to_owned(),
            rows => rows.iter().map(row).collect::<Vec<_>>().join(" "),
        },
        "error" => format!("ERROR {}: {}", line["errno"], line["message"].as_str().unwrap_or_default()),
        other => other.to_owned(),
    }
}

fn changes_rows(line: &Value) -> bool {
    let verb = line["sql"].as_str().unwrap_or_default().split_whitespace().next().unwrap_or_default();
    ["insert", "update", "delete", "replace"].iter().any(|of| verb.eq_ignore_ascii_case(of))
}

/// Prints a row as `(20, x, NULL)`: values as a client shows them, without quotes.
fn row(row: &Value) -> String {
    let value = |v: &Value| v.as_str().unwrap_or("NULL").to_owned();
    format!("({})", row.as_array().into_iter().flatten().map(value).collect::<Vec<_>>().join(", "))
}

/// Prints a line for each session.
fn locks_as_text(all: &[Value]) -> String {
    let text = |lock: &Value, key: &str| lock[key].as_str().map(str::to_owned);
    let mut sessions: Vec<(String, Vec<String>)> = vec![];
    for lock in all {
        let session = text(lock, "session").unwrap_or_default();
        let place = [text(lock, "table"), text(lock, "index")].into_iter().flatten().collect::<Vec<_>>().join(".");
        let waits = (lock["status"] == "WAITING").then(|| "(waits)".to_owned());
        let words = [Some(place), text(lock, "mode"), text(lock, "data"), waits].into_iter().flatten();
        let shown = words.collect::<Vec<_>>().join(" ");
        match sessions.last_mut() {
            Some((last, locks)) if *last == session => locks.push(shown),
            _ => sessions.push((session, vec![shown])),
        }
    }
    if sessions.is_empty() {
        return "            no locks\n".to_owned();
    }
    sessions.iter().map(|(session, locks)| format!("            {session} has {}\n", locks.join(" · "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::parse;

    const REAL: &str = r#"{"case":"c","step":1,"session":"T1","sql":"select *","outcome":"rows","rows":[["1","a"],["2",null]]}
{"case":"c","step":1,"locks":[{"session":"T1","table":"t","index":"PRIMARY","type":"RECORD","mode":"X","status":"GRANTED","data":"1"}]}
{"case":"c","step":2,"session":"T2","sql":"insert","outcome":"blocked"}
{"case":"c","step":3,"session":"T1","sql":"commit","outcome":"ok","affected":0}
{"case":"c","step":2,"session":"T2","sql":"insert","outcome":"error","errno":1062,"message":"m","late":true}
{"case":"c","step":3,"locks":[],"truncated":["T2"]}"#;

    fn differ(from: &str, to: &str, locks: bool) -> bool {
        assert!(REAL.contains(from), "{from}");
        !differences(&parse(&REAL.replace(from, to)), &parse(REAL), locks).is_empty()
    }

    #[test]
    fn each_changed_field_is_a_difference() {
        assert!(!differ("x", "x", true));
        for (from, to) in [
            (r#"["2",null]"#, r#"["2","NULL"]"#),
            (r#""errno":1062"#, r#""errno":1213"#),
            (r#""message":"m""#, r#""message":"n""#),
            (r#","late":true"#, ""),
            (r#""affected":0"#, r#""affected":1"#),
            (r#""outcome":"blocked""#, r#""outcome":"ok","affected":1"#),
        ] {
            assert!(differ(from, to, false), "{from}");
        }
        let first_two = REAL.lines().take(4).collect::<Vec<_>>().join("\n");
        assert!(!differences(&parse(&first_two), &parse(REAL), false).is_empty(), "a line is missing");
        assert!(
            !differ(r#"[["1","a"],["2",null]]"#, r#"[["2",null],["1","a"]]"#, true),
            "without ORDER BY, rows are a set"
        );
        assert!(differ(r#""mode":"X""#, r#""mode":"S""#, true) && !differ(r#""mode":"X""#, r#""mode":"S""#, false));
        let more = r#""locks":[{"session":"T2","table":"t"}]"#;
        assert!(!differ(r#""locks":[],"#, &format!("{more},"), true), "R3");
        assert!(differ(r#""locks":[],"truncated":["T2"]"#, &more.replace("T2", "T1"), true));
    }

    #[test]
    fn a_transcript_as_text() {
        let lines = parse(REAL);
        let text = as_text(&lines.iter().collect::<Vec<_>>(), true);
        assert_eq!(
            text,
            "  1  T1  select *  (1, a) (2, NULL)\n            T1 has t.PRIMARY X 1\n  2  T2  insert    blocked\n\
             \u{20}\u{20}3  T1  commit    ok\n  2  T2  …         ERROR 1062: m\n            no locks\n"
        );
    }
}
