//! Completion: what may stand where the cursor is, given the letters before it.
//!
//! | before the cursor       | candidates                                                      |
//! |-------------------------|-----------------------------------------------------------------|
//! | nothing but letters     | sessions (`T1:`), commands, keywords, tables, columns           |
//! | `t.` and letters        | columns of `t`                                                  |
//! | `from` and letters      | the same as anywhere: tables, columns and keywords              |
//!
//! A keyword is completed in the case in which its letters were typed.

use super::command::COMMANDS;
use innolab_engine::Engine;
use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Sessions that are offered.
const SESSIONS: [&str; 4] = ["T1:", "T2:", "T3:", "T4:"];

/// Words of the statements that we execute.
const KEYWORDS: &str = "\
    add all alter analyze and as asc auto_increment avg begin between bigint binlog by case cast char character \
    column columns commit committed consistent constraint count create current_timestamp date datetime decimal \
    default delete desc describe distinct drop duplicate else end engine events exists explain false first for \
    force from global group having if ignore in index indexes innodb insert int integer interval into is isolation \
    key level like limit lock locked master max min mod mode not nowait null on or order primary read rename \
    repeatable replace rollback savepoint select serializable session set share show skip sleep smallint snapshot \
    start status sum table tables then timestamp tinyint to transaction true truncate uncommitted unique unsigned \
    update use values varbinary varchar variables warnings when where with work";

/// Completes on an open database.
pub(super) struct Completion {
    engine: Arc<Engine>,
    sessions: bool,
}

impl Completion {
    /// `sessions`: there are several sessions.
    pub(super) fn new(engine: Arc<Engine>, sessions: bool) -> Completion {
        Completion { engine, sessions }
    }

    /// The start of the word before the cursor, and what it may become, sorted.
    fn candidates(&self, line: &str, pos: usize) -> (usize, Vec<String>) {
        let before = &line[..pos];
        let start = before
            .rfind(|c: char| !is_name(c))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let (before, word) = before.split_at(start);
        let matches = |name: &str| {
            name.len() >= word.len()
                && name.is_char_boundary(word.len())
                && name[..word.len()].eq_ignore_ascii_case(word)
        };
        let mut found: BTreeSet<String> = BTreeSet::new();
        if let Some(owner) = before.strip_suffix('.') {
            let at = owner.rfind(|c: char| !is_name(c) && c != '`').map_or(0, |at| at + 1);
            let table = owner.get(at..).unwrap_or_default().trim_matches('`');
            found.extend(self.columns(table).into_iter().filter(|name| matches(name)));
            return (start, found.into_iter().collect());
        }
        if before.trim().is_empty() {
            let commands = COMMANDS.iter().chain(SESSIONS.iter().filter(|_| self.sessions));
            found.extend(commands.filter(|name| matches(name)).map(|name| (*name).to_owned()));
        }
        for table in self.engine.tables() {
            found.extend(self.columns(&table).into_iter().filter(|name| matches(name)));
            found.extend(Some(table).filter(|name| matches(name)));
        }
        let is_lower = !word.chars().any(|c| c.is_ascii_uppercase());
        let cased = |name: &str| if is_lower { name.to_owned() } else { name.to_ascii_uppercase() };
        found.extend(KEYWORDS.split_whitespace().filter(|name| !word.is_empty() && matches(name)).map(cased));
        (start, found.into_iter().collect())
    }

    fn columns(&self, table: &str) -> Vec<String> {
        let table = self.engine.table(table);
        table.map_or(Vec::new(), |table| table.def().columns.iter().map(|column| column.name.clone()).collect())
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

impl Completer for Completion {
    type Candidate = String;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.candidates(line, pos))
    }
}

impl Hinter for Completion {
    type Hint = String;
}

impl Highlighter for Completion {}
impl Validator for Completion {}
impl Helper for Completion {}

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_disk::SimDisk;
    use innolab_engine::Options;
    use innolab_sql::Session;

    #[test]
    fn what_may_follow() {
        let engine = Engine::open(Arc::new(SimDisk::new(1)), Options::default()).unwrap();
        let mut session = Session::new(engine.clone(), "test");
        session.execute("create table tail (id int primary key, tale int)").unwrap();
        session.execute("create table other (id int primary key, tailor int)").unwrap();
        let shown = |sessions, line: &str| {
            let (at, found) = Completion::new(engine.clone(), sessions).candidates(line, line.len());
            format!("{}|{}", &line[..at], found.join(" "))
        };
        assert_eq!(shown(false, "sele"), "|select");
        assert_eq!(shown(false, "SELE"), "|SELECT");
        assert_eq!(shown(false, "select * from ta"), "select * from |table tables tail tailor tale");
        assert_eq!(shown(false, "select tail.ta"), "select tail.|tale");
        assert_eq!(shown(false, "select other.x"), "select other.|");
        assert_eq!(shown(false, "he"), "|help");
        assert_eq!(
            shown(false, "T"),
            "|TABLE TABLES THEN TIMESTAMP TINYINT TO TRANSACTION TRUE TRUNCATE tail tailor tale"
        );
        assert_eq!(shown(true, "T2"), "|T2:");
        assert_eq!(shown(true, "T2: sele"), "T2: |select");
        assert_eq!(shown(false, "select é"), "select |");
    }
}
