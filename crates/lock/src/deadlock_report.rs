//! The report of one deadlock: the cycle, the two locks at each of its edges, and the victim with the reason for the
//! choice.
//!
//! ```text
//! deadlock: T2 → T1 → T2
//!   T2 waits for X,GAP,INSERT_INTENTION on index 7 key 20: T1 holds X,GAP; weight 2 + 0 to undo
//!   T1 waits for X,GAP,INSERT_INTENTION on index 7 key 20: T2 holds X,GAP; weight 2 + 0 to undo
//!   victim: T2, weight 2: none is lighter, and the search began at it
//! ```
//!
//! The rules D1–D4 by which the cycle is found and the victim chosen are those of `deadlock`.
//!
//! InnoDB: `Deadlock::report`, the section LATEST DETECTED DEADLOCK of `SHOW ENGINE INNODB STATUS`.

use crate::data_lock::{DataLock, hex};
use crate::metadata_mode::MetadataMode;
use innolab_base::TrxId;
use std::fmt;

/// What happened in one deadlock: the cycle, the locks at its edges, and the victim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlockReport {
    /// Each member waits for the next one, the last for the first. They are in the walk's order (D3).
    pub cycle: Vec<Member>,
    /// The position of the member where the search started (D1); `None`: that transaction only waits for the cycle.
    pub start: Option<usize>,
    /// The victim's position in the cycle.
    pub victim: usize,
}

/// A transaction in a cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The session's number ([`innolab_base::Waiter::session`]).
    pub session: u64,
    /// The transaction's id; `None` if it has written nothing.
    pub trx_id: Option<TrxId>,
    /// `trx_id` as it is shown ([`DataLock::shown_trx_id`]).
    pub shown_trx_id: u64,
    /// The lock that the transaction waits for.
    pub waits_for: DataLock,
    /// The lock of the next member that blocks it; it may itself be waiting.
    pub blocked_by: DataLock,
    /// Number of lock structures (Q4).
    pub structures: u64,
    /// Number of rows that a rollback would undo.
    pub undo_records: u64,
}

impl Member {
    /// Returns the weight by which the victim is chosen (Q4).
    #[doc(alias = "TRX_WEIGHT")]
    pub fn weight(&self) -> u64 {
        self.structures + self.undo_records
    }
}

/// The report of the module head, with keys in hexadecimal.
impl fmt::Display for DeadlockReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &hex)
    }
}

/// Why a member of a cycle was made the victim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// All others are heavier (D2).
    Lightest,
    /// None is lighter, and the search started at it (D3).
    Started,
    /// None is lighter, the search started at a heavier one, and it is the first of the lightest in the walk (D3).
    First,
}

impl DeadlockReport {
    /// Returns the reason for the choice of the victim.
    pub fn reason(&self) -> Reason {
        let least = self.weight_of(&self.cycle[self.victim]);
        if self.cycle.iter().filter(|member| self.weight_of(member) == least).count() == 1 {
            Reason::Lightest
        } else if self.start == Some(self.victim) {
            Reason::Started
        } else {
            Reason::First
        }
    }

    /// Returns the report of the module head, with keys formatted by `show`.
    pub fn render(&self, show: &dyn Fn(&[u8]) -> String) -> String {
        struct Shown<'a>(&'a DeadlockReport, &'a dyn Fn(&[u8]) -> String);
        impl fmt::Display for Shown<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, self.1)
            }
        }
        Shown(self, show).to_string()
    }

    /// The weight of a member in a cycle through names alone (N4); `None`: the cycle goes through rows too.
    fn names_weight(&self, member: &Member) -> Option<u64> {
        let only = self.cycle.iter().all(|member| member.waits_for.metadata_mode().is_some());
        member.waits_for.metadata_mode().filter(|_| only).map(MetadataMode::deadlock_weight)
    }

    /// Returns the weight by which the member is compared with the others (Q4, N4).
    pub fn weight_of(&self, member: &Member) -> u64 {
        self.names_weight(member).unwrap_or(member.weight())
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, show: &dyn Fn(&[u8]) -> String) -> fmt::Result {
        f.write_str("deadlock: ")?;
        for member in &self.cycle {
            write!(f, "T{} → ", member.session)?;
        }
        let Some(first) = self.cycle.first() else { return Ok(()) };
        writeln!(f, "T{}", first.session)?;
        for member in &self.cycle {
            let (waits_for, blocked_by) = (&member.waits_for, &member.blocked_by);
            let state = if blocked_by.waiting { "waits for" } else { "holds" };
            write!(f, "  T{} waits for {} on {}", member.session, waits_for.mode_name(), waits_for.target(show))?;
            write!(f, ": T{} {state} {}", blocked_by.session, blocked_by.mode_name())?;
            match self.names_weight(member) {
                Some(weight) => writeln!(f, "; weight {weight}")?,
                None => writeln!(f, "; weight {} + {} to undo", member.structures, member.undo_records)?,
            }
        }
        let victim = &self.cycle[self.victim];
        let why = match self.reason() {
            Reason::Lightest => "the lightest",
            Reason::Started => "none is lighter, and the search began at it",
            Reason::First => "none is lighter, and it comes first in the search",
        };
        write!(f, "  victim: T{}, weight {}: {why}", victim.session, self.weight_of(victim))
    }
}
