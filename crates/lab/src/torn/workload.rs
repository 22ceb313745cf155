//! The run whose pages are torn: rows are changed and inserted, then all dirty pages are written in one batch.

use crate::failure::Failure;
use innolab_base::sync::Mutex;
use innolab_base::{CondvarPark, Events, ManualClock, PAGE_SIZE};
use innolab_disk::{Access, Call, Disk, SimDisk};
use innolab_engine::{Engine, Options, TimeSource};
use innolab_page::fil;
use innolab_sql::{Outcome, Session};
use innolab_store::{DOUBLEWRITE, Doublewrite};
use std::sync::Arc;

/// Values as the client sees them.
pub(super) type Rows = Vec<Vec<Option<Vec<u8>>>>;

/// A write of the batch.
pub(super) struct PageWrite {
    pub(super) file: String,
    /// First byte of the file that is written.
    pub(super) at: u64,
    pub(super) old: Vec<u8>,
    pub(super) new: Vec<u8>,
    /// The disk just before the write.
    pub(super) before: SimDisk,
}

/// What the batch costs. Pages are written to their places under each setting.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cost {
    pub(super) pages: u64,
    pub(super) doublewrite_bytes: u64,
    /// Of tablespace files and of the doublewrite file.
    pub(super) syncs: u64,
}

/// A run under one setting.
pub(super) struct Recording {
    pub(super) writes: Vec<PageWrite>,
    pub(super) cost: Cost,
    /// The committed rows.
    pub(super) rows: Rows,
}

/// Opens the database on `disk` under a setting.
pub(super) fn open(disk: &SimDisk, setting: Doublewrite, events: Events) -> innolab_engine::Result<Arc<Engine>> {
    let mut options = Options { log_bin: None, time: TimeSource::From(1_700_000_000), ..Options::default() };
    options.store.background = false;
    options.store.innodb_buffer_pool_size = 4 << 20;
    options.store.innodb_log_file_size = 1 << 20;
    options.store.innodb_log_buffer_size = 256 << 10;
    options.store.innodb_doublewrite = setting;
    let clock = Arc::new(ManualClock::default());
    Engine::open_with(Arc::new(disk.clone()), options, clock, events, Arc::new(CondvarPark))
}

/// All rows of the table.
pub(super) fn rows(engine: &Arc<Engine>) -> Result<Rows, Failure> {
    match Session::new(engine.clone(), "lab").execute("select * from t order by id")? {
        Outcome::Rows { rows, .. } => Ok(rows),
        Outcome::Ok { .. } => Err("a SELECT returned no rows".into()),
    }
}

/// A table with some leaves, shut down cleanly.
fn table() -> Result<SimDisk, Failure> {
    let disk = SimDisk::new(1);
    let engine = open(&disk, Doublewrite::On, Events::none())?;
    let mut session = Session::new(engine.clone(), "lab");
    session.execute("create table t (id int primary key, v int not null, s varchar(200), key (v))")?;
    session.execute(&insert((0..300).map(|i| 2 * i)))?;
    drop(session);
    engine.close()?;
    Ok(disk)
}

fn insert(ids: impl Iterator<Item = u32>) -> String {
    let rows: Vec<String> = ids.map(|id| format!("({id}, {}, repeat('{}', 150))", id % 7, id % 10)).collect();
    format!("insert into t values {}", rows.join(", "))
}

/// A call of the disk: its file, offset and length, and before a write, the disk.
type SeenCall = (Call, String, (u64, u64), Option<SimDisk>);

/// Changes rows of old leaves and makes new ones, and records the batch in which their pages are written.
pub(super) fn record(setting: Doublewrite) -> Result<Recording, Failure> {
    let disk = table()?;
    let engine = open(&disk, setting, Events::none())?;
    let mut session = Session::new(engine.clone(), "lab");
    session.execute("update t set v = v + 100, s = concat('changed ', s) where id % 20 = 0")?;
    session.execute(&insert((0..100).map(|i| 2 * i + 1)))?;
    let rows = rows(&engine)?;
    let calls: Arc<Mutex<Vec<SeenCall>>> = Arc::default();
    disk.on_access({
        let (disk, calls) = (disk.clone(), calls.clone());
        move |Access { call, file, range }| {
            if file == DOUBLEWRITE || file.ends_with(".ibd") {
                let before = (call == Call::Write).then(|| disk.killed());
                calls.lock().push((call, file.to_owned(), range, before));
            }
        }
    });
    engine.store().flush_all()?;
    disk.clear_hook();
    let mut recording = Recording { writes: vec![], cost: Cost::default(), rows };
    for (call, file, (at, len), before) in std::mem::take(&mut *calls.lock()) {
        recording.cost.syncs += u64::from(call == Call::Sync);
        let Some(before) = before else { continue };
        match file == DOUBLEWRITE {
            true => recording.cost.doublewrite_bytes += len,
            false => recording.cost.pages += len / PAGE_SIZE as u64,
        }
        let read = |disk: &SimDisk| -> Result<Vec<u8>, Failure> {
            let (mut bytes, file) = (vec![0; len as usize], disk.open(&file)?);
            let there = file.len()?.saturating_sub(at).min(len);
            file.read_at(at, &mut bytes[..there as usize])?;
            Ok(bytes)
        };
        let (old, new) = (read(&before)?, read(&disk)?);
        recording.writes.push(PageWrite { file, at, old, new, before });
    }
    Ok(recording)
}

impl PageWrite {
    /// True if a page is written to its place.
    pub(super) fn in_place(&self) -> bool {
        self.file != DOUBLEWRITE
    }

    /// The number of the page in its file.
    pub(super) fn page_no(&self) -> u64 {
        self.at / PAGE_SIZE as u64
    }

    /// What is written: two writes of one kind differ only in the page.
    pub(super) fn kind(&self) -> String {
        if !self.in_place() {
            return self.file.clone();
        }
        let is_new = self.old.iter().all(|byte| *byte == 0);
        format!("{} {}{}", self.file, fil::page_type(&self.new), if is_new { ", new" } else { "" })
    }
}
