//! A scenario file: cases of SQL statements, with the session of each in a trailing comment.
//!
//! ```text
//! create table t (id int primary key);     -- no tag: set-up
//! insert into t values (8); -- T1          tag T1: the session of all statements that end on this line
//! select * from t; -- T2, and the rest of the comment is ignored
//! ```
//!
//! RULES
//!
//! - **R1** A tag is `T` and digits; `either` means T1. A statement without a tag belongs to the set-up session.
//! - **R2** A statement ends at `;`, or at the end of a line with a tag. If it spans lines, its tag is on the line
//!   where it ends.
//! - **R3** In an SQL file a line `-- case: NAME` opens a case. The statements before the first such line are the
//!   set-up of every case. A file without such a line is one case, named after the file.
//! - **R4** In a Markdown file every ```` ```sql ```` block is a case, named by the last line of text before it. If the
//!   text before the first block has the word set-up, that block is the set-up of every case.
//! - **R5** Untagged statements of a case run in the set-up session, in their place; they are not steps.
//! - **R6** The steps of a case are its tagged statements, counted from 1. A case without steps is left out. In a file
//!   without any tag, every statement is a step of T1.

use std::fmt;
use std::path::Path;

/// Why a file is not a scenario.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadScenario {
    /// The line, counted from 1; 0 if the file as a whole is wrong.
    pub(crate) line: usize,
    pub(crate) why: String,
}

impl fmt::Display for BadScenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 { write!(f, "{}: {}", self.line, self.why) } else { write!(f, " {}", self.why) }
    }
}

/// A statement of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    /// The line on which it begins, counted from 1.
    pub(crate) line: usize,
    /// The session's tag; `None` for the set-up session.
    pub(crate) session: Option<String>,
}

/// A case of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// The set-up that all cases of the file share.
    pub(crate) common: Vec<Statement>,
    /// The set-up and the steps of this case.
    pub(crate) body: Vec<Statement>,
}

/// Reads the cases of the file at `path`, whose contents are `text`. ERRORS: with the line and the reason.
pub(crate) fn load(path: &Path, text: &str) -> Result<Vec<Case>, BadScenario> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    let name = path.file_stem().and_then(|n| n.to_str()).unwrap_or("scenario");
    let cases = if matches!(extension.as_str(), "md" | "markdown") { markdown(text)? } else { sql(text, name)? };
    let is_tagged = |case: &Case| case.body.iter().any(|s| s.session.is_some());
    let statements = cases.iter().map(|c| c.common.len() + c.body.len()).sum::<usize>();
    if statements == 0 {
        return Err(BadScenario { line: 0, why: "no SQL statement in this file".to_string() });
    }
    if cases.iter().any(is_tagged) { Ok(cases.into_iter().filter(is_tagged).collect()) } else { Ok(untagged(cases)) }
}

/// Makes all statements steps of T1 (R6).
fn untagged(mut cases: Vec<Case>) -> Vec<Case> {
    for statement in cases.iter_mut().flat_map(|c| &mut c.body) {
        statement.session = Some("T1".to_string());
    }
    cases
}

// -- SQL files

enum Item {
    Statement(Statement),
    Case(String),
}

fn sql(text: &str, name: &str) -> Result<Vec<Case>, BadScenario> {
    let mut common = Vec::new();
    let mut cases: Vec<(String, Vec<Statement>)> = Vec::new();
    for item in read(text, 1)? {
        match item {
            Item::Case(name) => cases.push((name, Vec::new())),
            Item::Statement(s) => cases.last_mut().map_or(&mut common, |(_, body)| body).push(s),
        }
    }
    if cases.is_empty() {
        return Ok(vec![Case { name: name.to_string(), common: Vec::new(), body: common }]);
    }
    if let Some(step) = common.iter().find(|s| s.session.is_some()) {
        return Err(BadScenario {
            line: step.line,
            why: "a step (a statement with a tag) before the first '-- case:' line".to_string(),
        });
    }
    Ok(cases.into_iter().map(|(name, body)| Case { name, common: common.clone(), body }).collect())
}

/// Reads the statements and case lines of a text whose first line is line `first_line` (R1, R2, R3).
fn read(text: &str, first_line: usize) -> Result<Vec<Item>, BadScenario> {
    let mut out = Vec::new();
    let mut ended: Vec<Statement> = Vec::new();
    let (mut sql, mut comment, mut line, mut started) = (String::new(), "", first_line, first_line);
    let mut rest = text;
    loop {
        let (kind, token) = next_token(rest);
        rest = &rest[token.len()..];
        match kind {
            Kind::End => ended.extend(statement(&mut sql, started)),
            Kind::Comment => {
                comment = token;
                if let Some(name) = case_name(token).filter(|_| sql.trim().is_empty() && ended.is_empty()) {
                    out.push(Item::Case(name.to_string()));
                }
            }
            Kind::Newline | Kind::EndOfText => {
                let tag = tag_of(comment);
                if tag.is_some() {
                    ended.extend(statement(&mut sql, started));
                }
                out.extend(ended.drain(..).map(|s| Item::Statement(Statement { session: tag.clone(), ..s })));
                comment = "";
                line += 1;
                if !sql.trim().is_empty() {
                    sql.push('\n');
                }
            }
            Kind::Other => {
                if sql.trim().is_empty() {
                    sql.clear();
                    started = line;
                }
                sql += token;
                line += token.matches('\n').count();
            }
        }
        if kind == Kind::EndOfText {
            break;
        }
    }
    if sql.trim().is_empty() {
        return Ok(out);
    }
    Err(BadScenario { line: started, why: "the last statement has no ';'".to_string() })
}

/// Takes the text collected in `sql` as a statement; `None` if it is blank.
fn statement(sql: &mut String, line: usize) -> Option<Statement> {
    let sql = std::mem::take(sql).trim().to_string();
    (!sql.is_empty()).then_some(Statement { sql, line, session: None })
}

/// The session that a comment's first word names (R1).
fn tag_of(comment: &str) -> Option<String> {
    let text = comment.strip_prefix("--")?;
    let word_at = text.trim_start_matches([' ', '\t']);
    if word_at.len() == text.len() {
        return None;
    }
    let end = word_at.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(word_at.len());
    let word = &word_at[..end];
    if word.eq_ignore_ascii_case("either") {
        return Some("T1".to_string());
    }
    let digits = word.strip_prefix('T')?;
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| word.to_string())
}

fn case_name(comment: &str) -> Option<&str> {
    let text = comment.strip_prefix("--")?.trim_start_matches([' ', '\t']);
    Some(text.strip_prefix("case:")?.trim()).filter(|name| !name.is_empty())
}

// -- Markdown files

fn markdown(text: &str) -> Result<Vec<Case>, BadScenario> {
    let mut common: Vec<Statement> = Vec::new();
    let mut cases: Vec<(String, Vec<Statement>)> = Vec::new();
    let (mut title, mut since) = (String::new(), String::new());
    let mut block: Option<(usize, String)> = None;
    for (number, line) in (1..).zip(text.lines()) {
        match &mut block {
            Some((begins, content)) if line.trim_start().starts_with("```") => {
                let statements: Vec<_> = read(content, *begins)?.into_iter().filter_map(as_statement).collect();
                if cases.is_empty() && common.is_empty() && says_setup(&since) {
                    common = statements;
                } else {
                    cases.push((title.clone(), statements));
                }
                (block, since) = (None, String::new());
            }
            Some((_, content)) => *content = format!("{content}{line}\n"),
            None if opens_sql(line) => block = Some((number + 1, String::new())),
            None if !line.trim().is_empty() => {
                since = format!("{since}{line}\n");
                title = line.trim_matches([' ', '#', '\t']).split_whitespace().collect::<Vec<_>>().join(" ");
                title = title.trim_end_matches(':').to_string();
            }
            None => {}
        }
    }
    if let Some((begins, _)) = block {
        return Err(BadScenario { line: begins - 1, why: "this ```sql block is not closed".to_string() });
    }
    if let Some(step) = common.iter().find(|s| s.session.is_some()) {
        return Err(BadScenario {
            line: step.line,
            why: "a step (a statement with a tag) in the set-up block".to_string(),
        });
    }
    Ok(cases.into_iter().map(|(name, body)| Case { name, common: common.clone(), body }).collect())
}

fn as_statement(item: Item) -> Option<Statement> {
    match item {
        Item::Statement(s) => Some(s),
        Item::Case(_) => None,
    }
}

fn opens_sql(line: &str) -> bool {
    let fence = line.trim_start();
    let word = fence.trim_start_matches('`').trim_start();
    fence.starts_with("```")
        && word.strip_prefix("sql").is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// True if the text has the word set-up or setup.
fn says_setup(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '-');
    words
        .map(|w| w.trim_matches('-'))
        .any(|w| w == "setup" || w == "set-up" || w.starts_with("set-up-") || w.ends_with("-set-up"))
}

// -- tokens

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    End,
    Comment,
    Newline,
    EndOfText,
    /// A string, a quoted name, a block comment, or any other character.
    Other,
}

/// The kind and the text of the first token.
fn next_token(text: &str) -> (Kind, &str) {
    let Some(first) = text.chars().next() else { return (Kind::EndOfText, "") };
    let to_end_of_line = || &text[..text.find('\n').unwrap_or(text.len())];
    match first {
        ';' => (Kind::End, &text[..1]),
        '\n' => (Kind::Newline, &text[..1]),
        '#' => (Kind::Comment, to_end_of_line()),
        '-' if text.starts_with("--") && text[2..].chars().next().is_none_or(char::is_whitespace) => {
            (Kind::Comment, to_end_of_line())
        }
        '\'' | '"' | '`' => (Kind::Other, &text[..quoted_len(text, first).unwrap_or(1)]),
        '/' if text.starts_with("/*") => (Kind::Other, &text[..text[2..].find("*/").map_or(1, |at| at + 4)]),
        other => (Kind::Other, &text[..other.len_utf8()]),
    }
}

/// Length in bytes of the quoted token at the start of `text`, quotes included; `None` if it is not closed.
fn quoted_len(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote != '`' {
            chars.next()?;
        } else if c == quote {
            if quote != '`' && chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
            } else {
                return Some(at + 1);
            }
        }
    }
    None
}

/// The complete statements of `text`, and the number of its bytes that they take. The rest is the beginning of a
/// statement whose `;` has not been typed yet.
pub(crate) fn complete_statements(text: &str) -> (Vec<String>, usize) {
    let (mut statements, mut sql, mut at, mut taken) = (Vec::new(), String::new(), 0, 0);
    while at < text.len() {
        let (kind, token) = next_token(&text[at..]);
        if let Some(quote @ ('\'' | '"' | '`')) = token.chars().next()
            && quoted_len(&text[at..], quote).is_none()
        {
            return (statements, taken);
        }
        at += token.len();
        match kind {
            Kind::End => {
                statements.extend(statement(&mut sql, 0).map(|s| s.sql));
                taken = at;
            }
            Kind::Comment | Kind::EndOfText => {}
            Kind::Newline | Kind::Other => sql += token,
        }
    }
    (statements, if sql.trim().is_empty() { text.len() } else { taken })
}

#[cfg(test)]
mod tests;
