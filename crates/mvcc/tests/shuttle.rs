//! Models of opening a view against begin, number and end, under every (sampled) interleaving.
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test -p innolab-mvcc --test shuttle`
#![cfg(shuttle)]

use innolab_base::sync::atomic::{AtomicU64, Ordering};
use innolab_base::sync::thread;
use innolab_base::{Events, TrxId};
use innolab_mvcc::TrxSys;
use std::sync::Arc;

/// A transaction is seen whole: two writes by one transaction are both seen by a view or neither, and what ended
/// before the view was made is seen.
#[test]
fn a_view_sees_what_ended_before_it_and_stays_that_way() {
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
            assert!((1..8).all(|id| before >> id & 1 == 0 || view.sees(TrxId(id))), "I8: {view} misses of {before:b}");
            writers.into_iter().for_each(|writer| writer.join().unwrap());
            assert_eq!(seen(&view), first, "I8: the view changed");
        },
        3000,
    );
}

/// Purge never takes what an open view needs, nor a transaction that has not ended.
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
                assert!(now >= last, "the horizon went back from {last} to {now}");
                last = now;
            }
            writer.join().unwrap();
            reader.join().unwrap();
            assert_eq!(sys.horizon().0, sys.next_id().0, "quiet: all may go");
        },
        3000,
    );
}
