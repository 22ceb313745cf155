//! DDL statements in the binary log: after any crash a statement is there if and only if the dictionary has decided it.
//!
//! ```text
//! announce: rows of the DDL log ─► the dictionary decides ─flush─► QUERY in the binary log ─► the rows are removed
//!                                                          ⚡ next open: decided, but not in the binary log? ─► logged now
//! ```
//!
//! RULES
//!
//! - **R1** The announcement precedes the decision in the redo log: recovery that finds the decision finds the
//!   announcement.
//! - **R2** The table becomes visible only after its statement is in the binary log: so no change of its rows precedes
//!   the statement in that log.
//! - **R3** An announcement that was not decided is dropped. It was decided if the dictionary knows the definition's
//!   number or, for a DROP, no longer knows it.
//!
//! FACT. The dictionary's decision cannot be taken back, so the log follows the engine here; for rows the engine
//! follows the log. The statement is acknowledged after both have it, and nothing that builds on the table comes
//! between (R2).
//!
//! MySQL's counterpart: `Q_DDL_LOGGED_WITH_XID` and the dictionary's transaction, which MySQL 8 prepares and commits
//! like any other.

use crate::codec::{Error, Result};
use crate::core::{Binlog, Engine};
use crate::dict::ANNOUNCED;
use innolab_base::Xid;
use innolab_base::codec::get_u64;
use innolab_binlog::{Event, Reader};

/// Bytes of the statement in each row.
const PIECE: usize = 240;
/// Bytes of an announcement's head: XID 8, definition number 8, known 1.
const HEAD: usize = 17;
/// Bytes of a head with the time at which the statement began, 8, if rows depend on it.
const TIMED_HEAD: usize = HEAD + 8;

/// A DDL statement for the binary log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DdlStatement<'a> {
    pub(crate) sql: &'a str,
    /// When it began, in µs since 1970, if rows depend on it.
    pub(crate) began_us: Option<u64>,
}

impl<'a> DdlStatement<'a> {
    /// A statement whose effect does not depend on when it runs.
    pub(crate) fn at_any_time(sql: &'a str) -> DdlStatement<'a> {
        DdlStatement { sql, began_us: None }
    }
}

/// An announced statement, which may have been decided and may be in the binary log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announced {
    xid: Xid,
    /// The number of a definition, and true if the dictionary knows it once the statement is decided.
    number: u64,
    known: bool,
    statement: String,
    /// When it began, in µs since 1970: the current time in the rows that it fills.
    began_us: Option<u64>,
}

impl Engine {
    /// Announces a statement before it is decided (R1). `None`: there is no binary log. REQUIRES: the mutex of DDL.
    pub(crate) fn announce(&self, number: u64, known: bool, statement: DdlStatement<'_>) -> Result<Option<Announced>> {
        if self.binlog_side().is_none() {
            return Ok(None);
        }
        let xid = self.fresh_xid()?;
        for (n, piece) in (1u64..).zip(statement.sql.as_bytes().chunks(PIECE)) {
            self.put_announced(n, piece)?;
        }
        let DdlStatement { sql, began_us } = statement;
        let began = began_us.map_or(vec![], |us| us.to_be_bytes().to_vec());
        let head = [&xid.0.to_be_bytes()[..], &number.to_be_bytes(), &[u8::from(known)], &began].concat();
        self.put_announced(0, &head)?;
        Ok(Some(Announced { xid, number, known, statement: sql.to_owned(), began_us }))
    }

    /// An id for a statement in the binary log, which no transaction has.
    fn fresh_xid(&self) -> Result<Xid> {
        let id = self.mvcc.begin();
        let reserved = self.sys.reserve_trx_id(id);
        self.mvcc.end(id);
        reserved.map(|()| Xid(id.0))
    }

    /// Logs a statement that changes no table, such as FLUSH TABLES: replicas repeat it.
    pub fn log_administration(&self, sql: &str) -> Result<()> {
        let Some(binlog) = self.binlog_side() else { return Ok(()) };
        binlog.log_query(self.fresh_xid()?, None, sql)
    }

    fn put_announced(&self, n: u64, bytes: &[u8]) -> Result<()> {
        self.sys.ddl.insert(&[Some(&ANNOUNCED.0.to_be_bytes()), Some(&n.to_be_bytes()), Some(bytes)])?;
        Ok(())
    }

    /// Removes an announcement, its head first: pieces without a head are no announcement.
    pub(crate) fn withdraw(&self, announced: &Announced) -> Result<()> {
        let pieces = announced.statement.len().div_ceil(PIECE) as u64;
        for n in 0..=pieces {
            self.sys.ddl.remove(&[Some(&ANNOUNCED.0.to_be_bytes()), Some(&n.to_be_bytes())])?;
        }
        Ok(())
    }

    /// Logs a decided statement. If the log fails the engine is poisoned, and the next open logs the statement.
    pub(crate) fn log_announced(&self, announced: Option<Announced>) {
        let (Some(announced), Some(binlog)) = (announced, self.binlog_side()) else { return };
        let logged = binlog.log_ddl(&announced);
        if let Err(e) = logged.and_then(|()| self.withdraw(&announced)) {
            self.poison(&e);
        }
    }

    /// Resolves the announcement that a crash left (R3). REQUIRES: transactions in doubt are resolved; no other
    /// transaction has begun.
    pub(crate) fn recover_announced(&self) -> Result<()> {
        let Some(announced) = self.announced()? else { return Ok(()) };
        let is_known = self.tables.read().iter().any(|table| table.number == announced.number);
        if let (true, Some(binlog)) = (is_known == announced.known, self.binlog_side())
            && !binlog.has_ddl(&*self.store.disk().clone(), announced.xid)?
        {
            binlog.log_ddl(&announced)?;
        }
        self.withdraw(&announced)
    }

    /// The announcement that a crash left. Removes pieces without a head.
    fn announced(&self) -> Result<Option<Announced>> {
        let mut pieces: Vec<(u64, Vec<u8>)> = Vec::new();
        let mut cursor = self.sys.ddl.cursor();
        let mut there = cursor.first()?;
        while there {
            let record = cursor.record();
            if record.field(0) == Some(&ANNOUNCED.0.to_be_bytes()) {
                let n = get_u64(record.field(1).unwrap_or_default(), 0);
                pieces.push((n, record.field(2).unwrap_or_default().to_vec()));
            }
            there = cursor.next()?;
        }
        drop(cursor);
        let text = |pieces: &[(u64, Vec<u8>)]| pieces.iter().flat_map(|(_, piece)| piece.clone()).collect::<Vec<u8>>();
        match pieces.split_first() {
            Some(((0, head), rest)) if matches!(head.len(), HEAD | TIMED_HEAD) => Ok(Some(Announced {
                xid: Xid(get_u64(head, 0)),
                number: get_u64(head, 8),
                known: head[16] == 1,
                statement: String::from_utf8_lossy(&text(rest)).into_owned(),
                began_us: (head.len() == TIMED_HEAD).then(|| get_u64(head, HEAD)),
            })),
            _ => {
                for (n, _) in &pieces {
                    self.sys.ddl.remove(&[Some(&ANNOUNCED.0.to_be_bytes()), Some(&n.to_be_bytes())])?;
                }
                Ok(None)
            }
        }
    }
}

impl Binlog {
    fn log_ddl(&self, announced: &Announced) -> Result<()> {
        self.log_query(announced.xid, announced.began_us, &announced.statement)
    }

    /// Logs a statement that is no part of a transaction.
    fn log_query(&self, xid: Xid, began_us: Option<u64>, sql: &str) -> Result<()> {
        let mut transaction = self.transaction(xid);
        began_us.into_iter().for_each(|began_us| transaction.set_time(began_us, true));
        transaction.ddl(&self.settings.database, sql);
        self.log.commit(transaction).map(drop).map_err(Error::Binlog)
    }

    /// True if the statement is in one of the log's files.
    fn has_ddl(&self, disk: &dyn innolab_disk::Disk, xid: Xid) -> Result<bool> {
        for name in self.log.files() {
            for entry in Reader::open(disk, &name)? {
                if matches!(entry?.event, Event::Query(query) if query.ddl_xid() == Some(xid.0)) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
