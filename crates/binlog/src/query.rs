//! QUERY: a statement as text, with what it needs to mean the same elsewhere.
//!
//! ```text
//! post-header  thread id 4 | seconds it took 4 | length of db 1 | error code 2 | length of status 2
//! body         status: (code 1, value)* | db | 0 | statement
//! status       0 flags2 4 · 1 sql_mode 8 · 3 auto_increment 2+2 · 4 character set and collations 2+2+2 · 5 time zone, len 1
//!              · 6 catalog, len 1 · 7 lc_time_names 2 · 8 charset of the database 2 · 9 tables to update 8 · 13 µs of the time 3
//!              · 17 XID of a DDL statement 8 · 128 µs of the time 3, MariaDB's
//! ```
//!
//! RULES
//!
//! - **R1** A reader stops at the first status entry whose code it does not know: the length of its value is unknown
//!   too. So those that fewer readers know come last.
//! - **R2** A statement that shows the current time says its time zone, and the microseconds that the event's own time
//!   lacks. MySQL has 13 for these, MariaDB 128, and neither knows the other's. Here it is 128: with it
//!   `mariadb-binlog` gives the same rows; MySQL's tools stop there and take whole seconds.
//! - **R3** A DDL statement is a transaction of its own: no BEGIN, no XID event; its XID is status entry 17.
//!
//! MySQL's counterpart: `Query_log_event`.

use crate::error::Parsed;
use crate::wire::{Input, le, put_int};

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

/// A statement. Its text is taken for UTF-8; bytes that are not are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "Query_log_event")]
pub struct Query {
    /// The session, as its server numbers it.
    pub thread_id: u32,
    /// How long it ran, in seconds.
    pub exec_s: u32,
    /// The error with which it ended at its source, or 0.
    pub error_code: u16,
    /// The status entries, as they are stored.
    status: Vec<u8>,
    /// The current database.
    pub db: String,
    /// The statement.
    pub sql: String,
}

impl Query {
    /// A statement in UTF-8 under the default SQL mode of MySQL 8, by session `thread_id`.
    pub fn new(thread_id: u32, db: &str, sql: &str) -> Query {
        let mut status = Vec::new();
        status.push(FLAGS2);
        put_int(&mut status, 0, 4);
        status.push(SQL_MODE);
        put_int(&mut status, STRICT_MODE, 8);
        status.push(CHARSET);
        (0..3).for_each(|_| put_int(&mut status, UTF8MB4_GENERAL_CI, 2));
        status.extend_from_slice(b"\x06\x03std");
        Query { thread_id, exec_s: 0, error_code: 0, status, db: db.into(), sql: sql.into() }
    }

    /// The same statement as a DDL statement that commits as `xid` (R3).
    pub fn with_ddl_xid(mut self, xid: u64) -> Query {
        self.status.push(DDL_XID);
        put_int(&mut self.status, xid, 8);
        self
    }

    /// The XID as which a DDL statement commits (R3).
    pub fn ddl_xid(&self) -> Option<u64> {
        self.status(DDL_XID).map(le)
    }

    /// The same statement as one that shows the current time, which is UTC, so many microseconds after the event's
    /// second (R2). REQUIRES that it has no XID yet (R1).
    pub fn with_time(mut self, micros: u32) -> Query {
        assert!(self.ddl_xid().is_none(), "R1: few readers know the XID");
        self.status.push(TIME_ZONE);
        self.status.extend_from_slice(b"\x06+00:00");
        if micros > 0 {
            self.status.push(MARIADB_MICROSECONDS);
            put_int(&mut self.status, micros.into(), 3);
        }
        self
    }

    /// The microseconds that the event's own time lacks, if they matter (R2).
    pub fn micros(&self) -> u32 {
        let said = self.status(MICROSECONDS).or_else(|| self.status(MARIADB_MICROSECONDS));
        said.map_or(0, |bytes| le(bytes) as u32)
    }

    /// The value of a status entry, as it is stored; a text without its length.
    pub fn status(&self, code: u8) -> Option<&[u8]> {
        let mut input = Input::new(&self.status);
        while let Ok(Some((found, value))) = entry(&mut input) {
            if found == code {
                return Some(value);
            }
        }
        None
    }

    /// Appends the event's body.
    pub fn encode(&self, out: &mut Vec<u8>) {
        assert!(self.db.len() <= 255, "the name of a database has at most 255 bytes");
        put_int(out, self.thread_id.into(), 4);
        put_int(out, self.exec_s.into(), 4);
        out.push(self.db.len() as u8);
        put_int(out, self.error_code.into(), 2);
        put_int(out, self.status.len() as u64, 2);
        out.extend_from_slice(&self.status);
        out.extend_from_slice(self.db.as_bytes());
        out.push(0);
        out.extend_from_slice(self.sql.as_bytes());
    }

    /// Takes the body apart.
    pub(crate) fn decode(body: &[u8]) -> Parsed<Query> {
        let mut input = Input::new(body);
        let (thread_id, exec_s) = (input.u32()?, input.u32()?);
        let (db_len, error_code, status_len) = (input.u8()?, input.u16()?, input.u16()?);
        let status = input.take(status_len.into())?.to_vec();
        let mut entries = Input::new(&status);
        while entry(&mut entries)?.is_some() {}
        let db = input.text(db_len.into())?;
        if input.u8()? != 0 {
            return Err("a name does not end with a zero byte");
        }
        let sql = String::from_utf8_lossy(input.rest()).into_owned();
        Ok(Query { thread_id, exec_s, error_code, status, db, sql })
    }
}

/// STRICT_TRANS_TABLES, NO_ENGINE_SUBSTITUTION: what MySQL 8 and MariaDB both know by these bits.
const STRICT_MODE: u64 = 1 << 21 | 1 << 30;
const UTF8MB4_GENERAL_CI: u64 = 45;

/// The next status entry; `None` at the end and at a code that is not known (R1).
fn entry<'a>(input: &mut Input<'a>) -> Parsed<Option<(u8, &'a [u8])>> {
    if input.is_empty() {
        return Ok(None);
    }
    let code = input.u8()?;
    let len = match code {
        FLAGS2 => 4,
        SQL_MODE | 9 | DDL_XID => 8,
        3 | 10 => 4,
        CHARSET => 6,
        TIME_ZONE | CATALOG => input.u8()?.into(),
        7 | 8 => 2,
        MICROSECONDS | MARIADB_MICROSECONDS => 3,
        16 => 1,
        _ => return Ok(None),
    };
    Ok(Some((code, input.take(len)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_comes_back_with_its_status() {
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
    fn r2_the_time_is_told() {
        let query =
            Query::new(4, "lab", "alter table t add d datetime(6) default now(6)").with_time(987_654).with_ddl_xid(77);
        let mut input = Input::new(&query.status);
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
    fn r1_an_unknown_code_ends_the_reading_and_a_cut_value_is_wrong() {
        let mut query = Query::new(1, "", "x");
        query.status = vec![200, 1, 2, 17, 0, 0, 0, 0, 0, 0, 0, 0];
        let mut out = Vec::new();
        query.encode(&mut out);
        assert_eq!(Query::decode(&out).map(|q| q.ddl_xid()), Ok(None));
        query.status = vec![17, 0];
        out.clear();
        query.encode(&mut out);
        assert!(Query::decode(&out).is_err());
    }
}
