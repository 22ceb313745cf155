use super::*;
use innolab_disk::{Call, Fault, FaultKind, SimDisk};
use innolab_page::Column;
use innolab_testing::size;
use proptest::prelude::*;

fn layout() -> Layout {
    Layout::new([Column::variable(300).nullable(), Column::fixed(4)], 1)
}

fn record(layout: &Layout, key: Option<&[u8]>, n: u32) -> Record {
    let mut record = Record::new();
    record.leaf(layout, &[key, Some(&n.to_be_bytes())]).unwrap();
    record
}

proptest! {
    #![proptest_config(ProptestConfig { cases: size(20, 60), failure_persistence: None, ..ProptestConfig::default() })]

    /// The same records as a stable sort in memory (R1). What fits in memory is not written; no file is left.
    #[test]
    fn r1_records_are_sorted_and_stable(
        keys in prop::collection::vec(prop::option::of(prop::collection::vec(0u8..3, 0..40)), 0..400),
        limit in prop::sample::select(vec![100usize, 1500, 1 << 20]),
    ) {
        let sim = SimDisk::new(1);
        let disk: Arc<dyn Disk> = Arc::new(sim.clone());
        let layout = layout();
        let mut sorter = Sorter::new(&disk, &layout, limit, 2);
        for (i, key) in keys.iter().enumerate() {
            sorter.push(&record(&layout, key.as_deref(), i as u32)).unwrap();
        }
        let mut sorted = sorter.finish().unwrap();
        prop_assert_eq!(sorted.runs() > 0, sim.list().unwrap() == ["ddl_sort.2.tmp"]);
        prop_assert!(sorted.runs() == 0 || limit < 1 << 20);
        let mut expected: Vec<(Option<Vec<u8>>, u32)> = keys.into_iter().zip(0..).collect();
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        let mut found = vec![];
        let mut next = Record::new();
        while sorted.next(&mut next).unwrap() {
            let view = next.view(&layout);
            let n = u32::from_be_bytes(view.field(1).unwrap().try_into().unwrap());
            found.push((view.field(0).map(<[u8]>::to_vec), n));
        }
        prop_assert_eq!(found, expected);
        drop(sorted);
        prop_assert!(sim.list().unwrap().is_empty());
    }
}

#[test]
fn a_sort_on_a_full_disk_fails_and_leaves_no_file() {
    let sim = SimDisk::new(1);
    let disk: Arc<dyn Disk> = Arc::new(sim.clone());
    let layout = layout();
    sim.inject(Fault { call: Some(Call::Write), nth: 2, kind: FaultKind::Full, lasting: true });
    let mut sorter = Sorter::new(&disk, &layout, 1000, 0);
    let error = (0..1000).find_map(|i| sorter.push(&record(&layout, Some(b"key"), i)).err()).unwrap();
    assert!(matches!(error, crate::Error::DiskFull { .. }), "{error}");
    drop(sorter);
    assert!(sim.list().unwrap().is_empty());
}
