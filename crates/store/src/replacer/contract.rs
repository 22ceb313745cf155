//! The contract between the pool and a policy.
//!
//! ```text
//! pool       loaded(frame, page) ──► … accessed(frame) … accessed(frame) … ──► evict: offered, taken   (gone)
//! replacer     └ returns report_at     └ returns report_at                  └► removed(frame)          (gone)
//! ```
//!
//! A hot page is used millions of times between two evictions, and the order of pages matters only when one is pushed
//! out. So the pool does not report every use. Its *clock* counts evictions, and each call returns `report_at`, the
//! clock value from which on the next use of that frame is to be reported. Until then a use costs the reader two loads
//! and a comparison.
//!
//! RULES
//!
//! - **C1** Every frame with a page can be pushed out: if all offers are refused, [`Replacer::evict`] offers each of
//!   them at least once, as far as `limit` allows.
//! - **C2** A frame without a page is never offered: one that was not loaded, was removed, or was taken as a victim.
//! - **C3** [`Replacer::peek`] changes nothing, and names the frames in the order in which `evict` would first offer
//!   them.
//! - **C4** `evict` returns the frame that was accepted, and `None` if all were refused. A refused frame stays.
//! - **C5** `evict` and `peek` name at most `limit` frames. `peek` names no frame twice.
//! - **C6** A reported use of a frame without a page changes nothing: the reader saw the page before it took the pool's
//!   mutex, and the page may have left in between.
//! - **C7** The answers depend on the calls alone, so that runs repeat.

use innolab_base::PageId;

/// A replacement policy: chooses the frames whose pages leave memory. All calls come under one mutex.
pub trait Replacer: Send {
    /// `page` came into `frame`; the load is its first use. `clock` is the number of pages pushed out so far. Returns
    /// the clock value from which on the next use is reported.
    fn loaded(&mut self, frame: u32, page: PageId, clock: u32) -> u32;

    /// The page in `frame` is used, at `now_ms`. Returns the clock value from which on the next use is reported.
    fn accessed(&mut self, frame: u32, clock: u32, now_ms: u64) -> u32;

    /// The page in `frame` is gone, for another reason than an eviction. REQUIRES: `frame` has a page.
    fn removed(&mut self, frame: u32);

    /// Names the frames that [`Replacer::evict`] would offer, the first victim first, at most `limit`; for the page
    /// cleaner, which writes their pages back before they are pushed out (C3).
    fn peek(&self, limit: usize, see: &mut dyn FnMut(u32));

    /// Chooses a victim: offers frames until `take` accepts one, which leaves the replacer and is returned, or until
    /// `limit` offers were refused (C1, C4). It may change state on the way, as a clock moves its hand.
    fn evict(&mut self, limit: usize, take: &mut dyn FnMut(u32) -> bool) -> Option<u32>;
}

/// True if a use is to be reported after `clock` evictions. No use is reported before the first eviction: until the
/// pool is full the order does not matter. The clock wraps around and skips 0.
#[inline]
pub fn is_due(report_at: u32, clock: u32) -> bool {
    (clock.wrapping_sub(report_at) as i32) >= 0 && clock != 0
}
