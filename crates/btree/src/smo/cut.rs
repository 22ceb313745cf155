//! Where a full page is cut.
//!
//! ```text
//! ascending inserts    [ 1 2 3 4 5 ] + 6   ─►  [ 1 2 3 4 5 ] [ 6 ]         pages stay full, no record moves
//! descending inserts   1 + [ 2 3 4 5 6 ]   ─►  [ 1 ] [ 2 3 4 5 6 ]
//! any other            [ 1 2 4 5 6 ] + 3   ─►  [ 1 2 3 ] [ 4 5 6 ]         both sides get about the same bytes
//! ```
//!
//! InnoDB's counterpart: `btr_page_get_split_rec`, `btr_page_get_split_rec_to_right`, `btr_page_get_split_rec_to_left`.

use innolab_page::index;

/// Where a page is cut so that new records find room. Positions count all records, the new ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cut {
    /// Number of records to the left of the cut.
    pub(super) at: usize,
    /// True if the new page is the left one, false if it is the right one.
    pub(super) new_left: bool,
}

/// The direction of the latest inserts into a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trend {
    /// The record before the new one was inserted last.
    Ascending,
    /// The record after the new one was inserted last.
    Descending,
    /// Neither.
    None,
}

/// Chooses the cut. `lens`: bytes of the records, new ones included, in key order; `new`: position of the (first) new
/// one.
///
/// In a run of ascending inserts the cut is behind the new record and its successor, so that the next insert of the run
/// finds its predecessor and successor on one page; if fewer than two records follow the new one, the cut is before the
/// new one. Descending inserts mirror this. Without a run, or if a side would overflow, both sides get the same bytes,
/// as nearly as possible.
///
/// FACT: if all records together are at most 1.5 pages and none is larger than half a page, there is a cut after which
/// both sides fit.
///
/// PROOF: cut before the first record that would make the left side overflow. The left side then has more than half a
/// page (else that record would have fitted), so the right side has less than one.
pub(super) fn choose_cut(lens: &[usize], new: usize, trend: Trend) -> Cut {
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

/// Returns the cut with the least difference in bytes among those after which both sides fit.
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

#[cfg(test)]
mod tests {
    use super::*;
    use innolab_page::layout::MAX_RECORD;
    use innolab_testing::size;
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
    fn a_cut_that_does_not_fit_is_not_chosen() {
        // Two large records at the end, the first one new: the two would fit on a page, the others with the first would
        // not.
        let mut lens = vec![100; 79];
        lens.extend([8000, 8100]);
        assert_eq!(choose_cut(&lens, 79, Trend::None).at, 80);
        // The cut behind the first large record is nearer to the middle, but the left side would need too many slots.
        let mut lens = vec![7; 1128];
        lens.extend([8100, 8050]);
        assert_eq!(choose_cut(&lens, 0, Trend::None).at, 1128);
        let lens = [8100, 8000, 8000];
        assert_eq!(choose_cut(&lens, 1, Trend::Ascending).at, 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: size(64, 256), ..ProptestConfig::default() })]
        /// The FACT, with the bytes of the page directory.
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
