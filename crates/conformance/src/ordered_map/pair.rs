//! A map and a `BTreeMap` side by side: steps, and what is compared.

use crate::ordered_map::face::{Bytes, OrderedMap};
use crate::ordered_map::level::Level;
use crate::suite::one_of;
use innolab_disk::{Disk, SimDisk};
use innolab_testing::{Broken, Script};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::{Bound, RangeBounds};
use std::sync::{Arc, Mutex};

type Result<T = ()> = std::result::Result<T, Broken>;
type Model = BTreeMap<Bytes, Bytes>;

/// A step. A key is a number; [`key`] makes bytes of it.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Insert {
        key: u16,
        value: (u8, u16),
    },
    Update {
        key: u16,
        value: (u8, u16),
    },
    Put {
        key: u16,
        value: (u8, u16),
    },
    Remove {
        key: u16,
    },
    Get {
        key: u16,
    },
    Range {
        from: u16,
        to: u16,
        kinds: (u8, u8),
    },
    /// Puts `n` pairs with keys from here on.
    Fill {
        key: u16,
        n: u16,
        value: (u8, u16),
    },
    /// Removes the `n` pairs that follow.
    Clear {
        key: u16,
        n: u16,
    },
    Reopen,
    Sync,
    Crash {
        seed: u64,
        killed: bool,
        in_next: Option<u8>,
    },
}

/// Returns the scripts of a level.
pub(crate) fn steps(level: Level) -> impl Strategy<Value = Vec<Step>> {
    let (many, large) = if level == Level::Map { (40u16, 40u16) } else { (400, 5000) };
    let (key, value) = (0..many, (any::<u8>(), prop_oneof![4 => 0..40u16, 1 => 0..large]));
    let kinds = (0..3u8, 0..3u8);
    let bulk = u32::from(level > Level::Map);
    let crash = (any::<u64>(), any::<bool>(), proptest::option::of(0..12u8));
    let step = one_of([
        (6, (key.clone(), value.clone()).prop_map(|(key, value)| Step::Insert { key, value }).boxed()),
        (3, (key.clone(), value.clone()).prop_map(|(key, value)| Step::Update { key, value }).boxed()),
        (3, (key.clone(), value.clone()).prop_map(|(key, value)| Step::Put { key, value }).boxed()),
        (4, key.clone().prop_map(|key| Step::Remove { key }).boxed()),
        (3, key.clone().prop_map(|key| Step::Get { key }).boxed()),
        (2, (key.clone(), key.clone(), kinds).prop_map(|(from, to, kinds)| Step::Range { from, to, kinds }).boxed()),
        (2 * bulk, (key.clone(), 0..60u16, value).prop_map(|(key, n, value)| Step::Fill { key, n, value }).boxed()),
        (bulk, (key, 0..150u16).prop_map(|(key, n)| Step::Clear { key, n }).boxed()),
        (u32::from(level >= Level::Close), Just(Step::Reopen).boxed()),
        (2 * u32::from(level == Level::PowerLoss), Just(Step::Sync).boxed()),
        (
            2 * u32::from(level == Level::PowerLoss),
            crash.prop_map(|(seed, killed, in_next)| Step::Crash { seed: seed % 1000, killed, in_next }).boxed(),
        ),
    ]);
    proptest::collection::vec(step, 1..60)
}

/// The bytes of a key: numbers in two bytes, so that most keys begin like others, and a tail that depends on the number.
/// Key 0 is empty. Up to 40 numbers have short tails.
fn key(n: u16) -> Bytes {
    let tail = if n < 40 { n % 3 } else { n.wrapping_mul(2311) % if n.is_multiple_of(7) { 3000 } else { 30 } };
    let mut bytes = n.to_be_bytes().to_vec();
    bytes.resize(2 + usize::from(tail), b'k');
    if n == 0 { vec![] } else { bytes }
}

fn value((byte, len): (u8, u16)) -> Bytes {
    vec![byte; usize::from(len)]
}

/// A key or a value as the script shows it.
fn show(bytes: &[u8]) -> String {
    let head: Vec<String> = bytes.iter().take(2).map(|byte| format!("{byte:02x}")).collect();
    format!("{}({} bytes)", head.concat(), bytes.len())
}

/// How opening a map goes.
type Open<'o, M> = &'o dyn Fn(Arc<dyn Disk>) -> std::result::Result<M, String>;

/// A crash that is due: the disk that it leaves is taken before a call of the disk.
#[derive(Default)]
struct Due {
    calls_left: Option<u8>,
    left: Option<SimDisk>,
}

/// The map, the model, and the steps so far.
pub(crate) struct Pair<'s, M> {
    open: Open<'s, M>,
    map: Option<M>,
    disk: SimDisk,
    model: Model,
    /// The model at the last sync, and after each change since.
    since_sync: Vec<Model>,
    script: &'s mut Script,
}

impl<'s, M: OrderedMap> Pair<'s, M> {
    pub(crate) fn new(open: Open<'s, M>, script: &'s mut Script) -> Result<Pair<'s, M>> {
        let disk = SimDisk::new(1);
        let mut pair = Pair { open, map: None, disk, model: Model::new(), since_sync: vec![Model::new()], script };
        pair.script.step("a new map");
        pair.reopen()?;
        // Creating it is a change too, which a crash may undo whole.
        pair.sync()?;
        Ok(pair)
    }

    /// Makes an error a broken rule.
    fn done<T>(&self, rule: &str, answer: std::result::Result<T, String>) -> Result<T> {
        answer.map_err(|e| self.script.broken(rule, "no error", e))
    }

    fn map(&self) -> Result<&M> {
        self.map.as_ref().ok_or_else(|| self.script.broken("open", "a map", "none"))
    }

    fn reopen(&mut self) -> Result {
        let opened = (self.open)(Arc::new(self.disk.clone()));
        self.map = Some(self.done("open", opened)?);
        Ok(())
    }

    fn sync(&mut self) -> Result {
        self.done("sync", self.map()?.sync())?;
        self.since_sync = vec![self.model.clone()];
        Ok(())
    }

    pub(crate) fn run(&mut self, step: &Step) -> Result {
        match step {
            Step::Insert { key: n, value: v } => self.insert(key(*n), value(*v)),
            Step::Update { key: n, value: v } => self.update(key(*n), value(*v)),
            Step::Put { key: n, value: v } => self.put(key(*n), value(*v)),
            Step::Remove { key: n } => self.remove(&key(*n)),
            Step::Get { key: n } => self.get(&key(*n)),
            Step::Range { from, to, kinds } => self.range(&key(*from), &key(*to), *kinds),
            Step::Fill { key: n, n: count, value: v } => (*n..n + count).try_for_each(|n| self.put(key(n), value(*v))),
            Step::Clear { key: n, n: count } => {
                let keys: Vec<Bytes> =
                    self.model.range(key(*n)..).take(usize::from(*count)).map(|(k, _)| k.clone()).collect();
                keys.iter().try_for_each(|key| self.remove(key))
            }
            Step::Reopen => {
                self.script.step("closed and opened again");
                let closed = self.map.take().map_or(Ok(()), M::close);
                self.done("close", closed)?;
                self.since_sync = vec![self.model.clone()];
                self.reopen()?;
                self.compare()
            }
            Step::Sync => {
                self.script.step("sync");
                self.sync()
            }
            Step::Crash { seed, killed, in_next } => self.crash(*seed, *killed, *in_next),
        }
    }

    fn insert(&mut self, key: Bytes, value: Bytes) -> Result {
        self.script.step(format!("insert {} = {}", show(&key), show(&value)));
        let is_new = !self.model.contains_key(&key);
        let got = self.done("insert", self.map()?.insert(&key, &value))?;
        self.script.check_same("insert: true if the key is new", &is_new, &got)?;
        self.change(|model| {
            model.entry(key).or_insert(value);
        });
        Ok(())
    }

    fn update(&mut self, key: Bytes, value: Bytes) -> Result {
        self.script.step(format!("update {} = {}", show(&key), show(&value)));
        let got = self.done("update", self.map()?.update(&key, &value))?;
        self.script.check_same("update: true if the key is there", &self.model.contains_key(&key), &got)?;
        self.change(|model| drop(model.entry(key).and_modify(|old| *old = value)));
        Ok(())
    }

    fn put(&mut self, key: Bytes, value: Bytes) -> Result {
        self.script.step(format!("put {} = {}", show(&key), show(&value)));
        self.done("put", self.map()?.put(&key, &value))?;
        self.change(|model| drop(model.insert(key, value)));
        Ok(())
    }

    fn remove(&mut self, key: &[u8]) -> Result {
        self.script.step(format!("remove {}", show(key)));
        let got = self.done("remove", self.map()?.remove(key))?;
        self.script.check_same("remove: true if the key is there", &self.model.contains_key(key), &got)?;
        self.change(|model| drop(model.remove(key)));
        Ok(())
    }

    fn change(&mut self, change: impl FnOnce(&mut Model)) {
        let before = self.model.clone();
        change(&mut self.model);
        if before != self.model {
            self.since_sync.push(self.model.clone());
        }
    }

    fn get(&mut self, key: &[u8]) -> Result {
        self.script.step(format!("get {}", show(key)));
        let got = self.done("get", self.map()?.get(key))?;
        let (expected, got) = (self.model.get(key).map(|v| show(v)), got.map(|v| show(&v)));
        self.script.check_same("get: the value of the key", &expected, &got)
    }

    fn range(&mut self, from: &[u8], to: &[u8], kinds: (u8, u8)) -> Result {
        let bound = |kind, key: &[u8]| match kind {
            0 => Bound::Unbounded,
            1 => Bound::Included(key.to_vec()),
            _ => Bound::Excluded(key.to_vec()),
        };
        let range = (bound(kinds.0, from.min(to)), bound(kinds.1, from.max(to)));
        let shown = |bound: &Bound<Bytes>| bound.as_ref().map(|key| show(key));
        self.script.step(format!("range {:?} to {:?}", shown(&range.0), shown(&range.1)));
        let got = self.done("range", self.map()?.range(range.clone()))?;
        let expected = self.model.iter().filter(|(key, _)| range.contains(*key));
        let expected: Vec<String> = expected.map(|(k, v)| format!("{} = {}", show(k), show(v))).collect();
        let got: Vec<String> = got.iter().map(|(k, v)| format!("{} = {}", show(k), show(v))).collect();
        self.script.check_same("range: its pairs, ascending", &expected, &got)
    }

    /// Compares all pairs.
    pub(crate) fn compare(&self) -> Result {
        let got = self.done("range", self.map()?.range((Bound::Unbounded, Bound::Unbounded)))?;
        self.script.check("range: all pairs, ascending", got.is_sorted(), "ascending", got.len())?;
        let (n, got) = (got.len(), Model::from_iter(got));
        self.script.check_same("range: the number of pairs", &self.model.len(), &n)?;
        let differs = |(key, value): &(&Bytes, &Bytes)| got.get(*key) != Some(value);
        let wrong = self.model.iter().find(differs).map(|(key, _)| show(key));
        self.script.check("range: all pairs", wrong.is_none(), "the pairs of the model", wrong)
    }

    /// A crash: now, or in the next change before one of its calls of the disk. The map on what is left must be the
    /// result of a prefix of the changes, all synced ones included.
    fn crash(&mut self, seed: u64, killed: bool, in_next: Option<u8>) -> Result {
        let leave = move |disk: &SimDisk| if killed { disk.killed() } else { disk.power_loss(seed) };
        let mut left = leave(&self.disk);
        if let Some(calls) = in_next {
            let due = Arc::new(Mutex::new(Due { calls_left: Some(calls), left: None }));
            let (on, disk) = (due.clone(), self.disk.clone());
            self.disk.on_call(move |_| {
                if let Ok(mut due) = on.lock() {
                    match due.calls_left {
                        Some(0) => (due.calls_left, due.left) = (None, Some(leave(&disk))),
                        left => due.calls_left = left.map(|n| n - 1),
                    }
                }
            });
            self.put(key(1), vec![seed as u8; 3000])?;
            self.done("sync", self.map()?.sync())?;
            self.disk.clear_hook();
            let taken = due.lock().ok().and_then(|mut due| due.left.take());
            left = taken.unwrap_or_else(|| leave(&self.disk));
        }
        self.script.step(if killed { "the process is killed".to_owned() } else { format!("power loss {seed}") });
        self.map = None;
        self.disk = left;
        self.reopen()?;
        let got = self.done("range", self.map()?.range((Bound::Unbounded, Bound::Unbounded)))?;
        let got = Model::from_iter(got);
        let found = self.since_sync.iter().rposition(|state| *state == got);
        let expected = format!("one of the {} states since the last sync", self.since_sync.len());
        self.script.check("I1–I4", found.is_some(), expected, format!("{} pairs that fit none", got.len()))?;
        self.model = got;
        // What a power loss has left is durable; what a kill has left may still be lost.
        self.done("sync", self.map()?.sync())?;
        self.since_sync = vec![self.model.clone()];
        Ok(())
    }
}
