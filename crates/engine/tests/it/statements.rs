//! Changes of rows and reads of ranges against a model, before and after reopening, and after a rollback.

use crate::common::*;
use innolab_base::TrxId;
use innolab_disk::SimDisk;
use innolab_engine::{Datum, Error, KeyRange, TableDef};
use innolab_testing::size;
use std::ops::Bound;
use std::sync::Arc;

#[test]
fn rows_are_those_of_a_model_also_after_reopening() {
    for (seed, def) in [(1, wide_def("t")), (2, table_def("t", wide_def("t").columns, &[])), (3, small_def("t"))] {
        let disk = SimDisk::new(seed);
        let mut engine = open(&disk);
        engine.create_table(def).unwrap();
        let (mut model, mut rng) = (Model::default(), Rng(seed));
        for i in 0..size(300, 600) {
            let table = engine.table("t").unwrap();
            change(&engine, &table, &mut model, &mut rng);
            if i % 100 == 99 {
                model.check(&engine, &table);
                drop(table);
                match i {
                    99 => engine.close().unwrap(),
                    _ => drop(engine),
                }
                engine = open(&disk);
            }
        }
        model.check(&engine, &engine.table("t").unwrap());
    }
}

#[test]
fn a_transaction_that_is_dropped_leaves_nothing() {
    let disk = SimDisk::new(4);
    let engine = open(&disk);
    engine.create_table(wide_def("t")).unwrap();
    let table = engine.table("t").unwrap();
    let (mut model, mut rng) = (Model::default(), Rng(4));
    for _ in 0..size(60, 200) {
        change(&engine, &table, &mut model, &mut rng);
    }
    let writers = |model: &Model| model.rows.keys().map(|k| table.writer_of(k).unwrap()).collect::<Vec<_>>();
    let before = writers(&model);
    for round in 0..size(6, 20) {
        let mut statement = begin(&engine);
        for old in model.rows.values() {
            match rng.below(3) {
                0 => statement.delete(&table, old).unwrap(),
                1 => drop(statement.add(&table, &row(&mut rng, table.def()))),
                _ => {
                    let mut new = row(&mut rng, table.def());
                    if rng.below(2) == 0 {
                        (new[3], new[4]) = (old[3].clone(), old[4].clone());
                    }
                    // An earlier change of this transaction may have moved a row to this key: a duplicate, as it
                    // should be.
                    drop(statement.update(&table, old, &new));
                }
            }
        }
        match round % 2 {
            0 => statement.rollback().unwrap(),
            _ => drop(statement),
        }
        model.check(&engine, &table);
        // No view is open, so a row that was changed is restored without a writer (R5 of `rollback`).
        let restored = |(now, before): (&Option<TrxId>, &Option<TrxId>)| now == before || *now == Some(TrxId(0));
        assert!(writers(&model).iter().zip(&before).all(restored), "DB_TRX_ID is restored too: {before:?}");
    }
}

#[test]
fn ranges_with_any_bounds_in_both_directions() {
    let engine = open(&SimDisk::new(5));
    let columns = vec![column("v", int(4), true), column("a", int(2), false), column("b", uint(1), false)];
    engine.create_table(table_def("t", columns, &[1, 2])).unwrap();
    let table = engine.table("t").unwrap();
    let mut all = vec![];
    let mut statement = begin(&engine);
    for a in -20..20 {
        for b in 0..20 {
            let row = [Datum::Int(a * b), Datum::Int(a), Datum::UInt(b as u64)];
            statement.add(&table, &row).unwrap();
            all.push(row.to_vec());
        }
    }
    statement.commit().unwrap();
    let mut rng = Rng(5);
    let bound = |rng: &mut Rng| {
        let mut key = vec![Datum::Int(rng.below(44) as i64 - 22), Datum::UInt(rng.below(22))];
        key.truncate(1 + rng.below(2) as usize);
        match rng.below(5) {
            0 => Bound::Unbounded,
            1 | 2 => Bound::Included(key),
            _ => Bound::Excluded(key),
        }
    };
    for _ in 0..size(150, 500) {
        let range = KeyRange { low: bound(&mut rng), high: bound(&mut rng) };
        let inside = |row: &&Vec<Datum>| {
            let start = |key: &Vec<Datum>| row[1..1 + key.len()].to_vec();
            let low = match &range.low {
                Bound::Unbounded => true,
                Bound::Included(key) => start(key) >= *key,
                Bound::Excluded(key) => start(key) > *key,
            };
            low && match &range.high {
                Bound::Unbounded => true,
                Bound::Included(key) => start(key) <= *key,
                Bound::Excluded(key) => start(key) < *key,
            }
        };
        let mut expected: Vec<Vec<Datum>> = all.iter().filter(inside).cloned().collect();
        assert_eq!(rows_in(&engine, &table, &range, false), expected, "{range:?}");
        assert_eq!(
            table.clustered().estimate_range(&range),
            expected.len() as u64,
            "few leaves are counted exactly: {range:?}"
        );
        expected.reverse();
        assert_eq!(rows_in(&engine, &table, &range, true), expected, "backwards: {range:?}");
    }
}

#[test]
fn the_estimated_number_of_rows_is_near() {
    let engine = open(&SimDisk::new(6));
    engine.create_table(small_def("t")).unwrap();
    let table = engine.table("t").unwrap();
    assert_eq!(table.estimate_rows(), 0);
    let mut statement = begin(&engine);
    let mut rng = Rng(6);
    let mut ids: Vec<i64> = (0..30_000).collect();
    for i in (1..ids.len()).rev() {
        ids.swap(i, rng.below(i as u64 + 1) as usize);
    }
    for id in ids {
        statement.add(&table, &[Datum::Int(id), Datum::Bytes(vec![b'x'; 20])]).unwrap();
    }
    statement.commit().unwrap();
    let near = |estimate: u64, truth: u64| assert!(estimate.abs_diff(truth) * 5 <= truth, "{estimate} for {truth}");
    near(table.estimate_rows(), 30_000);
    let key = |id| vec![Datum::Int(id)];
    near(
        table
            .clustered()
            .estimate_range(&KeyRange { low: Bound::Included(key(5_000)), high: Bound::Excluded(key(25_000)) }),
        20_000,
    );
    assert_eq!(table.clustered().estimate_range(&KeyRange::equal(key(777))), 1);
    assert_eq!(table.clustered().estimate_range(&KeyRange::equal(key(-1))), 0);
    // Ascending inserts leave full leaves; only the last has fewer rows.
    engine.create_table(small_def("ascending")).unwrap();
    let table = engine.table("ascending").unwrap();
    for thousand in 0..8 {
        let mut statement = begin(&engine);
        for id in 0..1000 {
            statement.add(&table, &[Datum::Int(1000 * thousand + id), Datum::Bytes(vec![b'x'; 20])]).unwrap();
        }
        statement.commit().unwrap();
        near(table.estimate_rows(), 1000 * (thousand as u64 + 1));
    }
    let backwards = KeyRange { low: Bound::Included(key(25_000)), high: Bound::Excluded(key(5_000)) };
    assert_eq!(table.clustered().estimate_range(&backwards), 0);
}

#[test]
fn the_estimated_number_of_values_is_near() {
    let engine = open(&SimDisk::new(8));
    let column = |name: &str| {
        innolab_engine::ColumnDef::new(name, innolab_engine::ColumnType::Int { bytes: 4, unsigned: false }, false)
    };
    let def = |name: &str| TableDef {
        name: name.into(),
        columns: vec![column("a"), column("b"), column("c")],
        primary_key: vec![0, 1, 2],
        ..TableDef::default()
    };
    engine.create_table(def("few")).unwrap();
    engine.create_table(def("many")).unwrap();
    let (few, many) = (engine.table("few").unwrap(), engine.table("many").unwrap());
    assert_eq!(few.clustered().estimate_values(), [0, 0, 0]);
    let mut statement = begin(&engine);
    let row = |n: i64| [Datum::Int(n / 100), Datum::Int(n / 10), Datum::Int(n)];
    (0..4000).for_each(|n| statement.add(&few, &row(n)).unwrap());
    (0..40_000).for_each(|n| statement.add(&many, &row(n)).unwrap());
    statement.commit().unwrap();
    let (leaves, rows) = few.clustered().estimate_size();
    assert!((4..=20).contains(&leaves), "{leaves} leaves");
    assert_eq!((rows, few.clustered().estimate_values()), (4000, vec![40, 400, 4000]), "counted, R1");
    assert!(many.clustered().estimate_size().0 > 60);
    let near = |estimate: u64, truth: u64| assert!(estimate.abs_diff(truth) * 10 <= truth, "{estimate} for {truth}");
    for (estimate, truth) in many.clustered().estimate_values().into_iter().zip([400, 4000, 40_000]) {
        near(estimate, truth);
    }
    let mut statement = begin(&engine);
    let skewed = |n: i64| [Datum::Int(n / 20_000), Datum::Int(0), Datum::Int(n)];
    engine.create_table(def("skewed")).unwrap();
    let table = engine.table("skewed").unwrap();
    (0..40_000).for_each(|n| statement.add(&table, &skewed(n)).unwrap());
    statement.commit().unwrap();
    assert_eq!(table.clustered().estimate_values()[..2], [2, 2], "few values are counted in any tree, R2");
}

#[test]
fn a_row_whose_deletion_is_not_committed_is_not_counted() {
    let engine = open(&SimDisk::new(8));
    engine.create_table(small_def("t")).unwrap();
    let table = engine.table("t").unwrap();
    let mut rng = Rng(8);
    let mut all = std::collections::BTreeMap::new();
    let mut statement = begin(&engine);
    while all.len() < 30 {
        let row = row(&mut rng, table.def());
        if statement.add(&table, &row).is_ok() {
            all.insert(format!("{row:?}"), row);
        }
    }
    statement.commit().unwrap();
    assert_eq!(table.estimate_rows(), 30);
    let mut statement = begin(&engine);
    all.values().take(9).for_each(|row| statement.delete(&table, row).unwrap());
    assert_eq!(table.estimate_rows(), 21, "R4");
    statement.rollback().unwrap();
    assert_eq!(table.estimate_rows(), 30);
}

#[test]
fn rows_and_values_that_do_not_fit_are_refused() {
    let engine = open(&SimDisk::new(7));
    let text = |chars| innolab_engine::ColumnType::VarChar { chars };
    let def = |columns: Vec<_>, key: &[usize]| {
        let columns = columns.into_iter().enumerate().map(|(i, ty)| column(&format!("c{i}"), ty, false));
        table_def("t", columns.collect(), key)
    };
    assert!(matches!(engine.create_table(def(vec![text(769)], &[0])), Err(Error::KeyTooLong { limit: 3072 })));
    assert!(matches!(
        engine.create_table(def(vec![text(16383), text(1)], &[])),
        Err(Error::RowTooLarge { limit: 65535 })
    ));
    assert!(matches!(engine.create_table(def(vec![int(4); 1018], &[])), Err(Error::Unsupported(_))));
    // The limits of a real server in strict mode, as measured.
    let binary = |bytes| innolab_engine::ColumnType::VarBinary { bytes };
    let several =
        |parts: &[(innolab_engine::ColumnType, usize)]| parts.iter().flat_map(|(ty, n)| vec![*ty; *n]).collect();
    let lines: [(Vec<_>, &[usize]); 5] = [
        (several(&[(text(11), 180)]), &[]),
        (several(&[(int(8), 1012)]), &[]),
        (several(&[(int(1), 165), (binary(255), 31)]), &[]),
        (several(&[(int(1), 467), (binary(256), 10), (binary(255), 29)]), &[]),
        (several(&[(binary(3072), 1), (int(1), 662), (binary(255), 29)]), &[0]),
    ];
    for (columns, key) in lines {
        def(columns.clone(), key).check().unwrap();
        let one_more = [columns.clone(), vec![columns[columns.len() / 2]]].concat();
        let beyond = def(one_more, key).check();
        assert!(matches!(beyond, Err(Error::RowTooLarge { limit: 8126 })), "{beyond:?} for {:?} and more", columns[0]);
    }
    engine.create_table(def(vec![text(768), text(4000)], &[0])).unwrap();
    assert!(matches!(engine.create_table(def(vec![int(4)], &[0])), Err(Error::TableExists { .. })));
    let table = engine.table("t").unwrap();
    let row = |key: usize, rest: usize| vec![Datum::Bytes(vec![b'k'; key]), Datum::Bytes(vec![b'r'; rest])];
    let mut statement = begin(&engine);
    // 5 header + 2 × 2 lengths + 13 system + 3072 + 5031 = 8125
    assert!(matches!(statement.add(&table, &row(3072, 5032)), Err(Error::RowTooLarge { limit: 8126 })));
    statement.add(&table, &row(3072, 5031)).unwrap();
    assert!(matches!(statement.add(&table, &row(3073, 1)), Err(Error::Value { .. })));
    assert!(matches!(statement.add(&table, &[Datum::Int(1), Datum::Null]), Err(Error::Value { .. })));
    let too_large = statement.update(&table, &row(3072, 5031), &row(3072, 5032));
    assert!(matches!(too_large, Err(Error::RowTooLarge { .. })));
    assert!(matches!(statement.delete(&table, &row(1, 1)), Err(Error::NoRow)));
    statement.commit().unwrap();
    assert_eq!(rows(&engine, &table), [row(3072, 5031)]);
    table.validate().unwrap();
}

#[test]
fn auto_increment_survives_reopening() {
    let disk = SimDisk::new(8);
    let engine = open(&disk);
    let mut def = small_def("t");
    def.auto_increment = Some(0);
    engine.create_table(def).unwrap();
    let insert = |engine: &Arc<innolab_engine::Engine>, id: u64, commit: bool| {
        let table = engine.table("t").unwrap();
        let mut statement = begin(engine);
        statement.add(&table, &[Datum::Int(id as i64), Datum::Null]).unwrap();
        if commit {
            statement.commit().unwrap()
        } else {
            statement.rollback().unwrap()
        }
        table.next_auto_increment()
    };
    assert_eq!(engine.table("t").unwrap().next_auto_increment(), 1);
    assert_eq!(insert(&engine, 7, true), 8);
    assert_eq!(insert(&engine, 3, true), 8);
    assert_eq!(insert(&engine, 20, false), 21);
    assert_eq!(insert(&engine, 5, true), 21);
    let table = engine.table("t").unwrap();
    let mut statement = begin(&engine);
    statement.delete(&table, &[Datum::Int(7), Datum::Null]).unwrap();
    statement.commit().unwrap();
    drop((table, engine));
    let engine = open(&disk.killed());
    let table = engine.table("t").unwrap();
    assert_eq!(table.next_auto_increment(), 21, "neither a rollback nor a delete lowers it");
    table.bump_auto_increment(40);
    assert_eq!(table.next_auto_increment(), 41);
}

#[test]
fn a_table_larger_than_the_pool() {
    let disk = SimDisk::new(9);
    let engine = open(&disk);
    engine.create_table(wide_def("t")).unwrap();
    let table = engine.table("t").unwrap();
    let (mut model, mut rng) = (Model::default(), Rng(9));
    let mut statement = begin(&engine);
    for _ in 0..size(7_000, 12_000) {
        let row = row(&mut rng, table.def());
        if statement.add(&table, &row).is_ok() {
            model.rows.insert(key_of(table.def(), &row), row);
        }
    }
    statement.commit().unwrap();
    model.check(&engine, &table);
    assert!(engine.store().counts().pages_evicted > 100);
    drop((table, engine));
    let engine = open(&disk.killed());
    model.check(&engine, &engine.table("t").unwrap());
}

#[test]
fn threads_share_an_engine() {
    let engine = open(&SimDisk::new(10));
    engine.create_table(small_def("t")).unwrap();
    let table = engine.table("t").unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (engine, table) = (&engine, &table);
            scope.spawn(move || {
                for i in 0..300 {
                    let mut statement = begin(engine);
                    statement.add(table, &[Datum::Int(4 * i + thread), Datum::Null]).unwrap();
                    match i % 3 {
                        0 => statement.rollback().unwrap(),
                        _ => statement.commit().unwrap(),
                    }
                }
            });
        }
    });
    let ids: Vec<Datum> = rows(&engine, &table).into_iter().map(|mut row| row.swap_remove(0)).collect();
    assert_eq!(ids, (0..1200).filter(|id| id / 4 % 3 != 0).map(Datum::Int).collect::<Vec<_>>());
    table.validate().unwrap();
}
