//! A disk in memory that can be killed, lose power, fill up and fail.
//!
//! ```text
//! let disk = SimDisk::new(7);
//! disk.on_call({ let d = disk.clone(); move |_| check(&d.power_loss(1)) });     // a crash before every write, sync, rename, …
//! workload(&disk);                                                              // one run of the workload tries all of them
//! check(&disk.power_loss(1));                                                   // and one after the last call
//! ```
//!
//! FAULTS it knows
//!
//! - **F1** *kill*: the process ends, all that was written stays ([`SimDisk::killed`]).
//! - **F2** *power loss*: of what was not synced a drawn subset stays ([`SimDisk::power_loss`]): 512-byte sectors, each
//!   in any version it had since the last sync, so that writes are torn and reordered; lengths; creates, renames and
//!   removes (each whole).
//! - **F3** *dead process*: after n calls nothing works any more ([`SimDisk::die_after`]).
//! - **F4** *EIO* on the n-th call, once or from there on ([`SimDisk::inject`]). A failed write has changed some of its
//!   sectors. A failed sync has made some changes safe and *forgotten* the others: the next sync says yes and they are
//!   still not safe (R3 of the crate).
//! - **F5** *ENOSPC* on the n-th call, or whenever the files together outgrow a capacity ([`SimDisk::set_capacity`]).
//! - **F6** *lying syncs*: they say yes and do nothing ([`SimDisk::lie_about_syncs`]). Nothing can stand on such a
//!   disk: a test of durability must fail on it, which shows that the test can.
//!
//! Seed 0 of a power loss keeps nothing that was not synced, seed 1 keeps everything, other seeds draw. A draw depends on the
//! disk's seed, the seed of the power loss and how many calls came before, on nothing else.
//!
//! What is left out: bit rot (a test flips bits by a plain write), sectors that tear inside, a device that reorders
//! across a sync.

mod call;
mod file;
mod image;
mod inode;

use crate::{Disk, Error, File, Result};
pub use call::{Call, Counts, Fault, Trouble};
use call::{due, io_error};
use file::SimFile;
use innolab_base::rng::Rng;
use innolab_base::sync::Mutex;
use inode::{Inode, Keep};
use std::collections::BTreeMap;
use std::sync::Arc;

type Node = Arc<Mutex<Inode>>;
type Names = BTreeMap<String, Node>;
type Hook = Arc<dyn Fn(Call) + Send + Sync>;

/// A change of the directory that is not synced.
#[derive(Clone)]
enum NameChange {
    Create(String, Node),
    Remove(String),
    Rename(String, String, Node),
}

impl NameChange {
    fn apply(&self, names: &mut Names) {
        match self {
            NameChange::Create(name, node) => drop(names.insert(name.clone(), node.clone())),
            NameChange::Remove(name) => drop(names.remove(name)),
            NameChange::Rename(from, to, node) => {
                if names.get(from).is_some_and(|there| Arc::ptr_eq(there, node)) {
                    names.remove(from);
                }
                names.insert(to.clone(), node.clone());
            }
        }
    }
}

#[derive(Default)]
struct State {
    names: Names,
    durable_names: Names,
    pending: Vec<NameChange>,
    counts: Counts,
    /// Calls that change something, so far.
    changes: u64,
    faults: Vec<Fault>,
    dies_after: Option<u64>,
    dead: bool,
    capacity_bytes: Option<u64>,
    lying: bool,
    hook: Option<Hook>,
}

/// The simulated disk; see the module. Clones are handles to the same disk.
#[derive(Clone)]
pub struct SimDisk {
    seed: u64,
    state: Arc<Mutex<State>>,
}

impl SimDisk {
    /// An empty disk whose draws come from `seed`.
    pub fn new(seed: u64) -> SimDisk {
        SimDisk { seed, state: Arc::default() }
    }

    /// What a killed process leaves (F1): a new disk without faults and hook; handles of this one do not reach it.
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

    /// What a power loss leaves (F2), drawn by `seed`: a new disk without faults and hook; this one goes on as it was.
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

    /// Calls `hook` before every call but reads, on the calling thread, with nothing done yet and no lock held: it may ask
    /// for [`power_loss`](SimDisk::power_loss) and [`killed`](SimDisk::killed), which make every call a crash point of one run.
    pub fn on_call(&self, hook: impl Fn(Call) + Send + Sync + 'static) {
        self.state.lock().hook = Some(Arc::new(hook));
    }

    /// No hook any more.
    pub fn clear_hook(&self) {
        let hook = self.state.lock().hook.take();
        drop(hook);
    }

    /// Adds a fault (F4, F5).
    pub fn inject(&self, fault: Fault) {
        assert!(fault.nth > 0, "the next call is the first");
        self.state.lock().faults.push(fault);
    }

    /// After `n` more calls but reads, every call fails (F3).
    pub fn die_after(&self, n: u64) {
        self.state.lock().dies_after = Some(n);
    }

    /// Takes back faults, death and lies; the capacity stays.
    pub fn heal(&self) {
        let mut state = self.state.lock();
        state.faults.clear();
        state.dies_after = None;
        state.dead = false;
        state.lying = false;
    }

    /// All files together have room for so many bytes (F5).
    pub fn set_capacity(&self, bytes: Option<u64>) {
        self.state.lock().capacity_bytes = bytes;
    }

    /// From here on syncs, the directory's too, do nothing and say yes (F6).
    pub fn lie_about_syncs(&self) {
        self.state.lock().lying = true;
    }

    /// Calls and bytes so far.
    pub fn counts(&self) -> Counts {
        self.state.lock().counts
    }

    /// How many calls but reads came so far: each is a crash point.
    pub fn changes(&self) -> u64 {
        self.state.lock().changes
    }

    /// Does `call`, after hook and faults: `done` in good health, `failed` what a failing call leaves behind.
    fn call<R>(
        &self,
        call: Call,
        name: &str,
        done: impl FnOnce(&mut State) -> Result<R>,
        failed: impl FnOnce(&mut State, &mut Rng),
    ) -> Result<R> {
        if call != Call::Read {
            let hook = self.state.lock().hook.clone();
            if let Some(hook) = hook {
                innolab_base::latches::apart(|| hook(call));
            }
        }
        let mut state = self.state.lock();
        state.live_or_die(call, name)?;
        state.count(call);
        match due(&mut state.faults, call) {
            None => done(&mut state),
            Some(trouble) => {
                let mut rng = Rng::of(&[self.seed, state.changes]);
                failed(&mut state, &mut rng);
                Err(trouble.error(call, name))
            }
        }
    }
}

impl State {
    fn live_or_die(&mut self, call: Call, name: &str) -> Result<()> {
        if call != Call::Read && !self.dead {
            match &mut self.dies_after {
                Some(0) => self.dead = true,
                Some(n) => *n -= 1,
                None => {}
            }
        }
        if self.dead { Err(io_error(call, name, "the process is dead (injected)")) } else { Ok(()) }
    }

    fn count(&mut self, call: Call) {
        self.changes += u64::from(call != Call::Read);
        self.counts.count(call);
    }

    /// Whether a file of `len` bytes may become `new_len` bytes long.
    fn has_room(&self, len: u64, new_len: u64) -> bool {
        let Some(capacity) = self.capacity_bytes else { return true };
        let used: u64 = self.names.values().map(|node| node.lock().current().len()).sum();
        new_len <= len || used + (new_len - len) <= capacity
    }

    fn node(&self, name: &str) -> Result<Node> {
        self.names.get(name).cloned().ok_or_else(|| Error::NotFound { name: name.to_owned() })
    }

    fn change_name(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.pending.push(change);
    }
}

impl Disk for SimDisk {
    fn open(&self, name: &str) -> Result<Arc<dyn File>> {
        let state = self.state.lock();
        if state.dead {
            return Err(io_error(Call::Read, name, "the process is dead (injected)"));
        }
        Ok(Arc::new(SimFile { name: name.into(), node: state.node(name)?, disk: self.clone() }))
    }

    fn create(&self, name: &str) -> Result<Arc<dyn File>> {
        let create = |state: &mut State| {
            if state.names.contains_key(name) {
                return Err(Error::Exists { name: name.to_owned() });
            }
            let node = Node::default();
            state.change_name(NameChange::Create(name.to_owned(), node.clone()));
            Ok(node)
        };
        let node = self.call(Call::Create, name, create, |_, _| ())?;
        Ok(Arc::new(SimFile { name: name.into(), node, disk: self.clone() }))
    }

    fn remove(&self, name: &str) -> Result<()> {
        let remove = |state: &mut State| {
            state.node(name)?;
            state.change_name(NameChange::Remove(name.to_owned()));
            Ok(())
        };
        self.call(Call::Remove, name, remove, |_, _| ())
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        let rename = |state: &mut State| {
            let node = state.node(from)?;
            if from != to {
                state.change_name(NameChange::Rename(from.to_owned(), to.to_owned(), node));
            }
            Ok(())
        };
        self.call(Call::Rename, from, rename, |_, _| ())
    }

    fn list(&self) -> Result<Vec<String>> {
        let state = self.state.lock();
        if state.dead {
            return Err(io_error(Call::Read, ".", "the process is dead (injected)"));
        }
        Ok(state.names.keys().cloned().collect())
    }

    fn sync_dir(&self) -> Result<()> {
        let sync = |state: &mut State| {
            if !state.lying {
                state.durable_names = state.names.clone();
                state.pending.clear();
            }
            Ok(())
        };
        self.call(Call::SyncDir, ".", sync, |_, _| ())
    }
}

#[cfg(all(test, not(shuttle)))]
pub(crate) mod tests;
