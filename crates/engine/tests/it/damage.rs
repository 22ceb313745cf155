//! I11: changed bytes in any file of a database (tables, dictionary, redo log, binary log) end in an error, or are
//! harmless: every read returns the committed rows. Nothing panics or hangs.
//!
//! ```text
//! two tables, twelve commits  ─┬─► closed                          ─► a byte, a sector, a page or the end of a file
//!                              └─► killed, half of the pages written     ─► open, read every index, write, purge, check, close
//! ```
//!
//! A damaged group of the redo log looks like a torn one, at which the log ends (`redo` R3), and a damaged event of
//! the binary log like a torn one. So such a change may take away the last commits of a killed engine, whole and
//! latest first.
//!
//! `INNOLAB_SEEDS=0..20000` tries so many damages.

use crate::common::*;
use innolab_base::Lsn;
use innolab_disk::{Disk, SimDisk};
use innolab_engine::{
    Columns, Datum, DuplicateLock, Engine, Error, IndexDef, IndexNo, KeyRange, LogBin, Options, Result, Table,
    TableDef, TimeSource,
};
use innolab_testing::seeds;
use std::ops::ControlFlow;
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// Longer than a case takes on a busy machine.
const HANGS: Duration = Duration::from_secs(60);
const PAGE: u64 = 16384;

/// The rows of both tables, in the order of their clustered indexes.
type Contents = Vec<Vec<Vec<Datum>>>;

fn open_it(disk: &SimDisk) -> Result<Arc<Engine>> {
    let mut options = Options { time: TimeSource::From(1_700_000_000), log_bin: Some(LogBin::default()), ..options() };
    options.store.innodb_buffer_pool_size = 1 << 20;
    options.store.innodb_log_file_size = 1 << 20;
    options.store.innodb_log_buffer_size = 64 << 10;
    Engine::open(Arc::new(disk.clone()), options)
}

fn def(name: &str) -> TableDef {
    let key = |name: &str, columns: Vec<usize>, unique| IndexDef { name: name.to_owned(), columns, unique };
    TableDef { indexes: vec![key("v", vec![1], false), key("both", vec![1, 0], true)], ..small_def(name) }
}

/// A row; some are long, so that the trees have two levels.
fn a_row(id: i64, version: u64) -> Vec<Datum> {
    let v = format!("{:0>width$}", id * 7919 % 1000 + version as i64, width = 4 + 30 * (id % 2) as usize);
    vec![Datum::Int(id), Datum::Bytes(v.into_bytes())]
}

fn read(engine: &Arc<Engine>, table: &Arc<Table>, index: usize) -> Result<Vec<Vec<Datum>>> {
    let mut rows = vec![];
    let mut trx = begin(engine);
    trx.read(table, IndexNo(index), &KeyRange::all(), false, Columns::All, &mut |row: &[Datum]| {
        rows.push(row.to_vec());
        ControlFlow::Continue(())
    })?;
    trx.commit()?;
    Ok(rows)
}

fn contents(engine: &Arc<Engine>) -> Result<Contents> {
    ["t", "u"].iter().filter_map(|name| engine.table(name)).map(|table| read(engine, &table, 0)).collect()
}

/// The database closed, the same database killed, and its rows after each commit.
fn made() -> (SimDisk, SimDisk, Vec<Contents>) {
    let disk = SimDisk::new(3);
    let engine = open_it(&disk).unwrap();
    let mut states = vec![];
    for name in ["t", "u"] {
        engine.create_table(def(name)).unwrap();
        states.push(contents(&engine).unwrap());
    }
    let killed = disk.clone();
    let (mut model, mut sixth) = (vec![vec![0u64; 600]; 2], Lsn(0));
    for n in 0..12u64 {
        let (which, mut trx) = (n as usize % 2, begin(&engine));
        let table = engine.table(["t", "u"][which]).unwrap();
        for id in (n as i64 * 31 % 17..600).step_by(5 + n as usize) {
            let version = &mut model[which][id as usize];
            match *version {
                0 => trx.insert(&table, &a_row(id, 1), DuplicateLock::Shared).unwrap(),
                v if v % 3 == 2 => trx.delete(&table, &a_row(id, v)).unwrap(),
                v => drop(trx.update(&table, &a_row(id, v), &a_row(id, v + 1)).unwrap()),
            }
            *version = if *version % 3 == 2 { 0 } else { *version + 1 };
        }
        trx.commit().unwrap();
        states.push(contents(&engine).unwrap());
        match n {
            5 => engine.store().flush_all().unwrap(),
            6 => sixth = engine.store().appended_lsn(),
            _ => {}
        }
        if n == 9 {
            // Some pages are newer than the checkpoint, others are not.
            engine.store().write_oldest(sixth).unwrap();
        }
    }
    let killed = killed.killed();
    engine.close().unwrap();
    (disk.killed(), killed, states)
}

/// What was changed where.
struct Damage {
    file: String,
    what: String,
    /// True if the page's checksum was made to fit, so that other rows are no fault.
    sealed: bool,
}

fn damage(disk: &SimDisk, rng: &mut Rng) -> Damage {
    let names: Vec<String> = disk.list().unwrap().into_iter().filter(|name| !name.ends_with(".lock")).collect();
    let name = names[rng.below(names.len() as u64) as usize].clone();
    let file = disk.open(&name).unwrap();
    let len = file.len().unwrap();
    let mut bytes = vec![0; len as usize];
    file.read_at(0, &mut bytes).unwrap();
    // Prefer bytes that are not zero.
    let mut at = rng.below(len);
    for _ in 0..200 {
        if bytes[at as usize] != 0 {
            break;
        }
        at = rng.below(len);
    }
    let table = name.ends_with(".ibd");
    if table && rng.below(3) == 0 {
        at = at / PAGE * PAGE
            + [rng.below(38), 38 + rng.below(80), 120 + rng.below(400), PAGE - 1 - rng.below(40)]
                [rng.below(4) as usize];
    }
    let changed = |at: u64, bytes: &[u8]| file.write_at(at, bytes).unwrap();
    let mut sealed = false;
    let what = match rng.below(10) {
        0 => {
            file.set_len(at).unwrap();
            format!("cut off at {at}")
        }
        1 => {
            let sector = at / 512 * 512;
            changed(sector, &vec![0; 512.min((len - sector) as usize)]);
            format!("sector at {sector} is zero")
        }
        2 if len >= 2 * PAGE => {
            let (from, to) = (rng.below(len / PAGE) * PAGE, at / PAGE * PAGE);
            let page = bytes[from as usize..][..(PAGE.min(len - to)) as usize].to_vec();
            changed(to, &page);
            format!("16 KiB from {from} are at {to} too")
        }
        n => {
            let byte = bytes[at as usize] ^ 1 << rng.below(8);
            changed(at, &[byte]);
            if table && n >= 7 {
                let start = at / PAGE * PAGE;
                let mut page = vec![0; PAGE as usize];
                file.read_at(start, &mut page).unwrap();
                let lsn = innolab_page::fil::get_lsn(&page);
                innolab_page::fil::seal(&mut page, lsn, innolab_page::fil::ChecksumAlgorithm::FullCrc32);
                changed(start, &page);
                sealed = true;
            }
            format!("byte {at} is {byte}")
        }
    };
    Damage { file: name, what, sealed }
}

/// The rows of each table by each index; `None`: the read failed.
type Found = Vec<Vec<Option<Vec<Vec<Datum>>>>>;

/// Opens the database, reads it, changes rows from 500 on, and reads it again. Returns both reads; `None` if it does
/// not open.
fn use_it(disk: &SimDisk) -> Option<[Found; 2]> {
    let has_text = |e: Error| assert!(!e.to_string().is_empty());
    let engine = match open_it(disk) {
        Ok(engine) => engine,
        Err(e) => {
            has_text(e);
            return None;
        }
    };
    let tables: Vec<_> = ["t", "u"].iter().filter_map(|name| engine.table(name)).collect();
    let rows = |table: &Arc<Table>| (0..3).map(|i| read(&engine, table, i).map_err(has_text).ok()).collect();
    let before = tables.iter().map(rows).collect();
    for table in &tables {
        let mut trx = begin(&engine);
        let worked = (600..640).try_for_each(|id| {
            trx.insert(table, &a_row(id, 1), DuplicateLock::Shared)?;
            trx.delete(table, &a_row(id - 100, 1)).or_else(|e| if matches!(e, Error::NoRow) { Ok(()) } else { Err(e) })
        });
        let ended = if worked.is_ok() { trx.commit() } else { trx.rollback() };
        worked.and(ended).unwrap_or_else(has_text);
    }
    engine.purge().map(drop).unwrap_or_else(has_text);
    let after = tables.iter().map(rows).collect();
    engine.check_database(&mut |_, _| {}).map(drop).unwrap_or_else(has_text);
    engine.close().unwrap_or_else(has_text);
    Some([before, after])
}

/// Damages a copy of `base` and uses it. True if it opened.
fn try_one(seed: u64, base: &SimDisk, killed: bool, states: &[Contents]) -> bool {
    let (disk, mut rng) = (base.killed(), Rng::of(&[seed]));
    let Damage { file, what, sealed } = damage(&disk, &mut rng);
    let at = format!("seed {seed}, killed {killed}: {file}: {what}, sealed {sealed}");
    let (answer, done) = mpsc::channel();
    let worker = std::thread::spawn({
        let disk = disk.clone();
        move || {
            let found = use_it(&disk);
            let _ = answer.send(());
            found
        }
    });
    assert!(done.recv_timeout(HANGS) != Err(mpsc::RecvTimeoutError::Timeout), "{at}: hangs");
    let found = worker.join().unwrap_or_else(|_| panic!("{at}: panicked"));
    let Some([before, after]) = found else { return false };
    if sealed {
        return true;
    }
    let log = killed && !file.ends_with(".ibd");
    let states = if log { states } else { &states[states.len() - 1..] };
    let fits = |state: &&Contents| same(&before, state, i64::MAX) && same(&after, state, 500);
    assert!(states.iter().any(|state| fits(&state)), "{at}: other rows");
    true
}

/// True if every read that succeeded returned the rows of `state` with an id below `end`.
fn same(found: &Found, state: &Contents, end: i64) -> bool {
    let below = |rows: &[Vec<Datum>]| {
        let mut rows = rows.to_vec();
        rows.retain(|row| row[0] < Datum::Int(end));
        rows.sort();
        rows
    };
    let mut pairs = found.iter().zip(state);
    found.len() == state.len()
        && pairs.all(|(by_index, rows)| by_index.iter().flatten().all(|f| below(f) == below(rows)))
}

#[test]
fn i11_changed_bytes_are_an_error_or_harmless() {
    let seeds = seeds(60, 400);
    let cases = seeds.end - seeds.start;
    let (closed, killed, states) = made();
    let opened = seeds.filter(|&seed| {
        let dead = seed % 2 == 1;
        try_one(seed, if dead { &killed } else { &closed }, dead, &states)
    });
    let opened = opened.count() as u64;
    assert!(cases < 60 || (opened > cases / 10 && opened < cases * 9 / 10), "{opened} of {cases} opened");
}
