//! QUERY: a statement as text, with the session settings on which its meaning depends.
//!
//! ```text
//! post-header  thread id 4 | seconds it took 4 | length of db 1 | error code 2 | length of status 2
//! body         status: (code 1, value)* | db | 0 | statement
//! status       0 flags2 4 · 1 sql_mode 8 · 3 auto_increment 2+2 · 4 character set and collations 2+2+2
//!              · 5 time zone, len 1 · 6 catalog, len 1 · 7 lc_time_names 2 · 8 charset of the database 2
//!              · 9 tables to update 8 · 10 bytes at the source 4 · 11 user and host, len 1 each
//!              · 12 databases that it changes: count 1, names, each ended by 0; 254: too many · 13 µs of the time 3
//!              · 16 explicit_defaults_for_timestamp 1 · 17 XID of a DDL statement 8 · 18 default collation of utf8mb4 2
//!              · 19 sql_require_primary_key 1 · 20 default encryption of tables 1 · 21 MySQL 9.7's, 1
//!              · 128 µs of the time 3, 129 XID 8, 130 flags of its GTID 1: MariaDB's
//! ```
//!
//! RULES
//!
//! - **R1** A reader stops at the first status entry with an unknown code, because the length of its value is unknown
//!   too. So the entries that fewest readers know are written last.
//! - **R2** A statement that depends on the current time has its time zone, and the microseconds that the header's
//!   timestamp lacks, in its status. MySQL's code for these is 13, MariaDB's 128, and neither reads the other's. We
//!   write 128: `mariadb-binlog` then gives the same rows, and MySQL's tools stop there and use whole seconds.
//! - **R3** A DDL statement is a transaction of its own: no BEGIN, no XID event; its XID is status entry 17.
//! - **R4** The text is in the character set of the client, status entry 4. If its bytes are no text in that set, or
//!   the set is not read here, `sql` has U+FFFD for some and [`Query::lossy`] is true: it may be shown, but not executed.
//!
//! MySQL's counterpart: `Query_log_event`.

use super::charset::Charset;
use super::compressed;
use super::wire::{GetFields, end_of_name};
use crate::error::{Decoded, Malformed};
use bytes::{Buf, BufMut};

const FLAGS2: u8 = 0;
const SQL_MODE: u8 = 1;
const CHARSET: u8 = 4;
const TIME_ZONE: u8 = 5;
const CATALOG: u8 = 6;
const MICROSECONDS: u8 = 13;
#[doc(alias = "Q_HRNOW")]
const MARIADB_MICROSECONDS: u8 = 128;
#[doc(alias = "Q_DDL_LOGGED_WITH_XID")]
const DDL_XID: u8 = 17;

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "Query_log_event")]
pub struct Query {
    /// The session's number on its server.
    pub thread_id: u32,
    /// Run time in seconds.
    pub exec_s: u32,
    /// The error with which it ended on the source server, or 0.
    pub error_code: u16,
    /// The encoded status entries.
    status: Vec<u8>,
    /// The current database.
    pub db: String,
    /// The statement.
    pub sql: String,
    /// True if `sql` is not all of the text (R4).
    pub lossy: bool,
}

impl Query {
    /// A UTF-8 statement of session `thread_id` under MySQL 8's default SQL mode.
    pub fn new(thread_id: u32, db: &str, sql: &str) -> Query {
        let mut status = Vec::new();
        status.put_u8(FLAGS2);
        status.put_u32_le(0);
        status.put_u8(SQL_MODE);
        status.put_u64_le(STRICT_MODE);
        status.put_u8(CHARSET);
        (0..3).for_each(|_| status.put_u16_le(UTF8MB4_GENERAL_CI));
        status.put_slice(b"\x06\x03std");
        Query { thread_id, exec_s: 0, error_code: 0, status, db: db.into(), sql: sql.into(), lossy: false }
    }

    /// The same statement as a DDL statement that commits as `xid` (R3).
    pub fn with_ddl_xid(mut self, xid: u64) -> Query {
        self.status.put_u8(DDL_XID);
        self.status.put_u64_le(xid);
        self
    }

    /// The XID as which the DDL statement commits (R3).
    pub fn ddl_xid(&self) -> Option<u64> {
        self.status(DDL_XID).map(|mut xid| xid.get_u64_le())
    }

    /// The same statement as one that depends on the current time: UTC, `micros` µs after the header's timestamp (R2).
    /// REQUIRES: it has no XID yet (R1).
    pub fn with_time(mut self, micros: u32) -> Query {
        assert!(self.ddl_xid().is_none(), "R1: the XID is the last status entry, because fewest readers know it");
        self.status.put_u8(TIME_ZONE);
        self.status.put_slice(b"\x06+00:00");
        if micros > 0 {
            self.status.put_u8(MARIADB_MICROSECONDS);
            self.status.put_uint_le(micros.into(), 3);
        }
        self
    }

    /// Microseconds to add to the header's timestamp; 0 if the statement does not depend on them (R2).
    pub fn micros(&self) -> u32 {
        let micros = self.status(MICROSECONDS).or_else(|| self.status(MARIADB_MICROSECONDS));
        micros.map_or(0, |mut micros| micros.get_uint_le(3) as u32)
    }

    /// The encoded value of the status entry with this code; a text without its length.
    pub fn status(&self, code: u8) -> Option<&[u8]> {
        let mut input = &self.status[..];
        while let Ok(Some((found, value))) = entry(&mut input) {
            if found == code {
                return Some(value);
            }
        }
        None
    }

    /// True if the code of every status entry is known (R1).
    pub(super) fn all_status_is_known(&self) -> bool {
        let mut input = &self.status[..];
        while !input.is_empty() {
            if !matches!(entry(&mut input), Ok(Some(_))) {
                return false;
            }
        }
        true
    }

    /// Appends the event's body.
    pub fn encode(&self, out: &mut Vec<u8>) {
        assert!(self.db.len() <= 255, "the name of a database has at most 255 bytes");
        out.put_u32_le(self.thread_id);
        out.put_u32_le(self.exec_s);
        out.put_u8(self.db.len() as u8);
        out.put_u16_le(self.error_code);
        out.put_u16_le(self.status.len() as u16);
        out.put_slice(&self.status);
        out.put_slice(self.db.as_bytes());
        out.put_u8(0);
        out.put_slice(self.sql.as_bytes());
    }

    /// Decodes the body.
    pub(super) fn decode(body: &[u8]) -> Decoded<Query> {
        let (mut query, text) = Query::decode_head(body)?;
        query.set_text(text);
        Ok(query)
    }

    /// Decodes the body of a QUERY_COMPRESSED.
    pub(super) fn decode_compressed(body: &[u8]) -> Decoded<Query> {
        let (mut query, part) = Query::decode_head(body)?;
        query.set_text(&compressed::event_part(part)?);
        Ok(query)
    }

    /// Reads the text in the client's character set (R4).
    fn set_text(&mut self, text: &[u8]) {
        let client = self.status(CHARSET).map_or(UTF8MB4_GENERAL_CI, |mut ids| ids.get_u16_le());
        let read = Charset::of(client).and_then(|set| set.text(text));
        // A set that is not read here has ASCII in it, with few exceptions; a client cannot use those.
        let read = read.or_else(|| text.is_ascii().then(|| String::from_utf8_lossy(text).into_owned()));
        self.lossy = read.is_none();
        self.sql = read.unwrap_or_else(|| String::from_utf8_lossy(text).into_owned());
    }

    /// Decodes the body without its text, which is returned beside.
    fn decode_head(body: &[u8]) -> Decoded<(Query, &[u8])> {
        let mut input = body;
        let (thread_id, exec_s) = (input.try_get_u32_le()?, input.try_get_u32_le()?);
        let db_len = input.try_get_u8()?;
        let (error_code, status_len) = (input.try_get_u16_le()?, input.try_get_u16_le()?);
        let status = input.try_get_slice(status_len.into())?.to_vec();
        let mut entries = &status[..];
        while entry(&mut entries).map_err(|e| e.in_part("the status of a QUERY"))?.is_some() {}
        let db = input.try_get_text(db_len.into())?;
        end_of_name(&mut input)?;
        let query = Query { thread_id, exec_s, error_code, status, db, sql: String::new(), lossy: false };
        Ok((query, input))
    }
}

/// STRICT_TRANS_TABLES, NO_ENGINE_SUBSTITUTION: modes that have the same bits in MySQL 8 and MariaDB.
const STRICT_MODE: u64 = 1 << 21 | 1 << 30;
const UTF8MB4_GENERAL_CI: u16 = 45;

/// The next status entry; `None` at the end and at an unknown code (R1).
fn entry<'a>(input: &mut &'a [u8]) -> Decoded<Option<(u8, &'a [u8])>> {
    if input.is_empty() {
        return Ok(None);
    }
    let code = input.try_get_u8()?;
    let len = match code {
        FLAGS2 => 4,
        SQL_MODE | 9 | DDL_XID | 129 => 8,
        3 | 10 => 4,
        CHARSET => 6,
        TIME_ZONE | CATALOG => input.try_get_u8()?.into(),
        7 | 8 | 18 => 2,
        11 => names_len(input, 2)?,
        12 => databases_len(input)?,
        MICROSECONDS | MARIADB_MICROSECONDS => 3,
        16 | 19..=21 | 130 => 1,
        _ => return Ok(None),
    };
    Ok(Some((code, input.try_get_slice(len)?)))
}

/// Bytes of `count` names, each after its length in one byte.
fn names_len(input: &[u8], count: usize) -> Decoded<usize> {
    let mut rest = input;
    for _ in 0..count {
        let len = rest.try_get_u8()?.into();
        rest.try_get_slice(len)?;
    }
    Ok(input.len() - rest.len())
}

/// Bytes of a list of databases: its count, and names that end with a zero byte.
fn databases_len(input: &[u8]) -> Decoded<usize> {
    const TOO_MANY: u8 = 254;
    let mut rest = input;
    let count = rest.try_get_u8()?;
    for _ in 0..if count == TOO_MANY { 0 } else { count } {
        let len =
            rest.iter().position(|byte| *byte == 0).ok_or_else(|| Malformed::short(rest.len() + 1, rest.len()))?;
        rest = &rest[len + 1..];
    }
    Ok(input.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_round_trips_with_its_status() {
        let query = Query::new(4, "lab", "create table t (id int)").with_ddl_xid(77);
        let mut out = Vec::new();
        query.encode(&mut out);
        assert_eq!(Query::decode(&out).as_ref(), Ok(&query));
        assert_eq!((query.ddl_xid(), query.status(6)), (Some(77), Some(&b"std"[..])));
        assert_eq!(Query::new(4, "", "BEGIN").ddl_xid(), None);
        for len in 0..13 {
            assert!(Query::decode(&out[..len]).is_err());
        }
    }

    #[test]
    fn r2_a_statement_that_depends_on_the_time_has_zone_and_microseconds() {
        let query =
            Query::new(4, "lab", "alter table t add d datetime(6) default now(6)").with_time(987_654).with_ddl_xid(77);
        let mut input = &query.status[..];
        let codes: Vec<u8> =
            std::iter::from_fn(|| entry(&mut input).expect("it is whole")).map(|(code, _)| code).collect();
        assert_eq!(codes, [FLAGS2, SQL_MODE, CHARSET, CATALOG, TIME_ZONE, MARIADB_MICROSECONDS, DDL_XID]);
        assert_eq!(
            (query.micros(), query.ddl_xid(), query.status(TIME_ZONE)),
            (987_654, Some(77), Some(&b"+00:00"[..]))
        );
        assert_eq!(Query::new(4, "lab", "x").with_time(0).micros(), 0);
    }

    #[test]
    fn r4_a_text_is_read_in_the_clients_character_set() {
        let read = |client: u16, text: &[u8]| {
            let mut query = Query::new(1, "", "");
            let at = query.status.len() - 5 - 6;
            query.status[at..at + 2].copy_from_slice(&client.to_le_bytes());
            let mut out = Vec::new();
            query.encode(&mut out);
            out.extend(text);
            let query = Query::decode(&out).expect("it is well formed");
            (query.sql, query.lossy)
        };
        assert_eq!(read(8, b"a\xf1"), ("añ".into(), false), "latin1");
        assert_eq!(read(45, b"a\xf1"), ("a\u{fffd}".into(), true), "no UTF-8");
        assert_eq!(read(28, b"plain"), ("plain".into(), false), "gbk, but ASCII");
        assert!(read(28, b"\xb0\xa1").1, "gbk");
    }

    #[test]
    fn r1_an_unknown_code_ends_the_status_and_a_cut_value_is_refused() {
        let mut query = Query::new(1, "", "x");
        query.status = vec![200, 1, 2, 17, 0, 0, 0, 0, 0, 0, 0, 0];
        let mut out = Vec::new();
        query.encode(&mut out);
        assert_eq!(Query::decode(&out).map(|q| (q.ddl_xid(), q.settings().all_known)), Ok((None, false)));
        query.status = vec![200];
        assert!(!query.settings().all_known && Query::new(1, "", "x").settings().all_known);
        query.status = vec![17, 0];
        out.clear();
        query.encode(&mut out);
        let cut = Query::decode(&out).expect_err("the value has one byte of eight").to_string();
        assert_eq!(cut, "the status of a QUERY ends in the middle of a field (8 bytes needed, 1 left)");
    }
}
