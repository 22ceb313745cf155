//! Decides whether a leaf takes a change alone, or the tree must change its shape.
//!
//! ```text
//! bytes of records   0 ········ HALF ···································· EMPTY_ROOM
//! removals           merge tried │ leaf takes it                                    │
//! ascending inserts              │ leaf takes it                          │ RESERVE │ split
//! other inserts                  │ leaf takes it                                    │ split
//! ```
//!
//! RULES
//!
//! - **R1** A leaf takes a record if the record fits, possibly after the page is reorganised. But a page is not
//!   reorganised for less than 1/32 of its room (it would soon be again), and a run of ascending or descending inserts
//!   leaves 1/16 free for later updates, as InnoDB does.
//! - **R2** A leaf takes a removal if it stays at least half full. Below that, a merge is tried whenever another 1/32
//!   of the page has become free, not at each removal: with full neighbours each try would be in vain. A leaf never
//!   loses its last record, except the root.
//!
//! InnoDB's counterpart: `btr_cur_optimistic_insert`, `btr_cur_can_delete_without_compress`,
//! `dict_index_get_space_reserve`.

use crate::change::{Change, Site};
use innolab_base::PAGE_SIZE;
use innolab_page::{IndexPage, Origin, Record, index};

/// A page with fewer bytes of records than this is under-full (`MERGE_THRESHOLD` = 50).
pub(crate) const HALF: usize = index::EMPTY_ROOM / 2;
/// Bytes that an under-full page loses between two tries to merge it (R2).
const MERGE_STEP: usize = index::EMPTY_ROOM / 32;
/// A page with less room than this is not reorganised (R1).
#[doc(alias = "BTR_CUR_PAGE_REORGANIZE_LIMIT")]
const REORGANISE_LIMIT: usize = PAGE_SIZE / 32;
/// Bytes that a run of ascending or descending inserts leaves free (R1).
#[doc(alias = "dict_index_get_space_reserve")]
const RESERVE: usize = PAGE_SIZE / 16;

/// True if the leaf takes the change alone (R1, R2). `record`: the new one, for [`Change::Put`].
#[inline]
pub(crate) fn takes(site: &Site<'_>, change: Change, record: &Record, is_root: bool) -> bool {
    let page = &site.leaf;
    let old_len = site.record().map(|r| r.bytes().len());
    match (change, old_len) {
        (Change::Keep, _) | (Change::DeleteMark(_), Some(_)) => true,
        (Change::Put, None) => takes_insert(page, site.at, record.len()),
        (Change::Put, Some(old)) => {
            let after = page.data_len() - old + record.len();
            index::fits(page.n_recs(), after) && (is_root || !wants_merge(page.data_len(), after))
        }
        (Change::Remove, Some(old)) => {
            is_root || (page.n_recs() > 1 && !wants_merge(page.data_len(), page.data_len() - old))
        }
        (Change::DeleteMark(_) | Change::Remove, None) => panic!("{change:?} of a record that does not exist"),
    }
}

/// True if the leaf takes a record of `len` bytes behind the one at `after` (R1).
#[inline]
fn takes_insert(page: &IndexPage<'_>, after: Origin, len: usize) -> bool {
    if !page.fits_reorganised(len) {
        return false;
    }
    let room = index::EMPTY_ROOM - page.data_len() - index::dir_reserve(page.n_recs() + 1);
    let many = page.n_recs() > 1;
    let sequential = || {
        let last = page.counts().last_insert;
        last != 0 && (last == after.0 || last == page.next(after).0)
    };
    let scraps = room < REORGANISE_LIMIT && page.gap() < len + 2;
    !(many && (scraps || (room < RESERVE + len && sequential())))
}

/// True if the leaf takes the last of `n` records of a batch, of `len` bytes together, given that it takes the others:
/// without being reorganised, and as a run of inserts (R1).
pub(crate) fn takes_another(page: &IndexPage<'_>, n: usize, len: usize) -> bool {
    let (n_recs, data_len) = (page.n_recs() + n, page.data_len() + len);
    let used = data_len + index::dir_reserve(n_recs);
    used + RESERVE <= index::EMPTY_ROOM && page.gap() >= len + index::dir_reserve(n) + 2
}

/// True if a merge is to be tried when the bytes of a page's records go from `before` to `after` (R2).
pub(crate) fn wants_merge(before: usize, after: usize) -> bool {
    after < HALF && after < before && (before >= HALF || before / MERGE_STEP != after / MERGE_STEP)
}
