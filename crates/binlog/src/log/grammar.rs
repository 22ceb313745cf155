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
//! - **R3** In a relay log, the events that belong to a file, of source and replica, may stand anywhere: a source tells its
//!   replica where it reads.
//! - **R4** A FORMAT_DESCRIPTION at the start of a file begins anew, unless this file and the one before are relay logs:
//!   MariaDB goes on to the next relay log within a transaction, and within a statement.
//! - **R5** In a relay log, a transaction may begin within another directly after a FORMAT_DESCRIPTION: the replica had
//!   lost its source, and got the transaction again from its start. What came of it before does not count.
//!
//! Used by everything that walks a log and must know where a transaction is whole: [`crate::verify`],
//! [`crate::recover`], a replay. MySQL's counterpart: `Transaction_boundary_parser`.

use crate::error::{Decoded, Malformed};
use crate::event::{Entry, Event, MAGIC, OpaqueRows, Rows, STATEMENT_END, flags};

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

/// Checks the order of the events of a file, or of several, each from its start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grammar {
    state: State,
    /// True between the first and the last rows event of a statement (R1).
    in_statement: bool,
    /// True in a relay log; `None` until an event tells.
    relay: Option<bool>,
    /// True after a FORMAT_DESCRIPTION of a relay log (R5).
    resumes: bool,
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
        let is_format = matches!(entry.event, Event::FormatDescription(_));
        if is_format && entry.offset == MAGIC.len() as u64 {
            self.start_file(entry.header.flags & flags::RELAY_LOG != 0);
        } else if self.relay.is_none() && (is_format || is_of_source(entry)) {
            self.relay = Some(true);
        }
        self.resumes |= is_format && self.is_relay_log();
        if self.is_relay_log() && is_of_file(&entry.event) {
            return Ok(EventPosition::Outside); // R3
        }
        if std::mem::take(&mut self.resumes) && self.begins_again(&entry.event) {
            (self.state, self.in_statement) = (State::Outside, false); // R5
        }
        self.next(&entry.event).map_err(Malformed::Rule)
    }

    /// R4.
    fn start_file(&mut self, relay: bool) {
        if !(self.is_relay_log() && relay) {
            *self = Grammar { relay: Some(relay), ..Grammar::default() };
        }
    }

    fn begins_again(&self, event: &Event) -> bool {
        match event {
            Event::Gtid(_) | Event::AnonymousGtid(_) | Event::MariadbGtid(_) => true,
            Event::Query(query) => query.sql == "BEGIN" && self.state == State::Inside,
            _ => false,
        }
    }

    /// True if the file is a relay log (R3).
    pub fn is_relay_log(&self) -> bool {
        self.relay == Some(true)
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

/// True for a ROTATE of the log that a relay log copies: it ends elsewhere.
fn is_of_source(entry: &Entry) -> bool {
    matches!(entry.event, Event::Rotate { .. }) && entry.header.next != entry.end as u32
}

/// True for an event that belongs to its file, not to a transaction.
fn is_of_file(event: &Event) -> bool {
    let ends = matches!(event, Event::Rotate { .. } | Event::Stop);
    let lists = matches!(event, Event::PreviousGtids(_) | Event::GtidList(_) | Event::BinlogCheckpoint(_));
    ends || lists || matches!(event, Event::FormatDescription(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{FormatDescription, Gtid, Header, Kind, MariadbGtid, Query, StatementContext};
    use innolab_base::Xid;

    fn walk(events: &[Event]) -> Decoded<Vec<EventPosition>> {
        let header = Header { timestamp: 0, kind: Kind(0), server_id: 1, len: 19, next: 23, flags: 0 };
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

    /// R4, R5: the files of a relay log, and of another log.
    #[test]
    fn a_relay_log_goes_on_within_a_transaction_or_begins_it_again() {
        use EventPosition::{First, Inside, Last, Outside};
        let format = |flags: u16, offset: u64| {
            let format = FormatDescription { server_version: "10".into(), created: 0, checksum: true };
            let header = Header { timestamp: 0, kind: Kind(0), server_id: 1, len: 19, next: 23, flags };
            Entry { offset, end: 23, header, event: Event::FormatDescription(format) }
        };
        let plain = |event| Entry { offset: 30, event, ..format(0, 4) };
        let walk = |entries: &[Entry]| {
            let mut grammar = Grammar::new();
            entries.iter().map(|entry| grammar.step(entry)).collect::<Decoded<Vec<_>>>()
        };
        let (relay, mine) = (format(flags::RELAY_LOG, 4), format(0, 4));
        let [begin, rows, end] = [mariadb(0), sql("delete"), Event::Xid(Xid(1))].map(plain);
        let of_source = plain(Event::Rotate { position: 4, next_file: "x".into() });
        let of_source = Entry { header: Header { next: 7, ..of_source.header }, ..of_source };
        let go_on = [&relay, &begin, &of_source, &relay, &format(0, 99), &rows, &end].map(Clone::clone);
        assert_eq!(walk(&go_on), Ok(vec![Outside, First, Outside, Outside, Outside, Inside, Last]));
        let again = [&relay, &begin, &rows, &relay, &begin, &end].map(Clone::clone);
        assert_eq!(walk(&again), Ok(vec![Outside, First, Inside, Outside, First, Last]));
        assert!(walk(&[&relay, &begin, &relay, &rows, &begin].map(Clone::clone)).is_err(), "not directly after it");
        for [one, two] in [[&mine, &mine], [&relay, &mine], [&mine, &relay]] {
            assert!(walk(&[one, &begin, two, &end].map(Clone::clone)).is_err(), "each file is for itself");
        }
        // A range may begin behind the start of the file.
        assert_eq!(
            walk(&[&of_source, &begin, &of_source, &end].map(Clone::clone)),
            Ok(vec![Outside, First, Outside, Last])
        );
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
