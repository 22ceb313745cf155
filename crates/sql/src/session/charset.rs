//! The character set of SET NAMES.
//!
//! InnoDB's counterpart: `get_charset_by_csname`.

use crate::answer::SqlError;

/// The server's character sets, of which `utf8mb4` is supported; `utf8` is another name of `utf8mb3`.
#[rustfmt::skip]
const CHARACTER_SETS: [&str; 41] = [
    "armscii8", "ascii", "big5", "binary", "cp1250", "cp1251", "cp1256", "cp1257", "cp850", "cp852", "cp866", "cp932",
    "dec8", "eucjpms", "euckr", "gb2312", "gbk", "geostd8", "greek", "hebrew", "hp8", "keybcs2", "koi8r", "koi8u",
    "latin1", "latin2", "latin5", "latin7", "macce", "macroman", "sjis", "swe7", "tis620", "ucs2", "ujis", "utf16",
    "utf16le", "utf32", "utf8", "utf8mb3", "utf8mb4",
];

/// ERRORS: 1115 for an unknown character set, 1235 for one other than `utf8mb4`.
pub(super) fn check_charset(name: &str) -> Result<(), SqlError> {
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "utf8mb4" => Ok(()),
        known if CHARACTER_SETS.contains(&known) => Err(SqlError::not_supported(format_args!("SET NAMES {name}"))),
        _ => Err(SqlError::unknown_charset(name)),
    }
}
