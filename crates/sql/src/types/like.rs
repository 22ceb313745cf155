//! LIKE: `_` matches any one character, `%` any number of characters; the escape character makes the next one literal.
//!
//! ```text
//! pattern  a%c      a b b c      the last % seen, and the position up to which it has matched; on a mismatch
//!           ▲         ▲          it matches one character more, and matching resumes after it
//! ```
//!
//! FACT: the time is O(text × pattern) for any pattern. PROOF: on a mismatch we only go back to the last `%`. An
//! earlier `%` never has to match more: the part of the pattern between the two is already matched at its leftmost
//! position, which leaves the most text to the rest of the pattern.

/// The escape character without an ESCAPE clause.
const DEFAULT_ESCAPE: char = '\\';

/// True if the text matches the pattern. `escape`: `None` is the default, a backslash. Bytes that are not UTF-8 count
/// as replacement characters.
pub(crate) fn like(text: &[u8], pattern: &[u8], escape: Option<char>) -> bool {
    let chars = |text: &[u8]| String::from_utf8_lossy(text).chars().collect::<Vec<_>>();
    matches(&chars(text), &tokens(&chars(pattern), escape.unwrap_or(DEFAULT_ESCAPE)))
}

/// LIKE by bytes, if text or pattern is binary: `_` matches any one byte.
pub(crate) fn like_binary(text: &[u8], pattern: &[u8], escape: Option<char>) -> bool {
    let (text, pattern) = (text.iter().map(|b| char::from(*b)), pattern.iter().map(|b| char::from(*b)));
    matches(&text.collect::<Vec<_>>(), &tokens(&pattern.collect::<Vec<_>>(), escape.unwrap_or(DEFAULT_ESCAPE)))
}

/// The literal prefix of a pattern, with which every matching text begins, and true if the pattern is nothing but this
/// prefix. `binary`: by bytes instead of characters.
pub(crate) fn literal_prefix(pattern: &[u8], escape: Option<char>, binary: bool) -> (Vec<u8>, bool) {
    let escape = escape.unwrap_or(DEFAULT_ESCAPE);
    let tokens = match binary {
        true => tokens(&pattern.iter().map(|b| char::from(*b)).collect::<Vec<_>>(), escape),
        false => tokens(&String::from_utf8_lossy(pattern).chars().collect::<Vec<_>>(), escape),
    };
    let chars: Vec<char> =
        tokens.iter().map_while(|token| if let Token::Is(c) = token { Some(*c) } else { None }).collect();
    let is_all = chars.len() == tokens.len();
    let bytes = match binary {
        // Each is a byte.
        true => chars.into_iter().map(|c| c as u8).collect(),
        false => chars.into_iter().collect::<String>().into_bytes(),
    };
    (bytes, is_all)
}

/// One element of a pattern.
#[derive(PartialEq, Clone, Copy)]
enum Token {
    /// `_`
    One,
    /// `%`
    Any,
    Is(char),
}

fn tokens(pattern: &[char], escape: char) -> Vec<Token> {
    let mut out = Vec::new();
    let mut chars = pattern.iter().copied();
    while let Some(c) = chars.next() {
        out.push(match c {
            c if c == escape => Token::Is(chars.next().unwrap_or(c)),
            '_' => Token::One,
            '%' => Token::Any,
            c => Token::Is(c),
        });
    }
    out
}

fn matches(text: &[char], pattern: &[Token]) -> bool {
    let (mut t, mut p) = (0, 0);
    let mut last_any: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(Token::Any) => {
                last_any = Some((p, t));
                p += 1;
            }
            Some(token) if *token == Token::One || *token == Token::Is(text[t]) => {
                t += 1;
                p += 1;
            }
            _ => match &mut last_any {
                None => return false,
                Some((any, eaten)) => {
                    *eaten += 1;
                    t = *eaten;
                    p = *any + 1;
                }
            },
        }
    }
    pattern[p..].iter().all(|token| *token == Token::Any)
}

#[cfg(test)]
mod tests {
    use super::like;
    use super::like_binary;
    use super::literal_prefix;

    #[test]
    fn patterns() {
        let cases = [
            ("abc", "a%", true),
            ("abc", "A%", false),
            ("abc", "_b_", true),
            ("abc", "_b", false),
            ("", "%", true),
            ("", "_", false),
            ("é", "_", true),
            ("a_c", "a\\_c", true),
            ("abc", "a\\_c", false),
            ("a\\", "a\\", true),
            ("aXbXc", "%X%c", true),
            ("abab", "%ab", true),
            ("ababx", "%ab", false),
            ("abcd", "%b%d%", true),
        ];
        for (text, pattern, expected) in cases {
            assert_eq!(like(text.as_bytes(), pattern.as_bytes(), None), expected, "{text} like {pattern}");
        }
        assert!(like("é".as_bytes(), b"_", None) && !like_binary("é".as_bytes(), b"_", None));
        assert!(like_binary(b"a\xFF%", b"a_\\%", None) && like_binary("é".as_bytes(), "é".as_bytes(), None));
        assert!(like(b"a%", b"a|%", Some('|')) && !like(b"ab", b"a|%", Some('|')));
    }

    #[test]
    fn literal_prefix_of_a_pattern() {
        let cases = [
            ("abc%", "abc", false),
            ("a_c", "a", false),
            ("abc", "abc", true),
            ("a\\_b\\%%", "a_b%", false),
            ("%", "", false),
            ("", "", true),
            ("é%", "é", false),
        ];
        for (pattern, begins, is_all) in cases {
            let expected = (begins.as_bytes().to_vec(), is_all);
            assert_eq!(literal_prefix(pattern.as_bytes(), None, false), expected, "{pattern}");
            assert_eq!(literal_prefix(pattern.as_bytes(), None, true), expected, "{pattern}, binary");
        }
        assert_eq!(literal_prefix(b"a|%b\xFF%", Some('|'), true), (b"a%b\xFF".to_vec(), false));
    }

    /// Exponential for a matcher that goes back to every `%`.
    #[test]
    fn many_wildcards_take_quadratic_time_at_most() {
        assert!(!like(
            &[b'a'; 5000],
            "a%".repeat(50).as_bytes().iter().chain(b"b").copied().collect::<Vec<_>>().as_slice(),
            None
        ));
    }
}
