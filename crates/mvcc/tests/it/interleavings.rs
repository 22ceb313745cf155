//! Opening a view against begin, number and end, under sampled interleavings of threads (`shuttle`).
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test -p innolab-mvcc --test it`

use innolab_base::sync::atomic::{AtomicU64, Ordering};
use innolab_base::sync::thread;
use innolab_base::{Events, TrxId};
use innolab_mvcc::TrxSys;
use innolab_testing::size;
use std::sync::Arc;

/// Number of interleavings.
fn iterations() -> usize {
    size(300, 3000)
}

/// A view sees every transaction that ended before it was made, and what it sees does not change.
#[test]
fn a_view_sees_what_ended_before_it_and_does_not_change() {
    shuttle::check_random(
        || {
            let sys = Arc::new(TrxSys::new(TrxId(1), Events::none()));
            let ended = Arc::new(AtomicU64::new(0));
            let writers: Vec<_> = (0..3)
                .map(|_| {
                    let (sys, ended) = (sys.clone(), ended.clone());
                    thread::spawn(move || {
                        let id = sys.begin();
                        sys.number(id);
                        assert!(!sys.view(None).sees(id), "R3: it has not ended");
                        sys.end(id);
                        assert!(sys.view(None).sees(id), "R3: it has ended");
                        ended.fetch_or(1 << id.0, Ordering::SeqCst);
                    })
                })
                .collect();
            let before = ended.load(Ordering::SeqCst);
            let view = sys.view(None);
            let seen = |view: &innolab_mvcc::ReadView| (1..8).filter(|id| view.sees(TrxId(*id))).collect::<Vec<_>>();
            let first = seen(&view);
            assert!(
                (1..8).all(|id| before >> id & 1 == 0 || view.sees(TrxId(id))),
                "I8: {view} misses one of {before:b}"
            );
            writers.into_iter().for_each(|writer| writer.join().unwrap());
            assert_eq!(seen(&view), first, "I8: the view changed");
        },
        iterations(),
    );
}

/// The horizon never passes an open view, nor a transaction that has not ended.
#[test]
fn the_horizon_never_passes_an_open_view() {
    shuttle::check_random(
        || {
            let sys = Arc::new(TrxSys::new(TrxId(1), Events::none()));
            let writer = thread::spawn({
                let sys = sys.clone();
                move || {
                    for _ in 0..2 {
                        let id = sys.begin();
                        let no = sys.number(id);
                        assert!(sys.horizon() <= no, "R5: it has not ended");
                        sys.end(id);
                    }
                }
            });
            let reader = thread::spawn({
                let sys = sys.clone();
                move || {
                    let view = sys.view(None);
                    let other = sys.view(None);
                    assert!(sys.horizon() <= view.purge_limit_no());
                    drop(view);
                    assert!(sys.horizon() <= other.purge_limit_no());
                }
            });
            let mut last = sys.horizon();
            for _ in 0..3 {
                let now = sys.horizon();
                assert!(now >= last, "the horizon fell from {last} to {now}");
                last = now;
            }
            writer.join().unwrap();
            reader.join().unwrap();
            assert_eq!(sys.horizon().0, sys.next_id().0, "all has ended: everything may be purged");
        },
        iterations(),
    );
}
