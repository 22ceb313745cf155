//! The binary log and the tables agree (I5): replayed into an empty database, the log gives the tables of its source,
//! even if that crashed at any write; and a flashback of the last transactions gives the tables as they were before
//! them.

use crate::answers::answer;
use crate::workload::{Draw, TABLES};
use innolab_base::rng::Rng;
use innolab_base::sync::Mutex;
use innolab_base::{CondvarPark, Events, ManualClock};
use innolab_binlog::{Change, Entry, Event, Reader, Row, RowChange, Value, flashback};
use innolab_disk::SimDisk;
use innolab_engine::{Engine, LogBin, Options, TimeSource};
use innolab_sql::Session;
use innolab_testing::{Script, seeds};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Each table by its name: its CREATE TABLE, then its rows as text.
type Tables = BTreeMap<String, Vec<String>>;

/// # Panics
/// If a table differs: with its name and what [`Script::same`] says.
#[track_caller]
fn assert_same_tables(script: &Script, rule: &str, expected: &Tables, got: &Tables) {
    for name in expected.keys().chain(got.keys()) {
        script.same(&format!("{rule} table {name}"), &expected.get(name), &got.get(name));
    }
}

/// A database on a disk in memory; its log has small files.
struct Database {
    disk: SimDisk,
    engine: Arc<Engine>,
    session: Session,
}

impl Database {
    fn on(disk: SimDisk) -> Database {
        let mut options = Options::default();
        options.store.background = false;
        options.store.innodb_buffer_pool_size = 4 << 20;
        options.store.innodb_log_file_size = 4 << 20;
        let log = innolab_binlog::Options { max_binlog_size: 3000, ..innolab_binlog::Options::default() };
        options.log_bin = Some(LogBin { log, ..LogBin::default() });
        options.time = TimeSource::From(1_700_000_000);
        let (clock, park) = (Arc::new(ManualClock::default()), Arc::new(CondvarPark));
        let engine = Engine::open_with(Arc::new(disk.clone()), options, clock, Events::none(), park);
        let engine = engine.expect("recovery opens what a crash leaves");
        let session = Session::new(engine.clone(), "test");
        Database { disk, engine, session }
    }

    /// Runs statements; some fail.
    fn run<S: AsRef<str>>(&mut self, statements: impl IntoIterator<Item = S>) {
        statements.into_iter().for_each(|sql| drop(self.session.execute(sql.as_ref())));
    }

    /// Executes a statement that changes one row, and returns the change that it logs. REQUIRES: it is the first since
    /// the opening.
    fn logged(mut self, sql: &str) -> RowChange {
        self.must(sql);
        let (_, last) = self.log().pop().expect("a file for each opening");
        let rows = last.iter().find_map(|entry| if let Event::Rows(rows) = &entry.event { Some(rows) } else { None });
        let rows = rows.expect("rows are logged");
        let change = rows.changes().next().expect("one row").expect("it is whole");
        RowChange { table: rows.table.clone(), change }
    }

    fn must(&mut self, sql: &str) {
        self.session.execute(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    /// All tables. AUTO_INCREMENT counters are left out: rolled-back inserts have advanced them, and are in no log.
    /// Rows are sorted: without a primary key they come in the order of their hidden ids, which may differ.
    fn contents(&mut self) -> Tables {
        let names = answer(&mut self.session, "show tables");
        let table = |name: &str| {
            let create = answer(&mut self.session, &format!("show create table {name}"));
            let without = |part: &str| part.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
            let create = create.split(" AUTO_INCREMENT=").map(without).collect();
            let found = answer(&mut self.session, &format!("select * from {name}"));
            let mut found: Vec<String> = found.lines().map(str::to_owned).collect();
            found.sort();
            (name.to_owned(), [vec![create], found].concat())
        };
        names.lines().map(table).collect()
    }

    /// Runs statements and crashes at the `at`-th write from now on, or after the last statement if there are fewer.
    /// Returns the database as recovery leaves it. `how` makes the disk that the crash leaves.
    fn crash_within(
        mut self,
        statements: &[String],
        at: u64,
        how: impl Fn(&SimDisk) -> SimDisk + Send + Sync + 'static,
    ) -> Database {
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
        Database::on(left.unwrap_or_else(|| self.disk.killed()))
    }

    /// The log's events, by file.
    fn log(&self) -> Vec<(String, Vec<Entry>)> {
        let files = self.engine.binlog().expect("the engine has a binary log").files();
        let entries = |name: &String| {
            let reader = Reader::open(&self.disk, name).expect("the file has a header");
            reader.map(|entry| entry.expect("the event is whole")).collect()
        };
        files.iter().map(|name| (name.clone(), entries(name))).collect()
    }

    /// Executes the log, as a replica does.
    fn replay(&mut self, log: &[(String, Vec<Entry>)]) {
        for entry in log.iter().flat_map(|(_, entries)| entries) {
            match &entry.event {
                Event::Query(query) => {
                    self.must(&format!("set timestamp = {}.{:06}", entry.header.timestamp, query.micros()));
                    self.must(&query.sql);
                }
                Event::StatementContext(given) => self.session.apply_context(given),
                Event::Rows(rows) => {
                    for change in rows.changes() {
                        let change = RowChange { table: rows.table.clone(), change: change.expect("the row is whole") };
                        self.session.apply(&change).expect("the replica has the row");
                    }
                }
                Event::Xid(_) => self.must("commit"),
                _ => {}
            }
        }
    }

    /// Number of transactions in the log.
    fn transactions_logged(&self) -> u64 {
        let log = self.log();
        log.iter().flat_map(|(_, entries)| entries).filter(|e| matches!(e.event, Event::Xid(_))).count() as u64
    }
}

#[test]
fn a_replay_gives_the_same_tables() {
    let (seeds, mut kinds) = (seeds(15, 60), BTreeSet::new());
    for seed in seeds.clone() {
        let mut script = Script::new();
        let mut draw = Draw(Rng(seed));
        let mut source = Database::on(SimDisk::new(seed));
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
            statements.iter().for_each(|sql| script.step(format!("{sql};")));
            script.step(format!("-- crash at write {at}, power {power}"));
        }
        let log = source.log();
        let mut copy = Database::on(SimDisk::new(seed));
        copy.replay(&log);
        let rule = format!("seed {seed}: I5, the replayed log gives the source's");
        assert_same_tables(&script, &rule, &source.contents(), &copy.contents());
        let report = source.engine.check_database(&mut |_, _| ()).expect("the check reads all pages");
        script.holds(&format!("seed {seed}: the source is sound;"), report.is_sound(), "no faults", report.to_string());
    }
    let all_kinds = seeds.end - seeds.start < 60 || kinds.len() == 6;
    assert!(all_kinds, "three formats, each with a kill and a power loss, not only {kinds:?}");
}

#[test]
fn a_flashback_restores_what_was_before() {
    for seed in seeds(15, 60) {
        let (mut draw, mut script) = (Draw(Rng(seed + 1_000_000)), Script::new());
        let mut database = Database::on(SimDisk::new(seed));
        database.run(TABLES);
        // The tables, by the number of transactions in the log at that time.
        let mut states = BTreeMap::from([(database.transactions_logged(), database.contents())]);
        for _ in 0..12 {
            let statements = if draw.below(2) == 0 { vec![draw.change()] } else { draw.transaction() };
            statements.iter().for_each(|sql| script.step(format!("{sql};")));
            database.run(&statements);
            states.insert(database.transactions_logged(), database.contents());
        }
        let total = database.transactions_logged();
        let back = draw.below(total + 1);
        // DDL cannot be reversed. Changes of rows are, the newest file first.
        let log = database.log();
        let rows_only = log.iter().rev().flat_map(|(file, entries)| {
            let first = entries.iter().rposition(|e| matches!(&e.event, Event::Query(q) if q.ddl_xid().is_some()));
            flashback::reverse(file, &entries[first.map_or(0, |at| at + 1)..], &flashback::Scope::ALL)
                .expect("rows only")
        });
        let undos: Vec<_> = rows_only.take(back as usize).collect();
        assert_eq!(undos.len() as u64, back);
        for undo in &undos {
            database.must("begin");
            undo.changes.iter().for_each(|change| database.session.apply(change).expect("the row is as the log says"));
            database.must("commit");
        }
        script.step(format!("-- flashback of {back} of {total} transactions"));
        let rule = format!("seed {seed}: the flashback gives the earlier");
        assert_same_tables(&script, &rule, &states[&(total - back)], &database.contents());
    }
}

/// A change of the log is made only to a row that is as the log says, not to one with the same key or to a similar one.
#[test]
fn a_change_is_made_to_the_row_that_the_log_has() {
    let mut source = Database::on(SimDisk::new(1));
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
        let made = Database::on(source.disk.killed()).logged(change);
        for (first, errno) in [("select 1", None), (went_another_way, Some(1032))] {
            let mut copy = Database::on(SimDisk::new(1));
            copy.replay(&same);
            copy.must(first);
            let before = copy.contents();
            assert_eq!(copy.session.apply(&made).err().map(|e| e.errno), errno, "{change}, after {first}");
            assert_eq!(copy.contents() == before, errno.is_some(), "{change}, after {first}");
        }
    }
}

/// The columns that an image leaves out (`binlog_row_image` = MINIMAL) stay as they are; a row that cannot be told, or made,
/// without them is refused by column.
#[test]
fn what_an_image_leaves_out_stays_or_is_refused_by_column() {
    let mut source = Database::on(SimDisk::new(1));
    source.run(TABLES);
    source.run([
        "insert into a values (1, 1, 'one'), (2, 2, 'two')",
        "insert into b (x, y) values (1, 'one'), (1, 'two')",
    ]);
    let same = source.log();
    let update = "update a set n = 3 where id = 1";
    /// A statement, the columns that its images before and after leave out, the column of the error.
    type Case = (&'static str, &'static [usize], &'static [usize], Option<&'static str>);
    let cases: [Case; 6] = [
        (update, &[1, 2], &[0, 2], None),
        (update, &[0], &[], Some("id")),
        ("update a set id = 7, v = null where id = 1", &[1, 2], &[1], None),
        ("delete from a where id = 1", &[1, 2], &[], None),
        ("insert into a values (9, 9, 'nine')", &[], &[2], Some("v")),
        ("update b set x = 5 where y = 'two'", &[1], &[], Some("y")),
    ];
    let without = |row: &Row, left_out: &[usize]| -> Row {
        let value = |(i, value): (usize, &Value)| if left_out.contains(&i) { Value::Missing } else { value.clone() };
        row.iter().enumerate().map(value).collect()
    };
    for (sql, before, after, error) in cases {
        let RowChange { table, change } = Database::on(source.disk.killed()).logged(sql);
        let change = match &change {
            Change::Insert(row) => Change::Insert(without(row, after)),
            Change::Delete(row) => Change::Delete(without(row, before)),
            Change::Update { before: old, after: new } => {
                Change::Update { before: without(old, before), after: without(new, after) }
            }
        };
        let (mut copy, mut expected) = (Database::on(SimDisk::new(1)), Database::on(SimDisk::new(1)));
        copy.replay(&same);
        expected.replay(&same);
        let applied = copy.session.apply(&RowChange { table, change }).err().map(|e| e.to_string());
        match error {
            None => assert_eq!(applied, None, "{sql}"),
            Some(column) => {
                let why = format!("column `{column}`: the log's image leaves it out");
                assert!(applied.as_ref().is_some_and(|e| e.contains(&why)), "{sql}: {applied:?}");
            }
        }
        if error.is_none() {
            expected.must(sql);
        }
        assert_eq!(copy.contents(), expected.contents(), "{sql}");
    }
}
