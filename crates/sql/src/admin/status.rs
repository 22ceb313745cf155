//! SHOW STATUS and SHOW ENGINE INNODB STATUS: what statements have cost, and the current state of the
//! engine.
//!
//! ```text
//! LATEST DETECTED DEADLOCK   its transactions, their locks, and the victim
//! TRANSACTIONS               all transactions, what each waits for; the length of the history list
//! ```
//!
//! InnoDB's counterpart: `srv_printf_innodb_monitor`, which has more sections: on input and output, memory and threads.

use super::monitor;
use super::name_values::name_value_rows;
use crate::answer::{Outcome, SqlError};
use crate::catalog::Names;
use crate::engine::Engine;
use crate::parse::{Scope, ShowFilter};
use innolab_base::counters::Scope as CounterScope;
use innolab_base::{Counter, Counters};

/// SHOW STATUS. `session`: the counters of the session that asks.
pub(crate) fn status(
    engine: &Engine,
    session: &Counters,
    scope: Scope,
    only: &ShowFilter,
) -> Result<Outcome, SqlError> {
    let whole = engine.counters();
    let value = |counter: Counter| match (counter.scope(), scope) {
        (CounterScope::Session, Scope::Session | Scope::Unsaid) => session.get(counter),
        _ => whole.get(counter),
    };
    let counters = Counter::ALL.iter().filter(|counter| counter.scope() != CounterScope::Statement);
    let mut rows: Vec<_> = counters.map(|c| (c.name().to_string(), value(*c).to_string())).collect();
    rows.sort();
    name_value_rows(rows, only)
}

/// SHOW ENGINE INNODB STATUS.
pub(crate) fn innodb_status(names: &Names) -> Outcome {
    Outcome::text_rows(["Type", "Name", "Status"], [[Some("InnoDB".into()), Some(String::new()), Some(text(names))]])
}

fn text(Names { engine, database, .. }: &Names) -> String {
    let deadlock = engine.deadlocks().last().map(|found| {
        let body = monitor::deadlock(found, database);
        section("LATEST DETECTED DEADLOCK", &body)
    });
    let transactions = format!(
        "Trx id counter {}\nHistory list length {}\n{}",
        engine.next_trx_id().0,
        engine.history_length(),
        monitor::transactions(engine, database)
    );
    deadlock.unwrap_or_default() + &section("TRANSACTIONS", &transactions)
}

fn section(title: &str, body: &str) -> String {
    let line = "-".repeat(title.len());
    format!("{line}\n{title}\n{line}\n{body}")
}
