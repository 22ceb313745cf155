//! `information_schema.processlist`, and the words with which a session's work is shown.
//!
//! | what the session does                    | `STATE`                          | `trx_operation_state`              |
//! |------------------------------------------|----------------------------------|------------------------------------|
//! | nothing                                  | (empty)                          | (empty)                            |
//! | waits for a definition                   | Waiting for table metadata lock  | (empty)                            |
//! | sleeps                                   | User sleep                       | (empty)                            |
//! | waits for AUTO_INC                       | as the statement                 | setting auto-inc lock              |
//! | waits in INSERT, REPLACE                 | Update                           | inserting                          |
//! | waits in UPDATE, DELETE                  | Updating                         | starting index read                |
//! | waits in another statement               | Sending data                     | starting index read                |
//!
//! Left out: the server's other words for a SELECT (`Statistics` if it reads one row, found while planning) and for a
//! wait after the first row (`fetching rows`).
//!
//! InnoDB's counterpart: `THD::proc_info`, `trx_t::op_info`.

use super::view_columns::{
    NUMBER, Row, Rows, STATEMENT, THOUSANDTHS, ViewColumn, WORD, number, text, text_or_null, thousandths,
};
use crate::engine::{Datum, Engine, LockRow};
use innolab_base::Activity;

const COLUMNS: [ViewColumn; 18] = [
    ("ID", NUMBER),
    ("USER", WORD),
    ("HOST", WORD),
    ("DB", WORD),
    ("COMMAND", WORD),
    ("TIME", NUMBER),
    ("STATE", WORD),
    ("INFO", STATEMENT),
    ("TIME_MS", THOUSANDTHS),
    ("STAGE", NUMBER),
    ("MAX_STAGE", NUMBER),
    ("PROGRESS", THOUSANDTHS),
    ("MEMORY_USED", NUMBER),
    ("MAX_MEMORY_USED", NUMBER),
    ("EXAMINED_ROWS", NUMBER),
    ("QUERY_ID", NUMBER),
    ("INFO_BINARY", STATEMENT),
    ("TID", NUMBER),
];

/// The user of every session: the lab has no accounts.
pub(crate) const USER: &str = "root";
/// The host of every session.
pub(crate) const HOST: &str = "localhost";

/// A session, as the process list shows it.
pub(crate) struct Process {
    pub(crate) id: u64,
    pub(crate) activity: Activity,
    /// `COMMAND`.
    pub(crate) command: &'static str,
    /// `STATE`.
    pub(crate) state: &'static str,
    /// How long the statement has run, or the session has been idle, in µs.
    pub(crate) age_us: u64,
}

/// The open sessions, by number.
pub(crate) fn processes(engine: &Engine) -> Vec<Process> {
    let (now_us, trxs) = (engine.now_us(), engine.transactions());
    let wants_definition = |id: u64| {
        let mut waits = trxs.iter().filter(|trx| trx.session == id).filter_map(|trx| trx.wait.as_ref());
        waits.any(|wait| wait.lock.metadata_mode().is_some())
    };
    let process = |(id, activity): (u64, Activity)| Process {
        id,
        command: if activity.is_running { "Query" } else { "Sleep" },
        state: if wants_definition(id) { "Waiting for table metadata lock" } else { thread_state(&activity) },
        age_us: now_us.saturating_sub(activity.since_us),
        activity,
    };
    engine.sessions().into_iter().map(process).collect()
}

/// The session's `STATE`, unless it waits for a definition.
pub(crate) fn thread_state(activity: &Activity) -> &'static str {
    match (activity.is_running, activity.is_sleeping, verb(activity)) {
        (false, ..) => "",
        (_, true, _) => "User sleep",
        (.., Verb::Insert) => "Update",
        (.., Verb::Change) => "Updating",
        (.., Verb::Show) => "starting",
        (.., Verb::Other) => "Sending data",
    }
}

/// `trx_operation_state`. `waits_for`: the lock that the transaction waits for, if it is none on a definition.
pub(crate) fn operation_state(activity: &Activity, waits_for: Option<&LockRow>) -> &'static str {
    match waits_for {
        None => "",
        Some(lock) if lock.mode == "AUTO_INC" => "setting auto-inc lock",
        Some(_) if verb(activity) == Verb::Insert => "inserting",
        Some(_) => "starting index read",
    }
}

/// The kind of a statement, by its first word.
#[derive(PartialEq, Eq)]
enum Verb {
    Insert,
    Change,
    Show,
    Other,
}

fn verb(activity: &Activity) -> Verb {
    let first = activity.statement.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty());
    match first.unwrap_or_default().to_ascii_lowercase().as_str() {
        "insert" | "replace" => Verb::Insert,
        "update" | "delete" => Verb::Change,
        "show" => Verb::Show,
        _ => Verb::Other,
    }
}

pub(super) fn processlist() -> (&'static [ViewColumn], Rows) {
    (&COLUMNS, rows)
}

/// The newest session first, as on the server.
fn rows(engine: &Engine, home: &str) -> Vec<Row> {
    let row = |process: &Process| {
        let Process { activity, .. } = process;
        vec![
            number(process.id),
            text(USER),
            text(HOST),
            text(home),
            text(process.command),
            number(process.age_us / 1_000_000),
            text(process.state),
            text_or_null(activity.running()),
            thousandths(process.age_us),
            number(0u64),
            number(0u64),
            thousandths(0),
            number(0u64),
            number(0u64),
            number(0u64),
            number(activity.query_id),
            activity.running().map_or(Datum::Null, text),
            number(0u64),
        ]
    };
    processes(engine).iter().rev().map(row).collect()
}
