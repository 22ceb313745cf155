//! What a session is doing. The session itself writes it; reports of other sessions read it: the process list, the
//! list of transactions, a deadlock's report.
//!
//! ```text
//! session 2:  begin_statement("update …")       session 3:  select * from information_schema.processlist
//!             waits for a lock of session 1                   2 | Query | 4 s | update …
//! ```
//!
//! RULES
//!
//! - **R1** The mutex around it ([`crate::Waiter::activity`]) is the last in every order: its holder takes no other.
//!
//! InnoDB's counterpart: `THD::query_string`, `trx_t::start_time`, `trx_t::lock.suspend_time`.

/// The state of a session, for others to see. Times are in µs since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Activity {
    /// Text of the statement under way, or of the last one.
    pub statement: String,
    /// True while the statement runs.
    pub is_running: bool,
    /// When that statement began; if it has ended, when it ended.
    pub since_us: u64,
    /// Number of the statement among those of all sessions.
    pub query_id: u64,
    /// When the transaction first used a table.
    #[doc(alias = "trx_started")]
    pub transaction_began_us: u64,
    /// The transaction's isolation level, as SQL names it.
    pub isolation: &'static str,
    /// True if the transaction must not change rows.
    pub is_read_only: bool,
    /// True if the transaction is one statement: no BEGIN, autocommit.
    pub is_autocommit: bool,
    /// When the current wait for a lock began.
    #[doc(alias = "trx_wait_started")]
    pub waits_since_us: Option<u64>,
    /// True during `SLEEP`.
    pub is_sleeping: bool,
}

impl Activity {
    /// Notes the begin of a statement.
    pub fn begin_statement(&mut self, sql: &str, now_us: u64, query_id: u64) {
        // The buffer is kept: a statement costs no allocation.
        self.statement.clear();
        self.statement.push_str(sql);
        (self.is_running, self.since_us, self.query_id) = (true, now_us, query_id);
    }

    /// Notes the end of the statement.
    pub fn end_statement(&mut self, now_us: u64) {
        (self.is_running, self.since_us) = (false, now_us);
    }

    /// Notes that the transaction uses its first table, in the statement under way.
    pub fn begin_transaction(&mut self, isolation: &'static str) {
        (self.transaction_began_us, self.isolation) = (self.since_us, isolation);
    }

    /// Returns the statement under way; `None` if the session is idle.
    pub fn running(&self) -> Option<&str> {
        self.is_running.then_some(self.statement.as_str())
    }
}
