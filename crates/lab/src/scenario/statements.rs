//! The statements and case lines of an SQL text, with their tags and with what looks like a tag and is none.

use super::case::{BadScenario, Case, LookAlike, Statement};
use super::tag::{before, case_name, heading, meant, tag_of};
use super::token::{Kind, next_token};

/// A statement, or a line that opens a case.
pub(super) enum Item {
    Statement(Statement),
    Case(String),
}

/// The cases of an SQL file; `name` is that of a file without case lines.
pub(super) fn sql_cases(text: &str, name: &str, found: &mut Vec<LookAlike>) -> Result<Vec<Case>, BadScenario> {
    let mut common = Vec::new();
    let mut cases: Vec<(String, Vec<Statement>)> = Vec::new();
    for item in read(text, 1, found)? {
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

/// Reads the statements and case lines of a text whose first line is line `first_line`.
pub(super) fn read(text: &str, first_line: usize, found: &mut Vec<LookAlike>) -> Result<Vec<Item>, BadScenario> {
    let mut reader = Reader::new(first_line);
    let mut rest = text;
    loop {
        let (kind, token) = next_token(rest);
        rest = &rest[token.len()..];
        reader.token(kind, token);
        if kind == Kind::EndOfText {
            let (items, suspects) = reader.finish()?;
            found.extend(suspects);
            return Ok(items);
        }
    }
}

/// Reads token by token.
struct Reader<'t> {
    items: Vec<Item>,
    found: Vec<LookAlike>,
    /// Statements that ended on this line; its end will tell their session.
    ended: Vec<Statement>,
    /// The statement that has begun, and its line.
    sql: String,
    started: usize,
    line: usize,
    /// The last comment of this line.
    comment: &'t str,
    /// A comment on a line of its own that names a session, and its line, until a statement ends.
    heading: Option<(usize, &'t str)>,
}

impl<'t> Reader<'t> {
    fn new(first_line: usize) -> Reader<'t> {
        Reader {
            items: Vec::new(),
            found: Vec::new(),
            ended: Vec::new(),
            sql: String::new(),
            started: first_line,
            line: first_line,
            comment: "",
            heading: None,
        }
    }

    fn token(&mut self, kind: Kind, token: &'t str) {
        match kind {
            Kind::End => self.end_statement(),
            Kind::Comment => {
                self.comment = token;
                if let Some(name) = case_name(token).filter(|_| self.sql.trim().is_empty() && self.ended.is_empty()) {
                    self.items.push(Item::Case(name.to_string()));
                }
            }
            Kind::Newline | Kind::EndOfText => self.end_line(),
            Kind::Other => {
                if self.sql.trim().is_empty() {
                    self.sql.clear();
                    self.started = self.line;
                }
                self.sql += token;
                self.line += token.matches('\n').count();
            }
        }
    }

    fn end_statement(&mut self) {
        let sql = std::mem::take(&mut self.sql).trim().to_string();
        if !sql.is_empty() {
            self.ended.push(Statement { sql, line: self.started, session: None });
        }
    }

    fn end_line(&mut self) {
        let comment = std::mem::take(&mut self.comment);
        let tag = tag_of(comment);
        if tag.is_some() {
            self.end_statement();
        }
        if !self.ended.is_empty() {
            if tag.is_none() {
                self.look_for_tags(comment);
            }
            self.heading = None;
        } else if self.sql.trim().is_empty() && heading(comment).is_some() {
            self.heading = Some((self.line, comment));
        }
        let tagged = self.ended.drain(..).map(|s| Item::Statement(Statement { session: tag.clone(), ..s }));
        self.items.extend(tagged);
        self.line += 1;
        if !self.sql.trim().is_empty() {
            self.sql.push('\n');
        }
    }

    /// Notes what names a session near the untagged statements that end on this line: the line's comment, words before
    /// a statement, or a comment above.
    fn look_for_tags(&mut self, comment: &str) {
        let behind = meant(comment).map(|(session, _)| LookAlike::new(self.line, comment, session));
        let before = |s: &Statement| before(&s.sql).map(|(session, written)| LookAlike::new(s.line, written, session));
        let above = || {
            let (line, comment) = self.heading?;
            Some(LookAlike::new(line, comment, heading(comment)?))
        };
        let found = behind.or_else(|| self.ended.iter().find_map(before)).or_else(above);
        self.found.extend(found);
    }

    fn finish(mut self) -> Result<(Vec<Item>, Vec<LookAlike>), BadScenario> {
        let sql = self.sql.trim();
        if let (false, Some((session, written))) = (sql.is_empty(), before(sql)) {
            let why = format!("'{}' is no session's tag; write '-- {session}' behind the statement", written.trim());
            return Err(BadScenario { line: self.started, why });
        }
        if !sql.is_empty() {
            return Err(BadScenario { line: self.started, why: "the last statement has no ';'".to_string() });
        }
        if let Some((line, comment)) = self.heading
            && let Some(session) = heading(comment)
        {
            self.found.push(LookAlike::new(line, comment, session).without_statement());
        }
        Ok((self.items, self.found))
    }
}
