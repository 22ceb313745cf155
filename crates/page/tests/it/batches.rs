//! Record batches: `append_batch` leaves the same bytes as one insert after the other (R1 of `append_batch`), whatever
//! was on the page before; and batches build, cut and join records without changing their bytes.

use crate::empty_page;
use innolab_page::layout::MAX_RECORD;
use innolab_page::{Column, IndexMut, IndexPage, Layout, Record, RecordBatch, TooLarge, index};
use proptest::prelude::*;

/// Inserts the records one after the other; false if one had no room.
fn one_by_one(page: &mut [u8], layout: &Layout, batch: &RecordBatch) -> bool {
    let mut record = Record::new();
    (0..batch.len()).all(|i| {
        record.copy(batch.get(i, layout));
        let mut page = IndexMut::new(page, layout);
        let prev = page.page().last();
        page.insert_after(prev, &mut record).is_some()
    })
}

fn batch_of(layout: &Layout, keys: impl Iterator<Item = u16>, len: &[u8]) -> RecordBatch {
    let mut batch = RecordBatch::default();
    for (i, key) in keys.enumerate() {
        let value = vec![7; usize::from(len[i % len.len()])];
        let fields = [Some(&key.to_be_bytes()[..]), (value.len() % 5 != 0).then_some(&value[..])];
        push(&mut batch, layout, &fields).expect("short");
    }
    batch
}

fn push(batch: &mut RecordBatch, layout: &Layout, fields: &[Option<&[u8]>]) -> Result<(), TooLarge> {
    batch.push_leaf(layout, |i, out| {
        out.extend_from_slice(fields[i].unwrap_or_default());
        Ok(fields[i].is_some())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_batch_leaves_the_bytes_of_single_inserts_r1_r2(
        n_old in 0u16..60, order in any::<u64>(), removed in 0u16..4, n_new in 1u16..160, len in proptest::collection::vec(any::<u8>(), 1..9),
    ) {
        let layout = Layout::new([Column::fixed(2), Column::variable(300).nullable()], 1);
        let mut page = empty_page(0);
        // Old records in three orders, so that groups have all sizes, and the counts all directions.
        let mut old: Vec<u16> = (1..=n_old).collect();
        match order % 3 {
            0 => {}
            1 => old.reverse(),
            _ => old.sort_by_key(|k| u64::from(*k).wrapping_mul(order | 1) >> 7),
        }
        let mut record = Record::new();
        for key in old {
            let fields = [Some(&key.to_be_bytes()[..]), Some(&b"old"[..])];
            record.leaf(&layout, &fields).expect("short");
            let search = innolab_page::SearchKey::new(&layout, &fields[..1]);
            let mut page = IndexMut::new(&mut page[..], &layout);
            let prev = page.page().search(&search).origin;
            prop_assert!(page.insert_after(prev, &mut record).is_some());
        }
        for _ in 0..removed.min(n_old.saturating_sub(1)) {
            let mut page = IndexMut::new(&mut page[..], &layout);
            let origin = page.page().nth(page.page().n_recs() / 2);
            page.remove(origin);
        }
        let mut batch = batch_of(&layout, (1000..).take(usize::from(n_new)), &len);
        let (mut slowly, before) = (page.clone(), page.clone());
        let n = batch.len();
        let done = IndexMut::new(&mut page[..], &layout).append_batch(&mut batch, 0..n);
        let has_free_list = IndexPage::new(&before, &layout).counts().free != 0;
        prop_assert_eq!(done, !has_free_list && one_by_one(&mut slowly, &layout, &batch));
        if done {
            prop_assert_eq!(&page, &slowly);
            index::check(&page, &layout).expect("sound");
            index::check_order(&page, &layout).expect("in order");
        } else {
            prop_assert_eq!(&page, &before);
        }
    }

    #[test]
    fn split_off_keeps_all_records(n in 1u16..40, at in 0usize..40, len in proptest::collection::vec(any::<u8>(), 1..9)) {
        let layout = Layout::new([Column::fixed(2), Column::variable(300).nullable()], 1);
        let whole = batch_of(&layout, 0..n, &len);
        let mut left = whole.clone();
        let right = left.split_off(at.min(whole.len()));
        prop_assert_eq!(left.len() + right.len(), whole.len());
        prop_assert_eq!(left.data_len() + right.data_len(), whole.data_len());
        for i in 0..whole.len() {
            let there = if i < left.len() { left.get(i, &layout) } else { right.get(i - left.len(), &layout) };
            prop_assert_eq!(there.bytes(), whole.get(i, &layout).bytes());
        }
    }

    #[test]
    fn a_record_built_in_a_batch_has_the_bytes_of_one_built_alone(lens in proptest::collection::vec((any::<bool>(), 0usize..400), 4), times in 1usize..4) {
        let variable = |max| Column::variable(max).nullable();
        let layout = Layout::new([Column::fixed(4), variable(300), variable(90), Column::fixed(6).nullable(), variable(400)], 1);
        let value = |i: usize, max: usize| lens[i].0.then(|| vec![i as u8; lens[i].1.min(max)]);
        let fixed = lens[2].0.then(|| vec![9; 6]);
        let values = [Some(vec![1; 4]), value(0, 300), value(1, 90), fixed, value(3, 400)];
        let fields: Vec<_> = values.iter().map(|v| v.as_deref()).collect();
        let (mut record, mut batch) = (Record::new(), RecordBatch::default());
        record.leaf(&layout, &fields).expect("short");
        for i in 0..times {
            push(&mut batch, &layout, &fields).expect("short");
            let there = batch.get(i, &layout);
            prop_assert_eq!(there.bytes(), record.view(&layout).bytes());
            prop_assert_eq!(there.fields().collect::<Vec<_>>(), fields.clone());
            prop_assert_eq!(batch.len_of(i), record.len());
        }
    }
}

#[test]
fn a_record_that_is_too_large_is_not_added() {
    let layout = Layout::new([Column::fixed(4), Column::variable(9000)], 1);
    let mut batch = RecordBatch::default();
    let push = |batch: &mut RecordBatch, n: usize| push(batch, &layout, &[Some(&[1; 4]), Some(&vec![2; n])]);
    push(&mut batch, 3).expect("short");
    let before = batch.data_len();
    assert_eq!(push(&mut batch, MAX_RECORD), Err(TooLarge { size: MAX_RECORD + 4 + 7 }));
    assert_eq!((batch.len(), batch.data_len()), (1, before));
    push(&mut batch, MAX_RECORD - 11).expect("the largest");
}
