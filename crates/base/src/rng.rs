//! Seeded pseudo-random numbers: the simulated disk and all seeded tests draw from these.
//!
//! SplitMix64: the state grows by a constant, and a mixed copy of it is returned. So every seed, small ones too, has a
//! stream of its own, and the stream is the same on every machine.

/// A stream of numbers. The field is the state; a new stream's state is its seed.
#[derive(Debug, Clone)]
pub struct Rng(pub u64);

/// The increment of the state: 2^64 divided by the golden ratio, odd.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Rng {
    /// Returns the stream whose seed is the combination of all `parts`, in their order.
    pub fn of(parts: &[u64]) -> Rng {
        let mut rng = Rng(STEP);
        for part in parts {
            rng.0 ^= part.wrapping_mul(0xff51_afd7_ed55_8ccd);
            rng.0 = rng.next();
        }
        rng
    }

    /// Returns the next integer.
    #[allow(clippy::should_implement_trait)] // an endless stream, for which `map` and `zip` are of no use
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns an integer below `n`; 0 if `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// Returns an index below `n`, as [`Rng::below`] does.
    pub fn index(&mut self, n: usize) -> usize {
        self.below(n as u64) as usize
    }

    /// Returns true in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Returns one of the elements. REQUIRES at least one.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.index(of.len())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published output of SplitMix64 with seed 1234567.
    #[test]
    fn the_output_of_splitmix64() {
        let mut rng = Rng(1_234_567);
        let numbers: Vec<u64> = (0..3).map(|_| rng.next()).collect();
        assert_eq!(numbers, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
        assert_eq!((rng.below(0), rng.below(1), rng.index(1)), (0, 0, 0));
        assert_ne!(Rng::of(&[1, 2]).next(), Rng::of(&[2, 1]).next());
    }
}
