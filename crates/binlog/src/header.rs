//! The frame of an event: 19 bytes before its body, a CRC32 behind it.
//!
//! ```text
//!  0  timestamp   4   seconds since 1970
//!  4  kind        1   [`Kind`]
//!  5  server id   4   who wrote it first
//!  9  length      4   header, body and CRC
//! 13  next        4   offset in the file at which the next event starts (modulo 2^32; 0 in an event that is in no file)
//! 17  flags       2   [`flags`]
//! 19  body
//!  -4 CRC32       4   of all bytes before it
//! ```
//!
//! RULES
//!
//! - **R1** An event's length covers header and CRC and ends inside the file.
//! - **R2** `next` is where the event ends. A transaction is framed before its place in the file is known, so [`frame`]
//!   leaves `next` and the CRC open and [`seal`] fills them in when the bytes get their place.
//! - **R3** The CRC of a FORMAT_DESCRIPTION is that of the event without [`flags::IN_USE`]: the flag is cleared in
//!   place when a file is closed.

use crate::error::Parsed;
use crate::wire::{Input, le, put_int};
use std::fmt;

/// Bytes of an event's header.
#[doc(alias = "LOG_EVENT_HEADER_LEN")]
pub const HEADER_LEN: usize = 19;
/// Bytes of the CRC32 behind an event.
#[doc(alias = "BINLOG_CHECKSUM_LEN")]
pub const CHECKSUM_LEN: usize = 4;
/// The first bytes of a log file.
#[doc(alias = "BINLOG_MAGIC")]
pub const MAGIC: [u8; 4] = *b"\xfebin";

const KIND_AT: usize = 4;
const LEN_AT: usize = 9;
const NEXT_AT: usize = 13;
pub(crate) const FLAGS_AT: usize = 17;

/// Bits of a header's flags.
pub mod flags {
    /// On a FORMAT_DESCRIPTION: the file was not closed (yet).
    #[doc(alias = "LOG_EVENT_BINLOG_IN_USE_F")]
    pub const IN_USE: u16 = 0x1;
    /// Made by a server for its reader, in no file.
    #[doc(alias = "LOG_EVENT_ARTIFICIAL_F")]
    pub const ARTIFICIAL: u16 = 0x20;
    /// A reader that does not know the kind may skip the event.
    #[doc(alias = "LOG_EVENT_IGNORABLE_F")]
    pub const IGNORABLE: u16 = 0x80;
}

/// What an event is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind(pub u8);

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        impl Kind {
            $($(#[$doc])* pub const $name: Kind = Kind($code);)*

            /// The kind's name, if it has one here.
            pub fn name(self) -> Option<&'static str> {
                match self.0 {
                    $($code => Some(stringify!($name)),)*
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    /// A statement as text; also BEGIN, and DDL.
    QUERY = 2,
    /// The server shut down.
    STOP = 3,
    /// The log goes on in another file.
    ROTATE = 4,
    /// The auto-increment value for the statement that follows.
    INTVAR = 5,
    /// The seeds of RAND() for the statement that follows; not read.
    RAND = 13,
    /// A user's variable for the statement that follows.
    USER_VAR = 14,
    /// How the rest of the file is to be read.
    FORMAT_DESCRIPTION = 15,
    /// The transaction committed.
    XID = 16,
    /// What the rows that follow belong to.
    TABLE_MAP = 19,
    /// Rows inserted, as servers before 5.6 and MariaDB write them.
    WRITE_ROWS_V1 = 23,
    /// Rows changed, as servers before 5.6 and MariaDB write them.
    UPDATE_ROWS_V1 = 24,
    /// Rows deleted, as servers before 5.6 and MariaDB write them.
    DELETE_ROWS_V1 = 25,
    /// The statement whose rows follow (MySQL).
    ROWS_QUERY = 29,
    /// Rows inserted.
    WRITE_ROWS = 30,
    /// Rows changed.
    UPDATE_ROWS = 31,
    /// Rows deleted.
    DELETE_ROWS = 32,
    /// A transaction begins; its global id.
    GTID = 33,
    /// A transaction begins; it has no global id.
    ANONYMOUS_GTID = 34,
    /// The global ids of all files before this one.
    PREVIOUS_GTIDS = 35,
    /// A transaction of several servers is prepared; not read.
    XA_PREPARE = 38,
    /// Rows changed, parts of JSON documents; not read.
    PARTIAL_UPDATE_ROWS = 39,
    /// A whole transaction, compressed (MySQL); not read.
    TRANSACTION_PAYLOAD = 40,
    /// The statement whose rows follow (MariaDB).
    ANNOTATE_ROWS = 160,
    /// The oldest file that MariaDB's recovery needs.
    BINLOG_CHECKPOINT = 161,
    /// A transaction begins (MariaDB).
    MARIADB_GTID = 162,
    /// The global ids of all files before this one (MariaDB).
    GTID_LIST = 163,
    /// All that follows is encrypted (MariaDB); not read.
    START_ENCRYPTION = 164,
    /// A statement, compressed (MariaDB); not read.
    QUERY_COMPRESSED = 165,
    /// Rows inserted, compressed (MariaDB); not read.
    WRITE_ROWS_COMPRESSED_V1 = 166,
    /// Rows changed, compressed (MariaDB); not read.
    UPDATE_ROWS_COMPRESSED_V1 = 167,
    /// Rows deleted, compressed (MariaDB); not read.
    DELETE_ROWS_COMPRESSED_V1 = 168,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => f.pad(&format!("kind {}", self.0)),
        }
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An event's header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Seconds since 1970.
    pub timestamp: u32,
    /// What the event is.
    pub kind: Kind,
    /// Who wrote it first.
    pub server_id: u32,
    /// Bytes of header, body and CRC.
    pub len: u32,
    /// Where the next event starts, modulo 2^32.
    pub next: u32,
    /// See [`flags`].
    pub flags: u16,
}

impl Header {
    /// Takes a header apart. ERRORS: R1, as far as the header alone tells.
    pub fn decode(bytes: &[u8; HEADER_LEN]) -> Parsed<Header> {
        let mut input = Input::new(bytes);
        let header = Header {
            timestamp: input.u32()?,
            kind: Kind(input.u8()?),
            server_id: input.u32()?,
            len: input.u32()?,
            next: input.u32()?,
            flags: input.u16()?,
        };
        if (header.len as usize) < HEADER_LEN { Err("an event is shorter than its header") } else { Ok(header) }
    }
}

/// Who writes an event, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Seconds since 1970.
    pub timestamp: u32,
    /// The writing server.
    pub server_id: u32,
}

/// Appends an event whose body `body` writes; `next` and the CRC stay open until [`seal`].
pub fn frame(out: &mut Vec<u8>, stamp: Stamp, kind: Kind, flags: u16, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    put_int(out, stamp.timestamp.into(), 4);
    out.push(kind.0);
    put_int(out, stamp.server_id.into(), 4);
    out.extend_from_slice(&[0; 8]);
    put_int(out, flags.into(), 2);
    body(out);
    out.extend_from_slice(&[0; CHECKSUM_LEN]);
    let len = u32::try_from(out.len() - start).unwrap_or_else(|_| panic!("an event has less than 4 GiB"));
    out[start + LEN_AT..][..4].copy_from_slice(&len.to_le_bytes());
}

/// Gives framed events their place: the first one starts at byte `at` of the file (R2, R3).
///
/// REQUIRES that `events` is whole events as [`frame`] wrote them.
pub fn seal(events: &mut [u8], mut at: u64) {
    let mut rest = events;
    while !rest.is_empty() {
        let len = le(&rest[LEN_AT..LEN_AT + 4]) as usize;
        let (event, tail) = rest.split_at_mut(len);
        at += len as u64;
        event[NEXT_AT..NEXT_AT + 4].copy_from_slice(&(at as u32).to_le_bytes());
        let crc = checksum(&event[..len - CHECKSUM_LEN]);
        event[len - CHECKSUM_LEN..].copy_from_slice(&crc.to_le_bytes());
        rest = tail;
    }
}

/// The CRC32 of an event, `event` being all but the CRC itself (R3). REQUIRES a whole header.
pub fn checksum(event: &[u8]) -> u32 {
    if Kind(event[KIND_AT]) != Kind::FORMAT_DESCRIPTION {
        return crc32fast::hash(event);
    }
    let mut crc = crc32fast::Hasher::new();
    crc.update(&event[..FLAGS_AT]);
    crc.update(&[event[FLAGS_AT] & !(flags::IN_USE as u8)]);
    crc.update(&event[FLAGS_AT + 1..]);
    crc.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_events_know_their_place_and_their_sum() {
        let stamp = Stamp { timestamp: 7, server_id: 9 };
        let mut bytes = Vec::new();
        frame(&mut bytes, stamp, Kind::XID, 0, |out| put_int(out, 5, 8));
        frame(&mut bytes, stamp, Kind::STOP, flags::ARTIFICIAL, |_| ());
        seal(&mut bytes, 100);
        assert_eq!(bytes.len(), 31 + 23);
        let (xid, stop) = bytes.split_at(31);
        let head = Header::decode(xid.first_chunk().expect("19 bytes")).expect("a header");
        assert_eq!(head, Header { timestamp: 7, kind: Kind::XID, server_id: 9, len: 31, next: 131, flags: 0 });
        assert_eq!(le(&xid[27..]) as u32, crc32fast::hash(&xid[..27]));
        let head = Header::decode(stop.first_chunk().expect("19 bytes")).expect("a header");
        assert_eq!((head.next, head.flags), (154, flags::ARTIFICIAL));
    }

    #[test]
    fn r3_the_in_use_flag_does_not_count_but_other_flags_do() {
        let mut event = [0u8; 40];
        event[KIND_AT] = Kind::FORMAT_DESCRIPTION.0;
        let closed = checksum(&event);
        event[FLAGS_AT] = 1;
        assert_eq!(checksum(&event), closed);
        event[FLAGS_AT] = 2;
        assert_ne!(checksum(&event), closed);
        event[KIND_AT] = Kind::QUERY.0;
        let other = checksum(&event);
        event[FLAGS_AT] = 3;
        assert_ne!(checksum(&event), other);
    }
}
