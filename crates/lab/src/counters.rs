//! How the cost of a step is printed: the counters that its statement moved, and those of the whole.
//!
//! ```text
//!   3  T1  update t set v = 1 where id = 7
//!          ok, 1 row
//!          cost   Handler_commit 1, Handler_read_key 1, Handler_update 1, Page_requests 5, Rows_examined 1
//!          whole  Innodb_log_write_requests 4, Innodb_os_log_written 1024
//! {"case":"…","step":3,"session":"T1","counters":{"Handler_commit":1,…}}
//! {"case":"…","step":3,"counters":{"Innodb_log_write_requests":4,…}}
//! ```
//!
//! RULES
//!
//! - **R1** A statement's cost is printed when it ends. It has the statement's own counters; what the whole counted in the
//!   step follows, without purge, which is no statement's.

use innolab_base::counters::Scope;
use innolab_base::{Counter, Counters};
use serde_json::{Map, json};

/// The counters of a statement that have moved, without the statement itself.
pub(crate) fn of_statement(cost: &Counters) -> Vec<(&'static str, u64)> {
    let is_own = |(counter, _): &(Counter, u64)| *counter != Counter::Questions;
    cost.moved().filter(is_own).map(|(counter, n)| (counter.name(), n)).collect()
}

/// The sums of the whole that have moved between two moments. Looks at pages are left out: they are the statements'.
pub(crate) fn of_whole(before: &Counters, after: &Counters) -> Vec<(&'static str, u64)> {
    let is_sum = |c: &&Counter| c.scope() == Scope::Whole && **c != Counter::BufferPoolReadRequests;
    let sums = Counter::ALL.iter().filter(is_sum);
    sums.map(|c| (c.name(), after.get(*c) - before.get(*c))).filter(|(_, n)| *n > 0).collect()
}

/// Counters as a line of text.
pub(crate) fn pretty(title: &str, moved: &[(&'static str, u64)], margin: &str) -> String {
    let shown: Vec<_> = moved.iter().map(|(name, n)| format!("{name} {n}")).collect();
    if shown.is_empty() { String::new() } else { format!("{margin}{title:<6} {}\n", shown.join(", ")) }
}

/// Counters as a line of JSON; without a session they are the whole's.
pub(crate) fn json_line(case: &str, step: usize, session: Option<&str>, moved: &[(&'static str, u64)]) -> String {
    let counters: Map<_, _> = moved.iter().map(|(name, n)| ((*name).to_owned(), json!(n))).collect();
    let session = session.map_or(String::new(), |name| format!(r#""session":{},"#, json!(name)));
    format!(r#"{{"case":{},"step":{step},{session}"counters":{}}}"#, json!(case), json!(counters))
}
