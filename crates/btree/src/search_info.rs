//! What the recent searches of a tree have in common: by how many columns they search, and how often an entry of the
//! hash index could have answered them.

use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

/// Votes that a tree needs before its leaves are taken up (`adaptive` R3).
#[doc(alias = "BTR_SEARCH_BUILD_LIMIT")]
const VOTES_TO_BUILD: u32 = 100;
/// Votes that are kept (`adaptive` R2).
const MOST_VOTES: u32 = 2 * VOTES_TO_BUILD;
/// What the recent searches of a tree have in common (`adaptive` R2).
#[doc(alias = "btr_search_t")]
#[derive(Debug, Default)]
pub(crate) struct SearchInfo {
    /// The number of columns in the upper half, the votes in the lower one. Votes may be lost: they are a guess.
    votes: AtomicU32,
}

impl SearchInfo {
    /// True if leaves are taken up for searches by this number of columns (`adaptive` R3, R5).
    #[inline]
    pub(crate) fn is_decided(&self, columns: usize) -> bool {
        let votes = self.votes.load(Relaxed);
        (votes >> 16) as usize == columns && votes & 0xffff >= VOTES_TO_BUILD
    }

    pub(crate) fn vote(&self, columns: usize) {
        let (by, votes) = (self.votes.load(Relaxed) >> 16, self.votes.load(Relaxed) & 0xffff);
        // A key has at most some dozens of columns.
        let asked = columns as u32;
        let now = match votes {
            0 => asked << 16 | 1,
            votes if by == asked => by << 16 | (votes + 1).min(MOST_VOTES),
            votes => by << 16 | (votes - 1),
        };
        self.votes.store(now, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_majority_decides_and_may_change_its_mind() {
        let info = SearchInfo::default();
        (0..VOTES_TO_BUILD - 1).for_each(|_| info.vote(2));
        assert!(!info.is_decided(2));
        info.vote(2);
        assert!(info.is_decided(2) && !info.is_decided(1));
        (0..10 * MOST_VOTES).for_each(|_| info.vote(2));
        (0..=MOST_VOTES - VOTES_TO_BUILD).for_each(|_| info.vote(1));
        assert!(!info.is_decided(2) && !info.is_decided(1));
        (0..2 * VOTES_TO_BUILD).for_each(|_| info.vote(1));
        assert!(info.is_decided(1));
    }
}
