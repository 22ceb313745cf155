//! The binary log: its contents, its cost and its uses, counted on engines over disks in memory.

use super::Table;
use super::transactions::{number, open_with, run, session};
use innolab_base::Events;
use innolab_binlog::{Entry, Event as Logged, Reader, RowChange, flashback};
use innolab_disk::SimDisk;
use innolab_engine::{Engine, LogBin, Options, TimeSource};
use innolab_sql::Session;
use std::sync::Arc;

/// Options with a binary log and a clock that repeats. `text_at_any_level`: see [`LogBin`].
pub(super) fn options(text_at_any_level: bool) -> Options {
    let log_bin = LogBin { text_at_any_level, ..LogBin::default() };
    Options { log_bin: Some(log_bin), time: TimeSource::From(1_700_000_000), ..Options::default() }
}

/// An engine and its disk, from which its binary log can be read.
struct Database {
    disk: SimDisk,
    engine: Arc<Engine>,
}

impl Database {
    fn new() -> Database {
        Database::on(SimDisk::new(1))
    }

    fn on(disk: SimDisk) -> Database {
        let engine = open_with(Arc::new(disk.clone()), options(true), Events::none());
        Database { disk, engine }
    }

    fn session(&self, number: u64) -> Session {
        session(&self.engine, number)
    }

    /// Runs statements in one session.
    fn run(&self, statements: &[&str]) {
        let mut session = self.session(1);
        statements.iter().for_each(|sql| run(&mut session, sql));
    }

    /// Runs a query of one row and one column; returns its number.
    fn number(&self, sql: &str) -> u64 {
        number(&mut self.session(1), sql)
    }

    /// Returns the transactions in the log, oldest first, each as its events.
    fn transactions(&self) -> Vec<Vec<Entry>> {
        transactions(&self.disk)
    }

    /// Applies these transactions as a replica does.
    fn replay(&self, transactions: &[Vec<Entry>]) {
        let mut replica = self.session(1);
        for entry in transactions.iter().flatten() {
            match &entry.event {
                Logged::Query(query) => run(&mut replica, &query.sql),
                Logged::StatementContext(given) => replica.apply_context(given),
                Logged::Rows(rows) => {
                    for change in rows.changes() {
                        let change = RowChange { table: rows.table.clone(), change: change.expect("a complete row") };
                        replica.apply(&change).expect("the replica has the row");
                    }
                }
                Logged::Xid(_) => run(&mut replica, "commit"),
                _ => {}
            }
        }
    }

    /// Returns the bytes of redo and of binary log that `work` writes.
    fn bytes_of(&self, work: impl FnOnce()) -> [u64; 2] {
        let counts = || {
            let log = self.engine.binlog().expect("a binary log").counts();
            [self.engine.store().counts().log_bytes, log.bytes]
        };
        let before = counts();
        work();
        let after = counts();
        [after[0] - before[0], after[1] - before[1]]
    }
}

fn transactions(disk: &SimDisk) -> Vec<Vec<Entry>> {
    let mut all: Vec<Vec<Entry>> = vec![];
    for name in innolab_binlog::files(disk, "binlog").expect("an index file") {
        for entry in Reader::open(disk, &name).expect("a complete file header") {
            let Ok(entry) = entry else { break };
            match entry.event {
                Logged::AnonymousGtid(_) => all.push(vec![entry]),
                Logged::Query(_) | Logged::StatementContext(_) | Logged::Rows(_) | Logged::Xid(_) => {
                    all.last_mut().expect("a GTID comes first").push(entry);
                }
                _ => {}
            }
        }
    }
    all
}

/// Returns the number of complete transactions in the log.
pub(super) fn transactions_in_log(disk: &SimDisk) -> u64 {
    transactions(disk).iter().flatten().filter(|entry| matches!(entry.event, Logged::Xid(_))).count() as u64
}

/// Bytes that the same work writes to the redo log and to the binary log.
pub(super) fn redo_and_binlog() -> Table {
    let db = Database::new();
    db.run(&[
        "create table plain (id int primary key, a int, b int, c int)",
        "create table indexed (id int primary key, a int, b int, c int, key (a), key (b), key (c))",
    ]);
    let insert = |table: &str| {
        let mut session = db.session(1);
        for id in 0..1000 {
            run(&mut session, &format!("insert into {table} values ({id}, {}, {id}, 7)", 1000 - id));
        }
    };
    let rows = [
        ("1000 inserts", db.bytes_of(|| insert("plain"))),
        ("1000 inserts, three indexes", db.bytes_of(|| insert("indexed"))),
        ("1000 updates, rolled back", db.bytes_of(|| db.run(&["begin", "update plain set c = 8", "rollback"]))),
        ("a new index over 1000 rows", db.bytes_of(|| db.run(&["create index a on plain (a)"]))),
        ("a truncation", db.bytes_of(|| db.run(&["truncate table plain"]))),
    ];
    rows.into_iter().fold(Table::new(&["bytes of redo", "bytes of binlog"]), |table, (name, [redo, binlog])| {
        table.row(name, [redo, binlog])
    })
}

/// Bytes of the same statements in the formats STATEMENT, ROW and MIXED.
pub(super) fn sizes_of_formats() -> Table {
    let statements = [
        ("update of 1000 rows", "update t set n = n + 1"),
        ("update of one row", "update t set n = n + 1 where id = 5"),
        ("delete of 10 rows with LIMIT", "delete from t where n > 0 limit 10"),
    ];
    let databases = ["statement", "row", "mixed"].map(|format| (format, Database::new()));
    let values: Vec<String> = (0..1000).map(|id| format!("({id}, {id})")).collect();
    for (_, db) in &databases {
        db.run(&["create table t (id int primary key, n int)", &format!("insert into t values {}", values.join(", "))]);
    }
    statements.into_iter().fold(Table::new(&["STATEMENT", "ROW", "MIXED"]), |table, (name, sql)| {
        let bytes = databases
            .each_ref()
            .map(|(format, db)| db.bytes_of(|| db.run(&[&format!("set binlog_format = {format}"), sql]))[1]);
        table.row(name, bytes)
    })
}

/// `DELETE … LIMIT 1` with a replica that has the same rows but lacks an index: which of two rows is left?
pub(super) fn delete_limit() -> Table {
    let columns = ["rows here", "rows there", "id left here", "id left there"];
    ["statement", "row", "mixed"].into_iter().fold(Table::new(&columns), |table, format| {
        let (source, replica) = (Database::new(), Database::new());
        source.run(&[
            "create table t (id int primary key, a int, m int, key (a), key (m))",
            "insert into t values (1, 4, 2), (2, 5, 1)",
        ]);
        let same = source.transactions();
        replica.replay(&same);
        replica.run(&["drop index a on t"]);
        source.run(&[&format!("set binlog_format = {format}"), "delete from t where a >= 4 and m <= 2 limit 1"]);
        replica.replay(&source.transactions()[same.len()..]);
        let look = |sql: &str| [source.number(sql), replica.number(sql)];
        let cells = [look("select count(*) from t"), look("select max(id) from t")].concat();
        table.row(&format.to_uppercase(), cells)
    })
}

/// A mistaken UPDATE and DELETE, later work of others, and a flashback: the row events applied in reverse.
pub(super) fn undo_of_a_mistake() -> Table {
    let db = Database::new();
    let values: Vec<String> = (1..=1000).map(|id| format!("({id}, 100)")).collect();
    db.run(&[
        "create table accounts (id int primary key, balance int)",
        &format!("insert into accounts values {}", values.join(", ")),
    ]);
    let look = |name: &str, table: Table| {
        let cells = ["select count(*) from accounts", "select sum(balance) from accounts"].map(|q| db.number(q));
        let logged = db.transactions().len() as u64;
        table.row(name, [cells[0], cells[1], logged])
    };
    let table = look("before", Table::new(&["accounts", "balance of all", "transactions in the binlog"]));
    let first = db.transactions().len();
    db.run(&["update accounts set balance = 0", "delete from accounts where id > 10"]);
    let end = db.transactions().len();
    let table = look("after the mistakes", table);
    db.run(&["insert into accounts values (2000, 5)"]);
    let table = look("others went on", table);
    let log = db.transactions();
    let undos = flashback::reverse("binlog.000001", log[first..end].iter().flatten(), &flashback::Scope::ALL)
        .expect("row events only");
    let mut session = db.session(1);
    for undo in &undos {
        run(&mut session, "begin");
        undo.changes.iter().for_each(|change| session.apply(change).expect("the row is as the log has it"));
        run(&mut session, "commit");
    }
    look("after the flashback", table)
}

/// Four ways to remove 1000 rows: what the log has of each, and if it can be reversed.
pub(super) fn bytes_of_a_deletion() -> Table {
    let ways = [
        ("DELETE, as rows", "row", "delete from t"),
        ("DELETE, as text", "statement", "delete from t"),
        ("TRUNCATE", "row", "truncate table t"),
        ("DROP", "row", "drop table t"),
    ];
    ways.into_iter().fold(
        Table::new(&["bytes in the binlog", "rows in the binlog", "can be reversed"]),
        |table, way| {
            let (name, format, sql) = way;
            let db = Database::new();
            let values: Vec<String> = (1..=1000).map(|id| format!("({id})")).collect();
            db.run(&["create table t (id int primary key)", &format!("insert into t values {}", values.join(", "))]);
            let before = db.transactions().len();
            let [_, bytes] = db.bytes_of(|| db.run(&[&format!("set binlog_format = {format}"), sql]));
            let log = db.transactions();
            let rows = log[before..].iter().flatten().filter_map(|entry| match &entry.event {
                Logged::Rows(rows) => Some(rows.changes().count() as u64),
                _ => None,
            });
            let reversed = flashback::reverse("binlog.000001", log[before..].iter().flatten(), &flashback::Scope::ALL);
            table.row(name, [bytes, rows.sum(), u64::from(reversed.is_ok())])
        },
    )
}

/// Point-in-time recovery: a backup, work, a mistaken DROP TABLE, more work. The backup is brought forward by the log
/// up to the mistake, and then by the log after it.
pub(super) fn point_in_time() -> Table {
    let source = Database::new();
    source.run(&[
        "create table orders (id int primary key)",
        "create table notes (id int primary key)",
        "insert into orders values (1), (2), (3)",
    ]);
    source.engine.close().expect("a sound disk");
    let backup = Database::on(source.disk.power_loss(0));
    let source = Database::on(source.disk.killed());
    let at_backup = source.transactions().len();
    source.run(&["insert into orders values (4), (5)", "update orders set id = 30 where id = 3"]);
    let at_mistake = source.transactions().len();
    source.run(&["drop table orders", "insert into notes values (1), (2)"]);
    let log = source.transactions();
    let look = |db: &Database, name: &str, table: Table| {
        let has = db.engine.table("orders").is_some();
        let orders = if has { db.number("select count(*) from orders") } else { 0 };
        let highest = if has { db.number("select max(id) from orders") } else { 0 };
        table.row(name, [u64::from(has), orders, highest, db.number("select count(*) from notes")])
    };
    let table = Table::new(&["table orders", "its rows", "its highest id", "rows of notes"]);
    let table = look(&source, "the server", table);
    let table = look(&backup, "the backup", table);
    backup.replay(&log[at_backup..at_mistake]);
    let table = look(&backup, "and the log to the DROP", table);
    backup.replay(&log[at_mistake + 1..]);
    look(&backup, "and the log behind the DROP", table)
}

/// T1 deletes a range; T2 inserts into it and commits first, unless it has to wait. Rows on the source, and on a
/// replica that replays the log.
pub(super) fn order_of_the_log() -> Table {
    let ways = [
        ("READ COMMITTED, as text", "read committed", "statement"),
        ("READ COMMITTED, as rows", "read committed", "row"),
        ("REPEATABLE READ, as text", "repeatable read", "statement"),
    ];
    ways.into_iter().fold(Table::new(&["T2 had to wait", "rows here", "rows there"]), |table, (name, level, format)| {
        let (source, replica) = (Database::new(), Database::new());
        source.run(&["create table t (id int primary key, a int, key (a))", "insert into t values (1, 10), (2, 20)"]);
        let mut sessions = [source.session(1), source.session(2)];
        for session in &mut sessions {
            run(session, &format!("set session transaction isolation level {level}"));
            run(session, &format!("set binlog_format = {format}"));
        }
        let [t1, t2] = &mut sessions;
        run(t1, "begin");
        run(t1, "delete from t where a <= 20");
        let waited = std::thread::scope(|scope| {
            let insert = scope.spawn(|| run(t2, "insert into t values (3, 15)"));
            let mut looks = 0;
            while !insert.is_finished() && looks < 1000 && source.engine.lock_waits().is_empty() {
                looks += 1;
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
            let waited = !insert.is_finished();
            run(t1, "commit");
            waited
        });
        replica.replay(&source.transactions());
        let rows = [&source, &replica].map(|db| db.number("select count(*) from t"));
        table.row(name, [u64::from(waited), rows[0], rows[1]])
    })
}
