//! What does a read view cost, and how much does an old view keep purge from removing?
//!
//! - `view/unchanged/N`: open and close a view with N active transactions, when nothing began or ended since the last.
//! - `view/changed/N`: the same with one begin and one commit in between (goal: ≤ 1 µs at N = 1000; unchanged ≤ 200
//!   ns).
//! - `view/changed_beside/N`: as `changed`, while the previous view is still open, so its id list cannot be reused.
//! - `sees/…`: one visibility check, by where the id lies: below all active ones, above all, between them (binary
//!   search).
//! - `horizon/…`: computing the purge horizon with 1 and with 1000 open views.
//!
//! Not timed, but printed and checked: how far one old view holds the horizon back.
//!
//! `INNOLAB_SMOKE=1` runs the smallest size only.
#![allow(missing_docs)] // criterion's macros make functions without docs

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use innolab_base::{Events, TrxId};
use innolab_benches::size;
use innolab_mvcc::{ReadView, TrxSys};
use std::hint::black_box;
use std::time::Duration;

fn sizes() -> &'static [u64] {
    size(&[10], &[1, 10, 100, 1000])
}

/// Returns a system with `active` transactions; every second id has ended, as in a busy server.
fn busy(active: u64) -> TrxSys {
    let sys = TrxSys::new(TrxId(1), Events::none());
    for _ in 0..active {
        sys.begin();
        sys.commit(sys.begin());
    }
    assert_eq!(sys.active().len() as u64, active);
    sys
}

fn open(c: &mut Criterion) {
    let mut group = c.benchmark_group("view");
    for &n in sizes() {
        let sys = busy(n);
        group.bench_function(BenchmarkId::new("unchanged", n), |b| b.iter(|| black_box(sys.view(None))));
        group.bench_function(BenchmarkId::new("changed", n), |b| {
            b.iter(|| {
                sys.commit(sys.begin());
                black_box(sys.view(None))
            });
        });
        group.bench_function(BenchmarkId::new("changed_beside", n), |b| {
            let mut before = sys.view(None);
            b.iter(|| {
                sys.commit(sys.begin());
                before = sys.view(None);
            });
            assert_eq!(before.active().len() as u64, n, "the view has all active ids");
        });
        group.bench_function(BenchmarkId::new("begin_commit_alone", n), |b| {
            b.iter(|| black_box(sys.commit(sys.begin())))
        });
    }
    group.finish();
}

fn sees(c: &mut Criterion) {
    let n = size(10, 1000);
    let sys = busy(n);
    sys.end(sys.active()[0]);
    let view = sys.view(None);
    let (low, high) = (view.oldest_active_id().0, view.first_unseen_id().0);
    let mut group = c.benchmark_group("sees");
    let check = |view: &ReadView, from: u64, to: u64| {
        let seen = (from..to).filter(|id| view.sees(TrxId(*id))).count();
        (seen, to - from)
    };
    assert_eq!(check(&view, 1, low).0 as u64, low - 1);
    assert_eq!(check(&view, high, high + 99).0, 0);
    assert_eq!(check(&view, low, high).0 as u64, high - low - (n - 1), "all but the active ones are visible");
    for (name, from, len) in [("below", 1, low - 1), ("between", low, high - low), ("above", high, 1024)] {
        let mut at = 0;
        group.bench_function(name, |b| {
            b.iter(|| {
                // A stride through the range, so that the search cannot be guessed.
                at = (at + 379) % len;
                black_box(view.sees(TrxId(from + at)))
            });
        });
    }
    group.finish();
}

fn horizon(c: &mut Criterion) {
    let mut group = c.benchmark_group("horizon");
    let n = size(10, 1000);
    for open in [1, n] {
        let sys = busy(10);
        let views: Vec<ReadView> = (0..open)
            .map(|_| {
                sys.commit(sys.begin());
                sys.view(None)
            })
            .collect();
        group.bench_function(BenchmarkId::new("views", open), |b| b.iter(|| black_box(sys.horizon())));
        assert_eq!(sys.horizon(), views[0].purge_limit_no());
    }
    group.finish();
    old_view();
}

/// One view stays open while others commit: the purge horizon does not move until it is closed.
fn old_view() {
    let commits = size(100, 100_000);
    let sys = busy(10);
    let old = sys.view(None);
    let numbers: Vec<_> = (0..commits)
        .map(|_| {
            let no = sys.commit(sys.begin());
            sys.view(None);
            no
        })
        .collect();
    let purgeable = |sys: &TrxSys| numbers.iter().filter(|no| **no < sys.horizon()).count();
    let with = purgeable(&sys);
    drop(old);
    let without = purgeable(&sys);
    println!(
        "horizon: after {commits} commits under one old view purge may remove {with} of them; once it is closed, {without}"
    );
    assert_eq!((with, without), (0, commits));
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(size(10, 200)))
        .measurement_time(Duration::from_millis(size(50, 1000)))
        .sample_size(size(10, 30));
    targets = open, sees, horizon
}
criterion_main!(benches);
