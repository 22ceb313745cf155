//! FORMAT_DESCRIPTION: the first event of every file. It describes the format of the others.
//!
//! ```text
//! version 2 (= 4) | server version 50, zero padded | created 4 | header length 1 (= 19)
//! | length of the post-header of each kind, from kind 1 on: 1 each | checksum algorithm 1 (0 none, 1 CRC32) | CRC 4
//! ```
//!
//! RULES
//!
//! - **R1** The event has a CRC32 even where the events after it have none; servers before 5.6.1 had no checksums and
//!   write none.
//! - **R2** A file is refused unless the post-headers of the kinds that are read here have the lengths that MySQL 5.1
//!   and later write. Length 0 is that of a kind which the server does not write: MySQL 9 has it for rows version 1.
//!
//! MySQL's counterpart: `Format_description_event`.

use super::header::{CHECKSUM_LEN, HEADER_LEN, Kind};
use super::wire::{GetFields, text};
use crate::error::{Decoded, Malformed};
use bytes::{Buf, BufMut};

const VERSION_LEN: usize = 50;
/// Post-headers of kinds 1 to 41 as MySQL 8.0 writes them.
const POST_HEADERS: [u8; 41] = {
    let mut lens = [0; 41];
    let known = [
        (2, 13),
        (4, 8),
        (9, 4),
        (11, 4),
        (15, 98),
        (17, 4),
        (18, 26),
        (19, 8),
        (23, 8),
        (24, 8),
        (25, 8),
        (26, 2),
        (30, 10),
        (31, 10),
        (32, 10),
        (33, 42),
        (34, 42),
        (36, 18),
        (37, 52),
        (39, 10),
        (40, 40),
    ];
    let mut i = 0;
    while i < known.len() {
        let (kind, len): (usize, u8) = known[i];
        lens[kind - 1] = len;
        i += 1;
    }
    lens
};

/// The format of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "Format_description_log_event")]
pub struct FormatDescription {
    /// The version of the server that wrote the file.
    pub server_version: String,
    /// Start of the server in seconds since 1970, in the first file that it wrote; 0 in later ones.
    pub created: u32,
    /// True if the events have a CRC32 (`binlog_checksum`).
    pub checksum: bool,
}

impl FormatDescription {
    /// Appends the event's body. REQUIRES: [`FormatDescription::checksum`]; files written here have checksums.
    pub fn encode(&self, out: &mut Vec<u8>) {
        assert!(self.checksum, "files written here have checksums");
        out.put_u16_le(4);
        let mut version = [0; VERSION_LEN];
        let len = self.server_version.len().min(VERSION_LEN - 1);
        version[..len].copy_from_slice(&self.server_version.as_bytes()[..len]);
        out.put_slice(&version);
        out.put_u32_le(self.created);
        out.put_u8(HEADER_LEN as u8);
        out.put_slice(&POST_HEADERS);
        out.put_u8(1);
    }

    /// True if a MariaDB wrote the file.
    pub fn is_mariadb(&self) -> bool {
        self.server_version.contains("MariaDB")
    }

    /// Decodes the body, which ends before the CRC if [`has_checksum`].
    pub(super) fn decode(body: &[u8]) -> Decoded<FormatDescription> {
        let mut input = body;
        if input.try_get_u16_le()? != 4 {
            return Err(Malformed::Rule("the log does not have version 4"));
        }
        let version = input.try_get_slice(VERSION_LEN)?;
        let created = input.try_get_u32_le()?;
        if usize::from(input.try_get_u8()?) != HEADER_LEN {
            return Err(Malformed::Rule("the headers do not have 19 bytes"));
        }
        let server_version = text(version.split(|b| *b == 0).next().unwrap_or(version))?;
        let checksum = match input.rest().split_last() {
            Some((&algorithm, lens)) if knows_checksums(&server_version) => {
                check_post_headers(lens)?;
                match algorithm {
                    0 => false,
                    1 => true,
                    _ => return Err(Malformed::Rule("the checksum algorithm is neither none nor CRC32")),
                }
            }
            _ => false,
        };
        Ok(FormatDescription { server_version, created, checksum })
    }
}

/// Checks the post-header lengths of the kinds that have one length in all versions that are read here (R2).
fn check_post_headers(lens: &[u8]) -> Decoded<()> {
    use Kind as K;
    let known = [(K::QUERY, 13), (K::ROTATE, 8), (K::TABLE_MAP, 8)];
    let rows = [
        (K::WRITE_ROWS_V1, 8),
        (K::UPDATE_ROWS_V1, 8),
        (K::DELETE_ROWS_V1, 8),
        (K::WRITE_ROWS, 10),
        (K::UPDATE_ROWS, 10),
        (K::DELETE_ROWS, 10),
    ];
    let len_of = |kind: Kind| lens.get(usize::from(kind.0) - 1);
    let fits = |(kind, len): &(Kind, u8)| len_of(*kind).is_some_and(|l| l == len);
    let may_lack = |(kind, len): &(Kind, u8)| len_of(*kind).is_none_or(|l| *l == 0 || l == len);
    let good = known.iter().all(fits) && rows.iter().all(may_lack);
    if good { Ok(()) } else { Err(Malformed::Rule("an event kind has a post-header of an unknown length")) }
}

/// True if a FORMAT_DESCRIPTION has a CRC (R1); `event` is the whole event.
pub(super) fn has_checksum(event: &[u8]) -> bool {
    let version = event.get(HEADER_LEN + 2..HEADER_LEN + 2 + VERSION_LEN).unwrap_or_default();
    let version = version.split(|b| *b == 0).next().unwrap_or_default();
    event.len() > HEADER_LEN + CHECKSUM_LEN && std::str::from_utf8(version).map_or(true, knows_checksums)
}

/// True for MySQL 5.6.1 and MariaDB 5.3 and later. A text that is no version counts as a new one.
fn knows_checksums(version: &str) -> bool {
    let since = if version.contains("MariaDB") { (5, 3, 0) } else { (5, 6, 1) };
    let digits = |s: &str| s.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(u32::MAX);
    let mut parts = version.splitn(3, '.').map(digits);
    let mut part = || parts.next().unwrap_or(0);
    (part(), part(), part()) >= since
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_round_trips_and_its_bytes_are_mysqls() {
        let format = FormatDescription { server_version: "8.0.36".into(), created: 5, checksum: true };
        let mut out = Vec::new();
        format.encode(&mut out);
        // The lengths as a MySQL 8.0.36 writes them.
        let lens = "000d0008000000000400040000006200041a08000000080808020000000a0a0a2a2a001234000a2800";
        let hex: String = out[57..98].iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(hex, lens);
        assert_eq!(FormatDescription::decode(&out), Ok(format));
        (57 + 22..57 + 25).for_each(|at| out[at] = 0);
        assert!(FormatDescription::decode(&out).is_ok(), "R2: no rows of version 1, as in MySQL 9");
        out[57 + 18] = 6;
        let rule = "an event kind has a post-header of an unknown length";
        assert_eq!(FormatDescription::decode(&out), Err(Malformed::Rule(rule)));
    }

    #[test]
    fn r1_servers_before_5_6_1_write_no_checksums() {
        for (version, knows) in [
            ("5.1.73", false),
            ("5.5.62-log", false),
            ("5.6.0", false),
            ("5.6.1", true),
            ("8.0.36", true),
            ("5.5.5-10.11.6-MariaDB", true),
            ("5.2.14-MariaDB", false),
            ("10.11.6-MariaDB", true),
        ] {
            assert_eq!(knows_checksums(version), knows, "{version}");
        }
    }
}
