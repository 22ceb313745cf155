//! SIGKILL at 50 random moments: no acknowledged statement is lost, and nothing else is there but, perhaps, the one under way.
//!
//! The child is this program once more. Its n-th statement makes the n-th change; when it is committed it says `ack n`.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use innolab_disk::{Disk, OsDisk};
use innolab_engine::{Datum, Engine, Options};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const DIR: &str = "INNOLAB_KILL_DIR";
const FROM: &str = "INNOLAB_KILL_FROM";
const FLUSH: &str = "INNOLAB_KILL_FLUSH";

/// The table after a number of changes.
type State = BTreeMap<i64, String>;

#[derive(Debug)]
enum Change {
    Insert(i64, String),
    Update(i64, String),
    Delete(i64),
}

/// The n-th change to the table `state`.
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
fn no_acknowledged_statement_is_lost() {
    let dir = tempfile::tempdir().unwrap();
    let (mut rng, mut state, mut done, mut seen) = (Rng(50), State::new(), 0, 0);
    for round in 0..50 {
        let flush = 1 + (round % 2) as u8;
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "child", "--nocapture", "--test-threads=1"]).env(DIR, dir.path());
        child.env(FROM, done.to_string()).env(FLUSH, flush.to_string());
        let mut child = child.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let until = done + rng.below(300);
        let mut acked = done;
        let ack = |line: &str| line.strip_prefix("ack ").map(|n| n.parse::<u64>().unwrap() + 1);
        while acked < until {
            let line = lines.next().expect("the child goes on until it is killed").unwrap();
            acked = ack(&line).unwrap_or(acked);
        }
        std::thread::sleep(Duration::from_micros(rng.below(3000)));
        child.kill().unwrap();
        child.wait().unwrap();
        // What it said before it died counts.
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
            assert!(
                found == state,
                "round {round}: neither what was acknowledged nor one statement more (statement {done})"
            );
        }
    }
    assert!(seen > 40 && done > 3000, "{seen} rounds, {done} statements");
}
