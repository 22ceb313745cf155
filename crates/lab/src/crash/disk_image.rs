//! Runs one commit on a simulated disk, and copies the disk at every step.
//!
//! ```text
//! events of the binlog, calls of the disk ─► the step that has just happened ─► a copy of the disk, and the position
//!                                                                               up to which a replica may read
//! ```
//!
//! The image of "an engine's record is written" is taken before the sync call that follows the write. Under a setting
//! that does not sync, the images of "written" and "synced" are the same. The image of "the log is partly written" is
//! the image after the whole write, with the log's file cut in the middle of the transaction.
//!
//! RULES
//!
//! - **R1** The image of a step has the effects that the model lists up to that step, and none of a later one
//!   ([`super::model`]).

use super::model::{Flush, Order, Step, SyncBinlog};
use crate::failure::Failure;
use innolab_base::sync::Mutex;
use innolab_base::{CondvarPark, Event, Events, ManualClock, Sink, Waiter};
use innolab_binlog::{Position, events};
use innolab_disk::{Call, Disk, SimDisk};
use innolab_engine::{Datum, DuplicateLock, Engine, Isolation, LogBin, Options, Table, TimeSource, Transaction};
use innolab_sql::Session;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

/// The settings of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Knobs {
    pub(crate) order: Order,
    pub(crate) flush: Flush,
    pub(crate) sync: SyncBinlog,
}

/// N of `sync_binlog = N`: more commit groups than a run has, so no group is synced.
const NTH: u32 = 1000;

impl Knobs {
    /// The engine's options.
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
        options.time = TimeSource::From(1_700_000_000);
        options.log_bin = Some(LogBin { database: "lab".into(), log, ..LogBin::default() });
        options
    }

    /// Opens the database on `disk` under these settings.
    pub(crate) fn open(self, disk: &SimDisk, events: Events) -> Result<Arc<Engine>, Failure> {
        let clock = Arc::new(ManualClock::default());
        Ok(Engine::open_with(Arc::new(disk.clone()), self.options(), clock, events, Arc::new(CondvarPark))?)
    }
}

/// The disk at a step.
#[derive(Clone)]
pub(crate) struct DiskImage {
    /// A copy of the disk as a kill leaves it. It keeps unsynced data apart, so that a power loss can drop it.
    pub(crate) disk: SimDisk,
    /// The position up to which a replica may read.
    pub(crate) readable: Position,
    /// Number of lines of the timeline up to this step.
    pub(crate) n_lines: usize,
}

/// A run: an image for each step, and its events as lines.
#[derive(Default)]
pub(crate) struct Recording {
    pub(crate) images: BTreeMap<Step, DiskImage>,
    pub(crate) timeline: Vec<String>,
    /// The step whose image the next sync call takes.
    unsynced: Option<Step>,
}

/// Takes the images. It receives the engine's events, and is called before each call of the disk.
struct Recorder {
    order: Order,
    disk: SimDisk,
    engine: Mutex<Weak<Engine>>,
    recording: Mutex<Recording>,
}

impl Recorder {
    /// Takes the image of each of these steps that has none yet.
    fn take(&self, steps: &[Step]) {
        let Some(engine) = self.engine.lock().upgrade() else { return };
        let Some(log) = engine.binlog() else { return };
        let mut recording = self.recording.lock();
        let image = DiskImage { disk: self.disk.killed(), readable: log.readable(), n_lines: recording.timeline.len() };
        for step in steps {
            recording.images.entry(*step).or_insert_with(|| image.clone());
        }
    }

    /// Takes the image of "the log is partly written": the image after the whole write, with the file cut in the
    /// middle. A replica has read nothing of the transaction.
    fn take_partly(&self, flushed: &events::Flushed) {
        self.take(&[Step::BinlogPartly]);
        if let Some(image) = self.recording.lock().images.get_mut(&Step::BinlogPartly) {
            // The last line is that of the whole write.
            (image.readable, image.n_lines) = (flushed.from.clone(), image.n_lines - 1);
            let middle = (flushed.from.offset + flushed.to) / 2;
            let cut = image.disk.open(&flushed.from.file).and_then(|file| file.set_len(middle));
            cut.unwrap_or_else(|e| panic!("a disk without planned faults failed: {e}"));
        }
    }

    /// Adds a line to the timeline.
    fn note(&self, what: &str, how: &str) {
        let Some(engine) = self.engine.lock().upgrade() else { return };
        let lsn = engine.store().appended_lsn();
        let at = engine.binlog().map(|log| log.readable().to_string()).unwrap_or_default();
        self.recording.lock().timeline.push(format!("{lsn:>8}  {at:<18}  {what:<22}  {how}").trim_end().to_owned());
    }

    /// After the engine's records are written, and synced if the setting asks for it.
    fn engine_synced(&self) {
        self.recording.lock().unsynced = None;
        match self.order {
            Order::Right => self.take(&[Step::PrepareWritten, Step::PrepareSynced]),
            Order::EngineFirst | Order::BinlogFirst => {
                self.take(&[Step::EngineCommitWritten, Step::EngineCommitSynced]);
            }
        }
    }

    /// After the engine's commit record is in its log buffer.
    fn committed(&self) {
        match self.order {
            // The binlog is synced by now, if the setting asks for it.
            Order::Right => self.take(&[Step::BinlogSynced, Step::EngineCommitWritten]),
            Order::BinlogFirst => self.take(&[Step::BinlogSynced]),
            Order::EngineFirst => {}
        }
        if self.order != Order::Right {
            self.recording.lock().unsynced = Some(Step::EngineCommitWritten);
        }
    }

    /// Before a call of the disk.
    fn call(&self, call: Call) {
        let unsynced = self.recording.lock().unsynced;
        if let (Call::Sync, Some(step)) = (call, unsynced) {
            self.take(&[step]);
        }
        self.note("disk", &format!("{call:?}").to_lowercase());
    }
}

impl Sink for Recorder {
    fn event(&self, event: &dyn Event) {
        let any = event.as_any();
        if event.kind().starts_with("binlog.") || event.kind().starts_with("undo.") {
            self.note(event.kind(), &event.to_string());
        }
        if any.is::<events::Prepared>() {
            self.recording.lock().unsynced = Some(Step::PrepareWritten);
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

/// The disk that every run starts from: a table with two accounts, shut down cleanly.
pub(crate) fn accounts() -> Result<SimDisk, Failure> {
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
    let table = engine.table("account").ok_or("the table of accounts is missing")?;
    Ok((table, engine.begin(&Arc::new(Waiter::new(1)), Isolation::default())))
}

fn account(id: i64, balance: i64) -> [Datum; 2] {
    [Datum::Int(id), Datum::Int(balance)]
}

/// Moves money from one account to the other, and takes an image at every step of the commit.
pub(crate) fn record_commit(accounts: &SimDisk, knobs: Knobs) -> Result<Recording, Failure> {
    let disk = accounts.killed();
    let (order, recording) = (knobs.order, Mutex::new(Recording::default()));
    let recorder = Arc::new(Recorder { order, disk: disk.clone(), engine: Mutex::new(Weak::new()), recording });
    let engine = knobs.open(&disk, Events::to(recorder.clone()))?;
    *recorder.engine.lock() = Arc::downgrade(&engine);
    let (table, mut trx) = begin(&engine)?;
    trx.update(&table, &account(1, 100), &account(1, 90))?;
    trx.update(&table, &account(2, 0), &account(2, 10))?;
    recorder.take(&[Step::BeforePrepare]);
    disk.on_call({
        let recorder = recorder.clone();
        move |call| recorder.call(call)
    });
    trx.commit()?;
    recorder.take(&[Step::BinlogSynced]);
    recorder.note("client", "got the answer");
    recorder.take(&[Step::Acknowledged]);
    if order == Order::Right {
        engine.store().flush_log(engine.store().appended_lsn())?;
        recorder.note("a second later", "the redo log is synced");
        recorder.take(&[Step::EngineCommitSynced]);
    }
    disk.clear_hook();
    let recording = std::mem::take(&mut *recorder.recording.lock());
    Ok(recording)
}
