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
//! - **F2** *power loss*: of what was not synced a drawn subset stays ([`SimDisk::power_loss`]): 512-byte sectors, each in any version
//!   it had since the last sync, so that writes are torn and reordered; lengths; creates, renames and removes (each whole).
//! - **F3** *dead process*: after n calls nothing works any more ([`SimDisk::die_after`]).
//! - **F4** *EIO* on the n-th call, once or from there on ([`SimDisk::inject`]). A failed write has changed some of its sectors. A failed
//!   sync has made some changes safe and *forgotten* the others: the next sync says yes and they are still not safe (R3 of the crate).
//! - **F5** *ENOSPC* on the n-th call, or whenever the files together outgrow a capacity ([`SimDisk::set_capacity`]).
//! - **F6** *lying syncs*: they say yes and do nothing ([`SimDisk::lie_about_syncs`]). Nothing can stand on such a disk: a test of durability
//!   must fail on it, which shows that the test can.
//!
//! Seed 0 of a power loss keeps nothing that was not synced, seed 1 keeps everything, other seeds draw. A draw depends on the
//! disk's seed, the seed of the power loss and how many calls came before, on nothing else.
//!
//! What is left out: bit rot (a test flips bits by a plain write), sectors that tear inside, a device that reorders across a sync.

mod image;
mod inode;
mod rng;

use crate::{Disk, Error, File, Result};
use innolab_base::sync::Mutex;
use inode::{Inode, Keep};
use rng::Rng;
use std::collections::BTreeMap;
use std::ops::Sub;
use std::sync::Arc;

/// A kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    /// [`File::read_at`].
    Read,
    /// [`File::write_at`].
    Write,
    /// [`File::set_len`].
    SetLen,
    /// [`File::sync`].
    Sync,
    /// [`Disk::create`].
    Create,
    /// [`Disk::remove`].
    Remove,
    /// [`Disk::rename`].
    Rename,
    /// [`Disk::sync_dir`].
    SyncDir,
}

impl Call {
    fn word(self) -> &'static str {
        match self {
            Call::Read => "read",
            Call::Write => "write",
            Call::SetLen => "extend",
            Call::Sync => "sync",
            Call::Create => "create",
            Call::Remove => "remove",
            Call::Rename => "rename",
            Call::SyncDir => "sync the directory of",
        }
    }
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// EIO.
    Io,
    /// ENOSPC.
    Full,
}

/// A fault to come (F4, F5).
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// Which calls count; `None`: all but reads.
    pub call: Option<Call>,
    /// The n-th of them from now on fails; 1 is the next.
    pub nth: u64,
    /// How.
    pub trouble: Trouble,
    /// Whether all later ones fail too.
    pub lasting: bool,
}

/// Calls and bytes so far. Subtract two to get what happened in between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls of [`File::read_at`].
    pub reads: u64,
    /// Bytes read.
    pub read_bytes: u64,
    /// Calls of [`File::write_at`].
    pub writes: u64,
    /// Bytes written.
    pub written_bytes: u64,
    /// Calls of [`File::sync`].
    pub syncs: u64,
    /// Calls of [`Disk::sync_dir`].
    pub dir_syncs: u64,
    /// Calls of [`File::set_len`].
    pub set_lens: u64,
    /// Calls of create, remove and rename.
    pub name_changes: u64,
}

impl Sub for Counts {
    type Output = Counts;
    fn sub(self, before: Counts) -> Counts {
        Counts {
            reads: self.reads - before.reads,
            read_bytes: self.read_bytes - before.read_bytes,
            writes: self.writes - before.writes,
            written_bytes: self.written_bytes - before.written_bytes,
            syncs: self.syncs - before.syncs,
            dir_syncs: self.dir_syncs - before.dir_syncs,
            set_lens: self.set_lens - before.set_lens,
            name_changes: self.name_changes - before.name_changes,
        }
    }
}

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
        let mut rng = Rng::new(&[self.seed, seed, state.changes]);
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
                hook(call);
            }
        }
        let mut state = self.state.lock();
        state.live_or_die(call, name)?;
        state.count(call);
        match state.due(call) {
            None => done(&mut state),
            Some(trouble) => {
                let mut rng = Rng::new(&[self.seed, state.changes]);
                failed(&mut state, &mut rng);
                Err(trouble.error(call, name))
            }
        }
    }
}

impl Trouble {
    fn error(self, call: Call, name: &str) -> Error {
        match self {
            Trouble::Io => io_error(call, name, "injected EIO"),
            Trouble::Full => Error::Full { op: call.word(), name: name.to_owned() },
        }
    }
}

fn io_error(call: Call, name: &str, why: &str) -> Error {
    Error::Io { op: call.word(), name: name.to_owned(), why: why.to_owned() }
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
        let counts = &mut self.counts;
        *match call {
            Call::Read => &mut counts.reads,
            Call::Write => &mut counts.writes,
            Call::SetLen => &mut counts.set_lens,
            Call::Sync => &mut counts.syncs,
            Call::SyncDir => &mut counts.dir_syncs,
            Call::Create | Call::Remove | Call::Rename => &mut counts.name_changes,
        } += 1;
    }

    /// Whether this call fails. All faults count on.
    fn due(&mut self, call: Call) -> Option<Trouble> {
        let mut trouble = None;
        self.faults.retain_mut(|fault| {
            if !fault.call.map_or(call != Call::Read, |only| only == call) {
                return true;
            }
            fault.nth = fault.nth.saturating_sub(1);
            if fault.nth == 0 {
                trouble = trouble.or(Some(fault.trouble));
            }
            fault.nth > 0 || fault.lasting
        });
        trouble
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

struct SimFile {
    name: Box<str>,
    node: Node,
    disk: SimDisk,
}

impl File for SimFile {
    fn read_at(&self, at: u64, buf: &mut [u8]) -> Result<()> {
        let want = buf.len();
        let read = |state: &mut State| {
            let node = self.node.lock();
            let len = node.current().len();
            if want > 0 && at.checked_add(want as u64).is_none_or(|end| end > len) {
                return Err(Error::PastEnd { name: self.name.to_string(), at, want, len });
            }
            node.current().read(at, buf);
            state.counts.read_bytes += want as u64;
            Ok(())
        };
        self.disk.call(Call::Read, &self.name, read, |_, _| ())
    }

    fn write_at(&self, at: u64, bytes: &[u8]) -> Result<()> {
        let write = |state: &mut State| {
            let len = self.node.lock().current().len();
            if !bytes.is_empty() && !state.has_room(len, at + bytes.len() as u64) {
                return Err(Trouble::Full.error(Call::Write, &self.name));
            }
            self.node.lock().write(at, bytes);
            state.counts.written_bytes += bytes.len() as u64;
            Ok(())
        };
        let torn = |_: &mut State, rng: &mut Rng| {
            let cut = rng.below(bytes.len() as u64 + 1) as usize / crate::SECTOR * crate::SECTOR;
            if cut > 0 {
                self.node.lock().write(at, &bytes[..cut]);
            }
        };
        self.disk.call(Call::Write, &self.name, write, torn)
    }

    fn len(&self) -> Result<u64> {
        Ok(self.node.lock().current().len())
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let set_len = |state: &mut State| {
            let old_len = self.node.lock().current().len();
            if !state.has_room(old_len, len) {
                return Err(Trouble::Full.error(Call::SetLen, &self.name));
            }
            self.node.lock().set_len(len);
            Ok(())
        };
        self.disk.call(Call::SetLen, &self.name, set_len, |_, _| ())
    }

    fn sync(&self) -> Result<()> {
        let sync = |state: &mut State| {
            if !state.lying {
                self.node.lock().sync();
            }
            Ok(())
        };
        let failed = |_: &mut State, rng: &mut Rng| self.node.lock().fail_sync(rng);
        self.disk.call(Call::Sync, &self.name, sync, failed)
    }
}

#[cfg(all(test, not(shuttle)))]
pub(crate) mod tests;
