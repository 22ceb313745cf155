//! What is in the binary log, what it costs, and what it is good for: counted on engines over disks in memory.

use super::Table;
use super::transactions::{number, open_with, run, session};
use innolab_base::Events;
use innolab_binlog::{Entry, Event as Logged, Reader, RowChange, flashback};
use innolab_disk::SimDisk;
use innolab_engine::{Engine, LogBin, Options, TimeSource};
use innolab_sql::Session;
use std::sync::Arc;

/// Settings with a log whose times repeat. `text_at_any_level`: see [`LogBin`].
pub(super) fn options(text_at_any_level: bool) -> Options {
    let log_bin = LogBin { text_at_any_level, ..LogBin::default() };
    Options { log_bin: Some(log_bin), time: TimeSource::From(1_700_000_000), ..Options::default() }
}

/// A database, and its disk, from which its log can be read.
struct Place {
    disk: SimDisk,
    engine: Arc<Engine>,
}

impl Place {
    fn new() -> Place {
        Place::on(SimDisk::new(1))
    }

    fn on(disk: SimDisk) -> Place {
        let engine = open_with(Arc::new(disk.clone()), options(true), Events::none());
        Place { disk, engine }
    }

    fn session(&self, number: u64) -> Session {
        session(&self.engine, number)
    }

    /// Runs statements, in one session.
    fn run(&self, statements: &[&str]) {
        let mut session = self.session(1);
        statements.iter().for_each(|sql| run(&mut session, sql));
    }

    /// A number that a query gives.
    fn number(&self, sql: &str) -> u64 {
        number(&mut self.session(1), sql)
    }

    /// The log's transactions, each with its events, from the oldest.
    fn transactions(&self) -> Vec<Vec<Entry>> {
        transactions(&self.disk)
    }

    /// Does what these transactions did, as a replica.
    fn replay(&self, transactions: &[Vec<Entry>]) {
        let mut replica = self.session(1);
        for entry in transactions.iter().flatten() {
            match &entry.event {
                Logged::Query(query) => run(&mut replica, &query.sql),
                Logged::StatementContext(given) => replica.given(given),
                Logged::Rows(rows) => {
                    for change in rows.changes() {
                        let change = RowChange { table: rows.table.clone(), change: change.expect("it is whole") };
                        replica.apply(&change).expect("the replica has the row");
                    }
                }
                Logged::Xid(_) => run(&mut replica, "commit"),
                _ => {}
            }
        }
    }

    /// Bytes of redo and of the binary log that `work` makes.
    fn bytes_of(&self, work: impl FnOnce()) -> [u64; 2] {
        let counts = || {
            let log = self.engine.binlog().expect("it has one").counts();
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
    for name in innolab_binlog::files(disk, "binlog").expect("it has an index") {
        for entry in Reader::open(disk, &name).expect("its head is whole") {
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

/// How many transactions its log has to their end.
pub(super) fn transactions_in_log(disk: &SimDisk) -> u64 {
    transactions(disk).iter().flatten().filter(|entry| matches!(entry.event, Logged::Xid(_))).count() as u64
}

/// What the same work writes into the two logs.
pub(super) fn redo_and_binlog() -> Table {
    let place = Place::new();
    place.run(&[
        "create table plain (id int primary key, a int, b int, c int)",
        "create table indexed (id int primary key, a int, b int, c int, key (a), key (b), key (c))",
    ]);
    let insert = |table: &str| {
        let mut session = place.session(1);
        for id in 0..1000 {
            run(&mut session, &format!("insert into {table} values ({id}, {}, {id}, 7)", 1000 - id));
        }
    };
    let rows = [
        ("1000 inserts", place.bytes_of(|| insert("plain"))),
        ("1000 inserts, three indexes", place.bytes_of(|| insert("indexed"))),
        ("1000 updates, rolled back", place.bytes_of(|| place.run(&["begin", "update plain set c = 8", "rollback"]))),
        ("a new index over 1000 rows", place.bytes_of(|| place.run(&["create index a on plain (a)"]))),
        ("a truncation", place.bytes_of(|| place.run(&["truncate table plain"]))),
    ];
    rows.into_iter().fold(Table::new(&["bytes of redo", "bytes of binlog"]), |table, (name, [redo, binlog])| {
        table.row(name, [redo, binlog])
    })
}

/// Bytes of the same statements as text, as rows, and as MIXED likes it.
pub(super) fn sizes_of_formats() -> Table {
    let statements = [
        ("update of 1000 rows", "update t set n = n + 1"),
        ("update of one row", "update t set n = n + 1 where id = 5"),
        ("delete of 10 rows with LIMIT", "delete from t where n > 0 limit 10"),
    ];
    let places = ["statement", "row", "mixed"].map(|format| (format, Place::new()));
    let values: Vec<String> = (0..1000).map(|id| format!("({id}, {id})")).collect();
    for (_, place) in &places {
        place.run(&[
            "create table t (id int primary key, n int)",
            &format!("insert into t values {}", values.join(", ")),
        ]);
    }
    statements.into_iter().fold(Table::new(&["STATEMENT", "ROW", "MIXED"]), |table, (name, sql)| {
        let bytes = places
            .each_ref()
            .map(|(format, place)| place.bytes_of(|| place.run(&[&format!("set binlog_format = {format}"), sql]))[1]);
        table.row(name, bytes)
    })
}

/// `DELETE … LIMIT 1`, and a replica that has the same rows but lacks an index: which row is left of two?
pub(super) fn delete_limit() -> Table {
    let columns = ["rows here", "rows there", "id left here", "id left there"];
    ["statement", "row", "mixed"].into_iter().fold(Table::new(&columns), |table, format| {
        let (source, replica) = (Place::new(), Place::new());
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

/// A mistaken UPDATE and a mistaken DELETE, work of others behind them, and the rows' events backwards.
pub(super) fn undo_of_a_mistake() -> Table {
    let place = Place::new();
    let values: Vec<String> = (1..=1000).map(|id| format!("({id}, 100)")).collect();
    place.run(&[
        "create table accounts (id int primary key, balance int)",
        &format!("insert into accounts values {}", values.join(", ")),
    ]);
    let look = |name: &str, table: Table| {
        let cells = ["select count(*) from accounts", "select sum(balance) from accounts"].map(|q| place.number(q));
        let logged = place.transactions().len() as u64;
        table.row(name, [cells[0], cells[1], logged])
    };
    let table = look("before", Table::new(&["accounts", "balance of all", "transactions in the binlog"]));
    let first = place.transactions().len();
    place.run(&["update accounts set balance = 0", "delete from accounts where id > 10"]);
    let behind = place.transactions().len();
    let table = look("after the mistakes", table);
    place.run(&["insert into accounts values (2000, 5)"]);
    let table = look("others went on", table);
    let log = place.transactions();
    let undos = flashback::reverse("binlog.000001", log[first..behind].iter().flatten()).expect("there are rows only");
    let mut session = place.session(1);
    for undo in &undos {
        run(&mut session, "begin");
        undo.changes.iter().for_each(|change| session.apply(change).expect("the row is as the log says"));
        run(&mut session, "commit");
    }
    look("after the flashback", table)
}

/// Ways to lose 1000 rows: what the log has of each, and whether it can be reversed.
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
            let place = Place::new();
            let values: Vec<String> = (1..=1000).map(|id| format!("({id})")).collect();
            place.run(&["create table t (id int primary key)", &format!("insert into t values {}", values.join(", "))]);
            let before = place.transactions().len();
            let [_, bytes] = place.bytes_of(|| place.run(&[&format!("set binlog_format = {format}"), sql]));
            let log = place.transactions();
            let rows = log[before..].iter().flatten().filter_map(|entry| match &entry.event {
                Logged::Rows(rows) => Some(rows.changes().count() as u64),
                _ => None,
            });
            let reversed = flashback::reverse("binlog.000001", log[before..].iter().flatten());
            table.row(name, [bytes, rows.sum(), u64::from(reversed.is_ok())])
        },
    )
}

/// A full backup, work, a DROP TABLE, more work: the backup with the log up to the mistake, and with what came behind it.
pub(super) fn point_in_time() -> Table {
    let source = Place::new();
    source.run(&[
        "create table orders (id int primary key)",
        "create table notes (id int primary key)",
        "insert into orders values (1), (2), (3)",
    ]);
    source.engine.close().expect("a sound disk");
    let backup = Place::on(source.disk.power_loss(0));
    let source = Place::on(source.disk.killed());
    let at_backup = source.transactions().len();
    source.run(&["insert into orders values (4), (5)", "update orders set id = 30 where id = 3"]);
    let at_mistake = source.transactions().len();
    source.run(&["drop table orders", "insert into notes values (1), (2)"]);
    let log = source.transactions();
    let look = |place: &Place, name: &str, table: Table| {
        let has = place.engine.table("orders").is_some();
        let orders = if has { place.number("select count(*) from orders") } else { 0 };
        let highest = if has { place.number("select max(id) from orders") } else { 0 };
        table.row(name, [u64::from(has), orders, highest, place.number("select count(*) from notes")])
    };
    let table = Table::new(&["table orders", "its rows", "its highest id", "rows of notes"]);
    let table = look(&source, "the server", table);
    let table = look(&backup, "the backup", table);
    backup.replay(&log[at_backup..at_mistake]);
    let table = look(&backup, "and the log to the DROP", table);
    backup.replay(&log[at_mistake + 1..]);
    look(&backup, "and the log behind the DROP", table)
}

/// T1 deletes a range, T2 inserts into it and commits first, if it can: the source, and a replica that does what the log says.
pub(super) fn order_of_the_log() -> Table {
    let ways = [
        ("READ COMMITTED, as text", "read committed", "statement"),
        ("READ COMMITTED, as rows", "read committed", "row"),
        ("REPEATABLE READ, as text", "repeatable read", "statement"),
    ];
    ways.into_iter().fold(Table::new(&["T2 had to wait", "rows here", "rows there"]), |table, (name, level, format)| {
        let (source, replica) = (Place::new(), Place::new());
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
        let rows = [&source, &replica].map(|place| place.number("select count(*) from t"));
        table.row(name, [u64::from(waited), rows[0], rows[1]])
    })
}
