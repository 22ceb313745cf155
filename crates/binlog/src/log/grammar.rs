//! The order of events in a file: where a transaction begins and ends, and which events belong to none.
//!
//! ```text
//! file         FORMAT_DESCRIPTION (PREVIOUS_GTIDS | GTID_LIST | BINLOG_CHECKPOINT | transaction)* (ROTATE | STOP)?
//! transaction  (GTID | ANONYMOUS_GTID)? BEGIN event* (XID | COMMIT | ROLLBACK)
//!              (GTID | ANONYMOUS_GTID)? XA START event* XA_PREPARE    XA COMMIT or XA ROLLBACK is a statement of its own
//!              (GTID | ANONYMOUS_GTID)? (INTVAR | USER_VAR | …)* statement           DDL: the statement is all of it
//!              MARIADB_GTID event* (XID | COMMIT | ROLLBACK)              MariaDB has no BEGIN
//!              MARIADB_GTID, standalone (INTVAR | USER_VAR | …)* statement
//! ```
//!
//! RULES
//!
//! - **R1** Rows stand inside a transaction. Their statement ends before the transaction does: its last rows event has
//!   [`STATEMENT_END`](crate::STATEMENT_END).
//! - **R2** Nothing follows ROTATE or STOP.
//! - **R3** In a relay log, the FORMAT_DESCRIPTIONs, ROTATEs and STOPs of source and replica may stand anywhere: a source
//!   tells its replica where it reads, and a replica may begin a file within a transaction.
//!
//! Used by everything that walks a log and must know where a transaction is whole: [`crate::verify`],
//! [`crate::recover`], a replay. MySQL's counterpart: `Transaction_boundary_parser`.

use crate::error::{Decoded, Malformed};
use crate::event::{Entry, Event, OpaqueRows, Rows, STATEMENT_END, flags};

/// Where an event stands in its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventPosition {
    /// In no transaction: it belongs to the file.
    Outside,
    /// First of a transaction.
    First,
    /// Neither first nor last.
    Inside,
    /// Last of a transaction.
    Last,
    /// The whole transaction.
    Only,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Outside,
    /// A transaction has begun; unless BEGIN follows, the next statement is all of it.
    Opened,
    Inside,
    /// ROTATE or STOP has ended the file (R2).
    Over,
}

/// Checks the order of the events of one file.
#[derive(Debug, Default)]
pub struct Grammar {
    state: State,
    /// True between the first and the last rows event of a statement (R1).
    in_statement: bool,
    relay: bool,
}

impl Grammar {
    /// The grammar at the start of a file.
    pub fn new() -> Grammar {
        Grammar::default()
    }

    /// True if the events so far end in the middle of a transaction.
    pub fn in_transaction(&self) -> bool {
        matches!(self.state, State::Opened | State::Inside)
    }

    /// Returns the position of the next event. ERRORS: the rule that it breaks.
    pub fn step(&mut self, entry: &Entry) -> Decoded<EventPosition> {
        let relay = flags::RELAY_LOG;
        self.relay |= matches!(entry.event, Event::FormatDescription(_)) && entry.header.flags & relay != 0;
        let of_file = matches!(entry.event, Event::FormatDescription(_) | Event::Rotate { .. } | Event::Stop);
        if self.relay && of_file {
            return Ok(EventPosition::Outside); // R3
        }
        self.next(&entry.event).map_err(Malformed::Rule)
    }

    /// True if the file is a relay log (R3).
    pub fn is_relay_log(&self) -> bool {
        self.relay
    }

    fn next(&mut self, event: &Event) -> Result<EventPosition, &'static str> {
        use State::{Inside, Opened, Outside, Over};
        let (next, position) = match (event, self.state) {
            (_, Over) => return Err("an event follows the file's last one"),
            (Event::FormatDescription(_) | Event::PreviousGtids(_), Outside)
            | (Event::GtidList(_) | Event::BinlogCheckpoint(_), Outside) => (Outside, EventPosition::Outside),
            (Event::Rotate { .. } | Event::Stop, Outside) => (Over, EventPosition::Outside),
            (Event::Gtid(_) | Event::AnonymousGtid(_), Outside) => (Opened, EventPosition::First),
            (Event::MariadbGtid(gtid), Outside) => {
                (if gtid.standalone() { Opened } else { Inside }, EventPosition::First)
            }
            (Event::Query(query), Outside) => match query.sql.as_str() {
                "BEGIN" => (Inside, EventPosition::First),
                sql if sql.starts_with("XA START ") => (Inside, EventPosition::First),
                "COMMIT" | "ROLLBACK" => return Err("a transaction ends that has not begun"),
                _ => (Outside, EventPosition::Only),
            },
            (Event::Query(query), Opened) if query.sql == "BEGIN" || query.sql.starts_with("XA START ") => {
                (Inside, EventPosition::Inside)
            }
            (Event::Query(_), Opened) => (Outside, EventPosition::Last),
            (Event::Query(query), Inside) => match query.sql.as_str() {
                "BEGIN" => return Err("a transaction begins inside another"),
                "COMMIT" | "ROLLBACK" => (Outside, EventPosition::Last),
                _ => (Inside, EventPosition::Inside),
            },
            (Event::Xid(_) | Event::XaPrepare { .. }, Inside) => (Outside, EventPosition::Last),
            (Event::Xid(_) | Event::XaPrepare { .. }, _) => return Err("a transaction ends that has not begun"),
            (Event::TableMap(_) | Event::RowsQuery(_), Inside) => (Inside, EventPosition::Inside),
            (Event::Rows(Rows { flags, .. }) | Event::OpaqueRows(OpaqueRows { flags, .. }), Inside) => {
                self.in_statement = flags & STATEMENT_END == 0;
                (Inside, EventPosition::Inside)
            }
            (Event::TableMap(_) | Event::RowsQuery(_) | Event::Rows(_) | Event::OpaqueRows(_), _) => {
                return Err("rows stand outside of a transaction");
            }
            // A session value of the next statement.
            (Event::StatementContext(_), Outside) => (Opened, EventPosition::First),
            // An unknown event may stand anywhere, and a payload before the events that it contains.
            (Event::Other(_) | Event::Payload(_), Outside) => (Outside, EventPosition::Outside),
            (Event::StatementContext(_) | Event::Other(_) | Event::Payload(_), state) => (state, EventPosition::Inside),
            (_, Opened | Inside) => {
                return Err("an event that begins a transaction or ends the file stands inside a transaction");
            }
        };
        if position == EventPosition::Last && std::mem::take(&mut self.in_statement) {
            return Err("a transaction ends before the last rows of its statement");
        }
        self.state = next;
        Ok(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Gtid, Header, Kind, MariadbGtid, Query, StatementContext};
    use innolab_base::Xid;

    fn walk(events: &[Event]) -> Decoded<Vec<EventPosition>> {
        let header = Header { timestamp: 0, kind: Kind(0), server_id: 1, len: 19, next: 0, flags: 0 };
        let mut grammar = Grammar::new();
        events.iter().map(|event| grammar.step(&Entry { offset: 4, end: 23, header, event: event.clone() })).collect()
    }

    fn gtid() -> Event {
        Event::AnonymousGtid(Gtid { sequence_number: 1, ..Gtid::default() })
    }

    fn mariadb(flags: u8) -> Event {
        Event::MariadbGtid(MariadbGtid { seq: 1, domain: 0, flags, commit_id: None })
    }

    fn sql(text: &str) -> Event {
        Event::Query(Query::new(1, "", text))
    }

    #[test]
    fn transactions_of_all_forms_are_recognised() {
        use EventPosition::{First, Inside, Last, Only, Outside};
        let xid = || Event::Xid(Xid(1));
        let insert_id = || Event::StatementContext(StatementContext::InsertId(1));
        assert_eq!(walk(&[gtid(), sql("BEGIN"), sql("delete"), xid()]), Ok(vec![First, Inside, Inside, Last]));
        assert_eq!(walk(&[gtid(), sql("create"), Event::Stop]), Ok(vec![First, Last, Outside]));
        assert_eq!(walk(&[sql("BEGIN"), sql("delete"), sql("COMMIT")]), Ok(vec![First, Inside, Last]));
        assert_eq!(walk(&[sql("create")]), Ok(vec![Only]));
        assert_eq!(walk(&[mariadb(0), insert_id(), sql("x"), xid()]), Ok(vec![First, Inside, Inside, Last]));
        assert_eq!(walk(&[mariadb(1), sql("drop")]), Ok(vec![First, Last]));
        assert_eq!(walk(&[insert_id(), sql("insert")]), Ok(vec![First, Last]));
        let prepare = || Event::XaPrepare { one_phase: false };
        let xa = [gtid(), sql("XA START X'61',X'',1"), sql("XA END X'61',X'',1"), prepare()];
        assert_eq!(walk(&xa), Ok(vec![First, Inside, Inside, Last]));
        assert_eq!(walk(&[mariadb(64), sql("XA END X'61',X'',1"), prepare()]), Ok(vec![First, Inside, Last]));
        assert_eq!(walk(&[mariadb(129), sql("XA COMMIT X'61',X'',1")]), Ok(vec![First, Last]));
    }

    #[test]
    fn misplaced_events_are_refused_by_rule() {
        let xid = || Event::Xid(Xid(1));
        let wrong = |events: &[Event]| walk(events).expect_err("an event is misplaced").to_string();
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
