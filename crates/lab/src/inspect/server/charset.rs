//! Character sets and collations: how many bytes a character has, how bytes become text, and whether texts compare as
//! their bytes.

/// How the bytes of a text are read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Encoding {
    /// ASCII, UTF-8.
    Utf8,
    /// MySQL's latin1: Windows-1252.
    Latin1,
    /// Bytes without an encoding.
    Binary,
    /// Read as UTF-8 if it is ASCII only; else shown as bytes.
    Other,
}

/// How values of a collation compare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Collating {
    /// As bytes, a shorter value first.
    Bytes,
    /// As bytes, the shorter value padded with spaces.
    PaddedBytes,
    /// In another way, or in one that is not known.
    Unknown,
}

/// A character set and a collation of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Charset {
    pub(crate) encoding: Encoding,
    /// Least and most bytes of a character.
    pub(crate) bytes: (usize, usize),
    pub(crate) collating: Collating,
}

/// utf8mb4, of a collation that nobody has named.
pub(crate) const DEFAULT: Charset = Charset { encoding: Encoding::Utf8, bytes: (1, 4), collating: Collating::Unknown };
pub(crate) const BINARY: Charset = Charset { encoding: Encoding::Binary, bytes: (1, 1), collating: Collating::Bytes };

/// Character sets by name, with the bytes of a character; all others have one byte.
const WIDE: [(&str, (usize, usize)); 16] = [
    ("utf8mb4", (1, 4)),
    ("utf8mb3", (1, 3)),
    ("utf8", (1, 3)),
    ("big5", (1, 2)),
    ("ujis", (1, 3)),
    ("sjis", (1, 2)),
    ("euckr", (1, 2)),
    ("gb2312", (1, 2)),
    ("gbk", (1, 2)),
    ("ucs2", (2, 2)),
    ("utf16", (2, 4)),
    ("utf16le", (2, 4)),
    ("utf32", (4, 4)),
    ("cp932", (1, 2)),
    ("eucjpms", (1, 3)),
    ("gb18030", (1, 4)),
];
const NARROW: [&str; 24] = [
    "latin1", "ascii", "binary", "latin2", "dec8", "cp850", "hp8", "koi8r", "swe7", "cp1251", "hebrew", "tis620",
    "koi8u", "greek", "cp1250", "latin5", "armscii8", "cp866", "keybcs2", "macce", "macroman", "cp852", "latin7",
    "cp1257",
];

impl Charset {
    /// The character set of this name, without a collation. `None`: not known.
    pub(crate) fn named(name: &str) -> Option<Charset> {
        let name = name.to_ascii_lowercase();
        if name == "binary" {
            return Some(BINARY);
        }
        let wide = WIDE.iter().find(|(wide, _)| *wide == name).map(|(_, bytes)| *bytes);
        let bytes = wide.or_else(|| NARROW.contains(&name.as_str()).then_some((1, 1)))?;
        let encoding = match name.as_str() {
            "latin1" => Encoding::Latin1,
            "ascii" | "utf8" | "utf8mb3" | "utf8mb4" => Encoding::Utf8,
            _ => Encoding::Other,
        };
        Some(Charset { encoding, bytes, collating: Collating::Unknown })
    }

    /// The character set of a collation of this name. `None`: not known.
    pub(crate) fn of_collation(name: &str) -> Option<Charset> {
        let name = name.to_ascii_lowercase();
        // MariaDB's newer collations do not name their character set.
        let set = if name.starts_with("uca1400") { "utf8mb4" } else { name.split('_').next().unwrap_or_default() };
        let charset = Charset::named(set)?;
        let collating = match (name.ends_with("_bin"), name.contains("nopad") || name.contains("0900")) {
            (true, true) => Collating::Bytes,
            (true, false) => Collating::PaddedBytes,
            (false, _) => charset.collating,
        };
        Some(Charset { collating, ..charset })
    }

    /// The character set of the collation with this number, as MySQL's SDI names it. `None`: not known.
    pub(crate) fn of_number(number: u64) -> Option<Charset> {
        let name = match number {
            63 => "binary",
            309 => "utf8mb4_0900_bin",
            46 => "utf8mb4_bin",
            45 | 224..=247 | 255..=323 => "utf8mb4",
            83 => "utf8mb3_bin",
            33 | 76 | 192..=215 | 223 => "utf8mb3",
            47 => "latin1_bin",
            5 | 8 | 15 | 31 | 48 | 49 | 94 => "latin1",
            65 => "ascii_bin",
            11 => "ascii",
            1 | 84 => "big5",
            12 | 91 => "ujis",
            13 | 88 => "sjis",
            19 | 85 => "euckr",
            24 | 86 => "gb2312",
            28 | 87 => "gbk",
            35 | 90 | 128..=151 | 159 => "ucs2",
            54 | 55 | 101..=124 => "utf16",
            56 | 62 => "utf16le",
            60 | 61 | 160..=183 => "utf32",
            95 | 96 => "cp932",
            97 | 98 => "eucjpms",
            248..=250 => "gb18030",
            // The others have one byte a character.
            1..=99 => "latin2",
            _ => return None,
        };
        if name.contains('_') { Charset::of_collation(name) } else { Charset::named(name) }
    }

    /// The bytes as text; `None` if they are no text of this character set, or it is not known how to read it.
    pub(crate) fn text(self, bytes: &[u8]) -> Option<String> {
        match self.encoding {
            Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(str::to_owned),
            Encoding::Latin1 => Some(bytes.iter().map(|&byte| latin1(byte)).collect()),
            Encoding::Other if self.bytes.0 == 1 && bytes.is_ascii() => {
                Some(bytes.iter().map(|&b| b as char).collect())
            }
            Encoding::Binary | Encoding::Other => None,
        }
    }
}

/// The bytes 80 to 9f of Windows-1252; five of them have no character and stand for themselves.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn latin1(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}
