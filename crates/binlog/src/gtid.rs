//! GTID and its kin: the event that opens every transaction.
//!
//! ```text
//! MySQL    flags 1 | sid 16 | gno 8 | 2 | last committed 8 | sequence number 8                                  post-header, 42 bytes
//!          | commit time 7, µs; if its highest bit is set: original commit time 7 | transaction length, packed
//!          | server version 4, e.g. 80036; if its highest bit is set: original server version 4
//! MariaDB  seq 8 | domain 4 | flags 1 | if flags & 2: group commit id 8 | …
//! list     MySQL: number of sids 8 | (sid 16 | intervals 8 | (first gno 8, first gno after it 8)*)*
//!          MariaDB: count, in the low 28 bits of 4 bytes | (domain 4 | server id 4 | seq 8)*
//! ```
//!
//! *Sequence number* counts the transactions of a file; *last committed* is the newest transaction of the file on which
//! this one may depend: two transactions that were prepared at the same time hold their locks at the same time, so they
//! do not depend on each other, and a replica may apply them at once. Here the transactions of one commit group share
//! the last one of the group before.
//!
//! MySQL's counterpart: `Gtid_log_event`, `Previous_gtids_log_event`; MariaDB's: `Gtid_log_event`, `Gtid_list_log_event`.

use crate::error::Parsed;
use crate::wire::{Input, put_int, put_packed};

const ORIGINAL_TIME: u64 = 1 << 55;
const ORIGINAL_VERSION: u32 = 1 << 31;
/// In the flags: the transaction may have statements (not only rows).
const MAY_HAVE_STATEMENTS: u8 = 1;
const LOGICAL_CLOCK: u8 = 2;

/// The event that opens a MySQL transaction. Of an ANONYMOUS_GTID `sid` and `gno` are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias = "Gtid_log_event")]
pub struct Gtid {
    /// Whether the transaction may have statements, not only rows.
    pub statements: bool,
    /// The server's UUID.
    pub sid: [u8; 16],
    /// The number of the transaction among that server's.
    pub gno: u64,
    /// The newest transaction of the file on which this one may depend; 0 is none.
    pub last_committed: u64,
    /// The number of the transaction in its file, from 1 on.
    pub sequence_number: u64,
    /// When it committed, in µs since 1970; 0 before MySQL 8.
    pub commit_us: u64,
    /// Bytes of the transaction, this event included; 0 before MySQL 8.
    pub transaction_len: u64,
    /// The server's version as a number, 80036 is 8.0.36; 0 before MySQL 8.
    pub server_version: u32,
}

impl Gtid {
    /// Appends the event's body.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(if self.statements { MAY_HAVE_STATEMENTS } else { 0 });
        out.extend_from_slice(&self.sid);
        put_int(out, self.gno, 8);
        out.push(LOGICAL_CLOCK);
        put_int(out, self.last_committed, 8);
        put_int(out, self.sequence_number, 8);
        put_int(out, self.commit_us & (ORIGINAL_TIME - 1), 7);
        put_packed(out, self.transaction_len);
        put_int(out, (self.server_version & !ORIGINAL_VERSION).into(), 4);
    }

    /// Takes the body apart; what an older server did not write is zero.
    pub(crate) fn decode(body: &[u8]) -> Parsed<Gtid> {
        let mut input = Input::new(body);
        let mut gtid = Gtid {
            statements: input.u8()? & MAY_HAVE_STATEMENTS != 0,
            sid: input.array()?,
            gno: input.u64()?,
            last_committed: 0,
            sequence_number: 0,
            commit_us: 0,
            transaction_len: 0,
            server_version: 0,
        };
        if !input.is_empty() && input.u8()? == LOGICAL_CLOCK {
            (gtid.last_committed, gtid.sequence_number) = (input.u64()?, input.u64()?);
        }
        if !input.is_empty() {
            let time = input.int(7)?;
            if time & ORIGINAL_TIME != 0 {
                input.int(7)?;
            }
            gtid.commit_us = time & (ORIGINAL_TIME - 1);
        }
        if !input.is_empty() {
            gtid.transaction_len = input.packed()?;
        }
        if !input.is_empty() {
            gtid.server_version = input.u32()? & !ORIGINAL_VERSION;
        }
        Ok(gtid)
    }
}

/// A server's UUID as people write it.
pub fn sid_text(sid: &[u8; 16]) -> String {
    let dash = |i: usize| if matches!(i, 4 | 6 | 8 | 10) { "-" } else { "" };
    sid.iter().enumerate().map(|(i, b)| format!("{}{b:02x}", dash(i))).collect()
}

/// The global ids of one server: intervals `[first, end)`.
pub type GtidSet = Vec<([u8; 16], Vec<(u64, u64)>)>;

/// Appends the body of a PREVIOUS_GTIDS.
pub(crate) fn put_previous(set: &GtidSet, out: &mut Vec<u8>) {
    put_int(out, set.len() as u64, 8);
    for (sid, intervals) in set {
        out.extend_from_slice(sid);
        put_int(out, intervals.len() as u64, 8);
        for (first, end) in intervals {
            put_int(out, *first, 8);
            put_int(out, *end, 8);
        }
    }
}

/// Takes the body of a PREVIOUS_GTIDS apart.
pub(crate) fn previous(body: &[u8]) -> Parsed<GtidSet> {
    let mut input = Input::new(body);
    let sids = input.u64()?;
    let mut set = GtidSet::new();
    for _ in 0..sids {
        let (sid, count) = (input.array()?, input.u64()?);
        let mut intervals = Vec::new();
        for _ in 0..count {
            intervals.push((input.u64()?, input.u64()?));
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
    /// 1 standalone (one statement, no XID), 2 has a group commit id, 8 …
    pub flags: u8,
    /// The transactions of one commit group share it.
    pub commit_id: Option<u64>,
}

impl MariadbGtid {
    /// Whether it is one statement that is a transaction of its own.
    #[doc(alias = "FL_STANDALONE")]
    pub fn standalone(&self) -> bool {
        self.flags & 1 != 0
    }

    pub(crate) fn decode(body: &[u8]) -> Parsed<MariadbGtid> {
        let mut input = Input::new(body);
        let (seq, domain, flags) = (input.u64()?, input.u32()?, input.u8()?);
        let commit_id = if flags & 2 != 0 { Some(input.u64()?) } else { None };
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
    /// Its last transaction in that domain.
    pub seq: u64,
}

/// Takes the body of a GTID_LIST apart.
pub(crate) fn list(body: &[u8]) -> Parsed<Vec<ListedGtid>> {
    let mut input = Input::new(body);
    let count = input.u32()? & 0x0fff_ffff;
    if input.len() as u64 != u64::from(count) * 16 && count > 0 {
        return Err("a GTID_LIST does not have as many entries as it says");
    }
    (0..count).map(|_| Ok(ListedGtid { domain: input.u32()?, server_id: input.u32()?, seq: input.u64()? })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gtid_comes_back_whole_and_as_older_servers_write_it() {
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
        assert_eq!(Gtid::decode(&out), Ok(gtid), "an original commit time is passed over");
    }

    #[test]
    fn sets_and_lists() {
        let set = vec![([1; 16], vec![(1, 5), (7, 8)]), ([2; 16], vec![])];
        let mut out = Vec::new();
        put_previous(&set, &mut out);
        assert_eq!(previous(&out), Ok(set));
        assert!(previous(&u64::MAX.to_le_bytes()).is_err());
        assert_eq!(list(&[0; 4]), Ok(vec![]));
        assert!(list(&[2, 0, 0, 0, 1, 2, 3]).is_err());
        assert_eq!(sid_text(&[0xab; 16]), "abababab-abab-abab-abab-abababababab");
    }
}
