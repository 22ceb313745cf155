//! GTID and its relatives: the event that opens every transaction, and the lists of transactions that open every file.
//!
//! ```text
//! MySQL    flags 1 | sid 16 | gno 8 | always 2, 1 | last committed 8 | sequence number 8      (post-header, 42 bytes)
//!          | commit time 7, µs; if its highest bit is set: original commit time 7 | transaction length, length-encoded
//!          | server version 4, e.g. 80036; if its highest bit is set: original server version 4
//! tagged   MySQL 8.3: version, bytes, last field that must be known | (field, value)*       all of them *varlen*
//!          0 flags · 1 sid: 16 bytes, a varlen each · 2 gno ± · 3 tag: length, bytes · 4 last committed ±
//!          5 sequence number ± · 6 commit time · 7 original commit time · 8 transaction length
//!          9 server version · 10 original server version · 11 ticket
//! MariaDB  seq 8 | domain 4 | flags 1 | if flags & 2: group commit id 8 | …
//! list     MySQL: number of sids 8 | (sid 16 | intervals 8 | (first gno 8, first gno after it 8)*)*
//!          with tags: 1 | number of sids 6 | 1 | as above, but between sid and intervals: tag length, varlen | tag
//!          MariaDB: count, in the low 28 bits of 4 bytes | (domain 4 | server id 4 | seq 8)*
//! ```
//!
//! *Varlen*: the 1-bits at the low end of the first byte say how many bytes follow it, a 0-bit ends them, and the rest
//! are the number's bits, low byte first; ± has the sign in its lowest bit.
//!
//! A *global transaction id* names a transaction on all servers: the UUID of the server that committed it first (`sid`)
//! and its number there (`gno`). The *sequence number* counts the transactions of a file. *Last committed* is the
//! sequence number of the newest transaction in the file on which this one may depend: two transactions that were
//! prepared at the same time hold their locks at the same time, so neither depends on the other, and a replica may
//! apply them in parallel. Here all transactions of a commit group name the last transaction of the group before.
//!
//! MySQL's counterpart: `Gtid_log_event`, `Previous_gtids_log_event`; MariaDB's: `Gtid_log_event`,
//! `Gtid_list_log_event`.

use super::wire::{GetFields, PutFields};
use crate::error::{Decoded, Malformed};
use bytes::{Buf, BufMut};

const ORIGINAL_TIME: u64 = 1 << 55;
const ORIGINAL_VERSION: u32 = 1 << 31;
/// Flag: the transaction may have statements, not only rows.
const MAY_HAVE_STATEMENTS: u8 = 1;
const LOGICAL_CLOCK: u8 = 2;

/// The event that opens a MySQL transaction. Of an ANONYMOUS_GTID `sid` and `gno` are zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[doc(alias = "Gtid_log_event")]
pub struct Gtid {
    /// True if the transaction may have statements, not only rows.
    pub statements: bool,
    /// The server's UUID.
    pub sid: [u8; 16],
    /// The tag, which distinguishes series of numbers of one server; empty is none.
    pub tag: String,
    /// The number of the transaction on that server, with that tag.
    pub gno: u64,
    /// The newest transaction of the file on which this one may depend; 0 is none.
    pub last_committed: u64,
    /// The number of the transaction in its file, from 1 on.
    pub sequence_number: u64,
    /// Time of the commit in µs since 1970; 0 before MySQL 8.
    pub commit_us: u64,
    /// Bytes of the transaction, this event included; 0 before MySQL 8.
    pub transaction_len: u64,
    /// The server's version as a number, 80036 is 8.0.36; 0 before MySQL 8.
    pub server_version: u32,
}

impl Gtid {
    /// Appends the event's body.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.put_u8(if self.statements { MAY_HAVE_STATEMENTS } else { 0 });
        out.put_slice(&self.sid);
        out.put_u64_le(self.gno);
        out.put_u8(LOGICAL_CLOCK);
        out.put_u64_le(self.last_committed);
        out.put_u64_le(self.sequence_number);
        out.put_uint_le(self.commit_us & (ORIGINAL_TIME - 1), 7);
        out.put_lenenc(self.transaction_len);
        out.put_u32_le(self.server_version & !ORIGINAL_VERSION);
    }

    /// Decodes the body; fields that an older server did not write are zero.
    pub(super) fn decode(body: &[u8]) -> Decoded<Gtid> {
        let mut input = body;
        let mut gtid = Gtid {
            statements: input.try_get_u8()? & MAY_HAVE_STATEMENTS != 0,
            sid: input.try_get_array()?,
            gno: input.try_get_u64_le()?,
            ..Gtid::default()
        };
        if !input.is_empty() && input.try_get_u8()? == LOGICAL_CLOCK {
            (gtid.last_committed, gtid.sequence_number) = (input.try_get_u64_le()?, input.try_get_u64_le()?);
        }
        if !input.is_empty() {
            let time = input.try_get_uint_le(7)?;
            if time & ORIGINAL_TIME != 0 {
                input.try_get_uint_le(7)?;
            }
            gtid.commit_us = time & (ORIGINAL_TIME - 1);
        }
        if !input.is_empty() {
            gtid.transaction_len = input.try_get_lenenc()?;
        }
        if !input.is_empty() {
            gtid.server_version = input.try_get_u32_le()? & !ORIGINAL_VERSION;
        }
        Ok(gtid)
    }

    /// Decodes the body of a GTID_TAGGED.
    pub(super) fn decode_tagged(body: &[u8]) -> Decoded<Gtid> {
        let mut input = body;
        let (version, _bytes, last_needed) = (varlen(&mut input)?, varlen(&mut input)?, varlen(&mut input)?);
        if version != 1 || last_needed > 11 {
            return Err(Malformed::Rule("a tagged GTID has an unknown version"));
        }
        let mut gtid = Gtid::default();
        while !input.is_empty() {
            match varlen(&mut input)? {
                0 => gtid.statements = varlen(&mut input)? & u64::from(MAY_HAVE_STATEMENTS) != 0,
                1 => {
                    for byte in &mut gtid.sid {
                        *byte = varlen(&mut input)? as u8;
                    }
                }
                2 => gtid.gno = varlen(&mut input)? >> 1,
                3 => gtid.tag = tag(&mut input)?,
                4 => gtid.last_committed = varlen(&mut input)? >> 1,
                5 => gtid.sequence_number = varlen(&mut input)? >> 1,
                6 => gtid.commit_us = varlen(&mut input)?,
                8 => gtid.transaction_len = varlen(&mut input)?,
                9 => gtid.server_version = varlen(&mut input)? as u32,
                7 | 10 | 11 => drop(varlen(&mut input)?),
                // Newer fields may be ignored, but have a length that is not known.
                _ => break,
            }
        }
        Ok(gtid)
    }

    /// The global id as text; the tag stands between UUID and number.
    pub fn id_text(&self) -> String {
        format!("{}:{}", source_text(&(self.sid, self.tag.clone())), self.gno)
    }
}

/// Takes a number that says itself how long it is.
fn varlen(input: &mut &[u8]) -> Decoded<u64> {
    let first = input.try_get_u8()?;
    let more = first.trailing_ones();
    if more == 8 {
        return Ok(input.try_get_u64_le()?);
    }
    let high = input.try_get_unsigned(more as usize)?;
    // `first` has 7 - more bits of the number; with seven more bytes it has none.
    Ok(if more == 7 { high } else { high << (7 - more) | u64::from(first >> (more + 1)) })
}

/// Takes a tag: its length and its bytes.
fn tag(input: &mut &[u8]) -> Decoded<String> {
    let len = varlen(input)?;
    input.try_get_text(usize::try_from(len).unwrap_or(usize::MAX))
}

/// A server's UUID and a tag, as a global id begins.
pub fn source_text((sid, tag): &(Sid, String)) -> String {
    if tag.is_empty() { sid_text(sid) } else { format!("{}:{tag}", sid_text(sid)) }
}

/// A server's UUID in its usual text form.
pub fn sid_text(sid: &[u8; 16]) -> String {
    let dash = |i: usize| if matches!(i, 4 | 6 | 8 | 10) { "-" } else { "" };
    sid.iter().enumerate().map(|(i, b)| format!("{}{b:02x}", dash(i))).collect()
}

/// A server's UUID.
pub type Sid = [u8; 16];

/// A set of global transaction ids: for each server and tag (empty: none) its intervals of numbers `[first, end)`.
pub type GtidSet = Vec<((Sid, String), Vec<(u64, u64)>)>;

/// Appends the body of a PREVIOUS_GTIDS. REQUIRES: no tags.
pub(crate) fn put_previous_gtids(set: &GtidSet, out: &mut Vec<u8>) {
    out.put_u64_le(set.len() as u64);
    for ((sid, tag), intervals) in set {
        assert!(tag.is_empty(), "global ids are written without tags");
        out.put_slice(sid);
        out.put_u64_le(intervals.len() as u64);
        for (first, end) in intervals {
            out.put_u64_le(*first);
            out.put_u64_le(*end);
        }
    }
}

/// Decodes the body of a PREVIOUS_GTIDS.
pub(super) fn previous_gtids(body: &[u8]) -> Decoded<GtidSet> {
    let mut input = body;
    let head = input.try_get_u64_le()?;
    let (tagged, sids) = match head >> 56 {
        0 => (false, head),
        1 => (true, head << 8 >> 16),
        _ => return Err(Malformed::Rule("PREVIOUS_GTIDS has an unknown format")),
    };
    let mut set = GtidSet::new();
    for _ in 0..sids {
        let sid = input.try_get_array()?;
        let tag = if tagged { tag(&mut input)? } else { String::new() };
        let count = input.try_get_u64_le()?;
        let mut intervals = Vec::new();
        for _ in 0..count {
            intervals.push((input.try_get_u64_le()?, input.try_get_u64_le()?));
        }
        set.push(((sid, tag), intervals));
    }
    Ok(set)
}

/// The event that opens a MariaDB transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MariadbGtid {
    /// The number of the transaction in its domain.
    pub seq: u64,
    /// The domain.
    pub domain: u32,
    /// 1: standalone (one statement, no XID); 2: has a group commit id; 64: an XA transaction that is prepared; 128: one
    /// that ends. Others are not used here.
    pub flags: u8,
    /// The commit group's id, the same for all its transactions.
    pub commit_id: Option<u64>,
}

impl MariadbGtid {
    /// True if one statement is the whole transaction.
    #[doc(alias = "FL_STANDALONE")]
    pub fn standalone(&self) -> bool {
        self.flags & 1 != 0
    }

    pub(super) fn decode(body: &[u8]) -> Decoded<MariadbGtid> {
        let mut input = body;
        let (seq, domain, flags) = (input.try_get_u64_le()?, input.try_get_u32_le()?, input.try_get_u8()?);
        let commit_id = if flags & 2 != 0 { Some(input.try_get_u64_le()?) } else { None };
        Ok(MariadbGtid { seq, domain, flags, commit_id })
    }
}

/// An entry of MariaDB's GTID_LIST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedGtid {
    /// The domain.
    pub domain: u32,
    /// The server.
    pub server_id: u32,
    /// The server's last transaction in that domain.
    pub seq: u64,
}

/// Decodes the body of a GTID_LIST.
pub(super) fn gtid_list(body: &[u8]) -> Decoded<Vec<ListedGtid>> {
    let mut input = body;
    let count = input.try_get_u32_le()? & 0x0fff_ffff;
    if input.len() as u64 != u64::from(count) * 16 && count > 0 {
        return Err(Malformed::Rule("a GTID_LIST does not have as many entries as it says"));
    }
    let mut entry = |_| {
        let (domain, server_id) = (input.try_get_u32_le()?, input.try_get_u32_le()?);
        Ok(ListedGtid { domain, server_id, seq: input.try_get_u64_le()? })
    };
    (0..count).map(&mut entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gtid_round_trips_and_older_servers_gtids_are_read() {
        let gtid = Gtid {
            statements: true,
            sid: [0x11; 16],
            tag: String::new(),
            gno: 3,
            last_committed: 1,
            sequence_number: 2,
            commit_us: 1_700_000_000_123_456,
            transaction_len: 300,
            server_version: 80_036,
        };
        let mut out = Vec::new();
        gtid.encode(&mut out);
        assert_eq!(out.len(), 42 + 7 + 3 + 4);
        assert_eq!(Gtid::decode(&out), Ok(gtid.clone()));
        let old = Gtid { commit_us: 0, transaction_len: 0, server_version: 0, ..gtid.clone() };
        assert_eq!(Gtid::decode(&out[..42]), Ok(old.clone()));
        assert_eq!(Gtid::decode(&out[..25]), Ok(Gtid { last_committed: 0, sequence_number: 0, ..old }));
        assert!(Gtid::decode(&out[..24]).is_err());
        out[48] |= 0x80;
        out.splice(49..49, [0; 7]);
        assert_eq!(Gtid::decode(&out), Ok(gtid), "an original commit time is skipped");
    }

    fn bytes(hex: &str) -> Vec<u8> {
        hex.as_bytes()
            .chunks(2)
            .map(|b| u8::from_str_radix(std::str::from_utf8(b).expect("text"), 16).expect("hex"))
            .collect()
    }

    /// The bytes are from a MySQL 9.7.
    #[test]
    fn tagged_ids_of_a_server_are_read_and_every_cut_is_refused_or_loses_a_field() {
        let body = bytes(concat!(
            "0276000000028103e9037502eab103d10322c50389028204f103000000020404060a6d7974616708000a040c7f92da6f7b8361",
            "06100d061283120b"
        ));
        let gtid = Gtid::decode_tagged(&body).expect("it is well formed");
        assert_eq!(gtid.id_text(), "e0fa9d75-ecf4-11f1-a241-02fc00000001:mytag:1");
        assert_eq!((gtid.last_committed, gtid.sequence_number, gtid.statements), (0, 1, false));
        assert_eq!((gtid.commit_us, gtid.transaction_len, gtid.server_version), (1_796_067_199_802_002, 387, 90_704));
        for len in 0..body.len() {
            assert_ne!(Gtid::decode_tagged(&body[..len]), Ok(gtid.clone()), "cut to {len}");
        }
        let set = bytes(concat!(
            "0102000000000001e0fa9d75ecf411f1a24102fc0000000100010000000000000001000000000000000900000000000000",
            "e0fa9d75ecf411f1a24102fc000000010a6d797461670100000000000000010000000000000002000000",
            "00000000"
        ));
        let set = previous_gtids(&set).expect("it is well formed");
        let shown: Vec<String> = set.iter().map(|(source, of)| format!("{} {of:?}", source_text(source))).collect();
        assert_eq!(
            shown,
            ["e0fa9d75-ecf4-11f1-a241-02fc00000001 [(1, 9)]", "e0fa9d75-ecf4-11f1-a241-02fc00000001:mytag [(1, 2)]"]
        );
    }

    #[test]
    fn sets_and_lists_round_trip_and_false_counts_are_refused() {
        let set = vec![(([1; 16], String::new()), vec![(1, 5), (7, 8)]), (([2; 16], String::new()), vec![])];
        let mut out = Vec::new();
        put_previous_gtids(&set, &mut out);
        assert_eq!(previous_gtids(&out), Ok(set));
        assert!(previous_gtids(&u64::MAX.to_le_bytes()).is_err());
        assert_eq!(gtid_list(&[0; 4]), Ok(vec![]));
        assert!(gtid_list(&[2, 0, 0, 0, 1, 2, 3]).is_err());
        assert_eq!(sid_text(&[0xab; 16]), "abababab-abab-abab-abab-abababababab");
    }
}
