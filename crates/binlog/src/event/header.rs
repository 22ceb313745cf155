//! The frame of an event: 19 bytes before its body, a CRC32 behind it.
//!
//! ```text
//!  0  timestamp   4   seconds since 1970
//!  4  kind        1   [`Kind`]
//!  5  server id   4   the server that wrote it first
//!  9  length      4   header, body and CRC
//! 13  next        4   offset of the next event in the file (modulo 2^32; 0 in an event that is in no file)
//! 17  flags       2   [`flags`]
//! 19  body
//!  -4 CRC32       4   of all bytes before it
//! ```
//!
//! RULES
//!
//! - **R1** An event's length covers header and CRC and ends inside the file.
//! - **R2** `next` is where the event ends. A transaction is framed before its offset in the file is known, so
//!   [`frame`] leaves `next` and the CRC zero, and [`seal`] fills them in once the offset is known.
//! - **R3** The CRC of a FORMAT_DESCRIPTION is computed as if [`flags::IN_USE`] were clear: the flag is cleared in
//!   place when a file is closed.
//!
//! MySQL's counterpart: `Log_event_header`, `Log_event_footer`.

use crate::error::{Decoded, Malformed};
use bytes::{Buf, BufMut};
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

/// Bits of a header's `flags`.
pub mod flags {
    /// On a FORMAT_DESCRIPTION: the file is being written, or its writer died before closing it.
    #[doc(alias = "LOG_EVENT_BINLOG_IN_USE_F")]
    pub const IN_USE: u16 = 0x1;
    /// The server made the event for a replica that reads from it; the event is in no file.
    #[doc(alias = "LOG_EVENT_ARTIFICIAL_F")]
    pub const ARTIFICIAL: u16 = 0x20;
    /// On the FORMAT_DESCRIPTION of a relay log: a replica wrote the file, with the events of its source.
    #[doc(alias = "LOG_EVENT_RELAY_LOG_F")]
    pub const RELAY_LOG: u16 = 0x40;
    /// A reader that does not support the kind may skip the event.
    #[doc(alias = "LOG_EVENT_IGNORABLE_F")]
    pub const IGNORABLE: u16 = 0x80;
}

/// The kind of an event, by its number in the header.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Kind(pub u8);

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
        impl Kind {
            $($(#[$doc])* pub const $name: Kind = Kind($code);)*

            /// The kind's name; `None` for a number that this crate does not know.
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
    /// A part of the file that LOAD DATA read; not read.
    APPEND_BLOCK = 9,
    /// LOAD DATA failed; not read.
    DELETE_FILE = 11,
    /// The seeds of RAND() for the statement that follows; not read.
    RAND = 13,
    /// A user's variable for the statement that follows.
    USER_VAR = 14,
    /// The format of the rest of the file.
    FORMAT_DESCRIPTION = 15,
    /// The transaction committed.
    XID = 16,
    /// The first part of the file that LOAD DATA read; not read.
    BEGIN_LOAD_QUERY = 17,
    /// LOAD DATA as text; not read.
    EXECUTE_LOAD_QUERY = 18,
    /// The table of the rows that follow, and its columns.
    TABLE_MAP = 19,
    /// Rows inserted, as servers before 5.6 and MariaDB write them.
    WRITE_ROWS_V1 = 23,
    /// Rows changed, as servers before 5.6 and MariaDB write them.
    UPDATE_ROWS_V1 = 24,
    /// Rows deleted, as servers before 5.6 and MariaDB write them.
    DELETE_ROWS_V1 = 25,
    /// The log misses changes of the server; not read.
    INCIDENT = 26,
    /// The source has nothing to send; not read.
    HEARTBEAT = 27,
    /// What readers that do not know it may skip; not read.
    IGNORABLE = 28,
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
    /// What Group Replication certifies; not read.
    TRANSACTION_CONTEXT = 36,
    /// The members of Group Replication change; not read.
    VIEW_CHANGE = 37,
    /// An XA transaction is prepared, or committed in one phase.
    XA_PREPARE = 38,
    /// Rows changed, of JSON documents only the parts that changed.
    PARTIAL_UPDATE_ROWS = 39,
    /// A whole transaction, compressed (MySQL).
    TRANSACTION_PAYLOAD = 40,
    /// The source has nothing to send (MySQL 8.0.26); not read.
    HEARTBEAT_V2 = 41,
    /// A transaction begins; its global id has a tag (MySQL 8.3).
    GTID_TAGGED = 42,
    /// The statement whose rows follow (MariaDB).
    ANNOTATE_ROWS = 160,
    /// The oldest file that MariaDB's recovery needs.
    BINLOG_CHECKPOINT = 161,
    /// A transaction begins (MariaDB).
    MARIADB_GTID = 162,
    /// The global ids of all files before this one (MariaDB).
    GTID_LIST = 163,
    /// All that follows is encrypted (MariaDB).
    START_ENCRYPTION = 164,
    /// A statement, compressed (MariaDB).
    QUERY_COMPRESSED = 165,
    /// Rows inserted, compressed (MariaDB).
    WRITE_ROWS_COMPRESSED_V1 = 166,
    /// Rows changed, compressed (MariaDB).
    UPDATE_ROWS_COMPRESSED_V1 = 167,
    /// Rows deleted, compressed (MariaDB).
    DELETE_ROWS_COMPRESSED_V1 = 168,
    /// Rows inserted, version 2, compressed (MariaDB).
    WRITE_ROWS_COMPRESSED = 169,
    /// Rows changed, version 2, compressed (MariaDB).
    UPDATE_ROWS_COMPRESSED = 170,
    /// Rows deleted, version 2, compressed (MariaDB).
    DELETE_ROWS_COMPRESSED = 171,
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
    /// Its kind.
    pub kind: Kind,
    /// The server that wrote it first.
    pub server_id: u32,
    /// Bytes of header, body and CRC.
    pub len: u32,
    /// Offset of the next event, modulo 2^32; 0 in an event that is in no file.
    pub next: u32,
    /// See [`flags`].
    pub flags: u16,
}

impl Header {
    /// Decodes a header. ERRORS: the length does not cover the header (R1).
    pub fn decode(bytes: &[u8; HEADER_LEN]) -> Decoded<Header> {
        let mut input = &bytes[..];
        let header = Header {
            timestamp: input.try_get_u32_le()?,
            kind: Kind(input.try_get_u8()?),
            server_id: input.try_get_u32_le()?,
            len: input.try_get_u32_le()?,
            next: input.try_get_u32_le()?,
            flags: input.try_get_u16_le()?,
        };
        match header.len as usize {
            ..HEADER_LEN => Err(Malformed::Rule("an event is shorter than its header")),
            _ => Ok(header),
        }
    }
}

/// The origin of an event: the server that writes it, and the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Seconds since 1970.
    pub timestamp: u32,
    /// The writing server.
    pub server_id: u32,
}

/// Appends an event with the body that `body` writes; `next` and the CRC stay zero until [`seal`] (R2).
pub fn frame(out: &mut Vec<u8>, stamp: Stamp, kind: Kind, flags: u16, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.put_u32_le(stamp.timestamp);
    out.put_u8(kind.0);
    out.put_u32_le(stamp.server_id);
    out.put_u64_le(0); // length and `next`
    out.put_u16_le(flags);
    body(out);
    out.put_slice(&[0; CHECKSUM_LEN]);
    let len = u32::try_from(out.len() - start).unwrap_or_else(|_| panic!("an event has less than 4 GiB"));
    out[start + LEN_AT..][..4].copy_from_slice(&len.to_le_bytes());
}

/// Fills in `next` and the CRC of framed events, the first of which starts at byte `at` of the file (R2, R3).
///
/// REQUIRES: `events` is whole events as [`frame`] wrote them.
pub fn seal(events: &mut [u8], mut at: u64) {
    let mut rest = events;
    while !rest.is_empty() {
        let len = (&rest[LEN_AT..]).get_u32_le() as usize;
        let (event, tail) = rest.split_at_mut(len);
        at += len as u64;
        event[NEXT_AT..NEXT_AT + 4].copy_from_slice(&(at as u32).to_le_bytes());
        let crc = checksum(&event[..len - CHECKSUM_LEN]);
        event[len - CHECKSUM_LEN..].copy_from_slice(&crc.to_le_bytes());
        rest = tail;
    }
}

/// Returns the CRC32 of an event (R3); `event` is all of it but the CRC itself. REQUIRES: a whole header.
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
    fn r2_sealed_events_have_their_offset_and_checksum() {
        let stamp = Stamp { timestamp: 7, server_id: 9 };
        let mut bytes = Vec::new();
        frame(&mut bytes, stamp, Kind::XID, 0, |out| out.put_u64_le(5));
        frame(&mut bytes, stamp, Kind::STOP, flags::ARTIFICIAL, |_| ());
        seal(&mut bytes, 100);
        assert_eq!(bytes.len(), 31 + 23);
        let (xid, stop) = bytes.split_at(31);
        let head = Header::decode(xid.first_chunk().expect("19 bytes")).expect("a header");
        assert_eq!(head, Header { timestamp: 7, kind: Kind::XID, server_id: 9, len: 31, next: 131, flags: 0 });
        assert_eq!((&xid[27..]).get_u32_le(), crc32fast::hash(&xid[..27]));
        let head = Header::decode(stop.first_chunk().expect("19 bytes")).expect("a header");
        assert_eq!((head.next, head.flags), (154, flags::ARTIFICIAL));
    }

    #[test]
    fn r3_the_checksum_ignores_the_in_use_flag_and_no_other() {
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
