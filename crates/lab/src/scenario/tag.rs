//! Session tags: the grammar, and what people write instead.
//!
//! | written                                                    | means                                            |
//! |------------------------------------------------------------|--------------------------------------------------|
//! | `-- T2`, `-- T2: reads`, `-- T2, BLOCKS`                   | a tag: session T2                                |
//! | `-- either`                                                | a tag: session T1                                |
//! | `-- t2`, `--T2`, `# T2`, `-- session 2`, `-- tx B`, `-- B` | no tag, but [`meant`] as one                     |
//! | `-- the newest version is read`                            | prose                                            |
//!
//! Names of sessions are exact, as the real server's driver reads them; so a look-alike is warned of, not guessed.

/// The session that a comment's first word names: `T` and digits, or `either`.
pub(crate) fn tag_of(comment: &str) -> Option<String> {
    let text = comment.strip_prefix("--")?;
    let word_at = text.trim_start_matches([' ', '\t']);
    if word_at.len() == text.len() {
        return None;
    }
    let end = word_at.find(|c: char| !is_word(c)).unwrap_or(word_at.len());
    let word = &word_at[..end];
    if word.eq_ignore_ascii_case("either") {
        return Some("T1".to_string());
    }
    is_session(word).then(|| word.to_string())
}

/// True for a session's name: `T` and digits.
pub(crate) fn is_session(word: &str) -> bool {
    word.strip_prefix('T').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// The name in a comment `-- case: NAME`.
pub(crate) fn case_name(comment: &str) -> Option<&str> {
    let text = comment.strip_prefix("--")?.trim_start_matches([' ', '\t']);
    Some(text.strip_prefix("case:")?.trim()).filter(|name| !name.is_empty())
}

/// Words that people write before a session's number or letter, in lower case; the longer ones first.
const WORDS: &[&str] = &[
    "transaction",
    "connection",
    "terminal",
    "session",
    "client",
    "conn",
    "sess",
    "trx",
    "txn",
    "tx",
    "t",
    "s",
    "事务",
    "会话",
];
/// Numbers that people spell out.
const NUMBERS: &[&str] = &["one", "two", "three", "four"];

/// The session that a comment seems to name, and the rest of the comment. A tag names one too.
pub(crate) fn meant(comment: &str) -> Option<(String, &str)> {
    let text = ["--", "#", "/*"].iter().find_map(|mark| comment.strip_prefix(mark)).unwrap_or(comment);
    let text = text.trim_end_matches("*/").trim_start_matches(|c: char| c.is_whitespace() || "([<{@=>→".contains(c));
    if let Some((number, rest)) = letter(text).filter(|(_, rest)| is_closing(rest)) {
        return Some((format!("T{number}"), rest));
    }
    let lower = text.to_lowercase();
    // Lowering the case of a letter may change its length; of the words here it does not.
    let word = WORDS.iter().find(|word| lower.starts_with(**word) && text.is_char_boundary(word.len()))?;
    let after = &text[word.len()..];
    let at = after.trim_start_matches([' ', '\t', '_', '#', '-']);
    // "t a" and "s a" are prose, and so is "txa".
    let by_name = word.len() > 1 && (!word.is_ascii() || at.len() < after.len());
    let (number, rest) = digits(at).or_else(|| if by_name { letter(at).or_else(|| spelt(at)) } else { None })?;
    Some((format!("T{number}"), rest))
}

/// The session that a whole comment seems to name, with nothing but punctuation behind: a heading for what follows.
pub(crate) fn heading(comment: &str) -> Option<String> {
    let (session, rest) = meant(comment)?;
    (is_closing(rest) || rest.trim_start_matches([')', ']', '>', '}', ' ']).starts_with(':')).then_some(session)
}

/// The session that is named before a statement, as in `T2: select 1`, `/* T2 */ select 1` or `--T2`, and the words
/// that name it.
pub(crate) fn before(sql: &str) -> Option<(String, &str)> {
    let end = match sql {
        comment if comment.starts_with("/*") => comment.find("*/")? + 2,
        comment if comment.starts_with("--") => comment.find('\n').unwrap_or(comment.len()),
        prefixed => prefixed.find([':', '>'])? + 1,
    };
    let written = &sql[..end];
    Some((heading(written.trim_end_matches(['>', ':']))?, written))
}

/// A number at the start of the text, and what follows the word.
fn digits(text: &str) -> Option<(usize, &str)> {
    let (word, rest) = first_word(text);
    Some((word.parse().ok()?, rest))
}

/// A letter from A to H as a number.
fn letter(text: &str) -> Option<(usize, &str)> {
    let (word, rest) = first_word(text);
    let [letter @ b'A'..=b'H'] = word.as_bytes() else { return None };
    Some((usize::from(letter - b'A') + 1, rest))
}

/// A number that is spelt out.
fn spelt(text: &str) -> Option<(usize, &str)> {
    let (word, rest) = first_word(text);
    Some((NUMBERS.iter().position(|name| word.eq_ignore_ascii_case(name))? + 1, rest))
}

fn first_word(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !is_word(c)).unwrap_or(text.len()))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// True if nothing but punctuation is left.
fn is_closing(rest: &str) -> bool {
    rest.chars().all(|c| c.is_whitespace() || ".:,;)]>}-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_tag() {
        let shown = |comment| meant(comment).map(|(session, _)| session).unwrap_or_default();
        for comment in [
            "-- t2",
            "--T2",
            "# T2",
            "-- T2:",
            "-- T 2",
            "-- session 2",
            "-- Session_2: reads",
            "-- tx B",
            "-- B",
            "-- session two",
            "/* T2 */",
            "-- (T2)",
            "-- s2, BLOCKS",
            "-- trx2",
            "-- 事务2",
            "-- 会话B",
            "-- TRANSACTION #2",
            "-- Session B reads",
            "-- => T2",
        ] {
            assert_eq!(shown(comment), "T2", "{comment}");
        }
        for comment in [
            "-- no tag",
            "-- the row",
            "-- t",
            "-- table 2",
            "-- 2 rows",
            "-- a",
            "-- T2a",
            "-- session",
            "-- sessions of two",
            "-- step 2",
            "-- A row",
            "-- 2",
            "-- two",
            "-- tx",
            "",
            "--",
            "-- s a",
            "-- 20 and 30",
        ] {
            assert_eq!(shown(comment), "", "{comment}");
        }
    }

    #[test]
    fn headings_and_prefixes() {
        for (sql, expected) in [
            ("T2: select 1", Some("T2:")),
            ("/* t2 */ select 1", Some("/* t2 */")),
            ("--T2", Some("--T2")),
            ("--T2\nselect 1", Some("--T2")),
            ("session 2> begin", Some("session 2>")),
            ("select 1 > 2", None),
            ("select ':'", None),
            ("select a --b", None),
        ] {
            assert_eq!(before(sql).map(|(_, written)| written), expected, "{sql}");
        }
        assert_eq!(
            (heading("-- T2"), heading("-- T2: reads"), heading("-- T2 waits")),
            (Some("T2".into()), Some("T2".into()), None)
        );
    }
}
