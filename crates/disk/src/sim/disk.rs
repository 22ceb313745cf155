//! The handle of a simulated disk: its faults, and what a crash leaves.

use super::call::{Access, Call, Counts, Fault, due};
use super::inode::Keep;
use super::names::{NameChange, Names, Node};
use super::state::State;
use crate::Result;
use innolab_base::rng::Rng;
use innolab_base::sync::Mutex;
use std::sync::Arc;

/// The simulated disk; see the module `sim`. Clones are handles to the same disk.
///
/// Its methods are in this file, those of [`impl Disk`](crate::Disk) in `dir`.
#[derive(Clone)]
pub struct SimDisk {
    seed: u64,
    pub(super) state: Arc<Mutex<State>>,
}

impl SimDisk {
    /// Creates an empty disk whose draws depend on `seed`.
    pub fn new(seed: u64) -> SimDisk {
        SimDisk { seed, state: Arc::default() }
    }

    /// Returns what a killed process leaves (F1): a new disk without faults and hook, independent of this one.
    pub fn killed(&self) -> SimDisk {
        let state = self.state.lock();
        let mut copies: Vec<(Node, Node)> = Vec::new();
        let mut copy = |node: &Node| match copies.iter().find(|(old, _)| Arc::ptr_eq(old, node)) {
            Some((_, new)) => new.clone(),
            None => {
                let new: Node = Arc::new(Mutex::new(node.lock().after_kill()));
                copies.push((node.clone(), new.clone()));
                new
            }
        };
        let mut names = |names: &Names| names.iter().map(|(name, node)| (name.clone(), copy(node))).collect::<Names>();
        let (current, durable) = (names(&state.names), names(&state.durable_names));
        let pending = (state.pending.iter())
            .map(|change| match change {
                NameChange::Create(name, node) => NameChange::Create(name.clone(), copy(node)),
                NameChange::Remove(name) => NameChange::Remove(name.clone()),
                NameChange::Rename(from, to, node) => NameChange::Rename(from.clone(), to.clone(), copy(node)),
            })
            .collect();
        self.fresh(State {
            names: current,
            durable_names: durable,
            pending,
            changes: state.changes,
            capacity_bytes: state.capacity_bytes,
            ..State::default()
        })
    }

    /// Returns what a power loss leaves (F2), drawn by `seed`: a new disk without faults and hook, independent of this
    /// one.
    pub fn power_loss(&self, seed: u64) -> SimDisk {
        let state = self.state.lock();
        let mut rng = Rng::of(&[self.seed, seed, state.changes]);
        let keep = |rng: &mut Rng| match seed {
            0 => Keep::Nothing,
            1 => Keep::Everything,
            _ => Keep::draw(rng),
        };
        let mut names = state.durable_names.clone();
        let way = keep(&mut rng);
        let until = match way {
            Keep::InOrder => rng.below(state.pending.len() as u64 + 1) as usize,
            _ => state.pending.len(),
        };
        for change in &state.pending[..until] {
            if way.versions(1, &mut rng) == 1 {
                change.apply(&mut names);
            }
        }
        let mut after: Vec<(Node, Node)> = Vec::new();
        for node in names.values_mut() {
            let new = match after.iter().find(|(old, _)| Arc::ptr_eq(old, node)) {
                Some((_, new)) => new.clone(),
                None => Arc::new(Mutex::new(node.lock().after_power_loss(keep(&mut rng), &mut rng))),
            };
            after.push((std::mem::replace(node, new.clone()), new));
        }
        self.fresh(State {
            durable_names: names.clone(),
            names,
            changes: state.changes,
            capacity_bytes: state.capacity_bytes,
            ..State::default()
        })
    }

    fn fresh(&self, state: State) -> SimDisk {
        SimDisk { seed: self.seed, state: Arc::new(Mutex::new(state)) }
    }

    /// Sets the hook: it runs before every call except reads, on the calling thread, with no lock held and nothing done
    /// yet. It may call [`power_loss`](SimDisk::power_loss) and [`killed`](SimDisk::killed), which makes every call a
    /// crash point of one run.
    pub fn on_call(&self, hook: impl Fn(Call) + Send + Sync + 'static) {
        self.on_access(move |access| hook(access.call));
    }

    /// As [`on_call`](SimDisk::on_call), with the call's file and bytes.
    pub fn on_access(&self, hook: impl Fn(Access<'_>) + Send + Sync + 'static) {
        self.state.lock().hook = Some(Arc::new(hook));
    }

    /// Removes the hook.
    pub fn clear_hook(&self) {
        let hook = self.state.lock().hook.take();
        drop(hook);
    }

    /// Adds a fault (F4, F5).
    pub fn inject(&self, fault: Fault) {
        assert!(fault.nth > 0, "nth counts from 1");
        self.state.lock().faults.push(fault);
    }

    /// Makes every call fail after `n` more calls, reads not counted (F3).
    pub fn die_after(&self, n: u64) {
        self.state.lock().dies_after = Some(n);
    }

    /// Removes faults, death and lying; the capacity stays.
    pub fn heal(&self) {
        let mut state = self.state.lock();
        state.faults.clear();
        state.dies_after = None;
        state.dead = false;
        state.lying = false;
    }

    /// Limits the bytes of all files together; `None` lifts the limit (F5).
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.state.lock().capacity_bytes = bytes;
    }

    /// From here on syncs, the directory's too, succeed and do nothing (F6).
    pub fn lie_about_syncs(&self) {
        self.state.lock().lying = true;
    }

    /// Returns the number of calls and bytes so far.
    pub fn counts(&self) -> Counts {
        self.state.lock().counts
    }

    /// Returns the number of calls so far, reads left out: each was a crash point.
    pub fn changes(&self) -> u64 {
        self.state.lock().changes
    }

    /// Runs the hook, then the call: `done` does its work; if a fault is due, `failed` leaves what the failing call
    /// leaves.
    pub(super) fn call<R>(
        &self,
        access: Access<'_>,
        done: impl FnOnce(&mut State) -> Result<R>,
        failed: impl FnOnce(&mut State, &mut Rng),
    ) -> Result<R> {
        let Access { call, file: name, .. } = access;
        if call != Call::Read {
            let hook = self.state.lock().hook.clone();
            if let Some(hook) = hook {
                innolab_base::latches::as_another_process(|| hook(access));
            }
        }
        let mut state = self.state.lock();
        state.live_or_die(call, name)?;
        state.count(call);
        match due(&mut state.faults, call) {
            None => done(&mut state),
            Some(kind) => {
                let mut rng = Rng::of(&[self.seed, state.changes]);
                failed(&mut state, &mut rng);
                Err(kind.error(call, name))
            }
        }
    }
}
