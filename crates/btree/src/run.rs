//! What splits and merges work with: where a page is cut, and new records among the old ones of a page.

use innolab_page::{Record, index};

/// Where a page is cut so that a new record finds room: before position `cut` of the records with the new ones among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    /// How many records go, or stay, to the left.
    pub(crate) at: usize,
    /// The new page is the left one.
    pub(crate) new_left: bool,
}

/// What the inserts into a page looked like before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trend {
    /// The record before the new one was inserted last.
    Ascending,
    /// The record after the new one was inserted last.
    Descending,
    /// Neither.
    None,
}

/// Chooses the cut. `lens`: bytes of the records, new ones included, in key order; `new`: the position of the (first) new one.
///
/// A run of ascending inserts leaves the old page as full as it is: only what is above the new record moves, but for
/// one record, so that the run goes on to find its predecessor; descending likewise. Otherwise both halves get the same
/// bytes, as nearly as can be.
///
/// FACT: if all records together are at most 1.5 pages and none is larger than half a page, there is a cut after which
/// both sides fit.
/// PROOF: cut before the first record that would make the left side overflow. The left side then has more than half a
/// page (else that record would have fitted), so the right side has less than one.
pub(crate) fn choose_cut(lens: &[usize], new: usize, trend: Trend) -> Cut {
    let n = lens.len();
    let total: usize = lens.iter().sum();
    let both_fit = |at: usize| {
        let left: usize = lens[..at].iter().sum();
        0 < at && at < n && index::fits(at, left) && index::fits(n - at, total - left)
    };
    let guess = match trend {
        Trend::Ascending => Some(Cut { at: if n - new - 1 <= 1 { new } else { new + 2 }, new_left: false }),
        Trend::Descending => Some(Cut { at: if new <= 1 { new + 1 } else { new - 1 }, new_left: true }),
        Trend::None => None,
    };
    match guess {
        Some(cut) if both_fit(cut.at) => cut,
        _ => Cut { at: middle(lens, total), new_left: false },
    }
}

/// The cut that makes both sides most alike among those after which both fit.
fn middle(lens: &[usize], total: usize) -> usize {
    let n = lens.len();
    let (mut best, mut best_difference, mut left) = (1, usize::MAX, 0);
    for at in 1..n {
        left += lens[at - 1];
        let fit = index::fits(at, left) && index::fits(n - at, total - left);
        let difference = (2 * left).abs_diff(total) + if fit { 0 } else { total };
        if difference < best_difference {
            (best, best_difference) = (at, difference);
        }
    }
    best
}

/// New records among the old ones of a page: `remove` records behind the first `at` go, `insert` come in their place.
#[derive(Default, Clone)]
pub(crate) struct Splice {
    pub(crate) at: usize,
    pub(crate) remove: usize,
    pub(crate) insert: Vec<Entry>,
}

/// A record to be inserted. The child of a node pointer to a page that is not there yet is filled in when it is.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) record: Record,
    pub(crate) child: Option<PageRef>,
}

/// A page of a plan: one that is latched, or the i-th of those that will be taken from the file space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PageRef {
    Held(innolab_store::Held),
    New(usize),
}

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_page::layout::MAX_RECORD;
    use proptest::prelude::*;

    #[test]
    fn ascending_and_descending_runs_leave_full_pages() {
        let lens = [100; 150];
        assert_eq!(choose_cut(&lens, 149, Trend::Ascending), Cut { at: 149, new_left: false });
        assert_eq!(choose_cut(&lens, 148, Trend::Ascending), Cut { at: 148, new_left: false });
        assert_eq!(choose_cut(&lens, 100, Trend::Ascending), Cut { at: 102, new_left: false });
        assert_eq!(choose_cut(&lens, 0, Trend::Descending), Cut { at: 1, new_left: true });
        assert_eq!(choose_cut(&lens, 1, Trend::Descending), Cut { at: 2, new_left: true });
        assert_eq!(choose_cut(&lens, 50, Trend::Descending), Cut { at: 49, new_left: true });
        assert_eq!(choose_cut(&lens, 30, Trend::None), Cut { at: 75, new_left: false });
    }

    #[test]
    fn a_guess_that_does_not_fit_is_not_taken() {
        // The new record is the first of two large ones at the end: alone with its follower it would do, but what stays
        // would not.
        let mut lens = vec![100; 79];
        lens.extend([8000, 8100]);
        assert_eq!(choose_cut(&lens, 79, Trend::None).at, 80);
        let lens = [8100, 8000, 8000];
        assert_eq!(choose_cut(&lens, 1, Trend::Ascending).at, 1);
    }

    proptest! {
        /// The FACT, with the share of the directory.
        #[test]
        fn there_is_always_a_cut(lens in proptest::collection::vec(7usize..MAX_RECORD, 2..400), new in 0usize..400, trend in 0usize..3) {
            // As many records as fit on a page, and one more.
            let mut n = 0;
            let mut sum = 0;
            while n < lens.len() && index::fits(n + 1, sum + lens[n]) {
                sum += lens[n];
                n += 1;
            }
            prop_assume!(n < lens.len() && n > 0);
            let trend = [Trend::Ascending, Trend::Descending, Trend::None][trend];
            let cut = choose_cut(&lens[..=n], new % (n + 1), trend);
            prop_assert!(cut.at > 0 && cut.at <= n);
            prop_assert!(index::fits(cut.at, lens[..cut.at].iter().sum()));
            prop_assert!(index::fits(n + 1 - cut.at, lens[cut.at..=n].iter().sum()));
        }
    }
}
