//! Reads the comments of a public isolation suite as expectations, and checks a transcript against them.
//!
//! ```text
//! update test set value = 12 where id = 1; -- T2, BLOCKS                      this step waits, and no other
//! commit; -- T1. This unblocks T2                                             T2's waiting statement ends now
//! select * from test; -- T3. Shows 1 => 12, 2 => 19                           these rows are among the result
//! select * from test; -- T2. Returns 2 => 30                                  these rows are the result
//! update …; -- T2, prints "ERROR 1213 (40001): Deadlock found …"              this is the error, word for word
//! ```
//!
//! RULES
//!
//! - **R1** No part of a comment is skipped: a phrase that the parser does not know is an error.
//! - **R2** What comments do not say is expected not to happen: a step without `BLOCKS` does not wait, and a step
//!   without an error does not fail.

use serde_json::Value;

/// An expectation in a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// The step waits.
    Blocks,
    /// The waiting statement of this session ends after the step.
    Unblocks(String),
    /// These pairs, `id => value`, are among the rows.
    Shows(Vec<[String; 2]>),
    /// These pairs are among the rows of the step, which waits first.
    EventuallyShows(Vec<[String; 2]>),
    /// These pairs are all rows.
    Returns(Vec<[String; 2]>),
    /// The statement changes no row.
    AffectsNothing,
    /// A statement fails with this number and, if quoted, this text: the step itself, or the waiting statement of a
    /// session.
    Fails(Option<String>, u64, Option<String>),
}

/// A step and its expectations.
#[derive(Debug)]
pub struct Step {
    /// Number of the step in its case, from 1.
    pub number: u64,
    /// The session that runs it, as `T1`.
    pub session: String,
    /// The expectations in its comment.
    pub expectations: Vec<Expectation>,
}

/// A case of the suite.
#[derive(Debug)]
pub struct Case {
    /// The line of text before it, which `innolab run` takes as the name too.
    pub name: String,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// Returns the cases in a Markdown file.
///
/// # Panics
/// On a phrase that the parser does not know (R1).
pub fn cases(text: &str) -> Vec<Case> {
    let (mut out, mut title, mut case): (Vec<Case>, &str, Option<Case>) = (vec![], "", None);
    let mut inserted = vec![];
    for line in text.lines() {
        match &mut case {
            None if line.starts_with("```sql") => case = Some(Case { name: title.to_owned(), steps: vec![] }),
            None if !line.trim().is_empty() => title = line.trim_end_matches(':'),
            None => {}
            Some(_) if line.starts_with("```") => out.extend(case.take().filter(|case| !case.steps.is_empty())),
            Some(case) => {
                let Some((sql, comment)) = line.split_once("-- ") else { continue };
                let (tag, text) = comment.split_at(comment.find(['.', ',', ' ']).unwrap_or(comment.len()));
                let session = if tag.eq_ignore_ascii_case("either") { "T1" } else { tag };
                if let Some(values) = sql.split_once("values(") {
                    inserted = vec![pair(values.1.split([',', ')']))];
                }
                for _ in 0..sql.matches(';').count() {
                    let number = case.steps.len() as u64 + 1;
                    case.steps.push(Step { number, session: session.to_owned(), expectations: vec![] });
                }
                let step = case.steps.last_mut().expect("a tagged line has a statement");
                step.expectations = expectations(text, &inserted);
            }
        }
    }
    out
}

fn pair<'a>(mut values: impl Iterator<Item = &'a str>) -> [String; 2] {
    std::array::from_fn(|_| values.next().unwrap_or_default().trim().to_owned())
}

/// Returns the expectations in a comment, behind its tag. `inserted`: the row of the last INSERT.
fn expectations(text: &str, inserted: &[[String; 2]]) -> Vec<Expectation> {
    let mut out = vec![];
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(['.', ',', ' ', ')']);
        if rest.is_empty() {
            return out;
        }
        let (expectation, length) =
            first_expectation(rest, inserted).unwrap_or_else(|| panic!("R1: not understood: {rest}"));
        out.extend(expectation);
        rest = &rest[length..];
    }
}

/// Parses the first phrase. Returns its expectation, `None` for a mere remark, and its length in bytes.
fn first_expectation(text: &str, inserted: &[[String; 2]]) -> Option<(Option<Expectation>, usize)> {
    let lower = text.to_ascii_lowercase();
    let after = |phrase: &str| lower.starts_with(phrase).then_some(phrase.len());
    let first = |phrases: &[&str]| phrases.iter().find_map(|phrase| after(phrase));
    let word = |at: usize| text[at..].split([',', '.', ' ', ')']).next().unwrap_or_default().to_owned();
    if let Some(at) = after("blocks") {
        return Some((Some(Expectation::Blocks), at));
    }
    if let Some(at) = first(&["this unblocks ", "unblocks "]) {
        return Some((Some(Expectation::Unblocks(word(at))), at + word(at).len()));
    }
    if let Some(at) = first(&["returns nothing", "still returns nothing"]) {
        return Some((Some(Expectation::Returns(vec![])), at));
    }
    if let Some(at) = after("returns the newly inserted row") {
        return Some((Some(Expectation::Returns(inserted.to_vec())), at));
    }
    if let Some(at) = after("doesn't delete anything") {
        return Some((Some(Expectation::AffectsNothing), at));
    }
    if let Some(at) = first(&["shows ", "still shows ", "now shows "]) {
        let (rows, length) = pairs(&text[at..]);
        return Some((Some(Expectation::Shows(rows)), at + length));
    }
    if let Some(at) = after("(eventually shows ") {
        let (rows, length) = pairs(&text[at..]);
        return Some((Some(Expectation::EventuallyShows(rows)), at + length));
    }
    if let Some(at) = after("returns ") {
        let (rows, length) = pairs(&text[at..]);
        return Some((Some(Expectation::Returns(rows)), at + length));
    }
    if let Some(at) = after("prints ") {
        let (errno, message, length) = error(&text[at..])?;
        return Some((Some(Expectation::Fails(None, errno, Some(message))), at + length));
    }
    if let Some(at) = after("causes ") {
        let session = word(at);
        let at = at + session.len();
        if let Some(more) = lower[at..].strip_prefix(" to abort with deadlock error") {
            return Some((Some(Expectation::Fails(Some(session), 1213, None)), text.len() - more.len()));
        }
        let at = at + lower[at..].strip_prefix(" to print ").map(|_| " to print ".len())?;
        let (errno, message, length) = error(&text[at..])?;
        return Some((Some(Expectation::Fails(Some(session), errno, Some(message))), at + length));
    }
    let remark = first(&["again", "despite rows with value 20 ostensibly being deleted"]);
    remark.map(|at| (None, at))
}

/// Parses `1 => 12, 2 => 21`; returns the pairs and the length in bytes.
fn pairs(text: &str) -> (Vec<[String; 2]>, usize) {
    let (mut out, mut length) = (vec![], 0);
    for part in text.split_inclusive(", ") {
        let Some((id, value)) = part.split_once(" => ") else { break };
        let digits = value.len() - value.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        out.push([id.to_owned(), value[..digits].to_owned()]);
        length += id.len() + " => ".len() + digits;
        if value[digits..] != *", " {
            break;
        }
        length += 2;
    }
    (out, length)
}

/// Parses `"ERROR 1213 (40001): Deadlock found"`; returns number, text and the length in bytes.
fn error(text: &str) -> Option<(u64, String, usize)> {
    let inner = text.strip_prefix("\"ERROR ")?;
    let (inner, _) = inner.split_once('"')?;
    let (number, message) = inner.split_once(": ")?;
    Some((number.split(' ').next()?.parse().ok()?, message.to_owned(), inner.len() + "\"ERROR \"".len()))
}

/// Returns the expectations that the transcript does not meet, in words.
pub fn broken(cases: &[Case], transcript: &[Value]) -> Vec<String> {
    let mut out = vec![];
    for case in cases {
        let lines: Vec<&Value> =
            transcript.iter().filter(|line| line["case"] == *case.name && line["locks"].is_null()).collect();
        for step in &case.steps {
            let broken = step.broken(case, &lines).into_iter();
            out.extend(broken.map(|why| format!("{}, step {}, {}: {why}", case.name, step.number, step.session)));
        }
    }
    out
}

impl Step {
    fn broken(&self, case: &Case, lines: &[&Value]) -> Vec<String> {
        let own = lines.iter().position(|line| line["step"] == self.number && line["late"].is_null());
        let Some(own) = own else { return vec!["the transcript does not have it".to_owned()] };
        let line = lines[own];
        // Statements that ended because of this step come between its line and that of the next step.
        let late: Vec<&Value> = lines[own + 1..].iter().take_while(|line| !line["late"].is_null()).copied().collect();
        let mut out: Vec<String> = self
            .expectations
            .iter()
            .filter(|expectation| !self.holds(expectation, line, &late, lines))
            .map(|c| format!("{c:?}: {line}"))
            .collect();
        if !self.expectations.contains(&Expectation::Blocks) && line["outcome"] == "blocked" {
            out.push(format!("R2: it waits: {line}"));
        }
        if line["outcome"] == "error" && !self.expectations.iter().any(|c| matches!(c, Expectation::Fails(None, ..))) {
            out.push(format!("R2: it fails: {line}"));
        }
        for failed in late.iter().filter(|late| late["outcome"] == "error") {
            let is_expected = |expectation: &Expectation| matches!(expectation, Expectation::Fails(Some(session), ..) if failed["session"] == **session);
            if !self.expectations.iter().any(is_expected) {
                out.push(format!("R2: it makes another statement fail: {failed}"));
            }
        }
        if lines.iter().filter(|line| line["late"].is_null()).count() != case.steps.len() {
            out.push("the transcript has another number of steps than the file".to_owned());
        }
        out
    }

    fn holds(&self, expectation: &Expectation, line: &Value, late: &[&Value], all: &[&Value]) -> bool {
        let rows = |line: &Value| -> Option<Vec<[String; 2]>> {
            let row = |row: &Value| Some([row[0].as_str()?.to_owned(), row[1].as_str()?.to_owned()]);
            line["rows"].as_array()?.iter().map(row).collect()
        };
        let shows = |line: &Value, expected: &[[String; 2]]| {
            rows(line).is_some_and(|rows| expected.iter().all(|pair| rows.contains(pair)))
        };
        let fails = |line: &Value, errno: u64, message: &Option<String>| {
            line["outcome"] == "error"
                && line["errno"] == errno
                && message.as_ref().is_none_or(|message| line["message"] == **message)
        };
        match expectation {
            Expectation::Blocks => line["outcome"] == "blocked",
            Expectation::Unblocks(session) => {
                late.iter().any(|late| late["session"] == **session && late["outcome"] != "error")
            }
            Expectation::Shows(expected) => shows(line, expected),
            Expectation::EventuallyShows(expected) => {
                all.iter().any(|line| line["step"] == self.number && line["late"] == true && shows(line, expected))
            }
            Expectation::Returns(expected) => rows(line).is_some_and(|rows| rows == *expected),
            Expectation::AffectsNothing => line["outcome"] == "ok" && line["affected"] == 0,
            Expectation::Fails(None, errno, message) => fails(line, *errno, message),
            Expectation::Fails(Some(session), errno, message) => {
                late.iter().any(|late| late["session"] == **session && fails(late, *errno, message))
            }
        }
    }
}
