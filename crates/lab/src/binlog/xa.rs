//! XA transactions in a log: their rows are logged when they are prepared, and count when they are committed.
//!
//! ```text
//! MySQL    GTID  XA START 'a'  rows  XA END 'a'  XA_PREPARE  …  GTID  XA COMMIT 'a'
//! MariaDB  GTID (flag 64)      rows  XA END 'a'  XA_PREPARE  …  GTID  XA COMMIT 'a'
//!                              └──── held ─────────────────────────── applied
//! ```
//!
//! RULES
//!
//! - **R1** The rows of a prepared transaction are held until its XA COMMIT and applied there, as one transaction. The
//!   transaction kept its locks on the source meanwhile, so nothing between them changed these rows.
//! - **R2** Only rows are held: a statement might see what was committed in between.
//! - **R3** The end of a transaction that was prepared before the range is an error, and so is a transaction that the range
//!   leaves prepared: a replay leaves none.

use innolab_binlog::{Entry, Event};
use std::collections::BTreeMap;

/// MariaDB's flag of a GTID whose XA transaction is prepared.
const PREPARED: u8 = 64;

/// What an event means for a replay.
pub(super) enum XaStep {
    /// It belongs to no XA transaction.
    Other,
    /// There is nothing to do for it.
    Held,
    /// An XA transaction is committed: its events.
    Commit(Vec<Entry>),
}

/// The XA transactions of a range.
#[derive(Default)]
pub(super) struct XaTransactions {
    /// The events of the transaction that is being read.
    open: Option<Vec<Entry>>,
    /// Its id, as XA END has it.
    id: String,
    prepared: BTreeMap<String, Vec<Entry>>,
}

impl XaTransactions {
    /// Takes the next event. ERRORS: R2, R3.
    pub(super) fn step(&mut self, entry: &Entry) -> Result<XaStep, String> {
        let Some(open) = &mut self.open else { return self.outside(entry) };
        match &entry.event {
            Event::XaPrepare { one_phase } => {
                let held = std::mem::take(open);
                self.open = None;
                if *one_phase {
                    return Ok(XaStep::Commit(held));
                }
                self.prepared.insert(std::mem::take(&mut self.id), held);
            }
            Event::Query(query) => match query.sql.strip_prefix("XA END ") {
                Some(id) => self.id = id.to_owned(),
                None if query.sql.starts_with("XA START ") => {}
                None => return Err(format!("`{}` within an XA transaction cannot be replayed", query.sql)),
            },
            _ => open.push(entry.clone()),
        }
        Ok(XaStep::Held)
    }

    /// Forgets the transaction that is being read: the log breaks off within it.
    pub(super) fn skip_open(&mut self) {
        self.open = None;
    }

    /// The ids of transactions that are prepared and not ended (R3).
    pub(super) fn not_ended(&self) -> Vec<&str> {
        self.prepared.keys().map(String::as_str).collect()
    }

    fn outside(&mut self, entry: &Entry) -> Result<XaStep, String> {
        let sql = match &entry.event {
            Event::MariadbGtid(gtid) if gtid.flags & PREPARED != 0 => {
                self.open = Some(Vec::new());
                return Ok(XaStep::Held);
            }
            Event::Query(query) => query.sql.as_str(),
            _ => return Ok(XaStep::Other),
        };
        let ended = sql.strip_prefix("XA COMMIT ").or_else(|| sql.strip_prefix("XA ROLLBACK "));
        if sql.starts_with("XA START ") {
            self.open = Some(Vec::new());
        } else if let Some(id) = ended {
            let Some(held) = self.prepared.remove(id) else {
                return Err(format!("`{sql}` cannot be replayed: its transaction was not prepared in the range"));
            };
            if sql.starts_with("XA COMMIT ") {
                return Ok(XaStep::Commit(held));
            }
        } else {
            return Ok(XaStep::Other);
        }
        Ok(XaStep::Held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_binlog::Reader;

    fn log() -> Vec<Entry> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../binlog/tests/logs/mysql-9.7/bin.000006");
        let bytes = std::fs::read(path).unwrap();
        Reader::over("x", bytes).unwrap().map(|entry| entry.unwrap()).collect()
    }

    /// Offsets of what is held and of what is committed, and the number of transactions that have not ended.
    type Steps = (Vec<u64>, Vec<(u64, Vec<u64>)>, usize);

    /// The steps of a range; or the error.
    fn steps(from: u64, to: u64) -> Result<Steps, String> {
        let (mut xa, mut held, mut committed) = (XaTransactions::default(), Vec::new(), Vec::new());
        for entry in log().iter().filter(|entry| (from..to).contains(&entry.offset)) {
            match xa.step(entry)? {
                XaStep::Other => {}
                XaStep::Held => held.push(entry.offset),
                XaStep::Commit(events) => {
                    committed.push((entry.offset, events.iter().map(|event| event.offset).collect()));
                }
            }
        }
        Ok((held, committed, xa.not_ended().len()))
    }

    #[test]
    fn r1_rows_of_a_mysql_are_held_until_the_commit() {
        // Committed; rolled back; committed in one phase. Each has its START, TABLE_MAP, rows, END, and PREPARE.
        let first = vec![708, 799, 959, 1001, 1090];
        let second = vec![1377, 1468, 1628, 1670, 1759, 1875];
        let third = vec![2048, 2139, 2299, 2341];
        let want = ([first, second, third].concat(), vec![(1206, vec![799, 959]), (2430, vec![2139, 2299])], 0);
        assert_eq!(steps(4, 2469), Ok(want));
    }

    #[test]
    fn r2_r3_statements_and_transactions_that_are_not_whole_are_refused() {
        let prepared = steps(629, 1129).map(|(_, committed, not_ended)| (committed.len(), not_ended));
        assert_eq!(prepared, Ok((0, 1)));
        let why = "`XA COMMIT X'616263',X'',1` cannot be replayed: its transaction was not prepared in the range";
        assert_eq!(steps(1129, 1298), Err(why.to_owned()));
        let mut xa = XaTransactions::default();
        let log = log();
        let at = |offset| log.iter().find(|entry| entry.offset == offset).unwrap();
        xa.step(at(708)).unwrap();
        let why = xa.step(at(4911)).err();
        assert!(why.is_some_and(|why| why.ends_with("within an XA transaction cannot be replayed")));
    }
}
