//! REGEXP: whether a pattern matches a part of a text.
//!
//! RULES
//!
//! - **R1** A pattern that is a literal is compiled once, when the statement is bound; its error is the statement's, even
//!   if no row is read. Any other pattern is compiled for each row.
//! - **R2** Case counts (`utf8mb4_nopad_bin`), `.` is any character but a newline, `^` and `$` are the ends of the text,
//!   `$` also before a newline at the end.
//! - **R3** A pattern that is wrong is error 1139. One that the `regex` crate does not know, but PCRE does, is error
//!   1235: back references and assertions that look around, whose time is not bounded by the text's length.
//!
//! The server's counterpart: `Regexp_processor_pcre`.

use crate::answer::SqlError;
use crate::types::Value;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ast::ErrorKind;

/// The regular expression of a pattern; `None` for NULL. ERRORS: R3.
pub(super) fn compiled(pattern: &Value) -> Result<Option<Regex>, SqlError> {
    let Some(bytes) = pattern.shown() else { return Ok(None) };
    let written = String::from_utf8_lossy(&bytes);
    let text = translated(&written)?;
    let built = RegexBuilder::new(&text).unicode(!pattern.is_binary()).build();
    built.map(Some).map_err(|_| pattern_error(&written))
}

/// The pattern as the `regex` crate writes it, where the two have other meanings for the same text: `{` that begins no
/// count and `[`, `&&`, `--`, `~~` within a class are characters for PCRE. ERRORS: 1139 for a quantifier of a quantifier;
/// 1235 for a possessive one, which the crate would take for a quantifier of a quantifier, and for `(?R)`.
fn translated(pattern: &str) -> Result<String, SqlError> {
    if pattern.contains("(?R") {
        return Err(SqlError::not_supported(format_args!("REGEXP '{pattern}'")));
    }
    let mut out = String::new();
    // What a quantifier would follow: an item, a quantifier, or a lazy quantifier.
    let mut quantifiers = 0;
    let mut rest = pattern;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '\\' => escape_length(rest),
            '[' if rest.starts_with("[[:<:]]") || rest.starts_with("[[:>:]]") => {
                out += if rest.starts_with("[[:<:]]") { r"\b{start}" } else { r"\b{end}" };
                rest = &rest["[[:<:]]".len()..];
                quantifiers = 0;
                continue;
            }
            '[' => {
                let length = class_length(rest);
                let at = pattern.len() - rest.len();
                out += &translated_class(&rest[..length], at)?;
                rest = &rest[length..];
                quantifiers = 0;
                continue;
            }
            '{' if count_length(rest).is_none() => {
                out.push('\\');
                1
            }
            '{' => count_length(rest).unwrap_or(1),
            other => other.len_utf8(),
        };
        let is_quantifier = matches!(next, '*' | '+' | '?') || next == '{' && length > 1;
        // `(?` begins a group, and a quantifier behind `(`, `|` or nothing is an error of its own.
        match (is_quantifier && !matches!(out.chars().last(), None | Some('(' | '|')), quantifiers, next) {
            (false, ..) => quantifiers = 0,
            (true, 0, _) => quantifiers = 1,
            (true, 1, '?') => quantifiers = 2,
            (true, 1, '+') => return Err(SqlError::not_supported(format_args!("REGEXP '{pattern}'"))),
            _ => {
                let at = pattern.len() - rest.len();
                return Err(SqlError::wrong_pattern("quantifier does not follow a repeatable item", at));
            }
        }
        out += &rest[..length];
        rest = &rest[length..];
    }
    Ok(out)
}

/// Bytes of the escape at the beginning: `\d`, `\p{Greek}`.
fn escape_length(text: &str) -> usize {
    let escaped = text[1..].chars().next();
    let length = 1 + escaped.map_or(0, char::len_utf8);
    match escaped {
        Some('p' | 'P' | 'x') if text[length..].starts_with('{') => {
            text[length..].find('}').map_or(text.len(), |end| length + end + 1)
        }
        _ => length,
    }
}

/// Bytes of the class at the beginning: `[^]a[:alpha:]\]]`. All of the text, if the class does not end.
fn class_length(text: &str) -> usize {
    let mut at = 1 + usize::from(text[1..].starts_with('^'));
    at += usize::from(text[at..].starts_with(']'));
    while let Some(next) = text[at..].chars().next() {
        at += match next {
            ']' => return at + 1,
            '\\' => escape_length(&text[at..]),
            '[' if text[at..].starts_with("[:") => text[at..].find(":]").map_or(1, |end| end + 2),
            other => other.len_utf8(),
        };
    }
    text.len()
}

/// The named classes.
const CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

/// A class, which begins at `began`, in which `[` and doubled signs are characters. ERRORS: 1139 for an unknown name.
fn translated_class(class: &str, began: usize) -> Result<String, SqlError> {
    let mut out = String::from("[");
    let mut rest = &class[1..];
    while let Some(next) = rest.chars().next() {
        let named = if rest.starts_with("[:") { rest.find(":]").map(|end| end + 2) } else { None };
        let length = match next {
            '\\' => escape_length(rest),
            '[' => named.unwrap_or(1),
            other => other.len_utf8(),
        };
        if let Some(end) = named {
            let name = rest[2..end - 2].trim_start_matches('^');
            if !CLASSES.contains(&name) {
                let at = began + class.len() - rest.len() + end - 2 - name.len();
                return Err(SqlError::wrong_pattern("unknown POSIX class name", at));
            }
        }
        let is_sign = next == '[' && named.is_none();
        if is_sign || matches!(next, '&' | '~' | '-') && out.ends_with(next) {
            out.push('\\');
        }
        out += &rest[..length];
        rest = &rest[length..];
    }
    Ok(out)
}

/// Bytes of the count at the beginning: `{2}`, `{2,}`, `{2,3}`.
fn count_length(text: &str) -> Option<usize> {
    let (inner, _) = text.strip_prefix('{')?.split_once('}')?;
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    (!least.is_empty() && is_number(least) && is_number(most)).then_some(inner.len() + 2)
}

/// True if the expression matches a part of the text.
pub(super) fn is_match(regex: &Regex, text: &[u8]) -> bool {
    regex.is_match(text) || text.strip_suffix(b"\n").is_some_and(|line| regex.is_match(line))
}

/// Error 1139 with PCRE's words, or 1235 for what PCRE allows (R3).
fn pattern_error(pattern: &str) -> SqlError {
    let Err(error) = regex_syntax::ast::parse::Parser::new().parse(pattern) else {
        return SqlError::not_supported(format_args!("REGEXP '{pattern}'"));
    };
    let (start, end) = (error.span().start.offset, pattern.len());
    let (what, at) = match error.kind() {
        ErrorKind::GroupUnclosed => ("missing closing parenthesis", end),
        ErrorKind::GroupUnopened => ("unmatched closing parenthesis", start),
        ErrorKind::ClassUnclosed => ("missing terminating ] for character class", end),
        ErrorKind::ClassRangeInvalid => ("range out of order in character class", error.span().end.offset - 1),
        ErrorKind::EscapeUnexpectedEof => ("\\ at end of pattern", end),
        ErrorKind::RepetitionCountInvalid => ("numbers out of order in {} quantifier", error.span().end.offset - 1),
        ErrorKind::RepetitionMissing if pattern[start..].starts_with(['*', '+', '?']) => {
            ("quantifier does not follow a repeatable item", start)
        }
        _ => return SqlError::not_supported(format_args!("REGEXP '{pattern}'")),
    };
    SqlError::wrong_pattern(what, at)
}
