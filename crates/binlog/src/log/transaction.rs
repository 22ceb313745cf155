//! The events of one transaction, encoded by its session before it queues for the commit.
//!
//! ```text
//! (GTID, encoded at the flush) | QUERY BEGIN | statement | statement | … | XID     a transaction of rows or statements
//! (GTID)                       | QUERY "create table …" with its XID               a DDL statement
//!
//! statement   (INTVAR | USER_VAR)* QUERY "update …"                                            binlog_format = STATEMENT
//!             (ROWS_QUERY "update …")? | TABLE_MAP for each table | ROWS … with STATEMENT_END  binlog_format = ROW
//! ```
//!
//! RULES
//!
//! - **R1** Only the order of transactions is decided under a lock. Each session encodes its own events here; the flush
//!   adds offsets and checksums ([`seal`](crate::seal)).
//! - **R2** A rows event ends once its images have [`ROWS_EVENT_BYTES`], so a reader needs little memory whatever the
//!   statement's size.
//! - **R3** A rollback to a savepoint, or of a failed statement, truncates the buffer ([`Transaction::cut_back`]): the
//!   events were nowhere else yet.
//!
//! MySQL's counterpart: `binlog_cache_data`, `THD::binlog_write_table_map`. Left out: spilling a large transaction to
//! disk (`binlog_cache_size`), the separate cache for non-transactional tables.

use crate::event::{Change, Kind, Query, RowsBuilder, Stamp, StatementContext, TableMap, flags, frame};
use bytes::BufMut;
use innolab_base::Xid;
use std::sync::Arc;

/// Bytes of images after which the next row begins a new rows event (R2).
#[doc(alias = "binlog_row_event_max_size")]
pub const ROWS_EVENT_BYTES: usize = 8192;

/// The change of one row of one table.
#[derive(Debug, Clone, PartialEq)]
pub struct RowChange {
    /// The table.
    pub table: Arc<TableMap>,
    /// The change.
    pub change: Change,
}

/// A length to which a transaction can be cut back (R3); the default is its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark(usize);

/// A transaction that is being encoded; see the module.
#[derive(Debug)]
pub struct Transaction {
    xid: Xid,
    when_us: u64,
    stamp: Stamp,
    /// Microseconds beyond the stamp's second, if a statement depends on the current time.
    micros: Option<u32>,
    thread_id: u32,
    bytes: Vec<u8>,
    statements: bool,
    ddl: bool,
}

impl Transaction {
    /// An empty transaction of session `thread_id` that commits as `xid`, at `when_us` µs since 1970.
    ///
    /// REQUIRES: no other transaction of this log, and none in doubt, has the XID.
    pub fn new(server_id: u32, thread_id: u32, xid: Xid, when_us: u64) -> Transaction {
        let stamp = Stamp { timestamp: (when_us / 1_000_000) as u32, server_id };
        Transaction { xid, when_us, stamp, micros: None, thread_id, bytes: Vec::new(), statements: false, ddl: false }
    }

    /// The XID as which it commits.
    pub fn xid(&self) -> Xid {
        self.xid
    }

    /// Time of the commit, in µs since 1970.
    pub fn when_us(&self) -> u64 {
        self.when_us
    }

    /// Sets the time of the next statements' events to `began_us` µs since 1970. `matters`: the statements' effect
    /// depends on the current time, so the microseconds are logged too.
    pub fn set_time(&mut self, began_us: u64, matters: bool) {
        self.stamp.timestamp = (began_us / 1_000_000) as u32;
        self.micros = matters.then_some((began_us % 1_000_000) as u32);
    }

    /// True if it has no events: none were added, or all were cut back.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// True if it has statements, not only rows.
    pub fn has_statements(&self) -> bool {
        self.statements
    }

    /// The current length.
    pub fn mark(&self) -> Mark {
        Mark(self.bytes.len())
    }

    /// Removes the events that were added after `mark` (R3).
    pub fn cut_back(&mut self, mark: Mark) {
        assert!(mark.0 <= self.bytes.len(), "R3: the mark is of another transaction");
        self.bytes.truncate(mark.0);
    }

    /// Adds a statement (`binlog_format = STATEMENT`).
    pub fn statement(&mut self, db: &str, sql: &str) {
        let query = self.query(db, sql);
        self.put(Kind::QUERY, |out| query.encode(out));
        self.statements = true;
    }

    /// Adds a session value that the next statement uses.
    pub fn statement_context(&mut self, context: &StatementContext) {
        self.put(context.kind(), |out| context.encode(out));
    }

    /// Adds the text of the statement whose rows are added next.
    #[doc(alias = "binlog_rows_query_log_events")]
    pub fn rows_query(&mut self, sql: &str) {
        self.begin();
        frame(&mut self.bytes, self.stamp, Kind::ROWS_QUERY, flags::IGNORABLE, |out| {
            out.put_u8(sql.len() as u8);
            out.put_slice(sql.as_bytes());
        });
    }

    /// Adds the rows that one statement changed (`binlog_format = ROW`), in order. Without rows nothing is added.
    pub fn rows<'a>(&mut self, changes: impl IntoIterator<Item = &'a RowChange> + Clone) {
        let mut mapped: Vec<&Arc<TableMap>> = Vec::new();
        for RowChange { table, .. } in changes.clone() {
            if !mapped.iter().any(|map| map.id == table.id) {
                mapped.push(table);
                self.put(Kind::TABLE_MAP, |out| table.encode(out));
            }
        }
        let mut open: Option<RowsBuilder> = None;
        for RowChange { table, change } in changes {
            let fits = |rows: &RowsBuilder| rows.takes(table, change.action()) && rows.data_len() < ROWS_EVENT_BYTES;
            if !open.as_ref().is_some_and(fits) {
                let full = open.replace(RowsBuilder::new(table.clone(), change.action()));
                full.iter().for_each(|rows| self.put_rows(rows));
            }
            open.iter_mut().for_each(|rows| rows.push(change));
        }
        if let Some(mut last) = open {
            last.set_statement_end();
            self.put_rows(&last);
        }
    }

    fn query(&self, db: &str, sql: &str) -> Query {
        let query = Query::new(self.thread_id, db, sql);
        match self.micros {
            Some(micros) => query.with_time(micros),
            None => query,
        }
    }

    /// Makes a DDL statement the whole transaction. REQUIRES: it is empty.
    pub fn ddl(&mut self, db: &str, sql: &str) {
        assert!(self.is_empty(), "a DDL statement is a transaction of its own");
        (self.ddl, self.statements) = (true, true);
        let query = self.query(db, sql).with_ddl_xid(self.xid.0);
        self.put_framed(Kind::QUERY, |out| query.encode(out));
    }

    /// Appends the last event. Afterwards [`Transaction::bytes`] are all events but the GTID, framed and not yet
    /// sealed.
    pub(crate) fn finish(&mut self) {
        if !self.ddl {
            let xid = self.xid.0;
            self.put(Kind::XID, |out| out.put_u64_le(xid));
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Adds BEGIN before the first event.
    fn begin(&mut self) {
        assert!(!self.ddl, "a DDL statement is a transaction of its own");
        if self.is_empty() {
            let query = Query::new(self.thread_id, "", "BEGIN");
            self.put_framed(Kind::QUERY, |out| query.encode(out));
        }
    }

    fn put(&mut self, kind: Kind, body: impl FnOnce(&mut Vec<u8>)) {
        self.begin();
        self.put_framed(kind, body);
    }

    fn put_rows(&mut self, rows: &RowsBuilder) {
        self.put(rows.kind(), |out| rows.encode(out));
    }

    fn put_framed(&mut self, kind: Kind, body: impl FnOnce(&mut Vec<u8>)) {
        frame(&mut self.bytes, self.stamp, kind, 0, body);
    }
}
