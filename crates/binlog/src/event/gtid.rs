//! GTID and its relatives: the event that opens every transaction, and the lists of transactions that open every file.
//!
//! ```text
//! MySQL    flags 1 | sid 16 | gno 8 | always 2, 1 | last committed 8 | sequence number 8      (post-header, 42 bytes)
//!          | commit time 7, µs; if its highest bit is set: original commit time 7 | transaction length, length-encoded
//!          | server version 4, e.g. 80036; if its highest bit is set: original server version 4
//! MariaDB  seq 8 | domain 4 | flags 1 | if flags & 2: group commit id 8 | …
//! list     MySQL: number of sids 8 | (sid 16 | intervals 8 | (first gno 8, first gno after it 8)*)*
//!          MariaDB: count, in the low 28 bits of 4 bytes | (domain 4 | server id 4 | seq 8)*
//! ```
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias = "Gtid_log_event")]
pub struct Gtid {
    /// True if the transaction may have statements, not only rows.
    pub statements: bool,
    /// The server's UUID.
    pub sid: [u8; 16],
    /// The number of the transaction on that server.
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
            last_committed: 0,
            sequence_number: 0,
            commit_us: 0,
            transaction_len: 0,
            server_version: 0,
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
}

/// A server's UUID in its usual text form.
pub fn sid_text(sid: &[u8; 16]) -> String {
    let dash = |i: usize| if matches!(i, 4 | 6 | 8 | 10) { "-" } else { "" };
    sid.iter().enumerate().map(|(i, b)| format!("{}{b:02x}", dash(i))).collect()
}

/// A set of global transaction ids: for each server its intervals of numbers `[first, end)`.
pub type GtidSet = Vec<([u8; 16], Vec<(u64, u64)>)>;

/// Appends the body of a PREVIOUS_GTIDS.
pub(crate) fn put_previous_gtids(set: &GtidSet, out: &mut Vec<u8>) {
    out.put_u64_le(set.len() as u64);
    for (sid, intervals) in set {
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
    let sids = input.try_get_u64_le()?;
    let mut set = GtidSet::new();
    for _ in 0..sids {
        let (sid, count) = (input.try_get_array()?, input.try_get_u64_le()?);
        let mut intervals = Vec::new();
        for _ in 0..count {
            intervals.push((input.try_get_u64_le()?, input.try_get_u64_le()?));
        }
        set.push((sid, intervals));
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
    /// 1: standalone (one statement, no XID); 2: has a group commit id; others are not used here.
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
        assert_eq!(Gtid::decode(&out), Ok(gtid));
        let old = Gtid { commit_us: 0, transaction_len: 0, server_version: 0, ..gtid };
        assert_eq!(Gtid::decode(&out[..42]), Ok(old));
        assert_eq!(Gtid::decode(&out[..25]), Ok(Gtid { last_committed: 0, sequence_number: 0, ..old }));
        assert!(Gtid::decode(&out[..24]).is_err());
        out[48] |= 0x80;
        out.splice(49..49, [0; 7]);
        assert_eq!(Gtid::decode(&out), Ok(gtid), "an original commit time is skipped");
    }

    #[test]
    fn sets_and_lists_round_trip_and_false_counts_are_refused() {
        let set = vec![([1; 16], vec![(1, 5), (7, 8)]), ([2; 16], vec![])];
        let mut out = Vec::new();
        put_previous_gtids(&set, &mut out);
        assert_eq!(previous_gtids(&out), Ok(set));
        assert!(previous_gtids(&u64::MAX.to_le_bytes()).is_err());
        assert_eq!(gtid_list(&[0; 4]), Ok(vec![]));
        assert!(gtid_list(&[2, 0, 0, 0, 1, 2, 3]).is_err());
        assert_eq!(sid_text(&[0xab; 16]), "abababab-abab-abab-abab-abababababab");
    }
}
