//! One truth (I5): after any crash the engine has what its binary log has, and what was acknowledged (I3), and nothing by halves (I4).

use innolab_base::sync::Mutex;
use innolab_base::{CondvarPark, Event, Events, ManualClock, Sink, Waiter};
use innolab_binlog::{Change, Event as Logged, Order, Reader, Value, events};
use innolab_disk::SimDisk;
use innolab_engine::{
    ColumnDef, ColumnType, Columns, Datum, DuplicateLock, Engine, IndexNo, Isolation, KeyRange, LogBin, Options,
    Result, Since1970, TableDef, Transaction,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What had been committed at some moment, and the disk then.
type Image = Option<(BTreeSet<i64>, SimDisk)>;

/// Rows by their key.
type Rows = BTreeMap<i64, i64>;

fn options(log: innolab_binlog::Options) -> Options {
    let mut options = Options::default();
    options.store.background = false;
    options.store.innodb_buffer_pool_size = 4 << 20;
    options.store.innodb_log_file_size = 4 << 20;
    options.store.innodb_log_buffer_size = 1 << 20;
    options.log_bin =
        Some(LogBin { database: "lab".into(), time: Since1970::From(1_700_000_000), log, ..LogBin::default() });
    options
}

/// Small files, so that the log turns to the next one now and then.
fn small() -> innolab_binlog::Options {
    innolab_binlog::Options { max_binlog_size: 2000, ..innolab_binlog::Options::default() }
}

fn open(disk: &SimDisk, options: Options, events: Events) -> Result<Arc<Engine>> {
    let clock = Arc::new(ManualClock::default());
    Engine::open_with(Arc::new(disk.clone()), options, clock, events, Arc::new(CondvarPark))
}

fn table() -> TableDef {
    let column = |name: &str| ColumnDef {
        name: name.into(),
        ty: ColumnType::Int { bytes: 4, unsigned: false },
        nullable: false,
        default: None,
    };
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

fn begin(engine: &Arc<Engine>, seat: u64) -> Transaction {
    engine.begin(&Arc::new(Waiter::new(seat)), Isolation::RepeatableRead)
}

fn put(trx: &mut Transaction, engine: &Engine, id: i64, n: i64) -> Result<()> {
    let table = engine.table("t").expect("it was made");
    trx.begin_statement();
    trx.insert(&table, &[Datum::Int(id), Datum::Int(n)], DuplicateLock::Shared)?;
    trx.end_statement()
}

fn rows(engine: &Arc<Engine>) -> Rows {
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

/// What the log says that the table has.
fn rows_of_log(engine: &Engine, disk: &SimDisk) -> Rows {
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

/// Opens what a crash left. ERRORS: what does not hold.
fn check(disk: &SimDisk, log: &innolab_binlog::Options, acked: &BTreeSet<i64>) -> std::result::Result<Rows, String> {
    let engine = open(disk, options(log.clone()), Events::none()).map_err(|e| format!("it does not open: {e}"))?;
    let (ours, logged) = (rows(&engine), rows_of_log(&engine, disk));
    if ours != logged {
        return Err(format!("I5: the engine has {ours:?}, the log {logged:?}"));
    }
    if let Some(lost) = acked.iter().find(|id| !ours.contains_key(id)) {
        return Err(format!("I3: {lost} was acknowledged"));
    }
    // Each transaction puts in a row and its double.
    if let Some(half) = ours.keys().find(|id| !ours.contains_key(&-**id)) {
        return Err(format!("I4: of the two rows of a transaction only {half} is there"));
    }
    Ok(ours)
}

/// A database with the table, closed well.
fn database() -> SimDisk {
    let disk = SimDisk::new(5);
    let engine = open(&disk, options(small()), Events::none()).expect("the disk is well");
    engine.create_table(table()).expect("there is room");
    engine.close().expect("there is room");
    disk
}

/// One transaction: a row, its double, and something that a savepoint takes back.
fn pair(engine: &Arc<Engine>, seat: u64, id: i64) -> Result<()> {
    let mut trx = begin(engine, seat);
    put(&mut trx, engine, id, id * 10)?;
    let savepoint = trx.savepoint();
    put(&mut trx, engine, id + 100_000, 0)?;
    trx.rollback_to(&savepoint)?;
    put(&mut trx, engine, -id, id * 10)?;
    trx.commit()
}

/// The power goes, or the process, before every call of a run: rotations, a rollback and a recovery are in it.
#[test]
fn i3_i4_i5_at_every_call() {
    let base = database();
    let disk = base.killed();
    let acked: Arc<Mutex<BTreeSet<i64>>> = Arc::default();
    let faults: Arc<Mutex<Vec<String>>> = Arc::default();
    let tried = Arc::new(Mutex::new(0));
    disk.on_call({
        let (disk, acked, faults, tried) = (disk.clone(), acked.clone(), faults.clone(), tried.clone());
        move |call| {
            let acked = acked.lock().clone();
            for (way, image) in
                [("kill", disk.killed()), ("power loss", disk.power_loss(0)), ("torn", disk.power_loss(7))]
            {
                *tried.lock() += 1;
                if let Err(e) = check(&image, &small(), &acked) {
                    faults.lock().push(format!("{way} before {call:?}: {e}"));
                }
            }
        }
    });
    let engine = open(&disk, options(small()), Events::none()).expect("the disk is well");
    for id in 1..=12 {
        if id == 5 {
            let mut trx = begin(&engine, 1);
            put(&mut trx, &engine, 500, 0).expect("there is room");
            trx.rollback().expect("it can be");
        }
        pair(&engine, 1, id).expect("the disk is well");
        acked.lock().insert(id);
    }
    assert!(engine.binlog().expect("it has one").files().len() > 2, "it turned to another file");
    engine.close().expect("the disk is well");
    disk.clear_hook();
    let faults = std::mem::take(&mut *faults.lock());
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), tried.lock(), faults.join("\n"));
    assert!(*tried.lock() > 150, "{}", tried.lock());
}

/// I5 of DDL: a table is there if and only if the log's last word on it is CREATE, whenever the crash comes.
#[test]
fn ddl_is_in_the_log_as_it_is_in_the_dictionary() {
    let base = SimDisk::new(9);
    open(&base, options(small()), Events::none()).and_then(|engine| engine.close()).expect("the disk is well");
    let disk = base.killed();
    let faults: Arc<Mutex<Vec<String>>> = Arc::default();
    let logged_late = Arc::new(Mutex::new(0));
    let look = {
        let (faults, logged_late) = (faults.clone(), logged_late.clone());
        move |image: &SimDisk, way: &str| {
            let engine = open(image, options(small()), Events::none()).expect("it opens");
            let files = engine.binlog().expect("it has one").files();
            let (mut word, mut last) = (String::new(), String::new());
            for name in files {
                for entry in Reader::open(image, &name).expect("it is whole") {
                    if let Logged::Query(query) = entry.expect("it is whole").event {
                        (word, last) = (query.sql[..6].to_owned(), name.clone());
                    }
                }
            }
            *logged_late.lock() += u32::from(engine.binlog().is_some_and(|log| *log.position().file == *last));
            if engine.table("t").is_some() != (word == "CREATE") {
                faults
                    .lock()
                    .push(format!("{way}: the table is there: {}, the log: {word:?}", engine.table("t").is_some()));
            }
        }
    };
    disk.on_call({
        let disk = disk.clone();
        move |call| {
            look(&disk.killed(), &format!("kill before {call:?}"));
            look(&disk.power_loss(0), &format!("power loss before {call:?}"));
        }
    });
    let engine = open(&disk, options(small()), Events::none()).expect("the disk is well");
    engine.create_table(table()).expect("there is room");
    engine.drop_table(&Arc::new(Waiter::new(1)), "t").expect("it is there");
    disk.clear_hook();
    assert!(faults.lock().is_empty(), "{}", faults.lock().join("\n"));
    assert!(*logged_late.lock() > 0, "no recovery had to log anything");
}

/// Several sessions at once, the power goes at a call that the seed draws; then once more during the recovery.
#[test]
fn i3_i4_i5_with_concurrent_committers() {
    let base = database();
    let mut in_doubt = 0;
    for seed in 0..200 {
        let disk = base.killed();
        let engine = open(&disk, options(small()), Events::none()).expect("the disk is well");
        let acked: Arc<Mutex<BTreeSet<i64>>> = Arc::default();
        let image: Arc<Mutex<Image>> = Arc::default();
        let at = disk.changes() + 1 + seed % 60;
        disk.on_call({
            let (disk, acked, image) = (disk.clone(), acked.clone(), image.clone());
            move |_| {
                let mut image = image.lock();
                if image.is_none() && disk.changes() >= at {
                    let acked = acked.lock().clone();
                    *image = Some((acked, disk.power_loss(seed)));
                }
            }
        });
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (engine, acked) = (&engine, &acked);
                scope.spawn(move || {
                    for i in 0..6 {
                        let id = 1 + thread * 100 + i;
                        pair(engine, thread as u64, id).expect("the disk is well");
                        acked.lock().insert(id);
                    }
                });
            }
        });
        disk.clear_hook();
        let image = image.lock().take();
        let Some((acked, image)) = image else { panic!("seed {seed}: there were too few calls") };
        let again = SimDisk::clone(&image).power_loss(seed + 1);
        check(&again, &small(), &acked).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let engine = open(&image, options(small()), Events::none()).expect("it opens");
        let recovery = engine.binlog_recovery().expect("it has a log");
        in_doubt += recovery.committed.len() + recovery.rolled_back.len();
        drop(engine);
        // What the recovery decided stays so if the power goes right after it.
        check(&image.power_loss(0), &small(), &acked).unwrap_or_else(|e| panic!("seed {seed}, after recovery: {e}"));
    }
    assert!(in_doubt > 40, "few crashes left anything in doubt: {in_doubt}");
}

/// The tests can fail: the wrong orders are found out.
#[test]
fn the_wrong_orders_break_one_truth() {
    for order in [Order::EngineFirst, Order::BinlogFirst] {
        let log = innolab_binlog::Options { order, ..innolab_binlog::Options::default() };
        let disk = database().killed();
        let found: Arc<Mutex<BTreeSet<String>>> = Arc::default();
        let engine = open(&disk, options(log.clone()), Events::none()).expect("the disk is well");
        disk.on_call({
            let (disk, found, log) = (disk.clone(), found.clone(), log.clone());
            move |_| {
                if let Err(e) = check(&disk.power_loss(0), &log, &BTreeSet::new()) {
                    found.lock().insert(e.split(':').next().unwrap_or_default().to_owned());
                }
            }
        });
        pair(&engine, 1, 1).expect("the disk is well");
        disk.clear_hook();
        assert!(found.lock().contains("I5"), "{order:?}: {:?}", found.lock());
    }
}

/// Nothing to log, nothing in the log; what is rolled back, wholly or in part, is not in it.
#[test]
fn what_did_not_happen_is_not_in_the_log() {
    let disk = database();
    let engine = open(&disk, options(small()), Events::none()).expect("the disk is well");
    let log = || engine.binlog().expect("it has one").counts();
    let mut trx = begin(&engine, 1);
    put(&mut trx, &engine, 1, 1).expect("there is room");
    trx.rollback().expect("it can be");
    begin(&engine, 1).commit().expect("there is nothing to do");
    let mut trx = begin(&engine, 1);
    let savepoint = trx.savepoint();
    put(&mut trx, &engine, 2, 2).expect("there is room");
    trx.rollback_to(&savepoint).expect("it can be");
    trx.commit().expect("the disk is well");
    assert_eq!(log().transactions, 0);
    let mut trx = begin(&engine, 1);
    put(&mut trx, &engine, 3, 3).expect("there is room");
    trx.begin_statement();
    let table = engine.table("t").expect("it was made");
    trx.insert(&table, &[Datum::Int(4), Datum::Int(4)], DuplicateLock::Shared).expect("there is room");
    trx.rollback_statement().expect("it can be");
    trx.commit().expect("the disk is well");
    assert_eq!((log().transactions, rows_of_log(&engine, &disk)), (1, Rows::from([(3, 3)])));
}

struct Syncs(Mutex<(u64, u64)>);

impl Sink for Syncs {
    fn event(&self, event: &dyn Event) {
        let mut counts = self.0.lock();
        if let Some(group) = event.as_any().downcast_ref::<events::PreparedSynced>() {
            counts.0 += 1;
            counts.1 += group.transactions as u64;
        }
    }
}

/// A group of n transactions costs two syncs, one of each log, whatever n is.
#[test]
fn a_group_costs_one_sync_of_each_log() {
    let disk = database();
    let syncs = Arc::new(Syncs(Mutex::new((0, 0))));
    let log = innolab_binlog::Options::default();
    let engine = open(&disk, options(log), Events::to(syncs.clone())).expect("the disk is well");
    let before = disk.counts().syncs;
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let engine = &engine;
            scope.spawn(move || {
                (0..20).for_each(|i| pair(engine, thread as u64, 1 + thread * 100 + i).expect("the disk is well"));
            });
        }
    });
    let spent = disk.counts().syncs - before;
    let (groups, transactions) = *syncs.0.lock();
    let counts = engine.binlog().expect("it has one").counts();
    assert_eq!((counts.groups, counts.transactions, transactions), (groups, 160, 160));
    assert!(spent <= 2 * groups, "{spent} syncs for {groups} groups");
}

#[test]
fn without_a_log_nothing_is_collected_and_doubts_are_refused() {
    let disk = database();
    let mut without = options(small());
    without.log_bin = None;
    let engine = open(&disk, without.clone(), Events::none()).expect("nothing is in doubt");
    pair(&engine, 1, 1).expect("the disk is well");
    assert!(engine.binlog().is_none());
    engine.close().expect("the disk is well");
    drop(engine);

    // A power loss between the prepare and the log.
    let engine = open(&disk, options(small()), Events::none()).expect("the disk is well");
    let left: Arc<Mutex<Option<SimDisk>>> = Arc::default();
    let syncs = Mutex::new(0);
    disk.on_call({
        let (disk, left) = (disk.clone(), left.clone());
        move |call| {
            let mut syncs = syncs.lock();
            if call == innolab_disk::Call::Sync {
                *syncs += 1;
                if *syncs == 2 {
                    *left.lock() = Some(disk.power_loss(0));
                }
            }
        }
    });
    pair(&engine, 1, 2).expect("the disk is well");
    disk.clear_hook();
    let left = left.lock().take().expect("a commit has two syncs");
    let refused = match open(&left, without, Events::none()) {
        Err(e) => e.to_string(),
        Ok(_) => panic!("it opened"),
    };
    assert!(refused.contains("in doubt"), "{refused}");
    // Row 1 was put in without a log: only the other invariants are asked for.
    let engine = open(&left, options(small()), Events::none()).expect("the log decides");
    assert_eq!(rows(&engine).keys().copied().collect::<Vec<_>>(), [-1, 1]);
    assert_eq!(engine.binlog_recovery().map(|r| r.rolled_back.len()), Some(1));
}
