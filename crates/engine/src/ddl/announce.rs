//! DDL statements in the log: each is there if and only if the dictionary says so, after any crash.
//!
//! ```text
//! announce: rows of the DDL log ─► the dictionary decides ─flush─► QUERY in the log ─► the rows go
//!                                                          ⚡ opening: decided, and not in the log? ─► it is logged now
//! ```
//!
//! RULES
//!
//! - **R1** The announcement is in the redo log before the decision: whoever finds the decision finds it.
//! - **R2** The table is shown to nobody before its statement is in the log: no row of it stands in the log before it.
//! - **R3** An announcement that was not decided is forgotten. It was decided if the dictionary knows the definition's
//!   number, or, of a DROP, does not know it any more.
//!
//! FACT: what the engine has decided cannot be taken back, so here the log follows the engine; for rows it is the other
//! way round. Nobody was told before both had it, and nothing that builds on the table can come between (R2).
//!
//! MySQL's counterpart: `Q_DDL_LOGGED_WITH_XID` and the dictionary's transaction, which MySQL 8 prepares and commits
//! like any other.

use crate::codec::{Error, Result};
use crate::core::{Binlog, Engine};
use crate::dict::ANNOUNCED;
use innolab_base::Xid;
use innolab_base::codec::get_u64;
use innolab_binlog::{Event, Reader};

/// Bytes of the statement in a row.
const PIECE: usize = 240;
/// Bytes of an announcement's head: XID 8, number 8, known 1.
const HEAD: usize = 17;
/// The same, and when it began, 8, if rows depend on that.
const TIMED_HEAD: usize = HEAD + 8;

/// What the log is told of a statement of DDL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DdlStatement<'a> {
    pub(crate) sql: &'a str,
    /// When it began, in µs since 1970, if rows depend on that.
    pub(crate) began_us: Option<u64>,
}

impl<'a> DdlStatement<'a> {
    /// One that means the same at any time.
    pub(crate) fn at_any_time(sql: &'a str) -> DdlStatement<'a> {
        DdlStatement { sql, began_us: None }
    }
}

/// A statement that may have been decided and may be in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Announced {
    xid: Xid,
    /// A definition, by number, and whether the dictionary has it once the statement is decided.
    number: u64,
    known: bool,
    statement: String,
    /// When it began, in µs since 1970: rows that it gave the current time have this one.
    began_us: Option<u64>,
}

impl Engine {
    /// Announces a statement that is about to be decided (R1); `None` without a log. REQUIRES: the lock of DDL.
    pub(crate) fn announce(&self, number: u64, known: bool, statement: DdlStatement<'_>) -> Result<Option<Announced>> {
        if self.binlog_side().is_none() {
            return Ok(None);
        }
        let id = self.mvcc.begin();
        let reserved = self.sys.reserve_trx_id(id);
        self.mvcc.end(id);
        reserved?;
        for (n, piece) in (1u64..).zip(statement.sql.as_bytes().chunks(PIECE)) {
            self.put_announced(n, piece)?;
        }
        let xid = Xid(id.0);
        let DdlStatement { sql, began_us } = statement;
        let began = began_us.map_or(vec![], |us| us.to_be_bytes().to_vec());
        let head = [&xid.0.to_be_bytes()[..], &number.to_be_bytes(), &[u8::from(known)], &began].concat();
        self.put_announced(0, &head)?;
        Ok(Some(Announced { xid, number, known, statement: sql.to_owned(), began_us }))
    }

    fn put_announced(&self, n: u64, bytes: &[u8]) -> Result<()> {
        self.sys.ddl.insert(&[Some(&ANNOUNCED.0.to_be_bytes()), Some(&n.to_be_bytes()), Some(bytes)])?;
        Ok(())
    }

    /// Takes an announcement back, its head first: what is left of it after a crash is none.
    pub(crate) fn withdraw(&self, announced: &Announced) -> Result<()> {
        let pieces = announced.statement.len().div_ceil(PIECE) as u64;
        for n in 0..=pieces {
            self.sys.ddl.remove(&[Some(&ANNOUNCED.0.to_be_bytes()), Some(&n.to_be_bytes())])?;
        }
        Ok(())
    }

    /// Logs what was decided. It is durable whatever happens here: if the log fails, nothing else goes on, and the next
    /// opening logs it.
    pub(crate) fn log_announced(&self, announced: Option<Announced>) {
        let (Some(announced), Some(binlog)) = (announced, self.binlog_side()) else { return };
        let logged = binlog.log_ddl(&announced);
        if let Err(e) = logged.and_then(|()| self.withdraw(&announced)) {
            self.break_down(&e);
        }
    }

    /// At opening, once rows are settled (R3). REQUIRES: nobody else works yet.
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

    /// The announcement that a crash has left; pieces without a head go.
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
        let mut transaction = self.transaction(announced.xid);
        announced.began_us.into_iter().for_each(|began_us| transaction.set_time(began_us, true));
        transaction.ddl(&self.settings.database, &announced.statement);
        self.log.commit(transaction).map(drop).map_err(Error::Binlog)
    }

    /// Whether the statement is in one of the files.
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
