//! Seeded draws (splitmix64): the same seed gives the same power loss.

/// A stream of draws.
pub(super) struct Rng(u64);

impl Rng {
    /// The stream that belongs to all of `parts`.
    pub(super) fn new(parts: &[u64]) -> Rng {
        let mut rng = Rng(0x9e37_79b9_7f4a_7c15);
        for part in parts {
            rng.0 ^= part.wrapping_mul(0xff51_afd7_ed55_8ccd);
            rng.0 = rng.next();
        }
        rng
    }

    /// Any integer.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Less than `n`. REQUIRES n > 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// True in `eighths` of eight cases.
    pub(super) fn coin(&mut self, eighths: u64) -> bool {
        self.below(8) < eighths
    }
}
