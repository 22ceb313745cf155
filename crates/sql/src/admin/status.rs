//! SHOW STATUS and SHOW ENGINE INNODB STATUS: the current state of the engine.
//!
//! ```text
//! DEADLOCK      the latest one: which session waited for which, and the victim
//! TRANSACTIONS  length of the history list
//! LOCKS         each lock, in the words of `performance_schema.data_locks`
//! ```
//!
//! RULES
//!
//! - **R1** The text contains no time and no address, so that the same steps show the same text.
//!
//! InnoDB's counterpart: `srv_printf_innodb_monitor`, whose layout differs.

use super::name_values::name_value_rows;
use crate::answer::{Outcome, SqlError};
use crate::engine::{Engine, LockRow};
use crate::parse::ShowFilter;
use std::fmt::Write;

/// SHOW STATUS.
pub(crate) fn counters(engine: &Engine, only: &ShowFilter) -> Result<Outcome, SqlError> {
    let waiting = engine.locks().iter().filter(|lock| lock.waiting).count();
    let counters =
        [("Innodb_history_list_length", engine.history_length()), ("Innodb_row_lock_current_waits", waiting as u64)];
    name_value_rows(counters.map(|(name, value)| (name.to_string(), value.to_string())).to_vec(), only)
}

/// SHOW ENGINE INNODB STATUS.
pub(crate) fn innodb_status(engine: &Engine) -> Outcome {
    Outcome::text_rows(["Type", "Name", "Status"], [[Some("InnoDB".into()), Some(String::new()), Some(text(engine))]])
}

fn text(engine: &Engine) -> String {
    let mut text = String::new();
    if let Some(deadlock) = engine.latest_deadlock() {
        let mut body = String::new();
        for (waits, behind) in &deadlock.waits {
            // Writing to a string cannot fail.
            let _ = writeln!(body, "{}\n  behind {}", shown(waits), shown(behind));
        }
        let _ = writeln!(body, "session {} is rolled back", deadlock.victim);
        text += &section("LATEST DETECTED DEADLOCK", &body);
    }
    text += &section("TRANSACTIONS", &format!("History list length {}\n", engine.history_length()));
    let locks: String = engine.locks().iter().map(|lock| shown(lock) + "\n").collect();
    text + &section("LOCKS", &locks)
}

fn shown(lock: &LockRow) -> String {
    let place = lock.index.as_ref().map_or(String::new(), |index| format!(" index {index}"));
    let data = lock.data.as_ref().map_or(String::new(), |data| format!(" ({data})"));
    let state = if lock.waiting { "waits for" } else { "holds" };
    format!("session {} {state} {} on table {}{place}{data}", lock.session, lock.mode, lock.table)
}

fn section(title: &str, body: &str) -> String {
    let line = "-".repeat(title.len());
    format!("{line}\n{title}\n{line}\n{body}")
}
