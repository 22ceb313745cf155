//! A kill or a power loss at every call of CREATE, DROP and single-row statements, from the first opening on:
//! afterwards each table is there as a whole or without a trace, no file is left over, and every acknowledged row is
//! there.

use crate::common::*;
use innolab_disk::{Disk, SimDisk};
use innolab_engine::{Datum, Engine, Options, TableDef};
use innolab_testing::size;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The definition and the rows of each table.
type Contents = BTreeMap<String, (TableDef, Vec<Vec<Datum>>)>;

fn tiny() -> Options {
    let mut options = options();
    options.store.innodb_buffer_pool_size = 1 << 20;
    options.store.innodb_log_file_size = 1 << 20;
    options
}

fn open_tiny(disk: &SimDisk) -> innolab_engine::Result<Arc<Engine>> {
    Engine::open(Arc::new(disk.clone()), tiny())
}

fn contents(engine: &Arc<Engine>) -> Contents {
    let of = |name: String| {
        let table = engine.table(&name).unwrap();
        table.validate().unwrap();
        let rows = rows(engine, &table);
        (name, (table.def().clone(), rows))
    };
    engine.tables().into_iter().map(of).collect()
}

enum Step {
    Create(TableDef),
    Drop(&'static str),
    Insert(&'static str, i64),
    Delete(&'static str, i64),
    Reopen,
}

fn the_row(id: i64) -> Vec<Datum> {
    vec![Datum::Int(id), Datum::Bytes(vec![b'x'; 30])]
}

impl Step {
    fn run(&self, engine: &mut Option<Arc<Engine>>, disk: &SimDisk) {
        if let Step::Reopen = self {
            engine.take().unwrap().close().unwrap();
            *engine = Some(open_tiny(disk).unwrap());
            return;
        }
        let engine = engine.as_ref().unwrap();
        match self {
            Step::Create(def) => engine.create_table(def.clone()).unwrap(),
            Step::Drop(name) => engine.drop_table(&mut engine.ddl(&Arc::default()), name).unwrap(),
            Step::Insert(name, id) => {
                let mut statement = begin(engine);
                statement.add(&engine.table(name).unwrap(), &the_row(*id)).unwrap();
                statement.commit().unwrap();
            }
            Step::Delete(name, id) => {
                let mut statement = begin(engine);
                statement.delete(&engine.table(name).unwrap(), &the_row(*id)).unwrap();
                statement.commit().unwrap();
            }
            Step::Reopen => unreachable!("done above"),
        }
    }

    fn expect(&self, contents: &mut Contents) {
        match self {
            Step::Create(def) => drop(contents.insert(def.name.clone(), (def.clone(), vec![]))),
            Step::Drop(name) => drop(contents.remove(*name)),
            Step::Insert(name, id) => contents.get_mut(*name).unwrap().1.push(the_row(*id)),
            Step::Delete(name, id) => contents.get_mut(*name).unwrap().1.retain(|row| *row != the_row(*id)),
            Step::Reopen => {}
        }
    }
}

fn steps() -> Vec<Step> {
    let mut long = small_def("b");
    // Three rows of the dictionary.
    long.sql = "CREATE TABLE b (…) -- ".to_owned() + &"long ".repeat(3000);
    let mut odd = small_def("sys");
    odd.columns[1].name = "größe".to_owned();
    vec![
        Step::Create(small_def("a")),
        Step::Insert("a", 1),
        Step::Insert("a", 2),
        Step::Create(long.clone()),
        Step::Insert("b", 5),
        Step::Drop("a"),
        Step::Create(odd),
        Step::Delete("b", 5),
        Step::Drop("b"),
        Step::Reopen,
        Step::Create(small_def("b")),
        Step::Insert("b", 7),
        Step::Drop("sys"),
        Step::Create(small_def("a")),
    ]
}

/// The disk that a crash left, and what may be on it.
struct Crash {
    disk: SimDisk,
    may_be: [Contents; 2],
    call: u64,
    kind: String,
}

fn check(crash: &Crash, disk: &SimDisk) {
    let at = format!("call {}, {}", crash.call, crash.kind);
    let engine = open_tiny(disk).unwrap_or_else(|e| panic!("{at}: {e}"));
    let found = contents(&engine);
    assert!(crash.may_be.contains(&found), "{at}: {:?}", found.keys());
    let files = disk.list().unwrap().into_iter().filter(|f| f.ends_with(".ibd")).count();
    assert_eq!(files, 1 + found.len(), "{at}: a file without a table: {:?}", disk.list());
    // The names can be used again, by tables with new numbers.
    for name in ["a", "b"] {
        if found.contains_key(name) {
            engine.drop_table(&mut engine.ddl(&Arc::default()), name).unwrap();
        }
        engine.create_table(small_def(name)).unwrap();
    }
    engine.close().unwrap();
    assert_eq!(open_tiny(disk).unwrap().table("a").unwrap().validate().unwrap().records(), 0);
}

fn crashes() -> Vec<Crash> {
    let disk = SimDisk::new(11);
    let crashes = Arc::new(Mutex::new(vec![]));
    let may_be = Arc::new(Mutex::new([Contents::new(), Contents::new()]));
    let hook = {
        let (disk, crashes, may_be) = (disk.clone(), crashes.clone(), may_be.clone());
        move |_| {
            let mut crashes = crashes.lock().unwrap();
            let call = disk.changes();
            let mut add =
                |kind: String, disk| crashes.push(Crash { disk, may_be: may_be.lock().unwrap().clone(), call, kind });
            add("killed".to_owned(), disk.killed());
            for seed in [0, 1, 2 + call % 5] {
                add(format!("power loss {seed}"), disk.power_loss(seed));
            }
        }
    };
    disk.on_call(hook);
    let mut engine = Some(open_tiny(&disk).unwrap());
    for step in steps() {
        let after = {
            let mut after = may_be.lock().unwrap()[1].clone();
            step.expect(&mut after);
            after
        };
        may_be.lock().unwrap()[1] = after.clone();
        step.run(&mut engine, &disk);
        may_be.lock().unwrap()[0] = after;
    }
    disk.clear_hook();
    drop(engine);
    std::mem::take(&mut *crashes.lock().unwrap())
}

#[test]
fn a_table_is_there_as_a_whole_or_not_at_all() {
    let crashes = crashes();
    assert!(crashes.len() > 400, "{} crash points", crashes.len());
    for crash in crashes.iter().step_by(size(7, 1)) {
        check(crash, &crash.disk.killed());
    }
}

#[test]
fn a_crash_during_recovery_changes_nothing() {
    for crash in crashes().iter().step_by(size(61, 4)) {
        for n in [1, 4, 9, 16] {
            let disk = crash.disk.killed();
            disk.die_after(n);
            let died = open_tiny(&disk).is_err();
            check(crash, &if n % 2 == 0 { disk.power_loss(n) } else { disk.killed() });
            if !died {
                break;
            }
        }
    }
}
