//! The parts of a stage of the group commit: a queue with one leader, a ticket for each session, the poison.
//!
//! ```text
//! join an empty queue  ─► lead: lock the stage, take the whole queue, work for all of it, join the next queue
//! join any other queue ─► follow: sleep until the ticket is answered
//! ```
//!
//! RULES
//!
//! - **R1** Between two takes a queue has exactly one leader: the thread that joined first.
//! - **R2** A leader joins the next stage's queue before it unlocks its own stage, so no group overtakes another.
//!
//! MySQL's counterpart: `Commit_stage_manager`, `MYSQL_BIN_LOG::change_stage`.

use crate::error::{Error, Result};
use crate::log::{Position, Transaction};
use innolab_base::sync::{Condvar, Mutex};
use std::fmt;

/// The items that wait for a stage, in the order in which they joined.
pub(super) struct Queue<T>(Mutex<Vec<T>>);

impl<T> Queue<T> {
    pub(super) fn new() -> Queue<T> {
        Queue(Mutex::new(Vec::new()))
    }

    /// Adds items. Returns true if the caller leads (R1). REQUIRES: at least one item.
    pub(super) fn join(&self, items: impl IntoIterator<Item = T>) -> bool {
        let mut queue = self.0.lock();
        let leads = queue.is_empty();
        queue.extend(items);
        leads
    }

    /// Number of items.
    pub(super) fn len(&self) -> usize {
        self.0.lock().len()
    }

    /// Removes and returns all items. The next caller of `join` leads.
    pub(super) fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock())
    }
}

/// A transaction in the stages; its session waits for the answer.
pub(super) struct Ticket {
    pub(super) transaction: Transaction,
    /// Indexes of the participants that prepared the transaction.
    pub(super) voters: Vec<usize>,
    answer: Mutex<Option<Result<Position>>>,
    answered: Condvar,
}

impl Ticket {
    pub(super) fn new(transaction: Transaction, voters: Vec<usize>) -> Ticket {
        Ticket { transaction, voters, answer: Mutex::new(None), answered: Condvar::new() }
    }

    /// Wakes the session with the result of its commit.
    pub(super) fn answer(&self, answer: Result<Position>) {
        *self.answer.lock() = Some(answer);
        self.answered.notify_one();
    }

    /// Waits for the answer.
    pub(super) fn wait(&self) -> Result<Position> {
        let mut answer = self.answer.lock();
        loop {
            if let Some(answer) = answer.take() {
                return answer;
            }
            self.answered.wait(&mut answer);
        }
    }
}

/// The first failure, after which the log refuses work (I10).
#[derive(Default)]
pub(super) struct Poison(Mutex<Option<String>>);

impl Poison {
    /// ERRORS: [`Error::Poisoned`].
    pub(super) fn check(&self) -> Result<()> {
        match &*self.0.lock() {
            None => Ok(()),
            Some(why) => Err(Error::Poisoned { why: why.clone() }),
        }
    }

    /// Records a failure. Returns true if it is the first; later ones are not kept.
    pub(super) fn set(&self, why: &dyn fmt::Display) -> bool {
        let mut poison = self.0.lock();
        let first = poison.is_none();
        if first {
            *poison = Some(why.to_string());
        }
        first
    }
}
