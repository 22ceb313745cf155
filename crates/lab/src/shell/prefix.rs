//! The session before a statement: `T2: select 1`.

use crate::scenario::{is_session, meant};

/// What stands before a statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Prefix<'a> {
    None,
    Session {
        name: &'a str,
        sql: &'a str,
    },
    /// A word and a colon, as before no SQL statement, that name no session.
    Unknown(&'a str),
}

/// The prefix of what was typed.
pub(super) fn prefix_of(typed: &str) -> Prefix<'_> {
    let Some((name, sql)) = typed.split_once(':') else { return Prefix::None };
    let name = name.trim();
    let is_word = |name: &str| {
        name.starts_with(|c: char| c.is_alphabetic()) && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    match name {
        session if is_session(session) => Prefix::Session { name, sql: sql.trim() },
        word if is_word(word) || meant(word).is_some_and(|(_, rest)| rest.is_empty()) => Prefix::Unknown(name),
        _ => Prefix::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes() {
        assert_eq!(prefix_of("T12 : begin"), Prefix::Session { name: "T12", sql: "begin" });
        assert_eq!(prefix_of("T1:"), Prefix::Session { name: "T1", sql: "" });
        for (typed, name) in [("t1: begin", "t1"), ("S1: begin", "S1"), ("session 2: begin", "session 2"), ("A:", "A")]
        {
            assert_eq!(prefix_of(typed), Prefix::Unknown(name), "{typed}");
        }
        for sql in ["select ':'", "select 1", "set @a := 1", "select a from t where b = '1:2'"] {
            assert_eq!(prefix_of(sql), Prefix::None, "{sql}");
        }
    }
}
