//! The output of the examples, reviewed and kept here.

#[path = "../../examples/hash.rs"]
mod hash;
#[path = "../../examples/shape.rs"]
mod shape;
#[path = "../../examples/tour.rs"]
mod tour;

use expect_test::expect;
use innolab_base::PageNo;
use innolab_page::{Column, Layout};

#[test]
fn a_tree_that_mariadb_made() {
    let columns = [Column::fixed(4), Column::fixed(6), Column::fixed(7), Column::variable(1500).nullable()];
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/two_levels.ibd");
    let drawn = shape::draw(path, &Layout::new(columns, 1), PageNo(3)).expect("a sound file");
    expect![[r#"
        level 1
          page    3 │█                               │    4 records  00000007 … 00000137
          1 pages, 4 records
        level 0
          page    4 │█████████████████████░░░        │   15 records  00000008 … 00000078
          page    7 │████████████████████░░░░░       │   17 records  00000085 … 000000f1
          page    5 │███████████████████░░░░░░░░░░░░░│   13 records  000000f4 … 00000131
          page    6 │███████████████████░░░░░        │   13 records  00000146 … 0000018f
          4 pages, 58 records
    "#]]
    .assert_eq(&drawn);
}

#[test]
fn a_small_tree_tells_its_life() {
    expect![[r#"
        100 ascending keys with 500 bytes each: the cut is at the end, pages stay full
            btree.raise: index 1: root 3 rises to level 1
            btree.split: index 1 level 0: page 5 splits, new page 6: 29 | 1 records
            btree.split: index 1 level 0: page 6 splits, new page 7: 29 | 1 records
        level     pages     records  records/page   full
            1         1           4           4.0   0.5%
            0         4         100          25.0  79.5%

        60 more, all over the key range: the cut is in the middle
            btree.split: index 1 level 0: page 4 splits, new page 8: 16 | 16 records
            btree.split: index 1 level 0: page 6 splits, new page 9: 16 | 16 records
            btree.split: index 1 level 0: page 5 splits, new page 10: 16 | 16 records
        level     pages     records  records/page   full
            1         1           7           7.0   0.8%
            0         7         155          22.1  70.4%

        the first 100 keys are removed: neighbours merge
            btree.merge: index 1 level 0: page 8 takes over page 4: 29 records
            btree.merge: index 1 level 0: page 5 takes over page 8: 29 records
            btree.merge: index 1 level 0: page 10 takes over page 5: 29 records
            btree.merge: index 1 level 0: page 6 takes over page 10: 29 records
        level     pages     records  records/page   full
            1         1           3           3.0   0.4%
            0         3          55          18.3  58.3%

        sync; one more change; the power fails
        all keys are removed
            btree.merge: index 1 level 0: page 9 takes over page 6: 29 records
            btree.merge: index 1 level 0: page 7 takes over page 9: 30 records
            btree.shrink: index 1: root 3 sinks to level 0, page 7 leaves
        level     pages     records  records/page   full
            0         1           0           0.0   0.0%

    "#]]
    .assert_eq(&tour::tour().expect("no trouble"));
}

#[test]
fn what_the_hash_index_answers_by_kind_of_work() {
    expect![[r#"
                                            by hash  by the tree taken up given up   entries
        gets                                  18562         1438      256        0     20000
        gets of a tenth                       19760          240       25        0      2011
        gets of no record                         0        20000        0        0         0
        scans of 100                              0          200        0        0         0
        gets, one in ten an update            18378         1438      256        0     20000
        gets, one in ten an insert            16714         1460      256        0     20178
        gets, one in ten removed and back     13360         7909     1453     1269    113505
    "#]]
    .assert_eq(&hash::table().expect("works"));
}
