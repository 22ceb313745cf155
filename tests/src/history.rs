//! Histories: records what concurrent transactions on real threads read and wrote, and searches for anomalies in it.
//!
//! ```text
//!  threads: BEGIN … COMMIT
//!       │
//!       ▼  Elle's format
//!  {"type":"invoke","process":0,"value":[["r",3,null],["append",3,17]]}     before the transaction begins
//!  {"type":"ok","process":0,"value":[["r",3,[4,9]],["append",3,17]]}        after its commit, with the values it read
//!  {"type":"fail",…}                                                        after its rollback
//!       │
//!       ▼
//!  the crate `adya`: which transaction must precede which? ─► circles: G0, G1, G-single, G2 …
//! ```
//!
//! | workload                | a value                             | a read shows                       |
//! |-------------------------|-------------------------------------|------------------------------------|
//! | [`Workload::Lists`]     | text, to which numbers are appended | the order of all writes before it  |
//! | [`Workload::Registers`] | one number                          | which write was the last           |
//!
//! RULES
//!
//! - **R1** Each number is written once in a history, so a read identifies the write that it saw.
//! - **R2** The line `invoke` is logged before the first statement runs, and `ok` or `fail` after the last one has
//!   returned, so the order of lines is an order in real time.
//! - **R3** Few keys are in use at a time, and they move on, so transactions conflict and lists stay short.

use adya::{History, Opts, Report, Valid};
use innolab_base::Waiter;
use innolab_base::rng::Rng;
use innolab_engine::Engine;
use innolab_sql::{Outcome, Session};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// The values that the transactions read and write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// Appends a number to a list; reads the list.
    Lists,
    /// Writes a number; reads it.
    Registers,
}

/// How the transactions read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// `SELECT`, in every transaction.
    Plain,
    /// `SELECT … FOR UPDATE` in transactions that write, `SELECT` in those that only read.
    LockedByWriters,
}

/// The parameters of a run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The isolation level in SQL, as `repeatable read`.
    pub level: &'static str,
    /// Lists or registers.
    pub workload: Workload,
    /// How reads are done.
    pub reads: Reads,
    /// Number of threads, each with its session.
    pub threads: u64,
    /// Number of transactions of each thread.
    pub transactions: u64,
    /// Seed of the transactions' operations.
    pub seed: u64,
}

/// Number of keys in use at a time (R3).
const HOT: u64 = 4;
/// Number of transactions after which the keys in use move on by one (R3).
const STEP: u64 = 12;

/// The record of a run.
#[derive(Debug, Default)]
pub struct Recorded {
    /// The history in Elle's JSON: a line when a transaction begins, and one when it ends.
    pub lines: Vec<Value>,
    /// Number of transactions by their end: `committed`, or the number of the error.
    pub endings: BTreeMap<String, u64>,
}

/// An operation of a transaction.
#[derive(Debug, Clone, Copy)]
enum Op {
    Read(u64),
    Write(u64, u64),
}

/// Runs the plan on an empty engine.
///
/// # Panics
/// On an error that is neither a deadlock nor a lock wait timeout; these two are normal ends of a transaction.
pub fn record(engine: &Arc<Engine>, plan: &Plan) -> Recorded {
    let keys = plan.threads * plan.transactions / STEP + HOT + 1;
    let mut setup = session(engine, 0);
    let column = if plan.workload == Workload::Lists { "varchar(2000) not null" } else { "bigint" };
    execute(&mut setup, &format!("create table t (k int primary key, v {column})")).expect("an empty engine");
    let empty = if plan.workload == Workload::Lists { "''" } else { "null" };
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
    Session::with_waiter(engine.clone(), "test", Arc::new(Waiter::new(number)))
}

/// Runs a statement.
/// ERRORS: 1205, lock wait timeout; 1213, deadlock.
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
            .expect("an isolation level");
        for _ in 0..self.plan.transactions {
            let ops = self.transaction(&mut rng);
            self.log("invoke", ops.iter().map(|op| self.operation(op, Value::Null)).collect(), None);
            match self.execute(&mut session, &ops, &mut rng) {
                Ok(done) => self.log("ok", done, Some("committed".to_string())),
                Err(errno) => {
                    execute(&mut session, "rollback").expect("a rollback does not wait");
                    let ops = ops.iter().map(|op| self.operation(op, Value::Null)).collect();
                    self.log("fail", ops, Some(errno.to_string()));
                }
            }
            self.done.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns two to four operations; one transaction in four only reads.
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

    /// Runs the transaction; returns its operations with what they read.
    /// ERRORS: the number of the error that ended the transaction.
    fn execute(&self, session: &mut Session, ops: &[Op], rng: &mut Rng) -> Result<Vec<Value>, u16> {
        let writes = ops.iter().any(|op| matches!(op, Op::Write(..)));
        let lock = if writes && self.plan.reads == Reads::LockedByWriters { " for update" } else { "" };
        execute(session, "begin")?;
        let mut done = Vec::new();
        for op in ops {
            let seen = match op {
                Op::Read(key) => self.value(execute(session, &format!("select v from t where k = {key}{lock}"))?),
                Op::Write(key, n) => {
                    let new = match self.plan.workload {
                        Workload::Lists => format!("concat(v, '{n},')"),
                        Workload::Registers => n.to_string(),
                    };
                    execute(session, &format!("update t set v = {new} where k = {key}"))?;
                    Value::Null
                }
            };
            done.push(self.operation(op, seen));
            if rng.below(2) == 0 {
                std::thread::yield_now();
            }
        }
        execute(session, "commit")?;
        Ok(done)
    }

    /// Returns the value in the one row of a SELECT.
    fn value(&self, outcome: Outcome) -> Value {
        let Outcome::Rows { rows, .. } = outcome else { panic!("a SELECT returns rows") };
        let [row] = rows.as_slice() else { panic!("one row has the key, not {}", rows.len()) };
        let text = row[0].as_ref().map(|bytes| String::from_utf8(bytes.clone()).expect("numbers are ASCII"));
        let number = |text: &str| text.parse::<u64>().expect("a number of this run");
        match self.plan.workload {
            Workload::Lists => {
                let list = text.expect("a list is not NULL");
                list.split_terminator(',').map(number).collect::<Vec<_>>().into()
            }
            Workload::Registers => text.map_or(Value::Null, |text| number(&text).into()),
        }
    }

    /// An operation in Elle's JSON; `seen`: what a read returned.
    fn operation(&self, op: &Op, seen: Value) -> Value {
        match (op, self.plan.workload) {
            (Op::Read(key), _) => json!(["r", key, seen]),
            (Op::Write(key, n), Workload::Lists) => json!(["append", key, n]),
            (Op::Write(key, n), Workload::Registers) => json!(["w", key, n]),
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

/// The anomalies found in a history.
#[derive(Debug)]
pub struct Findings {
    /// Each kind of anomaly, and how many were found.
    pub anomalies: BTreeMap<String, usize>,
    /// One explanation for each kind.
    pub explained: BTreeMap<String, String>,
}

impl Recorded {
    /// Searches the history for anomalies: everything that strict serialisability forbids.
    pub fn findings(&self, workload: Workload) -> Findings {
        let text: String = self.lines.iter().map(|line| format!("{line}\n")).collect();
        let history = History::from_json(&text).expect("lines in Elle's format");
        let adya_workload = match workload {
            Workload::Lists => adya::Workload::ListAppend,
            Workload::Registers => adya::Workload::RwRegister,
        };
        let options = Opts { linearizable_keys: false, wfr_keys: true, ..Opts::default() };
        let Report { valid, anomalies, .. } = adya::check(&history, adya_workload, &options);
        assert_eq!(valid == Valid::True, anomalies.is_empty(), "a history is invalid if it has an anomaly");
        let explained = anomalies.iter().map(|(k, found)| (k.clone(), found[0].explanation.clone())).collect();
        Findings { anomalies: anomalies.into_iter().map(|(kind, found)| (kind, found.len())).collect(), explained }
    }
}

impl Findings {
    /// Returns the kinds that `allowed` does not have. `allowed` has beginnings of names: `G2` allows `G2-item`.
    pub fn not_in(&self, allowed: &[&str]) -> Vec<&str> {
        let is_allowed = |kind: &&str| allowed.iter().any(|a| kind.starts_with(a));
        self.anomalies.keys().map(String::as_str).filter(|kind| !is_allowed(kind)).collect()
    }
}

/// `G-single-item 12 · G2-item 30`, or `nothing`.
impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.anomalies.is_empty() {
            return f.write_str("nothing");
        }
        let kinds: Vec<_> = self.anomalies.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
        f.write_str(&kinds.join(" · "))
    }
}
