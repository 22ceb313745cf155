//! Everything behind the mutex of a simulated disk.

use super::call::{Access, Call, Counts, Fault, io_error};
use super::names::{NameChange, Names, Node};
use crate::{Error, Result};
use std::sync::Arc;

pub(super) type Hook = Arc<dyn Fn(Access<'_>) + Send + Sync>;

#[derive(Default)]
pub(super) struct State {
    pub(super) names: Names,
    pub(super) durable_names: Names,
    pub(super) pending: Vec<NameChange>,
    pub(super) counts: Counts,
    /// Number of calls so far, reads left out.
    pub(super) changes: u64,
    pub(super) faults: Vec<Fault>,
    pub(super) dies_after: Option<u64>,
    pub(super) dead: bool,
    pub(super) capacity_bytes: Option<u64>,
    pub(super) lying: bool,
    pub(super) hook: Option<Hook>,
}

impl State {
    /// Fails if the process is dead, or dies with this call (F3).
    pub(super) fn live_or_die(&mut self, call: Call, name: &str) -> Result<()> {
        if call != Call::Read && !self.dead {
            match &mut self.dies_after {
                Some(0) => self.dead = true,
                Some(n) => *n -= 1,
                None => {}
            }
        }
        if self.dead { Err(io_error(call, name, "the process is dead (injected)")) } else { Ok(()) }
    }

    pub(super) fn count(&mut self, call: Call) {
        self.changes += u64::from(call != Call::Read);
        self.counts.count(call);
    }

    /// True if the capacity allows a file of `len` bytes to become `new_len` bytes long (F5).
    pub(super) fn has_room(&self, len: u64, new_len: u64) -> bool {
        let Some(capacity) = self.capacity_bytes else { return true };
        let used: u64 = self.names.values().map(|node| node.lock().current().len()).sum();
        new_len <= len || used + (new_len - len) <= capacity
    }

    pub(super) fn node(&self, name: &str) -> Result<Node> {
        self.names.get(name).cloned().ok_or_else(|| Error::NotFound { name: name.to_owned() })
    }

    pub(super) fn change_name(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.pending.push(change);
    }
}
