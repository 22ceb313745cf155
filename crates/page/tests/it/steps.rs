//! An INDEX page one operation at a time: find along the directory, insert, split a group, remove, repair a group, take a
//! removed record's place. Pages to read are built by the builder, so that reading does not need inserting.

use crate::empty_page;
use innolab_base::{IndexId, PAGE_SIZE};
use innolab_page::index::MAX_OWNED;
use innolab_page::{Column, IndexBuilder, IndexMut, IndexPage, Layout, Origin, Record, SearchKey, index};

/// A key of four bytes and a value.
fn layout() -> Layout {
    Layout::new([Column::fixed(4), Column::variable(200)], 1)
}

fn record(layout: &Layout, key: u32, value: &[u8]) -> Record {
    let mut record = Record::new();
    record.leaf(layout, &[Some(&key.to_be_bytes()), Some(value)]).expect("short");
    record
}

/// A page with the keys 10, 20, …, `n` of them, in a directory as the builder makes it.
fn built(layout: &Layout, n: u32) -> Vec<u8> {
    let mut page = empty_page(0);
    let mut builder = IndexBuilder::new(layout, 0);
    for key in 1..=n {
        assert!(builder.push(record(layout, 10 * key, b"v").view(layout)));
    }
    builder.write(&mut page[..], IndexId(42), 0);
    page
}

fn key(page: &IndexPage<'_>, origin: Origin) -> u32 {
    let key = page.record(origin).field(0).expect("it is not NULL");
    u32::from_be_bytes(key.try_into().expect("four bytes"))
}

fn keys(page: &[u8], layout: &Layout) -> Vec<u32> {
    let page = IndexPage::new(page, layout);
    page.records().map(|(origin, _)| key(&page, origin)).collect()
}

/// Inserts `new` after the last record that is not greater; found by walking, so that no search is needed. True if there
/// was room.
fn insert(page: &mut [u8], layout: &Layout, new: u32, value: &[u8]) -> bool {
    let mut page = IndexMut::new(page, layout);
    let view = page.page();
    let prev = view.records().take_while(|(origin, _)| key(&view, *origin) <= new).last();
    let prev = prev.map_or(Origin::INFIMUM, |(origin, _)| origin);
    page.insert_after(prev, &mut record(layout, new, value)).is_some()
}

/// The record with this key, found by walking.
fn find(page: &[u8], layout: &Layout, wanted: u32) -> Origin {
    let page = IndexPage::new(page, layout);
    page.records().find(|(origin, _)| key(&page, *origin) == wanted).expect("it is there").0
}

fn check(page: &[u8], layout: &Layout, what: &str) {
    assert_eq!(index::check(page, layout), Ok(()), "{what}");
    assert_eq!(index::check_order(page, layout), Ok(()), "{what}");
}

/// `0..n` in an order in which neighbours are far apart.
fn shuffled(n: u32) -> impl Iterator<Item = u32> {
    (0..n).map(move |i| i * 37 % n)
}

#[test]
fn the_nth_record_is_found_along_the_directory() {
    let layout = layout();
    for n in 0..60 {
        let bytes = built(&layout, n);
        let page = IndexPage::new(&bytes, &layout);
        for i in 0..n {
            assert_eq!(key(&page, page.nth(i as usize)), 10 * (i + 1), "record {i} of {n}");
        }
        assert_eq!(page.nth(n as usize), Origin::SUPREMUM, "all {n} records are before the supremum");
    }
}

#[test]
fn the_record_before_is_in_this_group_or_ends_the_one_before() {
    let layout = layout();
    let bytes = built(&layout, 60);
    let page = IndexPage::new(&bytes, &layout);
    let mut before = Origin::INFIMUM;
    for (origin, _) in page.records() {
        assert_eq!(page.prev(origin), before, "before key {}", key(&page, origin));
        before = origin;
    }
    assert_eq!(page.prev(Origin::SUPREMUM), before, "before the supremum");
}

#[test]
fn a_search_finds_the_last_record_that_is_not_greater() {
    let layout = layout();
    for n in [0, 1, 2, 7, 8, 9, 60] {
        let bytes = built(&layout, n);
        let page = IndexPage::new(&bytes, &layout);
        for wanted in 0..10 * n + 12 {
            let bytes = wanted.to_be_bytes();
            let fields = [Some(&bytes[..])];
            let search = SearchKey::new(&layout, &fields);
            let (below, upto) = ((wanted.max(1) - 1) / 10, wanted / 10);
            let at = |rank: u32| if rank.min(n) == 0 { Origin::INFIMUM } else { page.nth(rank.min(n) as usize - 1) };
            let found = page.search(&search);
            assert_eq!(found.origin, at(upto), "{wanted} among {n}");
            assert_eq!(found.equal, wanted % 10 == 0 && (1..=n).contains(&upto), "{wanted} among {n}");
            assert_eq!(page.last_below(&search), at(below), "the last below {wanted} among {n}");
        }
    }
}

#[test]
fn records_are_linked_in_key_order_wherever_they_lie() {
    let (layout, mut page) = (layout(), empty_page(0));
    // As many as the supremum's group takes without a split.
    for (n, new) in shuffled(MAX_OWNED as u32 - 1).enumerate() {
        assert!(insert(&mut page, &layout, new, b"v"), "R2: an empty page has room");
        check(&page, &layout, &format!("R1 after {} inserts", n + 1));
    }
    assert_eq!(keys(&page, &layout), (0..MAX_OWNED as u32 - 1).collect::<Vec<_>>());
}

#[test]
fn a_group_of_nine_is_split() {
    let (layout, mut page) = (layout(), empty_page(0));
    for (n, new) in shuffled(100).enumerate() {
        assert!(insert(&mut page, &layout, new, b"v"));
        check(&page, &layout, &format!("R2 after {} inserts", n + 1));
    }
    assert!(IndexPage::new(&page, &layout).n_slots() > 100 / MAX_OWNED, "a slot for every fourth to eighth record");
}

#[test]
fn a_removed_record_leaves_the_chain_for_the_free_list() {
    let (layout, mut page) = (layout(), empty_page(0));
    (0..MAX_OWNED as u32 - 1).for_each(|new| assert!(insert(&mut page, &layout, new, b"v")));
    let mut left: Vec<u32> = (0..MAX_OWNED as u32 - 1).collect();
    for gone in [3, 0, 6, 2, 5, 1, 4] {
        let origin = find(&page, &layout, gone);
        let before = IndexPage::new(&page, &layout).counts().garbage;
        IndexMut::new(&mut page[..], &layout).remove(origin);
        left.retain(|key| *key != gone);
        assert_eq!(keys(&page, &layout), left);
        check(&page, &layout, &format!("R3, R4: {gone} was removed"));
        let garbage = IndexPage::new(&page, &layout).counts().garbage;
        assert!(garbage > before || left.is_empty(), "R4: the bytes of {gone} are garbage");
    }
}

#[test]
fn a_group_of_three_takes_from_the_next_or_joins_it() {
    let layout = layout();
    for step in [1, 3, 7, 11] {
        let mut page = built(&layout, 80);
        let mut left: Vec<u32> = (1..=80).map(|key| 10 * key).collect();
        let mut at = 0;
        while !left.is_empty() {
            at = (at + step) % left.len();
            let origin = find(&page, &layout, left[at]);
            IndexMut::new(&mut page[..], &layout).remove(origin);
            let gone = left.remove(at);
            check(&page, &layout, &format!("R2: {gone} was removed, {} are left", left.len()));
            assert_eq!(keys(&page, &layout), left, "{gone} was removed");
        }
    }
}

#[test]
fn a_record_takes_the_place_of_a_removed_one_that_was_as_long() {
    let (layout, mut page) = (layout(), empty_page(0));
    (0..20).for_each(|new| assert!(insert(&mut page, &layout, new, b"long value")));
    let top = IndexPage::new(&page, &layout).counts().heap_top;
    let place = find(&page, &layout, 7);
    IndexMut::new(&mut page[..], &layout).remove(place);
    assert!(insert(&mut page, &layout, 100, b"a longer value"));
    assert!(find(&page, &layout, 100) != place, "it does not fit there");
    assert!(insert(&mut page, &layout, 200, b"as long. 1"));
    assert_eq!(find(&page, &layout, 200), place, "the first free record's place");
    check(&page, &layout, "R3, R4: the place is used again");
    assert!(IndexPage::new(&page, &layout).counts().heap_top > top, "the longer record went above the heap");
}

/// R2 of `mutate`: the page is filled up to its last byte, with the slots that its records may need, and not further.
#[test]
fn a_full_page_refuses_and_is_as_before() {
    let layout = layout();
    for len in [1, 3, 20, 150] {
        let (mut page, value) = (empty_page(0), vec![b'v'; len]);
        let n = shuffled(10_007).take_while(|new| insert(&mut page, &layout, *new, &value)).count();
        let bytes = record(&layout, 0, &value).len();
        assert!(index::fits(n, n * bytes) && !index::fits(n + 1, (n + 1) * bytes), "{n} records of {bytes} bytes");
        let before = page.clone();
        assert!(!insert(&mut page, &layout, 20_000, &value) && page == before, "R2: a refusal writes nothing");
        assert_eq!(page.len(), PAGE_SIZE);
        check(&page, &layout, "R5: a full page");
    }
}
