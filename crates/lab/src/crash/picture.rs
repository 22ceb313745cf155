//! One commit on a simulated disk, and a picture of the disk at every step of it.
//!
//! ```text
//! events of the log and calls of the disk ─► which step has just happened ─► what the disk has, and how far a replica may read
//! ```
//!
//! An engine's record is seen to be written when the disk's sync call comes that follows the write: the picture is
//! taken before that call. Where the knob wants no sync, both steps show the same disk. "The log partly written" is the
//! picture of the whole write with the file cut in the middle of the transaction.
//!
//! RULES
//!
//! - **R1** What a step leaves is what the model says that has happened by then, and nothing later ([`super::model`]).

use super::model::{Flush, Order, Step, SyncBinlog};
use crate::failure::Failure;
use innolab_base::sync::Mutex;
use innolab_base::{CondvarPark, Event, Events, ManualClock, Sink, Waiter};
use innolab_binlog::{Position, events};
use innolab_disk::{Call, Disk, SimDisk};
use innolab_engine::{Datum, DuplicateLock, Engine, Isolation, LogBin, Options, Since1970, Table, Transaction};
use innolab_sql::Session;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

/// The settings of a run: a row of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Knobs {
    pub(crate) order: Order,
    pub(crate) flush: Flush,
    pub(crate) sync: SyncBinlog,
}

/// N of `sync_binlog = N`: more groups than a run has.
const NTH: u32 = 1000;

impl Knobs {
    /// As the engine wants them.
    pub(crate) fn options(self) -> Options {
        let mut options = Options::default();
        options.store.background = false;
        options.store.innodb_buffer_pool_size = 4 << 20;
        options.store.innodb_log_file_size = 4 << 20;
        options.store.innodb_log_buffer_size = 1 << 20;
        options.innodb_flush_log_at_trx_commit = match self.flush {
            Flush::EachSecond => 0,
            Flush::Synced => 1,
            Flush::Written => 2,
        };
        let log = innolab_binlog::Options {
            sync_binlog: match self.sync {
                SyncBinlog::Never => 0,
                SyncBinlog::EachGroup => 1,
                SyncBinlog::EachNth => NTH,
            },
            order: match self.order {
                Order::Right => innolab_binlog::Order::TwoPhase,
                Order::EngineFirst => innolab_binlog::Order::EngineFirst,
                Order::BinlogFirst => innolab_binlog::Order::BinlogFirst,
            },
            ..innolab_binlog::Options::default()
        };
        options.time = Since1970::From(1_700_000_000);
        options.log_bin = Some(LogBin { database: "lab".into(), log, ..LogBin::default() });
        options
    }

    /// Opens the database on `disk` under these settings.
    pub(crate) fn open(self, disk: &SimDisk, events: Events) -> Result<Arc<Engine>, Failure> {
        let clock = Arc::new(ManualClock::default());
        Ok(Engine::open_with(Arc::new(disk.clone()), self.options(), clock, events, Arc::new(CondvarPark))?)
    }
}

/// A step, as the disk showed it.
#[derive(Clone)]
pub(crate) struct Picture {
    /// What a kill leaves; a power loss is drawn from it.
    pub(crate) disk: SimDisk,
    /// How far a replica may read.
    pub(crate) readable: Position,
    /// How many lines of the timeline have happened.
    pub(crate) told: usize,
}

/// A run: its pictures, and what happened in it, line by line.
#[derive(Default)]
pub(crate) struct Album {
    pub(crate) pictures: BTreeMap<Step, Picture>,
    pub(crate) timeline: Vec<String>,
    /// The step that a sync call of the disk would bring to its end.
    unsynced: Option<Step>,
}

/// Takes the pictures.
struct Camera {
    order: Order,
    disk: SimDisk,
    engine: Mutex<Weak<Engine>>,
    album: Mutex<Album>,
}

impl Camera {
    /// Takes the picture of each of these steps that has none yet.
    fn take(&self, steps: &[Step]) {
        let Some(engine) = self.engine.lock().upgrade() else { return };
        let Some(log) = engine.binlog() else { return };
        let mut album = self.album.lock();
        let picture = Picture { disk: self.disk.killed(), readable: log.readable(), told: album.timeline.len() };
        for step in steps {
            album.pictures.entry(*step).or_insert_with(|| picture.clone());
        }
    }

    /// "The log partly written": the picture of the whole write, the file cut in its middle; a replica has heard
    /// nothing of it yet.
    fn take_partly(&self, flushed: &events::Flushed) {
        self.take(&[Step::BinlogPartly]);
        if let Some(picture) = self.album.lock().pictures.get_mut(&Step::BinlogPartly) {
            // The line that tells of the whole write is not yet told.
            (picture.readable, picture.told) = (flushed.from.clone(), picture.told - 1);
            let middle = (flushed.from.offset + flushed.to) / 2;
            let cut = picture.disk.open(&flushed.from.file).and_then(|file| file.set_len(middle));
            cut.unwrap_or_else(|e| panic!("a copy of a disk without faults: {e}"));
        }
    }

    fn tell(&self, what: &str, how: &str) {
        let Some(engine) = self.engine.lock().upgrade() else { return };
        let lsn = engine.store().appended_lsn();
        let at = engine.binlog().map(|log| log.readable().to_string()).unwrap_or_default();
        self.album.lock().timeline.push(format!("{lsn:>8}  {at:<18}  {what:<22}  {how}").trim_end().to_owned());
    }

    /// The engine's own records are written, and synced as far as the knob wants.
    fn engine_synced(&self) {
        self.album.lock().unsynced = None;
        match self.order {
            Order::Right => self.take(&[Step::PrepareWritten, Step::PrepareSynced]),
            Order::EngineFirst | Order::BinlogFirst => {
                self.take(&[Step::EngineCommitWritten, Step::EngineCommitSynced]);
            }
        }
    }

    /// The engine's commit record is in its log buffer.
    fn committed(&self) {
        match self.order {
            // What the log was to sync is synced.
            Order::Right => self.take(&[Step::BinlogSynced, Step::EngineCommitWritten]),
            Order::BinlogFirst => self.take(&[Step::BinlogSynced]),
            Order::EngineFirst => {}
        }
        if self.order != Order::Right {
            self.album.lock().unsynced = Some(Step::EngineCommitWritten);
        }
    }

    /// Before a call of the disk.
    fn call(&self, call: Call) {
        let unsynced = self.album.lock().unsynced;
        if let (Call::Sync, Some(step)) = (call, unsynced) {
            self.take(&[step]);
        }
        self.tell("disk", &format!("{call:?}").to_lowercase());
    }
}

impl Sink for Camera {
    fn event(&self, event: &dyn Event) {
        let any = event.as_any();
        if event.kind().starts_with("binlog.") || event.kind().starts_with("undo.") {
            self.tell(event.kind(), &event.to_string());
        }
        if any.is::<events::Prepared>() {
            self.album.lock().unsynced = Some(Step::PrepareWritten);
        } else if any.is::<events::PreparedSynced>() {
            self.engine_synced();
        } else if let Some(flushed) = any.downcast_ref::<events::Flushed>() {
            self.take_partly(flushed);
            self.take(&[Step::BinlogWritten]);
        } else if any.is::<events::Synced>() {
            self.take(&[Step::BinlogSynced]);
        } else if any.is::<events::Committed>() {
            self.committed();
        }
    }
}

/// A disk with two accounts, closed well: what every run starts from.
pub(crate) fn two_accounts() -> Result<SimDisk, Failure> {
    let disk = SimDisk::new(1);
    let knobs = Knobs { order: Order::Right, flush: Flush::Synced, sync: SyncBinlog::EachGroup };
    let engine = knobs.open(&disk, Events::none())?;
    Session::new(engine.clone(), "lab").execute("create table account (id int primary key, balance int)")?;
    let (table, mut trx) = begin(&engine)?;
    trx.insert(&table, &account(1, 100), DuplicateLock::Shared)?;
    trx.insert(&table, &account(2, 0), DuplicateLock::Shared)?;
    trx.commit()?;
    engine.close()?;
    Ok(disk)
}

fn begin(engine: &Arc<Engine>) -> Result<(Arc<Table>, Transaction), Failure> {
    let table = engine.table("account").ok_or("the accounts are gone")?;
    Ok((table, engine.begin(&Arc::new(Waiter::new(1)), Isolation::default())))
}

fn account(id: i64, balance: i64) -> [Datum; 2] {
    [Datum::Int(id), Datum::Int(balance)]
}

/// Moves money once, and takes a picture of the disk at every step of the commit.
pub(crate) fn shoot(accounts: &SimDisk, knobs: Knobs) -> Result<Album, Failure> {
    let disk = accounts.killed();
    let (order, album) = (knobs.order, Mutex::new(Album::default()));
    let camera = Arc::new(Camera { order, disk: disk.clone(), engine: Mutex::new(Weak::new()), album });
    let engine = knobs.open(&disk, Events::to(camera.clone()))?;
    *camera.engine.lock() = Arc::downgrade(&engine);
    let (table, mut trx) = begin(&engine)?;
    trx.update(&table, &account(1, 100), &account(1, 90))?;
    trx.update(&table, &account(2, 0), &account(2, 10))?;
    camera.take(&[Step::BeforePrepare]);
    disk.on_call({
        let camera = camera.clone();
        move |call| camera.call(call)
    });
    trx.commit()?;
    camera.take(&[Step::BinlogSynced]);
    camera.tell("client", "was told");
    camera.take(&[Step::Acknowledged]);
    if order == Order::Right {
        engine.store().flush_log(engine.store().appended_lsn())?;
        camera.tell("a second later", "the redo log is synced");
        camera.take(&[Step::EngineCommitSynced]);
    }
    disk.clear_hook();
    let album = std::mem::take(&mut *camera.album.lock());
    Ok(album)
}
