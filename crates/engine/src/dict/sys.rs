//! The system tablespace, `sys.ibd`: the first file that the engine opens, because it leads to all others.
//!
//! ```text
//! page 3   header (`header`): counters of ids · roots · rollback segments
//! page 4   root of the dictionary (`dictionary`)
//! page 5   root of the DDL log (`ddl_log`)
//! page 6…  the rollback segment and its undo logs (the crate `undo`), more pages of both trees
//! ```
//!
//! RULES
//!
//! - **R1** A file without magic is half made (`header` R1). If no other tablespace exists it is made again, under the
//!   next tablespace id; else opening fails.
//! - **R2** A counter in the header is above every number in use. Transaction and row ids are assigned in memory, a
//!   batch of [`BATCH`] at a time: the header is advanced by a batch before the batch's first number is used. So a
//!   restart skips at most one batch.
//!
//! FACT. No number is assigned twice, though the header's change is not synced before its batch is used.
//! PROOF. The redo log is one sequence. Every change that contains a number of the batch is logged after the header's
//! change, so it survives a crash only if the header's change does. ∎
//!
//! InnoDB's counterpart: `trx0sys` (page 5 of the system tablespace), `dict0boot` (page 7). Byte by byte in
//! `docs/formats.md`.

use super::header::{
    DDL_ROOT, DICT_ROOT, HEADER, INDEX_ID, LAYOUT_VERSION, MAGIC, MAGIC_AT, ROW_ID, RSEG, SEGMENT, SPACE_ID, TRX_ID,
    VERSION_AT,
};
use super::{ddl_log, dictionary, header};
use crate::codec::{Error, Result, SYS_FILE};
use innolab_base::codec::{get_u32, get_u64};
use innolab_base::sync::Mutex;
use innolab_base::{Events, IndexId, PAGE_SIZE, PageNo, SpaceId, TrxId};
use innolab_btree::Tree;
use innolab_page::{Write, fil};
use innolab_store::{Space, Store};
use innolab_undo::{RecoveredLog, Undo};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Number of transaction or row ids that one change of the header reserves (R2).
#[doc(alias = "TRX_SYS_TRX_ID_WRITE_MARGIN")]
pub(crate) const BATCH: u64 = 256;

/// The most redo bytes of a mini-transaction on the header page.
const LOG_BYTES: usize = 4096;

/// The index id of the dictionary's tree.
pub(crate) const DICT_INDEX: IndexId = IndexId(1);
/// The index id of the DDL log's tree.
pub(crate) const DDL_INDEX: IndexId = IndexId(2);
/// The first index id for tables; smaller ones are reserved for the system's trees.
const FIRST_INDEX: u64 = 16;
/// A temporary place for a segment header, on the bitmap page. The header page is allocated from a segment whose header
/// is on the header page itself, so until that page exists the segment header is kept here.
const WAITING_ROOM: (PageNo, usize) = (PageNo(1), PAGE_SIZE / 2);

/// A counter of ids: assigned in memory, reserved in the header page (R2).
#[derive(Debug)]
struct Counter {
    /// The counter's offset in the header page.
    at: usize,
    /// Numbers that one change of the header reserves.
    batch: u64,
    /// The next number to assign.
    next: Mutex<u64>,
    /// The number in the header: all smaller ones are reserved. Written with `next` locked.
    limit: AtomicU64,
}

impl Counter {
    /// A counter whose value in the header is `next`; nothing from there on is reserved.
    fn new(at: usize, batch: u64, next: u64) -> Counter {
        Counter { at, batch, next: Mutex::new(next), limit: AtomicU64::new(next) }
    }

    /// Assigns the next number. ERRORS: the header could not be written.
    fn take(&self, sys: &Sys) -> Result<u64> {
        let mut next = self.next.lock();
        self.reserve_locked(sys, *next)?;
        *next += 1;
        Ok(*next - 1)
    }

    /// Advances the header above `n` if it is not above yet. ERRORS: the header could not be written.
    fn reserve(&self, sys: &Sys, n: u64) -> Result<()> {
        if n < self.limit.load(Ordering::Acquire) {
            return Ok(());
        }
        let _one_at_a_time = self.next.lock();
        self.reserve_locked(sys, n)
    }

    fn reserve_locked(&self, sys: &Sys, n: u64) -> Result<()> {
        if n >= self.limit.load(Ordering::Acquire) {
            sys.write_header(self.at, n + self.batch)?;
            self.limit.store(n + self.batch, Ordering::Release);
        }
        Ok(())
    }
}

/// The open system tablespace.
pub(crate) struct Sys {
    store: Arc<Store>,
    space: Arc<Space>,
    trx_ids: Counter,
    row_ids: Counter,
    space_ids: Counter,
    index_ids: Counter,
    /// The header page of the rollback segment.
    rseg: PageNo,
    /// The dictionary's tree.
    pub(crate) dict: Tree,
    /// The DDL log's tree.
    pub(crate) ddl: Tree,
}

impl Sys {
    /// Opens the system tablespace, or creates it in a directory without tablespaces (R1). `empty_files`: the files
    /// that the store found without a first page. ERRORS: [`Error::Directory`] if there are tables but no system
    /// tablespace, or for another layout version (`header` R3); [`Error::Corrupt`].
    pub(crate) fn open(store: &Arc<Store>, empty_files: &[String]) -> Result<Sys> {
        if empty_files.iter().any(|f| f == SYS_FILE) {
            store.disk().remove(SYS_FILE)?;
            store.disk().sync_dir()?;
        }
        let foreign = store.spaces().into_iter().find(|s| *s.name() != *SYS_FILE);
        match (store.space_by_name(SYS_FILE), foreign) {
            (Some(space), foreign) => match (is_complete(store, &space)?, foreign) {
                (true, _) => Sys::read(store, &space),
                (false, None) => {
                    store.drop_space(space.id())?;
                    Sys::create(store, SpaceId(space.id().0 + 1))
                }
                (false, Some(table)) => {
                    Err(Error::corrupt_system(format!("the file was never completed, yet there is {}", table.name())))
                }
            },
            (None, None) => Sys::create(store, SpaceId(0)),
            (None, Some(table)) => {
                let table = table.name();
                Err(Error::Directory(format!(
                    "there is {table} but no {SYS_FILE}, and without {SYS_FILE} its tables are unknown: bring it back"
                )))
            }
        }
    }

    fn create(store: &Arc<Store>, id: SpaceId) -> Result<Sys> {
        let space = store.create_space(id, SYS_FILE)?;
        create_header(store, &space)?;
        let dict = Tree::create(store, &space, DICT_INDEX, dictionary::layout())?;
        let ddl = Tree::create(store, &space, DDL_INDEX, ddl_log::layout())?;
        let rseg = Undo::create(store, &space)?;
        let mut mtr = store.begin(LOG_BYTES)?;
        let header = mtr.latch(&space, HEADER)?;
        let mut page = mtr.page(header);
        for (at, v) in [(TRX_ID, 1), (ROW_ID, 1), (SPACE_ID, u64::from(id.0) + 1), (INDEX_ID, FIRST_INDEX)] {
            page.write_u64(at, v);
        }
        page.write_u32(DICT_ROOT, dict.root().0);
        page.write_u32(DDL_ROOT, ddl.root().0);
        page.write_u32(RSEG, id.0);
        page.write_u32(RSEG + 4, rseg.0);
        page.write(MAGIC_AT, MAGIC);
        page.write(VERSION_AT, &[LAYOUT_VERSION]);
        let end = mtr.commit()?;
        store.flush_log(end)?;
        Sys::read(store, &space)
    }

    fn read(store: &Arc<Store>, space: &Arc<Space>) -> Result<Sys> {
        let header = store.read(space, HEADER)?;
        let (word, long) = (|at| PageNo(get_u32(header.bytes(), at)), |at| get_u64(header.bytes(), at));
        let counter = |at, batch| Counter::new(at, batch, long(at));
        let (trx_ids, row_ids) = (counter(TRX_ID, BATCH), counter(ROW_ID, BATCH));
        let (space_ids, index_ids) = (counter(SPACE_ID, 1), counter(INDEX_ID, 1));
        let (dict, ddl, rseg) = (word(DICT_ROOT), word(DDL_ROOT), word(RSEG + 4));
        drop(header);
        let dict = Tree::open(store, space, dict, dictionary::layout())?;
        let ddl = Tree::open(store, space, ddl, ddl_log::layout())?;
        if (dict.index_id(), ddl.index_id()) != (DICT_INDEX, DDL_INDEX) {
            return Err(Error::corrupt_system("the header's roots are not those of the dictionary and of the DDL log"));
        }
        Ok(Sys { store: store.clone(), space: space.clone(), trx_ids, row_ids, space_ids, index_ids, rseg, dict, ddl })
    }

    /// Opens the undo logs. Also returns the logs of transactions that were active or prepared when the engine last
    /// stopped.
    #[doc(alias = "trx_sys_init_at_db_start")]
    pub(crate) fn open_undo(&self, events: Events) -> Result<(Undo, Vec<RecoveredLog>)> {
        Ok(Undo::open(&self.store, &self.space, self.rseg, events)?)
    }

    fn write_header(&self, at: usize, v: u64) -> Result<()> {
        let mut mtr = self.store.begin(LOG_BYTES)?;
        let header = mtr.latch(&self.space, HEADER)?;
        mtr.page(header).write_u64(at, v);
        mtr.commit()?;
        Ok(())
    }

    /// Returns a transaction id above every one in use: the counter in the header (R2).
    #[doc(alias = "trx_sys_get_max_trx_id")]
    pub(crate) fn next_trx_id(&self) -> TrxId {
        TrxId(self.trx_ids.limit.load(Ordering::Acquire))
    }

    /// Reserves `id`, which `mvcc` has assigned, in the header. To be called before anything contains the id (R2).
    /// Serialisation numbers come from the same sequence but are not reserved here: a restart finds those that still
    /// matter in the history list. ERRORS: the header could not be written.
    #[doc(alias = "trx_sys_t::get_new_trx_id")]
    pub(crate) fn reserve_trx_id(&self, id: TrxId) -> Result<()> {
        self.trx_ids.reserve(self, id.0)
    }

    /// Assigns the next hidden row id. ERRORS: the header could not be written.
    #[doc(alias = "dict_sys_get_new_row_id")]
    pub(crate) fn next_row_id(&self) -> Result<u64> {
        self.row_ids.take(self)
    }

    /// Assigns the next tablespace id; logged before this returns. ERRORS: the header could not be written; no id is
    /// left.
    pub(crate) fn next_space_id(&self) -> Result<SpaceId> {
        let id = self.space_ids.take(self)?;
        u32::try_from(id).map(SpaceId).map_err(|_| Error::corrupt_system("no tablespace id is left"))
    }

    /// Assigns the next index id, also used as the number of a definition; logged before this returns. ERRORS: the
    /// header could not be written.
    pub(crate) fn next_index_id(&self) -> Result<IndexId> {
        Ok(IndexId(self.index_ids.take(self)?))
    }
}

/// Allocates the header page, with zeros but for its segment: a new tablespace's first free page is number 3.
fn create_header(store: &Arc<Store>, space: &Arc<Space>) -> Result<()> {
    store.reserve_pages(space, 1)?;
    let mut mtr = store.begin(4 * LOG_BYTES)?;
    let (waiting, at) = WAITING_ROOM;
    let waiting = mtr.latch(space, waiting)?;
    mtr.create_segment(space, waiting, at)?;
    let header = mtr.alloc_page(space, (waiting, at), HEADER)?;
    assert_eq!(mtr.page_no(header), HEADER, "the first page of a new tablespace");
    let mut segment = [0; 10];
    segment.copy_from_slice(&mtr.bytes(waiting)[at..at + 10]);
    mtr.page(waiting).fill(at..at + 10, 0);
    fil::init(&mut mtr.page(header), space.page_id(HEADER), fil::PageType::TRX_SYS);
    mtr.page(header).write(SEGMENT, &segment);
    mtr.commit()?;
    Ok(())
}

/// True if the recovered file was completed (`header` R1). False also for a header page of zeros: recovery has run, so
/// the page was never written. ERRORS: another page, another layout (`header` R3).
fn is_complete(store: &Store, space: &Space) -> Result<bool> {
    let mut bytes = vec![0; PAGE_SIZE];
    store.disk().open(SYS_FILE)?.read_at(u64::from(HEADER.0) * PAGE_SIZE as u64, &mut bytes)?;
    if bytes.iter().all(|b| *b == 0) {
        return Ok(false);
    }
    let page = store.read(space, HEADER)?;
    match fil::page_type(page.bytes()) {
        fil::PageType::TRX_SYS => {
            header::is_complete(page.bytes(), "its redo log was replayed, nothing else was changed")
        }
        _ => Err(Error::corrupt_system(format!("page {HEADER} is not the system header"))),
    }
}

#[cfg(test)]
mod tests;
