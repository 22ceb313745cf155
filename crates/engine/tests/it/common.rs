//! What the tests share: definitions of tables, random rows, and a model of a table with a workload that changes both.

use innolab_base::Waiter;
pub(crate) use innolab_base::rng::Rng;
use innolab_base::temporal::{Date, DateTime};
use innolab_disk::Disk;
use innolab_engine::{
    ColumnDef, ColumnDefault, ColumnType, Columns, Datum, DuplicateLock, Engine, Error, IndexNo, Isolation, KeyRange,
    Options, Result, Table, TableDef, Transaction, packed,
};
use innolab_testing::Script;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

pub(crate) fn int(bytes: u8) -> ColumnType {
    ColumnType::Int { bytes, unsigned: false }
}

pub(crate) fn uint(bytes: u8) -> ColumnType {
    ColumnType::Int { bytes, unsigned: true }
}

pub(crate) fn column(name: &str, ty: ColumnType, nullable: bool) -> ColumnDef {
    let default = nullable.then_some(ColumnDefault::Value(Datum::Null));
    ColumnDef { default, ..ColumnDef::new(name, ty, nullable) }
}

pub(crate) fn table_def(name: &str, columns: Vec<ColumnDef>, primary_key: &[usize]) -> TableDef {
    let sql = format!("CREATE TABLE {name} (…)");
    TableDef { name: name.to_owned(), columns, primary_key: primary_key.to_vec(), sql, ..TableDef::default() }
}

/// `id` INT PRIMARY KEY, `v` VARCHAR(40) NULL.
pub(crate) fn small_def(name: &str) -> TableDef {
    table_def(name, vec![column("id", int(4), false), column("v", ColumnType::VarChar { chars: 40 }, true)], &[0])
}

/// Columns of every type, some nullable; the primary key is a string and a number that are not the first columns.
pub(crate) fn wide_def(name: &str) -> TableDef {
    let columns = vec![
        column("tiny", int(1), true),
        column("small", uint(2), true),
        column("medium", int(3), false),
        column("n", int(4), false),
        column("name", ColumnType::VarChar { chars: 20 }, false),
        column("big", int(8), true),
        column("ubig", uint(8), true),
        column("code", ColumnType::Char { chars: 5 }, true),
        column("text", ColumnType::VarChar { chars: 300 }, true),
        column("raw", ColumnType::VarBinary { bytes: 100 }, true),
        column("wide", ColumnType::Char { chars: 100 }, true),
        column("price", ColumnType::Decimal { precision: 10, scale: 2, unsigned: false }, true),
        column("huge", ColumnType::Decimal { precision: 65, scale: 30, unsigned: false }, true),
        column("share", ColumnType::Decimal { precision: 3, scale: 3, unsigned: true }, true),
        column("at", ColumnType::DateTime { fsp: 0 }, true),
        column("moment", ColumnType::DateTime { fsp: 5 }, true),
        column("day", ColumnType::Date, true),
    ];
    table_def(name, columns, &[4, 3])
}

pub(crate) fn options() -> Options {
    let mut options = Options::default();
    options.store.innodb_buffer_pool_size = 4 << 20;
    options.store.innodb_log_file_size = 8 << 20;
    options.store.background = false;
    options.store.innodb_adaptive_hash_index = innolab_testing::hash_index();
    options
}

pub(crate) fn open(disk: &(impl Disk + Clone + 'static)) -> Arc<Engine> {
    Engine::open(Arc::new(disk.clone()), options()).unwrap()
}

const LETTERS: [&str; 8] = ["a", "Z", "7", " ", "é", "ß", "漢", "🦀"];

fn text(rng: &mut Rng, chars: u64) -> Vec<u8> {
    let n = rng.below(chars + 1);
    (0..n).map(|_| LETTERS[rng.below(8) as usize]).collect::<String>().into_bytes()
}

pub(crate) fn value(rng: &mut Rng, column: &ColumnDef) -> Datum {
    if column.nullable && rng.below(4) == 0 {
        return Datum::Null;
    }
    match column.ty {
        ColumnType::Int { bytes, unsigned } => {
            let bits = 8 * u32::from(bytes);
            let raw = match rng.below(8) {
                0 => 0,
                1 => u64::MAX,
                2 => 1 << (bits - 1),
                3 => (1 << (bits - 1)) - 1,
                _ => rng.next(),
            } << (64 - bits);
            if unsigned { Datum::UInt(raw >> (64 - bits)) } else { Datum::Int(raw as i64 >> (64 - bits)) }
        }
        ColumnType::VarChar { chars } => Datum::Bytes(text(rng, u64::from(chars))),
        ColumnType::Char { chars } => {
            let text = String::from_utf8(text(rng, u64::from(chars))).unwrap();
            Datum::Bytes(text.trim_end_matches(' ').as_bytes().to_vec())
        }
        ColumnType::VarBinary { bytes } => {
            let n = rng.below(u64::from(bytes) + 1);
            Datum::Bytes((0..n).map(|_| rng.next() as u8).collect())
        }
        ColumnType::Decimal { precision, scale, unsigned } => {
            let digits: String = (0..precision).map(|_| char::from(b'0' + rng.below(10) as u8)).collect();
            // Short numbers too.
            let (whole, fraction) = digits.split_at(usize::from(precision - scale));
            let whole = &whole[rng.below(whole.len() as u64 + 1) as usize..];
            let sign = if !unsigned && rng.below(2) == 0 { "-" } else { "" };
            packed::decimal(&format!("{sign}{whole}.{fraction}"), precision, scale)
        }
        ColumnType::DateTime { fsp } => {
            let (hour, minute, second) = (rng.below(24) as u8, rng.below(60) as u8, rng.below(60) as u8);
            let micros = rng.below(1_000_000) as u32;
            packed::date_time(DateTime { date: day(rng), hour, minute, second, micros, fsp: 6 }, fsp)
        }
        ColumnType::Date => packed::date(day(rng)),
    }
}

fn day(rng: &mut Rng) -> Date {
    match rng.below(10) {
        0 => Date::default(),
        _ => Date { year: rng.below(10_000) as u16, month: 1 + rng.below(12) as u8, day: 1 + rng.below(28) as u8 },
    }
}

pub(crate) fn row(rng: &mut Rng, def: &TableDef) -> Vec<Datum> {
    def.columns.iter().map(|c| value(rng, c)).collect()
}

/// A transaction of session 1.
pub(crate) fn begin(engine: &Arc<Engine>) -> Transaction {
    engine.begin(&Arc::new(Waiter::new(1)), Isolation::RepeatableRead)
}

/// `add`: an insert as INSERT does it.
pub(crate) trait Add {
    fn add(&mut self, table: &Arc<Table>, row: &[Datum]) -> Result<()>;
}

impl Add for Transaction {
    fn add(&mut self, table: &Arc<Table>, row: &[Datum]) -> Result<()> {
        self.insert(table, row, DuplicateLock::Shared)
    }
}

/// All rows of a table, in the order of its clustered index.
pub(crate) fn rows(engine: &Arc<Engine>, table: &Table) -> Vec<Vec<Datum>> {
    rows_in(engine, table, &KeyRange::all(), false)
}

pub(crate) fn rows_in(engine: &Arc<Engine>, table: &Table, range: &KeyRange, reverse: bool) -> Vec<Vec<Datum>> {
    let mut out = vec![];
    let mut trx = begin(engine);
    let mut visit = |row: &[Datum]| {
        out.push(row.to_vec());
        ControlFlow::Continue(())
    };
    trx.read(table, IndexNo::CLUSTERED, range, reverse, Columns::All, &mut visit).unwrap();
    trx.commit().unwrap();
    out
}

/// The expected rows of a table, by primary key or, without one, by hidden row id; and the changes that led there.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) rows: BTreeMap<Vec<Datum>, Vec<Datum>>,
    pub(crate) script: Script,
}

pub(crate) fn key_of(def: &TableDef, row: &[Datum]) -> Vec<Datum> {
    match def.has_row_id() {
        true => vec![row[def.columns.len()].clone()],
        false => def.primary_key.iter().map(|&i| row[i].clone()).collect(),
    }
}

impl Model {
    /// Purges and compares.
    ///
    /// # Panics
    /// If the table has other rows, with the changes so far.
    pub(crate) fn check(&self, engine: &Arc<Engine>, table: &Table) {
        engine.purge().unwrap();
        let expected: Vec<Vec<Datum>> = self.rows.values().cloned().collect();
        self.script.same("a table has the rows of its model", &expected, &rows(engine, table));
        let records = table.validate().unwrap().records();
        self.script.same("a purged tree has no other records", &(expected.len() as u64), &records);
    }
}

/// One transaction with one change, in the table and in the model: three inserts in five, one update, one delete.
pub(crate) fn change(engine: &Arc<Engine>, table: &Arc<Table>, model: &mut Model, rng: &mut Rng) {
    let def = table.def().clone();
    let mut statement = begin(engine);
    let pick = |rng: &mut Rng, model: &Model| {
        let n = rng.below(model.rows.len().max(1) as u64) as usize;
        model.rows.values().nth(n).cloned()
    };
    match rng.below(5) {
        0 => {
            if let Some(old) = pick(rng, model) {
                let mut new = old.clone();
                for (i, column) in def.columns.iter().enumerate() {
                    if rng.below(3) == 0 && (!def.primary_key.contains(&i) || rng.below(4) == 0) {
                        new[i] = value(rng, column);
                    }
                }
                model.script.step(format_args!("update {old:?} to {new:?}"));
                match statement.update(table, &old, &new) {
                    Ok(changed) => model.script.same("update says if it changed the row", &(old != new), &changed),
                    Err(Error::Duplicate { .. }) => {
                        let taken = model.rows.contains_key(&key_of(&def, &new));
                        model.script.holds("an update is a duplicate", taken, "a row with the new key", &new);
                        return;
                    }
                    Err(e) => panic!("{e}"),
                }
                model.rows.remove(&key_of(&def, &old));
                model.rows.insert(key_of(&def, &new), new);
            }
        }
        1 => {
            if let Some(old) = pick(rng, model) {
                model.script.step(format_args!("delete {old:?}"));
                statement.delete(table, &old).unwrap();
                model.rows.remove(&key_of(&def, &old));
            }
        }
        _ => {
            let new = row(rng, &def);
            let duplicate = !def.has_row_id() && model.rows.contains_key(&key_of(&def, &new));
            model.script.step(format_args!("insert {new:?}"));
            match statement.add(table, &new) {
                Ok(()) => model.script.holds("an insert is no duplicate", !duplicate, "error 1062", ()),
                Err(Error::Duplicate { key, .. }) => {
                    model.script.holds("an insert is a duplicate", duplicate, "no error", &key);
                    model.script.same("the error names the key", &key_of(&def, &new), &key);
                    return;
                }
                Err(e) => panic!("{e}"),
            }
            if def.has_row_id() {
                statement.commit().unwrap();
                let newest = rows_in(engine, table, &KeyRange::all(), true).swap_remove(0);
                model.rows.insert(key_of(&def, &newest), newest);
                return;
            }
            model.rows.insert(key_of(&def, &new), new);
        }
    }
    statement.commit().unwrap();
}
