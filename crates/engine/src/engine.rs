//! Opening and closing: the store repeats its log, the dictionary is read, what DDL left half done is finished.

use crate::binlog::Binlog;
use crate::calendar::Calendar;
use crate::ddl;
use crate::dict::{self, Entry};
use crate::error::{Error, Result};
use crate::options::{Globals, Options};
use crate::recover::{self, Dormant};
use crate::row::IndexCodec;
use crate::sys::{self, Sys};
use crate::table::{Table, Tables, codecs};
use crate::trx::{Isolation, Transaction};
use innolab_base::sync::atomic::{AtomicU8, Ordering};
use innolab_base::sync::{Mutex, RwLock};
use innolab_base::{Clock, Events, IndexId, PageNo, Park, TrxId, Waiter};
use innolab_btree::Tree;
use innolab_disk::Disk;
use innolab_lock::LockTable;
use innolab_mvcc::TrxSys;
use innolab_store::{Recovery, Store};
use innolab_undo::Undo;
use std::sync::{Arc, OnceLock};

/// The half of an engine that its users and its transactions share (`handle`); see the crate.
pub struct Engine {
    pub(crate) store: Arc<Store>,
    pub(crate) sys: Sys,
    /// Who is active, who sees what.
    pub(crate) mvcc: TrxSys,
    /// Who holds which row, who waits for it.
    pub(crate) lock: LockTable,
    pub(crate) tables: RwLock<Tables>,
    /// What changes have replaced.
    pub(crate) undo: Undo,
    /// One CREATE or DROP at a time.
    pub(crate) ddl: Mutex<()>,
    /// One purge at a time; who takes a table's file away holds it.
    pub(crate) purging: Mutex<()>,
    /// Transactions that a crash has left under way.
    pub(crate) dormant: Mutex<Vec<Dormant>>,
    pub(crate) options: Options,
    calendar: Calendar,
    globals: Mutex<Globals>,
    /// `globals.innodb_flush_log_at_trx_commit`, as each commit reads it.
    pub(crate) flush_log_at_trx_commit: AtomicU8,
    /// Set by opening, if there is to be one.
    binlog: OnceLock<Binlog>,
    recovery: Recovery,
    /// Why nothing works any more: a rollback could not be finished.
    broken: OnceLock<String>,
}

impl Engine {
    /// As `handle` has it, but for what is to be rolled back and the thread.
    pub(crate) fn open(
        disk: Arc<dyn Disk>,
        options: Options,
        clock: Arc<dyn Clock>,
        events: Events,
        park: Arc<dyn Park>,
    ) -> Result<Arc<Engine>> {
        options.check()?;
        let (store, recovery) = Store::open(disk.clone(), options.store.clone(), clock.clone(), events.clone())?;
        let sys = Sys::open(&store, &recovery.empty_files)?;
        let known = dict::load(&sys.dict)?;
        ddl::recover(&store, &sys, &known, &recovery.empty_files)?;
        let mut tables = Tables::default();
        for entry in known.into_values() {
            tables.insert(Arc::new(open_table(&store, entry)?));
        }
        let tables = RwLock::new(tables);
        let (undo, found) = sys.open_undo(events.clone())?;
        let next = recover::next_id(sys.next_trx_id(), undo.largest_trx_no(), &found);
        let active = found.iter().map(|recovered| recovered.trx).collect();
        let engine = Arc::new(Engine {
            mvcc: TrxSys::recovered(next, active, events.clone()),
            lock: LockTable::new(park, events.clone()),
            store,
            sys,
            undo,
            tables,
            ddl: Mutex::new(()),
            purging: Mutex::new(()),
            dormant: Mutex::default(),
            globals: Mutex::new(Globals::new(&options)),
            flush_log_at_trx_commit: options.innodb_flush_log_at_trx_commit.into(),
            calendar: Calendar::new(options.time, clock),
            options,
            binlog: OnceLock::new(),
            recovery,
            broken: OnceLock::new(),
        });
        found.into_iter().try_for_each(|recovered| engine.keep_dormant(recovered))?;
        engine.open_binlog(disk, events)?;
        Ok(engine)
    }

    /// The log decides what is in doubt, before anybody else works. ERRORS: it is in doubt and there is no log (`binlog` R2).
    fn open_binlog(self: &Arc<Self>, disk: Arc<dyn Disk>, events: Events) -> Result<()> {
        match &self.options.log_bin {
            Some(settings) => {
                // Nobody else has set it: the engine was made just now.
                let _ = self.binlog.set(Binlog::open(self, disk, settings.clone(), self.calendar.clone(), events)?);
                self.settle_announced()
            }
            None if self.in_doubt().is_empty() => self.settle_announced(),
            None => {
                let n = self.in_doubt().len();
                Err(Error::Directory(format!(
                    "{n} transactions are in doubt; only the binary log knows whether they are committed: open it"
                )))
            }
        }
    }

    /// The binary log, if there is one.
    pub(crate) fn binlog_side(&self) -> Option<&Binlog> {
        self.binlog.get()
    }

    /// Writes everything to its place. REQUIRES: no transaction is open, and the thread has ended.
    pub(crate) fn close(&self) -> Result<()> {
        if let Some(binlog) = self.binlog.get() {
            binlog.log().close()?;
        }
        Ok(self.store.close()?)
    }

    /// A table by its name; upper and lower case differ.
    pub fn table(&self, name: &str) -> Option<Arc<Table>> {
        self.tables.read().get(name).cloned()
    }

    /// The names of all tables, sorted.
    pub fn tables(&self) -> Vec<String> {
        self.tables.read().iter().map(|table| table.def().name.clone()).collect()
    }

    /// A table by its number ([`Table::id`]), as locks and undo records name it.
    pub fn table_by_id(&self, id: u64) -> Option<Arc<Table>> {
        self.tables.read().by_id(id).cloned()
    }

    /// A transaction of the session that sits on `seat`. Nothing is taken yet: no id, no lock, no view.
    #[doc(alias = "trx_start_if_not_started")]
    pub fn begin(self: &Arc<Self>, seat: &Arc<Waiter>, isolation: Isolation) -> Transaction {
        Transaction::new(self.clone(), seat.clone(), isolation)
    }

    /// How its sessions wait, for locks and otherwise.
    pub fn park(&self) -> &Arc<dyn Park> {
        self.lock.park()
    }

    /// The pages below.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// The settings with which it was opened.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The current time, in µs since 1970, UTC ([`Options::time`]).
    pub fn now_us(&self) -> u64 {
        self.calendar.now_us()
    }

    /// The settings that can be changed meanwhile.
    pub fn globals(&self) -> Globals {
        self.globals.lock().clone()
    }

    /// Changes them, for commits and sessions to come. REQUIRES: values that [`Options`] may have.
    #[doc(alias = "SET GLOBAL")]
    pub fn change_globals<R>(&self, change: impl FnOnce(&mut Globals) -> R) -> R {
        let mut globals = self.globals.lock();
        let changed = change(&mut globals);
        self.flush_log_at_trx_commit.store(globals.innodb_flush_log_at_trx_commit, Ordering::Relaxed);
        if let Some(log) = self.binlog() {
            log.set_sync_binlog(globals.sync_binlog);
            log.set_max_binlog_size(globals.max_binlog_size);
        }
        changed
    }

    /// What opening had to repeat and to repair.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// Whether it still works.
    pub(crate) fn check(&self) -> Result<()> {
        match self.broken.get() {
            None => Ok(()),
            Some(why) => Err(Error::Store(innolab_store::Error::Poisoned(why.clone()))),
        }
    }

    /// From here on nothing works until the database is opened again (I10).
    pub(crate) fn break_down(&self, why: &Error) {
        // Only the first reason counts.
        let _ = self.broken.set(format!("a statement could not be rolled back: {why}"));
    }
}

impl Drop for Engine {
    /// The page cleaner must not be the last to let go of the directory.
    fn drop(&mut self) {
        self.store.stop_cleaner();
    }
}

fn open_table(store: &Arc<Store>, entry: Entry) -> Result<Table> {
    let Entry { number, def, space: id, trees, .. } = entry;
    let Some(space) = store.space(id) else {
        let file = ddl::names::file_name(&def.name, id);
        return Err(Error::Directory(format!("the file of table {} is not there: {file} (tablespace {id})", def.name)));
    };
    let open = |((index, root), codec): ((IndexId, PageNo), IndexCodec)| {
        let tree = Tree::open(store, &space, root, codec.layout().clone())?;
        if tree.index_id() != index {
            let rule = format!("page {root} is the root of index {}, {} says {index}", tree.index_id(), sys::FILE);
            return Err(Error::Corrupt { file: space.name().to_string(), rule });
        }
        Ok((Arc::new(tree), TrxId(0)))
    };
    let trees = trees.into_iter().zip(codecs(&def)).map(open).collect::<Result<Vec<_>>>()?;
    Table::new(def, number, trees)
}
