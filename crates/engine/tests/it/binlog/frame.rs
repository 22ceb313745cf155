//! A small database with a binary log: its rows by the engine and by the log, and what must hold after a crash.

use innolab_base::{CondvarPark, Events, ManualClock, Waiter};
use innolab_binlog::{Change, Event as Logged, Reader, Value};
use innolab_disk::SimDisk;
use innolab_engine::{
    ColumnDef, ColumnType, Columns, Datum, DuplicateLock, Engine, IndexNo, Isolation, KeyRange, LogBin, Options,
    Result, TableDef, TimeSource, Transaction,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// `n` by `id`.
pub(crate) type Rows = BTreeMap<i64, i64>;

pub(crate) fn options(log: innolab_binlog::Options) -> Options {
    let mut options = Options::default();
    options.store.background = false;
    options.store.innodb_buffer_pool_size = 4 << 20;
    options.store.innodb_log_file_size = 4 << 20;
    options.store.innodb_log_buffer_size = 1 << 20;
    options.time = TimeSource::From(1_700_000_000);
    options.log_bin = Some(LogBin { database: "lab".into(), log, ..LogBin::default() });
    options
}

/// Small files, so that the log rotates now and then.
pub(crate) fn small() -> innolab_binlog::Options {
    innolab_binlog::Options { max_binlog_size: 2000, ..innolab_binlog::Options::default() }
}

pub(crate) fn open(disk: &SimDisk, options: Options, events: Events) -> Result<Arc<Engine>> {
    let clock = Arc::new(ManualClock::default());
    Engine::open_with(Arc::new(disk.clone()), options, clock, events, Arc::new(CondvarPark))
}

pub(crate) fn table() -> TableDef {
    let column = |name: &str| ColumnDef::new(name, ColumnType::Int { bytes: 4, unsigned: false }, false);
    TableDef {
        name: "t".into(),
        columns: vec![column("id"), column("n")],
        primary_key: vec![0],
        primary_name: None,
        indexes: vec![],
        auto_increment: None,
        sql: "CREATE TABLE `t` (`id` int NOT NULL, `n` int NOT NULL, PRIMARY KEY (`id`))".into(),
    }
}

pub(crate) fn begin(engine: &Arc<Engine>, session: u64) -> Transaction {
    engine.begin(&Arc::new(Waiter::new(session)), Isolation::RepeatableRead)
}

pub(crate) fn put(trx: &mut Transaction, engine: &Engine, id: i64, n: i64) -> Result<()> {
    let table = engine.table("t").expect("it was made");
    trx.begin_statement();
    trx.insert(&table, &[Datum::Int(id), Datum::Int(n)], DuplicateLock::Shared)?;
    trx.end_statement()
}

pub(crate) fn rows(engine: &Arc<Engine>) -> Rows {
    let Some(table) = engine.table("t") else { return Rows::new() };
    let mut rows = Rows::new();
    let number = |datum: &Datum| match datum {
        Datum::Int(v) => *v,
        other => panic!("{other:?} in an INT column"),
    };
    let mut scan = |row: &[Datum]| {
        rows.insert(number(&row[0]), number(&row[1]));
        ControlFlow::Continue(())
    };
    let mut trx = engine.begin(&Arc::new(Waiter::new(1)), Isolation::RepeatableRead);
    trx.read(&table, IndexNo::CLUSTERED, &KeyRange::all(), false, Columns::All, &mut scan).expect("it can be read");
    rows
}

/// The rows that the log leads to.
pub(crate) fn rows_of_log(engine: &Engine, disk: &SimDisk) -> Rows {
    let mut rows = Rows::new();
    let log = engine.binlog().expect("it has one");
    for name in log.files() {
        for entry in Reader::open(disk, &name).expect("it is whole") {
            let Logged::Rows(changed) = entry.expect("it is whole").event else { continue };
            for change in changed.changes() {
                let number = |row: &[Value]| match row {
                    [Value::Int(id), Value::Int(n)] => (*id, *n),
                    other => panic!("{other:?}"),
                };
                match change.expect("it is whole") {
                    Change::Insert(row) => assert_eq!(rows.insert(number(&row).0, number(&row).1), None),
                    Change::Delete(row) => assert_eq!(rows.remove(&number(&row).0), Some(number(&row).1)),
                    Change::Update { before, after } => {
                        assert_eq!(rows.remove(&number(&before).0), Some(number(&before).1));
                        rows.insert(number(&after).0, number(&after).1);
                    }
                }
            }
        }
    }
    rows
}

/// Opens the disk that a crash left and returns its rows. ERRORS: the invariant that does not hold.
pub(crate) fn check(
    disk: &SimDisk,
    log: &innolab_binlog::Options,
    acked: &BTreeSet<i64>,
) -> std::result::Result<Rows, String> {
    let engine = open(disk, options(log.clone()), Events::none()).map_err(|e| format!("it does not open: {e}"))?;
    let (ours, logged) = (rows(&engine), rows_of_log(&engine, disk));
    if ours != logged {
        return Err(format!("I5: the engine has {ours:?}, the log {logged:?}"));
    }
    if let Some(lost) = acked.iter().find(|id| !ours.contains_key(id)) {
        return Err(format!("I3: {lost} was acknowledged"));
    }
    // Each transaction inserts the rows `id` and `-id`.
    if let Some(half) = ours.keys().find(|id| !ours.contains_key(&-**id)) {
        return Err(format!("I4: of the two rows of a transaction only {half} is there"));
    }
    Ok(ours)
}

/// A database with the table `t`, closed.
pub(crate) fn database() -> SimDisk {
    let disk = SimDisk::new(5);
    let engine = open(&disk, options(small()), Events::none()).expect("the disk is well");
    engine.create_table(table()).expect("there is room");
    engine.close().expect("there is room");
    disk
}

/// One transaction: the rows `id` and `-id`, and one that is rolled back to a savepoint.
pub(crate) fn pair(engine: &Arc<Engine>, session: u64, id: i64) -> Result<()> {
    let mut trx = begin(engine, session);
    put(&mut trx, engine, id, id * 10)?;
    let savepoint = trx.savepoint();
    put(&mut trx, engine, id + 100_000, 0)?;
    trx.rollback_to(&savepoint)?;
    put(&mut trx, engine, -id, id * 10)?;
    trx.commit()
}
