//! Random concurrent transactions on real threads: each isolation level has only the anomalies that InnoDB's level
//! allows. `--nocapture` prints the anomalies found.
//!
//! A run has 6 threads with 150 transactions each: two seeds in the quick size, twenty in the full size.

use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_testing::seeds;
use innolab_tests::history::{Findings, Plan, Reads, Recorded, Workload, record};
use std::sync::Arc;

/// Anomalies that InnoDB allows at REPEATABLE READ and READ COMMITTED, where reads use a snapshot and writes the newest
/// version. Dirty writes and dirty reads (G0, G1) are never allowed.
const SNAPSHOTS: &[&str] = &["internal", "G-single", "G-nonadjacent", "G2", "lost-update"];
/// Anomalies allowed at READ UNCOMMITTED. It reads rows that may be rolled back, so the order of versions itself is
/// uncertain. Dirty writes (G0) are never allowed.
const DIRTY: &[&str] = &[
    "internal",
    "G-single",
    "G-nonadjacent",
    "G2",
    "lost-update",
    "G1",
    "dirty-update",
    "incompatible-order",
    "future-read",
    "cyclic-versions",
];

fn run(level: &'static str, workload: Workload, reads: Reads, seed: u64) -> (Recorded, Findings) {
    let plan = Plan { level, workload, reads, threads: 6, transactions: 150, seed };
    let options = Options { innodb_flush_log_at_trx_commit: 0, ..Options::default() };
    let engine = Engine::open(Arc::new(SimDisk::new(seed)), options).expect("an empty disk");
    let recorded = record(&engine, &plan);
    let findings = recorded.findings(workload);
    println!("{level:16} {workload:9?} {reads:15?} {:?}: {findings}", recorded.endings);
    (recorded, findings)
}

fn assert_only(level: &'static str, reads: Reads, allowed: &[&str]) {
    for seed in seeds(2, 20) {
        for workload in [Workload::Lists, Workload::Registers] {
            let (_, findings) = run(level, workload, reads, seed);
            let forbidden = findings.not_in(allowed);
            let why: Vec<_> = forbidden.iter().map(|kind| findings.explained[*kind].as_str()).collect();
            assert!(forbidden.is_empty(), "seed {seed}: {level} has {forbidden:?}\n{}", why.join("\n"));
        }
    }
}

#[test]
fn serializable_has_no_anomaly() {
    assert_only("serializable", Reads::Plain, &[]);
}

#[test]
fn repeatable_read_has_only_the_anomalies_of_snapshots() {
    assert_only("repeatable read", Reads::Plain, SNAPSHOTS);
}

/// Transactions that write lock what they read; transactions that only read have one snapshot. That is serialisable. It
/// is strictly so, because a snapshot is made after its transaction has begun.
#[test]
fn repeatable_read_with_locking_reads_has_no_anomaly() {
    assert_only("repeatable read", Reads::LockedByWriters, &[]);
}

#[test]
fn read_committed_has_no_dirty_read() {
    assert_only("read committed", Reads::Plain, SNAPSHOTS);
}

#[test]
fn read_uncommitted_has_no_dirty_write() {
    assert_only("read uncommitted", Reads::Plain, DIRTY);
}

/// A check of the checker: it finds the anomalies of the weaker levels.
#[test]
fn weaker_levels_have_anomalies() {
    let (_, dirty) = run("read uncommitted", Workload::Lists, Reads::Plain, 1);
    assert!(!dirty.not_in(SNAPSHOTS).is_empty(), "a run of READ UNCOMMITTED without a dirty read");
    let (_, committed) = run("read committed", Workload::Lists, Reads::Plain, 1);
    assert!(!committed.anomalies.is_empty(), "a run of READ COMMITTED without an anomaly");
}
