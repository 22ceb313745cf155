//! A crash at every write and every sync of a workload (I1, I2, I3, I6, I7), under each replacement policy.
//!
//! The workload: mini-transactions that write their number into several pages, in a pool and a log so small that pages
//! are written back, pushed out and read again and checkpoints are made all the time. At every call to the disk but
//! reads (in the quick size, and for the policies other than InnoDB's, at some of them), the test opens what a killed
//! process and what several power losses would leave. Then
//! - the pages are those after some number of mini-transactions (I2), whole (I6),
//! - that number is at least that of the acknowledged ones (I3), at most that of the committed ones.

use crate::common::{OWNER, SPACE, open, sim, small, take_page, with_segments};
use innolab_base::PageNo;
use innolab_disk::{Disk, SimDisk};
use innolab_page::Write;
use innolab_store::replacer::Policy;
use innolab_store::{Options, Result, Space, Store};
use innolab_testing::size;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// More than the pool has frames.
const PAGES: u32 = 100;
/// Pages that one mini-transaction writes.
const TOUCHED: u32 = 5;
const POWER_LOSSES: u64 = 4;
under_each_policy!(
    at_every_write_and_sync_the_pages_are_those_of_a_prefix,
    a_crash_during_recovery_is_recovered_from,
    a_recovered_store_goes_on,
    at_every_write_and_sync_files_are_made_grow_and_go,
);

/// Offset in a page of the numbers of the last mini-transactions that wrote it, the newest first.
const HISTORY: usize = 12000;

fn options(replacer: Policy) -> Options {
    Options { innodb_log_file_size: 256 << 10, ..small(replacer) }
}

/// Tries one of every so many crash points: all of them only in the full size and with InnoDB's policy.
struct Sample {
    every: u64,
    seen: AtomicU64,
}

impl Sample {
    fn of(policy: Policy, quick: u64) -> Arc<Sample> {
        let every = if policy == Policy::Midpoint { size(quick, 1) } else { quick };
        Arc::new(Sample { every, seen: AtomicU64::new(0) })
    }

    fn is_next(&self) -> bool {
        self.seen.fetch_add(1, Ordering::SeqCst).is_multiple_of(self.every)
    }
}

/// The pages into which mini-transaction number `n` writes, by index.
fn touched(n: u64) -> impl Iterator<Item = usize> {
    (0..TOUCHED).map(move |i| (((n * 37) as u32 + i * 7) % PAGES) as usize)
}

/// The pages of the first segment, as the file has them.
fn pages(store: &Store, space: &Space) -> Vec<PageNo> {
    let used = store.space_use(space).expect("a sound file");
    used.segments[0].pages.iter().copied().filter(|p| *p != OWNER).collect()
}

fn write(store: &Store, space: &Space, n: u64) -> Result<innolab_base::Lsn> {
    let all = pages(store, space);
    let mut mtr = store.begin(16 << 10)?;
    let mut pages: Vec<PageNo> = touched(n).map(|i| all[i]).collect();
    pages.sort();
    for page in pages {
        let held = mtr.latch(space, page)?;
        mtr.page(held).write_u64(100, n);
        // Something large, so that pages tear and the log goes round.
        mtr.page(held).write(1000, &[n as u8; 2000]);
        mtr.page(held).fill(3000..9000, n as u8);
        // A change that must not be applied twice.
        mtr.page(held).copy_within(HISTORY..HISTORY + 31, HISTORY + 1);
        mtr.page(held).write_u8(HISTORY, n as u8);
    }
    mtr.commit()
}

fn make(store: &Store) -> Result<Arc<Space>> {
    let space = with_segments(store)?;
    for _ in 0..PAGES {
        take_page(store, &space)?;
    }
    Ok(space)
}

/// The numbers in the pages after the mini-transactions 1 to `n`.
fn expected(n: u64) -> Vec<u64> {
    let mut out = vec![0; PAGES as usize];
    for k in 1..=n {
        touched(k).for_each(|i| out[i] = k);
    }
    out
}

fn contents(store: &Store, space: &Space) -> Result<Vec<u64>> {
    pages(store, space)
        .into_iter()
        .map(|page_no| {
            let page = store.read(space, page_no)?;
            let n = innolab_base::codec::get_u64(page.bytes(), 100);
            assert!(page.bytes()[1000..9000].iter().all(|b| *b == n as u8), "page {page_no} is mixed");
            Ok(n)
        })
        .collect()
}

/// Opens what the crash left; the number of mini-transactions in it must be in `done`, and is returned.
fn recovers(disk: &Arc<dyn Disk>, policy: Policy, done: std::ops::RangeInclusive<u64>) -> u64 {
    let (store, _) = open(disk, options(policy)).expect("recovery succeeds");
    let space = store.space(SPACE).expect("the file is there");
    let found = contents(&store, &space).expect("every page can be read");
    let n = found.iter().copied().max().unwrap_or(0);
    assert_eq!(found, expected(n), "I2: not the state after {n} mini-transactions");
    for (i, page_no) in pages(&store, &space).into_iter().enumerate() {
        let page = store.read(&space, page_no).expect("every page can be read");
        let mut history: Vec<u8> = (1..=n).rev().filter(|k| touched(*k).any(|t| t == i)).map(|k| k as u8).collect();
        history.resize(32, 0);
        assert_eq!(
            page.bytes()[HISTORY..HISTORY + 32],
            history,
            "page {page_no}: a change was applied twice or not at all"
        );
    }
    assert!(done.contains(&n), "I3: {n} mini-transactions are there, expected are {done:?}");
    n
}

fn at_every_write_and_sync_the_pages_are_those_of_a_prefix(policy: Policy) {
    let (crashes, sample) = (Arc::new(AtomicU64::new(0)), Sample::of(policy, 37));
    let (sim_disk, disk) = sim(1);
    let (store, _) = open(&disk, options(policy)).expect("an empty directory");
    let space = make(&store).expect("room");
    store.flush_log(store.appended_lsn()).expect("a sound disk");
    let (acknowledged, committed) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    sim_disk.on_call({
        let (sim_disk, crashes) = (sim_disk.clone(), crashes.clone());
        let (acknowledged, committed, sample) = (acknowledged.clone(), committed.clone(), sample.clone());
        move |_| {
            if !sample.is_next() {
                return;
            }
            let done = acknowledged.load(Ordering::SeqCst)..=committed.load(Ordering::SeqCst);
            let arc = |d: SimDisk| -> Arc<dyn Disk> { Arc::new(d) };
            recovers(&arc(sim_disk.killed()), policy, done.clone());
            for s in 0..POWER_LOSSES {
                recovers(&arc(sim_disk.power_loss(s)), policy, done.clone());
            }
            crashes.fetch_add(1 + POWER_LOSSES, Ordering::SeqCst);
        }
    });
    for n in 1..=80 {
        // The hook may see it before or after it is in the log.
        committed.store(n, Ordering::SeqCst);
        let end = write(&store, &space, n).expect("a sound disk");
        if n % 4 == 0 {
            store.flush_log(end).expect("a sound disk");
            acknowledged.store(n, Ordering::SeqCst);
        }
        if n % 7 == 0 {
            // Most pages are dirty now.
            store.checkpoint().expect("a sound disk");
        }
    }
    store.close().expect("a sound disk");
    acknowledged.store(80, Ordering::SeqCst);
    sim_disk.clear_hook();
    assert!(store.counts().log_bytes > 2 * options(policy).innodb_log_file_size, "the log must go round");
    let crashes = crashes.load(Ordering::SeqCst);
    assert!(crashes > 500 / sample.every, "only {crashes} crashes: the workload does not write enough");
}

#[test]
fn while_others_write_back_and_make_checkpoints_a_power_loss_leaves_a_prefix() {
    let (sim_disk, disk) = sim(3);
    let (store, _) =
        open(&disk, Options { background: true, ..options(Policy::Midpoint) }).expect("an empty directory");
    let space = make(&store).expect("room");
    store.flush_log(store.appended_lsn()).expect("a sound disk");
    let (acknowledged, committed) = (AtomicU64::new(0), AtomicU64::new(0));
    let stop = AtomicBool::new(false);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                store.write_oldest(store.appended_lsn()).expect("a sound disk");
                std::thread::yield_now();
            }
        });
        threads.spawn(|| {
            while !stop.load(Ordering::SeqCst) {
                store.checkpoint().expect("a sound disk");
            }
        });
        threads.spawn(|| {
            for n in 1.. {
                committed.store(n, Ordering::SeqCst);
                let end = write(&store, &space, n).expect("a sound disk");
                if n % 4 == 0 {
                    store.flush_log(end).expect("a sound disk");
                    acknowledged.store(n, Ordering::SeqCst);
                }
                if stop.load(Ordering::SeqCst) {
                    break;
                }
            }
        });
        // Stops them when an assertion fails, too: the scope waits for its threads.
        let _stop = StopAtEnd(&stop);
        for s in 0..size(20, 100) {
            let least = acknowledged.load(Ordering::SeqCst);
            let left: Arc<dyn Disk> = Arc::new(sim_disk.power_loss(s));
            recovers(&left, Policy::Midpoint, least..=committed.load(Ordering::SeqCst));
        }
    });
}

struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn a_crash_during_recovery_is_recovered_from(policy: Policy) {
    let (sim_disk, disk) = sim(9);
    let (store, _) = open(&disk, options(policy)).expect("an empty directory");
    let space = make(&store).expect("room");
    for n in 1..=50 {
        let end = write(&store, &space, n).expect("a sound disk");
        store.flush_log(end).expect("a sound disk");
    }
    let left = sim_disk.power_loss(5);
    let (seen, sample) = (Arc::new(Mutex::new(0u64)), Sample::of(policy, 7));
    left.on_call({
        let (left, seen, sample) = (left.clone(), seen.clone(), sample.clone());
        move |_| {
            if !sample.is_next() {
                return;
            }
            for s in 0..POWER_LOSSES {
                let again: Arc<dyn Disk> = Arc::new(left.power_loss(s));
                recovers(&again, policy, 50..=50);
            }
            *seen.lock().expect("not poisoned") += 1;
        }
    });
    let left_disk: Arc<dyn Disk> = Arc::new(left.clone());
    recovers(&left_disk, policy, 50..=50);
    left.clear_hook();
    assert!(*seen.lock().expect("not poisoned") > 5 / sample.every);
}

fn a_recovered_store_goes_on(policy: Policy) {
    let (sim_disk, disk) = sim(4);
    let (store, _) = open(&disk, options(policy)).expect("an empty directory");
    let space = make(&store).expect("room");
    store.flush_log(store.appended_lsn()).expect("a sound disk");
    drop((store, space));
    let (mut sim_disk, mut n) = (sim_disk, 0);
    for life in 0..12 {
        sim_disk = sim_disk.power_loss(life);
        let disk: Arc<dyn Disk> = Arc::new(sim_disk.clone());
        n = recovers(&disk, policy, n..=n + 20);
        let (store, _) = open(&disk, options(policy)).expect("recovery succeeds");
        let space = store.space(SPACE).expect("the file is there");
        for _ in 0..10 {
            n += 1;
            let end = write(&store, &space, n).expect("a sound disk");
            store.flush_log(end).expect("a sound disk");
        }
        // Ten more, not acknowledged.
        for k in 1..=10 {
            write(&store, &space, n + k).expect("a sound disk");
        }
    }
}

#[test]
fn after_a_failed_sync_every_call_fails_until_the_store_is_opened_again() {
    let policy = Policy::Midpoint;
    let (sim_disk, disk) = sim(4);
    let (store, _) = open(&disk, options(policy)).expect("an empty directory");
    let space = make(&store).expect("room");
    store.flush_log(store.appended_lsn()).expect("a sound disk");
    let end = write(&store, &space, 1).expect("a sound disk");
    sim_disk.die_after(0);
    store.flush_log(end).expect_err("the disk is gone");
    sim_disk.heal();
    assert!(store.begin(100).is_err(), "I10");
    assert!(store.read(&space, OWNER).is_err(), "I10");
    drop((store, space));
    recovers(&disk, policy, 0..=1);
}

fn at_every_write_and_sync_files_are_made_grow_and_go(policy: Policy) {
    files_are_made_grow_and_go(policy, true);
    // The log still has redo of the file when the file is dropped.
    files_are_made_grow_and_go(policy, false);
}

fn files_are_made_grow_and_go(policy: Policy, written_before: bool) {
    let (sim_disk, disk) = sim(6);
    let (store, _) = open(&disk, options(policy)).expect("an empty directory");
    // 0: not yet durable, 1: made, 2: being dropped, 3: dropped.
    let (phase, sample) = (Arc::new(AtomicU64::new(0)), Sample::of(policy, 29));
    sim_disk.on_call({
        let (sim_disk, phase) = (sim_disk.clone(), phase.clone());
        move |_| {
            if !sample.is_next() {
                return;
            }
            for s in 0..POWER_LOSSES {
                let left: Arc<dyn Disk> = Arc::new(sim_disk.power_loss(s));
                let (store, recovery) = open(&left, options(policy)).expect("recovery succeeds");
                let space = store.space(SPACE);
                let phase = phase.load(Ordering::SeqCst);
                assert!(space.is_some() || phase != 1, "the file was durably made");
                assert!(space.is_none() || phase != 3, "the file was durably dropped");
                let there = left.exists("t.ibd").expect("a sound disk");
                assert_eq!(there, space.is_some() || recovery.empty_files == ["t.ibd"], "phase {phase}");
                if let Some(space) = space {
                    store.space_use(&space).expect("a sound file");
                    let len = left.open("t.ibd").and_then(|f| f.len()).expect("a sound disk");
                    assert!(len >= u64::from(space.size_pages()) * 16384, "the file is shorter than it says");
                }
            }
        }
    });
    let space = make(&store).expect("room");
    store.flush_log(store.appended_lsn()).expect("a sound disk");
    phase.store(1, Ordering::SeqCst);
    if written_before {
        store.flush_all().expect("a sound disk");
    }
    phase.store(2, Ordering::SeqCst);
    drop(space);
    store.drop_space(SPACE).expect("a sound disk");
    phase.store(3, Ordering::SeqCst);
    store.checkpoint().expect("a sound disk");
    sim_disk.clear_hook();
    // The name can be used again.
    store.create_space(innolab_base::SpaceId(8), "t.ibd").map(drop).expect("room");
}
