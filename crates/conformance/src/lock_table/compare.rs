//! What is compared after each step: how waits ended, which cycles were broken and by which victims, and all locks.
//!
//! Where the table has a choice (the victim, until the level of weights; the order of granting, if it is the table's own) the
//! model follows the table, if the choice is one that the rules allow.

use crate::lock_table::face::LockTable;
use crate::lock_table::level::Level;
use crate::lock_table::model::{Model, Order, SESSIONS, SUPREMUM, TABLE};
use crate::lock_table::pair::{Ended, Name, Pair, Result};
use innolab_lock::{DataLock, DeadlockReport, Key, Mode, Target, WaitOutcome};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

impl<T: LockTable> Pair<'_, T> {
    /// Compares everything after a step. `ended`: the waits whose outcomes are known already.
    pub(super) fn compare_all(&mut self, mut ended: Ended) -> Result {
        self.collect(&mut ended);
        self.break_cycles(&ended)?;
        self.follow_grants(&ended)?;
        self.compare_outcomes(&ended)?;
        self.compare_locks()
    }

    /// Collects the outcomes of the waits that the table has ended.
    fn collect(&mut self, ended: &mut Ended) {
        for (number, session) in self.sessions.iter_mut().enumerate() {
            if let Some(ticket) = session.ticket.take_if(|ticket| self.table.is_over(*ticket)) {
                ended.insert(number, self.table.wait(ticket, None));
            }
        }
    }

    /// Grants in the model what the table has granted, if the order is the table's choice.
    fn follow_grants(&mut self, ended: &Ended) -> Result {
        if self.order == Order::OfArrival {
            return Ok(());
        }
        let granted: BTreeSet<usize> = ended
            .iter()
            .filter(|(_, outcome)| **outcome == WaitOutcome::Granted)
            .map(|(session, _)| *session)
            .collect();
        let after = self.model.follow(&granted);
        self.script.check(
            "M1–M4",
            after.is_some(),
            "no granted lock is in the way of a waiter that is granted",
            granted,
        )?;
        self.model = after.unwrap_or_default();
        self.no_cycle_is_left()?;
        let idle = self.model.idle_queue();
        self.script.check(
            "Q1",
            idle.is_none(),
            "a granted lock is in the way of one waiter of a queue",
            idle.map(|key| Name(key).to_string()),
        )
    }

    /// Breaks the model's cycles as the table reports to have broken them (D1–D4).
    fn break_cycles(&mut self, ended: &Ended) -> Result {
        let mut reports: BTreeMap<usize, &Arc<DeadlockReport>> = BTreeMap::new();
        reports.extend(ended.iter().filter_map(|(session, outcome)| match outcome {
            WaitOutcome::Deadlock(report) => Some((*session, report)),
            _ => None,
        }));
        if self.level >= Level::Weights {
            return self.break_first_edges(reports);
        }
        let victims: Vec<usize> = reports.keys().copied().collect();
        let broken = in_some_order(&self.model, &reports);
        self.script.check("D4", broken.is_some(), "each victim is a member of a cycle when it is chosen", victims)?;
        self.model = broken.unwrap_or_default();
        if self.order == Order::OfArrival { self.no_cycle_is_left() } else { Ok(()) }
    }

    fn no_cycle_is_left(&self) -> Result {
        let stuck = self.model.stuck();
        self.script.check("FACT (deadlock)", stuck.is_empty(), "no cycle of waits is left", stuck)
    }

    /// The cycles of the waiters' pointers (Q2), each with its lightest member as the victim (D2).
    fn break_first_edges(&mut self, mut reports: BTreeMap<usize, &Arc<DeadlockReport>>) -> Result {
        while let Some(cycle) = self.model.cycle() {
            let members = |report: &DeadlockReport| report.cycle.iter().map(|m| m.waits_for.session as usize).collect();
            let victim =
                cycle.iter().find(|session| reports.get(session).is_some_and(|report| cycle == members(report)));
            let left: Vec<_> = reports.keys().collect();
            self.script.check("FACT (deadlock)", victim.is_some(), format!("a victim in {cycle:?}"), left)?;
            let Some((victim, report)) = victim.and_then(|victim| reports.remove_entry(victim)) else { return Ok(()) };
            self.check_report(victim, &cycle, report)?;
            self.model.cancel(victim, WaitOutcome::Deadlock(report.clone()));
        }
        let left: Vec<_> = reports.keys().collect();
        self.script.check("D1", left.is_empty(), "no victim without a cycle", left)
    }

    fn check_report(&self, victim: usize, cycle: &BTreeSet<usize>, report: &DeadlockReport) -> Result {
        let script = &self.script;
        script.check_same("D2 (the victim)", &victim, &(report.cycle[report.victim].waits_for.session as usize))?;
        let edges = self.model.edges();
        for (at, member) in report.cycle.iter().enumerate() {
            let (session, next) = (member.waits_for.session as usize, &report.cycle[(at + 1) % report.cycle.len()]);
            script.check_same("Q2 (the cycle)", &edges.get(&session), &Some(&(next.waits_for.session as usize)))?;
            script.check_same("Q4 (a member's weight)", &self.model.weight(session), &member.weight())?;
            script.check_same("Q2 (the blocker's owner)", &next.waits_for.session, &member.blocked_by.session)?;
        }
        let weights: Vec<u64> = cycle.iter().map(|session| self.model.weight(*session)).collect();
        let least = weights.into_iter().min();
        script.check_same("D2 (the least weight)", &least, &Some(self.model.weight(victim)))?;
        let weight_at = |at: usize| self.model.weight(report.cycle[at].waits_for.session as usize);
        let expected = match report.start {
            Some(start) if Some(weight_at(start)) == least => start,
            _ => (0..report.cycle.len()).min_by_key(|at| weight_at(*at)).unwrap_or(0),
        };
        let expected = if self.level == Level::Ties { expected } else { report.victim };
        script.check_same("D3 (of the lightest)", &expected, &report.victim)
    }

    fn compare_outcomes(&mut self, ended: &Ended) -> Result {
        for session in 0..SESSIONS {
            let expected = self.model.trxs[session].outcome.take();
            let rule = format!("Q1, H2, D4 (the outcome of T{session}'s wait)");
            self.script.check_same(&rule, &expected.as_ref(), &ended.get(&session))?;
            let waits = self.model.locks.iter().any(|lock| lock.session == session && lock.waiting);
            self.script.check_same(&format!("Q1 (T{session} waits)"), &waits, &!self.runs(session))?;
        }
        Ok(())
    }

    /// Compares locks; on the level of weights also edges, weights, and how often a lock is there (H3).
    fn compare_locks(&self) -> Result {
        let expected = self.model.locks.iter().map(|lock| Shown(lock.session, lock.key, lock.mode, lock.waiting));
        let (mut expected, mut got) = (sorted(expected), sorted(self.table.data_locks().iter().map(Shown::of)));
        if self.level < Level::Weights {
            expected.dedup();
            got.dedup();
        }
        self.script.check_same("M1–M6, Q1, H1–H3 (the locks)", &expected, &got)?;
        if self.level < Level::Weights {
            return Ok(());
        }
        let waits = self.table.lock_waits();
        let got: BTreeMap<usize, usize> = waits.into_iter().map(|(a, b)| (a as usize, b as usize)).collect();
        self.script.check_same("Q2 (the edges)", &self.model.edges(), &got)?;
        for trx in self.table.transactions().iter().filter(|trx| trx.wait.is_some()) {
            let rule = format!("Q4 (T{}'s weight)", trx.session);
            self.script.check_same(&rule, &self.model.weight(trx.session as usize), &trx.weight())?;
        }
        Ok(())
    }
}

/// Returns the model after these victims' requests are cancelled in an order in which each is in a cycle at its turn.
fn in_some_order(model: &Model, reports: &BTreeMap<usize, &Arc<DeadlockReport>>) -> Option<Model> {
    if reports.is_empty() {
        return Some(model.clone());
    }
    reports.iter().find_map(|(victim, report)| {
        let (mut after, mut others) = (model.clone(), reports.clone());
        others.remove(victim);
        after.cancel(*victim, WaitOutcome::Deadlock((*report).clone()));
        model.is_in_a_cycle(*victim).then(|| in_some_order(&after, &others)).flatten()
    })
}

/// Session, key, mode, and true if the lock waits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Shown(usize, u8, Mode, bool);

impl Shown {
    fn of(lock: &DataLock) -> Shown {
        let key = match &lock.target {
            Target::Record { key: Key::Bytes(bytes), .. } => bytes[0],
            Target::Record { .. } => SUPREMUM,
            Target::Table(_) | Target::Name(_) => TABLE,
        };
        Shown(lock.session as usize, key, lock.mode, lock.waiting)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "T{} {} of {}{}", self.0, self.2, Name(self.1), if self.3 { " waits" } else { "" })
    }
}

fn sorted(locks: impl Iterator<Item = Shown>) -> Vec<Shown> {
    let mut locks: Vec<Shown> = locks.collect();
    locks.sort_unstable();
    locks
}
