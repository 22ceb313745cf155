//! The check of an INDEX page: every rule that accessors and mutators rely on, once, when the page is read from its
//! file.
//!
//! ```text
//! counts ─► infimum, supremum ─► chain: each record's bounds, number, bytes, group ─► directory used up ─► free list ─► garbage
//! ```
//!
//! FACT: for any bytes, `check` terminates; and after an `Ok` no accessor or mutator leaves the page or loops.
//! PROOF: `check` visits at most `n_heap` records, and looks at a record only after it knows that header, lengths and
//! values lie in the heap. Each record claims its heap number and its bytes; a chain that returned to a record would
//! claim them twice. So chain and free list end. `n_owned` and the slots agree with the chain, so each search goes from
//! slot to slot and down a group of at most 8. Lengths are at most those of the columns, so what is read can be written
//! again.
//!
//! InnoDB's counterpart: `page_validate`, `page_simple_validate_new`.

use super::directory::{MAX_OWNED, MIN_OWNED, Origin, slot_at};
use super::empty::EMPTY_ENDS;
use super::header::{COMPACT, Counts, DATA, HEADER, HEAP, LEVEL};
use super::page::IndexPage;
use crate::error::{Corrupt, demand};
use crate::fil;
use crate::layout::{Layout, MAX_RECORD, Width};
use crate::record::{self, INFO_DELETED, INFO_MIN_REC, RecordRef, RecordType};
use innolab_base::PAGE_SIZE;
use innolab_base::codec::get_u16;

/// What the check must know of an index's records.
pub(crate) trait Shape {
    /// True for pages of our own trees: only delete marks and `min_rec`, no column added instantly.
    const OURS: bool;

    /// Returns the number of bytes of the record at `at` before its origin and from there on. `top`: the end of the
    /// heap. ERRORS: they leave the heap.
    fn measure(&self, page: &[u8], at: Origin, top: usize) -> Result<(usize, usize), Corrupt>;
}

/// Checks R1 to R6 of [`index`](super), except the key order. ERRORS: the broken rule.
#[doc(alias = "page_validate")]
pub fn check(page: &[u8], layout: &Layout) -> Result<(), Corrupt> {
    demand!(page.len() == PAGE_SIZE, "a page has 16384 bytes", "{} bytes", page.len());
    let page_type = fil::page_type(page);
    demand!(page_type == fil::PageType::INDEX, "a node of a tree is an INDEX page", "{page_type}");
    check_shape(page, layout)
}

/// Checks what [`check`] does, of records of this shape. REQUIRES 16 KiB.
pub(crate) fn check_shape<S: Shape>(page: &[u8], shape: &S) -> Result<(), Corrupt> {
    let counts = check_counts(page, S::OURS)?;
    check_ends(page)?;
    let is_leaf = get_u16(page, LEVEL) == 0;
    demand!(is_leaf || counts.n_recs > 0, "a page above the leaves has a record", "none");
    let mut heap = Heap { page, shape, is_leaf, counts, bytes: [0; PAGE_SIZE / 64], numbers: [0; 8192 / 64] };
    let live = check_chain(&mut heap)?;
    check_free_list(&mut heap)?;
    // So removed records are part of the garbage: they have claimed bytes of the heap that no record of the chain has.
    let in_heap = usize::from(counts.heap_top) - HEAP;
    demand!(
        live + usize::from(counts.garbage) == in_heap,
        "records and garbage make up the heap",
        "{live} and {} of {in_heap} bytes",
        counts.garbage
    );
    Ok(())
}

/// Checks that the keys of a checked page ascend strictly; a `min_rec` is below all. ERRORS: two neighbours out of
/// order.
pub fn check_order(page: &[u8], layout: &Layout) -> Result<(), Corrupt> {
    let page = IndexPage::new(page, layout);
    let mut before: Option<RecordRef<'_>> = None;
    for (origin, record) in page.records() {
        if let Some(before) = before.filter(|before| !before.is_min_rec()) {
            demand!(before.key().lt(record.key()), "keys ascend", "{before:?} before {record:?} at byte {}", origin.0);
        }
        before = Some(record);
    }
    Ok(())
}

/// Checks the counts of the header against each other (R5).
fn check_counts(page: &[u8], ours: bool) -> Result<Counts, Corrupt> {
    let n_heap = get_u16(page, HEADER + 4);
    demand!(n_heap & COMPACT != 0, "records are COMPACT", "n_heap {n_heap:#x}");
    let direction = get_u16(page, HEADER + 12);
    demand!(!ours || direction >> 3 == 0, "no column was added instantly", "PAGE_INSTANT {}", direction >> 3);
    let counts = Counts::read(page);
    let n_slots = usize::from(counts.n_slots);
    let top = usize::from(counts.heap_top);
    let most = (fil::TRAILER - HEAP) / 2;
    demand!((2..=most).contains(&n_slots), "a directory has 2 slots or more", "{n_slots}");
    let dir = slot_at(n_slots - 1);
    demand!((HEAP..=dir).contains(&top), "heap and directory do not meet", "heap to {top}, directory from {dir}");
    demand!(
        counts.n_heap >= 2 && counts.n_heap - 2 >= counts.n_recs,
        "the heap has all records of the chain",
        "{} of {} with the two ends",
        counts.n_recs,
        counts.n_heap
    );
    Ok(counts)
}

/// Checks infimum and supremum, except `next` of the infimum and `n_owned` of the supremum.
fn check_ends(page: &[u8]) -> Result<(), Corrupt> {
    let mut ends = [0; HEAP - DATA];
    ends.copy_from_slice(&page[DATA..HEAP]);
    let next = Origin::INFIMUM.at() - 2 - DATA;
    ends[next..next + 2].copy_from_slice(&EMPTY_ENDS[next..next + 2]);
    let owned = Origin::SUPREMUM.at() - 5 - DATA;
    ends[owned] = EMPTY_ENDS[owned];
    demand!(ends == EMPTY_ENDS, "infimum and supremum have their fixed bytes", "{:02x?}", &page[DATA..HEAP]);
    Ok(())
}

/// Checks chain and directory (R1, R2, R6). Returns the number of bytes of the chain's records.
fn check_chain<S: Shape>(heap: &mut Heap<'_, S>) -> Result<usize, Corrupt> {
    let (page, counts) = (heap.page, heap.counts);
    let last_slot = usize::from(counts.n_slots) - 1;
    let slot = |i: usize| get_u16(page, slot_at(i));
    demand!(slot(0) == Origin::INFIMUM.0, "slot 0 points to the infimum", "byte {}", slot(0));
    let leftmost = !heap.is_leaf && fil::prev(page).is_null();
    let (mut live, mut n, mut group, mut slots) = (0, 0, 0, 1);
    let mut at = Origin::INFIMUM;
    loop {
        at = Origin(at.0.wrapping_add(get_u16(page, at.at() - 2)));
        group += 1;
        if at == Origin::SUPREMUM {
            break;
        }
        demand!(n < counts.n_recs, "the chain has n_recs records", "more than {}", counts.n_recs);
        n += 1;
        live += heap.claim(at)?;
        let info = page[at.at() - 5];
        let known = !S::OURS || info & 0xf0 & !(INFO_DELETED | INFO_MIN_REC) == 0;
        demand!(known, "info bits are delete mark and min_rec", "{:#x} at byte {}", info & 0xf0, at.0);
        let is_min = info & INFO_MIN_REC != 0;
        // On a leaf it marks MariaDB's description of instantly added columns.
        let may_be_min = leftmost || (!S::OURS && heap.is_leaf && fil::prev(page).is_null());
        demand!(
            is_min == (leftmost && n == 1) || (is_min && may_be_min && n == 1),
            "only the first record of a level has min_rec",
            "{is_min} at byte {}",
            at.0
        );
        let owned = usize::from(info & 0x0f);
        if owned != 0 {
            let right = slots < last_slot && slot(slots) == at.0;
            demand!(right, "slots point to the owners of groups, in order", "byte {} is not slot {slots}'s", at.0);
            let size = owned == group && (MIN_OWNED..=MAX_OWNED).contains(&owned);
            demand!(size, "a slot owns its group of 4 to 8", "{owned}, of {group} at byte {}", at.0);
            (group, slots) = (0, slots + 1);
        }
    }
    demand!(n == counts.n_recs, "the chain has n_recs records", "{n} instead of {}", counts.n_recs);
    let right = slots == last_slot && slot(slots) == Origin::SUPREMUM.0;
    demand!(right, "the last slot points to the supremum", "{} slots, chain has {slots}", counts.n_slots);
    let owned = usize::from(page[Origin::SUPREMUM.at() - 5]);
    demand!(owned == group && owned <= MAX_OWNED, "the supremum owns its group of 1 to 8", "{owned}, of {group}");
    Ok(live)
}

/// Checks the free list (R3).
fn check_free_list<S: Shape>(heap: &mut Heap<'_, S>) -> Result<(), Corrupt> {
    let counts = heap.counts;
    let expected = counts.n_heap - 2 - counts.n_recs;
    let (mut n, mut at) = (0, Origin(counts.free));
    while at.0 != 0 {
        demand!(n < expected, "a heap number belongs to one record", "free list longer than {expected}");
        n += 1;
        heap.claim(at)?;
        let next = get_u16(heap.page, at.at() - 2);
        at = if next == 0 { Origin(0) } else { Origin(at.0.wrapping_add(next)) };
    }
    demand!(n == expected, "a heap number belongs to one record", "free list has {n}, not {expected}");
    Ok(())
}

/// The heap, and which of its bytes and heap numbers records have claimed.
struct Heap<'a, S> {
    page: &'a [u8],
    shape: &'a S,
    is_leaf: bool,
    counts: Counts,
    /// One bit for each byte of the page.
    bytes: [u64; PAGE_SIZE / 64],
    /// One bit for each heap number.
    numbers: [u64; 8192 / 64],
}

impl<S: Shape> Heap<'_, S> {
    /// Claims the bytes and the heap number of the record at `at`. ERRORS: it lies outside the heap (R5), overlaps
    /// another (R4), has another one's number (R3), or is not of the page's type. Returns its length in bytes.
    fn claim(&mut self, at: Origin) -> Result<usize, Corrupt> {
        let (extra, data) = self.shape.measure(self.page, at, usize::from(self.counts.heap_top))?;
        let word = get_u16(self.page, at.at() - 4);
        let kind = if self.is_leaf { RecordType::Ordinary } else { RecordType::NodePointer };
        // 4: MariaDB's records that say their number of fields.
        let right = word & 7 == kind as u16 || (!S::OURS && self.is_leaf && word & 7 == 4);
        demand!(right, "a record has the type of its page", "type {} at byte {}", word & 7, at.0);
        let heap_no = word >> 3;
        demand!(
            (2..self.counts.n_heap).contains(&heap_no),
            "heap numbers are below n_heap",
            "{heap_no} at byte {}",
            at.0
        );
        let (i, bit) = (usize::from(heap_no / 64), 1 << (heap_no % 64));
        demand!(self.numbers[i] & bit == 0, "a heap number belongs to one record", "{heap_no} again at byte {}", at.0);
        self.numbers[i] |= bit;
        let alone = self.claim_bytes(at.at() - extra, at.at() + data);
        demand!(alone, "records do not overlap", "bytes {} to {}", at.at() - extra, at.at() + data);
        Ok(extra + data)
    }

    /// Marks the bytes from `from` to before `to`; returns whether all were unmarked.
    fn claim_bytes(&mut self, from: usize, to: usize) -> bool {
        let mut alone = true;
        let mut at = from;
        while at < to {
            let end = to.min((at / 64 + 1) * 64);
            let mask = (!0u64 >> (64 - (end - at))) << (at % 64);
            alone &= self.bytes[at / 64] & mask == 0;
            self.bytes[at / 64] |= mask;
            at = end;
        }
        alone
    }
}

impl Shape for Layout {
    const OURS: bool = true;

    fn measure(&self, page: &[u8], at: Origin, top: usize) -> Result<(usize, usize), Corrupt> {
        let (origin, is_leaf) = (at.at(), get_u16(page, LEVEL) == 0);
        let mut lens = origin.saturating_sub(record::HEADER + self.null_bytes());
        demand!(lens >= HEAP && origin <= top, "records lie in the heap", "origin {origin}, heap {HEAP} to {top}");
        let mut end = origin + if is_leaf { 0 } else { 4 };
        let mut null_no = 0;
        for column in self.stored_columns(is_leaf) {
            if column.nullable {
                let byte = page[origin - record::HEADER - 1 - null_no / 8];
                null_no += 1;
                if byte >> ((null_no - 1) % 8) & 1 != 0 {
                    continue;
                }
            }
            end += match column.width {
                Width::Fixed(len) => usize::from(len),
                Width::Variable { max } => {
                    let (len, n) = length(page, lens, max)?;
                    lens -= n;
                    len
                }
            };
        }
        demand!(end <= top, "records lie in the heap", "values of byte {origin} to {end}, heap to {top}");
        demand!(end - lens <= MAX_RECORD, "two records fit on a page", "{} bytes at byte {origin}", end - lens);
        Ok((origin - lens, end - origin))
    }
}

/// Returns the length of a column of at most `max` bytes, stored right before `lens`, and the number of bytes that
/// store this length.
fn length(page: &[u8], lens: usize, max: u16) -> Result<(usize, usize), Corrupt> {
    let first = usize::from(page[lens - 1]);
    let (len, n) = if max > 255 && first & 0x80 != 0 {
        demand!(first & 0x40 == 0, "no column is stored externally", "length byte {first:#x} at {}", lens - 1);
        ((first & 0x3f) << 8 | usize::from(page[lens - 2]), 2)
    } else {
        (first, 1)
    };
    demand!(lens - n >= HEAP, "records lie in the heap", "lengths down to byte {}", lens - n);
    let right = len <= usize::from(max) && (n == 1 || len >= 128);
    demand!(right, "a length fits its column", "{len} in {n} bytes of at most {max} at {}", lens - 1);
    Ok((len, n))
}
