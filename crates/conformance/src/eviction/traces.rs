//! Four fixed traces of page numbers. Each asks one question, in a pool of [`FRAMES`] frames.

use innolab_base::PageNo;
use innolab_base::rng::Rng;
use std::fmt;

/// Frames of the pool for which the traces are made.
pub const FRAMES: usize = 128;

/// A trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    /// 160 pages in turn, 50 times. Recency is the wrong guess here: the page not used longest is the next to be used.
    Loop,
    /// 64 hot pages; now and then a scan of 512 pages that are not used again, two uses each, beside some uses of the
    /// hot pages. Does the scan push the hot pages out?
    ScanBesideHotSet,
    /// 1024 pages, the n-th hottest used 1/n as often as the hottest. Do hot pages stay?
    Zipf,
    /// 96 hot pages and now and then one of 4096 others; every 3000 uses another hot set follows. How fast does it
    /// enter?
    ShiftingHotSet,
}

impl Trace {
    /// All traces; [`Claims::misses`](super::Claims::misses) has this order.
    pub const ALL: [Trace; 4] = [Trace::Loop, Trace::ScanBesideHotSet, Trace::Zipf, Trace::ShiftingHotSet];

    /// Returns the pages in the order of their uses; always the same.
    pub fn pages(self) -> Vec<PageNo> {
        let mut rng = Rng(7);
        let mut out = Vec::new();
        match self {
            Trace::Loop => (0..50).for_each(|_| out.extend((0..160).map(PageNo))),
            Trace::ScanBesideHotSet => {
                let mut next_cold = 1000;
                for _ in 0..12 {
                    out.extend((0..1500).map(|_| hot(&mut rng, 0, 64)));
                    for _ in 0..512 {
                        out.extend([PageNo(next_cold); 2]);
                        next_cold += 1;
                        if rng.below(4) == 0 {
                            out.push(hot(&mut rng, 0, 64));
                        }
                    }
                }
            }
            Trace::Zipf => {
                let sums: Vec<u64> = (1..=1024).scan(0, |sum, n| Some(add(sum, 1_000_000 / n))).collect();
                let total = sums.last().copied().unwrap_or_default();
                out.extend((0..20_000).map(|_| {
                    let at = rng.below(total);
                    PageNo(sums.partition_point(|sum| *sum <= at) as u32)
                }));
            }
            Trace::ShiftingHotSet => {
                for set in 0..8 {
                    for _ in 0..3000 {
                        let cold = rng.below(10) == 0;
                        out.push(if cold { hot(&mut rng, 10_000, 4096) } else { hot(&mut rng, 96 * set, 96) });
                    }
                }
            }
        }
        out
    }
}

fn add(sum: &mut u64, n: u64) -> u64 {
    *sum += n;
    *sum
}

/// Any of the `n` pages from `first` on.
fn hot(rng: &mut Rng, first: u32, n: u64) -> PageNo {
    PageNo(first + rng.below(n) as u32)
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Trace::Loop => "loop",
            Trace::ScanBesideHotSet => "scan beside a hot set",
            Trace::Zipf => "Zipf",
            Trace::ShiftingHotSet => "shifting hot set",
        })
    }
}
