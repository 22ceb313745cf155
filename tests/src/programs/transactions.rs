//! The history of transactions, and power losses: counts of an engine over a disk in memory.

use super::Table;
use innolab_base::{CondvarPark, Events, ManualClock, Waiter};
use innolab_disk::{Disk, SimDisk};
use innolab_engine::{Engine, Options};
use innolab_sql::{Outcome, Session};
use std::sync::Arc;

fn open(disk: Arc<dyn Disk>, flush_log_at_trx_commit: u8) -> Arc<Engine> {
    let options = Options { innodb_flush_log_at_trx_commit: flush_log_at_trx_commit, ..Options::default() };
    open_with(disk, options, Events::none())
}

/// Opens an engine with these settings and without background threads.
pub(super) fn open_with(disk: Arc<dyn Disk>, mut options: Options, events: Events) -> Arc<Engine> {
    options.store.background = false;
    options.store.innodb_buffer_pool_size = 8 << 20;
    options.store.innodb_log_file_size = 8 << 20;
    let clock = Arc::new(ManualClock::default());
    Engine::open_with(disk, options, clock, events, Arc::new(CondvarPark)).expect("sound files")
}

pub(super) fn session(engine: &Arc<Engine>, number: u64) -> Session {
    Session::with_waiter(engine.clone(), "test", Arc::new(Waiter::new(number)))
}

pub(super) fn run(session: &mut Session, sql: &str) {
    session.execute(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
}

/// Runs a query of one row and one column; returns its number.
pub(super) fn number(session: &mut Session, sql: &str) -> u64 {
    let Ok(Outcome::Rows { rows, .. }) = session.execute(sql) else { panic!("{sql} shows no rows") };
    let text = rows[0][0].as_deref().map(String::from_utf8_lossy);
    text.expect("not NULL").parse().expect("a number")
}

/// The length of the history list before and after purge: after 1000 updates, and after 1000 more under an old view.
pub(super) fn history() -> Table {
    let engine = open(Arc::new(SimDisk::new(1)), 0);
    let (mut writer, mut old) = (session(&engine, 1), session(&engine, 2));
    run(&mut writer, "create table t (id int primary key, v int)");
    run(&mut writer, "create table other (id int primary key)");
    run(&mut writer, "insert into t values (1, 0)");
    let purged = |name: &str, table: Table| {
        let before = engine.history_length();
        engine.purge().expect("a sound disk");
        table.row(name, [before, engine.history_length()])
    };
    let table = purged("before", Table::new(&["history", "history after purge"]));
    let mut update = |times: u64| (0..times).for_each(|_| run(&mut writer, "update t set v = v + 1 where id = 1"));
    update(1000);
    let table = purged("1000 updates, nobody reads", table);
    run(&mut old, "begin");
    run(&mut old, "select * from other");
    update(1000);
    let table = purged("1000 updates, an old view of another table", table);
    assert_eq!(number(&mut old, "select v from t"), 1000, "the old view sees the row as it was");
    run(&mut old, "commit");
    purged("the view is closed", table)
}

/// A thousand committed transactions of two rows each, one open transaction, and a power loss.
pub(super) fn power_loss() -> Table {
    const COMMITS: u64 = 1000;
    let columns = ["committed rows", "of these after it", "rows of the open one after it", "halves after it"];
    [("all in place", 1), ("redo not synced at commit", 0)].into_iter().fold(
        Table::new(&columns),
        |table, (name, flush)| {
            let disk = SimDisk::new(1);
            let engine = open(Arc::new(disk.clone()), flush);
            let (mut committer, mut left_open) = (session(&engine, 1), session(&engine, 2));
            run(&mut committer, "create table t (id int primary key, pair int)");
            run(&mut left_open, "begin");
            run(&mut left_open, "insert into t values (-1, -1), (-2, -1)");
            for n in 0..COMMITS {
                run(&mut committer, "begin");
                run(&mut committer, &format!("insert into t values ({}, {n})", 2 * n));
                run(&mut committer, &format!("insert into t values ({}, {n})", 2 * n + 1));
                // This syncs the log, and with it the changes of the open transaction.
                run(&mut committer, "commit");
            }
            let after = open(Arc::new(disk.power_loss(7)), flush);
            let mut reader = session(&after, 1);
            let rows = number(&mut reader, "select count(*) from t where id >= 0");
            let of_the_open_one = number(&mut reader, "select count(*) from t where id < 0");
            let pairs = number(&mut reader, "select count(distinct pair) from t where id >= 0");
            table.row(name, [2 * COMMITS, rows, of_the_open_one, 2 * pairs - rows])
        },
    )
}
