//! The leftmost node pointer, NULL bits of node pointers, the largest records, a full directory, and pages as text.

use crate::empty_page;
use expect_test::expect;
use innolab_base::{Lsn, PAGE_SIZE, PageNo};
use innolab_page::fil::{self, ChecksumAlgorithm};
use innolab_page::layout::MAX_RECORD;
use innolab_page::{
    Column, IndexBuilder, IndexMut, IndexPage, Layout, Origin, Record, SearchKey, TooLarge, dump, index,
};

/// `(id int, note varchar(20) null)` with the key `id`: the key has no NULL, the index has.
fn layout() -> Layout {
    Layout::new([Column::fixed(4), Column::fixed(6), Column::fixed(7), Column::variable(80).nullable()], 1)
}

/// A leftmost node page as splits of the leftmost leaf make it: `min_rec` with the stale key 100, then 50, 60, …
fn leftmost(layout: &Layout) -> Vec<u8> {
    let mut page = empty_page(1);
    let mut record = Record::new();
    for (i, key) in [100u32, 50, 60, 70, 80, 90, 110, 120, 130, 140].into_iter().enumerate() {
        record.node(layout, &[Some(&key.to_be_bytes())], PageNo(10 + i as u32)).expect("small");
        record.set_min_rec(i == 0);
        let mut edit = IndexMut::new(&mut page[..], layout);
        let last = edit.page().last();
        edit.insert_after(last, &mut record).expect("there is room");
    }
    page
}

#[test]
fn the_leftmost_node_pointer_is_below_every_key_r5() {
    let layout = layout();
    let mut page = leftmost(&layout);
    index::check(&page, &layout).expect("a good page");
    index::check_order(&page, &layout).expect("min_rec's own key is not compared");
    let view = IndexPage::new(&page, &layout);
    let child = |key: u32| {
        let key = key.to_be_bytes();
        view.record(view.child_for(&SearchKey::new(&layout, &[Some(&key)]))).child().0
    };
    assert_eq!([0, 49, 50, 55, 99, 100, 109, 110, 999].map(child), [10, 10, 11, 11, 15, 15, 15, 16, 19]);
    let key = 0u32.to_be_bytes();
    assert!(view.record(view.first()).compare(&[Some(&key)]).is_lt());
    assert_eq!(view.record(view.child_before(&SearchKey::new(&layout, &[Some(&key)]))).child(), PageNo(10));

    // Without the leftmost subtree, the next node pointer must become the leftmost.
    let mut edit = IndexMut::new(&mut page[..], &layout);
    let first = edit.page().first();
    edit.remove(first);
    assert!(index::check(edit.page().bytes(), &layout).is_err());
    let first = edit.page().first();
    edit.set_min_rec(first, true);
    edit.set_child(first, PageNo(77));
    index::check(edit.page().bytes(), &layout).expect("a good page again");
    assert_eq!(edit.page().record(first).child(), PageNo(77));
    // On any other page the first key is compared, but smaller keys still lead to the first child.
    edit.set_min_rec(first, false);
    edit.set_prev_page(PageNo(2));
    let search = [Some(&key[..])];
    assert_eq!(edit.page().child_for(&SearchKey::new(&layout, &search)), first);
    assert_eq!(edit.page().search(&SearchKey::new(&layout, &search)).origin, Origin::INFIMUM);
}

#[test]
fn node_pointers_have_the_null_bits_of_all_columns_r3() {
    let layout = layout();
    let mut record = Record::new();
    record.node(&layout, &[Some(&[1, 2, 3, 4])], PageNo(9)).expect("small");
    // One byte of NULL bits, header, key, child.
    assert_eq!(record.len(), 1 + 5 + 4 + 4);
    let mut leaf = Record::new();
    leaf.leaf(&layout, &[Some(&[1, 2, 3, 4]), Some(&[0; 6]), Some(&[0; 7]), None]).expect("small");
    let mut of_leaf = Record::new();
    of_leaf.node_of(leaf.view(&layout), PageNo(9)).expect("small");
    assert_eq!(format!("{record:?}"), format!("{of_leaf:?}"));
    let mut of_node = Record::new();
    of_node.node_of(record.view(&layout), PageNo(9)).expect("small");
    assert_eq!(format!("{record:?}"), format!("{of_node:?}"));
}

#[test]
fn two_of_the_largest_records_fit_on_a_page_r2() {
    let layout = Layout::new([Column::fixed(2), Column::variable(9000)], 1);
    let largest = vec![1; MAX_RECORD - 5 - 2 - 2];
    let mut record = Record::new();
    assert_eq!(
        record.leaf(&layout, &[Some(&[0, 0]), Some(&[&largest[..], &[1]].concat())]),
        Err(TooLarge { size: MAX_RECORD + 1 })
    );
    let mut page = empty_page(0);
    for i in 0..3u8 {
        record.leaf(&layout, &[Some(&[0, i]), Some(&largest)]).expect("the largest record");
        assert_eq!(record.len(), MAX_RECORD);
        let mut edit = IndexMut::new(&mut page[..], &layout);
        let last = edit.page().last();
        assert_eq!(edit.insert_after(last, &mut record).is_some(), i < 2);
    }
    index::check(&page, &layout).expect("a good page");
    let mut builder = IndexBuilder::new(&layout, 0);
    for (_, record) in IndexPage::new(&page, &layout).records() {
        assert!(builder.push(record));
    }
    assert!(!builder.push(record.view(&layout)));
}

/// A page full of the smallest records, with groups split as often as possible: the directory has room for the slots.
#[test]
fn the_directory_always_has_room() {
    let layout = Layout::new([Column::fixed(2)], 1);
    let mut page = empty_page(0);
    let mut record = Record::new();
    let mut n = 0u16;
    loop {
        record.leaf(&layout, &[Some(&n.to_be_bytes())]).expect("small");
        let mut edit = IndexMut::new(&mut page[..], &layout);
        // Inserting after the infimum splits groups as often as possible.
        if edit.insert_after(Origin::INFIMUM, &mut record).is_none() {
            break;
        }
        n += 1;
    }
    index::check(&page, &layout).expect("a good page");
    // 7 bytes each and half a byte of directory.
    assert_eq!(n, 2166);
    IndexMut::new(&mut page[..], &layout).reorganise();
    index::check(&page, &layout).expect("the records also fit with groups of four");
}

#[test]
fn a_page_as_text() {
    let layout = layout();
    let mut page = leftmost(&layout);
    let mut edit = IndexMut::new(&mut page[..], &layout);
    let fourth = edit.page().nth(3);
    edit.remove(fourth);
    fil::seal(&mut page, Lsn(12345), ChecksumAlgorithm::FullCrc32);
    expect![[r#"
        page 3 of space 7: INDEX, LSN 12345, - ◄ ► -
          index 42, level 1, stamp 0
          9 records of 126 bytes, heap to 260, garbage 14, 16110 bytes between heap and directory
          last insert 0, direction Right × 9, free list 168
           byte  heap  slot
             99     0  [0: 1]  infimum
            126     2          min_rec 00000064, → 10
            140     3          00000032, → 11
            154     4          0000003c, → 12
            182     6  [1: 4]  00000050, → 14
            196     7          0000005a, → 15
            210     8          0000006e, → 16
            224     9          00000078, → 17
            238    10          00000082, → 18
            252    11          0000008c, → 19
            112     1  [2: 6]  supremum
    "#]]
    .assert_eq(&dump(&page, Some(&layout)));
    page[107] = 9;
    expect![[r#"
        page 3 of space 7: INDEX, LSN 12345, - ◄ ► -
          corrupt: the supremum owns its group of 1 to 8: 9, of 6
    "#]]
    .assert_eq(&dump(&page, Some(&layout)));
    let file = include_bytes!("../data/sample_full_crc32_dynamic.ibd");
    expect![[r#"
        page 0 of space 743: FSP_HDR, LSN 3956680, - ◄ ► -
             38  space id              743
             42  unused                0
             46  size                  5
             50  free limit            64
             54  flags                 0x15
             58  frag n used           5
             62  FREE                  0 nodes, - … -
             78  FREE_FRAG             1 nodes, 0+158 … 0+158
             94  FULL_FRAG             0 nodes, - … -
            110  next segment id       5
            118  INODES_FULL           0 nodes, - … -
            134  INODES_FREE           1 nodes, 2+38 … 2+38
            150  extent 0              FreeFrag, 5 used, segment 0, - ◄ ► -
    "#]]
    .assert_eq(&dump(&file[..PAGE_SIZE], None));
    // A server's page without a layout: the root of its secondary index.
    expect![[r#"
        page 4 of space 743: INDEX, LSN 3958193, - ◄ ► -
          index 1232, level 0, stamp 9606
          4 records of 52 bytes, heap to 172, garbage 0, 16200 bytes between heap and directory
          last insert 164, direction None × 0, free list 0
           byte  heap  slot
             99     0  [0: 1]  infimum
            154     4          8000000300000028ffcc800000148000…
            126     2          8000000a800000010000001800188000…
            140     3          800000148000000201000020ffe48000…
            164     5          80000014800000050000000000000000…
            112     1  [1: 5]  supremum
    "#]]
    .assert_eq(&dump(&file[4 * PAGE_SIZE..], None));
}
