//! The log is enough: replayed into an empty database it gives the tables of the source, whatever that went through,
//! crashes in the middle of anything among it; and the last transactions taken back by it leave what was there before
//! them.
//!
//! `INNOLAB_SEEDS` says how many random workloads are tried.

mod workload;

use innolab_base::rng::Rng;
use innolab_base::sync::Mutex;
use innolab_base::{CondvarPark, Events, ManualClock};
use innolab_binlog::{Entry, Event, Reader, RowChange, flashback};
use innolab_disk::SimDisk;
use innolab_engine::{Engine, LogBin, Options, TimeSource};
use innolab_sql::{Outcome, Session};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use workload::{Draw, TABLES};

fn seeds(otherwise: u64) -> u64 {
    std::env::var("INNOLAB_SEEDS").map_or(otherwise, |n| n.parse().expect("INNOLAB_SEEDS is a number"))
}

/// Rows as a client is shown them.
type Rows = Vec<Vec<Option<Vec<u8>>>>;
/// What makes a table, and its rows, by its name.
type Tables = BTreeMap<String, (String, Rows)>;

/// A database on a disk in memory; its log has small files.
struct Place {
    disk: SimDisk,
    engine: Arc<Engine>,
    session: Session,
}

impl Place {
    fn on(disk: SimDisk) -> Place {
        let mut options = Options::default();
        options.store.background = false;
        options.store.innodb_buffer_pool_size = 4 << 20;
        options.store.innodb_log_file_size = 4 << 20;
        let log = innolab_binlog::Options { max_binlog_size: 3000, ..innolab_binlog::Options::default() };
        options.log_bin = Some(LogBin { log, ..LogBin::default() });
        options.time = TimeSource::From(1_700_000_000);
        let (clock, park) = (Arc::new(ManualClock::default()), Arc::new(CondvarPark));
        let engine = Engine::open_with(Arc::new(disk.clone()), options, clock, Events::none(), park);
        let engine = engine.expect("what a crash leaves can be opened");
        let session = Session::new(engine.clone(), "test");
        Place { disk, engine, session }
    }

    /// Some of them fail.
    fn run<S: AsRef<str>>(&mut self, statements: impl IntoIterator<Item = S>) {
        statements.into_iter().for_each(|sql| drop(self.session.execute(sql.as_ref())));
    }

    fn must(&mut self, sql: &str) {
        self.session.execute(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    fn rows(&mut self, sql: &str) -> Rows {
        match self.session.execute(sql) {
            Ok(Outcome::Rows { rows, .. }) => rows,
            other => panic!("{sql}: {other:?}"),
        }
    }

    /// All tables: what makes them, but for their counters (what was rolled back has moved them, and is in no log), and
    /// their rows as a set: without a primary key they come in the order of insertion, of which those that are gone
    /// were part.
    fn contents(&mut self) -> Tables {
        let text = |v: &Option<Vec<u8>>| String::from_utf8_lossy(v.as_deref().unwrap_or_default()).into_owned();
        let names: Vec<String> = self.rows("show tables").iter().map(|row| text(&row[0])).collect();
        let table = |name: String| {
            let makes = text(&self.rows(&format!("show create table {name}"))[0][1]);
            let without = |part: &str| part.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
            let makes = makes.split(" AUTO_INCREMENT=").map(without).collect();
            let mut rows = self.rows(&format!("select * from {name}"));
            rows.sort();
            (name, (makes, rows))
        };
        names.into_iter().map(table).collect()
    }

    /// What a crash has left at the `at`-th call from now on while these run; or they all came to their end.
    fn crash_within(
        mut self,
        statements: &[String],
        at: u64,
        how: impl Fn(&SimDisk) -> SimDisk + Send + Sync + 'static,
    ) -> Place {
        let left: Arc<Mutex<Option<SimDisk>>> = Arc::default();
        let at = self.disk.changes() + at;
        self.disk.on_call({
            let (disk, left) = (self.disk.clone(), left.clone());
            move |_| {
                let mut left = left.lock();
                if left.is_none() && disk.changes() >= at {
                    *left = Some(how(&disk));
                }
            }
        });
        self.run(statements);
        self.disk.clear_hook();
        let left = left.lock().take();
        Place::on(left.unwrap_or_else(|| self.disk.killed()))
    }

    /// The log's events, by file.
    fn log(&self) -> Vec<(String, Vec<Entry>)> {
        let files = self.engine.binlog().expect("it has one").files();
        let entries = |name: &String| {
            let reader = Reader::open(&self.disk, name).expect("its head is whole");
            reader.map(|entry| entry.expect("it is whole")).collect()
        };
        files.iter().map(|name| (name.clone(), entries(name))).collect()
    }

    /// Does what the log says, as a replica.
    fn replay(&mut self, log: &[(String, Vec<Entry>)]) {
        for entry in log.iter().flat_map(|(_, entries)| entries) {
            match &entry.event {
                Event::Query(query) => {
                    self.must(&format!("set timestamp = {}.{:06}", entry.header.timestamp, query.micros()));
                    self.must(&query.sql);
                }
                Event::Given(given) => self.session.apply_context(given),
                Event::Rows(rows) => {
                    for change in rows.changes() {
                        let change = RowChange { table: rows.table.clone(), change: change.expect("it is whole") };
                        self.session.apply(&change).expect("the replica has the row");
                    }
                }
                Event::Xid(_) => self.must("commit"),
                _ => {}
            }
        }
    }

    /// Transactions that the log has.
    fn logged(&self) -> u64 {
        let log = self.log();
        log.iter().flat_map(|(_, entries)| entries).filter(|e| matches!(e.event, Event::Xid(_))).count() as u64
    }
}

#[test]
fn a_replay_gives_the_same_tables() {
    let mut kinds = BTreeSet::new();
    for seed in 0..seeds(60) {
        let mut draw = Draw(Rng(seed));
        let mut source = Place::on(SimDisk::new(seed));
        source.run(TABLES);
        for _ in 0..3 {
            let format = ["row", "row", "mixed", "statement"][draw.below(4) as usize];
            let statements = [vec![format!("set binlog_format = {format}")], draw.workload(12)].concat();
            let (at, power) = (draw.below(80), draw.below(10));
            source = source.crash_within(&statements, at, move |disk| match power {
                0..3 => disk.killed(),
                power => disk.power_loss(power - 3),
            });
            kinds.insert((format, power > 2));
        }
        let log = source.log();
        let mut copy = Place::on(SimDisk::new(seed));
        copy.replay(&log);
        assert_eq!(copy.contents(), source.contents(), "seed {seed}");
        let report = source.engine.check_database(&mut |_, _| ()).expect("it goes on");
        assert!(report.is_sound(), "seed {seed}: {report}");
    }
    assert!(kinds.len() == 6 || seeds(60) < 60, "not every kind of crash was tried: {kinds:?}");
}

#[test]
fn a_flashback_restores_what_was_before() {
    for seed in 0..seeds(60) {
        let mut draw = Draw(Rng(seed + 1_000_000));
        let mut place = Place::on(SimDisk::new(seed));
        place.run(TABLES);
        // What was there when so many transactions were in the log.
        let mut states = BTreeMap::from([(place.logged(), place.contents())]);
        for _ in 0..12 {
            let statements = if draw.below(2) == 0 { vec![draw.change()] } else { draw.transaction() };
            place.run(&statements);
            states.insert(place.logged(), place.contents());
        }
        let total = place.logged();
        let back = draw.below(total + 1);
        // DDL cannot be reversed; rows are, newest file first.
        let log = place.log();
        let rows_only = log.iter().rev().flat_map(|(file, entries)| {
            let first = entries.iter().rposition(|e| matches!(&e.event, Event::Query(q) if q.ddl_xid().is_some()));
            flashback::reverse(file, &entries[first.map_or(0, |at| at + 1)..]).expect("rows only")
        });
        let undos: Vec<_> = rows_only.take(back as usize).collect();
        assert_eq!(undos.len() as u64, back);
        for undo in &undos {
            place.must("begin");
            undo.changes.iter().for_each(|change| place.session.apply(change).expect("the row is as the log says"));
            place.must("commit");
        }
        assert_eq!(place.contents(), states[&(total - back)], "seed {seed}, {back} of {total}");
    }
}

/// A row that is not as the log says is not changed: neither by its key alone, nor one that is like it.
#[test]
fn a_change_is_made_to_the_row_that_the_log_has() {
    let mut source = Place::on(SimDisk::new(1));
    source.run(TABLES);
    source.run([
        "insert into a values (1, 1, 'one'), (2, 2, 'two')",
        "insert into b (x, y) values (1, 'one'), (1, 'two')",
    ]);
    let same = source.log();
    let (with_key, without) = ("update a set v = 'uno' where id = 1", "update b set x = 2");
    let changes = [
        ("update a set n = 3 where id = 1", with_key),
        ("delete from a where id = 1", with_key),
        ("update b set y = 'other' where y = 'two'", without),
        ("delete from b where y = 'two'", without),
    ];
    for (change, went_another_way) in changes {
        let mut source = Place::on(source.disk.killed());
        source.must(change);
        let (_, last) = source.log().pop().expect("a file for each opening");
        let rows = last.iter().find_map(|entry| if let Event::Rows(rows) = &entry.event { Some(rows) } else { None });
        let rows = rows.expect("rows are logged");
        let made = rows.changes().next().expect("one row").expect("it is whole");
        let made = RowChange { table: rows.table.clone(), change: made };
        for (first, errno) in [("select 1", None), (went_another_way, Some(1032))] {
            let mut copy = Place::on(SimDisk::new(1));
            copy.replay(&same);
            copy.must(first);
            let before = copy.contents();
            assert_eq!(copy.session.apply(&made).err().map(|e| e.errno), errno, "{change}, after {first}");
            assert_eq!(copy.contents() == before, errno.is_some(), "{change}, after {first}");
        }
    }
}
