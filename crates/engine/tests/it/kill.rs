//! SIGKILL at random moments: afterwards the table has every acknowledged change and at most the one that was under
//! way (I3, I4).
//!
//! The child process is this test binary, started with the name of the test [`child`] and a directory in its
//! environment. It makes change n, commits it and prints `ack n`, then the next one; which change that is follows
//! from n and the rows.

use crate::common::*;
use innolab_disk::{Disk, OsDisk};
use innolab_engine::{Datum, Engine, Options};
use innolab_testing::size;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const DIR: &str = "INNOLAB_KILL_DIR";
const FROM: &str = "INNOLAB_KILL_FROM";
const FLUSH: &str = "INNOLAB_KILL_FLUSH";

/// The rows after some changes.
type State = BTreeMap<i64, String>;

#[derive(Debug)]
enum Change {
    Insert(i64, String),
    Update(i64, String),
    Delete(i64),
}

/// Change n, to a table with the rows `state`.
fn change(n: u64, state: &State) -> Change {
    let mut rng = Rng(n);
    let old = state.keys().nth(rng.below(state.len().max(1) as u64) as usize).copied();
    let text = format!("{n} ").repeat(1 + rng.below(8) as usize);
    match (rng.below(5), old) {
        (0, Some(id)) => Change::Update(id, text),
        (1, Some(id)) => Change::Delete(id),
        _ => Change::Insert((n * 7919 % 1_000_003) as i64, text),
    }
}

fn apply(change: &Change, state: &mut State) {
    match change {
        Change::Insert(id, text) | Change::Update(id, text) => drop(state.insert(*id, text.clone())),
        Change::Delete(id) => drop(state.remove(id)),
    }
}

fn engine_in(dir: &Path, flush: u8) -> Arc<Engine> {
    let disk: Arc<dyn Disk> = Arc::new(OsDisk::create(dir).unwrap());
    let mut options = Options { innodb_flush_log_at_trx_commit: flush, ..options() };
    options.store.innodb_log_file_size = 1 << 20;
    options.store.background = true;
    Engine::open(disk, options).unwrap()
}

fn row(id: i64, text: &str) -> [Datum; 2] {
    [Datum::Int(id), Datum::Bytes(text.into())]
}

fn state_of(engine: &Arc<Engine>) -> State {
    let text = |d: &Datum| match d {
        Datum::Bytes(b) => String::from_utf8(b.clone()).unwrap(),
        other => panic!("{other:?}"),
    };
    let Some(table) = engine.table("t") else { return State::new() };
    table.validate().unwrap();
    rows(engine, &table).iter().map(|r| (if let Datum::Int(id) = r[0] { id } else { panic!() }, text(&r[1]))).collect()
}

/// The name of a test of this module, as the test binary takes it in its arguments.
fn this(test: &str) -> String {
    let (_binary, module) = module_path!().split_once("::").unwrap();
    format!("{module}::{test}")
}

/// Does nothing unless it runs in the child process.
#[test]
fn child() {
    let Some(dir) = std::env::var_os(DIR) else { return };
    let number = |name| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let engine = engine_in(Path::new(&dir), number(FLUSH) as u8);
    if engine.table("t").is_none() {
        engine.create_table(small_def("t")).unwrap();
    }
    let table = engine.table("t").unwrap();
    let mut state = state_of(&engine);
    let mut out = std::io::stdout().lock();
    for n in number(FROM).. {
        let change = change(n, &state);
        let mut statement = begin(&engine);
        match &change {
            Change::Insert(id, text) => statement.add(&table, &row(*id, text)).unwrap(),
            Change::Update(id, text) => {
                statement.update(&table, &row(*id, &state[id]), &row(*id, text)).unwrap();
            }
            Change::Delete(id) => statement.delete(&table, &row(*id, &state[id])).unwrap(),
        }
        statement.commit().unwrap();
        writeln!(out, "\nack {n}").unwrap();
        out.flush().unwrap();
        apply(&change, &mut state);
    }
}

#[test]
fn i3_no_acknowledged_change_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let (mut rng, mut state, mut done, mut seen) = (Rng(50), State::new(), 0, 0);
    let rounds = size(8, 50);
    for round in 0..rounds {
        let flush = 1 + (round % 2) as u8;
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", &this("child"), "--nocapture", "--test-threads=1"]).env(DIR, dir.path());
        child.env(FROM, done.to_string()).env(FLUSH, flush.to_string());
        let mut child = child.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let until = done + rng.below(300);
        let mut acked = done;
        let ack = |line: &str| line.strip_prefix("ack ").map(|n| n.parse::<u64>().unwrap() + 1);
        while acked < until {
            let line = lines.next().expect("the child runs until it is killed").unwrap();
            acked = ack(&line).unwrap_or(acked);
        }
        std::thread::sleep(Duration::from_micros(rng.below(3000)));
        child.kill().unwrap();
        child.wait().unwrap();
        // Lines that it wrote before it was killed count.
        for line in lines.map_while(Result::ok) {
            acked = ack(&line).unwrap_or(acked);
        }
        while done < acked {
            let next = change(done, &state);
            apply(&next, &mut state);
            done += 1;
        }
        seen += u32::from(acked > 0);
        let engine = engine_in(dir.path(), flush);
        let found = state_of(&engine);
        if found != state {
            apply(&change(done, &state), &mut state);
            done += 1;
            assert!(found == state, "round {round}: neither the acknowledged changes nor one more (change {done})");
        }
    }
    assert!(seen > rounds * 4 / 5 && done > 60 * u64::from(rounds), "{seen} rounds, {done} changes");
}
