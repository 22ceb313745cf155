//! What a transaction sees of others (I8): random histories against a model, at every isolation level, by every
//! index, in both directions, with purge in between.

use crate::common::{Rng, column, int, open, table_def};
use innolab_base::Waiter;
use innolab_disk::SimDisk;
use innolab_engine::{
    ColumnType, Columns, Datum, DuplicateLock, Engine, Error, Fetched, IndexDef, IndexNo, Isolation, KeyRange,
    LockRead, Strength, Table, TableDef, Transaction,
};
use innolab_testing::{Script, seeds};
use std::collections::BTreeMap;
use std::ops::{Bound, ControlFlow};
use std::sync::Arc;

type Row = Vec<Datum>;
/// What a transaction has changed: rows by primary key; `None`: deleted.
type Changes = BTreeMap<i64, Option<Row>>;

const SESSIONS: usize = 5;
const KEYS: u64 = 24;
const VALUES: u64 = 5;

/// `id` INT, `a` INT NULL, `b` VARCHAR, `c` INT; keys on (a) and (b, a).
fn def() -> TableDef {
    let columns = vec![
        column("id", int(4), false),
        column("a", int(4), true),
        column("b", ColumnType::VarChar { chars: 12 }, false),
        column("c", int(4), false),
    ];
    let key = |name: &str, columns: &[usize]| IndexDef { name: name.into(), columns: columns.to_vec(), unique: false };
    TableDef { indexes: vec![key("a", &[1]), key("ba", &[2, 1])], ..table_def("t", columns, &[0]) }
}

/// The columns of each index in its order, those of the primary key last.
const ORDERS: [&[usize]; 3] = [&[0], &[1, 0], &[2, 1, 0]];

struct Session {
    waiter: Arc<Waiter>,
    trx: Option<Transaction>,
    level: Isolation,
    /// What its view sees, without its own changes.
    view: Option<BTreeMap<i64, Row>>,
    own: Changes,
}

struct World {
    engine: Arc<Engine>,
    table: Arc<Table>,
    rng: Rng,
    committed: BTreeMap<i64, Row>,
    sessions: Vec<Session>,
    inserts: usize,
    reads: usize,
    old_versions: usize,
    script: Script,
}

fn apply(mut rows: BTreeMap<i64, Row>, changes: &Changes) -> BTreeMap<i64, Row> {
    for (id, row) in changes {
        match row {
            Some(row) => rows.insert(*id, row.clone()),
            None => rows.remove(id),
        };
    }
    rows
}

const LEVELS: [Isolation; 4] =
    [Isolation::ReadUncommitted, Isolation::ReadCommitted, Isolation::RepeatableRead, Isolation::Serializable];

impl World {
    fn new(seed: u64) -> World {
        let engine = open(&SimDisk::new(seed));
        engine.create_table(def()).unwrap();
        let table = engine.table("t").unwrap();
        let session = |i| Session {
            waiter: Arc::new(Waiter::new(i as u64)),
            trx: None,
            level: Isolation::default(),
            view: None,
            own: Changes::new(),
        };
        let sessions = (0..SESSIONS).map(session).collect();
        let committed = BTreeMap::new();
        World {
            engine,
            table,
            rng: Rng(seed),
            committed,
            sessions,
            inserts: 0,
            reads: 0,
            old_versions: 0,
            script: Script::new(),
        }
    }

    fn value(&mut self) -> Datum {
        if self.rng.below(6) == 0 { Datum::Null } else { Datum::Int(self.rng.below(VALUES) as i64) }
    }

    fn text(&mut self) -> Datum {
        let n = self.rng.below(VALUES);
        Datum::Bytes(format!("{}{}", "x".repeat(n as usize), n % 3).into_bytes())
    }

    fn row(&mut self, id: i64) -> Row {
        vec![Datum::Int(id), self.value(), self.text(), Datum::Int(self.rng.below(1000) as i64)]
    }

    fn step(&mut self) {
        let who = self.rng.below(SESSIONS as u64) as usize;
        if self.sessions[who].trx.is_none() {
            let level = LEVELS[self.rng.below(4) as usize];
            let session = &mut self.sessions[who];
            let mut trx = self.engine.begin(&session.waiter, level);
            trx.set_lock_wait_timeout(Some(0));
            session.trx = Some(trx);
            session.level = level;
            self.script.step(format_args!("T{who} begins at {level:?}"));
        }
        match self.rng.below(24) {
            0..=7 => self.change(who),
            8..=18 => self.read(who),
            19 => {
                self.script.step("purge");
                self.engine.purge().unwrap();
            }
            20 | 21 => self.end(who, true),
            22 => self.end(who, false),
            _ => self.roll_back_a_part(who),
        }
    }

    fn end(&mut self, who: usize, commit: bool) {
        self.script.step(format_args!("T{who} {}", if commit { "commits" } else { "rolls back" }));
        let session = &mut self.sessions[who];
        let (trx, own) = (session.trx.take().unwrap(), std::mem::take(&mut session.own));
        session.view = None;
        if commit {
            trx.commit().unwrap();
            self.committed = apply(std::mem::take(&mut self.committed), &own);
        } else {
            trx.rollback().unwrap();
        }
    }

    fn roll_back_a_part(&mut self, who: usize) {
        self.script.step(format_args!("T{who} takes a savepoint"));
        let savepoint = self.sessions[who].trx.as_ref().unwrap().savepoint();
        let own = self.sessions[who].own.clone();
        for _ in 0..self.rng.below(4) {
            self.change(who);
        }
        self.script.step(format_args!("T{who} rolls back to the savepoint"));
        self.sessions[who].trx.as_mut().unwrap().rollback_to(&savepoint).unwrap();
        // The rows stay locked; the model need not know: no other transaction has changed them.
        self.sessions[who].own = own;
    }

    /// Inserts, updates or deletes a row that no other session has changed.
    fn change(&mut self, who: usize) {
        let id = self.rng.below(KEYS) as i64;
        let new = self.row(id);
        let is_delete = self.rng.below(3) == 0;
        self.script.step(format_args!("T{who} {} {new:?}", if is_delete { "deletes or inserts" } else { "puts" }));
        let session = &mut self.sessions[who];
        let trx = session.trx.as_mut().unwrap();
        trx.begin_statement();
        let how = LockRead::new(Strength::Exclusive);
        let mine = apply(self.committed.clone(), &session.own);
        let mut row = Vec::new();
        if mine.contains_key(&id) {
            let range = KeyRange::equal(vec![Datum::Int(id)]);
            let mut scan = trx.scan(&self.table, IndexNo::CLUSTERED, &range, false, how).unwrap();
            let fetched = scan.next(trx, &mut row);
            // A transaction that would have to wait for a row leaves the row alone.
            if !matches!(fetched, Err(Error::LockWaitTimeout)) {
                assert_eq!(fetched.unwrap(), Fetched::Row);
                self.script.same("a locking read sees the newest row", &mine.get(&id), &Some(&row));
                if is_delete {
                    trx.delete(&self.table, &row).unwrap();
                    session.own.insert(id, None);
                } else {
                    trx.update(&self.table, &row, &new).unwrap();
                    session.own.insert(id, Some(new));
                }
            }
        } else if !self.touched_by_another(who, id) {
            let trx = self.sessions[who].trx.as_mut().unwrap();
            match trx.insert(&self.table, &new, DuplicateLock::Shared) {
                // Another transaction's record lock has become a lock on this gap when the record was removed.
                Err(Error::LockWaitTimeout) => trx.rollback_statement().unwrap(),
                inserted => {
                    inserted.unwrap();
                    self.sessions[who].own.insert(id, Some(new));
                    self.inserts += 1;
                }
            }
        }
        self.end_statement(who);
    }

    fn touched_by_another(&self, who: usize, id: i64) -> bool {
        self.sessions.iter().enumerate().any(|(i, session)| i != who && session.own.contains_key(&id))
    }

    fn end_statement(&mut self, who: usize) {
        let session = &mut self.sessions[who];
        session.trx.as_mut().unwrap().end_statement().unwrap();
        if session.level == Isolation::ReadCommitted {
            session.view = None;
        }
    }

    /// The rows that the session must see.
    fn seen(&mut self, who: usize) -> BTreeMap<i64, Row> {
        if self.sessions[who].level == Isolation::ReadUncommitted {
            return self.sessions.iter().fold(self.committed.clone(), |rows, session| apply(rows, &session.own));
        }
        let committed = &self.committed;
        let session = &mut self.sessions[who];
        let view = session.view.get_or_insert_with(|| committed.clone());
        apply(view.clone(), &session.own)
    }

    fn read(&mut self, who: usize) {
        let no = self.rng.below(3) as usize;
        let range = self.range(no);
        let (reverse, covering) = (self.rng.below(2) == 0, no > 0 && self.rng.below(2) == 0);
        self.script.step(format_args!("T{who} reads index {no}, {range:?}, reverse {reverse}, covering {covering}"));
        let seen = self.seen(who);
        if seen != self.committed {
            self.old_versions += 1;
        }
        let order = ORDERS[no];
        let key = |row: &Row| -> Vec<Datum> { order.iter().map(|&i| row[i].clone()).collect() };
        let mut expected: Vec<Row> = seen.into_values().filter(|row| contains(&range, &key(row))).collect();
        expected.sort_by_key(key);
        if reverse {
            expected.reverse();
        }
        let columns = if covering { Columns::Covering } else { Columns::All };
        let mut found = Vec::new();
        let session = &mut self.sessions[who];
        let trx = session.trx.as_mut().unwrap();
        trx.begin_statement();
        trx.read(&self.table, IndexNo(no), &range, reverse, columns, &mut |row| {
            found.push(row.to_vec());
            ControlFlow::Continue(())
        })
        .unwrap();
        self.end_statement(who);
        if covering {
            // Columns that the index does not have may be read or not.
            let lacks: Vec<usize> = (0..4).filter(|i| !order.contains(i)).collect();
            found.iter_mut().chain(&mut expected).for_each(|row| lacks.iter().for_each(|&i| row[i] = Datum::Null));
        }
        self.reads += 1;
        self.script.same("I8", &expected, &found);
    }

    fn range(&mut self, no: usize) -> KeyRange {
        let point = match no {
            0 => vec![Datum::Int(self.rng.below(KEYS) as i64)],
            1 => vec![self.value()],
            _ => vec![self.text(), self.value()][..1 + self.rng.below(2) as usize].to_vec(),
        };
        if self.rng.below(3) == 0 {
            return KeyRange::equal(point);
        }
        let bound = |key: Vec<Datum>, n| match n {
            0 => Bound::Unbounded,
            1 => Bound::Included(key),
            _ => Bound::Excluded(key),
        };
        let other = match no {
            0 => vec![Datum::Int(self.rng.below(KEYS) as i64)],
            1 => vec![self.value()],
            _ => vec![self.text()],
        };
        KeyRange { low: bound(point, self.rng.below(3)), high: bound(other, self.rng.below(3)) }
    }
}

/// True if `key` is in `range`, whose bounds may have only the first columns of a key.
fn contains(range: &KeyRange, key: &[Datum]) -> bool {
    let cut = |bound: &[Datum]| key[..bound.len()].cmp(bound);
    let low = match &range.low {
        Bound::Unbounded => true,
        Bound::Included(low) => cut(low).is_ge(),
        Bound::Excluded(low) => cut(low).is_gt(),
    };
    let high = match &range.high {
        Bound::Unbounded => true,
        Bound::Included(high) => cut(high).is_le(),
        Bound::Excluded(high) => cut(high).is_lt(),
    };
    low && high
}

#[test]
fn i8_every_level_by_every_index() {
    let (mut inserts, mut reads, mut old) = (0, 0, 0);
    let seeds = seeds(4, 12);
    let n = (seeds.end - seeds.start) as usize;
    for seed in seeds {
        let mut world = World::new(seed + 1);
        for _ in 0..400 {
            world.step();
        }
        for who in 0..SESSIONS {
            if world.sessions[who].trx.is_some() {
                world.end(who, true);
            }
        }
        world.engine.purge().unwrap();
        world.table.validate().unwrap();
        (inserts, reads, old) = (inserts + world.inserts, reads + world.reads, old + world.old_versions);
    }
    assert!(
        inserts > 30 * n && reads > 120 * n && old > 40 * n,
        "{inserts} inserts, {reads} reads, {old} of them not of the newest rows"
    );
}
