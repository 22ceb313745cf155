//! Typed lines become statements and commands.
//!
//! ```text
//! select 'a;          nothing yet: the string is open
//! b' \G select 2;     select 'a;↵b' (vertical) · select 2
//! commit -- T2        in several sessions a tag ends the statement, as in a scenario: commit, of T2
//! ```
//!
//! RULES
//!
//! - **R1** A statement ends at `;`, `\g` or `\G` outside of strings, quoted names and comments, on whatever line.
//!   Comments are dropped.
//! - **R2** A command (`\q`) is taken wherever a statement's text may stand; its word (`quit`) only where a statement
//!   may begin. `\c` drops what was typed of the statement.
//! - **R3** The reader keeps one state between lines, so a statement of many lines is read once.

use super::command::{Command, command_of_letter, command_of_line};
use crate::scenario::{Kind, closing, is_session, next_token, tag_of};

/// What a line was found to hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    Statement {
        sql: String,
        /// Ended by `\G`: rows are printed one column a line.
        vertical: bool,
    },
    Command(Command),
}

/// The part of a statement that is open at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Open {
    #[default]
    Nothing,
    /// A statement without its `;`.
    Statement,
    /// A string or a quoted name.
    Quote(char),
    /// `/* …`.
    Comment,
}

/// Reads lines (R3).
#[derive(Default)]
pub(super) struct Reader {
    /// The text of the statement that has begun.
    sql: String,
    /// The quote or comment that is open.
    inside: Open,
    /// True if a session's tag ends a statement.
    tags: bool,
}

/// A line's statements and commands.
pub(super) struct Line {
    pub(super) typed: Vec<Typed>,
    /// The comment at the line's end, if any.
    pub(super) comment: String,
}

impl Reader {
    /// A reader without text. `tags`: a session's tag ends a statement.
    pub(super) fn new(tags: bool) -> Reader {
        Reader { tags, ..Reader::default() }
    }

    /// What is open now.
    pub(super) fn open(&self) -> Open {
        match self.inside {
            Open::Nothing if !self.sql.trim().is_empty() => Open::Statement,
            inside => inside,
        }
    }

    /// Drops what was typed of a statement.
    pub(super) fn clear(&mut self) {
        self.sql.clear();
        self.inside = Open::Nothing;
    }

    /// Reads a line (R1, R2).
    pub(super) fn line(&mut self, line: &str) -> Line {
        let (mut typed, mut comment) = (Vec::new(), "");
        if self.open() == Open::Nothing {
            if let Some(command) = command_of_line(line) {
                return Line { typed: vec![Typed::Command(command)], comment: String::new() };
            }
            // `T2:` alone changes the session, without a `;`.
            if line.trim().strip_suffix(':').is_some_and(|name| is_session(name.trim())) {
                let sql = line.trim().to_owned();
                return Line { typed: vec![Typed::Statement { sql, vertical: false }], comment: String::new() };
            }
        }
        let mut rest = line;
        while !rest.is_empty() {
            let closed_at = match self.inside {
                Open::Quote(quote) => closing(rest, quote),
                Open::Comment => rest.find("*/").map(|at| at + 2),
                Open::Nothing | Open::Statement => {
                    let (taken, found) = self.token(rest, &mut typed);
                    comment = found.unwrap_or(comment);
                    rest = &rest[taken..];
                    continue;
                }
            };
            let (inside, after) = rest.split_at(closed_at.unwrap_or(rest.len()));
            self.sql += inside;
            rest = after;
            if closed_at.is_some() {
                self.inside = Open::Nothing;
            }
        }
        if self.tags && tag_of(comment).is_some() && self.inside == Open::Nothing {
            typed.extend(self.statement(false));
        }
        if self.open() != Open::Nothing {
            self.sql.push('\n');
        }
        Line { typed, comment: comment.to_owned() }
    }

    /// Reads a token outside of quotes. Returns its length, and its text if it is a comment.
    fn token<'l>(&mut self, rest: &'l str, typed: &mut Vec<Typed>) -> (usize, Option<&'l str>) {
        let (kind, token) = next_token(rest);
        match (kind, token) {
            (Kind::End, _) => typed.extend(self.statement(false)),
            (Kind::Comment, comment) => return (comment.len(), Some(comment)),
            (_, "\\") => return (self.backslash(rest, typed), None),
            (_, "'") => self.begin(token, Open::Quote('\'')),
            (_, "\"") => self.begin(token, Open::Quote('"')),
            (_, "`") => self.begin(token, Open::Quote('`')),
            (_, "/") if rest.starts_with("/*") => {
                self.begin("/*", Open::Comment);
                return (2, None);
            }
            _ => self.sql += token,
        }
        (token.len(), None)
    }

    fn begin(&mut self, token: &str, inside: Open) {
        self.sql += token;
        self.inside = inside;
    }

    /// Reads `\` and its letter. Returns the length of what it took.
    fn backslash(&mut self, rest: &str, typed: &mut Vec<Typed>) -> usize {
        let Some(letter) = rest[1..].chars().next() else {
            self.sql.push('\\');
            return 1;
        };
        let after = &rest[1 + letter.len_utf8()..];
        match letter {
            'g' | 'G' => typed.extend(self.statement(letter == 'G')),
            'c' => self.clear(),
            _ => {
                let command = command_of_letter(letter, after);
                let takes_line = matches!(command, Command::Source(_));
                typed.push(Typed::Command(command));
                if takes_line {
                    return rest.len();
                }
            }
        }
        1 + letter.len_utf8()
    }

    /// Takes the text as a statement; `None` if it is blank.
    fn statement(&mut self, vertical: bool) -> Option<Typed> {
        let sql = std::mem::take(&mut self.sql).trim().to_owned();
        (!sql.is_empty()).then_some(Typed::Statement { sql, vertical })
    }
}
