//! Several transactions interleaved on one thread: one that would have to wait times out at once. Readers keep their
//! views; purge runs in between.

use super::*;
use crate::core::LockAttempt;
use crate::rows::{LockTarget, Names, Versions, request_lock};
use crate::{DuplicateLock, Error, Result};
use innolab_btree::{Field, Seek};
use innolab_lock::{RecordMode, TableMode, WaitPolicy};
use innolab_testing::{Script, seeds};
use std::sync::Mutex;

/// What one transaction has changed: rows by key; `None`: deleted.
type Overlay = BTreeMap<Datum, Option<Vec<Datum>>>;

fn over(rows: &Rows, overlay: &Overlay) -> Rows {
    let mut rows = rows.clone();
    for (key, row) in overlay {
        match row {
            Some(row) => drop(rows.insert(key.clone(), row.clone())),
            None => drop(rows.remove(key)),
        }
    }
    rows
}

/// Locks the row X, as a locking read by primary key does, and reads it.
pub(super) fn lock_row(trx: &mut Transaction, table: &Table, key: &Datum) -> Result<Option<Vec<Datum>>> {
    trx.lock_table(table, TableMode::Ix)?;
    let index = table.clustered();
    let (mut fields, mut row, mut names) = (Fields::default(), vec![], Names::default());
    index.codec.encode_key(std::slice::from_ref(key), &mut fields)?;
    let key: Vec<Field<'_>> = fields.iter().collect();
    loop {
        let mut cursor = index.tree.cursor();
        if !cursor.seek(&key, Seek::AtLeast)? || cursor.record().compare(&key).is_ne() {
            return Ok(None);
        }
        let record = cursor.record();
        let at = names.here(index, cursor.leaf_no(), record.key());
        match request_lock(
            &trx.trx,
            &LockTarget { table, index, record, stamp: 0, at },
            RecordMode::XRec,
            WaitPolicy::Wait,
        )? {
            LockAttempt::Wait(ticket) => {
                drop(cursor);
                trx.trx.wait(ticket)?;
            }
            _ if record.is_deleted() => return Ok(None),
            _ => {
                index.codec.decode(record, &mut row);
                return Ok(Some(row));
            }
        }
    }
}

/// The rows that the transaction's view sees.
pub(super) fn seen(trx: &mut Transaction, table: &Table) -> Rows {
    let view = trx.trx.view().clone();
    let index = table.clustered();
    let (mut rows, mut row, mut versions) = (Rows::new(), vec![], Versions::default());
    let mut cursor = index.tree.cursor();
    let mut there = cursor.first().unwrap();
    while there {
        let version = versions.seen(&trx.trx.engine.undo, &index.codec, cursor.record(), &view).unwrap();
        if let Some(version) = version.filter(|version| !version.is_deleted()) {
            index.codec.decode(version, &mut row);
            rows.insert(row[0].clone(), row.clone());
        }
        there = cursor.next().unwrap();
    }
    rows
}

/// A writer, and what it has changed.
struct Writer {
    trx: Transaction,
    overlay: Overlay,
}

/// The rows that a crash may leave: the committed ones, or those with the commit that is under way.
pub(super) type MayBe = Arc<Mutex<[Rows; 2]>>;

pub(super) struct World {
    pub(super) engine: Arc<Engine>,
    table: Arc<Table>,
    rng: Rng,
    committed: Rows,
    writers: Vec<Option<Writer>>,
    readers: Vec<(Transaction, Rows)>,
    may_be: MayBe,
    /// Rows changed, changes that would have waited, duplicates.
    pub(super) counts: [u64; 3],
    script: Script,
}

const WRITERS: u64 = 4;
const KEYS: u64 = 14;

impl World {
    pub(super) fn new(engine: Arc<Engine>, seed: u64, may_be: MayBe) -> World {
        if engine.table("t").is_none() {
            let mut def = def("t");
            // Without secondary indexes the rows of one statement are inserted as a batch.
            if seed % 2 == 1 {
                def.indexes.clear();
            }
            engine.create_table(def).unwrap();
        }
        let table = engine.table("t").unwrap();
        let committed = live(&table);
        let writers = (0..WRITERS).map(|_| None).collect();
        World {
            engine,
            table,
            rng: Rng(seed),
            committed,
            writers,
            readers: vec![],
            may_be,
            counts: [0; 3],
            script: Script::new(),
        }
    }

    fn a_row(&mut self, key: Option<Datum>) -> Vec<Datum> {
        let rng = &mut self.rng;
        let small = |rng: &mut Rng, n| if rng.below(5) == 0 { Datum::Null } else { int(rng.below(n) as i64) };
        let key = key.unwrap_or_else(|| int(rng.below(KEYS) as i64));
        let (c, u) = (small(rng, 8), small(rng, 60));
        vec![key, c, u, text(["", "a", "longer text", "z"][rng.below(4) as usize])]
    }

    /// One step of one of the sessions.
    pub(super) fn step(&mut self) {
        let who = self.rng.below(WRITERS) as usize;
        match self.rng.below(20) {
            0 => {
                let mut reader = begin(&self.engine);
                reader.open_view();
                self.script.step("a reader opens its view");
                self.readers.push((reader, self.committed.clone()));
            }
            1 if !self.readers.is_empty() => {
                let at = self.rng.below(self.readers.len() as u64) as usize;
                drop(self.readers.remove(at));
            }
            2 if self.rng.below(3) == 0 => {
                self.script.step("purge");
                self.engine.purge().unwrap();
            }
            3..6 => self.end(who, true),
            6 => self.end(who, false),
            _ => self.change(who),
        }
    }

    fn change(&mut self, who: usize) {
        let mut writer = self.writers[who].take().unwrap_or_else(|| {
            let waiter = Arc::new(Waiter::new(who as u64 + 1));
            let mut trx = self.engine.begin(&waiter, Isolation::RepeatableRead);
            trx.set_lock_wait_timeout(Some(0));
            Writer { trx, overlay: Overlay::new() }
        });
        let place = writer.trx.savepoint();
        let before = writer.overlay.clone();
        for _ in 0..1 + self.rng.below(3) {
            match self.change_one(who, &mut writer) {
                Ok(()) => self.counts[0] += 1,
                Err(Error::LockWaitTimeout) => self.counts[1] += 1,
                Err(Error::Duplicate { .. }) => self.counts[2] += 1,
                Err(e) => panic!("{e}"),
            }
        }
        if self.rng.below(6) == 0 {
            self.script.step(format_args!("T{who} rolls back these changes"));
            writer.trx.rollback_to(&place).unwrap();
            writer.overlay = before;
        }
        self.writers[who] = Some(writer);
    }

    fn change_one(&mut self, who: usize, writer: &mut Writer) -> Result<()> {
        let key = int(self.rng.below(KEYS) as i64);
        let (trx, table) = (&mut writer.trx, self.table.clone());
        match self.rng.below(4) {
            3 => return self.insert_several(who, writer),
            0 => {
                let Some(old) = lock_row(trx, &table, &key)? else { return Ok(()) };
                self.script.step(format_args!("T{who} deletes {old:?}"));
                trx.delete(&table, &old)?;
                writer.overlay.insert(key, None);
            }
            1 => {
                let Some(old) = lock_row(trx, &table, &key)? else { return Ok(()) };
                let keep_key = self.rng.below(3) > 0;
                let new = self.a_row(keep_key.then(|| key.clone()));
                self.script.step(format_args!("T{who} updates {old:?} to {new:?}"));
                trx.update(&table, &old, &new)?;
                writer.overlay.insert(key, None);
                writer.overlay.insert(new[0].clone(), Some(new));
            }
            _ => {
                let new = self.a_row(None);
                let lock = [DuplicateLock::Shared, DuplicateLock::Exclusive][self.rng.below(2) as usize];
                self.script.step(format_args!("T{who} inserts {new:?}"));
                trx.insert(&table, &new, lock)?;
                writer.overlay.insert(new[0].clone(), Some(new));
            }
        }
        Ok(())
    }

    /// Inserts rows of one statement, mostly side by side: all of them or none.
    fn insert_several(&mut self, who: usize, writer: &mut Writer) -> Result<()> {
        let (from, n) = (self.rng.below(KEYS + 6) as i64, 1 + self.rng.below(7) as i64);
        let mut rows: Vec<_> = (from..from + n).map(|key| self.a_row(Some(int(key)))).collect();
        if self.rng.below(3) == 0 {
            let at = self.rng.below(n as u64) as usize;
            rows.swap(0, at);
        }
        let place = writer.trx.savepoint();
        self.script.step(format_args!("T{who} inserts {rows:?}"));
        if let Err(e) = writer.trx.insert_many(&self.table, &rows, DuplicateLock::Shared) {
            writer.trx.rollback_to(&place)?;
            return Err(e);
        }
        writer.overlay.extend(rows.into_iter().map(|row| (row[0].clone(), Some(row))));
        Ok(())
    }

    fn end(&mut self, who: usize, commit: bool) {
        let Some(writer) = self.writers[who].take() else { return };
        self.script.step(format_args!("T{who} {}", if commit { "commits" } else { "rolls back" }));
        if !commit {
            return writer.trx.rollback().unwrap();
        }
        let after = over(&self.committed, &writer.overlay);
        self.may_be.lock().unwrap()[1] = after.clone();
        writer.trx.commit().unwrap();
        self.committed = after;
        self.may_be.lock().unwrap()[0] = self.committed.clone();
    }

    pub(super) fn check(&mut self) {
        let overlays = self.writers.iter().flatten().map(|writer| &writer.overlay);
        let newest = overlays.fold(self.committed.clone(), |rows, overlay| over(&rows, overlay));
        self.script.same("the newest versions", &newest, &live(&self.table));
        check(&self.table);
        for (reader, rows) in &mut self.readers {
            self.script.same("I8", rows, &seen(reader, &self.table));
        }
        for (no, index) in self.table.secondaries() {
            let entries: BTreeSet<_> = records(&self.table, no).into_iter().map(|(fields, _)| fields).collect();
            for row in self.readers.iter().flat_map(|(_, rows)| rows.values()) {
                let there = entries.contains(&entry(index, row));
                self.script.holds("I8", there, format_args!("the entry of {row:?} in {no:?}"), "none");
            }
        }
        self.engine.undo.validate().unwrap();
    }

    pub(super) fn finish(&mut self) {
        (0..WRITERS as usize).for_each(|who| self.end(who, who % 2 == 0));
        self.readers.clear();
        self.engine.purge().unwrap();
        assert_eq!((self.engine.history_length(), self.engine.lock.size().locks), (0, 0));
        self.check();
        check_purged(&self.table);
    }
}

#[test]
fn random_histories_of_several_sessions() {
    let mut counts = [0; 3];
    let seeds = seeds(8, 25);
    let n = seeds.end - seeds.start;
    for seed in seeds {
        let mut world = World::new(open(&SimDisk::new(seed)), seed, MayBe::default());
        for _ in 0..150 {
            world.step();
            world.check();
        }
        world.finish();
        (0..3).for_each(|i| counts[i] += world.counts[i]);
    }
    assert!(counts.iter().all(|count| *count > 8 * n), "{counts:?}");
}
