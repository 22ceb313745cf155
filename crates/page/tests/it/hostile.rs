//! Corrupt pages: `check` never panics, and a page that passes it can be read and changed without a panic or an endless
//! loop. For each rule of `check` there is a page that breaks only this rule.

use innolab_base::{IndexId, PAGE_SIZE, PageId, PageNo, SpaceId};
use innolab_page::{Column, IndexMut, IndexPage, Layout, Origin, Record, SearchKey, dump, fil, index};
use innolab_testing::size;
use proptest::prelude::*;

fn layout() -> Layout {
    let columns =
        [Column::fixed(4).nullable(), Column::variable(300), Column::fixed(2), Column::variable(900).nullable()];
    Layout::new(columns, 3)
}

/// A page of `n` records with `len` bytes in the last column, after every fifth record was removed.
fn page(layout: &Layout, n: u32, len: usize, level: u16) -> Vec<u8> {
    let mut bytes = vec![0; PAGE_SIZE];
    fil::init(&mut bytes[..], PageId::new(SpaceId(1), PageNo(9)), fil::PageType::INDEX);
    index::format(&mut bytes[..], IndexId(1), level);
    fil::set_links(&mut bytes[..], PageNo(8), PageNo(10));
    let mut edit = IndexMut::new(&mut bytes[..], layout);
    let mut record = Record::new();
    let long = vec![b'x'; len];
    for i in 0..n {
        let (int, text) = (i.to_be_bytes(), vec![b'k'; 121 + i as usize % 20]);
        let fields = [(i > 0).then_some(&int[..]), Some(&text[..]), Some(b"zz"), (i % 3 > 0).then_some(&long[..])];
        match level {
            0 => record.leaf(layout, &fields).expect("small"),
            _ => record.node(layout, &fields[..3], PageNo(i + 20)).expect("small"),
        }
        let last = edit.page().last();
        edit.insert_after(last, &mut record).expect("there is room");
    }
    for i in (0..n as usize / 5).rev() {
        let origin = edit.page().nth(5 * i);
        edit.remove(origin);
    }
    index::check(&bytes, layout).expect("a good page");
    bytes
}

/// Does everything that a caller may do with a page that has passed `check`.
fn use_page(bytes: &mut [u8], layout: &Layout) {
    let page = IndexPage::new(bytes, layout);
    let n = page.n_recs();
    assert_eq!(page.records().count(), n);
    let mut keys = Vec::new();
    for (origin, record) in page.records() {
        let _ = (record.show(), record.bytes().len(), page.prev(origin));
        keys.push(record.key().map(|f| f.map(<[u8]>::to_vec)).collect::<Vec<_>>());
    }
    for key in &keys {
        let key: Vec<_> = key.iter().map(|f| f.as_deref()).collect();
        for n in 0..=key.len() {
            let search = SearchKey::new(layout, &key[..n]);
            let _ = (page.search(&search), page.last_below(&search), page.last());
        }
    }
    let _ = index::check_order(bytes, layout);
    let mut record = Record::new();
    let mut edit = IndexMut::new(bytes, layout);
    for i in 0..n {
        let rank = i * 7 % edit.page().n_recs().max(1);
        let origin = edit.page().nth(rank);
        if origin == Origin::SUPREMUM {
            break;
        }
        record.copy(edit.page().record(origin));
        if i % 2 == 0 {
            edit.remove(origin);
        }
        let prev = edit.page().last();
        let _ = edit.insert_after(prev, &mut record);
    }
    if n > 1 {
        let (a, b) = (edit.page().nth(1), edit.page().last());
        edit.remove_from(b);
        edit.remove_before(a);
    }
    edit.reorganise();
    assert!(edit.page().n_recs() <= 2 * n);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: size(1500, 4000), ..ProptestConfig::default() })]

    /// Changes bytes of the header, of infimum and supremum, of the directory, and of record headers.
    #[test]
    fn a_page_that_passes_check_can_be_used(
        level in 0..2u16,
        n in 1..60u32,
        hits in prop::collection::vec((0..4u8, any::<u16>(), any::<u8>(), any::<bool>()), 1..5),
    ) {
        let layout = layout();
        let mut bytes = page(&layout, n, 60, level);
        let origins: Vec<_> = IndexPage::new(&bytes, &layout).records().map(|(o, _)| usize::from(o.0)).collect();
        for (place, at, to, bit) in hits {
            let at = usize::from(at);
            let at = match place {
                0 => 38 + at % 82,
                1 => 16376 - at % 64,
                2 if !origins.is_empty() => origins[at % origins.len()] - at / 64 % 10,
                _ => at % PAGE_SIZE,
            };
            bytes[at] = if bit { bytes[at] ^ 1 << (to % 8) } else { to };
        }
        // Dumps need no check.
        assert!(dump(&bytes, None).starts_with("page ") && dump(&bytes, Some(&layout)).starts_with("page "));
        if index::check(&bytes, &layout).is_ok() {
            assert_eq!(index::outline(&bytes).expect("checked").len(), IndexPage::new(&bytes, &layout).n_recs());
            use_page(&mut bytes, &layout);
        }
    }
}

#[test]
fn pages_of_one_byte_value_are_refused() {
    let layout = layout();
    for byte in 0..=255 {
        assert!(index::check(&vec![byte; PAGE_SIZE], &layout).is_err());
    }
    assert_eq!(index::check(&[0; 100], &layout).expect_err("the page is broken").rule, "a page has 16384 bytes");
}

/// Breaks a good page in one place; returns the rule that `check` reports.
#[track_caller]
fn broken(level: u16, change: impl FnOnce(&mut [u8], &[usize])) -> &'static str {
    let layout = layout();
    let mut bytes = page(&layout, 30, 200, level);
    let origins: Vec<_> = IndexPage::new(&bytes, &layout).records().map(|(o, _)| usize::from(o.0)).collect();
    change(&mut bytes, &origins);
    index::check(&bytes, &layout).expect_err("the page is broken").rule
}

fn put(bytes: &mut [u8], at: usize, v: u16) {
    bytes[at..at + 2].copy_from_slice(&v.to_be_bytes());
}

fn add(bytes: &mut [u8], at: usize, d: i16) {
    let v = u16::from_be_bytes([bytes[at], bytes[at + 1]]).wrapping_add_signed(d);
    put(bytes, at, v);
}

#[test]
fn check_reports_the_broken_rule() {
    assert_eq!(broken(0, |b, _| put(b, 24, 8)), "a node of a tree is an INDEX page");
    assert_eq!(broken(0, |b, _| b[42] = 0), "records are COMPACT");
    assert_eq!(broken(0, |b, _| put(b, 50, 8)), "no column was added instantly");
    assert_eq!(broken(0, |b, _| put(b, 38, 1)), "a directory has 2 slots or more");
    assert_eq!(broken(0, |b, _| put(b, 38, 9000)), "a directory has 2 slots or more");
    assert_eq!(broken(0, |b, _| put(b, 40, 16370)), "heap and directory do not meet");
    assert_eq!(broken(0, |b, _| put(b, 40, 119)), "heap and directory do not meet");
    assert_eq!(broken(0, |b, _| put(b, 42, 0x8002)), "the heap has all records of the chain");
    assert_eq!(broken(0, |b, _| b[100] = b'x'), "infimum and supremum have their fixed bytes");
    assert_eq!(broken(0, |b, _| put(b, 16374, 112)), "slot 0 points to the infimum");
    assert_eq!(broken(0, |b, _| add(b, 54, -1)), "the chain has n_recs records");
    assert_eq!(broken(0, |b, _| add(b, 54, 1)), "the chain has n_recs records");
    assert_eq!(broken(0, |b, o| put(b, o[3] - 2, 40)), "a record has the type of its page");
    assert_eq!(broken(0, |b, o| put(b, o[3] - 2, 0u16.wrapping_sub(o[3] as u16))), "records lie in the heap");
    assert_eq!(broken(0, |b, o| put(b, o[3] - 2, 20000)), "records lie in the heap");
    assert_eq!(broken(0, |b, o| put(b, o[3] - 2, 0)), "a heap number belongs to one record");
    assert_eq!(broken(0, |b, o| b[o[3] - 5] |= 0x80), "info bits are delete mark and min_rec");
    assert_eq!(broken(0, |b, o| b[o[0] - 5] |= 0x10), "only the first record of a level has min_rec");
    assert_eq!(broken(1, |b, o| b[o[0] - 5] |= 0x10), "only the first record of a level has min_rec");
    assert_eq!(broken(1, |b, _| b[8..12].fill(0xff)), "only the first record of a level has min_rec");
    assert_eq!(broken(0, |b, o| b[o[0] - 5] |= 4), "slots point to the owners of groups, in order");
    assert_eq!(broken(0, |b, _| add(b, 16372, 1)), "slots point to the owners of groups, in order");
    assert_eq!(
        broken(0, |b, _| {
            let s = 16374 - 2;
            let o = usize::from(u16::from_be_bytes([b[s], b[s + 1]]));
            b[o - 5] ^= 1
        }),
        "a slot owns its group of 4 to 8"
    );
    assert_eq!(broken(0, |b, _| b[107] ^= 1), "the supremum owns its group of 1 to 8");
    assert_eq!(broken(0, |b, _| add(b, 38, 1)), "the last slot points to the supremum");
    assert_eq!(broken(0, |b, o| b[o[5] - 3] |= 1), "a record has the type of its page");
    assert_eq!(broken(0, |b, o| put(b, o[5] - 4, 8000 << 3)), "heap numbers are below n_heap");
    assert_eq!(broken(0, |b, o| b.copy_within(o[4] - 4..o[4] - 2, o[5] - 4)), "a heap number belongs to one record");
    assert_eq!(broken(0, |b, o| b[o[5] - 7] |= 0x40), "no column is stored externally");
    assert_eq!(broken(0, |b, o| b[o[5] - 7] |= 0x3f), "a length fits its column");
    assert_eq!(broken(0, |b, o| b[o[5] - 8] += 30), "records do not overlap");
    assert_eq!(broken(0, |b, _| put(b, 44, 0)), "a heap number belongs to one record");
    assert_eq!(broken(0, |b, _| add(b, 46, -1)), "records and garbage make up the heap");
    assert_eq!(broken(0, |b, _| add(b, 40, 1)), "records and garbage make up the heap");
}
