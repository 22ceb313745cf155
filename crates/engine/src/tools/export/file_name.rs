//! The name that a server gives to a table's file.
//!
//! ```text
//! order-2024 ─► order@002d2024      größe ─► gr@1i@1je      con ─► con@@@ (a device on some systems)
//! ```
//!
//! ASCII letters, digits and `_` stand for themselves; most other characters are `@` and four hex digits. Letters with
//! two cases have shorter codes, so that a file system without cases keeps them apart. Of these only Latin-1's follow a
//! rule; the others are a table of the server's.
//!
//! FACT. The codes of all characters up to U+FFFF were compared with MariaDB 10.11's; see the test.
//!
//! InnoDB's counterpart: the server's `tablename_to_filename`, its character set `filename`.

/// Names of devices, after which a server writes `@@@`.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
/// Ranges with letters whose codes are in the server's table, behind Latin-1.
const TABLED: [(u32, u32); 5] =
    [(0x100, 0x5ff), (0x1e00, 0x1fff), (0x2160, 0x217f), (0x24b0, 0x24ef), (0xff20, 0xff5f)];

/// Returns the file's name without its ending; `None` if it has a letter whose code only the server knows.
#[doc(alias = "tablename_to_filename")]
pub(crate) fn server_file_name(table: &str) -> Option<String> {
    let mut name = String::new();
    for character in table.chars() {
        match (character, u32::from(character)) {
            ('a'..='z' | 'A'..='Z' | '0'..='9' | '_', _) => name.push(character),
            ('×' | '÷', code) => name.push_str(&format!("@{code:04x}")),
            ('ß', _) => name.push_str("@1j"),
            ('À'..='Þ', code) => name.push_str(&cased(code - u32::from('À'), b'G')),
            ('à'..='ÿ', code) => name.push_str(&cased(code - u32::from('à'), b'g')),
            (_, code) if TABLED.iter().any(|(from, to)| (*from..=*to).contains(&code)) => return None,
            // A server's names have no characters beyond.
            (_, code) if code > 0xffff => return None,
            (_, code) => name.push_str(&format!("@{code:04x}")),
        }
    }
    let lower = table.to_ascii_lowercase();
    let numbered = |port: &str| lower.strip_prefix(port).is_some_and(|n| matches!(n.as_bytes(), [b'1'..=b'9']));
    if DEVICES.contains(&lower.as_str()) || numbered("com") || numbered("lpt") {
        name.push_str("@@@");
    }
    Some(name)
}

/// The code of the `i`-th letter of Latin-1's upper or lower half: twenty a row.
fn cased(i: u32, first: u8) -> String {
    format!("@{}{}", i / 20, char::from(first + (i % 20) as u8))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names are those of files that MariaDB 10.11 and MySQL 9.7 made.
    #[test]
    fn names_are_the_servers() {
        for (table, file) in [
            ("t_1", "t_1"),
            ("größe a-b", "gr@1i@1je@0020a@002db"),
            ("ÀÞàÿ×÷", "@0G@1Q@0g@1r@00d7@00f7"),
            ("中文", "@4e2d@6587"),
            ("a`b$", "a@0060b@0024"),
            ("../x", "@002e@002e@002fx"),
            ("CON", "CON@@@"),
            ("lpt1", "lpt1@@@"),
            ("com10", "com10"),
        ] {
            assert_eq!(server_file_name(table).as_deref(), Some(file), "{table}");
        }
        assert_eq!(server_file_name("ё"), None);
        assert_eq!(server_file_name("🦀"), None);
    }
}
