//! The rules can be broken: engines that deviate, and survivors that no crash may leave.

use super::crashes::{Crashed, crash_all};
use super::record::{Plan, Point, Recording, Settings, record};
use super::recover::{Crash, Survivor, recover};
use super::rule::{Part, judge};
use super::tables::Tables;
use super::tables::tests::table;
use crate::progress::Task;
use crate::scenario::load;
use innolab_binlog::Order;
use innolab_engine::{LogBin, Options};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

const TRANSFER: &str = "
    create table t (id int primary key, v int, key (v));
    insert into t values (1, 10), (2, 20), (3, 30);
    begin; -- T2
    update t set v = 99 where id = 3; -- T2
    begin; -- T1
    update t set v = v - 5 where id = 1; -- T1
    update t set v = v + 5 where id = 2; -- T1
    commit; -- T1
    delete from t where id = 1; -- T1
    insert into t values (4, 40); -- T1
";

const STRICT: Settings = Settings { flush: 1, sync: Some(1) };

/// The options of a run; `change` makes it deviate.
fn options(change: impl FnOnce(&mut Options, &mut LogBin)) -> Options {
    let (mut options, mut log_bin) = (Options::default(), LogBin::default());
    options.store.background = false;
    options.store.innodb_buffer_pool_size = 8 << 20;
    options.store.innodb_log_file_size = 4 << 20;
    options.store.innodb_log_buffer_size = 1 << 20;
    change(&mut options, &mut log_bin);
    options.log_bin = Some(log_bin);
    options
}

fn plan(options: &Options) -> Plan<'_> {
    Plan { file: Path::new("t.sql"), database: "test", options, only: None }
}

/// Records the scenario; the run claims `settings`, if there are any, whatever its options are.
fn recorded(sql: &str, options: &Options, settings: Option<Settings>) -> Recording {
    let scenario = load(Path::new("t.sql"), sql).expect("a scenario");
    let mut recording = record(plan(options), &scenario.cases[0], 1).expect("the scenario runs");
    recording.moments.iter_mut().for_each(|moment| moment.settings = settings.unwrap_or(moment.settings));
    recording
}

fn crashed(options: &Options, recording: &Recording, crashes: &[Crash]) -> Vec<Crashed> {
    crash_all(plan(options), recording, crashes, &Task::hidden())
}

/// The first words of the rules that crashes break.
fn broken(options: &Options, crashes: &[Crash]) -> BTreeSet<String> {
    let recording = recorded(TRANSFER, options, Some(STRICT));
    let crashed = crashed(options, &recording, crashes);
    let broken = crashed.iter().filter_map(|crashed| crashed.verdict.broken.as_ref());
    broken.map(|rule| rule.split(':').next().unwrap_or_default().to_owned()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn an_engine_that_deviates_is_detected() {
    let (kill, power) = (Crash::all(true, false), Crash::all(false, true));
    let right = options(|_, _| ());
    assert_eq!(broken(&right, &Crash::all(true, true)), set(&[]));
    // A commit is acknowledged before its log is flushed, or only written.
    let unflushed = options(|options, _| options.innodb_flush_log_at_trx_commit = 0);
    assert!(broken(&unflushed, &kill).contains("I5"), "the binary log has what the engine lost");
    let written = options(|options, _| options.innodb_flush_log_at_trx_commit = 2);
    assert_eq!(broken(&written, &kill), set(&[]));
    assert!(broken(&written, &power).contains("I5"));
    let unsynced = options(|_, log_bin| log_bin.log.sync_binlog = 0);
    assert!(broken(&unsynced, &power).contains("I3"), "what is not in the binary log is rolled back");
    // The binary log is written after the engine's commit, or before an engine that does not prepare.
    for order in [Order::EngineFirst, Order::BinlogFirst] {
        let wrong = options(|_, log_bin| log_bin.log.order = order);
        assert!(broken(&wrong, &kill).contains("I5"), "{order:?}");
    }
}

#[test]
fn without_a_binary_log_an_unflushed_commit_is_lost() {
    let mut options = options(|options, _| options.innodb_flush_log_at_trx_commit = 0);
    options.log_bin = None;
    let recording = recorded(TRANSFER, &options, Some(Settings { flush: 1, sync: None }));
    let crashed = crashed(&options, &recording, &Crash::all(true, false));
    let lost = crashed.iter().filter_map(|crashed| crashed.verdict.broken.as_ref()).next().expect("a lost commit");
    assert!(lost.starts_with("I3: acknowledged, but lost: line 3: insert into t"), "{lost}");
}

/// A suffix of the commits may be lost under relaxed settings, and the log may part from the tables.
#[test]
fn relaxed_settings_lose_the_last_commits() {
    let options = options(|options, _| options.innodb_flush_log_at_trx_commit = 0);
    let recording = recorded(TRANSFER, &options, None);
    let crashed = crashed(&options, &recording, &Crash::all(true, true));
    assert!(crashed.iter().all(|crashed| crashed.verdict.broken.is_none()));
    assert!(crashed.iter().any(|crashed| crashed.verdict.lost.len() > 1));
    assert!(crashed.iter().any(|crashed| crashed.verdict.log_parts_at.is_some()));
}

/// The survivor of a kill at the last point at which `sql` ran, changed by `change`: which rule does it break?
fn judged(sql: &str, change: impl FnOnce(&Recording, &Point, &mut Survivor)) -> (Part, Option<String>) {
    let options = options(|_, _| ());
    let recording = recorded(TRANSFER, &options, None);
    let runs = |point: &&Point| point.running.is_some_and(|at| recording.statements[at].sql == sql);
    let point = recording.points.iter().rfind(runs).expect("the statement writes");
    let mut survivor = recover(plan(&options), point, Crash::Kill).expect("it recovers");
    change(&recording, point, &mut survivor);
    let verdict = judge(&recording, point, Crash::Kill, &survivor);
    (verdict.of_running, verdict.broken)
}

#[test]
fn survivors_that_no_crash_may_leave() {
    assert_eq!(judged("commit", |_, _, _| ()), (Part::Whole, None));
    // Half of a transaction; the change of one that is open.
    for (id, v) in [(0, "10"), (2, "99")] {
        let (_, broken) = judged("commit", |_, _, left| {
            let table = Arc::make_mut(left.tables.0.get_mut("t").expect("it is there"));
            table.rows[id][1] = Some(v.into());
        });
        assert!(broken.as_ref().is_some_and(|rule| rule.starts_with("I4: ")), "{broken:?}");
    }
    let (_, lost) = judged("commit", |recording, _, left| left.tables = (*recording.moments[1].tables).clone());
    assert!(
        lost.as_ref().is_some_and(|rule| rule.starts_with("I3: acknowledged, but lost: line 3: insert")),
        "{lost:?}"
    );
    let cut = |left: &mut Survivor| left.log.iter_mut().for_each(|log| drop(log.transactions.pop()));
    let (_, parted) = judged("commit", |_, _, left| cut(left));
    assert!(parted.as_ref().is_some_and(|rule| rule.starts_with("I5: the tables are those of 3")), "{parted:?}");
    let (_, other) = judged("commit", |_, _, left| {
        left.log.iter_mut().for_each(|log| log.transactions[1] += "x");
    });
    assert!(other.as_ref().is_some_and(|rule| rule.starts_with("I5: transaction 2 of the binary log")), "{other:?}");
    let (_, faults) = judged("commit", |_, _, left| left.faults.push("t: odd".to_owned()));
    assert_eq!(faults.as_deref(), Some("the database has faults: t: odd"));
    let (_, future) = judged("commit", |recording, _, left| {
        left.tables = recording.moments.last().map(|moment| (*moment.tables).clone()).unwrap_or_default();
    });
    assert!(future.as_ref().is_some_and(|rule| rule.starts_with("I4: ")), "{future:?}");
}

/// P5, and P2 with a statement that commits first.
#[test]
fn definitions_are_old_or_new() {
    let sql = "
        create table a (id int primary key);
        create table b (id int primary key);
        create table c (id int);
        begin; -- T1
        insert into a values (1); -- T1
        rename table a to x, b to y; -- T1
        begin; -- T1
        insert into c values (1), (1); -- T1
        drop table c, x, y; -- T1
    ";
    let options = options(|_, _| ());
    let recording = recorded(sql, &options, None);
    let crashed = crashed(&options, &recording, &Crash::all(true, true));
    assert_eq!(crashed.iter().filter_map(|crashed| crashed.verdict.broken.as_ref()).next(), None);
    let parts = |sql: &str| -> Vec<Part> {
        let of = crashed.iter().filter(|crashed| {
            let running = recording.points[crashed.point].running;
            running.is_some_and(|at| recording.statements[at].sql.starts_with(sql))
        });
        of.map(|crashed| crashed.verdict.of_running).collect()
    };
    assert!(parts("rename").contains(&Part::Whole) && !parts("rename").contains(&Part::SomeDropped));
    assert!(parts("drop").contains(&Part::SomeDropped));
    let commits = recording.moments.iter().filter(|moment| moment.has_committed).count();
    assert_eq!((commits, Tables::default()), (7, (*recording.moments.last().expect("moments").tables).clone()));
    assert!(table("a", &[]) != Tables::default());
}
