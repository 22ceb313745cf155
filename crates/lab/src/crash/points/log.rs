//! The transactions of a binary log, as far as a crash may not change them: without positions and times.

use crate::failure::Failure;
use innolab_binlog::{Event, EventPosition, Grammar, Reader, files};
use innolab_disk::Disk;

/// The base name of the log's files.
const BASE: &str = "binlog";

/// A log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Log {
    /// Number of transactions in files that were purged.
    pub(super) purged: u64,
    /// The others, each as text.
    pub(super) transactions: Vec<String>,
}

impl Log {
    /// Reads all files of the log on `disk`. ERRORS: a file is damaged.
    pub(super) fn read(disk: &dyn Disk) -> Result<Log, Failure> {
        let mut log = Log::default();
        for (n, name) in files(disk, BASE)?.into_iter().enumerate() {
            let (mut grammar, mut open) = (Grammar::new(), String::new());
            for entry in Reader::open(disk, &name)? {
                let entry = entry?;
                let position = grammar.step(&entry).map_err(|rule| format!("{name}: byte {}: {rule}", entry.offset))?;
                if let (Event::PreviousGtids(set), 0) = (&entry.event, n) {
                    let ends = set.iter().flat_map(|(_, intervals)| intervals).map(|(_, end)| end.saturating_sub(1));
                    log.purged = ends.max().unwrap_or(0);
                }
                if position != EventPosition::Outside {
                    open += &essence(&entry.event);
                }
                if matches!(position, EventPosition::Last | EventPosition::Only) {
                    log.transactions.push(std::mem::take(&mut open));
                }
            }
        }
        Ok(log)
    }

    /// Number of transactions that were ever in it.
    pub(super) fn count(&self) -> u64 {
        self.purged + self.transactions.len() as u64
    }

    /// The number of the first transaction, from 1 on, that is not that of `whole`; `None` if this log is a beginning of
    /// `whole`. What was purged is not compared.
    pub(super) fn leaves(&self, whole: &Log) -> Option<u64> {
        let own = (self.purged + 1..).zip(&self.transactions);
        let other = |(number, transaction): &(u64, &String)| {
            let at = number.checked_sub(whole.purged + 1);
            at.is_some_and(|at| whole.transactions.get(at as usize) != Some(transaction))
        };
        own.filter(other).map(|(number, _)| number).next()
    }
}

/// What an event changes; recovery may write it at another place and time.
fn essence(event: &Event) -> String {
    match event {
        Event::Query(query) => format!("{}: {}\n", query.db, query.sql),
        Event::Gtid(gtid) => format!("transaction {}\n", gtid.gno),
        Event::Rows(rows) => format!("{} {:?}\n", rows.table.table, rows.changes().collect::<Vec<_>>()),
        Event::StatementContext(context) => format!("{context:?}\n"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_of_a_log() {
        let log = |purged, names: &str| Log { purged, transactions: names.chars().map(String::from).collect() };
        let whole = log(0, "abcd");
        for (own, leaves) in [
            (log(0, ""), None),
            (log(0, "ab"), None),
            (log(0, "abcd"), None),
            (log(2, "c"), None),
            (log(0, "ac"), Some(2)),
            (log(0, "abcde"), Some(5)),
            (log(1, "c"), Some(2)),
        ] {
            assert_eq!(own.leaves(&whole), leaves, "{own:?}");
        }
        assert_eq!((log(0, "ab").leaves(&log(2, "cd")), log(2, "d").leaves(&log(2, "cd"))), (None, Some(3)));
        assert_eq!(log(2, "c").count(), 3);
    }
}
