//! The tokens that decide where a statement ends: strings, quoted names and comments may contain a `;`.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `;`.
    End,
    /// `-- …` or `# …`, to the end of the line.
    Comment,
    Newline,
    EndOfText,
    /// A string, a quoted name, a block comment, or any other character.
    Other,
}

/// The kind and the text of the first token.
pub(crate) fn next_token(text: &str) -> (Kind, &str) {
    let Some(first) = text.chars().next() else { return (Kind::EndOfText, "") };
    let to_end_of_line = || &text[..text.find('\n').unwrap_or(text.len())];
    match first {
        ';' => (Kind::End, &text[..1]),
        '\n' => (Kind::Newline, &text[..1]),
        '#' => (Kind::Comment, to_end_of_line()),
        '-' if text.starts_with("--") && text[2..].chars().next().is_none_or(char::is_whitespace) => {
            (Kind::Comment, to_end_of_line())
        }
        '\'' | '"' | '`' => (Kind::Other, &text[..closing(&text[1..], first).map_or(1, |end| end + 1)]),
        '/' if text.starts_with("/*") => (Kind::Other, &text[..text[2..].find("*/").map_or(1, |at| at + 4)]),
        other => (Kind::Other, &text[..other.len_utf8()]),
    }
}

/// The end in bytes of the quoted token whose inside begins at the start of `text`, behind its closing quote; `None` if
/// it is not closed.
pub(crate) fn closing(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
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
