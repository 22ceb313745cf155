//! Histories: what concurrent transactions on real threads saw, and which anomalies that proves.
//!
//! ```text
//!  threads ─ BEGIN … COMMIT ─► {"type":"invoke","process":0,"value":[["r",3,null],["append",3,17]]}   a transaction is about to begin
//!                              {"type":"ok","process":0,"value":[["r",3,[4,9]],["append",3,17]]}      it has committed, and this it saw
//!                              {"type":"fail",…}                                                      it was rolled back
//!                                        │ Elle's format
//!                                        ▼
//!  `adya` ─ who must have come before whom? ─► circles: G0, G1, G-single, G2 …
//! ```
//!
//! | workload          | a value                            | what a read tells                                                   |
//! |-------------------|------------------------------------|---------------------------------------------------------------------|
//! | [`Kind::Lists`]   | text, to which numbers are appended | the whole order of the writes before it                             |
//! | [`Kind::Registers`] | one number, never written twice   | which write it saw                                                  |
//!
//! RULES
//!
//! - **R1** A number is written once in a history, so a read names its writer.
//! - **R2** The line `invoke` is logged before the first statement is sent, the line of the end after the last one was
//!   answered: so real time in the log is real.
//! - **R3** Few keys are hot at a time, and they move on: transactions meet, and lists stay short.

use adya::{History, Opts, Report, Valid, Workload};
use innolab_base::Waiter;
use innolab_base::rng::Rng;
use innolab_engine::Engine;
use innolab_sql::{Outcome, Session};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// What the transactions read and write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Append a number to a list; read the list.
    Lists,
    /// Write a number; read it.
    Registers,
}

/// How they read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// `SELECT`, in every transaction.
    Plain,
    /// `SELECT … FOR UPDATE` in transactions that write, `SELECT` in those that only read.
    LockedByWriters,
}

/// A run: how many transactions of what kind, and how they are isolated.
#[derive(Debug, Clone)]
pub struct Plan {
    /// As SQL says it, e.g. `repeatable read`.
    pub level: &'static str,
    /// What is read and written.
    pub kind: Kind,
    /// How it is read.
    pub reads: Reads,
    /// Threads, each a session.
    pub threads: u64,
    /// Transactions of each thread.
    pub transactions: u64,
    /// What the transactions do is made of this.
    pub seed: u64,
}

/// How many keys are hot at a time (R3).
const HOT: u64 = 4;
/// After how many transactions the hot keys move on by one (R3).
const STEP: u64 = 12;

/// What happened in a run.
#[derive(Debug, Default)]
pub struct Recorded {
    /// The history, a line an operation, in Elle's JSON.
    pub lines: Vec<Value>,
    /// How the transactions ended: `committed`, or the number of the error.
    pub endings: BTreeMap<String, u64>,
}

/// An operation of a transaction.
#[derive(Debug, Clone, Copy)]
enum Op {
    Read(u64),
    Write(u64, u64),
}

/// Runs the plan on an empty engine. PANICS on an error that is neither a deadlock nor a lock wait timeout: those are
/// how a transaction may end.
pub fn record(engine: &Arc<Engine>, plan: &Plan) -> Recorded {
    let keys = plan.threads * plan.transactions / STEP + HOT + 1;
    let mut setup = session(engine, 0);
    let column = if plan.kind == Kind::Lists { "varchar(2000) not null" } else { "bigint" };
    execute(&mut setup, &format!("create table t (k int primary key, v {column})")).expect("an empty engine");
    let empty = if plan.kind == Kind::Lists { "''" } else { "null" };
    let rows: Vec<String> = (0..keys).map(|k| format!("({k}, {empty})")).collect();
    execute(&mut setup, &format!("insert into t values {}", rows.join(", "))).expect("an empty table");
    let (recorded, done, numbers) = (Mutex::new(Recorded::default()), AtomicU64::new(0), AtomicU64::new(1));
    std::thread::scope(|scope| {
        for process in 0..plan.threads {
            let worker = Worker { plan, process, recorded: &recorded, done: &done, numbers: &numbers };
            scope.spawn(move || worker.run(session(engine, process + 1)));
        }
    });
    recorded.into_inner().expect("no thread has panicked")
}

fn session(engine: &Arc<Engine>, number: u64) -> Session {
    Session::with_seat(engine.clone(), "test", Arc::new(Waiter::new(number)))
}

/// ERRORS: its number.
fn execute(session: &mut Session, sql: &str) -> Result<Outcome, u16> {
    match session.execute(sql) {
        Ok(outcome) => Ok(outcome),
        Err(e) if matches!(e.errno, 1205 | 1213) => Err(e.errno),
        Err(e) => panic!("{sql}: {e}"),
    }
}

/// One thread of a run.
struct Worker<'a> {
    plan: &'a Plan,
    process: u64,
    recorded: &'a Mutex<Recorded>,
    done: &'a AtomicU64,
    numbers: &'a AtomicU64,
}

impl Worker<'_> {
    fn run(&self, mut session: Session) {
        let mut rng = Rng::of(&[self.plan.seed, self.process]);
        execute(&mut session, &format!("set session transaction isolation level {}", self.plan.level))
            .expect("a level that there is");
        for _ in 0..self.plan.transactions {
            let ops = self.transaction(&mut rng);
            self.log("invoke", ops.iter().map(|op| self.told(op, Value::Null)).collect(), None);
            match self.execute(&mut session, &ops, &mut rng) {
                Ok(told) => self.log("ok", told, Some("committed".to_string())),
                Err(errno) => {
                    execute(&mut session, "rollback").expect("a rollback waits for nobody");
                    let told = ops.iter().map(|op| self.told(op, Value::Null)).collect();
                    self.log("fail", told, Some(errno.to_string()));
                }
            }
            self.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Two to four operations; one transaction of four only reads.
    fn transaction(&self, rng: &mut Rng) -> Vec<Op> {
        let first = self.done.load(Ordering::Relaxed) / STEP;
        let only_reads = rng.below(4) == 0;
        let mut key = || first + rng.below(HOT);
        let keys: Vec<u64> = (0..4).map(|_| key()).collect();
        let n = 2 + rng.below(3) as usize;
        let op = |key: u64| match only_reads || rng.below(2) == 0 {
            true => Op::Read(key),
            false => Op::Write(key, self.numbers.fetch_add(1, Ordering::Relaxed)),
        };
        keys.into_iter().take(n).map(op).collect()
    }

    /// What the operations saw. ERRORS: the number of the error that ended the transaction.
    fn execute(&self, session: &mut Session, ops: &[Op], rng: &mut Rng) -> Result<Vec<Value>, u16> {
        let writes = ops.iter().any(|op| matches!(op, Op::Write(..)));
        let lock = if writes && self.plan.reads == Reads::LockedByWriters { " for update" } else { "" };
        execute(session, "begin")?;
        let mut told = Vec::new();
        for op in ops {
            let saw = match op {
                Op::Read(key) => self.value(execute(session, &format!("select v from t where k = {key}{lock}"))?),
                Op::Write(key, n) => {
                    let new = match self.plan.kind {
                        Kind::Lists => format!("concat(v, '{n},')"),
                        Kind::Registers => n.to_string(),
                    };
                    execute(session, &format!("update t set v = {new} where k = {key}"))?;
                    Value::Null
                }
            };
            told.push(self.told(op, saw));
            if rng.below(2) == 0 {
                std::thread::yield_now();
            }
        }
        execute(session, "commit")?;
        Ok(told)
    }

    /// The value of the one row that a SELECT has shown.
    fn value(&self, outcome: Outcome) -> Value {
        let Outcome::Rows { rows, .. } = outcome else { panic!("a SELECT shows rows") };
        let [row] = rows.as_slice() else { panic!("one row has the key, not {}", rows.len()) };
        let text = row[0].as_ref().map(|bytes| String::from_utf8(bytes.clone()).expect("numbers are ASCII"));
        let number = |text: &str| text.parse::<u64>().expect("a number of this run");
        match self.plan.kind {
            Kind::Lists => {
                let list = text.expect("a list is not NULL");
                list.split_terminator(',').map(number).collect::<Vec<_>>().into()
            }
            Kind::Registers => text.map_or(Value::Null, |text| number(&text).into()),
        }
    }

    fn told(&self, op: &Op, saw: Value) -> Value {
        match (op, self.plan.kind) {
            (Op::Read(key), _) => json!(["r", key, saw]),
            (Op::Write(key, n), Kind::Lists) => json!(["append", key, n]),
            (Op::Write(key, n), Kind::Registers) => json!(["w", key, n]),
        }
    }

    fn log(&self, kind: &str, value: Vec<Value>, ending: Option<String>) {
        let mut recorded = self.recorded.lock().expect("no thread has panicked");
        let index = recorded.lines.len();
        recorded.lines.push(json!({"index": index, "type": kind, "process": self.process, "value": value}));
        if let Some(ending) = ending {
            *recorded.endings.entry(ending).or_default() += 1;
        }
    }
}

/// What a history shows.
#[derive(Debug)]
pub struct Shown {
    /// Each kind of anomaly, and how many of it were found.
    pub anomalies: BTreeMap<String, usize>,
    /// One explanation of each kind.
    pub explained: BTreeMap<String, String>,
}

impl Recorded {
    /// All anomalies of the history, those that strict serialisability forbids.
    pub fn shown(&self, kind: Kind) -> Shown {
        let text: String = self.lines.iter().map(|line| format!("{line}\n")).collect();
        let history = History::from_json(&text).expect("lines as Elle has them");
        let workload = if kind == Kind::Lists { Workload::ListAppend } else { Workload::RwRegister };
        let options = Opts { linearizable_keys: false, wfr_keys: true, ..Opts::default() };
        let Report { valid, anomalies, .. } = adya::check(&history, workload, &options);
        assert_eq!(valid == Valid::True, anomalies.is_empty(), "an anomaly is what makes a history invalid");
        let explained = anomalies.iter().map(|(k, found)| (k.clone(), found[0].explanation.clone())).collect();
        Shown { anomalies: anomalies.into_iter().map(|(kind, found)| (kind, found.len())).collect(), explained }
    }
}

impl Shown {
    /// Those that are not in `allowed`, by the beginning of their names.
    pub fn beyond(&self, allowed: &[&str]) -> Vec<&str> {
        let is_allowed = |kind: &&str| allowed.iter().any(|a| kind.starts_with(a));
        self.anomalies.keys().map(String::as_str).filter(|kind| !is_allowed(kind)).collect()
    }
}

/// `G-single-item 12 · G2-item 30`, or `nothing`.
impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.anomalies.is_empty() {
            return f.write_str("nothing");
        }
        let kinds: Vec<_> = self.anomalies.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
        f.write_str(&kinds.join(" · "))
    }
}
