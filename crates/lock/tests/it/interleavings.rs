//! Grants, waits, cancels, timeouts and deadlocks under sampled interleavings of threads (`shuttle`).
//!
//! `RUSTFLAGS="--cfg shuttle" cargo test -p innolab-lock --test it`
//!
//! Checked: a granted X lock excludes others; no wake-up is lost (shuttle reports a waiter that is never woken as a
//! deadlock); and however a wait ended, the table is empty at the end.

use innolab_base::sync::atomic::{AtomicU64, Ordering};
use innolab_base::sync::{Mutex, thread};
use innolab_base::{CondvarPark, Events, IndexId, Park, Waiter, Wake};
use innolab_lock::{Answer, LockTable, Owner, RecordId, RecordKey, RecordMode, WaitOutcome, WaitPolicy};
use innolab_testing::size;
use std::sync::Arc;

/// Number of interleavings.
fn iterations() -> usize {
    size(200, 2000)
}

fn id(key: &[u8]) -> RecordId<'_> {
    RecordId { index: IndexId(1), leaf: 1, key: RecordKey::Key(key) }
}

fn table() -> Arc<LockTable> {
    Arc::new(LockTable::new(Arc::new(CondvarPark), Events::none()))
}

/// Locks `key`, after as many waits as it takes. False: victim of a deadlock.
fn lock(table: &LockTable, owner: Owner, key: u8, mode: RecordMode) -> bool {
    loop {
        match table.lock_record(owner, &id(&[key]), mode, 0, WaitPolicy::Wait) {
            Answer::Granted { .. } => return true,
            Answer::Wait(ticket) => match table.wait(ticket, None) {
                WaitOutcome::Granted | WaitOutcome::Gone => {}
                WaitOutcome::Deadlock(_) => return false,
                other => panic!("no timeout, no cancel: {other:?}"),
            },
            Answer::Deadlock(_) => return false,
            Answer::Busy => panic!("the policy is to wait"),
        }
    }
}

fn spawn(
    table: &Arc<LockTable>,
    session: u64,
    run: impl FnOnce(&LockTable, Owner) + Send + 'static,
) -> thread::JoinHandle<()> {
    let table = table.clone();
    thread::spawn(move || {
        let owner = table.begin(Arc::new(Waiter::new(session)));
        run(&table, owner);
        table.release_all(owner);
    })
}

#[test]
fn an_exclusive_lock_excludes_and_every_waiter_is_woken() {
    shuttle::check_random(
        || {
            let (table, inside) = (table(), Arc::new(AtomicU64::new(0)));
            let threads: Vec<_> = (0..3)
                .map(|session| {
                    let inside = inside.clone();
                    spawn(&table, session, move |table, owner| {
                        assert!(lock(table, owner, 5, RecordMode::XRec));
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two hold X");
                        thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    })
                })
                .collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            assert_eq!(table.size().locks, 0);
        },
        iterations(),
    );
}

#[test]
fn a_cycle_of_three_has_at_most_one_victim() {
    shuttle::check_random(
        || {
            let (table, victims) = (table(), Arc::new(AtomicU64::new(0)));
            let threads: Vec<_> = (0..3u8)
                .map(|session| {
                    let victims = victims.clone();
                    spawn(&table, session.into(), move |table, owner| {
                        assert!(lock(table, owner, session, RecordMode::XRec));
                        if !lock(table, owner, (session + 1) % 3, RecordMode::XRec) {
                            victims.fetch_add(1, Ordering::SeqCst);
                        }
                    })
                })
                .collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            assert!(victims.load(Ordering::SeqCst) <= 1, "one victim breaks a cycle of three");
            assert_eq!((table.size().locks, table.lock_waits().len()), (0, 0));
        },
        iterations(),
    );
}

/// A cancel, a grant and a removal race for one wait: exactly one of them ends it, and the outcome says which.
#[test]
fn a_cancel_races_a_grant_and_a_removal() {
    shuttle::check_random(
        || {
            let table = table();
            let holder = table.begin(Arc::new(Waiter::new(0)));
            assert_eq!(
                table.lock_record(holder, &id(&[5]), RecordMode::XRec, 0, WaitPolicy::Wait),
                Answer::Granted { fresh: true }
            );
            let waiter = table.begin(Arc::new(Waiter::new(1)));
            let Answer::Wait(ticket) = table.lock_record(waiter, &id(&[5]), RecordMode::XRec, 0, WaitPolicy::Wait)
            else {
                panic!("it must wait");
            };
            let killer = thread::spawn({
                let table = table.clone();
                move || table.cancel(waiter)
            });
            let remover = thread::spawn({
                let table = table.clone();
                move || table.inherit_on_remove(&id(&[5]), &id(&[6]))
            });
            let ender = thread::spawn({
                let table = table.clone();
                move || table.release_all(holder)
            });
            let ended = table.wait(ticket, None);
            killer.join().unwrap();
            remover.join().unwrap();
            ender.join().unwrap();
            let left: Vec<String> = table.data_locks().iter().map(|held| held.mode_name().to_owned()).collect();
            match ended {
                // Granted, and the record removed afterwards; or the record was removed first. Either way it inherits
                // the gap.
                WaitOutcome::Granted | WaitOutcome::Gone => assert_eq!(left, ["X,GAP"]),
                WaitOutcome::Cancelled => assert!(left.is_empty(), "{left:?}"),
                other => panic!("{other:?}"),
            }
            table.release_all(waiter);
            assert_eq!(table.size().locks, 0);
        },
        iterations(),
    );
}

/// A park that always times out, as soon as its thread is scheduled again: a timeout races the grant.
struct TimesOut(Mutex<()>);

impl Park for TimesOut {
    fn park(&self, _waiter: &Waiter, _timeout_ms: Option<u64>) -> Wake {
        drop(self.0.lock());
        thread::yield_now();
        Wake::TimedOut
    }

    fn unpark(&self, _waiter: &Waiter) {
        drop(self.0.lock());
    }
}

#[test]
fn a_timeout_races_a_grant() {
    shuttle::check_random(
        || {
            let table = Arc::new(LockTable::new(Arc::new(TimesOut(Mutex::new(()))), Events::none()));
            let threads: Vec<_> = (0..3)
                .map(|session| {
                    spawn(&table, session, move |table, owner| {
                        match table.lock_record(owner, &id(&[5]), RecordMode::XRec, 0, WaitPolicy::Wait) {
                            Answer::Wait(ticket) => {
                                let ended = table.wait(ticket, Some(1));
                                let held = table.data_locks().iter().any(|held| held.session == session);
                                assert_eq!(held, ended == WaitOutcome::Granted, "{ended:?}");
                            }
                            answer => assert_eq!(answer, Answer::Granted { fresh: true }),
                        }
                    })
                })
                .collect();
            threads.into_iter().for_each(|thread| thread.join().unwrap());
            assert_eq!(table.size().locks, 0);
        },
        iterations(),
    );
}
