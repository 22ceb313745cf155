//! The replacer as a setting: the pool does what the policy says, whichever it is.

use crate::common::{OWNER, SPACE, small, take_page, with_segments};
use innolab_base::rng::Rng;
use innolab_base::{Events, ManualClock, PageId, PageNo};
use innolab_conformance::eviction::{Claims, PagelessPool, check_all};
use innolab_disk::{Disk, SimDisk};
use innolab_store::replacer::{Policy, Replacer};
use innolab_store::{Options, Store};
use innolab_testing::size;
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

under_each_policy!(the_policy_keeps_its_claims, the_pool_reads_as_often_as_the_policy_misses);

fn the_policy_keeps_its_claims(policy: Policy) {
    let make = |frames| policy.make(frames, Options::default().innodb_old_blocks_time);
    check_all(&make, &Claims::of(policy)).unwrap_or_else(|e| panic!("{policy}: {e}"));
}

/// The same uses through the store and through a pool without pages: as many reads as misses. So the pool reports the
/// uses that are due, and gives the policy's victims away.
fn the_pool_reads_as_often_as_the_policy_misses(policy: Policy) {
    let disk: Arc<dyn Disk> = Arc::new(SimDisk::new(1));
    let clock = Arc::new(ManualClock::default());
    let open = || {
        let options = small(policy);
        Store::open(disk.clone(), options, clock.clone(), Events::none()).expect("opens").0
    };
    let store = open();
    let space = with_segments(&store).expect("room");
    let mut pages: Vec<PageNo> = (0..300).map(|_| take_page(&store, &space).expect("room")).collect();
    pages.push(OWNER);
    store.close().expect("a sound disk");
    drop((space, store));

    let store = open();
    let frames = store.counts().free_frames as usize + 1;
    let mut model = PagelessPool::new(frames, policy.make(frames, Options::default().innodb_old_blocks_time));
    // Opening has read page 0.
    model.access(PageNo(0)).expect("a free frame");
    let space = store.space(SPACE).expect("it is there");
    let mut rng = Rng(5);
    for _ in 0..size(4_000, 40_000) {
        // Half of the uses go to a tenth of the pages.
        let among = if rng.chance(50) { pages.len() / 10 } else { pages.len() };
        let page = pages[rng.below(among as u64) as usize];
        clock.advance_ms(10);
        store.read(&space, page).expect("it is there");
        model.access(page).expect("a victim");
    }
    assert_eq!(store.counts().pages_read, model.misses(), "{policy}");
    assert!(model.misses() > 2 * frames as u64, "the pool must be too small");
}

/// A policy from outside of the crate: first in, first out.
struct Fifo {
    queue: VecDeque<u32>,
}

/// Number of pages of [`SPACE`] that came into a pool with a [`Fifo`].
static LOADED: AtomicU64 = AtomicU64::new(0);

impl Fifo {
    fn make(_frames: usize) -> Box<dyn Replacer> {
        Box::new(Fifo { queue: VecDeque::new() })
    }
}

impl Replacer for Fifo {
    fn loaded(&mut self, frame: u32, page: PageId, clock: u32) -> u32 {
        // The suite has pages of another tablespace.
        LOADED.fetch_add(u64::from(page.space == SPACE), Ordering::SeqCst);
        self.queue.push_back(frame);
        clock
    }

    fn accessed(&mut self, _frame: u32, clock: u32, _now_ms: u64) -> u32 {
        clock
    }

    fn removed(&mut self, frame: u32) {
        self.queue.retain(|f| *f != frame);
    }

    fn peek(&self, limit: usize, see: &mut dyn FnMut(u32)) {
        self.queue.iter().take(limit).for_each(|frame| see(*frame));
    }

    fn evict(&mut self, limit: usize, take: &mut dyn FnMut(u32) -> bool) -> Option<u32> {
        let victim = self.queue.iter().take(limit).copied().find(|frame| take(*frame))?;
        self.removed(victim);
        Some(victim)
    }
}

#[test]
fn a_policy_of_ones_own_can_be_checked_and_plugged_in() {
    check_all(&Fifo::make, &Claims::LEAST).expect("FIFO keeps the rules");
    let broken = check_all(&Fifo::make, &Claims::of(Policy::Lru)).expect_err("it is no LRU").to_string();
    assert!(broken.contains("the trace \"Zipf\""), "{broken}");

    LOADED.store(0, Ordering::SeqCst);
    the_pool_reads_as_often_as_the_policy_misses(Policy::Own { name: "fifo", make: Fifo::make });
    assert!(LOADED.load(Ordering::SeqCst) > 300);
}
