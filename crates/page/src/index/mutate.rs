//! The mutator: changing an INDEX page in few and small writes.
//!
//! ```text
//! insert_after(p, r)   the record · p.next · header counts · n_owned of the group's owner                    4 writes
//!                      a group of 9 is split in 4 + 5: + the directory's shift, the new slot, two n_owned    once in four inserts
//! replace, set_…       the bytes that differ
//! ```
//!
//! RULES
//!
//! - **R1** Every mutator preserves R1 to R6 of [`index`](super); the caller guarantees the key order.
//! - **R2** A mutator that can refuse does so before its first write.
//! - **R3** The header's counts are one write, from the first to the last byte that changes.
//!
//! InnoDB's counterpart: `page_cur_insert_rec_low`, `page_dir_split_slot`, `btr_cur_update_in_place`,
//! `btr_page_reorganize`.

use super::build::IndexBuilder;
use super::directory::{MAX_OWNED, MIN_OWNED, Origin, fits, slot_at};
use super::empty::{EMPTY_ENDS, write_empty_dir};
use super::header::{Counts, DATA, Direction, HEADER, HEAP, STAMP};
use super::page::IndexPage;
use crate::fil;
use crate::layout::Layout;
use crate::record::{INFO_DELETED, INFO_MIN_REC, Record};
use crate::write::Write;
use innolab_base::PageNo;
use innolab_base::codec::get_u16;

/// An INDEX page to change: the target of the writes, and the layout. REQUIRES what [`IndexPage`] requires.
///
/// Its methods stand here, in `remove` (`remove`, `remove_from`, `remove_before`) and in `append_batch`.
pub struct IndexMut<'a, W: Write + ?Sized> {
    pub(super) w: &'a mut W,
    pub(super) layout: &'a Layout,
}

impl<'a, W: Write + ?Sized> IndexMut<'a, W> {
    /// Changes the page in `w`, which has `layout`.
    #[inline]
    pub fn new(w: &'a mut W, layout: &'a Layout) -> IndexMut<'a, W> {
        IndexMut { w, layout }
    }

    /// Returns the page as it stands now, for reading.
    #[inline]
    pub fn page(&self) -> IndexPage<'_> {
        IndexPage::new(self.w.bytes(), self.layout)
    }

    /// Inserts `record` directly after `prev` and returns its origin. Returns `None` if the page, as it is now, has no
    /// room: the caller reorganises it ([`IndexPage::fits_reorganised`]) or splits. `record` gets the header of its
    /// place, and keeps its info bits. REQUIRES a key between those of `prev` and of the record after it.
    #[doc(alias = "page_cur_insert_rec_low")]
    pub fn insert_after(&mut self, prev: Origin, record: &mut Record) -> Option<Origin> {
        let page = self.page();
        let mut counts = page.counts();
        let next = page.next(prev);
        let owner = page.owner_record(next);
        let n_owned = page.n_owned(owner);
        let place = self.find_place(&counts, record.len(), n_owned == MAX_OWNED)?;
        place.take(&mut counts, record.len());
        let origin = Origin(place.at + record.origin as u16);
        note_direction(&mut counts, prev, next, origin);
        counts.n_recs += 1;

        place_at(&mut record.bytes, record.origin, place.heap_no, next.0.wrapping_sub(origin.0));
        self.w.write(usize::from(place.at), &record.bytes);
        self.set_next(prev, origin);
        if n_owned == MAX_OWNED {
            self.split_group(owner, &mut counts);
        } else {
            self.set_n_owned(owner, n_owned + 1);
        }
        self.set_counts(&counts);
        Some(origin)
    }

    /// Returns the place of the first free record if that is large enough, else the gap above the heap. Keeps room for
    /// the slots that the records may need ([`super::dir_reserve`]).
    fn find_place(&self, counts: &Counts, len: usize, splits: bool) -> Option<Place> {
        let page = self.page();
        let dir = slot_at(usize::from(counts.n_slots) - 1) - if splits { 2 } else { 0 };
        if counts.free != 0 {
            let free = page.record(Origin(counts.free));
            let (extra, data) = free.sizes();
            if extra + data >= len && usize::from(counts.heap_top) <= dir {
                let next = get_u16(page.bytes(), usize::from(counts.free) - 2);
                return Some(Place {
                    at: counts.free - extra as u16,
                    heap_no: free.heap_no(),
                    free: Some(if next == 0 { 0 } else { counts.free.wrapping_add(next) }),
                });
            }
        }
        let top = usize::from(counts.heap_top) + len;
        let in_heap = usize::from(counts.n_heap) - 2;
        let fits = fits(in_heap + 1, top - HEAP) && top <= dir;
        fits.then_some(Place { at: counts.heap_top, heap_no: counts.n_heap, free: None })
    }

    /// Splits the group of `owner`, which owns [`MAX_OWNED`] and has just got one more, in two. `counts` gets the new
    /// slot.
    #[doc(alias = "page_dir_split_slot")]
    fn split_group(&mut self, owner: Origin, counts: &mut Counts) {
        let page = self.page();
        let slot = page.slot_of(owner);
        let mut middle = page.slot(slot - 1);
        for _ in 0..MIN_OWNED {
            middle = page.next(middle);
        }
        let n_slots = usize::from(counts.n_slots);
        if slot == n_slots - 1 {
            let [a, b] = owner.0.to_be_bytes();
            let [c, d] = middle.0.to_be_bytes();
            self.w.write(slot_at(slot + 1), &[a, b, c, d]);
        } else {
            self.w.copy_within(slot_at(n_slots - 1)..slot_at(slot) + 2, slot_at(n_slots));
            self.w.write_u16(slot_at(slot), middle.0);
        }
        counts.n_slots += 1;
        self.set_n_owned(middle, MIN_OWNED);
        self.set_n_owned(owner, MAX_OWNED + 1 - MIN_OWNED);
    }

    /// Removes all records and empties the heap, the free list included.
    #[doc(alias = "page_create_empty")]
    pub fn clear(&mut self) {
        self.set_counts(&Counts::EMPTY);
        self.w.write(DATA, &EMPTY_ENDS);
        write_empty_dir(self.w);
    }

    /// Rewrites the records in key order and without garbage. Origins change; the [`rank`](IndexPage::rank) of a record
    /// stays, so [`nth`](IndexPage::nth) finds it again.
    #[doc(alias = "btr_page_reorganize")]
    pub fn reorganise(&mut self) {
        let page = self.page();
        let (index_id, stamp) = (page.index_id(), page.stamp());
        let mut builder = IndexBuilder::new(self.layout, page.level());
        for (_, record) in page.records() {
            let fits = builder.push(record);
            assert!(fits, "the records of a page fit on an empty one");
        }
        builder.write(self.w, index_id, stamp);
    }

    /// Overwrites the record at `origin` with `record` if both have as many bytes before and from the origin on;
    /// returns whether it did. Writes only bytes that differ. Delete mark and `min_rec` become those of `record`.
    #[doc(alias = "btr_cur_update_in_place")]
    pub fn replace(&mut self, origin: Origin, record: &Record) -> bool {
        let (extra, data) = self.page().record(origin).sizes();
        if (extra, data) != (record.origin, record.len() - record.origin) {
            return false;
        }
        let info = record.bytes[extra - 5] & 0xf0 | self.page().n_owned(origin) as u8;
        if self.w.bytes()[origin.at() - 5] != info {
            self.w.write_u8(origin.at() - 5, info);
        }
        self.write_changed(origin.at() - extra, &record.bytes[..extra - 5]);
        self.write_changed(origin.at(), &record.bytes[extra..]);
        true
    }

    /// Overwrites column `i` of the record at `origin` with `value`. REQUIRES an old value of the same length, not
    /// NULL.
    pub fn set_field(&mut self, origin: Origin, i: usize, value: &[u8]) {
        let record = self.page().record(origin);
        assert_eq!(record.field(i).map(<[u8]>::len), Some(value.len()), "a value of the same length");
        let at = record.field_at(i);
        self.write_changed(at, value);
    }

    /// Sets or clears the delete mark.
    #[doc(alias = "btr_rec_set_deleted_flag")]
    pub fn set_deleted(&mut self, origin: Origin, deleted: bool) {
        self.set_info(origin, INFO_DELETED, deleted);
    }

    /// Sets or clears `min_rec` (R6).
    #[doc(alias = "btr_set_min_rec_mark")]
    pub fn set_min_rec(&mut self, origin: Origin, min_rec: bool) {
        self.set_info(origin, INFO_MIN_REC, min_rec);
    }

    /// Sets the child of the node pointer at `origin`.
    #[doc(alias = "btr_node_ptr_set_child_page_no")]
    pub fn set_child(&mut self, origin: Origin, child: PageNo) {
        let at = self.page().record(origin).field_at(self.layout.n_key());
        self.write_changed(at, &child.0.to_be_bytes());
    }

    /// Sets the stamp ([`STAMP`]).
    pub fn set_stamp(&mut self, stamp: u64) {
        self.write_changed(STAMP, &stamp.to_be_bytes());
    }

    /// Sets the number of the page before this one on its level.
    pub fn set_prev_page(&mut self, prev: PageNo) {
        fil::set_prev(self.w, prev);
    }

    /// Sets the number of the page after this one on its level.
    pub fn set_next_page(&mut self, next: PageNo) {
        fil::set_next(self.w, next);
    }

    fn set_info(&mut self, origin: Origin, bit: u8, on: bool) {
        let old = self.w.bytes()[origin.at() - 5];
        let new = if on { old | bit } else { old & !bit };
        if new != old {
            self.w.write_u8(origin.at() - 5, new);
        }
    }

    pub(super) fn set_n_owned(&mut self, origin: Origin, n: usize) {
        let old = self.w.bytes()[origin.at() - 5];
        let new = old & 0xf0 | n as u8;
        if new != old {
            self.w.write_u8(origin.at() - 5, new);
        }
    }

    pub(super) fn clear_n_owned(&mut self, origin: Origin) {
        self.set_n_owned(origin, 0);
    }

    pub(super) fn set_next(&mut self, origin: Origin, next: Origin) {
        self.w.write_u16(origin.at() - 2, next.0.wrapping_sub(origin.0));
    }

    /// Links the removed record at `origin` to the free list that began at `free`.
    pub(super) fn link_free(&mut self, origin: Origin, free: u16) {
        let next = if free == 0 { 0 } else { free.wrapping_sub(origin.0) };
        self.w.write_u16(origin.at() - 2, next);
    }

    pub(super) fn set_counts(&mut self, counts: &Counts) {
        self.write_changed(HEADER, &counts.encode());
    }

    /// Writes `new` at `at`, from the first to the last byte that differs (R3).
    fn write_changed(&mut self, at: usize, new: &[u8]) {
        let old = &self.w.bytes()[at..at + new.len()];
        let Some(from) = old.iter().zip(new).position(|(a, b)| a != b) else { return };
        let to = old.iter().zip(new).rposition(|(a, b)| a != b).map_or(from, |last| last + 1);
        self.w.write(at + from, &new[from..to]);
    }
}

/// The place for a new record.
struct Place {
    /// Its first byte.
    at: u16,
    heap_no: u16,
    /// The new start of the free list if its first record is taken; `None` if the place is above the heap.
    free: Option<u16>,
}

impl Place {
    /// Updates `counts` for a record of `len` bytes at this place. Bytes of a free record beyond `len` stay garbage.
    fn take(&self, counts: &mut Counts, len: usize) {
        match self.free {
            Some(free) => {
                counts.free = free;
                counts.garbage -= len as u16;
            }
            None => {
                counts.heap_top += len as u16;
                counts.n_heap += 1;
            }
        }
    }
}

/// Updates the pattern of inserts for an insert at `new`, between `prev` and `next`.
pub(super) fn note_direction(counts: &mut Counts, prev: Origin, next: Origin, new: Origin) {
    let run = match counts.last_insert {
        0 => Direction::None,
        last if last == prev.0 && counts.direction != Direction::Left => Direction::Right,
        last if last == next.0 && counts.direction != Direction::Right => Direction::Left,
        _ => Direction::None,
    };
    counts.n_direction = if run == Direction::None { 0 } else { counts.n_direction.saturating_add(1) };
    counts.direction = run;
    counts.last_insert = new.0;
}

/// Sets the header of the record at `origin` for a place on a page: heap number, distance to the next record, no group.
#[inline]
pub(super) fn place_at(bytes: &mut [u8], origin: usize, heap_no: u16, next: u16) {
    let header = &mut bytes[origin - 5..origin];
    header[0] &= 0xf0;
    let heap_no_and_type = (heap_no << 3 | u16::from(header[2] & 7)).to_be_bytes();
    header[1..3].copy_from_slice(&heap_no_and_type);
    header[3..5].copy_from_slice(&next.to_be_bytes());
}
