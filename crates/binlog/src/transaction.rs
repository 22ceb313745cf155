//! What one transaction puts into the log, encoded by its own session before it queues for the commit.
//!
//! ```text
//! (GTID, made when the place is known) | QUERY BEGIN | statement | statement | … | XID             a transaction of rows or statements
//! (GTID)                               | QUERY "create table …" with its XID                       a DDL statement
//!
//! statement   (INTVAR | USER_VAR)* QUERY "update …"                                                                     binlog_format = STATEMENT
//!             (ROWS_QUERY "update …")? | TABLE_MAP for each table | ROWS … ROWS with STATEMENT_END  binlog_format = ROW
//! ```
//!
//! RULES
//!
//! - **R1** Only the order of the transactions is decided under a lock: the bytes are made here, and at the flush get
//!   their offsets and checksums ([`seal`](crate::seal)).
//! - **R2** A rows event ends once its images have [`ROWS_EVENT_BYTES`]: a reader needs little memory, whatever the
//!   statement's size.
//! - **R3** What a savepoint or a failed statement takes back is cut off by [`Transaction::cut_back`]: it was never
//!   anywhere else.
//!
//! MySQL's counterpart: `binlog_cache_data`, `THD::binlog_write_table_map`. Left out: spilling a large transaction to
//! disk (`binlog_cache_size`), the cache of its own for tables without transactions.

use crate::given::Given;
use crate::header::{Kind, Stamp, flags, frame};
use crate::query::Query;
use crate::rows::{Change, Rows, STATEMENT_END};
use crate::table::TableMap;
use crate::wire::put_int;
use innolab_base::Xid;
use std::sync::Arc;

/// Images of a rows event before the next one is begun, in bytes.
#[doc(alias = "binlog_row_event_max_size")]
pub const ROWS_EVENT_BYTES: usize = 8192;

/// What happened to one row of one table.
#[derive(Debug, Clone, PartialEq)]
pub struct RowChange {
    /// The table.
    pub table: Arc<TableMap>,
    /// What happened.
    pub change: Change,
}

/// A place in a transaction to which it can be cut back (R3); the default one is its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark(usize);

/// A transaction on its way into the log; see the module.
#[derive(Debug)]
pub struct Transaction {
    xid: Xid,
    when_us: u64,
    stamp: Stamp,
    /// What the stamp does not say of the time, in µs, if a statement depends on that.
    shown_micros: Option<u32>,
    thread_id: u32,
    bytes: Vec<u8>,
    statements: bool,
    ddl: bool,
}

impl Transaction {
    /// An empty transaction of session `thread_id` that commits as `xid`, at `when_us` µs since 1970.
    ///
    /// REQUIRES that no other transaction of this log or of a participant in doubt has the XID.
    pub fn new(server_id: u32, thread_id: u32, xid: Xid, when_us: u64) -> Transaction {
        let stamp = Stamp { timestamp: (when_us / 1_000_000) as u32, server_id };
        Transaction {
            xid,
            when_us,
            stamp,
            shown_micros: None,
            thread_id,
            bytes: Vec::new(),
            statements: false,
            ddl: false,
        }
    }

    /// The XID as which it commits.
    pub fn xid(&self) -> Xid {
        self.xid
    }

    /// When it commits, in µs since 1970.
    pub fn when_us(&self) -> u64 {
        self.when_us
    }

    /// The statements to come began at `began_us` µs since 1970: their events bear that; `shown`: what they do depends on it.
    pub fn set_time(&mut self, began_us: u64, shown: bool) {
        self.stamp.timestamp = (began_us / 1_000_000) as u32;
        self.shown_micros = shown.then_some((began_us % 1_000_000) as u32);
    }

    /// Whether nothing was put in (or all was cut back).
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether it has statements, not only rows.
    pub fn has_statements(&self) -> bool {
        self.statements
    }

    /// The place behind all that was put in so far.
    pub fn mark(&self) -> Mark {
        Mark(self.bytes.len())
    }

    /// Takes back what was put in after `mark` (R3).
    pub fn cut_back(&mut self, mark: Mark) {
        assert!(mark.0 <= self.bytes.len(), "R3: a mark of another transaction");
        self.bytes.truncate(mark.0);
    }

    /// Puts in a statement (`binlog_format = STATEMENT`).
    pub fn statement(&mut self, db: &str, sql: &str) {
        let query = self.query(db, sql);
        self.put(Kind::QUERY, |out| query.encode(out));
        self.statements = true;
    }

    /// Puts in what the next statement's text does not say.
    pub fn given(&mut self, given: &Given) {
        self.put(given.kind(), |out| given.encode(out));
    }

    /// Puts in the text of the statement whose rows come next.
    #[doc(alias = "binlog_rows_query_log_events")]
    pub fn rows_query(&mut self, sql: &str) {
        self.open();
        frame(&mut self.bytes, self.stamp, Kind::ROWS_QUERY, flags::IGNORABLE, |out| {
            out.push(sql.len() as u8);
            out.extend_from_slice(sql.as_bytes());
        });
    }

    /// Puts in the rows that one statement changed (`binlog_format = ROW`), in their order. Without rows nothing is put in.
    pub fn rows<'a>(&mut self, changes: impl IntoIterator<Item = &'a RowChange> + Clone) {
        let mut mapped: Vec<&Arc<TableMap>> = Vec::new();
        for RowChange { table, .. } in changes.clone() {
            if !mapped.iter().any(|map| map.id == table.id) {
                mapped.push(table);
                self.put(Kind::TABLE_MAP, |out| table.encode(out));
            }
        }
        let mut open: Option<Rows> = None;
        for RowChange { table, change } in changes {
            let fits = |rows: &Rows| {
                rows.table.id == table.id && rows.action == change.action() && rows.data_len() < ROWS_EVENT_BYTES
            };
            if !open.as_ref().is_some_and(fits) {
                let done = open.replace(Rows::new(table.clone(), change.action()));
                done.iter().for_each(|rows| self.put_rows(rows));
            }
            open.iter_mut().for_each(|rows| rows.push(change));
        }
        if let Some(mut last) = open {
            last.flags |= STATEMENT_END;
            self.put_rows(&last);
        }
    }

    fn query(&self, db: &str, sql: &str) -> Query {
        let query = Query::new(self.thread_id, db, sql);
        match self.shown_micros {
            Some(micros) => query.with_time(micros),
            None => query,
        }
    }

    /// Makes the whole transaction one DDL statement. REQUIRES that it is empty.
    pub fn ddl(&mut self, db: &str, sql: &str) {
        assert!(self.is_empty(), "a DDL statement is a transaction of its own");
        (self.ddl, self.statements) = (true, true);
        let query = self.query(db, sql).with_ddl_xid(self.xid.0);
        self.put_framed(Kind::QUERY, |out| query.encode(out));
    }

    /// The events, framed, without the GTID: all that [`crate::Coordinator`] writes for it.
    pub(crate) fn finish(&mut self) {
        if !self.ddl {
            let xid = self.xid.0;
            self.put(Kind::XID, |out| put_int(out, xid, 8));
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// BEGIN, before the first event.
    fn open(&mut self) {
        assert!(!self.ddl, "a DDL statement is a transaction of its own");
        if self.is_empty() {
            let query = Query::new(self.thread_id, "", "BEGIN");
            self.put_framed(Kind::QUERY, |out| query.encode(out));
        }
    }

    fn put(&mut self, kind: Kind, body: impl FnOnce(&mut Vec<u8>)) {
        self.open();
        self.put_framed(kind, body);
    }

    fn put_rows(&mut self, rows: &Rows) {
        self.put(rows.action.kind(), |out| rows.encode(out));
    }

    fn put_framed(&mut self, kind: Kind, body: impl FnOnce(&mut Vec<u8>)) {
        frame(&mut self.bytes, self.stamp, kind, 0, body);
    }
}
