//! Character sets of a session, which SET NAMES and the variables `character_set_*` set.
//!
//! RULES
//!
//! - **R1** Texts go to and come from clients in UTF-8, whatever these variables say. Another character set is refused by
//!   name. A client of `utf8mb3` gets and may send characters of four bytes, too (`docs/serve.md`).
//! - **R2** `character_set_results` may also be `binary` or NULL: texts as they are stored.
//!
//! InnoDB's counterpart: `get_charset_by_csname`.

use crate::answer::SqlError;
use crate::types::Value;

/// The server's character sets, of which `utf8mb4` and `utf8mb3` are supported; `utf8` is another name of `utf8mb3`.
#[rustfmt::skip]
const CHARACTER_SETS: [&str; 41] = [
    "armscii8", "ascii", "big5", "binary", "cp1250", "cp1251", "cp1256", "cp1257", "cp850", "cp852", "cp866", "cp932",
    "dec8", "eucjpms", "euckr", "gb2312", "gbk", "geostd8", "greek", "hebrew", "hp8", "keybcs2", "koi8r", "koi8u",
    "latin1", "latin2", "latin5", "latin7", "macce", "macroman", "sjis", "swe7", "tis620", "ucs2", "ujis", "utf16",
    "utf16le", "utf32", "utf8", "utf8mb3", "utf8mb4",
];

/// The character set of new sessions, of tables and of the server.
pub(super) const DEFAULT: &str = "utf8mb4";
/// The collation of all of them.
pub(super) const COLLATION: &str = "utf8mb4_nopad_bin";

/// The values of `character_set_client`, `character_set_connection` and `character_set_results`.
#[derive(Debug, Clone, Copy)]
pub(super) struct CharacterSets {
    pub(super) client: &'static str,
    pub(super) connection: &'static str,
    /// Empty: NULL (R2).
    pub(super) results: &'static str,
}

impl CharacterSets {
    pub(super) const NEW: CharacterSets = CharacterSets::all(DEFAULT);

    /// SET NAMES.
    pub(super) const fn all(name: &'static str) -> CharacterSets {
        CharacterSets { client: name, connection: name, results: name }
    }

    /// Sets the variable `character_set_…` of this name. ERRORS: 1115, 1235.
    pub(super) fn set(&mut self, variable: &str, value: &Value) -> Result<(), SqlError> {
        let shown = value.shown().map(|bytes| String::from_utf8_lossy(&bytes).to_ascii_lowercase());
        let named = |name: &str| supported_charset(variable, name);
        match (variable, shown.as_deref()) {
            ("character_set_results", None) => self.results = "",
            ("character_set_results", Some("binary")) => self.results = "binary",
            ("character_set_results", Some(name)) => self.results = named(name)?,
            ("character_set_client", Some(name)) => self.client = named(name)?,
            (_, Some(name)) => self.connection = named(name)?,
            (_, None) => return Err(SqlError::wrong_variable_value(variable, "NULL")),
        }
        Ok(())
    }
}

/// A supported character set by its own name. `what`: what is set, for the error. ERRORS: 1115 for an unknown one, 1235
/// for one that is not supported.
pub(super) fn supported_charset(what: &str, name: &str) -> Result<&'static str, SqlError> {
    match name.to_ascii_lowercase().as_str() {
        "utf8mb4" | "default" => Ok("utf8mb4"),
        "utf8mb3" | "utf8" => Ok("utf8mb3"),
        known if CHARACTER_SETS.contains(&known) => Err(SqlError::not_supported(format_args!("{what} {name}"))),
        _ => Err(SqlError::unknown_charset(name)),
    }
}
