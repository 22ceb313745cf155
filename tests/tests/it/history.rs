//! Random concurrent transactions on real threads: each isolation level shows only what InnoDB's allows. The report
//! (`--nocapture`) names what it showed.
//!
//! Quick: 150 transactions a thread and run on one seed; full: on four.

use innolab_disk::SimDisk;
use innolab_engine::{Engine, Options};
use innolab_testing::seeds;
use innolab_tests::history::{Kind, Plan, Reads, Recorded, Shown, record};
use std::sync::Arc;

/// What InnoDB's REPEATABLE READ and READ COMMITTED let happen: reads from a snapshot, writes on the newest version.
/// Never a dirty write or read (G0, G1).
const SNAPSHOTS: &[&str] = &["internal", "G-single", "G-nonadjacent", "G2", "lost-update"];
/// READ UNCOMMITTED reads what may be rolled back, so the order of versions itself is in doubt. It never writes over
/// uncommitted rows (G0).
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

fn run(level: &'static str, kind: Kind, reads: Reads, seed: u64) -> (Recorded, Shown) {
    let plan = Plan { level, kind, reads, threads: 6, transactions: 150, seed };
    let options = Options { innodb_flush_log_at_trx_commit: 0, ..Options::default() };
    let engine = Engine::open(Arc::new(SimDisk::new(seed)), options).expect("an empty disk");
    let recorded = record(&engine, &plan);
    let shown = recorded.shown(kind);
    println!("{level:16} {kind:9?} {reads:15?} {:?}: {shown}", recorded.endings);
    (recorded, shown)
}

fn expect_only(level: &'static str, reads: Reads, allowed: &[&str]) {
    for seed in seeds(1, 4) {
        for kind in [Kind::Lists, Kind::Registers] {
            let (_, shown) = run(level, kind, reads, seed);
            let beyond = shown.beyond(allowed);
            let why: Vec<_> = beyond.iter().map(|kind| shown.explained[*kind].as_str()).collect();
            assert!(beyond.is_empty(), "seed {seed}: {level} shows {beyond:?}\n{}", why.join("\n"));
        }
    }
}

#[test]
fn serializable_shows_nothing() {
    expect_only("serializable", Reads::Plain, &[]);
}

#[test]
fn repeatable_read_shows_what_snapshots_allow() {
    expect_only("repeatable read", Reads::Plain, SNAPSHOTS);
}

/// Who writes locks what it reads, who only reads has one snapshot: that is serialisable, though a snapshot may be old
/// (no anomaly of real time: it is made when the transaction has begun).
#[test]
fn repeatable_read_with_locking_reads_shows_nothing() {
    expect_only("repeatable read", Reads::LockedByWriters, &[]);
}

#[test]
fn read_committed_shows_no_dirty_read() {
    expect_only("read committed", Reads::Plain, SNAPSHOTS);
}

#[test]
fn read_uncommitted_shows_no_dirty_write() {
    expect_only("read uncommitted", Reads::Plain, DIRTY);
}

/// The checker sees: what READ UNCOMMITTED and READ COMMITTED do is not nothing.
#[test]
fn weaker_levels_are_caught() {
    let (_, dirty) = run("read uncommitted", Kind::Lists, Reads::Plain, 1);
    assert!(!dirty.beyond(SNAPSHOTS).is_empty(), "no dirty read in a whole run of READ UNCOMMITTED");
    let (_, committed) = run("read committed", Kind::Lists, Reads::Plain, 1);
    assert!(!committed.anomalies.is_empty(), "READ COMMITTED looks serialisable");
}
