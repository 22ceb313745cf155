//! What the tests of undo share: a rollback segment to work on, and a model of its contents.

use innolab_base::{Events, PageNo, SpaceId, SystemClock, TrxId, TrxNo, Xid};
use innolab_disk::SimDisk;
use innolab_store::{Options, Space, Store};
use innolab_undo::{Kind, Log, RecoveredLog, RecoveredState, RollPtr, Undo};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The rollback segment's header: the first page that a new tablespace allocates.
pub(crate) const ROOT: PageNo = PageNo(3);

pub(crate) fn options() -> Options {
    Options { innodb_buffer_pool_size: 1 << 20, innodb_log_file_size: 2 << 20, background: false, ..Options::default() }
}

pub(crate) fn open_store(disk: &SimDisk, options: Options) -> Arc<Store> {
    Store::open(Arc::new(disk.clone()), options, Arc::new(SystemClock::default()), Events::none()).expect("opens").0
}

/// A rollback segment alone in a tablespace.
pub(crate) struct World {
    pub(crate) disk: SimDisk,
    pub(crate) store: Arc<Store>,
    pub(crate) space: Arc<Space>,
    pub(crate) undo: Undo,
}

impl World {
    pub(crate) fn new(seed: u64) -> World {
        World::on(SimDisk::new(seed), Events::none())
    }

    pub(crate) fn on(disk: SimDisk, events: Events) -> World {
        let store = open_store(&disk, options());
        let space = store.create_space(SpaceId(1), "undo.ibd").expect("made");
        let root = Undo::create(&store, &space).expect("made");
        assert_eq!(root, ROOT);
        let (undo, recovered) = Undo::open(&store, &space, root, events).expect("opens");
        assert!(recovered.is_empty());
        World { disk, store, space, undo }
    }

    pub(crate) fn open(disk: SimDisk) -> innolab_undo::Result<(World, Vec<RecoveredLog>)> {
        let store = open_store(&disk, options());
        let space = store.space(SpaceId(1)).expect("there");
        let (undo, recovered) = Undo::open(&store, &space, ROOT, Events::none())?;
        Ok((World { disk, store, space, undo }, recovered))
    }

    /// Opens the world again after a power loss, with everything made durable before.
    pub(crate) fn again(self) -> (World, Vec<RecoveredLog>) {
        let World { disk, store, .. } = self;
        store.flush_log(store.appended_lsn()).expect("flushed");
        drop(store);
        World::open(disk.power_loss(0)).expect("opens")
    }

    /// Purges the whole history; returns number, transaction and ids of the records of each log.
    pub(crate) fn purge_all(&self) -> Vec<(u64, u64, Vec<u64>)> {
        let mut out = vec![];
        while let Some((no, trx, records)) = self.purge_one(id_of) {
            out.push((no, trx, records));
        }
        out
    }

    /// Purges the whole history without reading its records; returns the number of logs.
    pub(crate) fn purge(&self) -> usize {
        std::iter::from_fn(|| self.purge_one(|_, _| 0)).count()
    }

    /// Purges the oldest log; `see` returns the id of a record.
    fn purge_one(&self, see: fn(RollPtr, &[u8]) -> u64) -> Option<(u64, u64, Vec<u64>)> {
        let mut history = self.undo.next_purgeable(TrxNo(u64::MAX)).expect("read")?;
        let (mut into, mut records) = (vec![], vec![]);
        while let Some(at) = history.next(&mut into).expect("read") {
            records.push(see(at, &into));
        }
        let out = (history.no.0, history.trx.0, records);
        history.free().expect("freed");
        Some(out)
    }
}

/// The payload of the record with this id: the id, and bytes whose number and value follow from the id.
pub(crate) fn payload(id: u64) -> Vec<u8> {
    let len = match id % 7 {
        0 => id * 977 % 9000,
        n => n * 23,
    };
    [&id.to_be_bytes()[..], &vec![id as u8; len as usize]].concat()
}

pub(crate) fn kind(id: u64) -> Kind {
    if id.is_multiple_of(3) { Kind::Insert } else { Kind::Modify }
}

/// The ids that are appended together with `first`: all of one kind.
fn batch(first: u64) -> impl Iterator<Item = u64> + Clone {
    let n = if first.is_multiple_of(4) { 1 + first / 4 % 40 } else { 1 };
    (0..n).map(move |i| first + 3 * i)
}

/// Appends records of one kind, with as many calls as it takes.
fn append_batch(log: &mut Log, mut ids: &[u64], mut place: impl FnMut(u64, RollPtr)) -> innolab_undo::Result<()> {
    while let Some(first) = ids.first() {
        let payloads: Vec<Vec<u8>> = ids.iter().map(|id| payload(*id)).collect();
        let mut done = 0;
        log.append_all(kind(*first), payloads.iter().map(|p| &p[..]), |at| {
            place(ids[done], at);
            done += 1;
        })?;
        assert!(done > 0, "one at least");
        ids = &ids[done..];
    }
    Ok(())
}

/// Returns the id of a record, and checks that the record is as it was written.
pub(crate) fn id_of(at: RollPtr, bytes: &[u8]) -> u64 {
    let id = u64::from_be_bytes(bytes[..8].try_into().expect("8 bytes"));
    assert_eq!(bytes, payload(id), "record {id} at {at}");
    assert_eq!(at.is_insert(), kind(id) == Kind::Insert);
    id
}

/// Returns the ids of a log's records, oldest first, read backwards.
pub(crate) fn records_of(log: &Log) -> Vec<u64> {
    let (mut out, mut into) = (vec![], vec![]);
    let mut next = log.top(&mut into).expect("read");
    while let Some(at) = next {
        out.push(id_of(at, &into));
        next = log.before(at, &mut into).expect("read");
    }
    out.reverse();
    assert_eq!(out.len() as u64, log.len());
    out
}

/// A log in progress.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OpenLog {
    pub(crate) records: Vec<u64>,
    pub(crate) xid: Option<u64>,
    /// True if the log is on disk: it had a record, or was prepared.
    pub(crate) written: bool,
}

/// The contents that a rollback segment must have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) open: BTreeMap<u64, OpenLog>,
    /// Number, transaction, records.
    pub(crate) history: Vec<(u64, u64, Vec<u64>)>,
}

impl Model {
    /// Returns what a crash leaves of these contents.
    pub(crate) fn on_disk(&self) -> Model {
        let mut out = self.clone();
        out.open.retain(|_, log| log.written);
        out
    }

    /// Reads the contents of a recovered rollback segment. Purges the history to read it.
    pub(crate) fn of(world: &World, recovered: &[RecoveredLog]) -> Model {
        let mut out = Model { history: world.purge_all(), ..Model::default() };
        for found in recovered {
            let xid = match found.state {
                RecoveredState::Active => None,
                RecoveredState::Prepared(xid) => Some(xid.0),
            };
            assert_eq!(found.trx, found.log.trx());
            let log = OpenLog { records: records_of(&found.log), xid, written: true };
            assert_eq!(out.open.insert(found.trx.0, log), None, "trx {} has one log", found.trx);
        }
        out
    }
}

/// An operation on one of the logs in progress (chosen by its position), or on the history.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Op {
    Begin,
    Append(u64),
    /// The log, and the sixteenths of its records that it keeps.
    Truncate(u64, u64),
    Commit(u64),
    Discard(u64),
    Prepare(u64),
    Unprepare(u64),
    Purge,
}

/// The rollback segment and the model, side by side.
pub(crate) struct Both {
    pub(crate) world: World,
    pub(crate) logs: BTreeMap<u64, Log>,
    /// The address of each record that was ever written.
    pub(crate) places: BTreeMap<u64, RollPtr>,
    /// Transactions that ever wrote a record of kind Modify.
    modified: BTreeSet<u64>,
    pub(crate) model: Model,
    pub(crate) next: u64,
}

impl Both {
    pub(crate) fn new(world: World) -> Both {
        Both {
            world,
            logs: BTreeMap::new(),
            places: BTreeMap::new(),
            modified: BTreeSet::new(),
            model: Model::default(),
            next: 1,
        }
    }

    fn draw(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn choose(&self, n: u64) -> Option<u64> {
        self.logs.keys().nth(n as usize % self.logs.len().max(1)).copied()
    }

    /// Returns the transaction that `op` works on, and the model as it will be after `op`; or `None` if `op` is not
    /// possible now.
    pub(crate) fn plan(&mut self, op: Op) -> Option<(u64, Model)> {
        let mut after = self.model.clone();
        let trx = match op {
            Op::Begin if self.logs.len() >= 6 => return None,
            Op::Begin => {
                let trx = self.draw();
                after.open.insert(trx, OpenLog::default());
                return Some((trx, after));
            }
            Op::Purge => {
                after.history.drain(..1.min(after.history.len()));
                return (after != self.model).then_some((0, after));
            }
            Op::Append(n) | Op::Commit(n) | Op::Discard(n) | Op::Prepare(n) | Op::Unprepare(n) | Op::Truncate(n, _) => {
                self.choose(n)?
            }
        };
        let id = self.draw();
        let log = after.open.get_mut(&trx)?;
        let prepared = log.xid.is_some();
        match op {
            Op::Append(_) | Op::Truncate(..) | Op::Prepare(_) if prepared => return None,
            Op::Append(_) => {
                log.records.extend(batch(id));
                self.next = batch(id).max().unwrap_or(id);
                log.written = true;
            }
            Op::Truncate(_, keep) => log.records.truncate(log.records.len() * keep as usize / 16),
            Op::Prepare(_) => (log.xid, log.written) = (Some(id), true),
            Op::Unprepare(_) if !prepared => return None,
            Op::Unprepare(_) => log.xid = None,
            _ => {
                let log = after.open.remove(&trx)?;
                let enters_history = self.enters_history(trx, &log);
                if matches!(op, Op::Commit(_)) && enters_history {
                    after.history.push((id, trx, log.records));
                }
            }
        }
        Some((trx, after))
    }

    /// True if a commit puts the log into the history: it has a record, and ever had one of kind Modify.
    fn enters_history(&self, trx: u64, log: &OpenLog) -> bool {
        let modified = self.modified.contains(&trx) || log.records.iter().any(|id| kind(*id) == Kind::Modify);
        modified && !log.records.is_empty()
    }

    /// Does what [`Both::plan`] planned.
    pub(crate) fn carry_out(&mut self, op: Op, trx: u64, after: Model) -> innolab_undo::Result<()> {
        let id = self.next;
        match op {
            Op::Begin => {
                let log = self.world.undo.begin(TrxId(trx))?;
                self.logs.insert(trx, log);
            }
            Op::Purge => {
                let oldest = &self.model.history[0];
                let history = self.world.undo.next_purgeable(TrxNo(oldest.0 + 1))?;
                let mut history = history.expect("there");
                let (mut into, mut records) = (vec![], vec![]);
                while let Some(at) = history.next(&mut into)? {
                    records.push(id_of(at, &into));
                }
                assert_eq!((history.no.0, history.trx.0, &records), (oldest.0, oldest.1, &oldest.2));
                history.free()?;
            }
            Op::Commit(_) | Op::Discard(_) => {
                let mut log = self.logs.remove(&trx).expect("there");
                match op {
                    Op::Commit(_) => log.commit(&mut || TrxNo(id))?,
                    _ => log.discard()?,
                };
            }
            _ => self.change(op, trx, id, &after)?,
        }
        self.model = after;
        Ok(())
    }

    fn change(&mut self, op: Op, trx: u64, id: u64, after: &Model) -> innolab_undo::Result<()> {
        let log = self.logs.get_mut(&trx).expect("there");
        match op {
            Op::Append(_) => {
                let had = log.len() as usize;
                let ids = &after.open[&trx].records[had..];
                append_batch(log, ids, |id, at| {
                    self.places.insert(id, at);
                })?;
                if kind(ids[0]) == Kind::Modify {
                    self.modified.insert(trx);
                }
            }
            Op::Truncate(..) => log.truncate(after.open[&trx].records.len() as u64)?,
            Op::Prepare(_) => log.prepare(Xid(id)).map(|_| ())?,
            _ => log.unprepare().map(|_| ())?,
        }
        Ok(())
    }
}

impl Both {
    /// After a restart only a prepared log knows whether it had a record of kind Modify; an active one counts as if it
    /// had.
    pub(crate) fn forget_modified(&mut self, trx: u64, prepared: bool) {
        if !prepared {
            self.modified.insert(trx);
        }
    }
}
