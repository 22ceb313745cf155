//! The character sets of texts in a log, by the numbers of their collations.
//!
//! ```text
//! set       collations                                        bytes
//! utf8mb4   45, 46, 224–255, 256–323, 576–640, 2304–2559      UTF-8
//! utf8mb3   33, 76, 83, 192–223, 2048–2303                    UTF-8 of at most three bytes
//! ascii     11, 65                                            below 80
//! latin1    5, 8, 15, 31, 47, 48, 49, 94                      as Windows' code page 1252
//! binary    63                                                any
//! ```
//!
//! MariaDB's `_nopad_` collations have the number of the padding one plus 1024. Every other number is a set that is not
//! read here.
//!
//! RULES
//!
//! - **R1** A text is read whole or not at all: no character is replaced.
//! - **R2** latin1 is what the server makes of it: the five bytes that the code page leaves out are control characters
//!   of the same number.
//!
//! MySQL's counterpart: `get_charset`, `cs_name`, `well_formed_copy`.

/// A character set whose texts are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// utf8mb4 and utf8mb3.
    Utf8,
    /// ascii.
    Ascii,
    /// latin1.
    Latin1,
    /// binary: bytes, no text.
    Binary,
}

/// The characters of the bytes 80 to 9f (R2).
const LATIN1_80: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl Charset {
    /// The character set of a collation; `None` for one that is not read here.
    pub fn of(collation: u16) -> Option<Charset> {
        let padding = if (1024..2048).contains(&collation) { collation - 1024 } else { collation };
        Some(match padding {
            33 | 45 | 46 | 76 | 83 | 192..=323 | 576..=640 | 2048..=2559 => Charset::Utf8,
            11 | 65 => Charset::Ascii,
            5 | 8 | 15 | 31 | 47 | 48 | 49 | 94 => Charset::Latin1,
            63 => Charset::Binary,
            _ => return None,
        })
    }

    /// Returns `bytes` as text; `None` if they are none in this set (R1). Binary bytes are text if they are UTF-8.
    pub fn text(self, bytes: &[u8]) -> Option<String> {
        match self {
            Charset::Ascii if !bytes.is_ascii() => None,
            Charset::Latin1 => Some(bytes.iter().map(|byte| latin1(*byte)).collect()),
            _ => std::str::from_utf8(bytes).ok().map(str::to_owned),
        }
    }
}

fn latin1(byte: u8) -> char {
    match byte {
        0x80..=0x9f => LATIN1_80[usize::from(byte - 0x80)],
        other => char::from(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_whole_or_not_at_all() {
        let of = |collation| Charset::of(collation).expect("a known set");
        assert_eq!(of(8).text(b"a\xf1\x80\x81"), Some("añ€\u{81}".into()));
        assert_eq!((of(45).text(b"a\xf1"), of(11).text("ñ".as_bytes())), (None, None));
        assert_eq!(
            (of(46), of(255), of(1070), of(33), of(2304)),
            (Charset::Utf8, Charset::Utf8, Charset::Utf8, Charset::Utf8, Charset::Utf8)
        );
        assert_eq!((of(1071), of(63)), (Charset::Latin1, Charset::Binary));
        for unread in [1, 9, 28, 35, 128, 400, 2560] {
            assert_eq!(Charset::of(unread), None, "collation {unread}");
        }
    }
}
