//! A queue with one leader: what a stage of the group commit is made of.
//!
//! ```text
//! arrive at an empty queue  ─► lead: wait for the stage's door, take the whole queue, work for all, go to the next stage
//! arrive at any other queue ─► follow: sleep until the ticket is answered
//! ```
//!
//! RULES
//!
//! - **R1** Between two takes there is exactly one leader: who entered first.
//! - **R2** A leader enters the next stage's queue before it opens the door of its own: no group overtakes another.
//!
//! MySQL's counterpart: `Commit_stage_manager`, `MYSQL_BIN_LOG::change_stage`.

use crate::error::{Error, Result};
use crate::log::Position;
use crate::transaction::Transaction;
use innolab_base::sync::{Condvar, Mutex};
use std::fmt;

/// Those who wait for a stage, in the order in which they came.
pub(crate) struct Queue<T>(Mutex<Vec<T>>);

impl<T> Queue<T> {
    pub(crate) fn new() -> Queue<T> {
        Queue(Mutex::new(Vec::new()))
    }

    /// Joins; whether the caller leads (R1). REQUIRES at least one item.
    pub(crate) fn enter(&self, items: impl IntoIterator<Item = T>) -> bool {
        let mut queue = self.0.lock();
        let leads = queue.is_empty();
        queue.extend(items);
        leads
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().len()
    }

    /// All who came so far. The next one to come leads.
    pub(crate) fn take(&self) -> Vec<T> {
        std::mem::take(&mut self.0.lock())
    }
}

/// A transaction in the stages, and its session waiting.
pub(crate) struct Ticket {
    pub(crate) transaction: Transaction,
    /// The participants that prepared it, by their number.
    pub(crate) voters: Vec<usize>,
    answer: Mutex<Option<Result<Position>>>,
    answered: Condvar,
}

impl Ticket {
    pub(crate) fn new(transaction: Transaction, voters: Vec<usize>) -> Ticket {
        Ticket { transaction, voters, answer: Mutex::new(None), answered: Condvar::new() }
    }

    pub(crate) fn answer(&self, answer: Result<Position>) {
        *self.answer.lock() = Some(answer);
        self.answered.notify_one();
    }

    pub(crate) fn wait(&self) -> Result<Position> {
        let mut answer = self.answer.lock();
        loop {
            if let Some(answer) = answer.take() {
                return answer;
            }
            self.answered.wait(&mut answer);
        }
    }
}

/// Why nothing goes on, once something failed (I10).
#[derive(Default)]
pub(crate) struct Poison(Mutex<Option<String>>);

impl Poison {
    /// ERRORS: [`Error::Poisoned`].
    pub(crate) fn check(&self) -> Result<()> {
        match &*self.0.lock() {
            None => Ok(()),
            Some(why) => Err(Error::Poisoned { why: why.clone() }),
        }
    }

    /// The first failure stays; whether this one is it.
    pub(crate) fn set(&self, why: &dyn fmt::Display) -> bool {
        let mut poison = self.0.lock();
        let first = poison.is_none();
        if first {
            *poison = Some(why.to_string());
        }
        first
    }
}
