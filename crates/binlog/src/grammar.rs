//! How events stand in a file: where a transaction begins and ends, and what is no transaction's.
//!
//! ```text
//! file         FORMAT_DESCRIPTION (PREVIOUS_GTIDS | GTID_LIST | BINLOG_CHECKPOINT | transaction)* (ROTATE | STOP)?
//! transaction  (GTID | ANONYMOUS_GTID)? BEGIN event* (XID | COMMIT | ROLLBACK)
//!              (GTID | ANONYMOUS_GTID)? (INTVAR | USER_VAR | …)* statement                       DDL: the statement is all of it
//!              MARIADB_GTID event* (XID | COMMIT | ROLLBACK)                          MariaDB has no BEGIN
//!              MARIADB_GTID, standalone (INTVAR | USER_VAR | …)* statement
//! ```
//!
//! RULES
//!
//! - **R1** Rows stand inside a transaction, and their statement ends before it does: its last rows event says so.
//! - **R2** Nothing follows ROTATE or STOP.
//!
//! Whoever walks a log and must know where a transaction is whole asks here: [`crate::verify`], [`crate::recover`], a
//! replay. Left out: XA transactions, whose prepare is a transaction of its own.

use crate::error::Parsed;
use crate::event::{Entry, Event};
use crate::rows::STATEMENT_END;

/// Where an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It belongs to the file, to no transaction.
    Between,
    /// It is the first of a transaction.
    Begins,
    /// It is neither the first nor the last of its transaction.
    Inside,
    /// It is the last of its transaction.
    Ends,
    /// It is a whole transaction.
    Alone,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Between,
    /// A transaction has begun; a statement other than BEGIN is all of it.
    Opened,
    Inside,
    /// The file has ended.
    Over,
}

/// Walks the events of one file in their order.
#[derive(Debug, Default)]
pub struct Grammar {
    state: State,
    /// Rows of a statement have come, its last ones have not.
    in_statement: bool,
}

impl Grammar {
    /// At the start of a file.
    pub fn new() -> Grammar {
        Grammar::default()
    }

    /// Whether the events so far end in the middle of a transaction.
    pub fn inside(&self) -> bool {
        matches!(self.state, State::Opened | State::Inside)
    }

    /// The next event. ERRORS: the rule that it breaks.
    pub fn step(&mut self, entry: &Entry) -> Parsed<Place> {
        use State::{Between, Inside, Opened, Over};
        let (next, place) = match (&entry.event, self.state) {
            (_, Over) => return Err("an event follows the file's last one"),
            (Event::FormatDescription(_) | Event::PreviousGtids(_), Between)
            | (Event::GtidList(_) | Event::BinlogCheckpoint(_), Between) => (Between, Place::Between),
            (Event::Rotate { .. } | Event::Stop, Between) => (Over, Place::Between),
            (Event::Gtid(_) | Event::AnonymousGtid(_), Between) => (Opened, Place::Begins),
            (Event::MariadbGtid(gtid), Between) => (if gtid.standalone() { Opened } else { Inside }, Place::Begins),
            (Event::Query(query), Between) => match query.sql.as_str() {
                "BEGIN" => (Inside, Place::Begins),
                "COMMIT" | "ROLLBACK" => return Err("a transaction ends that has not begun"),
                _ => (Between, Place::Alone),
            },
            (Event::Query(query), Opened) if query.sql == "BEGIN" => (Inside, Place::Inside),
            (Event::Query(_), Opened) => (Between, Place::Ends),
            (Event::Query(query), Inside) => match query.sql.as_str() {
                "BEGIN" => return Err("a transaction begins inside another"),
                "COMMIT" | "ROLLBACK" => (Between, Place::Ends),
                _ => (Inside, Place::Inside),
            },
            (Event::Xid(_), Inside) => (Between, Place::Ends),
            (Event::Xid(_), _) => return Err("a transaction ends that has not begun"),
            (Event::TableMap(_) | Event::RowsQuery(_), Inside) => (Inside, Place::Inside),
            (Event::Rows(rows), Inside) => {
                self.in_statement = rows.flags & STATEMENT_END == 0;
                (Inside, Place::Inside)
            }
            (Event::TableMap(_) | Event::RowsQuery(_) | Event::Rows(_), _) => {
                return Err("rows stand outside of a transaction");
            }
            // A value for the statement that follows.
            (Event::Given(_), Between) => (Opened, Place::Begins),
            // What is not known here may stand anywhere.
            (Event::Other(_), Between) => (Between, Place::Between),
            (Event::Given(_) | Event::Other(_), state) => (state, Place::Inside),
            (_, Opened | Inside) => {
                return Err("an event that begins a transaction or ends the file stands inside a transaction");
            }
        };
        if place == Place::Ends && std::mem::take(&mut self.in_statement) {
            return Err("a transaction ends before the last rows of its statement");
        }
        self.state = next;
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given::Given;
    use crate::gtid::{Gtid, MariadbGtid};
    use crate::header::{Header, Kind};
    use crate::query::Query;
    use innolab_base::Xid;

    fn walk(events: &[Event]) -> Parsed<Vec<Place>> {
        let header = Header { timestamp: 0, kind: Kind(0), server_id: 1, len: 19, next: 0, flags: 0 };
        let mut grammar = Grammar::new();
        events.iter().map(|event| grammar.step(&Entry { offset: 4, header, event: event.clone() })).collect()
    }

    fn gtid() -> Event {
        let none = Gtid {
            statements: false,
            sid: [0; 16],
            gno: 0,
            last_committed: 0,
            sequence_number: 1,
            commit_us: 0,
            transaction_len: 0,
            server_version: 0,
        };
        Event::AnonymousGtid(none)
    }

    fn mariadb(flags: u8) -> Event {
        Event::MariadbGtid(MariadbGtid { seq: 1, domain: 0, flags, commit_id: None })
    }

    fn sql(text: &str) -> Event {
        Event::Query(Query::new(1, "", text))
    }

    #[test]
    fn every_sort_of_transaction() {
        use Place::{Alone, Begins, Between, Ends, Inside};
        let xid = || Event::Xid(Xid(1));
        let insert_id = || Event::Given(Given::InsertId(1));
        assert_eq!(walk(&[gtid(), sql("BEGIN"), sql("delete"), xid()]), Ok(vec![Begins, Inside, Inside, Ends]));
        assert_eq!(walk(&[gtid(), sql("create"), Event::Stop]), Ok(vec![Begins, Ends, Between]));
        assert_eq!(walk(&[sql("BEGIN"), sql("delete"), sql("COMMIT")]), Ok(vec![Begins, Inside, Ends]));
        assert_eq!(walk(&[sql("create")]), Ok(vec![Alone]));
        assert_eq!(walk(&[mariadb(0), insert_id(), sql("x"), xid()]), Ok(vec![Begins, Inside, Inside, Ends]));
        assert_eq!(walk(&[mariadb(1), sql("drop")]), Ok(vec![Begins, Ends]));
        assert_eq!(walk(&[insert_id(), sql("insert")]), Ok(vec![Begins, Ends]));
    }

    #[test]
    fn what_stands_wrongly_has_a_name() {
        let xid = || Event::Xid(Xid(1));
        let wrong = |events: &[Event]| walk(events).expect_err("it stands wrongly");
        assert_eq!(wrong(&[xid()]), "a transaction ends that has not begun");
        assert_eq!(wrong(&[gtid(), xid()]), "a transaction ends that has not begun");
        assert_eq!(wrong(&[sql("COMMIT")]), "a transaction ends that has not begun");
        assert_eq!(wrong(&[gtid(), sql("BEGIN"), sql("BEGIN")]), "a transaction begins inside another");
        assert_eq!(
            wrong(&[gtid(), gtid()]),
            "an event that begins a transaction or ends the file stands inside a transaction"
        );
        assert_eq!(
            wrong(&[gtid(), sql("BEGIN"), Event::Stop]),
            "an event that begins a transaction or ends the file stands inside a transaction"
        );
        assert_eq!(wrong(&[Event::Stop, gtid()]), "an event follows the file's last one");
        assert_eq!(wrong(&[gtid(), Event::RowsQuery("x".into())]), "rows stand outside of a transaction");
    }
}
