//! What the comments of a public isolation suite say must happen, and whether it did.
//!
//! ```text
//! update test set value = 12 where id = 1; -- T2, BLOCKS                      this step is blocked, and no other
//! commit; -- T1. This unblocks T2                                             T2's statement ends right after it
//! select * from test; -- T3. Shows 1 => 12, 2 => 19                           these rows are among its rows
//! select * from test; -- T2. Returns 2 => 30                                  these are its rows
//! update …; -- T2, prints "ERROR 1213 (40001): Deadlock found …"              so it does, word for word
//! ```
//!
//! RULES
//!
//! - **R1** Nothing of a comment is passed over: what is not understood is an error of ours.
//! - **R2** Also what the comments do not say is a statement: a step that is not said to block does not, one that is
//!   not said to fail does not.

use serde_json::Value;

/// A statement of a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The step waits when it is over.
    Blocks,
    /// The statement of this session that waited ends after the step.
    Unblocks(String),
    /// `id => value` pairs that are among the rows.
    Shows(Vec<[String; 2]>),
    /// The same of a statement that was blocked.
    EventuallyShows(Vec<[String; 2]>),
    /// All the rows.
    Returns(Vec<[String; 2]>),
    /// Nothing was changed.
    AffectsNothing,
    /// `errno` and, if it is quoted, the text; `Some`: of this session's statement, which waited.
    Fails(Option<String>, u64, Option<String>),
}

/// A step and its claims.
#[derive(Debug)]
pub struct Step {
    /// From 1, in its case.
    pub number: u64,
    /// `T1`.
    pub session: String,
    /// What its comment says.
    pub claims: Vec<Claim>,
}

/// A case: its name as `innolab run` has it.
#[derive(Debug)]
pub struct Case {
    /// The line of text before it.
    pub name: String,
    /// In their order.
    pub steps: Vec<Step>,
}

/// The cases of a Markdown file. Panics on a comment that it does not understand (R1).
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
                let (tag, said) = comment.split_at(comment.find(['.', ',', ' ']).unwrap_or(comment.len()));
                let session = if tag.eq_ignore_ascii_case("either") { "T1" } else { tag };
                if let Some(values) = sql.split_once("values(") {
                    inserted = vec![pair(values.1.split([',', ')']))];
                }
                for _ in 0..sql.matches(';').count() {
                    let number = case.steps.len() as u64 + 1;
                    case.steps.push(Step { number, session: session.to_owned(), claims: vec![] });
                }
                let step = case.steps.last_mut().expect("a tagged line has a statement");
                step.claims = claims(said, &inserted);
            }
        }
    }
    out
}

fn pair<'a>(mut values: impl Iterator<Item = &'a str>) -> [String; 2] {
    std::array::from_fn(|_| values.next().unwrap_or_default().trim().to_owned())
}

/// What a comment says after its tag. `inserted`: the row that was inserted last.
fn claims(said: &str, inserted: &[[String; 2]]) -> Vec<Claim> {
    let mut out = vec![];
    let mut rest = said;
    loop {
        rest = rest.trim_start_matches(['.', ',', ' ', ')']);
        if rest.is_empty() {
            return out;
        }
        let (claim, length) = first_claim(rest, inserted).unwrap_or_else(|| panic!("what does this mean: {rest}"));
        out.extend(claim);
        rest = &rest[length..];
    }
}

/// The first claim, if it is one and not only a word for people, and how long it is.
fn first_claim(text: &str, inserted: &[[String; 2]]) -> Option<(Option<Claim>, usize)> {
    let lower = text.to_ascii_lowercase();
    let after = |phrase: &str| lower.starts_with(phrase).then_some(phrase.len());
    let first = |phrases: &[&str]| phrases.iter().find_map(|phrase| after(phrase));
    let word = |at: usize| text[at..].split([',', '.', ' ', ')']).next().unwrap_or_default().to_owned();
    if let Some(at) = after("blocks") {
        return Some((Some(Claim::Blocks), at));
    }
    if let Some(at) = first(&["this unblocks ", "unblocks "]) {
        return Some((Some(Claim::Unblocks(word(at))), at + word(at).len()));
    }
    if let Some(at) = first(&["returns nothing", "still returns nothing"]) {
        return Some((Some(Claim::Returns(vec![])), at));
    }
    if let Some(at) = after("returns the newly inserted row") {
        return Some((Some(Claim::Returns(inserted.to_vec())), at));
    }
    if let Some(at) = after("doesn't delete anything") {
        return Some((Some(Claim::AffectsNothing), at));
    }
    if let Some(at) = first(&["shows ", "still shows ", "now shows "]) {
        let (rows, length) = pairs(&text[at..]);
        return Some((Some(Claim::Shows(rows)), at + length));
    }
    if let Some(at) = after("(eventually shows ") {
        let (rows, length) = pairs(&text[at..]);
        return Some((Some(Claim::EventuallyShows(rows)), at + length));
    }
    if let Some(at) = after("returns ") {
        let (rows, length) = pairs(&text[at..]);
        return Some((Some(Claim::Returns(rows)), at + length));
    }
    if let Some(at) = after("prints ") {
        let (errno, message, length) = error(&text[at..])?;
        return Some((Some(Claim::Fails(None, errno, Some(message))), at + length));
    }
    if let Some(at) = after("causes ") {
        let session = word(at);
        let at = at + session.len();
        if let Some(more) = lower[at..].strip_prefix(" to abort with deadlock error") {
            return Some((Some(Claim::Fails(Some(session), 1213, None)), text.len() - more.len()));
        }
        let at = at + lower[at..].strip_prefix(" to print ").map(|_| " to print ".len())?;
        let (errno, message, length) = error(&text[at..])?;
        return Some((Some(Claim::Fails(Some(session), errno, Some(message))), at + length));
    }
    let remark = first(&["again", "despite rows with value 20 ostensibly being deleted"]);
    remark.map(|at| (None, at))
}

/// `1 => 12, 2 => 21` and how long it is.
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

/// `"ERROR 1213 (40001): Deadlock found"`: number, text, and how long it is.
fn error(text: &str) -> Option<(u64, String, usize)> {
    let inner = text.strip_prefix("\"ERROR ")?;
    let (inner, _) = inner.split_once('"')?;
    let (number, message) = inner.split_once(": ")?;
    Some((number.split(' ').next()?.parse().ok()?, message.to_owned(), inner.len() + "\"ERROR \"".len()))
}

/// The claims that the transcript breaks, in words.
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
        let Some(own) = own else { return vec!["it is not in the transcript".to_owned()] };
        let line = lines[own];
        // What ended because of this step stands between it and the next one.
        let late: Vec<&Value> = lines[own + 1..].iter().take_while(|line| !line["late"].is_null()).copied().collect();
        let mut out: Vec<String> = self
            .claims
            .iter()
            .filter(|claim| !self.holds(claim, line, &late, lines))
            .map(|c| format!("{c:?}: {line}"))
            .collect();
        // R2.
        if !self.claims.contains(&Claim::Blocks) && line["outcome"] == "blocked" {
            out.push(format!("it is blocked: {line}"));
        }
        if line["outcome"] == "error" && !self.claims.iter().any(|c| matches!(c, Claim::Fails(None, ..))) {
            out.push(format!("it fails: {line}"));
        }
        for failed in late.iter().filter(|late| late["outcome"] == "error") {
            let is_said = |claim: &Claim| matches!(claim, Claim::Fails(Some(who), ..) if failed["session"] == **who);
            if !self.claims.iter().any(is_said) {
                out.push(format!("it makes another one fail: {failed}"));
            }
        }
        if lines.iter().filter(|line| line["late"].is_null()).count() != case.steps.len() {
            out.push("there are not as many steps as in the file".to_owned());
        }
        out
    }

    fn holds(&self, claim: &Claim, line: &Value, late: &[&Value], all: &[&Value]) -> bool {
        let rows = |line: &Value| -> Option<Vec<[String; 2]>> {
            let row = |row: &Value| Some([row[0].as_str()?.to_owned(), row[1].as_str()?.to_owned()]);
            line["rows"].as_array()?.iter().map(row).collect()
        };
        let shows = |line: &Value, said: &[[String; 2]]| {
            rows(line).is_some_and(|rows| said.iter().all(|pair| rows.contains(pair)))
        };
        let fails = |line: &Value, errno: u64, message: &Option<String>| {
            line["outcome"] == "error"
                && line["errno"] == errno
                && message.as_ref().is_none_or(|message| line["message"] == **message)
        };
        match claim {
            Claim::Blocks => line["outcome"] == "blocked",
            Claim::Unblocks(who) => late.iter().any(|late| late["session"] == **who && late["outcome"] != "error"),
            Claim::Shows(said) => shows(line, said),
            Claim::EventuallyShows(said) => {
                all.iter().any(|line| line["step"] == self.number && line["late"] == true && shows(line, said))
            }
            Claim::Returns(said) => rows(line).is_some_and(|rows| rows == *said),
            Claim::AffectsNothing => line["outcome"] == "ok" && line["affected"] == 0,
            Claim::Fails(None, errno, message) => fails(line, *errno, message),
            Claim::Fails(Some(who), errno, message) => {
                late.iter().any(|late| late["session"] == **who && fails(late, *errno, message))
            }
        }
    }
}
